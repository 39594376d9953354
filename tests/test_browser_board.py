"""The board: a cooperation is moved by the keyboard alone, and dragged with the mouse."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from missions.models import Cooperation
from tests.browser import in_both_themes
from tests.factories import CooperationFactory, FollowUpFactory, OrganisationFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def cooperation(editor):
    made = CooperationFactory(
        home=OrganisationFactory(home=True, name="TITK"),
        partner=OrganisationFactory(name="UzTextilprom"),
        stage="introduced",
        owner=editor,
    )
    FollowUpFactory(
        cooperation=made, organisation=None, due_on=timezone.localdate() - timedelta(days=2)
    )
    return made


def column(page, stage):
    return page.locator(f"#board [data-stage={stage}]")


def test_a_cooperation_is_moved_by_keyboard_alone(page, login, editor, cooperation):
    login(page, editor)
    page.goto(reverse("admin:missions_cooperation_board"))
    in_both_themes(page)
    button = page.locator(f"[data-card='{cooperation.pk}'] [data-move]")

    # The dialog: a stage by the arrow keys, Enter saves, and the focus stays with the card.
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open] [value=identified]")).to_be_focused()
    expect(page.locator("dialog[open] [name=reason]")).not_to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    in_both_themes(page)
    page.keyboard.press("Enter")
    expect(column(page, "talks").locator(button)).to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("[data-board-said]")).to_have_text(re.compile("TITK – UzTextilprom: .+"))
    in_both_themes(page)
    cooperation.refresh_from_db()
    assert (cooperation.stage, cooperation.stage_since) == ("talks", timezone.localdate())

    # The arrow keys on the button, and Escape, which leaves it as it is.
    page.keyboard.press("ArrowRight")
    expect(column(page, "agreed").locator(button)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(column(page, "talks").locator(button)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    cooperation.refresh_from_db()
    assert cooperation.stage == "talks"


def test_a_cooperation_is_dragged_and_says_why_it_ends(
    page, phone_page, login, editor, cooperation
):
    login(page, editor)
    page.goto(reverse("admin:missions_cooperation_board"))
    card = page.locator(f"[data-card='{cooperation.pk}']")
    card.locator("p").first.drag_to(column(page, "active"))
    expect(column(page, "active").locator(card)).to_be_visible()

    # To the end: the dialog asks why, and the folded column opens.
    card.locator("p").first.drag_to(column(page, "ended"))
    reason = page.locator("dialog[open] [name=reason]")
    expect(reason).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open] .crm-error")).to_be_visible()
    expect(reason).to_be_focused()
    page.keyboard.type("Werk verkauft")
    # What is refused is said in the dialog.
    Cooperation.objects.get(pk=cooperation.pk).archive("doppelt")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open] .crm-note-bad")).to_be_visible()
    page.keyboard.press("Escape")
    Cooperation.objects.get(pk=cooperation.pk).restore()
    page.reload()
    card.locator("p").first.drag_to(column(page, "ended"))
    reason.fill("Werk verkauft")
    page.keyboard.press("Enter")
    expect(column(page, "ended").locator(card)).to_be_visible()
    cooperation.refresh_from_db()
    assert (cooperation.stage, cooperation.ended_reason) == ("ended", "Werk verkauft")

    # On a phone the columns stand below each other, and nothing is wider than the screen.
    login(phone_page, editor)
    phone_page.goto(reverse("admin:missions_cooperation_board"))
    assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone_page.locator("#board summary").last.tap()
    phone_page.locator(f"[data-card='{cooperation.pk}'] [data-move]").tap()
    phone_page.locator("dialog[open] [value=talks]").tap()
    phone_page.locator("dialog[open] [type=submit]").tap()
    expect(column(phone_page, "talks").locator(f"[data-card='{cooperation.pk}']")).to_be_visible()
