"""The user guide, ``docs/anleitung.md``, in the CRM: as a page, and per screen as help beside it.

It is German, as its readers are; the program's own words stand in it as German users see them.
"""

from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.http import Http404
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

SOURCE = settings.BASE_DIR / "docs" / "anleitung.md"
IMAGES = "bilder/"  # beside the source; served as static files under "anleitung/"
UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)

# Which section explains which screen: names of addresses by their beginnings, the longest counts.
SCREENS = {
    "": "Erste Schritte",
    "index": "Heute",
    "core_spreadsheetimport": "Tabellen importieren",
    "missions_interaction": "Kontakte protokollieren",
    "missions_followup": "Wiedervorlagen",
    "missions_stalelead": "Radar",
    "missions_radarrule": "Radar",
    "missions_mission": "Missionen vorbereiten",
    "missions_mission_balance": "Bilanz",
    "missions_mission_comparison": "Bilanz",
    "missions_mission_chains": "Missionskette",
    "missions_mission_funnel": "Missionskette",
    "missions_mission_inquiry": "Parlamentarische Anfrage",
    "missions_questionnaire": "Fragebögen",
    "missions_participation": "Missionen vorbereiten",
    "missions_appointment": "Missionen vorbereiten",
    "missions_segment": "Partner finden und einladen",
    "missions_cooperation": "Ergebnisse festhalten",
    "missions_agreement": "Ergebnisse festhalten",
    "missions_project": "Ergebnisse festhalten",
    "missions_handover": "Arbeit übergeben",
    "partners_": "Partner pflegen",
    "partners_organisationpair": "Dubletten",
    "partners_personpair": "Dubletten",
    "partners_merge": "Dubletten",
    "account": "Meine Einstellungen",
    "core_user": "Verwaltung",
    "core_timedrun": "Verwaltung",
    "core_exportlog": "Verwaltung",
    "auth_group": "Verwaltung",
    "admin_logentry": "Verwaltung",
}
# Whatever list it is about: the last part of the name of its address.
VERBS = {"import": "Tabellen importieren", "export": "Listen exportieren"}


class Section(NamedTuple):
    title: str
    slug: str
    html: SafeString


def slug_of(title: str) -> str:
    return slugify(title.translate(UMLAUTS))


@cache
def sections() -> list[Section]:
    """Return the sections of the guide; the first is what stands above the first heading."""
    # Without "html" whatever looks like a tag is shown as it is written.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(SOURCE.read_text(encoding="utf-8"))
    parts: list[tuple[str, list[Token]]] = [("", [])]
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            title = tokens[at + 1].content
            token.attrSet("id", slug_of(title))
            parts.append((title, []))
        for child in token.children or ():
            if child.type == "image":
                _serve(child)
        parts[-1][1].append(token)
    return [
        Section(
            title,
            slug_of(title),
            # Rendered from a file of the program itself.
            mark_safe(markdown.renderer.render(part, markdown.options, {})),
        )
        for title, part in parts
    ]


def _serve(image: Token) -> None:
    name = str(image.attrs["src"]).removeprefix(IMAGES)
    image.attrSet("src", static(f"anleitung/{name}"))
    image.attrSet("loading", "lazy")


def section_for(screen: str) -> Section:
    """Return the section that explains the page whose address has the name ``screen``."""
    title = VERBS.get(screen.rpartition("_")[2])
    if title is None:
        title = SCREENS[max(filter(screen.startswith, SCREENS), key=len)]
    return next(section for section in sections() if section.title == title)


def guide(request, admin_site):
    """Show the whole guide."""
    context = {
        **admin_site.each_context(request),
        "title": _("User guide"),
        "sections": sections(),
    }
    return TemplateResponse(request, "admin/guide/page.html", context)


def help_for(request, admin_site, screen):
    """Show the section for one screen, for the panel beside it."""
    if len(screen) > 100:
        raise Http404
    return TemplateResponse(request, "admin/guide/section.html", {"section": section_for(screen)})
