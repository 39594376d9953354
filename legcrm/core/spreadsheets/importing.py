"""A spreadsheet on its way in: upload, columns, check, apply, undo, on the database.

The check reads business tables and writes only its own rows, in short transactions, so that others
go on saving meanwhile. Applying is one transaction: it locks the records that the chosen rows mean,
examines the rows again, refuses those whose records somebody changed since, and writes the rest
with a journal from which the import can be undone.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import bulk
from ..history import acting_as
from ..models import ColumnMapping, ImportChange, ImportRow, SpreadsheetImport, StaleRecord
from ..resources import resource_for
from . import cells as typed
from . import headers, reading, undoing, writing
from .examining import CHUNK, MAIN, Examiner, Problem, Row, chunked, pack, unpack

State = SpreadsheetImport.State
RowState = ImportRow.State
Progress = Callable[[int, int], None]

EXAMPLES = 3
# The decision that a row left out as totals is one of the list after all.
IS_A_ROW = "row"


# --- Upload and columns ------------------------------------------------------------------------


@dataclass
class Heading:
    """A column of the file, and the field that it fills ("" where it is left out)."""

    index: int
    label: str
    examples: list[str]
    column: str


@dataclass
class FieldChoice:
    """A field that rows can fill."""

    name: str
    label: str
    constant: bool
    required: bool
    choices: list[tuple[str, str]]


@dataclass
class Look:
    """How a file was understood so far."""

    inspection: reading.Inspection
    headings: list[Heading]
    duplicates: list[str]
    fields: list[FieldChoice]
    totals: list[int]


def begin(user, model_label: str, upload, file_name: str) -> SpreadsheetImport:
    """Keep the file privately and propose how it is to be read.

    Raises ``reading.Unreadable``; nothing is kept then.
    """
    run = SpreadsheetImport(user=user, model=model_label.lower(), file_name=file_name[-255:])
    run.file.save("upload", File(upload), save=False)
    try:
        _inspect(run)
    except BaseException:
        discard_files(run)
        raise
    run.save()
    return run


def read_anew(run, *, sheet=None, encoding=None, delimiter=None, header_row=None) -> None:
    """Change how the file is read, and propose its columns anew. Raises Unreadable."""
    if sheet is not None:
        run.sheet = sheet
    if encoding is not None:
        run.encoding = encoding
    if delimiter is not None:
        run.delimiter = delimiter
    _inspect(run, header_row)
    run.save()


def folder(run) -> Path:
    """Return the private folder of the run: the upload and what belongs to it."""
    return Path(run.file.path).parent


def discard_files(run) -> None:
    """Delete the upload and what lies beside it."""
    place = folder(run)
    for path in place.glob("*"):
        path.unlink(missing_ok=True)
    if place.is_dir():
        place.rmdir()


def _inspect(run, header_row=None):
    inspection = reading.inspect(
        run.file.path, sheet=run.sheet, encoding=run.encoding, delimiter=run.delimiter
    )
    kept = asdict(inspection)
    kept["sample"] = [
        (number, [pack(cell) for cell in cells]) for number, cells in inspection.sample
    ]
    (folder(run) / "inspection.json").write_text(json.dumps(kept), encoding="utf-8")
    run.file_format = inspection.format
    run.sheet = inspection.sheet
    run.encoding = inspection.encoding
    run.delimiter = inspection.delimiter
    resource = resource_for(run.model, run.user)
    names = _field_names(resource)
    known = {
        headers.label_key(text) for one in names for text in (one.name, *one.labels, *one.aliases)
    }
    run.header_row = header_row or headers.find_header(
        inspection.sample, lambda label: headers.label_key(label) in known
    )
    remembered = dict(
        ColumnMapping.objects.filter(user=run.user, model=run.model).values_list(
            "heading", "column"
        )
    )
    ours = inspection.model == run.model
    headed = _headings(run, inspection)
    found = headers.propose(
        headed,
        names,
        inspection.machine_names if ours else {},
        remembered,
    )
    if not ours and any(heading.label != found[heading.index] for heading in headed):
        # "ID" in somebody's list is no number of ours; a file of machine names only is ours.
        found |= {heading.index: "" for heading in headed if heading.label.casefold() == "id"}
    run.columns = {str(index): name for index, name in found.items()}


def inspection_of(run) -> reading.Inspection:
    """Return how the file was read, as kept beside it."""
    kept = json.loads((folder(run) / "inspection.json").read_text(encoding="utf-8"))
    kept["sample"] = [
        (number, [unpack(cell) for cell in cells]) for number, cells in kept["sample"]
    ]
    return reading.Inspection(**kept)


def _field_names(resource):
    return [
        headers.FieldNames(name, column.labels(), [str(alias) for alias in column.aliases])
        for name, column in resource.importable_columns().items()
    ]


def _headings(run, inspection):
    head = next((cells for number, cells in inspection.sample if number == run.header_row), [])
    below = (cells for number, cells in inspection.sample if number > run.header_row)
    return headers.headings(head, below)


def look(run) -> Look:
    """Return how the file was understood, for the person to confirm or correct."""
    inspection = inspection_of(run)
    below = [cells for number, cells in inspection.sample if number > run.header_row]
    found = _headings(run, inspection)
    titles = []
    for heading in found:
        texts = (
            typed.read_text(cells[heading.index])
            for cells in below
            if heading.index < len(cells) and not typed.is_blank(cells[heading.index])
        )
        examples = list(dict.fromkeys(texts))[:EXAMPLES]
        column = run.columns.get(str(heading.index), "")
        titles.append(Heading(heading.index, heading.label, examples, column))
    resource = resource_for(run.model, run.user)
    return Look(
        inspection,
        titles,
        headers.duplicates(found),
        [_choice(resource, name, c) for name, c in resource.importable_columns().items()],
        [
            number
            for number, cells in inspection.sample
            if number > run.header_row and headers.is_totals_row(cells, len(found))
        ],
    )


def _choice(resource, name, column):
    real = column
    if hasattr(column, "role") and getattr(column, "column", ""):
        real = resource.nested_resource(column.role).fields[column.column]
    choices = [(key, capfirst(str(label))) for key, label in getattr(real, "choices", ())]
    return FieldChoice(name, column.label, column.constant, name in resource.required, choices)


def assign(run, columns, constants=None, styles=None, clear_blanks=False) -> None:
    """Say which field each column fills, and remember it for the next file.

    ``columns`` is ``{index: machine name}``, ``constants`` ``{machine name: text}`` the same value
    for all rows, ``styles`` how ambiguous numbers and dates of a field are meant. Raises
    ValidationError with one message per fault.
    """
    known = look(run)
    labels = {field.name: field.label for field in known.fields}
    columns = {int(index): name for index, name in columns.items()}
    constants = {
        name: text.strip() for name, text in (constants or {}).items() if text and text.strip()
    }
    faults = []
    if known.duplicates:
        faults.append(
            _("Headings stand twice: %(labels)s. Rename or delete one of the columns in the file.")
            % {"labels": ", ".join(known.duplicates)}
        )
    mapped = [name for name in columns.values() if name]
    for name in dict.fromkeys(mapped):
        if name not in labels:
            faults.append(_("There is no field “%(name)s”.") % {"name": name})
        elif mapped.count(name) > 1:
            faults.append(
                _("Two columns are assigned to “%(field)s”. Leave one of them out.")
                % {"field": labels[name]}
            )
    if not mapped:
        faults.append(_("Assign at least one column."))
    if "id" not in mapped:
        faults += [
            _("“%(field)s” is needed: assign a column, or enter one value for all rows.")
            % {"field": field.label}
            for field in known.fields
            if field.required and field.name not in mapped and field.name not in constants
        ]
    if faults:
        raise ValidationError(faults)
    run.columns = {str(index): name for index, name in columns.items()}
    run.constants = {name: text for name, text in constants.items() if name in labels}
    run.styles = {name: style for name, style in (styles or {}).items() if name in labels and style}
    run.clear_blanks = clear_blanks
    run.save()
    for heading in known.headings:
        ColumnMapping.objects.update_or_create(
            user=run.user,
            model=run.model,
            heading=headers.label_key(heading.label)[:250],
            defaults={"column": columns.get(heading.index, "")},
        )


# --- Check -------------------------------------------------------------------------------------


def _examiner(run, *, locking=False):
    return Examiner(
        resource_for(run.model, run.user),
        run.columns.values(),
        constants=run.constants,
        styles=run.styles,
        clear_blanks=run.clear_blanks,
        locking=locking,
    )


def file_rows(run) -> Iterable[tuple[int, list]]:
    """Yield the rows below the header: their number in the file, and their cells."""
    for number, cells in reading.read_rows(
        run.file.path, sheet=run.sheet, encoding=run.encoding, delimiter=run.delimiter
    ):
        if number > run.header_row:
            yield number, cells


def check(run, progress: Progress) -> None:
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
    run.rows.all().delete()
    examiner = _examiner(run)
    places = [(int(index), name) for index, name in run.columns.items() if name]
    done = 0
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
            with transaction.atomic():
                ImportRow.objects.bulk_create(
                    _kept_row(run, row, kept.get(row.number, ({}, True))[1])
                    for row in (*rows, *totals)
                )
            done += len(chunk)
            progress(done, max(total, done))
    except reading.Unreadable as error:
        _end(run, State.UPLOADED, error.message)
        return
    run.row_count = run.rows.count()
    run.checked_at = timezone.now()
    _end(run, State.CHECKED)


def _kept_row(run, row, chosen=True):
    return ImportRow(
        run=run,
        number=row.number,
        state=row.state,
        chosen=chosen,
        cells={name: pack(cell) for name, cell in row.cells.items()},
        plans=row.plans(),
        problems=[problem.as_json() for problem in row.problems],
        decisions=row.decisions,
    )


def _end(run, state, problem=""):
    run.state, run.problem = state, problem
    run.save()


def _row(kept: ImportRow) -> Row:
    cells = {name: unpack(cell) for name, cell in kept.cells.items()}
    return Row(kept.number, cells, dict(kept.decisions))


def recheck(run, kept_rows) -> None:
    """Examine some rows of a checked run again, after a decision; at once."""
    examiner = _examiner(run)
    numbers = {kept.number for kept in kept_rows}
    others = run.rows.filter(state__in=ImportRow.APPLICABLE).exclude(number__in=numbers)
    for number, plans in others.values_list("number", "plans").iterator(chunk_size=2000):
        examiner.remember(number, plans)
    for chunk in chunked(kept_rows):
        rows = [_row(kept) for kept in chunk]
        examiner.examine(rows)
        for kept, row in zip(chunk, rows, strict=True):
            kept.state, kept.plans = row.state, row.plans()
            kept.problems = [problem.as_json() for problem in row.problems]
        # As an upsert: bulk_update() builds a CASE of every row for every field.
        ImportRow.objects.bulk_create(
            chunk,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["state", "plans", "problems", "decisions"],
        )


def decide(run, numbers, role: str, decision: str) -> None:
    """Say what the possible duplicates in rows ``numbers`` are.

    ``decision`` is "new", "skip", "link:<key>", "" (open again), or ``IS_A_ROW`` for a row that
    was taken for totals.
    """
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


# --- Apply -------------------------------------------------------------------------------------


class Refused(Exception):
    """The step can't be done; the message says why. Nothing was written."""


def apply(run, progress: Progress) -> None:
    """Write the chosen rows, all or none; rows whose records were changed since are refused.

    State: applying → applied, or back to checked with a problem. Applying twice is impossible,
    because the new state is part of the transaction.
    """
    try:
        with acting_as(run.user), transaction.atomic():
            _apply(run, progress)
    except Refused as error:
        _give_back(run, State.APPLYING, State.CHECKED, str(error))
    except (ValidationError, IntegrityError, StaleRecord) as error:
        _give_back(run, State.APPLYING, State.CHECKED, _refusal(error))


def _give_back(run, working, before, problem):
    """End a step without its result; a step that another process ended stays as that left it."""
    SpreadsheetImport.objects.filter(pk=run.pk, state=working).update(state=before, problem=problem)
    run.refresh_from_db()


def _refusal(error, row_number=None):
    """Return what to tell of a rule or constraint that refused while writing."""
    reason = " ".join(getattr(error, "messages", [str(error)]))
    if row_number is None:
        return _("Nothing was written: %(reason)s Check the file again.") % {"reason": reason}
    return _("Nothing was written, because of row %(number)s: %(reason)s") % {
        "number": row_number,
        "reason": reason,
    }


def _claim(run, before, after, **values):
    """Move the run on inside the transaction; raise Refused where another has done it."""
    moved = SpreadsheetImport.objects.filter(pk=run.pk, state=before)
    if not moved.update(state=after, problem="", **values):
        raise Refused(_("Another process has already done this step."))


def _apply(run, progress):
    at = timezone.now()
    _claim(run, State.APPLYING, State.APPLIED, applied_at=at)
    examiner = _examiner(run, locking=True)
    total, done, written, refused = to_apply(run).count(), 0, 0, 0
    for chunk in chunked(to_apply(run).iterator(chunk_size=CHUNK)):
        rows = [_row(kept) for kept in chunk]
        examiner.examine(rows)
        good = []
        for kept, row in zip(chunk, rows, strict=True):
            if reason := _changed_meanwhile(kept, row):
                kept.state = RowState.REFUSED
                kept.problems = [Problem("", "", "", reason).as_json()]
                kept.save(update_fields=["state", "problems"])
                refused += 1
                examiner.forget(row)
            else:
                good.append(row)
        _Writer(run, at).write(good, examiner.units, examiner)
        written += len(good)
        applied = [row.number for row in good]
        run.rows.filter(number__in=applied).update(state=RowState.APPLIED)
        done += len(chunk)
        progress(done, total)
    if not written:
        raise Refused(
            ngettext(
                "Nothing was written: the record of the row was changed since the check.",
                "Nothing was written: the records of all rows were changed since the check.",
                refused,
            )
            if refused
            else _("There is no row to apply.")
        )
    SpreadsheetImport.objects.filter(pk=run.pk).update(applied_count=written)
    run.refresh_from_db()


def _changed_meanwhile(kept, row):
    """Return why the row is not what was checked, or ""."""
    if row.state not in ImportRow.APPLICABLE:
        if row.problems:
            return row.problems[0].message
        if row.state == RowState.DUPLICATE:
            return _("A record like it was entered since the check. Check the file again.")
        return _("The record already says so since somebody changed it.")
    checked = {plan["role"]: (plan["pk"], plan["version"]) for plan in kept.plans}
    for entry in row.entries.values():
        target = entry.target
        now = (target.pk, target._read_version) if target is not None else (None, None)
        if checked.get(entry.role, (None, None)) != now and entry.first is None:
            return _("“%(record)s” was changed since the check. Check the file again.") % {
                "record": target or entry.unit.name_of(entry)
            }
    return ""


class _Writer:
    """Writes examined rows of one chunk, and the journal of what it wrote."""

    def __init__(self, run, at):
        self.run, self.at, self.reason = run, at, run.reason
        self.journal = []

    def write(self, rows, units, examiner):
        for unit in units:
            entries = [
                row.entries[unit.role]
                for row in rows
                if unit.role in row.entries
                and row.entries[unit.role].action in ImportRow.APPLICABLE
            ]
            self._write_unit(unit, entries, examiner)
        ImportChange.objects.bulk_create(
            (self._change(*written) for written in self.journal), batch_size=1000
        )

    def _write_unit(self, unit, entries, examiner):
        for entry in entries:
            unit.resource.connect(entry, examiner)
        new = [entry for entry in entries if entry.target is None]
        changed = [e for e in entries if e.target is not None and e.record.changed_fields()]
        self._create(entries=new)
        self._update(entries=changed)
        created, saved, deleted = [], [], []
        parents = {}
        for entry in entries:
            before = len(created) + len(saved) + len(deleted)
            for name, value in entry.links.items():
                made, kept, gone = unit.columns[name].rows(entry.record, value)
                created += [(entry, row) for row in made]
                saved += [(entry, row) for row in kept]
                deleted += [(entry, row) for row in gone]
            made, kept = unit.resource.extra_rows(entry)
            created += [(entry, row) for row in made]
            saved += [(entry, row) for row in kept]
            if len(created) + len(saved) + len(deleted) > before and entry not in changed:
                parents[entry.record.pk] = entry
        self._write_parts(created, saved, deleted)
        whole = [entry for entry in parents.values() if entry.target is not None]
        if whole:
            # Its version covers its parts; a form opened before must not overwrite them.
            bulk.touch_all([entry.record for entry in whole])
            for entry in whole:
                entry.record.refresh_from_db(fields=["version"])
                self.journal.append((entry, entry.record, "changed", {}))

    def _create(self, entries):
        records = [entry.record for entry in entries]
        if not records:
            return
        self._save(entries, records, new=True)
        self.journal += [(entry, entry.record, "created", {}) for entry in entries]

    def _update(self, entries):
        before = [_before(entry.record) for entry in entries]
        records = [entry.record for entry in entries]
        if not records:
            return
        self._save(entries, records, new=False)
        self.journal += [
            (entry, entry.record, "changed", old)
            for entry, old in zip(entries, before, strict=True)
        ]

    def _save(self, entries, records, new):
        if type(records[0]).written_together:
            (bulk.create_all if new else bulk.update_all)(records, self.reason, at=self.at)
            return
        for entry, record in zip(entries, records, strict=True):
            record._change_reason = self.reason
            record._history_date = self.at
            try:
                record.save()
            except (ValidationError, IntegrityError) as error:
                raise Refused(_refusal(error, entry.row.number)) from error

    def _write_parts(self, created, saved, deleted):
        # Those that go make room for those that come; but a record that needs at least one of
        # them must never be without, so models with such a rule see the new ones first.
        for entry, row in deleted:
            if type(row).written_together:
                self._delete(entry, row)
        for group, new in ((created, True), (saved, False)):
            by_model: dict[type, list] = {}
            for entry, row in group:
                by_model.setdefault(type(row), []).append((entry, row))
            for pairs in by_model.values():
                old = [{} if new else _before(row) for _entry, row in pairs]
                self._save(*zip(*pairs, strict=True), new)
                kind = "created" if new else "changed"
                self.journal += [
                    (entry, row, kind, before)
                    for (entry, row), before in zip(pairs, old, strict=True)
                ]
        for entry, row in deleted:
            if not type(row).written_together:
                self._delete(entry, row)

    def _delete(self, entry, row):
        values = {f.attname: f.get_prep_value(getattr(row, f.attname)) for f in _fields(row)}
        self.journal.append((entry, row, "deleted", values, row.pk))
        row._change_reason = self.reason
        row.delete()

    def _change(self, entry, record, kind, before, pk=None):
        return ImportChange(
            run=self.run,
            row_number=entry.row.number,
            model=record._meta.concrete_model._meta.label_lower,
            object_pk=pk or record.pk,
            kind=kind,
            version=record.version,
            before=before,
        )


def _fields(record):
    return [f for f in record._meta.concrete_fields if f.name not in record.BOOKKEEPING]


def _before(record):
    """Return ``{attribute: value}`` of the fields that differ from what was read."""
    return {
        field.attname: field.get_prep_value(record._read[field.attname])
        for name in record.changed_fields()
        for field in [record._meta.get_field(name)]
    }


# --- Undo --------------------------------------------------------------------------------------


def can_undo(run) -> list[str]:
    """Return the reasons why the import can't be undone, [] if it can."""
    return undoing.reasons_against(run)


def undo(run, progress: Progress) -> None:
    """Take back what the import wrote, all or nothing.

    State: undoing → undone, or back to applied with the reasons against it.
    """
    try:
        with acting_as(run.user), transaction.atomic():
            _claim(run, State.UNDOING, State.UNDONE, undone_at=timezone.now())
            reasons = undoing.reasons_against(run, locking=True)
            if reasons:
                raise Refused(" ".join(reasons))
            undoing.take_back(run, progress)
    except Refused as error:
        _give_back(run, State.UNDOING, State.APPLIED, str(error))
    except ProtectedError as error:
        names = ", ".join(sorted({str(obj) for obj in list(error.protected_objects)[:5]}))
        problem = _("Nothing was undone: %(names)s refer to what came in.") % {"names": names}
        _give_back(run, State.UNDOING, State.APPLIED, problem)
    else:
        run.refresh_from_db()


# --- The rows that did not go in ------------------------------------------------------------------


def remarks(run, states, path) -> int:
    """Write the rows in ``states`` as a workbook to ``path``: their columns, and the remarks.

    Returns the number of rows. The file can be corrected and uploaded again.
    """
    found = _headings(run, inspection_of(run))
    kept = {
        row.number: _remark(row) for row in run.rows.filter(state__in=states).order_by("number")
    }
    sheet = writing.Sheet(
        _("Remarks"),
        run.model,
        [
            *(writing.Heading(run.columns.get(str(h.index), ""), h.label) for h in found),
            writing.Heading("", _("Remarks"), width=60),
        ],
    )
    writing.write_xlsx(
        str(path),
        sheet,
        (
            [*(cells[h.index] if h.index < len(cells) else None for h in found), kept[number]]
            for number, cells in file_rows(run)
            if number in kept
        ),
    )
    return len(kept)


def _remark(row):
    lines = [" · ".join(filter(None, [p["label"], p["value"], p["message"]])) for p in row.problems]
    for plan in row.plans:
        lines += [
            f"{row.get_state_display()}: {candidate['label']} ({candidate['why']})"
            for candidate in plan["candidates"]
        ]
    return "\n".join(lines) or row.get_state_display()
