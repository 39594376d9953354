"""Full validation of one record after another, without asking the database what memory knows.

``Model.full_clean()`` asks the database for each check constraint and each foreign key: some ten
queries a record. Here a check constraint is read once for its model and judged in memory, by the
three-valued logic of SQL; what the reading does not know is left to Django.
"""

import operator
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cache

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django_countries.fields import CountryField

# What a condition says of a record: true, false, or unknown (None), as in SQL.
Condition = Callable[[models.Model], bool | None]
# The validate() methods of fields that, of choices, ask whether the value is among them.
_BY_CHOICES = {models.Field.validate, CountryField.validate}


def errors_of(
    record: models.Model, *, skip: Collection[str] = (), known_unique: bool = False
) -> dict[str, list[str]]:
    """Return what ``record.full_clean(exclude=skip)`` would say: messages by field or "__all__".

    Empty where the record is fine. Its values are put into their proper form as full_clean() does.
    Fields that saving fills in itself are left out, and a foreign key is not asked for again where
    the record it names was read before. With ``known_unique``, nothing is asked about uniqueness:
    the caller has compared the record with the others.
    """
    errors: dict[str, list] = {}

    def add(error):
        error.update_error_dict(errors)

    exclude = {*skip}
    for field in _cleaned_fields(type(record)):
        if field.name not in exclude:
            try:
                _clean_field(field, record)
            except ValidationError as error:
                errors[field.name] = error.error_list
    try:
        record.clean()
    except ValidationError as error:
        add(error)
    exclude |= errors.keys() - {NON_FIELD_ERRORS}
    asks_unique = not known_unique and (
        _has_unique_fields(type(record)) or (record._state.adding and record.pk is not None)
    )
    if asks_unique:
        try:
            record.validate_unique(exclude=exclude)
        except ValidationError as error:
            add(error)
            exclude |= errors.keys() - {NON_FIELD_ERRORS}
    for model, constraint, names, holds in _constraints(type(record)):
        try:
            if holds is not None:
                if names.isdisjoint(exclude) and holds(record) is False:
                    add(_violation(constraint))
            elif not (known_unique and isinstance(constraint, UniqueConstraint)):
                constraint.validate(model, record, exclude=exclude)
        except ValidationError as error:
            if error.code == "unique" and len(constraint.fields) == 1:
                errors.setdefault(constraint.fields[0], []).append(error)
            else:
                add(error)
    return {
        name: [message for error in found for message in error.messages]
        for name, found in errors.items()
    }


def _violation(constraint):
    return ValidationError(
        constraint.get_violation_error_message(), code=constraint.violation_error_code
    )


# --- Fields ---------------------------------------------------------------------------------


@cache
def _cleaned_fields(model):
    bookkeeping = getattr(model, "BOOKKEEPING", ())
    return [
        field
        for field in model._meta.fields
        if not field.generated and field.name not in bookkeeping
    ]


@cache
def _has_unique_fields(model):
    opts = model._meta
    return bool(opts.unique_together) or any(
        (field.unique and not field.primary_key)
        or field.unique_for_date
        or field.unique_for_month
        or field.unique_for_year
        for field in opts.fields
    )


@cache
def _choice_keys(field):
    return frozenset(key for key, _label in field.flatchoices)


def _clean_field(field, record):
    raw = getattr(record, field.attname)
    if field.blank and raw in field.empty_values:
        return
    if field.is_relation and _was_read(field, record, raw):
        return
    if field.choices is not None and type(field).validate in _BY_CHOICES and field.editable:
        # What Field.validate() does, without walking through all countries in their language.
        value = field.to_python(raw)
        if value in field.empty_values or value not in _choice_keys(field):
            field.validate(value, record)
        field.run_validators(value)
    else:
        value = field.clean(raw, record)
    setattr(record, field.attname, value)


def _was_read(field, record, key):
    """Whether the record that the foreign key names is known to be in the database."""
    if key is None or not field.many_to_one:
        return False
    if not record._state.adding and record.__dict__.get("_read", {}).get(field.attname) == key:
        return True
    related = record._state.fields_cache.get(field.name)
    return related is not None and related.pk == key and not related._state.adding


# --- Constraints ----------------------------------------------------------------------------


class _Unknown(Exception):
    """A condition that only the database can judge."""


@cache
def _constraints(model):
    """Return (model, constraint, names of its fields, condition or None) of each constraint."""
    found = []
    for owner, constraints in model().get_constraints():
        for constraint in constraints:
            names, holds = frozenset(), None
            if isinstance(constraint, CheckConstraint):
                with suppress(_Unknown):
                    names, holds = _read_condition(owner, constraint.condition)
            found.append((owner, constraint, names, holds))
    return found


def _read_condition(model, condition) -> tuple[frozenset[str], Condition]:
    if not isinstance(condition, Q):
        raise _Unknown
    names, parts = set(), []
    for child in condition.children:
        of_child, part = (
            _read_lookup(model, *child)
            if isinstance(child, tuple)
            else _read_condition(model, child)
        )
        names |= of_child
        parts.append(part)
    if not parts or condition.connector not in (Q.AND, Q.OR):
        raise _Unknown
    return frozenset(names), _combined(parts, condition.connector == Q.AND, condition.negated)


def _combined(parts, every, negated):
    """Return AND (``every``) or OR of ``parts``: what is decided by one part outweighs unknown."""

    def holds(record):
        result = every
        for part in parts:
            one = part(record)
            if one is (not every):
                result = one
                break
            if one is None:
                result = None
        return result if result is None else result is not negated

    return holds


_COMPARISONS = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def _read_lookup(model, path, value):
    name, _sep, lookup = path.partition("__")
    lookup = lookup or "exact"
    field = _field(model, name)
    left = _value_of(field)
    if value is None and lookup == "exact":
        lookup, value = "isnull", True
    if lookup == "isnull" and isinstance(value, bool):
        return {field.name}, lambda record: (left(record) is None) is value
    if lookup == "in" and isinstance(value, (list, tuple, set)):
        among = {_constant(field, one) for one in value if one is not None}
        if not among:
            raise _Unknown
        return {
            field.name
        }, lambda record: None if (held := left(record)) is None else held in among
    if lookup not in _COMPARISONS:
        raise _Unknown
    compare = _COMPARISONS[lookup]
    if isinstance(value, F):
        other = _field(model, value.name)
        if _kind(other) != _kind(field) or (lookup != "exact" and _is_text(field)):
            raise _Unknown
        right = _value_of(other)
        return (
            {field.name, other.name},
            lambda record: (
                None
                if (one := left(record)) is None or (two := right(record)) is None
                else compare(one, two)
            ),
        )
    constant = _constant(field, value)
    if lookup != "exact" and _is_text(field) and constant != "":
        raise _Unknown  # The order of texts is the database's own.
    return {
        field.name
    }, lambda record: None if (held := left(record)) is None else compare(held, constant)


def _field(model, name):
    try:
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist as error:
        raise _Unknown from error
    if not field.concrete:
        raise _Unknown
    return field


def _kind(field):
    return (field.target_field if field.is_relation else field).get_internal_type()


def _is_text(field):
    return isinstance(field, (models.CharField, models.TextField, models.FileField))


def _value_of(field):
    """Return the function that tells what the database would compare: the stored value."""
    name, prepare = field.attname, field.get_prep_value
    return lambda record: prepare(getattr(record, name))


def _constant(field, value):
    if hasattr(value, "resolve_expression") or isinstance(value, models.Model):
        raise _Unknown
    return field.get_prep_value(value)
