"""Every kind of page in Chromium: strict content security policy, no error, WCAG 2.1 A and AA.

The fixtures watch the pages: a violation, a console error or a request to another machine fails
the test at its end, so a test here need only go to the page and use it.
"""

import contextlib
import re
import sqlite3

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from tests.browser import assert_accessible, in_both_themes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

POLICY = "content-security-policy"


@pytest.fixture(scope="module")
def examples():
    """Where the example data is kept once it is loaded: loading takes longer than most tests."""
    with contextlib.closing(sqlite3.connect(":memory:")) as kept:
        yield kept


@pytest.fixture
def example(transactional_db, examples):
    """The example data: every list has rows, and every form something to show.

    It comes first in a test, since it replaces all there is.
    """
    connection.ensure_connection()
    if examples.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        examples.backup(connection.connection)
    else:
        call_command("load_example", verbosity=0)
        connection.connection.backup(examples)


def settle(page):
    """Wait until Alpine has run and accessibility.js has named what was drawn."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(150)


def open_path(page, path):
    response = page.goto(path)
    settle(page)
    assert response.status == 200, f"{path} answered {response.status}"
    return response


def fits(page):
    """Whether nothing makes the page scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def admin_path(model, verb, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}", args=args)


def paths_of(model_admin, request):
    """Yield the kinds of pages that the model's admin offers to this user."""
    model = model_admin.model
    names = {pattern.name for pattern in model_admin.get_urls()}
    yield admin_path(model, "changelist")
    if model_admin.has_add_permission(request):
        yield admin_path(model, "add")
    record = model_admin.get_queryset(request).order_by("pk").first()
    if record:
        yield admin_path(model, "change", record.pk)
        if f"{model._meta.app_label}_{model._meta.model_name}_history" in names:
            yield admin_path(model, "history", record.pk)
        if model_admin.has_delete_permission(request, record):
            yield admin_path(model, "delete", record.pk)


@pytest.fixture
def calm_page(open_page):
    """A page without transitions, so that colours are measured when they have settled."""
    return open_page(reduced_motion="reduce")


def test_the_policy_forbids_inline_scripts_and_eval(client):
    header = client.get(reverse("admin:login"))[POLICY]
    script = re.search(r"script-src ([^;]*)", header)[1]
    assert script.split() == ["'self'"]


def test_login_offers_language_and_theme(calm_page, live_server):
    open_path(calm_page, reverse("admin:login"))
    assert calm_page.evaluate("document.documentElement.lang") == "de"
    in_both_themes(calm_page)
    calm_page.click("button[name=language][value=en]")
    settle(calm_page)
    assert calm_page.evaluate("document.documentElement.lang") == "en"
    assert reverse("admin:login") in calm_page.url
    for index, dark in enumerate([False, True]):
        calm_page.locator(".crm-login-header div button").nth(index).click()
        assert calm_page.evaluate("document.documentElement.classList.contains('dark')") is dark


def test_refused_login_is_accessible(calm_page, live_server):
    open_path(calm_page, reverse("admin:login"))
    calm_page.fill("input[name=username]", "nobody")
    calm_page.fill("input[name=password]", "wrong")
    calm_page.press("input[name=password]", "Enter")
    settle(calm_page)
    in_both_themes(calm_page)


# In two parts, one for each process of the test run.
@pytest.mark.parametrize("part", [0, 1])
def test_every_page_of_every_admin(example, part, calm_page, administrator, login, rf):
    request = rf.get("/")
    request.user = administrator
    login(calm_page, administrator)
    pages = (
        ("index", "guide", "missions_interaction_log"),
        ("password_change", "account", "missions_followup_calendar"),
    )
    paths = [reverse(f"admin:{name}") for name in pages[part]]
    for model_admin in list(admin.site._registry.values())[part::2]:
        paths += paths_of(model_admin, request)
    for path in paths:
        open_path(calm_page, path)
        assert fits(calm_page), f"{path} scrolls sideways"
        in_both_themes(calm_page)


def test_every_list_and_form_fits_a_phone(example, phone_page, administrator, login, rf):
    request = rf.get("/")
    request.user = administrator
    login(phone_page, administrator)
    names = ("index", "guide", "account", "missions_interaction_log", "missions_followup_calendar")
    paths = [reverse(f"admin:{name}") for name in names]
    for model_admin in admin.site._registry.values():
        paths += [path for path in paths_of(model_admin, request) if "/delete/" not in path]
    for path in paths:
        open_path(phone_page, path)
        assert fits(phone_page), f"{path} scrolls sideways at 390 px"


def test_filters_tabs_and_menus(example, calm_page, administrator, login):
    """What opens on a page works under the policy and is accessible when open."""
    from partners.models import Organisation

    page = calm_page
    login(page, administrator)
    open_path(page, admin_path(Organisation, "changelist"))
    page.locator("[data-filter-open]").click()
    page.wait_for_selector("dialog[open] #filter-form", state="visible")
    settle(page)
    in_both_themes(page)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")

    page.locator("input.action-select").first.check()
    page.wait_for_selector("#changelist-actions", state="visible")
    in_both_themes(page)

    open_path(page, admin_path(Organisation, "change", Organisation.objects.first().pk))
    tabs = page.get_by_role("tab")
    for index in range(tabs.count()):
        tab = tabs.nth(index)
        if tab.is_visible():
            tab.click()
            settle(page)
            assert tab.get_attribute("aria-selected") == "true"
            in_both_themes(page)


def test_tabs_work_by_keyboard(example, calm_page, administrator, login):
    from partners.models import Organisation

    login(calm_page, administrator)
    open_path(calm_page, admin_path(Organisation, "change", Organisation.objects.first().pk))
    tabs = calm_page.locator("#tabs-items [role=tab]")
    tabs.first.focus()
    calm_page.keyboard.press("ArrowRight")
    settle(calm_page)
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    assert tabs.first.get_attribute("aria-selected") == "false"
    panel = tabs.nth(1).get_attribute("aria-controls")
    assert calm_page.locator(f"#{panel}").is_visible()


def test_added_inline_rows_have_names(example, calm_page, administrator, login):
    """A row added in the browser is labelled like those that came with the page."""
    from partners.models import Organisation

    login(calm_page, administrator)
    open_path(calm_page, admin_path(Organisation, "change", Organisation.objects.first().pk))
    adders = calm_page.locator("a.add-row")
    tabs = calm_page.locator("#tabs-items [role=tab]")
    for index in range(max(tabs.count(), 1)):
        if tabs.count():
            tabs.nth(index).click()
            settle(calm_page)
        for position in range(adders.count()):
            if adders.nth(position).is_visible():
                adders.nth(position).click()
        settle(calm_page)
        assert_accessible(calm_page)


def test_command_palette(example, calm_page, administrator, login):
    login(calm_page, administrator)
    open_path(calm_page, reverse("admin:index"))
    calm_page.keyboard.press("Control+k")
    calm_page.wait_for_selector("#search-input-command", state="visible")
    in_both_themes(calm_page)
    calm_page.keyboard.type("TITK", delay=30)
    calm_page.wait_for_selector("#command-results-list a")
    settle(calm_page)
    in_both_themes(calm_page)
    calm_page.keyboard.press("ArrowDown")
    with calm_page.expect_navigation():
        calm_page.keyboard.press("Enter")
    settle(calm_page)
    assert reverse("admin:index") != calm_page.url


def test_autocomplete_and_date_picker(example, calm_page, administrator, login):
    from missions.models import Interaction

    login(calm_page, administrator)
    open_path(calm_page, admin_path(Interaction, "add"))
    calm_page.locator(".select2-selection").first.click()
    calm_page.wait_for_selector(".select2-results__option")
    settle(calm_page)
    in_both_themes(calm_page)
    calm_page.keyboard.press("Escape")
    calm_page.locator(".datetimeshortcuts a:has(.date-icon)").first.click()
    calm_page.wait_for_selector(".calendarbox", state="visible")
    in_both_themes(calm_page)


def test_menu_and_language_on_a_phone(example, phone_page, project_manager, login):
    page = phone_page
    login(page, project_manager)
    open_path(page, reverse("admin:index"))
    page.locator(".crm-menu-narrow[aria-expanded]").click()
    page.wait_for_selector("#nav-sidebar", state="visible")
    settle(page)
    assert_accessible(page)
    page.locator(".crm-user-button").click()
    page.locator("form:has(input[name=language][value=en]) button").click()
    settle(page)
    assert page.evaluate("document.documentElement.lang") == "en"
    # Tapping outside is not needed: Escape closes the menu too.
    page.locator(".crm-menu-narrow[aria-expanded]").click()
    page.keyboard.press("Escape")
    page.wait_for_selector("#nav-sidebar", state="hidden")
