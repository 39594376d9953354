"""Writing many tracked rows at once: the same rows, rules and history as by saving each.

Only models that say so (``TrackedModel.written_together``) can be written in this way. As with
``save()`` of a part, the version of the record it belongs to is not counted up by itself: who
writes parts calls ``touch_all`` for the records whose own row did not change.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from .history import DERIVED_FIELDS, current_user
from .models.base import Saved, SearchableModel, StaleRecord, TrackedModel, UntrackedWrite
from .rows import chunks, copy_to_history, insert_rows, reserve_keys, update_rows


def create_all(
    records: Sequence[TrackedModel], reason: str = "", *, at: datetime | None = None
) -> None:
    """Insert ``records``, new ones of one model, all or none; each gets its key and an entry "+".

    ``reason`` (its first 100 characters) is what the history page says of the change. ``at`` is
    the moment that the entries bear (default: now): what is written with the same ``at`` by the
    same person stands as one change on the history page of a record.

    Raises UntrackedWrite for a model that can't be written so, ValidationError for a rule, and
    IntegrityError for a constraint.
    """
    model = _model_of(records)
    if model is None:
        return
    if not all(record._state.adding for record in records):
        raise ValueError("create_all() takes new records; see update_all()")
    user = current_user()
    with transaction.atomic():
        model.check_together(records)
        for some in chunks(records):
            for record in some:
                if record.created_by_id is None:
                    record.created_by = user
                if record.updated_by_id is None:
                    record.updated_by = user
            _derive(model, some)
            _insert(model, some)
            _finish(model, [Saved(record, True, set()) for record in some], "+", reason, at)


def update_all(
    records: Sequence[TrackedModel], reason: str = "", *, at: datetime | None = None
) -> None:
    """Write those of ``records``, of one model, that differ from what was read; an entry "~" each.

    Raises StaleRecord where a row is not at the version it was read with; nothing is then written.
    ``reason``, ``at`` and other errors as for ``create_all``.
    """
    model = _model_of(records)
    if model is None:
        return
    if any(record._state.adding for record in records):
        raise ValueError("update_all() takes records read from the database; see create_all()")
    changes = [(record, changed) for record in records if (changed := record.changed_fields())]
    now, user = timezone.now(), current_user()
    read = [(record, record.version) for record, _changed in changes]
    try:
        with transaction.atomic():
            model.check_together([record for record, _changed in changes])
            for some in chunks(changes):
                rows = [record for record, _changed in some]
                _derive(model, rows)
                names = _derived_fields(model).union(*(changed for _record, changed in some))
                # A rule may have put the value of another field into its proper form.
                names |= set().union(*(record.changed_fields(besides=names) for record in rows))
                for record in rows:
                    record.updated_at, record.updated_by = now, user
                    record.version += 1
                _write(model, rows, [*sorted(names), "updated_at", "updated_by", "version"])
                saved = [
                    Saved(record, False, changed, record.values_read(changed))
                    for record, changed in some
                ]
                _finish(model, saved, "~", reason, at)
    except BaseException:
        for record, version in read:
            record.version = version
        raise


def touch_all(records: Sequence[TrackedModel]) -> None:
    """Count a change of parts of ``records``: a new version each, no history entry.

    Raises StaleRecord where a row is not at the version it was read with; nothing is then written.
    """
    model = _model_of(records, saving=False)
    if model is None:
        return
    now, user = timezone.now(), current_user()
    try:
        with transaction.atomic():
            for record in records:
                record.version += 1
                record.updated_at, record.updated_by = now, user
            for some in chunks(records):
                _write(model, some, ["updated_at", "updated_by", "version"])
    except BaseException:
        for record in records:
            record.version -= 1
        raise
    for record in records:
        record._read |= {name: getattr(record, name) for name in ("version", "updated_at")}


def _model_of(records, saving=True):
    """Return the model whose table ``records`` are written to, None where there are none.

    Raises UntrackedWrite where ``saving`` them together would leave out what a save does.
    """
    models = {type(record)._meta.concrete_model for record in records}
    if not models:
        return None
    if len(models) > 1:
        raise TypeError(f"records of one model, not of {sorted(m.__name__ for m in models)}")
    (model,) = models
    if saving and not model.written_together:
        raise UntrackedWrite(
            f"{model.__name__} can't be written together: save each record, or see "
            "TrackedModel.written_together."
        )
    if len({id(record) for record in records}) < len(records):
        raise ValueError("a record is given twice")
    return model


def _derived_fields(model):
    return {field.name for field in model._meta.concrete_fields if field.name in DERIVED_FIELDS}


def _derive(model, records):
    if not issubclass(model, SearchableModel):
        return
    keys = [record.pk for record in records if record.pk]
    children = model.children_terms(keys) if keys else {}
    for record in records:
        record.search_text = record.build_search_text(children.get(record.pk, ()))


def _insert(model, records):
    """Insert new ``records``, and give them their keys."""
    fields = model._meta.concrete_fields
    keys = reserve_keys(model, len(records))
    for record, key in zip(records, keys, strict=True):
        record.pk = record.pk or key
    insert_rows(
        model,
        [field.name for field in fields],
        ([field.pre_save(record, True) for field in fields] for record in records),
    )
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


def _write(model, records, names):
    """Write the fields ``names`` over the version before, or raise StaleRecord."""
    fields = [model._meta.get_field(name) for name in names]
    rows = [
        [*(field.pre_save(record, False) for field in fields), record.pk, record.version - 1]
        for record in records
    ]
    if update_rows(model, names, rows, match=["id", "version"]) != len(rows):
        rows = model._base_manager.filter(pk__in=[record.pk for record in records])
        written = set(rows.values_list("pk", "version", "updated_at"))
        stale = next(
            record
            for record in records
            if (record.pk, record.version, record.updated_at) not in written
        )
        raise StaleRecord(stale)


def _finish(model, saved, kind, reason, at):
    user = current_user()
    copy_to_history(
        model,
        [one.record.pk for one in saved],
        history_type=kind,
        history_date=at or timezone.now(),
        history_user_id=user and user.pk,
        history_change_reason=reason[:100] or None,
    )
    for one in saved:
        one.record._remember()
    model.after_saving(saved)
