"""Conflicts in the programme: somebody in two places at once, or with no time to get there."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

# The least time between appointments in two cities: a flight within the region and its airports.
TRAVEL = timedelta(hours=2)


def find_conflicts(appointment, participations) -> list[tuple]:
    """Return ``(who, other appointment)`` for each conflict of time, earliest first.

    In one city appointments must not overlap; between two cities lie at least ``TRAVEL``, unless
    one of the two is the transfer itself.

    ``participations`` are those who (shall) go to ``appointment``. A person counts with every
    participation of theirs in the mission; the interpreter counts as a person. Two queries.
    """
    participations = list(participations)
    others = list(
        type(appointment)
        .objects.active()
        .not_cancelled()
        .filter(
            mission=appointment.mission_id,
            starts_at__lt=appointment.ends_at + TRAVEL,
            ends_at__gt=appointment.starts_at - TRAVEL,
        )
        .exclude(pk=appointment.pk)
        .select_related("interpreter", "stop")
        .prefetch_related("participations__person", "participations__organisation")
        .order_by("starts_at")
    )
    wanted = {participation.pk for participation in participations}
    people = {p.person_id for p in participations if p.person_id} | {appointment.interpreter_id}
    people.discard(None)
    conflicts = []
    for other in others:
        if not _collide(appointment, other):
            continue
        for participation in other.participations.all():
            if participation.pk in wanted or participation.person_id in people:
                conflicts.append((participation.person or participation.organisation, other))
        if other.interpreter_id in people:
            conflicts.append((other.interpreter, other))
    return conflicts


def _collide(one, other) -> bool:
    """Whether nobody can be at both appointments, which lie less than ``TRAVEL`` apart."""
    if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
        return True
    cities = {appointment.stop.city for appointment in (one, other) if appointment.stop}
    return len(cities) == 2 and "transfer" not in (one.kind, other.kind)


def check_conflicts(appointment, participations) -> None:
    """Raise ValidationError on conflicts, unless somebody accepted them on the appointment."""
    if appointment.conflicts_accepted or appointment.status == "cancelled":
        return
    conflicts = find_conflicts(appointment, participations)
    if conflicts:
        raise ValidationError(
            [
                ValidationError(
                    _(
                        "%(who)s is at “%(other)s” (%(city)s) from %(start)s to %(end)s. Choose "
                        "another time, or tick “save in spite of conflicts”."
                    ),
                    code="conflict",
                    params={
                        "who": who,
                        "other": other,
                        "city": other.stop.city if other.stop else "–",
                        "start": date_format(other.local_starts_at, "H:i"),
                        "end": date_format(other.local_ends_at, "H:i"),
                    },
                )
                for who, other in conflicts
            ]
        )
