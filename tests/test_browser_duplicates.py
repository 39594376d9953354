"""Entering what is already there: the warning appears while typing, and never stands in the way."""

import re
from contextlib import suppress

import pytest
from django.urls import reverse
from playwright.sync_api import Error, expect

from partners.duplicate_pairs import find_pairs
from partners.models import Organisation, OrganisationPair, Person
from tests.browser import in_both_themes
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def uztextilprom(db):
    return OrganisationFactory(name="UzTextilprom", kind="association")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_uztekstilprom_is_entered_in_spite_of_the_warning(
    size, page, phone_page, login, editor, uztextilprom
):
    page = page if size == "desk" else phone_page
    login(page, editor)
    page.goto(reverse("admin:partners_organisation_add"))
    box = page.locator(".crm-similar")
    expect(box).to_be_hidden()
    page.locator("#id_name").press_sequentially("Uztekstilprim")
    expect(box).to_contain_text("UzTextilprom")
    page.locator("#id_name").fill("Neftegaz")
    expect(box).to_be_hidden()
    page.locator("#id_name").fill("Uztekstilprom")
    link = box.get_by_role("link", name="UzTextilprom")
    expect(link).to_have_attribute("href", uztextilprom.get_absolute_url())
    expect(box.locator("[data-use]")).to_be_hidden()
    in_both_themes(page)
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]

    page.select_option("#id_country", "KZ")
    expect(box).to_be_hidden()  # the same name in another country is another company
    page.select_option("#id_country", "UZ")
    expect(box).to_be_visible()
    page.select_option("#id_kind", "association")
    page.locator("[name=_save]").first.click()
    # The rule of the house asks once about a twin; ticked, it is saved.
    page.locator("#id_same_name_checked").check()
    page.locator("[name=_save]").first.click()
    page.wait_for_url(re.compile(r"/organisation/(\?.*)?$"))
    assert Organisation.objects.filter(name="Uztekstilprom").exists()


def test_a_popup_hands_over_the_person_already_there(page, login, editor):
    person = PersonFactory(first_name="Zhanar", last_name="Sarsen")
    login(page, editor)
    page.goto(reverse("admin:missions_participation_add"))
    page.locator("[data-id=related-widget-wrapper-person] [x-on\\:click*=open]").first.click()
    with page.expect_popup() as opened:
        page.locator("#add_id_person").click()
    popup = opened.value
    popup.locator("#id_first_name").fill("Жанар")
    popup.locator("#id_last_name").press_sequentially("Сәрсен")
    use = popup.locator(".crm-similar [data-use]")
    expect(use).to_be_visible()
    use.focus()
    # The popup closes as the key goes down, maybe before it is reported as pressed.
    with popup.expect_event("close"), suppress(Error):
        popup.keyboard.press("Enter")
    expect(page.locator("#id_person")).to_have_value(str(person.pk))
    assert Person.objects.count() == 1


def test_a_pair_is_told_apart_by_keyboard(page, login, editor, uztextilprom):
    twin = OrganisationFactory(name="Uztekstilprom", same_name_checked=True)
    find_pairs(Organisation)
    login(page, editor)
    page.goto(reverse("admin:partners_organisationpair_changelist"))
    rows = page.locator("#result_list")
    expect(rows).to_contain_text(uztextilprom.name)
    expect(rows).to_contain_text(twin.name)
    in_both_themes(page)
    page.locator("button[formaction*=not-same]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#result_list")).to_have_count(0)
    assert OrganisationPair.objects.get().decided_by == editor
    in_both_themes(page)
    page.goto(page.url + "?decided=not_same")
    page.locator("button[formaction*=reopen]").click()
    expect(page.locator("#result_list")).to_have_count(0)
    page.goto(reverse("admin:partners_organisationpair_changelist"))
    expect(page.locator("#result_list")).to_contain_text(twin.name)


def test_the_review_list_fits_a_phone(phone_page, login, editor, uztextilprom):
    OrganisationFactory(name="Uztekstilprom", same_name_checked=True)
    find_pairs(Organisation)
    login(phone_page, editor)
    phone_page.goto(reverse("admin:partners_organisationpair_changelist"))
    expect(phone_page.locator("#result_list")).to_contain_text("Uztekstilprom")
    width = phone_page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]
    in_both_themes(phone_page)
