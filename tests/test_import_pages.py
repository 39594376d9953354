"""The pages of an import: who may open them, what they show, what their buttons do."""

from functools import partial
from io import BytesIO

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from legcrm.core.models import ImportRow, SpreadsheetImport
from legcrm.core.resources import BY_LABEL
from legcrm.core.spreadsheets import examining, jobs
from legcrm.core.spreadsheets.importing import applying
from partners.models import Organisation
from tests.factories import MissionFactory, OrganisationFactory

pytestmark = pytest.mark.django_db

State = SpreadsheetImport.State
UPLOAD = "admin:partners_organisation_import"
HEADINGS = ["Name", "Land", "Art", "Ort", "Lieblingsfarbe"]
ROWS = [
    ["Textil Taschkent", "Usbekistan", "Unternehmen", "Taschkent", "blau"],
    ["Universität Almaty", "KZ", "Hochschule", "Almaty", ""],
    ["Ohne Land", "Atlantis", "Unternehmen", "Erfurt", ""],
]


def workbook(*rows, headings=HEADINGS, name="liste.xlsx"):
    """Return an uploaded workbook with one sheet."""
    book = Workbook()
    for line in (headings, *rows):
        book.active.append(line)
    data = BytesIO()
    book.save(data)
    return SimpleUploadedFile(name, data.getvalue())


def page_url(name, run):
    return reverse(f"admin:core_spreadsheetimport_{name}", args=[run.pk])


PAGES = ("columns", "run", "undo", "progress", "remarks", "file")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch, settings, tmp_path):
    """Do the work of an import at once, and keep its files in a place of the test."""
    settings.MEDIA_ROOT = tmp_path

    def work(run, lock):
        jobs.work(run)

    monkeypatch.setattr(jobs, "spawn", work)


@pytest.fixture
def post(django_capture_on_commit_callbacks):
    """``post(client, url, data)``: POST, and let the process that it starts do its work."""

    def send(client, url, data=None, **extra):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url, data or {}, **extra)

    return send


@pytest.fixture
def manager(client_for, project_manager):
    return client_for(project_manager)


@pytest.fixture
def uploaded(manager):
    """``uploaded(*rows)``: the import of a list of organisations, with its columns proposed."""

    def make(*rows, **options):
        response = manager.post(reverse(UPLOAD), {"file": workbook(*rows, **options)})
        assert response.status_code == 302, response.context["form"].errors
        run = SpreadsheetImport.objects.latest("pk")
        assert response.url == page_url("columns", run)
        return run

    return make


@pytest.fixture
def checked(manager, uploaded, post):
    """``checked(*rows)``: the import with its columns confirmed as proposed, and checked."""

    def make(*rows, **options):
        run = uploaded(*rows, **options)
        response = post(manager, page_url("columns", run), proposed(manager, run))
        assert response.status_code == 302, response.context["form"].errors
        run.refresh_from_db()
        assert run.state == State.CHECKED, run.problem
        return run

    return make


def proposed(client, run, **changes):
    """Return what the form of the columns page would send as it is."""
    form = client.get(page_url("columns", run)).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "clear_blanks"}
    return {**data, "check": "1", **changes}


def column_field(client, run, heading):
    form = client.get(page_url("columns", run)).context["form"]
    return next(f"column_{h.index}" for h in form.look.headings if h.label == heading)


# --- Who may ------------------------------------------------------------------------------------


IMPORTABLE = sorted(label for label, resource in BY_LABEL.items() if resource.importable)


def test_the_lists_that_take_files():
    assert {
        "partners.organisation",
        "partners.person",
        "missions.participation",
        "missions.interaction",
        "missions.agreement",
        "missions.project",
        "missions.appointment",
    } <= set(IMPORTABLE)


@pytest.mark.parametrize("label", IMPORTABLE)
def test_upload_needs_the_right(
    label, client_for, project_manager, administrator, editor, reader, outsider
):
    name = label.replace(".", "_")
    upload, blank = reverse(f"admin:{name}_import"), reverse(f"admin:{name}_import_template")
    for user in (editor, reader, outsider):
        client = client_for(user)
        assert client.get(upload).status_code == 403
        assert client.post(upload, {"file": workbook(*ROWS)}).status_code == 403
        assert client.get(blank).status_code == 403
        response = client.get(reverse(f"admin:{name}_changelist"))
        assert response.status_code == 403 or upload not in response.text
    for user in (project_manager, administrator):
        client = client_for(user)
        assert client.get(upload).status_code == 200
        assert client.get(blank).status_code == 200
        assert upload in client.get(reverse(f"admin:{name}_changelist")).text
    assert not SpreadsheetImport.objects.exists()


def test_a_list_that_takes_no_files(client_for, administrator):
    client = client_for(administrator)
    assert client.get(reverse("admin:partners_sector_import")).status_code == 403
    assert "sector/import/" not in client.get(reverse("admin:partners_sector_changelist")).text


def test_pages_of_a_run_need_the_right(checked, client_for, editor, reader, outsider):
    run = checked(*ROWS)
    for user in (editor, reader, outsider):
        client = client_for(user)
        for name in PAGES:
            assert client.get(page_url(name, run)).status_code == 403, (user, name)
            assert client.post(page_url(name, run), {"apply": "1"}).status_code == 403
    run.refresh_from_db()
    assert run.state == State.CHECKED


def test_the_pages_of_another_do_not_exist(checked, client_for, administrator):
    run = checked(*ROWS)
    client = client_for(administrator)
    for name in PAGES:
        assert client.get(page_url(name, run)).status_code == 404, name
        assert client.post(page_url(name, run), {"apply": "1"}).status_code == 404, name
    run.refresh_from_db()
    assert run.state == State.CHECKED


def test_a_right_taken_away_closes_the_run(checked, manager, project_manager):
    run = checked(*ROWS)
    for group in project_manager.groups.all():
        group.permissions.remove(
            *group.permissions.filter(codename="import_organisation").values_list("pk", flat=True)
        )
    for name in PAGES:
        assert manager.get(page_url(name, run)).status_code == 403, name


def test_strangers_are_sent_to_the_login(checked, client):
    run = checked(*ROWS)
    for name in PAGES:
        assert client.get(page_url(name, run)).url.startswith(reverse("admin:login"))


def test_the_list_of_imports(checked, manager, client_for, administrator, editor):
    run = checked(*ROWS)
    address = reverse("admin:core_spreadsheetimport_changelist")
    assert f'href="{page_url("run", run)}"' in manager.get(address).text
    page = client_for(administrator).get(address).text
    assert "liste.xlsx" in page and "Miriam Vogt" in page
    assert page_url("run", run) not in page, "what stands in the file is its owner's business"
    assert client_for(editor).get(address).status_code == 403


def test_others_imports_are_not_listed(checked, make_user, client_for):
    checked(*ROWS)
    colleague = make_user("Paul", "Kern", "project manager")
    page = client_for(colleague).get(reverse("admin:core_spreadsheetimport_changelist"))
    assert page.status_code == 200 and "liste.xlsx" not in page.text


# --- Upload -------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_said_on_the_same_page(manager):
    upload = SimpleUploadedFile("liste.xlsx", b"%PDF-1.7 ...")
    response = manager.post(reverse(UPLOAD), {"file": upload})
    assert response.status_code == 200
    (message,) = response.context["form"].errors["file"]
    assert "PDF" in message
    assert not SpreadsheetImport.objects.exists()


def test_no_file(manager):
    assert manager.post(reverse(UPLOAD), {}).context["form"].errors["file"]


def test_the_template_has_every_field_and_reads_itself(manager, uploaded):
    response = manager.get(reverse(f"{UPLOAD}_template"))
    assert response.headers["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert "Land" in headings and "LEG-CRM-Nr." not in headings
    run = uploaded(["x"] * len(headings), headings=headings)
    form = manager.get(page_url("columns", run)).context["form"]
    assert all(heading.column for heading in form.look.headings)


def test_a_mission_comes_along_from_its_page(manager):
    mission = MissionFactory(code="2026-probe")
    address = reverse("admin:missions_participation_import") + "?mission=2026-probe&status=&x=1"
    assert "2026-probe" in manager.get(address).text
    file = workbook(["Textil", "Weber"], headings=["Firma", "Nachname"])
    manager.post(address, {"file": file})
    run = SpreadsheetImport.objects.get()
    assert run.constants == {"mission": mission.code}
    form = manager.get(page_url("columns", run)).context["form"]
    assert form["value_mission"].value() == "2026-probe"


def test_recent_imports_are_those_of_the_list(checked, manager):
    run = checked(*ROWS)
    assert page_url("run", run) in manager.get(reverse(UPLOAD)).text
    assert page_url("run", run) not in manager.get(reverse("admin:partners_person_import")).text


# --- Columns ------------------------------------------------------------------------------------


def test_unknown_columns_are_shown_as_such(uploaded, manager):
    run = uploaded(*ROWS)
    page = manager.get(page_url("columns", run))
    unknown = [h.label for h in page.context["look"].headings if not h.column]
    assert unknown == ["Lieblingsfarbe"]
    assert "Lieblingsfarbe" in page.text and "blau" in page.text
    assert page.text.count("crm-chip-warn") == 1


def test_what_is_needed_and_missing_is_asked(uploaded, manager, post):
    run = uploaded(["Textil Taschkent"], headings=["Name"])
    form = manager.get(page_url("columns", run)).context["form"]
    assert set(form.required) == {"value_country", "value_kind"}
    response = post(manager, page_url("columns", run), proposed(manager, run))
    assert response.status_code == 200 and response.context["form"].non_field_errors()
    run.refresh_from_db()
    assert run.state == State.UPLOADED
    data = proposed(manager, run, value_country="UZ", value_kind="company")
    assert post(manager, page_url("columns", run), data).status_code == 302
    run.refresh_from_db()
    assert run.state == State.CHECKED
    assert run.constants == {"country": "UZ", "kind": "company"}
    assert run.counts() == {"new": 1}


def test_a_field_twice_is_refused(uploaded, manager, post):
    run = uploaded(*ROWS)
    twice = {column_field(manager, run, "Lieblingsfarbe"): "city"}
    response = post(manager, page_url("columns", run), proposed(manager, run, **twice))
    assert response.status_code == 200 and response.context["form"].non_field_errors()
    run.refresh_from_db()
    assert run.state == State.UPLOADED


def test_duplicate_headings_are_named(uploaded, manager, post):
    run = uploaded(["a", "b", "UZ"], headings=["Name", "Name", "Land"])
    page = manager.get(page_url("columns", run))
    assert page.context["look"].duplicates == ["Name"]
    response = post(manager, page_url("columns", run), proposed(manager, run))
    assert response.status_code == 200
    told = response.context["form"].non_field_errors()[0]
    assert "Name" in told
    assert [each.text.count(told) for each in (page, response)] == [1, 1], "told once, in one way"


def test_another_header_row(uploaded, manager):
    run = uploaded(["Name", "Land"], ["Textil", "UZ"], headings=["Liste", "Stand 2026"])
    manager.post(page_url("columns", run), {"read": "1", "header_row": "1"})
    look = manager.get(page_url("columns", run)).context["look"]
    assert [heading.label for heading in look.headings] == ["Liste", "Stand 2026"]
    response = manager.post(page_url("columns", run), {"read": "1", "header_row": "0"})
    assert response.context["reading_form"].errors["header_row"]


def test_encoding_and_delimiter_of_a_csv_file_can_be_changed(manager):
    upload = SimpleUploadedFile("liste.csv", "Name;Land\nMöbel Wien;AT\n".encode())
    manager.post(reverse(UPLOAD), {"file": upload})
    run = SpreadsheetImport.objects.get()
    form = manager.get(page_url("columns", run)).context["reading_form"]
    assert set(form.fields) == {"encoding", "delimiter", "header_row"}
    data = {"read": "1", "encoding": "cp1252", "delimiter": ";", "header_row": "1"}
    manager.post(page_url("columns", run), data)
    run.refresh_from_db()
    assert run.encoding == "cp1252"


# --- Check --------------------------------------------------------------------------------------


def test_rows_by_state(checked, manager):
    run = checked(*ROWS)
    assert run.counts() == {"new": 2, "error": 1}
    page = manager.get(page_url("run", run))
    assert "Textil Taschkent" in page.text and "Atlantis" in page.text
    errors = manager.get(page_url("run", run) + "?state=error")
    assert "Atlantis" in errors.text and "Textil Taschkent" not in errors.text
    assert [view.row.number for view in errors.context["rows"]] == [4]
    assert not Organisation.objects.exists()


def test_changes_show_old_and_new(checked, manager):
    OrganisationFactory(name="Textil Taschkent", country="UZ", kind="company", city="Samarkand")
    run = checked(ROWS[0])
    page = manager.get(page_url("run", run)).text
    if run.counts() == {"change": 1}:
        assert "Samarkand" in page and "crm-diff-new" in page
    else:
        assert run.counts() == {"duplicate": 1}, "a known name is never new without asking"


def test_pages_of_rows_cost_the_same(checked, manager):
    def queries(run, address):
        manager.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(address).status_code == 200
        return len(captured)

    few = checked(*([f"Firma {n}", "UZ", "Unternehmen", "", ""] for n in range(5)))
    many = checked(*([f"Betrieb {n}", "UZ", "Unternehmen", "", ""] for n in range(60)))
    assert queries(few, page_url("run", few)) == queries(many, page_url("run", many))
    page = manager.get(page_url("run", many) + "?p=2")
    assert len(page.context["rows"]) == 10


def test_looking_writes_nothing(checked, manager):
    run = checked(*ROWS)
    for name in PAGES:
        with CaptureQueriesContext(connection) as captured:
            manager.get(page_url(name, run))
        for query in captured:
            assert query["sql"].split()[0] in ("SELECT", "SAVEPOINT", "RELEASE"), query["sql"]


def test_ticks_are_kept_by_every_button(checked, manager, post):
    run = checked(*ROWS)
    data = {"shown": ["2", "3"], "chosen": ["3"], "page": "1"}
    post(manager, page_url("run", run), data)
    assert dict(run.rows.values_list("number", "chosen")) == {2: False, 3: True, 4: True}
    answer = post(
        manager,
        page_url("run", run),
        {"shown": ["2", "3"], "chosen": []},
        headers={"accept": "application/json"},
    ).json()
    assert answer["number"] == 0
    post(manager, page_url("run", run), {"choose_all": "new:yes"})
    assert run.rows.filter(chosen=False).count() == 0
    post(manager, page_url("run", run), {"choose_all": "new:no"})
    assert run.rows.filter(state="new", chosen=True).count() == 0


def test_possible_duplicates_are_decided_by_the_person(checked, manager, post):
    known = OrganisationFactory(name="Möbel Erfurt", country="DE", kind="company", city="Erfurt")
    run = checked(["Moebel Erfurt", "DE", "Unternehmen", "Erfurt", ""])
    assert run.counts() == {"duplicate": 1}
    page = manager.get(page_url("run", run)).text
    address = reverse("admin:partners_organisation_change", args=[known.pk])
    assert f'href="{address}" target="_blank"' in page
    assert f'value="2::link:{known.pk}"' in page

    post(manager, page_url("run", run), {"decide": f"2::link:{known.pk}"})
    row = run.rows.get()
    assert row.state in ("same", "change") and row.plans[0]["pk"] == known.pk
    post(manager, page_url("run", run), {"decide": "2::"})
    assert run.counts() == {"duplicate": 1}
    post(manager, page_url("run", run), {"decide": "2::new"})
    assert run.counts() == {"new": 1}
    post(manager, page_url("run", run), {"decide": "2::"})
    post(manager, page_url("run", run), {"decide_all": ":skip"})
    assert run.counts() == {"skipped": 1}


@pytest.mark.parametrize("value", ["", "x", "2:", "x::new", "999::new"])
def test_a_decision_about_nothing_changes_nothing(value, checked, manager, post):
    run = checked(*ROWS)
    before = list(run.rows.values())
    response = post(manager, page_url("run", run), {"decide": value})
    assert response.status_code == 302
    assert list(run.rows.values()) == before


def test_totals_stay_out_unless_the_person_says_so(checked, manager, post):
    run = checked(*ROWS[:2], ["Summe: 2", None, None, None, None])
    row = run.rows.get(number=4)
    assert row.state == "skipped"
    assert 'value="4::row"' in manager.get(page_url("run", run)).text
    post(manager, page_url("run", run), {"decide": "4::row"})
    assert run.rows.get(number=4).state != "skipped"


def test_ambiguous_values_are_asked_once(client_for, project_manager, manager, post):
    mission = MissionFactory(code="2026-probe")
    rows = [["Textil Weber", mission.code, "03/04/2026"], ["Glas Wolf", mission.code, "05/06/2026"]]
    headings = ["Firma", "Mission", "bezahlt am"]
    manager.post(
        reverse("admin:missions_participation_import"), {"file": workbook(*rows, headings=headings)}
    )
    run = SpreadsheetImport.objects.get()
    data = proposed(manager, run)
    data[column_field(manager, run, "bezahlt am")] = "fee_paid_on"
    for name, value in (("value_country", "DE"), ("value_organisation_kind", "company")):
        if name in data:
            data[name] = value
    post(manager, page_url("columns", run), data)
    page = manager.get(page_url("run", run))
    (question,) = page.context["questions"]
    assert question["number"] == 2 and len(question["styles"]) == 2
    response = post(manager, page_url("run", run), {"style": "1"})
    assert response.status_code == 302
    assert manager.get(page_url("run", run)).context["questions"], "nothing was chosen"
    post(manager, page_url("run", run), {"style": "1", "style_fee_paid_on": "dmy"})
    run.refresh_from_db()
    assert run.state == State.CHECKED and run.styles == {"fee_paid_on": "dmy"}
    assert not manager.get(page_url("run", run)).context["questions"]


def test_rows_with_remarks(checked, manager):
    run = checked(*ROWS)
    response = manager.get(page_url("remarks", run))
    assert response.headers["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).worksheets[0]
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines[0][: len(HEADINGS)] == HEADINGS
    assert len(lines) == 2 and lines[1][0] == "Ohne Land"
    assert "Atlantis" in lines[1][-1]


def test_the_file_comes_back_as_it_was(uploaded, manager):
    run = uploaded(*ROWS)
    response = manager.get(page_url("file", run))
    assert 'filename="liste.xlsx"' in response.headers["Content-Disposition"]
    assert b"".join(response.streaming_content).startswith(b"PK")


# --- Apply and undo -----------------------------------------------------------------------------


def test_apply_done_and_undo(checked, manager, post):
    run = checked(*ROWS)
    response = post(manager, page_url("run", run), {"apply": "1", "shown": ["2"], "chosen": ["2"]})
    assert response.url.startswith(page_url("run", run))
    run.refresh_from_db()
    assert (run.state, run.applied_count) == (State.APPLIED, 2)
    page = manager.get(page_url("run", run))
    assert "Textil Taschkent" in page.text
    record = Organisation.objects.get(name="Textil Taschkent")
    history = reverse("admin:partners_organisation_history", args=[record.pk])
    assert f'href="{history}"' in page.text

    OrganisationFactory(name="Schon da")
    listed = manager.get(page.context["touched_url"])
    assert "Textil Taschkent" in listed.text and "Schon da" not in listed.text

    again = post(manager, page_url("run", run), {"apply": "1"})
    assert again.status_code == 302 and Organisation.objects.count() == 3

    assert manager.get(page_url("undo", run)).context["reasons"] == []
    post(manager, page_url("undo", run))
    run.refresh_from_db()
    assert run.state == State.UNDONE
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Schon da"]
    assert manager.get(page_url("run", run)).status_code == 200
    assert manager.get(page_url("undo", run)).status_code == 302


def test_undo_gives_its_reasons_against(checked, manager, post):
    run = checked(*ROWS)
    post(manager, page_url("run", run), {"apply": "1"})
    record = Organisation.objects.get(name="Textil Taschkent")
    record.city = "Buchara"
    record.save()
    page = manager.get(page_url("undo", run))
    assert page.context["reasons"] and "Textil Taschkent" in page.text
    post(manager, page_url("undo", run))
    run.refresh_from_db()
    assert run.state == State.APPLIED and Organisation.objects.count() == 2


def test_what_changed_since_the_check_is_shown(checked, manager, post):
    known = OrganisationFactory(name="Möbel Erfurt", country="DE", kind="company", city="Gera")
    run = checked(
        ["Moebel Erfurt", "DE", "Unternehmen", "Erfurt", ""],
        ["Glas Gera", "DE", "Unternehmen", "Gera", ""],
    )
    post(manager, page_url("run", run), {"decide": f"2::link:{known.pk}"})
    assert run.counts() == {"change": 1, "new": 1}
    known.refresh_from_db()
    known.city = "Weimar"
    known.save()
    post(manager, page_url("run", run), {"apply": "1"})
    assert run.counts() == {"refused": 1, "applied": 1}
    page = manager.get(page_url("run", run))
    assert f"{page_url('run', run)}?state=refused" in page.text


def test_a_list_of_participants_renames_nobody(manager, post):
    MissionFactory(code="2026-probe")
    titk = OrganisationFactory(
        name="Thüringisches Institut für Textil- und Kunststoff-Forschung e.V.",
        short_name="TITK", country="DE", kind="research_institute", city="",
    )  # fmt: skip
    row = ["TITK", "DE", "Forschungsinstitut", "Rudolstadt", "Weber"]
    headings = ["Firma", "Land", "Art der Einrichtung", "Ort", "Nachname"]
    manager.post(
        reverse("admin:missions_participation_import") + "?mission=2026-probe",
        {"file": workbook(row, headings=headings)},
    )
    run = SpreadsheetImport.objects.get()
    post(manager, page_url("columns", run), proposed(manager, run))
    post(manager, page_url("run", run), {"apply": "1"})
    run.refresh_from_db()
    assert run.state == State.APPLIED, run.problem
    assert titk.participations.count() == 1
    titk.refresh_from_db()
    assert titk.name.startswith("Thüringisches"), "the list calls it by its short name"
    assert titk.city == "Rudolstadt", "what was not known is learned"


@pytest.mark.parametrize("chunk", [2, 500])
def test_several_participants_of_one_known_company(chunk, manager, post, monkeypatch):
    """What each of their rows adds to the company goes in, however far apart they stand."""
    monkeypatch.setattr(applying, "chunked", partial(examining.chunked, size=chunk))
    MissionFactory(code="2026-probe")
    company = OrganisationFactory(
        name="Textil Jena GmbH",
        country="DE",
        kind="company",
        city="Jena",
        postal_code="",
        street="",
    )
    headings = ["Firma", "Land", "Art der Einrichtung", "Ort", "PLZ", "Straße", "Nachname"]
    start = ["Textil Jena GmbH", "DE", "Unternehmen", "Jena"]
    rows = [
        [*start, "07743", "", "Weber"],
        [*start, "", "Markt 1", "Wolf"],
        [*start, "07745", "", "Wagner"],
        [*start, "", "Markt 1", "Winter"],
    ]
    manager.post(
        reverse("admin:missions_participation_import") + "?mission=2026-probe",
        {"file": workbook(*rows, headings=headings)},
    )
    run = SpreadsheetImport.objects.get()
    post(manager, page_url("columns", run), proposed(manager, run))
    assert run.counts() == {"new": 4}
    post(manager, page_url("run", run), {"apply": "1"})
    run.refresh_from_db()
    assert (run.state, run.applied_count) == (State.APPLIED, 4), run.problem
    company.refresh_from_db()
    assert (company.postal_code, company.street) == ("07745", "Markt 1")
    assert company.participations.count() == 4
    post(manager, page_url("undo", run))
    run.refresh_from_db()
    assert run.state == State.UNDONE, run.problem
    company.refresh_from_db()
    assert (company.postal_code, company.street) == ("", "")


@pytest.mark.parametrize("state", SpreadsheetImport.WORKING)
def test_a_run_at_work_takes_no_changes(state, checked, manager, post, monkeypatch):
    run = checked(*ROWS)
    monkeypatch.setattr(jobs, "revive", lambda run: False)
    SpreadsheetImport.objects.filter(pk=run.pk).update(state=state)
    before = list(run.rows.values())
    for data in ({"decide": "2::skip"}, {"choose_all": "new:no"}, {"apply": "1"}, {"again": "1"}):
        post(manager, page_url("run", run), data)
    post(manager, page_url("columns", run), {"check": "1"})
    post(manager, page_url("undo", run))
    run.refresh_from_db()
    assert run.state == state and list(run.rows.values()) == before
    assert manager.get(page_url("remarks", run)).status_code == 404
    page = manager.get(page_url("run", run))
    assert page_url("progress", run) in page.text


def test_progress(checked, manager, monkeypatch):
    run = checked(*ROWS)
    monkeypatch.setattr(jobs, "revive", lambda run: False)
    SpreadsheetImport.objects.filter(pk=run.pk).update(state=State.APPLYING)
    half = jobs.Progress(done=150, total=300, seconds_left=90, running=True, stalled=False)
    monkeypatch.setattr(jobs, "progress", lambda run: half)
    answer = manager.get(page_url("progress", run)).json()
    assert (answer["working"], answer["done"], answer["total"]) == (True, 150, 300)
    assert "150" in answer["text"] and "300" in answer["text"]
    SpreadsheetImport.objects.filter(pk=run.pk).update(state=State.APPLIED)
    assert manager.get(page_url("progress", run)).json()["working"] is False


def test_a_dead_process_is_started_again_by_a_look(checked, manager):
    run = checked(*ROWS)
    SpreadsheetImport.objects.filter(pk=run.pk).update(state=State.APPLYING)
    page = manager.get(page_url("run", run))
    run.refresh_from_db()
    assert run.state == State.APPLIED and page.status_code == 200
    assert Organisation.objects.count() == 2


def test_after_the_retention_the_page_says_what_is_gone(checked, manager, post):
    run = checked(*ROWS)
    SpreadsheetImport.objects.filter(pk=run.pk).update(file="")
    run.rows.all().delete()
    assert reverse(UPLOAD) in manager.get(page_url("run", run)).text
    assert manager.get(page_url("columns", run)).url == page_url("run", run)
    for name in ("remarks", "file"):
        assert manager.get(page_url(name, run)).status_code == 404
    post(manager, page_url("run", run), {"apply": "1"})
    run.refresh_from_db()
    assert run.state == State.CHECKED


def test_records_that_may_not_be_opened_are_not_linked(checked, manager, project_manager):
    known = OrganisationFactory(name="Möbel Erfurt", country="DE", kind="company")
    run = checked(["Moebel Erfurt", "DE", "Unternehmen", "", ""])
    model_admin = admin.site.get_model_admin(Organisation)
    for group in project_manager.groups.all():
        rights = group.permissions.filter(codename__in=["view_organisation", "change_organisation"])
        group.permissions.remove(*rights)
    page = manager.get(page_url("run", run))
    assert page.status_code == 200, "entering is still allowed"
    assert not model_admin.has_view_permission(page.wsgi_request)
    address = reverse("admin:partners_organisation_change", args=[known.pk])
    assert f'href="{address}"' not in page.text


def test_a_row_is_named_and_counted_as_in_the_file(checked):
    run = checked(*ROWS)
    assert list(run.rows.values_list("number", flat=True)) == [2, 3, 4]
    assert run.checked_at <= timezone.now()
    assert set(ImportRow.objects.values_list("run", flat=True)) == {run.pk}
