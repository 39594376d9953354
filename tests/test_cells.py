"""Cells as people type them: read as what was meant, or refused with a remedy; never guessed."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from hypothesis import given
from hypothesis import strategies as st
from phonenumber_field.phonenumber import to_python

from legcrm.core.spreadsheets import cells
from legcrm.core.spreadsheets.cells import CellError
from legcrm.core.spreadsheets.cells.countries import _COMMON, country_code

NBSP = "\u00a0"
NARROW = "\u202f"


@pytest.fixture(autouse=True)
def german():
    with translation.override("de"):
        yield


def error_of(read, *args) -> CellError:
    with pytest.raises(CellError) as caught:
        read(*args)
    assert caught.value.message == str(caught.value) != ""
    return caught.value


# --- Texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "", "  ", NBSP, "\n\t", "\u200b", f" \ufeff{NBSP} "])
def test_blank(value):
    assert cells.is_blank(value)


@pytest.mark.parametrize("value", ["-", "–", "n/a", "k. A.", "0", 0, 0.0, False])
def test_not_blank(value):
    assert not cells.is_blank(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("  Möbel ", "Möbel"),
        (f"{NBSP}TITK{NBSP}", "TITK"),
        ("\ufeffName\u200b ", "Name"),
        (f"Dr.{NBSP}Weber", f"Dr.{NBSP}Weber"),
        ("a\r\nb\rc\n", "a\nb\nc"),
        (99084, "99084"),
        (99084.0, "99084"),
        (493615603.0, "493615603"),
        (7.7272500000e10, "77272500000"),
        (1e20, "100000000000000000000"),
        (1.5, "1,5"),
        (0.1 + 0.2, "0,3"),
        (-0.5, "-0,5"),
        (Decimal("1.50"), "1,5"),
        (Decimal("100"), "100"),
        (True, "ja"),
        (False, "nein"),
        (date(2025, 12, 31), "31.12.2025"),
        (datetime(2025, 12, 31), "31.12.2025"),
        (datetime(2025, 12, 31, 14, 30), "31.12.2025 14:30"),
        (datetime(2025, 12, 31, 14, 30, 5), "31.12.2025 14:30:05"),
        (time(9, 5), "09:05"),
        (time(9, 5, 7), "09:05:07"),
    ],
)
def test_text(value, text):
    assert cells.read_text(value) == text


def test_no_text():
    error_of(cells.read_text, float("nan"))


@given(st.text())
def test_text_is_read_once(value):
    text = cells.read_text(value)
    assert cells.read_text(text) == text
    assert cells.is_blank(value) == (text == "")


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (None, []),
        ("; ;\n", []),
        ("Textil", ["Textil"]),
        ("Textil; Optik ;Maschinenbau", ["Textil", "Optik", "Maschinenbau"]),
        ("Textil\r\nOptik", ["Textil", "Optik"]),
        ("Weber, Söhne & Co.; TITK", ["Weber, Söhne & Co.", "TITK"]),
        (12.0, ["12"]),
    ],
)
def test_list(value, parts):
    assert cells.split_list(value) == parts


# --- Dates and times -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "31.12.2025",
        "31.12.25",
        " 31. 12. 2025 ",
        f"31.12.2025{NBSP}",
        "31.12.2025.",
        "31. Dezember 2025",
        f"31.{NBSP}Dezember{NBSP}2025",
        "31 Dezember 2025",
        "31. Dez. 2025",
        "31. Dez 25",
        "31-Dec-2025",
        "31st December 2025",
        "December 31, 2025",
        "Dec. 31 2025",
        "31 декабря 2025 г.",
        "31/12/2025",
        "12/31/2025",
        "31/12/25",
        "31-12-2025",
        "2025-12-31",
        "2025/12/31",
        "2025.12.31",
        "20251231",
        "Mi, 31.12.2025",
        "Mittwoch, 31. Dezember 2025",
        "Wednesday, December 31, 2025",
        "31.12.2025 14:30",
        "2025-12-31T14:30:00",
        date(2025, 12, 31),
        datetime(2025, 12, 31, 14, 30),
        46022,
        46022.0,
        46022.604166666664,
        20251231,
        20251231.0,
    ],
)
def test_date(value):
    assert cells.read_date(value) == date(2025, 12, 31)
    assert type(cells.read_date(value)) is date


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("1.2.2025", date(2025, 2, 1)),
        ("01.02.2025", date(2025, 2, 1)),
        ("29.2.2024", date(2024, 2, 29)),
        ("3. März 2025", date(2025, 3, 3)),
        ("3. Maerz 2025", date(2025, 3, 3)),
        ("5. Jänner 2025", date(2025, 1, 5)),
        ("May 5, 2025", date(2025, 5, 5)),
        ("1.1.68", date(2068, 1, 1)),
        ("1.1.69", date(1969, 1, 1)),
        ("03/03/2025", date(2025, 3, 3)),
        ("01.10.1558", date(1558, 10, 1)),
        (18264, date(1950, 1, 1)),
        (73415, date(2100, 12, 31)),
    ],
)
def test_other_dates(value, day):
    assert cells.read_date(value) == day


@given(st.dates())
def test_every_day_reads_back(day):
    for text in (day.isoformat(), cells.read_text(day)):
        assert cells.read_date(text) == day


@given(st.datetimes())
def test_every_moment_reads_back(moment):
    assert cells.read_datetime(moment.isoformat()) == moment
    assert cells.read_datetime(moment.isoformat(sep=" ")) == moment
    assert cells.read_datetime(cells.read_text(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("31.04.2025", "30"),
        ("29.02.2025", "28"),
        ("0.1.2025", "31"),
        ("12.31.2025", "31"),
        ("31/13/2025", "13"),
        ("2025-02-30", "28"),
        ("32. Dezember 2025", "31"),
    ],
)
def test_impossible_days_name_the_problem(value, said):
    assert said in error_of(cells.read_date, value).message.replace(value, "")


@pytest.mark.parametrize(
    "value", ["Dez 2025", "Dezember 2025", "12/2025", "12.2025", "2025", 2025, 2025.0]
)
def test_a_month_is_no_day(value):
    assert error_of(cells.read_date, value).code == "no_day"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "-",
        "Herbst 2025",
        "demnächst",
        "23.–29.04.2023",
        "23.04.2023 - 29.04.2023",
        "31. Brumaire 2025",
        "46022",
        "25-12-31",
        "31.12.25-26",
        "00.00.0000",
        True,
        18263,
        73416,
        0,
        -5,
        12.5,
        1e300,
        float("inf"),
        float("nan"),
        time(9, 30),
    ],
)
def test_no_date(value):
    for read in (cells.read_date, cells.read_datetime):
        error_of(read, value)


@pytest.mark.parametrize("value", ["03/04/2025", "3/4/25", "03-04-2025", "03/04/2025 14:30"])
def test_an_ambiguous_day_is_asked(value):
    for read in (cells.read_date, cells.read_datetime):
        error = error_of(read, value)
        assert error.code == "ambiguous"
        assert error.readings == [("dmy", "3. April 2025"), ("mdy", "4. März 2025")]
        assert "3. April 2025" in error.message
    assert cells.read_date(value, "dmy") == date(2025, 4, 3)
    assert cells.read_date(value, "mdy") == date(2025, 3, 4)


@pytest.mark.parametrize("style", ["", "dmy", "mdy"])
def test_a_style_does_not_overrule_what_is_clear(style):
    assert cells.read_date("31/12/2025", style) == date(2025, 12, 31)
    assert cells.read_date("12/31/2025", style) == date(2025, 12, 31)
    assert cells.read_date("03.04.2025", style) == date(2025, 4, 3)


@pytest.mark.parametrize(
    "value",
    [
        "31.12.2025 14:30",
        "31.12.25 14:30",
        "31.12.2025, 14:30 Uhr",
        "31.12.2025 14.30 Uhr",
        "31. 12. 2025 14:30",
        "31. Dezember 2025 um 14:30 Uhr",
        "31.12.2025 - 14:30",
        "31.12.2025 14h30",
        f"31.12.2025{NBSP}14:30",
        "Mi, 31.12.2025, 14:30",
        "2025-12-31 14:30",
        "2025-12-31T14:30",
        "2025-12-31T14:30:00.000",
        "12/31/2025 2:30 PM",
        46022.604166666664,
        datetime(2025, 12, 31, 14, 30),
    ],
)
def test_datetime(value):
    assert cells.read_datetime(value) == datetime(2025, 12, 31, 14, 30)


@pytest.mark.parametrize("value", ["31.12.2025", "2025-12-31", 46022, date(2025, 12, 31)])
def test_a_bare_day_is_its_midnight(value):
    moment = cells.read_datetime(value)
    assert type(moment) is datetime
    assert moment == datetime(2025, 12, 31)


@pytest.mark.parametrize(
    "value",
    [
        "14:30",
        "31.12.2025 25:00",
        "31.12.2025 14:30-15:30",
        "2025-12-31T14:30:00Z",
        "2025-12-31T14:30:00+05:00",
        "2025-12-31 14:30 +0500",
    ],
)
def test_no_datetime(value):
    error_of(cells.read_datetime, value)


def test_a_time_zone_is_named():
    assert "31.12.2025 14:30" in error_of(cells.read_datetime, "2025-12-31T14:30:00+05:00").message


@pytest.mark.parametrize(
    "value",
    [
        "9:30",
        "09:30:00",
        " 9.30 Uhr ",
        "9:30 h",
        "9h30",
        "9 Uhr 30",
        "9:30 AM",
        "9:30 a.m.",
        "0930",
        "930",
        930,
        930.0,
        9.5 / 24,
        46022 + 9.5 / 24,
        time(9, 30),
        datetime(2025, 12, 31, 9, 30),
    ],
)
def test_time(value):
    assert cells.read_time(value) == time(9, 30)


@pytest.mark.parametrize(
    ("value", "clock"),
    [
        ("0:00", time()),
        (0, time()),
        ("9", time(9)),
        (9, time(9)),
        ("9 Uhr", time(9)),
        ("12 am", time()),
        ("12:15 pm", time(12, 15)),
        ("11 p.m.", time(23)),
        ("23:59:59", time(23, 59, 59)),
    ],
)
def test_other_times(value, clock):
    assert cells.read_time(value) == clock


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "24:00",
        "9:60",
        "13 pm",
        "0 am",
        "ca. 9:30",
        "9:30-10:30",
        "2460",
        24,
        975,
        9.3,
        -0.5,
        True,
        1e300,
        date(2025, 12, 31),
        "vormittags",
        "²:30",
    ],
)
def test_no_time(value):
    assert "14:30" in error_of(cells.read_time, value).message


@given(st.times())
def test_every_time_reads_back(clock):
    assert cells.read_time(clock.isoformat()) == clock
    assert cells.read_time(cells.read_text(clock)) == clock.replace(microsecond=0)


# --- Numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1234", "1234"),
        (" -7 ", "-7"),
        ("+7", "7"),
        ("−1,5", "-1.5"),
        ("- 5", "-5"),
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        (f"1{NBSP}234,56", "1234.56"),
        (f"1{NARROW}234{NARROW}567", "1234567"),
        ("1'234.56", "1234.56"),
        ("1’234’567", "1234567"),
        ("12.345.678", "12345678"),
        ("12,345,678", "12345678"),
        ("12.345.678,9", "12345678.9"),
        ("1.234,567", "1234.567"),
        ("-1.234.567,89", "-1234567.89"),
        ("1.234,56 €", "1234.56"),
        ("€1.234,56", "1234.56"),
        ("EUR 1.000.000", "1000000"),
        ("500 Euro", "500"),
        ("500EUR", "500"),
        ("1.234,- €", "1234"),
        ("500,--", "500"),
        ("500,–", "500"),
        ("0,5", "0.5"),
        (",5", "0.5"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        ("1.5", "1.5"),
        ("1,2345", "1.2345"),
        ("1234.567", "1234.567"),
        ("00123", "123"),
        (1234, "1234"),
        (1.234, "1.234"),
        (0.1 + 0.2, "0.3"),
        (1e6, "1000000"),
        (Decimal("1.234"), "1.234"),
    ],
)
@pytest.mark.parametrize("style", ["", "de", "en"])
def test_decimal(value, number, style):
    assert cells.read_decimal(value, style) == Decimal(number)


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        ("1.234", "1234", "1.234"),
        ("1,234", "1.234", "1234"),
        ("-12.500", "-12500", "-12.500"),
        ("EUR 123,456", "123.456", "123456"),
    ],
)
def test_an_ambiguous_number_is_asked(value, german, english):
    error = error_of(cells.read_decimal, value)
    assert error.code == "ambiguous"
    # As the person's language writes them, so that 1,234 is not shown as 1.234 again.
    shown = [("de", number_format(Decimal(german))), ("en", number_format(Decimal(english)))]
    assert error.readings == shown
    assert cells.read_decimal(value, "de") == Decimal(german)
    assert cells.read_decimal(value, "en") == Decimal(english)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "-",
        "€",
        "abc",
        "1.23.456",
        "1,234,56",
        "12 34",
        "1.2.3",
        "1..2",
        "1,234.56.7",
        "12a",
        "٣٤",
        "1e5",
        "3 bis 5",
        "1.000.00",
        "1,000.000,00",
        "9" * 200,
        "²",
        True,
        float("nan"),
        float("inf"),
        date(2025, 12, 31),
        time(9, 30),
    ],
)
def test_no_number(value):
    for read in (cells.read_decimal, cells.read_integer):
        for style in ("", "de", "en"):
            error_of(read, value, style)


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("25 %", "%"),
        ("2 Mio.", "2000000"),
        ("2,5 Mio. €", "2000000"),
        ("500 TEUR", "2000000"),
        ("500 T€", "2000000"),
        ("50k", "2000000"),
        ("$ 500", "euro"),
        ("500 USD", "euro"),
        ("100 000 ₸", "euro"),
    ],
)
def test_the_remedy_for_a_number(value, remedy):
    with translation.override("en"):
        message = error_of(cells.read_decimal, value).message
    assert remedy in message.split("”")[-1]


@given(st.decimals(-(10**12), 10**12, places=2))
def test_every_number_reads_back(number):
    english = f"{number:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (english, german, german + " €", german.replace(".", NBSP)):
        assert cells.read_decimal(text) == number
    assert cells.read_decimal(cells.read_text(number)) == number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("12", 12),
        (12, 12),
        (12.0, 12),
        ("12,0", 12),
        ("1.234", 1234),
        ("1,234", 1234),
        ("12.345.678", 12345678),
        ("1 000", 1000),
        ("-3", -3),
    ],
)
def test_integer(value, number):
    read = cells.read_integer(value)
    assert (read, type(read)) == (number, int)


@pytest.mark.parametrize("value", ["12,5", 12.5, "0.125", "1234,567"])
def test_no_integer(value):
    error_of(cells.read_integer, value)


def test_an_ambiguous_integer_is_asked():
    assert error_of(cells.read_integer, "1.000").code == "ambiguous"
    assert cells.read_integer("1.000", "de") == 1000
    assert cells.read_integer("1.000", "en") == 1
    error_of(cells.read_integer, "1.234", "en")


# --- Yes and no, choices -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["ja", " JA ", "j", "x", "X", "yes", "wahr", "WAHR", "true", "1", "✓", 1, 1.0, True]
)
def test_yes(value):
    assert cells.read_boolean(value) is True


@pytest.mark.parametrize("value", ["nein", "N", "no", "falsch", "FALSE", "0", "✗", 0, 0.0, False])
def test_no(value):
    assert cells.read_boolean(value) is False


@pytest.mark.parametrize("value", [None, "", "vielleicht", "-", 2, 0.5, date(2025, 1, 1), "jaja"])
def test_neither(value):
    error_of(cells.read_boolean, value)


CHOICES = [
    ("research_institute", _("research institute")),
    ("public_body", _("public body")),
    ("none", "keine"),
    ("none", "ohne"),
    ("", "unbekannt"),
]


@pytest.mark.parametrize(
    ("value", "machine"),
    [
        ("research_institute", "research_institute"),
        ("research institute", "research_institute"),
        ("Research Institute", "research_institute"),
        ("Forschungsinstitut", "research_institute"),
        (" FORSCHUNGS-INSTITUT ", "research_institute"),
        ("public body", "public_body"),
        ("keine", "none"),
        ("Ohne", "none"),
        ("unbekannt", ""),
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_choice(value, machine, language):
    with translation.override(language):
        assert cells.read_choice(value, CHOICES) == machine


def test_an_unknown_choice_lists_the_possible_ones():
    with translation.override("en"):
        message = error_of(cells.read_choice, "Zirkus", CHOICES).message
    assert "Zirkus" in message
    assert "research institute, public body, keine, unbekannt" in message
    assert "ohne" not in message


def test_choices_may_be_numbers():
    choices = [(1, "hoch"), (2, "niedrig")]
    assert [cells.read_choice(value, choices) for value in (1, 1.0, "2", "hoch")] == [1, 1, 2, 1]


def test_labels_that_fold_alike_mean_none():
    choices = [("a", "Möbel"), ("b", "Mobel")]
    assert cells.read_choice("möbel", choices) == "a"
    assert cells.read_choice("mobel", choices) == "b"
    error_of(cells.read_choice, "Moebel", choices)


def test_lists_of_choices_do_not_mix():
    for number in range(500):
        assert cells.read_choice("Wert", [(number, "Wert")]) == number


# --- Countries -----------------------------------------------------------------------------------


def all_country_names():
    import pycountry

    for language in ("de", "en"):
        with translation.override(language):
            yield from [(code, str(name)) for code, name in countries]
    for country in pycountry.countries:
        yield country.alpha_2, country.alpha_2
        yield country.alpha_2, country.alpha_3
        yield country.alpha_2, country.name
        if official := getattr(country, "official_name", None):
            yield country.alpha_2, official
    for code, names in _COMMON.items():
        yield from [(code, name) for name in names.split("|")]


def test_every_name_of_every_country_reads_back():
    names = list(all_country_names())
    assert len(names) > 249 * 4
    wrong = [
        (code, name)
        for code, name in names
        for typed in (name, name.lower(), name.upper(), f" {name} ")
        if country_code(typed) != code
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("Kasachstan", "KZ"),
        ("KZ", "KZ"),
        ("kaz", "KZ"),
        ("Republik Kasachstan", "KZ"),
        ("Қазақстан", "KZ"),
        ("Казахстан", "KZ"),
        ("Qazaqstan", "KZ"),
        ("Deutschland", "DE"),
        ("Bundesrepublik Deutschland", "DE"),
        ("D", "DE"),
        ("Germany", "DE"),
        ("Russische Föderation", "RU"),
        ("Russische Foederation", "RU"),
        ("Россия", "RU"),
        ("Österreich", "AT"),
        ("Oesterreich", "AT"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("UK", "GB"),
        ("Großbritannien", "GB"),
        ("Grossbritannien", "GB"),
        ("England", "GB"),
        ("Südkorea", "KR"),
        ("Korea", "KR"),
        ("Nordkorea", "KP"),
        ("Tschechien", "CZ"),
        ("Tschechische Republik", "CZ"),
        ("Türkei", "TR"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Weißrussland", "BY"),
        ("Weissrussland", "BY"),
        ("Holland", "NL"),
        ("VAE", "AE"),
        ("Oʻzbekiston", "UZ"),
        ("O'zbekiston", "UZ"),
        ("O’zbekiston", "UZ"),
        ("O`zbekiston", "UZ"),
        ("Ўзбекистон", "UZ"),
        ("Узбекистан", "UZ"),
        ("Usbekistan", "UZ"),
        ("Кыргызстан", "KG"),
        ("Kirgistan", "KG"),
        ("Kirgisien", "KG"),
        ("Тоҷикистон", "TJ"),
        ("Turkmenien", "TM"),
        ("საქართველო", "GE"),
        ("Iran", "IR"),
        ("Irak", "IQ"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("Slowakei", "SK"),
        ("Slowenien", "SI"),
        (f"Saudi{NBSP}Arabien", "SA"),
    ],
)
def test_country(value, code):
    assert cells.read_country(value) == code


@pytest.mark.parametrize("value", [None, "", "-", "Erfurt", "Narnia", "ZZ", "Asien", 49, True, "—"])
def test_no_country(value):
    assert "KZ" in error_of(cells.read_country, value).message


# --- Phones --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("+49 361 5603-0", "", "+4936156030"),
        ("0361 5603-0", "", "+4936156030"),
        ("0361 5603-0", "DE", "+4936156030"),
        ("(0361) 56 03-0", "", "+4936156030"),
        ("0361/5603-0", "", "+4936156030"),
        ("0361 / 5603 - 0", "", "+4936156030"),
        ("+49 (0) 361 5603-0", "", "+4936156030"),
        ("+49(0)361/56030", "KZ", "+4936156030"),
        ("(+49) 361 56030", "", "+4936156030"),
        ("0049 361 56030", "KZ", "+4936156030"),
        ("0049 (0)361 56030", "", "+4936156030"),
        ("49 361 56030", "", "+4936156030"),
        (f"0361{NBSP}56030", "", "+4936156030"),
        ("0361–56030", "", "+4936156030"),
        ("\u202a+49 361 56030\u202c", "", "+4936156030"),
        ("Tel.: 0361 56030", "", "+4936156030"),
        ("Telefon 0361 56030", "", "+4936156030"),
        (493615603, "", "+493615603"),
        (493615603.0, "DE", "+493615603"),
        (36156030, "DE", "+4936156030"),
        ("0172 1234567", "", "+491721234567"),
        ("Mobil: +49 172 1234567", "", "+491721234567"),
        ("7 727 250 00 00", "KZ", "+77272500000"),
        ("8 (727) 250-00-00", "KZ", "+77272500000"),
        ("(727) 250 00 00", "KZ", "+77272500000"),
        (7.7272500000e10, "KZ", "+77272500000"),
        ("00998 71 234 56 78", "", "+998712345678"),
        ("00998 71 234 56 78", "KZ", "+998712345678"),
        ("998 71 234 56 78", "UZ", "+998712345678"),
        ("998 71 234 56 78", "KZ", "+998712345678"),
        ("71 234 56 78", "UZ", "+998712345678"),
        ("+39 06 12345678", "", "+390612345678"),
    ],
)
def test_phone(value, country, number):
    assert cells.read_phone(value, country) == number
    assert to_python(number).is_valid()  # as the model field will ask


@pytest.mark.parametrize(
    "value",
    ["0361 56030 App. 12", "0361 56030, Durchwahl 12", "0361 56030 ext. 12", "0361 56030 x12"],
)
def test_an_extension_is_not_lost_silently(value):
    with translation.override("en"):
        assert "extension" in error_of(cells.read_phone, value).message


@pytest.mark.parametrize(
    "value",
    [
        "0361 56030 / 0172 1234567",
        "0361 56030/0172 1234567",
        "0361 56030, 0172 1234567",
        "0361 56030; 0172 1234567",
        "0361 56030\n0172 1234567",
        "0361 56030 oder 0172 1234567",
        "+49 361 56030/+49 172 1234567",
    ],
)
def test_two_numbers_are_not_one(value):
    with translation.override("en"):
        assert "several" in error_of(cells.read_phone, value).message


@pytest.mark.parametrize("value", ["4,93615603E+11", "7.72725E+10"])
def test_a_number_cut_short_by_the_spreadsheet_says_so(value):
    with translation.override("en"):
        assert "as text" in error_of(cells.read_phone, value).message


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "-",
        "110",
        "unbekannt",
        "0800 ERFURT",
        "0361 56030 (Zentrale)",
        "+49",
        "12",
        "+999 123456789",
        1.5,
        -493615603,
        date(2025, 12, 31),
        "0" * 300,
        "٠٣٦١٥٦٠٣٠",
    ],
)
def test_no_phone(value):
    error_of(cells.read_phone, value)


def test_a_country_without_a_calling_code_needs_the_international_form():
    error_of(cells.read_phone, "0361 56030", "AQ")
    assert cells.read_phone("+49 361 56030", "AQ") == "+4936156030"


# --- Whatever the file holds ---------------------------------------------------------------------

ANY_CELL = st.one_of(
    st.none(),
    st.text(),
    st.text(alphabet="0123456789.,:/-+ €%()T", max_size=20),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
)


@pytest.mark.parametrize(
    "read",
    [
        cells.read_text,
        cells.read_date,
        cells.read_datetime,
        cells.read_time,
        cells.read_decimal,
        cells.read_integer,
        cells.read_boolean,
        cells.read_country,
        cells.read_phone,
        cells.split_list,
        lambda value: cells.read_choice(value, CHOICES),
    ],
)
@given(value=ANY_CELL)
def test_any_cell_is_read_or_refused_in_words(read, value):
    try:
        read(value)
    except CellError as error:
        assert error.message
        assert (error.code == "ambiguous") == bool(error.readings)


@pytest.mark.parametrize("long", ["1" + " " * 32_000 + "1", "1" * 32_000, "a, " * 10_000])
@pytest.mark.parametrize(
    "read",
    [
        cells.read_date,
        cells.read_datetime,
        cells.read_time,
        cells.read_decimal,
        cells.read_integer,
        cells.read_country,
        cells.read_phone,
    ],
)
def test_a_full_cell_is_refused_with_a_short_message(read, long):
    assert len(error_of(read, long).message) < 250
