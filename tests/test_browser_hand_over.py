"""A colleague's work handed over on the desk and on a phone, by keyboard; and back again."""

import pytest
from django.urls import reverse

from missions.models import HandOver
from partners.models import Organisation
from tests.browser import in_both_themes
from tests.factories import FollowUpFactory, OrganisationFactory, ProjectFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def work(editor):
    kazakh = OrganisationFactory(owner=editor, name="Alageum", country="KZ")
    OrganisationFactory(owner=editor, name="UzTextilprom")
    FollowUpFactory(assignee=editor, organisation=kazakh)
    ProjectFactory(owner=editor, country="KZ")
    return editor


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_kazakhstan_passes_to_a_colleague_and_back(
    device, page, phone_page, login, work, project_manager
):
    page = phone_page if device == "phone" else page
    login(page, project_manager)
    page.goto(reverse("admin:missions_handover_add"))
    page.select_option("select[name=giver]", str(work.pk))
    in_both_themes(page)
    page.focus("button.crm-button-primary")
    page.keyboard.press("Enter")
    page.select_option("select[name=receiver]", str(project_manager.pk))
    page.focus(".crm-hand-over summary")
    page.keyboard.press("Enter")
    page.focus("input[name=countries][value=KZ]")
    page.keyboard.press("Space")
    in_both_themes(page)
    _fits(page)

    page.focus("[name=_preview]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=_hand_over]")
    in_both_themes(page)
    _fits(page)
    page.focus("[name=_hand_over]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    in_both_themes(page)
    assert Organisation.objects.get(name="Alageum").owner == project_manager
    assert Organisation.objects.get(name="UzTextilprom").owner == work

    page.click("a[href$='/undo/']")
    page.wait_for_url("**/undo/")
    in_both_themes(page)
    page.focus(".crm-hand-over .crm-button-primary")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Organisation.objects.get(name="Alageum").owner == work
    assert HandOver.objects.get().undone_by == project_manager


def _fits(page):
    """The page is not wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
