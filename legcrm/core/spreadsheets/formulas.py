"""Strings that a spreadsheet would run as a formula when it opens a CSV file.

Needs no Django: what writes and what reads a file both use it.
"""

import re

# What a spreadsheet takes for the beginning of a formula, or of a cell of its own (TAB, line
# breaks). Programs skip blanks, invisible characters and the apostrophe before it.
_RISKY = re.compile("['\\s\0-\x20\x7f\ufeff\u200b-\u200f\u2060]*[=+\\-@|\t\r\n＝＋－＠]")


def escape(text: str) -> str:
    """Return ``text`` so that no spreadsheet runs it: with a leading ``'`` where it needs one."""
    return f"'{text}" if _RISKY.match(text) else text


def unescape(text: str) -> str:
    """Return what ``escape`` was given: exactly one ``'`` less, and only where it put one."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text
