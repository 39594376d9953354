"""A signing ceremony on a phone: two agreements that were planned, and one entered on the spot."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from missions.models import Agreement
from tests.browser import expect_console, in_both_themes
from tests.factories import (
    AgreementFactory,
    AppointmentFactory,
    MissionFactory,
    OrganisationFactory,
    StopFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


ZONE = ZoneInfo("Asia/Tashkent")


def today_there():
    return timezone.localdate(timezone=ZONE)


@pytest.fixture
def mission(live_server):
    """A mission that is on today in Tashkent, with three agreements planned."""
    today = today_there()
    mission = MissionFactory(starts_on=today - timedelta(2), ends_on=today + timedelta(2))
    stop = StopFactory(mission=mission, city="Taschkent", country="UZ", timezone=ZONE.key)
    starts_at = datetime.combine(today, time(12), ZONE)
    AppointmentFactory(
        mission=mission, stop=stop, kind="signing", title="Im Ministerium",
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=1),
    )  # fmt: skip
    for number in range(3):
        agreement = AgreementFactory(mission=mission, title=f"Absicht {number}")
        for side, home in (("home", True), ("foreign", False)):
            agreement.parties.create(side=side, organisation=OrganisationFactory(home=home))
    OrganisationFactory(name="Institut für Textilforschung", short_name="TITK", home=True)
    OrganisationFactory(name="Usbekischer Textilverband", short_name="UzTextilprom")
    return mission


def choose(page, name, text):
    """Choose by what is typed, as in every field with suggestions."""
    page.tap(f"#content [name={name}] + .select2")
    # Into the field itself: it takes the focus a moment after the tap.
    page.fill(".select2-container--open .select2-search__field", text)
    # Typed into the field itself: it takes the focus a moment after the tap.
    page.fill(".select2-container--open .select2-search__field", text)
    page.wait_for_selector(f".select2-results__option--highlighted:has-text('{text}')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#content [name={name}] + .select2 >> text={text}")


def test_three_agreements_are_signed_in_one_ceremony(phone_page, login, mission, editor):
    page = phone_page
    login(page, editor)
    page.goto(mission.get_absolute_url())
    address = f"{reverse('admin:missions_agreement_ceremony')}?mission={mission.pk}"
    page.tap(f"#content a[href='{address}']")
    page.wait_for_selector("[data-ceremony]")
    in_both_themes(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.input_value("[name=day]") == today_there().isoformat()
    assert page.input_value("[name=place]").startswith("appointment-")

    page.tap("label:has-text('Absicht 0')")
    page.tap("label:has-text('Absicht 2')")
    choose(page, "new-0-home_organisation", "TITK")
    # The second side comes with the next row, and the first is left incomplete.
    page.tap("[data-ceremony-add]")
    choose(page, "new-1-home_organisation", "TITK")
    choose(page, "new-1-foreign_organisation", "UzTextilprom")
    assert "TITK – UzTextilprom" in page.get_attribute("[name=new-1-title]", "placeholder")
    page.select_option("[name=new-1-field]", "research")
    expect_console(page, "status of 400")
    page.tap("[data-ceremony] button[type=submit]")
    page.wait_for_selector(".crm-ceremony-row .crm-error")
    in_both_themes(page)
    assert not Agreement.objects.filter(status="signed").exists()

    # What was ticked and typed is there; the row that is too much is left out.
    page.check("[name=new-0-DELETE]")
    page.tap("[data-ceremony] button[type=submit]")
    page.wait_for_selector("[data-ceremony-signed]")
    assert page.locator("[data-ceremony-signed] tbody tr").count() == 3
    in_both_themes(page)
    signed = Agreement.objects.filter(status="signed", signed_on=today_there())
    assert signed.count() == 3
    made = signed.get(parties__organisation__short_name="UzTextilprom")
    assert made.signed_stop.city == "Taschkent" and made.cooperation.stage == "agreed"
    page.tap(f"#content a[href='{made.get_absolute_url()}']")
    page.wait_for_selector(".crm-panel .crm-road")
    in_both_themes(page)
