"""Workbooks to be read and printed: a heading, a table and notes on each sheet.

For lists that people edit and bring back there is ``legcrm.core.spreadsheets``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from ..public import public_url
from ..spreadsheets.writing import cut, safe_title
from .data import clean

_FORMATS = {
    "text": {},
    "number": {"num_format": "#,##0.##", "align": "right"},
    "integer": {"num_format": "#,##0", "align": "right"},
    "eur": {"num_format": '#,##0 "€"', "align": "right"},
    "percent": {"num_format": "0 %", "align": "right"},
    "date": {"num_format": "dd.mm.yyyy", "align": "left"},
    "link": {"font_color": "#0B5A66", "underline": 1},
}
_BASE = {"font_name": "Calibri", "font_size": 11, "valign": "top", "text_wrap": True}
_A4 = 9
# The first day that a cell can hold.
_FIRST_DAY = date(1900, 1, 1)


class Link(NamedTuple):
    """A cell of kind "link": ``path`` is one of the CRM, such as "/missions/mission/3/change/"."""

    text: str
    path: str


class Cell(NamedTuple):
    """A value of another kind than that of its column."""

    value: Any
    kind: str


@dataclass(frozen=True)
class Column:
    """``width`` is in characters; ``kind`` one of text, integer, number, eur, percent, date, link.

    A cell is None, a text, a number, a date, or a ``Link``; any text is written as text.
    """

    label: str
    width: int = 18
    kind: str = "text"


@dataclass(frozen=True)
class Sheet:
    """``title`` stands on the tab, ``heading`` above the table, each of ``notes`` below it."""

    title: str
    heading: str
    columns: Sequence[Column]
    rows: Iterable[Sequence]
    notes: Sequence[str] = ()


def workbook(sheets: Iterable[Sheet], title: str = "") -> bytes:
    """Return the .xlsx file with ``sheets``, which prints on A4 across.

    ``title`` is that of the file; else the heading of the first sheet.
    """
    sheets = list(sheets)
    result = BytesIO()
    with Workbook(result, {"in_memory": True}) as book:
        book.set_properties(
            {"title": clean(str(title or sheets[0].heading)), "author": settings.AGENCY_NAME}
        )
        formats = {kind: book.add_format(_BASE | given) for kind, given in _FORMATS.items()}
        formats["heading"] = book.add_format(
            _BASE | {"bold": True, "font_size": 14, "text_wrap": False}
        )
        formats["label"] = book.add_format(
            _BASE | {"bold": True, "bg_color": "#E3EEF0", "bottom": 1, "valign": "vcenter"}
        )
        formats["number_label"] = book.add_format(
            _BASE
            | {"bold": True, "bg_color": "#E3EEF0", "bottom": 1, "valign": "vcenter"}
            | {"align": "right"}
        )
        formats["note"] = book.add_format(_BASE | {"text_wrap": False, "font_color": "#475569"})
        names: set[str] = set()
        for sheet in sheets:
            _write_sheet(book, sheet, _free_name(sheet.title, names), formats)
    return result.getvalue()


def _free_name(title, taken):
    """Return a name of a sheet that Excel takes and that is not taken yet."""
    name = safe_title(clean(str(title)))
    number = 2
    while name.lower() in taken:
        suffix = f" {number}"
        name = name[: 31 - len(suffix)] + suffix
        number += 1
    taken.add(name.lower())
    return name


_HEADING_ROW, _LABEL_ROW = 0, 2


def _write_sheet(book, sheet, name, formats):
    page = book.add_worksheet(name)
    page.write_string(_HEADING_ROW, 0, clean(str(sheet.heading)), formats["heading"])
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        right = _FORMATS[column.kind].get("align") == "right"
        label = formats["number_label" if right else "label"]
        page.write_string(_LABEL_ROW, place, clean(str(column.label)), label)
    row = _LABEL_ROW
    for row, cells in enumerate(sheet.rows, start=_LABEL_ROW + 1):
        for place, (column, cell) in enumerate(zip(sheet.columns, cells, strict=True)):
            _write_cell(page, row, place, cell, column.kind, formats)
    page.autofilter(_LABEL_ROW, 0, row, len(sheet.columns) - 1)
    page.freeze_panes(_LABEL_ROW + 1, 0)
    for number, note in enumerate(sheet.notes, start=row + 2):
        page.write_string(number, 0, cut(clean(str(note))), formats["note"])
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    page.repeat_rows(_LABEL_ROW)
    page.hide_gridlines(0)
    page.set_footer(f"&L{_in_footer(name)}&R{_in_footer(_('Page'))} &P / &N")


def _in_footer(text):
    return text.replace("&", "&&")


def _write_cell(page, row, place, cell, kind, formats):
    """Write one cell by the method for what it is: none of them guesses."""
    if isinstance(cell, Cell):
        cell, kind = cell
    if cell is None or cell == "":
        page.write_blank(row, place, None, formats[kind])
    elif isinstance(cell, Link):
        text = cut(clean(cell.text))
        # An address may be too long for Excel; the text stands in any case.
        if page.write_url(row, place, public_url(cell.path), formats["link"], text) < 0:
            page.write_string(row, place, text, formats["text"])
    elif isinstance(cell, date) and cell >= _FIRST_DAY:
        page.write_datetime(row, place, cell, formats["date"])
    elif kind in ("number", "integer", "eur", "percent") and not isinstance(cell, str):
        page.write_number(row, place, cell, formats[kind])
    else:
        page.write_string(row, place, cut(clean(str(cell))), formats["text"])
