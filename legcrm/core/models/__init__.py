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
from .rate import RateCount
from .search import SavedFilter
from .spreadsheets import (
    ColumnMapping,
    ColumnSet,
    ExportLog,
    ImportChange,
    ImportRow,
    SpreadsheetImport,
)
from .timed import CalendarLink, StoredFigure, TimedRun
from .users import User

__all__ = [
    "CalendarLink",
    "ColumnMapping",
    "ColumnSet",
    "ExportLog",
    "ImportChange",
    "ImportRow",
    "RateCount",
    "Record",
    "RecordQuerySet",
    "SavedFilter",
    "SearchableModel",
    "SearchedPart",
    "SpreadsheetImport",
    "StaleRecord",
    "StoredFigure",
    "TimedRun",
    "TrackedModel",
    "TrackedQuerySet",
    "UntrackedWrite",
    "User",
]
