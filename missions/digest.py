"""The morning e-mail: what became due, what was passed on, what the day brings.

Each promise is told once to each colleague for each due day. What has been told is what stands in
an e-mail that was sent: the rows are written first, then the e-mail goes out, then it is noted as
sent. Whatever ends the work between, the next run tells the same again in its own e-mail; so
nothing is lost, and at worst an e-mail comes twice, with the same id.
"""

import logging
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.core import mail, signing
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from legcrm.core.models import User
from legcrm.core.public import public_id, public_url

from .models import Appointment, Digest, FollowUp, Mission, Participation, Reminder
from .radar import Call, calls_today

logger = logging.getLogger(__name__)

MOST_SHOWN = 25
MOST_CALLS = 5
# What was passed on longer ago is no news, also for whoever gets the first e-mail.
NEWS = timedelta(days=30)
SALT = "missions.digest"


class NotAllSent(Exception):
    """Some morning e-mails could not be sent; the next run tries again."""


@dataclass
class Promise:
    """A follow-up as the e-mail tells of it; ``target`` is "" where the user may not see it."""

    follow_up: FollowUp
    target: str
    url: str


@dataclass
class Content:
    """What one e-mail tells, with whole addresses; ``due`` is cut, ``due_count`` is not."""

    user: User
    day: date
    due_count: int = 0
    due: list[Promise] = field(default_factory=list)
    passed_on: list[Promise] = field(default_factory=list)
    overdue_count: int = 0
    appointments: list[tuple[Appointment, str]] = field(default_factory=list)
    # Dicts with ``mission``, ``count`` and ``url``.
    applications: list[dict] = field(default_factory=list)
    calls: list[tuple[Call, str]] = field(default_factory=list)


# --- Sending --------------------------------------------------------------------------------


def send_digests(day: date) -> str:
    """Send the e-mail of ``day`` to all who want one and have something in it; return how many.

    Raises NotAllSent where some failed, after the others, and what the mail server raises where it
    can't be reached at all.
    """
    sent, failed = 0, 0
    connection = mail.get_connection()
    try:
        for user in recipients():
            try:
                digest, content = prepare(user, day)
                message = content and message_for(content)
            except Exception:
                logger.exception("The morning e-mail of user %s could not be written", user.pk)
                failed += 1
                continue
            if message is None:
                continue
            connection.open()  # nothing, where it is open
            try:
                connection.send_messages([message])
            except Exception:
                logger.exception("The morning e-mail of user %s could not be sent", user.pk)
                connection.close()  # it may be in the middle of something
                failed += 1
                continue
            digest.sent_at = timezone.now()
            digest.save(update_fields=["sent_at"])
            sent += 1
    finally:
        connection.close()
    if failed:
        raise NotAllSent(
            _("%(sent)d e-mails sent, %(failed)d failed") % {"sent": sent, "failed": failed}
        )
    return ngettext("%d e-mail sent", "%d e-mails sent", sent) % sent


def recipients():
    """Return the colleagues who want the e-mail."""
    users = get_user_model().objects.filter(is_active=True, daily_digest=True)
    return users.exclude(email="").order_by("pk")


def prepare(user: User, day: date) -> tuple[Digest | None, Content | None]:
    """Note what the e-mail of ``user`` on ``day`` tells, and return both; None for nothing to send.

    What stood in e-mails that were never sent is told by this one.
    """
    now = timezone.now()
    digests = user.digests.order_by("-day")
    if digests.filter(day=day, sent_at__isnull=False).exists():
        return None, None
    last = digests.filter(sent_at__isnull=False).first()
    content, reminders = _collect(user, day, last.created_at if last else None, now)
    with transaction.atomic():
        digests.filter(sent_at__isnull=True).delete()
        if content is None:
            return None, None
        digest = user.digests.create(day=day, created_at=now)
        for reminder in reminders:
            reminder.digest = digest
        Reminder.objects.bulk_create(reminders)
    return digest, content


# --- What it tells --------------------------------------------------------------------------


def _collect(user, day, since, now):
    """Return the content and its reminders, not saved; None where nothing is new since ``since``.

    What is overdue for long, and whom to call, comes along, but makes no e-mail by itself.
    """
    since = max(since or now - NEWS, now - NEWS)
    mine = FollowUp.objects.for_user(user).of(user)
    told = Reminder.objects.filter(
        follow_up=OuterRef("pk"),
        user=user,
        due_on=OuterRef("due_on"),
        digest__sent_at__isnull=False,
    )
    due = list(mine.due(day).filter(~Exists(told)).for_list().order_by("due_on", "pk"))
    passed_on = (
        mine.open()
        .filter(due_on__gt=day, passed_on_at__gt=since, passed_on_at__lte=now)
        .exclude(passed_on_by=user)
    )
    applications = list(_applications(user))
    content = Content(
        user,
        day,
        due_count=len(due),
        due=[_promise(follow_up, user) for follow_up in due[:MOST_SHOWN]],
        passed_on=[
            _promise(follow_up, user)
            for follow_up in passed_on.select_related("passed_on_by").for_list()[:MOST_SHOWN]
        ],
        appointments=_appointments(user, day),
    )
    news = content.due or content.passed_on or content.appointments
    if not news and not any(row["newest"] > since for row in applications):
        return None, []
    content.overdue_count = mine.due(day - timedelta(days=1)).count()
    content.applications = applications
    content.calls = [
        (call, public_url(call.url))
        for call in calls_today(user, most=MOST_CALLS)
        if call.target not in due  # told above
    ]
    reminders = [Reminder(follow_up=one, user=user, due_on=one.due_on) for one in due]
    return content, reminders


def _promise(follow_up, user):
    target = follow_up.target
    opts = target._meta
    seen = user.has_perm(f"{opts.app_label}.view_{opts.model_name}")
    return Promise(follow_up, str(target) if seen else "", public_url(follow_up.get_absolute_url()))


def _appointments(user, day):
    """Return the appointments of ``day``, as the calendar at the place says it."""
    middle = datetime.combine(day, time(12), UTC)
    near = (middle - timedelta(hours=26), middle + timedelta(hours=26))
    appointments = (
        Appointment.objects.for_user(user)
        .active()
        .not_cancelled()
        .of(user)
        .filter(starts_at__range=near)
        .select_related("mission", "stop")
        .order_by("starts_at", "pk")
    )
    return [
        (appointment, public_url(appointment.get_absolute_url()))
        for appointment in appointments
        if appointment.local_starts_at.date() == day
    ]


def _applications(user):
    """Yield for each mission of ``user`` how many applications wait for a decision."""
    waiting = (
        Participation.objects.for_user(user)
        .active()
        .filter(
            status=Participation.Status.APPLIED,
            mission__in=Mission.objects.for_user(user).active().in_preparation().filter(owner=user),
        )
    )
    counted = (
        waiting.order_by().values("mission").annotate(count=Count("pk"), newest=Max("updated_at"))
    )
    counted = {row["mission"]: row for row in counted}
    address = reverse("admin:missions_participation_changelist")
    for mission in Mission.objects.filter(pk__in=counted).order_by("starts_on", "pk"):
        query = urlencode(
            {"mission__id__exact": mission.pk, "status": Participation.Status.APPLIED}
        )
        yield {**counted[mission.pk], "mission": mission, "url": public_url(f"{address}?{query}")}


# --- How it is written ----------------------------------------------------------------------


def message_for(content: Content) -> mail.EmailMultiAlternatives:
    """Return the e-mail, in the language of its reader: as text, and as HTML."""
    user = content.user
    with override(user.language):
        token = unsubscribe_token(user)
        unsubscribe = public_url(reverse("digest_unsubscribe", args=[token]))
        follow_ups = public_url(reverse("admin:missions_followup_changelist"))
        context = {
            "content": content,
            "language": user.language,
            "more": content.due_count - len(content.due),
            # All of them are in the list behind the link.
            "old_overdue": content.overdue_count
            > sum(one.follow_up.due_on < content.day for one in content.due),
            "due_url": f"{follow_ups}?assignee=me",
            "overdue_url": f"{follow_ups}?assignee=me&due=overdue",
            "start_url": public_url(reverse("admin:index")),
            "account_url": public_url(reverse("admin:account")),
            "unsubscribe_url": unsubscribe,
        }
        subject = render_to_string("mail/digest_subject.txt", context)
        message = mail.EmailMultiAlternatives(
            " ".join(subject.split()),
            render_to_string("mail/digest.txt", context),
            to=[user.email],
            headers={
                "Message-ID": message_id(user, content.day),
                "List-Unsubscribe": f"<{unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(render_to_string("mail/digest.html", context), "text/html")
    return message


def message_id(user: User, day: date) -> str:
    """Return the same id for the same e-mail, so that one sent twice is known as one."""
    secret = salted_hmac(SALT, f"{user.pk} {day}").hexdigest()[:16]
    return f"<{public_id(f'morning.{day:%Y%m%d}.{secret}')}>"


# --- Opting out -----------------------------------------------------------------------------


def unsubscribe_token(user: User) -> str:
    """Return what lets whoever reads the e-mail end it without logging in; it never expires."""
    return signing.dumps(user.pk, salt=SALT)


def user_of(token: str) -> User | None:
    """Return whose e-mail the ``token`` ends; None where it is none of ours."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return get_user_model().objects.filter(pk=key, is_active=True).first()
