"""The Bilanz in Chromium: read it, click a number, count the rows; charts drawn, none refused."""

import pytest
from django.urls import reverse

from legcrm.core import invented
from tests.browser import PHONE, in_both_themes
from tests.factories import AgreementFactory, MissionFactory, ParticipationFactory, StopFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Whether the theme has drawn something on each canvas of the page.
DRAWN = """() => [...document.querySelectorAll('canvas.chart')].map(canvas => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.some(value => value > 0);
})"""


@pytest.fixture
def trip(db):
    earlier = MissionFactory(title_de="Frühere Reise", starts_on="2021-04-01", ends_on=None)
    trip = MissionFactory(title_de="Delegationsreise nach Zentralasien", announced_agreements=10)
    for mission, agreements in ((earlier, 2), (trip, 11)):
        StopFactory(mission=mission)
        ParticipationFactory.create_batch(
            4, mission=mission, status="attended", source=invented.SOURCE
        )
        for number in range(agreements):
            AgreementFactory(
                mission=mission, field="university" if number < 6 else "economic", status="agreed"
            )
    return trip


def test_read_the_bilanz_and_click_a_number(trip, page, login, reader):
    login(page, reader)
    page.goto(reverse("admin:missions_mission_change", args=[trip.pk]))
    page.locator(
        f'.crm-actions a[href="{reverse("admin:missions_mission_balance", args=[trip.pk])}"]'
    ).click()
    page.locator(".crm-headlines").wait_for()
    assert page.locator(".crm-headline strong").all_inner_texts() == ["4", "4", "0", "11", "0"]
    assert page.evaluate(DRAWN) == [True, True]
    in_both_themes(page)
    page.set_viewport_size(PHONE["viewport"])
    page.wait_for_timeout(500)  # a chart takes its new size a moment after the window
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    in_both_themes(page)

    page.locator(".crm-headline p a").get_by_text("6 ").click()
    page.locator("#result_list").wait_for()
    assert page.locator("#result_list tr.data-row, #result_list tbody tr").count() == 6


def test_compare_missions_and_sort_them(trip, page, login, reader):
    login(page, reader)
    page.goto(reverse("admin:missions_mission_comparison"))
    rows = page.locator(".crm-comparison tbody th")
    assert rows.all_inner_texts() == ["Frühere Reise", trip.title_de]
    assert page.evaluate(DRAWN) == [True]
    in_both_themes(page)
    page.locator('.crm-comparison thead a[href*="sort=-agreements"]').click()
    page.wait_for_url("**sort=-agreements**")
    assert rows.all_inner_texts() == [trip.title_de, "Frühere Reise"]
    page.select_option("select[name=by]", "year")
    page.locator(".crm-comparison-form button[type=submit]").click()
    page.wait_for_url("**by=year**")
    assert rows.first.inner_text().startswith("2021")
    page.set_viewport_size(PHONE["viewport"])
    page.wait_for_timeout(500)  # a chart takes its new size a moment after the window
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    in_both_themes(page)
