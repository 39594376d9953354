"""Merging two copies of TITK: side by side, by keyboard alone, on a phone; and back again."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from partners.models import Merge, Organisation
from tests.browser import in_both_themes
from tests.factories import (
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def copies(db):
    name = "Thüringisches Institut für Textil- und Kunststoff-Forschung"
    kept = OrganisationFactory(home=True, name=name, short_name="TITK", notes="erste Notiz")
    copy = OrganisationFactory(
        home=True, name="TITK Rudolstadt", short_name="TITK e.V.", city="Rudolstadt",
        notes="zweite Notiz", website="https://titk.example",
    )  # fmt: skip
    partner = OrganisationFactory(name="UzTextilprom")
    CooperationFactory(home=kept, partner=partner, stage="talks")
    CooperationFactory(home=copy, partner=partner, stage="active")
    trip = MissionFactory(title_de="Delegation 2023")
    ParticipationFactory(mission=trip, organisation=kept, person=None)
    ParticipationFactory(mission=trip, organisation=copy, person=None, status="attended")
    return kept, copy


def test_merge_by_keyboard_and_undo(page, login, project_manager, copies):
    kept, copy = copies
    login(page, project_manager)
    page.goto(reverse("admin:partners_organisation_merge") + f"?first={copy.pk}")
    in_both_themes(page)
    # The combo box, its words, the first answer, and on to the button.
    page.locator(".select2-selection").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("thüringisches institut")
    # Not the record itself, which stands first until the words have been looked for.
    other = re.compile(r"TITK(?! e\.V\.)")
    answer = page.locator(".select2-results__option--highlighted", has_text=other)
    expect(answer).to_have_count(1)
    page.keyboard.press("Enter")
    page.locator("#content button[type=submit].crm-button-primary").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**second=*")

    expect(page.locator(".crm-merge")).to_contain_text("Delegation 2023")
    in_both_themes(page)
    # Each field is one group of radio buttons: arrows choose within it.
    city = page.locator("input[name='choice-city']")
    page.locator("input[name='choice-city']:checked").focus()
    page.keyboard.press("ArrowLeft")
    assert city.first.is_checked()
    page.locator("[name=_merge]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url(f"**/organisation/{kept.pk}/change/")
    assert Organisation.objects.get(pk=kept.pk).city == "Erfurt"

    undo = page.locator(".crm-message-link")
    undo.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    in_both_themes(page)
    page.locator("#content button.crm-button-primary").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert not Organisation.objects.get(pk=copy.pk).is_archived
    assert Merge.objects.get().undone_by == project_manager

    page.goto(reverse("admin:partners_merge_change", args=[Merge.objects.get().pk]))
    in_both_themes(page)
    page.goto(reverse("admin:partners_merge_changelist"))
    in_both_themes(page)


def test_merge_on_a_phone(phone_page, login, project_manager, copies):
    kept, copy = copies
    page = phone_page
    login(page, project_manager)
    page.goto(reverse("admin:partners_organisation_merge") + f"?first={kept.pk}&second={copy.pk}")
    in_both_themes(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "nothing may be wider than the phone"
    page.locator("input[name='choice-short_name'][value=loser]").check()
    page.locator("[name=_merge]").click()
    page.wait_for_url(f"**/organisation/{kept.pk}/change/")
    assert Organisation.objects.get(pk=kept.pk).short_name == "TITK e.V."
