"""The chain of missions in Chromium: read it, click a number, count the rows; and on the phone."""

from datetime import date

import pytest
from django.urls import reverse

from missions.models import MissionLink
from tests.browser import PHONE, in_both_themes
from tests.factories import AgreementFactory, MissionFactory, ParticipationFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def trip(db):
    online = MissionFactory(kind="online_mission", starts_on=date(2022, 4, 22), ends_on=None)
    trip = MissionFactory(title_de="Delegationsreise nach Zentralasien")
    MissionLink(mission=trip, earlier=online).save()
    places = ParticipationFactory.create_batch(3, mission=online, status="attended")
    for place in places[:2]:
        ParticipationFactory(mission=trip, organisation=place.organisation, status="attended")
    agreement = AgreementFactory(mission=trip, status="agreed", agreed_on=date(2023, 4, 28))
    agreement.parties.create(side="home", organisation=places[0].organisation)
    return trip


def test_read_the_funnel_and_click_a_number(trip, page, login, reader):
    login(page, reader)
    page.goto(reverse("admin:missions_mission_change", args=[trip.pk]))
    funnel = reverse("admin:missions_mission_funnel", args=[trip.pk])
    page.locator(f'.crm-actions a[href="{funnel}"]').click()
    page.locator(".crm-chain").wait_for()
    assert page.locator(".crm-chain-count strong").all_inner_texts() == ["3", "2", "0", "1", "0"]
    step = page.locator(".crm-funnel-figures tr:nth-child(2) td").first.inner_text()
    assert "67 %" in step and "366" in step
    assert page.locator(".crm-funnel-mark").count() == 6
    page.locator(".crm-lineage-each summary").click()
    in_both_themes(page)
    page.set_viewport_size(PHONE["viewport"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    in_both_themes(page)

    page.set_viewport_size({"width": 1400, "height": 900})
    page.locator(".crm-funnel-figures tr:nth-child(2) td a").first.click()
    page.locator("#result_list").wait_for()
    assert page.locator("#result_list tr.data-row, #result_list tbody tr").count() == 2
