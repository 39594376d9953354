"""The calendar of a colleague, read back by the library as calendar programs would."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from legcrm.core import calendar_links
from tests.factories import (
    AppointmentFactory,
    FollowUpFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    StopFactory,
)

pytestmark = pytest.mark.django_db
ALMATY = ZoneInfo("Asia/Almaty")
STARTS = datetime(2030, 5, 6, 10, tzinfo=ALMATY)


def appointment(owner=None, title="Gespräch im Ministerium", **fields):
    mission = fields.pop("mission", None) or MissionFactory(
        owner=owner, starts_on=date(2030, 5, 5), ends_on=date(2030, 5, 8)
    )
    return AppointmentFactory(
        mission=mission,
        stop=StopFactory(mission=mission),
        title=title,
        **{"starts_at": STARTS, "ends_at": STARTS + timedelta(hours=1)} | fields,
    )


@pytest.fixture
def feed(client):
    """``feed(user)``: the events of a calendar that is asked for without a login."""

    def read(user):
        response = client.get(reverse("calendar", args=[calendar_links.renew(user)]))
        assert response.status_code == 200
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert response["Cache-Control"] == "private, no-store"
        return Calendar.from_ical(response.content).walk("VEVENT")

    return read


def test_follow_ups_are_whole_days(feed, editor, project_manager):
    organisation = OrganisationFactory(name="Ташкентский текстиль", kind="company")
    follow_up = FollowUpFactory(
        assignee=editor,
        what="Angebot; Muster, Preise",
        organisation=organisation,
        note="Zeile 1\nZwei",
    )
    FollowUpFactory(assignee=project_manager)
    done = FollowUpFactory(assignee=editor)
    done.done_at = timezone.now()
    done.save()
    (event,) = feed(editor)
    assert event["summary"] == "Angebot; Muster, Preise · Ташкентский текстиль"
    assert event["description"] == "Zeile 1\nZwei"
    assert event["uid"] == f"follow-up-{follow_up.pk}@127.0.0.1"
    assert event.decoded("dtstart") == follow_up.due_on
    assert event.decoded("dtend") == follow_up.due_on + timedelta(days=1)
    assert event.decoded("last-modified") == follow_up.updated_at.replace(microsecond=0)
    assert event["url"] == f"http://127.0.0.1:8000{follow_up.get_absolute_url()}"


def test_a_changed_record_keeps_its_id_and_counts_up(feed, editor):
    follow_up = FollowUpFactory(assignee=editor)
    (before,) = feed(editor)
    follow_up.due_on += timedelta(days=3)
    follow_up.save()
    (after,) = feed(editor)
    assert before["uid"] == after["uid"]
    assert after["sequence"] == before["sequence"] + 1


def test_appointments_are_the_right_instant(feed, editor):
    appointment(editor, venue="Haus der Ministerien", status="confirmed")
    (event,) = feed(editor)
    assert event.decoded("dtstart") == STARTS == datetime(2030, 5, 6, 5, tzinfo=UTC)
    assert b"DTSTART:20300506T050000Z" in event.to_ical()
    assert event["location"] == "Haus der Ministerien, Astana"
    assert "10:00–11:00" in event["description"]
    assert event["status"] == "CONFIRMED"


def test_what_is_cancelled_stays_to_be_struck_out(feed, editor):
    appointment(editor, status="cancelled")
    gone = appointment(editor, title="Archiviert")
    gone.archive("Doppelt")
    (event,) = feed(editor)
    assert event["status"] == "CANCELLED"


def test_appointments_are_those_of_missions_one_owns_or_goes_along_on(
    feed, editor, project_manager
):
    appointment(project_manager, title="Fremde Reise")
    appointment(editor, title="Eigene Reise")
    going = appointment(project_manager, title="Mitreise")
    person = PersonFactory(email=editor.email.upper())
    ParticipationFactory(
        mission=going.mission, person=person, role="agency_staff", status="confirmed"
    )
    today = timezone.localdate()
    # What is on concerns the whole house on the start page, but not in one's own calendar.
    running = MissionFactory(starts_on=today, ends_on=today + timedelta(days=1))
    starts_at = timezone.now().replace(microsecond=0)
    AppointmentFactory(
        mission=running,
        stop=None,
        title="Läuft gerade",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )
    assert {str(event["summary"]) for event in feed(editor)} == {
        "Eigene Reise",
        "Mitreise",
    }


def test_rights_are_those_of_the_moment(feed, client, editor):
    FollowUpFactory(assignee=editor)
    appointment(editor)
    address = reverse("calendar", args=[calendar_links.renew(editor)])

    def summaries():
        return len(Calendar.from_ical(client.get(address).content).walk("VEVENT"))

    assert summaries() == 2
    editor.groups.clear()
    assert summaries() == 0
    editor.is_active = False
    editor.save()
    assert client.get(address).status_code == 404


def test_a_reader_gets_appointments_and_no_follow_ups(feed, reader):
    FollowUpFactory(assignee=reader)
    appointment(reader)
    (event,) = feed(reader)
    assert str(event["uid"]).startswith("appointment-")


def test_an_unknown_or_revoked_address_is_none(client, editor):
    address = reverse("calendar", args=[calendar_links.renew(editor)])
    calendar_links.revoke(editor)
    assert client.get(address).status_code == 404
    assert client.get(reverse("calendar", args=["x" * 43])).status_code == 404
    assert client.post(address).status_code == 405


def test_use_is_noted_once_an_hour(client, editor):
    address = reverse("calendar", args=[calendar_links.renew(editor)])
    client.get(address)
    noted = editor.calendar_links.get().last_used_at
    assert noted is not None
    client.get(address)
    assert editor.calendar_links.get().last_used_at == noted
    editor.calendar_links.update(last_used_at=noted - timedelta(hours=1, seconds=1))
    client.get(address)
    assert editor.calendar_links.get().last_used_at > noted


def test_queries_do_not_grow(client, editor):
    address = reverse("calendar", args=[calendar_links.renew(editor)])
    counts = []
    for _round in range(2):
        FollowUpFactory.create_batch(5, assignee=editor)
        appointment(editor, title="Termin")
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
