"""The Partner-Finder as a project manager uses it: choosing, seeing why, inviting, coming back."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from missions.models import Mission, Participation, Segment
from tests.browser import in_both_themes
from tests.factories import AffiliationFactory, OrganisationFactory, PersonFactory

pytestmark = pytest.mark.browser

FINDER = "admin:missions_segment_finder"


@pytest.fixture
def companies(live_server):
    """17 home companies that export to Kazakhstan, 4 that say nothing, a university, a partner."""
    for number in range(17):
        company = OrganisationFactory(
            name=f"Export {number:02} GmbH", home=True, email=f"export{number}@example.org"
        )
        company.market_interests.create(country="KZ", status="exporting", as_of=date(2026, 1, 1))
        person = PersonFactory(email=f"person{number}@example.org")
        AffiliationFactory(organisation=company, person=person)
    for number in range(4):
        OrganisationFactory(name=f"Andere {number} GmbH", home=True)
    OrganisationFactory(name="Universität", home=True, kind="university")
    OrganisationFactory(name="Almaty Textil", country="KZ", city="Almaty")


def choose_home_companies(page):
    heading = page.locator("#finder-heading")
    expect(heading).to_contain_text("23")
    page.select_option("#f-home", "yes")
    expect(heading).to_contain_text("22")
    page.check("input[name=kind][value=company]")
    expect(heading).to_contain_text("21")


def test_invite_the_17_best_for_kazakhstan_without_leaving(page, login, project_manager, companies):
    login(page, project_manager)
    page.goto(reverse(FINDER))
    in_both_themes(page)
    choose_home_companies(page)
    page.fill("#f-for_country", "Kasachstan")
    page.press("#f-for_country", "Enter")
    expect(page.locator(".crm-fit b").first).to_have_text("40")
    expect(page.locator(".crm-finder-list tbody tr").first).to_contain_text("Export 00 GmbH")
    expect(page.locator(".crm-reasons").first).to_contain_text("Kasachstan")
    in_both_themes(page)
    address = page.url
    assert "for_country=KZ" in address

    page.click("a[data-invite]")
    dialog = page.locator("dialog.crm-invite-dialog")
    dialog.locator("input[name=target][value=new]").check()
    start = timezone.localdate() + timedelta(days=90)
    dialog.locator("[name=new-title_de]").fill("Unternehmensreise nach Kasachstan")
    dialog.locator("[name=new-title_en]").fill("Business trip to Kazakhstan")
    dialog.locator("[name=new-kind]").select_option("business_trip")
    dialog.locator("[name=new-starts_on]").fill(start.isoformat())
    dialog.locator("[name=new-country]").select_option("KZ")
    dialog.locator("input[name=whom][value=best]").check()
    dialog.locator("[name=number]").fill("17")
    dialog.locator("button[value=preview]").click()
    expect(dialog.locator("input[name=guest]:checked")).to_have_count(17)
    dialog.locator("button[value=invite]").click()
    expect(dialog.locator("[data-invite-done] .crm-note-good")).to_contain_text("17")

    mission = Mission.objects.get()
    invited = Participation.objects.filter(mission=mission, status="invited")
    assert sorted(p.organisation.name for p in invited.select_related("organisation")) == [
        f"Export {number:02} GmbH" for number in range(17)
    ]
    page.keyboard.press("Escape")
    assert page.url == address
    expect(page.locator("#finder-heading")).to_contain_text("21")


def test_the_address_can_be_reloaded_and_come_back_to(page, login, project_manager, companies):
    login(page, project_manager)
    page.goto(reverse(FINDER))
    choose_home_companies(page)
    page.fill("#f-q", "export 0")
    expect(page.locator("#finder-heading")).to_contain_text("10")
    page.reload()
    expect(page.locator("#finder-heading")).to_contain_text("10")
    assert page.input_value("#f-q") == "export 0"
    assert page.is_checked("input[name=kind][value=company]")
    page.locator(".crm-finder-list th a").first.click()
    page.wait_for_url("**/change/")
    page.go_back()
    expect(page.locator("#finder-heading")).to_contain_text("10")
    # Taking a criterion back finds more again.
    page.fill("#f-q", "")
    expect(page.locator("#finder-heading")).to_contain_text("21")


def test_an_error_is_said_at_its_field_and_goes_away(page, login, editor, companies):
    login(page, editor)
    page.goto(reverse(FINDER))
    page.fill("#f-country", "Atlantis")
    page.press("#f-country", "Enter")
    error = page.locator("[data-error=country]")
    expect(error).to_contain_text("Atlantis")
    expect(page.locator("#finder-heading")).to_contain_text("0 ")
    in_both_themes(page)
    page.fill("#f-country", "Kasachstan")
    page.press("#f-country", "Enter")
    expect(error).to_be_hidden()
    expect(page.locator("#finder-heading")).to_contain_text("1 ")
    # Off again by keyboard; the focus stays with the field.
    page.locator("[data-pick=country] .crm-picked input").press("Space")
    expect(page.locator("#finder-heading")).to_contain_text("23")
    assert page.evaluate("document.activeElement.id") == "f-country"


def test_only_the_newest_answer_counts(page, login, editor, companies):
    login(page, editor)
    page.goto(reverse(FINDER))
    held = []
    page.route("**/finder/?q=Universit*", lambda route: held.append(route))
    page.fill("#f-q", "Universität")
    expect(page.locator("#finder-results[aria-busy]")).to_be_attached()
    page.fill("#f-q", "Almaty")
    expect(page.locator("#finder-results tbody tr")).to_have_count(1)
    expect(page.locator("#finder-results")).to_contain_text("Almaty Textil")
    for route in held:
        route.abort()
    expect(page.locator("#finder-results")).to_contain_text("Almaty Textil")
    assert page.url.endswith("?q=Almaty")


def test_ticked_ones_are_kept_while_the_search_changes(page, login, editor, companies):
    login(page, editor)
    page.goto(reverse(FINDER))
    page.check("[aria-label='Almaty Textil']")
    page.check("[aria-label='Universität']")
    page.fill("#f-q", "Export")
    expect(page.locator("#finder-heading")).to_contain_text("17")
    expect(page.locator("[data-ticked-count]")).to_have_text("2")
    page.fill("#f-q", "")
    expect(page.locator("#finder-heading")).to_contain_text("23")
    assert page.is_checked("[aria-label='Almaty Textil']")
    page.click("[data-untick]")
    assert not page.is_checked("[aria-label='Almaty Textil']")


def test_a_search_is_kept_on_a_phone(phone_page, login, editor, companies):
    page = phone_page
    login(page, editor)
    page.goto(reverse(FINDER))
    page.tap(".crm-finder-all > summary")
    page.select_option("#f-home", "yes")
    expect(page.locator("#finder-heading")).to_contain_text("22")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    in_both_themes(page)
    page.tap("[data-keep]")
    page.fill("#keep-name", "Heimat")
    with page.expect_navigation():
        page.tap("#finder-keep button[type=submit]")
    segment = Segment.objects.get()
    assert (segment.name, segment.query) == ("Heimat", "home=yes")
    page.goto(segment.get_absolute_url())
    in_both_themes(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
