"""Each step of an import runs in a process of its own, which may die at any moment."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone, translation

from legcrm.core.history import current_user
from legcrm.core.models import ImportChange, ImportRow, SpreadsheetImport
from legcrm.core.spreadsheets import importing, jobs, retention
from partners.models import Organisation
from tests import import_process
from tests.factories import OrganisationFactory
from tests.html_forms import change_form

State = SpreadsheetImport.State
REST = (State.UPLOADED, State.CHECKED, State.APPLIED, State.UNDONE)
STEPS = {"check": State.CHECKING, "apply": State.APPLYING, "undo": State.UNDOING}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def make_run(editor):
    def make(state=State.UPLOADED, content=b"name\nTITK\n", **fields):
        run = SpreadsheetImport(
            user=editor, model="partners.organisation", file_name="liste.csv", state=state, **fields
        )
        run.file.save("upload", ContentFile(content))
        return run

    return make


@pytest.fixture
def spawned(monkeypatch):
    """The runs for which a process would have been started."""
    runs = []
    monkeypatch.setattr(jobs, "spawn", lambda run, lock: runs.append(run.pk))
    return runs


def folder(run):
    return Path(run.file.path).parent


def text_of(run):
    run.refresh_from_db()
    return run.problem


# --- Starting -------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", SpreadsheetImport.WORKING)
@pytest.mark.parametrize("state", State)
def test_a_step_starts_only_where_it_can_follow(
    state, wanted, make_run, spawned, django_capture_on_commit_callbacks
):
    run = make_run(state, problem="of the step before")
    allowed = state in jobs.STARTS_FROM[wanted]
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.start(run, wanted) is allowed
        assert not spawned, "the process must find the new state committed"
    stored = SpreadsheetImport.objects.get()
    assert stored.state == run.state == (wanted if allowed else state)
    assert stored.problem == run.problem == ("" if allowed else "of the step before")
    assert spawned == ([run.pk] if allowed else [])


@pytest.mark.django_db
def test_two_clicks_start_one_process(make_run, spawned, django_capture_on_commit_callbacks):
    one = make_run(State.CHECKED)
    two = SpreadsheetImport.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.start(one, State.APPLYING)
        assert not jobs.start(two, State.APPLYING)
    assert spawned == [one.pk]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_start_one_process(make_run, spawned):
    def click():
        try:
            run = SpreadsheetImport.objects.get()
            barrier.wait(timeout=20)
            started.append(jobs.start(run, State.APPLYING))
        finally:
            connections.close_all()

    run = make_run(State.CHECKED)
    for number in range(1, 11):
        SpreadsheetImport.objects.update(state=State.CHECKED)
        barrier, started = threading.Barrier(2), []
        threads = [threading.Thread(target=click) for _thread in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(started) == [False, True]
        assert spawned == [run.pk] * number


# --- The lock tells whether a process lives -------------------------------------------------


@pytest.mark.django_db
def test_a_process_at_work_is_left_alone_and_a_dead_one_replaced(make_run, spawned):
    run = make_run(State.APPLYING)
    with jobs.take_lock(run):
        assert jobs.is_running(run)
        assert jobs.progress(run).running
        assert jobs.take_lock(run) is None
        assert not jobs.revive(run)
    assert not spawned
    assert not jobs.is_running(run)
    assert not jobs.progress(run).running
    assert jobs.revive(run)
    assert spawned == [run.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("state", REST)
def test_a_run_at_rest_is_not_revived(state, make_run, spawned):
    run = make_run(state)
    assert not jobs.revive(run)
    assert not spawned


@pytest.mark.django_db
def test_a_run_that_has_ended_since_it_was_read_is_not_revived(make_run, spawned):
    run = make_run(State.APPLYING)
    SpreadsheetImport.objects.update(state=State.APPLIED)
    assert not jobs.revive(run)
    assert run.state == State.APPLIED
    assert not spawned
    assert not jobs.is_running(run), "the lock must have been given back"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "before", "truth"),
    [
        (State.CHECKING, State.UPLOADED, "Nothing was written."),
        (State.APPLYING, State.CHECKED, "Nothing was written: all records are as they were"),
        (State.UNDOING, State.APPLIED, "Nothing was undone: everything the import wrote is still"),
    ],
)
def test_after_three_restarts_the_run_is_put_back(state, before, truth, make_run, spawned):
    run = make_run(state)
    for _attempt in range(1 + jobs.RESTARTS):
        assert jobs.revive(run)
    assert run.state == state
    assert not jobs.revive(run)
    assert len(spawned) == 1 + jobs.RESTARTS
    run.refresh_from_db()
    assert run.state == before
    assert "interrupted several times" in run.problem
    assert truth in run.problem
    assert not jobs.is_running(run)


@pytest.mark.django_db
def test_restarts_are_counted_anew_for_each_start(
    make_run, spawned, django_capture_on_commit_callbacks
):
    run = make_run(State.CHECKED)
    for _click in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert jobs.start(run, State.APPLYING)
        for _attempt in range(jobs.RESTARTS):
            assert jobs.revive(run)
        assert not jobs.revive(run)
        assert run.state == State.CHECKED
    assert len(spawned) == 2 * (1 + jobs.RESTARTS)


@pytest.mark.django_db
def test_without_its_file_a_run_is_put_back(make_run, spawned):
    run = make_run(State.CHECKING)
    Path(run.file.path).unlink()
    assert not jobs.revive(run)
    assert not spawned
    assert "upload it again" in text_of(run)
    assert run.state == State.UPLOADED


# --- Working --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "state"), STEPS.items())
def test_an_unexpected_error_puts_the_run_back(name, state, make_run, monkeypatch, caplog):
    def step(run, progress):
        run.state = "confused"
        raise RuntimeError("for the log only")

    monkeypatch.setattr(importing, name, step)
    run = make_run(state)
    jobs.work(run)
    assert "for the log only" in caplog.text
    assert "unexpected error" in text_of(run)
    assert "for the log only" not in run.problem
    assert "Nothing was" in run.problem
    assert run.state == jobs.GOES_BACK_TO[state]


@pytest.mark.django_db
def test_a_step_that_says_nothing_does_not_leave_the_run_at_work(make_run, monkeypatch):
    monkeypatch.setattr(importing, "apply", lambda run, progress: None)
    run = make_run(State.APPLYING)
    jobs.work(run)
    assert "unexpected error" in text_of(run)
    assert run.state == State.CHECKED


@pytest.mark.django_db
def test_the_work_is_done_in_the_name_of_the_person(make_run, monkeypatch, editor):
    users = []

    def check(run, progress):
        users.append(current_user())
        run.state = State.CHECKED
        run.save()

    monkeypatch.setattr(importing, "check", check)
    run = make_run(State.CHECKING)
    jobs.work(run)
    assert users == [editor]
    assert text_of(run) == ""
    assert run.state == State.CHECKED


@pytest.mark.django_db
def test_what_has_ended_meanwhile_is_not_done_again(make_run, monkeypatch):
    monkeypatch.setattr(importing, "apply", lambda run, progress: pytest.fail("done twice"))
    run = make_run(State.APPLYING)
    SpreadsheetImport.objects.update(state=State.APPLIED)
    jobs.work(run)
    assert run.state == State.APPLIED


# --- Progress -------------------------------------------------------------------------------


class Clock:
    """Stands in for the module ``time``."""

    def __init__(self):
        self.now = 1_000_000.0

    def time(self):
        return self.now

    monotonic = time

    def sleep(self, seconds):
        self.now += seconds


@pytest.mark.django_db
def test_progress_is_noted_five_times_a_second_and_tells_the_time_left(make_run, monkeypatch):
    run = make_run(State.APPLYING)
    monkeypatch.setattr(jobs, "time", clock := Clock())
    notes = []
    replace = jobs._note
    monkeypatch.setattr(jobs, "_note", lambda *a, **k: (notes.append(k), replace(*a, **k)))
    seen = []

    def apply(run, progress):
        for done in range(1000):
            clock.sleep(0.01)
            progress(done, 1000)
            if done == 250:
                seen.append(jobs.progress(run))
        run.state = State.APPLIED
        run.save()

    monkeypatch.setattr(importing, "apply", apply)
    with jobs.take_lock(run):
        jobs.work(run)
    assert 45 <= len(notes) <= 51, "10 seconds"
    (found,) = seen
    assert found.running
    assert not found.stalled
    assert 230 <= found.done <= 250
    assert found.total == 1000
    assert found.seconds_left in (7, 8)
    assert not list(folder(run).glob("*.new"))
    assert jobs.progress(run) == jobs.Progress(0, 0, None, running=False, stalled=False)


@pytest.mark.django_db
def test_a_process_that_says_nothing_for_long_is_called_stalled(make_run, monkeypatch):
    run = make_run(State.APPLYING)
    monkeypatch.setattr(jobs, "time", clock := Clock())
    with jobs.claim(run):
        clock.sleep(jobs.STALLED_AFTER)
        assert not jobs.progress(run).stalled
        clock.sleep(1)
        assert jobs.progress(run).stalled
    assert not jobs.progress(run).stalled, "what is dead does not stall, it is started again"


@pytest.mark.django_db
@pytest.mark.parametrize("note", [b"", b'{"state": "appl', b'{"state": "checking", "done": 7}'])
def test_a_note_that_is_broken_or_of_another_step_counts_for_nothing(make_run, note):
    run = make_run(State.APPLYING)
    (folder(run) / "progress.json").write_bytes(note)
    assert jobs.progress(run) == jobs.Progress(0, 0, None, running=False, stalled=False)


@pytest.mark.django_db
def test_an_import_does_not_fail_for_its_progress_bar(make_run, monkeypatch):
    def no_space(*args, **values):
        raise OSError(28, "No space left on device")

    def apply(run, progress):
        progress(1, 2)
        run.state = State.APPLIED
        run.save()

    run = make_run(State.APPLYING)
    monkeypatch.setattr(jobs, "_note", no_space)
    monkeypatch.setattr(importing, "apply", apply)
    jobs.work(run)
    assert text_of(run) == ""
    assert run.state == State.APPLIED


# --- Retention ------------------------------------------------------------------------------


@pytest.fixture
def long_ago(settings):
    return timezone.now() - timedelta(days=settings.IMPORT_RETENTION_DAYS, hours=1)


def with_rows(run):
    run.rows.create(number=2, state="applied", cells={"name": "Nodira Karimova"})
    change = {"row_number": 2, "model": run.model, "object_pk": 1, "kind": "changed", "version": 2}
    run.changes.create(**change, before={"email": "nodira@example.org"})
    return run


@pytest.mark.django_db
@pytest.mark.parametrize("state", REST)
def test_after_the_retention_only_the_line_in_the_log_is_left(
    state, make_run, long_ago, spawned, editor
):
    run = with_rows(make_run(state, uploaded_at=long_ago, row_count=1))
    place = folder(run)
    out = StringIO()
    call_command("import_cleanup", stdout=out)
    assert "Emptied imports: 1." in out.getvalue()
    assert not place.exists()
    run = SpreadsheetImport.objects.get()
    assert (run.file, run.user, run.file_name, run.row_count) == ("", editor, "liste.csv", 1)
    assert not ImportRow.objects.exists()
    assert ImportChange.objects.get().before == {}
    assert importing.can_undo(run) == ["What the import wrote is no longer known."]
    for wanted in SpreadsheetImport.WORKING:
        assert not jobs.start(run, wanted)
    assert not jobs.revive(run)
    assert jobs.progress(run).total == 0
    assert retention.forget_old_imports() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["uploaded_at", "checked_at", "applied_at", "undone_at"])
def test_the_retention_counts_from_the_last_step(step, make_run, long_ago):
    times = {"uploaded_at": long_ago, step: timezone.now() - timedelta(days=1)}
    run = with_rows(make_run(State.UNDONE, **times))
    assert retention.forget_old_imports() == 0
    assert Path(run.file.path).exists()
    assert run.rows.exists()
    assert run.changes.get().before


@pytest.mark.django_db
def test_an_import_at_work_is_not_cleaned_away(make_run, long_ago):
    run = with_rows(make_run(State.APPLYING, uploaded_at=long_ago))
    with jobs.take_lock(run):
        assert retention.forget_old_imports() == 0
    assert run.rows.exists()
    assert retention.forget_old_imports() == 1, "nobody has been at work on it for so long"
    run.refresh_from_db()
    assert run.state == State.CHECKED
    assert "Nothing was written" in run.problem


@pytest.mark.django_db
def test_an_import_whose_file_the_disk_has_lost_is_emptied_too(make_run, long_ago):
    run = with_rows(make_run(uploaded_at=long_ago))
    Path(run.file.path).unlink()
    folder(run).rmdir()
    assert retention.forget_old_imports() == 1
    assert not ImportRow.objects.exists()


@pytest.mark.django_db
def test_folders_without_an_import_go_after_a_day(make_run):
    kept = folder(make_run())
    places = {}
    for name, age in {"fresh": 60, "stale": 25 * 3600}.items():
        path = places[name] = Path(default_storage.path(f"imports/{name}-{random.random()}"))
        path.mkdir()
        (path / "upload").write_text("x")
        os.utime(path, (time.time() - age,) * 2)
    os.utime(kept, (0, 0))
    assert retention.remove_orphans() >= 1
    assert kept.exists()
    assert places["fresh"].exists()
    assert not places["stale"].exists()


# --- Real processes -------------------------------------------------------------------------

# Stands in for the module of the steps in the child process, so that its moments are known.
FAKE_STEPS = """
import os, sys, time, types
from pathlib import Path

def step(run, progress):
    from django.db import transaction
    from django.utils.translation import get_language
    from legcrm.core.history import current_user
    folder = Path(run.file.path).parent
    after = {"checking": "checked", "applying": "applied", "undoing": "undone"}[run.state]
    with transaction.atomic():
        run.rows.create(number=1, state="applied", cells={
            "user": current_user().pk, "language": get_language(), "session": os.getsid(0),
        })
        progress(3, 12)
        (folder / "pid").write_text(str(os.getpid()))
        while not (folder / "go").exists():
            time.sleep(0.01)
        if (folder / "go").read_text():
            raise RuntimeError((folder / "go").read_text())
        run.state = after
        run.save()

module = types.ModuleType("legcrm.core.spreadsheets.importing")
module.check = module.apply = module.undo = step
sys.modules[module.__name__] = module
"""


@pytest.fixture
def processes(monkeypatch, transactional_db):
    """Let child processes work on the database of the test, and wait for them at its end."""
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    monkeypatch.setenv("DATABASE_URL", url)
    yield
    for run in SpreadsheetImport.objects.exclude(file=""):
        (folder(run) / "go").write_text("")
        wait_until(lambda run=run: not jobs.is_running(run))


@pytest.fixture
def fake_steps(processes, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(FAKE_STEPS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def wait_until(condition, log=None):
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"Waited in vain. {log.read_text() if log else ''}")
        time.sleep(0.005)


def wait_for_process(run, other_than=0):
    """Return the id of the process that is in the middle of the work on ``run``."""
    path = folder(run) / "pid"
    wait_until(
        lambda: path.exists() and int(path.read_text() or 0) not in (0, other_than),
        folder(run) / "log",
    )
    return int(path.read_text())


def let_go(run, error=""):
    (folder(run) / "go").write_text(error)
    wait_until(lambda: not jobs.is_running(run))
    run.refresh_from_db()


def test_the_work_goes_on_in_a_process_of_its_own(fake_steps, make_run, editor):
    run = make_run(State.CHECKED)
    assert jobs.start(run, State.APPLYING)
    assert jobs.is_running(run), "from the first moment on, or the next look would start another"
    process = wait_for_process(run)
    assert process != os.getpid()
    found = jobs.progress(run)
    assert (found.done, found.total, found.running) == (3, 12, True)
    assert not jobs.start(SpreadsheetImport.objects.get(), State.APPLYING)
    assert not jobs.revive(run)
    assert not ImportRow.objects.exists(), "nothing is seen before all is written"
    let_go(run)
    assert (run.state, run.problem) == (State.APPLIED, "")
    cells = ImportRow.objects.get().cells
    assert cells == {"user": editor.pk, "language": "en", "session": process}
    assert cells["session"] != os.getsid(0), "signals to the web server's group don't reach it"
    for name in ("lock", "log"):
        assert (folder(run) / name).stat().st_mode & 0o077 == 0, "private"


def test_an_unexpected_error_in_the_process_is_told_and_logged(fake_steps, make_run):
    run = make_run(State.APPLIED)
    assert jobs.start(run, State.UNDOING)
    wait_for_process(run)
    let_go(run, "secret of the log")
    assert run.state == State.APPLIED
    assert "Nothing was undone" in run.problem
    assert not ImportRow.objects.exists()
    log = (folder(run) / "log").read_text()
    assert "Traceback" in log
    assert "secret of the log" in log
    assert "secret of the log" not in run.problem


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_ended_from_outside_starts_anew_with_the_next_look(number, fake_steps, make_run):
    run = make_run(State.CHECKED)
    assert jobs.start(run, State.APPLYING)
    first = wait_for_process(run)
    os.kill(first, number)
    wait_until(lambda: not jobs.is_running(run))
    run.refresh_from_db()
    assert run.state == State.APPLYING
    assert not ImportRow.objects.exists()
    if number == signal.SIGTERM:
        assert "told to end" in (folder(run) / "log").read_text()
    assert jobs.revive(run)
    assert wait_for_process(run, other_than=first) != first
    let_go(run)
    assert run.state == State.APPLIED
    assert ImportRow.objects.count() == 1


def manage(*arguments, **options):
    command = [sys.executable, settings.BASE_DIR / "manage.py", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)


def test_the_timer_takes_up_what_was_interrupted(fake_steps, make_run):
    resting = make_run(State.CHECKED)
    run = make_run(State.CHECKING)
    (folder(run) / "go").write_text("")
    out, _none = manage("run_import", "--pending").communicate(timeout=60)
    assert out.strip() == f"Import {run.pk}: checked."
    run.refresh_from_db()
    resting.refresh_from_db()
    assert (run.state, resting.state) == (State.CHECKED, State.CHECKED)
    assert ImportRow.objects.get().cells["language"] == settings.LANGUAGE_CODE


def test_a_second_process_for_the_same_run_finds_nothing_to_do(fake_steps, make_run):
    run = make_run(State.CHECKED)
    assert jobs.start(run, State.APPLYING)
    wait_for_process(run)
    for argument in (run.pk, "--pending"):
        out, _none = manage("run_import", argument).communicate(timeout=60)
        assert "nothing to do" in out
    let_go(run)
    assert ImportRow.objects.count() == 1


@pytest.mark.django_db
def test_the_command_wants_to_know_what_to_work_on(make_run):
    for arguments in ([], [str(make_run().pk), "--pending"], ["999999"]):
        with pytest.raises(CommandError):
            call_command("run_import", *arguments)


# --- All rows or none -----------------------------------------------------------------------

ROUNDS = 20
ROWS = 300
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def upload(make_user):
    """Upload a list of new organisations: ``upload("Partner {:04} LLC", rows=300)``."""
    user = make_user("Ines", "Import", "project manager")

    def make(name, rows=ROWS):
        lines = [
            f"{name.format(number)};Usbekistan;Taschkent;Unternehmen" for number in range(rows)
        ]
        file = ContentFile("\n".join(["name;country;city;kind", *lines]).encode())
        run = importing.begin(user, "partners.organisation", file, "liste.csv")
        assert set(run.columns.values()) == {"name", "country", "city", "kind"}
        return run

    return make


def check(run):
    SpreadsheetImport.objects.filter(pk=run.pk).update(state=State.CHECKING)
    jobs.work(run)
    assert run.state == State.CHECKED, run.problem


@contextmanager
def applied_in_a_process(run):
    """Yield the process that applies ``run``, at the moment at which it begins to do so."""
    SpreadsheetImport.objects.filter(pk=run.pk).update(state=State.APPLYING)
    note = folder(run) / "progress.json"
    note.unlink()
    process = import_process.context().Process(target=import_process.run_import, args=[run.pk])
    process.start()
    try:
        wait_until(note.exists)
        yield process
    finally:
        process.kill()
        process.join(60)


def state_and_rows(run):
    """Return the state of ``run``, and how many of its rows each place has that it writes to."""
    with transaction.atomic():
        # PostgreSQL may yet be ending the transaction of the process that was killed.
        run = SpreadsheetImport.objects.select_for_update().get(pk=run.pk)
        reason = {"history_change_reason": run.reason}
        counts = {
            Organisation.history.filter(**reason).count(),
            Organisation.objects.filter(pk__in=run.changes.values("object_pk")).count(),
            run.changes.count(),
            run.rows.filter(state=ImportRow.State.APPLIED).count(),
            run.applied_count,
        }
        return State(run.state), counts


def test_killed_at_any_moment_all_rows_are_written_or_none(processes, upload, spawned, client_for):
    """And the page says which; the next look at it completes the work, or says why it can't."""
    check(run := upload("Probe {:04}"))
    with applied_in_a_process(run) as process:
        began = time.monotonic()
        process.join(60)
        duration = time.monotonic() - began
    assert state_and_rows(run) == (State.APPLIED, {ROWS})
    outcomes = []
    for number in range(ROUNDS):
        run.refresh_from_db()
        if run.state == State.APPLIED:
            check(run := upload(f"Runde {number:02} {{:04}}"))
        with applied_in_a_process(run) as process:
            # A random moment in each twentieth of the time that it takes, and a little longer.
            time.sleep(1.2 * duration * (number + random.random()) / ROUNDS)
            process.kill()
            process.join(60)
        state, rows = state_and_rows(run)
        outcomes.append(state)
        assert rows == ({ROWS} if state == State.APPLIED else {0})
        run.refresh_from_db()
        if state == State.APPLYING:
            if number % 4 == 0:
                with jobs.claim(run):
                    jobs.work(run)
                assert state_and_rows(run) == (State.APPLIED, {ROWS})
            else:
                for _restart in range(jobs.RESTARTS):
                    assert jobs.revive(run)  # takes it that the process died at once again
                page = client_for(run.user).get(run.get_absolute_url(), headers=ENGLISH)
                assert state_and_rows(run) == (State.CHECKED, {0})
                assert "Nothing was written" in text_of(run)
                assert run.problem in page.content.decode()
        applied = SpreadsheetImport.objects.filter(state=State.APPLIED).count()
        assert Organisation.objects.count() == applied * ROWS
    assert State.APPLYING in outcomes, "no process was killed before its end"


def test_others_save_while_an_import_runs(processes, upload, client_for, make_user):
    """Three people save forms, again and again, during the check and while it is applied."""
    people = [make_user("Person", name, "editor") for name in ("Eins", "Zwei", "Drei")]
    records = [OrganisationFactory(name=f"Eigene {number}") for number in range(len(people))]
    forms = [
        change_form(client_for(user), record) for user, record in zip(people, records, strict=True)
    ]
    run = upload("Partner {:04}", rows=3000)
    saves, problems, over = [0] * len(people), [], threading.Event()

    def save(person):
        client = Client()
        client.force_login(people[person])
        url, form = forms[person]
        (versions,) = form["_versions"]
        try:
            while not over.is_set():
                form["notes"] = f"Notiz {saves[person] + 1}"
                form["_versions"] = json.dumps(json.loads(versions) | {"record": saves[person] + 1})
                assert client.post(url, form).status_code == 302
                saves[person] += 1
        except Exception as error:  # a thread's error must fail the test, not vanish
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=[person]) for person in range(len(people))]
    for thread in threads:
        thread.start()
    at_each_end = []
    try:
        for state in (State.CHECKING, State.APPLYING):
            assert jobs.start(run, state)
            wait_until(lambda: not jobs.is_running(run), folder(run) / "log")
            at_each_end.append(sum(saves))
            run.refresh_from_db()
            assert run.problem == ""
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
    assert not problems, problems
    assert run.state == State.APPLIED
    assert 0 < at_each_end[0] < at_each_end[1], "they saved during both"
    for person, record in enumerate(records):
        record.refresh_from_db()
        assert record.notes == f"Notiz {saves[person]}"
        assert record.version == 1 + saves[person]
    assert Organisation.objects.count() == 3000 + len(records)
