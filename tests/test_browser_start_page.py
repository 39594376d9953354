"""The start page in Chromium: what matters stands first, fits, and is reached and done by keys."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from missions.models import FollowUp
from missions.radar import find_leads
from tests.browser import DESKTOP, PHONE, in_both_themes
from tests.factories import (
    AppointmentFactory,
    CooperationFactory,
    FollowUpFactory,
    MissionFactory,
    ParticipationFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

INDEX = reverse("admin:index")
CARDS = ["start-follow-ups", "start-appointments", "start-to-decide", "start-calls"]


@pytest.fixture
def morning(project_manager):
    """What a project manager finds at half past eight."""
    now, today = timezone.now(), timezone.localdate()
    mission = MissionFactory(
        starts_on=today, ends_on=today + timedelta(days=3), owner=project_manager, capacity=9
    )
    AppointmentFactory(
        mission=mission, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2)
    )
    ParticipationFactory(mission=mission, status="applied")
    for days in (-3, 0, 2):
        FollowUpFactory(assignee=project_manager, due_on=today + timedelta(days=days))
    CooperationFactory(stage="active")
    find_leads(today)


@pytest.fixture
def start(login, project_manager, morning):
    def open_(page):
        login(page, project_manager)
        page.goto(INDEX)
        page.locator("#start-follow-ups").wait_for()
        return page

    return open_


def test_fits_the_desk_and_the_phone_in_both_themes(start, page):
    """What is urgent comes first, and nothing sticks out."""
    start(page)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size["viewport"])
        in_both_themes(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # One column on the phone: each card below the one before.
    boxes = [page.locator(f"section:has(> #{name})").bounding_box() for name in CARDS]
    boxes.append(page.locator("section:has(> #start-missions)").bounding_box())
    for above, below in pairwise(boxes):
        assert below["y"] >= above["y"] + above["height"]
    urgent = page.locator("#start-urgent").bounding_box()
    assert urgent["y"] + urgent["height"] < PHONE["viewport"]["height"]


def test_by_keys_from_a_figure_to_its_list_and_a_follow_up_done_in_place(start, page):
    start(page)
    first = page.locator("#start-urgent a").first
    first.focus()
    shown = int(first.locator("strong").inner_text())
    page.keyboard.press("Enter")
    page.locator("#result_list").wait_for()
    assert page.locator("#result_list tbody tr").count() == shown == 1
    page.go_back()
    done = page.locator("#start-follow-ups-card [data-follow-up-act=now]").first
    done.focus()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Enter")
    # The figure, the card, and whom to call follow at once.
    page.locator("#start-urgent a").first.filter(has_text="0").wait_for()
    page.locator(".crm-follow-up-strip [data-follow-up-note]").wait_for()
    assert page.locator("#start-follow-ups-card li").count() == 2
    assert page.locator("#start-calls-card li").count() == 0
    assert FollowUp.objects.done().count() == 1
