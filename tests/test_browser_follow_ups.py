"""The morning: what was promised is done, put off and handed over without leaving the list."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from missions.models import FollowUp
from tests.browser import expect_console, in_both_themes
from tests.factories import FollowUpFactory, InteractionFactory, OrganisationFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def promised(editor):
    """Four follow-ups of the editor, the first of them overdue."""
    organisation = OrganisationFactory(name="UzTextilprom")
    InteractionFactory(organisations=[organisation], subject="Spinnversuche")
    today = timezone.localdate()
    return [
        FollowUpFactory(
            assignee=editor, organisation=organisation, what=what, due_on=today + timedelta(days)
        )
        for days, what in enumerate(("Muster senden", "Anrufen", "Angebot", "Einladen"), start=-1)
    ]


def row(page, follow_up):
    return page.locator("#result_list tr.data-row", has_text=follow_up.what)


def next_friday():
    today = timezone.localdate()
    return today + timedelta((4 - today.weekday() - 1) % 7 + 1)


def test_done_put_off_and_handed_over_by_keyboard(page, login, editor, project_manager, promised):
    samples, call, offer, invite = promised
    login(page, editor)
    address = reverse("admin:missions_followup_changelist") + "?assignee=me&q=n"
    page.goto(address)
    page.locator("tr.data-row", has_text=invite.what).locator(".action-select").check()

    # Done: one key, then what came of it.
    row(page, samples).locator("[data-follow-up-act=now]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".crm-follow-up-note [name=outcome]")).to_be_focused()
    expect(row(page, samples)).to_have_count(0)
    page.keyboard.type("Per Post")
    page.keyboard.press("Enter")
    expect(page.locator(".crm-follow-up-note [name=outcome]")).to_have_count(0)
    samples.refresh_from_db()
    assert (samples.done_by, samples.outcome) == (editor, "Per Post")

    # Put off: a word that is no day first.
    row(page, call).locator("[data-follow-up-act=ask]").first.focus()
    page.keyboard.press("Enter")
    day = page.locator(".crm-follow-up-dialog input[name=day]")
    expect(day).to_be_focused()
    page.keyboard.type("bald")
    page.keyboard.press("Enter")
    expect(page.locator(".crm-follow-up-dialog .crm-error")).to_be_visible()
    expect(day).to_be_focused()
    in_both_themes(page)
    day.fill("Freitag")
    page.keyboard.press("Enter")
    expect(page.locator(".crm-follow-up-dialog")).not_to_be_visible()
    friday = next_friday()
    expect(row(page, call)).to_contain_text(f"{friday:%d.%m.%Y}")
    call.refresh_from_db()
    assert call.due_on == friday

    # Handed over; Escape first leaves it as it was.
    hand_over = row(page, offer).locator("[data-follow-up-act=ask]").last
    hand_over.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".crm-follow-up-dialog select")).to_be_focused()
    page.keyboard.press("Escape")
    expect(hand_over).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(".crm-follow-up-dialog select").select_option(str(project_manager.pk))
    page.fill(".crm-follow-up-dialog [name=note]", "Ich bin verreist.")
    page.locator(".crm-follow-up-dialog button[type=submit]").press("Enter")
    expect(row(page, offer)).to_have_count(0)
    offer.refresh_from_db()
    assert offer.assignee == project_manager and "Ich bin verreist." in offer.note

    # The list is where it was, with what had been ticked.
    assert page.url.endswith(address)
    expect(row(page, invite).locator(".action-select")).to_be_checked()
    in_both_themes(page)


def test_on_the_phone_done_and_taken_back(phone_page, login, editor, promised):
    page, samples = phone_page, promised[0]
    login(page, editor)
    page.goto(reverse("admin:missions_followup_changelist"))
    row(page, samples).locator("[data-follow-up-act=now]").tap()
    expect(row(page, samples)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    in_both_themes(page)
    page.locator(".crm-follow-up-note form:not(:has([name=outcome])) button").tap()
    expect(page.locator(".crm-follow-up-note form")).to_have_count(0)
    samples.refresh_from_db()
    assert samples.done_at is None

    page.goto(reverse("admin:missions_followup_calendar"))
    due_today = promised[1]
    page.locator(".crm-calendar-today summary", has_text=due_today.what).tap()
    in_both_themes(page)
    page.locator("details[open] [data-follow-up-act=now]").tap()
    expect(page.locator(".crm-calendar-done", has_text=due_today.what)).to_be_visible()
    assert FollowUp.objects.done().get() == due_today
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_connection_is_lost(page, login, editor, promised):
    login(page, editor)
    page.goto(reverse("admin:missions_followup_changelist"))
    page.context.set_offline(True)
    expect_console(page, "ERR_INTERNET_DISCONNECTED")
    row(page, promised[0]).locator("[data-follow-up-act=now]").click()
    expect(page.locator(".crm-follow-up-note.crm-note-bad")).to_be_visible()
    page.context.set_offline(False)
    row(page, promised[0]).locator("[data-follow-up-act=now]").click()
    expect(row(page, promised[0])).to_have_count(0)
    assert FollowUp.objects.done().count() == 1
