"""A list of participants as a chamber of commerce would send it, made by code.

Logo and merged titles above the headings, German dates, salutations and telephone numbers as
people write them, and a row of totals at the end.
"""

from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font
from PIL import Image as Picture

HEADINGS = (
    "Lfd. Nr.",
    "Firma",
    "Anrede",
    "Vorname",
    "Nachname",
    "Funktion",
    "Straße, Hausnr.",
    "PLZ",
    "Ort",
    "Tel.",
    "E-Mail-Adresse",
    "Angemeldet am",
    "Teilnehmerbeitrag",
)
HEADER_ROW = 6

SALUTATIONS = ("Herr", "Herrn", "Frau", "Fr.", "Fr. Dr.", "Herr Dr.", "Herrn Prof. Dr.", "Hr.", "")
MEN, WOMEN = ("Jens", "Ralf", "Uwe", "Thomas", "Detlef"), ("Katrin", "Anja", "Sabine", "Heike")
LAST_NAMES = (
    "Müller",
    "Weiß",
    "Großkopf",
    "Böhme",
    "von der Heyde",
    "Şahin",
    "Müller-Lüdenscheidt",
)
PLACES = (("99084", "Erfurt"), ("07743", "Jena"), ("07545", "Gera"), ("98527", "Suhl"))
TRADES = ("Maschinenbau", "Textil", "Glas & Keramik", "Präzisionsoptik", "Kunststofftechnik")
FORMS = ("GmbH", "GmbH & Co. KG", "AG", "e.K.", "e.V.")


def phone(number: int) -> str | int:
    return (
        f"0361 / 56{number:04d}-0",
        f"+49 (0) 361 56{number:04d}",
        f"0049 361 56{number:04d}",
        f"(03 61) 56 {number:04d}",
        int(f"4936156{number:04d}"),
        f"0361.56{number:04d}",
        "",
    )[number % 7]


def row(number: int) -> list:
    """Return the cells of the participant ``number`` (from 1)."""
    salutation = SALUTATIONS[number % len(SALUTATIONS)]
    names = WOMEN if salutation.startswith("Fr") else MEN
    code, place = PLACES[number % len(PLACES)]
    fee = (450, "450,00 €", "1.250,00", "")[number % 4]
    registered = f"{number % 28 + 1}.{number % 2 + 1:02d}.2026"
    return [
        number,
        f"{TRADES[number % len(TRADES)]} {place} {number} {FORMS[number % len(FORMS)]}",
        salutation,
        names[number % len(names)],
        f"{LAST_NAMES[number % len(LAST_NAMES)]}",
        ("Geschäftsführer/in", "Vertriebsleitung", "Prokurist")[number % 3],
        f"Industriestr. {number}",
        code if number % 2 else int(code),
        place,
        phone(number),
        f" teilnehmer{number}@firma{number}.example " if number % 6 else "",
        registered,
        fee,
    ]


def write(path: Path, count: int = 300) -> Path:
    """Write the list of ``count`` participants to ``path`` (.xlsx) and return it."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Teilnehmer"
    logo = BytesIO()
    Picture.new("RGB", (120, 40), "#005a8c").save(logo, "PNG")
    sheet.add_image(Image(logo), "A1")
    width = len(HEADINGS)
    titles = {
        2: "Industrie- und Handelskammer Erfurt",
        3: "Teilnehmerliste Delegationsreise Zentralasien",
        4: "Stand: 12.01.2026 – vertraulich",
    }
    for number, title in titles.items():
        sheet.cell(number, 1, title).font = Font(bold=True, size=14)
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=width)
    for column, heading in enumerate(HEADINGS, start=1):
        cell = sheet.cell(HEADER_ROW, column, heading)
        cell.alignment = Alignment(textRotation=90)
    for number in range(1, count + 1):
        for column, value in enumerate(row(number), start=1):
            if value != "":
                sheet.cell(HEADER_ROW + number, column, value)
    last = HEADER_ROW + count + 1
    sheet.cell(last, 1, f"Summe: {count} Teilnehmer")
    sheet.merge_cells(start_row=last, start_column=1, end_row=last, end_column=4)
    book.save(path)
    return path
