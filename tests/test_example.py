"""The example data: true to its sources, marked where invented, and loaded only once."""

from datetime import UTC, date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import TestCase

from legcrm.core.folding import fold
from legcrm.core.history import acting_as
from legcrm.core.models import Record, TrackedModel
from legcrm.example.invented import SOURCE as INVENTED
from legcrm.example.staff import AUTHOR, LOGINS, PASSWORD
from missions.lineage import ancestors
from missions.models import (
    Agreement,
    Appointment,
    Cooperation,
    FollowUp,
    Interaction,
    Mission,
    Participation,
    Project,
)
from partners.models import Organisation, Person, Sector

TRIP = "2023-zentralasien"


def load(*arguments):
    out = StringIO()
    call_command("load_example", *arguments, stdout=out)
    return out.getvalue()


def tracked_models():
    return [
        model
        for model in apps.get_models()
        if issubclass(model, TrackedModel) and not model._meta.proxy
    ]


def records():
    return [
        record
        for model in tracked_models()
        if issubclass(model, Record)
        for record in model._base_manager.all()
    ]


def everything():
    """All rows and the number of history entries of every tracked model, and all users."""
    state = {
        model: (list(model._base_manager.order_by("pk").values()), model.history.count())
        for model in tracked_models()
    }
    state["users"] = list(get_user_model().objects.order_by("pk").values())
    return state


class TestFacts(TestCase):
    @classmethod
    def setUpTestData(cls):
        load("--facts-only")
        cls.trip = Mission.objects.get(code=TRIP)

    def test_partners_in_uzbekistan_are_those_of_the_sources(self):
        partners = Organisation.objects.filter(country="UZ").values_list("name", flat=True)
        assert set(partners) == {
            "Turin Polytechnic University in Tashkent",
            "Tashkent University of Information Technologies",
            "Samarkand Institute of Economics and Service",
            "UzTextilprom",
            "Ministry of Employment and Poverty Reduction of Uzbekistan",
        }
        assert not Organisation.objects.filter(country="UZ", is_home=True).exists()

    def test_the_trip_has_four_stops_in_order(self):
        assert [(stop.city, str(stop.country)) for stop in self.trip.stops.all()] == [
            ("Astana", "KZ"),
            ("Almaty", "KZ"),
            ("Taschkent", "UZ"),
            ("Samarkand", "UZ"),
        ]
        assert self.trip.title_de == "Delegationsreise nach Zentralasien"
        assert (self.trip.starts_on, self.trip.ends_on) == (date(2023, 4, 23), date(2023, 4, 29))
        assert self.trip.announced_agreements == 10

    def test_the_trip_built_on_all_four_earlier_missions(self):
        assert [mission.code for mission in ancestors(self.trip)] == [
            "2021-info-zentralasien",
            "2021-online-mission",
            "2022-info-zentralasien",
            "2022-unternehmensreise",
        ]
        visit = Mission.objects.get(code="2024-besuch-titk")
        assert visit.kind == "inbound_visit"
        assert self.trip in visit.built_on.all()

    def test_dates_are_as_exact_as_the_sources(self):
        precision = dict(Mission.objects.values_list("code", "date_precision"))
        assert precision == {
            "2021-info-zentralasien": "year",
            "2021-online-mission": "season",
            "2022-info-zentralasien": "year",
            "2022-unternehmensreise": "season",
            TRIP: "day",
            "2024-besuch-titk": "month",
        }

    def test_eleven_agreements_in_their_true_states(self):
        agreements = self.trip.agreements.all()
        fields = [agreement.field for agreement in agreements]
        assert (len(fields), fields.count("university"), fields.count("economic")) == (11, 6, 5)
        on_trip = agreements.filter(agreed_on_mission=True, signed_after_mission=False)
        assert on_trip.concluded().count() == 10
        later = agreements.get(signed_after_mission=True)
        assert later.parties.filter(organisation__short_name="TUIT").exists()
        assert later.agreed_on == date(2023, 4, 27)
        assert (later.status, later.signed_on, later.signed_on_unknown) == ("signed", None, True)
        signed = dict(
            agreements.exclude(signed_on=None).values_list(
                "signed_on", "parties__organisation__name"
            )
        )
        assert set(signed) == {date(2023, 4, 24), date(2023, 4, 28)}

    def test_what_the_sources_do_not_name_stays_unnamed(self):
        unnamed = Agreement.objects.filter(parties__unnamed=True).distinct()
        assert sorted(unnamed.values_list("field", flat=True)) == [
            "economic",
            "economic",
            "university",
        ]
        for agreement in unnamed:
            assert [party.side for party in agreement.parties.all()] == ["home", "foreign"]
            assert all(party.organisation is None for party in agreement.parties.all())
        # Jena and al-Farabi are a cooperation of their own, not the sixth agreement.
        jena = Cooperation.objects.get(home__short_name="FSU Jena")
        assert not jena.agreements.exists()

    def test_cooperations_and_projects(self):
        pairs = {str(cooperation) for cooperation in Cooperation.objects.all()}
        assert "TITK – UzTextilprom" in pairs
        assert len(pairs) == 9
        assert Cooperation.objects.filter(home__name="Hochschule Nordhausen").count() == 5
        assert set(Project.objects.values_list("title", "sector__key")) == {
            ("Bildungszentrum in Taschkent", "education"),
            ("Bergbau in Usbekistan", "mining"),
            ("Infrastruktur in Usbekistan", "construction"),
        }
        centre = Project.objects.get(sector__key="education")
        assert centre.agreement.parties.filter(organisation__short_name="EBZ").exists()

    def test_the_heads_of_the_delegation(self):
        heads = Participation.objects.filter(mission=self.trip, role="head", status="attended")
        assert list(
            heads.order_by("protocol_rank").values_list("person__last_name", flat=True)
        ) == [
            "Tiefensee",
            "Feller",
        ]

    def test_names_in_other_scripts_find_their_organisation(self):
        for words, name in (
            ("Ўзтўқимачиликсаноат", "UzTextilprom"),
            ("Узтекстильпром", "UzTextilprom"),
            ("Назарбаев", "Nazarbayev University"),
        ):
            found = Organisation.objects.filter(search_text__contains=fold(words))
            assert [organisation.name for organisation in found] == [name]

    def test_every_record_names_its_source_and_none_is_invented(self):
        for record in records():
            assert record.source, record
            assert "erfunden" not in record.source, record
        assert not Interaction.objects.exists()
        assert not Appointment.objects.exists()
        assert not FollowUp.objects.exists()

    def test_there_are_no_logins(self):
        (user,) = get_user_model().objects.all()
        assert user.username == AUTHOR
        assert not user.has_usable_password()

    def test_history_names_the_author(self):
        author = get_user_model().objects.get()
        assert {entry.history_user for entry in Organisation.history.all()} == {author}
        assert {organisation.created_by for organisation in Organisation.objects.all()} == {author}

    def test_again_changes_nothing(self):
        before = everything()
        assert "nothing changed" in load("--facts-only")
        assert everything() == before

    def test_again_keeps_what_staff_changed_and_deleted(self):
        author = get_user_model().objects.get()
        with acting_as(author):
            partner = Organisation.objects.get(name="UzTextilprom")
            partner.name = "Uzbekiston toqimachilik uyushmasi"
            partner.save()
            partner.names.get(text="Узтекстильпром").delete()
            Project.objects.get(title="Bergbau in Usbekistan").delete()
            Agreement.objects.get(title="Kooperation TITK – UzTextilprom").delete()
        before = everything()
        load("--facts-only")
        assert everything() == before


class TestEverything(TestCase):
    @classmethod
    def setUpTestData(cls):
        load("--facts-only")
        cls.facts = {
            model: set(model._base_manager.values_list("pk", "version"))
            for model in tracked_models()
        }
        load()
        cls.trip = Mission.objects.get(code=TRIP)

    def test_again_changes_nothing(self):
        before = everything()
        assert load().count("nothing changed") == 2
        assert everything() == before

    def test_the_facts_are_left_as_they_were(self):
        for model, rows in self.facts.items():
            assert rows <= set(model._base_manager.values_list("pk", "version")), model
        assert self.trip.agreements.count() == 11
        assert self.trip.projects.count() == 3

    def test_whatever_is_no_fact_says_that_it_is_invented(self):
        for record in records():
            known = {pk for pk, _version in self.facts[type(record)]}
            if record.pk not in known:
                assert record.source == INVENTED, record

    def test_the_programme_has_more_than_forty_official_appointments(self):
        assert self.trip.appointments.official().count() == 42
        assert {a.stop.city for a in self.trip.appointments.select_related("stop")} == {
            "Astana",
            "Almaty",
            "Taschkent",
            "Samarkand",
        }
        assert not self.trip.appointments.filter(conflicts_accepted=True).exists()

    def test_an_appointment_keeps_its_hour_after_the_clock_of_astana_changed(self):
        appointment = Appointment.objects.get(title="Unterzeichnung an der Narikbayev-Universität")
        assert appointment.starts_at == datetime(2023, 4, 24, 4, 0, tzinfo=UTC)  # UTC+6 then
        assert appointment.local_starts_at.strftime("%d.%m.%Y %H:%M") == "24.04.2023 10:00"
        today = datetime(2024, 4, 24, 10, 0, tzinfo=ZoneInfo(appointment.stop.timezone))
        assert today.astimezone(UTC).hour == 5  # UTC+5 since March 2024

    def test_the_business_trip_has_the_numbers_of_the_sources(self):
        trip = Mission.objects.get(code="2022-unternehmensreise")
        attended = trip.participations.holding_a_place()
        assert attended.values("person").distinct().count() == 25
        companies = attended.filter(organisation__kind="company").values("organisation")
        assert companies.distinct().count() == 17

    def test_every_screen_has_something_to_show(self):
        assert Mission.objects.running().count() == 2
        assert Mission.objects.coming().count() >= 3
        assert Interaction.objects.count() >= 60
        assert FollowUp.objects.due().count() > 5
        assert FollowUp.objects.open().count() > FollowUp.objects.due().count()
        assert set(Cooperation.objects.values_list("stage", flat=True)) == set(
            Cooperation.Stage.values
        )
        assert set(Project.objects.values_list("stage", flat=True)) == set(Project.Stage.values)
        for interaction in Interaction.objects.with_participants():
            assert interaction.organisations.all(), interaction
            assert interaction.staff.all(), interaction

    def test_invented_people_can_be_told_and_nobody_can_be_called(self):
        invented = Person.objects.filter(source=INVENTED)
        assert invented.count() > 60
        for person in invented:
            assert person.email.endswith(".example"), person
            for number in filter(None, (person.phone, person.mobile)):
                # Numbers that the regulator keeps for films and books.
                assert number.as_e164.startswith(("+493023125", "+4917139200")), number

    def test_logins_have_no_password_on_a_real_server(self):
        for username, *_name, role in LOGINS:
            user = get_user_model().objects.get(username=username)
            assert not user.has_usable_password()
            assert [group.name for group in user.groups.all()] == [role]
            assert (user.is_staff, user.is_superuser) == (True, False)


@pytest.mark.django_db
def test_an_organisation_that_staff_entered_before_is_used_as_it_is():
    own = Organisation.objects.create(
        kind="university",
        name="Hochschule Nordhausen",
        country="DE",
        city="Sundhausen",
        is_home=True,
    )
    load("--facts-only")
    cooperation = Cooperation.objects.get(partner__short_name="TUIT")
    assert cooperation.home == own
    assert (cooperation.home.city, cooperation.home.version) == ("Sundhausen", 1)


@pytest.mark.django_db
def test_a_development_server_prints_logins_that_work(client, settings, monkeypatch):
    monkeypatch.setattr("legcrm.example.invented.load", lambda *arguments: None)  # Takes seconds.
    settings.DEBUG = True
    out = load()
    for username, *_name, role in LOGINS:
        assert f"{username:<16}{PASSWORD:<25}{role}" in out
        assert client.login(username=username, password=PASSWORD)


@pytest.mark.django_db
def test_sectors_come_with_the_database():
    sectors = Sector.objects.all()
    assert sectors.count() >= 20
    assert sectors.get(key="textiles").wz_2008 == "13 14 15"
    for sector in sectors:
        assert sector.name_de and sector.name_en and sector.source
        assert sector.history.count() == 1
        sector.full_clean()
