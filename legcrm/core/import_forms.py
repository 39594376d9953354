"""The forms of an import: the file, how it is read, and what its columns mean."""

from django import forms
from django.contrib.auth import get_user_model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from .spreadsheets import columns

ENCODINGS = [
    ("utf-8", _("Unicode (UTF-8)")),
    ("utf-8-sig", _("Unicode (UTF-8 with a mark)")),
    ("utf-16", _("Unicode (UTF-16)")),
    ("cp1252", _("Windows, Western Europe")),
]
DELIMITERS = [
    (";", _("semicolon ;")),
    (",", _("comma ,")),
    ("\t", _("tab")),
    ("|", _("vertical bar |")),
]
# Names offered while typing one value for all rows: the newest.
OFFERED_NAMES = 50


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(
            attrs={"class": "crm-drop", "accept": ".xlsx,.ods,.csv,.txt,.tsv"},
        ),
    )


class ReadingForm(forms.Form):
    """How the file is read: which sheet, which encoding, which row is the header."""

    sheet = forms.ChoiceField(label=_("Sheet"), widget=UnfoldAdminSelectWidget)
    encoding = forms.ChoiceField(
        label=_("Encoding"), choices=ENCODINGS, widget=UnfoldAdminSelectWidget
    )
    delimiter = forms.ChoiceField(
        label=_("Delimiter"), choices=DELIMITERS, widget=UnfoldAdminSelectWidget
    )
    header_row = forms.IntegerField(
        label=_("Header row"), min_value=1, widget=UnfoldAdminIntegerFieldWidget
    )

    def __init__(self, run, inspection, data=None):
        super().__init__(
            data,
            initial={
                "sheet": inspection.sheet,
                "encoding": inspection.encoding,
                "delimiter": inspection.delimiter,
                "header_row": run.header_row,
            },
        )
        self.fields["sheet"].choices = [(name, name) for name in inspection.sheets]
        if len(inspection.sheets) < 2:
            del self.fields["sheet"]
        if inspection.format != "csv":
            del self.fields["encoding"], self.fields["delimiter"]


class ColumnsForm(forms.Form):
    """Which column fills which field, and one value for all rows where the file has no column.

    A value may be preset by the fields ``value_<machine name>``.
    """

    clear_blanks = forms.BooleanField(required=False, widget=UnfoldBooleanWidget)

    def __init__(self, run, look, resource, data=None):
        super().__init__(data)
        self.look = look
        own = run._meta.get_field("clear_blanks")
        self.fields["clear_blanks"].label = capfirst(str(own.verbose_name))
        self.fields["clear_blanks"].help_text = own.help_text
        self.initial["clear_blanks"] = run.clear_blanks
        choices = [("", _("— leave out —")), *((field.name, field.label) for field in look.fields)]
        for heading in look.headings:
            self.fields[f"column_{heading.index}"] = forms.ChoiceField(
                label=_("Field for the column “%(label)s”") % {"label": heading.label},
                choices=choices,
                required=False,
                initial=heading.column,
                widget=UnfoldAdminSelectWidget,
            )
        assigned = {heading.column for heading in look.headings}
        self.required, self.optional = [], []
        for field in look.fields:
            if not field.constant or field.name in assigned:
                continue
            name = f"value_{field.name}"
            self.fields[name] = value_field(resource, field.name, run.constants.get(field.name))
            (self.required if field.required else self.optional).append(name)
        # Required, in no column, and different in every row: the person has to name the column.
        self.missing = [
            field.label
            for field in look.fields
            if field.required and not field.constant and field.name not in assigned
        ]

    def required_values(self):
        return [self[name] for name in self.required]

    def optional_values(self):
        return [self[name] for name in self.optional]

    def rows(self):
        """Return ``(heading, bound field)`` of each column of the file."""
        return [(heading, self[f"column_{heading.index}"]) for heading in self.look.headings]

    def assigned(self) -> dict[int, str]:
        """Return ``{column index: machine name, "" where it is left out}``."""
        return {
            heading.index: self.cleaned_data[f"column_{heading.index}"]
            for heading in self.look.headings
        }

    def constants(self) -> dict[str, str]:
        """Return ``{machine name: text}`` of the values for all rows."""
        return {
            name.removeprefix("value_"): text
            for name in (*self.required, *self.optional)
            if (text := self.cleaned_data[name].strip())
        }


def value_field(resource, name, initial):
    """Return the form field for one value of the column ``name`` in all rows: a text."""
    column = resource.fields[name]
    label = column.label
    if isinstance(column, columns.Nested):
        column = resource.nested_resource(column.role).fields[column.column]
    choices = None
    if isinstance(column, columns.Choice):
        choices = [(key, capfirst(str(text))) for key, text in column.choices]
    elif isinstance(column, columns.Country):
        choices = list(countries)
    elif isinstance(column, columns.Boolean):
        choices = [("1", _("yes")), ("0", _("no"))]
    if choices is not None:
        return forms.ChoiceField(
            label=label,
            choices=[("", "—"), *((key, text) for key, text in choices if key)],
            required=False,
            initial=initial,
            widget=UnfoldAdminSelectWidget,
        )
    field = forms.CharField(
        label=label,
        required=False,
        max_length=500,
        initial=initial,
        widget=UnfoldAdminTextInputWidget,
    )
    if isinstance(column, columns.Reference):
        field.widget.attrs["list"] = f"names_{name}"
        field.names = names_of(column, resource.user)
    return field


def names_of(column, user) -> list[str]:
    """Return what the newest records are called to which ``column`` (a Reference) may point."""
    related = column.related
    records = related._default_manager.all()
    if related is get_user_model():
        records = records.filter(is_active=True)
    elif hasattr(records, "for_user"):
        records = records.for_user(user).active()
    paths = [path.removeprefix(f"{column.field_name}__") for path in column.paths]
    found = records.order_by("-pk").values_list(*paths)[:OFFERED_NAMES]
    texts = [column.cell(*values) if column.cell else values[0] for values in found]
    return list(dict.fromkeys(str(text) for text in texts if text))
