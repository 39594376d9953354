"""Writes the Word template of the answer to a parliamentary question: inquiry.docx.

Run from the root: ``python -m tools.inquiry_template``. The agency edits a copy of its own in Word.
"""

from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

TARGET = Path(__file__).resolve().parent.parent / "templates" / "documents" / "inquiry.docx"
PETROL = RGBColor(0x0B, 0x5A, 0x66)
SHADE = "E3EEF0"


def main():
    document = Document()
    _prepare(document)
    document.add_paragraph("{{ title }}", "Title")
    document.add_paragraph("{{ as_of }}", "Subtitle")
    document.add_paragraph("{%p for rule in rules %}")
    document.add_paragraph("{{ rule }}", "List Bullet")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p if has_total %}")
    document.add_heading("{{ words.total }}", 1)
    _pairs(document, "total")
    document.add_paragraph("{{ totals_note }}")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p for mission in missions %}")
    _mission(document)
    document.add_paragraph("{%p endfor %}")
    document.add_heading("{{ words.definitions }}", 1)
    _pairs(document, "definitions", "words.figure", "words.definitions", (5, 12))
    document.save(TARGET)


def _mission(document):
    document.add_heading("{{ mission.title }}", 1)
    document.add_paragraph("{{ mission.about }}")
    document.add_heading("{{ words.delegation }}", 2)
    document.add_paragraph("{%p if mission.members %}")
    columns = ("number", "role", "name", "function", "organisation")
    _table(document, "mission.members", columns, (1.2, 2.9, 3.6, 4.0, 5.3))
    document.add_paragraph("{%p else %}")
    document.add_paragraph("{{ words.nobody }}")
    document.add_paragraph("{%p endif %}")
    document.add_heading("{{ words.selection }}", 2)
    document.add_paragraph("{{ mission.selection }}")
    document.add_heading("{{ words.money }}", 2)
    _pairs(document, "mission.money")
    document.add_heading("{{ words.results }}", 2)
    _pairs(document, "mission.results", "words.figure", "words.value")
    for name in ("agreements", "projects"):
        document.add_paragraph(f"{{%p if mission.{name} %}}")
        document.add_heading(f"{{{{ words.{name} }}}}", 2)
        columns = ("number", "title", "state", "parties")
        _table(document, f"mission.{name}", columns, (1.2, 5.8, 2.8, 7.2))
        document.add_paragraph("{%p endif %}")
    document.add_heading("{{ words.left_out }}", 2)
    document.add_paragraph("{%p if mission.left_out %}")
    columns = ("list", "entries", "what", "why")
    _table(document, "mission.left_out", columns, (4.0, 3.4, 4.2, 5.4))
    document.add_paragraph("{%p else %}")
    document.add_paragraph("{{ words.nothing_left_out }}")
    document.add_paragraph("{%p endif %}")


def _prepare(document):
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    styles = document.styles
    styles["Normal"].font.name, styles["Normal"].font.size = "Calibri", Pt(11)
    for name, size in (("Title", 20), ("Heading 1", 15), ("Heading 2", 12)):
        style = styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), PETROL
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    styles["Subtitle"].font.name, styles["Subtitle"].font.italic = "Calibri", False
    properties = document.core_properties
    properties.author = properties.comments = properties.title = ""
    footer = section.footer.paragraphs[0]
    footer.add_run("{{ agency }} · ")
    _field(footer.add_run(), "PAGE")


def _field(run, code):
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run._r.addnext(field)


def _pairs(document, rows, first="", second="", widths=(9, 8)):
    """Add a table of two columns, for a list of pairs; with headings where these are given."""
    headings = [f"{{{{ {word} }}}}" for word in (first, second) if word]
    cells = ["{{ row[0] }}", "{{ row[1] }}"]
    _rows(document, rows, headings, cells, widths)


def _table(document, rows, columns, widths):
    headings = [f"{{{{ words.{name} }}}}" for name in columns]
    _rows(document, rows, headings, [f"{{{{ row.{name} }}}}" for name in columns], widths)


def _rows(document, rows, headings, cells, widths):
    lines = [[f"{{%tr for row in {rows} %}}"], cells, ["{%tr endfor %}"]]
    if headings:
        lines.insert(0, headings)
    table = document.add_table(len(lines), len(cells), "Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    for row, texts in zip(table.rows, lines, strict=True):
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
        for cell, text in zip(row.cells, texts, strict=False):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            run = paragraph.add_run(text)
            run.font.size = Pt(9.5)
            if texts is headings:
                run.bold = True
                _shade(cell)
        if texts is headings:
            _repeat(row)
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _shade(cell):
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), SHADE)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row):
    """Show the row again at the top of each page, and to screen readers as the heading."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


if __name__ == "__main__":
    main()
