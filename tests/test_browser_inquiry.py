"""The answer to a parliamentary question, from the choice of missions to the file, by keyboard."""

import pytest
from django.urls import reverse

from tests.browser import in_both_themes
from tests.factories import MissionFactory, ParticipationFactory

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_missions_are_checked_and_the_answer_downloaded(
    device, page, phone_page, login, project_manager
):
    page = phone_page if device == "phone" else page
    mission = MissionFactory()
    ParticipationFactory(mission=mission, status="attended", role="head")
    ParticipationFactory(mission=mission, status="attended")
    login(page, project_manager)
    page.goto(reverse("admin:missions_mission_inquiry"))
    in_both_themes(page)
    page.focus("input[name=mission]")
    page.keyboard.press("Space")
    page.focus("button[name=check]")
    page.keyboard.press("Enter")
    page.wait_for_selector("button[name=file]")
    page.focus(".crm-inquiry-delegation summary")
    page.keyboard.press("Enter")
    in_both_themes(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    with page.expect_download() as download:
        page.focus("button[name=file][value=docx]")
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".docx")
