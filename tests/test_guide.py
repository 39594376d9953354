"""The user guide: whole, beside each screen, for every role, with every picture it names."""

import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import reverse

from legcrm.guide import IMAGES, SCREENS, SOURCE, VERBS, section_for, sections
from tools.screenshots import PICTURES, SHOTS


def test_each_screen_has_its_section():
    titles = {section.title for section in sections()}
    assert {*SCREENS.values(), *VERBS.values()} <= titles


def test_each_section_explains_a_screen():
    explained = {*SCREENS.values(), *VERBS.values()}
    assert [s.title for s in sections() if s.title and s.title not in explained] == []


def test_each_list_has_help_of_its_own():
    # Whatever a new list is about, the first steps don't explain it.
    general = SCREENS[""]
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert section_for(name).title != general, name


@pytest.mark.parametrize(
    ("screen", "title"),
    [
        ("index", "Heute"),
        ("missions_interaction_changelist", "Kontakte protokollieren"),
        ("partners_company_change", "Partner pflegen"),
        ("partners_organisationpair_changelist", "Dubletten"),
        ("partners_person_import", "Tabellen importieren"),
        ("missions_project_export", "Listen exportieren"),
        ("something_else", "Erste Schritte"),
    ],
)
def test_the_section_of_a_screen(screen, title):
    assert section_for(screen).title == title


def test_the_pictures_are_those_that_the_script_makes():
    named = re.findall(rf"\]\({IMAGES}([\w-]+)\.png\)", SOURCE.read_text(encoding="utf-8"))
    assert sorted(named) == sorted(SHOTS) == sorted(path.stem for path in PICTURES.glob("*.png"))
    assert ("anleitung", PICTURES) in settings.STATICFILES_DIRS


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["administrator", "project_manager", "editor", "reader"])
def test_every_role_reads_it(role, client_for, request):
    client = client_for(request.getfixturevalue(role))
    page = client.get(reverse("admin:guide"))
    assert page.status_code == 200
    for section in sections():
        assert f'id="{section.slug}"' in page.text or not section.title
    part = client.get(reverse("admin:guide_section", args=["index"]))
    assert 'id="heute"' in part.text and 'id="radar"' not in part.text
    # Each page leads to what explains it.
    start = client.get(reverse("admin:index")).text
    assert reverse("admin:guide_section", args=["index"]) in start


@pytest.mark.django_db
def test_nobody_reads_it_without_a_login(client):
    assert client.get(reverse("admin:guide")).status_code == 302
    assert client.get(reverse("admin:guide_section", args=["index"])).status_code == 302


@pytest.mark.browser
def test_help_beside_the_page(page, live_server, editor, login):
    from tests.browser import assert_accessible

    login(page, editor)
    page.get_by_role("link", name="Hilfe zu dieser Seite").click()
    panel = page.get_by_role("dialog", name="Hilfe")
    panel.get_by_role("heading", name="Heute").wait_for()
    assert_accessible(page)
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
