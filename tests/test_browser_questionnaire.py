"""A managing director answers on her phone, without JavaScript; staff confirm at the desk."""

import pytest
from playwright.sync_api import expect

from missions.questionnaires import path_of
from tests.browser import PHONE, assert_accessible, expect_console, in_both_themes
from tests.factories import (
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    QuestionnaireFactory,
)

pytestmark = pytest.mark.browser


def test_answered_on_the_phone_and_confirmed_at_the_desk(open_page, page, login, editor):
    home, mission = OrganisationFactory(home=True, name="Muster AG"), MissionFactory()
    cooperation = CooperationFactory(
        home=home,
        partner=OrganisationFactory(name="Przykład Tech"),
        origin_mission=mission,
        stage="talks",
    )
    questionnaire = QuestionnaireFactory(
        participation=ParticipationFactory(
            mission=mission,
            organisation=home,
            person=PersonFactory(first_name="Erika", last_name="Direktorin", language="de"),
            status="attended",
        )
    )

    phone = open_page(**PHONE, java_script_enabled=False)
    phone.goto(path_of(questionnaire))
    phone.get_by_role("button").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    phone.get_by_label("5", exact=True).check()
    phone.locator("[name=contracts]").fill("2")
    phone.locator("[name=contracts_value_eur]").fill("1.250.000")
    phone.locator(f"[name=stage-{cooperation.pk}]").select_option("active")
    phone.get_by_role("button").click()
    expect(phone.get_by_role("status")).to_be_visible()
    expect_console(phone, "status of 410")
    phone.goto(path_of(questionnaire))
    expect(phone.locator("form")).to_have_count(0)

    login(page, editor)
    questionnaire.refresh_from_db()
    page.goto(questionnaire.get_absolute_url())
    decide = page.locator(".crm-decide")
    expect(decide).to_contain_text("Przykład Tech")
    in_both_themes(page)
    page.set_viewport_size(PHONE["viewport"])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"]
    decide.locator("[name=take_over]").focus()
    expect(decide.locator("[name=take_over]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Telefonisch bestätigt")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    questionnaire.refresh_from_db()
    cooperation.refresh_from_db()
    assert (questionnaire.status, questionnaire.decided_by) == ("confirmed", editor)
    assert (questionnaire.contracts, questionnaire.contracts_value_eur) == (2, 1_250_000)
    assert questionnaire.decision_note == "Telefonisch bestätigt"
    assert cooperation.stage == "active"


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_page_of_the_link_is_accessible(open_page, color_scheme):
    home, mission = OrganisationFactory(home=True), MissionFactory()
    CooperationFactory(home=home, origin_mission=mission)
    questionnaire = QuestionnaireFactory(
        participation=ParticipationFactory(mission=mission, organisation=home)
    )
    page = open_page(**PHONE, color_scheme=color_scheme)
    page.goto(path_of(questionnaire))
    assert_accessible(page)
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
