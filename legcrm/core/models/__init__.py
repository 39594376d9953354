"""The floor of every model, the users, and the spreadsheets that came in and went out."""

from .base import (
    Record,
    RecordQuerySet,
    SearchableModel,
    SearchedPart,
    StaleRecord,
    TrackedModel,
    TrackedQuerySet,
    UntrackedWrite,
)
from .search import SavedFilter
from .spreadsheets import (
    ColumnMapping,
    ColumnSet,
    ExportLog,
    ImportChange,
    ImportRow,
    SpreadsheetImport,
)
from .users import User

__all__ = [
    "ColumnMapping",
    "ColumnSet",
    "ExportLog",
    "ImportChange",
    "ImportRow",
    "Record",
    "RecordQuerySet",
    "SavedFilter",
    "SearchableModel",
    "SearchedPart",
    "SpreadsheetImport",
    "StaleRecord",
    "TrackedModel",
    "TrackedQuerySet",
    "UntrackedWrite",
    "User",
]
