"""The fields of two records: which are compared, how, and what a person reads of them."""

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .rules import NO_CHOICE


def choice_fields(record):
    found = [
        part
        for part in record._meta.concrete_fields
        if part.editable
        and not part.primary_key
        and part.name not in record.BOOKKEEPING
        and part.name not in NO_CHOICE
    ]
    # Where it is known from stands first in the model, and last in what people read.
    return sorted(found, key=lambda part: part.name == "source")


def same(part, one, other):
    return part.get_prep_value(one) == part.get_prep_value(other)


def plain(value):
    # A file belongs to its record: the other one gets a reference by name.
    return value.name if isinstance(value, models.fields.files.FieldFile) else value


def both(one, other):
    """Return both texts, one below the other; once where one holds the other."""
    if other in one:
        return one
    return other if one in other else f"{one}\n\n{other}"


def shown(record, part) -> str:
    """Return the value of the field ``part`` as a person reads it."""
    value = part.value_from_object(record)
    if value in (None, ""):
        return "—"
    if part.is_relation:
        return str(getattr(record, part.name))
    if part.choices:
        return str(dict(part.flatchoices).get(value, getattr(value, "name", value)))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(part, models.DateTimeField):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(part, models.DateField):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(value)
