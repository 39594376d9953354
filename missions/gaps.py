"""What is still missing for a mission: the checklist of its page and of the start page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import ngettext

from .models import Appointment, Participation


@dataclass(frozen=True)
class Gap:
    """One kind of missing thing, with the list that shows them all."""

    text: str
    count: int
    url: str


def find_gaps(mission, user) -> list[Gap]:
    """Return what ``mission`` still lacks and ``user`` may see; empty for missions not under way.

    A constant number of queries. The lists behind the counts filter by the same QuerySet methods.
    """
    if mission.status not in mission.OPEN_STATUSES or mission.is_archived:
        return []
    return [gap for gap in _all_gaps(mission, user) if gap.count > 0]


def _all_gaps(mission, user):
    participations = Participation.objects.for_user(user).filter(mission=mission)
    appointments = Appointment.objects.for_user(user).filter(mission=mission)
    count = participations.without_profile().count()
    text = ngettext("%d participant without a profile", "%d participants without a profile", count)
    yield Gap(text % count, count, _list(mission, "missions_participation", missing="profile"))

    if "fee_paid_on" not in Participation.hidden_fields(user):
        count = participations.with_unpaid_fee().count()
        text = ngettext("%d fee not paid", "%d fees not paid", count)
        yield Gap(text % count, count, _list(mission, "missions_participation", missing="fee"))

    count = appointments.without_host().count()
    text = ngettext("%d appointment without a host", "%d appointments without a host", count)
    yield Gap(text % count, count, _list(mission, "missions_appointment", missing="host"))

    count = appointments.without_interpreter().count()
    text = ngettext(
        "%d appointment without an interpreter", "%d appointments without an interpreter", count
    )
    missing = _list(mission, "missions_appointment", missing="interpreter")
    yield Gap(text % count, count, missing)

    undated = mission.stops.filter(arrives_on__isnull=True)
    count = undated.count()
    text = ngettext("%d stop without dates", "%d stops without dates", count)
    # The question mark makes it another address: the page reads its tab when it is loaded.
    yield Gap(text % count, count, f"{mission.get_absolute_url()}?#stops")

    if mission.capacity is not None and mission.status != mission.Status.RUNNING:
        count = mission.capacity - participations.holding_a_place().count()
        text = ngettext("%d free place", "%d free places", count)
        yield Gap(text % count, count, _list(mission, "missions_participation"))


def _list(mission, name, **filters):
    query = urlencode({"mission__id__exact": mission.pk, **filters})
    return f"{reverse(f'admin:{name}_changelist')}?{query}"
