"""All timed work, for a timer: ``manage.py daily``."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import import_string

from legcrm.core.timed import AlreadyRunning, run_tasks


class Command(BaseCommand):
    help = (
        "Does all timed work that has not been done today: tidies up, finds duplicates and cold "
        "contacts, counts figures, sends the morning e-mails. Run it as often as you like."
    )

    def add_arguments(self, parser):
        parser.add_argument("--only", metavar="NAME", action="append", help="only this task")
        parser.add_argument(
            "--again", action="store_true", help="also what has been done today already"
        )
        parser.add_argument("--list", action="store_true", help="name the tasks, and do nothing")

    def handle(self, *, only, again, list, **options):
        tasks = {task.name: task for task in import_string(settings.TIMED_TASKS)}
        if list:
            self.stdout.write("\n".join(tasks))
            return
        if unknown := set(only or ()) - set(tasks):
            raise CommandError(
                f"There is no task {', '.join(sorted(unknown))}; there are {', '.join(tasks)}."
            )
        wanted = [task for name, task in tasks.items() if not only or name in only]
        try:
            runs = run_tasks(wanted, timezone.localdate(), again=again)
        except AlreadyRunning:
            self.stdout.write("Another process is doing the timed work: nothing done.")
            return
        for run in runs:
            self.stdout.write(f"{run.task}: {run.problem or run.outcome}")
        if not runs:
            self.stdout.write("All has been done today already.")
        if failed := [run.task for run in runs if run.problem]:
            raise CommandError(f"Failed, and to be tried again: {', '.join(failed)}.")
