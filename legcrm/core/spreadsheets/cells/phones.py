"""Phone numbers as people write them: 0361 5603-0, (0361) 56 03-0, 7 727 250 00 00."""

import re
from functools import lru_cache

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _

from .texts import CellError, is_long, quoted, read_text

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
# Numbers copied from an address book of a phone carry marks of writing direction.
_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_SHORT_FORM = re.compile(r"^[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+$", re.IGNORECASE)
_PHONE_SIGNS = re.compile(r"^\(?\+?\(?[0-9][0-9\s()/.\-‐‑–—]*$")
_FEWEST_DIGITS = 5  # of what may be a second number, and not a direct dial


def read_phone(value, country: str = "") -> str:
    """Return the number in E.164 ("+4936156030").

    A number without + belongs to ``country`` (alpha-2), else to ``PHONENUMBER_DEFAULT_REGION``; one
    that begins with that country's calling code, and is valid so, is taken as international.
    """
    text = read_text(value)
    if is_long(text):
        raise _no_phone(text)
    return _read_phone(text, country or settings.PHONENUMBER_DEFAULT_REGION)


def _no_phone(text: str) -> CellError:
    return CellError(
        _("“%(value)s” is no valid phone number. Write it with its country code, as +49 361 56030.")
        % {"value": quoted(text)}
    )


@lru_cache(maxsize=8192)
def _read_phone(text: str, region: str) -> str:
    shown = {"value": quoted(text)}
    if _SHORT_FORM.match(text):
        raise CellError(
            _(
                "The spreadsheet shortened the number to “%(value)s”. Format the cell as text and"
                " type the number again."
            )
            % shown
        )
    number = _PHONE_LABEL.sub("", _MARKS.sub("", text).strip())
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
    raise _no_phone(text)


def _valid_phone(text: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
