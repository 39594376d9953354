"""A chamber's list of 300 participants goes in as it was sent."""

import os
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from legcrm.core.models import SpreadsheetImport
from missions.models import Participation
from partners.models import Organisation, Person
from tests import chamber_list
from tests.browser import assert_accessible, in_both_themes
from tests.factories import MissionFactory, OrganisationFactory, PersonFactory

pytestmark = pytest.mark.browser

# The work is done by a process of its own, which takes its time to start.
PATIENCE = 60_000


@pytest.fixture(autouse=True)
def processes(live_server, monkeypatch, settings, tmp_path):
    """Let the processes that the server starts work on its database and its files."""
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("MEDIA_ROOT", str(settings.MEDIA_ROOT))


@pytest.fixture
def mission(db):
    return MissionFactory(code="2026-zentralasien", capacity=None)


def upload(page, path):
    page.set_input_files("input[type=file]", path)
    page.locator(".crm-panel button[type=submit]").click()
    expect(page.locator("#assign")).to_be_visible()


def check(page):
    page.locator("button[name=check]").click()
    expect(page.locator("#import-rows")).to_be_visible(timeout=PATIENCE)


def test_a_list_of_300_participants_as_a_chamber_sends_it(
    page, login, project_manager, mission, tmp_path
):
    path = chamber_list.write(tmp_path / "Teilnehmerliste IHK.xlsx")
    known = OrganisationFactory(
        name="Textil Jena 1 GmbH & Co. KG", country="DE", kind="company", city="Jena"
    )
    PersonFactory(first_name="Sabine", last_name="Großkopf", email="teilnehmer2@firma2.example")
    login(page, project_manager)

    page.goto(reverse("admin:missions_mission_change", args=[mission.pk]) + "#participants")
    link = reverse("admin:missions_participation_import")
    assert page.locator(f"a[href^='{link}?mission=2026-zentralasien']").count() == 1
    page.goto(f"{link}?mission=2026-zentralasien")
    in_both_themes(page)
    upload(page, path)

    header = page.locator(".crm-sample-header")
    expect(header).to_contain_text("Nachname")
    expect(page.locator("input[name=value_mission]")).to_have_value("2026-zentralasien")
    expect(page.locator("tr", has_text="Lfd. Nr.").last).to_contain_text("—")
    in_both_themes(page)
    page.select_option("[name=value_country]", "DE")
    page.select_option("[name=value_organisation_kind]", "company")
    check(page)
    assert not Participation.objects.exists()
    in_both_themes(page)

    run = SpreadsheetImport.objects.get()
    assert run.rows.filter(state="error").count() == 0
    counts = run.counts()
    assert counts["new"] + counts.get("duplicate", 0) == 300
    if counts.get("duplicate"):
        page.goto(run.get_absolute_url() + "?state=duplicate")
        in_both_themes(page)
        page.locator("button[name=decide]").first.click()
        page.wait_for_load_state()
        for choice in ("organisation:link", "person:new", ":new"):
            button = page.locator(f"button[name=decide_all][value='{choice}']")
            if button.count():
                button.click()
                page.wait_for_load_state()
        page.goto(run.get_absolute_url())
    expect(page.locator("#apply")).to_contain_text("300")

    # One person has called off: the tick goes, and the button says so.
    page.locator("input[name=chosen]").nth(4).uncheck()
    expect(page.locator("#apply")).to_contain_text("299")
    page.locator("#apply").click()
    expect(page.locator("#result")).to_contain_text("299", timeout=PATIENCE)
    in_both_themes(page)

    assert Participation.objects.filter(mission=mission).count() == 299
    assert Organisation.objects.filter(name=known.name).count() == 1, "found, not entered again"
    assert Person.objects.filter(email="teilnehmer2@firma2.example").count() == 1
    person = Person.objects.get(email="teilnehmer4@firma4.example")
    assert (person.salutation, person.academic_title) == ("frau", "Dr.")
    participation = Participation.objects.get(person=person)
    assert participation.organisation.name == "Kunststofftechnik Erfurt 4 e.V."
    assert participation.created_by == project_manager
    history = participation.history.get()
    assert history.history_change_reason == f"Import {run.pk}: Teilnehmerliste IHK.xlsx"


def test_undo_from_the_last_page(phone_page, login, project_manager, tmp_path):
    page = phone_page
    path = tmp_path / "firmen.csv"
    path.write_text(
        "Name;Land;Art;Lieblingsfarbe\nTextil Taschkent;Usbekistan;Unternehmen;blau\n"
        "Ohne Land;Atlantis;Unternehmen;\n",
        encoding="cp1252",
    )
    login(page, project_manager)
    page.goto(reverse("admin:partners_organisation_import"))
    assert_accessible(page)
    upload(page, path)
    assert_accessible(page)
    check(page)
    in_both_themes(page)
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(width) == 390
    page.locator("#apply").press("Enter")
    expect(page.locator("#result")).to_be_visible(timeout=PATIENCE)
    assert Organisation.objects.get().name == "Textil Taschkent"
    run = SpreadsheetImport.objects.get()
    page.goto(reverse("admin:core_spreadsheetimport_undo", args=[run.pk]))
    assert_accessible(page)
    page.locator("form.crm-panel button[type=submit]").click()
    page.wait_for_url(run.get_absolute_url())
    expect(page.locator("#result")).to_be_visible(timeout=PATIENCE)
    assert not Organisation.objects.exists()
    run.refresh_from_db()
    assert run.state == SpreadsheetImport.State.UNDONE
