"""Exports: what is on the screen, in files that open right, and nothing that a role may not see."""

import csv
import io
import re
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from legcrm.core.keys import Keys
from legcrm.core.models import ColumnSet, ExportLog
from legcrm.core.resources import BY_LABEL, resource_for
from legcrm.core.spreadsheets import exporting, formulas, writing
from legcrm.core.spreadsheets.writing import CUT_MARK, FORMATS, Heading, Sheet
from partners.models import Organisation
from tests.factories import OrganisationFactory, PersonFactory, ProjectFactory

LIST = "/partners/organisation/"
PAGE = f"{LIST}export/"

KINDS = ("text", "integer", "decimal", "date", "datetime", "time", "boolean")
ROW = (
    "Möbel «Ташкент»",
    17,
    Decimal("1234567.50"),
    date(2025, 12, 31),
    datetime(2025, 12, 31, 14, 30, 15),
    time(9, 5),
    True,
)
# What OWASP lists as the beginnings of formulas, with payloads seen in the wild.
PAYLOADS = [
    "=1+1",
    "=HYPERLINK(\"https://example.org/?\"&A1;\"Klick\")",
    "=cmd|' /C calc'!A0",
    "+49 361 5603100",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "|calc",
    "'=1+1",
    "\n=1+1",
]  # fmt: skip
TEXTS = [
    *PAYLOADS,
    "  zwei  Leerzeichen  ",
    "Zeile 1\nZeile 2\n\nZeile 4",
    "mit\tTabulator",
    "<b>&amp;</b> \"Anführung\" ; , 'x'",
    "_x0041_",
    "TRUE",
    "1E5",
    "0361 5603100",
    "31.12.2025",
    "😀 ʻOʻzbekiston",
]


def written(tmp_path, key, headings, rows, title="Organisationen"):
    path = tmp_path / f"file{FORMATS[key].suffix}"
    FORMATS[key].write(str(path), Sheet(title, "partners.organisation", headings), iter(rows))
    return path


def headings(*kinds):
    return [Heading(f"name_{kind}", f"Spalte {kind}", kind, 20) for kind in kinds]


def texts(tmp_path, key, values):
    """Write ``values`` as one column of texts; return what a reader gets back."""
    path = written(tmp_path, key, headings("text", "integer"), [(text, 1) for text in values])
    if key in ("xlsx", "ods"):
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return [row[0] for row in rows[1:]]
    encoding, delimiter = ("utf-8-sig", ";") if key == "csv" else ("utf-8", ",")
    with path.open(encoding=encoding, newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    return [formulas.unescape(row[0]) for row in rows[1:]]


# --- Files ----------------------------------------------------------------------------------


def test_a_workbook_has_typed_cells(tmp_path):
    sheet = load_workbook(written(tmp_path, "xlsx", headings(*KINDS), [ROW, [None] * 7])).active
    cells = sheet[2]
    assert [cell.value for cell in cells] == [
        ROW[0], 17, 1234567.5, datetime(2025, 12, 31), ROW[4], time(9, 5), True,
    ]  # fmt: skip
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "d", "d", "d", "b"]
    assert [cell.number_format for cell in cells[:6]] == [
        "@", "0", "#,##0.00", "dd.mm.yyyy", "dd.mm.yyyy hh:mm", "hh:mm",
    ]  # fmt: skip


def test_a_workbook_is_ready_to_work_with(tmp_path):
    book = load_workbook(written(tmp_path, "xlsx", headings(*KINDS), [ROW]))
    sheet = book.active
    assert sheet.title == "Organisationen"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width > 19
    names = book["legcrm"]
    assert names.sheet_state == "hidden"
    rows = [[cell for cell in row if cell is not None] for row in names.values]
    assert rows[0] == ["legcrm", "partners.organisation", "1"]
    assert rows[1] == ["name_text", "Spalte text"]
    assert len(rows) == 8


def test_an_opendocument_sheet_has_typed_cells(tmp_path):
    path = written(tmp_path, "ods", headings(*KINDS), [ROW])
    book = CalamineWorkbook.from_path(path)
    _header, cells = book.get_sheet_by_index(0).to_python()
    assert cells[:5] == [ROW[0], 17, 1234567.5, date(2025, 12, 31), ROW[4]]
    assert cells[6] is True
    assert [str(sheet.visible) for sheet in book.sheets_metadata] == [
        "SheetVisibleEnum.Visible",
        "SheetVisibleEnum.Hidden",
    ]
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        content = ElementTree.fromstring(archive.read("content.xml"))
        settings = archive.read("settings.xml").decode()
        manifest = archive.read("META-INF/manifest.xml").decode()
    kinds = [value for cell in content.iter() for key, value in cell.items() if "value-type" in key]
    assert kinds[7:14] == ["string", "float", "float", "date", "date", "time", "boolean"]
    times = [value for cell in content.iter() for key, value in cell.items() if "time-value" in key]
    assert times == ["PT09H05M00S"]
    ranges = [value for tag in content.iter() for key, value in tag.items() if "range-addr" in key]
    assert ranges == ["'Organisationen'.A1:'Organisationen'.G2"]
    assert "VerticalSplitPosition" in settings
    for part in ("content.xml", "settings.xml", "opendocument.spreadsheet"):
        assert part in manifest


@pytest.mark.parametrize("key", FORMATS)
def test_texts_come_back_as_they_were(tmp_path, key):
    back = texts(tmp_path, key, TEXTS)
    for before, after in zip(TEXTS, back, strict=True):
        if before == "\r=1+1" and key in ("xlsx", "ods"):
            # A lone carriage return is a line break there, or an escape of Excel's.
            assert after in ("\n=1+1", "\r=1+1", "_x000D_=1+1")
        else:
            assert after == before, key


@pytest.mark.parametrize("key", FORMATS)
def test_no_text_becomes_a_formula(tmp_path, key):
    path = written(tmp_path, key, headings("text", "integer"), [(text, 1) for text in PAYLOADS])
    if key in ("xlsx", "ods"):
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
        assert not any(re.search(rb"<f[ >]|table:formula", part) for part in parts)
    else:
        text = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
        cells = [row[0] for row in csv.reader(text, delimiter=";" if key == "csv" else ",")]
        assert len(cells) == len(PAYLOADS) + 1
        for cell in cells:
            assert cell.lstrip()[:1] not in set("=+-@|"), cell
            assert cell[:1] not in {"\t", "\r", "\n"}


def test_in_a_workbook_payloads_are_string_cells(tmp_path):
    sheet = load_workbook(
        written(tmp_path, "xlsx", headings("text"), [[text] for text in PAYLOADS])
    ).active
    assert {row[0].data_type for row in sheet.iter_rows(min_row=2)} == {"s"}


def test_control_characters_break_no_file(tmp_path):
    value = "a\x01b\x0bc\ufffe"
    path = written(tmp_path, "xlsx", headings("text"), [[value]])
    with zipfile.ZipFile(path) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
        ElementTree.fromstring(text)
    assert "a_x0001_b_x000B_c" in text
    assert texts(tmp_path, "ods", [value]) == ["abc"]


@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000], ids=["latin", "astral"])
def test_a_text_too_long_for_excel_is_cut_with_a_mark(tmp_path, text):
    sheet = load_workbook(written(tmp_path, "xlsx", headings("text"), [[text]])).active
    cut = sheet["A2"].value
    assert cut.endswith(CUT_MARK) and cut[:1000] == text[:1000]
    assert 32_000 < len(cut.encode("utf-16-le")) // 2 <= 32_767
    whole = "y" * 32_767
    sheet = load_workbook(written(tmp_path, "xlsx", headings("text"), [[whole]])).active
    assert sheet["A2"].value == whole
    assert texts(tmp_path, "csv", [text]) == [text]


@pytest.mark.parametrize("key", ["xlsx", "ods"])
def test_equal_labels_are_told_apart(tmp_path, key):
    columns = [Heading("one", "Name"), Heading("two", "Name")]
    book = CalamineWorkbook.from_path(written(tmp_path, key, columns, [("a", "b")], "A/B: [x]'s"))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows == [["Name", "Name (two)"], ["a", "b"]]
    names = book.get_sheet_by_name("legcrm").to_python()
    assert [row[:2] for row in names[1:]] == [["one", "Name"], ["two", "Name (two)"]]


@pytest.mark.parametrize("key", ["xlsx", "ods"])
def test_a_sheet_without_rows_has_its_header(tmp_path, key):
    book = CalamineWorkbook.from_path(written(tmp_path, key, headings("text", "date"), []))
    assert book.get_sheet_by_index(0).to_python()[0] == ["Spalte text", "Spalte date"]


def test_csv_for_german_excel(tmp_path):
    with translation.override("de"):
        path = written(tmp_path, "csv", headings(*KINDS), [ROW, [None] * 7])
    assert (
        path.read_bytes()
        == (
            "\ufeffSpalte text;Spalte integer;Spalte decimal;Spalte date;Spalte datetime;"
            "Spalte time;Spalte boolean\r\n"
            "Möbel «Ташкент»;17;1234567,50;31.12.2025;31.12.2025 14:30:15;09:05;ja\r\n"
            ";;;;;;\r\n"
        ).encode()
    )


def test_csv_for_programs(tmp_path):
    path = written(tmp_path, "csv-plain", headings(*KINDS), [ROW])
    assert (
        path.read_bytes()
        == (
            "name_text,name_integer,name_decimal,name_date,name_datetime,name_time,name_boolean\r\n"
            "Möbel «Ташкент»,17,1234567.50,2025-12-31,2025-12-31 14:30:15,09:05:00,true\r\n"
        ).encode()
    )


@pytest.mark.parametrize("key", FORMATS)
@pytest.mark.parametrize("odd", ["=1+1", "Zeile 1\r\nZeile 2"])
def test_one_odd_text_among_many_is_seen(tmp_path, key, odd):
    values = [f"Text {number}" for number in range(1200)]
    values[750] = odd
    back = texts(tmp_path, key, values)
    assert back.pop(750) == odd.replace("\r\n", "\n")
    assert back == values[:750] + values[751:]


def test_a_column_may_hold_cells_of_any_kind(tmp_path):
    cells = [None, "", "-1", 17, True, Decimal("1.50"), date(2025, 12, 31), time(9, 5), "Text"]
    rows = [(cell, 1) for cell in cells]
    path = written(tmp_path, "csv-plain", headings("text", "integer"), rows)
    lines = path.read_text().splitlines()[1:]
    assert [line.removesuffix(",1") for line in lines] == [
        "", "", "'-1", "17", "true", "1.50", "2025-12-31", "09:05:00", "Text",
    ]  # fmt: skip
    sheet = load_workbook(written(tmp_path, "xlsx", headings("text", "integer"), rows)).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [
        None, None, "-1", 17, True, 1.5, 46022, pytest.approx((9 * 60 + 5) / 1440), "Text",
    ]  # fmt: skip


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA")])
def test_letters_of_columns(number, letters):
    assert writing.column_letters(number) == letters


# --- Lists ----------------------------------------------------------------------------------


def post(client, address=PAGE, columns=("name", "country"), file_format="csv-plain", **data):
    return client.post(address, {"columns": columns, "file_format": file_format, **data})


def content(response):
    assert response.status_code == 200, response.content[:2000]
    assert response.headers["Content-Disposition"].startswith("attachment"), response.headers
    return b"".join(response)


def rows_of(response):
    return list(csv.DictReader(io.StringIO(content(response).decode("utf-8-sig"))))


@pytest.fixture
def client(client_for, editor):
    return client_for(editor)


@pytest.mark.django_db
class TestRows:
    def test_what_is_filtered_searched_and_sorted_is_exported(self, client):
        OrganisationFactory(name="Werkzeugbau Alpha", country="KZ")
        OrganisationFactory(name="Werkzeugbau Beta", country="KZ")
        OrganisationFactory(name="Werkzeugbau Gamma", country="UZ")
        OrganisationFactory(name="Spinnerei", country="KZ")
        response = post(client, f"{PAGE}?country=KZ&q=werkzeug&o=-1")
        assert [row["name"] for row in rows_of(response)] == [
            "Werkzeugbau Beta",
            "Werkzeugbau Alpha",
        ]

    def test_all_rows_are_exported_not_the_page(self, client):
        OrganisationFactory.create_batch(60)
        assert len(rows_of(post(client, f"{PAGE}?p=2"))) == 60

    def test_archived_records_only_if_the_list_shows_them(self, client):
        OrganisationFactory(name="Da")
        OrganisationFactory(name="Weg").archive("doppelt")
        assert [row["name"] for row in rows_of(post(client))] == ["Da"]
        assert len(rows_of(post(client, f"{PAGE}?archived=all"))) == 2

    def test_the_chosen_columns_in_the_order_of_the_list(self, client):
        OrganisationFactory(name="TITK", city="Rudolstadt")
        (row,) = rows_of(post(client, columns=["city", "name"]))
        assert list(row.items()) == [("name", "TITK"), ("city", "Rudolstadt")]

    def test_selected_rows(self, client):
        first, _second, third = OrganisationFactory.create_batch(3)
        action = {"action": "export_selected", "_selected_action": [first.pk, third.pk]}
        response = client.post(f"{LIST}?o=1", action)
        assert response.status_code == 302
        page = client.get(response.url)
        assert page.context["count"] == 2
        rows = rows_of(post(client, response.url))
        assert {row["name"] for row in rows} == {first.name, third.name}

    def test_all_rows_selected_across_pages(self, client):
        made = OrganisationFactory.create_batch(60, country="KZ")
        OrganisationFactory(country="UZ")
        action = {
            "action": "export_selected",
            "_selected_action": [made[0].pk],
            "select_across": "1",
        }
        response = client.post(f"{LIST}?country=KZ", action)
        assert len(rows_of(post(client, response.url))) == 60

    def test_a_selection_reaches_no_record_beyond_the_list(self, client):
        hidden = OrganisationFactory(name="Weg")
        hidden.archive("doppelt")
        shown = OrganisationFactory(name="Da")
        response = post(client, f"{PAGE}?_selected={hidden.pk},{shown.pk},x,{'9' * 30}")
        assert [row["name"] for row in rows_of(response)] == ["Da"]

    def test_links_names_and_labels_in_the_users_language(self, client):
        parent = OrganisationFactory(name="Mutter AG")
        record = OrganisationFactory(
            name="Tochter", country="KZ", kind="company", parent=parent, is_home=False
        )
        record.names.create(text="Қыз", language="kk")
        record.identifiers.create(scheme="register", value="HRB 17")
        columns = ["kind", "country", "parent", "other_names", "register", "is_home"]
        response = post(client, f"{PAGE}?q=tochter", columns=columns, file_format="csv")
        text = content(response).decode("utf-8-sig")
        assert text.splitlines()[1] == "Unternehmen;Kasachstan;nein;Mutter AG;Қыз;HRB 17"

    def test_an_empty_list_is_said_and_gives_no_file(self, client):
        page = client.get(f"{PAGE}?q=gibtesnicht")
        assert page.context["count"] == 0
        assert "export-form" not in page.content.decode()
        response = post(client, f"{PAGE}?q=gibtesnicht")
        assert response.status_code == 400
        assert not response.has_header("Content-Disposition")
        assert not ExportLog.objects.exists()

    def test_a_list_too_long_for_a_workbook_is_said(self, client, monkeypatch):
        OrganisationFactory.create_batch(2)
        short = {"xlsx": FORMATS["xlsx"].__class__(**{**vars(FORMATS["xlsx"]), "max_rows": 1})}
        monkeypatch.setattr("legcrm.core.export_views.FORMATS", {**FORMATS, **short})
        response = post(client, file_format="xlsx")
        assert response.status_code == 400
        assert "CSV" in str(response.context["form"].non_field_errors())
        assert len(rows_of(post(client))) == 2

    def test_an_error_while_writing_is_no_half_file(self, client, monkeypatch):
        OrganisationFactory()

        def fail(*args):
            raise RuntimeError("disk full")

        monkeypatch.setattr(exporting, "_cells", fail)
        with pytest.raises(RuntimeError):
            post(client)
        assert not ExportLog.objects.exists()

    def test_a_filter_that_is_none_leads_back_to_the_list(self, client):
        response = client.get(f"{PAGE}?nonsense__exact=1")
        assert (response.status_code, response.url) == (302, f"{LIST}?e=1")


@pytest.mark.django_db
class TestLogAndName:
    def test_who_what_how_many(self, client, editor):
        OrganisationFactory(name="Alpha", country="KZ")
        with translation.override("de"):
            response = post(client, f"{PAGE}?country=KZ&q=alpha&o=1", file_format="xlsx")
        entry = ExportLog.objects.get()
        assert (entry.user, entry.model) == (editor, "partners.Organisation")
        assert (entry.file_format, entry.rows) == ("xlsx", 1)
        for word in ("Kasachstan", "alpha"):
            assert word in entry.filters
        today = timezone.localdate().isoformat()
        name = f"organisationen-{today}.xlsx"
        assert f'filename="{name}"' in response.headers["Content-Disposition"]

    def test_the_page_says_what_narrows_the_list(self, client):
        OrganisationFactory(country="KZ")
        OrganisationFactory(country="UZ")
        page = client.get(f"{PAGE}?country=KZ&country=UZ&q=x&home=no")
        names, values = zip(*page.context["filters"], strict=True)
        assert names[1:] == ("Land", "Aus der Heimatregion", "Archiv")
        assert values == ("x", "Kasachstan, Usbekistan", "außerhalb", "nicht archiviert")

    def test_days_from_and_to_are_said(self, client):
        page = client.get("/missions/interaction/export/?occurred_at_from=01.02.2026")
        assert any("01.02.2026" in values for _name, values in page.context["filters"])


# --- Column sets ----------------------------------------------------------------------------


@pytest.mark.django_db
class TestColumnSets:
    def test_save_choose_overwrite_and_delete(self, client, editor):
        OrganisationFactory()
        save = {"_save_set": "1", "name": "Rundbrief"}
        response = post(client, f"{PAGE}?country=KZ", ["name", "email"], **save)
        kept = ColumnSet.objects.get()
        assert (kept.user, kept.model) == (editor, "partners.organisation")
        assert kept.columns == ["name", "email"]
        assert response.url == f"?country=KZ&_columns={kept.pk}"

        OrganisationFactory(country="KZ")
        page = client.get(f"{PAGE}{response.url}")
        assert page.context["form"].initial["columns"] == ["name", "email"]
        assert "Rundbrief" in page.content.decode()

        post(client, PAGE, ["name"], **save)
        kept.refresh_from_db()
        assert (kept.columns, ColumnSet.objects.count()) == (["name"], 1)

        post(client, f"{PAGE}?_columns={kept.pk}", ["name"], _delete_set="1")
        assert not ColumnSet.objects.exists()

    def test_the_last_choice_is_offered_again(self, client):
        OrganisationFactory()
        content(post(client, columns=["name", "city"], file_format="ods"))
        assert client.get(PAGE).context["form"].initial == {
            "file_format": "ods",
            "columns": ["name", "city"],
        }
        everything = client.get(f"{PAGE}?_columns=all").context["form"].initial["columns"]
        assert len(everything) > 20

    def test_those_of_others_are_out_of_reach(self, client, project_manager):
        OrganisationFactory()
        other = ColumnSet.objects.create(
            user=project_manager, model="partners.organisation", name="Geheim", columns=["name"]
        )
        page = client.get(f"{PAGE}?_columns={other.pk}")
        assert "Geheim" not in page.content.decode()
        assert len(page.context["form"].initial["columns"]) > 20
        post(client, f"{PAGE}?_columns={other.pk}", _delete_set="1")
        post(client, PAGE, ["city"], _save_set="1", name="Geheim")
        other.refresh_from_db()
        assert other.columns == ["name"]

    def test_those_of_another_list_are_not_offered(self, client, editor):
        OrganisationFactory()
        other = ColumnSet.objects.create(
            user=editor, model="partners.person", name="Menschen", columns=["last_name"]
        )
        assert "Menschen" not in client.get(f"{PAGE}?_columns={other.pk}").content.decode()

    @pytest.mark.parametrize("name", ["", "x" * 81])
    def test_a_set_needs_a_name_of_some_length(self, client, name):
        OrganisationFactory()
        response = post(client, _save_set="1", name=name)
        assert response.status_code == 400
        assert response.context["set_form"].errors["name"]
        assert not ColumnSet.objects.exists()

    def test_no_column_is_no_choice(self, client):
        OrganisationFactory()
        for button in ({}, {"_save_set": "1", "name": "Leer"}):
            response = post(client, columns=[], **button)
            assert response.status_code == 400
            assert response.context["form"].errors["columns"]


# --- Rights ---------------------------------------------------------------------------------


@pytest.mark.django_db
class TestRights:
    @pytest.mark.parametrize("label", sorted(BY_LABEL))
    def test_staff_without_the_right_get_403(self, label, client_for, outsider):
        client = client_for(outsider)
        address = reverse(f"admin:{label.replace('.', '_')}_export")
        assert client.get(address).status_code == 403
        for button in ({}, {"_save_set": "1", "name": "x"}, {"_delete_set": "1"}):
            assert post(client, address, **button).status_code == 403
        assert not ExportLog.objects.exists()
        assert not ColumnSet.objects.exists()

    def test_a_reader_exports_no_people(self, client_for, reader):
        PersonFactory()
        client = client_for(reader)
        address = "/partners/person/export/"
        assert client.get(address).status_code == 403
        assert post(client, address, ["last_name"]).status_code == 403

    def test_a_reader_is_offered_no_action(self, client_for, reader):
        person = PersonFactory()
        client = client_for(reader)
        address = "/partners/person/"
        client.post(address, {"action": "export_selected", "_selected_action": [person.pk]})
        assert "export_selected" not in client.get(address).content.decode()
        assert "export/" not in client.get(address).content.decode()
        assert "export/" in client.get(LIST).content.decode()

    def test_a_hidden_column_is_neither_offered_nor_delivered(self, client_for, reader, editor):
        OrganisationFactory(name="TITK", notes="vertraulich")
        assert "notes" in client_for(editor).get(PAGE).context["form"].fields["columns"].choices[19]
        client = client_for(reader)
        offered = dict(client.get(PAGE).context["form"].fields["columns"].choices)
        assert "name" in offered
        assert "notes" not in offered
        response = post(client, columns=["name", "notes"])
        assert response.status_code == 400
        ColumnSet.objects.create(
            user=reader, model="partners.organisation", name="alt", columns=["name", "notes"]
        )
        kept = ColumnSet.objects.get()
        page = client.get(f"{PAGE}?_columns={kept.pk}")
        assert page.context["form"].initial["columns"] == ["name"]
        assert b"vertraulich" not in content(post(client, columns=list(offered)))


# --- Cost -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("label", sorted(BY_LABEL))
def test_queries_grow_with_chunks_not_with_rows(label, monkeypatch, administrator):
    from tests.test_whole_project import BY_MODEL

    resource = resource_for(label, administrator)
    factory = BY_MODEL[resource._meta.model]

    def queries():
        with CaptureQueriesContext(connection) as captured:
            rows = list(exporting.read(factory._meta.model.objects.order_by("pk"), columns))
        return len(captured), rows

    columns = list(resource.columns().values())
    factory.create_batch(3)
    few, _rows = queries()
    factory.create_batch(12)
    many, rows = queries()
    assert few == many
    assert len(rows) >= 15
    monkeypatch.setattr(exporting, "CHUNK", 5)
    chunked, in_chunks = queries()
    assert in_chunks == rows
    assert chunked <= 1 + (many - 1) * -(-len(rows) // 5)


@pytest.mark.django_db
def test_identifiers_of_all_schemes_are_read_at_once():
    for name in ("Alpha", "Beta"):
        record = OrganisationFactory(name=name)
        record.identifiers.create(scheme="register", value=f"HRB {name}")
        record.identifiers.create(scheme="foreign", value=f"{name} 2")
        record.identifiers.create(scheme="foreign", value=f"{name} 1")
    columns = resource_for("partners.organisation", None).columns()
    chosen = [columns[name] for name in ("foreign_identifier", "vat", "register")]
    with CaptureQueriesContext(connection) as captured:
        rows = list(exporting.read(Organisation.objects.order_by("name"), chosen))
    assert rows == [
        ("Alpha 2; Alpha 1", None, "HRB Alpha"),
        ("Beta 2; Beta 1", None, "HRB Beta"),
    ]
    statements = [query["sql"] for query in captured]
    assert sum("partners_organisationidentifier" in sql for sql in statements) == 1


@pytest.mark.django_db
def test_filtering_by_keys_is_filtering_by_their_list():
    first, second, third = OrganisationFactory.create_batch(3)
    for keys in ([], [second.pk], [third.pk, first.pk, first.pk, 2**62, -1]):
        expected = Organisation.objects.filter(pk__in=keys).order_by("pk")
        assert list(Organisation.objects.filter(pk__in=Keys(keys)).order_by("pk")) == list(expected)
    first.parent = second
    first.save()
    assert Organisation.objects.get(parent__in=Keys([second.pk])) == first
    assert Organisation.objects.exclude(pk__in=Keys([first.pk, second.pk])).get() == third


@pytest.mark.django_db
def test_annotations_of_the_list_are_not_fetched(client):
    OrganisationFactory.create_batch(3)
    with CaptureQueriesContext(connection) as captured:
        content(post(client))
    (statement,) = [
        query["sql"]
        for query in captured
        if query["sql"].startswith(("SELECT", "DECLARE"))
        and re.search(r'"partners_organisation"."country"( AS "\w+")? FROM', query["sql"])
    ]
    assert statement.count("SELECT") == 1, statement


# --- On the command line --------------------------------------------------------------------


@pytest.mark.django_db
class TestCommand:
    def run(self, *arguments, **options):
        call_command("export_list", *map(str, arguments), verbosity=0, **options)

    def test_everything_into_a_workbook(self, tmp_path):
        OrganisationFactory(name="TITK", country="DE")
        OrganisationFactory(name="Weg").archive("doppelt")
        self.run("partners.organisation", tmp_path / "o.xlsx")
        sheet = load_workbook(tmp_path / "o.xlsx").active
        assert sheet.max_row == 2
        assert [cell.value for cell in sheet[1]][1:4] == ["Art", "Name", "Kurzname"]
        entry = ExportLog.objects.get()
        assert (entry.user, entry.rows, entry.file_format) == (None, 1, "xlsx")
        self.run("partners.organisation", tmp_path / "all.csv", "--archived")
        assert len((tmp_path / "all.csv").read_text("utf-8-sig").splitlines()) == 3

    def test_columns_filters_and_format(self, tmp_path):
        OrganisationFactory(name="Alpha", country="KZ")
        OrganisationFactory(name="Beta", country="UZ")
        self.run(
            "partners.organisation", tmp_path / "o.csv", "--columns", "name,country_code",
            "--filter", "country=KZ", "--format", "csv-plain",
        )  # fmt: skip
        assert (tmp_path / "o.csv").read_text() == "name,country_code\nAlpha,KZ\n"
        assert ExportLog.objects.get().filters == "country=KZ"

    def test_the_rights_of_the_person_hold(self, tmp_path, reader):
        OrganisationFactory(notes="vertraulich")
        self.run("partners.organisation", tmp_path / "o.csv", "--user", reader.username)
        assert "vertraulich" not in (tmp_path / "o.csv").read_text("utf-8-sig")
        assert ExportLog.objects.get().user == reader
        for arguments in (
            ["partners.person", tmp_path / "p.csv", "--user", reader.username],
            ["partners.organisation", tmp_path / "p.csv", "--user", reader.username,
             "--columns", "notes"],
            ["partners.organisation", tmp_path / "p.csv", "--user", reader.username,
             "--filter", "notes__startswith=v"],
        ):  # fmt: skip
            with pytest.raises(CommandError):
                self.run(*arguments)
        assert not (tmp_path / "p.csv").exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            ["partners.nothing", "o.csv"],
            ["partners.organisation", "o.xls"],
            ["partners.organisation", "o.csv", "--columns", "name,secret"],
            ["partners.organisation", "o.csv", "--filter", "country"],
            ["partners.organisation", "o.csv", "--filter", "nothing=1"],
            ["partners.organisation", "o.csv", "--filter", "owner=x"],
            ["partners.organisation", "o.csv", "--filter", "country=KZ"],  # none
            ["partners.organisation", "o.csv", "--user", "niemand"],
        ],
    )
    def test_a_mistake_is_said(self, arguments, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        OrganisationFactory(country="UZ")
        with pytest.raises(CommandError):
            self.run(*arguments)
        assert not (tmp_path / "o.csv").exists()
        assert not ExportLog.objects.exists()


@pytest.mark.django_db
def test_money_is_a_number(client_for, project_manager):
    ProjectFactory(title="Spinnerei", value_forecast_eur=Decimal("4200000.00"))
    client = client_for(project_manager)
    response = post(
        client, "/missions/project/export/", ["title", "value_forecast_eur"], file_format="xlsx"
    )
    sheet = load_workbook(io.BytesIO(content(response))).active
    assert [cell.value for cell in sheet[2]] == ["Spinnerei", 4_200_000]
    assert sheet["B2"].number_format == "#,##0.00"
