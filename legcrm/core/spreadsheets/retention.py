"""What people uploaded is deleted some time after its last use; that it was imported is not.

With the file go its rows and the values before the import, which may speak of people. The import
itself stays as a line of the log: who, when, which file, how many rows, which records. It can no
longer be applied or undone.
"""

import shutil
import time
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from legcrm.core.models import SpreadsheetImport
from legcrm.core.spreadsheets import jobs

# A folder without an import may be an upload that is just under way.
ORPHANED_AFTER = 24 * 60 * 60  # seconds


def forget_old_imports() -> int:
    """Empty the imports whose last step lies ``IMPORT_RETENTION_DAYS`` back; return how many."""
    limit = timezone.now() - timedelta(days=settings.IMPORT_RETENTION_DAYS)
    runs = SpreadsheetImport.objects.exclude(file="").filter(uploaded_at__lt=limit)
    for step in ("checked_at", "applied_at", "undone_at"):
        runs = runs.exclude(**{f"{step}__gte": limit})
    return sum(forget(run) for run in runs.order_by("pk"))


def forget(run: SpreadsheetImport) -> bool:
    """Empty an import now; return whether nobody was at work on it."""
    folder = Path(run.file.path).parent
    with ExitStack() as stack:
        with suppress(FileNotFoundError):  # the disk has lost it already
            lock = jobs.take_lock(run)
            if lock is None:
                return False
            stack.enter_context(lock)
        if run.is_working:
            jobs.put_back(run, jobs.GONE)
        with transaction.atomic():
            # From here on ``jobs.start`` refuses.
            SpreadsheetImport.objects.filter(pk=run.pk).update(file="")
            run.rows.all().delete()
            run.changes.update(before={})
        shutil.rmtree(folder, ignore_errors=True)
    return True


def remove_orphans() -> int:
    """Remove the folders of uploads that belong to no import any more; return how many."""
    known = {
        Path(name).parent.name
        for name in SpreadsheetImport.objects.exclude(file="").values_list("file", flat=True)
    }
    limit = time.time() - ORPHANED_AFTER
    removed = 0
    for folder in Path(default_storage.path("imports")).glob("*/"):
        if folder.name not in known and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed
