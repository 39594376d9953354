"""Missions side by side: grouped, sorted, each record once in the total, only what was chosen."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from missions import comparison
from missions.comparison import COLUMNS, GROUPINGS, TooMany, chosen, compare, read
from missions.models import Mission
from tests.factories import (
    AgreementFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    SectorFactory,
    StopFactory,
)

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:missions_mission_comparison")


@pytest.fixture
def missions(project_manager):
    """A trip to two countries, one to one of them, and one of which no country is known."""
    textiles, energy = SectorFactory(name_en="Textiles A"), SectorFactory(name_en="Energy B")
    company = OrganisationFactory(home=True)
    both = MissionFactory(
        title_en="Both", starts_on=date(2022, 4, 1), ends_on=date(2022, 4, 5),
        owner=project_manager, cost_eur=Decimal("9000"),
    )  # fmt: skip
    one = MissionFactory(
        title_en="One", starts_on=date(2023, 4, 1), ends_on=None, kind="business_trip",
        cost_eur=Decimal("1000"),
    )  # fmt: skip
    none = MissionFactory(title_en="None", starts_on=date(2024, 4, 1), ends_on=None)
    for country in ("KZ", "UZ"):
        StopFactory(mission=both, country=country)
    one.country_links.create(country="UZ")
    both.sector_links.create(sector=textiles)
    both.sector_links.create(sector=energy)
    one.sector_links.create(sector=textiles)
    for mission, agreements in ((both, 3), (one, 1), (none, 2)):
        ParticipationFactory(mission=mission, organisation=company, status="attended")
        AgreementFactory.create_batch(agreements, mission=mission, status="agreed")
    return both, one, none


@pytest.fixture
def table(missions, reader):
    """``table("country")``: ``{label: {key: amount}}`` in the order of the rows, with the total."""

    def make(by, sort=""):
        with override("en"):
            found = compare(read(Mission.objects.all()), reader, by).sorted_by(sort)
            rows = [*found.rows, found.total]
            return {
                row.label: {result.figure.key: result.amount for result in row.results}
                for row in rows
            }

    return make


def column(table, key):
    return {label: amounts[key] for label, amounts in table.items()}


def test_a_mission_of_two_countries_stands_in_both_rows_and_once_in_the_total(table):
    found = table("country")
    assert column(found, "agreements") == {
        "Kazakhstan": 3, "Uzbekistan": 4, "not known": 2, "Total": 6,
    }  # fmt: skip
    assert set(column(found, "organisations").values()) == {1}
    assert column(found, "cost") == {
        "Kazakhstan": 9000, "Uzbekistan": 10000, "not known": None, "Total": 10000,
    }  # fmt: skip
    # By missions of known cost: the company went on both of them, and is one company.
    assert found["Total"]["cost_per_company"] == 10000


@pytest.mark.parametrize(
    ("by", "agreements"),
    [
        ("mission", {"Both": 3, "One": 1, "None": 2, "Total": 6}),
        ("year", {"2022": 3, "2023": 1, "2024": 2, "Total": 6}),
        ("kind", {"delegation trip": 5, "business trip": 1, "Total": 6}),
        ("sector", {"Energy B": 3, "Textiles A": 4, "not known": 2, "Total": 6}),
        ("owner", {"Miriam Vogt": 3, "not known": 3, "Total": 6}),
    ],
)
def test_groups(table, by, agreements):
    assert column(table(by), "agreements") == agreements
    assert list(table(by)) == list(agreements)


def test_sorted_by_a_figure_with_the_unknown_last(table):
    assert list(table("mission", "agreements")) == ["One", "None", "Both", "Total"]
    assert list(table("mission", "-cost")) == ["Both", "One", "None", "Total"]
    assert list(table("mission", "cost")) == ["One", "Both", "None", "Total"]
    assert list(table("mission", "nonsense")) == ["Both", "One", "None", "Total"]


def test_what_is_chosen(missions, reader, project_manager):
    both, one, none = missions
    MissionFactory(starts_on=date(2099, 4, 1), ends_on=None)
    cancelled = MissionFactory(status="cancelled")
    # Entered before the stops were known: these say where it went.
    both.country_links.create(country="GE")

    def found(**choice):
        return set(chosen(reader, **choice))

    assert found() == {both, one, none}
    assert found(missions=[cancelled.pk, one.pk]) == {cancelled, one}
    assert found(first_year=2023) == {one, none}
    assert found(first_year=2022, last_year=2023) == {both, one}
    assert found(kind="business_trip") == {one}
    assert found(country="UZ") == {both, one}
    assert found(country="GE") == set()
    assert found(sector=both.sectors.get(name_en="Energy B").pk) == {both}
    assert found(owner=project_manager.pk) == {both}


def test_more_than_an_address_can_name_is_refused(missions, client_for, reader, monkeypatch):
    monkeypatch.setattr(comparison, "MOST_MISSIONS", 2)
    with pytest.raises(TooMany):
        read(Mission.objects.all())
    page = client_for(reader).get(PAGE, headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "More than 2 missions are chosen: narrow the choice." in page.text


def test_every_number_of_the_page_opens_its_list(missions, client_for, reader):
    client = client_for(reader)
    for by in GROUPINGS:
        page = client.get(PAGE, {"by": by}).context
        for row in [*page["rows"], {"results": page["total"].results}]:
            for result in row["results"]:
                if result.records:
                    listed = client.get(result.url).context["cl"].result_count
                    assert listed == result.records, result.url
        for row in page["rows"]:
            address = row["url"] if row["url"].startswith("/") else PAGE + row["url"]
            narrowed = client.get(address)
            assert narrowed.status_code == 200, address
            if by != "mission":
                assert len(narrowed.context["total"].missions) == row["missions"], address


def test_the_address_says_all_that_is_chosen(missions, client_for, reader):
    both, _one, none = missions
    query = f"missions={both.pk},{none.pk}&by=year&columns=people&columns=agreements&sort=-people"
    page = client_for(reader).get(f"{PAGE}?{query}")
    assert [row["label"] for row in page.context["rows"]] == ["2022", "2024"]
    assert [figure.key for figure in page.context["definitions"]] == ["people", "agreements"]
    assert page.context["columns"][0]["sorted"] == "descending"
    # The form keeps it, so that what is added next doesn't take it away.
    for key in (both.pk, none.pk):
        assert f'<option value="{key}" selected>' in page.text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("first_year=2024&last_year=2022", "The last year is before the first."),
        ("missions=x", "Choose missions of the list."),
        ("by=moon", "Correct the choice above."),
        ("columns=secrets", "Correct the choice above."),
        ("kind=inbound_visit", "No mission matches the choice."),
    ],
)
def test_what_can_not_be_shown_is_said(missions, client_for, reader, query, says):
    page = client_for(reader).get(f"{PAGE}?{query}", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert says in page.text


def test_roles(missions, client_for, reader, editor, outsider):
    for user in (reader, editor):
        found = client_for(user).get(PAGE)
        assert [figure.key for figure in found.context["definitions"]] == [
            key for key in comparison.FIGURES if key in COLUMNS
        ]
    assert client_for(outsider).get(PAGE).status_code == 403


def test_it_costs_the_same_with_many_missions(missions, client_for, reader):
    client = client_for(reader)

    def queries():
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE, {"by": "country"})
        return len(captured)

    few = queries()
    for mission in MissionFactory.create_batch(12):
        StopFactory(mission=mission)
        ParticipationFactory(mission=mission, status="attended")
        AgreementFactory(mission=mission, status="agreed")
    assert queries() == few <= 24
