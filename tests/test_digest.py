"""The morning e-mail: each promise once, nothing lost, nothing that its reader may not see."""

import re
import smtplib
from datetime import date, datetime, timedelta
from email import message_from_string, policy
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from missions import digest
from missions.digest import NotAllSent, send_digests
from missions.models import Digest, FollowUp, Reminder
from missions.radar import calls_today, find_leads
from tests.factories import (
    AppointmentFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    StopFactory,
)
from tests.test_daily import start

DAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    """The outcome for the log; the e-mails are in the language of their readers."""
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    """``frozen(day)``: from now on it is six o'clock of that day."""

    def at(day):
        now = datetime(day.year, day.month, day.day, 6, tzinfo=ZoneInfo("Europe/Berlin"))
        monkeypatch.setattr(timezone, "now", lambda: now)

    at(DAY)
    return at


def texts():
    return [message.body for message in mail.outbox]


def promise(user, what, due_on=DAY, **fields):
    return FollowUpFactory(assignee=user, what=what, due_on=due_on, **fields)


class Failing(EmailBackend):
    """A mail server that refuses the e-mails to ``refused``."""

    refused = ()

    def send_messages(self, messages):
        for message in messages:
            if message.to[0] in self.refused:
                raise smtplib.SMTPServerDisconnected("Gone.")
        return super().send_messages(messages)


@pytest.fixture
def refuse(settings):
    """``refuse(address, …)``: e-mails to these fail from now on."""
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    yield lambda *addresses: setattr(Failing, "refused", addresses)
    Failing.refused = ()


# --- Once -----------------------------------------------------------------------------------


def test_twice_on_a_day_is_one_email(editor):
    promise(editor, "Angebot senden")
    assert send_digests(DAY) == "1 e-mail sent"
    promise(editor, "Später am Morgen")
    assert send_digests(DAY) == "0 e-mails sent"
    assert len(mail.outbox) == 1


def test_after_five_missed_days_each_reminder_comes_once(editor, frozen):
    for number in range(6):
        promise(editor, f"Sache {number}", DAY + timedelta(days=number))
    send_digests(DAY)
    frozen(DAY + timedelta(days=5))
    send_digests(DAY + timedelta(days=5))
    frozen(DAY + timedelta(days=6))
    send_digests(DAY + timedelta(days=6))
    assert len(mail.outbox) == 2
    told = "\n".join(texts())
    assert [len(re.findall(f"Sache {number}\\b", told)) for number in range(6)] == [1] * 6
    assert Reminder.objects.count() == 6


def test_what_is_overdue_is_counted_and_not_told_again(editor, frozen):
    promise(editor, "Altes Angebot")
    send_digests(DAY)
    frozen(DAY + timedelta(days=1))
    promise(editor, "Neuer Anruf", DAY + timedelta(days=1))
    editor.language = "en"
    editor.save()
    send_digests(DAY + timedelta(days=1))
    body = texts()[1]
    assert "Altes Angebot" not in body
    assert "one follow-up is overdue" in body
    address = re.search(r"overdue: (\S+)", body)[1]
    assert address.endswith("?assignee=me&due=overdue")


def test_postponed_or_handed_over_it_is_told_again(editor, project_manager, frozen):
    follow_up = promise(editor, "Muster schicken")
    send_digests(DAY)
    follow_up.due_on = DAY + timedelta(days=3)
    follow_up.save()
    frozen(DAY + timedelta(days=3))
    send_digests(DAY + timedelta(days=3))
    follow_up.assignee = project_manager
    follow_up.save()
    frozen(DAY + timedelta(days=4))
    send_digests(DAY + timedelta(days=4))
    assert [message.to[0] for message in mail.outbox] == [editor.email] * 2 + [
        project_manager.email
    ]


def test_passed_on_for_later_is_told_once(editor, project_manager, frozen):
    follow_up = promise(editor, "Bericht lesen", DAY + timedelta(days=30))
    follow_up.passed_on_by, follow_up.passed_on_at = project_manager, timezone.now()
    follow_up.note = "Bitte bis Monatsende."
    follow_up.save()
    send_digests(DAY)
    assert "Miriam Vogt" in texts()[0] and "Bitte bis Monatsende." in texts()[0]
    frozen(DAY + timedelta(days=1))
    send_digests(DAY + timedelta(days=1))
    assert len(mail.outbox) == 1
    assert not Reminder.objects.exists()  # it comes again when it is due


# --- Whatever goes wrong --------------------------------------------------------------------


def test_the_failing_email_of_one_stops_nobody_and_comes_later(
    editor, project_manager, refuse, frozen
):
    for user in (editor, project_manager):
        promise(user, f"Anruf von {user.first_name}")
    refuse(editor.email)
    with pytest.raises(NotAllSent, match="1 e-mails sent, 1 failed"):
        send_digests(DAY)
    assert [message.to for message in mail.outbox] == [[project_manager.email]]
    refuse()
    send_digests(DAY)
    send_digests(DAY)
    assert [message.to[0] for message in mail.outbox] == [project_manager.email, editor.email]


def test_what_could_not_be_sent_is_told_by_the_next_email(editor, refuse, frozen):
    promise(editor, "Erste Sache")
    refuse(editor.email)
    with pytest.raises(NotAllSent):
        send_digests(DAY)
    refuse()
    next_day = DAY + timedelta(days=1)
    frozen(next_day)
    promise(editor, "Zweite Sache", next_day)
    send_digests(next_day)
    (body,) = texts()
    assert "Erste Sache" in body and "Zweite Sache" in body
    assert Digest.objects.get().day == next_day
    assert Reminder.objects.count() == 2


def test_a_server_that_is_away_ends_the_attempt(editor, project_manager, monkeypatch):
    for user in (editor, project_manager):
        promise(user, "Anruf")
    tried = []

    def away(self):
        tried.append(1)
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "open", away)
    with pytest.raises(ConnectionRefusedError):
        send_digests(DAY)
    assert len(tried) == 1
    monkeypatch.undo()
    assert send_digests(DAY) == "2 e-mails sent"


# Is killed in the moment in which the e-mail goes out.
SENDING = """
import os, signal, sys, django
django.setup()
from datetime import date
from django.core.mail.backends import locmem
from django.conf import settings

class Backend(locmem.EmailBackend):
    def send_messages(self, messages):
        os.kill(os.getpid(), signal.SIGKILL)

import types
sys.modules["killed"] = types.SimpleNamespace(EmailBackend=Backend)
settings.EMAIL_BACKEND = "killed.EmailBackend"
from missions.digest import send_digests
send_digests(date.fromisoformat(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_killed_while_sending_nothing_is_lost(editor):
    promise(editor, "Angebot senden")
    process = start(SENDING, DAY.isoformat())
    process.communicate(timeout=60)
    assert process.returncode == -9
    first = Digest.objects.get()
    assert first.sent_at is None and first.reminders.count() == 1
    send_digests(DAY)
    (message,) = mail.outbox
    assert "Angebot senden" in message.body
    # Sent twice, the mail program knows it as one.
    assert message.extra_headers["Message-ID"] == digest.message_id(editor, DAY)


# --- Who, and what of it --------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields", [{"daily_digest": False}, {"is_active": False}, {"email": ""}], ids=str
)
def test_who_gets_none(editor, fields):
    promise(editor, "Angebot senden")
    for name, value in fields.items():
        setattr(editor, name, value)
    editor.save()
    send_digests(DAY)
    assert not mail.outbox and not Digest.objects.exists()


def test_nothing_due_is_no_email(editor, project_manager):
    promise(editor, "Morgen erst", DAY + timedelta(days=1))
    done = promise(project_manager, "Schon getan")
    done.done_at = timezone.now()
    done.save()
    assert send_digests(DAY) == "0 e-mails sent"


def test_what_its_reader_may_not_see_is_left_out(editor, reader, make_user):
    promise(reader, "Internes")
    half = make_user("Halb", "Recht")
    half.user_permissions.add(Permission.objects.get(codename="view_followup"))
    promise(half, "Nachfassen", organisation=OrganisationFactory(name="Geheime Werke"))
    send_digests(DAY)
    (message,) = mail.outbox
    assert message.to == [half.email]
    assert "Nachfassen" in message.body and "Geheime Werke" not in str(message.message())


def test_appointments_of_the_day_at_the_place(editor):
    mission = MissionFactory(
        owner=editor, starts_on=DAY, ends_on=DAY + timedelta(days=2), status="confirmed"
    )
    stop = StopFactory(mission=mission)
    zone = ZoneInfo("Asia/Almaty")
    for title, day, hour in (
        ("Frühstück", DAY, 8),
        ("Nachtflug", DAY, 23),
        ("Am Morgen danach", DAY + timedelta(days=1), 1),
    ):
        starts_at = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
        AppointmentFactory(
            mission=mission,
            stop=stop,
            title=title,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
    send_digests(DAY)
    (body,) = texts()
    assert re.search(r"08:00–09:00 \(Astana\) +Frühstück", body)
    assert "Nachtflug" in body and "Am Morgen danach" not in body


def test_a_trip_of_others_makes_no_email(editor, reader, project_manager):
    mission = MissionFactory(owner=project_manager, starts_on=DAY, ends_on=DAY, status="running")
    starts_at = datetime(DAY.year, DAY.month, DAY.day, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    AppointmentFactory(
        mission=mission, stop=None, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
    )
    send_digests(DAY)
    assert [message.to for message in mail.outbox] == [[project_manager.email]]


def test_new_applications_for_my_missions_are_counted(editor, frozen):
    mission = MissionFactory(
        owner=editor, starts_on=DAY + timedelta(days=60), ends_on=None, status="registration"
    )
    for _ in range(2):
        # The defaults of fields know the real clock only.
        applied = timezone.now() - timedelta(hours=1)
        ParticipationFactory(
            mission=mission, status="applied", created_at=applied, updated_at=applied
        )
    editor.language = "en"
    editor.save()
    send_digests(DAY)
    assert f"2 applications for {mission.title_en}" in texts()[0]
    assert re.search(rf"\?mission__id__exact={mission.pk}&status=applied", texts()[0])
    frozen(DAY + timedelta(days=1))
    send_digests(DAY + timedelta(days=1))
    assert len(mail.outbox) == 1, "no news"


def test_calls_come_along_but_not_twice_and_make_no_email(editor, frozen):
    cold = OrganisationFactory(name="Kalte Spur GmbH", owner=editor)
    cold.created_at = timezone.now() - timedelta(days=900)
    type(cold)._base_manager.filter(pk=cold.pk).update(created_at=cold.created_at)
    find_leads(DAY)
    assert [call.target for call in calls_today(editor)] == [cold]
    assert send_digests(DAY) == "0 e-mails sent"
    promise(editor, "Angebot senden", DAY - timedelta(days=3))
    find_leads(DAY)
    assert len(calls_today(editor)) == 2
    send_digests(DAY)
    (body,) = texts()
    assert body.count("Kalte Spur GmbH") == 1
    assert body.count("Angebot senden") == 1


# --- How it is written ----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_it_is_text_and_html_in_the_language_of_its_reader(editor, language):
    editor.language = language
    editor.save()
    promise(editor, "<b>Angebot</b> & Muster", interaction=InteractionFactory(), organisation=None)
    send_digests(DAY)
    sent = message_from_string(mail.outbox[0].message().as_string(), policy=policy.default)
    text, html = (sent.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert f'<html lang="{language}">' in html
    assert "<b>Angebot</b> & Muster" in text
    assert "&lt;b&gt;Angebot&lt;/b&gt; &amp; Muster" in html
    follow_up = FollowUp.objects.get()
    for body in (text, html):
        links = re.findall(r"https?://[^\s\"<]+", body)
        assert f"http://127.0.0.1:8000{follow_up.get_absolute_url()}" in links
        assert all(link.startswith("http://127.0.0.1:8000/") for link in links)
    assert "src=" not in html and "url(" not in html  # nothing is fetched
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    weekday = {"de": "Montag", "en": "Monday"}[language]
    assert weekday in sent["Subject"]


# --- Opting out -----------------------------------------------------------------------------


def unsubscribe_address(user):
    promise(user, "Angebot senden")
    send_digests(DAY)
    address = mail.outbox[-1].extra_headers["List-Unsubscribe"].strip("<>")
    return address.removeprefix("http://127.0.0.1:8000")


def test_opting_out_needs_no_login_and_a_post(editor, client):
    address = unsubscribe_address(editor)
    page = client.get(address)
    editor.refresh_from_db()
    assert page.status_code == 200 and editor.daily_digest, "a look at the link changes nothing"
    client.handler.enforce_csrf_checks = True
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    editor.refresh_from_db()
    assert not editor.daily_digest


def test_opting_out_of_somebody_else_is_refused(editor, client):
    address = unsubscribe_address(editor)
    broken = address[:-2] + ("a" if address[-2] != "a" else "b") + "/"
    assert client.post(broken).status_code == 404
    assert client.post(reverse("digest_unsubscribe", args=["nonsense"])).status_code == 404
    editor.refresh_from_db()
    assert editor.daily_digest
