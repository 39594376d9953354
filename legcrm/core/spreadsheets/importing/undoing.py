"""Undoing an import: from its journal, while nothing else has touched what it wrote."""

from collections.abc import Callable

from django.apps import apps
from django.db import transaction
from django.db.models import CASCADE, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from ... import bulk
from ...history import acting_as
from ...models import ImportChange, SpreadsheetImport, TrackedModel
from ..examining import CHUNK, chunked
from .applying import Refused, claim, give_back

State = SpreadsheetImport.State
Kind = ImportChange.Kind
# As many reasons as anybody reads.
MOST_REASONS = 20


def can_undo(run) -> list[str]:
    """Return the reasons why the import can't be undone, [] if it can."""
    return reasons_against(run)


def undo(run, progress: Callable[[int, int], None]) -> None:
    """Take back what the import wrote, all or nothing.

    State: undoing → undone, or back to applied with the reasons against it.
    """
    try:
        with acting_as(run.user), transaction.atomic():
            claim(run, State.UNDOING, State.UNDONE, undone_at=timezone.now())
            reasons = reasons_against(run, locking=True)
            if reasons:
                raise Refused(" ".join(reasons))
            take_back(run, progress)
    except Refused as error:
        give_back(run, State.UNDOING, State.APPLIED, str(error))
    except ProtectedError as error:
        names = ", ".join(sorted({str(obj) for obj in list(error.protected_objects)[:5]}))
        problem = _("Nothing was undone. What came in is still needed by: %(names)s.")
        give_back(run, State.UNDOING, State.APPLIED, problem % {"names": names})
    else:
        run.refresh_from_db()


def _last_versions(run):
    """Return ``{model label: {key: (version after the import, created by it)}}``."""
    found: dict[str, dict] = {}
    rows = run.changes.order_by("pk").values_list("model", "object_pk", "version", "kind")
    for label, key, version, kind in rows.iterator(chunk_size=5000):
        records = found.setdefault(label, {})
        created = kind == Kind.CREATED or (key in records and records[key][1])
        records[key] = (version if kind != Kind.DELETED else None, created)
    return found


def reasons_against(run, *, locking: bool = False) -> list[str]:
    """Return why the import can't be undone, in the person's language; [] if it can.

    ``locking`` locks the rows, for the transaction that undoes.
    """
    if not run.file or not run.changes.exists():  # after the retention, or nothing was written
        return [_("What the import wrote is no longer known.")]
    reasons = []
    for label, records in _last_versions(run).items():
        model = apps.get_model(label)
        created = [key for key, (_version, is_new) in records.items() if is_new]
        reasons += _touched(model, records, locking)
        reasons += _attached(model, created, run)
    return reasons[:MOST_REASONS]


def _touched(model, records, locking):
    """Name the rows that have another version than the import left."""
    name = model._meta.verbose_name
    for keys in chunked(records, CHUNK):
        rows = model._base_manager.filter(pk__in=keys)
        if locking:
            rows = rows.select_for_update()
        now = dict(rows.values_list("pk", "version"))
        for key in keys:
            version = records[key][0]
            if now.get(key) == version:
                continue
            if key not in now:
                yield _("What came in was deleted since: %(kind)s.") % {"kind": name}
            else:
                record = model._base_manager.get(pk=key)
                yield _("“%(record)s” was changed since.") % {"record": record}


def _attached(model, created, run):
    """Name what others hung on records that came in, and would go with them."""
    for relation in model._meta.related_objects:
        if relation.on_delete is not CASCADE or not hasattr(relation.related_model, "updated_at"):
            continue
        for keys in chunked(created, CHUNK):
            later = relation.related_model._base_manager.filter(
                **{f"{relation.field.name}__in": keys}, updated_at__gt=run.applied_at
            )
            for row in later[:3]:
                if not run.changes.filter(
                    model=row._meta.label_lower, object_pk=row.pk, version=row.version
                ).exists():
                    yield _("“%(row)s” was added to %(record)s since.") % {
                        "row": row,
                        "record": getattr(row, relation.field.name),
                    }


def take_back(run, progress) -> None:
    """Put back what the journal says, last first; each row gets its entry in the history."""
    reason = f"Undo: {run.reason}"[:100]
    total, done = run.changes.count(), 0
    created = {
        label: {key for key, (_version, is_new) in records.items() if is_new}
        for label, records in _last_versions(run).items()
    }
    changes = run.changes.order_by("-pk").iterator(chunk_size=CHUNK)
    for chunk in chunked(changes):
        for label, kind, some in _runs_of(chunk):
            model = apps.get_model(label)
            if kind == Kind.CREATED:
                some = _without_parts_of(created, model, some)
            _STEPS[kind](model, some, reason)
        done += len(chunk)
        progress(done, total)


def _runs_of(changes):
    """Yield neighbours of one model and kind together, in their order."""
    some: list = []
    for change in changes:
        if some and (some[0].model, some[0].kind) != (change.model, change.kind):
            yield some[0].model, some[0].kind, some
            some = []
        some.append(change)
    if some:
        yield some[0].model, some[0].kind, some


def _without_parts_of(created, model, changes):
    """Leave out rows that go with the record they are part of, which came in too."""
    rows = model._base_manager.in_bulk([change.object_pk for change in changes])
    parents = [
        (field.attname, created.get(field.related_model._meta.label_lower, ()))
        for field in model._meta.concrete_fields
        if field.remote_field and field.remote_field.on_delete is CASCADE
    ]
    return [
        change
        for change in changes
        if change.object_pk in rows
        and not any(getattr(rows[change.object_pk], attname) in keys for attname, keys in parents)
    ]


def _take_back_created(model, changes, reason):
    rows = model._base_manager.filter(pk__in={change.object_pk for change in changes})
    if model.delete is not TrackedModel.delete:  # a part, whose going the record must notice
        for record in rows:
            record._change_reason = reason
            record.delete()
        return
    keys = list(rows.values_list("pk", flat=True))
    newest = model.history.order_by("-history_id").values_list("history_id", flat=True).first() or 0
    # Deletes row by row in the history, but asks for what hangs on them once for all.
    rows.delete()
    gone = model.history.filter(id__in=keys, history_id__gt=newest, history_type="-")
    gone.update(history_change_reason=reason)


def _take_back_changed(model, changes, reason):
    records = model._base_manager.in_bulk([change.object_pk for change in changes])
    for change in changes:  # the last first
        record = records[change.object_pk]
        for name, value in change.before.items():
            field = next(f for f in model._meta.concrete_fields if f.attname == name)
            setattr(record, name, field.to_python(value) if field.remote_field is None else value)
    changed = [record for record in records.values() if record.changed_fields()]
    if changed and model.written_together:
        bulk.update_all(changed, reason)
        return
    for record in changed:
        record._change_reason = reason
        record.save()


def _take_back_deleted(model, changes, reason):
    for change in changes:
        record = model(**change.before)
        record._change_reason = reason
        record.save(force_insert=True)


_STEPS = {
    Kind.CREATED: _take_back_created,
    Kind.CHANGED: _take_back_changed,
    Kind.DELETED: _take_back_deleted,
}
