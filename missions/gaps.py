"""What is still missing for a mission: the checklist of its page and of the start page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import ngettext

from .models import Appointment, Participation, Stop


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
    gaps = gaps_by_mission([mission], user)[mission.pk]
    if (
        not _is_open(mission)
        or mission.capacity is None
        or mission.status == mission.Status.RUNNING
    ):
        return gaps
    participations = Participation.objects.for_user(user).filter(mission=mission)
    count = mission.capacity - participations.holding_a_place().count()
    if count > 0:
        text = ngettext("%d free place", "%d free places", count)
        gaps.append(Gap(text % count, count, _list(mission, "missions_participation")))
    return gaps


def gaps_by_mission(missions, user) -> dict[int, list[Gap]]:
    """Return what each of ``missions`` lacks by its id, in as many queries as for one of them.

    Free places are left out: beside the number of participants they say nothing new.
    """
    under_way = [mission for mission in missions if _is_open(mission)]
    gaps = {mission.pk: [] for mission in missions}
    if not under_way:
        return gaps
    participations = Participation.objects.for_user(user)
    appointments = Appointment.objects.for_user(user)

    def add(rows, text, url):
        counted = rows.filter(mission__in=under_way).order_by().values_list("mission")
        counts = dict(counted.annotate(count=Count("pk")))
        for mission in under_way:
            if count := counts.get(mission.pk):
                gaps[mission.pk].append(Gap(text(count) % count, count, url(mission)))

    add(
        participations.without_profile(),
        lambda n: ngettext(
            "%d participant without a profile", "%d participants without a profile", n
        ),
        lambda mission: _list(mission, "missions_participation", missing="profile"),
    )
    if "fee_paid_on" not in Participation.hidden_fields(user):
        add(
            participations.with_unpaid_fee(),
            lambda n: ngettext("%d fee not paid", "%d fees not paid", n),
            lambda mission: _list(mission, "missions_participation", missing="fee"),
        )
    add(
        appointments.without_host(),
        lambda n: ngettext("%d appointment without a host", "%d appointments without a host", n),
        lambda mission: _list(mission, "missions_appointment", missing="host"),
    )
    add(
        appointments.without_interpreter(),
        lambda n: ngettext(
            "%d appointment without an interpreter", "%d appointments without an interpreter", n
        ),
        lambda mission: _list(mission, "missions_appointment", missing="interpreter"),
    )
    add(
        Stop.objects.filter(arrives_on__isnull=True),
        lambda n: ngettext("%d stop without dates", "%d stops without dates", n),
        # The question mark makes it another address: the page reads its tab when it is loaded.
        lambda mission: f"{mission.get_absolute_url()}?#stops",
    )
    return gaps


def _is_open(mission):
    return mission.status in mission.OPEN_STATUSES and not mission.is_archived


def _list(mission, name, **filters):
    query = urlencode({"mission__id__exact": mission.pk, **filters})
    return f"{reverse(f'admin:{name}_changelist')}?{query}"
