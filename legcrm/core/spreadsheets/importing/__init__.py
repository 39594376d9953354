"""A spreadsheet on its way in: upload, columns, check, apply, undo, on the database.

The check reads business tables and writes only its own rows, in short transactions, so that others
go on saving meanwhile. Applying is one transaction: it locks the records that the chosen rows mean,
examines the rows again, refuses those whose records somebody changed since, and writes the rest
with a journal from which the import can be undone.
"""

from .applying import Refused, apply
from .checks import (
    IS_A_ROW,
    check,
    choose,
    choose_all,
    decide,
    decide_all,
    recheck,
    to_apply,
)
from .remarks import remarks
from .undoing import can_undo, undo
from .uploads import Look, assign, begin, discard_files, folder, inspection_of, look, read_anew

__all__ = [
    "IS_A_ROW",
    "Look",
    "Refused",
    "apply",
    "assign",
    "begin",
    "can_undo",
    "check",
    "choose",
    "choose_all",
    "decide",
    "decide_all",
    "discard_files",
    "folder",
    "inspection_of",
    "look",
    "read_anew",
    "recheck",
    "remarks",
    "to_apply",
    "undo",
]
