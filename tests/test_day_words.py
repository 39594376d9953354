"""Days in words: read as what was meant, shown again, or refused with what can be written."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from legcrm.core.day_words import UnknownDay, read_day, say_day

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("heute", MONDAY),
        ("Morgen", date(2026, 11, 24)),
        ("uebermorgen", date(2026, 11, 25)),
        ("day after tomorrow", date(2026, 11, 25)),
        ("Freitag", FRIDAY),
        ("bis Fr.", FRIDAY),
        ("bis spätestens Freitag", FRIDAY),
        ("am kommenden Freitag", FRIDAY),
        ("nächsten Freitag", FRIDAY),
        ("übernächsten Freitag", date(2026, 12, 4)),
        ("Freitag nächster Woche", date(2026, 12, 4)),
        ("nächste Woche Freitag", date(2026, 12, 4)),
        ("Friday of next week", date(2026, 12, 4)),
        ("by Friday", FRIDAY),
        ("Montag", date(2026, 11, 30)),  # not today
        ("Mo", date(2026, 11, 30)),
        ("in 2 Wochen", date(2026, 12, 7)),
        ("in zwei Wochen", date(2026, 12, 7)),
        ("2 Wochen", date(2026, 12, 7)),
        ("in einer Woche", date(2026, 11, 30)),
        ("in vierzehn Tagen", date(2026, 12, 7)),
        ("in 3 Monaten", date(2027, 2, 23)),
        ("in einem halben Jahr", date(2027, 5, 23)),
        ("in half a year", date(2027, 5, 23)),
        ("three days from now", date(2026, 11, 26)),
        ("Freitag in einer Woche", date(2026, 12, 4)),
        ("Friday week", date(2026, 12, 4)),
        ("heute in zwei Wochen", date(2026, 12, 7)),
        ("nächste Woche", date(2026, 11, 30)),
        ("in der nächsten Woche", date(2026, 11, 30)),
        ("übernächste Woche", date(2026, 12, 7)),
        ("the week after next", date(2026, 12, 7)),
        ("diese Woche", FRIDAY),
        ("Ende der Woche", FRIDAY),
        ("am Wochenende", FRIDAY),
        ("Mitte nächster Woche", date(2026, 12, 2)),
        ("end of next week", date(2026, 12, 4)),
        ("Monatsende", date(2026, 11, 30)),
        ("Anfang des Monats", date(2026, 12, 1)),
        ("nächsten Monat", date(2026, 12, 1)),
        ("Ende nächsten Monats", date(2026, 12, 31)),
        ("Anfang Januar", date(2027, 1, 1)),
        ("Mitte Januar 2028", date(2028, 1, 15)),
        ("Ende Februar", date(2027, 2, 28)),
        ("end of November", date(2026, 11, 30)),
        ("mid-January", date(2027, 1, 15)),
        ("im März", date(2027, 3, 1)),
        ("Quartalsende", date(2026, 12, 31)),
        ("nächstes Quartal", date(2027, 1, 1)),
        ("Jahresende", date(2026, 12, 31)),
        ("nächstes Jahr", date(2027, 1, 1)),
        ("KW 50", date(2026, 12, 7)),
        ("Ende KW 50", date(2026, 12, 11)),
        ("Freitag KW 50", date(2026, 12, 11)),
        ("KW 7", date(2027, 2, 15)),
        ("week 50", date(2026, 12, 7)),
        ("15.12.", date(2026, 12, 15)),
        ("15.12", date(2026, 12, 15)),
        ("bis zum 15. 12.", date(2026, 12, 15)),
        ("15.12.2026", date(2026, 12, 15)),
        ("15.12.26", date(2026, 12, 15)),
        ("1.3.", date(2027, 3, 1)),
        ("23.11.", MONDAY),
        ("29.2.", date(2028, 2, 29)),
        ("15. Dezember", date(2026, 12, 15)),
        ("15. Dez.", date(2026, 12, 15)),
        ("the 15th of December", date(2026, 12, 15)),
        ("December 15", date(2026, 12, 15)),
        ("2026-12-15", date(2026, 12, 15)),
        ("am 15.", date(2026, 12, 15)),
        ("am 31.", date(2026, 12, 31)),
        ("Fr 27.11.", FRIDAY),
        ("Freitag, den 27.11.2026", FRIDAY),
        ("3.2.2020", date(2020, 2, 3)),  # with its year, and so no slip
    ],
)
def test_a_day_in_words_on_a_monday(text, day):
    assert read_day(text, MONDAY) == day
    assert read_day(f"  {text.upper()} ", MONDAY) == day


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("Freitag", FRIDAY, date(2026, 12, 4)),
        ("Ende der Woche", FRIDAY, FRIDAY),
        ("Ende der Woche", SATURDAY, date(2026, 12, 4)),
        ("Wochenende", SATURDAY, date(2026, 12, 4)),
        ("nächste Woche", SATURDAY, date(2026, 11, 30)),
        ("Monatsende", date(2026, 11, 30), date(2026, 11, 30)),
        ("Mitte des Monats", date(2026, 12, 16), date(2027, 1, 15)),
        ("Ende Januar", date(2027, 1, 10), date(2027, 1, 31)),
        ("Anfang Januar", date(2027, 1, 10), date(2028, 1, 1)),
        ("Januar", date(2027, 1, 10), date(2027, 1, 31)),
        ("in 1 Monat", date(2027, 1, 31), date(2027, 2, 28)),
        ("nächstes Quartal", date(2026, 12, 31), date(2027, 1, 1)),
        ("KW 1", date(2026, 12, 30), date(2027, 1, 4)),
        ("am 31.", date(2027, 1, 31), date(2027, 1, 31)),
        ("am 30.", date(2027, 1, 31), date(2027, 3, 30)),
    ],
)
def test_at_the_end_of_a_week_month_or_year(text, today, day):
    assert read_day(text, today) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "bald",
        "gestern",
        "so bald wie möglich",
        "diese Woche Montag über 3",
        "Anfang dieser Woche",  # on a Wednesday
        "Montag dieser Woche",
        "31.2.",
        "31.02.2027",
        "13.13.2027",
        "32.",
        "KW 54",
        "KW 53 2027",
        "in 999 Jahrhunderten",
        "2 frogs",
        "Januar 2020",
        "0.0.",
        "٣.٣.٢٠٢٧",
        "a" * 5000,
    ],
)
def test_what_is_no_day_is_refused_with_a_remedy(text):
    with translation.override("en"), pytest.raises(UnknownDay, match=r"Write|Correct"):
        read_day(text, date(2026, 11, 25))


def test_a_weekday_that_is_not_that_of_the_date_is_a_slip():
    with translation.override("en"), pytest.raises(UnknownDay, match="11/27/2026 is a Friday"):
        read_day("Do 27.11.2026", MONDAY)


@pytest.mark.parametrize("language", ["de", "en"])
@given(
    day=st.dates(date(2026, 1, 1), date(2099, 12, 31)), ahead=st.integers(-3, 400), data=st.data()
)
def test_every_date_as_pages_write_it_comes_back(language, day, ahead, data):
    formats = ["SHORT_DATE_FORMAT", "DATE_FORMAT", "Y-m-d", "j.n.Y", "d.m.Y", "l, j. F Y"]
    today = day - timedelta(days=ahead)
    with translation.override(language):
        written = date_format(day, data.draw(st.sampled_from(formats)))
        assert read_day(written, today) == day
        assert read_day(say_day(day, today), today) == day


@given(st.dates(date(2026, 1, 1), date(2099, 12, 31)), st.integers(0, 364))
def test_a_day_without_its_year_is_the_next_to_come(today, ahead):
    day = today + timedelta(days=ahead)
    assert read_day(f"{day.day}.{day.month}.", today) == day


@given(st.text(max_size=60), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_no_text_breaks_it(text, today):
    try:
        day = read_day(text, today)
    except UnknownDay as refused:
        assert str(refused)
    else:
        assert isinstance(day, date)
