"""Work that is done by the clock: one process at a time, each task once a day.

Nothing here waits for a certain day: a task looks at the state of the database and does all that is
due by ``day``, so that one run after five missed days makes up for them.
"""

import fcntl
import logging
import os
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import TimedRun

logger = logging.getLogger(__name__)

# Of this application; any number that nobody else takes in the same database.
ADVISORY_LOCK = 5_720_233_016
# Without a run for so long, whoever looks after the server is told.
LATE_AFTER = timedelta(days=2)


class AlreadyRunning(Exception):
    """Another process is doing the timed work."""


class Task(NamedTuple):
    """A piece of timed work; ``work(day)`` returns what it did, in numbers, for the log.

    It may be called any number of times: what is done already is left alone.
    """

    name: str
    work: Callable[[date], str]


def run_tasks(tasks: Iterable[Task], day: date, *, again: bool = False) -> list[TimedRun]:
    """Do what has not been done on ``day``, one task after the other; return the runs.

    ``again`` does what has been done today once more. A task that fails leaves its ``problem`` in
    its run, and the others go on. Raises AlreadyRunning, and does nothing, while another process
    is at it.
    """
    with only_process():
        # Whoever began these is dead, or we would not have the lock.
        TimedRun.objects.filter(finished_at=None).update(
            finished_at=timezone.now(),
            problem=_("The process ended before the work was done; the next run did it again."),
        )
        done = set(_succeeded().filter(day=day).values_list("task", flat=True))
        return [_run(task, day) for task in tasks if again or task.name not in done]


def _run(task, day):
    run = TimedRun.objects.create(task=task.name, day=day)
    try:
        run.outcome = str(task.work(day))[:300]
    except Exception as error:
        logger.exception("Timed work “%s” failed", task.name)
        if not connection.in_atomic_block:
            close_old_connections()  # one that broke can't take the message
        # The last line only: what stands in the log of the server may name people.
        run.problem = traceback.format_exception_only(error)[-1].strip()
    run.finished_at = timezone.now()
    with transaction.atomic():
        if not run.problem:
            _succeeded().filter(task=task.name, day=day).delete()
        run.save()
    return run


def _succeeded():
    return TimedRun.objects.filter(finished_at__isnull=False, problem="")


def last_run() -> datetime | None:
    """Return when timed work was last done without a problem; None if never."""
    return _succeeded().order_by("-finished_at").values_list("finished_at", flat=True).first()


def is_late(last: datetime | None) -> bool:
    """Whether the timer seems to stand still, if the last run was at ``last``."""
    return last is None or last < timezone.now() - LATE_AFTER


# --- The lock -------------------------------------------------------------------------------


@contextmanager
def only_process() -> Iterator[None]:
    """Hold the lock of the timed work; it goes with the process, however that ends.

    Raises AlreadyRunning while another process has it.
    """
    with _locked_in_postgresql() if connection.vendor == "postgresql" else _locked_file() as ours:
        if not ours:
            raise AlreadyRunning
        yield


@contextmanager
def _locked_in_postgresql():
    # A session of its own: one of the pool would keep the lock, and hand it to the next who comes.
    session = connection.Database.connect(**connection.get_connection_params(), autocommit=True)
    with session:
        yield session.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK]).fetchone()[0]


@contextmanager
def _locked_file():
    with os.fdopen(os.open(_lock_path(), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _lock_path():
    """Return the path of a file beside the database."""
    if connection.is_in_memory_db():
        Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
        return Path(settings.MEDIA_ROOT) / "daily.lock"
    return f"{connection.settings_dict['NAME']}-daily.lock"
