"""The child process that opens what people upload: XLSX, ODS or CSV, under resource limits.

Run by path in isolated mode, without Django: ``python -I reader.py '{"mode": "rows", …}'`` (see
``reading.py``, the other side). It writes JSON lines: in mode ``inspect`` one object, in mode
``rows`` the format and one ``[row number, [cells]]`` per non-empty row; last of all
``{"end": true}``. What JSON lacks is tagged: ``{"d": …}`` a date, ``{"dt": …}`` a moment,
``{"t": …}`` a time of day. A file that can't be read gives ``{"error": code, …details}`` instead
of the end; a file that takes too much memory or time ends the process, which is what the process
is for.

XLSX: python-calamine holds the whole rectangle between the outermost cells in memory, and aborts
where there is none. So it never sees the file itself: this module finds the parts, streams the
sheet, and hands calamine clean little workbooks of some thousand rows each, after it has seen
where their cells lie. ODS: calamine would drop tabs, line breaks and error texts, and a pass over
the XML is needed for the repeat counts anyway; so that pass, by expat, is the reader.
"""

import codecs
import contextlib
import csv
import datetime
import io
import json
import os
import re
import resource
import sys
import zipfile
from xml.parsers import expat

MEGABYTE = 1024 * 1024
MEMORY = 280 * MEGABYTE  # address space: an upper bound of resident memory
MAX_FILE = 50 * MEGABYTE
MAX_UNPACKED = 500 * MEGABYTE
MAX_RATIO = 300  # packed XML of a spreadsheet seldom shrinks to less than a hundredth
MAX_PARTS_DIRECTORY = MEGABYTE  # the zip's table of contents: some 10,000 parts
MAX_SMALL_PART = 16 * MEGABYTE  # workbook, styles
MAX_SHARED_STRINGS = 96 * MEGABYTE
MAX_ROWS = 100_000
TITLE_ROWS = 200  # rows above and below the data that don't count against MAX_ROWS
MAX_ROW_NUMBER = 120_000
MAX_COLUMNS = 300
MAX_FIELD = MEGABYTE  # characters
MAX_LINE = 4 * MEGABYTE  # characters of one line of a CSV file
MAX_ROW_XML = 32 * MEGABYTE
SAMPLE = 200
SAMPLE_STRINGS = 4 * MEGABYTE
PIECE = 12 * MEGABYTE  # XML for one little workbook
PIECE_AREA = 2_000_000  # cells of its rectangle, empty ones too
ENCODINGS = ("utf-8-sig", "utf-8", "utf-16", "cp1252", "cp1250", "cp1251")
DELIMITERS = ";\t,|"
NAMES_SHEET = "legcrm"


class Refused(Exception):
    """This file can't be read; ``details`` (cell, line, limit…) go into the message."""

    def __init__(self, code: str, **details):
        super().__init__(code)
        self.code = code
        self.details = details


def limit_resources(cpu_seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (most, most))


# --- cells ------------------------------------------------------------------------------------


def column_name(index: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(65 + letter) + name
    return name


def column_index(letters: bytes) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + letter - 64
    return index - 1


def number(value: float):
    """A whole number as int, as a person wrote it; what no number stands for as its text."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def span(seconds: float) -> str:
    """A duration as ``[h]:mm:ss``: JSON and the columns know none."""
    sign = "-" if seconds < 0 else ""
    minutes, rest = divmod(round(abs(seconds)), 60)
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{rest:02}"


def plain(value):
    """One cell as JSON has it; an empty one is None."""
    kind = type(value)
    if kind is str:
        return value.replace("\0", "") or None
    if kind is float:
        return number(value)
    if kind is datetime.date:
        return {"d": value.isoformat()}
    if kind is datetime.datetime:
        return {"dt": value.isoformat()}
    if kind is datetime.time:
        return {"t": value.isoformat()}
    if kind is datetime.timedelta:
        return span(value.total_seconds())
    return value


def trimmed(cells: list) -> list:
    """The cells up to the last with a value; [] if there is nothing but blanks."""
    last = len(cells)
    while last and cells[last - 1] is None:
        last -= 1
    del cells[last:]
    if all(cell is None or (type(cell) is str and cell.isspace()) for cell in cells):
        return []
    return cells


# --- packages ---------------------------------------------------------------------------------


class Package:
    """The zip file around an XLSX or ODS: its parts by name, each bounded."""

    def __init__(self, path: str):
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 66_000))
            tail = file.read()
        end = tail.rfind(b"PK\5\6")
        if end < 0:
            raise Refused("damaged")
        if int.from_bytes(tail[end + 12 : end + 16], "little") > MAX_PARTS_DIRECTORY:
            raise Refused("zip_bomb")
        self.zip = zipfile.ZipFile(path)
        self.parts = {}
        unpacked = 0
        for info in self.zip.infolist():
            name = info.filename.replace("\\", "/")
            if name.startswith("/") or ":" in name or ".." in name.split("/"):
                raise Refused("unsafe_names")
            self.parts[name.casefold()] = info
            unpacked += info.file_size
            if info.file_size > MEGABYTE and info.file_size > MAX_RATIO * info.compress_size:
                raise Refused("zip_bomb")
        if unpacked > MAX_UNPACKED:
            raise Refused("zip_bomb")

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self.parts

    def chunks(self, name: str):
        """The part in pieces of a megabyte. zipfile gives out no more than the size announced,
        which the constructor has added up, and refuses a part that isn't what was announced."""
        info = self.parts.get(name.casefold())
        if info is None:
            raise Refused("damaged")
        if info.flag_bits & 1:
            raise Refused("encrypted")
        first = True
        with self.zip.open(info) as part:
            while chunk := part.read(MEGABYTE):
                if b"\0" in chunk:
                    raise Refused("nul_bytes")
                if first and (b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk):
                    raise Refused("doctype")
                first = False
                yield chunk

    def read(self, name: str, limit: int = MAX_SMALL_PART) -> bytes:
        info = self.parts.get(name.casefold())
        if info is not None and info.file_size > limit:
            raise Refused("too_large")
        return b"".join(self.chunks(name))

    def elements(self, name: str) -> list[tuple[str, dict]]:
        """Every element of a small part: name and attributes, without their prefixes."""
        found = []

        def start(tag, attributes):
            found.append(
                (
                    tag.rpartition(":")[2],
                    {key.rpartition(":")[2]: value for key, value in attributes.items()},
                )
            )

        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        parser.StartDoctypeDeclHandler = refuse_doctype
        parser.Parse(self.read(name), True)
        return found


def refuse_doctype(*_args):
    raise Refused("doctype")


def format_of(path: str) -> tuple[str, Package | None]:
    """Tell the format by the content, never by the name."""
    size = os.path.getsize(path)
    if size == 0:
        raise Refused("empty_file")
    if size > MAX_FILE:
        raise Refused("file_too_large", limit=MAX_FILE // MEGABYTE)
    with open(path, "rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        package = Package(path)
        if "xl/workbook.bin" in package:
            raise Refused("xlsb")
        if "[Content_Types].xml" in package:
            types = package.read("[Content_Types].xml")
            if b"macroEnabled" in types or "xl/vbaProject.bin" in package:
                raise Refused("macros")
            if b"spreadsheetml" in types:
                return "xlsx", package
        if "mimetype" in package and package.read("mimetype", 1000).startswith(
            b"application/vnd.oasis.opendocument.spreadsheet"
        ):
            manifest = "META-INF/manifest.xml"
            if manifest in package and b"encryption-data" in package.read(manifest):
                raise Refused("encrypted")
            return "ods", package
        raise Refused("other_zip")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # Both hide in the same container; the names of its streams are UTF-16.
        with open(path, "rb") as file:
            content = file.read()
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise Refused("encrypted" if encrypted else "old_excel")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"%pdf"):
        raise Refused("pdf")
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<body")):
        raise Refused("html")
    if start.startswith((b"<?xml", b"<workbook", b"{\\rtf")):
        raise Refused("other_document")
    images = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*", b"MM")
    if b"\0" in head and head.startswith(images):
        raise Refused("image")
    if head.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")):
        raise Refused("other_zip")
    return "csv", None


# --- XLSX -------------------------------------------------------------------------------------

SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^<>]*)?>")
NO_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^<>]*)?/>")
SHEET_DATA_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])([^<>]*)>")
ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d+)[\"']")
# A cell that holds something: (letters, digits) of its reference, both empty where it has none.
# A formula may precede the value; a format alone is no value.
VALUE_CELL = re.compile(
    rb"<(?:\w+:)?c(?=[\s>])(?:\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]+)(\d+)[\"'])?[^<>]*>\s*"
    rb"(?:<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?"
    rb"<(?:\w+:)?(?:v(?:\s[^<>]*)?>[^<]|is>)"
)
# The same as nearly all programs spell it, four times as fast.
USUAL_CELL = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^<>]*>(?:<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>))?<(?:v>[^<]|is>)'
)
CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
CELL_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+\d+)[\"']")
# A formula followed by no value, or by an empty one.
BARE_FORMULA = re.compile(
    rb"<(?:\w+:)?c(?=[\s>])([^<>]*)>\s*"
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:(<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*>\s*</(?:\w+:)?v\s*>)|</(?:\w+:)?c\s*>)"
)
ERROR_CELL = re.compile(rb"(<(?:\w+:)?c\s(?:[^<>]*\s)?t=[\"'])e([\"'])")
TEXT_RESULT = re.compile(rb"\st\s*=\s*[\"']str[\"']")
# A reference to one of the code points D800 to DFFF, which are no characters.
HALF_CHARACTER = re.compile(
    rb"&#(?:x0*[dD][89a-fA-F][0-9a-fA-F]{2}"
    rb"|0*5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));"
)


class Sheet:
    """One sheet of an XLSX: streamed, counted, cut into pieces that calamine can hold."""

    def __init__(self, package: Package, part: str, first_rows: int = 0):
        """``first_rows``: let the first piece end after so many non-empty rows."""
        self.package = package
        self.part = part
        self.first_rows = first_rows
        self.row_count = 0
        self.column_count = 0
        self.number = 0
        self.letters: dict[bytes, int] = {}

    def rows(self):
        """The XML of each row in turn, with its opening tag as a match."""
        buffer = b""
        inside = False
        for chunk in self.package.chunks(self.part):
            buffer += chunk
            if not inside:
                if NO_SHEET_DATA.search(buffer):
                    return
                begin = SHEET_DATA.search(buffer)
                if begin is None:
                    if len(buffer) > MAX_SMALL_PART:
                        raise Refused("damaged")
                    continue
                buffer = buffer[begin.end() :]
                inside = True
            end = SHEET_DATA_END.search(buffer)
            if end:
                buffer = buffer[: end.start()]
            previous = None
            for match in ROW.finditer(buffer):
                if previous is not None:
                    yield previous, buffer[previous.start() : match.start()]
                previous = match
            if end:
                if previous is not None:
                    yield previous, buffer[previous.start() :]
                return
            if previous is not None:
                buffer = buffer[previous.start() :]
            if len(buffer) > MAX_ROW_XML:
                raise Refused("too_large")
        raise Refused("damaged")

    def examine(self, match, text: bytes) -> bool:
        """Note what a row holds; whether it holds anything."""
        before = self.number
        given = ROW_NUMBER.search(match.group(1))
        self.number = int(given.group(1)) if given else self.number + 1
        if self.number <= before:
            raise Refused("damaged")
        if b"<f" in text or b":f" in text:
            self.refuse_bare_formulas(text)
        cells = USUAL_CELL.findall(text)
        if len(cells) != text.count(b"</c>") or b":c" in text:
            cells = VALUE_CELL.findall(text)
        if not cells:
            return False
        self.row_count += 1
        if self.row_count > MAX_ROWS + TITLE_ROWS:
            raise Refused("too_many_rows", limit=MAX_ROWS)
        last = self.number
        digits = b"%d" % last
        for letters, own in cells:
            if own != digits:
                if not own:
                    # Without a reference the cell stands behind the one before it.
                    self.column_count = max(self.column_count, len(CELL.findall(text)))
                    continue
                last = max(last, int(own))
            if letters not in self.letters:
                self.letters[letters] = column_index(letters)
                self.column_count = max(self.column_count, self.letters[letters] + 1)
        if self.column_count > MAX_COLUMNS or last > MAX_ROW_NUMBER:
            if len(cells) > MAX_COLUMNS:
                raise Refused("too_many_columns", limit=MAX_COLUMNS)
            name = column_name(max((self.letters.get(c, 0) for c, _ in cells), default=0))
            raise Refused("far_cell", cell=f"{name}{last}")
        return True

    def refuse_bare_formulas(self, text: bytes) -> None:
        for bare in BARE_FORMULA.finditer(text):
            if bare.group(2) and TEXT_RESULT.search(bare.group(1)):
                continue  # an empty value of type text: the formula's result is the empty text
            reference = CELL_REFERENCE.search(bare.group(1))
            cell = reference.group(1).decode() if reference else str(self.number)
            raise Refused("formula_without_value", cell=cell)

    def pieces(self):
        """The XML of the rows that hold something, each piece small enough for calamine."""
        piece, size, first, filled = [], 0, 0, 0
        for match, text in self.rows():
            if not self.examine(match, text):
                continue
            area = (self.number - first + 1) * self.column_count
            full = size + len(text) > PIECE or area > PIECE_AREA
            if piece and (full or filled == self.first_rows):
                yield b"".join(piece)
                piece, size = [], 0
            if not piece:
                first = self.number
            if ROW_NUMBER.search(match.group(1)) is None:
                # Rows count themselves from the top of the sheet, which the piece hasn't got.
                name = text[: match.start(1) - match.start()]
                text = name + b' r="%d"' % self.number + text[len(name) :]
            if b't="e"' in text or b"t='e'" in text:
                # calamine gives error values as nothing; as text they stay to be seen.
                text = ERROR_CELL.sub(rb"\1str\2", text)
            piece.append(text)
            size += len(text)
            filled += 1
        if piece:
            yield b"".join(piece)


class Xlsx:
    def __init__(self, package: Package):
        self.package = package
        root = "xl/workbook.xml"
        for tag, attributes in package.elements("_rels/.rels"):
            if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
                root = attributes.get("Target", root).lstrip("/")
        folder, _, name = root.rpartition("/")
        targets = {}
        styles = strings = ""
        for tag, attributes in package.elements(f"{folder}/_rels/{name}.rels"):
            if tag != "Relationship":
                continue
            target = attributes.get("Target", "")
            target = target[1:] if target.startswith("/") else f"{folder}/{target}"
            kind = attributes.get("Type", "").rpartition("/")[2]
            if kind == "worksheet":
                targets[attributes.get("Id")] = target
            elif kind == "styles":
                styles = target
            elif kind == "sharedStrings":
                strings = target
        self.sheets: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        dates = "0"
        for tag, attributes in package.elements(root):
            if tag == "workbookPr":
                dates = "1" if attributes.get("date1904") in ("1", "true", "on") else "0"
            elif tag == "sheet" and attributes.get("id") in targets:
                visible = attributes.get("state", "visible") == "visible"
                kept = self.sheets if visible else self.hidden
                kept[attributes.get("name", "")] = targets[attributes["id"]]
        self.around = (styles, strings, dates)
        self.base = b""

    def make_base(self, first_strings: int = 0) -> None:
        """The workbook around every piece: one sheet, the styles and the texts of the file.

        ``first_strings``: of the shared texts, only so many bytes."""
        styles, strings, dates = self.around
        link = (
            '<Relationship Id="r{0}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/{1}" Target="{2}"/>'
        )
        links = [link.format(1, "worksheet", "worksheets/sheet1.xml")]
        base = io.BytesIO()
        with zipfile.ZipFile(base, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            if styles and styles in self.package:
                made.writestr("xl/styles.xml", self.package.read(styles))
                links.append(link.format(2, "styles", "styles.xml"))
            if strings and strings in self.package:
                if self.package.parts[strings.casefold()].file_size > MAX_SHARED_STRINGS:
                    raise Refused("too_large")
                with made.open("xl/sharedStrings.xml", "w") as part:
                    for chunk in self.package.chunks(strings):
                        if HALF_CHARACTER.search(chunk):
                            raise Refused("half_character")
                        first_strings -= len(chunk)
                        if -len(chunk) < first_strings <= 0:
                            # A sample needs the first texts, for they stand in the order of use.
                            part.write(chunk[: chunk.rfind(b"<si>")] + b"</sst>")
                            break
                        part.write(chunk)
                links.append(link.format(3, "sharedStrings", "sharedStrings.xml"))
            made.writestr(
                "_rels/.rels",
                f"<Relationships>{link.format(0, 'officeDocument', 'xl/workbook.xml')}"
                "</Relationships>",
            )
            made.writestr(
                "xl/workbook.xml",
                '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
                'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
                f'<workbookPr date1904="{dates}"/><sheets>'
                '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
            )
            made.writestr(
                "xl/_rels/workbook.xml.rels",
                f"<Relationships>{''.join(links)}</Relationships>",
            )
        self.base = base.getvalue()

    def cells(self, piece: bytes):
        """``(row number, cells)`` of the rows of a piece that hold something."""
        from python_calamine import CalamineError, CalamineWorkbook

        if HALF_CHARACTER.search(piece):
            raise Refused("half_character")
        book = io.BytesIO()
        book.write(self.base)
        with zipfile.ZipFile(book, "a", zipfile.ZIP_STORED) as made:
            made.writestr(
                "xl/worksheets/sheet1.xml",
                b"<worksheet><sheetData>%s</sheetData></worksheet>" % piece,
            )
        book.seek(0)
        try:
            sheet = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0)
        except CalamineError as error:
            raise Refused("damaged") from error
        if sheet.start is None:
            return
        top, left = sheet.start
        # Not iter_rows(), which counts every piece from the first row of the sheet.
        for index, row in enumerate(sheet.to_python(), top + 1):
            cells = trimmed([None] * left + [plain(cell) for cell in row])
            if cells:
                yield index, cells

    def sampled(self, piece: bytes) -> list:
        """The rows of a piece, by the first of the shared texts if these are enough."""
        try:
            return list(self.cells(piece))
        except Refused:
            self.make_base()
            return list(self.cells(piece))

    def rows(self, name: str):
        self.make_base()
        for piece in Sheet(self.package, self.sheets[self.choose(name)]).pieces():
            yield from self.cells(piece)

    def choose(self, name: str) -> str:
        """The sheet asked for, or the first to be seen that holds something."""
        if name:
            if name not in self.sheets:
                raise Refused("no_such_sheet", sheet=name)
            return name
        for candidate, part in self.sheets.items():
            if any(True for _ in Sheet(self.package, part, first_rows=1).pieces()):
                return candidate
        raise Refused("empty_sheet")

    def inspect(self, name: str) -> dict:
        name = self.choose(name)
        self.make_base(first_strings=SAMPLE_STRINGS)
        sheet = Sheet(self.package, self.sheets[name], first_rows=SAMPLE)
        sample: list = []
        for piece in sheet.pieces():
            if len(sample) < SAMPLE:
                sample.extend(self.sampled(piece))
                del sample[SAMPLE:]
        names = []
        if NAMES_SHEET in self.hidden:
            hidden = Sheet(self.package, self.hidden[NAMES_SHEET], first_rows=MAX_COLUMNS + 1)
            for piece in hidden.pieces():
                names = [cells for _number, cells in self.sampled(piece)]
                break
        return {
            "sheets": list(self.sheets),
            "sheet": name,
            "sample": sample,
            "row_count": sheet.row_count,
            "column_count": sheet.column_count,
            "names": names,
        }


# --- ODS --------------------------------------------------------------------------------------


ODS_ROW = re.compile(rb"<table:table-row(?=[\s/>])([^<>]*)>")
ODS_ROW_END = b"</table:table-row>"
ODS_REPEAT = re.compile(rb"table:number-rows-repeated=\"(\d+)\"")
ODS_NOT_PLAIN = (b"-repeated", b"formula", b"<!", b"<table:table ", b"<draw:", b"<office:")
# The attributes, and the text if the cell has one: in one paragraph without anything in it.
ODS_CELL = re.compile(
    r"<table:(?:covered-)?table-cell((?:\s[^<>]*?)?)"
    r"(?:/>|><text:p>([^<]*)(</text:p></table:table-cell>))"
)
ODS_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
# The attributes of a cell that is what its text says.
ODS_TEXT = re.compile(
    r'(?:\s+(?:office:value-type="string"|calcext:value-type="string"|table:style-name="[^"]*"))+'
)


class Ods:
    """The tables of an ODS in one streamed pass; repeated rows and cells are counted, not made."""

    def __init__(self, package: Package, wanted: str):
        self.package = package
        self.wanted = wanted
        self.chosen = ""
        self.sheets: list[str] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.finished: list = []
        self.table: str | None = None
        self.of_interest = False
        self.row = 0
        self.row_repeat = 1
        self.within_row = False
        self.counting = 0  # once the sample is full: the most cells a row had in it
        self.text_attributes: set[str] = set()
        self.cells: list = []
        self.column = 0
        self.cell: dict | None = None
        self.paragraphs: list[list[str]] = []
        self.in_paragraph = False
        self.beside = 0

    def rows(self):
        """``(table, row number, cells, how many times)`` of the chosen table and of the names."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = refuse_doctype
        try:
            buffer = b""
            for chunk in self.package.chunks("content.xml"):
                buffer = self.feed(parser, buffer + chunk)
                yield from self.finished
                self.finished.clear()
            parser.Parse(buffer, True)
        except expat.ExpatError as error:
            half = expat.ErrorString(error.code) == expat.errors.XML_ERROR_BAD_CHAR_REF
            raise Refused("half_character" if half else "damaged") from error
        yield from self.finished
        if self.wanted and self.wanted not in self.sheets:
            raise Refused("no_such_sheet", sheet=self.wanted)

    def feed(self, parser, buffer: bytes) -> bytes:
        """Take in the XML; return the incomplete row at its end, to come before the next piece.

        expat takes 7 s for 100,000 rows of 20 cells. A row of nothing but texts in one paragraph
        and typed values is read by patterns; expat gets all the rest, as if there were none."""
        done = position = 0
        while begin := ODS_ROW.search(buffer, position):
            position = begin.end()
            if begin.group(1).endswith(b"/"):
                continue
            end = buffer.find(ODS_ROW_END, position)
            if end < 0:
                if len(buffer) - begin.start() > MAX_ROW_XML:
                    raise Refused("too_large")
                parser.Parse(buffer[done : begin.start()], False)
                return buffer[begin.start() :]
            body = buffer[position:end]
            position = end + len(ODS_ROW_END)
            cells = None
            if not (self.counting and self.only_counts(begin.group(1), body)):
                if b"&" in body or b"&" in begin.group(1):
                    continue
                cells = ODS_CELL.findall(body.decode())
                tags = sum(4 if closed else 1 for _attributes, _text, closed in cells)
                if tags != body.count(b"<"):
                    continue
            parser.Parse(buffer[done : begin.start()], False)
            if self.within_row or self.beside or self.table is None:
                done = begin.start()
                continue
            done = position
            if cells is None and self.of_interest:
                self.row += 1
                self.finished.append((self.table, self.row, [True], 1))
            else:
                self.take_row(begin.group(1), cells or [])
        # Nothing may be cut within a tag that begins a row.
        cut = max(done, buffer.rfind(b"<"))
        parser.Parse(buffer[done:cut], False)
        return buffer[cut:]

    def only_counts(self, tag: bytes, body: bytes) -> bool:
        """Whether this is plainly one more row with values, no wider than those seen."""
        return (
            b"office:value-type" in body
            and body.count(b"<table:") <= self.counting
            and self.row < MAX_ROW_NUMBER
            and self.table == self.chosen
            and not any(mark in body for mark in ODS_NOT_PLAIN)
            and not ODS_REPEAT.search(tag)
        )

    def take_row(self, tag: bytes, cells: list) -> None:
        """One row as ``start`` and ``end`` would take it."""
        repeat = ODS_REPEAT.search(tag)
        self.row_repeat = max(1, int(repeat.group(1))) if repeat else 1
        self.cells = []
        self.column = 0
        if self.of_interest:
            for attributes, text, closed in cells:
                if attributes in self.text_attributes:
                    if text and self.column == len(self.cells) < MAX_COLUMNS:
                        self.cells.append(text)
                        self.column += 1
                        continue
                elif ODS_TEXT.fullmatch(attributes) and len(self.text_attributes) < 1000:
                    self.text_attributes.add(attributes)
                self.cell = dict(ODS_ATTRIBUTE.findall(attributes))
                self.paragraphs = [[text]] if closed else []
                self.close_cell()
            if found := trimmed(self.cells):
                self.close_row(found)
        self.row += self.row_repeat

    def start(self, tag, attributes):
        if tag == "table:table-cell" or tag == "table:covered-table-cell":
            if not self.beside and self.of_interest:
                self.cell = attributes
                self.paragraphs = []
        elif tag == "text:p" or tag == "text:h":
            if self.cell is not None and not self.beside:
                self.paragraphs.append([])
                self.in_paragraph = True
        elif tag == "text:s":
            if self.in_paragraph:
                self.text(" " * min(int(attributes.get("text:c", "1")), MAX_FIELD))
        elif tag == "text:tab":
            self.text("\t")
        elif tag == "text:line-break":
            self.text("\n")
        elif tag == "table:table-row":
            if not self.beside:
                self.within_row = True
                self.row_repeat = max(1, int(attributes.get("table:number-rows-repeated", "1")))
                self.cells = []
                self.column = 0
        elif tag == "table:table" and self.table is None:
            self.open_table(attributes)
        elif tag == "style:style":
            self.style = attributes.get("style:name", "")
        elif tag == "style:table-properties":
            if attributes.get("table:display") == "false":
                self.hidden_styles.add(self.style)
        elif tag == "office:annotation" or tag == "table:table" or tag.startswith("draw:"):
            # A comment, a picture or a table within a cell is not what the cell says.
            self.beside += 1

    def end(self, tag):
        if tag == "table:table-cell" or tag == "table:covered-table-cell":
            if self.cell is not None and not self.beside:
                self.close_cell()
        elif tag == "text:p" or tag == "text:h":
            if not self.beside:
                self.in_paragraph = False
        elif tag == "table:table-row":
            if not self.beside:
                self.within_row = False
                if self.of_interest and (cells := trimmed(self.cells)):
                    self.close_row(cells)
                self.row += self.row_repeat
        elif tag == "table:table" and not self.beside:
            self.table = None
            self.of_interest = False
        elif tag == "office:annotation" or tag == "table:table" or tag.startswith("draw:"):
            self.beside -= 1

    def text(self, text):
        if self.in_paragraph and not self.beside:
            self.paragraphs[-1].append(text)

    def open_table(self, attributes):
        self.table = attributes.get("table:name", "")
        self.row = 0
        if attributes.get("table:style-name") in self.hidden_styles:
            self.of_interest = self.table == NAMES_SHEET
            return
        self.sheets.append(self.table)
        if self.wanted:
            self.of_interest = self.table == self.wanted
        else:
            self.of_interest = not self.chosen

    def close_row(self, cells):
        last = self.row + self.row_repeat
        # Repeated as often as this, no person has filled the rows: that is the count's work.
        if last > MAX_ROW_NUMBER and self.row_repeat <= MAX_ROWS:
            raise Refused("far_cell", cell=f"{column_name(len(cells) - 1)}{last}")
        if self.table in self.sheets:
            self.chosen = self.table
        self.finished.append((self.table, self.row + 1, cells, self.row_repeat))

    def close_cell(self):
        attributes, self.cell = self.cell, None
        repeat = max(1, int(attributes.get("table:number-columns-repeated", "1")))
        value = self.value(attributes)
        if value is not None:
            if self.column + repeat > MAX_COLUMNS:
                if repeat > MAX_COLUMNS or len(self.cells) == MAX_COLUMNS == self.column:
                    raise Refused("too_many_columns", limit=MAX_COLUMNS)
                name = column_name(self.column + repeat - 1)
                raise Refused("far_cell", cell=f"{name}{self.row + 1}")
            self.cells += [None] * (self.column - len(self.cells))
            self.cells += [value] * repeat
        self.column += repeat

    def value(self, attributes):
        """The cell as JSON has it, from its attributes and paragraphs."""
        get = attributes.get
        kind = get("office:value-type")
        shown = "\n".join("".join(parts) for parts in self.paragraphs)
        if get("calcext:value-type") == "error":
            return shown or "#VALUE!"
        if kind is None:
            if "table:formula" in attributes and not shown:
                cell = f"{column_name(self.column)}{self.row + 1}"
                raise Refused("formula_without_value", cell=cell)
            return shown or None
        try:
            if kind == "string":
                return plain(get("office:string-value", shown))
            if kind in ("float", "percentage", "currency"):
                return number(float(get("office:value")))
            if kind == "boolean":
                return get("office:boolean-value") == "true"
            if kind == "date":
                text = get("office:date-value").removesuffix("Z")
                if len(text) <= 10:
                    return plain(datetime.date.fromisoformat(text))
                moment = datetime.datetime.fromisoformat(text[:26].replace(",", "."))
                return plain(moment.replace(tzinfo=None))
            if kind == "time":
                return self.time(get("office:time-value"))
        except (TypeError, ValueError, OverflowError):
            return shown or None
        return shown or None

    @staticmethod
    def time(text: str):
        match = re.fullmatch(
            r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?", text
        )
        if not match:
            raise ValueError(text)
        sign, days, hours, minutes, seconds = match.groups()
        total = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60
        total += float((seconds or "0").replace(",", "."))
        if sign or total >= 86400:
            return span(-total if sign else total)
        return plain((datetime.datetime.min + datetime.timedelta(seconds=total)).time())

    def chosen_rows(self, names: list):
        """``(row number, cells)`` of the chosen table, counted; rows of ``names`` go there."""
        count = 0
        for table, first, cells, repeat in self.rows():
            if table == NAMES_SHEET and table not in self.sheets:
                names.append(cells)
                continue
            count += repeat
            if count > MAX_ROWS + TITLE_ROWS:
                raise Refused("too_many_rows", limit=MAX_ROWS)
            for index in range(repeat):
                yield first + index, cells
        if not count:
            raise Refused("empty_sheet")

    def inspect(self) -> dict:
        sample: list = []
        names: list = []
        count = width = 0
        for index, cells in self.chosen_rows(names):
            if count < SAMPLE:
                sample.append((index, cells))
            elif not self.counting:
                self.counting = width
            count += 1
            width = max(width, len(cells))
        return {
            "sheets": self.sheets,
            "sheet": self.chosen,
            "sample": sample,
            "row_count": count,
            "column_count": width,
            "names": names,
        }


# --- CSV --------------------------------------------------------------------------------------


def failure_of(path: str, encoding: str) -> tuple[int, UnicodeDecodeError] | None:
    """The line that isn't in this encoding, with the error; None if the whole file is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with open(path, "rb") as file:
        byte_order = "utf-16-be" if file.read(2) == codecs.BOM_UTF16_BE else "utf-16-le"
        file.seek(0)
        while True:
            chunk = file.read(MEGABYTE)
            try:
                lines += decoder.decode(chunk, not chunk).count("\n")
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                plain_encoding = byte_order if encoding == "utf-16" else encoding
                return lines + good.decode(plain_encoding, "replace").count("\n"), error
            if not chunk:
                return None


class Csv:
    def __init__(self, path: str, encoding: str, delimiter: str):
        if encoding and encoding not in ENCODINGS:
            raise Refused("unknown_encoding", encoding=encoding)
        if delimiter and delimiter not in DELIMITERS:
            raise Refused("unknown_delimiter")
        self.path = path
        self.encoding = self.settle_encoding(encoding)
        self.skipped = 0
        self.delimiter = self.settle_delimiter(delimiter)

    def settle_encoding(self, given: str) -> str:
        with open(self.path, "rb") as file:
            head = file.read(4)
        guess = "utf-8"
        if head.startswith(codecs.BOM_UTF8):
            guess = "utf-8-sig"
        elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            guess = "utf-16"
        if given == "utf-8":
            given = guess if guess == "utf-8-sig" else given
        encoding = given or guess
        failure = failure_of(self.path, encoding)
        if failure is None:
            return encoding
        line, error = failure
        if encoding == "utf-16":
            raise Refused("half_character_line", line=line)
        wrong = error.object[error.start : error.start + 3]
        if encoding.startswith("utf-8") and re.match(rb"\xed[\xa0-\xbf][\x80-\xbf]", wrong):
            raise Refused("half_character_line", line=line)
        if given or guess != "utf-8":
            raise Refused("wrong_encoding", line=line, encoding=encoding)
        failure = failure_of(self.path, "cp1252")
        if failure:
            raise Refused("no_encoding", line=failure[0])
        return "cp1252"

    def lines(self):
        with open(self.path, encoding=self.encoding, newline="") as file:
            for line, text in enumerate(iter(lambda: file.readline(MAX_LINE), ""), 1):
                if "\0" in text:
                    raise Refused("nul_bytes_line", line=line)
                if len(text) >= MAX_LINE:
                    raise Refused("long_line", line=line)
                if line > self.skipped:
                    yield text

    def settle_delimiter(self, given: str) -> str:
        """The delimiter that cuts most rows into the same, large number of fields."""
        sample: list[str] = []
        size = 0
        for text in self.lines():
            sample.append(text)
            size += len(text)
            if len(sample) == SAMPLE or size > 4 * MAX_FIELD:
                break
        if sample and (own := re.fullmatch(r"sep=([;,|\t])[\r\n]*", sample[0], re.IGNORECASE)):
            # Excel's own hint, which is no row.
            self.skipped = 1
            given = given or own.group(1)
        if given:
            return given
        best, delimiter = 0.0, ";"
        for candidate in DELIMITERS:
            widths = []
            with contextlib.suppress(csv.Error):
                for row in csv.reader(sample, delimiter=candidate):
                    if any(row):
                        widths.append(len(row))
            wide = [width for width in widths if width > 1]
            if not wide:
                continue
            usual = max(set(wide), key=lambda width: (wide.count(width), width))
            score = usual * (wide.count(usual) / len(widths)) ** 2
            if score > best:
                best, delimiter = score, candidate
        return delimiter

    def rows(self):
        csv.field_size_limit(MAX_FIELD)
        reader = csv.reader(self.lines(), delimiter=self.delimiter, strict=True)
        count = 0
        while True:
            line = reader.line_num + 1 + self.skipped
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                # A field grows over many lines when its quotation mark is never closed.
                one_line = reader.line_num + self.skipped == line
                long = "field limit" in str(error) and one_line
                raise Refused("long_field" if long else "quotes", line=line) from error
            cells = trimmed([cell or None for cell in row])
            if not cells:
                continue
            count += 1
            if count > MAX_ROWS + TITLE_ROWS:
                raise Refused("too_many_rows", limit=MAX_ROWS)
            if len(cells) > MAX_COLUMNS:
                raise Refused("too_many_columns", limit=MAX_COLUMNS)
            yield line, cells
        if not count:
            raise Refused("empty_file")

    def inspect(self) -> dict:
        sample: list = []
        count = width = 0
        for line, cells in self.rows():
            if count < SAMPLE:
                sample.append((line, cells))
            count += 1
            width = max(width, len(cells))
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sample": sample,
            "row_count": count,
            "column_count": width,
        }


# --- the process ------------------------------------------------------------------------------


def answer(mode: str, path: str, sheet: str, encoding: str, delimiter: str):
    """The objects to write, in turn."""
    kind, package = format_of(path)
    if kind == "csv":
        source = Csv(path, encoding, delimiter)
        found = source.inspect() if mode == "inspect" else source.rows()
    elif kind == "ods":
        source = Ods(package, sheet)
        found = source.inspect() if mode == "inspect" else source.chosen_rows([])
    else:
        source = Xlsx(package)
        found = source.inspect(sheet) if mode == "inspect" else source.rows(sheet)
    if mode == "inspect":
        yield {"format": kind, **found}
    else:
        yield {"format": kind}
        yield from found


def main(request: dict) -> None:
    limit_resources(request.pop("cpu_seconds"))
    encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
    write = sys.stdout.write
    last: dict = {"end": True}
    try:
        for found in answer(**request):
            write(encode(found) + "\n")
    except Refused as refused:
        last = {"error": refused.code, **refused.details}
    except MemoryError:
        last = {"error": "too_large"}
    except BaseException:
        # A broken file breaks its readers in many ways, panics of Rust among them: to the person
        # they are one.
        last = {"error": "damaged"}
    write(encode(last) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
