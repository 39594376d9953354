"""Days in words, as people set a date: Freitag, in 2 Wochen, Ende Januar, 15.12., next week.

German and English are read alike, whatever the language of the page. What is meant:

* A weekday is the next one to come, never today; "nächsten" and "next" change nothing. The Friday
  after that is "übernächsten Freitag", that of the next calendar week "Freitag nächster Woche".
* A week, month, quarter or year means its first day, once it runs its last; "Anfang", "Mitte" and
  "Ende" say which. A week ends on Friday.
* A day without a year, a month and a week by its number are the next to come. Only a day with its
  year may have passed.

Whoever asks shows the day that was understood, with ``say_day``.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .dates import add_months
from .spreadsheets.cells.dates import read_date
from .spreadsheets.cells.texts import CellError, is_long, quoted, strip


class UnknownDay(ValueError):
    """No day can be read; the text, in the active language, says what can be written."""


_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            "montag mo mon monday",
            "dienstag di tue tues tuesday",
            "mittwoch mi wed wednesday",
            "donnerstag do thu thur thurs thursday",
            "freitag fr fri friday",
            "samstag sonnabend sa sat saturday",
            "sonntag so sun sunday",
        )
    )
    for word in words.split()
}
_DAYS_AHEAD = {
    "heute": 0, "today": 0,
    "morgen": 1, "tomorrow": 1,
    "übermorgen": 2, "day after tomorrow": 2,
}  # fmt: skip
_NUMBERS = {
    word: number
    for number, words in {
        1: "ein eine einem einer a an one",
        2: "zwei two",
        3: "drei three",
        4: "vier four",
        5: "fünf five",
        6: "sechs six",
        7: "sieben seven",
        8: "acht eight",
        9: "neun nine",
        10: "zehn ten",
        11: "elf eleven",
        12: "zwölf twelve",
        14: "vierzehn fourteen",
    }.items()
    for word in words.split()
}
_UNITS = {
    word: unit
    for unit, words in {
        "day": "tag tage tagen day days",
        "week": "woche wochen week weeks",
        "month": "monat monate monaten month months",
        "quarter": "quartal quartale quartalen quarter quarters",
        "year": "jahr jahre jahren year years",
    }.items()
    for word in words.split()
}
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_PLACES = {
    word: place
    for place, words in {
        "first": "anfang beginn beginning start early",
        "middle": "mitte middle mid",
        "last": "ende end late",
    }.items()
    for word in words.split()
}
# Which week, month, quarter or year, counted from the running one.
_WHICH = {"diese": 0, "this": 0, "nächste": 1, "kommende": 1, "next": 1, "übernächste": 2}
# Words said in one, to be read as several.
_TOGETHER = {
    "wochenanfang": "anfang der woche",
    "wochenende": "ende der woche",
    "weekend": "end of the week",
    "monatsanfang": "anfang des monats",
    "monatsmitte": "mitte des monats",
    "monatsende": "ende des monats",
    "quartalsende": "ende des quartals",
    "jahresanfang": "anfang des jahres",
    "jahresmitte": "mitte des jahres",
    "jahresende": "ende des jahres",
}
_SPELLINGS = {
    "naechst": "nächst",
    "ueber": "über",
    "fuenf": "fünf",
    "zwoelf": "zwölf",
    "week after next": "übernächste week",
    "month after next": "übernächste month",
}


def _any(words) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_LEAD = re.compile(
    r"^(?:(?:bis|spätestens|ab|am|zum|zur|im|in (?:der|the)|on|by|until|till|at|der|den|dem|des|"
    r"die|das|the|of)\s+)+"
)
_ENDING = r"(?:[nrsm])?"
_HOW_MANY = re.compile(
    rf"^(?:in\s+)?((?:einem )?halben|half a|[0-9]{{1,3}}|{_any(_NUMBERS)})\s+({_any(_UNITS)})"
    r"(?:\s+from (?:now|today))?$"
)
_AFTER = re.compile(r"^(.+?)\s+(in\s+.+)$")
_FRIDAY_WEEK = re.compile(rf"^({_any(_WEEKDAYS)}) week$")
_WEEKDAY = re.compile(rf"^({_any(_WEEKDAYS)})\.?$")
_WHICH_WEEKDAY = re.compile(rf"^({_any(_WHICH)}){_ENDING}\s+({_any(_WEEKDAYS)})\.?$")
_WEEKDAY_OF = re.compile(rf"^({_any(_WEEKDAYS)})\.?,?\s+(.+)$")
_OF_WEEKDAY = re.compile(rf"^(.+)\s+({_any(_WEEKDAYS)})\.?$")
_PLACE_OF = re.compile(rf"^({_any(_PLACES)})[\s-]+(?:of\s+)?(?:der|des|the\s+)?\s*(.+)$")
_SPAN = re.compile(
    rf"^(?:({_any(_WHICH)}){_ENDING}\s+)?(woche|monat|quartal|jahr|week|month|quarter|year)(?:e?s)?$"
)
_NUMBERED_WEEK = re.compile(
    r"^(?:kw|kalenderwoche|week|cw)\.?\s?([0-9]{1,2})(?:[\s/]+([0-9]{4}))?$"
)
_NAMED_MONTH = re.compile(r"^([^\W\d_]{3,})\.?(?:\s+([0-9]{4}))?$")
_ECHO = re.compile(rf"^(?:{_any(_DAYS_AHEAD)}),\s+")
_NO_YEAR = re.compile(
    r"^(?:([0-9]{1,2}\.\s?[0-9]{1,2}\.?)|[0-9]{1,2}(?:\.|st|nd|rd|th)?\s*[^\W\d_]{3,}\.?)$"
)
_NO_YEAR_MONTH_FIRST = re.compile(r"^([^\W\d_]{3,}\.?\s+[0-9]{1,2})(?:st|nd|rd|th)?$")
_MONTH_FIRST = re.compile(r"^[^\W\d_]{3,}\.?\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+[0-9]{4}$")
_DAY_ALONE = re.compile(r"^([0-9]{1,2})(?:\.|st|nd|rd|th)$")


def say_day(day: date, today: date) -> str:
    """Return ``day`` as it is confirmed to who typed it: "Fr 27.11.2026", "morgen, Di 24.11.2026".

    ``read_day`` reads it again as the same day.
    """
    said = f"{date_format(day, 'D')} {date_format(day, 'SHORT_DATE_FORMAT')}"
    match (day - today).days:
        case 0:
            return _("today, %(day)s") % {"day": said}
        case 1:
            return _("tomorrow, %(day)s") % {"day": said}
    return said


def read_day(text: str, today: date) -> date:
    """Return the day that ``text`` means, said on ``today``.

    Raises UnknownDay where it means none, or one that doesn't exist.
    """
    words = strip(text)
    if not words or is_long(words):
        raise _unknown(text)
    words = " ".join(unicodedata.normalize("NFC", words).casefold().split())
    for written, meant in _SPELLINGS.items():
        words = words.replace(written, meant)
    try:
        day = _read(words, today)
    except CellError as error:
        raise UnknownDay(error.message) from error
    except UnknownDay:
        raise
    except (ValueError, OverflowError) as error:  # week 53 of a short year, year 10000
        raise _unknown(text) from error
    if day is None:
        raise _unknown(text)
    return day


def _unknown(text) -> UnknownDay:
    message = _(
        "“%(text)s” is no day that can be read. Write for example 15.12., 15.12.2026, tomorrow, "
        "Friday, in 2 weeks, next week, end of January or week 50."
    )
    return UnknownDay(message % {"text": quoted(text)})


def _read(words: str, today: date) -> date | None:
    words = _LEAD.sub("", words)
    if words in _DAYS_AHEAD:
        return today + timedelta(days=_DAYS_AHEAD[words])
    for read in (_read_distance, _read_weekday, _read_part, _read_written):
        day = read(words, today)
        if day is not None:
            return day
    return None


def _read_distance(words: str, today: date) -> date | None:
    """Read "in zwei Wochen", "2 weeks", and with a day before it "Freitag in einer Woche"."""
    if found := _HOW_MANY.match(words):
        number, unit = found.groups()
        unit = _UNITS[unit]
        if not number.isdigit():
            if number not in _NUMBERS:
                return add_months(today, 6) if unit == "year" else None
            number = _NUMBERS[number]
        count = int(number)
        if unit in _MONTHS_OF:
            return add_months(today, count * _MONTHS_OF[unit])
        return today + timedelta(days=count * (7 if unit == "week" else 1))
    if found := _AFTER.match(words):
        start = found[1]
        if start in _DAYS_AHEAD or _WEEKDAY.match(start):
            return _read_distance(found[2], _read(start, today))
    return None


def _read_weekday(words: str, today: date) -> date | None:
    if found := _WEEKDAY.match(words):
        return _next_weekday(_WEEKDAYS[found[1]], today)
    if found := _WHICH_WEEKDAY.match(words):
        later = 7 if _WHICH[found[1]] == 2 else 0
        return _next_weekday(_WEEKDAYS[found[2]], today) + timedelta(days=later)
    if found := _FRIDAY_WEEK.match(words):
        return _next_weekday(_WEEKDAYS[found[1]], today) + timedelta(weeks=1)
    for pattern, weekday_at in ((_WEEKDAY_OF, 1), (_OF_WEEKDAY, 2)):
        if found := pattern.match(words):
            number = _WEEKDAYS[found[weekday_at]]
            span = _read_span(_LEAD.sub("", found[3 - weekday_at]), today)
            if span and span[0] == "week":
                day = span[1] + timedelta(days=number)
                return day if day >= today else None
    return None


def _next_weekday(number: int, today: date) -> date:
    return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def _read_part(words: str, today: date) -> date | None:
    """Read a week, month, quarter or year, and "Anfang", "Mitte" or "Ende" of one."""
    words = _TOGETHER.get(words, words)
    place = None
    if found := _PLACE_OF.match(words):
        place, words = _PLACES[found[1]], _LEAD.sub("", found[2])
    span = _read_span(words, today)
    if span is None:
        return None
    unit, start, again = span
    day = _place_in(unit, start, place or "first")
    if day <= today and place is None:
        day = _place_in(unit, start, "last")
    if day < today and again:
        day = _place_in(unit, _next_start(unit, start, again), place or "first")
    return day if day >= today else None


def _read_span(words: str, today: date):
    """Return ``(unit, first day, what it comes again after)``; None if ``words`` name no span.

    The last is empty where just this one is meant: a year says so, or "nächste".
    """
    if found := _SPAN.match(words):
        unit = _UNITS[found[2]]
        start = _first_of(unit, today)
        if found[1] is None:
            return unit, start, unit
        for _step in range(_WHICH[found[1]]):
            start = _next_start(unit, start, unit)
        return unit, start, ""
    if found := _NUMBERED_WEEK.match(words):
        number, year = int(found[1]), found[2]
        start = date.fromisocalendar(int(year or today.isocalendar().year), number, 1)
        if not year and start + timedelta(days=4) < today:
            start = date.fromisocalendar(today.isocalendar().year + 1, number, 1)
        return "week", start, ""
    if found := _NAMED_MONTH.match(words):
        try:
            start = read_date(f"1 {found[1]} {found[2] or today.year}")
        except CellError:
            return None
        return "month", start, "" if found[2] else "year"
    return None


def _first_of(unit: str, day: date) -> date:
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1)


def _next_start(unit: str, start: date, step: str) -> date:
    return start + timedelta(weeks=1) if unit == "week" else add_months(start, _MONTHS_OF[step])


def _place_in(unit: str, start: date, place: str) -> date:
    """Return the first, middle or last day; a working week has five of them."""
    if place == "first":
        return start
    if unit == "week":
        return start + timedelta(days=2 if place == "middle" else 4)
    last = add_months(start, _MONTHS_OF[unit]) - timedelta(days=1)
    if place == "last":
        return last
    return start.replace(day=15) if unit == "month" else start + (last - start) // 2


def _read_written(words: str, today: date) -> date | None:
    """Read a date in figures or with the name of its month; the next one where no year is said."""
    words = _ECHO.sub("", words).replace(" of ", " ")
    if found := _WEEKDAY_OF.match(words):
        day = _read_written(_LEAD.sub("", found[2]), today)
        if day is not None and day.weekday() != _WEEKDAYS[found[1]]:
            message = _("%(day)s is a %(weekday)s. Correct the day or the weekday.")
            said = {"day": date_format(day, "SHORT_DATE_FORMAT"), "weekday": date_format(day, "l")}
            raise UnknownDay(message % said)
        return day
    if found := _DAY_ALONE.match(words):
        return _next_day_of_month(int(found[1]), today)
    if found := _NO_YEAR.match(words):
        joint = "." if found[1] else " "
        return _next_date(words.rstrip(".") + joint, today)
    if found := _NO_YEAR_MONTH_FIRST.match(words):
        return _next_date(f"{found[1]}, ", today)
    if not words[:1].isdigit() and not _MONTH_FIRST.match(words):
        return None
    return read_date(words, "dmy" if get_language() == "de" else "mdy")


def _next_date(words: str, today: date) -> date | None:
    """Return the first day from ``today`` on that ``words`` and a year give."""
    for year in range(today.year, today.year + 9):  # of nine years one has a 29 February
        with suppress(CellError):
            day = read_date(f"{words}{year}")
            if day >= today:
                return day
    return None


def _next_day_of_month(number: int, today: date) -> date | None:
    for later in range(3):  # of three months one has a 31st
        first = add_months(today.replace(day=1), later)
        with suppress(ValueError):
            day = first.replace(day=number)
            if day >= today:
                return day
    return None
