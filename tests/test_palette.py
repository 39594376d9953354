"""The command palette: finds across all models and scripts, under the user's rights, fresh."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import expect

from legcrm.search import MOST_PER_MODEL
from tests.factories import (
    AgreementFactory,
    AppointmentFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    PersonFactory,
    ProjectFactory,
)

SEARCH = reverse("admin:search")


@pytest.fixture
def find(client_for):
    """``find(editor, "titk")``: the results as ``{title: address}``."""

    def search(user, term, language="en"):
        response = client_for(user).get(
            SEARCH, {"s": term, "extended": 1}, headers={"accept-language": language}
        )
        assert response.status_code == 200
        if not response.context:
            return {}
        return {result.title: str(result.link) for result in response.context["results"]}

    return search


@pytest.fixture
def uztextilprom(db):
    organisation = OrganisationFactory(name="UzTextilprom", kind="association")
    organisation.names.create(text="Ўзтўқимачиликсаноат", language="uz-Cyrl")
    return organisation


def test_finds_in_any_script(find, editor, uztextilprom):
    for term in ("uztextil", "UZTEXTILPROM", "Ўзтўқимачилик", "Taschkent", "ташкент"):
        assert find(editor, term).get("UzTextilprom") == uztextilprom.get_absolute_url()


def test_finds_every_kind_of_record(find, editor):
    home = OrganisationFactory(home=True, name="Quarzwerk Erfurt")
    records = [
        home,
        PersonFactory(last_name="Quarz"),
        MissionFactory(title_en="Quarz trip"),
        AppointmentFactory(title="Quarz talks"),
        AgreementFactory(title="Quarz agreement"),
        ProjectFactory(title="Quarz project"),
        InteractionFactory(subject="Call on Quarz"),
        CooperationFactory(home=home),
    ]
    found = set(find(editor, "quarz").values())
    assert {record.get_absolute_url() for record in records} <= found


def test_finds_pages_in_the_language_of_the_user(find, editor):
    link = reverse("admin:missions_cooperation_changelist")
    assert link in find(editor, "cooper").values()
    assert link in find(editor, "Kooper", "de").values()


def test_at_most_five_of_each_and_a_way_to_all(find, client_for, editor):
    for number in range(MOST_PER_MODEL + 3):
        OrganisationFactory(name=f"Webstuhl {number}")
    found = find(editor, "webstuhl")
    assert len(found) == MOST_PER_MODEL + 1
    response = client_for(editor).get(found["All matches"])
    assert response.context["cl"].result_count == MOST_PER_MODEL + 3


def test_the_beginning_of_a_name_comes_first(find, editor):
    OrganisationFactory(name="Alpha Weberei")
    weberei = OrganisationFactory(name="Weberei Zeta")
    assert next(iter(find(editor, "weberei").values())) == weberei.get_absolute_url()


def test_all_words_must_match(find, editor, uztextilprom):
    assert "UzTextilprom" in find(editor, "taschkent uztextil")
    assert "UzTextilprom" not in find(editor, "almaty uztextil")


@pytest.mark.parametrize("term", ["", "u", " u ", "!!", "%%", "x" * 3000, "ab " * 1500])
def test_nothing_for_too_little_or_nonsense(find, editor, uztextilprom, term):
    assert find(editor, term) == {}


def test_archived_records_are_not_found(find, editor, uztextilprom):
    uztextilprom.archive("doppelt")
    assert find(editor, "uztextil") == {}


def test_nothing_is_kept(find, editor, uztextilprom):
    assert "UzTextilprom" in find(editor, "uztextil")
    uztextilprom.name = "Uztextil neu"
    uztextilprom.save()
    assert "Uztextil neu" in find(editor, "uztextil")
    editor.groups.clear()
    assert find(editor, "uztextil") == {}


def test_outsider_finds_nothing(find, outsider, uztextilprom):
    assert find(outsider, "uztextil") == {}
    assert find(outsider, "organisation") == {}


def test_reader_finds_no_private_data_and_no_follow_ups(find, reader, editor):
    PersonFactory(last_name="Muster", mobile="+491701234567", email="canary@example.org",
                  notes="canary")  # fmt: skip
    FollowUpFactory(assignee=editor, what="canary")
    OrganisationFactory(name="Weberei", notes="canary")
    for term in ("canary", "1701234567", "+491701234567"):
        assert find(reader, term) == {}


def test_needs_a_login(client):
    response = client.get(SEARCH, {"s": "uztextil"})
    assert response.status_code == 302


def test_queries_do_not_grow(client_for, editor, uztextilprom):
    client = client_for(editor)
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(SEARCH, {"s": "textil"})
        counts.append(len(queries))
        for _time in range(7):
            CooperationFactory(subject="Textil")
            AppointmentFactory(title="Textil")
            PersonFactory(last_name="Textil")
            OrganisationFactory(name=f"Textil {number}{_time}")
    # Session, user, two for the rights, and one for each of the eight models.
    assert counts == [12, 12]


# --- In the browser -------------------------------------------------------------------------


@pytest.fixture
def open_palette(page, login, editor):
    login(page, editor)
    page.goto(reverse("admin:index"))
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    return page


@pytest.mark.browser
def test_type_and_enter_opens_the_best_match(uztextilprom, open_palette):
    page = open_palette
    page.keyboard.type("uztextil", delay=20)
    expect(page.locator("#command-results li.active")).to_contain_text("UzTextilprom")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{uztextilprom.get_absolute_url()}")


@pytest.mark.browser
def test_enter_before_the_answer_opens_it_too(uztextilprom, open_palette):
    page = open_palette
    page.keyboard.type("uztextil")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{uztextilprom.get_absolute_url()}")


@pytest.mark.browser
def test_arrows_choose_and_escape_clears_then_closes(uztextilprom, open_palette):
    CooperationFactory(partner=uztextilprom)
    page = open_palette
    page.keyboard.type("uztextil", delay=20)
    results = page.locator("#command-results li")
    expect(results).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(results.nth(1)).to_have_class("group active")
    page.keyboard.press("Escape")
    expect(results).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#search-input-command")).to_be_hidden()


@pytest.mark.browser
def test_no_match_is_said(open_palette, db):
    page = open_palette
    page.keyboard.type("zzzzz", delay=20)
    expect(page.locator("#command-results [role=status]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#search-input-command")).to_be_visible()
    assert page.url.endswith(reverse("admin:index"))
