"""The path of one organisation: its missions and results in order of time, with the days between.

Who skips a stage, or never comes to a later one, has not failed: only what was reached is said.
"""

from datetime import date
from typing import NamedTuple

from django.db.models import Model, Q
from django.utils.text import capfirst

from legcrm.core.dates import DatePrecision, format_span
from partners.models import Organisation

from .funnel import SOURCES
from .lineage import ends
from .models import Mission


class Step(NamedTuple):
    """A mission, or a result (``mission`` then says what it came from, None where it is unknown).

    ``days`` lie between it and the step before, where both have a day; ``is_about`` where one is
    known to the month or year only. ``when`` is empty where the day is not known.
    """

    kind: str
    record: Model
    mission: Mission | None
    day: date | None
    when: str
    is_exact: bool
    is_result: bool
    days: int | None = None
    is_about: bool = False


def path_of(organisation: Organisation, user) -> list[Step]:
    """Return the steps that ``user`` may see, the first of them first; a query for each kind.

    A result without a day stands with the mission that it came from; without either, at the end.
    """
    steps = {}
    for name, source in SOURCES.items():
        for record in _records(source, organisation, user):
            step = _step(name, source, record)
            # A mission is one step, however many people of the organisation were there.
            steps.setdefault(("mission", step.mission) if name == "mission" else record, step)
    found = sorted(steps.values(), key=_place)
    return [
        step._replace(**_since(before, step))
        for before, step in zip([None, *found], found, strict=False)
    ]


def chains_of(steps: list[Step]) -> list[Mission]:
    """Return the missions in which the chains of a path end; one query."""
    return ends({step.mission for step in steps if step.mission is not None})


def _records(source, organisation, user):
    base = source.base
    condition = Q()
    for path in source.paths:
        condition |= Q(**{path: organisation})
    # What a record and its mission are called by; without names Django would follow all keys.
    called_by = [path for path in source.paths if "__" not in path]
    rows = base.seen_by(user).filter(condition).select_related(base.mission, *called_by)
    return rows.annotate(column_day=source.day).order_by("pk")


def _step(name, source, record):
    mission = getattr(record, source.base.mission)
    if name == "mission":
        return Step(
            capfirst(mission.get_kind_display()),
            record,
            mission,
            mission.starts_on,
            mission.dates,
            mission.date_precision == DatePrecision.DAY,
            False,
        )
    day = record.column_day
    return Step(capfirst(source.label), record, mission, day, format_span(day, None), True, True)


def _place(step):
    day = step.day or (step.mission.starts_on if step.mission else date.max)
    # On one day the mission comes before what came of it.
    return day, step.is_result, step.record.pk


def _since(before, step):
    if before is None or before.day is None or step.day is None:
        return {}
    return {
        "days": (step.day - before.day).days,
        "is_about": not (before.is_exact and step.is_exact),
    }
