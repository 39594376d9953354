"""Conflicts in the programme: somebody in two places at once."""

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def find_conflicts(appointment, participations) -> list[tuple]:
    """Return ``(who, other appointment)`` for each overlap of time, earliest first.

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
            starts_at__lt=appointment.ends_at,
            ends_at__gt=appointment.starts_at,
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
        for participation in other.participations.all():
            if participation.pk in wanted or participation.person_id in people:
                conflicts.append((participation.person or participation.organisation, other))
        if other.interpreter_id in people:
            conflicts.append((other.interpreter, other))
    return conflicts


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
                        "%(who)s is at “%(other)s” from %(start)s to %(end)s. Choose another time, "
                        "or tick “save in spite of conflicts”."
                    ),
                    code="conflict",
                    params={
                        "who": who,
                        "other": other,
                        "start": date_format(other.local_starts_at, "H:i"),
                        "end": date_format(other.local_ends_at, "H:i"),
                    },
                )
                for who, other in conflicts
            ]
        )
