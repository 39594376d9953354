"""The export page of a list: which rows, which columns, which kind of file; and the file itself."""

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.http import FileResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import INPUT_CLASSES

from .keys import is_key
from .models import ColumnSet
from .spreadsheets import exporting
from .spreadsheets.writing import FORMATS

# Parameters of the page's address beside those of the list.
SELECTED = "_selected"
COLUMNS = "_columns"
_NOT_OF_THE_QUERY = (ORDER_VAR, PAGE_VAR, ALL_VAR, SELECTED, COLUMNS)
# More sets than anybody tells apart.
MAX_SETS = 50


class ExportForm(forms.Form):
    """What to export, and as what."""

    file_format = forms.ChoiceField(
        label=gettext_lazy("File format"),
        choices=[(key, file_format.label) for key, file_format in FORMATS.items()],
        widget=forms.RadioSelect,
    )
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one column.")},
    )

    def __init__(self, *args, columns, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["columns"].choices = [(name, column.label) for name, column in columns.items()]

    def clean_columns(self):
        # In the order of the list, however they were sent.
        chosen = set(self.cleaned_data["columns"])
        return [name for name, _label in self.fields["columns"].choices if name in chosen]

    def formats(self):
        """Return ``[(radio button, explanation)]``."""
        hints = [file_format.hint for file_format in FORMATS.values()]
        return list(zip(self["file_format"], hints, strict=True))


class ColumnSetForm(forms.ModelForm):
    class Meta:
        model = ColumnSet
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES)})}


def export(model_admin, request):
    """Show the page (GET), send the file, or keep or drop a set of columns (POST)."""
    if not model_admin.has_export_permission(request):
        raise PermissionDenied
    try:
        changelist, selected = _changelist(model_admin, request)
    except IncorrectLookupParameters:
        return HttpResponseRedirect(f"{_address(model_admin, 'changelist')}?e=1")
    resource = model_admin.resource_classes[0](user=request.user)
    page = ExportPage(model_admin, request, changelist, selected, resource)
    if request.method != "POST":
        return page.show()
    if "_delete_set" in request.POST:
        return page.delete_set()
    if "_save_set" in request.POST:
        return page.save_set()
    return page.send()


def _changelist(model_admin, request):
    """Return the list as the address filters and sorts it, and the keys of chosen rows, if any."""
    given = request.GET
    request.GET = given.copy()
    for name in (PAGE_VAR, ALL_VAR, SELECTED, COLUMNS):
        request.GET.pop(name, None)
    try:
        changelist = model_admin.get_changelist_instance(request)
    finally:
        request.GET = given
    if SELECTED not in given:
        return changelist, None
    keys = [key for key in given[SELECTED].split(",") if is_key(key)]
    return changelist, keys


def _address(model_admin, verb):
    opts = model_admin.opts
    return reverse(f"{model_admin.admin_site.name}:{opts.app_label}_{opts.model_name}_{verb}")


class ExportPage:
    """The page of one request."""

    def __init__(self, model_admin, request, changelist, selected, resource):
        self.model_admin = model_admin
        self.request = request
        self.changelist = changelist
        self.resource = resource
        self.columns = resource.columns()
        self.queryset = changelist.queryset
        self.count = changelist.paginator.full_count
        if selected is not None:
            self.queryset = self.queryset.filter(pk__in=selected)
            self.count = self.queryset.count()
        self.selected = selected
        self.sets = ColumnSet.objects.filter(user=request.user, model=model_admin.opts.label_lower)
        self.memory = f"export {model_admin.opts.label_lower}"

    def filters(self) -> list[tuple[str, str]]:
        """Return what narrows the list, as pairs of a name and the values in words."""
        found = []
        if query := self.changelist.query:
            found.append((_("Search words"), query))
        known = {SEARCH_VAR, *_NOT_OF_THE_QUERY}
        for spec in self.changelist.filter_specs:
            known.update(spec.expected_parameters())
            if values := _values_of(spec):
                found.append((capfirst(str(spec.title)), ", ".join(values)))
        for name in self.request.GET:
            if name not in known:
                found.append((field_name(self.model_admin.model, name), self.request.GET[name]))
        if self.selected is not None:
            text = ngettext("%d selected record", "%d selected records", self.count)
            found.append((_("Rows"), text % self.count))
        return found

    # --- The page -----------------------------------------------------------------------------

    def show(self, form=None, set_form=None, status=200):
        active = self._active_set()
        last = self.request.session.get(self.memory, {})
        if form is None:
            names = active.columns if active else last.get("columns", self.columns)
            if self.request.GET.get(COLUMNS) == "all":
                names = self.columns
            known = [name for name in names if name in self.columns]
            form = ExportForm(
                columns=self.columns,
                initial={
                    "file_format": last.get("file_format", "xlsx"),
                    "columns": known or list(self.columns),
                },
            )
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": _("Export"),
            "opts": self.model_admin.opts,
            "count": self.count,
            "filters": self.filters(),
            "form": form,
            "set_form": set_form or ColumnSetForm(initial={"name": active.name if active else ""}),
            "sets": [(column_set, self._with_columns(column_set.pk)) for column_set in self.sets],
            "active_set": active,
            "all_columns": self._with_columns("all"),
            "list_address": self._list_address(),
        }
        return TemplateResponse(self.request, "admin/record_export.html", context, status=status)

    def _active_set(self):
        key = self.request.GET.get(COLUMNS, "")
        if not key.isdecimal():
            return None
        return next((known for known in self.sets if str(known.pk) == key), None)

    def _with_columns(self, value):
        query = self.request.GET.copy()
        query.pop(COLUMNS, None)
        if value:
            query[COLUMNS] = value
        return f"?{query.urlencode()}"

    def _list_address(self):
        query = self.request.GET.copy()
        for name in (SELECTED, COLUMNS):
            query.pop(name, None)
        address = _address(self.model_admin, "changelist")
        return f"{address}?{query.urlencode()}" if query else address

    # --- What a button does -------------------------------------------------------------------

    def _form(self):
        return ExportForm(self.request.POST, columns=self.columns)

    def _remember(self, form):
        self.request.session[self.memory] = form.cleaned_data

    def send(self):
        form = self._form()
        if not form.is_valid():
            return self.show(form, status=400)
        file_format = FORMATS[form.cleaned_data["file_format"]]
        names = form.cleaned_data["columns"]
        try:
            file = exporting.export(
                self.queryset, self.resource, names, file_format, count=self.count
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(form, status=400)
        filters = " · ".join(f"{name}: {values}" for name, values in self.filters())
        model = self.model_admin.model
        exporting.log(self.request.user, model, filters, file_format, self.count)
        self._remember(form)
        return FileResponse(
            file,
            as_attachment=True,
            filename=exporting.file_name(model, file_format),
            content_type=file_format.content_type,
        )

    def save_set(self):
        form, set_form = self._form(), ColumnSetForm(self.request.POST)
        valid = form.is_valid()
        if not set_form.is_valid() or not valid:
            return self.show(form, set_form, status=400)
        name = set_form.cleaned_data["name"]
        if self.sets.count() >= MAX_SETS and not self.sets.filter(name=name).exists():
            set_form.add_error("name", _("Delete a column set you no longer need first."))
            return self.show(form, set_form, status=400)
        column_set, _created = ColumnSet.objects.update_or_create(
            user=self.request.user,
            model=self.model_admin.opts.label_lower,
            name=name,
            defaults={"columns": form.cleaned_data["columns"]},
        )
        self._remember(form)
        messages.success(self.request, _("The column set “%s” is saved.") % name)
        return HttpResponseRedirect(self._with_columns(column_set.pk))

    def delete_set(self):
        column_set = self._active_set()
        if column_set is not None:
            column_set.delete()
            messages.success(self.request, _("The column set “%s” is deleted.") % column_set.name)
        return HttpResponseRedirect(self._with_columns(None))


def _values_of(spec):
    """Return what is chosen in the filter ``spec``, in words."""
    # Some narrow the list even where nothing is chosen.
    default = [] if spec.default_label is None else [str(spec.default_label)]
    return spec.labels() or default


def field_name(model, lookup):
    """Return the name of the field that the parameter ``lookup`` of an address begins with."""
    try:
        return capfirst(str(model._meta.get_field(lookup.split("__")[0]).verbose_name))
    except (FieldDoesNotExist, AttributeError):
        return lookup
