"""The command palette: finds across all models and scripts, under the user's rights, fresh."""

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from legcrm.search import MOST_PER_MODEL
from tests.factories import (
    AffiliationFactory,
    AgreementFactory,
    AppointmentFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    PersonFactory,
    ProjectFactory,
)

SEARCH = reverse("admin:search")


@pytest.fixture
def find(client_for):
    """``find(editor, "titk")``: the results as ``{title: address}``."""

    def search(user, term, language="en"):
        response = client_for(user).get(
            SEARCH, {"s": term, "extended": 1}, headers={"accept-language": language}
        )
        assert response.status_code == 200
        if not response.context:
            return {}
        groups = response.context["answer"].groups
        return {hit.title: str(hit.link) for _title, hits in groups for hit in hits}

    return search


@pytest.fixture
def answer(client_for):
    """``answer(editor, "titk")``: the groups, as ``{title: titles of its hits}``."""

    def search(user, term):
        english = {"accept-language": "en"}
        response = client_for(user).get(SEARCH, {"s": term}, headers=english)
        groups = response.context["answer"].groups
        return {title: [hit.title for hit in hits] for title, hits in groups}

    return search


@pytest.fixture
def uztextilprom(db):
    organisation = OrganisationFactory(name="UzTextilprom", kind="association")
    organisation.names.create(text="Ўзтўқимачиликсаноат", language="uz-Cyrl")
    return organisation


def test_finds_in_any_script(find, editor, uztextilprom):
    for term in ("uztextil", "UZTEXTILPROM", "Ўзтўқимачилик", "Taschkent", "ташкент"):
        assert find(editor, term).get("UzTextilprom") == uztextilprom.get_absolute_url()


def test_finds_every_kind_of_record(find, editor):
    home = OrganisationFactory(home=True, name="Quarzwerk Erfurt")
    records = [
        home,
        PersonFactory(last_name="Quarz"),
        MissionFactory(title_en="Quarz trip"),
        AppointmentFactory(title="Quarz talks"),
        AgreementFactory(title="Quarz agreement"),
        ProjectFactory(title="Quarz project"),
        InteractionFactory(subject="Call on Quarz"),
        CooperationFactory(home=home),
    ]
    found = set(find(editor, "quarz").values())
    assert {record.get_absolute_url() for record in records} <= found


def test_finds_pages_in_the_language_of_the_user(find, editor):
    link = reverse("admin:missions_cooperation_changelist")
    assert link in find(editor, "cooper").values()
    assert link in find(editor, "Kooper", "de").values()


def test_at_most_five_of_each_and_a_way_to_all(find, client_for, editor):
    for number in range(MOST_PER_MODEL + 3):
        OrganisationFactory(name=f"Webstuhl {number}")
    found = find(editor, "webstuhl")
    webstuhl = [title for title in found if title.startswith("Webstuhl")]
    assert len(webstuhl) == MOST_PER_MODEL
    response = client_for(editor).get(found["All matches"])
    assert response.context["cl"].result_count == MOST_PER_MODEL + 3


def test_the_beginning_of_a_name_comes_first(find, editor):
    OrganisationFactory(name="Alpha Weberei")
    weberei = OrganisationFactory(name="Weberei Zeta")
    assert next(iter(find(editor, "weberei").values())) == weberei.get_absolute_url()


def test_all_words_must_match(find, editor, uztextilprom):
    assert "UzTextilprom" in find(editor, "taschkent uztextil")
    assert "UzTextilprom" not in find(editor, "almaty uztextil")


@pytest.mark.parametrize("term", ["", "u", " u ", "!!", "%%", "x" * 3000, "ab " * 1500])
def test_nothing_for_too_little_or_nonsense(find, editor, uztextilprom, term):
    assert find(editor, term) == {}


def test_archived_records_are_not_found(find, editor, uztextilprom):
    uztextilprom.archive("doppelt")
    assert find(editor, "uztextil") == {}


def test_nothing_is_kept(find, editor, uztextilprom):
    assert "UzTextilprom" in find(editor, "uztextil")
    uztextilprom.name = "Uztextil neu"
    uztextilprom.save()
    assert "Uztextil neu" in find(editor, "uztextil")
    editor.groups.clear()
    assert find(editor, "uztextil") == {}


def test_outsider_finds_nothing(find, outsider, uztextilprom):
    assert find(outsider, "uztextil") == {}
    assert find(outsider, "organisation") == {}


def test_reader_finds_no_private_data_and_no_follow_ups(find, reader, editor):
    PersonFactory(last_name="Muster", mobile="+491701234567", email="canary@example.org",
                  notes="canary")  # fmt: skip
    FollowUpFactory(assignee=editor, what="canary")
    OrganisationFactory(name="Weberei", notes="canary")
    for term in ("canary", "1701234567", "+491701234567"):
        assert find(reader, term) == {}


def test_needs_a_login(client):
    response = client.get(SEARCH, {"s": "uztextil"})
    assert response.status_code == 302


def test_queries_do_not_grow(client_for, editor):
    client = client_for(editor)

    def add(number):
        organisation = OrganisationFactory(name=f"Textil {number}")
        person = PersonFactory(last_name=f"Textil {number}")
        interaction = InteractionFactory(subject="Textil", organisations=[organisation])
        interaction.person_links.create(person=person)
        CooperationFactory(subject=f"Textil {number}")
        AppointmentFactory(title="Textil")
        MissionFactory(title_en="Textil trip")
        AgreementFactory(title="Textil")
        ProjectFactory(title="Textil")

    counts = []
    for number in range(2):
        for other in range(1 + 7 * number):
            add(f"{number}{other}")
        with CaptureQueriesContext(connection) as queries:
            client.get(SEARCH, {"s": "textil"})
        counts.append(len(queries))
    # Session, user, two for the rights; for each of the eight models one finds the best and one
    # reads them; one for the stops of missions.
    assert counts == [21, 21]


# --- One ranking ----------------------------------------------------------------------------


def test_an_exact_name_comes_first_whatever_it_is(answer, editor):
    OrganisationFactory(name="Seidenstraße Logistik")
    PersonFactory(first_name="", last_name="Seidenstraßer")
    project = ProjectFactory(title="Seidenstraße")
    assert answer(editor, "seidenstraße")["Best matches"] == [
        str(project),
        "Seidenstraße Logistik",
        "Seidenstraßer",
    ]


def test_a_page_of_that_name_comes_first_too(answer, editor):
    OrganisationFactory(name="Missionsbedarf")
    assert answer(editor, "missions")["Best matches"][0] == "Missions"


def test_the_best_stand_above_and_only_there(answer, editor):
    for number in range(4):
        OrganisationFactory(name=f"Weber {number}")
        PersonFactory(first_name="Anna", last_name=f"Weber{number}")
    groups = answer(editor, "weber")
    assert groups["Best matches"][:4] == [f"Weber {number}" for number in range(4)]
    assert len(groups["Best matches"]) == 5
    assert "Organisations" not in groups
    assert len(groups["People"]) == 3


# --- What is told of a hit ------------------------------------------------------------------


def test_type_place_and_last_contact_are_told(client_for, editor, uztextilprom):
    occurred_at = datetime.datetime(2024, 4, 23, 10, tzinfo=datetime.UTC)
    InteractionFactory(organisations=[uztextilprom], occurred_at=occurred_at)
    page = client_for(editor).get(SEARCH, {"s": "uztextil"}, headers={"accept-language": "en"})
    text = " ".join(strip_tags(page.content.decode()).split())
    assert "Association · Taschkent · Uzbekistan" in text
    assert "last contact 04/23/2024" in text


def test_the_last_contact_is_told_to_who_may_see_contacts(client_for, editor, uztextilprom):
    InteractionFactory(organisations=[uztextilprom])
    groups = Group.objects.filter(permissions__codename="view_interaction")
    for group in groups:
        group.permissions.remove(*group.permissions.filter(codename__endswith="_interaction"))
    page = client_for(editor).get(SEARCH, {"s": "uztextil"}, headers={"accept-language": "en"})
    assert "UzTextilprom" in page.content.decode()
    assert "last contact" not in page.content.decode()


# --- Actions --------------------------------------------------------------------------------


def test_actions_lead_to_forms_that_know_the_partner(find, client_for, editor, uztextilprom):
    found = find(editor, "uztextil")
    client = client_for(editor)
    form = client.get(found["Log a contact with UzTextilprom"]).context["adminform"].form
    assert [int(key) for key in form.get_initial_for_field(
        form.fields["organisations"], "organisations")] == [uztextilprom.pk]  # fmt: skip
    form = client.get(found["New follow-up for UzTextilprom"]).context["adminform"].form
    initial = form.get_initial_for_field(form.fields["organisation"], "organisation")
    assert str(initial) == str(uztextilprom.pk)


def test_actions_for_a_person_name_the_organisation_too(find, editor, uztextilprom):
    person = PersonFactory(first_name="Anna", last_name="Quarz")
    AffiliationFactory(person=person, organisation=uztextilprom)
    link = find(editor, "quarz")[f"Log a contact with {person}"]
    assert parse_qs(urlsplit(link).query) == {
        "people": [str(person.pk)],
        "organisations": [str(uztextilprom.pk)],
    }


def test_no_action_without_the_right(find, reader, uztextilprom):
    assert list(find(reader, "uztextil")) == ["UzTextilprom"]


# --- What is spelt alike --------------------------------------------------------------------


def test_a_typing_error_is_forgiven_where_nothing_matches(client_for, editor, uztextilprom):
    page = client_for(editor).get(SEARCH, {"s": "uztextli"}, headers={"accept-language": "en"})
    assert page.context["answer"].groups[0][1][0].title == "UzTextilprom"
    assert "Nothing matches exactly" in page.content.decode()


def test_nothing_is_forgiven_where_anything_matches(answer, editor, uztextilprom):
    ProjectFactory(title="Uztextli")
    assert "UzTextilprom" not in answer(editor, "uztextli")["Best matches"]
