"""Asking participants after a mission: who, when, once; and what of the answers counts."""

import re
import smtplib
import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from legcrm.core.history import acting_as
from missions import questionnaires
from missions.balance import Balance
from missions.models import Questionnaire
from missions.questionnaires import (
    Answer,
    NotAllSent,
    NotDecided,
    confirm,
    overview,
    path_of,
    receive,
    reject,
    revoke,
    send_again,
    send_due,
)
from tests.factories import (
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    QuestionnaireFactory,
)

pytestmark = pytest.mark.django_db
RETURN = date(2026, 3, 31)
NEXT_DAY = RETURN + timedelta(days=1)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    """``frozen(day)``: from now on it is six o'clock of that day."""

    def at(day):
        now = datetime(day.year, day.month, day.day, 6, tzinfo=ZoneInfo("Europe/Berlin"))
        monkeypatch.setattr(timezone, "now", lambda: now)

    at(NEXT_DAY)
    return at


@pytest.fixture
def send(frozen):
    """``send(day)``: what the night of that day sends, as (address, wave)."""

    def run(day):
        frozen(day)
        mail.outbox.clear()
        count = send_due(day)
        assert count == len(mail.outbox)
        return [message.to[0] for message in mail.outbox]

    return run


def trip(**fields):
    fields = {"starts_on": date(2026, 3, 25), "ends_on": RETURN, "asks_participants": True} | fields
    return MissionFactory(**fields)


def guest(mission, email="erika@muster.example", status="attended", **fields):
    person = fields.pop("person", None) or PersonFactory(email=email, language="de")
    return ParticipationFactory(mission=mission, person=person, status=status, **fields)


def answer(**fields):
    values = {
        "satisfaction": 4,
        "contracts": 2,
        "contracts_value_eur": Decimal("1000.00"),
        "jobs": 3,
        "remarks": "",
        "stages": {},
    }
    return Answer(**values | fields)


def answered(**fields):
    """Return a questionnaire that was answered."""
    stages = fields.pop("stages", {})
    questionnaire = QuestionnaireFactory(**fields)
    receive(questionnaire, answer(stages=stages))
    questionnaire.refresh_from_db()
    return questionnaire


# --- Whom -----------------------------------------------------------------------------------


def test_those_who_did_business_are_asked(send):
    mission = trip()
    for role in ("company", "university", "research", "association"):
        guest(mission, f"{role}@muster.example", role=role)
    for role in ("head", "ministry", "agency_staff", "press", "interpreter"):
        guest(mission, f"{role}@muster.example", role=role)
    asked = send(NEXT_DAY)
    assert sorted(asked) == [
        f"{role}@muster.example" for role in ("association", "company", "research", "university")
    ]


def test_only_who_came_is_asked_once_that_is_marked(send):
    marked, unmarked = trip(), trip()
    for mission, statuses in (
        (marked, ("attended", "no_show", "confirmed", "cancelled")),
        (unmarked, ("confirmed", "accepted", "declined", "applied")),
    ):
        for status in statuses:
            guest(mission, f"{status}-{mission.pk}@muster.example", status)
    assert sorted(send(NEXT_DAY)) == [
        f"attended-{marked.pk}@muster.example",
        f"confirmed-{unmarked.pk}@muster.example",
    ]


def test_nobody_is_asked_who_must_not_be_or_can_not_be(send, project_manager):
    mission = trip()
    now = timezone.now()
    for name in ("objected_at", "restricted_at"):
        guest(mission, person=PersonFactory(email=f"{name}@muster.example", **{name: now}))
    guest(mission, "")
    guest(mission, "weg@muster.example").archive("Doppelt")
    by_house = OrganisationFactory(home=True, email="info@haus.example")
    ParticipationFactory(mission=mission, organisation=by_house, person=None, status="attended")
    assert send(NEXT_DAY) == ["info@haus.example"]
    with override("en"):
        reasons = [row.reason for row in overview(mission, project_manager)["left_out"]]
    assert reasons == ["must not be written to", "must not be written to", "no e-mail address"]


@pytest.mark.parametrize(
    "fields",
    [
        {"asks_participants": False},
        {"status": "cancelled"},
        {"ends_on": None},
        {"archived_at": timezone.now(), "archived_reason": "Doppelt"},
    ],
)
def test_missions_that_ask_nobody(send, fields):
    guest(trip(**fields))
    assert send(NEXT_DAY + timedelta(days=3)) == []
    assert not Questionnaire.objects.exists()


# --- When -----------------------------------------------------------------------------------


def test_from_the_day_after_the_return(send):
    guest(trip())
    assert send(RETURN) == []
    assert len(send(NEXT_DAY)) == 1


def test_after_half_a_year_and_a_year_by_the_calendar(send):
    guest(trip())
    days = [RETURN + timedelta(days=number) for number in range(1, 400)]
    first = {}
    for day in days:
        send(day)
        for row in Questionnaire.objects.all():
            first.setdefault(row.wave, day)
    # The 31st of March has no like in September.
    assert first == {
        "return": date(2026, 4, 1),
        "6_months": date(2026, 10, 1),
        "12_months": date(2027, 4, 1),
    }
    assert Questionnaire.objects.count() == 3


def test_one_run_after_five_missed_days_asks_all_once(send):
    for _number in range(3):
        guest(trip(), "")
        guest(trip())
    assert len(send(NEXT_DAY + timedelta(days=5))) == 3
    assert send(NEXT_DAY + timedelta(days=5)) == []
    assert send(NEXT_DAY + timedelta(days=6)) == []


def test_what_is_long_past_is_not_made_up_for(send):
    guest(trip(starts_on=date(2024, 3, 1), ends_on=date(2024, 3, 8)))
    guest(trip())
    assert send(NEXT_DAY + timedelta(days=31)) == []
    assert not Questionnaire.objects.exists()


def test_who_is_entered_late_is_asked_too(send):
    mission = trip()
    guest(mission)
    send(NEXT_DAY)
    guest(mission, "spaet@muster.example")
    assert send(NEXT_DAY + timedelta(days=2)) == ["spaet@muster.example"]


# --- Once, whatever happens between ---------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_time_ask_nobody_twice():
    missions = [trip() for _number in range(5)]
    for number, mission in enumerate(missions * 4):
        guest(mission, f"{number}@muster.example")
    barrier, failed = threading.Barrier(3), []

    def run():
        try:
            for mission in missions:
                Questionnaire.objects.exists()  # so that each has its connection
                barrier.wait(timeout=30)
                questionnaires._ask(mission.pk, NEXT_DAY)
        except Exception as error:  # a thread's error must fail the test, not vanish
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failed
    assert Questionnaire.objects.count() == 20


class Failing(EmailBackend):
    """A mail server that refuses the e-mails to ``refused``."""

    refused = ()

    def send_messages(self, messages):
        for message in messages:
            if message.to[0] in self.refused:
                raise smtplib.SMTPServerDisconnected("Gone.")
        return super().send_messages(messages)


def test_what_one_address_refuses_is_tried_again_and_stops_nobody_else(send, settings):
    mission = trip()
    for name in "abc":
        guest(mission, f"{name}@muster.example")
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    Failing.refused = ("b@muster.example",)
    try:
        with pytest.raises(NotAllSent):
            send_due(NEXT_DAY)
        assert [m.to[0] for m in mail.outbox] == ["a@muster.example", "c@muster.example"]
    finally:
        Failing.refused = ()
    assert send(NEXT_DAY + timedelta(days=1)) == ["b@muster.example"]
    assert Questionnaire.objects.get(email="b@muster.example").expires_on == NEXT_DAY + timedelta(
        days=61
    )


def test_killed_between_e_mail_and_note_it_comes_again_with_the_same_id(monkeypatch):
    guest(trip())

    def killed(questionnaire, day):
        raise SystemExit

    monkeypatch.setattr(questionnaires, "_note_as_sent", killed)
    with pytest.raises(SystemExit):
        send_due(NEXT_DAY)
    monkeypatch.undo()
    assert send_due(NEXT_DAY) == 1
    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first == second
    assert Questionnaire.objects.count() == 1


def test_who_answers_before_it_is_noted_as_sent_is_not_lost(monkeypatch):
    guest(trip())
    note = questionnaires._note_as_sent

    def quick(questionnaire, day):
        receive(questionnaire, answer())
        note(questionnaire, day)

    monkeypatch.setattr(questionnaires, "_note_as_sent", quick)
    assert send_due(NEXT_DAY) == 1
    row = Questionnaire.objects.get()
    assert row.status == "answered" and row.satisfaction == 4 and row.sent_at


# --- Reminders ------------------------------------------------------------------------------


def test_reminded_twice_fourteen_days_apart(send):
    guest(trip())
    days = [day for day in range(75) if send(NEXT_DAY + timedelta(days=day))]
    assert days == [0, 14, 28]
    assert Questionnaire.objects.get().reminders == 2


def test_a_reminder_is_told_from_what_came_before(send):
    guest(trip())
    send(NEXT_DAY)
    first = mail.outbox[0]
    send(NEXT_DAY + timedelta(days=14))
    second = mail.outbox[0]
    assert second.subject.startswith("Erinnerung") or second.subject.startswith("Reminder")
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]
    # The same link, so that either e-mail opens it.
    assert link_in(first) == link_in(second)


@pytest.mark.parametrize("end", ["answer", "revoke", "object", "untick", "archive"])
def test_nobody_is_reminded_without_need(send, end):
    participation = guest(trip())
    send(NEXT_DAY)
    row = Questionnaire.objects.get()
    match end:
        case "answer":
            receive(row, answer())
        case "revoke":
            revoke(row)
        case "object":
            participation.person.objected_at = timezone.now()
            participation.person.save()
        case "untick":
            participation.mission.asks_participants = False
            participation.mission.save()
        case "archive":
            participation.archive("Doppelt")
    assert send(NEXT_DAY + timedelta(days=20)) == []


# --- The e-mail -----------------------------------------------------------------------------


def link_in(message):
    return re.search(r"https?://\S+/fragebogen/\S+/", message.body)[0]


@pytest.mark.parametrize(
    ("language", "title"), [("de", "Reise nach Posen"), ("en", "Trip to Posen")]
)
def test_it_is_written_in_the_language_of_its_reader(language, title, project_manager, send):
    mission = trip(title_de="Reise nach Posen", title_en="Trip to Posen", owner=project_manager)
    person = PersonFactory(
        email="erika@muster.example", language=language, salutation="frau", last_name="Muster"
    )
    guest(mission, person=person)
    send(NEXT_DAY)
    (message,) = mail.outbox
    assert title in message.subject
    greeting = {"de": "Sehr geehrte Frau Muster,", "en": "Dear Ms Muster,"}[language]
    ((html, kind),) = message.alternatives
    assert kind == "text/html" and f'<html lang="{language}">' in html
    for text in (message.body, html):
        assert greeting in text and title in text and "LEG Thüringen" in text
        assert link_in(message) in text
    assert message.reply_to == [project_manager.email]
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert Client().get(link_in(message)).status_code == 200


def test_no_markup_comes_of_a_title(send):
    guest(trip(title_de="<b>Fett</b> & Co\nBcc: x@y.example"))
    send(NEXT_DAY)
    (message,) = mail.outbox
    assert "<b>Fett</b> & Co" in message.body and "\n" not in message.subject
    assert "<b>" not in message.alternatives[0][0]


# --- What counts ----------------------------------------------------------------------------


def figures(mission, user):
    results = Balance([mission], user).results()
    return {key: results[key].amount for key in ("asked", "answered", "contracts_reported")}


def test_an_answer_counts_once_it_is_confirmed(project_manager):
    mission = trip()
    row = answered(participation=guest(mission))
    QuestionnaireFactory(participation=guest(mission, "b@muster.example"))
    assert figures(mission, project_manager) == {
        "asked": 2, "answered": 1, "contracts_reported": None,
    }  # fmt: skip
    confirm(row, project_manager, version=row.version)
    assert figures(mission, project_manager)["contracts_reported"] == 2
    row.refresh_from_db()
    assert (row.status, row.decided_by, row.decided_at) == (
        "confirmed", project_manager, timezone.now(),
    )  # fmt: skip
    reject(row, project_manager, version=row.version, note="War ein anderer Markt.")
    assert figures(mission, project_manager)["contracts_reported"] is None
    assert figures(mission, project_manager)["answered"] == 1


def test_what_can_not_be_decided(project_manager):
    asked = QuestionnaireFactory()
    with pytest.raises(NotDecided):
        confirm(asked, project_manager, version=asked.version)
    row = answered()
    with pytest.raises(NotDecided):
        reject(row, project_manager, version=row.version, note=" ")
    with pytest.raises(NotDecided):
        confirm(row, project_manager, version=row.version - 1)
    row.archive("Doppelt")
    with pytest.raises(NotDecided):
        confirm(row, project_manager, version=row.version)
    row.refresh_from_db()
    assert row.status == "answered"


def cooperation_with_answer(said, remark="", **fields):
    participation = guest(trip())
    cooperation = CooperationFactory(
        home=participation.organisation, origin_mission=participation.mission, **fields
    )
    row = answered(participation=participation, stages={cooperation: (said, remark)})
    return cooperation, row


def test_stages_are_taken_over_with_the_day_of_the_answer(project_manager, frozen):
    cooperation, row = cooperation_with_answer("ended", "Kein Bedarf mehr.", stage="talks")
    frozen(NEXT_DAY + timedelta(days=10))
    with acting_as(project_manager):
        confirm(row, project_manager, version=row.version, take_over=[cooperation.pk])
    cooperation.refresh_from_db()
    assert (cooperation.stage, cooperation.stage_since) == ("ended", NEXT_DAY)
    assert cooperation.ended_reason == "Kein Bedarf mehr."
    assert cooperation.stages.order_by("pk").last().since == NEXT_DAY
    assert cooperation.history.first().history_user == project_manager


def test_without_being_told_to_it_leaves_the_cooperation(project_manager):
    cooperation, row = cooperation_with_answer("active", stage="talks")
    confirm(row, project_manager, version=row.version)
    cooperation.refresh_from_db()
    assert cooperation.stage == "talks"


def test_what_a_cooperation_refuses_confirms_nothing(project_manager):
    cooperation, row = cooperation_with_answer("active", stage="talks")
    cooperation.archive("Doppelt")
    with pytest.raises(NotDecided):
        confirm(row, project_manager, version=row.version, take_over=[cooperation.pk])
    row.refresh_from_db()
    assert row.status == "answered" and row.decided_by is None


def test_a_cooperation_that_was_not_asked_about_is_left_alone(project_manager):
    _cooperation, row = cooperation_with_answer("active")
    other = CooperationFactory(stage="talks")
    confirm(row, project_manager, version=row.version, take_over=[other.pk])
    other.refresh_from_db()
    assert other.stage == "talks"


# --- In the admin ---------------------------------------------------------------------------


def post(client, row, verb, **data):
    address = reverse(f"admin:missions_questionnaire_{verb}", args=[row.pk])
    return client.post(address, data, follow=True, headers={"accept-language": "en"})


def test_staff_confirm_and_reject(client_for, editor):
    cooperation, row = cooperation_with_answer("active", stage="talks")
    client = client_for(editor)
    page = client.get(row.get_absolute_url(), headers={"accept-language": "en"})
    assert str(cooperation) in page.content.decode()
    data = {"version": row.version, "take_over": [cooperation.pk]}
    post(client, row, "decide", decision="confirm", **data)
    row.refresh_from_db()
    cooperation.refresh_from_db()
    assert (row.status, row.decided_by, cooperation.stage) == ("confirmed", editor, "active")
    response = post(client, row, "decide", decision="reject", version=row.version, note="")
    assert "Say why" in response.content.decode()
    post(client, row, "decide", decision="reject", version=row.version, note="Irrtum")
    row.refresh_from_db()
    assert (row.status, row.decision_note) == ("rejected", "Irrtum")


def test_a_decision_on_what_changed_meanwhile_is_refused(client_for, editor, project_manager):
    row = answered()
    stale = row.version
    reject(row, project_manager, version=stale, note="Irrtum")
    response = post(client_for(editor), row, "decide", decision="confirm", version=stale)
    assert "changed this questionnaire meanwhile" in response.content.decode()
    row.refresh_from_db()
    assert row.status == "rejected"


def test_several_are_confirmed_at_once(client_for, editor):
    rows = [answered(), answered(), QuestionnaireFactory()]
    client_for(editor).post(
        reverse("admin:missions_questionnaire_changelist"),
        {"action": "confirm_selected", "_selected_action": [row.pk for row in rows]},
    )
    assert [Questionnaire.objects.get(pk=row.pk).status for row in rows] == [
        "confirmed", "confirmed", "sent",
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["decide", "link"])
def test_readers_decide_nothing(client_for, reader, verb):
    row = answered()
    data = {"decision": "confirm", "version": row.version, "link": "revoke"}
    assert post(client_for(reader), row, verb, **data).status_code == 403
    row.refresh_from_db()
    assert row.status == "answered"
    page = client_for(reader).get(row.get_absolute_url()).content.decode()
    assert reverse(f"admin:missions_questionnaire_{verb}", args=[row.pk]) not in page


def test_staff_revoke_a_link_and_send_a_new_one(client_for, editor, client):
    row = QuestionnaireFactory(participation=guest(trip()), expires_on=date(2026, 5, 1))
    first = path_of(row)
    post(client_for(editor), row, "link", link="revoke")
    row.refresh_from_db()
    assert client.get(first).status_code == 404
    assert client.get(path_of(row)).status_code == 410
    post(client_for(editor), row, "link", link="renew")
    (message,) = mail.outbox
    assert client.get(link_in(message)).status_code == 200
    row.refresh_from_db()
    assert row.sent_at and row.expires_on == NEXT_DAY + timedelta(days=60)


def test_no_new_link_for_who_must_not_be_written_to():
    row = QuestionnaireFactory(participation=guest(trip(), ""))
    with pytest.raises(NotDecided):
        send_again(row)
    assert not mail.outbox


def test_the_start_page_tells_answers_from_admissions(client_for, project_manager):
    mine = answered(participation=guest(trip(owner=project_manager)))
    MissionFactory(owner=project_manager, starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 3))
    answered(participation=guest(trip()))
    card = client_for(project_manager).get(reverse("admin:index")).context["to_decide"]
    assert [row["answer"] for row in card["answers"]] == [mine]
    *_others, figure = card["figures"]
    assert figure["count"] == 1
    found = client_for(project_manager).get(figure["url"]).context["cl"].queryset
    assert list(found) == [mine]


def test_the_page_of_the_mission_counts_as_its_lists_do(client_for, project_manager):
    mission = trip()
    answered(participation=guest(mission))
    QuestionnaireFactory(participation=guest(mission), expires_on=date(2026, 5, 1))
    QuestionnaireFactory(participation=guest(mission), expires_on=date(2026, 3, 1))
    shown = overview(mission, project_manager)
    client = client_for(project_manager)

    def listed(address):
        return client.get(address).context["cl"].queryset.count()

    assert (shown["open"], shown["to_confirm"]) == (1, 1)
    assert listed(shown["open_url"]) == listed(shown["to_confirm_url"]) == 1
    asked, replied, rate = shown["results"]
    assert (asked.amount, replied.amount, rate.amount) == (3, 1, 1 / 3)
    assert (listed(asked.url), listed(replied.url)) == (3, 1)


def test_a_reader_sees_no_list_of_who_objected(reader):
    mission = trip()
    guest(mission, person=PersonFactory(objected_at=timezone.now()))
    assert overview(mission, reader)["left_out"] == []
