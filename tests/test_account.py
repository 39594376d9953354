"""What each user settles for themselves: language, morning e-mail, calendar link."""

import re

import pytest
from django.urls import reverse

from legcrm.core import calendar_links
from tests.browser import assert_accessible

pytestmark = pytest.mark.django_db
ADDRESS = "/account/"


def page_of(client, data=None):
    english = {"accept-language": "en"}
    if data is None:
        return client.get(ADDRESS, headers=english)
    return client.post(ADDRESS, data, headers=english)


def test_settings_are_those_of_who_is_logged_in(client_for, editor, reader):
    client = client_for(reader)
    assert page_of(client).status_code == 200
    # The switch is left out where it is off, as browsers do.
    response = page_of(client, {"_save": "", "language": "en", "user": editor.pk})
    assert response.status_code == 302
    for user in (reader, editor):
        user.refresh_from_db()
    assert (reader.language, reader.daily_digest) == ("en", False)
    assert (editor.language, editor.daily_digest) == ("de", True)


def test_a_language_that_is_none_is_refused(client_for, reader):
    response = page_of(client_for(reader), {"_save": "", "language": "xx", "daily_digest": "on"})
    assert response.status_code == 200
    assert "Select a valid choice" in response.content.decode()
    reader.refresh_from_db()
    assert reader.language == "de"


def test_nobody_gets_in_without_login(client):
    for response in (client.get(ADDRESS), client.post(ADDRESS, {"_renew": ""})):
        assert response.status_code == 302 and "/login/" in response["Location"]


def test_everybody_finds_it_in_the_menu(client_for, outsider):
    page = client_for(outsider).get(reverse("admin:index")).content.decode()
    assert f'href="{ADDRESS}"' in page and f'href="{reverse("admin:password_change")}"' in page


def token_in(response):
    return re.search(r"/calendar/([\w-]{43})\.ics", response.content.decode())[1]


def test_a_calendar_link_is_shown_once_renewed_and_revoked(client_for, editor):
    client = client_for(editor)
    first = token_in(page_of(client, {"_renew": ""}))
    assert calendar_links.user_of(first) == editor
    assert first not in page_of(client).content.decode()
    assert not editor.calendar_links.filter(token_hash__contains=first).exists()
    second = token_in(page_of(client, {"_renew": ""}))
    assert calendar_links.user_of(first) is None
    assert calendar_links.user_of(second) == editor
    page_of(client, {"_revoke": ""})
    assert calendar_links.user_of(second) is None
    assert "There is no calendar link yet." in page_of(client).content.decode()


def test_the_page_with_the_secret_is_not_kept(client_for, editor):
    response = page_of(client_for(editor), {"_renew": ""})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.browser
def test_the_address_is_copied_by_a_button(phone_page, login, editor):
    login(phone_page, editor)
    phone_page.goto(ADDRESS)
    assert_accessible(phone_page)
    phone_page.click("button[name=_renew]")
    phone_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = phone_page.locator("[data-copy]")
    button.click()
    phone_page.wait_for_function(
        "document.querySelector('[data-copy]').textContent"
        " === document.querySelector('[data-copy]').dataset.copied"
    )
    copied = phone_page.evaluate("() => navigator.clipboard.readText()")
    assert copied == phone_page.input_value("#calendar-url")
    assert_accessible(phone_page)
