"""PDF by Typst: tagged for screen readers (PDF/UA-1), with the fonts of the house.

A template reads its data by ``#import "base.typ": data``; nothing in it is markup. It reads no file
outside ``templates/documents`` and asks no other machine.
"""

import json
import re
import unicodedata
from functools import cache
from typing import Any

import typst
from django.conf import settings

from .data import TEMPLATES, plain

FONT = "Source Sans 3"
# Stands for a character that the fonts lack: PDF/UA allows no gap.
MISSING = "\u25a1"
# What the fonts have, in each weight: Latin, Greek, Cyrillic with the letters of Central Asia,
# Armenian, Georgian, and the signs of ordinary texts.
_SHOWN = (
    "\n\x20-\x7e\xa0-\u0180\u018f\u01a0\u01a1\u01af\u01b0\u01cd-\u01dc\u0218-\u021b\u0259\u02b0"
    "\u02b2\u02b3\u02b7\u02b8\u02bb-\u02bf\u02c6-\u02cc\u02d8-\u02dd\u0300-\u030c\u0323-\u0328"
    "\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u0490-\u0493\u0496-\u049b"
    "\u04a0-\u04a3\u04aa\u04ab\u04ae-\u04b3\u04b6\u04b7\u04ba\u04bb\u04d8\u04d9\u04e2\u04e3"
    "\u04e6-\u04e9\u04ee\u04ef\u04f2\u04f3\u0531-\u0556\u0561-\u0587\u10d0-\u10f0\u1e80-\u1e85"
    "\u1e9e\u1ea0-\u1ef9\u2009\u2010-\u201e\u2020-\u2022\u2026\u202f\u2030\u2032\u2033\u2039\u203a"
    "\u2044\u2070\u2074-\u2079\u2080-\u2089\u20ab\u20ac\u20b8\u20bd\u2116\u2122\u2153\u2154"
    "\u2190-\u2193\u2212\u2248\u2260\u2264\u2265\u25a0\u25a1\u25cf\u2713"
)
_UNKNOWN = re.compile(f"[^{_SHOWN}]")


def pdf(template: str, data: dict[str, Any], language: str) -> bytes:
    """Return the PDF that ``templates/documents/<template>.typ`` makes of ``data``.

    ``data`` is plain data (see ``plain``), to which "agency" is added; ``base.typ`` takes "title",
    "about" (above it), "made" and "words" with "page" (below each page) from it. ``language`` is
    "de" or "en".
    """
    whole = _showable(plain({"agency": settings.AGENCY_NAME, **data}))
    return typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(whole), "language": language},
        pdf_standards=["ua-1"],
    )


@cache
def _fonts():
    # Of the machine none, so that the document looks alike wherever it is made.
    return typst.Fonts(include_system_fonts=False, font_paths=[str(TEMPLATES / "fonts")])


def _showable(data):
    match data:
        case str():
            text = unicodedata.normalize("NFC", data).replace("\t", " ")
            return _UNKNOWN.sub(MISSING, text)
        case dict():
            return {key: _showable(value) for key, value in data.items()}
        case list():
            return [_showable(value) for value in data]
    return data
