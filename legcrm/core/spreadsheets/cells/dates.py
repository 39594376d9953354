"""Days and times of day as people write them: 31.12.2025, 31. Dezember 2025, 14.30 Uhr."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .texts import CellError, is_long, quoted, read_text, strip

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "januar jan jän jänner january января",
            "februar feb feber february февраля",
            "märz mär mrz maerz march mar марта",
            "april apr апреля",
            "mai may мая",
            "juni jun june июня",
            "juli jul july июля",
            "august aug августа",
            "september sep sept сентября",
            "oktober okt october oct октября",
            "november nov ноября",
            "dezember dez december dec декабря",
        ),
        start=1,
    )
    for name in names.split()
}
_WORD = r"[^\W\d_]+"
_WEEKDAY = re.compile(
    r"^(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun|(?:mon|diens|donners|frei|sams|sonn)tag"
    r"|mittwoch|sonnabend|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\.?,?\s+(?=\d|\w+ \d)",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"^([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4}|[0-9]{2})\.?$")
_ISO = re.compile(r"^([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})$")
_COMPACT = re.compile(r"^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})$")
# Two digits of a year after dashes could as well be those of a day.
_SLASHED = re.compile(
    r"^([0-9]{1,2})(?:/([0-9]{1,2})/([0-9]{4}|[0-9]{2})|-([0-9]{1,2})-([0-9]{4}))$"
)
_DAY_FIRST = re.compile(
    rf"^([0-9]{{1,2}})(?:\.|st|nd|rd|th)?[\s-]*({_WORD})\.?[\s,-]*([0-9]{{4}}|[0-9]{{2}})(?:\s*г\.?)?$",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"^({_WORD})\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+([0-9]{{4}})$", re.IGNORECASE
)
_NO_DAY = re.compile(rf"^(?:(?:({_WORD})\.?|[0-9]{{1,2}}\s?[./-])\s?)?[0-9]{{4}}$")
_CLOCK = re.compile(
    r"^([0-9]{1,2})(?:\s?(?:[:.h]|uhr)\s?([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,6}))?)?)?"
    r"\s?(am|pm|a\.m\.|p\.m\.)?\s?(uhr|h)?\.?$",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"^(.*?[^\s,])(?:t(?=[0-9])|\s*,\s*|\s+)(?:(?:um|at|-|–)\s+)?"
    r"([0-9]{1,2}(?:[:.h][0-9]{2}(?![0-9.])|\s?(?:uhr|h|[ap]\.?m)).*)$",
    re.IGNORECASE,
)
_ZONE = re.compile(r"[0-9]\s?(?:Z|[+-][0-9]{2}:?[0-9]{2})$")

_EPOCH = datetime(1899, 12, 30)  # of serial numbers: day 1 is 31.12.1899, and 29.02.1900 existed
_FIRST_SERIAL = (datetime(1950, 1, 1) - _EPOCH).days
_LAST_SERIAL = (datetime(2100, 12, 31) - _EPOCH).days


def read_date(value, style: str = "") -> date:
    """Return the day; a time of day beside it is left out.

    ``style`` "dmy" or "mdy" decides what 03/04/2025 means. A number is a serial number of the
    spreadsheet, if from 1950 to 2100.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        text = strip(value)
        if is_long(text):
            raise _no_date(text)
        day = _read_day(text, style)
        if day is None:
            day = _read_moment(text, style).date()
        return day
    return _from_serial(value).date()


def read_datetime(value, style: str = "") -> datetime:
    """Return the naive moment; a bare day gives its midnight. ``style`` as for ``read_date``."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, str):
        text = strip(value)
        if is_long(text):
            raise _no_date(text)
        day = _read_day(text, style)
        return _read_moment(text, style) if day is None else datetime.combine(day, time())
    return _from_serial(value)


def _from_serial(value) -> datetime:
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if _FIRST_SERIAL <= value < _LAST_SERIAL + 1:
            # Days as a fraction are never exact: 14:30 is 0.604166…
            return _EPOCH + timedelta(seconds=round(float(value) * 86400))
        if value == value and abs(value) < 1e15 and value == int(value):  # nan is not itself
            day = _read_day(str(int(value)), "")
            if day is not None:
                return datetime.combine(day, time())
    raise _no_date(value)


def _no_date(value) -> CellError:
    return CellError(
        _("“%(value)s” is no date that can be read. Write it as 31.12.2025.")
        % {"value": quoted(read_text(value))}
    )


@lru_cache(maxsize=8192)
def _read_day(text: str, style: str) -> date | None:
    """Return the day ``text`` names as a whole; None if it is written in no known way."""
    if found := _DOTTED.match(text):
        day, month, year = found.groups()
        return _day(text, int(day), int(month), year)
    if found := _ISO.match(text):
        year, _dash, month, day = found.groups()
        return _day(text, int(day), int(month), year)
    if found := _SLASHED.match(text):
        one, two, year = [part for part in found.groups() if part]
        return _slashed(text, int(one), int(two), year, style)
    if found := _COMPACT.match(text):
        year, month, day = found.groups()
        return _day(text, int(day), int(month), year)
    text = _WEEKDAY.sub("", text)
    if text[:1].isdigit() and (found := _DAY_FIRST.match(text)):
        day, name, year = found.groups()
    elif found := _MONTH_FIRST.match(text):
        name, day, year = found.groups()
    elif found := _DOTTED.match(text):  # after a weekday
        day, month, year = found.groups()
        return _day(text, int(day), int(month), year)
    else:
        found = _NO_DAY.match(text)
        if found and (not found[1] or found[1].casefold() in _MONTHS):
            raise CellError(
                _("“%(value)s” lacks the day. Write the whole date, as 31.12.2025.")
                % {"value": quoted(text)},
                code="no_day",
            )
        return None
    month = _MONTHS.get(name.casefold())
    return None if month is None else _day(text, int(day), month, year)


def _day(text: str, day: int, month: int, year: str) -> date:
    full = int(year)
    if len(year) == 2:  # 69 to 99 are of the last century, as everywhere in POSIX
        full += 2000 if full < 69 else 1900
    if not 1 <= month <= 12:
        problem = _(
            "“%(value)s”: there is no month %(month)d. Write day.month.year, as 31.12.2025."
        )
        raise CellError(problem % {"value": text, "month": month})
    if full == 0:
        raise _no_date(text)
    last = monthrange(full, month)[1]
    if not 1 <= day <= last:
        problem = _("“%(value)s”: that month has the days 1 to %(last)d. Correct the day.")
        raise CellError(problem % {"value": text, "last": last})
    return date(full, month, day)


def _slashed(text: str, one: int, two: int, year: str, style: str) -> date:
    if one > 12 or one == two or (style == "dmy" and two <= 12):
        return _day(text, one, two, year)
    if two > 12 or style == "mdy":
        return _day(text, two, one, year)
    readings = [
        ("dmy", date_format(_day(text, one, two, year), "DATE_FORMAT")),
        ("mdy", date_format(_day(text, two, one, year), "DATE_FORMAT")),
    ]
    raise CellError(
        _("“%(value)s” can be %(one)s or %(two)s. Say which is meant, or write it as 31.12.2025.")
        % {"value": text, "one": readings[0][1], "two": readings[1][1]},
        code="ambiguous",
        readings=readings,
    )


def _read_moment(text: str, style: str) -> datetime:
    """Return the moment of a text with a day and a time of day."""
    found = _MOMENT.match(text)
    day = found and _read_day(found[1], style)
    if day is None:
        raise _no_date(text)
    if _ZONE.search(found[2]):
        raise CellError(
            _("“%(value)s” has a time zone. Write the local time alone, as 31.12.2025 14:30.")
            % {"value": quoted(text)}
        )
    clock = _read_clock(found[2])
    if clock is None:
        raise CellError(
            _("“%(value)s” is no date with a time. Write it as 31.12.2025 14:30.")
            % {"value": quoted(text)}
        )
    return datetime.combine(day, clock)


@lru_cache(maxsize=2048)
def _read_clock(text: str) -> time | None:
    found = _CLOCK.match(text)
    if not found:
        return None
    hour, minute, second, fraction, half, _unit = found.groups()
    hour = int(hour)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    try:
        return time(hour, int(minute or 0), int(second or 0), int((fraction or "").ljust(6, "0")))
    except ValueError:
        return None


def read_time(value) -> time:
    """Return the time of day: of 9:30, 9.30 Uhr, 0930, 9, a spreadsheet's fraction of a day."""
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    clock = None
    if isinstance(value, str):
        text = strip(value)
        if len(text) in (3, 4) and text.isascii() and text.isdigit():
            text = f"{text[:-2]}:{text[-2:]}"
        clock = None if is_long(text) else _read_clock(text)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if 0 <= value < 1 or (_FIRST_SERIAL <= value < _LAST_SERIAL + 1 and value != int(value)):
            clock = (_EPOCH + timedelta(seconds=round(float(value) % 1 * 86400))).time()
        elif 1 <= value < 2400 and value == int(value):
            return read_time(str(int(value)))
    if clock is None:
        raise CellError(
            _("“%(value)s” is no time of day that can be read. Write it as 14:30.")
            % {"value": quoted(read_text(value))}
        )
    return clock
