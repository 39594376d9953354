"""What follows from other fields, brought in line: search texts and comparison keys.

Models keep these fields themselves on every save (``SearchableModel``, ``TrackedModel.derive``).
They differ from what they should be only after a change past the models, or after an upgrade that
folds names in another way.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction

from .models.base import SearchableModel, TrackedModel
from .rows import update_rows

# What is searched and compared; never empty in the sense of the database (NULL).
FIELDS = ("search_text", "name_key", "compare_key", "sound_key", "domain")
# How many rows are read and written at a time.
CHUNK = 1000


def searched_fields(model: type[TrackedModel]) -> list[str]:
    """Return which of ``FIELDS`` the ``model`` has."""
    names = {field.name for field in model._meta.concrete_fields}
    return [name for name in FIELDS if name in names]


def searched_models() -> list[type[TrackedModel]]:
    return [
        model
        for model in apps.get_models()
        if issubclass(model, TrackedModel) and not model._meta.proxy and searched_fields(model)
    ]


def rebuild(model: type[TrackedModel], *, write: bool = True) -> tuple[int, int]:
    """Bring texts and keys of all rows of ``model`` in line; return (rows, how many differed).

    Unless ``write``, rows are only counted. No version, no history: nothing of what people entered
    changes. A row that somebody changes meanwhile is left to that change.
    """
    names = searched_fields(model)
    read = differ = 0
    for records in _chunks(model):
        stale = [
            [*now, record.pk, *before] for record, before, now in _stale(model, records, names)
        ]
        read += len(records)
        differ += len(stale)
        if stale and write:
            with transaction.atomic():
                update_rows(model, names, stale, match=["id", *names])
    return read, differ


def any_stale(model: type[TrackedModel], size: int = 50) -> bool:
    """Whether search text or keys of one of the ``size`` oldest or newest rows are out of line."""
    rows = _rows(model)
    return any(
        True
        for order in ("pk", "-pk")
        for _found in _stale(model, list(rows.order_by(order)[:size]), searched_fields(model))
    )


def _rows(model) -> models.QuerySet:
    return model.with_names() if issubclass(model, SearchableModel) else model._base_manager.all()


def _chunks(model) -> Iterator[list[TrackedModel]]:
    rows, last = _rows(model).order_by("pk"), 0
    while records := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield records
        last = records[-1].pk


def _stale(model, records, names):
    """Yield ``(record, values held, values that are right)`` of those that differ."""
    searched = issubclass(model, SearchableModel)
    children = model.children_terms([record.pk for record in records]) if searched else {}
    for record in records:
        before = [getattr(record, name) for name in names]
        record.derive()
        if searched:
            record.search_text = record.build_search_text(children[record.pk])
        now = [getattr(record, name) for name in names]
        if now != before:
            yield record, before, now
