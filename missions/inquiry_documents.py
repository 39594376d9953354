"""The answer to a parliamentary question as one workbook and as one Word file.

Both say the same, and nothing but what ``missions.inquiry`` tells: no link, no number of a record.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_countries import countries

from legcrm.core.documents import Cell, Column, Sheet, word
from legcrm.core.documents import workbook as make_workbook

from .balance import FIGURES
from .inquiry import MONEY, NOT_RECORDED, Answer, Inquiry, Value

# Figures of the overview.
OVERVIEW = ("people", "organisations", "companies", "agreements", "projects")
# Those that a table of money gives as numbers.
AMOUNTS = ("cost", "funding")


def workbook(inquiry: Inquiry) -> bytes:
    """Return the answer as an .xlsx file, in the active language."""
    return make_workbook(_sheets(inquiry), title=title())


def document(inquiry: Inquiry) -> bytes:
    """Return the answer as a Word file, in the active language.

    Raises ``legcrm.core.documents.DocumentError`` where the agency's own template can't be used.
    """
    return word("inquiry", _context(inquiry))


def title() -> str:
    return _("Answer to a parliamentary question: missions and their results")


def rules() -> list[str]:
    """Return how the answer deals with people, with gaps and with money."""
    return [
        _(
            "People are named by office (head of the delegation, ministries) or with their consent "
            "to being named in answers to parliament. Of others only the function is told; of "
            "those who objected, or whose data may not be used, not even that."
        ),
        _(
            "Organisations are named, unless their name is that of a person who has not consented "
            "(sole traders, for example)."
        ),
        _("“Withheld” means that it is known and not told, “not recorded” that no record says it."),
        _("Forecast and confirmed values stand apart and are never added to each other."),
    ]


def _as_of(inquiry):
    return _("%(agency)s, as of %(day)s") % {
        "agency": settings.AGENCY_NAME,
        "day": date_format(inquiry.day, "SHORT_DATE_FORMAT"),
    }


def _countries(mission):
    return ", ".join(str(countries.name(code)) for code in mission.countries)


# --- The workbook -------------------------------------------------------------------------------


def _sheets(inquiry: Inquiry) -> Iterator[Sheet]:
    mission = Column(_("Mission"), 38)
    yield Sheet(
        _("Overview"),
        title(),
        [
            mission,
            Column(_("Dates"), 22),
            Column(_("Kind"), 20),
            Column(_("Countries"), 26),
            *(Column(capfirst(FIGURES[key].label), 14, "integer") for key in OVERVIEW),
            Column(capfirst(FIGURES["cost"].label), 16, "eur"),
            Column(_("Note"), 24),
        ],
        _overview(inquiry),
        [_as_of(inquiry), *rules(), *_examples(inquiry)],
    )
    yield Sheet(
        _("Delegation"),
        _("Composition of the delegations, with functions"),
        [
            mission,
            Column(_("No."), 6, "integer"),
            Column(_("Role in the delegation"), 22),
            Column(_("Name"), 28),
            Column(_("Function"), 30),
            Column(_("Organisation"), 42),
        ],
        (
            (
                answer.mission.title,
                member.number,
                member.role,
                member.name.shown,
                member.function.shown,
                member.organisation.shown,
            )
            for answer in inquiry.answers
            for member in answer.members
        ),
        [_("Function as of the first day of the mission.")],
    )
    yield Sheet(
        _("Selection"),
        _("How the delegations were selected"),
        [mission, Column(_("Dates"), 22), Column(_("How the delegation was selected"), 100)],
        (
            (answer.mission.title, answer.mission.dates, answer.selection.shown)
            for answer in inquiry.answers
        ),
    )
    yield Sheet(
        _("Costs"),
        _("Cost and funding"),
        [
            mission,
            Column(_("Dates"), 22),
            *(Column(capfirst(FIGURES[key].label), 18, "eur") for key in AMOUNTS),
            Column(_("Source of funding"), 40),
            Column(_("Note"), 24),
        ],
        _costs(inquiry),
        [_totals_note(inquiry)],
    )
    yield Sheet(
        _("Results"),
        _("What came of the missions"),
        [
            mission,
            Column(_("Section"), 26),
            Column(_("Figure"), 34),
            Column(_("Value"), 18, "number"),
            Column(_("Note"), 24),
        ],
        (
            (
                answer.mission.title,
                section,
                ("– " if line.is_part else "") + capfirst(line.label),
                _number(line),
                _note(answer.results, [line.result.figure.key]),
            )
            for answer in inquiry.answers
            for section, lines in answer.sections
            for line in lines
        ),
        [_("What each figure counts stands on the sheet “%s”.") % _("Definitions")],
    )
    yield Sheet(
        _("Agreements and projects"),
        _("Agreements concluded and follow-up projects, with their parties"),
        [
            mission,
            Column(_("List"), 20),
            Column(_("No."), 6, "integer"),
            Column(_("Title"), 46),
            Column(_("Kind"), 26),
            Column(_("Status or stage"), 18),
            Column(_("Parties"), 60),
        ],
        (
            (
                answer.mission.title,
                list_name,
                outcome.number,
                outcome.title.shown,
                outcome.kind,
                outcome.state,
                _parties(outcome),
            )
            for answer in inquiry.answers
            for list_name, outcomes in (
                (_("Agreements"), answer.agreements),
                (_("Follow-up projects"), answer.projects),
            )
            for outcome in outcomes
        ),
    )
    yield Sheet(
        _("Left out"),
        _("What was left out, and why"),
        [
            mission,
            Column(_("List"), 24),
            Column(_("Entries (No.)"), 26),
            Column(_("What"), 32),
            Column(_("Answer"), 16),
            Column(_("Why"), 46),
        ],
        (
            (answer.mission.title, *_left_out_cells(one))
            for answer in inquiry.answers
            for one in answer.left_out
        ),
    )
    yield Sheet(
        _("Definitions"),
        _("What each figure counts"),
        [Column(_("Figure"), 36), Column(_("Definition"), 110)],
        (
            (capfirst(str(result.figure.label)), str(result.figure.definition))
            for result in inquiry.total.values()
        ),
        rules(),
    )


def _overview(inquiry):
    for answer in inquiry.answers:
        mission = answer.mission
        yield (
            mission.title,
            mission.dates,
            mission.get_kind_display(),
            _countries(mission),
            *(_count(answer.results, key) for key in OVERVIEW),
            _eur(answer.money["cost"], answer.results.get("cost")),
            _note(answer.results, (*OVERVIEW, "cost")),
        )
    if len(inquiry.answers) > 1:
        yield (
            _("All together, each counted once"),
            "",
            "",
            "",
            *(_count(inquiry.total, key) for key in OVERVIEW),
            _total(inquiry, "cost"),
            _note(inquiry.total, (*OVERVIEW, "cost")),
        )


def _costs(inquiry):
    for answer in inquiry.answers:
        yield (
            answer.mission.title,
            answer.mission.dates,
            *(_eur(answer.money[key], answer.results.get(key)) for key in AMOUNTS),
            answer.money["source"].shown,
            _note(answer.results, AMOUNTS),
        )
    if len(inquiry.answers) > 1:
        yield (
            _("Sum of what is recorded"),
            "",
            *(_total(inquiry, key) for key in AMOUNTS),
            "",
            _note(inquiry.total, AMOUNTS),
        )


def _totals_note(inquiry):
    return _(
        "Of %(missions)d missions the cost is recorded for %(cost)d, the funding for %(funding)d."
    ) % {
        "missions": len(inquiry.answers),
        "cost": inquiry.known("cost"),
        "funding": inquiry.known("funding"),
    }


def _note(results, keys):
    """Return the mark of a row in which a figure counts example data."""
    marked = any(key in results and results[key].invented for key in keys)
    return _("example data") if marked else ""


def _count(results, key):
    result = results.get(key)
    return Cell(str(NOT_RECORDED), "text") if result is None else result.amount


def _eur(value: Value, result):
    return Cell(value.shown, "text") if value.reason else result.amount


def _total(inquiry, key):
    amount = inquiry.total[key].amount if key in inquiry.total else None
    return Cell(str(NOT_RECORDED), "text") if amount is None else Cell(amount, "eur")


def _number(line):
    if line.value.reason:
        return Cell(line.value.shown, "text")
    amount, unit = line.result.amount, line.result.figure.unit
    if unit in ("eur", "percent"):
        return Cell(amount, unit)
    # Days and marks say their unit.
    return Cell(line.value.text, "text") if unit else amount


def _parties(outcome):
    return " – ".join(party.shown for party in outcome.parties)


def _left_out_cells(one):
    return (
        one.list_name,
        one.entries,
        one.what,
        Value(reason=one.reason).shown,
        "" if not one.reason.is_withheld else str(one.reason.label),
    )


def _examples(inquiry):
    if any(result.invented for result in inquiry.total.values()):
        return [_("Figures marked as example data are invented.")]
    return []


# --- The Word file ------------------------------------------------------------------------------


def _context(inquiry: Inquiry) -> dict[str, Any]:
    return {
        "title": title(),
        "about": _("Parliamentary question"),
        "made": _as_of(inquiry),
        "rules": [*rules(), *_examples(inquiry)],
        "missions": [_mission(answer) for answer in inquiry.answers],
        "has_total": len(inquiry.answers) > 1,
        "total": [
            (
                capfirst(str(FIGURES[key].label)),
                _marked(_amount_text(inquiry.total[key]), inquiry.total, key),
            )
            for key in (*OVERVIEW, *AMOUNTS)
            if key in inquiry.total
        ],
        "totals_note": _totals_note(inquiry),
        "definitions": [
            (capfirst(str(result.figure.label)), str(result.figure.definition))
            for result in inquiry.total.values()
        ],
        "words": {
            "total": _("All missions together"),
            "number": _("No."),
            "role": _("Role in the delegation"),
            "name": _("Name"),
            "function": _("Function"),
            "organisation": _("Organisation"),
            "delegation": _("Composition of the delegation"),
            "nobody": _("No participant is recorded."),
            "selection": _("How the delegation was selected"),
            "money": _("Cost and funding"),
            "results": _("Results"),
            "figure": _("Figure"),
            "value": _("Value"),
            "agreements": _("Agreements"),
            "projects": _("Follow-up projects"),
            "title": _("Title"),
            "state": _("Status"),
            "parties": _("Parties"),
            "left_out": _("What was left out, and why"),
            "nothing_left_out": _("Nothing was left out."),
            "list": _("List"),
            "entries": _("Entries (No.)"),
            "what": _("What"),
            "why": _("Why"),
            "definitions": _("What each figure counts"),
            "definition": _("Definition"),
            "page": _("Page"),
        },
    }


def _mission(answer: Answer) -> dict[str, Any]:
    mission = answer.mission
    return {
        "title": mission.title,
        "about": " · ".join(
            filter(None, [mission.get_kind_display(), mission.dates, _countries(mission)])
        ),
        "members": [
            {
                "number": member.number,
                "role": member.role,
                "name": member.name.shown,
                "function": member.function.shown,
                "organisation": member.organisation.shown,
            }
            for member in answer.members
        ],
        "selection": answer.selection.shown,
        "money": [
            (capfirst(str(label)), _marked(answer.money[key].shown, answer.results, key))
            for key, label in MONEY.items()
        ],
        "results": [
            (
                ("– " if line.is_part else "") + capfirst(line.label),
                _marked(line.value.shown, answer.results, line.result.figure.key),
            )
            for _section, lines in answer.sections
            for line in lines
            # What is nought of something said above goes without saying.
            if not (line.is_part and line.result.amount == 0)
        ],
        "agreements": [_outcome(outcome) for outcome in answer.agreements],
        "projects": [_outcome(outcome) for outcome in answer.projects],
        "left_out": [
            {"list": cells[0], "entries": cells[1], "what": cells[2], "why": cells[4] or cells[3]}
            for cells in map(_left_out_cells, answer.left_out)
        ],
    }


def _amount_text(result):
    return str(NOT_RECORDED) if result.amount is None else result.shown


def _marked(text, results, key):
    note = _note(results, [key])
    return f"{text} ({note})" if note else text


def _outcome(outcome):
    return {
        "number": outcome.number,
        "title": outcome.title.shown,
        "state": outcome.state,
        "parties": _parties(outcome),
    }
