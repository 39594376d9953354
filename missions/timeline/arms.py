"""Which entries a timeline has: slim rows of each kind of fact, the arms of one union."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from legcrm.core.dates import start_of
from partners.models import Organisation, Person

from ..models import (
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
from .entries import Fact, Kind

MODELS = {
    Kind.CONTACT: Interaction,
    Kind.APPOINTMENT: Appointment,
    Kind.PARTICIPATION: Participation,
    Kind.COOPERATION: Cooperation,
    Kind.AGREEMENT: Agreement,
    Kind.PROJECT: Project,
}


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


def seen(record, user) -> dict[Kind, QuerySet]:
    """Return what ``user`` may see of each kind that the timeline of ``record`` can have."""
    seen = {
        kind: MODELS[kind].objects.for_user(user).active()
        for kind in BELONGING[record._meta.concrete_model](record.pk)
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
BELONGING = {Organisation: _of_organisation, Person: _of_person, Mission: _of_mission}


def arms_of(kind, rows, belonging) -> Iterable[Arm]:
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


def slim(arm, place, size):
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
