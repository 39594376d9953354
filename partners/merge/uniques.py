"""What may stand only once: unique constraints, worked out on rows in memory."""

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower

from .rules import ALIKE


class Unique:
    """What may stand only once: the value of ``key()`` among the rows of one model."""

    def __init__(self, name, parts, condition=None):
        self.name = name
        self.parts = parts  # [(field, function of its value)]
        self.condition = condition
        self.holds_for: set[int] | None = None  # keys of the rows that meet the condition
        self.rows: dict[tuple, models.Model] = {}

    def key(self, row, new):
        """Return the key that ``row`` has with the values ``new``; None where it has none."""
        if self.holds_for is not None and row.pk not in self.holds_for:
            return None
        values = tuple(
            form(new.get(part.attname, part.get_prep_value(part.value_from_object(row))))
            for part, form in self.parts
        )
        # NULL is never equal; what is only alike may lack a date on both sides.
        return None if self.name and None in values else values


def _as_is(value):
    return value


def _lower(value):
    return value.lower() if isinstance(value, str) else value


def uniques_of(model, moved) -> list[Unique]:
    """Return what of ``model`` may stand only once, where a field of ``moved`` is part of it."""
    meta, found = model._meta, []
    for constraint in meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint):
            continue
        parts = [(meta.get_field(name), _as_is) for name in constraint.fields]
        for expression in constraint.expressions:
            form = _lower if isinstance(expression, Lower) else _as_is
            source = expression if isinstance(expression, F) else expression.source_expressions[0]
            parts.append((meta.get_field(source.name), form))
        if any(part in moved for part, _form in parts):
            found.append(Unique(constraint.name, parts, constraint.condition))
    found += [Unique(part.name, [(part, _as_is)]) for part in moved if part.unique]
    names = ALIKE.get(meta.label_lower, ())
    if names and any(part.name in names for part in moved):
        found.insert(0, Unique("", [(meta.get_field(name), _lower) for name in names]))
    return found
