"""A cell as people type it, read as a Python value.

A cell comes from the reader as None, str, bool, int, float, date, datetime (naive) or time.
Every ``read_…`` raises ``CellError`` for what it can't use, blank cells included: whether a blank
cell means anything is for the caller to say (``is_blank``). What can mean two things is never
guessed: the error then lists the readings, and a ``style`` chosen by the person decides.
"""

from .countries import read_country
from .dates import read_date, read_datetime, read_time
from .numbers import read_decimal, read_integer
from .phones import read_phone
from .texts import CellError, is_blank, read_text, split_list
from .words import read_boolean, read_choice

__all__ = [
    "CellError",
    "is_blank",
    "read_boolean",
    "read_choice",
    "read_country",
    "read_date",
    "read_datetime",
    "read_decimal",
    "read_integer",
    "read_phone",
    "read_text",
    "read_time",
    "split_list",
]
