"""What stands in a timeline: its kinds and facts, the place of an entry, the entry, the page."""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.core import signing
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What the stream can be filtered by."""

    CONTACT = "contact", _("Contacts")
    APPOINTMENT = "appointment", _("Appointments")
    PARTICIPATION = "participation", _("Participations")
    COOPERATION = "cooperation", _("Cooperations")
    AGREEMENT = "agreement", _("Agreements")
    PROJECT = "project", _("Follow-up projects")


class Fact(models.IntegerChoices):
    """What an entry says of its record.

    Of one day, what is known to the minute stands above what is known to the day; that stands in
    the order of these numbers.
    """

    EXPIRED = 1
    SIGNED = 2
    AGREED = 3
    STAGE_OF_COOPERATION = 4
    START_OF_PROJECT = 5
    STAGE_OF_PROJECT = 6
    PARTICIPATION = 7
    APPOINTMENT = 8
    CONTACT = 9
    UNDATED_AGREEMENT = 10


class UnknownPlace(ValueError):
    """The place from which to read on was not given out by a page of the timeline."""


class Place(NamedTuple):
    """The place of an entry in the stream; in this order, each downwards, what is None last.

    ``day`` is that of the office; ``at`` is the instant, where more than the day is known.
    """

    day: date | None
    at: datetime | None
    fact: int
    key: int

    def written(self) -> str:
        """Return the place as an opaque text for the address of the next page."""
        day, at = self.day and self.day.isoformat(), self.at and self.at.isoformat()
        return signing.dumps([day, at, self.fact, self.key], salt=__name__)

    @classmethod
    def read(cls, text: str) -> "Place":
        """Return the place that ``written`` wrote; raises UnknownPlace for anything else."""
        try:
            day, at, fact, key = signing.loads(text, salt=__name__)
        except signing.BadSignature as error:
            raise UnknownPlace from error
        day, at = day and date.fromisoformat(day), at and datetime.fromisoformat(at)
        return cls(day, at, Fact(fact), key)


class Link(NamedTuple):
    text: str
    url: str


@dataclass
class Entry:
    """One line of the stream, with nothing that its reader may not see."""

    place: Place
    when: str
    title: str
    url: str
    kind: str
    icon: str
    # A member of a Choices class, shown as its chip.
    state: Any = None
    # What the state or the record says in few words: the subject, the role.
    remark: str = ""
    # Staff who were there.
    who: list[str] = field(default_factory=list)
    beside: list[Link] = field(default_factory=list)
    notes: str = ""

    @property
    def day(self) -> date | None:
        return self.place.day


@dataclass
class Page:
    entries: list[Entry]
    # From where the next page is read; None on the last.
    next: str | None

    @property
    def years(self):
        """The entries as ``[(year, entries)]``; None for those without date.

        Not by months: of some trips only the season or the year is known.
        """
        by_year = groupby(self.entries, key=lambda entry: entry.day and entry.day.year)
        return [(year, list(entries)) for year, entries in by_year]
