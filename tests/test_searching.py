"""Search in lists and dropdowns: any script, the best first, typing errors, long lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from legcrm.core import paging, searching
from legcrm.core.searching import find, narrow
from partners.admin.organisations import OrganisationAdmin
from partners.models import Organisation, Person
from tests.factories import (
    AffiliationFactory,
    InteractionFactory,
    OrganisationFactory,
    PersonFactory,
)

ORGANISATIONS = reverse("admin:partners_organisation_changelist")


@pytest.fixture
def listed(client_for, editor):
    """``listed("titk")``: the names in the list of organisations, in its order."""

    def search(term, **parameters):
        response = client_for(editor).get(ORGANISATIONS, {"q": term, **parameters})
        assert response.status_code == 200
        return [record.name for record in response.context["cl"].result_list]

    return search


@pytest.fixture
def choices(client_for, editor):
    """``choices("titk")``: the labels that the dropdown of people's organisations offers."""

    def search(term, model="affiliation", field="organisation", app="partners"):
        response = client_for(editor).get(
            reverse("admin:autocomplete"),
            {"app_label": app, "model_name": model, "field_name": field, "term": term},
            headers={"accept-language": "en"},
        )
        return [choice["text"] for choice in response.json()["results"]]

    return search


def names(queryset):
    return [record.name for record in queryset]


# --- What matches ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spellings",
    [
        ("Taschkent", "Tashkent", "Toshkent", "Ташкент", "Тошкент"),
        ("O'zbekiston", "Oʻzbekiston", "O‘zbekiston", "O’zbekiston", "O`zbekiston"),
    ],
)
def test_every_spelling_gives_the_same_list(listed, spellings):
    for number, spelling in enumerate(spellings):
        OrganisationFactory(name=f"Werk {number}", city=spelling)
    OrganisationFactory(name="Werk 9", city="Samarkand")
    lists = [listed(spelling) for spelling in spellings]
    assert sorted(lists[0]) == [f"Werk {number}" for number in range(5)]
    assert all(found == lists[0] for found in lists)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("weberei", True),
        ("ebere", True),
        ("we", True),
        ("eb", False),  # two letters count at the beginning of a word only
        ("weberei zeta", True),
        ("zeta weberei", True),
        ("weberei gera", False),
        ("Веберей", True),
        ("weberei !!", True),
        ("", True),
        ("!!", False),
    ],
)
def test_every_word_is_found(db, text, found):
    OrganisationFactory(name="Zeta Weberei", city="Jena")
    assert narrow(Organisation.objects.all(), text).exists() is found


# --- The best first -------------------------------------------------------------------------


def test_exact_then_beginning_then_word_then_part(listed, db):
    expected = [
        "Weber",
        "Weber Anlagen",
        "Weberei Alpha",
        "Anna Weber",
        "Alte Weberei",
        "Altweber",
    ]
    for name in reversed(expected):
        OrganisationFactory(name=name)
    assert listed("weber") == expected


def test_a_short_name_is_a_name(listed, db):
    OrganisationFactory(name="Titkowski")
    OrganisationFactory(name="Institut in Rudolstadt", short_name="TITK")
    assert listed("titk") == ["Institut in Rudolstadt", "Titkowski"]


def test_who_sorts_by_a_column_gets_that_order(listed, db):
    OrganisationFactory(name="Weber")
    OrganisationFactory(name="Alte Weberei")
    assert listed("weber", o="1") == ["Alte Weberei", "Weber"]
    assert listed("weber", o="-1") == ["Weber", "Alte Weberei"]


def test_a_filter_holds_beside_the_search(listed, db):
    OrganisationFactory(name="Weber", country="UZ")
    OrganisationFactory(name="Weberei", country="KZ")
    assert listed("weber", country="KZ") == ["Weberei"]


# --- What is spelt or sounds alike ----------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "quarzwrek",  # two letters swapped
        "quarwzerk",  # and where the halves of the word meet
        "quarzwer",
        "quarzwerkk",
        "qarzwerk",
        "puarzwerk",
        "quarzwerg",
        "efrurt quarzwrek",
    ],
)
def test_one_typing_error_in_each_word_is_forgiven(db, typed):
    OrganisationFactory(name="Quarzwerk", city="Erfurt")
    OrganisationFactory(name="Zinnhütte", city="Erfurt")
    assert names(find(Organisation.objects.all(), typed).queryset) == ["Quarzwerk"]


def test_two_typing_errors_are_not(db):
    OrganisationFactory(name="Quarzwerk", city="Erfurt")
    found = find(Organisation.objects.all(), "puarzwerg")
    assert not found.queryset.exists()
    assert not found.alike


def test_nothing_is_forgiven_where_something_matches(db):
    OrganisationFactory(name="Weberei")
    OrganisationFactory(name="Leberei")
    found = find(Organisation.objects.all(), "weberei")
    assert names(found.queryset) == ["Weberei"]
    assert not found.alike


def test_what_sounds_alike_follows_the_few_that_match(db):
    OrganisationFactory(name="Mailer Optik")
    OrganisationFactory(name="Meiler Optik")
    assert names(find(Organisation.objects.all(), "meiler optik").queryset) == [
        "Meiler Optik",
        "Mailer Optik",
    ]


def test_another_name_sounds_alike_too(db):
    organisation = OrganisationFactory(name="Zentrum")
    organisation.names.create(text="Meiler Optik")
    assert names(find(Organisation.objects.all(), "miler optik gera").queryset) == []
    assert names(find(Organisation.objects.all(), "moler optik").queryset) == ["Zentrum"]


def test_the_page_says_what_it_shows_instead(client_for, editor, db):
    OrganisationFactory(name="Quarzwerk")
    client = client_for(editor)
    english = {"accept-language": "en"}
    page = client.get(ORGANISATIONS, {"q": "quarzwrek"}, headers=english)
    assert "Nothing matches “quarzwrek” exactly" in page.content.decode()
    page = client.get(ORGANISATIONS, {"q": "quarzwerk"}, headers=english)
    assert "exactly" not in page.content.decode()


# --- More than can be ranked ----------------------------------------------------------------


@pytest.fixture
def few_ranked(monkeypatch, db):
    """Twelve organisations match "weber"; the best four or so can be ranked."""
    monkeypatch.setattr(searching, "MOST_RANKED", 4)
    monkeypatch.setattr(OrganisationAdmin, "list_per_page", 5)
    for number in range(10):
        OrganisationFactory(name=f"A{number} Altweber")
    OrganisationFactory(name="Weber")
    OrganisationFactory(name="Weberei")


def test_the_best_come_first_of_however_many(few_ranked, listed):
    assert listed("weber")[:2] == ["Weber", "Weberei"]


def test_however_many_can_be_sorted_by_a_column(few_ranked, listed):
    assert listed("weber", o="1") == [f"A{number} Altweber" for number in range(5)]
    assert listed("weber", o="-1")[:2] == ["Weberei", "Weber"]


def test_each_match_is_on_one_page(few_ranked, client_for, editor):
    client = client_for(editor)
    seen = []
    for number in (1, 2, 3):
        response = client.get(ORGANISATIONS, {"q": "weber", "p": number})
        seen += [record.name for record in response.context["cl"].result_list]
    assert len(seen) == 12
    assert len(set(seen)) == 12


def test_the_export_holds_all_matches(few_ranked, client_for, project_manager):
    response = client_for(project_manager).get(
        reverse("admin:partners_organisation_export"), {"q": "weber"}
    )
    assert response.context["count"] == 12


# --- Long lists -----------------------------------------------------------------------------


@pytest.fixture
def long_list(monkeypatch, db):
    """A list of 23, of which ten are counted, in pages of five."""
    monkeypatch.setattr(paging, "MOST_COUNTED", 10)
    monkeypatch.setattr(OrganisationAdmin, "list_per_page", 5)
    for number in range(23):
        OrganisationFactory(name=f"Weberei {number:02}")


def test_a_long_list_is_not_counted_to_its_end(long_list, client_for, editor):
    response = client_for(editor).get(ORGANISATIONS, headers={"accept-language": "en"})
    page = response.content.decode()
    assert "more than 10" in page
    assert "Select all, more than 10" in page
    assert response.context["cl"].paginator.full_count == 23


def test_it_pages_on_to_the_end(long_list, client_for, editor):
    client = client_for(editor)
    seen, address = [], ""
    while True:
        response = client.get(ORGANISATIONS + address)
        seen += [record.name for record in response.context["cl"].result_list]
        links = response.content.decode().split('rel="next"')[0].rsplit('<a href="', 1)
        if 'rel="next"' not in response.content.decode():
            break
        address = links[1].split('"')[0]
    assert seen == [f"Weberei {number:02}" for number in range(23)]


@pytest.mark.parametrize("number", ["0", "-1", "9", "99999999999", "x"])
def test_no_page_beyond_the_end(long_list, client_for, editor, number):
    response = client_for(editor).get(ORGANISATIONS, {"p": number}, follow=True)
    assert response.status_code == 200


def test_an_action_on_all_takes_all(long_list, client_for, editor):
    client = client_for(editor)
    key = Organisation.objects.first().pk
    client.post(
        ORGANISATIONS,
        {
            "action": "archive_selected",
            "select_across": "1",
            "_selected_action": [key],
            "reason": "doppelt",
        },
    )
    assert not Organisation.objects.active().exists()


def test_the_export_counts_and_holds_all(long_list, client_for, project_manager):
    response = client_for(project_manager).get(reverse("admin:partners_organisation_export"))
    assert response.context["count"] == 23


# --- Dropdowns ------------------------------------------------------------------------------


def test_a_dropdown_offers_the_best_first_and_tells_apart(choices, db):
    OrganisationFactory(name="Alte Weberei", city="Gera", country="DE")
    OrganisationFactory(name="Weberei", city="Taschkent", country="UZ")
    OrganisationFactory(name="Weberei", city="Almaty", country="KZ")
    assert choices("weberei") == [
        "Weberei · Taschkent, Uzbekistan",
        "Weberei · Almaty, Kazakhstan",
        "Alte Weberei · Gera, Germany",
    ]


def test_a_dropdown_names_the_organisation_of_a_person(choices, db):
    person = PersonFactory(first_name="Anna", last_name="Weber")
    AffiliationFactory(person=person, organisation=OrganisationFactory(name="Zinnhütte"))
    assert choices("weber", field="person") == [f"{person} · Zinnhütte"]


def test_a_dropdown_forgives_a_typing_error(choices, db):
    OrganisationFactory(name="Quarzwerk", city="", country="DE")
    assert choices("quarzwrek") == ["Quarzwerk · Germany"]


def test_a_dropdown_goes_on_to_a_second_page(client_for, editor, db):
    for number in range(25):
        OrganisationFactory(name=f"Weberei {number:02}")
    client = client_for(editor)
    address = {"app_label": "partners", "model_name": "affiliation", "field_name": "organisation"}
    pages = [
        client.get(reverse("admin:autocomplete"), {**address, "term": term, "page": page}).json()
        for term in ("", "weberei")
        for page in (1, 2)
    ]
    assert [len(page["results"]) for page in pages] == [20, 5, 20, 5]
    assert [page["pagination"]["more"] for page in pages] == [True, False, True, False]


@pytest.mark.parametrize("term", ["", "weberei", "quarzwrek", "nichts davon"])
def test_a_dropdown_asks_three_queries_at_most(client_for, editor, db, term):
    for name in ("Weberei", "Weberei Süd", "Quarzwerk"):
        OrganisationFactory(name=name)
    client = client_for(editor)
    address = {"app_label": "partners", "model_name": "affiliation", "field_name": "organisation"}
    client.get(reverse("admin:autocomplete"), {**address, "term": term})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(reverse("admin:autocomplete"), {**address, "term": term})
    own = [query for query in queries if 'FROM "partners_organisation"' in query["sql"]]
    assert len(own) <= 3
    assert not any("COUNT(" in query["sql"] for query in queries)


# --- Queries --------------------------------------------------------------------------------


def test_a_search_asks_as_many_queries_however_many_match(client_for, editor, few_ranked):
    client = client_for(editor)
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(ORGANISATIONS, {"q": "weber"})
        counts.append(len(queries))
        for other in range(7):
            OrganisationFactory(name=f"B{number}{other} Weberei")
    assert len(set(counts)) == 1


def test_people_are_found_by_address_by_who_may_see_it(client_for, editor, reader, db):
    PersonFactory(last_name="Muster", email="muster.maria@example.org")
    address = reverse("admin:partners_person_changelist")
    for user, count in ((editor, 1), (reader, 0)):
        response = client_for(user).get(address, {"q": "maria@example"})
        assert response.context["cl"].result_count == count


def test_the_log_is_searched_by_its_subject(client_for, editor, db):
    InteractionFactory(subject="Messe in Taschkent")
    response = client_for(editor).get(
        reverse("admin:missions_interaction_changelist"), {"q": "tashkent"}
    )
    assert response.context["cl"].result_count == 1


def test_people_who_sound_alike(db):
    PersonFactory(first_name="Anna", last_name="Meiler")
    found = find(Person.objects.all(), "anna mailer")
    assert [person.last_name for person in found.queryset] == ["Meiler"]
    assert found.alike
