"""No URL leaks: every page for every role, with canaries in what the role may not see."""

import re
from io import BytesIO

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.db import models
from django.http import HttpResponse
from django.urls import reverse
from openpyxl import load_workbook

from legcrm.core.models import SavedFilter, TrackedModel
from legcrm.core.resources import resource_for
from legcrm.core.roles import ROLES
from missions.models import Interaction
from partners.models import Person
from tests.factories import (
    BY_MODEL,
    AffiliationFactory,
    InteractionFactory,
    PersonFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CANARY = "Kanarienvogel"
MAIL = "kanarienvogel@example.org"
PHONE = "+4915112345678"
TRACES = (CANARY, CANARY.lower(), MAIL, "15112345678", "1511 2345678", "151 12345678")

RECORD_ADMINS = [
    (model, model_admin)
    for model, model_admin in admin.site._registry.items()
    if issubclass(model, TrackedModel)
]


def name(model, verb):
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}"


def plant(record):
    """Fill every protected field of the record, twice, so that its history knows it too."""
    planted = 0
    for field_name in type(record).protected_fields:
        field = record._meta.get_field(field_name)
        if not field.editable or field_name == "archived_reason":
            continue
        if isinstance(field, models.EmailField):
            setattr(record, field_name, MAIL)
        elif field_name in ("phone", "mobile"):
            setattr(record, field_name, PHONE)
        elif isinstance(field, models.CharField | models.TextField) and not field.choices:
            setattr(record, field_name, CANARY)
        else:
            continue
        planted += 1
    record.save()
    return planted


@pytest.fixture
def records(db):
    """One record of each model, with canaries in all that is protected."""
    made = {}
    for model, _admin in RECORD_ADMINS:
        record = BY_MODEL[model]()
        plant(record)
        made[model] = record
    person = made[Person]
    affiliation = AffiliationFactory(person=person)
    person.consents.create(purpose="photo", wording_version=CANARY, evidence=CANARY)
    contact = InteractionFactory(organisations=[affiliation.organisation])
    contact.person_links.create(person=person)
    plant(contact)
    made[Interaction].files.create(file=ContentFile(CANARY.encode(), name=f"{CANARY}.txt"))
    return made


def addresses(model, record):
    """Every address of the model's admin, as (verb, address)."""
    prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
    saved = SavedFilter.objects.create(user=UserFactory(), model=model._meta.label_lower, name="F")
    known = {
        "object_id": record.pk,
        "history_id": record.history.earliest().history_id,
        "filter_id": saved.pk,
        "kind": "docx",  # of document
        "file_id": record.files.get().pk if isinstance(record, Interaction) else None,
    }
    for pattern in admin.site.get_model_admin(model).get_urls():
        if pattern.name:
            verb = pattern.name.removeprefix(prefix)
            arguments = {key: known[key] for key in pattern.pattern.converters}
            yield verb, reverse(f"admin:{pattern.name}", kwargs=arguments)
    yield "changelist", reverse(name(model, "changelist")) + "?archived=all"


def every_column(model, user, file_format):
    """Return the form that exports every column the user is offered."""
    columns = resource_for(model._meta.label, user).columns()
    return {"file_format": file_format, "columns": list(columns)}


def traces(response):
    body = b"".join(response) if response.streaming else response.content
    text = body.decode(errors="replace")
    return [trace for trace in TRACES if trace in text]


def test_the_canaries_are_there_for_those_who_may_see_them(records, client_for, editor):
    """Without this the other tests could not fail."""
    client = client_for(editor)
    for model, record in records.items():
        planted = [
            f for f in model.protected_fields if str(getattr(record, f, "")) in (CANARY, MAIL)
        ]
        if planted:
            page = client.get(reverse(name(model, "change"), args=[record.pk]))
            assert traces(page), model


@pytest.mark.parametrize(
    ("model", "model_admin"), RECORD_ADMINS, ids=[m.__name__ for m, _ in RECORD_ADMINS]
)
def test_a_reader_sees_no_canary(records, client_for, reader, model, model_admin):
    client = client_for(reader)
    record = records[model]
    for verb, address in addresses(model, record):
        for method in ("get", "post"):
            exported = verb == "export" and method == "post"
            data = every_column(model, reader, "csv") if exported else {}
            response = getattr(client, method)(address, data)
            assert response.status_code in (200, 302, 400, 403, 404, 405), (address, method)
            assert not traces(response), (address, method)
    record.refresh_from_db()
    assert not record.is_archived


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_a_reader_exports_no_canary(records, client_for, reader, file_format):
    client = client_for(reader)
    exported = 0
    for model, _admin in RECORD_ADMINS:
        data = every_column(model, reader, file_format)
        response = client.post(reverse(name(model, "export")), data)
        if response.status_code == 403:
            continue
        assert response.headers["Content-Disposition"].startswith("attachment"), model
        exported += 1
        content = response.getvalue()
        assert not traces(HttpResponse(content)), model
        if file_format == "xlsx":  # a workbook is a compressed archive: read its cells
            rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
            cells = " ".join(str(cell) for row in rows for cell in row)
            assert not [trace for trace in TRACES if trace in cells], model
    assert exported >= 5


@pytest.mark.parametrize(
    "lookup",
    [
        "mobile__startswith=%2B49",
        "email__contains=kanarie",
        "notes__contains=Kanarie",
        "affiliations__person__mobile__startswith=%2B49",
        "interactions__notes__contains=Kanarie",
        "consents__evidence__contains=Kanarie",
        "owner__password__startswith=a",
    ],
)
def test_a_reader_can_not_guess_by_filter(records, client_for, reader, lookup):
    response = client_for(reader).get(reverse(name(Person, "changelist")) + f"?{lookup}")
    assert response.status_code in (302, 400), "the lookup must be refused, not answered"
    if response.status_code == 302:
        assert "e=1" in response.headers["Location"]


def test_a_reader_can_not_guess_by_search(records, client_for, reader, editor):
    def found(user, term):
        page = client_for(user).get(reverse(name(Person, "changelist")), {"q": term})
        return records[Person].last_name in page.content.decode()

    assert found(editor, MAIL)
    assert not found(reader, MAIL)
    assert not found(reader, CANARY)
    assert not found(reader, "15112345678")


def test_a_reader_can_not_guess_by_order(records, client_for, reader):
    """A column that is not shown is none to sort by."""
    PersonFactory(email="aaa@example.org")
    for number in range(1, 12):
        response = client_for(reader).get(reverse(name(Person, "changelist")), {"o": number})
        assert not traces(response)


@pytest.mark.parametrize("term", ["kanarie", "Beispiel", PHONE, ""])
def test_autocomplete_shows_names_only(records, client_for, reader, term):
    for field, model in (("person", "affiliation"), ("organisation", "affiliation")):
        response = client_for(reader).get(
            reverse("admin:autocomplete"),
            {"app_label": "partners", "model_name": model, "field_name": field, "term": term},
        )
        assert not traces(response)


def test_the_palette_shows_no_canary(records, client_for, reader):
    for term in (CANARY, MAIL, "15112345678", "Beispiel"):
        assert not traces(client_for(reader).get(reverse("admin:search"), {"s": term}))
        assert not traces(
            client_for(reader).get(reverse("admin:search"), {"s": term, "extended": "1"})
        )


@pytest.mark.parametrize(
    ("model", "model_admin"), RECORD_ADMINS, ids=[m.__name__ for m, _ in RECORD_ADMINS]
)
def test_an_outsider_gets_nothing(records, client_for, outsider, model, model_admin):
    client = client_for(outsider)
    for _verb, address in addresses(model, records[model]):
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            # What only takes a POST says so before it asks who posts.
            refused = (403, 405) if method == "get" else (403,)
            assert response.status_code in refused, (address, method)
            assert not traces(response)


def test_no_link_leads_to_a_page_that_the_user_may_not_open(records, client_for, reader, editor):
    for user in (reader, editor):
        client, followed = client_for(user), set()
        for model, record in records.items():
            record.refresh_from_db()
            if "owner" in {field.name for field in model._meta.fields}:
                record.owner = editor
                record.save()
            address = reverse(name(model, "change"), args=[record.pk])
            response = client.get(address)
            if response.status_code == 403:
                continue
            page = response.content.decode()
            for link in set(re.findall(r'href="(/[^"?#]*)', page)):
                if link in followed or link.startswith("/static/"):
                    continue
                followed.add(link)
                assert client.get(link).status_code != 403, (user, address, link)


def test_nobody_gets_in_without_login(records, client):
    for model, record in records.items():
        for _verb, address in addresses(model, record):
            response = client.get(address)
            assert response.status_code == 302, address
            assert "/login/" in response.headers["Location"]


def test_keys_posted_by_hand_meet_the_same_rights(client_for, make_user):
    """Who may not see people can't attach one by its key."""
    user = make_user("Halb", "Recht")
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="missions",
            codename__in=["add_followup", "view_followup", "change_followup"],
        )
    )
    person = PersonFactory()
    response = client_for(user).post(
        reverse("admin:missions_followup_add"),
        {
            "what": "Anrufen",
            "due_on": "01.12.2026",
            "assignee": user.pk,
            "repeat": "never",
            "person": person.pk,
        },
    )
    assert response.status_code == 200
    assert not person.follow_ups.exists()


def test_roles_are_made_by_migration():
    assert set(Group.objects.values_list("name", flat=True)) >= set(ROLES)


def test_only_the_administrator_deletes():
    for role in ROLES:
        group = Group.objects.get(name=role)
        deleting = group.permissions.filter(codename__startswith="delete_").exists()
        assert deleting == (role == "administrator"), role


def test_the_reader_exports_no_people():
    codes = set(Group.objects.get(name="reader").permissions.values_list("codename", flat=True))
    assert not codes & {"export_person", "export_participation", "export_interaction"}
    assert not codes & {"view_notes", "view_private_contact", "view_followup"}
    assert not [code for code in codes if code.startswith(("add_", "change_", "import_"))]
