"""Imports a spreadsheet from the command line, by the engine of the import pages.

Check and apply run in the command's own process. What it brings in stands among the person's
imports afterwards, and can be undone there. Interrupted at any moment, it has written everything or
nothing.
"""

from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from legcrm.core.management.progress_bar import Bar
from legcrm.core.models import ImportRow, SpreadsheetImport
from legcrm.core.resources import BY_LABEL, resource_for
from legcrm.core.spreadsheets import headers, importing
from legcrm.core.spreadsheets.examining import MAIN
from legcrm.core.spreadsheets.reading import Unreadable

State = SpreadsheetImport.State
RowState = ImportRow.State

SHOWN_PROBLEMS = 50
# Rows that stay out, and that the person should know of.
LEFT_OUT = (RowState.ERROR, RowState.DUPLICATE, RowState.REFUSED)


class Command(BaseCommand):
    help = (
        "Import a list (.xlsx, .ods or .csv): organisations, or another list by --model. Rows "
        "with errors, and possible duplicates that --duplicates does not decide, stay out. The "
        "exit code is 1 where there were errors."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the file to import")
        parser.add_argument(
            "--user",
            required=True,
            help="user name of the person who imports: their rights hold, and the history names "
            "them",
        )
        parser.add_argument(
            "--model",
            default="partners.organisation",
            metavar="LIST",
            help="the list into which the rows go (default: partners.organisation)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check only: no record is written"
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="the same value for all new records, for example kind=company",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADING=FIELD",
            help="the field that a column fills, for example Firma=name; Firma= leaves it out. "
            "Columns not named are assigned as the import page would propose",
        )
        parser.add_argument(
            "--style",
            action="append",
            default=[],
            metavar="FIELD=STYLE",
            help="how ambiguous numbers or dates of a field are meant, as the check asks",
        )
        parser.add_argument("--header-row", type=int, metavar="N", help="the row of the headings")
        parser.add_argument("--sheet", help="the sheet to read; default: the first with content")
        parser.add_argument("--encoding", help="the encoding of a CSV file, if it is not detected")
        parser.add_argument(
            "--duplicates",
            choices=["link", "new", "skip"],
            help="what possible duplicates are: the known record where there is but one, new "
            "records, or rows to leave out",
        )
        parser.add_argument(
            "--clear-blanks", action="store_true", help="empty cells clear what is known"
        )
        parser.add_argument(
            "--remarks",
            type=Path,
            metavar="PATH",
            help="write the rows that stay out as a workbook to PATH, with a column that says why",
        )

    def handle(self, *args, **options):
        with translation.override(settings.LANGUAGE_CODE):
            errors = self.run_import(options)
        if errors:
            raise CommandError(f"Rows with errors: {errors}.")

    def run_import(self, options):
        """Return how many rows had errors."""
        run = self.begin(options)
        kept = False
        try:
            self.assign(run, options)
            self.check(run, options["duplicates"])
            if not options["dry_run"] and importing.to_apply(run).exists():
                kept = self.apply(run)
            self.report(run, options)
            return run.rows.filter(state__in=(RowState.ERROR, RowState.REFUSED)).count()
        finally:
            if not kept:
                importing.discard_files(run)
                run.delete()

    # --- The steps ----------------------------------------------------------------------------

    def begin(self, options):
        label = options["model"].lower()
        lists = sorted(name for name, resource in BY_LABEL.items() if resource.importable)
        if label not in lists:
            raise CommandError(f"There is no list {label} to import. Lists: {', '.join(lists)}")
        user = self.user(options["user"], BY_LABEL[label]._meta.model)
        path = options["file"]
        try:
            with path.open("rb") as file:
                run = importing.begin(user, label, file, path.name)
        except OSError as error:
            raise CommandError(f"{path} can't be opened: {error.strerror}") from error
        except Unreadable as error:
            raise CommandError(error.message) from error
        wishes = {name: options[name] for name in ("header_row", "sheet", "encoding")}
        wishes = {name: wish for name, wish in wishes.items() if wish is not None}
        if wishes:
            try:
                importing.read_anew(run, **wishes)
            except Unreadable as error:
                importing.discard_files(run)
                run.delete()
                raise CommandError(error.message) from error
        return run

    def user(self, name, model):
        user = get_user_model().objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"No active user is called {name}.")
        opts = model._meta.concrete_model._meta
        may = {
            verb: user.has_perm(f"{opts.app_label}.{get_permission_codename(verb, opts)}")
            for verb in ("import", "add", "change")
        }
        if not may["import"] or not (may["add"] or may["change"]):
            raise CommandError(f"{name} may not import into this list.")
        return user

    def assign(self, run, options):
        look = importing.look(run)
        columns = {heading.index: heading.column for heading in look.headings}
        for label, name in self.pairs(options["map"], "HEADING=FIELD"):
            key = headers.label_key(label)
            found = [h.index for h in look.headings if headers.label_key(h.label) == key]
            if not found:
                known = ", ".join(heading.label for heading in look.headings)
                raise CommandError(f"There is no column {label}. Columns of the file: {known}")
            if name:  # what is named goes before what is proposed
                columns = {i: "" if taken == name else taken for i, taken in columns.items()}
            columns[found[0]] = name
        constants = dict(self.pairs(options["set"], "FIELD=VALUE"))
        styles = dict(self.pairs(options["style"], "FIELD=STYLE"))
        names = [field.name for field in look.fields]
        for name in (*constants, *styles):
            if name not in names:
                raise CommandError(f"There is no field {name}. Fields: {', '.join(names)}")
        try:
            importing.assign(run, columns, constants, styles, options["clear_blanks"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if options["verbosity"]:
            labels = {field.name: field.label for field in look.fields}
            self.stdout.write(f"{run.file_name}: the headings stand in row {run.header_row}.")
            for heading in look.headings:
                name = columns[heading.index]
                meaning = f"{name} ({labels[name]})" if name else "left out"
                self.stdout.write(f"  {heading.label}: {meaning}")

    @staticmethod
    def pairs(texts, form):
        for text in texts:
            split = text.rpartition if form.startswith("HEADING") else text.partition
            name, equals, value = split("=")
            if not equals:
                raise CommandError(f"{text} is not of the form {form}.")
            yield name.strip(), value.strip()

    def check(self, run, duplicates):
        bar = Bar(self.stderr)
        try:
            importing.check(run, bar.show)
        finally:
            bar.clear()
        if run.state != State.CHECKED:
            raise CommandError(run.problem)
        if duplicates:
            for role in (MAIN, *resource_for(run.model, run.user).nested):
                importing.decide_all(run, role, duplicates)

    def apply(self, run):
        """Return True; whatever ends this before its time leaves the run as it was checked."""
        bar = Bar(self.stderr)
        try:
            with transaction.atomic():
                waiting = SpreadsheetImport.objects.filter(pk=run.pk, state=State.CHECKED)
                waiting.update(state=State.APPLYING)
                importing.apply(run, bar.show)
        finally:
            bar.clear()
        if run.state != State.APPLIED:
            raise CommandError(run.problem)
        return True

    # --- What is said -------------------------------------------------------------------------

    def report(self, run, options):
        write = self.stdout.write
        if options["verbosity"]:
            counts = run.counts()
            for state in RowState:
                if state in counts:
                    write(f"{state.label}: {counts[state]}")
            self.problems(run)
            if run.state == State.APPLIED:
                write(f"Rows applied: {run.applied_count}. The history names {run.reason!r}.")
            else:
                write("Nothing was written.")
        if options["remarks"]:
            count = importing.remarks(run, LEFT_OUT, str(options["remarks"]))
            if options["verbosity"]:
                write(f"{count} rows with remarks in {options['remarks']}")

    def problems(self, run):
        rows = run.rows.filter(state__in=LEFT_OUT).order_by("number")
        for row in rows[:SHOWN_PROBLEMS]:
            for text in describe(row):
                self.stdout.write(f"Row {row.number}: {text}")
        more = rows.count() - SHOWN_PROBLEMS
        if more > 0:
            self.stdout.write(f"… and {more} more")


def describe(row):
    """Yield what keeps ``row`` out, each with the field, the value and what to do."""
    for problem in row.problems:
        yield " · ".join(filter(None, [problem["label"], problem["value"], problem["message"]]))
        for style, shown in problem["styles"]:
            yield f"--style {problem['column']}={style} means {shown}"
    for plan in row.plans:
        for candidate in plan["candidates"]:
            yield f"{row.get_state_display()}: {candidate['label']} ({candidate['why']})"
