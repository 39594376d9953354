"""Inviting from the Partner-Finder in the browser: by keyboard, twice, and on a phone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from missions.models import Participation
from tests.browser import expect_console, in_both_themes
from tests.factories import (
    AffiliationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

FINDER = reverse("admin:missions_segment_finder") + "?home=yes"


@pytest.fixture
def mission(live_server):
    """A mission, two firms that can be invited, one without a contact, one on the list."""
    start = timezone.localdate() + timedelta(30)
    mission = MissionFactory(starts_on=start, ends_on=start, capacity=1)
    for name in ("Adler", "Bär"):
        person = PersonFactory(last_name=f"Von {name}", email=f"{name[0]}@example.org")
        organisation = OrganisationFactory(name=f"{name} <b>GmbH</b>", home=True)
        AffiliationFactory(organisation=organisation, person=person)
    OrganisationFactory(name="Celle", home=True)
    listed = OrganisationFactory(name="Dorn", home=True)
    ParticipationFactory(mission=mission, organisation=listed, status="declined")
    return mission


def open_dialog(page):
    page.goto(FINDER)
    link = page.locator("a[data-invite]").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] #invite-title")


def test_inviting_by_keyboard_without_leaving_the_finder(page, login, mission, editor):
    login(page, editor)
    open_dialog(page)
    address = page.url
    in_both_themes(page)

    expect_console(page, "status of 400")
    page.focus("dialog[open] button[value=preview]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] [aria-invalid=true]")
    assert page.evaluate("document.activeElement.name") == "mission"

    page.select_option("dialog[open] [name=mission]", str(mission.pk))
    page.focus("dialog[open] button[value=preview]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] [data-invite-preview]")
    in_both_themes(page)
    assert page.locator("dialog[open] input[name=guest]:checked").count() == 2
    assert not Participation.objects.filter(status="invited").exists()

    page.focus("dialog[open] input[name=guest]:not(:checked)")
    page.keyboard.press("Space")
    invite = page.locator("dialog[open] button[value=invite]")
    assert invite.inner_text().endswith("3")
    invite.dblclick()
    page.wait_for_selector("dialog[open] [data-invite-done] .crm-note-good")
    in_both_themes(page)
    assert Participation.objects.filter(mission=mission, status="invited").count() == 3

    with page.expect_download() as download:
        page.click("dialog[open] [data-invite-letters] button")
    assert download.value.suggested_filename.endswith(".xlsx")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.crm-invite-dialog", state="hidden")
    assert page.url == address
    assert page.evaluate("'invite' in document.activeElement.dataset")


def test_inviting_on_a_phone(phone_page, login, mission, editor):
    page = phone_page
    login(page, editor)
    open_dialog(page)
    page.select_option("dialog[open] [name=mission]", str(mission.pk))
    page.tap("dialog[open] button[value=preview]")
    page.wait_for_selector("dialog[open] [data-invite-preview]")
    assert page.evaluate("document.querySelector('dialog').scrollWidth <= window.innerWidth")
    for tick in page.locator("dialog[open] input[name=guest]").all():
        tick.uncheck()
    assert page.locator("dialog[open] button[value=invite]").is_disabled()
    page.tap("dialog[open] button[value=choose]")
    page.wait_for_selector("dialog[open] [name=mission]")
    assert page.input_value("dialog[open] [name=mission]") == str(mission.pk)
