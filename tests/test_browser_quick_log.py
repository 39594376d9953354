"""The quick log in the browser: three taps on a phone, no connection, no session, by keyboard."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from missions.models import FollowUp, Interaction
from partners.models import Organisation
from tests.browser import expect_console, in_both_themes
from tests.conftest import PASSWORD
from tests.factories import CooperationFactory, OrganisationFactory

pytestmark = pytest.mark.browser

OPEN = ".crm-log-open"
FORM = "form[data-quick-log]"
WHOM = "#log-whom"
CHIPS = "[data-log-chips] > li"
HITS = "#log-hits [role=option]"
SAVE = "[data-log-save]"
STATE = "[data-log-state]"
TOASTS = "[data-log-toasts]"
SAVED = "[data-log-toasts] .crm-log-good"
# What Chromium itself says of a request that got no answer.
NO_ANSWER = "net::ERR_"


@pytest.fixture
def pair(transactional_db):
    titk = OrganisationFactory(home=True, name="Textilinstitut", short_name="TITK")
    uztextilprom = OrganisationFactory(name="UzTextilprom", kind="association")
    return CooperationFactory(home=titk, partner=uztextilprom)


class Hand:
    """A thumb: it types, and counts its taps."""

    def __init__(self, page):
        self.page = page
        self.taps = 0

    def tap(self, selector):
        self.page.tap(selector)
        self.taps += 1

    def type(self, text):
        self.page.keyboard.type(text, delay=10)


def save_address(url):
    return url.endswith(reverse("admin:missions_interaction_log"))


def log_a_meeting(hand):
    """Tap, type, tap, type, tap: the talk of the issue."""
    page = hand.page
    hand.tap(OPEN)
    expect(page.locator(WHOM)).to_be_focused()
    hand.type("titk")
    page.keyboard.press("Enter")
    expect(page.locator(CHIPS)).to_have_count(1)
    hand.type("uztex")
    page.keyboard.press("Enter")
    expect(page.locator(CHIPS)).to_have_count(2)
    page.keyboard.press("Enter")
    hand.type("Spinnversuche in Rudolstadt vereinbart. Garn kommt im Januar.")
    hand.tap("#log-step")
    hand.type("Muster schicken")
    page.keyboard.press("Enter")
    hand.type("Freitag")
    expect(page.locator("[data-log-due]")).to_contain_text("Fr")
    hand.tap(SAVE)


def assert_saved_once(pair, editor):
    contact = Interaction.objects.get()
    assert contact.subject == "Spinnversuche in Rudolstadt vereinbart"
    assert contact.notes.endswith("Garn kommt im Januar.")
    assert contact.kind == "meeting" and list(contact.staff.all()) == [editor]
    assert set(contact.organisations.all()) == {pair.home, pair.partner}
    assert contact.cooperation == pair
    step = FollowUp.objects.get()
    assert (step.what, step.assignee) == ("Muster schicken", editor)
    assert step.due_on.isoweekday() == 5
    assert 0 < (step.due_on - timezone.localdate()).days <= 7


@pytest.mark.parametrize("cut", ["before it arrives", "after it is saved"])
def test_three_taps_and_a_connection_that_is_lost(phone_page, login, editor, pair, cut):
    page = phone_page
    login(page, editor)
    expect_console(page, NO_ANSWER)
    cuts = []

    def cut_off(route):
        cuts.append(route)
        if cut == "after it is saved":
            route.fetch()
        route.abort("connectionreset")

    page.route(save_address, cut_off)
    hand = Hand(page)
    log_a_meeting(hand)
    assert hand.taps <= 3

    expect(page.locator(STATE).get_by_role("button")).to_be_visible()
    assert cuts and Interaction.objects.count() == (1 if cut == "after it is saved" else 0)
    page.unroute(save_address)
    # By itself, without another tap.
    expect(page.locator(SAVED)).to_contain_text("Spinnversuche in Rudolstadt")
    assert_saved_once(pair, editor)
    expect(page.locator(FORM)).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('crm-log:'))") == []


def test_offline_it_waits_and_is_sent_from_the_next_page(phone_page, login, editor, pair):
    page = phone_page
    login(page, editor)
    expect_console(page, NO_ANSWER)
    hand = Hand(page)
    page.route(save_address, lambda route: route.abort("internetdisconnected"))
    log_a_meeting(hand)
    expect(page.locator(STATE).get_by_role("button")).to_be_visible()
    in_both_themes(page)
    page.tap("[data-log-close]")
    expect(page.locator(TOASTS)).to_contain_text("Spinnversuche")
    assert not Interaction.objects.exists()
    # The phone is put away; later another page is opened.
    page.goto("about:blank")
    page.unroute(save_address)
    page.goto(reverse("admin:missions_mission_changelist"))
    expect(page.locator(SAVED)).to_contain_text("Spinnversuche in Rudolstadt")
    assert_saved_once(pair, editor)


def test_the_session_expires_while_it_is_typed(phone_page, login, editor, pair):
    page = phone_page
    login(page, editor)
    expect_console(page, "status of 401")
    hand = Hand(page)
    hand.tap(OPEN)
    hand.type("titk")
    page.keyboard.press("Enter")
    expect(page.locator(CHIPS)).to_have_count(1)
    page.keyboard.press("Enter")
    hand.type("Spinnversuche")
    Session.objects.all().delete()
    hand.tap(SAVE)
    link = page.locator(STATE).get_by_role("link")
    with page.expect_popup() as opened:
        link.tap()
    login_page = opened.value
    login_page.fill("input[name=username]", editor.username)
    login_page.fill("input[name=password]", PASSWORD)
    login_page.press("input[name=password]", "Enter")
    login_page.wait_for_url(f"**{reverse('admin:index')}")
    # Whichever tab is first: one record.
    expect(page.locator(FORM)).to_be_hidden()
    assert Interaction.objects.get().subject == "Spinnversuche"


def test_by_keyboard_alone(page, login, editor, pair):
    login(page, editor)
    page.goto(pair.partner.get_absolute_url())
    page.keyboard.press("n")
    expect(page.locator(WHOM)).to_be_focused()
    expect(page.locator(WHOM)).to_have_value("")
    expect(page.locator(CHIPS)).to_contain_text(["UzTextilprom"])
    page.keyboard.type("titk", delay=20)
    expect(page.locator(HITS).first).to_have_attribute("aria-selected", "true")
    in_both_themes(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Muster gesehen. Nächster Schritt: Vertrag senden bis übermorgen")
    expect(page.locator("#log-step")).to_have_value("Vertrag senden")
    expect(page.locator("#log-due")).to_have_value("übermorgen")
    page.keyboard.press("Control+Enter")
    expect(page.locator(SAVED).get_by_role("link").first).to_be_visible()
    contact = Interaction.objects.get()
    assert set(contact.organisations.all()) == {pair.home, pair.partner}
    assert FollowUp.objects.get().what == "Vertrag senden"
    page.keyboard.press("n")
    expect(page.locator(FORM)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(FORM)).to_be_hidden()


def test_a_draft_a_refusal_and_a_partner_entered_on_the_spot(page, login, editor, pair):
    login(page, editor)
    expect_console(page, "status of 422")
    page.keyboard.press("n")
    page.keyboard.type("UZTextilprom GmbH", delay=5)
    page.locator(HITS).get_by_text("UZTextilprom GmbH").first.click()
    expect(page.locator("#log-new-name")).to_have_value("UZTextilprom GmbH")
    # It looks like the one that is there.
    expect(page.locator("[data-log-similar]")).to_contain_text("UzTextilprom")
    page.fill("#log-new-name", "UzTextilprom")
    page.locator("#log-new-country").select_option("UZ")
    in_both_themes(page)
    page.locator("[data-new-add]").click()
    page.fill("#log-text", "Entwurf")
    page.goto(reverse("admin:missions_interaction_changelist"))
    page.locator(OPEN).click()
    expect(page.locator("[data-log-draft]")).to_be_visible()
    expect(page.locator("#log-text")).to_have_value("Entwurf")
    expect(page.locator(CHIPS)).to_have_count(1)
    page.fill("#log-step", "Anrufen")
    page.fill("#log-due", "irgendwann")
    page.locator(SAVE).click()
    expect(page.locator("#log-due-error")).to_contain_text("irgendwann")
    expect(page.locator("[data-twin]")).to_be_focused()
    page.keyboard.press("Enter")
    page.fill("#log-due", "in 2 Wochen")
    page.locator(SAVE).click()
    expect(page.locator(SAVED)).to_contain_text("Entwurf")
    twin = Organisation.objects.get(name="UzTextilprom", same_name_checked=True)
    assert list(Interaction.objects.get().organisations.all()) == [twin]
