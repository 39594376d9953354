"""Makes the Word templates of templates/documents anew: .venv/bin/python -m tools.word_templates

They are ordinary Word files with the marks of docxtpl, meant to be edited in Word; this script is
how those that come with the CRM were made, so that a change of them can be read. A name behind it
(``… word_templates balance``) makes only that one.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

DIRECTORY = Path(__file__).resolve().parent.parent / "templates" / "documents"

ACCENT = RGBColor(0x0B, 0x5A, 0x66)
MUTED = RGBColor(0x47, 0x55, 0x69)
GROUND = "E9F1F2"
FONT = "Calibri"


def letter() -> Document:
    """Return an empty A4 document in the look of the house, with agency and pages around it."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    _styles(document)
    head = section.header.paragraphs[0]
    _right_tab(head)
    run = head.add_run("{{ agency }}")
    run.bold, run.font.color.rgb = True, ACCENT
    _muted(head.add_run("\t{{ about }}"))
    foot = section.footer.paragraphs[0]
    _right_tab(foot)
    _muted(foot.add_run("{{ made }}\t{{ words.page }} "))
    _page_number(foot)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    return document


def _styles(document):
    normal = document.styles["Normal"]
    _font(normal, 10.5)
    normal.paragraph_format.space_after = Pt(6)
    title = document.styles["Title"]
    _font(title, 22, ACCENT)
    borders = title.element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        title.element.pPr.remove(borders)
    for name, size, before in (("Heading 1", 14, 16), ("Heading 2", 11.5, 10)):
        style = document.styles[name]
        _font(style, size, ACCENT)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.keep_with_next = True
    for name in ("Title Char", "Heading 1 Char", "Heading 2 Char"):
        _font(document.styles[name], None, ACCENT)
    _font(document.styles["Header"], 9)
    _font(document.styles["Footer"], 9)


def _font(style, size, colour=None):
    style.font.name = FONT
    if size is not None:
        style.font.size = Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # The theme's font would win over the name.
    for attribute in list(fonts.attrib):
        if attribute.lower().endswith("theme"):
            del fonts.attrib[attribute]
    for name in ("w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    if colour is not None:
        style.font.color.rgb = colour
        style.font.bold = True


def _right_tab(paragraph):
    stops = paragraph.paragraph_format.tab_stops
    stops.clear_all()
    stops.add_tab_stop(Cm(16.4), alignment=2)


def _muted(run, size=9):
    run.font.color.rgb = MUTED
    run.font.size = Pt(size)
    return run


def _page_number(paragraph):
    _field(paragraph, "PAGE", "1", _muted)
    _muted(paragraph.add_run(" / "))
    _field(paragraph, "NUMPAGES", "1", _muted)


def _field(paragraph, instruction, shown, look):
    """Add a field of Word, written out in runs: what shows no fields then shows its text."""
    for kind in ("begin", None, "separate"):
        run = paragraph.add_run()
        if kind is None:
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {instruction} "
            run._r.append(text)
        else:
            _field_mark(run, kind)
    look(paragraph.add_run(shown))
    _field_mark(paragraph.add_run(), "end")


def _field_mark(run, kind):
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run._r.append(mark)


def mark(document, text: str) -> None:
    """Add a paragraph that is only a mark of docxtpl, and vanishes: "{%p for … %}"."""
    document.add_paragraph(text).paragraph_format.space_after = Pt(0)


def example(paragraph, condition: str, said: str = "words.example") -> None:
    """Add the sign of example data, ``said``, where ``condition`` holds; both of Jinja."""
    run = paragraph.add_run(f"{{% if {condition} %}} [{{{{ {said} }}}}]{{% endif %}}")
    _muted(run, 8.5).italic = True


def link(paragraph, address: str, text: str) -> None:
    """Add a link; ``address`` and ``text`` are names of Jinja."""
    _field(paragraph, f'HYPERLINK "{{{{ {address} }}}}"', f"{{{{ {text} }}}}", _as_link)


def _as_link(run):
    run.font.color.rgb, run.font.underline = ACCENT, True


def table(document, widths, labels, loop: str, fill: Callable, right=()):
    """Add a table with a row of ``labels``, and one for each round of ``loop``.

    ``widths`` are in cm; ``labels`` texts of Jinja; ``fill`` gets the cells of the row; ``right``
    are the numbers of columns of figures, from 0. Without labels the table has no lines.
    """
    made = document.add_table(rows=4 if labels else 3, cols=len(widths))
    made.alignment = WD_TABLE_ALIGNMENT.LEFT
    made.autofit = False
    rows = iter(made.rows)
    if labels:
        head = next(rows)
        repeated = OxmlElement("w:tblHeader")
        head._tr.get_or_add_trPr().append(repeated)
        for cell, label in zip(head.cells, labels, strict=True):
            cell.paragraphs[0].add_run(label).bold = True
            _shade(cell)
    begin, row, end = rows
    begin.cells[0].text = f"{{%tr for {loop} %}}"
    end.cells[0].text = "{%tr endfor %}"
    whole = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(whole)
    fill(*row.cells)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    for one in made.rows:
        for number, (cell, width) in enumerate(zip(one.cells, widths, strict=True)):
            cell.width = Cm(width)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_before = Pt(2)
                paragraph.paragraph_format.space_after = Pt(2)
                if number in right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if labels:
                _line_below(cell)
    return made


def _shade(cell):
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), GROUND)
    cell._tc.get_or_add_tcPr().append(shade)


def _line_below(cell):
    borders = OxmlElement("w:tcBorders")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "CBD5E1")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = cell._tc.get_or_add_tcPr()
    # The schema wants borders before the shade.
    shade = properties.find(qn("w:shd"))
    if shade is None:
        properties.append(borders)
    else:
        shade.addprevious(borders)


# --- The documents --------------------------------------------------------------------------


def balance() -> Document:
    """The Bilanz of a mission: ``missions.balance_documents.contents``."""
    document = letter()
    document.add_paragraph("{{ title }}", style="Title")

    def fact(label, said):
        _muted(label.paragraphs[0].add_run("{{ fact[0] }}"), 10.5)
        said.paragraphs[0].add_run("{{ fact[1] }}")

    table(document, (3.2, 13.2), (), "fact in facts", fact)
    mark(document, "{%p if has_examples %}")
    note = document.add_paragraph()
    note.paragraph_format.space_before = Pt(8)
    _muted(note.add_run("[{{ words.example }}] {{ words.examples_note }}")).italic = True
    mark(document, "{%p endif %}")

    mark(document, "{%p for section in sections %}")
    document.add_heading("{{ section.title }}", 1)
    mark(document, "{%p if section.figures %}")

    def figure(label, number):
        first = label.paragraphs[0]
        first.add_run("{% if figure.is_part %}– {% endif %}{{ figure.label }}")
        example(first, "figure.example", "words.marks[figure.example]")
        _muted(label.add_paragraph().add_run("{{ figure.definition }}"))
        link_or_text(number.paragraphs[0])

    def link_or_text(paragraph):
        paragraph.add_run("{% if figure.url %}")
        link(paragraph, "figure.url", "figure.shown")
        paragraph.add_run("{% else %}{{ figure.shown }}{% endif %}")

    table(
        document,
        (13.2, 3.2),
        ("{{ words.figure }}", "{{ words.number }}"),
        "figure in section.figures",
        figure,
        right=(1,),
    )
    mark(document, "{%p endif %}")
    for name in ("none", "not_known"):
        mark(document, f"{{%p if section.{name} %}}")
        _muted(
            document.add_paragraph().add_run(f"{{{{ words.{name} }}}}: {{{{ section.{name} }}}}.")
        )
        mark(document, "{%p endif %}")
    mark(document, "{%p endfor %}")

    mark(document, "{%p if agreements %}")
    document.add_heading("{{ words.agreements }}", 1)

    def agreement(title, field, agreed, signed):
        first = title.paragraphs[0]
        first.add_run("{{ loop.index }}. {{ agreement.title }}")
        example(first, "agreement.example")
        _muted(title.add_paragraph().add_run("{{ agreement.parties }}"))
        field.text = "{{ agreement.field }}"
        agreed.text = "{{ agreement.agreed }}"
        signed.text = "{{ agreement.signed }}"

    table(
        document,
        (7.8, 2.6, 3, 3),
        (
            "{{ words.agreement }}",
            "{{ words.field }}",
            "{{ words.agreed }}",
            "{{ words.signed }}",
        ),
        "agreement in agreements",
        agreement,
    )
    mark(document, "{%p endif %}")

    mark(document, "{%p if projects %}")
    document.add_heading("{{ words.projects }}", 1)

    def project(title, stage, place, forecast, confirmed):
        first = title.paragraphs[0]
        first.add_run("{{ project.title }}")
        example(first, "project.example")
        title.add_paragraph("{%p if project.parties %}")
        _muted(title.add_paragraph().add_run("{{ project.parties }}"))
        title.add_paragraph("{%p endif %}")
        stage.text = "{{ project.stage }}"
        place.text = "{{ project.place }}"
        forecast.text = "{{ project.forecast }}"
        confirmed.text = "{{ project.confirmed }}"

    table(
        document,
        (5.8, 2.5, 3.3, 2.4, 2.4),
        (
            "{{ words.project }}",
            "{{ words.stage }}",
            "{{ words.place }}",
            "{{ words.forecast }}",
            "{{ words.confirmed }}",
        ),
        "project in projects",
        project,
        right=(3, 4),
    )
    mark(document, "{%p endif %}")

    mark(document, "{%p if cooperations %}")
    document.add_heading("{{ words.cooperations }}", 1)

    def cooperation(pair, subject, stage, since):
        first = pair.paragraphs[0]
        first.add_run("{{ cooperation.pair }}")
        example(first, "cooperation.example")
        subject.text = "{{ cooperation.subject }}"
        stage.text = "{{ cooperation.stage }}"
        since.text = "{{ cooperation.since }}"

    table(
        document,
        (6.6, 5, 2.5, 2.3),
        (
            "{{ words.cooperation }}",
            "{{ words.subject }}",
            "{{ words.stage }}",
            "{{ words.since }}",
        ),
        "cooperation in cooperations",
        cooperation,
    )
    mark(document, "{%p endif %}")

    mark(document, "{%p if sources %}")
    document.add_heading("{{ words.sources }}", 1)
    mark(document, "{%p for source in sources %}")
    _muted(document.add_paragraph(style="List Bullet").add_run("{{ source }}"))
    mark(document, "{%p endfor %}")
    mark(document, "{%p endif %}")
    _muted(document.add_paragraph().add_run("{{ words.links_note }}"))
    return document


def press() -> Document:
    """The draft of a press text: ``missions.press_text``."""
    document = letter()
    draft = document.add_paragraph()
    run = draft.add_run("{{ words.draft }}")
    run.bold = True
    _muted(run, 10)
    document.add_paragraph("{{ headline }}", style="Title")
    mark(document, "{%p for paragraph in paragraphs %}")
    body = document.add_paragraph("{{ paragraph }}")
    body.paragraph_format.line_spacing = 1.3
    mark(document, "{%p endfor %}")
    document.add_heading("{{ words.to_check }}", 2)
    mark(document, "{%p for remark in remarks %}")
    _muted(document.add_paragraph(style="List Bullet").add_run("{{ remark }}"))
    mark(document, "{%p endfor %}")
    return document


def inquiry() -> Document:
    """The answer to a parliamentary question: ``missions.inquiry_documents``."""
    document = letter()
    document.add_paragraph("{{ title }}", style="Title")
    mark(document, "{%p for rule in rules %}")
    _muted(document.add_paragraph(style="List Bullet").add_run("{{ rule }}"))
    mark(document, "{%p endfor %}")
    mark(document, "{%p if has_total %}")
    document.add_heading("{{ words.total }}", 1)
    _pairs(document, "total", "{{ words.figure }}", "{{ words.value }}")
    _muted(document.add_paragraph().add_run("{{ totals_note }}"))
    mark(document, "{%p endif %}")
    mark(document, "{%p for mission in missions %}")
    document.add_heading("{{ mission.title }}", 1)
    _muted(document.add_paragraph().add_run("{{ mission.about }}"))
    members = {"number": 1, "role": 2.8, "name": 3.6, "function": 3.8, "organisation": 5.2}
    _list(document, "members", members, "delegation", "nobody")
    document.add_heading("{{ words.selection }}", 2)
    document.add_paragraph("{{ mission.selection }}")
    document.add_heading("{{ words.money }}", 2)
    _pairs(document, "mission.money")
    document.add_heading("{{ words.results }}", 2)
    _pairs(document, "mission.results", "{{ words.figure }}", "{{ words.value }}")
    outcomes = {"number": 1, "title": 5.6, "state": 2.6, "parties": 7.2}
    for name in ("agreements", "projects"):
        _list(document, name, outcomes, name)
    left_out = {"list": 3.6, "entries": 3, "what": 4, "why": 5.8}
    _list(document, "left_out", left_out, "left_out", "nothing_left_out")
    mark(document, "{%p endfor %}")
    document.add_heading("{{ words.definitions }}", 1)
    _pairs(document, "definitions", "{{ words.figure }}", "{{ words.definition }}", (4.6, 11.8))
    return document


def _pairs(document, rows, first="", second="", widths=(8.2, 8.2)):
    """Add a table of a list of pairs."""

    def pair(label, said):
        label.text, said.text = "{{ pair[0] }}", "{{ pair[1] }}"

    table(document, widths, (first, second) if first else (), f"pair in {rows}", pair)


def _list(document, name, columns, heading, none=""):
    """Add a list of the mission under a heading; ``none`` is said where it is empty.

    ``columns`` are the widths by the names of what a row holds, and of the words above.
    """
    if not none:
        mark(document, f"{{%p if mission.{name} %}}")
    document.add_heading(f"{{{{ words.{heading} }}}}", 2)
    if none:
        mark(document, f"{{%p if mission.{name} %}}")

    def row(*cells):
        for cell, column in zip(cells, columns, strict=True):
            cell.text = f"{{{{ row.{column} }}}}"

    labels = [f"{{{{ words.{column} }}}}" for column in columns]
    table(document, columns.values(), labels, f"row in mission.{name}", row)
    if none:
        mark(document, "{%p else %}")
        document.add_paragraph(f"{{{{ words.{none} }}}}")
    mark(document, "{%p endif %}")


TEMPLATES = {"balance": balance, "press": press, "inquiry": inquiry}


if __name__ == "__main__":
    for name in sys.argv[1:] or TEMPLATES:
        TEMPLATES[name]().save(DIRECTORY / f"{name}.docx")
