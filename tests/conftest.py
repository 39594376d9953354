"""Fixtures of all tests: the personas, clients logged in as them, and Chromium.

The environment the settings are read from is made in ``tests/environment.py``.
"""

import os
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils.translation import override

from tests import browser as browsing

PASSWORD = "correct horse battery"


# --- Which tests run where ------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("--browser-tests")
    other_database = "sqlite" if connection.vendor == "postgresql" else "postgres"
    kept, left_out = [], []
    for item in items:
        in_browser = item.get_closest_marker("browser") is not None
        fits_browser = wanted == "yes" or in_browser == (wanted == "only")
        fits_database = item.get_closest_marker(other_database) is None and (
            # What touches no database need not run on each.
            connection.vendor != "postgresql" or _touches_database(item)
        )
        (kept if fits_browser and fits_database else left_out).append(item)
        if in_browser and not browsing.find_chromium():
            reason = f"Chromium is not installed ({browsing.HOW_TO_INSTALL})"
            item.add_marker(pytest.mark.skip(reason=reason))
        _keep_reference_data(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _touches_database(item):
    fixtures = {"db", "transactional_db", "django_db_setup", "live_server"}
    marked = item.get_closest_marker("django_db") is not None
    return marked or not fixtures.isdisjoint(getattr(item, "fixturenames", ()))


def _keep_reference_data(item):
    """Have roles and sectors, made by migrations, back after a test that empties all tables."""
    marker = item.get_closest_marker("django_db")
    options = dict(marker.kwargs) if marker else {}
    if (
        options.get("transaction")
        or "transactional_db" in item.fixturenames
        or "live_server" in item.fixturenames
    ):
        options.update(transaction=True, serialized_rollback=True)
        item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.fixture(autouse=True)
def default_language():
    """Begin each test in the default language: a request in English leaves English behind."""
    with override(settings.LANGUAGE_CODE):
        yield


# --- Personas -------------------------------------------------------------------------------


@pytest.fixture
def make_user(db, django_user_model):
    """Make a member of staff: ``make_user("Jana", "Vogel", "editor")``."""

    def make(first_name, last_name, *roles, **fields):
        fields.setdefault("username", f"{first_name}.{last_name}".lower())
        fields.setdefault("email", f"{fields['username']}@example.org")
        fields.setdefault("is_staff", True)
        user = django_user_model.objects.create_user(
            first_name=first_name, last_name=last_name, password=PASSWORD, **fields
        )
        user.groups.set([Group.objects.get(name=role) for role in roles])
        return user

    return make


@pytest.fixture
def administrator(make_user):
    """Runs the system: users, roles, deleting."""
    return make_user("Anke", "Richter", "administrator")


@pytest.fixture
def project_manager(make_user):
    """Prepares missions, with forty tabs open."""
    return make_user("Miriam", "Vogt", "project manager")


@pytest.fixture
def editor(make_user):
    """Keeps contacts up to date; on a trip with a phone."""
    return make_user("Tobias", "Lenz", "editor")


@pytest.fixture
def reader(make_user):
    """Reads for the ministry: no notes, no private contact data."""
    return make_user("Helga", "Brandt", "reader")


@pytest.fixture
def outsider(make_user):
    """May log in, and has no role at all."""
    return make_user("Otto", "Fremd")


@pytest.fixture
def client_for():
    """``client_for(editor).get(url)``: a test client logged in as that user."""

    def make(user):
        client = Client()
        client.force_login(user)
        return client

    return make


# --- Example data ---------------------------------------------------------------------------


@pytest.fixture(scope="class")
def example_data(django_db_setup, django_db_blocker):
    """The example data, loaded once for all tests of a class, of which each undoes its changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_example", stdout=StringIO())
        yield
        transaction.set_rollback(True)


# --- Browser --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser(django_db_setup):
    from playwright.sync_api import sync_playwright

    # Playwright keeps an asyncio loop in this thread, and Django refuses the database to threads
    # with one. Nothing here runs inside that loop, so the refusal is lifted while it lives.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        reference_data = getattr(connection, "_test_serialized_contents", None)
        with sync_playwright() as playwright:
            # Under a loop the thread has another connection, which knows no reference data yet.
            connection._test_serialized_contents = reference_data
            chromium = playwright.chromium.launch(
                executable_path=browsing.find_chromium(), args=browsing.LAUNCH_ARGUMENTS
            )
            yield chromium
            chromium.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(browser, live_server):
    """Open a page in a browser profile of its own: ``open_page(color_scheme="dark")``.

    Addresses may be given as paths. The test fails at its end when a page reported problems.
    """
    pages = []

    def open_(**options):
        options = {"locale": "de-DE", "timezone_id": "Europe/Berlin"} | browsing.DESKTOP | options
        page = browser.new_context(base_url=live_server.url, **options).new_page()
        page.set_default_timeout(15_000)
        browsing.watch(page)
        pages.append(page)
        return page

    yield open_
    problems = []
    for page in pages:
        problems += browsing.take_problems(page)
        page.context.close()
    if problems:
        pytest.fail("The browser reported problems:\n" + "\n".join(problems), pytrace=False)


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def phone_page(open_page):
    return open_page(**browsing.PHONE)


@pytest.fixture
def login(live_server):
    """``login(page, editor)``: log in by the form."""

    def log_in(page, user):
        browsing.sign_in(page, user, live_server.url, PASSWORD)

    return log_in
