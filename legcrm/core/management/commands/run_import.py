"""The process in which an import is checked, applied or undone: see ``spreadsheets.jobs``."""

import gc
import os
import signal
import sys
from argparse import SUPPRESS

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from legcrm.core.models import SpreadsheetImport
from legcrm.core.spreadsheets import jobs


class Command(BaseCommand):
    help = (
        "Checks, applies or undoes an import, as its state says. The CRM starts this by itself; "
        "--pending takes up what was interrupted, for a timer."
    )
    requires_system_checks = []  # they have been made by the web server, and take their time

    def add_arguments(self, parser):
        parser.add_argument("run", nargs="?", type=int, help="number of the import")
        parser.add_argument(
            "--pending", action="store_true", help="all imports whose process has ended early"
        )
        parser.add_argument("--language", help="language of the messages, such as de")
        # The number of the open file on which the parent process holds the lock for us.
        parser.add_argument("--lock", type=int, help=SUPPRESS)

    def handle(self, run, pending, language, lock, **options):
        if (run is None) != pending:
            raise CommandError("Name either the number of an import or --pending.")
        if pending:
            runs = SpreadsheetImport.objects.filter(state__in=SpreadsheetImport.WORKING)
        else:
            runs = SpreadsheetImport.objects.filter(pk=run)
            if not runs:
                raise CommandError(f"There is no import {run}.")
        signal.signal(signal.SIGTERM, _end)
        # What was loaded by now stays for good; looking it through again and again for garbage, as
        # thousands of rows come and go, would cost a sixth of the time.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        with translation.override(language or settings.LANGUAGE_CODE):
            for waiting in runs.order_by("pk"):
                self.work(waiting, lock)

    def work(self, run, inherited):
        if inherited is None:
            lock = jobs.claim(run)
        else:
            os.set_inheritable(inherited, False)  # not for the process that reads the file
            lock = os.fdopen(inherited, "ab")
        if lock is None:
            self.stdout.write(f"Import {run.pk}: nothing to do ({run.state}).")
            return
        with lock:
            if run.state == SpreadsheetImport.State.CHECKING:
                # A check is in nobody's way: it holds no lock for which others wait.
                os.nice(5)
            jobs.work(run)
        self.stdout.write(f"Import {run.pk}: {run.state}. {run.problem}".strip())


def _end(number, frame):
    """End by an exception, so that the transaction is rolled back in order."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + number)
