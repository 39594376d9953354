"""The Bilanz of a mission as PDF, Word and Excel, and that of many as Excel, to be handed on.

Every figure is one of ``missions.balance``, with its definition and its link; nothing is computed
here. What it says is in the active language and no more than the user may see.
"""

from typing import Any

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from legcrm.core import documents, invented
from legcrm.core.documents import Cell, Column, Link, Sheet
from legcrm.core.public import public_url
from partners.models import Affiliation, Person

from .balance import FIGURES, Balance, Result, say
from .comparison import GROUPINGS, Comparison
from .lineage import ancestors, descendants
from .models import Agreement, AgreementParty, Cooperation, Mission, Participation, Project

# How the cell of an amount is shown in a workbook, by the unit of the figure.
_KINDS = {"eur": "eur", "percent": "percent", "of_five": "number", "days": "number", "": "number"}


def balance_pdf(mission: Mission, balance: Balance) -> bytes:
    """Return the Bilanz of ``mission`` as PDF; ``balance`` has read it, for its user."""
    return documents.pdf("balance", contents(mission, balance), _language())


def balance_word(mission: Mission, balance: Balance) -> bytes:
    """Return the Bilanz of ``mission`` for Word; DocumentError where an own template is broken."""
    return documents.word("balance", contents(mission, balance))


def _language():
    return (get_language() or settings.LANGUAGE_CODE)[:2]


# --- What it says ---------------------------------------------------------------------------


def contents(mission: Mission, balance: Balance) -> dict[str, Any]:
    """Return what PDF and Word say of ``mission``, as plain data."""
    results = balance.results([mission])
    user = balance.user
    agreements = agreements_of(mission, balance)
    projects = projects_of(mission, balance)
    cooperations = cooperations_of(mission, balance)
    earlier, later = chain_of(mission, user)
    return {
        "title": title_of(mission),
        "about": capfirst(mission.get_kind_display()),
        "made": made_by(user),
        "facts": [[label, said] for label, said in facts_of(mission, user, earlier, later) if said],
        "has_examples": any(result.invented for result in results.values()),
        "sections": [_section(title, rows) for title, rows in balance.sections([mission])],
        "agreements": [_agreement(agreement) for agreement in agreements],
        "projects": [_project(project) for project in projects],
        "cooperations": [
            {
                "pair": str(cooperation),
                "subject": cooperation.subject,
                "stage": cooperation.get_stage_display(),
                "since": _day(cooperation.stage_since),
                "example": is_example(cooperation),
            }
            for cooperation in cooperations
        ],
        "sources": sources_of([mission, *agreements, *projects, *cooperations]),
        "words": {
            "page": _("Page"),
            "figure": _("Figure"),
            "number": _("Number"),
            "none": capfirst(pgettext("figures", "None")),
            "not_known": _("Not known"),
            "example": _("example data"),
            "marks": {"": "", "all": _("example data"), "some": _("partly example data")},
            "examples_note": _(
                "Marked figures count invented records of the example data and say nothing about "
                "what really happened."
            ),
            "agreements": _("Agreements concluded"),
            "agreement": _("Agreement"),
            "field": _("Field"),
            "agreed": _("Agreed"),
            "signed": _("Signed"),
            "projects": _("Follow-up projects"),
            "project": _("Project"),
            "stage": _("Stage"),
            "place": _("Place"),
            "forecast": _("Forecast"),
            "confirmed": _("Confirmed"),
            "cooperations": _("Cooperations"),
            "cooperation": _("Cooperation"),
            "subject": _("Subject"),
            "since": _("Since"),
            "sources": _("Sources"),
            "links_note": _("Each number leads to the list of the records that it counts."),
        },
    }


def title_of(mission: Mission) -> str:
    return _("Balance: %(mission)s") % {"mission": mission.title}


def made_by(user) -> str:
    """Return as of when the document is, and who made it."""
    now = date_format(timezone.localtime(), "SHORT_DATETIME_FORMAT")
    return _("As of %(when)s, made by %(who)s") % {"when": now, "who": user}


def facts_of(mission, user, earlier, later) -> list[tuple[str, str]]:
    """Return ``(label, what is known)`` of the head of the document."""
    return [
        (_("Dates"), mission.dates),
        (_("Places"), " → ".join(stop.city for stop in mission.stops.all())),
        (_("Countries"), ", ".join(country_names(mission))),
        (_("Led by"), "; ".join(heads_of(mission, user))),
        (_("Built on"), " → ".join(with_dates(one) for one in earlier)),
        (_("Followed by"), " → ".join(with_dates(one) for one in later)),
    ]


def country_names(mission) -> list[str]:
    return [str(country.name) for country in mission.countries]


def with_dates(mission: Mission) -> str:
    """Return title and dates, which some titles hold themselves."""
    title, dates = mission.title, mission.dates
    return title if dates in title else f"{title} ({dates})"


def chain_of(mission, user) -> tuple[list[Mission], list[Mission]]:
    """Return the missions before and after it that ``user`` may see, earliest first."""
    earlier, later = ancestors(mission), descendants(mission)
    seen = Mission.objects.for_user(user).active()
    seen = set(seen.filter(pk__in=[one.pk for one in [*earlier, *later]]).values_list("pk", flat=1))
    return [one for one in earlier if one.pk in seen], [one for one in later if one.pk in seen]


def heads_of(mission, user) -> list[str]:
    """Return the heads of the delegation in the order of protocol, each with the office held."""
    people = Person.objects.for_user(user).active().filter(restricted_at__isnull=True)
    rows = (
        Participation.objects.for_user(user)
        .holding_a_place()
        .filter(mission=mission, role=Participation.Role.HEAD, person__in=people.order_by())
        .select_related("person")
        .order_by(F("protocol_rank").asc(nulls_last=True), "pk")
    )
    offices = {}
    if Affiliation.may_be_seen_by(user):
        held = Affiliation.objects.open_on(mission.starts_on).exclude(role="")
        for person, organisation, role in held.filter(
            person__in=[row.person_id for row in rows]
        ).values_list("person", "organisation", "role"):
            offices[person, organisation] = role
    return [
        f"{row.person} ({office})"
        if (office := offices.get((row.person_id, row.organisation_id)))
        else str(row.person)
        for row in rows
    ]


def is_example(record) -> bool:
    return record.source == invented.SOURCE


def sources_of(records) -> list[str]:
    """Return the sources of ``records``, each once, in the order in which they come."""
    found: dict[str, str] = {}
    for record in records:
        for source in filter(None, record.source.split("; ")):
            found.setdefault(source.casefold(), source)
    return list(found.values())


# --- Figures --------------------------------------------------------------------------------


def _section(title, results) -> dict[str, Any]:
    """Return a table of the figures that say something; the labels of the others stand below."""
    shown = [result for result in results if result.amount]
    return {
        "title": str(title),
        "figures": [
            {
                "label": capfirst(str(result.figure.label)),
                "definition": str(result.figure.definition),
                "is_part": bool(result.figure.part_of),
                "shown": result.shown,
                "url": public_url(result.url),
                "example": example_mark(result),
            }
            for result in shown
        ],
        "none": "; ".join(str(one.figure.label) for one in results if one.amount == 0),
        "not_known": "; ".join(str(one.figure.label) for one in results if one.amount is None),
    }


def example_mark(result: Result) -> str:
    """Return "all", "some" or "", as far as what is counted is example data."""
    if not result.invented:
        return ""
    # Several rows may reach one record, so this never says "some" of what is wholly invented.
    return "all" if result.invented >= result.records else "some"


# --- Records --------------------------------------------------------------------------------


def counted_by(key: str, mission: Mission, balance: Balance):
    """Return the records of the figure ``key``, which are those of its list; none without right."""
    figure = FIGURES[key]
    if key not in balance.results([mission]):
        return figure.lists.objects.none()
    records = figure.lists.objects.filter(pk__in=figure.records(balance.user, [mission.pk]))
    return records.order_by()


def agreements_of(mission, balance) -> list[Agreement]:
    found = counted_by("agreements", mission, balance).with_parties()
    found = found.select_related("signed_stop", "signed_appointment__stop")
    return list(found.order_by("-field", F("signed_on").asc(nulls_last=True), "pk"))


def projects_of(mission, balance) -> list[Project]:
    found = counted_by("projects", mission, balance).select_related("sector")
    return list(found.prefetch_related("parties__organisation").order_by("title", "pk"))


def cooperations_of(mission, balance) -> list[Cooperation]:
    found = counted_by("cooperations", mission, balance).select_related("home", "partner")
    return list(found.order_by("home__name", "partner__name", "pk"))


def _agreement(agreement) -> dict[str, Any]:
    return {
        "title": agreement.title,
        "parties": " – ".join(filter(None, (_side(agreement, side) for side in _SIDES))),
        "field": agreement.get_field_display(),
        "kind": agreement.get_kind_display(),
        "agreed": agreement.agreed_text,
        "signed": signed(agreement) or _("not known"),
        "example": is_example(agreement),
    }


_SIDES = (AgreementParty.Side.HOME, AgreementParty.Side.FOREIGN)


def _side(agreement, side) -> str:
    return ", ".join(str(party) for party in agreement.parties.all() if party.side == side)


def signed(agreement: Agreement) -> str:
    """Return when and where it was signed, as far as known; empty where it was not."""
    said = [agreement.signed_text, _place_of_signing(agreement)]
    if agreement.signed_after_mission:
        said.append(_("after the mission"))
    return ", ".join(str(part) for part in said if part)


def _place_of_signing(agreement) -> str:
    if agreement.signed_stop is not None:
        return agreement.signed_stop.city
    appointment = agreement.signed_appointment
    return appointment.stop.city if appointment is not None and appointment.stop else ""


def _project(project) -> dict[str, Any]:
    return {
        "title": project.title,
        "parties": ", ".join(str(party) for party in project.parties.all()),
        "stage": project.get_stage_display(),
        "place": ", ".join(filter(None, (project.city, _country(project)))),
        "forecast": _euros(project.value_forecast_eur),
        "confirmed": _euros(project.value_confirmed_eur),
        "example": is_example(project),
    }


def _country(project) -> str:
    return str(project.country.name) if project.country else ""


def _euros(amount) -> str:
    return "" if amount is None else say(amount, "eur")


def _day(day) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""


# --- Excel ----------------------------------------------------------------------------------


def balance_workbook(mission: Mission, balance: Balance) -> bytes:
    """Return the Bilanz of ``mission`` as a workbook: the figures, and the records behind them."""
    title = title_of(mission)
    notes = [made_by(balance.user), mission.dates]
    agreements = agreements_of(mission, balance)
    projects = projects_of(mission, balance)
    cooperations = cooperations_of(mission, balance)
    sheets = [
        Sheet(
            _("Figures"),
            title,
            [
                Column(_("Section"), 22),
                Column(_("Figure"), 30),
                Column(_("Number"), 16, "number"),
                Column(_("Unit"), 10),
                Column(_("Definition"), 70),
                Column(_("Records"), 14, "link"),
                Column(_("Example data"), 20),
            ],
            [
                _figure_row(section, result)
                for section, results in balance.sections([mission])
                for result in results
            ],
            [*notes, *sources_of([mission, *agreements, *projects, *cooperations])],
        )
    ]
    if agreements:
        sheets.append(_sheet_of_agreements(title, notes, agreements))
    if projects:
        sheets.append(_sheet_of_projects(title, notes, projects))
    if cooperations:
        sheets.append(_sheet_of_cooperations(title, notes, cooperations))
    return documents.workbook(sheets, title)


def _figure_row(section, result: Result) -> list:
    unit = result.figure.unit
    amount = _("not known") if result.amount is None else Cell(result.amount, _KINDS[unit])
    units = {"eur": "€", "days": _("days"), "of_five": _("of 5")}
    marks = {"all": _("example data"), "some": _("partly example data")}
    return [
        str(section),
        capfirst(str(result.figure.label)),
        amount,
        units.get(unit, ""),
        str(result.figure.definition),
        Link(_("Records: %d") % result.records, result.url) if result.url else None,
        marks.get(example_mark(result), ""),
    ]


def _sheet_of_agreements(title, notes, agreements) -> Sheet:
    return Sheet(
        _("Agreements"),
        title,
        [
            Column(_("Agreement"), 48, "link"),
            Column(_("Home side"), 28),
            Column(_("Foreign side"), 36),
            Column(_("Field"), 14),
            Column(_("Kind"), 24),
            Column(_("Status"), 14),
            Column(_("Planned"), 12, "date"),
            Column(_("Agreed"), 24, "date"),
            Column(_("Signed"), 16, "date"),
            Column(_("Signed at"), 16),
            Column(_("After the mission"), 12),
            Column(_("Subjects"), 50),
            Column(_("Source"), 50),
        ],
        [
            [
                _link(agreement),
                *(_side(agreement, side) for side in _SIDES),
                agreement.get_field_display(),
                agreement.get_kind_display(),
                agreement.get_status_display(),
                agreement.planned_on,
                agreement.agreed_on or str(agreement.agreed_text),
                agreement.signed_on or str(agreement.signed_text),
                _place_of_signing(agreement),
                _("yes") if agreement.signed_after_mission else "",
                agreement.subjects,
                agreement.source,
            ]
            for agreement in agreements
        ],
        notes,
    )


def _sheet_of_projects(title, notes, projects) -> Sheet:
    return Sheet(
        _("Projects"),
        title,
        [
            Column(_("Project"), 44, "link"),
            Column(_("Stage"), 16),
            Column(_("Sector"), 24),
            Column(_("Country"), 16),
            Column(_("City"), 16),
            Column(_("Parties"), 40),
            Column(_("Value, forecast"), 16, "eur"),
            Column(_("Value, confirmed"), 16, "eur"),
            Column(_("Jobs, forecast"), 12, "number"),
            Column(_("Jobs, confirmed"), 12, "number"),
            Column(_("Confirmed on"), 14, "date"),
            Column(_("Confirmed by"), 24),
            Column(_("Evidence"), 36),
            Column(_("Source"), 50),
        ],
        [
            [
                _link(project),
                project.get_stage_display(),
                str(project.sector or ""),
                _country(project),
                project.city,
                ", ".join(str(party) for party in project.parties.all()),
                project.value_forecast_eur,
                project.value_confirmed_eur,
                project.jobs_forecast,
                project.jobs_confirmed,
                project.confirmed_on,
                project.confirmed_by,
                project.confirmed_evidence,
                project.source,
            ]
            for project in projects
        ],
        notes,
    )


def _sheet_of_cooperations(title, notes, cooperations) -> Sheet:
    return Sheet(
        _("Cooperations"),
        title,
        [
            Column(_("Cooperation"), 44, "link"),
            Column(_("Home organisation"), 40),
            Column(_("Foreign partner"), 40),
            Column(_("Subject"), 36),
            Column(_("Field"), 14),
            Column(_("Stage"), 16),
            Column(_("Since"), 14, "date"),
            Column(_("Source"), 50),
        ],
        [
            [
                _link(cooperation),
                cooperation.home.name,
                cooperation.partner.name,
                cooperation.subject,
                cooperation.get_field_display(),
                cooperation.get_stage_display(),
                cooperation.stage_since,
                cooperation.source,
            ]
            for cooperation in cooperations
        ],
        notes,
    )


def _link(record) -> Link:
    return Link(str(record), record.get_absolute_url())


# --- Many missions --------------------------------------------------------------------------


def comparison_workbook(comparison: Comparison, user) -> bytes:
    """Return ``comparison`` as a workbook: its rows as on the page, and what the figures mean."""
    title = _("Balance of missions")
    grouping = capfirst(GROUPINGS[comparison.by][0])
    notes = [made_by(user), _("The total counts every person, organisation and record once.")]
    if comparison.overlaps:
        notes.append(_("Some missions stand in more than one row, so the rows add up to more."))
    columns = [
        Column(_in_unit(figure), max(14, len(str(figure.label)) // 2 + 4), _KINDS[figure.unit])
        for figure in comparison.figures
    ]
    figures = Sheet(
        _("Comparison"),
        title,
        [
            Column(grouping, 44, "link"),
            Column(_("Missions"), 12, "number"),
            *columns,
            Column(_("Example data"), 20),
        ],
        [_comparison_row(row, comparison.by) for row in (*comparison.rows, comparison.total)],
        notes,
    )
    definitions = Sheet(
        _("Definitions"),
        title,
        [Column(_("Figure"), 40), Column(_("Definition"), 100)],
        [[_in_unit(figure), str(figure.definition)] for figure in comparison.figures],
        [made_by(user)],
    )
    return documents.workbook([figures, definitions], title)


def _in_unit(figure) -> str:
    """Return the label with the unit, where the cells of the column do not say it."""
    units = {"days": _("days"), "of_five": _("of 5")}
    label = capfirst(str(figure.label))
    return f"{label} ({units[figure.unit]})" if figure.unit in units else label


def _comparison_row(row, by) -> list:
    label = row.label
    if by == "mission" and row.key is not None:
        label = Link(label, reverse("admin:missions_mission_balance", args=[row.key]))
    marks = {example_mark(result) for result in row.results}
    said = _("partly example data") if marks - {"all"} else _("example data")
    return [
        label,
        len(row.missions),
        *(_("not known") if one.amount is None else one.amount for one in row.results),
        said if marks - {""} else "",
    ]
