"""A process of its own for each step of an import: check, apply, undo.

The browser may be closed, a request may time out, the web server may be restarted, and the work
goes on. The least that does this is a detached process per step, so there is no broker, and no
worker that somebody must keep running:

- The state of the run in the database says what is to be done. ``start`` moves it by one
  conditional UPDATE, so that of two clicks one starts the work, and spawns ``run_import``.
- The process holds a lock (flock) on a file beside the upload for its whole life. The operating
  system releases it however the process ends, so the lock alone tells whether it lives: no
  heartbeat, no process id that another process may have by now. The lock is taken before the
  process is spawned and inherited by it, so that no moment looks like a death.
- Whoever looks next at a run whose process died (killed, out of memory, machine restarted) starts
  it again: ``revive``, called by the page, or ``run_import --pending``. That is safe, since apply
  and undo are one transaction each, which holds the change of the state, and a check starts anew.
  A run that dies again and again is put back, with the truth: nothing was written.

Progress goes to a small file beside the upload, not to the database: SQLite has one writer, which
is busy with the very transaction whose progress is to be seen.
"""

import fcntl
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from legcrm.core.history import acting_as
from legcrm.core.models import SpreadsheetImport

logger = logging.getLogger(__name__)

State = SpreadsheetImport.State

# {state in which a process works: states from which it is reached}
STARTS_FROM = {
    State.CHECKING: (State.UPLOADED, State.CHECKED),
    State.APPLYING: (State.CHECKED,),
    State.UNDOING: (State.APPLIED,),
}
# Where a step that ended without its result leaves the run.
GOES_BACK_TO = {
    State.CHECKING: State.UPLOADED,
    State.APPLYING: State.CHECKED,
    State.UNDOING: State.APPLIED,
}

RESTARTS = 3
SECONDS_BETWEEN_REPORTS = 0.2
STALLED_AFTER = 120  # seconds without a report

INTERRUPTED = gettext_noop(
    "The work was interrupted several times and has been given up. Please start it again; if that "
    "does not help, tell the administrator."
)
FAILED = gettext_noop(
    "An unexpected error ended the work. Please tell the administrator, who finds the details in "
    "the log of the import."
)
GONE = gettext_noop("The uploaded file is no longer on the server. Please upload it again.")
# True because of the transactions: see above.
EFFECTS = {
    State.CHECKING: gettext_noop("Nothing was written."),
    State.APPLYING: gettext_noop("Nothing was written: all records are as they were before."),
    State.UNDOING: gettext_noop("Nothing was undone: everything the import wrote is still there."),
}


@dataclass(frozen=True)
class Progress:
    """How far the step under way is."""

    done: int  # rows
    total: int  # rows; 0 as long as it is not known
    seconds_left: int | None  # None as long as it can't be told
    running: bool  # a process is at work
    stalled: bool  # it is, and has reported nothing for a long time


# --- Starting -------------------------------------------------------------------------------


def start(run: SpreadsheetImport, state: str) -> bool:
    """Move ``run`` to the working ``state`` and start its process once that is committed.

    Return False, and change nothing, where the run is no longer (or not yet) in a state from
    which this can begin: somebody was faster, or the file was deleted after the retention.
    """
    waiting = SpreadsheetImport.objects.filter(pk=run.pk, state__in=STARTS_FROM[state])
    waiting = waiting.exclude(file="")
    if not waiting.exists():  # a second click must not wait for the write lock of the first
        return False
    with transaction.atomic():
        if not waiting.update(state=state, problem=""):
            return False
        run.state, run.problem = state, ""
        transaction.on_commit(partial(_launch, run))
    return True


def _launch(run):
    _progress_file(run).unlink(missing_ok=True)  # and with it the count of earlier starts
    revive(run)


def revive(run: SpreadsheetImport) -> bool:
    """Start the process of ``run`` (again) where it should be at work and none is.

    Return whether it was started. A run that can't be worked on is put back, with its problem.
    """
    lock = claim(run)
    if lock is None:
        return False
    with lock:
        spawn(run, lock)
    return True


def claim(run: SpreadsheetImport) -> BinaryIO | None:
    """Return the lock of a run that waits for a process, and count the start; close it at the end.

    None where there is nothing to do: the run is at rest, or a process is at work on it, or it
    has been put back because it was started too often or its file is gone.
    """
    if not run.is_working:
        return None
    if not run.file or not Path(run.file.path).exists():
        put_back(run, GONE)
        return None
    lock = take_lock(run)
    if lock is None:
        return None
    run.refresh_from_db()  # the process may have ended in order since this run was read
    if run.is_working:
        starts = _starts(run)
        if starts <= RESTARTS:
            _note(run, starts=starts + 1)
            return lock
        put_back(run, INTERRUPTED)
    lock.close()
    return None


def spawn(run: SpreadsheetImport, lock: BinaryIO) -> None:
    """Start a detached process that works on ``run`` and inherits its ``lock``."""
    command = [sys.executable, settings.BASE_DIR / "manage.py", "run_import", str(run.pk)]
    command += ["--lock", str(lock.fileno()), "--language", get_language() or ""]
    with _open_private(_folder(run) / "log") as log:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A signal to the web server's group, such as Ctrl-C, is not for it.
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
    # So that no zombie stays behind while this process lives; if it ends first, init does it.
    threading.Thread(target=process.wait, daemon=True).start()


# --- Working --------------------------------------------------------------------------------


def work(run: SpreadsheetImport) -> None:
    """Do the step that the state of ``run`` names, in this process, which holds its lock.

    Raises nothing that the step raises: the run then is back in the state before, with its
    problem. Only a request to end (SystemExit, KeyboardInterrupt) goes through; the transaction
    is rolled back, the state stays, and the work starts anew with the next look.
    """
    from legcrm.core.spreadsheets import importing  # it needs what may start jobs

    steps = {
        State.CHECKING: importing.check,
        State.APPLYING: importing.apply,
        State.UNDOING: importing.undo,
    }
    run.refresh_from_db()
    if not run.is_working:
        return
    state = State(run.state)
    try:
        with acting_as(run.user):
            steps[state](run, _reporter(run))
    except Exception:
        logger.exception("Import %s ended while %s", run.pk, state.value)
        if not connection.in_atomic_block:
            close_old_connections()  # one that broke can't take the message
        run.state = state
        put_back(run, FAILED)
        return
    except (SystemExit, KeyboardInterrupt):
        logger.warning("Import %s was told to end while %s; it starts anew", run.pk, state.value)
        raise
    run.refresh_from_db()
    if run.state == state:
        logger.error("Import %s ended while %s without saying how", run.pk, state.value)
        put_back(run, FAILED)


def put_back(run: SpreadsheetImport, why: str) -> None:
    """End the step under way without its result, unless it did end meanwhile.

    ``why`` is one of the texts above; the problem says beside it what is true of the data.
    """
    problem = f"{_(why)} {_(EFFECTS[State(run.state)])}"
    # An apply whose process was killed in the moment of its commit may still be committing in
    # PostgreSQL: this waits for its lock on the row, and then no longer finds the state.
    SpreadsheetImport.objects.filter(pk=run.pk, state=run.state).update(
        state=GOES_BACK_TO[State(run.state)], problem=problem
    )
    run.refresh_from_db()


# --- The lock -------------------------------------------------------------------------------


def take_lock(run: SpreadsheetImport) -> BinaryIO | None:
    """Return the lock of ``run``, held until it is closed; None while a process is at work.

    Raises FileNotFoundError where the folder of the upload is gone.
    """
    lock = _open_private(_folder(run) / "lock")
    for attempt in range(10):
        if attempt:
            time.sleep(0.01)  # ``is_running`` may be having a look
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
    lock.close()
    return None


def is_running(run: SpreadsheetImport) -> bool:
    """Return whether a process is at work on ``run``."""
    try:
        with (_folder(run) / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def _folder(run):
    return Path(run.file.path).parent


def _open_private(path):
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


# --- Progress -------------------------------------------------------------------------------


def progress(run: SpreadsheetImport) -> Progress:
    """Return how far the step under way of ``run`` is; no query."""
    if not run.is_working or not run.file:
        return Progress(0, 0, None, running=False, stalled=False)
    noted = _read_note(run)
    done, total = noted.get("done", 0), noted.get("total", 0)
    seconds_left = None
    if 0 < done <= total:
        passed = noted["at"] - noted["started"]
        if passed > 1:  # before, it would only be a guess
            seconds_left = round(passed / done * (total - done))
    running = is_running(run)
    stalled = running and time.time() - noted.get("at", time.time()) > STALLED_AFTER
    return Progress(done, total, seconds_left, running, stalled)


def _reporter(run) -> Callable[[int, int], None]:
    """Return the function ``(rows done, rows in all)`` that a step calls as often as it likes."""
    started, state, starts = time.time(), run.state, _starts(run)
    due = 0.0

    def report(done: int, total: int) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + SECONDS_BETWEEN_REPORTS
            with suppress(OSError):  # an import must not fail for its progress bar
                _note(run, state, starts=starts, done=done, total=total, started=started)

    return report


def _progress_file(run):
    return _folder(run) / "progress.json"


def _starts(run):
    return _read_note(run).get("starts", 0)


def _read_note(run):
    """Return what is noted of the step under way of ``run``: {} where nothing is."""
    try:
        noted = json.loads(_progress_file(run).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return noted if noted["state"] == run.state else {}


def _note(run, state="", **values):
    """Replace the note at once, so that nobody reads half of it."""
    values |= {"state": state or run.state, "at": time.time()}
    path = _progress_file(run)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(values))
    draft.replace(path)
