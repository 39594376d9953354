"""Cells as texts, and what is wrong with a cell."""

import re
from collections.abc import Collection
from datetime import date, datetime, time
from decimal import Decimal

from django.utils.translation import gettext as _


class CellError(ValueError):
    """What is wrong with a cell, and what to write instead.

    ``message`` is in the active language. ``code`` is "ambiguous" where a style decides;
    ``readings`` then lists ``(style, the value as it would be read)``.
    """

    def __init__(self, message: str, code: str = "invalid", readings: Collection = ()):
        super().__init__(message)
        self.message = message
        self.code = code
        self.readings = list(readings)


# str.strip() takes no-break spaces, but not these: zero-width space, byte order mark.
_INVISIBLE = "\u200b\ufeff"
_LINE_BREAK = re.compile(r"\r\n?")
# Nobody sees them, and not every kind of file can hold them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST_SHOWN = 60
# No date, number, country or phone is longer; a cell may hold 32,767 characters, of which neither
# the patterns nor the caches should see any.
_LONGEST_READ = 120


def is_blank(value) -> bool:
    """Whether a cell holds nothing to be seen: None or blanks. "-" and "n/a" are texts."""
    return value is None or (isinstance(value, str) and not strip(value))


def strip(text: str) -> str:
    """Return ``text`` without blanks at both ends, and without control characters."""
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    before = None
    while text != before:
        before, text = text, text.strip().strip(_INVISIBLE)
    return text


def is_long(text: str) -> bool:
    return len(text) > _LONGEST_READ


def quoted(value) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def read_text(value) -> str:
    """Return what a person sees in the cell: 99084, not 99084.0; dates and numbers as in German.

    Texts lose blanks at both ends and control characters; their line breaks become "\\n". None
    gives "".
    """
    if isinstance(value, str):
        if "\r" in value:
            value = _LINE_BREAK.sub("\n", value)
        return strip(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, (int, float, Decimal)):
        return _plain_number(value).replace(".", ",")
    if isinstance(value, datetime):
        day = _german_day(value)
        if value.time() == time():
            return day
        return f"{day} {value:%H:%M:%S}" if value.second else f"{day} {value:%H:%M}"
    if isinstance(value, date):
        return _german_day(value)
    if isinstance(value, time):
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    raise TypeError(f"no cell: {value!r}")


def _german_day(day: date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def _plain_number(value: int | float | Decimal) -> str:
    """Return the digits of a number, with a point, without an exponent or needless zeros."""
    number = decimal_of(value)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def split_list(value) -> list[str]:
    """Return the values of a cell that holds several: by ";" or line, never by ",", which names
    of organisations contain."""
    return [text for part in re.split(r"[;\n]", read_text(value)) if (text := strip(part))]


def decimal_of(value: int | float | Decimal) -> Decimal:
    number = Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise CellError(_("The cell holds no number. Write it as 1234,56."))
    return number
