"""Archive instead of delete: with a reason, hidden by default, read-only, restorable."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    AffiliationFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
)
from tests.html_forms import change_form

pytestmark = pytest.mark.django_db

LIST = "admin:partners_organisation_changelist"


@pytest.fixture
def partner():
    return OrganisationFactory(name="Alter Partner")


def page(client, url, **data):
    return client.get(url, data).content.decode()


def test_archive_asks_for_a_reason(partner, client_for, editor):
    client = client_for(editor)
    url = f"/partners/organisation/{partner.pk}/archive/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " "}).status_code == 200
    partner.refresh_from_db()
    assert not partner.is_archived

    assert client.post(url, {"reason": "Firma aufgelöst"}).status_code == 302
    partner.refresh_from_db()
    assert partner.is_archived
    assert partner.archived_by == editor
    assert partner.archived_reason == "Firma aufgelöst"


def test_archived_records_are_hidden_unless_asked_for(partner, client_for, editor):
    partner.archive("aufgelöst")
    client = client_for(editor)
    assert "Alter Partner" not in page(client, reverse(LIST))
    assert "Alter Partner" in page(client, reverse(LIST), archived="yes")
    assert "Alter Partner" in page(client, reverse(LIST), archived="all")
    assert "Alter Partner" not in page(
        client,
        reverse("admin:autocomplete"),
        app_label="partners",
        model_name="affiliation",
        field_name="organisation",
        term="alter",
    )


def test_archived_records_are_read_only_everywhere(partner, client_for, editor):
    client = client_for(editor)
    url, form = change_form(client, partner)
    partner.archive("aufgelöst")
    assert 'name="_save"' not in page(client, url)
    assert client.post(url, {**form, "city": "Jena"}).status_code == 409
    partner.city = "Jena"
    with pytest.raises(ValidationError):
        partner.save()
    partner.refresh_from_db()
    assert partner.city == "Taschkent"


def test_restore(partner, client_for, editor):
    partner.archive("Irrtum")
    client = client_for(editor)
    assert client.post(f"/partners/organisation/{partner.pk}/restore/").status_code == 302
    partner.refresh_from_db()
    assert not partner.is_archived
    assert partner.archived_reason == ""
    assert "Alter Partner" in page(client, reverse(LIST))


def test_several_at_once_and_back(client_for, editor):
    partners = [OrganisationFactory() for _ in range(3)]
    client = client_for(editor)
    keys = [p.pk for p in partners]
    ask = client.post(reverse(LIST), {"action": "archive_selected", "_selected_action": keys})
    assert "reason" in ask.content.decode()
    client.post(
        reverse(LIST),
        {"action": "archive_selected", "_selected_action": keys, "reason": "doppelt"},
    )
    assert type(partners[0]).objects.archived().count() == 3
    client.post(
        reverse(LIST) + "?archived=yes", {"action": "restore_selected", "_selected_action": keys}
    )
    assert type(partners[0]).objects.archived().count() == 0


def test_what_was_entered_anew_meanwhile_is_not_doubled(client_for, editor):
    old = ParticipationFactory()
    old.archive("falsch eingetragen")
    other = ParticipationFactory()
    other.archive("abgesagt")
    ParticipationFactory(mission=old.mission, person=old.person)
    client = client_for(editor)
    response = client.post(f"/missions/participation/{old.pk}/restore/", follow=True)
    assert "bereits" in response.content.decode()
    client.post(
        reverse("admin:missions_participation_changelist") + "?archived=yes",
        {"action": "restore_selected", "_selected_action": [other.pk, old.pk]},
    )
    for participation in (old, other):
        participation.refresh_from_db()
        assert participation.is_archived, "all or nothing"


def test_a_reader_can_not_archive(partner, client_for, reader):
    client = client_for(reader)
    assert client.get(f"/partners/organisation/{partner.pk}/archive/").status_code == 403
    assert (
        client.post(f"/partners/organisation/{partner.pk}/archive/", {"reason": "x"}).status_code
        == 403
    )
    client.post(
        reverse(LIST),
        {"action": "archive_selected", "_selected_action": [partner.pk], "reason": "x"},
    )
    partner.refresh_from_db()
    assert not partner.is_archived


@pytest.mark.parametrize("who", ["project_manager", "editor", "reader"])
def test_only_administrators_delete(partner, client_for, who, request):
    client = client_for(request.getfixturevalue(who))
    url = reverse("admin:partners_organisation_delete", args=[partner.pk])
    assert client.get(url).status_code == 403
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert type(partner).objects.filter(pk=partner.pk).exists()


def test_delete_is_refused_where_records_refer_to_it(partner, client_for, administrator):
    AffiliationFactory(organisation=partner, person=PersonFactory(last_name="Karimova"))
    client = client_for(administrator)
    url = reverse("admin:partners_organisation_delete", args=[partner.pk])
    assert "Karimova" in page(client, url), "the message names what refers to it"
    client.post(url, {"post": "yes"})
    assert type(partner).objects.filter(pk=partner.pk).exists()


def test_the_database_wants_a_reason_too(partner):
    with pytest.raises(IntegrityError), transaction.atomic():
        type(partner)._base_manager.filter(pk=partner.pk).update(archived_at=timezone.now())
