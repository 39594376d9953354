"""Numbers as people write them: 1.234,56 €, 1 234,56, 1'234.56."""

import re
from datetime import date, time
from decimal import Decimal
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from .texts import CellError, decimal_of, is_long, quoted, read_text, strip

_EURO = re.compile(r"^(?:€|eur(?:o)?\b)\s*|\s*(?:€|\beuro?|(?<=[0-9])euro?)$", re.IGNORECASE)
_NO_CENTS = re.compile(r"(?<=[0-9]),[-–—]{1,2}$")
_MULTIPLE = re.compile(
    r"[0-9]\s?(?:t|tsd|tausend|k|mio|mill|million|millionen|millions?|m|mrd|milliarden?|bn|billion)\b"
    r"|t\s?(?:€|eur)",
    re.IGNORECASE,
)
_OTHER_MONEY = re.compile(r"[$£¥₽₸]|\b(?:usd|gbp|chf|rub|kzt|uzs|cny|jpy)\b", re.IGNORECASE)
_SIMPLE = re.compile(r"^-?[0-9]{1,30}$")
# Sign, whole part, then decimals; a group is three digits after the same separator throughout.
_GROUPED_BLANK = re.compile(r"^(-?[0-9]{1,3}(?:[ '’ʼ][0-9]{3})+)(?:[.,]([0-9]{1,30}))?$")
_GERMAN = re.compile(r"^(-?[0-9]{1,3}(?:\.[0-9]{3})+),([0-9]{1,30})$")
_ENGLISH = re.compile(r"^(-?[0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]{1,30})$")
_MANY_GROUPS = re.compile(r"^-?[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?:,[0-9]{3}){2,})$")
_ONE_MARK = re.compile(r"^(-?)([0-9]{0,30})([.,])([0-9]{1,30})$")
_MAYBE_GROUP = re.compile(r"^-?[1-9][0-9]{0,2}[.,][0-9]{3}$")
_NOT_DIGITS = re.compile(r"[^0-9-]")


def read_decimal(value, style: str = "") -> Decimal:
    """Return the number; an amount may carry € or EUR.

    ``style`` "de" or "en" decides what 1.234 or 1,234 means; what is written in only one possible
    way is read so in any style. A number cell is exact to the 15 digits a spreadsheet keeps.
    """
    if isinstance(value, str):
        text = strip(value)
        if is_long(text):
            raise _no_number(text)
        return _read_number(text, style)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return decimal_of(value)
    if isinstance(value, (date, time)):
        raise CellError(
            _(
                "The spreadsheet made “%(value)s” a date. Format the cell as a number and type"
                " it again."
            )
            % {"value": read_text(value)}
        )
    raise _no_number(value)


def _no_number(value) -> CellError:
    return CellError(
        _("“%(value)s” is no number that can be read. Write it as 1234,56.")
        % {"value": quoted(read_text(value))}
    )


@lru_cache(maxsize=4096)
def _read_number(text: str, style: str) -> Decimal:
    if _SIMPLE.match(text):
        return Decimal(text)
    plain = _EURO.sub("", " ".join(text.split())).replace("−", "-")
    plain = _NO_CENTS.sub(",00", plain).removeprefix("+")
    if plain.startswith("- "):
        plain = "-" + plain[2:]
    if _SIMPLE.match(plain):
        return Decimal(plain)
    for pattern in (_GERMAN, _ENGLISH, _GROUPED_BLANK):
        if found := pattern.match(plain):
            return Decimal(f"{_NOT_DIGITS.sub('', found[1])}.{found[2] or 0}")
    if _MANY_GROUPS.match(plain):
        return Decimal(_NOT_DIGITS.sub("", plain))
    if found := _ONE_MARK.match(plain):
        sign, whole, mark, places = found.groups()
        fraction = Decimal(f"{sign}{whole or 0}.{places}")
        if not _MAYBE_GROUP.match(plain):
            return fraction
        thousands = Decimal(f"{sign}{whole}{places}")
        readings = {"de": thousands, "en": fraction}
        if mark == ",":
            readings = {"de": fraction, "en": thousands}
        if style in readings:
            return readings[style]
        shown = [(one, number_format(number)) for one, number in readings.items()]
        raise CellError(
            _(
                "“%(value)s” can be %(one)s or %(two)s. Say which is meant, or write it in one of "
                "these ways."
            )
            % {"value": quoted(text), "one": shown[0][1], "two": shown[1][1]},
            code="ambiguous",
            readings=shown,
        )
    if "%" in text:
        problem = _("“%(value)s” is a percentage. Write the number without %%.")
    elif _MULTIPLE.search(text):
        problem = _("“%(value)s” is shortened. Write all digits, as 2000000 for 2 million.")
    elif _OTHER_MONEY.search(text):
        problem = _("“%(value)s” is not in euros. Convert it, and write the number alone.")
    else:
        raise _no_number(text)
    raise CellError(problem % {"value": quoted(text)})


def read_integer(value, style: str = "") -> int:
    """Return the whole number; 1.234 can only be 1234 here, but 1.000 may be 1. ``style`` as for
    ``read_decimal``."""
    try:
        number = read_decimal(value, style)
    except CellError as error:
        if error.code != "ambiguous":
            raise
        readings = [read_decimal(value, one) for one in ("de", "en")]
        whole = [number for number in readings if number == int(number)]
        if len(whole) != 1:
            raise
        number = whole[0]
    if number != int(number):
        raise CellError(
            _("“%(value)s” is not a whole number. Write it without decimals, as 1234.")
            % {"value": quoted(read_text(value))}
        )
    return int(number)
