"""The command palette in the browser: by keyboard alone, on a phone, fast typing, accessible."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import assert_accessible
from tests.factories import CooperationFactory, OrganisationFactory

pytestmark = pytest.mark.browser

FIELD = "#search-input-command"
HITS = "#command-results [role=option]"
ACTIVE = "#command-results [aria-selected=true]"


@pytest.fixture
def uztextilprom(transactional_db):
    return OrganisationFactory(name="UzTextilprom", kind="association")


@pytest.fixture
def open_palette(page, login, editor):
    login(page, editor)
    page.goto(reverse("admin:index"))
    page.keyboard.press("Control+k")
    expect(page.locator(FIELD)).to_be_focused()
    return page


def test_type_and_enter_opens_the_best_match(uztextilprom, open_palette):
    page = open_palette
    page.keyboard.type("uztextil", delay=20)
    expect(page.locator(ACTIVE)).to_contain_text("UzTextilprom")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{uztextilprom.get_absolute_url()}")


def test_enter_before_the_answer_opens_it_too(uztextilprom, open_palette):
    page = open_palette
    page.keyboard.type("uztextil")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{uztextilprom.get_absolute_url()}")


def test_arrows_choose_and_the_focus_stays_in_the_field(uztextilprom, open_palette):
    CooperationFactory(partner=uztextilprom, subject="Uztextil")
    page = open_palette
    page.keyboard.type("uztextil", delay=20)
    # The association, its cooperation, and two actions.
    expect(page.locator(HITS)).to_have_count(4)
    page.keyboard.press("ArrowDown")
    expect(page.locator(HITS).nth(1)).to_have_attribute("aria-selected", "true")
    chosen = page.locator(HITS).nth(1).get_attribute("id")
    expect(page.locator(FIELD)).to_have_attribute("aria-activedescendant", chosen)
    for _time in range(9):
        page.keyboard.press("ArrowDown")
    expect(page.locator(HITS).nth(3)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(page.locator(HITS).nth(2)).to_have_attribute("aria-selected", "true")
    expect(page.locator(FIELD)).to_be_focused()


def test_escape_clears_then_closes_and_gives_the_focus_back(uztextilprom, page, login, editor):
    login(page, editor)
    page.goto(reverse("admin:partners_organisation_changelist"))
    page.locator("#searchbar").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("uztextil", delay=20)
    expect(page.locator(ACTIVE)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(HITS)).to_have_count(0)
    expect(page.locator(FIELD)).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator(FIELD)).to_be_hidden()
    expect(page.locator("#searchbar")).to_be_focused()


def test_tab_does_not_leave_the_palette(open_palette):
    page = open_palette
    page.keyboard.press("Tab")
    expect(page.locator(".crm-palette-close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(FIELD)).to_be_focused()


def test_an_action_opens_its_form(uztextilprom, open_palette):
    page = open_palette
    page.keyboard.type("uztextil", delay=20)
    expect(page.locator(ACTIVE)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('admin:missions_interaction_add')}?*")
    expect(page.locator("#id_organisations option:checked")).to_have_text("UzTextilprom")


def test_an_answer_that_comes_too_late_is_dropped(uztextilprom, open_palette):
    OrganisationFactory(name="Quarzwerk")
    page = open_palette
    held = []
    page.route("**/search/?s=uztextil", lambda route: held.append(route))
    page.keyboard.type("uztextil")
    page.wait_for_timeout(400)
    assert held
    page.locator(FIELD).fill("quarz")
    expect(page.locator(ACTIVE)).to_contain_text("Quarzwerk")
    for route in held:
        route.continue_()
    page.wait_for_timeout(400)
    expect(page.locator(ACTIVE)).to_contain_text("Quarzwerk")


def test_it_asks_once_for_what_is_typed_fast(uztextilprom, open_palette):
    page = open_palette
    asked = []
    page.on("request", lambda request: "?s=" in request.url and asked.append(request.url))
    page.keyboard.type("uztextil", delay=10)
    expect(page.locator(ACTIVE)).to_contain_text("UzTextilprom")
    assert len(asked) == 1


def test_no_match_is_said(open_palette, transactional_db):
    page = open_palette
    page.keyboard.type("zzzzz8", delay=20)
    expect(page.locator(".crm-palette-note")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(FIELD)).to_be_visible()
    assert page.url.endswith(reverse("admin:index"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_palette_is_accessible(uztextilprom, open_page, login, editor, scheme):
    page = open_page(color_scheme=scheme)
    login(page, editor)
    page.goto(reverse("admin:index"))
    page.keyboard.press("Control+k")
    expect(page.locator(FIELD)).to_be_focused()
    assert_accessible(page)
    page.keyboard.type("uztextil", delay=20)
    expect(page.locator(ACTIVE)).to_be_visible()
    assert_accessible(page)


def test_on_a_phone_everything_fits(uztextilprom, phone_page, login, editor):
    OrganisationFactory(name="Uztextilprom " + "Verwaltungsgesellschaft " * 6)
    page = phone_page
    login(page, editor)
    page.goto(reverse("admin:index"))
    page.get_by_role("button", name="Menü").first.click()
    page.locator("button:has-text('Ctrl + K')").click()
    page.locator(FIELD).fill("uztextil")
    expect(page.locator(ACTIVE)).to_be_visible()
    wide = page.evaluate("document.querySelector('.crm-palette').scrollWidth")
    assert wide <= 390
    assert_accessible(page)
    page.locator(HITS).first.tap()
    page.wait_for_url("**/partners/organisation/**")
