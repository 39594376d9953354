"""The timeline: what happened with an organisation, with a person or on a mission, newest first.

Contacts, appointments, participations, agreements, projects and the stages of cooperations stand
in one stream, read in pages. Which entries are on a page is asked with one UNION ALL of slim rows,
each arm of it limited to one page; then the records of these entries are read, with a fixed number
of queries for each kind among them.

A mission does not list its participations: all would stand on its first day, and they have a tab of
their own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, NamedTuple

from django.core import signing
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from legcrm.core.dates import start_of
from partners.models import Organisation, Person

from .models import (
    Agreement,
    AgreementParty,
    Appointment,
    AppointmentHost,
    AppointmentParticipation,
    Cooperation,
    CooperationStage,
    Interaction,
    InteractionOrganisation,
    InteractionPerson,
    Mission,
    Participation,
    Project,
    ProjectParty,
)

PAGE_SIZE = 20
# So much of the notes about a contact is shown; the rest is one click away.
SHOWN_OF_NOTES = 280


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


MODELS = {
    Kind.CONTACT: Interaction,
    Kind.APPOINTMENT: Appointment,
    Kind.PARTICIPATION: Participation,
    Kind.COOPERATION: Cooperation,
    Kind.AGREEMENT: Agreement,
    Kind.PROJECT: Project,
}
ICONS = {
    Appointment: "event",
    Participation: "flight_takeoff",
    Cooperation: "handshake",
    Agreement: "contract",
    Project: "rocket_launch",
}
ICONS_OF_CONTACTS = {
    Interaction.Kind.MEETING: "groups",
    Interaction.Kind.CALL: "call",
    Interaction.Kind.VIDEO: "videocam",
    Interaction.Kind.EMAIL: "mail",
    Interaction.Kind.LETTER: "drafts",
    Interaction.Kind.EVENT: "celebration",
}


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


@dataclass
class Arm:
    """One part of the union: rows of which each is an entry, with the field that dates it.

    ``at`` names a field of instants that is never empty, ``day`` one of days; with neither the
    rows have no date. Of ``rows`` only those count that ``links`` point at, where it is given.
    """

    fact: Fact
    rows: QuerySet
    at: str = ""
    day: str = ""
    links: QuerySet | None = None


def kinds_for(record, user) -> list[Kind]:
    """Return the kinds of which the timeline of ``record`` may show something to ``user``."""
    return list(_seen(record, user))


def page_of(
    record, user, kinds: Collection[str] = (), before: str | None = None, size: int = PAGE_SIZE
) -> Page:
    """Return ``size`` entries about ``record``, an organisation, a person or a mission.

    Only of ``kinds``, where some are given; only those after ``before``, the ``next`` of the page
    before (raises UnknownPlace for another text). Under the rights of ``user``; nothing archived.
    The number of queries depends on the kinds shown, not on how much there is.
    """
    place = Place.read(before) if before else None
    belonging = _BELONGING[record._meta.concrete_model](record.pk)
    arms = [
        _slim(arm, place, size + 1)
        for kind, rows in _seen(record, user).items()
        if not kinds or kind in kinds
        for arm in _arms(kind, rows, belonging[kind])
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
        entries=_entries(shown, record, user),
        next=shown[-1].written() if len(places) > size else None,
    )


# --- Which entries: the arms of the union ---------------------------------------------------


def _seen(record, user) -> dict[Kind, QuerySet]:
    """Return what ``user`` may see of each kind that the timeline of ``record`` can have."""
    seen = {
        kind: MODELS[kind].objects.for_user(user).active()
        for kind in _BELONGING[record._meta.concrete_model](record.pk)
    }
    return {kind: rows for kind, rows in seen.items() if not rows.query.is_empty()}


def _of_organisation(key):
    hosted = AppointmentHost.objects.filter(organisation=key).values("appointment")
    attended = AppointmentParticipation.objects.filter(
        participation__organisation=key, participation__archived_at=None
    ).values("appointment")
    return {
        Kind.CONTACT: InteractionOrganisation.objects.filter(organisation=key),
        # Not two conditions with OR: for those PostgreSQL would read the whole table.
        Kind.APPOINTMENT: Q(pk__in=hosted.union(attended)),
        Kind.PARTICIPATION: Q(organisation=key),
        Kind.COOPERATION: Q(home=key) | Q(partner=key),
        Kind.AGREEMENT: Q(
            pk__in=AgreementParty.objects.filter(organisation=key).values("agreement")
        ),
        Kind.PROJECT: Q(pk__in=ProjectParty.objects.filter(organisation=key).values("project")),
    }


def _of_person(key):
    attended = AppointmentParticipation.objects.filter(
        participation__person=key, participation__archived_at=None
    ).values("appointment")
    interpreted = Appointment.objects.filter(interpreter=key).order_by().values("pk")
    return {
        Kind.CONTACT: InteractionPerson.objects.filter(person=key),
        Kind.APPOINTMENT: Q(pk__in=attended.union(interpreted)),
        Kind.PARTICIPATION: Q(person=key),
        Kind.AGREEMENT: Q(pk__in=AgreementParty.objects.filter(signatory=key).values("agreement")),
    }


def _of_mission(key):
    return {
        Kind.CONTACT: Interaction.objects.filter(mission=key),
        Kind.APPOINTMENT: Q(mission=key),
        Kind.COOPERATION: Q(origin_mission=key),
        Kind.AGREEMENT: Q(mission=key),
        Kind.PROJECT: Q(origin_mission=key),
    }


# What belongs to the record with a key, as {kind: condition}; of contacts, the rows that say so.
_BELONGING = {Organisation: _of_organisation, Person: _of_person, Mission: _of_mission}


def _arms(kind, rows, belonging) -> Iterable[Arm]:
    """Return the arms of the union for those ``rows``, of one kind, that belong to the record."""
    if kind == Kind.CONTACT:
        return [Arm(Fact.CONTACT, rows, at="occurred_at", links=belonging)]
    rows = rows.filter(belonging)
    today = timezone.localdate()
    match kind:
        case Kind.APPOINTMENT:
            return [Arm(Fact.APPOINTMENT, rows, at="starts_at")]
        case Kind.PARTICIPATION:
            return [Arm(Fact.PARTICIPATION, rows, day="mission__starts_on")]
        case Kind.COOPERATION:
            stages = CooperationStage.objects.filter(cooperation__in=rows)
            return [Arm(Fact.STAGE_OF_COOPERATION, stages, day="since")]
        case Kind.AGREEMENT:
            undated = rows.filter(signed_on=None).filter(
                Q(agreed_on=None) | Q(signed_on_unknown=True)
            )
            return [
                Arm(Fact.AGREED, rows.filter(agreed_on__isnull=False), day="agreed_on"),
                Arm(Fact.SIGNED, rows.filter(signed_on__isnull=False), day="signed_on"),
                Arm(Fact.EXPIRED, rows.filter(valid_until__lt=today), day="valid_until"),
                Arm(Fact.UNDATED_AGREEMENT, undated),
            ]
        case Kind.PROJECT:
            return [
                Arm(Fact.STAGE_OF_PROJECT, _stages_of_projects(rows), at="history_date"),
                Arm(Fact.START_OF_PROJECT, rows.filter(starts_on__lte=today), day="starts_on"),
            ]


def _stages_of_projects(projects):
    """Return the rows of the history in which one of ``projects`` was entered or changed stage."""
    history = Project.history.model.objects.filter(id__in=projects.values("pk"))
    earlier = Project.history.model.objects.filter(
        id=OuterRef("id"), history_id__lt=OuterRef("history_id")
    ).order_by("-history_id")
    before = history.annotate(stage_before=Subquery(earlier.values("stage")[:1]))
    return before.filter(Q(stage_before=None) | ~Q(stage_before=F("stage")))


def _slim(arm, place, size):
    """Return the first ``size`` rows of ``arm`` after ``place`` as (day_, at_, fact_, key_)."""
    rows = arm.rows if place is None else _after(arm, place)
    # SQLite takes no LIMIT in an arm of a union, but in a subquery.
    return (
        rows.filter(pk__in=_newest(arm, rows)[:size])
        .order_by()
        .annotate(
            day_=TruncDate(arm.at) if arm.at else _or_null(arm.day, models.DateField()),
            at_=_or_null(arm.at, models.DateTimeField()),
            fact_=Value(int(arm.fact), output_field=models.IntegerField()),
            key_=F("pk"),
        )
        .values_list("day_", "at_", "fact_", "key_")
    )


def _newest(arm, rows):
    """Return the keys of ``rows``, which are of ``arm``, newest first."""
    if arm.links is not None:
        # One look at each contact of the record, by its key. With a join PostgreSQL would go
        # through all contacts of the house: from the newest on until enough of them are found,
        # which are milliseconds where they are recent and seconds where they are old.
        key = "pk" if arm.links.model is rows.model else "interaction_id"
        moment = rows.filter(pk=OuterRef(key)).order_by().values(arm.at)[:1]
        by_moment = arm.links.annotate(moment=Subquery(moment))
        return by_moment.order_by(F("moment").desc(nulls_last=True), f"-{key}").values(key)
    path = arm.at or arm.day
    return rows.order_by(*([F(path).desc(nulls_last=True)] if path else []), "-pk").values("pk")


def _or_null(path, kind):
    return F(path) if path else Cast(Value(None), kind)


def _after(arm, place):
    """Return the rows of ``arm`` that stand after ``place``."""
    # Which of those of the same moment: by the number of the fact (all or none), then by the key.
    same_fact = arm.fact == place.fact
    beyond = Q(pk__lt=place.key) if same_fact else Q(pk__isnull=arm.fact < place.fact)
    if arm.at:
        if place.day is None:
            return arm.rows.none()
        if place.at is None:
            return arm.rows.filter(**{f"{arm.at}__lt": start_of(place.day)})
        # The bound stands apart, so that an index can be read from there on.
        return arm.rows.filter(
            Q(**{f"{arm.at}__lt": place.at}) | beyond, **{f"{arm.at}__lte": place.at}
        )
    if place.day is None:
        return arm.rows.filter(beyond, **({f"{arm.day}__isnull": True} if arm.day else {}))
    if not arm.day:
        return arm.rows
    same_day = Q(**{arm.day: place.day})
    if place.at is None:
        same_day &= beyond
    later = Q(**{f"{arm.day}__lt": place.day}) | Q(**{f"{arm.day}__isnull": True})
    return arm.rows.filter(later | same_day)


# --- What they say: the records behind the entries ------------------------------------------


def _entries(places, record, user):
    """Return the entries of ``places``, in their order; what was deleted meanwhile is left out."""
    keys = {}
    for place in places:
        keys.setdefault(Fact(place.fact), set()).add(place.key)
    teller = _Teller(record, user)
    agreements = set().union(*(keys.get(fact, ()) for fact in _OF_AGREEMENTS))
    found = dict.fromkeys(_OF_AGREEMENTS, teller.agreements(agreements))
    for fact, load in (
        (Fact.CONTACT, teller.contacts),
        (Fact.APPOINTMENT, teller.appointments),
        (Fact.PARTICIPATION, teller.participations),
        (Fact.STAGE_OF_COOPERATION, teller.stages),
        (Fact.STAGE_OF_PROJECT, teller.stages_of_projects),
        (Fact.START_OF_PROJECT, teller.projects),
    ):
        found[fact] = load(keys.get(fact, ()))
    return [
        teller.tell(place, found[place.fact][place.key])
        for place in places
        if place.key in found[place.fact]
    ]


_OF_AGREEMENTS = (Fact.AGREED, Fact.SIGNED, Fact.EXPIRED, Fact.UNDATED_AGREEMENT)
_STATE_OF_AGREEMENT = {
    Fact.AGREED: Agreement.Status.AGREED,
    Fact.SIGNED: Agreement.Status.SIGNED,
    Fact.EXPIRED: Agreement.Status.EXPIRED,
}


class _Teller:
    """Reads the records behind the entries about ``record``, and tells them to ``user``."""

    def __init__(self, record, user):
        self.record = record
        self.user = user
        self._may_see = {}

    # Each returns {key: record} with the same queries for any number of keys, none for no key.

    def contacts(self, keys):
        rows = Interaction.objects.select_related(
            "mission", "cooperation__home", "cooperation__partner"
        ).prefetch_related(
            Prefetch("organisations", Organisation.objects.for_user(self.user)),
            Prefetch("people", Person.objects.for_user(self.user)),
            "staff",
        )
        return _by_key(rows, keys)

    def appointments(self, keys):
        hosts = Prefetch("hosts", Organisation.objects.for_user(self.user))
        return _by_key(
            Appointment.objects.select_related("mission", "stop").prefetch_related(hosts), keys
        )

    def participations(self, keys):
        return _by_key(
            Participation.objects.select_related("mission", "organisation", "person"), keys
        )

    def stages(self, keys):
        return _by_key(
            CooperationStage.objects.select_related("cooperation__home", "cooperation__partner"),
            keys,
        )

    def agreements(self, keys):
        return _by_key(Agreement.objects.select_related("mission").with_parties(), keys)

    def projects(self, keys):
        return _by_key(self._projects(), keys)

    def stages_of_projects(self, keys):
        stages = _by_key(Project.history.model.objects.select_related("history_user"), keys)
        projects = _by_key(self._projects(), {stage.id for stage in stages.values()})
        return {
            key: (stage, projects[stage.id])
            for key, stage in stages.items()
            if stage.id in projects
        }

    def _projects(self):
        parties = ProjectParty.objects.select_related("organisation")
        return Project.objects.select_related("origin_mission").prefetch_related(
            Prefetch("parties", parties)
        )

    def tell(self, place, record) -> Entry:
        """Return the entry about ``record`` at ``place``."""
        match place.fact:
            case Fact.CONTACT:
                return self._contact(place, record)
            case Fact.APPOINTMENT:
                return self._appointment(place, record)
            case Fact.PARTICIPATION:
                return self._participation(place, record)
            case Fact.STAGE_OF_COOPERATION:
                return self._stage(place, record)
            case Fact.STAGE_OF_PROJECT:
                stage, project = record
                entry = self._project(place, project)
                entry.state = Project.Stage(stage.stage)
                entry.who = [str(stage.history_user)] if stage.history_user else []
                return entry
            case Fact.START_OF_PROJECT:
                entry = self._project(place, record)
                entry.remark = _("start")
                return entry
        return self._agreement(place, record)

    def _entry(self, place, record, **facts):
        facts = {
            "when": _day(place),
            "title": str(record),
            "url": record.get_absolute_url(),
            "kind": record._meta.verbose_name,
            "icon": ICONS.get(type(record), ""),
            **facts,
        }
        return Entry(place, **facts)

    def _contact(self, place, contact):
        local = timezone.localtime(contact.occurred_at)
        # Midnight is what is entered where nobody knows the hour.
        known_to_the_day = local.time() == time.min
        return self._entry(
            place,
            contact,
            when=_day(place)
            if known_to_the_day
            else f"{_day(place)}, {date_format(local, 'TIME_FORMAT')}",
            kind=contact.get_kind_display(),
            icon=ICONS_OF_CONTACTS[contact.kind],
            who=[str(colleague) for colleague in contact.staff.all()],
            beside=self._links(
                *contact.organisations.all(),
                *contact.people.all(),
                contact.cooperation,
                contact.mission,
            ),
            notes=self._shown(contact, "notes"),
        )

    def _appointment(self, place, appointment):
        return self._entry(
            place,
            appointment,
            when=appointment.when,
            kind=appointment.get_kind_display(),
            state=Appointment.Status(appointment.status),
            remark=appointment.stop.city if appointment.stop else "",
            beside=self._links(*appointment.hosts.all(), appointment.mission),
            notes=self._shown(appointment, "outcome"),
        )

    def _participation(self, place, participation):
        mission = participation.mission
        return self._entry(
            place,
            participation,
            when=mission.dates,
            title=str(mission),
            url=mission.get_absolute_url() if self._sees(Mission) else "",
            state=Participation.Status(participation.status),
            beside=[
                Link(participation.get_role_display(), participation.get_absolute_url()),
                *self._links(participation.person, participation.organisation),
            ],
        )

    def _stage(self, place, stage):
        cooperation = stage.cooperation
        return self._entry(
            place,
            cooperation,
            state=Cooperation.Stage(stage.stage),
            remark=cooperation.subject,
        )

    def _agreement(self, place, agreement):
        parties = [party.organisation for party in agreement.parties.all()]
        return self._entry(
            place,
            agreement,
            kind=agreement.get_kind_display(),
            state=_STATE_OF_AGREEMENT.get(place.fact, Agreement.Status(agreement.status)),
            beside=self._links(*parties, agreement.mission),
        )

    def _project(self, place, project):
        parties = [party.organisation for party in project.parties.all()]
        return self._entry(
            place,
            project,
            beside=self._links(*parties, project.origin_mission),
        )

    def _shown(self, record, name):
        """Return the beginning of a text of ``record``; nothing where it is hidden."""
        if name in record.hidden_fields(self.user):
            return ""
        return Truncator(getattr(record, name)).chars(SHOWN_OF_NOTES)

    def _links(self, *records):
        """Return links to ``records``, each once, without the one whose timeline this is."""
        links = {}
        for record in records:
            if record is None or record == self.record or not self._sees(type(record)):
                continue
            url = record.get_absolute_url()
            links.setdefault(url, Link(str(record), url))
        return list(links.values())

    def _sees(self, model):
        if model not in self._may_see:
            self._may_see[model] = not model.objects.for_user(self.user).query.is_empty()
        return self._may_see[model]


def _by_key(rows, keys):
    return rows.in_bulk(keys) if keys else {}


def _day(place):
    return date_format(place.day, "SHORT_DATE_FORMAT") if place.day else ""
