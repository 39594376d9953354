"""The check of a file, row by row, and what the person decides about its rows."""

import re
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ...models import ImportRow, SpreadsheetImport
from ...rows import insert_rows
from .. import cells as typed
from .. import headers, reading
from ..examining import MAIN, Problem, Row, chunked, pack, unpack
from .uploads import examiner_of, file_rows, inspection_of

State = SpreadsheetImport.State
RowState = ImportRow.State
# The decision that a row left out as totals is one of the list after all.
IS_A_ROW = "row"
_DECISION = re.compile(rf"|new|skip|{IS_A_ROW}|link:[0-9]{{1,18}}")


def check(run, progress: Callable[[int, int], None]) -> None:
    """Examine every row and keep what it would do; nothing else is written.

    Decisions and choices of an earlier check are kept. State: checking → checked, or back to
    uploaded with a problem.
    """
    total = max(inspection_of(run).row_count - 1, 1)
    kept = {
        number: (decisions, chosen)
        for number, decisions, chosen in run.rows.exclude(decisions={}, chosen=True).values_list(
            "number", "decisions", "chosen"
        )
    }
    examiner = examiner_of(run)
    places = [(int(index), name) for index, name in run.columns.items() if name]
    done, seen = 0, set()
    try:
        for chunk in chunked(file_rows(run)):
            rows, totals = [], []
            for number, cells in chunk:
                row = Row(number, {n: cells[i] for i, n in places if i < len(cells)})
                row.decisions = kept.get(number, ({}, True))[0]
                if all(typed.is_blank(cell) for cell in row.cells.values()):
                    continue
                is_total = headers.is_totals_row(cells, len(places))
                skipped = is_total and row.decisions.get(MAIN) != IS_A_ROW
                (totals if skipped else rows).append(row)
            examiner.examine(rows)
            for row in totals:
                row.state = RowState.SKIPPED
                row.problems = [Problem("", "", "", _("Looks like a row of totals."), "totals")]
            # Over those of an earlier check: killed midway, no decision is lost.
            with transaction.atomic():
                insert_rows(
                    ImportRow,
                    ("run", "number", "chosen", *_CHECKED),
                    (
                        (run.pk, row.number, kept.get(row.number, ({}, True))[1], *_checked(row))
                        for row in (*rows, *totals)
                    ),
                    replacing=("run", "number"),
                )
            seen.update(row.number for row in (*rows, *totals))
            done += len(chunk)
            progress(done, max(total, done))
    except reading.Unreadable as error:
        _end(run, State.UPLOADED, error.message)
        return
    gone = set(run.rows.values_list("number", flat=True)) - seen
    for numbers in chunked(gone):
        run.rows.filter(number__in=numbers).delete()
    run.row_count = len(seen)
    run.checked_at = timezone.now()
    _end(run, State.CHECKED)


# What an examination finds out about a row.
_CHECKED = ("state", "cells", "plans", "problems", "decisions")


def _checked(row):
    """Return the values of ``_CHECKED`` for the examined ``row``."""
    return (
        row.state,
        {name: pack(cell) for name, cell in row.cells.items()},
        row.plans(),
        [problem.as_json() for problem in row.problems],
        row.decisions,
    )


def _end(run, state, problem=""):
    run.state, run.problem = state, problem
    run.save()


def row_of(kept: ImportRow) -> Row:
    cells = {name: unpack(cell) for name, cell in kept.cells.items()}
    return Row(kept.number, cells, dict(kept.decisions))


def recheck(run, kept_rows) -> None:
    """Examine some rows of a checked run again, after a decision; at once."""
    examiner = examiner_of(run)
    numbers = {kept.number for kept in kept_rows}
    others = run.rows.filter(state__in=ImportRow.APPLICABLE).exclude(number__in=numbers)
    for number, plans in others.values_list("number", "plans").iterator(chunk_size=2000):
        examiner.remember(number, plans)
    for chunk in chunked(kept_rows):
        rows = [row_of(kept) for kept in chunk]
        examiner.examine(rows)
        with transaction.atomic():
            insert_rows(
                ImportRow,
                ("run", "number", "chosen", *_CHECKED),
                (
                    (run.pk, kept.number, kept.chosen, *_checked(row))
                    for kept, row in zip(chunk, rows, strict=True)
                ),
                replacing=("run", "number"),
            )


def decide(run, numbers, role: str, decision: str) -> None:
    """Say what the possible duplicates in rows ``numbers`` are.

    ``decision`` is "new", "skip", "link:<key>", "" (open again), or ``IS_A_ROW`` for a row that
    was taken for totals. Raises ValidationError for anything else.
    """
    if not _DECISION.fullmatch(decision):
        raise ValidationError(_("This choice is unknown. Open the page again."))
    _decide(run, run.rows.filter(number__in=numbers), role, lambda plan: decision)


def decide_all(run, role: str, decision: str) -> None:
    """Decide all open duplicates at once: "new", "skip", or "link" where there is one candidate."""

    def choice(plan):
        if decision != "link":
            return decision
        keys = {candidate["key"] for candidate in plan["candidates"]} - {None}
        return f"link:{keys.pop()}" if len(keys) == 1 else None

    _decide(run, run.rows.filter(state=RowState.DUPLICATE), role, choice)


def _decide(run, rows, role, choice):
    decided = []
    for kept in rows.order_by("number"):
        plan = next((plan for plan in kept.plans if plan["role"] == role), None)
        known = plan or kept.decisions or kept.state == RowState.SKIPPED
        decision = choice(plan) if known else None
        if decision is None:
            continue
        kept.decisions = {**kept.decisions, role: decision}
        if not decision:
            del kept.decisions[role]
        decided.append(kept)
    recheck(run, decided)


def choose(run, numbers, chosen: bool) -> None:
    """Let rows take part in applying, or not."""
    run.rows.filter(number__in=numbers).update(chosen=chosen)


def choose_all(run, state: str, chosen: bool) -> None:
    rows = run.rows.filter(state=state) if state else run.rows.all()
    rows.update(chosen=chosen)


def to_apply(run):
    """Return the rows that applying writes: new and changed ones that are chosen."""
    return run.rows.filter(state__in=ImportRow.APPLICABLE, chosen=True).order_by("number")
