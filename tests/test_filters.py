"""Filters of the lists: what they offer, what they find, how they are kept and found again."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_countries import countries

from legcrm.core.filter_views import choice_of
from legcrm.core.models import SavedFilter
from legcrm.core.regions import REGIONS, countries_of
from partners.models import Organisation
from tests.factories import (
    AffiliationFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    SectorFactory,
    StopFactory,
)
from tests.html_forms import read_form

pytestmark = pytest.mark.django_db

LIST = "/partners/organisation/"
SHEET = "/partners/organisation/filters/"
CHOICE = "country=KZ&country=UZ&owner=me&owner=none"


def listed(client, address):
    response = client.get(address)
    assert response.status_code == 200, (address, response.headers.get("Location"))
    return set(response.context["cl"].result_list)


def chips(client, address):
    found = client.get(address).context["filters"].chips
    return [(chip["title"], chip["values"]) for chip in found]


def offered(client, address, title):
    """Return the options that the sheet of filters offers under ``title``: {value: option}."""
    for item in client.get(address).context["shown"]:
        if str(item["spec"].title) == title:
            return {option.value: option for option in item["options"]}
    return {}


@pytest.fixture
def client(client_for, project_manager):
    made = client_for(project_manager)
    made.cookies["django_language"] = "de"
    return made


# --- The list and its sheet ---------------------------------------------------------------------


def test_a_list_asks_for_no_values(client):
    OrganisationFactory(country="KZ")
    client.get(LIST)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(LIST)
    assert not [query["sql"] for query in captured if "GROUP BY" in query["sql"]]
    assert not [query["sql"] for query in captured if "_known" in query["sql"]]
    assert f'href="{SHEET}"' in page.content.decode()


def test_countries_with_counts_take_one_query(client):
    """However many countries there are."""
    for code in ("KZ", "KZ", "UZ", "DE"):
        OrganisationFactory(country=code)
    OrganisationFactory(country="FR").archive("closed")
    with CaptureQueriesContext(connection) as captured:
        page = client.get(SHEET)
    asked = [
        query["sql"]
        for query in captured
        if "GROUP BY" in query["sql"] and '"country"' in query["sql"]
    ]
    assert len(asked) == 1
    item = next(item for item in page.context["shown"] if item["spec"].title == "Land")
    assert [(o.value, o.label, o.count) for o in item["options"]] == [
        ("DE", "Deutschland", 1),
        ("KZ", "Kasachstan", 2),
        ("UZ", "Usbekistan", 1),
    ]
    assert {o.value: o.count for o in item["regions"]} == {
        "central_asia": 3,
        "dach": 1,
        "eu": 1,
    }
    html = page.content.decode()
    assert "/flags/kz.gif" in html
    assert "Frankreich" not in html


def test_the_sheet_costs_the_same_for_any_number_of_records(client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(SHEET)
        return len(captured)

    OrganisationFactory(country="KZ")
    queries()
    few = queries()
    for code in ("UZ", "DE", "FR", "PL", "KG"):
        OrganisationFactory.create_batch(4, country=code)
    assert queries() == few <= 12


def test_the_sheet_is_a_page_without_a_script_and_a_part_with_one(client):
    page = client.get(f"{SHEET}?q=x&country=KZ").content.decode()
    part = client.get(f"{SHEET}?q=x", headers={"X-Requested-With": "fetch"}).content.decode()
    assert "<html" in page
    assert "<html" not in part
    for html in (page, part):
        assert f'action="{LIST}"' in html
        assert '<input type="hidden" name="q" value="x">' in html


def test_the_sheet_is_for_those_who_may_see_the_list(client_for, reader, outsider):
    assert client_for(outsider).get(SHEET).status_code == 403
    assert client_for(reader).get("/missions/followup/filters/").status_code == 403
    assert client_for(reader).get(SHEET).status_code == 200


def test_nonsense_leads_back_to_the_list_or_finds_nothing(client):
    OrganisationFactory(country="KZ")
    assert listed(client, f"{LIST}?country=%00&region=nowhere&owner=x&last_contact=soon") != set()
    assert listed(client, f"{LIST}?created_at_from=gestern") != set()
    assert listed(client, f"{LIST}?country=XX") == set()
    assert client.get(f"{SHEET}?country=%00&owner=x").status_code == 200


# --- Countries and regions ----------------------------------------------------------------------


def test_every_code_of_a_region_is_a_country():
    known = {code for code, _name in countries}
    for key, (_label, codes) in REGIONS.items():
        assert codes <= known, key
    assert countries_of(["central_asia", "no such region"]) == {"KG", "KZ", "TJ", "TM", "UZ"}


def test_several_countries_and_regions_add_up(client):
    kazakh, uzbek, german = (OrganisationFactory(country=code) for code in ("KZ", "UZ", "DE"))
    OrganisationFactory(country="FR")
    assert listed(client, f"{LIST}?country=KZ&country=DE") == {kazakh, german}
    assert listed(client, f"{LIST}?region=central_asia&country=DE") == {kazakh, uzbek, german}
    assert chips(client, f"{LIST}?region=central_asia&country=DE&country=KZ")[0][1].endswith(
        ", Deutschland"
    )
    ticked = offered(client, f"{SHEET}?region=central_asia", "Land")
    assert {value for value, option in ticked.items() if option.chosen} == {"KZ", "UZ"}


def test_what_is_chosen_stays_on_offer(client):
    OrganisationFactory(country="KZ")
    assert offered(client, f"{SHEET}?country=FR", "Land")["FR"].count == 0


def test_people_are_found_by_where_they_act_today(client):
    organisation = OrganisationFactory(country="UZ")
    person = PersonFactory()
    for _role in range(2):
        AffiliationFactory(person=person, organisation=organisation, is_primary=False)
    AffiliationFactory(
        organisation=OrganisationFactory(country="KZ"),
        valid_to=timezone.localdate() - timedelta(days=1),
    )
    found = offered(client, "/partners/person/filters/", "Land")
    assert [(option.value, option.count) for option in found.values()] == [("UZ", None)]
    assert listed(client, "/partners/person/?country=UZ") == {person}


def test_a_mission_in_one_country_twice_counts_once(client):
    mission = MissionFactory()
    for city in ("Taschkent", "Samarkand"):
        StopFactory(mission=mission, city=city, country="UZ")
    found = offered(client, "/missions/mission/filters/", "Land")
    assert [(option.value, option.count) for option in found.values()] == [("UZ", 1)]


# --- Owners and missions ------------------------------------------------------------------------


def test_mine_nobodys_and_a_colleagues(client, project_manager, editor):
    mine = OrganisationFactory(owner=project_manager)
    theirs = OrganisationFactory(owner=editor)
    free = OrganisationFactory(owner=None)
    assert listed(client, f"{LIST}?owner=me") == {mine}
    assert listed(client, f"{LIST}?owner=me&owner=none") == {mine, free}
    assert listed(client, f"{LIST}?owner={editor.pk}") == {theirs}
    found = offered(client, SHEET, "Zuständigkeit")
    assert [(value, option.count) for value, option in found.items()] == [
        ("me", 1),
        ("none", None),
        (str(editor.pk), 1),
    ]
    assert chips(client, f"{LIST}?owner={editor.pk}") == [("Zuständigkeit", str(editor))]


def test_missions_in_use_with_counts(client):
    mission = MissionFactory()
    MissionFactory()
    participation = ParticipationFactory(mission=mission)
    address = f"/missions/participation/?mission__id__exact={mission.pk}"
    assert listed(client, address) == {participation}
    found = offered(client, "/missions/participation/filters/", "Mission")
    assert [(value, option.count) for value, option in found.items()] == [(str(mission.pk), 1)]
    assert chips(client, address) == [("Mission", mission.title)]


def test_a_label_shows_no_record_that_the_user_may_not_see(client_for, make_user):
    """Half a right: contacts may be seen, missions may not."""
    user = make_user("Halb", "Recht")
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="missions",
            codename__in=["view_interaction", "view_participation"],
        )
    )
    client = client_for(user)
    mission = MissionFactory(title_de="GEHEIM", title_en="GEHEIM")
    ParticipationFactory(mission=mission)
    for name in ("interaction", "participation"):
        query = f"mission__id__exact={mission.pk}"
        ((_title, values),) = chips(client, f"/missions/{name}/?{query}")
        assert "GEHEIM" not in values
        page = client.get(f"/missions/{name}/filters/?{query}")
        assert "GEHEIM" not in page.content.decode()


# --- Days ---------------------------------------------------------------------------------------


@pytest.fixture
def contacts():
    """Organisations contacted 10, 100 and 400 days ago, and one never."""
    now = timezone.now()
    made = {}
    for days in (10, 100, 400):
        made[days] = OrganisationFactory()
        InteractionFactory(organisations=[made[days]], occurred_at=now - timedelta(days=days))
    InteractionFactory(organisations=[made[10]], occurred_at=now - timedelta(days=300))
    made["never"] = OrganisationFactory()
    InteractionFactory(organisations=[made["never"]]).archive("entered twice")
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("last_contact=last30", {10}),
        ("last_contact=over180", {400}),
        ("last_contact=never", {"never"}),
        ("last_contact_from={150}", {10, 100}),
        ("last_contact_to={50}", {100, 400}),
        ("last_contact_from={150}&last_contact_to={50}", {100}),
        ("last_contact=never&last_contact_from={150}", {10, 100}),  # days that are typed win
        ("last_contact=", {10, 100, 400, "never"}),
    ],
)
def test_last_contact(client, contacts, query, expected):
    today = timezone.localdate()
    for days in (150, 50):
        query = query.replace(f"{{{days}}}", (today - timedelta(days=days)).isoformat())
    assert listed(client, f"{LIST}?{query}") == {contacts[key] for key in expected}


def test_the_last_contact_of_people_and_cooperations(client):
    person = PersonFactory()
    contact = InteractionFactory()
    contact.person_links.create(person=person)
    stranger = PersonFactory()
    assert listed(client, "/partners/person/?last_contact=last30") == {person}
    assert stranger in listed(client, "/partners/person/?last_contact=never")
    quiet, busy = CooperationFactory(), CooperationFactory()
    InteractionFactory(cooperation=busy, organisations=[busy.home, busy.partner])
    assert listed(client, "/missions/cooperation/?last_contact=last30") == {busy}
    assert listed(client, "/missions/cooperation/?last_contact=never") == {quiet}


def test_spans_move_with_the_day_and_both_ends_count(client):
    today = timezone.localdate()
    soon = MissionFactory(starts_on=today + timedelta(days=30), ends_on=None)
    later = MissionFactory(starts_on=today + timedelta(days=31), ends_on=None)
    assert listed(client, "/missions/mission/?starts_on=next30") == {soon}
    day = later.starts_on.isoformat()
    assert listed(client, f"/missions/mission/?starts_on_from={day}&starts_on_to={day}") == {later}
    ((_title, values),) = chips(client, f"/missions/mission/?starts_on_from={day}")
    assert later.starts_on.strftime("%d.%m.%Y") in values
    assert (
        f'value="{day}"'
        in client.get(f"/missions/mission/filters/?starts_on_from={day}").content.decode()
    )


# --- What is missing ----------------------------------------------------------------------------


def test_what_an_organisation_lacks(client):
    bare = OrganisationFactory(email="", website="")
    full = OrganisationFactory(email="a@example.org", website="https://example.org")
    full.profiles.create(language="de", summary="x")
    full.sector_links.create(sector=SectorFactory())
    AffiliationFactory(organisation=full)
    for gap in ("email", "website", "profile", "sector", "person"):
        assert listed(client, f"{LIST}?missing={gap}") == {bare}, gap
    half = OrganisationFactory(email="b@example.org", website="")
    assert listed(client, f"{LIST}?missing=website") == {bare, half}
    assert listed(client, f"{LIST}?missing=website&missing=email") == {bare}


def test_what_people_and_cooperations_lack(client):
    alone = PersonFactory(email="", phone="", mobile="")
    acting = AffiliationFactory(person=PersonFactory(email="a@example.org", phone="+4936170000"))
    for gap in ("email", "phone", "organisation"):
        assert listed(client, f"/partners/person/?missing={gap}") == {alone}, gap
    assert acting.person in listed(client, "/partners/person/")
    planned, open_ended = CooperationFactory(), CooperationFactory()
    FollowUpFactory(cooperation=planned, organisation=None)
    assert listed(client, "/missions/cooperation/?missing=next_step") == {open_ended}


def test_what_the_role_may_not_see_is_neither_offered_nor_applied(client_for, reader):
    client = client_for(reader)
    without, known = PersonFactory(email=""), PersonFactory(email="a@example.org")
    assert listed(client, "/partners/person/?missing=email&missing=phone") == {without, known}
    assert set(offered(client, "/partners/person/filters/", "missing")) <= {"organisation"}
    cooperation = CooperationFactory()
    assert listed(client, "/missions/cooperation/?missing=next_step") == {cooperation}
    page = client.get("/missions/cooperation/filters/")
    assert "next_step" not in page.content.decode()


# --- Chips --------------------------------------------------------------------------------------


def test_each_chip_takes_its_filter_off_and_leaves_the_others(client):
    page = client.get(f"{LIST}?{CHOICE}&q=tex&o=1&p=2&last_contact_from=2026-01-01")
    found = {chip["title"]: chip for chip in page.context["filters"].chips}
    assert found["Land"]["values"] == "Kasachstan, Usbekistan"
    left = parse_qs(urlsplit(found["Land"]["remove"]).query)
    assert left == {
        "owner": ["me", "none"],
        "q": ["tex"],
        "o": ["1"],
        "last_contact_from": ["2026-01-01"],
    }
    cleared = parse_qs(urlsplit(page.context["filters"].clear_address).query)
    assert cleared == {"q": ["tex"], "o": ["1"]}
    assert chips(client, LIST) == []


def test_what_a_link_asks_for_has_a_chip_too(client):
    OrganisationFactory(city="Erfurt")
    assert chips(client, f"{LIST}?city=Erfurt") == [("Ort", "Erfurt")]


def test_chips_of_values_that_the_model_names_cost_no_query(client):
    client.get(LIST)
    with CaptureQueriesContext(connection) as plain:
        client.get(LIST)
    with CaptureQueriesContext(connection) as chosen:
        client.get(f"{LIST}?country=KZ&kind=company&owner=me&last_contact=never&home=yes")
    assert len(chosen) <= len(plain)


# --- Saved filters ------------------------------------------------------------------------------


def save(client, name, query=CHOICE, shared=False, address=LIST):
    data = {"filter-name": name, "filter-query": query}
    if shared:
        data["filter-is_shared"] = "on"
    return client.post(f"{address}filters/save/", data)


def menu(client, address=LIST):
    return [item["filter"].name for item in client.get(address).context["filters"].saved]


def test_a_choice_is_saved_and_found_again(client, project_manager):
    response = save(client, "Meine", f"{CHOICE}&q=tex&p=3&e=1&_popup=1&kind=")
    saved = SavedFilter.objects.get()
    assert (saved.user, saved.model, saved.is_shared) == (
        project_manager, "partners.organisation", False,
    )  # fmt: skip
    assert parse_qs(saved.query) == {
        "country": ["KZ", "UZ"], "owner": ["me", "none"], "q": ["tex"],
    }  # fmt: skip
    assert (response.status_code, response.url) == (302, f"{LIST}?{saved.query}")
    (item,) = client.get(response.url).context["filters"].saved
    assert item["is_current"]
    assert menu(client, "/partners/person/") == []


def test_a_name_is_taken_once_in_each_list(client, client_for, editor):
    save(client, "Meine")
    refused = save(client, "Meine", "country=DE")
    assert refused.status_code == 400
    assert "filter" in str(refused.context["form"].errors["name"]).lower()
    assert 'value="country=DE"' in refused.content.decode()
    assert save(client, "Meine", address="/partners/person/").status_code == 302
    assert save(client_for(editor), "Meine").status_code == 302
    assert SavedFilter.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "query"), [("", CHOICE), ("x" * 81, CHOICE), ("Lang", "country=" + "K" * 4100)]
)
def test_what_can_not_be_saved_is_said(client, name, query):
    response = save(client, name, query)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert not SavedFilter.objects.exists()


def test_there_is_an_end_to_saving(client, monkeypatch):
    monkeypatch.setattr("legcrm.core.filter_views.MAX_SAVED", 1)
    save(client, "Eins")
    assert save(client, "Zwei").status_code == 400


def test_shared_filters_are_for_all_own_ones_for_oneself(client, client_for, editor, outsider):
    save(client, "Geteilt", shared=True)
    save(client, "Eigen")
    colleague = client_for(editor)
    assert menu(client) == ["Eigen", "Geteilt"]
    assert menu(colleague) == ["Geteilt"]
    shared = SavedFilter.objects.get(name="Geteilt")
    assert colleague.post(f"{LIST}filters/{shared.pk}/delete/").status_code == 404
    assert save(client_for(outsider), "Fremd").status_code == 403
    assert client_for(outsider).post(f"{LIST}filters/{shared.pk}/delete/").status_code == 403
    assert SavedFilter.objects.filter(pk=shared.pk).exists()


def test_a_shared_filter_grants_nothing(client, client_for, reader):
    """What a reader may not ask, a colleague's filter does not ask either."""
    people = "/partners/person/"
    PersonFactory(email="")
    PersonFactory(email="a@example.org")
    save(client, "Ohne Mail", "missing=email", shared=True, address=people)
    save(client, "Nummer", "mobile__startswith=%2B49", shared=True, address=people)
    other = client_for(reader)
    found = {i["filter"].name: i["address"] for i in other.get(people).context["filters"].saved}
    assert len(listed(other, found["Ohne Mail"])) == 2
    assert other.get(found["Nummer"]).status_code == 400


def test_own_filters_are_deleted_by_a_button_only(client):
    save(client, "Meine")
    saved = SavedFilter.objects.get()
    address = reverse("admin:partners_organisation_filters_delete", args=[saved.pk])
    assert client.get(address).status_code == 404
    assert client.get(f"{LIST}filters/save/").status_code == 404
    # Of another list it is none.
    assert client.post(f"/partners/person/filters/{saved.pk}/delete/").status_code == 404
    response = client.post(address, {"query": CHOICE})
    assert parse_qs(urlsplit(response.url).query) == parse_qs(CHOICE)
    assert not SavedFilter.objects.exists()


def test_the_same_choice_is_the_same_text(rf):
    one = rf.get("/?country=UZ&country=KZ&q=a&p=2").GET
    other = rf.get("/?q=a&kind=&country=KZ&country=UZ&all=").GET
    assert choice_of(one) == choice_of(other) == "country=KZ&country=UZ&q=a"


# --- The way back -------------------------------------------------------------------------------


def query_of(address):
    return parse_qs(urlsplit(unescape(address)).query)


@pytest.fixture
def opened(client, project_manager):
    """A record, and its address as the filtered list links it."""
    record = OrganisationFactory(country="KZ", owner=project_manager)
    page = client.get(f"{LIST}?{CHOICE}").content.decode()
    start = page.index(f'href="{LIST}{record.pk}/change/') + len('href="')
    return record, unescape(page[start : page.index('"', start)])


def links_to_the_list(page):
    html = page.content.decode()
    found = [part.partition('"')[0] for part in html.split('href="')[1:]]
    return [link for link in found if link.partition("?")[0] == LIST and "?" in link]


def test_the_links_of_a_record_lead_back_to_the_filtered_list(client, opened):
    _record, address = opened
    links = links_to_the_list(client.get(address))
    # The breadcrumb, and the arrow beside it.
    assert len(links) >= 2
    for link in links:
        assert query_of(link) == parse_qs(CHOICE), link


def test_the_close_button_of_a_reader_leads_back_too(client_for, reader, opened):
    _record, address = opened
    links = links_to_the_list(client_for(reader).get(address))
    assert len(links) >= 3
    for link in links:
        assert query_of(link) == parse_qs(CHOICE), link


def test_saving_leads_back_to_the_filtered_list(client, opened):
    record, address = opened
    data = read_form(client.get(address), "organisation_form")
    response = client.post(address, {**data, "city": "Almaty"})
    assert response.status_code == 302
    assert query_of(response.url) == parse_qs(CHOICE)
    assert Organisation.objects.get(pk=record.pk).city == "Almaty"


def test_the_conflict_page_knows_the_way_too(client, opened):
    record, address = opened
    data = read_form(client.get(address), "organisation_form")
    record.refresh_from_db()
    record.street = "Abai 1"
    record.save()
    conflict = client.post(address, {**data, "city": "Almaty"})
    assert conflict.status_code == 409
    action = re.search(r'action="([^"]*)" id="conflict-form"', conflict.content.decode())[1]
    assert parse_qs(query_of(action)["_changelist_filters"][0]) == parse_qs(CHOICE)
    for link in links_to_the_list(conflict):
        assert query_of(link) == parse_qs(CHOICE)


def test_archiving_keeps_the_way_back(client, opened):
    _record, address = opened
    html = client.get(address).content.decode()
    link = next(part.partition('"')[0] for part in html.split('href="') if "/archive/" in part)
    archive = unescape(link)
    assert query_of(archive)["_changelist_filters"]
    for shown in links_to_the_list(client.get(archive)):
        assert query_of(shown) == parse_qs(CHOICE)
    response = client.post(archive, {"reason": "closed"})
    links = links_to_the_list(client.get(response.url))
    assert links
    for link in links:
        assert query_of(link) == parse_qs(CHOICE)


def test_deleting_leads_back_to_the_filtered_list(client_for, administrator):
    record = OrganisationFactory(country="KZ", owner=administrator)
    query = "_changelist_filters=country%3DKZ%26country%3DUZ"
    response = client_for(administrator).post(f"{LIST}{record.pk}/delete/?{query}", {"post": "yes"})
    assert (response.status_code, query_of(response.url)) == (302, {"country": ["KZ", "UZ"]})


def test_adding_leads_back_to_the_filtered_list(client):
    address = f"{LIST}add/?_changelist_filters=country%3DKZ%26country%3DUZ"
    data = read_form(client.get(address), "organisation_form")
    data |= {"name": "Neue Spinnerei", "kind": "company", "country": "KZ"}
    response = client.post(address, data)
    assert (response.status_code, query_of(response.url)) == (302, {"country": ["KZ", "UZ"]})


def test_the_filters_of_one_list_are_not_those_of_another(client, opened):
    _record, address = opened
    page = client.get(address).content.decode()
    other = [part.partition('"')[0] for part in page.split('href="/partners/person/')[1:]]
    assert not [link for link in other if "country" in link]


def test_the_export_has_the_same_rows(client):
    OrganisationFactory(country="KZ")
    OrganisationFactory(country="UZ")
    OrganisationFactory(country="DE")
    page = client.get(f"{LIST}export/?region=central_asia&missing=profile")
    assert page.context["count"] == 2
    assert len(page.context["filters"]) == 3  # both, and that nothing archived is among them
