"""Columns of the exported spreadsheets."""

from import_export.resources import ModelResource


class RecordResource(ModelResource):
    """Exports what the user may see: a field hidden from the role is no column."""

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        hidden = self._meta.model.hidden_fields(user) if user is not None else set()
        for name, field in list(self.fields.items()):
            source = (field.attribute or name).split("__")[0]
            if name in hidden or source in hidden:
                del self.fields[name]

    def get_export_order(self):
        return [name for name in super().get_export_order() if name in self.fields]
