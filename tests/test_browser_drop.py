"""An e-mail dropped on the quick log in the browser."""

import base64

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from missions.models import Interaction
from tests import dropped_files as dropped
from tests.browser import expect_console, in_both_themes
from tests.factories import AffiliationFactory, OrganisationFactory, PersonFactory

pytestmark = pytest.mark.browser

WITH_HISTORY = (
    "Образцы ткани\n\nЗдравствуйте!\n\nAm 11.11.2026 um 09:00 schrieb Miriam Vogt:\n"
    "> Wann kommen die Muster?"
)
DROP = """([content, name]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  const form = document.querySelector("form[data-quick-log]");
  for (const type of ["dragover", "drop"]) {
    form.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }
}"""


def test_an_email_is_dropped_confirmed_and_saved_with_its_attachment(
    page, login, editor, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    uztextilprom = OrganisationFactory(name="UzTextilprom", kind="association")
    karimov = PersonFactory(last_name="Karimov", email="d.karimov@uztextilprom.uz")
    AffiliationFactory(person=karimov, organisation=uztextilprom, is_primary=True)
    login(page, editor)
    page.keyboard.press("n")

    expect_console(page, "status of 400")
    page.evaluate(DROP, [base64.b64encode(dropped.PDF).decode(), "Angebot.eml"])
    expect(page.locator(".crm-drop-bad")).to_contain_text("Angebot.eml")

    page.evaluate(DROP, [base64.b64encode(dropped.THUNDERBIRD).decode(), "Brief.eml"])
    expect(page.locator("[data-log-chips] > li")).to_have_count(1)
    expect(page.locator("[data-log-chips]")).to_contain_text("Karimov")
    expect(page.locator("#log-text")).to_have_value("Образцы ткани\n\nЗдравствуйте!")
    expect(page.locator("[name=kind][value=email]")).to_be_checked()
    expect(page.locator(".crm-drop-bad")).to_have_count(0)
    in_both_themes(page)
    # The quoted e-mail by one click; the attachment only because it is asked for.
    page.locator("[data-drop-state] button").click()
    expect(page.locator("#log-text")).to_have_value(WITH_HISTORY)
    ticks = page.locator("[data-log-files] input")
    expect(ticks.nth(0)).not_to_be_checked()
    page.get_by_label("Образцы.pdf").check()
    page.locator("[data-log-save]").click()
    expect(page.locator("[data-log-toasts] .crm-log-good")).to_contain_text("Образцы ткани")

    contact = Interaction.objects.get()
    assert (contact.kind, contact.subject) == ("email", "Образцы ткани")
    assert contact.notes == WITH_HISTORY
    assert list(contact.people.all()) == [karimov]
    assert list(contact.organisations.all()) == [uztextilprom]
    assert contact.occurred_at.isoformat() == "2026-11-12T05:15:00+00:00"
    assert [filed.name for filed in contact.files.all()] == ["Образцы.pdf"]
    page.goto(contact.get_absolute_url())
    expect(page.get_by_role("link", name="Образцы.pdf").first).to_have_attribute(
        "href",
        reverse("admin:missions_interaction_file", args=[contact.pk, contact.files.get().pk]),
    )
