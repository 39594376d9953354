"""Documents that leave the house: PDF by Typst, Word by docxtpl, workbooks by XlsxWriter.

What goes in is data: texts, numbers, lists and dictionaries. Nothing in it is ever taken for
markup, a formula or code, and characters that a file can't hold are left out.
"""

from .data import DocumentError
from .files import KINDS, download
from .pdf_files import pdf
from .word_files import word
from .workbooks import Cell, Column, Link, Sheet, workbook

__all__ = [
    "KINDS",
    "Cell",
    "Column",
    "DocumentError",
    "Link",
    "Sheet",
    "download",
    "pdf",
    "word",
    "workbook",
]
