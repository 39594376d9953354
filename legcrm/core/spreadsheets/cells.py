"""A cell as people type it, read as a Python value.

A cell comes from the reader as None, str, bool, int, float, date, datetime (naive) or time.
Every ``read_…`` raises ``CellError`` for what it can't use, blank cells included: whether a blank
cell means anything is for the caller to say (``is_blank``). What can mean two things is never
guessed: the error then lists the readings, and a ``style`` chosen by the person decides.
"""

import re
from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

import phonenumbers
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from legcrm.core.folding import fold

from .country_names import country_code


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
_LONGEST_SHOWN = 60


def is_blank(value) -> bool:
    """Whether a cell holds nothing: None or a text of blanks. "-" and "n/a" are texts."""
    return value is None or (isinstance(value, str) and not _strip(value))


def _strip(text: str) -> str:
    before = None
    while text != before:
        before, text = text, text.strip().strip(_INVISIBLE)
    return text


def _quoted(value) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


# --- Texts ---------------------------------------------------------------------------------------


def read_text(value) -> str:
    """Return what a person sees in the cell: 99084, not 99084.0; dates and numbers as in German.

    Texts lose blanks at both ends; their line breaks become "\\n". None gives "".
    """
    if isinstance(value, str):
        if "\r" in value:
            value = _LINE_BREAK.sub("\n", value)
        return _strip(value)
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
    number = _decimal_of(value)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def split_list(value) -> list[str]:
    """Return the values of a cell that holds several: by ";" or line, never by ",", which names
    of organisations contain."""
    return [text for part in re.split(r"[;\n]", read_text(value)) if (text := _strip(part))]


# --- Dates and times -----------------------------------------------------------------------------

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
        text = _strip(value)
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
        text = _strip(value)
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
        % {"value": _quoted(read_text(value))}
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
                % {"value": _quoted(text)},
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
            % {"value": _quoted(text)}
        )
    clock = _read_clock(found[2])
    if clock is None:
        raise CellError(
            _("“%(value)s” is no date with a time. Write it as 31.12.2025 14:30.")
            % {"value": _quoted(text)}
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
        text = _strip(value)
        if len(text) in (3, 4) and text.isascii() and text.isdigit():
            text = f"{text[:-2]}:{text[-2:]}"
        clock = _read_clock(text)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if 0 <= value < 1 or (_FIRST_SERIAL <= value < _LAST_SERIAL + 1 and value != int(value)):
            clock = (_EPOCH + timedelta(seconds=round(float(value) % 1 * 86400))).time()
        elif 1 <= value < 2400 and value == int(value):
            return read_time(str(int(value)))
    if clock is None:
        raise CellError(
            _("“%(value)s” is no time of day that can be read. Write it as 14:30.")
            % {"value": _quoted(read_text(value))}
        )
    return clock


# --- Numbers -------------------------------------------------------------------------------------

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
        return _read_number(_strip(value), style)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _decimal_of(value)
    if isinstance(value, (date, time)):
        raise CellError(
            _(
                "The spreadsheet made “%(value)s” a date. Format the cell as a number and type"
                " it again."
            )
            % {"value": read_text(value)}
        )
    raise _no_number(value)


def _decimal_of(value: int | float | Decimal) -> Decimal:
    number = Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise CellError(_("The cell holds no number. Write it as 1234,56."))
    return number


def _no_number(value) -> CellError:
    return CellError(
        _("“%(value)s” is no number that can be read. Write it as 1234,56.")
        % {"value": _quoted(read_text(value))}
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
            _("“%(value)s” can be %(one)s or %(two)s. Say which is meant, or write it so.")
            % {"value": _quoted(text), "one": shown[0][1], "two": shown[1][1]},
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
    raise CellError(problem % {"value": _quoted(text)})


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
            % {"value": _quoted(read_text(value))}
        )
    return int(number)


# --- Yes and no, choices -------------------------------------------------------------------------

_YES = frozenset(
    ["ja", "j", "yes", "y", "x", "wahr", "true", "1", "✓", "✔", "☑", "☒", "да", "иә", "ha"]
)
_NO = frozenset(["nein", "n", "no", "falsch", "false", "0", "✗", "✘", "☐", "нет", "жоқ"])


def read_boolean(value) -> bool:
    """Return whether the cell says yes: ja, x, wahr, 1, ✓; or no: nein, falsch, 0."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (str, int, float, Decimal)):
        word = read_text(value).casefold()
        if word in _YES:
            return True
        if word in _NO:
            return False
    raise CellError(
        _("“%(value)s” is neither yes nor no. Write ja or nein.")
        % {"value": _quoted(read_text(value))}
    )


_NOT_LETTERS = re.compile(r"[\W_]+")
# By the identity of the list; the list itself is kept, so that no other can take its place.
_choice_tables: dict[int, tuple[Collection, dict, dict]] = {}
_MOST_CHOICE_TABLES = 200


def read_choice(value, choices: Collection[tuple]):
    """Return the machine value of one of ``choices``: (machine value, label), labels lazy.

    A cell may hold the machine value or the label in German or English. Further pairs of a value
    are other words for it. Hand in the same list each time: its table is built once.
    """
    text = read_text(value)
    entry = _choice_tables.get(id(choices))
    if entry is None or entry[0] is not choices:
        if len(_choice_tables) >= _MOST_CHOICE_TABLES:
            _choice_tables.clear()
        entry = _choice_tables[id(choices)] = (choices, *_choice_table(choices))
    _choices, plain, folded = entry
    found = plain.get(text.casefold(), plain)  # the table itself: for nothing found, not even None
    if found is plain:
        found = folded.get(_choice_key(text), plain)
    if found is not plain:
        return found
    labels = {}
    for machine, label in choices:
        labels.setdefault(machine, str(label))
    raise CellError(
        _("“%(value)s” is not possible here. Possible are: %(labels)s.")
        % {"value": _quoted(text), "labels": ", ".join(labels.values())}
    )


def _choice_key(text: str) -> str:
    return fold(_NOT_LETTERS.sub("", text)) or text.casefold()


def _choice_table(choices: Collection[tuple]) -> tuple[dict, dict]:
    plain, folded, doubtful = {}, {}, set()
    names = [(machine, str(machine)) for machine, _label in choices]
    for language in ("de", "en"):
        with translation.override(language):
            names += [(machine, str(label)) for machine, label in choices]
    for machine, name in names:
        plain.setdefault(name.casefold(), machine)
        key = _choice_key(name)
        if folded.setdefault(key, machine) != machine:
            doubtful.add(key)
    return plain, {key: machine for key, machine in folded.items() if key not in doubtful}


# --- Countries and phones ------------------------------------------------------------------------

_country_of = lru_cache(maxsize=4096)(country_code)


def read_country(value) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country's code or name in German, English or its own
    language."""
    text = read_text(value)
    code = _country_of(text)
    if not code:
        raise CellError(
            _("“%(value)s” is no country we know. Write its name or code, as Kasachstan or KZ.")
            % {"value": _quoted(text)}
        )
    return code


_PHONE_LABEL = re.compile(
    r"^(?:tel(?:efon|ephone)?|fon|phone|mobil(?:e|telefon)?|handy|cell|t|m|тел)\s?[.:]*\s*(?=[+(0-9])",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"[0-9]\s*[,;]?\s*(?:app(?:arat)?|durchwahl|dw|nst|ext(?:ension)?|x|доб)\s?[.:]*\s?[0-9]+$",
    re.IGNORECASE,
)
_BETWEEN_PHONES = re.compile(
    r"[;,|\n]|\s(?:/|oder|or|und|and|bzw\.?|u\.)\s|/(?=\s*(?:\+|00?[1-9]))"
)
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_SHORT_FORM = re.compile(r"^[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+$", re.IGNORECASE)
_PHONE_SIGNS = re.compile(r"^\(?\+?\(?[0-9][0-9\s()/.\-‐‑–—]*$")
_FEWEST_DIGITS = 5  # of what may be a second number, and not a direct dial


def read_phone(value, country: str = "") -> str:
    """Return the number in E.164 ("+4936156030").

    A number without + belongs to ``country`` (alpha-2), else to ``PHONENUMBER_DEFAULT_REGION``; one
    that begins with that country's calling code, and is valid so, is taken as international.
    """
    return _read_phone(read_text(value), country or settings.PHONENUMBER_DEFAULT_REGION)


@lru_cache(maxsize=8192)
def _read_phone(text: str, region: str) -> str:
    shown = {"value": _quoted(text)}
    if _SHORT_FORM.match(text):
        raise CellError(
            _(
                "The spreadsheet shortened the number to “%(value)s”. Format the cell as text and"
                " type the number again."
            )
            % shown
        )
    number = _PHONE_LABEL.sub("", text)
    if _EXTENSION.search(number):
        raise CellError(
            _(
                "“%(value)s” has an extension, which can't be kept with the number. Write it as a"
                " direct dial (0361 5603-12), or put it into the notes."
            )
            % shown
        )
    parts = [
        part
        for part in _BETWEEN_PHONES.split(number)
        if len(_NOT_A_DIGIT.sub("", part)) >= _FEWEST_DIGITS
    ]
    if len(parts) > 1:
        raise CellError(
            _("“%(value)s” holds several numbers. Leave one here, and put the others elsewhere.")
            % shown
        )
    if _PHONE_SIGNS.match(number):
        international = number.startswith(("+", "00", "(+", "(00"))
        digits = _NOT_A_DIGIT.sub("", number.replace("(0)", "") if international else number)
        if international:
            candidates = [("+" + digits.removeprefix("00"), None)]
        else:
            candidates = [(digits, region)]
            if not digits.startswith("0"):
                code = phonenumbers.country_code_for_region(region)
                first = digits.startswith(str(code)) and code
                candidates.insert(0 if first else 1, ("+" + digits, None))
        for candidate, where in candidates:
            if found := _valid_phone(candidate, where):
                return found
    raise CellError(
        _("“%(value)s” is no valid phone number. Write it with its country code, as +49 361 56030.")
        % shown
    )


def _valid_phone(text: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
