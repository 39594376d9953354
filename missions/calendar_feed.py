"""The calendar of one colleague, as calendar programs read it: what is promised, where to be."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event

from legcrm.core.models import User
from legcrm.core.public import public_id, public_url

from .models import Appointment, FollowUp

# What lies further back is no longer of use in a calendar.
PAST = timedelta(days=60)
MOST = 1000


def calendar_of(user: User, now: datetime) -> bytes:
    """Return the iCalendar file (RFC 5545) of ``user``: open follow-ups and appointments.

    Holds what the user may see at the moment ``now``, in their language. Follow-ups are whole days,
    appointments instants in UTC, which every program shows in the zone of its reader; the local
    time of the place stands in the text.
    """
    with override(user.language):
        calendar = Calendar()
        calendar.add("prodid", "-//LEG CRM//legcrm//")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", f"LEG CRM · {settings.AGENCY_NAME}")
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
        for follow_up in _follow_ups(user):
            calendar.add_component(_day(follow_up, user))
        for appointment in _appointments(user, now):
            calendar.add_component(_hours(appointment))
        return calendar.to_ical()


def _follow_ups(user):
    return (
        FollowUp.objects.for_user(user).of(user).open().for_list().order_by("due_on", "pk")[:MOST]
    )


def _appointments(user, now):
    appointments = Appointment.objects.for_user(user).active().of(user)
    appointments = appointments.filter(ends_at__gte=now - PAST).order_by("starts_at", "pk")
    return appointments.select_related("mission", "stop")[:MOST]


def _event(kind, record, title):
    event = Event()
    event.add("uid", public_id(f"{kind}-{record.pk}"))
    event.add("summary", title)
    event.add("url", public_url(record.get_absolute_url()))
    event.add("dtstamp", record.updated_at)
    event.add("last-modified", record.updated_at)
    event.add("created", record.created_at)
    event.add("sequence", record.version)
    return event


def _day(follow_up, user):
    target = follow_up.target
    opts = target._meta
    seen = user.has_perm(f"{opts.app_label}.view_{opts.model_name}")
    event = _event(
        "follow-up", follow_up, f"{follow_up.what} · {target}" if seen else follow_up.what
    )
    event.add("dtstart", follow_up.due_on)
    event.add("dtend", follow_up.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")  # the day is free for appointments
    if follow_up.note:
        event.add("description", follow_up.note)
    return event


def _hours(appointment):
    event = _event("appointment", appointment, appointment.title)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add(
        "status",
        {
            Appointment.Status.PLANNED: "TENTATIVE",
            Appointment.Status.CANCELLED: "CANCELLED",
        }.get(appointment.status, "CONFIRMED"),
    )
    city = appointment.stop.city if appointment.stop else ""
    if place := ", ".join(filter(None, (appointment.venue, appointment.address, city))):
        event.add("location", place)
    local = _("%(day)s, %(hours)s local time") % {
        "day": date_format(appointment.local_starts_at, "SHORT_DATE_FORMAT"),
        "hours": appointment.hours,
    }
    event.add("description", f"{local}\n{appointment.mission}")
    return event
