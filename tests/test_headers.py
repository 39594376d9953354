"""Header rows, columns and totals of lists as others send them: proposed right, never dropped."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from legcrm.core.spreadsheets.headers import (
    FieldNames,
    Heading,
    column_letters,
    duplicates,
    find_header,
    headings,
    is_totals_row,
    label_key,
    propose,
)

# As a resource of a participation list declares them, other words included.
FIELDS = [
    FieldNames(
        "organisation",
        ["Organisation", "organisation"],
        [
            "Firma",
            "Firmenname",
            "Unternehmen",
            "Unternehmensname",
            "Institution",
            "Einrichtung",
            "Aussteller",
            "Betrieb",
            "Company",
            "Company name",
        ],
    ),
    FieldNames("salutation", ["Anrede", "salutation"], ["Form of address"]),
    FieldNames(
        "academic_title",
        ["Akademischer Titel", "academic title"],
        ["Titel", "Akad. Titel", "Title"],
    ),
    FieldNames("first_name", ["Vorname", "first name"], ["Rufname", "Vornamen", "Given name"]),
    FieldNames(
        "last_name",
        ["Nachname", "last name"],
        ["Familienname", "Zuname", "Surname", "Family name"],
    ),
    FieldNames("role", ["Funktion", "role"], ["Position", "Stellung", "Job title"]),
    FieldNames("email", ["E-Mail", "email"], ["E-Mail-Adresse", "Mail", "Mailadresse"]),
    FieldNames(
        "phone",
        ["Telefon", "phone"],
        ["Tel.", "Tel.-Nr.", "Telefonnummer", "Telefon (geschäftlich)", "Festnetz", "Fon"],
    ),
    FieldNames("mobile", ["Mobil", "mobile"], ["Handy", "Handynummer", "Mobiltelefon", "Cell"]),
    FieldNames(
        "street", ["Straße", "street"], ["Straße, Nr.", "Anschrift", "Straße und Hausnummer"]
    ),
    FieldNames("postal_code", ["PLZ", "postal code"], ["Postleitzahl", "ZIP", "ZIP code"]),
    FieldNames("city", ["Ort", "city"], ["Stadt", "Sitz", "Wohnort", "Town"]),
    FieldNames("country", ["Land", "country"], ["Staat", "Country of origin"]),
    FieldNames("sectors", ["Branchen", "sectors"], ["Branche", "Sektor", "Industry"]),
    FieldNames("notes", ["Notizen", "notes"], ["Bemerkung", "Bemerkungen", "Kommentar"]),
]
KEYS = {
    label_key(label) for one in FIELDS for label in [one.name, *one.labels, *one.aliases]
}  # fmt: skip


CELLS = st.one_of(st.none(), st.text(max_size=8), st.integers(), st.floats(), st.dates())


def known(label: str) -> bool:
    return label_key(label) in KEYS


def columns(*labels: str) -> list[Heading]:
    return [Heading(index, label) for index, label in enumerate(labels)]


# --- The header row ------------------------------------------------------------------------------

HEADER = ["Nr.", "Anrede", "Vorname", "Nachname", "Firma", "Ort", "E-Mail-Adresse"]
ROWS = [
    [1, "Frau", "Anna", "Weber", "Weber GmbH", "Erfurt", "weber@example.org"],
    [2, "Herr", "Jan", "Kurz", "Kurz KG", "Jena", "kurz@example.org"],
]


@pytest.mark.parametrize(
    ("sample", "number"),
    [
        pytest.param([HEADER, *ROWS], 1, id="plain"),
        pytest.param(
            [
                ["Teilnehmerliste Delegationsreise Zentralasien"],
                ["Stand:", date(2025, 5, 1)],
                [None] * 7,
                HEADER,
                *ROWS,
            ],
            4,
            id="merged title, date and blank row above",
        ),
        pytest.param([[], [None, ""], HEADER, *ROWS], 3, id="blank rows for a logo"),
        pytest.param(
            [["Land", None, "Ort"], ["Kasachstan", None, "Astana"], [], HEADER, *ROWS],
            4,
            id="a small table of known words above",
        ),
        pytest.param(
            [[None, "Person", None, None, "Firma", "Ort"], HEADER, *ROWS], 2, id="groups of columns"
        ),
        pytest.param([HEADER, *ROWS, HEADER, *ROWS], 1, id="header repeated on each page"),
        pytest.param(
            [["Datum", "Messe", "Halle"], ["01.05.2025", "Texprocess", "4"]], 1, id="unknown labels"
        ),
        pytest.param(
            [
                ["Ausstellerverzeichnis"],
                ["Stand", "Halle 4"],
                ["Stand-Nr", "Halle", "Produkt", "Kontaktart", "Kürzel"],
                ["A1", 4, "Garn", "neu", "x"],
                ["A2", 4, "Stoff", "neu", "y"],
            ],
            3,
            id="unknown labels beneath a title",
        ),
        pytest.param([["Mailverteiler"], ["a@example.org"], ["b@example.org"]], 1, id="one column"),
        pytest.param([["Firma"], ["Weber GmbH"]], 1, id="one known column"),
        pytest.param(ROWS, 1, id="no header at all"),
        pytest.param([[], [None, " "]], 0, id="nothing at all"),
        pytest.param([], 0, id="no rows"),
    ],
)
def test_the_header_row(sample, number):
    assert find_header(list(enumerate(sample, start=1)), known) == number


def test_row_numbers_are_those_of_the_file():
    assert find_header([(7, ["Liste"]), (12, HEADER), (13, ROWS[0])], known) == 12


def test_a_known_word_in_a_title_is_no_header():
    sample = [
        ["Land", "Thüringen"],
        ["Stand", "Halle", "Produkt", "Kürzel"],
        ["A1", 4, "Garn", "x"],
    ]
    assert find_header(list(enumerate(sample, start=1)), known) == 2


@given(
    st.lists(
        st.lists(CELLS, max_size=6),
        max_size=8,
    )
)
def test_any_sample_gives_one_of_its_rows(sample):
    number = find_header(list(enumerate(sample, start=1)), known)
    if number == 0:
        assert headings([], sample) == []
    else:
        assert headings(sample[number - 1])


# --- Columns -------------------------------------------------------------------------------------


def test_headings_keep_the_labels_of_the_file():
    cells = [" Firma ", None, "E-Mail-\nAdresse", "", 2023.0, "Ort*"]
    assert headings(cells) == [
        Heading(0, "Firma"),
        Heading(2, "E-Mail- Adresse"),
        Heading(4, "2023"),
        Heading(5, "Ort*"),
    ]


def test_an_unnamed_column_that_holds_something_is_shown():
    rows = [["Weber GmbH", None, " "], ["Kurz KG", None, "", 0, None, "intern"]]
    with translation.override("en"):
        found = headings(["Firma", None, None], rows)
    assert found == [Heading(0, "Firma"), Heading(3, "Column D"), Heading(5, "Column F")]


@pytest.mark.parametrize(
    ("index", "letters"),
    [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")],
)
def test_letters_of_a_column(index, letters):
    assert column_letters(index) == letters


def test_duplicates():
    found = columns("Firma", "E-Mail", "Ort", "Email*", "firma ", "FIRMA", "Ortsteil")
    assert sorted(duplicates(found)) == ["E-Mail", "Firma"]
    assert duplicates(columns("Firma", "Ort")) == []


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Firma", "organisation"),
        ("FIRMA:", "organisation"),
        ("Firmenname", "organisation"),
        ("Firmen-Name", "organisation"),
        ("Unternehmen", "organisation"),
        ("Nachname", "last_name"),
        ("Familienname", "last_name"),
        ("Vorname", "first_name"),
        ("Anrede", "salutation"),
        ("Titel", "academic_title"),
        ("E-Mail-Adresse", "email"),
        ("E-Mail Adresse", "email"),
        ("Email", "email"),
        ("E-Mail*", "email"),
        ("e-mail (optional)", "email"),
        ("E-Mail [Pflichtfeld]", "email"),
        ("Tel.", "phone"),
        ("Tel", "phone"),
        ("Telefon (geschäftlich)", "phone"),
        ("Handy", "mobile"),
        ("PLZ", "postal_code"),
        ("Ort", "city"),
        ("Straße", "street"),
        ("Strasse", "street"),
        ("STRASSE", "street"),
        ("Land", "country"),
        ("Branche", "sectors"),
        ("Funktion", "role"),
        ("postal_code", "postal_code"),
        ("Name, Vorname", ""),
        ("Name", ""),
        ("Landkreis", ""),
        ("Ortsteil", ""),
        ("Firmensitz", ""),
        ("Column F", ""),
        ("*", ""),
    ],
)
def test_a_typical_label(label, name):
    assert propose(columns(label), FIELDS) == {0: name}


def test_each_field_is_proposed_once():
    found = propose(columns("Telefon (geschäftlich)", "Firma", "Unternehmen", "Telefon"), FIELDS)
    assert found == {0: "", 1: "organisation", 2: "", 3: "phone"}


def test_the_surest_source_wins():
    fields = [
        FieldNames("name", ["Name"]),
        FieldNames("short_name", ["Kurzname"], ["Kürzel"]),
        FieldNames("city", ["Ort"]),
    ]
    found = columns("Name", "Kurzname", "Kürzel", "Ort")
    assert propose(found, fields) == {0: "name", 1: "short_name", 2: "", 3: "city"}
    remembered = {"NAME": "short_name", "Ort": "", "Kürzel": "gone"}
    assert propose(found, fields, {}, remembered) == {0: "short_name", 1: "", 2: "", 3: ""}
    machine = {"Kürzel": "name", "Ort": "city"}
    assert propose(found, fields, machine, remembered) == {
        0: "short_name",
        1: "",
        2: "name",
        3: "city",
    }


def test_a_machine_name_must_be_exact():
    fields = [FieldNames("name", ["Bezeichnung"]), FieldNames("person", ["Name"])]
    assert propose(columns("name"), fields) == {0: "name"}
    assert propose(columns("Name"), fields) == {0: "person"}


def test_a_label_of_two_fields_is_neither():
    fields = [
        FieldNames("name", ["Name"], ["Bezeichnung"]),
        FieldNames("title", ["Titel"], ["Bezeichnung", "Name"]),
    ]
    assert propose(columns("Bezeichnung"), fields) == {0: ""}
    assert propose(columns("Name"), fields) == {0: "name"}
    fields[1].labels.append("name")
    assert propose(columns("NAME"), fields) == {0: ""}


def test_labels_in_other_scripts():
    fields = [FieldNames("organisation", ["სახელი"]), FieldNames("city", ["Город"])]
    assert propose(columns("სახელი", "город", "中文"), fields) == {
        0: "organisation",
        1: "city",
        2: "",
    }


@given(
    st.lists(st.sampled_from(sorted(KEYS)) | st.text(max_size=12), max_size=12),
    st.dictionaries(st.text(max_size=5), st.sampled_from(["email", "gone", ""])),
)
def test_a_proposal_covers_every_column_and_no_field_twice(labels, remembered):
    found = propose(columns(*labels), FIELDS, remembered, remembered)
    assert list(found) == list(range(len(labels)))
    chosen = [name for name in found.values() if name]
    assert len(chosen) == len(set(chosen))
    assert set(chosen) <= {one.name for one in FIELDS}


# --- The end of the list -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        ["Summe", None, 300],
        ["Summe:", None, "300"],
        [None, "Gesamt", None, "1.234,56 €"],
        ["Gesamtsumme", 300, 4500.0],
        ["Zwischensumme", 12],
        ["Total"],
        ["TOTAL:", 300],
        ["Grand total", 300],
        ["Anzahl: 300"],
        ["Anzahl Teilnehmer: 300"],
        ["Anzahl Teilnehmer", 300],
        ["Summe Gebühren", None, 4500],
        ["Teilnehmer gesamt: 300"],
        ["Teilnehmer insgesamt", 300],
        ["Gesamt 300 Personen"],
        ["Summe", 300, "Teilnehmer"],
        ["– Summe –", 300],
        ["Итого", 300],
    ],
)
def test_totals(cells):
    assert is_totals_row(cells + [None] * (10 - len(cells)), 10)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [None] * 10,
        [300],
        ["Weber GmbH"],
        ["Total", "Frankreich"],
        ["Total Energies"],
        ["Gesamtverband Textil"],
        ["Gesamtverband Textil", 300],
        ["Sum-Tech GmbH", 12],
        ["Summe", 1, 2, 3],
        ["Stand: 01.05.2025"],
        ["Anzahlung Hotel", 300],
        ["Weber GmbH", 12, "Personen"],
    ],
)
def test_no_totals(cells):
    assert not is_totals_row(cells + [None] * (10 - len(cells)), 9)


def test_totals_of_a_wide_list_may_be_many():
    row = ["Summe", *range(5)] + [None] * 14
    assert is_totals_row(row, 20)
    assert not is_totals_row(row, 12)


@given(st.lists(st.one_of(st.none(), st.integers(), st.floats(), st.dates()), max_size=8))
def test_numbers_alone_are_no_totals(cells):
    assert not is_totals_row(cells, 8)


def test_a_long_text_is_no_totals():
    assert not is_totals_row(["Summe " + "1 " * 16_000, 300], 8)
