"""What the page of a mission shows beside its form: the summary panel, and the rows of its tabs."""

from django.db.models import F
from django.urls import reverse
from django.utils.http import urlencode

from legcrm.core.dates import format_span

from .balance import BY_FIELD, BY_SIGNATURE, Balance
from .gaps import find_gaps
from .lineage import chain
from .models import Agreement, Appointment, Cooperation, Mission, Participation, Project
from .questionnaires import overview

# The figures of the Bilanz that the panel shows.
COUNTED = (
    "organisations",
    "companies",
    "appointments",
    "official_appointments",
    "agreements",
    *BY_FIELD,
    *BY_SIGNATURE,
    "cooperations",
    "projects",
)

# How many related records a tab shows before it refers to the list.
SHOWN = 20
SHOWN_APPOINTMENTS = 60


def summary(mission, user) -> dict:
    """Return the facts of the summary panel. A constant number of queries.

    Counts are those of the lists that they link to, and of the Bilanz where that has them.
    """
    missions = chain(mission)
    results = Balance([mission], user, only=COUNTED).results()
    return {
        "stops": [
            (stop, format_span(stop.arrives_on, stop.leaves_on)) for stop in mission.stops.all()
        ],
        "places": _of(Participation, mission, user).holding_a_place().count(),
        "places_url": _places_url(mission),
        "results": results,
        "agreement_parts": [
            [results[key] for key in keys if key in results and results[key].amount]
            for keys in (BY_FIELD, BY_SIGNATURE)
        ],
        "earlier": missions.earlier,
        "later": missions.later,
        "gaps": find_gaps(mission, user),
        "is_prepared": mission.status in Mission.OPEN_STATUSES,
        "questionnaires": overview(mission, user),
    }


def _of(model, mission, user, field="mission"):
    return model.objects.for_user(user).active().filter(**{field: mission})


def _places_url(mission):
    chosen = {"mission__id__exact": mission.pk, "status": Participation.PLACE_STATUSES}
    address = reverse("admin:missions_participation_changelist")
    return f"{address}?{urlencode(chosen, doseq=True)}"


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
