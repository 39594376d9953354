"""The calendar of follow-ups and appointments: a month at the desk, an agenda on the phone."""

from calendar import monthrange
from collections import defaultdict
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Appointment, FollowUp

WHOSE = {"me": gettext_lazy("Mine"), "team": gettext_lazy("My team’s"), "all": gettext_lazy("All")}
# More of either than a page can show; beyond, the list and its filters help.
MOST = 400
# Of one day, before "and more".
SHOWN = 5
# An appointment stands on the day of its own zone, which may be a day off ours.
ZONES = timedelta(days=1)


def calendar_urls(model_admin):
    view = model_admin.admin_site.admin_view
    return [
        path(
            "calendar/",
            view(lambda request: calendar(model_admin, request)),
            name="missions_followup_calendar",
        )
    ]


def calendar(model_admin, request):
    """Show the month ``?month=2026-11`` of those ``?whose=`` me, team or all."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    today = timezone.localdate()
    first = _month(request.GET.get("month", ""), today)
    whose = request.GET.get("whose", "me")
    whose = whose if whose in WHOSE else "me"
    start = first - timedelta(days=first.weekday())
    end = first.replace(day=monthrange(first.year, first.month)[1])
    end += timedelta(days=6 - end.weekday())
    follow_ups = _follow_ups(request.user, whose, start, end)
    appointments = _appointments(request.user, whose, start, end)
    is_cut = len(follow_ups) > MOST or len(appointments) > MOST
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Calendar"),
        "content_title": _("Calendar"),
        "opts": model_admin.opts,
        "month": first,
        "days": _days(start, end, first, today, follow_ups[:MOST], appointments[:MOST], whose),
        "has_items": bool(follow_ups or appointments),
        "is_cut": is_cut,
        "most": MOST,
        "may_change": model_admin.has_change_permission(request),
        "whose": [
            {"label": label, "url": _address(first, key), "is_current": key == whose}
            for key, label in WHOSE.items()
        ],
        "previous": _address(first - timedelta(days=1), whose),
        "following": _address(first + timedelta(days=31), whose),
        "this_month": _address(today, whose),
        "list": _list_address(whose),
    }
    return TemplateResponse(request, "admin/follow_ups/calendar.html", context)


def _month(text, today):
    """Return the first day of the month ``text``, of this one where it is none."""
    try:
        first = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)
    # Neither the month before nor the one after must lie beyond what a date can be.
    return first if 1900 <= first.year <= 2200 else today.replace(day=1)


def _address(day, whose):
    query = urlencode({"month": f"{day:%Y-%m}", "whose": whose})
    return f"{reverse('admin:missions_followup_calendar')}?{query}"


def _list_address(whose, **parameters):
    scope = {} if whose == "all" else {"assignee": whose}
    address = reverse("admin:missions_followup_changelist")
    query = urlencode(scope | parameters)
    return f"{address}?{query}" if query else address


def _follow_ups(user, whose, start, end):
    found = FollowUp.objects.for_user(user).active().filter(due_on__range=(start, end)).for_list()
    if whose == "me":
        found = found.of(user)
    elif whose == "team":
        found = found.of_team(user)
    return list(found.order_by("due_on", "pk")[: MOST + 1])


def _appointments(user, whose, start, end):
    first = timezone.make_aware(datetime.combine(start, time.min)) - ZONES
    last = timezone.make_aware(datetime.combine(end, time.max)) + ZONES
    found = Appointment.objects.for_user(user).active().not_cancelled()
    found = found.filter(starts_at__range=(first, last), mission__archived_at__isnull=True)
    if whose == "me":
        found = found.of(user)
    elif whose == "team":
        found = found.filter(mission__owner__in=user.team_members().values("pk"))
    return list(found.select_related("mission", "stop").order_by("starts_at", "pk")[: MOST + 1])


def _days(start, end, first, today, follow_ups, appointments, whose):
    due, held = defaultdict(list), defaultdict(list)
    for follow_up in follow_ups:
        due[follow_up.due_on].append(follow_up)
    for appointment in appointments:
        held[appointment.local_starts_at.date()].append(appointment)
    days = []
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        shown = [{"appointment": one} for one in held[day]]
        shown += [{"follow_up": one} for one in due[day]]
        days.append(
            {
                "day": day,
                "is_today": day == today,
                "is_other": day.month != first.month,
                "items": shown[:SHOWN],
                "more": len(shown) - SHOWN if len(shown) > SHOWN else 0,
                "url": _list_address(whose, state="all", due_on_from=day, due_on_to=day),
            }
        )
    return days
