"""What the page of a mission shows beside its form: the summary panel, and the rows of its tabs."""

from django.db.models import Count, F, Q

from legcrm.core.dates import format_span

from .gaps import find_gaps
from .lineage import chain
from .models import Agreement, Appointment, Cooperation, Mission, Participation, Project
from .models.cooperation import Field

# How many related records a tab shows before it refers to the list.
SHOWN = 20
SHOWN_APPOINTMENTS = 60


def summary(mission, user) -> dict:
    """Return the facts of the summary panel. A constant number of queries.

    Counts are those of the lists that they link to.
    """
    participations = _of(Participation, mission, user)
    appointments = _of(Appointment, mission, user).not_cancelled()
    missions = chain(mission)
    return {
        "stops": [
            (stop, format_span(stop.arrives_on, stop.leaves_on)) for stop in mission.stops.all()
        ],
        "places": participations.holding_a_place().count(),
        "counts": participations.holding_a_place().counts(),
        "appointments": appointments.aggregate(
            every=Count("pk"), official=Count("pk", filter=Q(counts_as_official=True))
        ),
        "agreements": _agreements(mission, user),
        "projects": _of(Project, mission, user, "origin_mission").count(),
        "cooperations": _of(Cooperation, mission, user, "origin_mission").count(),
        "earlier": missions.earlier,
        "later": missions.later,
        "gaps": find_gaps(mission, user),
        "is_prepared": mission.status in Mission.OPEN_STATUSES,
    }


def _of(model, mission, user, field="mission"):
    return model.objects.for_user(user).active().filter(**{field: mission})


def _agreements(mission, user) -> dict:
    """Count the agreements that came of the mission: by field, and by when they were signed."""
    found = _of(Agreement, mission, user).concluded()
    by_field, on_trip, later = {}, 0, 0
    rows = found.order_by().values_list("field", "signed_after_mission").annotate(Count("pk"))
    for field, signed_after, count in rows:
        by_field[field] = by_field.get(field, 0) + count
        if signed_after:
            later += count
        else:
            on_trip += count
    return {
        "every": on_trip + later,
        "on_trip": on_trip,
        "later": later,
        "by_field": [
            (field, Field(field).label, by_field[field])
            for field in Field.values
            if field in by_field
        ],
    }


def related_rows(mission, user) -> dict:
    """Return the rows of the tabs, each with the number of all."""
    participations = (
        _of(Participation, mission, user)
        .select_related("person", "organisation")
        .order_by(F("protocol_rank").asc(nulls_last=True), "organisation__name", "pk")
    )
    appointments = (
        _of(Appointment, mission, user)
        .select_related("stop", "interpreter")
        .prefetch_related("hosts")
        .order_by("starts_at", "pk")
    )
    agreements = (
        _of(Agreement, mission, user)
        .prefetch_related("parties__organisation")
        .order_by("-field", F("signed_on").asc(nulls_last=True), "pk")
    )
    projects = _of(Project, mission, user, "origin_mission").select_related("owner")
    cooperations = _of(Cooperation, mission, user, "origin_mission").select_related(
        "home", "partner"
    )
    return {
        "participations": participations[:SHOWN],
        "participations_total": participations.count(),
        "days": _by_day(appointments[:SHOWN_APPOINTMENTS]),
        "appointments_total": appointments.count(),
        "appointments_shown": SHOWN_APPOINTMENTS,
        "agreements": agreements[:SHOWN],
        "agreements_total": agreements.count(),
        "projects": projects[:SHOWN],
        "projects_total": projects.count(),
        "cooperations": cooperations[:SHOWN],
        "cooperations_total": cooperations.count(),
        "shown": SHOWN,
    }


def _by_day(appointments) -> list[tuple]:
    """Return ``(local day, appointments)`` in order."""
    days = {}
    for appointment in appointments:
        days.setdefault(appointment.local_starts_at.date(), []).append(appointment)
    return list(days.items())
