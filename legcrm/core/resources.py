"""Columns of the exported spreadsheets."""

from contextlib import suppress

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from import_export.resources import ModelResource


class RecordResource(ModelResource):
    """Exports what the user may see: a field hidden from the role is no column.

    Columns are headed as the fields are labelled in the form.
    """

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        hidden = self._meta.model.hidden_fields(user) if user is not None else set()
        for name, field in list(self.fields.items()):
            source = (field.attribute or name).split("__")[0]
            if name in hidden or source in hidden:
                del self.fields[name]
                continue
            if field.column_name == name:
                with suppress(FieldDoesNotExist, AttributeError):  # a relation has no label
                    field.column_name = self._meta.model._meta.get_field(name).verbose_name
            field.column_name = capfirst(str(field.column_name))

    def get_export_order(self):
        return [name for name in super().get_export_order() if name in self.fields]
