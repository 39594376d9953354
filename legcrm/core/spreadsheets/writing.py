"""Writes a sheet as .xlsx, .ods or CSV in constant memory.

Cells are None, str, bool, int, float, Decimal, date, naive datetime or time. Each kind stays what
it is, and a str is never anything but text: no format gets a formula.

XLSX is written by rustpy-xlsxwriter: it streams (100,000 rows of 27 cells in 1.3 s and 10 MB, where
XlsxWriter in constant memory took 9.4 s), keeps strings strings, and escapes control characters as
Excel does. No library streams ODS, so that format, which is plain XML, is written here.

Workbooks carry a hidden second sheet that names the columns for the way back: a first row
``legcrm, <model>, 1``, then one row of machine name and label for each column.
"""

import csv
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, islice
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rustpy_xlsxwriter import FastExcel
from rustpy_xlsxwriter import Format as CellFormat

from . import formulas

NAMES_SHEET = "legcrm"
NAMES_VERSION = "1"
# What Excel can hold: rows below the header, and characters of a cell.
MAX_ROWS = 1_048_575
MAX_CHARACTERS = 32_767
# Ends a text that was too long for a cell. The same in each language: the import knows it by this.
CUT_MARK = " […✂ gekürzt / cut]"

_NUMBER_FORMATS = {
    "text": "@",  # so that what somebody types into the column stays text as well
    "integer": "0",
    "decimal": "#,##0.00",
    "date": "dd.mm.yyyy",
    "datetime": "dd.mm.yyyy hh:mm",
    "time": "hh:mm",
    "boolean": "General",
}


@dataclass(frozen=True)
class Heading:
    """A column: machine name, label, type of its cells (see ``Column``), width in characters."""

    name: str
    label: str
    cell_type: str = "text"
    width: int = 18


@dataclass(frozen=True)
class Sheet:
    """What the rows are: ``model`` is a label such as "partners.organisation"."""

    title: str
    model: str
    headings: Sequence[Heading]

    def labels(self) -> list[str]:
        """Return the labels, told apart by the machine name where two are equal."""
        found: dict[str, None] = {}
        for heading in self.headings:
            taken = not heading.label or heading.label in found
            found[f"{heading.label} ({heading.name})" if taken else heading.label] = None
        return list(found)

    def safe_title(self) -> str:
        """Return the title as Excel takes it for the name of a sheet."""
        return safe_title(self.title)

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield the rows of the hidden sheet below its first."""
        for heading, label in zip(self.headings, self.labels(), strict=True):
            yield heading.name, label


def safe_title(title: str) -> str:
    """Return ``title`` as Excel takes it for the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "1"


Rows = Iterable[Sequence]
# Rows that are made ready at a time.
_CHUNK = 500
_NOTHING = type(None)


def _by_columns(rows: Rows, convert: Callable[[tuple], Iterable]) -> Iterator[tuple]:
    """Yield ``rows`` with each column put through ``convert``, so many cells at a time.

    That most columns can stay as they are is seen at a glance, cheaper than cell by cell.
    """
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        yield from zip(*map(convert, zip(*chunk, strict=True)), strict=True)


# --- XLSX -----------------------------------------------------------------------------------


def write_xlsx(path: str, sheet: Sheet, rows: Rows) -> None:
    labels = sheet.labels()
    rows = iter(rows)
    # Labels are taken from the first row; a sheet without any still has its header.
    first = next(rows, [None] * len(labels))
    book = FastExcel(path).format(bold_headers=True)
    title = sheet.safe_title()
    book.freeze(row=1, sheet=title)
    book.sheet(
        title,
        (
            dict(zip(labels, row, strict=True))
            for row in _by_columns(chain([first], rows), _for_excel)
        ),
        column_widths=[heading.width for heading in sheet.headings],
        column_formats=[
            CellFormat().set_num_format(_NUMBER_FORMATS[heading.cell_type])
            for heading in sheet.headings
        ],
        autofilter=True,
        # A phone number or a postal code is text on purpose: no green triangles.
        ignore_errors=[
            label
            for label, heading in zip(labels, sheet.headings, strict=True)
            if heading.cell_type == "text"
        ],
    )
    mark = (NAMES_SHEET, sheet.model, NAMES_VERSION)
    book.sheet(
        NAMES_SHEET,
        [dict(zip(mark, (*names, None), strict=True)) for names in sheet.names()],
        sheet_view={"hidden": True},
    )
    book.save()


def _for_excel(column):
    kinds = set(map(type, column))
    if kinds <= {str, _NOTHING}:
        texts = list(filter(None, column))
        if max(map(len, texts), default=0) * 2 <= MAX_CHARACTERS and "\r" not in "".join(texts):
            return column
    elif kinds.isdisjoint(_EXCEL_CELLS):
        return column
    return [convert(cell) if (convert := _EXCEL_CELLS.get(type(cell))) else cell for cell in column]


def cut(text: str) -> str:
    """Return ``text`` as far as a cell of Excel can hold it."""
    if len(text) * 2 <= MAX_CHARACTERS and "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    # Excel counts UTF-16 units: some characters are two.
    units = text.encode("utf-16-le")
    if len(units) // 2 <= MAX_CHARACTERS:
        return text
    return units[: (MAX_CHARACTERS - len(CUT_MARK)) * 2].decode("utf-16-le", "ignore") + CUT_MARK


def _fraction_of_day(value):
    return (value.hour * 3600 + value.minute * 60 + value.second) / 86400


_EXCEL_CELLS = {
    str: cut,
    datetime: lambda value: value.replace(microsecond=0),
    time: _fraction_of_day,
}


# --- ODS ------------------------------------------------------------------------------------

_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS = "urn:oasis:names:tc:opendocument:xmlns:"
_ODS_NAMESPACES = (
    f'xmlns:office="{_ODS}office:1.0" xmlns:table="{_ODS}table:1.0" xmlns:text="{_ODS}text:1.0" '
    f'xmlns:style="{_ODS}style:1.0" xmlns:number="{_ODS}datastyle:1.0" '
    f'xmlns:fo="{_ODS}xsl-fo-compatible:1.0" xmlns:config="{_ODS}config:1.0" '
    'xmlns:ooo="http://openoffice.org/2004/office" office:version="1.3"'
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ODS_MANIFEST = (
    f'{_XML}<manifest:manifest xmlns:manifest="{_ODS}manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="settings.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_DAY = (
    '<number:day number:style="long"/><number:text>.</number:text>'
    '<number:month number:style="long"/><number:text>.</number:text>'
    '<number:year number:style="long"/>'
)
_HOUR = (
    '<number:hours number:style="long"/><number:text>:</number:text>'
    '<number:minutes number:style="long"/>'
)
_DECIMAL = '<number:number number:decimal-places="2" number:min-decimal-places="2" '
_ODS_STYLES = (
    f'<number:date-style style:name="N-date">{_DAY}</number:date-style>'
    f'<number:date-style style:name="N-datetime">{_DAY}<number:text> </number:text>{_HOUR}'
    "</number:date-style>"
    f'<number:time-style style:name="N-time">{_HOUR}</number:time-style>'
    '<number:number-style style:name="N-integer"><number:number number:decimal-places="0" '
    'number:min-integer-digits="1"/></number:number-style>'
    f'<number:number-style style:name="N-decimal">{_DECIMAL}number:min-integer-digits="1" '
    'number:grouping="true"/></number:number-style>'
    '<number:boolean-style style:name="N-boolean"><number:boolean/></number:boolean-style>'
    '<number:text-style style:name="N-text"><number:text-content/></number:text-style>'
    + "".join(
        f'<style:style style:name="ce-{kind}" style:family="table-cell" '
        f'style:data-style-name="N-{kind}"/>'
        for kind in _NUMBER_FORMATS
    )
    + '<style:style style:name="ce-head" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="ta-hidden" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)


def write_ods(path: str, sheet: Sheet, rows: Rows) -> None:
    columns = len(sheet.headings)
    title = sheet.safe_title()
    last_column = column_letters(columns)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        # First and uncompressed, so that the type of the file can be read off its first bytes.
        archive.writestr("mimetype", _ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
        archive.writestr("settings.xml", _ods_settings(title))
        with archive.open("content.xml", "w", force_zip64=True) as content:

            def write(text):
                content.write(text.encode("utf-8", "replace"))

            write(
                f"{_XML}<office:document-content {_ODS_NAMESPACES}><office:automatic-styles>"
                f"{_ODS_STYLES}{_ods_widths(sheet)}</office:automatic-styles><office:body>"
                f"<office:spreadsheet><table:table table:name={quoteattr(title)}>"
            )
            for index, heading in enumerate(sheet.headings):
                write(
                    f'<table:table-column table:style-name="co{index}" '
                    f'table:default-cell-style-name="ce-{heading.cell_type}"/>'
                )
            write(
                "<table:table-header-rows>"
                f"{_ods_row(sheet.labels(), ['ce-head'] * columns)}</table:table-header-rows>"
            )
            styles = [f"ce-{heading.cell_type}" for heading in sheet.headings]
            count = 1
            rows = iter(rows)
            while chunk := list(islice(rows, _CHUNK)):
                write("".join([_ods_row(row, styles) for row in chunk]))
                count += len(chunk)
            write(
                f'</table:table><table:table table:name="{NAMES_SHEET}" '
                'table:style-name="ta-hidden">'
                '<table:table-column table:number-columns-repeated="3"/>'
            )
            for row in [(NAMES_SHEET, sheet.model, NAMES_VERSION), *sheet.names()]:
                write(_ods_row(row, ["ce-text"] * 3))
            span = quoteattr(f"'{title}'.A1:'{title}'.{last_column}{count}")
            write(
                "</table:table><table:database-ranges><table:database-range "
                'table:name="__Anonymous_Sheet_DB__0" table:display-filter-buttons="true" '
                f'table:contains-header="true" table:target-range-address={span}/>'
                "</table:database-ranges></office:spreadsheet></office:body>"
                "</office:document-content>"
            )


def _ods_widths(sheet):
    return "".join(
        f'<style:style style:name="co{index}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{heading.width * 0.2 + 0.3:.2f}cm"/>'
        "</style:style>"
        for index, heading in enumerate(sheet.headings)
    )


def _ods_settings(title):
    """Return settings.xml, which freezes the header."""
    frozen = "".join(
        f'<config:config-item config:name="{name}" config:type="{kind}">{value}'
        "</config:config-item>"
        for name, kind, value in (
            ("VerticalSplitMode", "short", 2),
            ("VerticalSplitPosition", "int", 1),
            ("ActiveSplitRange", "short", 2),
            ("PositionBottom", "int", 1),
        )
    )
    return (
        f"{_XML}<office:document-settings {_ODS_NAMESPACES}><office:settings>"
        '<config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        '<config:config-item config:name="ViewId" config:type="string">view1</config:config-item>'
        '<config:config-item-map-named config:name="Tables">'
        f"<config:config-item-map-entry config:name={quoteattr(title)}>{frozen}"
        "</config:config-item-map-entry></config:config-item-map-named>"
        '<config:config-item config:name="ActiveTable" config:type="string">'
        f"{escape(title)}</config:config-item></config:config-item-map-entry>"
        "</config:config-item-map-indexed></config:config-item-set></office:settings>"
        "</office:document-settings>"
    )


def _ods_row(row, styles):
    cells = []
    empty = 0
    for cell, style in zip(row, styles, strict=False):
        if cell is None or cell == "":
            empty += 1
            continue
        if empty:
            cells.append(f'<table:table-cell table:number-columns-repeated="{empty}"/>')
            empty = 0
        write = _ODS_CELLS.get(type(cell))
        attributes, text = write(cell) if write else _ods_text(str(cell))
        cells.append(
            f'<table:table-cell table:style-name="{style}" office:value-type={attributes}>'
            f"{text}</table:table-cell>"
        )
    # A row must hold a cell, even where all are empty.
    if empty and not cells:
        cells.append(f'<table:table-cell table:number-columns-repeated="{empty}"/>')
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


# Characters that a paragraph can't hold as they are: markup, white space that XML would fold, and
# control characters, which XML 1.0 has no way to write.
_SPECIAL = re.compile("[&<>\t\n\r\x00-\x1f\ufffe\uffff\ud800-\udfff]|^ |  | $")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile("^ +|(?<= ) +| $", re.MULTILINE)


def _ods_text(text):
    kind = '"string"'
    if _SPECIAL.search(text):
        text = _FORBIDDEN.sub("", text.replace("\r\n", "\n"))
        if "\t" in text:  # some readers know no <text:tab/>
            kind += f" office:string-value={quoteattr(text)}"
        text = escape(text)
        text = _BLANKS.sub(lambda found: f'<text:s text:c="{len(found[0])}"/>', text)
        text = text.replace("\t", "<text:tab/>").replace("\r", "\n")
        text = text.replace("\n", "</text:p><text:p>")
    return kind, f"<text:p>{text}</text:p>"


def _ods_number(value):
    return f'"float" office:value="{value}"', f"<text:p>{value}</text:p>"


def _ods_boolean(value):
    text = "true" if value else "false"
    return f'"boolean" office:boolean-value="{text}"', f"<text:p>{text.upper()}</text:p>"


def _ods_date(value):
    return f'"date" office:date-value="{value.isoformat()}"', f"<text:p>{value:%d.%m.%Y}</text:p>"


def _ods_datetime(value):
    text = value.replace(microsecond=0).isoformat()
    return f'"date" office:date-value="{text}"', f"<text:p>{value:%d.%m.%Y %H:%M}</text:p>"


def _ods_time(value):
    return f'"time" office:time-value="PT{value:%HH%MM%SS}"', f"<text:p>{value:%H:%M}</text:p>"


_ODS_CELLS = {
    str: _ods_text,
    bool: _ods_boolean,
    int: _ods_number,
    float: _ods_number,
    Decimal: _ods_number,
    date: _ods_date,
    datetime: _ods_datetime,
    time: _ods_time,
}


def column_letters(number: int) -> str:
    """Return the letters of the column ``number``, from 1: 27 is "AA"."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --- CSV ------------------------------------------------------------------------------------


def write_german_csv(path: str, sheet: Sheet, rows: Rows) -> None:
    """Write what German Excel opens by a double click: UTF-8 with BOM, semicolons, 31.12.2025."""
    words = {True: _("yes"), False: _("no")}
    convert = {
        bool: words.get,
        float: lambda value: repr(value).replace(".", ","),
        Decimal: lambda value: f"{value:f}".replace(".", ","),
        date: "{:%d.%m.%Y}".format,
        datetime: lambda value: f"{value:%d.%m.%Y %H:%M:%S}".removesuffix(":00"),
        time: lambda value: f"{value:%H:%M:%S}".removesuffix(":00"),
    }
    _write_csv(path, "\ufeff", ";", sheet.labels(), rows, convert)


def write_plain_csv(path: str, sheet: Sheet, rows: Rows) -> None:
    """Write what programs read: UTF-8, commas, ISO dates, machine names."""
    convert = {
        bool: {True: "true", False: "false"}.get,
        float: repr,
        Decimal: "{:f}".format,
        date: date.isoformat,
        datetime: lambda value: value.replace(microsecond=0).isoformat(sep=" "),
        time: lambda value: value.replace(microsecond=0).isoformat(),
    }
    names = [heading.name for heading in sheet.headings]
    _write_csv(path, "", ",", names, rows, convert)


def _write_csv(path, mark, delimiter, header, rows, convert):
    convert = {**convert, int: str, str: _csv_text, _NOTHING: lambda value: ""}

    def texts(column):
        if _is_plain(column):
            return column
        return [
            convert[kind](cell) if (kind := type(cell)) in convert else _csv_text(str(cell))
            for cell in column
        ]

    with open(path, "w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(mark)
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(_by_columns(rows, texts))


def _is_plain(column):
    """Whether the cells can be written as they are: texts that begin with a letter or a digit,
    whole numbers, or nothing.
    """
    kinds = set(map(type, column)) - {_NOTHING}
    if kinds != {str}:
        return kinds <= {int}
    texts = list(filter(None, column))
    whole = "".join(texts)
    begins = "".join([text[0] for text in texts])
    return not whole or (begins.isalnum() and "\r" not in whole and "\x00" not in whole)


def _csv_text(text):
    # Most texts begin with a letter or a digit: nothing to do.
    if not text or (text[0].isalnum() and "\r" not in text and "\x00" not in text):
        return text
    return formulas.escape(text.replace("\r\n", "\n").replace("\x00", ""))


# --- The formats ----------------------------------------------------------------------------


@dataclass(frozen=True)
class FileFormat:
    """A kind of file that a person may choose."""

    key: str
    label: str
    hint: str
    suffix: str
    content_type: str
    write: Callable[[str, Sheet, Rows], None]
    max_rows: int | None = None


FORMATS = {
    file_format.key: file_format
    for file_format in (
        FileFormat(
            "xlsx",
            gettext_lazy("Excel (.xlsx)"),
            gettext_lazy("With real dates and numbers. Can be edited and imported again."),
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
            MAX_ROWS,
        ),
        FileFormat(
            "ods",
            gettext_lazy("OpenDocument (.ods)"),
            gettext_lazy("The same for LibreOffice."),
            ".ods",
            _ODS_TYPE,
            write_ods,
            MAX_ROWS,
        ),
        FileFormat(
            "csv",
            gettext_lazy("CSV for German Excel"),
            gettext_lazy("Text with semicolons, 31.12.2025 and 1234,56."),
            ".csv",
            "text/csv; charset=utf-8",
            write_german_csv,
        ),
        FileFormat(
            "csv-plain",
            gettext_lazy("CSV for other programs"),
            gettext_lazy("Text with commas, 2025-12-31 and technical column names."),
            ".csv",
            "text/csv; charset=utf-8",
            write_plain_csv,
        ),
    )
}
