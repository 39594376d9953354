"""Imports from the command line: the same engine, rights and history as on the pages."""

from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from legcrm.core.models import ImportRow, SpreadsheetImport
from legcrm.core.spreadsheets import importing
from legcrm.core.spreadsheets.importing import applying
from missions.models import Project
from partners.models import Organisation, Person
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db

LIST = """Verband der Werkzeugbauer – Mitglieder;;;
Firma;Land;Ort;Bemerkung
TITK;Deutschland;Rudolstadt;forscht
UzTextilprom;Usbekistan;Taschkent;
"""


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.fixture
def make_list(tmp_path):
    def make(text=LIST):
        path = tmp_path / "liste.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def run(project_manager):
    """Run the command as the project manager; return what it says."""

    def run(path, *arguments, user=project_manager.username, **options):
        out = StringIO()
        arguments = [str(path), "--user", user, *map(str, arguments)]
        call_command("import_partners", *arguments, stdout=out, **options)
        return out.getvalue()

    return run


def uploads():
    """Return the folders of uploads on the disk."""
    try:
        return set(default_storage.listdir("imports")[0])
    except FileNotFoundError:
        return set()


@pytest.fixture
def leaves_nothing():
    """Assert that the test leaves no import behind, and no file of one."""
    before = uploads()
    yield
    assert not SpreadsheetImport.objects.exists()
    assert not ImportRow.objects.exists()
    assert uploads() == before


def test_rows_come_in_with_history_and_author(run, make_list, project_manager):
    said = run(make_list(), "--set", "kind=company")
    titk, uztextil = Organisation.objects.order_by("name")
    assert (titk.name, titk.country, titk.kind, titk.notes) == ("TITK", "DE", "company", "forscht")
    assert (uztextil.city, uztextil.country) == ("Taschkent", "UZ")
    entry = titk.history.get()
    assert entry.history_user == entry.created_by == project_manager
    imported = SpreadsheetImport.objects.get()
    assert entry.history_change_reason == imported.reason
    assert (imported.state, imported.applied_count) == ("applied", 2)
    assert "the headings stand in row 2" in said
    assert "Firma: name (Name)" in said
    assert f"{ImportRow.State.APPLIED.label}: 2" in said
    assert "Rows applied: 2" in said


def test_what_came_in_can_be_undone(run, make_list):
    run(make_list(), "--set", "kind=company")
    imported = SpreadsheetImport.objects.get()
    assert importing.can_undo(imported) == []
    SpreadsheetImport.objects.update(state="undoing")
    imported.refresh_from_db()
    importing.undo(imported, lambda done, total: None)
    assert not Organisation.objects.exists()


def test_a_dry_run_only_says_what_would_happen(run, make_list, leaves_nothing):
    said = run(make_list(), "--set", "kind=company", "--dry-run")
    assert f"{ImportRow.State.NEW.label}: 2" in said
    assert "Nothing was written." in said
    assert not Organisation.objects.exists()
    assert not Organisation.history.exists()


def test_another_list(run, make_list):
    path = make_list("Nachname;Vorname\nSárközi;Anna\n")
    run(path, "--model", "partners.person")
    assert str(Person.objects.get().last_name) == "Sárközi"


def test_a_column_can_be_assigned_and_left_out(run, make_list):
    path = make_list("Wer;Ort;Land\nTITK;Rudolstadt;DE\n")
    said = run(path, "--map", "wer=name", "--map", "Ort=", "--set", "kind=company")
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.city) == ("TITK", "")
    assert "Ort: left out" in said


def test_what_is_assigned_goes_before_what_is_proposed(run, make_list):
    path = make_list("Firma;Firma (amtlich);Land\nTITK;Textilinstitut;DE\n")
    run(path, "--map", "Firma (amtlich)=name", "--set", "kind=company")
    assert Organisation.objects.get().name == "Textilinstitut"


def test_the_header_row_can_be_named(run, make_list):
    path = make_list("Name;Ort\nFirma;Land\nTITK;DE\n")
    run(path, "--header-row", 2, "--set", "kind=company")
    assert Organisation.objects.get().name == "TITK"


def test_a_row_with_an_error_stays_out_and_is_explained(run, make_list, tmp_path):
    path = make_list("Firma;Land;E-Mail\nTITK;DE;a@example.org\nFalsch;DE;kein at\n")
    remarks = tmp_path / "remarks.xlsx"
    with pytest.raises(CommandError, match="Rows with errors: 1") as caught:
        run(path, "--set", "kind=company", "--remarks", remarks)
    assert caught.value.returncode == 1
    assert Organisation.objects.get().name == "TITK"
    lines = list(load_workbook(remarks).active.values)
    assert len(lines) == 2
    assert lines[1][:3] == ("Falsch", "DE", "kein at")
    assert lines[1][3]


def test_each_problem_names_row_field_value_and_remedy(make_list, project_manager, leaves_nothing):
    path = make_list("Firma;Land\n" + "".join(f"Firma {n};Nirgends\n" for n in range(60)))
    out = StringIO()
    with pytest.raises(CommandError):
        call_command(
            "import_partners", str(path), "--user", project_manager.username,
            "--set", "kind=company", "--dry-run", stdout=out,
        )  # fmt: skip
    rows = [line for line in out.getvalue().splitlines() if line.startswith("Row ")]
    assert len(rows) == 50
    assert rows[0].startswith("Row 2: Land · Nirgends · ")
    assert "… and 10 more" in out.getvalue()


def test_blank_cells_leave_values_alone_unless_told(run, make_list):
    organisation = OrganisationFactory(name="TITK", country="DE", city="Rudolstadt")
    path = make_list(f"Nummer;Firma;Ort\n{organisation.pk};TITK neu;\n")
    run(path, "--map", "Nummer=id")
    organisation.refresh_from_db()
    assert (organisation.name, organisation.city) == ("TITK neu", "Rudolstadt")
    run(path, "--map", "Nummer=id", "--clear-blanks")
    organisation.refresh_from_db()
    assert organisation.city == ""


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], ["alt"]),
        (["--duplicates", "skip"], ["alt"]),
        (["--duplicates", "link"], ["forscht"]),
        (["--duplicates", "new"], ["alt", "forscht"]),
    ],
)
def test_possible_duplicates_are_decided_by_the_person(run, make_list, arguments, names):
    OrganisationFactory(name="TITK", country="DE", notes="alt")
    path = make_list("Firma;Land;Bemerkung\nTITK;DE;forscht\n")
    said = run(path, "--set", "kind=company", *arguments)
    assert sorted(Organisation.objects.values_list("notes", flat=True)) == names
    assert ("Row 2: " in said) == (not arguments)


def test_ambiguous_numbers_are_asked_and_answered(run, make_list, project_manager):
    path = make_list("Titel;Status;Verantwortlich;Prognose\nWerk;Idee;%s;1.234\n")
    path.write_text(path.read_text() % project_manager.username)
    arguments = ["--model", "missions.project", "--map", "Prognose=value_forecast_eur"]
    arguments += ["--map", "Status=stage"]
    out = StringIO()
    with pytest.raises(CommandError, match="errors: 1"):
        call_command(
            "import_partners", str(path), "--user", project_manager.username, *arguments, stdout=out
        )
    assert "--style value_forecast_eur=de means 1234" in out.getvalue()
    run(path, *arguments, "--style", "value_forecast_eur=de")
    assert Project.objects.get().value_forecast_eur == 1234


def test_a_field_that_is_needed_is_named_in_german(run, make_list, leaves_nothing):
    with pytest.raises(CommandError, match="Land"):
        run(make_list("Firma\nTITK\n"), "--set", "kind=company")


class TestRefusals:
    @pytest.mark.parametrize("persona", ["editor", "reader", "outsider"])
    def test_without_the_right(self, run, make_list, request, persona, leaves_nothing):
        user = request.getfixturevalue(persona)
        with pytest.raises(CommandError, match="may not import"):
            run(make_list(), user=user.username)

    def test_no_user(self, make_list):
        with pytest.raises(CommandError, match="--user"):
            call_command("import_partners", str(make_list()))

    def test_unknown_user(self, run, make_list, leaves_nothing):
        with pytest.raises(CommandError, match="No active user is called niemand"):
            run(make_list(), user="niemand")

    def test_unknown_list(self, run, make_list, leaves_nothing):
        with pytest.raises(CommandError, match=r"no list partners\.sector .*partners\.person"):
            run(make_list(), "--model", "partners.sector")

    def test_missing_file(self, run, tmp_path, leaves_nothing):
        with pytest.raises(CommandError, match="can't be opened"):
            run(tmp_path / "nirgends.xlsx")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--map", "Ort"], "HEADING=FIELD"),
            (["--map", "Straße=street"], "no column Straße.*Firma, Land, Ort, Bemerkung"),
            (["--map", "Ort=nowhere"], "nowhere"),
            (["--set", "kind"], "FIELD=VALUE"),
            (["--set", "nowhere=1"], "no field nowhere.*kind"),
            (["--style", "nowhere=de"], "no field nowhere"),
            (["--encoding", "latin-17"], "latin-17"),
        ],
    )
    def test_wrong_arguments(self, run, make_list, arguments, message, leaves_nothing):
        with pytest.raises(CommandError, match=message):
            run(make_list(), *arguments)

    def test_an_unreadable_file(self, run, tmp_path, leaves_nothing):
        path = tmp_path / "liste.xlsx"
        path.write_bytes(b"%PDF-1.7\n")
        with pytest.raises(CommandError, match="PDF"):
            run(path)


def test_an_error_while_applying_leaves_nothing(run, make_list, monkeypatch, leaves_nothing):
    def fail(self, entries):
        raise KeyboardInterrupt

    monkeypatch.setattr(applying.Writer, "_update", fail)
    with pytest.raises(KeyboardInterrupt):
        run(make_list(), "--set", "kind=company")
    assert not Organisation.objects.exists()


def test_the_bar_is_shown_to_a_person_only(make_list, project_manager):
    for stream, shown in ((Terminal(), True), (StringIO(), False)):
        call_command(
            "import_partners", str(make_list()), "--user", project_manager.username,
            "--set", "kind=company", "--dry-run", stdout=StringIO(), stderr=stream,
        )  # fmt: skip
        assert ("rows" in stream.getvalue()) == shown


def test_quiet(run, make_list):
    PersonFactory()
    assert run(make_list(), "--set", "kind=company", verbosity=0) == ""
