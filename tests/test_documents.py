"""PDF, Word and Excel: what goes in is data, and what can't be made says why."""

import re
import shutil
import zipfile
from datetime import date
from io import BytesIO

import pytest
from django.utils.translation import gettext_lazy, override
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from legcrm.core import documents
from legcrm.core.documents import Cell, Column, DocumentError, Link, Sheet, pdf_files, word_files
from legcrm.core.documents.data import TEMPLATES, plain

# What is markup to Typst, Word, Jinja or Excel.
HOSTILE = (
    '#panic("x") *bold* _it_ $1+1$ @ref <label> \\u{41} `raw` // no /* no */ [a](b) ~ -- "quoted" '
    "{{ 7*7 }} {% raw %} {_{ }_} <w:p/> & ]]> =1+1"
)
# Control characters, half a character, and a mark that turns the direction round.
UNPRINTABLE = "a\x00\x07\x0b\x1f\x85\ud800\ufffe\u202eb"
NAMES = "Oʻzbekiston Oʼzbek Toʻqimachilik · Қазақстан ӘҒҚҢӨҰҮҺІ · Ўқҳғ · Łódź · Nguyễn · საქართველო"


def text_of(content):
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@pytest.fixture
def typst_template(tmp_path, monkeypatch):
    """``typst_template("#data.said")``: the template "probe" with this body."""
    shutil.copy(TEMPLATES / "base.typ", tmp_path)
    (tmp_path / "fonts").symlink_to(TEMPLATES / "fonts")
    monkeypatch.setattr(pdf_files, "TEMPLATES", tmp_path)

    def write(body):
        head = '#import "base.typ": *\n#show: report\n#title()\n'
        (tmp_path / "probe.typ").write_text(head + body)

    return write


def probe(**data):
    head = {"title": "Probe", "about": "", "made": "", "words": {"page": "Seite"}}
    return documents.pdf("probe", head | data, "de")


# --- PDF ------------------------------------------------------------------------------------


def test_nothing_in_the_data_is_markup(typst_template):
    typst_template("#data.said\n\n#listing((1fr,), (data.said,), ((data.said,),))")
    # Without the spaces, since lines are broken where there is none.
    text = re.sub(r"\s", "", text_of(probe(said=HOSTILE)))
    assert text.count(re.sub(r"\s", "", HOSTILE)) == 3


def test_control_characters_are_left_out(typst_template):
    typst_template("#data.said")
    assert "ab" in text_of(probe(said=UNPRINTABLE))


def test_the_fonts_hold_the_names_of_our_partners(typst_template):
    typst_template('#data.said\n\n#text(weight: "semibold", data.said)')
    content = probe(said=NAMES)
    assert text_of(content).count(NAMES) == 2
    fonts = {
        font["/BaseFont"]
        for page in PdfReader(BytesIO(content)).pages
        for font in (ref.get_object() for ref in page["/Resources"]["/Font"].values())
    }
    assert any("SourceSans3-Regular" in name for name in fonts)


def test_every_character_that_counts_as_shown_is_in_the_fonts(typst_template):
    """PDF/UA refuses one that is not, so that this would raise."""
    typst_template('#data.said\n\n#text(weight: "semibold", data.said)')
    every = (chr(code) for code in range(0x20, 0xFFFF) if not 0xD800 <= code < 0xE000)
    probe(said="".join(one for one in every if not pdf_files._UNKNOWN.match(one)))


def test_a_character_that_the_fonts_lack_is_a_square(typst_template):
    typst_template("#data.said")
    assert "Li □□ □" in text_of(probe(said="Li 小明 🙂"))


def test_a_pdf_is_made_for_screen_readers(typst_template):
    typst_template('#link("https://example.org/")[a link]')
    reader = PdfReader(BytesIO(probe()))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Probe"
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()


def test_a_template_reads_no_file_outside_its_directory(typst_template, tmp_path):
    outside = tmp_path.parent / "secret.txt"
    outside.write_text("secret")
    typst_template('#read("../secret.txt")')
    with pytest.raises(RuntimeError):
        probe()


def test_only_plain_data_goes_in():
    assert plain({"a": (gettext_lazy("Page"), 1, None)}) == {
        "a": [str(gettext_lazy("Page")), 1, None]
    }
    with pytest.raises(TypeError, match="date"):
        plain([date(2023, 4, 23)])


# --- Word -----------------------------------------------------------------------------------


@pytest.fixture
def own_template(tmp_path, settings):
    """``own_template("balance", "{{ title }}")``: a template of the agency with these lines."""
    settings.DOCUMENT_TEMPLATES = str(tmp_path)

    def write(name, *lines):
        document = Document()
        for line in lines:
            document.add_paragraph(line)
        document.save(tmp_path / f"{name}.docx")

    return write


def words_of(content):
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


def test_nothing_in_the_data_is_a_mark_of_word(own_template):
    own_template("probe", "{{ said }}", "{%p for one in many %}", "– {{ one }}", "{%p endfor %}")
    said = HOSTILE.replace("{_{ }_}", "")  # which docxtpl itself turns into braces
    text = words_of(documents.word("probe", {"said": said, "many": [said, UNPRINTABLE]}))
    assert text == f"{said}\n– {said}\n– ab"


def test_the_agencys_own_template_comes_first(own_template):
    assert word_files.find_template("balance").is_relative_to(TEMPLATES)
    own_template("balance", "Von uns: {{ title }} ({{ agency }})")
    assert words_of(documents.word("balance", {"title": "Bilanz"})) == (
        "Von uns: Bilanz (LEG Thüringen)"
    )


def test_the_file_has_title_and_language(own_template):
    own_template("probe", "{{ title }}")
    with override("en"):
        document = Document(BytesIO(documents.word("probe", {"title": "Bilanz"})))
    assert document.core_properties.title == "Bilanz"
    assert document.core_properties.language == "en-GB"
    assert 'w:lang w:val="en-GB"' in document.styles.element.xml


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{{ titel }}", "titel"),
        ("Stand {% if title %} ohne Ende", "Stand"),
        ("{{ title + 1 }}", "str"),
        ("{{ ''.__class__.__mro__ }}", "unsafe|undefined|no attribute"),
        ("{{ many.append(1) }}", "unsafe|not safely callable"),
        ("{% for one in range(10 ** 9) %}{% endfor %}", "[Rr]ange"),
    ],
)
def test_a_broken_template_says_which_and_where(own_template, line, reason):
    own_template("balance", line)
    with override("en"), pytest.raises(DocumentError, match=reason) as raised:
        documents.word("balance", {"title": "Bilanz", "many": []})
    assert "“balance.docx”" in str(raised.value)


def test_a_template_that_is_no_word_file_says_so(settings, tmp_path):
    settings.DOCUMENT_TEMPLATES = str(tmp_path)
    (tmp_path / "balance.docx").write_text("kein Word")
    with pytest.raises(DocumentError, match=r"balance\.docx"):
        documents.word("balance", {"title": "Bilanz"})


def test_our_own_templates_fail_aloud():
    with pytest.raises(Exception, match="undefined"):
        documents.word("balance", {"title": "without the rest"})


# --- Excel ----------------------------------------------------------------------------------


TEXTS = (Column("Text", 20),)


def book_of(*rows, columns=TEXTS, **more):
    content = documents.workbook([Sheet("Blatt", "Kopf", columns, rows, **more)])
    return content, load_workbook(BytesIO(content)).worksheets[0]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://example.org", "internal:A1", "007"]
)
def test_a_text_stays_a_text(text):
    content, sheet = book_of([text], notes=[text])
    assert (sheet["A4"].value, sheet["A4"].data_type, sheet["A4"].hyperlink) == (text, "s", None)
    assert sheet["A6"].data_type == "s"
    xml = zipfile.ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml


def test_numbers_dates_and_links_are_what_they_are(settings):
    settings.PUBLIC_URL = "https://crm.example.org"
    columns = [Column("Zahl", 9, "eur"), Column("Tag", 9, "date"), Column("Liste", 9, "link")]
    day = date(2023, 4, 23)
    _content, sheet = book_of(
        [4200000.5, day, Link("drei", "/a/?b=1&c=2")],
        [Cell(0.42, "percent"), "Datum unbekannt", None],
        ["unbekannt", date(1850, 1, 1), "ohne Link"],
        columns=columns,
    )
    assert sheet["A4"].value == 4200000.5 and "€" in sheet["A4"].number_format
    assert sheet["B4"].value.date() == day and sheet["B4"].is_date
    assert sheet["C4"].hyperlink.target == "https://crm.example.org/a/?b=1&c=2"
    assert sheet["A5"].value == 0.42 and sheet["A5"].number_format == "0 %"
    assert sheet["B6"].value == "1850-01-01"
    assert sheet["C6"].hyperlink is None


def test_a_sheet_can_be_read_and_printed():
    content, sheet = book_of(*([str(number)] for number in range(60)))
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:A63"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$3:$3"
    properties = load_workbook(BytesIO(content)).properties
    assert (properties.title, properties.creator) == ("Kopf", "LEG Thüringen")


def test_sheets_of_one_name_are_told_apart_and_no_text_is_too_long():
    long = "x" * 40000
    sheets = [Sheet("A/B: [lang]" * 5, UNPRINTABLE, [Column("c")], [[long]]) for _number in "12"]
    book = load_workbook(BytesIO(documents.workbook(sheets)))
    assert len({name.lower() for name in book.sheetnames}) == 2
    assert book.worksheets[1]["A1"].value == "ab"
    assert 30000 < len(book.worksheets[0]["A4"].value) < 32768


# --- Sending --------------------------------------------------------------------------------


def test_a_document_is_saved_and_never_guessed_at():
    response = documents.download(b"%PDF-", "Bilanz Österreich.pdf", "pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; filename")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]
