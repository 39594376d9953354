"""Search across everything: what the command palette finds, in one ranking over all models."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from django.db.models import F, OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from legcrm.core import searching
from legcrm.core.folding import fold
from legcrm.core.models import Record
from missions.models import (
    Agreement,
    Appointment,
    Cooperation,
    FollowUp,
    Interaction,
    Mission,
    Project,
)
from partners.models import Organisation, Person

from .site import SHORTEST_SEARCH, may_add, may_view, navigation, page_url

MOST_PER_MODEL = 5
# So many of the best hits stand above all, whatever they are.
MOST_BEST = 5
# Of so many of each rank the best are chosen.
MOST_RANKED = 40


class Source(NamedTuple):
    """A model that the palette searches, and how its records are told apart at a glance."""

    model: type[Record]
    icon: str
    # Returns what stands beside the name, as words: what it is, and where.
    details: Callable
    prepare: Callable = lambda queryset: queryset
    # How an interaction leads to it, where the last contact is told.
    contacts: str = ""


SOURCES = (
    Source(
        Organisation,
        "domain",
        lambda organisation: (
            organisation.get_kind_display(),
            organisation.name if organisation.short_name else "",
            organisation.city,
            organisation.country.name,
        ),
        contacts="organisations",
    ),
    Source(
        Person,
        "person",
        lambda person: (_("person"), person.primary_role, person.primary_organisation),
        lambda queryset: queryset.with_primary_affiliation(),
        "people",
    ),
    Source(
        Mission,
        "flight_takeoff",
        lambda mission: (
            mission.get_kind_display(),
            mission.dates,
            ", ".join(dict.fromkeys(stop.city for stop in mission.stops.all())),
        ),
        lambda queryset: queryset.prefetch_related("stops"),
    ),
    Source(
        Cooperation,
        "handshake",
        lambda cooperation: (
            _("cooperation"),
            cooperation.subject,
            cooperation.get_stage_display(),
            cooperation.partner.city,
        ),
        lambda queryset: queryset.select_related("home", "partner"),
        "cooperation",
    ),
    Source(
        Agreement,
        "contract",
        lambda agreement: (agreement.get_kind_display(), agreement.get_status_display()),
    ),
    Source(
        Project,
        "rocket_launch",
        lambda project: (_("project"), project.get_stage_display(), project.city),
    ),
    Source(
        Appointment,
        "calendar_month",
        lambda appointment: (
            _("appointment"),
            appointment.when,
            appointment.stop and appointment.stop.city,
        ),
        lambda queryset: queryset.select_related("stop"),
    ),
    Source(
        Interaction,
        "forum",
        lambda interaction: (
            interaction.get_kind_display(),
            date_format(localdate(interaction.occurred_at), "SHORT_DATE_FORMAT"),
        ),
    ),
)


class Hit(NamedTuple):
    """A record or page that was found, or what can be done with one."""

    title: str
    details: str  # what it is and where, or what an action is for
    link: str
    icon: str
    rank: int = searching.PARTS
    last_contact: date | None = None
    record: Record | None = None


class Answer(NamedTuple):
    """What the palette shows: ``groups`` are (title, hits)."""

    groups: list[tuple[str, list[Hit]]]
    count: int = 0
    # Whether nothing matches exactly, and what is spelt or sounds alike is shown instead.
    alike: bool = False


def palette(request, search_term):
    """Return an Answer with the pages and records that match, as the user may see them."""
    words = searching.words_of(search_term)
    # What folds to a single letter, such as "xxx", would match nearly everything.
    if len("".join(words)) < SHORTEST_SEARCH:
        return Answer([])
    sources = [source for source in SOURCES if may_view(request, source.model)]
    pages = list(_pages(request, words))
    found = [_records(request, source, search_term, alike=False) for source in sources]
    alike = not pages and not any(hits for hits, _more in found)
    if alike:
        found = [_records(request, source, search_term, alike=True) for source in sources]

    # The order of the sources decides among equals, then that of the records themselves.
    ranked = sorted((hit for hits in (*(h for h, _m in found), pages) for hit in hits), key=_rank)
    best = ranked[:MOST_BEST]
    groups = [(_("Best matches"), best)] if best else []
    if actions := _actions(request, best):
        groups.append((_("Actions"), actions))
    for source, (hits, more) in zip(sources, found, strict=True):
        others = [hit for hit in hits if hit not in best]
        name = capfirst(source.model._meta.verbose_name_plural)
        if more:
            link = page_url(source.model, q=search_term)
            others.append(Hit(_("All matches"), name, link, "more_horiz"))
        if others:
            groups.append((name, others))
    if others := [page for page in pages if page not in best]:
        groups.append((_("Pages"), others))
    return Answer(groups, len(ranked), alike and bool(ranked))


def _rank(hit):
    return hit.rank


def _pages(request, words):
    for group in navigation(request):
        for item in group["items"]:
            title = fold(str(item["title"]))
            if all(word in title for word in words):
                name = " ".join(words)
                begins = searching.BEGINS if title.startswith(name) else searching.PARTS
                yield Hit(
                    title=str(item["title"]),
                    details=str(group["title"]),
                    link=item["link"],
                    icon=item["icon"],
                    rank=searching.EXACT if title == name else begins,
                )


def _records(request, source, search_term, alike):
    """Return the best hits of a model, and whether there are more."""
    model = source.model
    queryset = model.objects.for_user(request.user).active()
    found = searching.find(queryset, search_term, most=MOST_RANKED, alike=alike)
    rows = found.queryset if found.best is None else found.best
    rows = source.prepare(rows).annotate(match_rank=searching.rank(model, search_term))
    if source.contacts and may_view(request, Interaction):
        contacts = Interaction.objects.for_user(request.user).active()
        contacts = contacts.filter(**{source.contacts: OuterRef("pk")})
        newest = contacts.order_by(F("occurred_at").desc()).values("occurred_at")[:1]
        rows = rows.annotate(contacted_at=Subquery(newest))
    # One more than is shown tells whether there are more.
    rows = list(rows[: MOST_PER_MODEL + 1])
    return [_hit(source, record) for record in rows[:MOST_PER_MODEL]], len(rows) > MOST_PER_MODEL


def _hit(source, record):
    contacted_at = getattr(record, "contacted_at", None)
    return Hit(
        title=str(record),
        details=" · ".join(str(part) for part in source.details(record) if part),
        link=record.get_absolute_url(),
        icon=source.icon,
        rank=record.match_rank,
        last_contact=localdate(contacted_at) if contacted_at else None,
        record=record,
    )


def _actions(request, best):
    """Return what can be done with the best partner among the hits."""
    partners = (hit.record for hit in best if isinstance(hit.record, Organisation | Person))
    partner = next(partners, None)
    if partner is None:
        return []
    if isinstance(partner, Person):
        follow_up = {"person": partner.pk}
        contact = {"people": partner.pk}
        if partner.primary_organisation_id:
            contact["organisations"] = partner.primary_organisation_id
    else:
        follow_up, contact = {"organisation": partner.pk}, {"organisations": partner.pk}
    actions = []
    if may_add(request, Interaction):
        link = page_url(Interaction, "add", **contact)
        actions.append(Hit(_("Log a contact with %s") % partner, "", link, "add_comment"))
    if may_add(request, FollowUp):
        link = page_url(FollowUp, "add", **follow_up)
        title = _("New follow-up for %s") % partner
        actions.append(Hit(title, "", link, "notification_important"))
    return actions
