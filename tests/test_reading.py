"""Good files are read as people mean them: XLSX, ODS and CSV as German offices send them."""

import signal
import subprocess
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcrm.core.spreadsheets import formulas, reader, reading
from tests import spreadsheet_files as files


def rows_of(path, **options):
    return list(reading.read_rows(path, **options))


def cells_of(path, **options):
    return [cells for _number, cells in rows_of(path, **options)]


# --- formulas


@given(st.text(st.sampled_from("'=+-@|\t\r\n ＝＠\0\ufeff\xa0ab1")))
def test_escaping_is_undone_and_leaves_nothing_to_run(text):
    escaped = formulas.escape(text)
    assert formulas.unescape(escaped) == text
    assert not escaped.strip("\0\ufeff \xa0\t\r\n").startswith(tuple("=+-@|＝＠"))


@given(st.text())
def test_escaping_any_text_is_undone(text):
    assert formulas.unescape(formulas.escape(text)) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 361", "-5", "@SUM(A1)", "|cmd", "\tx", "\rx", "\nx", " =1", "'=1", "＝1"]
)
def test_what_a_spreadsheet_would_run_is_escaped(text):
    assert formulas.escape(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Name", "O'Neill", "'s-Hertogenbosch", "1 = 1", " a"])
def test_other_text_is_left_alone(text):
    assert formulas.escape(text) == text
    assert formulas.unescape(text) == text


# --- CSV


def test_csv_of_german_excel(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_bytes(
        "Name;Straße;Umsatz\r\nMüller & Söhne;Markt 1, Hof;1.234,56\r\n".encode("cp1252")
    )
    found = reading.inspect(path)
    assert (found.format, found.encoding, found.delimiter) == ("csv", "cp1252", ";")
    assert found.sample == [
        (1, ["Name", "Straße", "Umsatz"]),
        (2, ["Müller & Söhne", "Markt 1, Hof", "1.234,56"]),
    ]
    assert (found.row_count, found.column_count, found.sheets) == (2, 3, [])
    assert rows_of(path) == found.sample


@pytest.mark.parametrize(
    ("encoding", "delimiter", "found_as"),
    [
        ("utf-8-sig", ";", "utf-8-sig"),
        ("utf-8", ",", "utf-8"),
        ("utf-16", "\t", "utf-16"),
        ("utf-8", "|", "utf-8"),
    ],
)
def test_encoding_and_delimiter_are_found(tmp_path, encoding, delimiter, found_as):
    lines = [["Name", "Ort"], ["Ўзтўқимачиликсаноат", "Ташкент"], ["Groß, Klein", "Gera; Jena"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    path = tmp_path / "liste.txt"
    path.write_bytes(text.encode(encoding))
    found = reading.inspect(path)
    assert (found.encoding, found.delimiter) == (found_as, delimiter)
    assert cells_of(path) == lines


def test_csv_of_another_encoding_is_chosen_by_hand(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_bytes("Название;Город\nЗавод;Ташкент\n".encode("cp1251"))
    assert cells_of(path, encoding="cp1251")[1] == ["Завод", "Ташкент"]
    with pytest.raises(reading.Unreadable) as refused:
        rows_of(path, encoding="utf-8")
    assert refused.value.code == "wrong_encoding"
    assert "1" in refused.value.message and "utf-8" in refused.value.message


def test_csv_rows_are_numbered_by_the_line_they_begin_on(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text('Name;Notiz\n\nA;"eins\nzwei ""zitiert"""\n;;\nB;drei\n', encoding="utf-8")
    assert rows_of(path) == [
        (1, ["Name", "Notiz"]),
        (3, ["A", 'eins\nzwei "zitiert"']),
        (6, ["B", "drei"]),
    ]


def test_the_delimiter_named_by_excel_is_no_row(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("sep=|\nName|Ort; Land\nA|B\n", encoding="utf-8")
    assert reading.inspect(path).delimiter == "|"
    assert rows_of(path) == [(2, ["Name", "Ort; Land"]), (3, ["A", "B"])]


def test_title_rows_do_not_mislead_about_the_delimiter(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text(
        "Teilnehmer, Stand Mai, vorläufig\n\nName;Ort;Land;Betrag\n"
        + "Meier, Anna;Gera;DE;1,5\nSchulz;Jena;DE;2,25\n" * 5,
        encoding="utf-8",
    )
    assert reading.inspect(path).delimiter == ";"


def test_escaped_text_comes_back_from_csv_alone(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("Name;Telefon\n'=A;'+49 361\n''-x;'s Hof\n", encoding="utf-8")
    assert cells_of(path)[1:] == [["=A", "+49 361"], ["'-x", "'s Hof"]]
    book = files.xlsx(tmp_path / "liste.xlsx", files.row(1, files.text_cell("A1", "'=A")))
    assert cells_of(book) == [["'=A"]]


def test_a_short_csv_in_capitals_is_no_picture(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("BMW;MM\n1;2\n")
    assert reading.inspect(path).format == "csv"


# --- XLSX


def test_xlsx_with_titles_above_the_header(tmp_path):
    rows = (
        files.row(1, files.text_cell("A1", "Anmeldungen"), '<c r="B1" s="1"/>')
        + files.row(2, '<c r="A2" s="1"/>', '<c r="XFD2" s="1"/>')
        + files.row(4, files.text_cell("B4", "Name"), files.text_cell("C4", "Geburtstag"))
        + files.row(5, files.text_cell("B5", " Ünal\n& Co "), '<c r="C5" s="1"><v>45017</v></c>')
        + files.row(1_048_576, '<c r="A1048576" s="1"/>')
    )
    path = files.xlsx(tmp_path / "liste.xlsx", rows)
    found = reading.inspect(path)
    assert found.sample == [
        (1, ["Anmeldungen"]),
        (4, [None, "Name", "Geburtstag"]),
        (5, [None, " Ünal\n& Co ", date(2023, 4, 1)]),
    ]
    assert (found.row_count, found.column_count) == (3, 3)
    assert rows_of(path) == found.sample


def test_xlsx_values_keep_their_types(tmp_path):
    cells = (
        '<c r="A1" s="1"><v>45017</v></c><c r="B1" s="2"><v>45017.5</v></c>'
        '<c r="C1" s="3"><v>0.5</v></c><c r="D1" s="4"><v>1.5</v></c><c r="E1" t="b"><v>1</v></c>'
        '<c r="F1"><v>12</v></c><c r="G1"><v>1.25</v></c><c r="H1" t="e"><v>#REF!</v></c>'
        '<c r="I1" t="str"><f>"a"</f><v>a</v></c><c r="J1" t="s"><v>1</v></c>'
        '<c r="K1" t="str"><f>""</f><v></v></c><c r="L1"><v>7</v></c>'
    )
    path = files.xlsx(
        tmp_path / "a.xlsx",
        files.row(1, cells),
        shared_strings="<si><t>x</t></si><si><r><t xml:space='preserve'>fett </t></r>"
        "<r><t>normal</t></r></si>",
    )
    (values,) = cells_of(path)
    assert values == [
        date(2023, 4, 1),
        datetime(2023, 4, 1, 12),
        time(12),
        "36:00:00",
        True,
        12,
        1.25,
        "#REF!",
        "a",
        "fett normal",
        None,
        7,
    ]
    assert type(values[5]) is int and type(values[4]) is bool


def test_dates_from_1904(tmp_path):
    rows = files.row(1, '<c r="A1" s="1"><v>43555</v></c>')
    path = files.xlsx(tmp_path / "a.xlsx", rows, date1904=True)
    assert cells_of(path) == [[date(2023, 4, 1)]]


def test_rows_and_cells_without_references_count_themselves(tmp_path):
    rows = "<row><c><v>1</v></c><c/><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>"
    path = files.xlsx(tmp_path / "a.xlsx", rows)
    assert rows_of(path) == [(1, [1, None, 2]), (3, [3])]
    assert reading.inspect(path).column_count == 3


def test_prefixed_names_and_single_quotes(tmp_path):
    rows = "<x:row r='2'><x:c r='B2'><x:v>1</x:v></x:c></x:row>"
    path = files.xlsx(tmp_path / "a.xlsx", rows)
    assert rows_of(path) == [(2, [None, 1])]
    assert reading.inspect(path).column_count == 2


def test_the_first_visible_sheet_with_content_is_read(tmp_path):
    rows = [files.row(1, files.text_cell("A1", text)) for text in ("versteckt", "gemeint", "auch")]
    path = files.xlsx(
        tmp_path / "a.xlsx", rows[0], "", *rows[1:], names=("H", "Leer", "B", "C"), hidden=("H",)
    )
    found = reading.inspect(path)
    assert (found.sheets, found.sheet) == (["Leer", "B", "C"], "B")
    assert cells_of(path) == [["gemeint"]]
    assert cells_of(path, sheet="C") == [["auch"]]
    for sheet in ("H", "Keines"):
        with pytest.raises(reading.Unreadable) as refused:
            reading.inspect(path, sheet=sheet)
        assert refused.value.code == "no_such_sheet"
        assert sheet in refused.value.message


def test_the_names_in_our_own_exports_are_found(tmp_path):
    own = [["legcrm", "partners.organisation", "1"], ["name", "Name"], ["country", "Land"]]
    cells = [
        files.row(n, *(files.text_cell(f"{'ABC'[i]}{n}", text) for i, text in enumerate(line)))
        for n, line in enumerate(own, 1)
    ]
    book = files.xlsx(
        tmp_path / "a.xlsx",
        files.row(1, files.text_cell("A1", "Name")),
        "".join(cells),
        names=("Liste", "legcrm"),
        hidden=("legcrm",),
    )
    table = files.ods(
        tmp_path / "a.ods",
        files.ods_row(files.ods_cell("Name")),
        "".join(files.ods_row(*(files.ods_cell(text) for text in line)) for line in own),
        names=("Liste", "legcrm"),
        hidden=("legcrm",),
    )
    for path in (book, table):
        found = reading.inspect(path)
        assert found.model == "partners.organisation"
        assert found.machine_names == {"Name": "name", "Land": "country"}
        assert found.sheets == ["Liste"]
        assert cells_of(path) == [["Name"]]


def test_a_long_sheet_is_read_in_pieces_without_a_seam(tmp_path):
    # Wide apart, so that many pieces are made of little XML.
    rows = "".join(
        files.row(n, f'<c r="A{n}"><v>{n}</v></c>', f'<c r="KN{n}"><v>{n}</v></c>')
        for n in range(1, 60_000, 3)
    )
    path = files.xlsx(tmp_path / "a.xlsx", rows)
    read = rows_of(path)
    assert [number for number, _cells in read] == list(range(1, 60_000, 3))
    assert all(cells == [number, *[None] * 298, number] for number, cells in read)


def test_the_reader_ends_with_the_rows_nobody_wants(tmp_path, monkeypatch):
    started = []

    class Watched(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            started.append(self)

    monkeypatch.setattr(reading.subprocess, "Popen", Watched)
    rows = "".join(files.row(n, f'<c r="A{n}"><v>{n}</v></c>') for n in range(1, 50_000))
    taken = reading.read_rows(files.xlsx(tmp_path / "a.xlsx", rows))
    assert next(taken) == (1, [1])
    assert started[0].returncode is None
    taken.close()
    assert started[0].returncode == -signal.SIGKILL


def test_a_sample_may_need_the_last_of_very_many_texts(tmp_path):
    texts = "".join(f"<si><t>Gesellschaft {n}</t></si>" for n in range(200_000))
    assert len(texts) > reader.SAMPLE_STRINGS + reader.MEGABYTE
    rows = files.row(1, '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>199999</v></c>')
    path = files.xlsx(tmp_path / "a.xlsx", rows, shared_strings=texts)
    expected = [(1, ["Gesellschaft 0", "Gesellschaft 199999"])]
    assert reading.inspect(path).sample == expected
    assert rows_of(path) == expected


# --- ODS


def test_ods_values_keep_their_types(tmp_path):
    cell = "<table:table-cell office:value-type="
    cells = [
        f'{cell}"float" office:value="12"><text:p>12,00</text:p></table:table-cell>',
        f'{cell}"percentage" office:value="0.5"/>',
        f'{cell}"date" office:date-value="2025-12-31"/>',
        f'{cell}"date" office:date-value="2025-12-31T10:30:00"/>',
        f'{cell}"time" office:time-value="PT10H30M00S"/>',
        f'{cell}"time" office:time-value="PT36H00M00S"/>',
        f'{cell}"boolean" office:boolean-value="true"/>',
        f'{cell}"string" office:string-value="" calcext:value-type="error">'
        "<text:p>#NAME?</text:p></table:table-cell>",
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>',
        "<table:covered-table-cell/>",
        f'{cell}"string"><office:annotation><text:p>Kommentar</text:p></office:annotation>'
        '<draw:frame><text:p>Bild</text:p></draw:frame><text:p>a<text:s text:c="2"/>b<text:tab/>c'
        "<text:line-break/>d</text:p><text:p>e<text:span>f</text:span></text:p></table:table-cell>",
    ]
    path = files.ods(tmp_path / "a.ods", files.ods_row(*cells))
    assert cells_of(path) == [
        [
            12,
            0.5,
            date(2025, 12, 31),
            datetime(2025, 12, 31, 10, 30),
            time(10, 30),
            "36:00:00",
            True,
            "#NAME?",
            2,
            None,
            "a  b\tc\nd\nef",
        ]
    ]


def test_ods_with_a_million_empty_rows_and_columns(tmp_path):
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    table = (
        "<table:table-header-rows>"
        + files.ods_row(
            files.ods_cell("Name"), files.ods_cell("x", 'table:number-columns-repeated="2"')
        )
        + "</table:table-header-rows>"
        + files.ods_row(empty, repeat=2)
        + files.ods_row(files.ods_cell("A"), empty, repeat=2)
        + files.ods_row(empty, repeat=1_048_570)
    )
    path = files.ods(tmp_path / "a.ods", table)
    found = reading.inspect(path)
    assert found.format == "ods"
    assert found.sample == [(1, ["Name", "x", "x"]), (4, ["A"]), (5, ["A"])]
    assert (found.row_count, found.column_count) == (3, 3)
    assert rows_of(path) == found.sample


def test_ods_sheets_are_chosen_like_those_of_xlsx(tmp_path):
    tables = [files.ods_row(files.ods_cell(text)) for text in ("versteckt", "gemeint", "auch")]
    path = files.ods(
        tmp_path / "a.ods", tables[0], "", *tables[1:], names=("H", "Leer", "B", "C"), hidden=("H",)
    )
    found = reading.inspect(path)
    assert (found.sheets, found.sheet) == (["Leer", "B", "C"], "B")
    assert cells_of(path) == [["gemeint"]]
    assert cells_of(path, sheet="C") == [["auch"]]
    with pytest.raises(reading.Unreadable):
        reading.inspect(path, sheet="H")


def test_a_long_ods_is_counted_like_it_is_read(tmp_path):
    plain = files.ods_row(files.ods_cell("a"), files.ods_cell("b"))
    others = [
        files.ods_row(files.ods_cell("Müller & Söhne"), files.ods_cell("b")),
        files.ods_row(files.ods_cell("a", 'table:number-columns-repeated="3"')),
        files.ods_row(files.ods_cell("x"), repeat=2),
        files.ods_row("<table:table-cell/>", repeat=3),
        "<table:table-row/>",
        files.ods_row("<table:table-cell/>", "<table:table-cell/>"),
    ]
    path = files.ods(tmp_path / "a.ods", plain * 250 + "".join(f"{o}{plain}" for o in others) * 9)
    read = rows_of(path)
    found = reading.inspect(path)
    assert found.row_count == len(read) == 250 + 9 * (4 + 6)
    assert found.column_count == max(len(cells) for _number, cells in read) == 3
    assert found.sample == read[:200]
    assert read[250:256] == [
        (251, ["Müller & Söhne", "b"]),
        (252, ["a", "b"]),
        (253, ["a", "a", "a"]),
        (254, ["a", "b"]),
        (255, ["x"]),
        (256, ["x"]),
    ]
    assert read[-1] == (250 + 9 * 15, ["a", "b"])
