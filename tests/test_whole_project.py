"""What holds for every admin, model, template and text of the project."""

import re
from pathlib import Path
from types import SimpleNamespace

import django
import import_export
import pytest
import unfold
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from legcrm.core.admin import PartMixin, RecordAdmin
from legcrm.core.forms import RecordForm
from legcrm.core.models import Record, TrackedModel
from tests.factories import BY_MODEL

ROOT = Path(settings.BASE_DIR)
OWN_APPS = ("core", "partners", "missions")
RECORD_ADMINS = [
    (model, model_admin)
    for model, model_admin in admin.site._registry.items()
    if issubclass(model, TrackedModel)
]
each_admin = pytest.mark.parametrize(
    ("model", "model_admin"), RECORD_ADMINS, ids=[m.__name__ for m, _ in RECORD_ADMINS]
)


def url(model, verb, *args):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}"
    return reverse(name, args=args)


def own_models():
    for label in OWN_APPS:
        for model in apps.get_app_config(label).get_models():
            if not model.__name__.startswith("Historical"):
                yield model


def test_every_record_has_a_page_of_its_own():
    for model in own_models():
        if issubclass(model, Record):
            assert model in admin.site._registry, f"{model.__name__} has no admin"


def test_every_other_row_is_edited_in_its_record():
    inlines = {
        inline.model for _model, model_admin in RECORD_ADMINS for inline in model_admin.inlines
    }
    links = {
        field.remote_field.through for model in own_models() for field in model._meta.many_to_many
    }
    written_by_code = {"CooperationStage"}
    for model in own_models():
        if issubclass(model, TrackedModel) and not issubclass(model, Record):
            known = model in inlines | links or model.__name__ in written_by_code
            assert known, f"{model.__name__} can't be edited anywhere"


@each_admin
def test_every_admin_is_protected(model, model_admin):
    """None without version lock, history, archive rule and rights on export."""
    assert isinstance(model_admin, RecordAdmin)
    assert issubclass(model_admin.form, RecordForm)
    assert type(model_admin)._changeform_view is RecordAdmin._changeform_view
    assert type(model_admin).history_view is RecordAdmin.history_view
    assert model_admin.change_form_before_template == RecordAdmin.change_form_before_template
    assert not model_admin.list_editable, "list_editable overwrites without asking"
    assert model_admin.show_full_result_count is False
    assert any("Archived" in getattr(f, "__name__", "") for f in model_admin.list_filter)
    for inline in model_admin.inlines:
        assert issubclass(inline, PartMixin)
        assert inline.model.history
    # What the form's inlines edit, the history page must show and restore.
    parts = {relation.get_accessor_name() for relation in model._meta.related_objects}
    assert set(model.parts) <= parts


@each_admin
@pytest.mark.django_db
def test_every_page_answers(model, model_admin, client_for, administrator):
    client = client_for(administrator)
    record = BY_MODEL[model]()
    pages = [
        url(model, "changelist"),
        url(model, "changelist") + "?q=abc&archived=all",
        url(model, "change", record.pk),
        url(model, "history", record.pk),
        url(model, "export"),
    ]
    if model_admin.has_add_permission(SimpleNamespace(user=administrator)):
        pages.append(url(model, "add"))
    for page in pages:
        for language in ("de", "en"):
            response = client.get(page, headers={"accept-language": language})
            assert response.status_code == 200, page
    form = client.get(url(model, "export")).context["form"]
    columns = [name for name, _label in form.fields["columns"].choices]
    response = client.post(url(model, "export"), {"file_format": "xlsx", "columns": columns})
    assert response.headers["Content-Disposition"].startswith("attachment")


def queries_of(client, address):
    client.get(address)  # what a process looks up once only, such as content types
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(captured), [query["sql"] for query in captured]


@each_admin
@pytest.mark.django_db
def test_a_list_costs_the_same_at_10_and_at_200_rows(
    model, model_admin, client_for, project_manager
):
    client = client_for(project_manager)
    factory = BY_MODEL[model]
    factory.create_batch(10)
    few, _ = queries_of(client, url(model, "changelist"))
    factory.create_batch(190)
    many, statements = queries_of(client, url(model, "changelist"))
    assert few == many, "\n".join(statements)
    assert many <= 15, "\n".join(statements)


@each_admin
@pytest.mark.django_db
def test_a_form_costs_the_same_whatever_the_size_of_the_table(
    model, model_admin, client_for, project_manager
):
    client = client_for(project_manager)
    factory = BY_MODEL[model]
    record = factory()
    factory.create_batch(9)
    few, _ = queries_of(client, url(model, "change", record.pk))
    factory.create_batch(190)
    many, statements = queries_of(client, url(model, "change", record.pk))
    assert few == many, "\n".join(statements)


# Django's own handlers look these up.
DJANGO_NAMES_THEM = {"403.html", "404.html", "500.html"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "keine Berechtigung"), ("en", "no permission")],
)
def test_a_refusal_is_said_in_words(client_for, reader, language, said):
    client = client_for(reader)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(reverse("admin:missions_followup_changelist"))
    assert response.status_code == 403
    assert said in response.content.decode()


def test_every_template_is_used():
    sources = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("legcrm", "partners", "missions", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html"}
    )
    for path in (ROOT / "templates").rglob("*.html"):
        relative = path.relative_to(ROOT / "templates").as_posix()
        if _overrides_a_library(relative) or relative in DJANGO_NAMES_THEM:
            continue
        assert f'"{relative}"' in sources, f"{relative} is used nowhere"


def _overrides_a_library(relative):
    places = [
        Path(package.__file__).parent / sub
        for package, sub in (
            (unfold, "templates"),
            (unfold, "contrib/filters/templates"),
            (unfold, "contrib/forms/templates"),
            (unfold, "contrib/import_export/templates"),
            (import_export, "templates"),
            (django, "contrib/admin/templates"),
            (django, "forms/templates"),
        )
    ]
    return any((place / relative).exists() for place in places)


def test_no_script_in_templates():
    """The policy forbids inline scripts and handlers; a template with one would do nothing."""
    for path in (ROOT / "templates").rglob("*.html"):
        text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
        assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*json)", text), path
        assert not re.search(r"\son(click|change|load|submit|input)=", text), path


def test_verbose_names_are_lower_case():
    """As Django has it: the admin capitalises where it needs to."""
    for model in own_models():
        names = [model._meta.verbose_name, model._meta.verbose_name_plural]
        names += [f.verbose_name for f in model._meta.fields + model._meta.many_to_many]
        for text in names:
            with translation.override("en"):
                msgid = str(text)
            first = msgid.split()[0]
            assert msgid[:1].islower() or first.isupper() or first in _PROPER, (model, msgid)


_PROPER = {"ID", "WZ", "E-mail"}


def test_nothing_is_left_undone():
    for folder in ("legcrm", "partners", "missions", "templates", "tests"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".html"} and path != Path(__file__):
                text = path.read_text(encoding="utf-8")
                assert "TO" + "DO" not in text, path
                assert "FIX" + "ME" not in text, path
