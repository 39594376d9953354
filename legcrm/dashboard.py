"""The start page: what is due, what is on, and figures that open the list behind them.

Everything is read under the user's rights; a card that the user may not open is not there. The
number of queries doesn't grow with the number of records.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_countries import countries

from missions.admin_display import chip
from missions.gaps import gaps_by_mission
from missions.models import (
    Agreement,
    Appointment,
    Cooperation,
    FollowUp,
    Interaction,
    Mission,
    Participation,
)
from partners.models import Organisation, Person

from .site import may_add, may_view, page_url

FOLLOW_UPS_SHOWN = 8
MISSIONS_SHOWN = 5
LAST_MISSIONS_SHOWN = 3
APPOINTMENTS_SHOWN = 6
COUNTRIES_SHOWN = 10


def start_page(request, context):
    """Add the cards of the start page to the context of the admin's index."""
    today = timezone.localdate()
    cooperations = _cooperations(request)
    countries_ = _countries(request)
    cards = {
        "follow_ups": _follow_ups(request, today),
        "missions": _missions(request, today),
        "appointments": _appointments(request, today),
        "cooperations": cooperations,
        "countries": countries_,
        "figures": _figures(request, countries_, cooperations),
    }
    return {
        **context,
        **cards,
        "title": _("Today"),
        "greeting": _greeting(request.user),
        "today": today,
        "quick_actions": _quick_actions(request),
        "nothing_to_see": not any(cards.values()),
    }


def _greeting(user):
    hour = timezone.localtime().hour
    name = user.first_name or user.get_username()
    if hour < 11:
        return _("Good morning, %(name)s") % {"name": name}
    if hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def _quick_actions(request):
    offered = (
        (Interaction, _("Log a contact"), "add_comment"),
        (FollowUp, _("New follow-up"), "notification_add"),
        (Organisation, _("New organisation"), "domain_add"),
    )
    return [
        {"title": title, "icon": icon, "url": page_url(model, "add")}
        for model, title, icon in offered
        if may_add(request, model)
    ]


def _follow_ups(request, today):
    """What the user promised: three counts, and what is next."""
    if not may_view(request, FollowUp):
        return None
    mine = FollowUp.objects.for_user(request.user).of(request.user).open()
    week = today + timedelta(days=7)
    counts = mine.aggregate(
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        today=Count("pk", filter=Q(due_on=today)),
        week=Count("pk", filter=Q(due_on__range=(today, week))),
    )
    labels = {"overdue": _("overdue"), "today": _("today"), "week": _("within seven days")}
    variants = {"overdue": "bad", "today": "warn"}
    first = mine.for_list().order_by("due_on", "pk")[:FOLLOW_UPS_SHOWN]
    return {
        "figures": [
            {
                "label": label,
                "count": counts[due],
                "variant": variants.get(due) if counts[due] else None,
                "url": page_url(FollowUp, assignee="me", due=due),
            }
            for due, label in labels.items()
        ],
        "rows": [
            {"follow_up": follow_up, "target": _visible_target(request, follow_up)}
            for follow_up in first
        ],
        "all_url": page_url(FollowUp, assignee="me"),
        "add_url": page_url(FollowUp, "add") if may_add(request, FollowUp) else None,
    }


def _visible_target(request, follow_up):
    target = follow_up.target
    return target if target is not None and may_view(request, type(target)) else None


def _missions(request, today):
    """Running and coming missions; where there are none, the last ones."""
    if not may_view(request, Mission):
        return None
    missions = Mission.objects.for_user(request.user).active()
    missions = missions.with_participant_count().prefetch_related("stops")
    shown = missions.running(today) | missions.coming(today)
    shown = list(shown.order_by("starts_on", "code")[:MISSIONS_SHOWN])
    last = [] if shown else list(missions.filter(starts_on__lte=today)[:LAST_MISSIONS_SHOWN])
    gaps = gaps_by_mission(shown, request.user)
    may_see_participants = may_view(request, Participation)
    return {
        "shown": bool(shown),
        "rows": [
            {
                "mission": mission,
                "chip": chip(Mission.Status(mission.status)),
                "participants_url": page_url(
                    Participation,
                    mission__id__exact=mission.pk,
                    status=[status.value for status in Participation.PLACE_STATUSES],
                )
                if may_see_participants
                else None,
                "gaps": gaps.get(mission.pk),
                "is_prepared": mission.status in Mission.OPEN_STATUSES,
            }
            for mission in shown or last
        ],
        "all_url": page_url(Mission),
        "add_url": page_url(Mission, "add") if may_add(request, Mission) else None,
    }


def _appointments(request, today):
    """The next appointments of the missions that the user owns or that are on."""
    if not may_view(request, Appointment):
        return None
    running = Mission.objects.active().running(today)
    appointments = (
        Appointment.objects.for_user(request.user)
        .active()
        .not_cancelled()
        .filter(Q(mission__owner=request.user) | Q(mission__in=running))
        .filter(ends_at__gte=timezone.now(), mission__archived_at__isnull=True)
        .select_related("mission", "stop")
        .order_by("starts_at", "pk")
    )
    return {
        "shown": list(appointments[:APPOINTMENTS_SHOWN]),
        "all_url": page_url(Appointment),
        "add_url": page_url(Appointment, "add") if may_add(request, Appointment) else None,
    }


def _bars(counted, label, url):
    """Return one bar per ``(value, count)``, the longest of them full."""
    longest = max((count for _value, count in counted), default=0) or 1
    return [
        {
            "label": label(value),
            "count": count,
            "share": round(100 * count / longest),
            "url": url(value),
        }
        for value, count in counted
    ]


def _cooperations(request):
    """Cooperations by stage, in the order of the road from first idea to end."""
    if not may_view(request, Cooperation):
        return None
    cooperations = Cooperation.objects.for_user(request.user).active()
    counts = dict(cooperations.order_by().values_list("stage").annotate(count=Count("pk")))
    stages = [(stage, counts[stage]) for stage in Cooperation.Stage if stage in counts]
    return {
        "bars": _bars(
            stages,
            lambda stage: stage.label,
            lambda stage: page_url(Cooperation, stage=stage.value),
        ),
        "counts": counts,
        "all_url": page_url(Cooperation),
        "add_url": page_url(Cooperation, "add") if may_add(request, Cooperation) else None,
    }


def _countries(request):
    """Partners abroad by country; the organisations at home are only in the total."""
    if not may_view(request, Organisation):
        return None
    organisations = Organisation.objects.for_user(request.user).active()
    counted = list(organisations.order_by().values_list("country").annotate(count=Count("pk")))
    abroad = [(code, count) for code, count in counted if code != settings.HOME_COUNTRY]
    abroad.sort(key=lambda item: (-item[1], str(countries.name(item[0]))))
    return {
        "bars": _bars(
            abroad[:COUNTRIES_SHOWN],
            lambda code: countries.name(code) or code,
            lambda code: page_url(Organisation, country=code),
        ),
        "map": {
            "countries": {
                code: {
                    "count": count,
                    "name": countries.name(code) or code,
                    "url": page_url(Organisation, country=code),
                }
                for code, count in abroad
            }
        },
        "more": max(len(abroad) - COUNTRIES_SHOWN, 0),
        "total": sum(count for _code, count in counted),
        "all_url": page_url(Organisation),
        "add_url": page_url(Organisation, "add") if may_add(request, Organisation) else None,
    }


def _figures(request, countries_, cooperations):
    """Four numbers, each with the list that it counts."""
    figures = []
    if countries_:
        figures.append((_("organisations"), countries_["total"], countries_["all_url"]))
    if may_view(request, Person):
        people = Person.objects.for_user(request.user).active().count()
        figures.append((_("people"), people, page_url(Person)))
    if cooperations:
        active = Cooperation.Stage.ACTIVE.value
        figures.append(
            (
                _("active cooperations"),
                cooperations["counts"].get(active, 0),
                page_url(Cooperation, stage=active),
            )
        )
    if may_view(request, Agreement):
        signed = Agreement.Status.SIGNED.value
        agreements = Agreement.objects.for_user(request.user).active().filter(status=signed)
        figures.append(
            (_("signed agreements"), agreements.count(), page_url(Agreement, status=signed))
        )
    return [{"label": label, "count": count, "url": url} for label, count, url in figures]
