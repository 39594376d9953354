"""The admin of partners: what the lists answer, what the forms suggest, ask and refuse."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from legcrm.core.models import ExportLog
from partners.home_region import is_in_home_region
from partners.models import Consent, Organisation, Person
from tests.factories import (
    AffiliationFactory,
    AgreementFactory,
    CompanyFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
    SectorFactory,
    UniversityFactory,
)
from tests.html_forms import read_form

pytestmark = pytest.mark.django_db

ORGANISATIONS = "/partners/organisation/"
PEOPLE = "/partners/person/"


def change(record):
    return f"/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/change/"


def listed(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return list(response.context["cl"].result_list)


def cost(client, address):
    client.get(address)  # what a process looks up once only, such as content types
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- Lists ----------------------------------------------------------------------------------


def test_partners_of_uzbekistan_cost_ten_queries_at_any_size(client_for, project_manager):
    client = client_for(project_manager)
    address = f"{ORGANISATIONS}?country=UZ"
    OrganisationFactory.create_batch(10)
    OrganisationFactory.create_batch(3, country="KZ")
    few = cost(client, address)
    for organisation in OrganisationFactory.create_batch(60):
        InteractionFactory(organisations=[organisation])
        FollowUpFactory(organisation=organisation)
    assert cost(client, address) == few <= 10
    assert {row.country.code for row in listed(client, address)} == {"UZ"}


@pytest.mark.parametrize("model", ["company", "university", "person", "sector"])
def test_the_other_lists_stay_within_ten_queries(client_for, project_manager, model):
    client = client_for(project_manager)
    CompanyFactory.create_batch(5)
    UniversityFactory.create_batch(5)
    AffiliationFactory.create_batch(5)
    assert cost(client, f"/partners/{model}/") <= 10


def test_the_list_shows_last_contact_and_next_step(client_for, project_manager, reader):
    titk = OrganisationFactory(home=True)
    old = (timezone.now() - timedelta(days=90)).replace(second=0, microsecond=0)
    InteractionFactory(organisations=[titk], occurred_at=old)
    archived = InteractionFactory(organisations=[titk])
    archived.archive("entered twice")
    FollowUpFactory(organisation=titk, what="Second", due_on=date(2030, 2, 1))
    FollowUpFactory(organisation=titk, what="First", due_on=date(2030, 1, 1))
    row = listed(client_for(project_manager), ORGANISATIONS)[0]
    assert (row.last_contact, row.next_step) == (old, "First")
    # Follow-ups are notes of the staff.
    assert "First" not in client_for(reader).get(ORGANISATIONS).content.decode()


def test_companies_and_universities_have_lists_of_their_own(client_for, editor):
    client = client_for(editor)
    company, university = CompanyFactory(country="KZ"), UniversityFactory(country="UZ")
    institute = UniversityFactory(kind="research_institute", country="DE")
    assert {row.pk for row in listed(client, "/partners/company/")} == {company.pk}
    assert {row.pk for row in listed(client, "/partners/university/")} == {
        university.pk,
        institute.pk,
    }
    # The sheet of filters counts companies only.
    countries = client.get("/partners/company/filters/").context["shown"][0]["options"]
    assert [(option.value, option.count) for option in countries] == [("KZ", 1)]
    assert client.get(f"/partners/company/{university.pk}/change/").status_code == 302


def test_filters_by_sector_and_region(client_for, editor):
    client = client_for(editor)
    textile = SectorFactory(key="textiles-test")
    home = OrganisationFactory(home=True)
    home.sector_links.create(sector=textile)
    abroad = OrganisationFactory()
    assert [row.pk for row in listed(client, f"{ORGANISATIONS}?sector=textiles-test")] == [home.pk]
    assert [row.pk for row in listed(client, f"{ORGANISATIONS}?home=no")] == [abroad.pk]


def test_people_are_found_by_where_they_act_today(client_for, editor):
    client = client_for(editor)
    now = AffiliationFactory(role="Director")
    left = AffiliationFactory(
        organisation=now.organisation, valid_to=timezone.localdate() - timedelta(days=1)
    )
    by_organisation = listed(client, f"{PEOPLE}?organisation={now.organisation_id}")
    assert [row.pk for row in by_organisation] == [now.person_id]
    by_country = listed(client, f"{PEOPLE}?country=UZ")
    assert [row.pk for row in by_country] == [now.person_id]
    assert {row.pk for row in listed(client, PEOPLE)} == {now.person_id, left.person_id}
    # An organisation that does not exist has no people; nonsense is no filter.
    assert listed(client, f"{PEOPLE}?organisation=999999") == []
    assert len(listed(client, f"{PEOPLE}?organisation=x")) == 2


def test_how_to_reach_people_is_for_those_who_may_see_it(client_for, editor, reader):
    PersonFactory(mobile="+4915112345678", email="a@example.org")
    assert "+49 1511 2345678" in client_for(editor).get(PEOPLE).content.decode()
    page = client_for(reader).get(PEOPLE).content.decode()
    assert "2345678" not in page
    assert "a@example.org" not in page


def test_the_export_keeps_the_order_of_the_list_and_speaks_the_users_language(client_for, editor):
    client = client_for(editor)
    OrganisationFactory(name="Zuerst")
    OrganisationFactory(name="Später", country="DE")
    data = {"file_format": "csv", "columns": ["kind", "name", "country"]}
    response = client.post(f"{ORGANISATIONS}export/?o=5.-1", data)
    text = response.getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text), delimiter=";"))
    assert [row["Name"] for row in rows] == ["Zuerst", "Später"]
    assert (rows[0]["Land"], rows[0]["Art"]) == ("Usbekistan", "Unternehmen")
    assert ExportLog.objects.get().rows == 2


# --- The form of an organisation ------------------------------------------------------------


def new_organisation(client, model="organisation", **values):
    address = f"/partners/{model}/add/"
    data = read_form(client.get(address), f"{model}_form")
    values = {"kind": "company", **values} if model == "organisation" else values
    data.update({name: [value] for name, value in values.items()})
    return client.post(address, {**data, "_save": "1"})


def test_nothing_is_entered_by_forgetting_to_choose(client_for, editor):
    response = new_organisation(client_for(editor), name="Ohne Land")
    assert response.status_code == 200
    assert "country" in response.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("country", "postal_code", "home"),
    [
        ("DE", "99084", True),
        ("DE", " 07407", True),
        ("DE", "10115", False),
        ("DE", "", False),
        ("KZ", "990000", False),
    ],
)
def test_the_home_region_is_told_by_country_and_postal_code(country, postal_code, home):
    assert is_in_home_region(country, postal_code) is home


@pytest.mark.parametrize(("chosen", "home"), [("", True), ("False", False), ("True", True)])
def test_the_form_suggests_the_home_region_and_can_be_overruled(client_for, editor, chosen, home):
    response = new_organisation(
        client_for(editor), name="Neu GmbH", country="DE", postal_code="99084", is_home=chosen
    )
    assert response.status_code == 302, response.context["errors"]
    assert Organisation.objects.get(name="Neu GmbH").is_home is home


def test_a_second_organisation_of_the_same_name_is_asked_about(client_for, editor):
    client = client_for(editor)
    twin = OrganisationFactory(name="Möbel Meyer", country="DE")
    values = {"name": "Moebel Meyer", "country": "DE"}
    page = client.get(f"{ORGANISATIONS}add/").content.decode()
    assert re.search(r'type="hidden"[^>]*name="same_name_checked"', page)
    response = new_organisation(client, **values)
    assert response.status_code == 200
    page = response.content.decode()
    assert re.search(r'type="checkbox"[^>]*name="same_name_checked"', page)
    assert twin.get_absolute_url() in page
    assert new_organisation(client, **values, same_name_checked="on").status_code == 302
    assert Organisation.objects.filter(country="DE").count() == 2


def test_the_forms_of_companies_and_universities_keep_to_their_kinds(client_for, editor):
    client = client_for(editor)
    assert new_organisation(client, "company", name="Neu", country="UZ").status_code == 302
    assert Organisation.objects.get(name="Neu").kind == "company"
    refused = new_organisation(
        client, "university", name="Falsch", country="UZ", kind="association"
    )
    assert "kind" in refused.context["adminform"].form.errors
    institute = {"name": "Institut", "country": "UZ", "kind": "research_institute"}
    assert new_organisation(client, "university", **institute).status_code == 302


def fill(organisation, rows):
    """Give ``organisation`` that many of everything that its page shows."""
    other = {"partner": OrganisationFactory()} if organisation.is_home else {}
    for number in range(rows):
        AffiliationFactory(organisation=organisation)
        organisation.names.create(text=f"Name {number}")
        organisation.identifiers.create(scheme="foreign", value=f"F {organisation.pk} {number}")
        InteractionFactory(organisations=[organisation])
        ParticipationFactory(organisation=organisation)
        CooperationFactory(home=organisation, subject=f"Subject {number}", **other)
        AgreementFactory().parties.create(organisation=organisation, side="home")
        ProjectFactory().parties.create(organisation=organisation, role="partner")
        FollowUpFactory(organisation=organisation)


def test_the_form_costs_the_same_however_much_is_known(client_for, project_manager):
    client = client_for(project_manager)
    organisation = OrganisationFactory(home=True)
    fill(organisation, 2)
    few = cost(client, change(organisation))
    fill_more = OrganisationFactory(home=True)
    fill(fill_more, 25)
    assert cost(client, change(fill_more)) == few
    assert few <= 15


def test_the_form_of_a_person_costs_the_same_however_much_is_known(client_for, project_manager):
    client = client_for(project_manager)
    costs = []
    for rows in (2, 25):
        person = PersonFactory()
        for number in range(rows):
            AffiliationFactory(person=person, is_primary=number == 0)
            InteractionFactory().person_links.create(person=person)
            ParticipationFactory(person=person)
            Consent(person=person, purpose="photo", wording_version="1", evidence="letter").save()
        costs.append(cost(client, change(person)))
    assert costs[0] == costs[1]


def test_every_count_of_the_panel_is_the_length_of_the_list_behind_it(client_for, project_manager):
    client = client_for(project_manager)
    titk = OrganisationFactory(home=True)
    fill(titk, 3)
    archived = CooperationFactory(home=titk, subject="Old")
    archived.archive("ended")
    two_sides = AgreementFactory()
    two_sides.parties.create(organisation=titk, side="home")
    ParticipationFactory(
        organisation=titk, mission=titk.participations.first().mission, person=PersonFactory()
    )
    response = client.get(change(titk))
    known = response.context["original"]
    assert known.agreement_count == 4
    assert (known.mission_count, known.participation_count) == (3, 4)
    behind = {
        f"{PEOPLE}?organisation={titk.pk}": known.people_count,
        f"/missions/cooperation/?organisation={titk.pk}": known.cooperation_count,
        f"/missions/agreement/?organisation={titk.pk}": known.agreement_count,
        f"/missions/project/?organisation={titk.pk}": known.project_count,
        f"/missions/participation/?organisation__id__exact={titk.pk}": known.participation_count,
    }
    page = response.content.decode()
    for address, count in behind.items():
        assert f'href="{address}"' in page
        assert len(listed(client, address)) == count > 0, address


def test_every_link_of_the_panels_leads_somewhere(client_for, project_manager):
    client = client_for(project_manager)
    affiliation = AffiliationFactory(organisation=OrganisationFactory(home=True))
    organisation, person = affiliation.organisation, affiliation.person
    fill(organisation, 1)
    InteractionFactory().person_links.create(person=person)
    FollowUpFactory(organisation=None, person=person)
    ParticipationFactory(person=person)
    for record in (organisation, person):
        page = client.get(change(record)).content.decode()
        links = set(re.findall(r'href="(/(?:missions|partners)/[^"#]+)"', page))
        assert any("add/?organisation" in link or "add/?people" in link for link in links)
        for link in links:
            assert client.get(link.replace("&amp;", "&"), follow=True).status_code == 200, link


def test_the_panel_names_last_contact_and_next_step(client_for, project_manager, reader):
    titk = OrganisationFactory(home=True, short_name="TITK")
    contact = InteractionFactory(organisations=[titk], subject="Prüfbericht besprochen")
    contact.staff_links.create(user=project_manager)
    FollowUpFactory(organisation=titk, what="Muster senden", due_on=date(2020, 1, 1))
    panel = client_for(project_manager).get(change(titk)).content.decode()
    assert "Prüfbericht besprochen" in panel
    assert str(project_manager) in panel
    assert "Muster senden" in panel
    assert "überfällig" in panel
    page = client_for(reader).get(change(titk)).content.decode()
    assert "Muster senden" not in page
    assert reverse("admin:missions_interaction_add") + "?organisations" not in page


def test_the_panel_names_the_newest_contact_of_those_that_count(client_for, reader):
    person = PersonFactory()
    titk = OrganisationFactory(home=True)
    days = [datetime(2023, 5, day, 10, tzinfo=UTC) for day in (3, 5, 4, 6)]
    contacts = [InteractionFactory(organisations=[titk], occurred_at=day) for day in days]
    for contact in contacts:
        contact.person_links.create(person=person)
    contacts[3].archive("a mistake")
    for partner in (titk, person):
        panel = client_for(reader).get(change(partner)).context["panel"]
        assert panel["contact"] == contacts[1]
    for contact in contacts[:3]:
        contact.archive("a mistake")
    assert client_for(reader).get(change(titk)).context["panel"]["contact"] is None


def test_an_archived_organisation_offers_no_action(client_for, editor):
    organisation = OrganisationFactory()
    organisation.archive("closed")
    page = client_for(editor).get(change(organisation)).content.decode()
    assert "interaction/add/?organisations" not in page


# --- Consents -------------------------------------------------------------------------------


def test_a_consent_is_only_withdrawn(client_for, editor, reader):
    client = client_for(editor)
    person = PersonFactory()
    consent = Consent(person=person, purpose="photo", wording_version="1", evidence="Brief")
    consent.save()
    data = read_form(client.get(change(person)), "person_form")
    data["consents-0-evidence"] = ["forged"]
    data["consents-0-withdrawn_on"] = [f"{timezone.localdate():%d.%m.%Y}"]
    data["consents-0-DELETE"] = ["on"]
    response = client.post(change(person), {**data, "_save": "1"})
    assert response.status_code == 302
    consent.refresh_from_db()
    assert (consent.evidence, consent.withdrawn_on) == ("Brief", timezone.localdate())
    assert "consents-" not in client_for(reader).get(change(person)).content.decode()


# --- Staff and roles ------------------------------------------------------------------------


def test_an_administrator_adds_a_colleague_with_a_role(
    client_for, administrator, django_user_model
):
    client = client_for(administrator)
    address = "/core/user/add/"
    data = read_form(client.get(address), "user_form")
    editors = next(
        str(choice[0].value)
        for choice in client.get(address).context["adminform"].form.fields["groups"].choices
        if "Redak" in choice[1] or "Bearbeit" in choice[1] or "ditor" in choice[1]
    )
    data.update(
        {
            "username": ["neu"],
            "last_name": ["Neu"],
            "groups": [editors],
            "usable_password": ["true"],
            "password1": ["correct horse battery"],
            "password2": ["correct horse battery"],
            "is_superuser": ["on"],
        }
    )
    response = client.post(address, {**data, "_save": "1"})
    assert response.status_code == 302, response.context["errors"]
    user = django_user_model.objects.get(username="neu")
    assert user.is_staff
    assert not user.is_superuser
    assert user.has_perm("partners.change_organisation")


def test_an_administrator_makes_no_superuser_and_touches_none(
    client_for, administrator, editor, make_user
):
    client = client_for(administrator)
    root = make_user("Root", "Server", is_superuser=True)
    data = read_form(client.get(change(editor)), "user_form")
    client.post(change(editor), {**data, "is_superuser": "on", "user_permissions": ["1"]})
    editor.refresh_from_db()
    assert not editor.is_superuser
    assert not editor.user_permissions.exists()
    assert client.post(change(root), {"username": "mine"}).status_code == 403
    assert client.get(f"/core/user/{root.pk}/password/").status_code == 403


def test_nobody_locks_themselves_out(client_for, administrator):
    client = client_for(administrator)
    data = read_form(client.get(change(administrator)), "user_form")
    data.pop("is_active", None)
    assert client.post(change(administrator), {**data, "_save": "1"}).status_code == 302
    administrator.refresh_from_db()
    assert administrator.is_active


@pytest.mark.parametrize("address", ["core/user", "auth/group", "core/exportlog", "admin/logentry"])
def test_only_administrators_see_staff_roles_and_logs(
    client_for, administrator, project_manager, address
):
    assert client_for(administrator).get(f"/{address}/").status_code == 200
    assert client_for(project_manager).get(f"/{address}/").status_code == 403


def test_roles_and_logs_are_read_only(client_for, administrator):
    client = client_for(administrator)
    entry = ExportLog.objects.create(
        user=administrator, model=Person._meta.label, file_format="csv", rows=1
    )
    group = administrator.groups.get()
    for address in (f"/core/exportlog/{entry.pk}/change/", f"/auth/group/{group.pk}/change/"):
        assert client.get(address).status_code == 200
        assert client.post(address, {"rows": "0", "name": "x"}).status_code == 403
    assert client.get("/auth/group/add/").status_code == 403
    assert client.get("/core/exportlog/add/").status_code == 403
