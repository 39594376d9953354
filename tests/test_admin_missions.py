"""The pages of missions and participations: panel, chain, tabs, gaps, and status in one go."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from missions.admission import Refused, set_status
from missions.gaps import find_gaps
from missions.lineage import ancestors, descendants
from missions.mission_summary import summary
from missions.models import Participation
from tests.factories import (
    AgreementFactory,
    AppointmentFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
    StopFactory,
)

PARTICIPATIONS = "admin:missions_participation_changelist"


@pytest.fixture
def client(client_for, project_manager):
    return client_for(project_manager)


@pytest.fixture
def mission(db):
    return MissionFactory(
        title_de="Delegationsreise nach Zentralasien", status="confirmed", capacity=20
    )


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


class TestPanel:
    def test_stops_chain_and_agreements(self, mission, client):
        for position, city in enumerate(["Astana", "Almaty", "Taschkent", "Samarkand"]):
            StopFactory(mission=mission, position=position, city=city)
        earlier = MissionFactory(title_de="Online-Mission", starts_on=date(2021, 9, 1))
        first = MissionFactory(title_de="Informationsabend", starts_on=date(2021, 1, 1))
        later = MissionFactory(title_de="Gegenbesuch", starts_on=date(2024, 3, 1), ends_on=None)
        for on in ((mission, earlier), (earlier, first), (later, mission)):
            on[0].links_to_earlier.create(earlier=on[1])
        for number in range(11):
            AgreementFactory(
                mission=mission,
                field="university" if number < 6 else "economic",
                status="agreed",
                agreed_on_mission=True,
                signed_after_mission=number == 3,
            )
        AgreementFactory(mission=mission, status="planned")

        response = client.get(mission.get_absolute_url(), headers={"accept-language": "en"})

        panel = response.context["panel"]
        assert [stop.city for stop, _dates in panel["stops"]] == [
            "Astana",
            "Almaty",
            "Taschkent",
            "Samarkand",
        ]
        assert panel["earlier"] == [first, earlier] and panel["later"] == [later]
        shown = {key: result.amount for key, result in panel["results"].items()}
        assert shown["agreements"] == 11
        assert [[part.amount for part in parts] for parts in panel["agreement_parts"]] == [
            [6, 5],
            [1, 10],
        ]
        page = response.content.decode()
        assert "10 agreed, signature not known" in page
        assert "1 signed later" in page

    def test_every_link_of_the_page_answers(self, mission, client):
        AppointmentFactory(mission=mission)
        ParticipationFactory(mission=mission, status="confirmed", fee_eur=100)
        AgreementFactory(mission=mission, status="agreed")
        ProjectFactory(origin_mission=mission)
        page = client.get(mission.get_absolute_url()).content.decode()
        main = page[page.index('id="summary-title"') :]
        links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]+)', main)}
        links = {link for link in links if link.startswith("/missions/")}
        assert len(links) > 8
        for link in links:
            assert client.get(link).status_code == 200, link

    def test_the_form_costs_the_same_with_many_rows(self, mission, client):
        def add(number):
            stop = StopFactory(mission=mission)
            for hour in range(number):
                instant = datetime(2023, 4, 24, 8, hour, tzinfo=ZoneInfo("Asia/Almaty"))
                appointment = AppointmentFactory(
                    mission=mission, stop=stop, starts_at=instant, title=f"Termin {hour}"
                )
                appointment.host_links.create(organisation=OrganisationFactory())
            ParticipationFactory.create_batch(number, mission=mission)
            for agreement in AgreementFactory.create_batch(number, mission=mission):
                agreement.parties.create(side="foreign", organisation=OrganisationFactory())
            ProjectFactory.create_batch(number, origin_mission=mission)

        add(2)
        few = queries_of(client, mission.get_absolute_url())
        add(25)
        assert queries_of(client, mission.get_absolute_url()) == few

    def test_a_reader_sees_it_without_notes_and_buttons(self, mission, client_for, reader):
        mission.notes = "nur intern"
        mission.save()
        page = client_for(reader).get(mission.get_absolute_url()).content.decode()
        assert "nur intern" not in page
        assert f"add/?mission={mission.pk}" not in page


class TestList:
    def test_it_costs_the_same_at_10_and_60_rows(self, client):
        url = reverse("admin:missions_mission_changelist")

        def add(number):
            for mission in MissionFactory.create_batch(number):
                StopFactory(mission=mission)
                ParticipationFactory(mission=mission, status="confirmed")

        add(10)
        few = queries_of(client, url)
        add(40)
        assert queries_of(client, url) == few <= 10

    def test_it_is_found_by_country_of_a_stop_or_of_its_own(self, mission, client):
        StopFactory(mission=mission, country="UZ")
        StopFactory(mission=mission, country="UZ")
        evening = MissionFactory(kind="information_event")
        evening.country_links.create(country="UZ")
        MissionFactory()
        response = client.get(reverse("admin:missions_mission_changelist"), {"country": "UZ"})
        assert set(response.context["cl"].result_list) == {mission, evening}
        assert response.context["cl"].result_count == 2

    def test_dates_show_as_known(self, client):
        MissionFactory(starts_on=date(2021, 9, 1), ends_on=None, date_precision="season")
        page = client.get(reverse("admin:missions_mission_changelist")).content.decode()
        assert "Herbst 2021" in page

    def test_only_who_holds_a_place_is_counted(self, mission, client):
        for status in ("confirmed", "attended", "declined", "waiting"):
            ParticipationFactory(mission=mission, status=status)
        row = client.get(reverse("admin:missions_mission_changelist")).context["cl"].result_list[0]
        assert row.participant_count == 2

    def test_participations_and_appointments_of_one_mission(self, mission, client):
        ParticipationFactory.create_batch(10, mission=mission)
        AppointmentFactory.create_batch(10, mission=mission, stop=None)
        urls = [
            f"{reverse(name)}?mission__id__exact={mission.pk}"
            for name in (PARTICIPATIONS, "admin:missions_appointment_changelist")
        ]
        few = [queries_of(client, url) for url in urls]
        ParticipationFactory.create_batch(35, mission=mission)
        AppointmentFactory.create_batch(35, mission=mission, stop=None)
        many = [queries_of(client, url) for url in urls]
        assert many == few
        assert max(many) <= 10


class TestLineage:
    def test_both_ways_over_several_steps(self, db):
        first, second, third = (
            MissionFactory(starts_on=date(year, 1, 1), ends_on=None) for year in (2021, 2022, 2023)
        )
        second.links_to_earlier.create(earlier=first)
        third.links_to_earlier.create(earlier=second)
        assert ancestors(third) == [first, second]
        assert descendants(first) == [second, third]
        assert ancestors(first) == descendants(third) == []


class TestGaps:
    @pytest.fixture
    def incomplete(self, mission):
        stop = StopFactory(mission=mission)
        AppointmentFactory(mission=mission, stop=stop, kind="official")
        AppointmentFactory(mission=mission, stop=stop, kind="transfer")
        ParticipationFactory(mission=mission, status="confirmed", fee_eur=100)
        profiled = ParticipationFactory(
            mission=mission, status="confirmed", fee_eur=100, fee_paid_on=date(2023, 4, 1)
        )
        profiled.organisation.profiles.create(language="de", summary="Macht Folien.")
        ParticipationFactory(mission=mission, status="invited", fee_eur=100)
        return mission

    def test_each_counts_the_list_behind_it(self, incomplete, client, project_manager):
        gaps = find_gaps(incomplete, project_manager)
        assert [gap.count for gap in gaps] == [1, 1, 1, 1, 1, 18]
        for gap in gaps[:4]:
            assert client.get(gap.url).context["cl"].result_count == gap.count, gap
        assert client.get(gaps[4].url).status_code == 200

    def test_a_reader_hears_nothing_of_fees(self, incomplete, reader, client_for):
        texts = " ".join(gap.url for gap in find_gaps(incomplete, reader))
        assert "missing=fee" not in texts and "missing=profile" in texts
        url = f"{reverse(PARTICIPATIONS)}?missing=fee"
        assert client_for(reader).get(url).context["cl"].result_count == 3

    def test_they_end_with_the_mission(self, incomplete, project_manager):
        incomplete.status = "completed"
        incomplete.save()
        assert find_gaps(incomplete, project_manager) == []
        assert summary(incomplete, project_manager)["is_prepared"] is False

    def test_their_number_of_queries_is_constant(self, incomplete, project_manager):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                find_gaps(incomplete, project_manager)
            return len(captured)

        project_manager.has_perm("missions.view_mission")  # asked once per request
        few = queries()
        ParticipationFactory.create_batch(10, mission=incomplete, status="confirmed")
        AppointmentFactory.create_batch(10, mission=incomplete, stop=None)
        assert queries() == few


class TestStatusInOneGo:
    def test_each_row_has_its_history(self, mission):
        rows = ParticipationFactory.create_batch(3, mission=mission)
        assert set_status(Participation.objects.all(), "confirmed") == 3
        for row in rows:
            assert [entry.status for entry in row.history.all()] == ["confirmed", "invited"]

    def test_all_or_nothing_where_the_mission_is_full(self, mission):
        mission.capacity = 2
        mission.save()
        ParticipationFactory.create_batch(3, mission=mission)
        with pytest.raises(Refused) as refused:
            set_status(Participation.objects.all(), "confirmed")
        assert len(refused.value.rows) == 1
        assert not Participation.objects.exclude(status="invited").exists()

    def test_the_action_says_what_it_did(self, mission, client):
        ParticipationFactory.create_batch(2, mission=mission)
        response = self._act(client, "set_confirmed")
        assert Participation.objects.filter(status="confirmed").count() == 2
        assert len(response.context["messages"]) == 1

    def test_the_action_names_who_was_refused(self, mission, client):
        mission.capacity = 1
        mission.save()
        for name in ("Ada", "Berta"):
            ParticipationFactory(mission=mission, person=PersonFactory(last_name=name))
        response = self._act(client, "set_confirmed")
        told = " ".join(str(message) for message in response.context["messages"])
        assert "Berta" in told and "Ada" not in told
        assert not Participation.objects.filter(status="confirmed").exists()

    def test_a_reader_has_no_action(self, mission, client_for, reader):
        ParticipationFactory(mission=mission)
        self._act(client_for(reader), "set_confirmed")
        assert Participation.objects.get().status == "invited"

    def _act(self, client, action):
        keys = list(Participation.objects.values_list("pk", flat=True))
        data = {"action": action, "_selected_action": keys}
        return client.post(reverse(PARTICIPATIONS), data, follow=True)


def test_the_page_of_a_participation_leads_to_its_appointments(mission, client):
    participation = ParticipationFactory(mission=mission)
    appointment = AppointmentFactory(mission=mission, title="Runder Tisch")
    appointment.participation_links.create(participation=participation)
    page = client.get(participation.get_absolute_url()).content.decode()
    assert "Runder Tisch" in page
    assert appointment.get_absolute_url() in page
    assert mission.get_absolute_url() in page


def test_a_new_mission_belongs_to_who_enters_it(client, project_manager):
    form = client.get(reverse("admin:missions_mission_add")).context["adminform"].form
    assert form.initial["owner"] == project_manager.pk
