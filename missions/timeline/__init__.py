"""The timeline: what happened with an organisation, with a person or on a mission, newest first.

Contacts, appointments, participations, agreements, projects and the stages of cooperations stand
in one stream, read in pages. Which entries are on a page is asked with one UNION ALL of slim rows,
each arm of it limited to one page; then the records of these entries are read, with a fixed number
of queries for each kind among them.

A mission does not list its participations: all would stand on its first day, and they have a tab of
their own.
"""

from collections.abc import Collection

from django.db.models import F

from .arms import BELONGING, arms_of, seen, slim
from .entries import Entry, Fact, Kind, Page, Place, UnknownPlace
from .telling import tell

__all__ = ["Entry", "Fact", "Kind", "Page", "Place", "UnknownPlace", "kinds_for", "page_of"]

PAGE_SIZE = 20


def kinds_for(record, user) -> list[Kind]:
    """Return the kinds of which the timeline of ``record`` may show something to ``user``."""
    return list(seen(record, user))


def page_of(
    record, user, kinds: Collection[str] = (), before: str | None = None, size: int = PAGE_SIZE
) -> Page:
    """Return ``size`` entries about ``record``, an organisation, a person or a mission.

    Only of ``kinds``, where some are given; only those after ``before``, the ``next`` of the page
    before (raises UnknownPlace for another text). Under the rights of ``user``; nothing archived.
    The number of queries depends on the kinds shown, not on how much there is.
    """
    place = Place.read(before) if before else None
    belonging = BELONGING[record._meta.concrete_model](record.pk)
    arms = [
        slim(arm, place, size + 1)
        for kind, rows in seen(record, user).items()
        if not kinds or kind in kinds
        for arm in arms_of(kind, rows, belonging[kind])
    ]
    if not arms:
        return Page([], None)
    first, *others = arms
    found = first.union(*others, all=True).order_by(
        F("day_").desc(nulls_last=True), F("at_").desc(nulls_last=True), "fact_", "-key_"
    )
    places = [Place(*row) for row in found[: size + 1]]
    shown = places[:size]
    return Page(
        entries=tell(shown, record, user),
        next=shown[-1].written() if len(places) > size else None,
    )
