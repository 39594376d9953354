"""Imports for tests: a list as text, taken through its steps in the test's own process."""

import io

from legcrm.core.models import SpreadsheetImport
from legcrm.core.spreadsheets import importing

State = SpreadsheetImport.State


def nothing(done, total):
    """Hear of progress, and do nothing with it."""


def upload(user, model, text, name="liste.csv", **assignment):
    """Return an import of the CSV ``text`` with its columns assigned as proposed."""
    run = importing.begin(user, model, io.BytesIO(text.encode()), name)
    columns = {int(index): column for index, column in run.columns.items()}
    columns |= assignment.pop("columns", {})
    importing.assign(run, columns, **assignment)
    return run


def check(run):
    run.state = State.CHECKING
    run.save()
    importing.check(run, nothing)
    return run


def checked(user, model, text, **assignment):
    return check(upload(user, model, text, **assignment))


def apply(run):
    run.state = State.APPLYING
    run.save()
    importing.apply(run, nothing)
    run.refresh_from_db()
    return run


def undo(run):
    run.state = State.UNDOING
    run.save()
    importing.undo(run, nothing)
    run.refresh_from_db()
    return run


def states(run):
    """Return ``{row number: state}``."""
    return dict(run.rows.values_list("number", "state"))


def problems(run, number):
    return [problem["message"] for problem in run.rows.get(number=number).problems]


def changes(run, number):
    """Return ``{label: (old, new)}`` of all records of the row."""
    return {
        label: (old, new)
        for plan in run.rows.get(number=number).plans
        for label, old, new in plan["changes"]
    }
