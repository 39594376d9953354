"""Applying: the chosen rows of a checked file are written, all or none, with a journal."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import UniqueConstraint, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import bulk
from ...history import acting_as
from ...models import ImportChange, ImportRow, SpreadsheetImport, StaleRecord
from ...rows import insert_rows
from ..examining import CHUNK, Problem, chunked
from .checks import row_of, to_apply
from .uploads import examiner_of

State = SpreadsheetImport.State
RowState = ImportRow.State


class Refused(Exception):
    """The step can't be done; the message says why. Nothing was written."""


def apply(run, progress: Callable[[int, int], None]) -> None:
    """Write the chosen rows, all or none; rows whose records were changed since are refused.

    State: applying → applied, or back to checked with a problem. Applying twice is impossible,
    because the new state is part of the transaction.
    """
    try:
        with acting_as(run.user), transaction.atomic():
            _apply(run, progress)
    except Refused as error:
        give_back(run, State.APPLYING, State.CHECKED, str(error))
    except (ValidationError, IntegrityError, StaleRecord) as error:
        give_back(run, State.APPLYING, State.CHECKED, _refusal(error))


def give_back(run, working, before, problem):
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


def claim(run, before, after, **values):
    """Move the run on inside the transaction; raise Refused where another has done it."""
    moved = SpreadsheetImport.objects.filter(pk=run.pk, state=before)
    if not moved.update(state=after, problem="", **values):
        raise Refused(_("Another process has already done this step."))


def _apply(run, progress):
    at = timezone.now()
    claim(run, State.APPLYING, State.APPLIED, applied_at=at)
    examiner = examiner_of(run, locking=True)
    total, done, written, refused = to_apply(run).count(), 0, 0, 0
    own = {}  # {(model, key): version} of what earlier rows of this import wrote
    for chunk in chunked(to_apply(run).iterator(chunk_size=CHUNK)):
        rows = [row_of(kept) for kept in chunk]
        examiner.examine(rows)
        good = []
        for kept, row in zip(chunk, rows, strict=True):
            if reason := _changed_meanwhile(kept, row, own):
                kept.state = RowState.REFUSED
                kept.problems = [Problem("", "", "", reason).as_json()]
                kept.save(update_fields=["state", "problems"])
                refused += 1
                examiner.forget(row)
            else:
                good.append(row)
        writer = Writer(run, at)
        writer.write(good, examiner.units, examiner)
        own |= {(type(record), record.pk): record.version for _e, record, *_ in writer.journal}
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


def _changed_meanwhile(kept, row, own):
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
        if target and own.get((type(target), target.pk)) == target._read_version:
            continue  # three people of one organisation, which the first row has changed
        now = (target.pk, target._read_version) if target is not None else (None, None)
        if checked.get(entry.role, (None, None)) != now and entry.first is None:
            return _("“%(record)s” was changed since the check. Check the file again.") % {
                "record": target or entry.unit.name_of(entry)
            }
    return ""


class Writer:
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
        insert_rows(
            ImportChange,
            ("run", "row_number", "model", "object_pk", "kind", "version", "before"),
            (self._change(*written) for written in self.journal),
        )

    def _write_unit(self, unit, entries, examiner):
        for entry in entries:
            unit.resource.connect(entry, examiner)
        new = [entry for entry in entries if entry.target is None]
        # Several rows may tell of one record: an organisation beside each of its participants.
        by_key = {entry.target.pk: entry for entry in entries if entry.target is not None}
        changed = [entry for entry in by_key.values() if entry.record.changed_fields()]
        self._create(entries=new)
        lookups = dict.fromkeys(
            lookup for column in unit.columns.values() for lookup in column.prefetch
        )
        if new and lookups:
            # Nothing is there yet, but each column would ask that of each record.
            prefetch_related_objects([entry.record for entry in new], *lookups)
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
            if (
                len(created) + len(saved) + len(deleted) > before
                and by_key.get(entry.record.pk) not in changed
            ):
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
        # them must never be without, so those that are in nobody's way go last.
        wanted = {key for _entry, row in (*created, *saved) for key in _unique_keys(row)}
        in_the_way, others = [], []
        for entry, row in deleted:
            first = not wanted.isdisjoint(_unique_keys(row))
            (in_the_way if first else others).append((entry, row))
        for entry, row in in_the_way:
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
        for entry, row in others:
            self._delete(entry, row)

    def _delete(self, entry, row):
        values = {f.attname: f.get_prep_value(getattr(row, f.attname)) for f in _fields(row)}
        self.journal.append((entry, row, "deleted", values, row.pk))
        row._change_reason = self.reason
        row.delete()

    def _change(self, entry, record, kind, before, pk=None):
        return (
            self.run.pk,
            entry.row.number,
            record._meta.concrete_model._meta.label_lower,
            pk or record.pk,
            kind,
            record.version,
            before,
        )


def _unique_keys(row):
    """Return the values that no other row of its table may have: {(constraint, value, …)}."""
    keys = {
        (
            constraint.name,
            *(getattr(row, row._meta.get_field(n).attname) for n in constraint.fields),
        )
        for constraint in row._meta.constraints
        if isinstance(constraint, UniqueConstraint)
    }
    return {key for key in keys if None not in key}


def _fields(record):
    return [f for f in record._meta.concrete_fields if f.name not in record.BOOKKEEPING]


def _before(record):
    """Return ``{attribute: value}`` of the fields that differ from what was read."""
    return {
        field.attname: field.get_prep_value(record._read[field.attname])
        for name in record.changed_fields()
        for field in [record._meta.get_field(name)]
    }
