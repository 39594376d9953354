"""Every change is audited: who changed which field when, with old and new value."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from legcrm.core.history import acting_as
from legcrm.core.history_views import put_back, saves
from legcrm.core.models import (
    CalendarLink,
    ColumnMapping,
    ColumnSet,
    ExportLog,
    ImportChange,
    ImportRow,
    RateCount,
    SavedFilter,
    SpreadsheetImport,
    StoredFigure,
    TimedRun,
    TrackedModel,
    UntrackedWrite,
)
from missions.models import (
    Digest,
    DueDate,
    HandOver,
    HandOverItem,
    Interaction,
    Reminder,
    StaleLead,
)
from partners.models import (
    Company,
    Merge,
    Organisation,
    OrganisationName,
    OrganisationPair,
    PersonPair,
)
from tests.factories import (
    AffiliationFactory,
    InteractionFactory,
    OrganisationFactory,
    PersonFactory,
    SectorFactory,
)
from tests.html_forms import change_form

pytestmark = pytest.mark.django_db

# Models of ours that have no history, and why.
EXEMPT = {
    get_user_model(): "the admin's own log covers it; passwords must not be kept",
    ExportLog: "a log itself",
    SpreadsheetImport: "a log itself; what it writes has history",
    ImportRow: "what a file said, before anything is written",
    ImportChange: "a journal itself",
    ColumnMapping: "a convenience of one person",
    ColumnSet: "a convenience of one person",
    SavedFilter: "a convenience of one person",
    OrganisationPair: "derived; the decision says who took it and when",
    PersonPair: "derived; the decision says who took it and when",
    Merge: "a journal itself",
    HandOver: "a journal itself",
    HandOverItem: "a journal itself",
    TimedRun: "a log itself",
    StoredFigure: "derived",
    StaleLead: "derived; what is done about it has history",
    Digest: "a log of what was sent",
    Reminder: "a log of what was sent",
    DueDate: "a log of what was noted",
    RateCount: "a count of minutes",
    CalendarLink: "of one person; it says itself when it was made and revoked",
}


def entries(record):
    return record.history.count()


def test_every_model_of_ours_is_tracked_or_exempt():
    ours = [
        model
        for label in ("core", "partners", "missions")
        for model in apps.get_app_config(label).get_models()
        if not model.__name__.startswith("Historical")
    ]
    assert len(ours) > 30
    for model in ours:
        if model in EXEMPT:
            continue
        assert issubclass(model, TrackedModel), f"{model} is neither tracked nor exempt"
        assert model.history.model._meta.get_field("history_user")


def test_many_to_many_fields_have_tracked_through_models():
    for label in ("partners", "missions"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.many_to_many:
                assert issubclass(field.remote_field.through, TrackedModel), field


def test_form(client_for, editor):
    organisation = OrganisationFactory(city="Taschkent")
    client = client_for(editor)
    url, form = change_form(client, organisation)
    client.post(url, {**form, "city": "Samarkand"})
    assert entries(organisation) == 2
    save = saves(Organisation, organisation.pk, editor)[0]
    assert save.user == editor
    (entry,) = save.entries
    (change,) = entry.changes
    assert (change.old, change.new) == ("Taschkent", "Samarkand")


def test_a_save_that_changes_nothing_writes_nothing(client_for, editor):
    organisation = OrganisationFactory()
    client = client_for(editor)
    url, form = change_form(client, organisation)
    client.post(url, form)
    organisation.save()
    Organisation.objects.get(pk=organisation.pk).save()
    assert entries(organisation) == 1
    organisation.refresh_from_db()
    assert organisation.version == 1


def test_inline(client_for, editor):
    organisation = OrganisationFactory()
    name = organisation.names.create(text="alt")
    client = client_for(editor)
    url, form = change_form(client, organisation)
    client.post(url, {**form, "names-0-text": "neu"})
    assert (entries(organisation), entries(name)) == (1, 2)
    change = saves(Organisation, organisation.pk, editor)[0].entries[0].changes[0]
    assert (change.old, change.new) == ("alt", "neu")


def test_inline_row_deleted(client_for, editor):
    organisation = OrganisationFactory()
    name = organisation.names.create(text="alt")
    client = client_for(editor)
    url, form = change_form(client, organisation)
    client.post(url, {**form, "names-0-DELETE": "on"})
    deleted = OrganisationName.history.get(id=name.pk, history_type="-")
    assert deleted.history_user == editor
    assert saves(Organisation, organisation.pk, editor)[0].entries[0].kind == "-"


def test_several_values_in_one_field(client_for, editor):
    organisation = OrganisationFactory()
    kept, dropped, added = SectorFactory(), SectorFactory(), SectorFactory()
    for sector in (kept, dropped):
        organisation.sector_links.create(sector=sector)
    client = client_for(editor)
    url, form = change_form(client, organisation)
    client.post(url, {**form, "sectors": [kept.pk, added.pk]})
    assert set(organisation.sectors.all()) == {kept, added}
    save = saves(Organisation, organisation.pk, editor)[0]
    assert sorted(entry.kind for entry in save.entries) == ["+", "-"]
    assert save.user == editor


def test_action(client_for, editor):
    organisations = [OrganisationFactory() for _ in range(3)]
    client_for(editor).post(
        reverse("admin:partners_organisation_changelist"),
        {
            "action": "archive_selected",
            "_selected_action": [o.pk for o in organisations],
            "reason": "aufgelöst",
        },
    )
    for organisation in organisations:
        assert entries(organisation) == 2
        newest = organisation.history.latest()
        assert newest.history_user == editor
        assert newest.history_change_reason == "aufgelöst"


def test_delete(client_for, administrator):
    organisation = OrganisationFactory(name="Weg GmbH")
    name = organisation.names.create(text="Weg")
    pk = organisation.pk
    client = client_for(administrator)
    client.post(reverse("admin:partners_organisation_delete", args=[pk]), {"post": "yes"})
    assert Organisation.history.get(id=pk, history_type="-").history_user == administrator
    assert OrganisationName.history.get(id=name.pk, history_type="-").history_user == administrator
    page = client.get(reverse("admin:partners_organisation_history", args=[pk]))
    assert page.status_code == 200
    assert "Weg GmbH" in page.content.decode()


def test_a_proxy_writes_the_history_of_its_model():
    company = Company(kind="company", name="Beispiel GmbH", country="DE")
    company.save()
    company.city = "Erfurt"
    company.save()
    assert Organisation.history.filter(id=company.pk).count() == 2
    company.delete()
    assert Organisation.history.filter(name="Beispiel GmbH", history_type="-").count() == 1


def test_the_shell_has_an_author_when_told(editor):
    with acting_as(editor):
        organisation = OrganisationFactory()
    assert organisation.created_by == editor
    assert organisation.history.get().history_user == editor


@pytest.mark.parametrize(
    "write",
    [
        lambda: Organisation.objects.update(city="Erfurt"),
        lambda: Organisation.objects.bulk_create([Organisation(name="x")]),
        lambda: Organisation.objects.bulk_update([], ["city"]),
        lambda: Organisation.objects.filter(country="UZ").update(city="Erfurt"),
    ],
)
def test_writes_without_history_are_refused(write):
    OrganisationFactory()
    with pytest.raises(UntrackedWrite):
        write()


def test_an_earlier_state_with_its_parts_comes_back(client_for, editor):
    textiles, plastics = SectorFactory(), SectorFactory()
    organisation = OrganisationFactory(city="Taschkent")
    organisation.names.create(text="alter Name")
    organisation.sector_links.create(sector=textiles)
    then = organisation.history.get()
    _an_hour_ago(organisation)
    organisation.city = "Samarkand"
    organisation.save()
    name = organisation.names.get()
    name.text = "neuer Name"
    name.save()
    organisation.sector_links.get().delete()
    organisation.sector_links.create(sector=plastics)
    client = client_for(editor)
    url = reverse("admin:partners_organisation_revert", args=[organisation.pk, then.history_id])
    question = client.get(url)
    assert "Samarkand" in question.content.decode()
    assert "neuer Name" in question.content.decode()
    assert organisation.names.get().text == "neuer Name", "the question changes nothing"

    client.post(url)

    organisation.refresh_from_db()
    assert organisation.city == "Taschkent"
    assert organisation.names.get().text == "alter Name"
    assert organisation.sectors.get() == textiles
    newest = organisation.history.latest()
    assert newest.history_user == editor


def _an_hour_ago(organisation):
    """Date the history so far an hour back, as if it had been saved then."""
    for model in (Organisation, OrganisationName, organisation.sector_links.model):
        _date_back(model)


def _date_back(model):
    model.history.update(history_date=F("history_date") - timedelta(hours=1))


def test_a_state_that_a_rule_forbids_does_not_come_back():
    organisation = OrganisationFactory(name="Erster Name")
    then = organisation.history.get()
    organisation.name = "Zweiter Name"
    organisation.save()
    OrganisationFactory(name="Erster Name", country=organisation.country)
    with pytest.raises(ValidationError):
        put_back(organisation, then)
    organisation.refresh_from_db()
    assert organisation.name == "Zweiter Name"


def test_a_contact_keeps_an_organisation_when_put_back():
    one, other = OrganisationFactory(), OrganisationFactory()
    contact = InteractionFactory(organisations=[one])
    for model in (Interaction, contact.organisation_links.model):
        _date_back(model)
    then = contact.history.get()
    contact.organisation_links.create(organisation=other)
    contact.organisation_links.get(organisation=one).delete()
    put_back(contact, then)
    assert contact.organisations.get() == one


def test_only_those_who_may_change_may_put_back(client_for, reader):
    organisation = OrganisationFactory()
    url = reverse(
        "admin:partners_organisation_revert",
        args=[organisation.pk, organisation.history.get().history_id],
    )
    assert client_for(reader).get(url).status_code == 403
    assert client_for(reader).post(url).status_code == 403


def test_the_history_page_costs_the_same_for_many_entries(client_for, editor):
    def queries(person):
        client = client_for(editor)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(reverse("admin:partners_person_history", args=[person.pk]))
        assert response.status_code == 200
        return len(captured)

    few, many = PersonFactory(), PersonFactory()
    AffiliationFactory(person=few)
    AffiliationFactory(person=many)
    for number in range(10):
        many.first_name = f"Name {number}"
        many.save()
        AffiliationFactory(person=many, is_primary=False)
    few.first_name = "Anders"
    few.save()
    assert queries(few) == queries(many)
