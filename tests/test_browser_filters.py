"""The filters of a list as a person handles them: at a desk, on a phone, by keyboard."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from legcrm.core.models import SavedFilter
from tests.browser import in_both_themes
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.browser

LIST = "/partners/company/"


@pytest.fixture
def companies(db, editor):
    for code in ("KZ", "UZ", "DE"):
        OrganisationFactory(name=f"Spinnerei {code}", country=code, owner=editor)


def query(page):
    return parse_qs(urlsplit(page.url).query)


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_from_a_region_to_a_saved_filter(size, page, phone_page, login, editor, companies):
    page = page if size == "desk" else phone_page
    login(page, editor)
    page.goto(LIST)
    page.locator("[data-filter-open]").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    page.wait_for_load_state("networkidle")
    in_both_themes(page)
    assert fits(page)

    sheet.locator("[value=central_asia]").check()
    expect(sheet.locator("[name=country][value=KZ]")).to_be_checked()
    expect(sheet.locator("[name=country][value=UZ]")).to_be_checked()
    expect(sheet.locator("[name=country][value=DE]")).not_to_be_checked()
    sheet.locator("summary", has_text="Zuständigkeit").click()
    sheet.locator("[name=owner][value=me]").check()
    with page.expect_navigation():
        sheet.locator("button[type=submit]").click()
    assert query(page) == {"region": ["central_asia"], "owner": ["me"]}
    assert page.locator("tr", has_text="Spinnerei").count() == 2
    assert page.locator(".crm-filter-chips li").count() == 3  # two filters, and “clear”
    in_both_themes(page)
    assert fits(page)

    page.locator("summary", has_text="bookmark_add").click()
    in_both_themes(page)
    assert fits(page)
    page.fill("#id_filter-name", "Meine in Zentralasien")
    with page.expect_navigation():
        page.press("#id_filter-name", "Enter")
    assert SavedFilter.objects.get().name == "Meine in Zentralasien"

    page.goto(LIST)
    page.locator("summary", has_text="bookmarks").click()
    in_both_themes(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Meine in Zentralasien").click()
    assert query(page) == {"region": ["central_asia"], "owner": ["me"]}

    with page.expect_navigation():
        page.locator(".crm-filter-chips a").first.click()
    assert query(page) == {"owner": ["me"]}
    page.locator("summary", has_text="bookmarks").click()
    with page.expect_navigation():
        page.locator(".crm-menu-body li button").click()
    assert not SavedFilter.objects.exists()
    assert query(page) == {"owner": ["me"]}, "the list stays as it was"


def test_some_countries_of_a_region_half_tick_it(page, login, editor, companies):
    login(page, editor)
    page.goto(LIST + "?country=KZ")
    page.locator("[data-filter-open]").click()
    region = page.locator("[value=central_asia]")
    assert region.evaluate("box => [box.checked, box.indeterminate]") == [False, True]
    page.locator("[name=country][value=UZ]").check()
    assert region.evaluate("box => [box.checked, box.indeterminate]") == [True, False]
    with page.expect_navigation():
        page.locator("dialog[open] button[type=submit]").click()
    # Who chose countries keeps them, also when there are more in the region one day.
    assert query(page) == {"country": ["KZ", "UZ"]}


def test_by_keyboard_alone(page, login, editor, companies):
    login(page, editor)
    page.goto(LIST)
    opener = page.locator("[data-filter-open]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()

    page.keyboard.press("Enter")
    box = page.locator("[name=country][value=UZ]")
    for _press in range(30):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert query(page) == {"country": ["UZ"]}

    page.locator("summary", has_text="bookmark_add").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_filter-name")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#id_filter-name")).to_be_hidden()


def test_days_or_a_span(page, login, editor, companies):
    login(page, editor)
    page.goto(LIST + "?last_contact=never")
    page.locator("[data-filter-open]").click()
    span = page.locator("select[name=last_contact]")
    expect(span).to_have_value("never")
    page.fill("[name=last_contact_from]", "2026-01-31")
    expect(span).to_have_value("")
    span.select_option("last30")
    expect(page.locator("[name=last_contact_from]")).to_have_value("")
    with page.expect_navigation():
        page.locator("dialog[open] button[type=submit]").click()
    assert query(page) == {"last_contact": ["last30"]}


def test_without_a_script_the_sheet_is_a_page(open_page, login, editor, companies):
    page = open_page()
    login(page, editor)
    page.route(
        "**/js/filters.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.goto(LIST + "?q=Spinnerei")
    with page.expect_navigation():
        page.locator("[data-filter-open]").click()
    in_both_themes(page)
    page.locator("[name=region][value=central_asia]").check()
    with page.expect_navigation():
        page.locator("#filter-form button[type=submit]").click()
    assert query(page)["region"] == ["central_asia"]
    assert query(page)["q"] == ["Spinnerei"]
    assert page.locator("tr", has_text="Spinnerei").count() == 2
