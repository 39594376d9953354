"""Tracked rows written as they are: with version and history, past the rules of a single save.

A row that moves to another record says what it said before, and one that is put back was right
when it was written. The rules for what people enter (an archived record is read-only, a consent is
never edited) would refuse both; the constraints of the database hold as ever. For
``partners.merge`` and its like, never for what somebody typed.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.utils import timezone

from .history import current_user
from .models.base import Saved, SearchableModel, SearchedPart, StaleRecord, TrackedModel
from .rows import chunks, copy_to_history, insert_rows, update_rows

BOOKKEEPING = ("updated_at", "updated_by", "version")


def rewrite(records: Sequence[TrackedModel], reason: str, at: datetime) -> None:
    """Write the fields of ``records``, of one model, that differ from what was read.

    Derived fields are written as they are held. Raises StaleRecord where a row is not at the
    version it was read with.
    """
    if not records:
        return
    model = _model(records)
    before = _found_by(model, records, read=True)
    changes = [(record, changed(record)) for record in records]
    names = sorted(set().union(*(changed for _record, changed in changes)))
    fields = [model._meta.get_field(name) for name in (*names, *BOOKKEEPING)]
    user, now = current_user(), timezone.now()
    rows = []
    for record in records:
        record.updated_at, record.updated_by, record.version = now, user, record.version + 1
        values = [field.value_from_object(record) for field in fields]
        rows.append([*values, record.pk, record.version - 1])
    if update_rows(model, [f.name for f in fields], rows, match=["id", "version"]) != len(rows):
        raise StaleRecord(records[0])
    _note(model, [record.pk for record in records], "~", reason, at)
    for record in records:
        record._remember()
    for some in chunks([Saved(record, False, changed) for record, changed in changes]):
        model.after_saving(some)
    _refresh(model, before)


def take_out(records: Sequence[TrackedModel], reason: str, at: datetime) -> None:
    """Delete ``records``, of one model, on which nothing hangs any more."""
    if not records:
        return
    model = _model(records)
    keys = [record.pk for record in records]
    _note(model, keys, "-", reason, at)
    for some in chunks(keys):
        rows = model._base_manager.filter(pk__in=some)
        rows._raw_delete(rows.db)
    _refresh(model, _found_by(model, records))


def put_in(records: Sequence[TrackedModel], reason: str, at: datetime) -> None:
    """Insert ``records``, of one model, which have their keys: they come back as they were."""
    if not records:
        return
    model = _model(records)
    fields = model._meta.concrete_fields
    insert_rows(
        model,
        [field.name for field in fields],
        ([field.value_from_object(record) for field in fields] for record in records),
    )
    _note(model, [record.pk for record in records], "+", reason, at)
    for record in records:
        record._state.adding, record._state.db = False, connection.alias
        record._remember()
    _refresh(model, _found_by(model, records))


def stored(field: models.Field, value: Any) -> Any:
    """Return ``value`` of ``field`` as JSON holds it, to the microsecond; see ``held``."""
    value = field.get_prep_value(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def held(field: models.Field, value: Any) -> Any:
    """Return what a record holds for a value that ``stored`` returned."""
    if value is None:
        return None
    return (field.target_field if field.is_relation else field).to_python(value)


def _model(records):
    (model,) = {type(record)._meta.concrete_model for record in records}
    return model


def changed(record):
    """Return the names of the fields that differ from what was read, derived ones too."""
    derived = {
        field.name
        for field in record._meta.concrete_fields
        if field.name in record.BOOKKEEPING and field.name not in BOOKKEEPING
        if record._differs(field)
    }
    return record.changed_fields() | derived


def _note(model, keys, kind, reason, at):
    user = current_user()
    for some in chunks(keys):
        copy_to_history(
            model,
            some,
            history_type=kind,
            history_date=at,
            history_user_id=user and user.pk,
            history_change_reason=reason[:100] or None,
        )


def _found_by(model, records, *, read=False) -> set[int]:
    """Return the keys of the records that are found by the texts of ``records``."""
    if issubclass(model, SearchableModel):
        return {record.pk for record in records}
    if not issubclass(model, SearchedPart):
        return set()
    key = model._meta.get_field(model.found_by).attname
    return {record._read[key] if read else getattr(record, key) for record in records}


def _refresh(model, keys: Collection[int]) -> None:
    if issubclass(model, SearchedPart):
        model = model._meta.get_field(model.found_by).related_model
    if issubclass(model, SearchableModel) and keys:
        model.refresh_search_texts(keys)


def parents_of(parts: Iterable[TrackedModel]) -> set[tuple[type, int]]:
    """Return ``(model, key)`` of the records whose version covers ``parts``."""
    return {
        (field.related_model, getattr(part, field.attname))
        for part in parts
        for field in part._meta.concrete_fields
        if field.is_relation
        and field.remote_field.on_delete is models.CASCADE
        and issubclass(field.related_model, TrackedModel)
        and getattr(part, field.attname) is not None
    }
