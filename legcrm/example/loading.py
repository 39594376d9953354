"""Put a record in place once, and never touch it again.

A second run must change nothing, neither what is there nor what staff made of it: a record that
was loaded before and then renamed, archived or deleted stays as it is now. The history knows: it
holds the first version of everything the example's author ever created.
"""

from collections import Counter
from typing import Any

from django.db import models

# Stands for a record that was loaded once and has been deleted since; nothing is hung on it.
GONE = object()


class Loader:
    """Creates records in the name of ``author`` and counts them per model in ``created``."""

    def __init__(self, author, source: str):
        self.author = author
        self.source = source
        self.created: Counter[type[models.Model]] = Counter()
        self._loaded: dict[tuple, dict[tuple, Any]] = {}

    def put(self, model, key: dict[str, Any], **values):
        """Return the record of ``model`` with the natural ``key``; create it if it never was.

        ``values`` count only on creation. A model with a ``source`` gets that of the loader
        unless another is given. Returns ``GONE`` if the record, or one it refers to, was deleted.
        Raises ValidationError where a rule of the model refuses the record.
        """
        if any(value is GONE for value in key.values()):
            return GONE
        loaded = self._loaded_before(model, tuple(key))
        plain_key = tuple(getattr(value, "pk", value) for value in key.values())
        if plain_key in loaded:
            return loaded[plain_key]
        record = model._base_manager.filter(**key).first()
        if record is None:
            if any(value is GONE for value in values.values()):
                return GONE
            if any(field.name == "source" for field in model._meta.concrete_fields):
                values.setdefault("source", self.source)
            record = model(**key, **values)
            record.full_clean()
            record.save()
            self.created[model] += 1
        return record

    def _loaded_before(self, model, names):
        """Return ``{key: record or GONE}`` of what earlier runs created, in two queries."""
        if (model, names) not in self._loaded:
            first_versions = list(
                model.history.filter(history_type="+", history_user=self.author).values_list(
                    "id", *names
                )
            )
            present = model._base_manager.in_bulk([pk for pk, *_key in first_versions])
            self._loaded[model, names] = {
                tuple(key): present.get(pk, GONE) for pk, *key in first_versions
            }
        return self._loaded[model, names]
