"""From a filtered list to a workbook, as a person clicks; at a desk, on a phone, by keyboard."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import expect

from legcrm.core.models import ColumnSet, ExportLog
from tests.browser import expect_console, in_both_themes
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.browser

LIST = "admin:partners_organisation_changelist"
PAGE = "admin:partners_organisation_export"


@pytest.fixture
def partners(db):
    OrganisationFactory(name="UzTextilprom", country="UZ", city="Taschkent")
    OrganisationFactory(name="Kasachische Spinnerei", country="KZ")


def sheet_of(download):
    return list(load_workbook(BytesIO(download.path().read_bytes())).active.values)


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_filtered_list_becomes_a_workbook(size, page, phone_page, login, editor, partners):
    page = page if size == "desk" else phone_page
    login(page, editor)
    page.goto(reverse(LIST) + "?country=UZ")
    if size == "phone":
        page.locator("[x-on\\:click='showActions = !showActions']").click()
    page.locator(f"a[href*='{reverse(PAGE)}']").first.click()
    page.wait_for_url("**/export/?country=UZ")
    in_both_themes(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.locator("[data-check=none]").click()
    expect(page.locator("[data-chosen]")).to_have_text("0")
    page.check("input[value=name]")
    page.check("input[value=city]")
    expect(page.locator("[data-chosen]")).to_have_text("2")
    with page.expect_download() as download:
        page.locator(".crm-export-send button").click()
    assert download.value.suggested_filename.startswith("organisationen-")
    assert sheet_of(download.value) == [("Name", "Ort"), ("UzTextilprom", "Taschkent")]
    assert ExportLog.objects.get().rows == 1


def test_a_set_of_columns_is_kept_by_keyboard(page, login, editor, partners):
    login(page, editor)
    page.goto(reverse(PAGE))
    page.locator("[data-check=none]").press("Enter")
    page.locator("input[value=country]").press("Space")
    page.fill("#id_name", "Nur Länder")
    with page.expect_navigation():
        page.press("#id_name", "Enter")
    assert ColumnSet.objects.get().columns == ["country"]
    assert not ExportLog.objects.exists(), "Enter in the name saves the set; it does not export"
    in_both_themes(page)

    page.goto(reverse(PAGE))
    page.get_by_role("link", name="Nur Länder").click()
    expect(page.locator("input[name=columns]:checked")).to_have_count(1)
    with page.expect_navigation():
        page.locator("[name=_delete_set]").click()
    assert not ColumnSet.objects.exists()


def test_without_a_script_nothing_is_lost(open_page, login, editor, partners):
    """Cards, tick boxes and buttons are a plain form."""
    page = open_page()
    login(page, editor)
    page.route(
        "**/js/export.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.goto(reverse(PAGE))
    expect(page.locator("[data-check=none]")).to_be_hidden()
    page.check("input[value=csv]")
    with page.expect_download() as download:
        page.locator(".crm-export-send button").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_mistakes_and_empty_lists_are_said(page, login, editor, partners):
    expect_console(page, "status of 400")
    login(page, editor)
    page.goto(reverse(PAGE))
    page.locator("[data-check=none]").click()
    page.locator(".crm-export-send button").click()
    expect(page.locator("[role=alert]")).to_have_count(1)
    in_both_themes(page)
    page.goto(reverse(PAGE) + "?q=gibtesnicht")
    expect(page.locator(".crm-empty")).to_be_visible()
    in_both_themes(page)


def test_selected_rows_from_the_list(page, login, editor, partners):
    login(page, editor)
    page.goto(reverse(LIST))
    page.locator("tr.data-row", has_text="UzTextilprom").locator("input.action-select").check()
    page.locator("select[name=action]").select_option("export_selected")
    with page.expect_navigation():
        page.locator(
            "#changelist-actions button[type=submit], #changelist-actions button[name=index]"
        ).first.click()
    with page.expect_download() as download:
        page.locator(".crm-export-send button").click()
    assert len(sheet_of(download.value)) == 2
