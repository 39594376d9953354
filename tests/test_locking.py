"""No silent overwrite: two people edit one record, and nothing that was typed is lost."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from legcrm.core.models import StaleRecord
from partners.models import Organisation, OrganisationName
from tests.factories import (
    CooperationFactory,
    OrganisationFactory,
    PersonFactory,
    SectorFactory,
)
from tests.html_forms import change_form, read_form


@pytest.fixture
def titk(db):
    organisation = OrganisationFactory(home=True, name="TITK Rudolstadt", notes="erste Notiz")
    organisation.names.create(text="ТИТК", language="ru")
    return organisation


def test_the_second_save_is_refused_and_shows_both_sides(titk, client_for, editor, project_manager):
    first, second = client_for(editor), client_for(project_manager)
    url, hers = change_form(first, titk)
    _, his = change_form(second, titk)
    assert first.post(url, {**hers, "city": "Rudolstadt"}).status_code == 302

    response = second.post(url, {**his, "city": "Jena", "notes": "was ich tippte"})

    assert response.status_code == 409
    page = response.content.decode()
    assert "Rudolstadt" in page and "Jena" in page and "was ich tippte" in page
    assert "Tobias Lenz" in page
    titk.refresh_from_db()
    assert (titk.city, titk.notes) == ("Rudolstadt", "erste Notiz")


def test_the_choice_of_the_conflict_page_is_saved(titk, client_for, editor, project_manager):
    first, second = client_for(editor), client_for(project_manager)
    url, hers = change_form(first, titk)
    _, his = change_form(second, titk)
    first.post(url, {**hers, "city": "Rudolstadt", "street": "Breitscheidstraße 97"})
    response = second.post(url, {**his, "city": "Jena", "notes": "meine Notiz"})

    choice = read_form(response, "conflict-form")
    # Only they moved the street, only I the notes, both the city: mine is chosen, visibly.
    assert choice["_choice-street"] == ["theirs"]
    assert choice["_choice-notes"] == choice["_choice-city"] == ["mine"]
    assert second.post(url, {**choice, "_choice-city": "theirs", "_save": "1"}).status_code == 302

    titk.refresh_from_db()
    assert titk.city == "Rudolstadt"
    assert titk.street == "Breitscheidstraße 97"
    assert titk.notes == "meine Notiz"


def test_back_to_the_form_saves_nothing_and_keeps_the_typing(titk, client_for, editor):
    client = client_for(editor)
    url, stale = change_form(client, titk)
    _, fresh = change_form(client, titk)
    client.post(url, {**fresh, "city": "Rudolstadt"})
    choice = read_form(client.post(url, {**stale, "notes": "getippt"}), "conflict-form")

    response = client.post(url, {**choice, "_resume": "1"})

    assert response.status_code == 200
    form = read_form(response, "organisation_form")
    assert (form["notes"], form["city"]) == (["getippt"], ["Rudolstadt"])
    titk.refresh_from_db()
    assert titk.notes == "erste Notiz"
    assert client.post(url, form).status_code == 302
    titk.refresh_from_db()
    assert titk.notes == "getippt"


def test_an_inline_row_that_the_second_person_never_touched(titk, client_for, editor):
    client = client_for(editor)
    url, stale = change_form(client, titk)
    _, fresh = change_form(client, titk)
    client.post(url, {**fresh, "names-0-text": "ТИТК Рудольштадт"})

    response = client.post(url, {**stale, "city": "Jena"})

    assert response.status_code == 409
    choice = read_form(response, "conflict-form")
    assert choice["_choice-names-0-text"] == ["theirs"]
    client.post(url, {**choice, "_save": "1"})
    titk.refresh_from_db()
    assert titk.city == "Jena"
    assert titk.names.get().text == "ТИТК Рудольштадт"


def test_a_change_of_a_row_counts_as_one_of_the_record(titk, client_for, editor):
    client = client_for(editor)
    url, form = change_form(client, titk)
    before = titk.version
    client.post(url, {**form, "names-0-language": "kk"})
    titk.refresh_from_db()
    assert titk.version == before + 1
    assert titk.history.count() == 1, "a change of a part is no change of the record's own fields"


@pytest.mark.parametrize("choice", ["theirs", "mine"])
def test_an_inline_row_deleted_meanwhile(titk, client_for, editor, choice):
    client = client_for(editor)
    url, stale = change_form(client, titk)
    titk.names.get().delete()
    titk.touch()

    response = client.post(url, {**stale, "names-0-language": "kk"})

    assert response.status_code == 409
    form = read_form(response, "conflict-form")
    assert form["_choice-names-0"] == ["mine"]
    assert client.post(url, {**form, "_choice-names-0": choice, "_save": "1"}).status_code == 302
    kept = list(titk.names.values_list("text", "language"))
    assert kept == ([] if choice == "theirs" else [("ТИТК", "kk")])


def test_a_new_row_of_the_other_person_survives(titk, client_for, editor):
    client = client_for(editor)
    url, stale = change_form(client, titk)
    titk.names.create(text="TITK e.V.")
    titk.touch()
    form = read_form(client.post(url, {**stale, "city": "Jena"}), "conflict-form")
    client.post(url, {**form, "_save": "1"})
    assert set(titk.names.values_list("text", flat=True)) == {"ТИТК", "TITK e.V."}


def test_several_values_in_one_field(titk, client_for, editor):
    textiles, plastics = SectorFactory(), SectorFactory()
    client = client_for(editor)
    url, stale = change_form(client, titk)
    _, fresh = change_form(client, titk)
    client.post(url, {**fresh, "sectors": [textiles.pk]})

    response = client.post(url, {**stale, "sectors": [plastics.pk]})

    assert response.status_code == 409
    form = read_form(response, "conflict-form")
    client.post(url, {**form, "_choice-sectors": "theirs", "_save": "1"})
    assert list(titk.sectors.all()) == [textiles]


def test_a_record_deleted_meanwhile_can_be_entered_anew(titk, client_for, administrator):
    client = client_for(administrator)
    url, stale = change_form(client, titk)
    client.post(reverse("admin:partners_organisation_delete", args=[titk.pk]), {"post": "yes"})
    assert not Organisation.objects.exists()

    response = client.post(url, {**stale, "notes": "was ich tippte"})

    assert response.status_code == 409
    assert "was ich tippte" in response.content.decode()
    add = reverse("admin:partners_organisation_add")
    reopened = client.post(add, {**read_form(response, "conflict-form"), "_resume": "1"})
    assert reopened.status_code == 200
    assert not Organisation.objects.exists()
    client.post(add, read_form(reopened, "organisation_form"))
    organisation = Organisation.objects.get()
    assert organisation.notes == "was ich tippte"
    assert organisation.names.get().text == "ТИТК"


def test_a_record_archived_meanwhile(titk, client_for, editor):
    client = client_for(editor)
    url, stale = change_form(client, titk)
    titk.archive("doppelt")
    response = client.post(url, {**stale, "notes": "was ich tippte"})
    assert response.status_code == 409
    assert "was ich tippte" in response.content.decode()


def test_a_form_without_versions_is_refused(titk, client_for, editor):
    client = client_for(editor)
    url, form = change_form(client, titk)
    del form["_versions"]
    assert client.post(url, {**form, "city": "Jena"}).status_code == 409


def test_a_second_conflict_while_choosing(titk, client_for, editor):
    client = client_for(editor)
    url, stale = change_form(client, titk)
    titk.city = "Rudolstadt"
    titk.save()
    form = read_form(client.post(url, {**stale, "city": "Jena"}), "conflict-form")
    titk.city = "Saalfeld"
    titk.save()
    response = client.post(url, {**form, "_save": "1"})
    assert response.status_code == 409
    assert "Saalfeld" in response.content.decode()


def test_the_form_shown_again_after_an_error_still_knows_its_version(titk, client_for, editor):
    client = client_for(editor)
    url, form = change_form(client, titk)
    response = client.post(url, {**form, "name": "", "notes": "getippt"})
    assert response.status_code == 200
    again = read_form(response, "organisation_form")
    titk.city = "Saalfeld"
    titk.save()
    assert client.post(url, {**again, "name": "TITK"}).status_code == 409


@pytest.mark.django_db
def test_the_shell_meets_the_same_rule(titk):
    mine, theirs = Organisation.objects.get(pk=titk.pk), Organisation.objects.get(pk=titk.pk)
    theirs.city = "Rudolstadt"
    theirs.save()
    mine.city = "Jena"
    with pytest.raises(StaleRecord), transaction.atomic():
        mine.save()
    assert mine.version == titk.version, "a refused save leaves the object as it was"
    theirs.delete()
    with pytest.raises(StaleRecord), transaction.atomic():
        mine.save()
    assert not Organisation.objects.filter(pk=titk.pk).exists(), "a save must not bring it back"


@pytest.mark.django_db
def test_a_row_of_a_part_meets_it_too(titk):
    mine, theirs = OrganisationName.objects.get(), OrganisationName.objects.get()
    theirs.language = "kk"
    theirs.save()
    mine.text = "TITK"
    with pytest.raises(StaleRecord), transaction.atomic():
        mine.save()


def _save_at_once(requests):
    """Send the requests ``[(user, url, data)]`` at the same moment; return the status codes."""
    barrier = threading.Barrier(len(requests))
    codes, problems = [], []

    def send(user, url, data):
        try:
            client = Client(raise_request_exception=True)
            client.force_login(user)
            barrier.wait(timeout=20)
            codes.append(client.post(url, data).status_code)
        except Exception as error:  # a thread's error must fail the test, not vanish
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=request) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not problems, problems
    return sorted(codes)


@pytest.mark.django_db(transaction=True)
def test_pairs_of_saves_at_the_same_moment(client_for, make_user):
    """Real threads, on both databases: one wins, the other gets the page, none is lost."""
    one = make_user("Eins", "Erste", "editor")
    two = make_user("Zwei", "Zweite", "editor")
    pairs = 15 if connection.vendor == "postgresql" else 5
    for number in range(pairs):
        organisation = OrganisationFactory(name=f"Paar {number}")
        url, form = change_form(client_for(one), organisation)
        codes = _save_at_once(
            [(one, url, {**form, "notes": "eins"}), (two, url, {**form, "notes": "zwei"})]
        )
        assert codes == [302, 409], f"pair {number}"
        organisation.refresh_from_db()
        assert organisation.notes in {"eins", "zwei"}
        assert organisation.version == 2


@pytest.mark.django_db(transaction=True)
def test_pairs_of_inline_saves_at_the_same_moment(client_for, make_user):
    one = make_user("Eins", "Erste", "editor")
    two = make_user("Zwei", "Zweite", "editor")
    for number in range(5):
        organisation = OrganisationFactory(name=f"Paar {number}")
        organisation.names.create(text="alt")
        url, form = change_form(client_for(one), organisation)
        codes = _save_at_once(
            [
                (one, url, {**form, "names-0-text": "eins"}),
                (two, url, {**form, "names-0-text": "zwei"}),
            ]
        )
        assert codes == [302, 409], f"pair {number}"


@pytest.mark.django_db(transaction=True)
def test_save_and_delete_at_the_same_moment(client_for, make_user):
    one = make_user("Eins", "Erste", "administrator")
    two = make_user("Zwei", "Zweite", "editor")
    for number in range(5):
        person = PersonFactory(last_name=f"Paar{number}")
        url, form = change_form(client_for(two), person)
        delete = reverse("admin:partners_person_delete", args=[person.pk])
        codes = _save_at_once(
            [(one, delete, {"post": "yes"}), (two, url, {**form, "notes": "getippt"})]
        )
        # Whoever is first: both saved in turn, or the save met the conflict page.
        assert codes in ([302, 302], [302, 409]), f"pair {number}"
        assert not type(person).objects.filter(pk=person.pk).exists()


@pytest.mark.django_db
def test_a_cooperation_dates_its_stages_without_a_conflict_of_its_own(client_for, editor):
    cooperation = CooperationFactory()
    client = client_for(editor)
    url, form = change_form(client, cooperation)
    assert client.post(url, {**form, "stage": "talks"}).status_code == 302
    assert list(cooperation.stages.values_list("stage", flat=True)) == ["identified", "talks"]
