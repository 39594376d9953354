"""The funnel: as a slow and obvious computation has it, and each number the length of its list."""

import re
from datetime import date, timedelta
from html import unescape
from itertools import combinations, pairwise
from statistics import median

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legcrm.core import counted, invented
from missions.funnel import ANY_RESULT, RIGHTS, Filters, Funnel
from missions.models import Agreement, Cooperation, Mission, MissionLink, Participation, Project
from missions.path import chains_of, path_of
from partners.models import Organisation
from tests.factories import (
    AgreementFactory,
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    SectorFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

FIRST = date(2021, 1, 1)
TRIP = "2023-zentralasien"
HOME, FOREIGN = 4, 3
PLACES = {"accepted", "confirmed", "attended"}
MODELS = {"cooperation": Cooperation, "agreement": Agreement, "project": Project}


def page_of(mission):
    return reverse("admin:missions_mission_funnel", args=[mission.pk])


# --- Against an obvious computation -----------------------------------------------------------

ANYONE = st.integers(0, HOME + FOREIGN - 1)
DAY = st.none() | st.integers(0, 900)
EXAMPLE = st.fixed_dictionaries(
    {
        # Day of the start, status, archived
        "missions": st.lists(
            st.tuples(
                st.integers(0, 5).map(lambda n: n * 100),
                st.sampled_from(["completed", "completed", "planned", "idea", "cancelled"]),
                st.sampled_from([False, False, False, True]),
            ),
            min_size=1,
            max_size=5,
        ),
        # Mission, organisation, status, archived
        "places": st.lists(
            st.tuples(
                st.integers(0, 4),
                ANYONE,
                st.sampled_from(["attended", "confirmed", "accepted", "invited", "no_show"]),
                st.sampled_from([False, False, True]),
            ),
            max_size=20,
        ),
        # Mission, home and foreign organisation, status of an agreement, day, archived
        "results": st.lists(
            st.tuples(
                st.sampled_from(sorted(MODELS)),
                st.none() | st.integers(0, 4),
                st.integers(0, HOME - 1),
                st.integers(HOME, HOME + FOREIGN - 1),
                st.sampled_from(["planned", "agreed", "expired", "terminated"]),
                DAY,
                st.sampled_from([False, False, True]),
            ),
            max_size=8,
        ),
        "asked": st.integers(0, 4),
        "filters": st.tuples(
            st.sampled_from(["home", "foreign", "all"]),
            st.sampled_from(["", "", "company", "university"]),
            st.sampled_from(["", "", "DE", "UZ"]),
            st.sampled_from(["", "", "textiles-of-the-test"]),
        ),
    }
)


@pytest.fixture
def organisations(db):
    sector = SectorFactory(key="textiles-of-the-test")
    found = [OrganisationFactory(home=True, kind="company") for _number in range(HOME - 1)]
    found.append(OrganisationFactory(home=True, kind="university"))
    found += [OrganisationFactory(country=country) for country in ("UZ", "KZ", "UZ")]
    for organisation in (found[0], found[HOME]):
        organisation.sectors.through(organisation=organisation, sector=sector).save()
    found[1].archive("gibt es nicht mehr")
    return found


def make(example, organisations):
    """Write the missions, each built on the one before it, and what came of them."""
    days = sorted(example["missions"])
    missions = []
    for day, status, is_archived in days:
        mission = MissionFactory(
            starts_on=FIRST + timedelta(days=day), ends_on=None, status=status
        )  # fmt: skip
        if missions:
            MissionLink(mission=mission, earlier=missions[-1]).save()
        missions.append(mission)
        if is_archived:
            mission.archive("doppelt")
    for number, who, status, is_archived in example["places"]:
        if number < len(missions):
            place = ParticipationFactory(
                mission=missions[number], organisation=organisations[who], status=status
            )
            if is_archived:
                place.archive("doppelt")
    for count, (kind, number, home, foreign, status, day, is_archived) in enumerate(
        example["results"]
    ):
        mission = missions[number] if number is not None and number < len(missions) else None
        on = None if day is None else FIRST + timedelta(days=day)
        sides = organisations[home], organisations[foreign]
        if kind == "cooperation":
            record = CooperationFactory(
                home=sides[0], partner=sides[1], origin_mission=mission, stage_since=on,
                subject=f"{count} {missions[0].code}",
            )  # fmt: skip
        elif kind == "agreement":
            record = AgreementFactory(mission=mission, status=status, agreed_on=on)
            for side, party in zip(("home", "foreign"), sides, strict=True):
                record.parties.create(side=side, organisation=party)
        else:
            record = ProjectFactory(origin_mission=mission, noted_on=on, owner=UserFactory())
            for party in sides:
                record.parties.create(organisation=party)
        if is_archived:
            record.archive("doppelt")
    return missions


def obvious(missions, asked, filters):
    """Return ``{organisation: {column: [(record, day), …]}}`` of those that are looked at."""
    shown = [
        mission
        for mission in missions
        if mission == asked
        or (mission.archived_at is None and mission.status not in ("idea", "cancelled"))
    ]
    found = {}

    def there(organisation, column, record, day):
        if (
            organisation.archived_at is None
            and (filters.side == "all" or organisation.is_home == (filters.side == "home"))
            and filters.kind in ("", organisation.kind)
            and filters.country in ("", organisation.country.code)
            and (not filters.sector or organisation.sectors.filter(key=filters.sector).exists())
        ):
            columns = found.setdefault(organisation, {})
            columns.setdefault(column, []).append((record, day))

    for place in Participation.objects.filter(mission__in=shown):
        if place.archived_at is None and place.status in PLACES:
            there(place.organisation, str(place.mission_id), place, place.mission.starts_on)
    for one in Cooperation.objects.filter(origin_mission__in=shown, archived_at=None):
        for side in (one.home, one.partner):
            there(side, "cooperation", one, one.stages.first().since)
    for one in Agreement.objects.filter(mission__in=shown, archived_at=None):
        if one.status in ("agreed", "signed", "expired"):
            for party in one.parties.all():
                there(party.organisation, "agreement", one, one.signed_on or one.agreed_on)
    for one in Project.objects.filter(origin_mission__in=shown, archived_at=None):
        for party in one.parties.all():
            there(party.organisation, "project", one, one.noted_on)
    return [str(mission.pk) for mission in shown] + list(MODELS), found


def listed(url, model, user):
    """Return what the list behind ``url`` holds."""
    query = QueryDict(url.partition("?")[2])
    found = counted.resolve(query[counted.PARAMETER], model, user)
    return set(model.objects.filter(pk__in=found.keys))


def median_days(found, source, target):
    spans = []
    for columns in found.values():
        if source in columns and target in columns:
            start, end = (
                min((day for _record, day in columns[key] if day), default=None)
                for key in (source, target)
            )
            if start and end and start <= end:
                spans.append((end - start).days)
    return median(spans) if spans else None


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(example=EXAMPLE)
def test_every_figure_is_that_of_an_obvious_computation(example, organisations, administrator):
    missions = make(example, organisations)
    asked = missions[example["asked"] % len(missions)]
    filters = Filters(*example["filters"])
    keys, found = obvious(missions, asked, filters)

    funnel = Funnel(asked, administrator, filters)

    assert [column.key for column in funnel.columns] == keys
    assert funnel.total == len(found)
    assert listed(funnel.url(), Organisation, administrator) == set(found)
    for column in funnel.columns:
        members = {one for one, columns in found.items() if column.key in columns}
        assert funnel.counts[column.key] == len(members)
        assert listed(funnel.url(column.key), Organisation, administrator) == members
        if column.mission:
            with_result = {one for one in members if MODELS.keys() & found[one].keys()}
            conversion = funnel.to_a_result(column)
            assert (conversion.part, conversion.whole) == (len(with_result), len(members))
            assert listed(conversion.url, Organisation, administrator) == with_result
    for source, target in combinations(funnel.columns, 2):
        both = {one for one, columns in found.items() if {source.key, target.key} <= columns.keys()}
        conversion = funnel.conversion(source, target)
        assert (conversion.part, conversion.whole) == (len(both), funnel.counts[source.key])
        assert conversion.days == median_days(found, source.key, target.key)
        assert listed(conversion.url, Organisation, administrator) == both

    rows = funnel.page(1).object_list
    assert {row.organisation for row in rows} == set(found)
    furthest = [max(keys.index(key) for key in found[row.organisation]) for row in rows]
    assert furthest == sorted(furthest, reverse=True)
    for row in rows:
        for column, mark in zip(funnel.columns, row.marks, strict=True):
            records = {record for record, _day in found[row.organisation].get(column.key, ())}
            assert (mark.count if mark else 0) == len(records)
            if len(records) > 1:
                (model,) = {type(record) for record in records}
                assert listed(mark.url, model, administrator) == records
            elif mark:
                assert mark.url == records.pop().get_absolute_url()


# --- The chain of the article -----------------------------------------------------------------


@pytest.fixture
def trip(example_data, db):
    return Mission.objects.get(code=TRIP)


def numbers_of(response):
    """Return ``{address: number}`` of the links to lists of organisations on the page."""
    links = re.findall(
        r'<a [^>]*href="([^"]*organisation/\?counted=funnel[^"]*)"[^>]*>(.*?)</a>',
        response.text,
        re.DOTALL,
    )
    return {
        unescape(address): int(re.sub(r"<[^>]*>", " ", text).split()[0]) for address, text in links
    }


class TestTheArticle:
    def test_the_chain_of_the_article(self, trip, client_for, project_manager):
        funnel = Funnel(trip, project_manager)
        codes = [mission.code for mission in funnel.missions]
        assert codes[:6] == [
            "2021-info-zentralasien",
            "2021-online-mission",
            "2022-info-zentralasien",
            "2022-unternehmensreise",
            TRIP,
            "2024-besuch-titk",
        ]
        columns = {column.mission.code if column.mission else column.key: column for column in
                   funnel.columns}  # fmt: skip
        assert [funnel.counts[column.key] for column in funnel.columns[:6]] == [
            12,
            11,
            13,
            24,
            26,
            1,
        ]
        client = client_for(project_manager)
        agreed = client.get(funnel.url(columns[TRIP].key, "agreement")).context["cl"].queryset
        # Of the home sides that the sources name; others are of example data.
        assert {str(one) for one in agreed if one.source != invented.SOURCE} == {
            "TITK",
            "Hochschule Nordhausen",
            "EBZ",
        }
        online = funnel.conversion(
            columns["2021-online-mission"], columns["2022-unternehmensreise"]
        )
        assert (online.part, online.whole, online.days) == (11, 11, 365)
        assert online.is_about, "of both only the season is known"

    def test_each_number_of_the_page_is_the_length_of_its_list(self, trip, client_for, reader):
        client = client_for(reader)
        for query in ("", "?side=all", "?side=foreign&country=UZ&kind=university"):
            response = client.get(page_of(trip) + query, headers={"accept-language": "en"})
            assert response.status_code == 200
            numbers = numbers_of(response)
            assert len(numbers) > 3
            for address, number in numbers.items():
                listing = client.get(address)
                assert listing.context["cl"].result_count == number, address
                assert "chain of" in client.get(address, headers={"accept-language": "en"}).text

    def test_the_path_of_an_organisation(self, trip, client_for, reader):
        titk = Organisation.objects.get(short_name="TITK")
        steps = path_of(titk, reader)
        assert [step.mission.code for step in steps if not step.is_result][-3:-1] == [
            TRIP,
            "2024-besuch-titk",
        ]
        results = [step for step in steps if step.is_result]
        assert {step.mission for step in results} == {trip} and len(results) == 4
        days = [step.day or step.mission.starts_on for step in steps]
        assert days == sorted(days)
        for before, step in pairwise(steps):
            known = before.day and step.day
            assert step.days == ((step.day - before.day).days if known else None)
        assert chains_of(steps)[0].code == "2024-besuch-titk"
        response = client_for(reader).get(
            reverse("admin:missions_mission_path"), {"organisation": titk.pk}
        )
        assert titk.agreement_parties.first().agreement.title in response.text

    def test_the_list_of_chains(self, trip, client_for, reader):
        response = client_for(reader).get(reverse("admin:missions_mission_chains"))
        found = {chain["mission"].code: chain for chain in response.context["chains"]}
        assert found["2024-besuch-titk"]["length"] == 6
        assert TRIP not in found, "other missions build on it"
        counts = [count for _name, count in found["2024-besuch-titk"]["results"]]
        assert counts[1] >= 11, "the agreements of the trip are results of the chain"


# --- Rights, queries, limits --------------------------------------------------------------------


def test_who_may_see_no_agreements_sees_no_column_of_them(client_for, make_user):
    user = make_user("Nur", "Missionen")
    for right in (*RIGHTS, "missions.view_cooperation"):
        label, codename = right.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=label, codename=codename)
        )
    place = ParticipationFactory(status="attended")
    agreement = AgreementFactory(mission=place.mission, status="agreed")
    agreement.parties.create(side="home", organisation=place.organisation)
    user = type(user).objects.get(pk=user.pk)
    funnel = Funnel(place.mission, user)
    assert [column.key for column in funnel.results] == ["cooperation"]
    assert funnel.to_a_result(funnel.columns[0]).part == 0
    what = f"funnel:{place.mission.pk}:agreement:"
    assert counted.resolve(what, Organisation, user) is None
    assert client_for(user).get(page_of(place.mission)).status_code == 200
    assert [step.is_result for step in path_of(place.organisation, user)] == [False]


def test_without_the_rights_there_is_no_page_and_no_list(client_for, outsider, make_user):
    place = ParticipationFactory(status="attended")
    pages = [
        page_of(place.mission),
        reverse("admin:missions_mission_chains"),
        reverse("admin:missions_mission_path") + f"?organisation={place.organisation.pk}",
    ]
    half = make_user("Nur", "Organisationen")
    half.user_permissions.add(Permission.objects.get(codename="view_organisation"))
    for user in (outsider, half):
        for page in pages:
            assert client_for(user).get(page).status_code == 403
        what = f"funnel:{place.mission.pk}:{place.mission.pk}:"
        assert counted.resolve(what, Organisation, user) is None


@pytest.mark.parametrize(
    "what", ["", "x", "0::", "{0}:x:", "{0}:999:", "{0}:{0}", "{0}:{0}:side=%00&kind=y&sector=x%00"]
)
def test_an_address_made_up_lists_nothing_it_should_not(what, client_for, reader):
    place = ParticipationFactory(status="attended")
    OrganisationFactory(home=True)
    address = reverse("admin:partners_organisation_changelist")
    what = what.format(place.mission.pk)
    response = client_for(reader).get(address, {"counted": f"funnel:{what}"})
    assert response.status_code == 200
    found = set(response.context["cl"].queryset)
    assert found <= {place.organisation}
    assert bool(found) == (f"{place.mission.pk}:{place.mission.pk}" in what)


def test_pages_that_there_are_not(client_for, reader):
    client = client_for(reader)
    for address in (
        reverse("admin:missions_mission_funnel", args=["0"]),
        reverse("admin:missions_mission_funnel", args=["x"]),
        reverse("admin:missions_mission_path"),
        reverse("admin:missions_mission_path") + "?organisation=x",
    ):
        assert client.get(address).status_code == 404
    mission = MissionFactory()
    page = client.get(page_of(mission) + "?side=x&kind=x&country=x&sector=x&page=x")
    assert page.status_code == 200


def add_to(missions, count):
    for _number in range(count):
        organisation = OrganisationFactory(home=True)
        for mission in missions:
            ParticipationFactory(mission=mission, organisation=organisation, status="attended")
        agreement = AgreementFactory(
            mission=missions[0], status="agreed", agreed_on=date(2024, 1, 1)
        )
        agreement.parties.create(side="home", organisation=organisation)


def queries_of(client, *addresses):
    found = []
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        found.append(len(queries))
    return found


def test_the_number_of_queries_does_not_grow(client_for, reader):
    client = client_for(reader)
    missions = [MissionFactory()]
    chains = reverse("admin:missions_mission_chains")

    def build():
        later = MissionFactory(starts_on=missions[-1].starts_on + timedelta(days=30), ends_on=None)
        MissionLink(mission=later, earlier=missions[-1]).save()
        missions.append(later)

    def queries():
        organisation = Organisation.objects.first()
        path = reverse("admin:missions_mission_path") + f"?organisation={organisation.pk}"
        return queries_of(client, page_of(missions[0]), chains, path)

    build()
    add_to(missions, 2)
    few = queries()
    for _number in range(4):
        build()
    add_to(missions, 6)
    ParticipationFactory(mission=missions[-1], organisation=Organisation.objects.first())
    assert queries() == few
    assert few[0] <= 22


def test_a_chain_with_too_many_missions_shows_the_latest(client_for, reader, monkeypatch):
    monkeypatch.setattr("missions.funnel.MOST_COLUMNS", 5)
    missions = [
        MissionFactory(starts_on=FIRST + timedelta(days=number), ends_on=None)
        for number in range(4)
    ]
    for mission, earlier in zip(missions[1:], missions, strict=False):
        MissionLink(mission=mission, earlier=earlier).save()
    for mission in missions:
        ParticipationFactory(mission=mission, status="attended")
    funnel = Funnel(missions[0], reader)
    assert (funnel.left_out, funnel.missions) == (missions[:2], missions[2:])
    assert funnel.total == 2
    page = client_for(reader).get(page_of(missions[0]), headers={"accept-language": "en"})
    assert "its first 2 missions are left out" in page.text


def test_the_last_bit_fits_into_a_whole_number_of_the_database(reader):
    """62 columns: the largest that the sum of the bits can be."""
    missions = []
    for number in range(59):
        missions.append(MissionFactory(starts_on=FIRST + timedelta(days=number), ends_on=None))
        if number:
            MissionLink(mission=missions[-1], earlier=missions[-2]).save()
    place = ParticipationFactory(mission=missions[0], status="attended")
    ParticipationFactory(mission=missions[58], organisation=place.organisation, status="attended")
    project = ProjectFactory(origin_mission=missions[3])
    project.parties.create(organisation=place.organisation)
    funnel = Funnel(missions[20], reader)
    assert len(funnel.columns) == 62
    reached = {key for key, count in funnel.counts.items() if count}
    assert reached == {str(missions[0].pk), str(missions[58].pk), "project"}
    assert funnel.conversion(funnel.columns[0], funnel.columns[-1]).part == 1
    assert listed(funnel.url(str(missions[58].pk), ANY_RESULT), Organisation, reader) == {
        place.organisation
    }
