"""The Partner-Finder: each criterion, the fit and its reasons, rights, the page and its export."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from openpyxl import load_workbook

from legcrm.core.models import ExportLog
from missions.finder import Finder, OrganisationFilterSet
from missions.fit import WEIGHTS
from missions.models import Participation, SegmentMember
from partners.models import Sector
from tests.factories import (
    AffiliationFactory,
    AgreementFactory,
    CooperationFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
    SegmentFactory,
    StopFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "admin:missions_segment_finder"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def found(project_manager):
    """``found("kind=company")``: the names found, by name."""

    def find(query, user=project_manager):
        finder = Finder(query, user)
        assert finder.is_valid, finder.errors
        return [organisation.name for organisation in finder.organisations()]

    return find


def days_ago(number):
    return timezone.now() - timedelta(days=number)


# --- Criteria -----------------------------------------------------------------------------------


def test_own_fields(found, project_manager, editor):
    OrganisationFactory(name="A", home=True, size="small", owner=project_manager, email="a@a.de")
    OrganisationFactory(name="B", kind="university", country="KZ", city="Almaty", owner=editor)
    OrganisationFactory(name="C", country="UZ", city="Almaty", website="https://c.uz")
    assert found("home=yes") == ["A"]
    assert found("home=no") == ["B", "C"]
    assert found("kind=university&kind=association") == ["B"]
    assert found("size=small") == ["A"]
    assert found("country=KZ&country=DE") == ["A", "B"]
    assert found("region=central_asia") == ["B", "C"]
    assert found("region=central_asia&country=DE") == ["A", "B", "C"]
    assert found("city=almaty") == ["B", "C"]
    assert found("city=almaty&country=UZ") == ["C"]
    assert found("owner=me") == ["A"]
    assert found("owner=none") == ["C"]
    assert found(f"owner={editor.pk}") == ["B"]
    assert found("has=email") == ["A"]
    assert found("lacks=email&lacks=website") == ["B"]
    assert found("") == ["A", "B", "C"]


def test_search_words_find_any_script(found):
    OrganisationFactory(name="Textilwerk Taschkent")
    OrganisationFactory(name="Spinnerei", city="Buchara")
    assert found("q=Ташкент") == ["Textilwerk Taschkent"]


def test_a_country_may_be_typed(found):
    OrganisationFactory(name="B", country="KZ")
    assert found("country=Kasachstan") == ["B"]


def test_archived_ones_are_not_found(found, administrator):
    OrganisationFactory(name="A").archive("closed")
    assert found("") == []


def test_sectors_any_of_them(found):
    first, second, third = Sector.objects.all()[:3]
    a, b = OrganisationFactory(name="A"), OrganisationFactory(name="B")
    a.sector_links.create(sector=first)
    a.sector_links.create(sector=second)
    b.sector_links.create(sector=third)
    assert found(f"sector={first.key}&sector={second.key}") == ["A"]
    assert found(f"sector={first.key}&sector={third.key}") == ["A", "B"]


def test_markets(found):
    for name, status in (("A", "exporting"), ("B", "interested"), ("C", "not_interested")):
        OrganisationFactory(name=name).market_interests.create(
            country="KZ", status=status, as_of=date(2026, 1, 1)
        )
    OrganisationFactory(name="D").market_interests.create(
        country="UZ", status="exporting", as_of=date(2026, 1, 1)
    )
    assert found("market=KZ") == ["A", "B"]
    assert found("market=KZ&market_status=not_interested") == ["C"]
    assert found("market_status=exporting") == ["A", "D"]
    assert found("market=KZ&market=UZ&market_status=exporting") == ["A", "D"]


def test_took_part_in_one_but_not_in_another(found):
    one, other = MissionFactory(code="one"), MissionFactory(code="other")
    a, b = OrganisationFactory(name="A", home=True), OrganisationFactory(name="B", home=True)
    c = OrganisationFactory(name="C", home=True)
    for mission, organisation, status in (
        (one, a, "attended"),
        (one, b, "confirmed"),
        (other, b, "attended"),
        (one, c, "declined"),
    ):
        ParticipationFactory(mission=mission, organisation=organisation, status=status)
    # Twice in the same mission, found once.
    ParticipationFactory(mission=one, organisation=a, status="attended", role="press")
    assert found("took_part=one") == ["A", "B"]
    assert found("took_part=one&not_took_part=other") == ["A"]
    assert found("took_part=one&took_part_status=declined") == ["C"]
    assert found("took_part=one&took_part_role=press") == ["A"]
    assert found("not_took_part=one") == ["C"]
    # By title, as people call it.
    assert found(f"took_part={other.title_en}") == ["B"]


def test_last_contact(found):
    old, new, both = (OrganisationFactory(name=name) for name in ("Old", "New", "Both"))
    OrganisationFactory(name="Never")
    InteractionFactory(occurred_at=days_ago(300), organisations=[old, both])
    InteractionFactory(occurred_at=days_ago(10), organisations=[new, both])
    gone = InteractionFactory(occurred_at=days_ago(1), organisations=[old])
    gone.archive("a mistake")
    day = (timezone.localdate() - timedelta(days=100)).isoformat()
    assert found(f"contact_from={day}") == ["Both", "New"]
    assert found(f"contact_to={day}") == ["Old"]
    assert found("contact=never") == ["Never"]
    assert found("contact=ever") == ["Both", "New", "Old"]
    assert found(f"contact_from={timezone.localdate() - timedelta(days=10)}&contact_to="
                 f"{timezone.localdate() - timedelta(days=10)}") == ["Both", "New"]  # fmt: skip


def test_profiles_and_contact_persons(found):
    a, b = OrganisationFactory(name="A"), OrganisationFactory(name="B")
    a.profiles.create(language="en", summary="Looms")
    AffiliationFactory(organisation=b)
    AffiliationFactory(organisation=a, valid_to=date(2020, 1, 1))
    assert found("has=profile") == ["A"]
    assert found("has=person") == ["B"]
    assert found("lacks=person") == ["A"]


def test_results_with_their_field_stage_and_country(found):
    titk = OrganisationFactory(name="TITK", home=True)
    uni = OrganisationFactory(name="Uni", home=True)
    uz = OrganisationFactory(name="Uz", country="UZ")
    OrganisationFactory(name="Nothing", home=True)
    CooperationFactory(home=titk, partner=uz, field="research", stage="active")
    agreement = AgreementFactory(field="university", status="planned")
    agreement.parties.create(side="home", organisation=uni)
    agreement.parties.create(side="foreign", organisation=uz)
    ProjectFactory(country="UZ", stage="idea").parties.create(organisation=uni)
    assert found("has=cooperation") == ["TITK", "Uz"]
    assert found("has=agreement") == ["Uni", "Uz"]
    assert found("has=project") == ["Uni"]
    assert found("lacks=cooperation&lacks=agreement") == ["Nothing"]
    assert found("lacks=project&home=yes") == ["Nothing", "TITK"]
    assert found("field=research") == ["TITK", "Uz"]
    assert found("with_country=UZ&home=yes") == ["TITK", "Uni"]
    assert found("stage=active&home=yes") == ["TITK"]
    assert found("stage=ended") == []
    assert found("agreement=planned&with_country=UZ&home=yes") == ["Uni"]
    assert found("project=idea&with_country=KZ") == []
    assert found("has=agreement&with_country=KZ") == []


def test_contact_allowed(found):
    for name, objected in (("A", None), ("B", timezone.now())):
        AffiliationFactory(
            organisation=OrganisationFactory(name=name), person=PersonFactory(objected_at=objected)
        )
    OrganisationFactory(name="C")
    assert found("may_contact=yes") == ["A", "C"]


def test_a_frozen_segment(found, project_manager):
    a = OrganisationFactory(name="A")
    OrganisationFactory(name="B")
    segment = SegmentFactory(is_frozen=True)
    SegmentMember.objects.create(segment=segment, organisation=a)
    assert found(f"segment={segment.pk}") == ["A"]


# --- What is not valid --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("country=Atlantis", "country"),
        ("kind=circus", "kind"),
        ("region=moon", "region"),
        ("took_part=no-such-mission", "took_part"),
        ("contact_from=yesterday", "contact_from"),
        ("contact_from=2026-05-01&contact_to=2026-04-01", "contact_to"),
        ("contact=never&contact_from=2026-05-01", "contact"),
        ("owner=999999", "owner"),
        ("owner=abc", "owner"),
        ("segment=1", "segment"),
        ("segment=abc", "segment"),
        ("segment=99999999999999999999999", "segment"),
        ("sector=none", "sector"),
        ("has=wings", "has"),
        ("dance=yes", "__all__"),
        ("q=" + "a" * 300, "q"),
    ],
)
def test_an_invalid_value_is_said_and_finds_nothing(query, field, project_manager, client_for):
    OrganisationFactory()
    finder = Finder(query, project_manager)
    assert field in finder.errors
    assert not finder.organisations().exists()
    page = client_for(project_manager).get(reverse(PAGE) + "?" + query)
    assert page.status_code == 200
    for text in page.context["finder"].errors[field]:
        assert escape(text) in page.content.decode()


def test_what_is_no_criterion_is_left_alone(found):
    OrganisationFactory(name="A")
    assert found("page=3&sort=name&_selected=1,2&kind=") == ["A"]


def test_several_missions_to_fit_are_refused(project_manager):
    MissionFactory(code="one"), MissionFactory(code="two")
    assert "for_mission" in Finder("for_mission=one&for_mission=two", project_manager).errors


# --- Fit ----------------------------------------------------------------------------------------


def fit_of(organisation, query, user):
    return Finder(query, user).fits[organisation.pk]


def test_each_piece_of_evidence_counts_and_is_said(project_manager):
    sector = Sector.objects.first()
    before = StopFactory(mission=MissionFactory(title_en="Trip 2021"), country="KZ").mission
    company = OrganisationFactory(home=True, email="a@a.de")
    partner = OrganisationFactory(country="KZ")
    query = f"for_country=KZ&sector={sector.key}"
    company.sector_links.create(sector=sector)
    expected = {"sector", "email"}

    def check(*more):
        expected.update(more)
        fit = fit_of(company, query, project_manager)
        assert fit.points == min(sum(WEIGHTS[kind] for kind in expected), 100)
        assert len(fit.reasons) == len(expected)
        return fit.reasons

    check()
    interest = company.market_interests.create(
        country="KZ", status="interested", as_of=date(2025, 1, 1)
    )
    assert "interested in Kazakhstan" in check("interested")
    interest.status, interest.as_of = "exporting", date(2026, 1, 1)
    interest.save()
    expected.discard("interested")
    assert check("exporting")[0] == "exports to Kazakhstan"
    ParticipationFactory(mission=before, organisation=company, status="attended")
    assert "took part in Trip 2021" in check("mission")
    CooperationFactory(home=company, partner=partner)
    check("cooperation")
    agreement = AgreementFactory()
    agreement.parties.create(side="home", organisation=company)
    agreement.parties.create(side="foreign", organisation=partner)
    check("agreement")
    InteractionFactory(organisations=[company], occurred_at=days_ago(5))
    check("recent_contact")
    company.profiles.create(language="de", summary="Webstühle")
    assert "profile, not in English" in check("profile")
    company.profiles.create(language="en", summary="Looms")
    expected.discard("profile")
    assert "profile in English" in check("profile_english")
    assert fit_of(company, query, project_manager).points == 100


def test_what_counts_against_is_said_first(project_manager):
    company = OrganisationFactory(home=True, email="a@a.de")
    company.market_interests.create(country="KZ", status="not_interested", as_of=date(2025, 1, 1))
    person = PersonFactory(objected_at=timezone.now())
    AffiliationFactory(organisation=company, person=person)
    fit = fit_of(company, "for_country=KZ", project_manager)
    assert fit.points == 0
    assert fit.reasons == (
        "no contact person may be written to",
        "not interested in Kazakhstan",
        "e-mail",
    )


def test_a_partner_on_the_spot_fits(project_manager):
    partner = OrganisationFactory(country="KZ")
    CooperationFactory(partner=partner)
    fit = fit_of(partner, "for_country=KZ", project_manager)
    assert fit.points == WEIGHTS["seat"] + WEIGHTS["cooperation"]
    assert fit.reasons[0] == "based in Kazakhstan"


def test_a_mission_says_what_to_fit(project_manager):
    """Its countries, its sectors, and who took part in what it builds on."""
    sector = Sector.objects.first()
    first = MissionFactory(title_en="Online 2020", starts_on=date(2020, 1, 1), ends_on=None)
    second = MissionFactory(starts_on=date(2021, 1, 1), ends_on=None)
    third = StopFactory(mission=MissionFactory(code="third"), country="KZ").mission
    second.links_to_earlier.create(earlier=first)
    third.links_to_earlier.create(earlier=second)
    third.sector_links.create(sector=sector)
    company = OrganisationFactory(home=True)
    company.sector_links.create(sector=sector)
    ParticipationFactory(mission=first, organisation=company, status="attended")
    ParticipationFactory(mission=third, organisation=company, status="invited")
    company.market_interests.create(country="KZ", status="exporting", as_of=date(2025, 1, 1))
    fit = fit_of(company, "for_mission=third", project_manager)
    assert fit.points == WEIGHTS["exporting"] + WEIGHTS["sector"] + WEIGHTS["mission"]
    assert "took part in Online 2020" in fit.reasons
    (row,) = [row for row in Finder("for_mission=third", project_manager).rows() if row == company]
    assert row.on_list.status == "invited"


def test_a_mission_in_the_region_counts_less(project_manager):
    mission = StopFactory(mission=MissionFactory(title_en="Samarkand"), country="UZ").mission
    company = OrganisationFactory(home=True)
    ParticipationFactory(mission=mission, organisation=company, status="attended")
    fit = fit_of(company, "for_country=KZ", project_manager)
    assert fit.points == WEIGHTS["mission_in_region"]
    assert fit.reasons == ("took part in Samarkand",)


def test_equals_stand_by_name_and_the_best_come_first(project_manager):
    for name in ("b", "A", "c"):
        OrganisationFactory(name=name, home=True)
    best = OrganisationFactory(name="z", home=True)
    best.market_interests.create(country="KZ", status="exporting", as_of=date(2025, 1, 1))
    finder = Finder("for_country=KZ", project_manager)
    assert [row.name for row in finder.rows()] == ["z", "A", "b", "c"]
    assert {row.name for row in finder.best(2)} == {"z", "A"}
    assert list(finder.best(0)) == []


def test_sorted_by_contact(project_manager):
    old, new = OrganisationFactory(name="Old"), OrganisationFactory(name="New")
    OrganisationFactory(name="Never")
    InteractionFactory(organisations=[old], occurred_at=days_ago(90))
    InteractionFactory(organisations=[new], occurred_at=days_ago(9))

    def names(sort):
        return [row.name for row in Finder(f"sort={sort}", project_manager).rows()]

    assert names("contacted") == ["New", "Old", "Never"]
    assert names("forgotten") == ["Never", "Old", "New"]
    assert names("nonsense") == ["Never", "New", "Old"]


def test_chosen_keys_must_be_among_those_found(project_manager):
    a, b = OrganisationFactory(home=True), OrganisationFactory()
    finder = Finder("home=yes", project_manager)
    assert list(finder.chosen([str(a.pk), b.pk, "abc", "9" * 30, "-1"])) == [a]


# --- Bounds -------------------------------------------------------------------------------------


def test_beyond_the_bound_nothing_is_ranked(project_manager, monkeypatch, client_for):
    monkeypatch.setattr("missions.finder.finding.MOST_RANKED", 4)
    monkeypatch.setattr("missions.admin.finder_views.MOST_RANKED", 4)
    monkeypatch.setattr("missions.finder.finding.PER_PAGE", 2)
    for name in "edcba":
        OrganisationFactory(name=name)
    finder = Finder("for_country=KZ&sort=fit&page=2", project_manager)
    assert finder.is_too_many
    # Four of them, by name: which four is not asked for.
    assert len(finder.facts) == 4 and finder.page_count == 2
    assert [row.name for row in finder.rows()] == sorted(one.name for one in finder.facts)[2:]
    assert finder.rows()[0].fit is None
    assert list(finder.best(3)) == []
    assert sum(item["count"] for item in finder.map()["countries"].values()) == 4
    page = client_for(project_manager).get(reverse(PAGE) + "?for_country=KZ")
    assert "More than 4" in page.content.decode().replace("Mehr als 4", "More than 4")
    exactly = Finder("for_country=KZ&q=a", project_manager)
    assert not exactly.is_too_many and exactly.count == 1


def test_pages(project_manager, monkeypatch):
    monkeypatch.setattr("missions.finder.finding.PER_PAGE", 2)
    for name in "abcde":
        OrganisationFactory(name=name)

    def page(number):
        return [row.name for row in Finder(f"page={number}", project_manager).rows()]

    assert (page(1), page(2), page(3)) == (["a", "b"], ["c", "d"], ["e"])
    assert page(99) == ["e"] and page("x") == ["a", "b"]


def test_the_page_costs_the_same_however_many_are_found(client_for, project_manager):
    mission = StopFactory(mission=MissionFactory(code="kz"), country="KZ").mission
    earlier = MissionFactory(starts_on=date(2020, 1, 1), ends_on=None)
    mission.links_to_earlier.create(earlier=earlier)
    client = client_for(project_manager)
    address = reverse(PAGE) + "?home=yes&kind=company&for_mission=kz&not_took_part=kz&has=email"

    def queries():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return [query["sql"] for query in captured]

    def companies(number):
        for _ in range(number):
            company = OrganisationFactory(home=True, email="a@example.org")
            ParticipationFactory(mission=earlier, organisation=company, status="attended")
            InteractionFactory(organisations=[company])

    companies(10)
    few = queries()
    companies(60)
    many = queries()
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= 16, "\n".join(many)


# --- The page -----------------------------------------------------------------------------------


def test_an_empty_result_names_the_criterion_to_relax(client_for, project_manager):
    OrganisationFactory(country="KZ", kind="company")
    finder = Finder("country=KZ&kind=university&for_country=UZ", project_manager)
    OrganisationFactory(country="UZ", kind="university").archive("closed")
    assert finder.ways_out() == [("Kind", "university", "country=KZ&for_country=UZ")]
    page = client_for(project_manager).get(reverse(PAGE) + "?country=KZ&kind=university")
    assert "?country=KZ" in page.content.decode()


def test_the_answer_to_a_change(client_for, project_manager):
    OrganisationFactory(name="<b>Almaty</b>", country="KZ", city="Almaty", size="small")
    answer = client_for(project_manager).get(
        reverse(PAGE) + "?country=KZ&page=1", headers={"x-fragment": "1"}
    )
    data = answer.json()
    assert "&lt;b&gt;Almaty&lt;/b&gt;" in data["html"]
    assert data["query"] == "country=KZ"
    assert data["counts"]["size"] == {"small": 1}
    assert data["errors"] == {}
    assert data["map"]["countries"]["KZ"]["count"] == 1
    (point,) = data["map"]["points"]
    assert point["url"] == "?country=KZ&city=Almaty"
    assert 43 < point["lat"] < 44


def test_criteria_in_words(project_manager):
    MissionFactory(code="one", title_en="Trip to Astana")
    finder = Finder(
        "home=yes&market=KZ&market=UZ&took_part=one&owner=me&contact_from=2026-01-02&q=loom",
        project_manager,
    )
    assert {name: values for name, _label, values in finder.words()} == {
        "q": "loom",
        "home": "from the home region",
        "market": "Kazakhstan, Uzbekistan",
        "took_part": "Trip to Astana",
        "owner": "mine",
        "contact_from": "01/02/2026",
    }


def test_the_query_keeps_criteria_and_order(project_manager):
    finder = Finder("kind=company&kind=&page=3&sort=name&_x=1", project_manager)
    assert finder.query() == "kind=company&sort=name"
    assert finder.query(without=["kind"], country="KZ") == "sort=name&country=KZ"


# --- Rights -------------------------------------------------------------------------------------


def test_a_reader_finds_but_sees_nothing_private(client_for, reader):
    company = OrganisationFactory(name="A", home=True, notes="CANARY")
    person = PersonFactory(last_name="CANARY", objected_at=timezone.now(), email="c@canary.org")
    AffiliationFactory(organisation=company, person=person)
    finder = Finder("for_country=KZ", reader)
    assert finder.fits[company.pk].reasons == ()
    assert "__all__" in Finder("may_contact=yes", reader).errors
    assert "may_contact" not in finder.filters.form.fields
    page = client_for(reader).get(reverse(PAGE) + "?for_country=KZ")
    assert page.status_code == 200
    text = page.content.decode()
    assert "CANARY" not in text and "canary" not in text
    assert reverse("admin:missions_segment_invite") not in text
    assert "finder-keep" not in text


def test_who_may_not_is_refused(client_for, outsider, reader):
    for name in ("finder", "finder_export"):
        address = reverse(f"admin:missions_segment_{name}")
        assert client_for(outsider).get(address).status_code == 403
    kept = client_for(reader).post(reverse(PAGE), {"name": "x", "keeps": "filter"})
    assert kept.status_code == 403


def test_participation_is_needed_to_ask_for_it(reader, make_user):
    from django.contrib.auth.models import Permission

    clerk = make_user("Karl", "Kurz")
    for codename in ("view_segment", "view_organisation"):
        clerk.user_permissions.add(Permission.objects.get(codename=codename))
    MissionFactory(code="one")
    company = OrganisationFactory(home=True)
    ParticipationFactory(mission=StopFactory(country="KZ").mission, organisation=company,
                         status="attended")  # fmt: skip
    InteractionFactory(organisations=[company])
    for query in ("took_part=one", "contact=ever", "has=cooperation", "has=person", "stage=active"):
        assert not Finder(query, clerk).is_valid, query
    fit = Finder("for_country=KZ", clerk).fits[company.pk]
    assert (fit.points, fit.last_contact) == (0, None)
    (row,) = [row for row in Finder("", clerk).rows() if row == company]
    assert not hasattr(row, "last_contact")


# --- Export -------------------------------------------------------------------------------------


def test_exports_exactly_what_was_found(client_for, project_manager):
    OrganisationFactory(name="A", country="KZ")
    OrganisationFactory(name="B", country="KZ")
    OrganisationFactory(name="C", country="UZ")
    address = reverse("admin:missions_segment_finder_export") + "?country=KZ"
    client = client_for(project_manager)
    page = client.get(address)
    assert page.context["count"] == 2
    assert page.context["list_address"] == reverse(PAGE) + "?country=KZ"
    answer = client.post(address, {"file_format": "xlsx", "columns": ["name"]})
    rows = list(load_workbook(BytesIO(answer.getvalue())).active.values)
    assert [row[0] for row in rows[1:]] == ["A", "B"]
    log = ExportLog.objects.get()
    assert (log.rows, log.user) == (2, project_manager)
    assert "Kasachstan" in log.filters or "Kazakhstan" in log.filters


def test_finder_takes_an_address_as_text_or_as_it_came(project_manager):
    OrganisationFactory(name="A", country="KZ")
    assert Finder(QueryDict("country=KZ"), project_manager).count == 1
    assert Finder("country=KZ", project_manager).count == 1


def test_participations_have_a_place_for_each_status_asked_for():
    """The criterion offers every status there is."""
    choices = OrganisationFilterSet.base_filters["took_part_status"].extra["choices"]
    assert {value for value, _label in choices} == set(Participation.Status.values)
