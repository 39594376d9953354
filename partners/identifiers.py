"""Checksums of identifiers, by python-stdnum where it knows the scheme."""

import re

from stdnum import lei
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as ChecksumError

# https://ror.readme.io/docs/identifier: a 0, six characters of Crockford's base 32, and two
# check digits by ISO/IEC 7064 MOD 97-10 over the number that the six characters encode.
_ROR = re.compile(r"(?:https?://ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})", re.IGNORECASE)
_BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"


def _check_ror(value: str) -> str:
    match = _ROR.fullmatch(value.strip())
    if match is None:
        raise ValueError("not a ROR identifier")
    ror = match[1].lower()
    number = 0
    for char in ror[:7]:
        number = number * 32 + _BASE_32.index(char)
    if 98 - (number * 100) % 97 != int(ror[7:]):
        raise ValueError("wrong check digits")
    return ror


def check_identifier(scheme: str, value: str) -> str:
    """Return ``value`` in its compact form; raise ValueError where its checksum is wrong.

    ``scheme`` is a value of ``OrganisationIdentifier.Scheme``; schemes without a checksum are
    only stripped of blanks around them.
    """
    try:
        match scheme:
            case "ror":
                return _check_ror(value)
            case "lei":
                return lei.validate(value)
            case "vat":
                return vat.validate(value)
    except ChecksumError as error:
        raise ValueError(str(error)) from error
    return value.strip()
