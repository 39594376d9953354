"""Asking participants after a mission: whom and when, what they answer, what of it counts.

By night each participant of a mission that asks gets a link: after the return, after 6 and after 12
months. The row is written first, then the e-mail goes out, then it is noted as sent; whatever ends
the work between, the next run sends it again, with the same id. The link is half a secret that the
database holds, and half a signature that it does not; it works once. An answer counts once a member
of staff has confirmed it.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from legcrm.core.dates import add_months, start_of
from legcrm.core.models import User
from legcrm.core.public import public_id, public_url
from partners.salutation import letter_salutation

from .balance import Balance
from .invitations import may_be_written_to
from .letters import IMPERSONAL, language_of
from .models import Cooperation, Mission, Participation, Questionnaire

logger = logging.getLogger(__name__)

SALT = "missions.questionnaires"
# Who is asked: those who went to do business or research, not who led, wrote or translated.
ROLES = (
    Participation.Role.COMPANY,
    Participation.Role.UNIVERSITY,
    Participation.Role.RESEARCH,
    Participation.Role.ASSOCIATION,
)
# Months from the end of the mission.
MONTHS = {
    Questionnaire.Wave.RETURN: 0,
    Questionnaire.Wave.SIX_MONTHS: 6,
    Questionnaire.Wave.TWELVE_MONTHS: 12,
}
# What was missed for longer is not made up for: who switches it on asks nobody about old trips.
STILL_DUE = timedelta(days=30)
OPEN_FOR = timedelta(days=60)
REMIND_AFTER = timedelta(days=14)
MOST_REMINDERS = 2


class NotAllSent(Exception):
    """Some questionnaires could not be sent; the next run tries again."""


class NotDecided(Exception):
    """Why an answer can't be confirmed or rejected so; the text is for the user."""


class Closed(Exception):
    """A questionnaire can't be answered (any more); ``reason`` is "answered", "expired" or ""."""

    def __init__(self, reason: str = ""):
        self.reason = reason
        super().__init__(reason)


# --- Whom and when --------------------------------------------------------------------------


def due_on(mission: Mission, wave: str) -> date | None:
    """Return the first day on which ``wave`` is asked; None while the end is not known."""
    if mission.ends_on is None:
        return None
    return add_months(mission.ends_on, MONTHS[wave]) + timedelta(days=1)


def wave_due(mission: Mission, day: date) -> str | None:
    """Return what is to be asked on ``day``: the newest wave, if it is not long past."""
    for wave in reversed(MONTHS):
        first = due_on(mission, wave)
        if first is not None and first <= day:
            return wave if day <= first + STILL_DUE else None
    return None


def next_wave(mission: Mission, day: date) -> tuple[Questionnaire.Wave, date] | None:
    """Return the first wave after ``day`` and its day."""
    for wave in MONTHS:
        first = due_on(mission, wave)
        if first is not None and first > day:
            return wave, first
    return None


def who_came(mission: Mission) -> QuerySet[Participation]:
    """Return who is to be asked: who attended, or until anybody is marked so, who was to come."""
    rows = mission.participations.active().filter(role__in=ROLES)
    status = Participation.Status
    came = rows.filter(status=status.ATTENDED)
    if not came.exists():
        came = rows.filter(status=status.CONFIRMED)
    return came.select_related("mission", "person", "organisation")


def email_of(participation: Participation) -> str:
    """Return where to ask; "" where there is no address, or none that may be written to."""
    person, organisation = participation.person, participation.organisation
    if person is not None:
        return person.email if may_be_written_to(person) else ""
    return organisation.email if organisation.archived_at is None else ""


class LeftOut(NamedTuple):
    """Somebody who was there and can't be asked, and what stands against it."""

    participation: Participation
    reason: str


def left_out(mission: Mission) -> list[LeftOut]:
    """Return those who were there and are not asked."""
    found = []
    for participation in who_came(mission).order_by("pk"):
        if email_of(participation):
            continue
        person = participation.person
        if person is not None and not may_be_written_to(person):
            reason = _("must not be written to")
        elif person is None and participation.organisation.archived_at:
            reason = _("archived")
        else:
            reason = _("no e-mail address")
        found.append(LeftOut(participation, reason))
    return found


# --- Sending --------------------------------------------------------------------------------


def send_due(day: date) -> int:
    """Send all questionnaires and reminders that are due by ``day``; return how many e-mails.

    Raises NotAllSent where some failed, after the others, and what the mail server raises where it
    can't be reached at all.
    """
    missions = Mission.objects.active().over(day).filter(asks_participants=True)
    for key in missions.filter(ends_on__gte=add_months(day, -14)).values_list("pk", flat=True):
        _ask(key, day)
    return _send([*_unsent(day), *_to_remind(day)], day)


def _ask(key, day):
    """Write down whom the mission asks today, once, however many runs do it at a time."""
    with transaction.atomic():
        mission = Mission.objects.select_for_update().get(pk=key)
        wave = wave_due(mission, day)
        if wave is None or not mission.asks_participants or mission.archived_at:
            return
        asked = Questionnaire.objects.filter(wave=wave, participation__mission=mission)
        for participation in who_came(mission).exclude(pk__in=asked.values("participation")):
            if email := email_of(participation):
                Questionnaire.objects.create(
                    participation=participation,
                    wave=wave,
                    email=email,
                    language=language_of(participation.person, participation.organisation),
                    expires_on=day + OPEN_FOR,
                )


def _asking(day):
    """Return what may still be answered, of missions that still ask."""
    return (
        Questionnaire.objects.open(day)
        .filter(
            participation__archived_at__isnull=True,
            participation__mission__archived_at__isnull=True,
            participation__mission__asks_participants=True,
        )
        .select_related(
            "participation__mission__owner",
            "participation__organisation",
            "participation__person",
        )
        .order_by("pk")
    )


def _unsent(day):
    return _asking(day).filter(sent_at__isnull=True)


def _to_remind(day):
    last = Coalesce("reminded_at", "sent_at")
    before = start_of(day - REMIND_AFTER + timedelta(days=1))
    return (
        _asking(day)
        .filter(sent_at__isnull=False, reminders__lt=MOST_REMINDERS)
        .alias(last=last)
        .filter(last__lt=before)
    )


def _send(questionnaires: Iterable[Questionnaire], day: date) -> int:
    sent, failed = 0, 0
    connection = mail.get_connection()
    try:
        for questionnaire in questionnaires:
            email = email_of(questionnaire.participation)
            if not email:  # they objected, or the address is gone
                continue
            # It may have been corrected since.
            questionnaire.email = email
            connection.open()  # nothing, where it is open
            try:
                connection.send_messages([message_for(questionnaire)])
            except Exception:
                logger.exception("Questionnaire %s could not be sent", questionnaire.pk)
                connection.close()  # it may be in the middle of something
                failed += 1
                continue
            _note_as_sent(questionnaire, day)
            sent += 1
    finally:
        connection.close()
    if failed:
        raise NotAllSent(
            _("%(sent)d e-mails sent, %(failed)d failed") % {"sent": sent, "failed": failed}
        )
    return sent


def _note_as_sent(questionnaire, day):
    # Whoever is quick has answered by now.
    with transaction.atomic():
        row = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
        row.email = questionnaire.email
        if row.sent_at is None:
            row.sent_at = timezone.now()
            row.expires_on = day + OPEN_FOR
        else:
            row.reminded_at = timezone.now()
            row.reminders += 1
        row.save()


def message_for(questionnaire: Questionnaire) -> mail.EmailMultiAlternatives:
    """Return the e-mail, in the language of its reader, as text and as HTML; later a reminder."""
    participation = questionnaire.participation
    person, mission = participation.person, participation.mission
    language = questionnaire.language
    with override(language):
        context = {
            "questionnaire": questionnaire,
            "mission": mission,
            "salutation": letter_salutation(person, language) if person else IMPERSONAL[language],
            "agency": settings.AGENCY_NAME,
            "language": language,
            "is_reminder": questionnaire.sent_at is not None,
            "expires_on": questionnaire.expires_on,
            "url": public_url(path_of(questionnaire)),
        }
        subject = render_to_string("mail/questionnaire_subject.txt", context)
        message = mail.EmailMultiAlternatives(
            " ".join(subject.split()),
            render_to_string("mail/questionnaire.txt", context),
            to=[questionnaire.email],
            # Whoever answers by e-mail answers the colleague who knows the mission.
            reply_to=[mission.owner.email] if mission.owner and mission.owner.email else None,
            headers={"Message-ID": message_id(questionnaire), "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(
            render_to_string("mail/questionnaire.html", context), "text/html"
        )
    return message


def message_id(questionnaire: Questionnaire) -> str:
    """Return the same id for the same e-mail, so that one sent twice is known as one."""
    number = questionnaire.reminders + (questionnaire.sent_at is not None)
    secret = salted_hmac(SALT, f"{questionnaire.nonce.hex} {number}").hexdigest()[:24]
    return f"<{public_id(f'questionnaire.{secret}')}>"


# --- The link -------------------------------------------------------------------------------


def token_of(questionnaire: Questionnaire) -> str:
    """Return the secret of the link."""
    return signing.Signer(salt=SALT).sign(questionnaire.nonce.hex)


def path_of(questionnaire: Questionnaire) -> str:
    return reverse("questionnaire", args=[token_of(questionnaire)])


def find(token: str) -> Questionnaire | None:
    """Return what ``token`` opens, also if it is closed; None for all that was never a link.

    A link that was revoked is one of those.
    """
    try:
        nonce = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    return _with_participation(Questionnaire.objects.filter(nonce=UUID(hex=nonce))).first()


def _with_participation(questionnaires):
    return questionnaires.select_related(
        "participation__mission", "participation__organisation", "participation__person"
    )


def check_open(questionnaire: Questionnaire, day: date | None = None) -> None:
    """Raise Closed where the questionnaire can't be answered on ``day`` (default: today)."""
    participation = questionnaire.participation
    person = participation.person
    gone = (questionnaire, participation, participation.mission)
    if any(record.archived_at for record in gone) or (person and person.anonymised_at):
        raise Closed
    if questionnaire.status != Questionnaire.Status.SENT:
        raise Closed("answered")
    if questionnaire.expires_on < (day or timezone.localdate()):
        raise Closed("expired")


def cooperations_of(participation: Participation) -> QuerySet[Cooperation]:
    """Return what came of the mission for the organisation of the participant: it alone."""
    if participation.organisation_id is None:
        return Cooperation.objects.none()
    own = Q(home=participation.organisation_id) | Q(partner=participation.organisation_id)
    return (
        Cooperation.objects.active()
        .filter(own, origin_mission=participation.mission_id)
        .select_related("home", "partner")
        .order_by("pk")
    )


class Answer(NamedTuple):
    """What was answered; ``stages`` is ``{cooperation: (stage, remark)}``."""

    satisfaction: int
    contracts: int | None
    contracts_value_eur: Decimal | None
    jobs: int | None
    remarks: str
    stages: Mapping[Cooperation, tuple[str, str]]


def receive(questionnaire: Questionnaire, answer: Answer) -> None:
    """Keep the ``answer``; raise Closed where there is one already, or the link has ended.

    Of two at the same time the first counts: the row is the lock.
    """
    with transaction.atomic():
        found = Questionnaire.objects.filter(pk=questionnaire.pk, nonce=questionnaire.nonce)
        row = _with_participation(found).select_for_update(of=("self",)).first()
        if row is None:  # revoked meanwhile
            raise Closed
        check_open(row)
        row.status = Questionnaire.Status.ANSWERED
        row.answered_at = timezone.now()
        for name in ("satisfaction", "contracts", "contracts_value_eur", "jobs", "remarks"):
            setattr(row, name, getattr(answer, name))
        row.save()
        for cooperation, (stage, remark) in answer.stages.items():
            row.cooperation_answers.create(cooperation=cooperation, stage=stage, remark=remark)


# --- What staff do with it ------------------------------------------------------------------


def confirm(
    questionnaire: Questionnaire,
    user: User,
    *,
    version: int,
    note: str = "",
    take_over: Collection[int] = (),
) -> None:
    """Let the answer count; bring the cooperations with the keys ``take_over`` to its stages.

    What was rejected can be confirmed after all. Raises NotDecided, and changes nothing.
    """
    with transaction.atomic():
        row = _decide(questionnaire, Questionnaire.Status.CONFIRMED, user, version, note)
        if take_over:
            _take_over(row, user, take_over)


def reject(questionnaire: Questionnaire, user: User, *, version: int, note: str) -> None:
    """Let the answer not count, for the reason ``note``. Raises NotDecided."""
    if not note.strip():
        raise NotDecided(_("Say why the answer is rejected."))
    with transaction.atomic():
        _decide(questionnaire, Questionnaire.Status.REJECTED, user, version, note)


def _decide(questionnaire, status, user, version, note):
    row = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if row.version != version:
        raise NotDecided(
            _("Somebody changed this questionnaire meanwhile. Look at it again, then decide.")
        )
    if row.status in (Questionnaire.Status.SENT, status):
        raise NotDecided(_("There is nothing to decide here: %s.") % row.get_status_display())
    row.status = status
    row.decided_at = timezone.now()
    row.decided_by = user
    row.decision_note = note.strip()
    try:
        row.clean_fields(exclude=["participation"])
        row.save()
    except ValidationError as error:
        raise NotDecided(" ".join(error.messages)) from error
    return row


def _take_over(row, user, keys):
    if not user.has_perm("missions.change_cooperation"):
        raise NotDecided(_("You may not change cooperations."))
    answers = row.cooperation_answers.filter(cooperation__in=keys)
    for answer in answers:
        cooperation = Cooperation.objects.select_for_update().get(pk=answer.cooperation_id)
        if cooperation.stage == answer.stage:
            continue
        cooperation.stage = answer.stage
        cooperation.stage_since = timezone.localdate(row.answered_at)
        if answer.stage == Cooperation.Stage.ENDED:
            cooperation.ended_reason = answer.remark
        try:
            cooperation.full_clean()
            cooperation.save()
        except ValidationError as error:
            reason = " ".join(error.messages)
            raise NotDecided(f"{cooperation}: {reason}") from error


def revoke(questionnaire: Questionnaire) -> None:
    """End the link: nobody can answer by it, and nobody is reminded. Raises NotDecided."""
    with transaction.atomic():
        row = _waiting(questionnaire)
        row.expires_on = timezone.localdate() - timedelta(days=1)
        _renew(row)


def send_again(questionnaire: Questionnaire) -> None:
    """Send a new link at once; the old one ends.

    Raises NotDecided where nobody may be written to, NotAllSent where the e-mail failed (the next
    night tries again).
    """
    today = timezone.localdate()
    with transaction.atomic():
        row = _waiting(questionnaire)
        if not email_of(row.participation):
            raise NotDecided(_("There is no e-mail address that may be written to."))
        row.expires_on = today + OPEN_FOR
        row.sent_at = row.reminded_at = None
        row.reminders = 0
        _renew(row)
    _send([row], today)


def _waiting(questionnaire):
    found = Questionnaire.objects.filter(pk=questionnaire.pk).select_related(
        "participation__mission__owner",
        "participation__organisation",
        "participation__person",
    )
    row = found.select_for_update(of=("self",)).get()
    if row.status != Questionnaire.Status.SENT:
        raise NotDecided(_("It has been answered already."))
    return row


def _renew(row):
    row.nonce = Questionnaire._meta.get_field("nonce").get_default()
    try:
        row.save()
    except ValidationError as error:
        raise NotDecided(" ".join(error.messages)) from error


# --- What the page of a mission says of it --------------------------------------------------


def overview(mission: Mission, user: User) -> dict | None:
    """Return who was asked, who answered, whom nobody can ask; None where nobody is asked.

    The figures are those of the balance. A constant number of queries.
    """
    if not user.has_perm("missions.view_questionnaire"):
        return None
    rows = Questionnaire.objects.for_user(user).active()
    rows = rows.filter(participation__mission=mission).order_by()
    if not mission.asks_participants and not rows.exists():
        return None
    today = timezone.localdate()
    figures = ("asked", "answered", "response_rate")
    results = Balance([mission], user, only=figures).results()
    address = reverse("admin:missions_questionnaire_changelist")
    query = f"{address}?mission__id__exact={mission.pk}&state="
    asks = mission.asks_participants and mission.status != Mission.Status.CANCELLED
    sees_people = user.has_perm("core.view_private_contact")
    return {
        "results": [results[key] for key in figures if key in results],
        "open": rows.open(today).count(),
        "open_url": f"{query}open",
        "to_confirm": rows.to_confirm().count(),
        "to_confirm_url": f"{query}{Questionnaire.Status.ANSWERED.value}",
        "next": next_wave(mission, today) if asks else None,
        "lacks_end": asks and mission.ends_on is None,
        # Who has no address, or wants no mail, is not everybody's business.
        "left_out": left_out(mission) if asks and sees_people else [],
    }
