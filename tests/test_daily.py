"""The timed work: each task once a day, missed days made up for, never two processes at once."""

import os
import subprocess
import sys
import time
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from legcrm.core.models import SpreadsheetImport, TimedRun
from legcrm.core.spreadsheets import importing, jobs
from legcrm.core.timed import AlreadyRunning, Task, only_process, run_tasks
from legcrm.daily import TASKS, take_up_imports
from missions.models import Participation
from missions.retention import forget_lists_with_needs, forget_needs
from tests import imports
from tests.factories import MissionFactory, ParticipationFactory

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def log():
    """What the tasks of a test did, in order."""
    return []


@pytest.fixture
def task(log):
    def make(name, error=None):
        def work(day):
            log.append((name, day))
            if error:
                raise error
            return f"{name} done"

        return Task(name, work)

    return make


# --- Once a day -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_task_is_done_once_a_day(task, log):
    tasks = [task("first"), task("second")]
    assert [run.outcome for run in run_tasks(tasks, DAY)] == ["first done", "second done"]
    assert run_tasks(tasks, DAY) == []
    run_tasks(tasks, DAY + timedelta(days=5))
    assert [day for _name, day in log] == [DAY] * 2 + [DAY + timedelta(days=5)] * 2


@pytest.mark.django_db
def test_it_is_done_again_only_when_told_to(task, log):
    run_tasks([task("first")], DAY)
    run_tasks([task("first")], DAY, again=True)
    assert len(log) == 2
    assert TimedRun.objects.count() == 1


@pytest.mark.django_db
def test_what_failed_is_tried_again_and_stops_nothing_else(task, log):
    runs = run_tasks([task("broken", ValueError("No.")), task("whole")], DAY)
    assert [run.problem for run in runs] == ["ValueError: No.", ""]
    (run,) = run_tasks([task("broken"), task("whole")], DAY)
    assert (run.task, run.problem) == ("broken", "")


@pytest.mark.django_db
def test_a_run_that_was_killed_is_told_from_one_under_way(task):
    killed = TimedRun.objects.create(task="first", day=DAY)
    run_tasks([task("first")], DAY)
    killed.refresh_from_db()
    assert killed.finished_at and killed.problem.startswith("The process ended")


# --- One process ----------------------------------------------------------------------------

# Works until its standard input is closed, and says when it begins.
WORK = """
import sys, django
django.setup()
from datetime import date
from legcrm.core.timed import AlreadyRunning, Task, run_tasks

def work(day):
    print("working", flush=True)
    sys.stdin.read()
    return "done"

try:
    run_tasks([Task("slow", work)], date(2026, 11, 23))
except AlreadyRunning:
    print("already running", flush=True)
"""


def database_url():
    """Return the address of the test's database, for another process."""
    held = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{held['NAME']}"
    return (
        f"postgres://{held['USER']}:{held['PASSWORD']}@{held['HOST']}:{held['PORT']}/{held['NAME']}"
    )


def start(code, *arguments):
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "legcrm.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_processes_one_works():
    first = start(WORK)
    assert first.stdout.readline() == "working\n"
    second = start(WORK)
    assert second.communicate(timeout=60)[0] == "already running\n"
    with pytest.raises(AlreadyRunning):
        run_tasks([], DAY)
    assert second.returncode == 0
    first.communicate(timeout=60)
    assert TimedRun.objects.get().outcome == "done"


@pytest.mark.django_db(transaction=True)
def test_the_lock_goes_with_a_process_that_is_killed(task, log):
    first = start(WORK)
    assert first.stdout.readline() == "working\n"
    first.kill()
    first.communicate(timeout=60)
    for _attempt in range(100):  # the server notices a moment later
        try:
            run_tasks([task("slow")], DAY)
            break
        except AlreadyRunning:
            time.sleep(0.05)
    assert log == [("slow", DAY)]
    assert TimedRun.objects.filter(problem__startswith="The process ended").count() == 1


# --- The command ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_names_its_tasks_and_does_all(capsys):
    call_command("daily", "--list")
    names = capsys.readouterr().out.split()
    assert names == [task.name for task in TASKS]
    assert names.index("digests") > max(names.index("radar"), names.index("figures"))
    call_command("daily")
    assert TimedRun.objects.filter(problem="").count() == len(names)
    capsys.readouterr()
    call_command("daily")
    assert "All has been done today already." in capsys.readouterr().out
    call_command("daily", "--only", "needs", "--again")
    assert capsys.readouterr().out == "needs: needs of 0 participants deleted\n"


@pytest.mark.django_db
def test_the_command_refuses_a_task_that_is_none():
    with pytest.raises(CommandError, match="There is no task nonsense"):
        call_command("daily", "--only", "nonsense")


@pytest.mark.django_db
def test_the_command_fails_where_a_task_does(monkeypatch, task):
    monkeypatch.setattr("legcrm.daily.TASKS", (task("broken", ValueError("No.")),))
    with pytest.raises(CommandError, match="broken"):
        call_command("daily")


@pytest.mark.django_db(transaction=True)
def test_the_command_leaves_the_work_to_another_process(capsys):
    with only_process():
        call_command("daily")
    assert "nothing done" in capsys.readouterr().out
    assert not TimedRun.objects.exists()


# --- Whether the timer runs -----------------------------------------------------------------


@pytest.mark.django_db
def test_administrators_see_that_the_timer_stands_still(client_for, administrator, editor, task):
    address = reverse("admin:core_timedrun_changelist")
    client = client_for(administrator)
    english = {"accept-language": "en"}
    assert "never been done" in client.get(address, headers=english).content.decode()
    run_tasks([task("first")], timezone.localdate())
    page = client.get(address, headers=english).content.decode()
    assert "first done" in page and "set up the timer" not in page
    TimedRun.objects.update(finished_at=timezone.now() - timedelta(days=2, minutes=1))
    assert "set up the timer" in client.get(address, headers=english).content.decode()
    assert client_for(editor).get(address).status_code == 403


# --- The tasks ------------------------------------------------------------------------------


def needs_of(mission, **fields):
    participation = ParticipationFactory(mission=mission, needs="Rollstuhl", **fields)
    participation.needs = "Rollstuhl, vegetarisch"
    participation.save()
    return participation


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "last_day"),
    [
        ({"starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 8)}, date(2026, 5, 8)),
        ({"starts_on": date(2026, 5, 1), "ends_on": None}, date(2026, 5, 1)),
        (
            {"starts_on": date(2026, 5, 1), "ends_on": None, "date_precision": "month"},
            date(2026, 6, 1),
        ),
    ],
)
def test_needs_are_deleted_30_days_after_the_return(fields, last_day):
    participation = needs_of(MissionFactory(**fields))
    assert forget_needs(last_day + timedelta(days=30)) == 0
    assert forget_needs(last_day + timedelta(days=31)) == 1
    read = Participation.objects.get()
    assert read.needs == ""
    # Whoever has the form open meanwhile must not bring them back.
    assert read.version == participation.version + 1
    assert set(read.history.values_list("needs", flat=True)) == {""}
    assert forget_needs(last_day + timedelta(days=31)) == 0


@pytest.mark.django_db
def test_needs_of_a_trip_to_come_stay_and_archived_ones_go():
    coming = needs_of(MissionFactory(starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 8)))
    over = needs_of(MissionFactory(starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 8)))
    over.archive("Doppelt")
    emptied = needs_of(over.mission)
    emptied.needs = ""
    emptied.save()
    forget_needs(DAY)
    assert Participation.objects.get(pk=coming.pk).needs == "Rollstuhl, vegetarisch"
    assert Participation.objects.get(pk=over.pk).needs == ""
    kept = Participation.history.exclude(needs="").values_list("id", flat=True)
    assert set(kept) == {coming.pk}


@pytest.mark.django_db
def test_an_import_whose_process_has_ended_is_taken_up(editor):
    assert take_up_imports(DAY) == "0 imports taken up again"
    rows = "name;country;city;kind\nPartner LLC;Usbekistan;Taschkent;Unternehmen"
    run, busy = (imports.upload(editor, "partners.organisation", rows) for _number in range(2))
    SpreadsheetImport.objects.update(state=imports.State.CHECKING)
    busy.refresh_from_db()
    with jobs.take_lock(busy):
        assert take_up_imports(DAY) == "1 import taken up again"
    states = [SpreadsheetImport.objects.get(pk=one.pk).state for one in (run, busy)]
    assert states == [imports.State.CHECKED, imports.State.CHECKING]


@pytest.mark.django_db
def test_a_list_with_needs_is_emptied_30_days_after_its_upload(project_manager):
    mission = MissionFactory(code="2026-poland")
    runs = []
    for heading in ("needs", "offers"):
        lines = f"mission;person;{heading}\n{mission.code};Muster;Rollstuhl"
        file = ContentFile(lines.encode())
        runs.append(importing.begin(project_manager, "missions.participation", file, "l.csv"))
    with_needs, without = runs
    assert "needs" in with_needs.columns.values()
    today = timezone.localdate()
    assert forget_lists_with_needs(today + timedelta(days=30)) == 0
    assert forget_lists_with_needs(today + timedelta(days=31)) == 1
    for run in runs:
        run.refresh_from_db()
    assert not with_needs.file and not with_needs.rows.exists()
    assert without.file
    assert forget_lists_with_needs(today + timedelta(days=31)) == 0
