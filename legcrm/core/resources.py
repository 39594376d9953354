"""Spreadsheets of a model: its columns, and how rows that come in find their records.

One ``RecordResource`` per model, in the app's ``resources``. django-import-export gives the
declaration; the rows go through the engine of ``legcrm.core.spreadsheets``.
"""

from contextlib import suppress

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django_countries.fields import CountryField
from import_export.resources import ModelResource
from phonenumber_field.modelfields import PhoneNumberField

from .models import TrackedModel
from .spreadsheets import columns
from .spreadsheets.columns import Column

# {model label: resource class}; filled as the apps declare their resources.
BY_LABEL: dict[str, type["RecordResource"]] = {}

_BY_FIELD = (
    (CountryField, columns.Country),
    (PhoneNumberField, columns.Phone),
    (models.EmailField, columns.Email),
    (models.URLField, columns.Website),
    (models.BooleanField, columns.Boolean),
    (models.DateTimeField, columns.DateTime),
    (models.DateField, columns.Date),
    (models.DecimalField, columns.Number),
    (models.IntegerField, columns.Integer),
    (models.CharField, columns.Text),
    (models.TextField, columns.Text),
)


class RecordResource(ModelResource):
    """The spreadsheet of a model, as ``user`` may see it: a hidden field is no column."""

    # Whether rows can come in.
    importable = False
    # Other records that a row may carry: {role: label of their model}, those needed first first.
    nested: dict[str, str] = {}
    # Other names of columns by which people call fields: {machine name: (alias, …)}.
    aliases: dict[str, tuple[str, ...]] = {}
    # Columns for which the import offers one value for all rows.
    constants: tuple[str, ...] = ()
    # Columns without which no row can be a new record.
    required: tuple[str, ...] = ()
    # Columns that say which record is meant where a row carries it beside its own.
    named_by: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        model = getattr(cls.Meta, "model", None)
        if model is not None:
            BY_LABEL[model._meta.label_lower] = cls

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        self.user = user
        self._nested: dict[str, RecordResource] = {}
        for name, column in list(self.fields.items()):
            column.bind(name, self._meta.model)
            column.aliases += self.aliases.get(name, ())
            column.constant = column.constant or name in self.constants
            if user is not None and not all(self.may_read(path) for path in column.reads):
                del self.fields[name]

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly):
        """Return the column of a model field that the resource does not declare itself."""
        if field_name == "id":
            return columns.Computed("id", label=columns.NUMBER_LABEL, cell_type="integer")
        if django_field.choices and not isinstance(django_field, CountryField):
            return columns.Choice(field_name)
        for field_class, column_class in _BY_FIELD:
            if isinstance(django_field, field_class):
                return column_class(field_name)
        raise TypeError(f"{cls.__name__}: declare the column {field_name} yourself")

    # --- What rows that come in mean: ``legcrm.core.spreadsheets.examining`` ----------------------

    def nested_resource(self, role):
        """Return the resource of the record that a row carries in ``role``."""
        if role not in self._nested:
            self._nested[role] = resource_for(self.nested[role], self.user)
        return self._nested[role]

    def match(self, entries, examiner):
        """Find the records that ``entries`` mean: set ``target_key`` where it is certain, else
        ``candidates`` for the person to decide. A constant number of queries.
        """

    def match_nested(self, role, entries, examiner):
        """Set ``target_key`` where the record of the list tells which one its row carries in
        ``role``; asked before the ``match`` of that record's own resource.
        """

    def file_key(self, entry):
        """Return what two rows about the same new record have in common, or None."""
        return None

    def prepare(self, entry, examiner):
        """Fill in what follows from other cells, on ``entry.record``."""

    def connect(self, entry, examiner):
        """Tie ``entry.record`` to the other records of the row (again once they are saved)."""

    def connected(self, entry):
        """Return the names of the fields that ``connect`` sets, which need no check."""
        return ()

    def extra_changes(self, entry, examiner) -> list[tuple[str, str, str]]:
        """Return ``(label, old, new)`` of what changes in rows beside the record."""
        return []

    def extra_rows(self, entry) -> tuple[list, list]:
        """Return the rows beside the record to create and to save, once it is saved itself."""
        return [], []

    # --- Columns --------------------------------------------------------------------------------

    def get_export_order(self):
        return [name for name in super().get_export_order() if name in self.fields]

    def columns(self) -> dict[str, Column]:
        """Return the exported columns that the user may see, by machine name, in their order."""
        order = self.get_export_order()
        return {name: self.fields[name] for name in order if self.fields[name].exported}

    def importable_columns(self) -> dict[str, Column]:
        """Return the columns that rows can fill; some stand in no export."""
        fields = {name: self.fields[name] for name in self.get_export_order()}
        return {name: c for name, c in fields.items() if c.importable or name == "id"}

    def may_read(self, path):
        """Whether the user may see every field on the way along the lookup ``path``."""
        model = self._meta.model
        for part in path.split("__"):
            if issubclass(model, TrackedModel) and part in model.hidden_fields(self.user):
                return False
            with suppress(FieldDoesNotExist):
                related = model._meta.get_field(part).related_model
                if related is None:
                    break
                model = related
        return True


def resource_for(label: str, user) -> RecordResource:
    """Return the resource of the model called ``label`` ("partners.organisation") for ``user``."""
    return BY_LABEL[label.lower()](user=user)
