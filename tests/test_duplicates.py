"""Duplicates: the warning while typing, the pairs that are found, and the review list."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners import duplicate_pairs
from partners.admin import duplicates as review
from partners.duplicate_pairs import find_pairs
from partners.duplicates import similar_organisations, similar_people
from partners.models import Organisation, OrganisationPair, Person, PersonPair
from tests.factories import (
    AffiliationFactory,
    InteractionFactory,
    OrganisationFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def uztextilprom(db):
    organisation = OrganisationFactory(
        name="UzTextilprom", kind="association", website="https://www.uztextilprom.uz/"
    )
    organisation.names.create(text="Ўзтўқимачиликсаноат", language="uz-Cyrl")
    organisation.identifiers.create(scheme="foreign", value="201 122 919")
    return organisation


@pytest.fixture
def titk(db):
    return OrganisationFactory(
        home=True, city="Rudolstadt", kind="research_institute", short_name="TITK",
        name="Thüringisches Institut für Textil- und Kunststoff-Forschung e.V.",
    )  # fmt: skip


def reasons_of(found, record):
    """Return the reasons for ``record`` among what was found, None where it is not."""
    return next((likeness.reasons for likeness in found if likeness.record == record), None)


# --- While typing: organisations ------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("Uztekstilprom", "same_name"),
        ("Узтекстильпром", "same_name"),
        ("UZTEXTILPROM MChJ", "same_name"),
        ("Uz Textil Prom", "same_name"),
        ("Oʻztoʻqimachiliksanoat", "same_other_name"),
        ("Uztextilprim", "similar_spelling"),
        ("Uztekst", "begins_alike"),
    ],
)
def test_the_warning_names_uztextilprom(uztextilprom, typed, reason):
    OrganisationFactory(name="Textilkombinat Samarkand")
    found = similar_organisations(typed)
    assert [likeness.record for likeness in found] == [uztextilprom]
    assert reason in found[0].reasons


@pytest.mark.parametrize("typed", ["Samarkand Textil", "Uzneftegaz", "Prom", "Uz", "", "   ", "†"])
def test_what_is_not_alike_is_not_named(uztextilprom, typed):
    assert similar_organisations(typed, country="UZ") == []


@pytest.mark.parametrize("typed", ["TITK", "titk"])
def test_a_short_name_is_known(titk, typed):
    assert reasons_of(similar_organisations(typed), titk) == ["same_short_name"]


def test_a_short_name_typed_beside_another_name_is_known(titk):
    found = similar_organisations("Institut in Rudolstadt", short_name="TITK", country="DE")
    assert "same_short_name" in reasons_of(found, titk)


def test_the_legal_form_says_nothing_and_the_country_much(db):
    here = OrganisationFactory(home=True, name="Textil GmbH")
    there = OrganisationFactory(name="Textil LLP", country="KZ")
    found = similar_organisations("Textil AG", country="DE")
    assert [likeness.record for likeness in found] == [here]
    assert found[0].reasons == ["same_name"]
    assert there not in [likeness.record for likeness in similar_organisations("Textil", limit=1)]


def test_the_order_of_words_says_nothing(db):
    werk = OrganisationFactory(home=True, name="Textilwerk Gera GmbH")
    assert reasons_of(similar_organisations("Gera Textilwerk"), werk) == ["same_words"]


def test_a_figure_is_no_typing_error(db):
    OrganisationFactory(name="Staatliche Textilfabrik 4")
    assert similar_organisations("Staatliche Textilfabrik 44") == []
    assert similar_organisations("Staatliche Textilfabrik 5") == []


def test_the_same_place_raises_and_another_city_lowers_the_score(db):
    near = OrganisationFactory(name="Textilfabrik Nawruz", city="Samarkand")
    far = OrganisationFactory(name="Textilfabrik Nawruz", city="Buchara", same_name_checked=True)
    found = similar_organisations("Textilfabrik Navruz", country="UZ", city="Самарканд")
    assert [likeness.record for likeness in found] == [near, far]
    assert found[0].reasons[-1] == "same_place"
    assert found[0].score > found[1].score


def test_domain_address_and_identifier_are_known_whatever_the_name(uztextilprom):
    by_domain = similar_organisations("Verband", email="info@uztextilprom.uz")
    assert reasons_of(by_domain, uztextilprom) == ["same_domain"]
    by_number = similar_organisations("", identifiers=[("foreign", " 201 122 919 ")])
    assert [(likeness.score, likeness.reasons) for likeness in by_number] == [
        (100, ["same_identifier"])
    ]
    assert similar_organisations("Verband", email="info@gmail.com") == []


def test_an_identifier_is_known_in_any_form(titk):
    titk.identifiers.create(scheme="vat", value="DE136695976")
    found = similar_organisations("", identifiers=[("vat", "de 136 695 976")])
    assert reasons_of(found, titk) == ["same_identifier"]


def test_the_archive_is_searched_too_but_not_what_was_merged(uztextilprom):
    twin = OrganisationFactory(name="Uztextilprom", same_name_checked=True)
    twin.archived_reason, twin.merged_into = "doppelt", uztextilprom
    twin.archive("doppelt")
    uztextilprom.archive("aufgelöst")
    found = similar_organisations("Uztextilprom")
    assert [likeness.record for likeness in found] == [uztextilprom]


def test_the_record_itself_is_left_out_when_it_is_changed(uztextilprom):
    assert similar_organisations("UzTextilprom", exclude=uztextilprom.pk) == []


def test_at_most_five_queries_whatever_is_there(uztextilprom):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            found = similar_organisations(
                "Uztekstilprom", short_name="UTP", country="UZ", email="a@b.uz",
                identifiers=[("vat", "1")], other_names=["Textil Prom"],
            )  # fmt: skip
        assert uztextilprom in [likeness.record for likeness in found]
        return len(captured)

    few = queries()
    for number in range(30):
        OrganisationFactory(name="Uztekstilprom", country="KZ", city=f"Ort {number}",
                            same_name_checked=True)  # fmt: skip
    assert queries() == few <= 5


# --- While typing: people -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_name", "last_name", "reason"),
    [
        ("Zhanar", "Sarsen", "same_name"),
        ("Жанар", "Сәрсен", "same_name"),
        ("Sarsen", "Zhanar", "same_name"),
        ("Janar", "Sarsan", "same_sound"),
        ("Zhanar", "Sarsem", "similar_spelling"),
    ],
)
def test_the_warning_names_a_person(first_name, last_name, reason):
    person = PersonFactory(first_name="Zhanar", last_name="Sarsen")
    PersonFactory(first_name="Zhanar", last_name="Omarowa")
    found = similar_people(first_name, last_name)
    assert [likeness.record for likeness in found] == [person]
    assert reason in found[0].reasons


def test_a_person_is_known_by_address_number_and_organisation(editor):
    person = PersonFactory(
        first_name="Zhanar", last_name="Sarsen", email="Zh.Sarsen@example.kz", mobile="+77012345678"
    )
    by_email = similar_people("", "Omarowa", email="zh.sarsen@example.kz", user=editor)
    assert reasons_of(by_email, person) == ["same_email"]
    by_number = similar_people("", "Omarowa", phones=["+77012345678"], user=editor)
    assert reasons_of(by_number, person) == ["same_phone"]
    affiliation = AffiliationFactory(person=person)
    same = similar_people("Zhanar", "Sarsen", organisations=[affiliation.organisation_id])
    other = similar_people("Zhanar", "Sarsen", organisations=[OrganisationFactory().pk])
    assert "same_organisation" in same[0].reasons
    assert same[0].score > other[0].score


def test_who_may_not_see_addresses_learns_nothing_by_them(make_user, reader):
    PersonFactory(last_name="Sarsen", email="zh.sarsen@example.kz", mobile="+77012345678")
    arguments = {"email": "zh.sarsen@example.kz", "phones": ["+77012345678"]}
    assert similar_people("", "Omarowa", **arguments, user=reader) == []
    assert similar_people("", "Sarsen", user=make_user("Otto", "Fremd")) == []


def test_people_cost_at_most_five_queries():
    affiliation = AffiliationFactory(person__first_name="Zhanar", person__last_name="Sarsen")
    with CaptureQueriesContext(connection) as captured:
        assert similar_people(
            "Zhanar", "Sarsen", email="a@b.kz", phones=["+77012345678"],
            organisations=[affiliation.organisation_id],
        )  # fmt: skip
    assert len(captured) <= 5


# --- The view -------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["organisation", "company", "university"])
def test_the_view_says_why_and_where(client_for, editor, uztextilprom, model):
    InteractionFactory(
        organisations=[uztextilprom], occurred_at=datetime(2026, 3, 2, 9, tzinfo=UTC)
    )
    address = reverse(f"admin:partners_{model}_similar")
    answer = client_for(editor).get(
        address, {"name": "Uztekstilprom"}, headers={"accept-language": "en"}
    )
    assert answer.status_code == 200
    for text in ("UzTextilprom", "same name", "Taschkent", uztextilprom.get_absolute_url()):
        assert text in answer.text
    assert "2026" in answer.text
    assert not client_for(editor).get(address, {"name": "Neftegaz"}).text.strip()


def test_the_view_names_what_is_archived_and_never_offers_it(client_for, editor, uztextilprom):
    uztextilprom.archive("aufgelöst")
    address = reverse("admin:partners_organisation_similar")
    answer = client_for(editor).get(
        address, {"name": "Uztekstilprom"}, headers={"accept-language": "en"}
    )
    assert "in the archive" in answer.text
    assert "data-use" not in answer.text


@pytest.mark.parametrize(
    "query", ["", "exclude=x", "exclude=99999999999999999999999", "phone=abc", "name=%00",
              "affiliations-organisation=²&last_name=A", "identifiers-value=1"],
)  # fmt: skip
@pytest.mark.parametrize("model", ["organisation", "person"])
def test_the_view_bears_any_query(client_for, editor, model, query):
    address = reverse(f"admin:partners_{model}_similar")
    assert client_for(editor).get(f"{address}?{query}").status_code == 200


@pytest.mark.parametrize("model", ["organisation", "person"])
def test_who_may_not_enter_records_may_not_ask(client_for, reader, outsider, model):
    for user in (reader, outsider):
        address = reverse(f"admin:partners_{model}_similar")
        assert client_for(user).get(address).status_code == 403


def test_names_are_shown_as_text(client_for, editor):
    OrganisationFactory(name="<b>Textil</b>", country="UZ")
    address = reverse("admin:partners_organisation_similar")
    assert "<b>" not in client_for(editor).get(address, {"name": "<b>Textil</b>"}).text


def test_the_form_asks_and_the_list_does_not(client_for, editor, uztextilprom):
    client = client_for(editor)
    similar = reverse("admin:partners_organisation_similar")
    form = client.get(uztextilprom.get_absolute_url()).text
    assert f'data-similar="{similar}?exclude={uztextilprom.pk}"' in form
    assert "js/duplicates" in form
    assert (
        f'data-similar="{similar}"' in client.get(reverse("admin:partners_organisation_add")).text
    )
    assert "js/duplicates" not in client.get(reverse("admin:partners_organisation_changelist")).text


# --- Finding pairs --------------------------------------------------------------------------


def twins(**fields):
    """Return two organisations of the same folded name, told apart by the legal form."""
    return (
        OrganisationFactory(name="Textilwerk Nawruz LLC", **fields),
        OrganisationFactory(name="Textilwerk Nawruz MChJ", **fields),
    )


def pairs():
    return {(pair.first_id, pair.second_id): pair for pair in OrganisationPair.objects.all()}


def test_pairs_are_found_by_each_way(uztextilprom, titk):
    one, two = twins()
    by_sound = OrganisationFactory(name="Uztikstilpram")
    by_spelling = OrganisationFactory(name="Uztextilpron")
    by_other_name = OrganisationFactory(name="Ўзтўқимачиликсаноат", country="UZ", city="")
    turned = [OrganisationFactory(name=name, country="KZ") for name in ("Paxta Gul", "Gul Paxta")]
    by_city = OrganisationFactory(
        home=True, city="Rudolstadt",
        name="Thüringisches Institut für Textil- und Kunststoff-Forschung Rudolstadt",
    )  # fmt: skip
    OrganisationFactory(name="Neftegaz")
    OrganisationFactory(name="Textilwerk Nawruz", country="KZ")
    assert find_pairs(Organisation).alike == len(pairs())
    found = {key: pair.reasons for key, pair in pairs().items()}
    assert found[one.pk, two.pk] == ["same_name", "same_place"]
    assert "same_sound" in found[uztextilprom.pk, by_sound.pk]
    assert "similar_spelling" in found[uztextilprom.pk, by_spelling.pk]
    assert "same_other_name" in found[uztextilprom.pk, by_other_name.pk]
    assert found[turned[0].pk, turned[1].pk] == ["same_words", "same_place"]
    assert "begins_alike" in found[titk.pk, by_city.pk]
    named = {key for pair in found for key in pair}
    assert not named & set(
        Organisation.objects.filter(name__in=["Neftegaz"]).values_list("pk", flat=True)
    )
    assert not named & set(
        Organisation.objects.filter(name="Textilwerk Nawruz").values_list("pk", flat=True)
    ), "the same name in another country is not proposed"


def test_searching_again_changes_nothing_and_keeps_decisions(project_manager):
    one, two = twins()
    first = find_pairs(Organisation)
    assert (first.alike, first.new, first.gone) == (1, 1, 0)
    pairs()[one.pk, two.pk].tell_apart(project_manager)
    again = find_pairs(Organisation)
    assert (again.alike, again.new, again.gone) == (1, 0, 0)
    pair = pairs()[one.pk, two.pk]
    assert pair.decision == "not_same" and pair.decided_by == project_manager


def test_pairs_no_longer_alike_go_unless_decided(project_manager):
    _one, two = twins()
    three, four = (OrganisationFactory(name=f"Paxta Gul {form}") for form in ("LLC", "MChJ"))
    find_pairs(Organisation)
    pairs()[three.pk, four.pk].tell_apart(project_manager)
    two.name, four.name = "Neftegaz", "Ipak Yoli"
    two.save()
    four.save()
    assert find_pairs(Organisation).gone == 1
    assert set(pairs()) == {(three.pk, four.pk)}


def test_a_score_is_renewed():
    one, two = twins()
    find_pairs(Organisation)
    before = pairs()[one.pk, two.pk].score
    two.city = "Buchara"
    two.save()
    find_pairs(Organisation)
    assert pairs()[one.pk, two.pk].score < before


def test_the_archive_is_not_searched():
    one, _two = twins()
    find_pairs(Organisation)
    one.archive("aufgelöst")
    assert not OrganisationPair.objects.open().exists()
    find_pairs(Organisation)
    assert not pairs()


def test_a_key_that_too_many_share_is_cut(monkeypatch, capsys):
    monkeypatch.setattr(duplicate_pairs, "LARGEST_BLOCK", 3)
    for number in range(12):
        OrganisationFactory(name="Paxta Gul", city=f"Ort {number}", same_name_checked=True)
    outcome = find_pairs(Organisation)
    assert outcome.cut
    assert outcome.alike < 12 * 11 / 2
    call_command("find_duplicates", model="organisation")
    assert "shared by so many records" in capsys.readouterr().out


def test_pairs_of_people():
    one = PersonFactory(first_name="Zhanar", last_name="Sarsen", email="zh@example.kz")
    two = PersonFactory(first_name="Жанар", last_name="Сәрсен")
    turned = PersonFactory(first_name="Sarsen", last_name="Zhanar")
    colleague = PersonFactory(first_name="Nurlan", last_name="Omarow", email="zh@example.kz")
    call_command("find_duplicates", model="person")
    found = {(pair.first, pair.second): pair for pair in PersonPair.objects.all()}
    assert set(found) == {(one, two), (one, turned), (two, turned)}
    assert all("same_name" in pair.reasons for pair in found.values())
    assert colleague not in {person for pair in found for person in pair}


def test_people_of_the_same_organisation_are_more_alike():
    organisation = OrganisationFactory()
    people = [PersonFactory(first_name="Zhanar", last_name="Sarsen") for _number in range(4)]
    AffiliationFactory(person=people[0], organisation=organisation)
    AffiliationFactory(person=people[1], organisation=organisation)
    AffiliationFactory(person=people[2])
    find_pairs(Person)
    scores = {(p.first_id, p.second_id): p.score for p in PersonPair.objects.all()}
    a, b, other, unknown = (person.pk for person in people)
    assert set(scores) == {(a, b), (a, unknown), (b, unknown), (other, unknown)}
    assert scores[a, b] > scores[a, unknown]
    warned = similar_people("Zhanar", "Sarsen", organisations=[organisation.pk])
    assert len(warned) == 4


def test_an_alias_that_many_bear_is_the_name_of_none():
    for name in ("Paxta", "Nawruz", "Sunkar", "Metallurg", "Farmatsiya", "Ipak Yoli", "Wisla"):
        organisation = OrganisationFactory(name=name)
        organisation.names.create(text="Агрокомбинат")
    assert find_pairs(Organisation).alike == 0


# --- The review list ------------------------------------------------------------------------


LIST = "admin:partners_organisationpair_changelist"


@pytest.fixture
def pair(db):
    twins()
    find_pairs(Organisation)
    return OrganisationPair.objects.get()


def english(client, address, **query):
    return client.get(address, query, headers={"accept-language": "en"}).text


def test_the_list_shows_both_sides_and_why(client_for, project_manager, pair):
    text = english(client_for(project_manager), reverse(LIST))
    for expected in (pair.first.name, pair.second.name, f"{pair.score}&nbsp;%", "same name"):
        assert expected in text
    assert "Not the same" in text


def test_not_the_same_is_remembered_and_can_be_undone(client_for, editor, pair):
    client = client_for(editor)
    answer = client.post(reverse("admin:partners_organisationpair_not_same", args=[pair.pk]))
    assert answer.url == reverse(LIST)
    pair.refresh_from_db()
    assert pair.decision == "not_same" and pair.decided_by == editor and pair.decided_at
    english(client, reverse(LIST))  # with the message
    assert pair.first.name not in english(client, reverse(LIST))
    find_pairs(Organisation)
    decided = english(client, reverse(LIST), decided="not_same")
    assert pair.first.name in decided and "Tobias Lenz" in decided
    client.post(reverse("admin:partners_organisationpair_reopen", args=[pair.pk]))
    pair.refresh_from_db()
    assert not pair.decision and pair.decided_by is None and pair.decided_at is None
    assert pair.first.name in english(client, reverse(LIST))


@pytest.mark.parametrize("verb", ["not_same", "reopen"])
def test_decisions_are_posted_by_who_may(client_for, editor, reader, outsider, pair, verb):
    address = reverse(f"admin:partners_organisationpair_{verb}", args=[pair.pk])
    assert client_for(editor).get(address).status_code == 405
    for user in (reader, outsider):
        assert client_for(user).post(address).status_code == 403
    pair.refresh_from_db()
    assert not pair.decision


def test_only_who_may_merge_is_offered_to(client_for, editor, project_manager, pair):
    merge = f"first={pair.first_id}&amp;second={pair.second_id}"
    assert merge in english(client_for(project_manager), reverse(LIST))
    assert merge not in english(client_for(editor), reverse(LIST))


def test_the_list_is_searched_and_filtered(client_for, editor, pair):
    client = client_for(editor)
    assert pair.first.name in english(client, reverse(LIST), q="навруз")
    assert pair.first.name not in english(client, reverse(LIST), q="neftegaz")
    assert pair.first.name in english(client, reverse(LIST), reason="same_name")
    assert pair.first.name not in english(client, reverse(LIST), reason="same_domain")
    assert english(client, reverse(LIST), reason="x", decided="x")


def test_a_pair_vanishes_with_one_of_its_records(client_for, editor, pair):
    pair.second.archive("zusammengeführt")
    assert pair.first.name not in english(client_for(editor), reverse(LIST))


def test_who_may_not_see_the_records_sees_no_pair(make_user, client_for, pair):
    from django.contrib.auth.models import Permission

    user = make_user("Otto", "Neumann")
    user.user_permissions.add(Permission.objects.get(codename="view_organisationpair"))
    text = english(client_for(user), reverse(LIST))
    assert pair.first.name not in text


def test_searching_again_by_the_button(client_for, editor, reader):
    one, two = twins()
    address = reverse("admin:partners_organisationpair_search")
    assert client_for(reader).post(address).status_code == 403
    assert client_for(editor).get(address).status_code == 405
    assert client_for(editor).post(address).url == reverse(LIST)
    assert set(pairs()) == {(one.pk, two.pk)}


def test_many_records_are_not_searched_while_one_waits(client_for, editor, monkeypatch):
    monkeypatch.setattr(review, "MOST_AT_ONCE", 1)
    twins()
    answer = client_for(editor).post(
        reverse("admin:partners_organisationpair_search"),
        follow=True,
        headers={"accept-language": "en"},
    )
    assert "done at night" in answer.text
    assert not pairs()


@pytest.mark.parametrize("kind", ["organisation", "person"])
def test_the_list_costs_the_same_however_many_pairs(client_for, project_manager, kind):
    model, factory = {
        "organisation": (OrganisationPair, OrganisationFactory),
        "person": (PersonPair, PersonFactory),
    }[kind]

    def add(number):
        for _number in range(number):
            model.objects.create(first=factory(), second=factory(), score=90, reasons=["same_name"])

    client = client_for(project_manager)
    address = reverse(f"admin:partners_{kind}pair_changelist")
    counts = []
    for number in (3, 30):
        add(number)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15


@pytest.mark.parametrize("kind", ["organisation", "person"])
def test_a_pair_can_be_opened_but_not_edited(client_for, project_manager, kind):
    model, factory = {
        "organisation": (OrganisationPair, OrganisationFactory),
        "person": (PersonPair, PersonFactory),
    }[kind]
    pair = model.objects.create(first=factory(), second=factory(), score=90, reasons=["same_name"])
    client = client_for(project_manager)
    for verb in ("change", "history"):
        address = reverse(f"admin:partners_{kind}pair_{verb}", args=[pair.pk])
        assert client.get(address).status_code == 200
    assert client.get(reverse(f"admin:partners_{kind}pair_add")).status_code == 403
    delete = reverse(f"admin:partners_{kind}pair_delete", args=[pair.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
