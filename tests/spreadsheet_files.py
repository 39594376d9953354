"""Spreadsheets as people send them, and as nobody should: all made by code, none stored."""

import io
import struct
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

OOXML = "http://schemas.openxmlformats.org"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
STYLES = (
    f'<styleSheet xmlns="{OOXML}/spreadsheetml/2006/main"><numFmts count="1">'
    '<numFmt numFmtId="170" formatCode="[h]:mm:ss"/></numFmts><cellXfs count="5">'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/>'
    '<xf numFmtId="170"/></cellXfs></styleSheet>'
)
GENERAL, DATE, MOMENT, TIME, DURATION = range(5)


def zipped(parts: dict[str, str | bytes], path: Path, *, packed: bool = True) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return path


def text_cell(reference: str, text: str) -> str:
    return (
        f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
    )


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def xlsx_parts(
    *sheets: str,
    names: tuple[str, ...] = ("Liste", "Zweite", "Dritte"),
    hidden: tuple[str, ...] = (),
    shared_strings: str = "",
    date1904: bool = False,
    content_type: str = CONTENT_TYPE,
) -> dict[str, str | bytes]:
    """The parts of an XLSX whose sheets hold these rows (XML)."""
    numbered = list(enumerate(zip(names, sheets, strict=False), 1))
    office = f"{OOXML}/officeDocument/2006/relationships"
    links = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _sheet in numbered
    )
    links += f'<Relationship Id="s" Type="{office}/styles" Target="styles.xml"/>'
    links += f'<Relationship Id="t" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"'
        f' state="{"hidden" if name in hidden else "visible"}"/>'
        for n, (name, _rows) in numbered
    )
    package = f"{OOXML}/package/2006"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Override '
        f'PartName="/xl/workbook.xml" ContentType="{content_type}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{OOXML}/spreadsheetml/2006/main" '
        f'xmlns:r="{office}"><workbookPr date1904="{int(date1904)}"/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}'
        "</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{OOXML}/spreadsheetml/2006/main">'
        f"{shared_strings}</sst>",
    }
    for n, (_name, rows) in numbered:
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{OOXML}/spreadsheetml/2006/'
            f'main"><sheetData>{rows}</sheetData></worksheet>'
        )
    return parts


def xlsx(path: Path, *sheets: str, **options) -> Path:
    return zipped(xlsx_parts(*sheets, **options), path)


ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods_cell(text: str, attributes: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string" {attributes}>'
        f"<text:p>{escape(text)}</text:p></table:table-cell>"
    )


def ods_row(*cells: str, repeat: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{repeat}"' if repeat > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def ods_parts(*tables: str, names=("Liste", "Zweite"), hidden=(), before="") -> dict:
    """The parts of an ODS whose tables hold these rows (XML)."""
    listed = "".join(
        f'<table:table table:name="{name}" '
        f'table:style-name="{"unseen" if name in hidden else "seen"}">{rows}</table:table>'
        for name, rows in zip(names, tables, strict=False)
    )
    return {
        "mimetype": ODS_TYPE,
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content '
        f'xmlns:office="{ODF}:office:1.0" xmlns:table="{ODF}:table:1.0" '
        f'xmlns:text="{ODF}:text:1.0" xmlns:style="{ODF}:style:1.0" '
        f'xmlns:draw="{ODF}:drawing:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        '<office:automatic-styles><style:style style:name="seen" style:family="table">'
        '<style:table-properties table:display="true"/></style:style>'
        '<style:style style:name="unseen" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
        f"<office:body><office:spreadsheet>{listed}</office:spreadsheet></office:body>"
        "</office:document-content>",
        "META-INF/manifest.xml": "<manifest/>",
    }


def ods(path: Path, *tables: str, **options) -> Path:
    return zipped(ods_parts(*tables, **options), path)


def overlapping(path: Path, copies: int) -> Path:
    """A zip whose directory names one packed part many times: a bomb without nesting."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in xlsx_parts(row(1, text_cell("A1", "Name"))).items():
            package.writestr(name, content)
        # Random-looking enough that the ratio of one part gives nothing away.
        content = b"".join(b"%d;" % (number * 7919 % 1_000_003) for number in range(400_000))
        package.writestr("xl/media/image1.png", content)
    data = made.getvalue()
    end = data.rfind(b"PK\5\6")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    directory = data[start:end]
    entry = directory[directory.rfind(b"PK\1\2") :]
    count = int.from_bytes(data[end + 10 : end + 12], "little") + copies
    for number in range(copies):
        directory += entry.replace(b"image1.png", b"%010d" % number)
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), start, 0)
    path.write_bytes(data[:start] + directory + tail)
    return path


def ole(path: Path, stream: str) -> Path:
    """The container of old Office formats and of encrypted new ones, as far as anyone looks."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1024, b"\0")
    path.write_bytes(header + stream.encode("utf-16-le").ljust(1024, b"\0"))
    return path
