"""The Bilanz: its figures are those of the facts, of an obvious count, and of their lists."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from legcrm.core import invented
from missions import balance as balances
from missions.balance import BY_FIELD, BY_SIGNATURE, FIGURES, Balance, Figure
from missions.models import Agreement, Mission, Project, Questionnaire
from tests.factories import (
    AgreementFactory,
    AppointmentFactory,
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
    QuestionnaireFactory,
    StopFactory,
)

pytestmark = pytest.mark.django_db

PLACES = ("accepted", "confirmed", "attended")
TRIP = "2023-zentralasien"


@pytest.fixture
def example(db):
    call_command("load_example", verbosity=0)
    return Mission.objects.get(code=TRIP)


def amounts(missions, user, *keys):
    results = Balance(missions, user).results()
    return [results[key].amount for key in keys]


def page_of(mission):
    return reverse("admin:missions_mission_balance", args=[mission.pk])


def check_lists(client, results):
    """Assert that each number is the length of the list behind it; return how many there were."""
    links = {result.url: result.records for result in results if result.url}
    for url, records in links.items():
        response = client.get(url)
        assert response.status_code == 200, url
        assert response.context["cl"].result_count == records, url
    return len(links)


# --- The trip of April 2023 -----------------------------------------------------------------


def test_april_2023_and_each_number_with_its_list(
    example, client_for, reader, editor, project_manager, administrator
):
    results = Balance([example], reader).results()
    expected = {
        "people": 35,
        "organisations": 26,
        "companies": 16,
        "official_appointments": 42,
        "announced": 10,
        "agreements": 11,
        "agreements_university": 6,
        "agreements_economic": 5,
        "signed_before": 0,
        "signed_on_trip": 3,
        "signed_later": 1,
        "signed_some_day": 1,
        "agreed_only": 6,
        "projects": 3,
    }
    assert {key: results[key].amount for key in expected} == expected
    assert results["official_appointments"].invented == 42
    assert results["agreements"].invented == results["projects"].invented == 0

    page = client_for(reader).get(page_of(example), headers={"accept-language": "en"})
    assert page.status_code == 200
    for key in expected:
        if results[key].records:
            assert f'href="{results[key].url}"' in page.text, key
    assert "Wolfgang Tiefensee" in page.text
    assert "33 of 35 are example data" in page.text

    everything = list(Mission.objects.all())
    for user in (reader, editor, project_manager, administrator):
        balance = Balance(everything, user)
        of_all, of_trip = balance.results(), balance.results([example])
        assert set(of_all) == set(FIGURES)
        assert check_lists(client_for(user), of_trip.values()) >= 40
        if user == reader:
            assert check_lists(client_for(user), of_all.values()) >= 40
        for mission in everything:
            for result in balance.results([mission]).values():
                if isinstance(result.figure, Figure):
                    what = f"{result.figure.key}:{mission.pk}"
                    counted = balances.resolve(what, result.figure.lists, user)
                    listed = result.figure.lists.objects.filter(pk__in=counted.keys)
                    assert listed.count() == result.records, what


# --- Against an obvious count ---------------------------------------------------------------


class Obvious:
    """The figures counted in Python from whole records, slowly and one by one."""

    def __init__(self, missions):
        self.missions = missions

    def figures(self):
        places = [p for m in self.missions for p in m.participations.all() if self.holds(p)]
        organisations = {p.organisation for p in places if p.organisation}
        agreements = [
            a
            for m in self.missions
            for a in m.agreements.all()
            if not a.is_archived and a.status in ("agreed", "signed", "expired")
        ]
        projects = [p for m in self.missions for p in m.projects.all() if not p.is_archived]
        hopes = [p for p in projects if p.stage != "dropped"]
        costs = [m for m in self.missions if m.cost_eur is not None]
        appointments = [
            a
            for m in self.missions
            for a in m.appointments.all()
            if not a.is_archived and a.status != "cancelled"
        ]
        signed = [(a, self.when_signed(a)) for a in agreements]
        days = [
            (a.signed_on - a.mission.starts_on).days
            for a in agreements
            if a.signed_on
            and a.mission.date_precision == "day"
            and a.signed_on >= a.mission.starts_on
        ]
        asked = [q for m in self.missions for p in m.participations.all() for q in self.asked(p)]
        answered = [q for q in asked if q.answered_at]
        found = {
            "people": len({p.person for p in places if p.person}),
            "organisations": len(organisations),
            "companies": len({o for o in organisations if o.kind == "company"}),
            "first_timers": len(
                {p.organisation for p in places if p.organisation and self.is_first(p)}
            ),
            "appointments": len(appointments),
            "official_appointments": len([a for a in appointments if a.counts_as_official]),
            "announced": self.total([m.announced_agreements for m in self.missions]),
            "agreements": len(agreements),
            "signed": len([a for a, when in signed if when != "agreed_only"]),
            "days_to_agreement": median(days) if days else None,
            "cooperations": len(
                [c for m in self.missions for c in m.cooperations.all() if not c.is_archived]
            ),
            "projects": len(projects),
            "value_forecast": self.total([p.value_forecast_eur for p in hopes]),
            "value_confirmed": self.total([p.value_confirmed_eur for p in projects]),
            "jobs_forecast": self.total([p.jobs_forecast for p in hopes]),
            "jobs_confirmed": self.total([p.jobs_confirmed for p in projects]),
            "cost": self.total([m.cost_eur for m in self.missions]),
            "asked": len(asked),
            "answered": len(answered),
            "confirmed_answers": len([q for q in asked if q.status == "confirmed"]),
            "contracts_reported": self.total(self.last(asked, "contracts")),
            "jobs_reported": self.total(self.last(asked, "jobs")),
        }
        for key in BY_FIELD:
            field = key.removeprefix("agreements_")
            found[key] = len([a for a in agreements if a.field == field])
        for key in BY_SIGNATURE:
            found[key] = len([a for a, when in signed if when == key])
        for stage in Project.Stage:
            found[f"projects_{stage}"] = len([p for p in projects if p.stage == stage])
        companies = Obvious(costs).companies() if costs else 0
        found["cost_per_company"] = found["cost"] / companies if companies else None
        marks = self.last(asked, "satisfaction")
        found["satisfaction"] = sum(marks) / len(marks) if marks else None
        return found

    def companies(self):
        return len(
            {
                p.organisation
                for m in self.missions
                for p in m.participations.all()
                if self.holds(p) and p.organisation and p.organisation.kind == "company"
            }
        )

    @staticmethod
    def total(values):
        values = [value for value in values if value is not None]
        return sum(values) if values else None

    @staticmethod
    def holds(participation):
        return not participation.is_archived and participation.status in PLACES

    def is_first(self, participation):
        return not any(
            self.holds(other)
            and not other.mission.is_archived
            and other.mission.status != "cancelled"
            and other.mission.starts_on < participation.mission.starts_on
            for other in participation.organisation.participations.all()
        )

    @staticmethod
    def when_signed(agreement):
        mission = agreement.mission
        exact = mission.date_precision == "day"
        length = {"month": 30, "season": 91, "year": 365}
        if exact:
            last = mission.ends_on or mission.starts_on
        else:
            last = mission.starts_on + timedelta(days=length[mission.date_precision])
        if agreement.signed_after_mission:
            return "signed_later"
        if agreement.signed_on and agreement.signed_on > last:
            return "signed_later"
        if agreement.signed_on and agreement.signed_on < mission.starts_on:
            return "signed_before"
        if agreement.signed_on and exact:
            return "signed_on_trip"
        if agreement.signed_stop and agreement.status in ("signed", "expired"):
            return "signed_on_trip"
        if agreement.signed_on or agreement.signed_on_unknown:
            return "signed_some_day"
        return "agreed_only"

    @staticmethod
    def asked(participation):
        return [q for q in participation.questionnaires.all() if not q.is_archived]

    @staticmethod
    def last(asked, field):
        said = {}
        for one in sorted((q for q in asked if q.answered_at), key=lambda q: q.answered_at):
            if one.status == "confirmed" and getattr(one, field) is not None:
                said[one.participation_id] = getattr(one, field)
        return list(said.values())


def make_missions(chance, user):
    """Make a few missions with results of every kind, by ``chance``, a random.Random."""
    organisations = [
        OrganisationFactory(kind=kind, home=True)
        for kind in ("company", "company", "company", "university", "association")
    ]
    people = PersonFactory.create_batch(5)
    missions = []
    for number in range(4):
        starts = date(2021 + number % 3, chance.choice([3, 9]), 1)
        mission = MissionFactory(
            starts_on=starts,
            ends_on=chance.choice([None, starts + timedelta(days=5)]),
            date_precision=chance.choice(["day", "day", "month", "season", "year"]),
            status=chance.choice(["completed", "completed", "cancelled"]),
            cost_eur=chance.choice([None, Decimal("1000.50"), Decimal("20000")]),
            announced_agreements=chance.choice([None, 0, 4]),
        )
        missions.append(mission)
        stop = StopFactory(mission=mission)
        everybody = chance.sample(people, 3)
        for person in everybody:
            participation = ParticipationFactory(
                mission=mission,
                person=person,
                organisation=chance.choice([None, *organisations]),
                status=chance.choice([*PLACES, "declined"]),
            )
            for wave in ("return", "6_months"):
                make_answer(chance, participation, wave, user)
        ParticipationFactory(
            mission=mission, person=None, organisation=chance.choice(organisations),
            status="attended",
        )  # fmt: skip
        for _number in range(4):
            make_agreement(chance, mission, stop)
        for _number in range(2):
            AppointmentFactory(
                mission=mission,
                stop=None,
                status=chance.choice(["confirmed", "held", "cancelled"]),
                counts_as_official=chance.random() < 0.5,
            )
            make_project(chance, mission, user)
        CooperationFactory(origin_mission=mission)
    for model in (Agreement, Project):
        chance.choice(list(model.objects.all())).archive("entered twice")
    organisations[0].archive("dissolved")
    people[0].archive("retired")
    return missions


def make_agreement(chance, mission, stop):
    status = chance.choice(["planned", "agreed", "signed", "signed", "expired", "terminated"])
    signed_on = None
    if status in ("signed", "expired"):
        days = chance.choice([None, -20, 0, 5, 6, 40, 120, 400])
        signed_on = None if days is None else mission.starts_on + timedelta(days=days)
    return AgreementFactory(
        mission=mission,
        field=chance.choice(["university", "economic", "research"]),
        status=status,
        signed_on=signed_on,
        signed_on_unknown=status == "signed" and signed_on is None,
        signed_after_mission=status == "signed" and chance.random() < 0.2,
        signed_stop=chance.choice([None, stop]),
    )


def make_project(chance, mission, user):
    confirmed = chance.choice([{}, {"value_confirmed_eur": Decimal("70.25"), "jobs_confirmed": 2}])
    if confirmed:
        confirmed |= {
            "confirmed_on": date(2024, 1, 1),
            "confirmed_by": "Company",
            "confirmed_evidence": "Letter",
        }
    stage = chance.choice(["idea", "on_hold", "dropped"])
    return ProjectFactory(
        origin_mission=mission,
        owner=user,
        stage=stage,
        drop_reason="No money" if stage != "idea" else "",
        look_again_on=date(2030, 1, 1) if stage != "idea" else None,
        value_forecast_eur=chance.choice([None, Decimal("500.00")]),
        jobs_forecast=chance.choice([None, 3]),
        **confirmed,
    )


def make_answer(chance, participation, wave, user):
    status = chance.choice(["sent", "answered", "confirmed", "confirmed", "rejected"])
    days = {"return": 1, "6_months": 2}[wave]
    QuestionnaireFactory(
        participation=participation,
        wave=wave,
        status=status,
        answered_at=None if status == "sent" else datetime(2023, 5, days, 9, tzinfo=UTC),
        decided_at=datetime(2023, 6, 1, 9, tzinfo=UTC)
        if status in ("confirmed", "rejected")
        else None,
        decided_by=user if status in ("confirmed", "rejected") else None,
        satisfaction=chance.choice([None, 2, 5]),
        contracts=chance.choice([None, 0, 3]),
        jobs=chance.choice([None, 4]),
    )


@pytest.mark.parametrize("seed", range(4))
def test_each_figure_is_that_of_an_obvious_count(seed, project_manager):
    make_missions(random.Random(seed), project_manager)
    missions = list(Mission.objects.all())
    balance = Balance(missions, project_manager)
    for chosen in (*([mission] for mission in missions), missions, missions[1:3]):
        results = balance.results(chosen)
        for key, amount in Obvious(chosen).figures().items():
            assert results[key].amount == amount, (key, [m.pk for m in chosen])
        # What parts the agreements leaves none out and counts none twice.
        keys = [mission.pk for mission in chosen]
        every = list(FIGURES["agreements"].records(project_manager, keys))
        for parts in (BY_FIELD, BY_SIGNATURE):
            parted = [row for key in parts for row in FIGURES[key].records(project_manager, keys)]
            assert sorted(row["pk"] for row in parted) == sorted(row["pk"] for row in every)


# --- Edges ----------------------------------------------------------------------------------


def test_who_went_twice_is_counted_once_in_the_total(reader):
    company = OrganisationFactory(home=True)
    first = MissionFactory(starts_on=date(2022, 4, 1), ends_on=None)
    second = MissionFactory(starts_on=date(2023, 4, 1), ends_on=None)
    for mission in (first, second):
        ParticipationFactory(mission=mission, organisation=company, status="attended")
    balance = Balance([first, second], reader)
    keys = ("people", "organisations", "first_timers")
    of = [[balance.result(key, [m]).amount for key in keys] for m in (first, second)]
    assert of == [[1, 1, 1], [1, 1, 0]]
    assert [balance.result(key).amount for key in keys] == [2, 1, 1]


def test_a_cancelled_mission_makes_no_old_hands(reader):
    company = OrganisationFactory(home=True)
    for year, status in ((2021, "cancelled"), (2022, "completed")):
        mission = MissionFactory(starts_on=date(year, 4, 1), ends_on=None, status=status)
        ParticipationFactory(mission=mission, organisation=company, status="confirmed")
    assert amounts([mission], reader, "first_timers") == [1]


def test_archived_people_took_part_and_archived_agreements_are_taken_back(client_for, reader):
    mission = MissionFactory()
    went = ParticipationFactory(mission=mission, status="attended")
    went.person.archive("retired")
    went.organisation.archive("dissolved")
    AgreementFactory(mission=mission, status="agreed").archive("entered twice")
    balance = Balance([mission], reader)
    keys = ("people", "organisations", "agreements")
    assert amounts([mission], reader, *keys) == [1, 1, 0]
    assert check_lists(client_for(reader), [balance.result(key) for key in keys]) == 3


@pytest.mark.parametrize(
    ("precision", "signed_on", "when"),
    [
        ("day", date(2022, 9, 1), "signed_on_trip"),
        ("day", date(2022, 9, 2), "signed_later"),
        ("season", date(2022, 10, 15), "signed_some_day"),
        ("season", date(2023, 3, 1), "signed_later"),
        ("year", date(2023, 3, 1), "signed_some_day"),
        ("month", date(2022, 8, 31), "signed_before"),
    ],
)
def test_signed_on_the_trip_only_where_the_days_of_the_trip_are_known(
    reader, precision, signed_on, when
):
    mission = MissionFactory(starts_on=date(2022, 9, 1), ends_on=None, date_precision=precision)
    AgreementFactory(mission=mission, status="signed", signed_on=signed_on)
    counts = dict(zip(BY_SIGNATURE, amounts([mission], reader, *BY_SIGNATURE), strict=True))
    assert counts == dict.fromkeys(BY_SIGNATURE, 0) | {when: 1}
    days = Balance([mission], reader).result("days_to_agreement").records
    assert days == (1 if precision == "day" else 0)


def test_a_number_from_answers_says_how_many_answered(reader, editor):
    mission = MissionFactory()
    for number in range(3):
        participation = ParticipationFactory(mission=mission, status="attended")
        one = QuestionnaireFactory(participation=participation)
        if number < 2:
            one.answered_at = one.decided_at = datetime(2023, 6, 1, tzinfo=UTC)
            one.status, one.decided_by = "confirmed", editor
            one.satisfaction = 3 + number
            one.save()
    with override("en"):
        result = Balance([mission], reader, only=["satisfaction"]).result("satisfaction")
        assert (result.shown, result.note) == ("3.5 of 5", "2 of 3 answered (67 %)")
    assert Questionnaire.objects.count() == 3


def test_example_data_are_counted_beside_the_number(reader):
    mission = MissionFactory()
    for source in (invented.SOURCE, "Minutes"):
        CooperationFactory(origin_mission=mission, source=source)
    result = Balance([mission], reader).result("cooperations")
    assert (result.amount, result.invented) == (2, 1)


def test_nothing_known_is_no_zero(reader):
    mission = MissionFactory()
    nothing = amounts([mission], reader, "cost", "value_forecast", "cost_per_company", "people")
    assert nothing == [None, None, None, 0]


def test_one_query_for_each_base_however_many_missions(project_manager, reader):
    make_missions(random.Random(1), project_manager)
    missions = list(Mission.objects.all())
    reader.get_all_permissions()  # asked once for each request
    counts = []
    for chosen in (missions[:1], missions):
        with CaptureQueriesContext(connection) as captured:
            Balance(chosen, reader).results()
        counts.append(len(captured))
    assert counts == [7, 7]


def test_who_may_not_see_the_records_gets_no_number(make_user):
    user = make_user("Halb", "Recht")
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_mission", "view_agreement"])
    )
    mission = MissionFactory(announced_agreements=3)
    AgreementFactory(mission=mission, status="agreed")
    results = Balance([mission], user).results()
    assert results["agreements"].amount == 1 and results["announced"].amount == 3
    assert not {"people", "companies", "projects", "cost_per_company", "asked"} & set(results)
    assert balances.resolve(f"people:{mission.pk}", FIGURES["people"].lists, user) is None


@pytest.mark.parametrize("what", ["people:", "people:x", "nothing:1", "response_rate:1", "people"])
def test_what_nobody_linked_to_is_an_empty_list(what, client_for, reader):
    ParticipationFactory(status="attended")
    url = reverse("admin:partners_person_changelist")
    response = client_for(reader).get(url, {"counted": f"balance:{what}"})
    assert response.context["cl"].result_count == 0


# --- The page -------------------------------------------------------------------------------


def test_the_page_for_each_role(client_for, reader, editor, outsider):
    mission = MissionFactory(title_en="Trip to Tashkent", status="cancelled")
    for user in (reader, editor):
        page = client_for(user).get(page_of(mission), headers={"accept-language": "en"})
        assert page.status_code == 200
        assert "Trip to Tashkent" in page.text
        assert "This mission was cancelled" in page.text
        assert "example data" not in page.text
    assert client_for(outsider).get(page_of(mission)).status_code == 403
    missing = reverse("admin:missions_mission_balance", args=[mission.pk + 1])
    assert client_for(reader).get(missing).status_code == 404


def test_every_figure_stands_on_the_page_with_its_definition(client_for, project_manager):
    make_missions(random.Random(3), project_manager)
    mission = Mission.objects.filter(agreements__isnull=False).first()
    StopFactory(mission=mission)
    response = client_for(project_manager).get(page_of(mission), headers={"accept-language": "en"})
    text = re.sub(r"\s+", " ", response.text)
    with override("en"):
        for result in Balance([mission], project_manager).results().values():
            if result.amount:
                assert str(result.figure.definition) in text, result.figure.key
                assert f">{result.shown}<" in text, result.figure.key
    for chart in re.findall(r"<canvas[^>]*>", text):
        assert 'role="img"' in chart and 'aria-label="' in chart


def test_the_page_costs_the_same_with_many_records(client_for, project_manager):
    make_missions(random.Random(5), project_manager)
    client = client_for(project_manager)
    mission = Mission.objects.order_by("-starts_on").first()

    def queries():
        client.get(page_of(mission))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(mission)).status_code == 200
        return len(captured)

    few = queries()
    for _number in range(3):
        ParticipationFactory(mission=mission, status="attended")
        AgreementFactory(mission=mission, status="agreed")
        MissionFactory(starts_on=date(2020, 1, 1), ends_on=None, kind=mission.kind)
    assert queries() == few
