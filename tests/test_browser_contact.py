"""The daily act: log in, log a contact with TITK and UzTextilprom, find it again by country."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from missions.models import Interaction
from tests.browser import expect_console, in_both_themes
from tests.factories import CooperationFactory, OrganisationFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def pair(db):
    titk = OrganisationFactory(
        home=True, name="Thüringisches Institut für Textil- und Kunststoff-Forschung",
        short_name="TITK", kind="research_institute",
    )  # fmt: skip
    uztextilprom = OrganisationFactory(name="UzTextilprom", kind="association")
    uztextilprom.names.create(text="Ўзтўқимачиликсаноат", language="uz-Cyrl")
    CooperationFactory(home=titk, partner=uztextilprom, field="economic", stage="talks")
    return titk, uztextilprom


def choose(page, field, term, label):
    """Pick ``label`` in an autocomplete after typing ``term``."""
    page.locator(f".field-{field} .select2-selection").click()
    page.locator(".select2-search__field:focus").fill(term)
    page.locator(".select2-results__option", has_text=label).first.click()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_log_a_contact_and_find_it_by_country(size, page, phone_page, login, editor, pair):
    page = page if size == "desk" else phone_page
    login(page, editor)
    page.goto(reverse("admin:missions_interaction_add"))
    page.fill("#id_subject", "Spinnversuche in Rudolstadt")
    choose(page, "organisations", "titk", "TITK")
    choose(page, "organisations", "o'zto'qimachilik", "UzTextilprom")
    page.locator("[name=_save]").first.click()
    expect(page.locator("body")).to_contain_text("Spinnversuche in Rudolstadt")

    contact = Interaction.objects.get()
    assert set(contact.organisations.all()) == set(pair)
    assert list(contact.staff.all()) == [editor]
    assert contact.cooperation is not None, "both sides of one cooperation: it is theirs"
    assert contact.created_by == editor

    page.goto(reverse("admin:missions_interaction_changelist") + "?country=UZ")
    expect(page.locator("#result_list")).to_contain_text("Spinnversuche in Rudolstadt")
    page.goto(reverse("admin:missions_interaction_changelist") + "?country=KZ")
    expect(page.locator("body")).not_to_contain_text("Spinnversuche in Rudolstadt")
    page.goto(reverse("admin:missions_cooperation_changelist"))
    expect(page.locator("#result_list")).to_contain_text("TITK")


def test_two_browsers_edit_titk(open_page, login, editor, project_manager, pair):
    titk, _partner = pair
    first, second = open_page(), open_page(reduced_motion="reduce")
    expect_console(second, "status of 409")
    address = reverse("admin:partners_organisation_change", args=[titk.pk])
    for page, user in ((first, editor), (second, project_manager)):
        login(page, user)
        page.goto(address)
    first.fill("#id_short_name", "TITK e.V.")
    first.locator("[name=_save]").first.click()
    first.wait_for_url(re.compile(r"/organisation/(\?.*)?$"))

    second.fill("#id_short_name", "TITK Rudolstadt")
    second.locator("[name=_save]").first.click()

    expect(second.locator("#conflict-form")).to_contain_text("TITK e.V.")
    expect(second.locator("#conflict-form")).to_contain_text("TITK Rudolstadt")
    expect(second.locator("#content")).to_contain_text("Tobias Lenz")
    in_both_themes(second)
    titk.refresh_from_db()
    assert titk.short_name == "TITK e.V."

    second.locator("[name=_save]").click()
    second.wait_for_url(re.compile(r"/organisation/(\?.*)?$"))
    titk.refresh_from_db()
    assert titk.short_name == "TITK Rudolstadt"
