"""Appointments: hours of the place, nobody in two places, participants of the mission only."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from missions.models import Appointment, Participation
from tests.factories import (
    AppointmentFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    StopFactory,
)
from tests.html_forms import change_form, read_form

ALMATY = ZoneInfo("Asia/Almaty")
ADD = "admin:missions_appointment_add"


def at(hour, minute=0, day=24, zone=ALMATY):
    return datetime(2023, 4, day, hour, minute, tzinfo=zone)


@pytest.fixture
def mission(db):
    return MissionFactory()


@pytest.fixture
def astana(mission):
    return StopFactory(mission=mission, arrives_on=date(2023, 4, 23), leaves_on=date(2023, 4, 25))


@pytest.fixture
def signing(mission, astana):
    return AppointmentFactory(
        mission=mission, stop=astana, title="Unterzeichnung", starts_at=at(10), ends_at=at(11)
    )


@pytest.fixture
def client(client_for, project_manager):
    return client_for(project_manager)


def entered(mission, stop, first="10:00", last="11:00", **more):
    return {
        "title": "Gespräch",
        "mission": mission.pk,
        "stop": stop.pk if stop else "",
        "kind": "official",
        "status": "planned",
        "starts_at_0": "24.04.2023",
        "starts_at_1": first,
        "ends_at_0": "24.04.2023",
        "ends_at_1": last,
        **more,
    }


class TestHours:
    def test_an_hour_in_astana_stays_what_it_was_before_its_clock_changed(self, signing, client):
        # UTC+6 in April 2023, UTC+5 since March 2024.
        assert signing.starts_at.astimezone(ZoneInfo("UTC")).hour == 4
        _url, fields = change_form(client, signing)
        assert fields["starts_at_0"] == ["24.04.2023"]
        assert fields["starts_at_1"] == ["10:00"]
        page = client.get(reverse("admin:missions_appointment_changelist")).content.decode()
        assert "24.04.2023, 10:00–11:00" in page

    def test_what_is_entered_is_the_hour_of_the_stop(self, mission, astana, client):
        assert client.post(reverse(ADD), entered(mission, astana)).status_code == 302
        assert Appointment.objects.get().starts_at == at(10)

    def test_without_a_stop_it_is_the_hour_of_the_agency(self, mission, client):
        assert client.post(reverse(ADD), entered(mission, None)).status_code == 302
        assert Appointment.objects.get().starts_at == at(10, zone=ZoneInfo("Europe/Berlin"))

    def test_saving_unchanged_changes_nothing(self, signing, client):
        url, fields = change_form(client, signing)
        assert client.post(url, fields).status_code == 302
        version = signing.version
        signing.refresh_from_db()
        assert (signing.version, signing.starts_at) == (version, at(10))

    def test_an_hour_that_does_not_exist_is_refused(self, mission, client):
        data = entered(mission, None, "02:30", "04:00")
        data |= {"starts_at_0": "26.03.2023", "ends_at_0": "26.03.2023"}
        response = client.post(reverse(ADD), data)
        assert response.status_code == 200
        assert "starts_at" in response.context["adminform"].form.errors
        assert not Appointment.objects.exists()

    def test_another_stop_keeps_the_typed_hour(self, signing, mission, client):
        berlin = StopFactory(mission=mission, city="Berlin", country="DE", timezone="Europe/Berlin")
        url, fields = change_form(client, signing)
        assert client.post(url, {**fields, "stop": berlin.pk}).status_code == 302
        signing.refresh_from_db()
        assert signing.starts_at == at(10, zone=ZoneInfo("Europe/Berlin"))

    def test_a_read_only_page_shows_the_hour_of_the_stop(self, signing, client_for, reader):
        response = client_for(reader).get(signing.get_absolute_url())
        page = response.content.decode()
        assert "24.04.2023 10:00" in page
        assert "06:00" not in page

    def test_the_conflict_page_compares_hours_of_the_stop(
        self, signing, client, client_for, editor
    ):
        url, mine = change_form(client, signing)
        other = client_for(editor)
        _url, theirs = change_form(other, signing)
        moved = {**theirs, "starts_at_1": "09:00", "ends_at_1": "10:00"}
        assert other.post(url, moved).status_code == 302
        response = client.post(url, {**mine, "venue": "Rathaus"})
        assert response.status_code == 409
        choice = read_form(response, "conflict-form")
        assert choice["_choice-starts_at"] == ["theirs"]
        page = response.content.decode()
        assert "24.04.2023 09:00" in page and "24.04.2023 10:00" in page
        assert client.post(url, {**choice, "_save": "1"}).status_code == 302
        signing.refresh_from_db()
        assert (signing.starts_at, signing.venue) == (at(9), "Rathaus")

    def test_the_night_flight_names_the_day_it_ends(self, mission, astana):
        flight = AppointmentFactory(
            mission=mission, stop=astana, starts_at=at(22), ends_at=at(6, day=25)
        )
        assert flight.hours.startswith("22:00–06:00 (")


class TestConflicts:
    @pytest.fixture
    def minister(self, mission, signing):
        participation = ParticipationFactory(mission=mission)
        signing.participation_links.create(participation=participation)
        return participation

    def test_a_double_booking_is_shown_and_keeps_the_typing(
        self, mission, astana, minister, client
    ):
        data = entered(mission, astana, "10:30", "12:00", participations=[minister.pk])
        response = client.post(reverse(ADD), data)
        assert response.status_code == 200
        page = response.content.decode()
        assert "Unterzeichnung" in page
        again = read_form(response, "appointment_form")
        assert again["starts_at_1"] == ["10:30"]
        assert again["participations"] == [str(minister.pk)]
        assert Appointment.objects.count() == 1
        accepted = {**data, "conflicts_accepted": "on"}
        assert client.post(reverse(ADD), accepted).status_code == 302

    def test_adding_somebody_to_a_saved_appointment_is_checked_too(
        self, mission, astana, minister, client
    ):
        talk = AppointmentFactory(
            mission=mission, stop=astana, starts_at=at(10, 30), ends_at=at(12)
        )
        url, fields = change_form(client, talk)
        response = client.post(url, {**fields, "participations": [minister.pk]})
        assert response.status_code == 200
        assert "Unterzeichnung" in response.content.decode()
        assert not talk.participations.exists()

    def test_who_is_taken_off_in_the_same_save_does_not_count(
        self, mission, astana, minister, client
    ):
        talk = AppointmentFactory(mission=mission, stop=astana, starts_at=at(14), ends_at=at(15))
        talk.participation_links.create(participation=minister)
        url, fields = change_form(client, talk)
        moved = {**fields, "starts_at_1": "10:00", "ends_at_1": "11:00"}
        assert client.post(url, moved).status_code == 200
        assert client.post(url, {**moved, "participations": []}).status_code == 302

    @pytest.mark.parametrize(
        ("city", "hour", "kind", "refused"),
        [
            ("Almaty", 12, "official", True),  # an hour after the signing, in another city
            ("Almaty", 13, "official", False),  # two hours after it
            ("Almaty", 11, "transfer", False),  # the flight itself
            ("Astana", 11, "official", False),  # round the corner
        ],
    )
    def test_between_two_cities_lies_a_journey(
        self, mission, signing, client, city, hour, kind, refused
    ):
        going = ParticipationFactory(mission=mission)
        signing.participation_links.create(participation=going)
        other = StopFactory(mission=mission, city=city)
        data = entered(mission, other, f"{hour}:00", f"{hour + 1}:00")
        response = client.post(reverse(ADD), {**data, "kind": kind, "participations": [going.pk]})
        assert response.status_code == (200 if refused else 302)
        assert Appointment.objects.count() == (1 if refused else 2)

    def test_an_interpreter_counts_from_the_first_save(self, mission, astana):
        interpreter = PersonFactory()
        AppointmentFactory(
            mission=mission,
            stop=astana,
            starts_at=at(10),
            ends_at=at(11),
            interpreter=interpreter,
        )
        with pytest.raises(ValidationError):
            AppointmentFactory(
                mission=mission,
                stop=astana,
                starts_at=at(10, 30),
                ends_at=at(12),
                interpreter=interpreter,
            )


class TestChoices:
    def test_only_stops_of_the_mission_are_offered(self, mission, astana, client):
        StopFactory(city="Tiflis", country="GE", timezone="Asia/Tbilisi")
        form = client.get(reverse(ADD), {"mission": mission.pk}).context["adminform"].form
        assert list(form.fields["stop"].queryset) == [astana]

    def test_a_stop_of_another_mission_is_refused(self, mission, astana, client):
        other = StopFactory()
        response = client.post(reverse(ADD), entered(mission, other))
        assert response.status_code == 200
        assert "stop" in response.context["adminform"].form.errors

    def test_only_participants_of_the_mission_are_offered(self, mission, client):
        ours, _theirs = ParticipationFactory(mission=mission), ParticipationFactory()
        page = client.get(reverse(ADD), {"mission": mission.pk}).content.decode()
        assert f"of_mission={mission.pk}" in page
        found = client.get(
            reverse("admin:autocomplete"),
            {
                "app_label": "missions",
                "model_name": "appointment",
                "field_name": "participations",
                "term": "",
                "of_mission": mission.pk,
            },
        ).json()["results"]
        assert [row["id"] for row in found] == [str(ours.pk)]

    def test_a_participant_of_another_mission_is_refused(self, mission, astana, client):
        stranger = ParticipationFactory()
        data = entered(mission, astana, participations=[stranger.pk])
        response = client.post(reverse(ADD), data)
        assert response.status_code == 200
        assert response.context["errors"]
        assert not Appointment.objects.exists()


class TestList:
    def test_the_programme_of_one_mission_reads_from_its_first_hour(self, mission, astana, client):
        late = AppointmentFactory(mission=mission, stop=astana, starts_at=at(15), ends_at=at(16))
        early = AppointmentFactory(mission=mission, stop=astana, starts_at=at(9), ends_at=at(10))
        url = reverse("admin:missions_appointment_changelist")
        of_mission = client.get(url, {"mission__id__exact": mission.pk}).context["cl"]
        assert list(of_mission.result_list) == [early, late]
        assert list(client.get(url).context["cl"].result_list) == [late, early]

    def test_host_and_participant_lead_to_their_appointments(self, mission, signing, client):
        AppointmentFactory(mission=mission, stop=None)
        host, guest = OrganisationFactory(), ParticipationFactory(mission=mission)
        signing.host_links.create(organisation=host)
        signing.participation_links.create(participation=guest)
        url = reverse("admin:missions_appointment_changelist")
        for query in ({"host": host.pk}, {"participation": guest.pk}):
            assert list(client.get(url, query).context["cl"].result_list) == [signing]

    def test_the_export_has_local_hours(self, signing, client):
        url = reverse("admin:missions_appointment_export")
        columns = ["title", "starts_at", "time_zone"]
        response = client.post(url, {"columns": columns, "file_format": "csv-plain"})
        content = b"".join(response).decode()
        assert "10:00" in content and "Asia/Almaty" in content


def test_participations_do_not_cost_a_query_each(mission, signing, client):
    def queries():
        client.get(signing.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            assert client.get(signing.get_absolute_url()).status_code == 200
        return len(captured)

    for participation in ParticipationFactory.create_batch(3, mission=mission):
        signing.participation_links.create(participation=participation)
    few = queries()
    for participation in ParticipationFactory.create_batch(20, mission=mission):
        signing.participation_links.create(participation=participation)
    assert queries() == few
    assert Participation.objects.count() == 23
