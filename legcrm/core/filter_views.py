"""The filters of a list as people handle them: the bar above it, the sheet, and saved filters.

Also the way back: whoever goes from a filtered list into a record finds the list as it was.
"""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import (
    ALL_VAR,
    ERROR_FLAG,
    IS_FACETS_VAR,
    IS_POPUP_VAR,
    ORDER_VAR,
    PAGE_VAR,
    SEARCH_VAR,
    TO_FIELD_VAR,
)
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.views import ChangeList
from unfold.widgets import INPUT_CLASSES

from .export_views import field_name
from .models import SavedFilter

LIST_FILTERS = "_changelist_filters"
# What an address says beside which records are listed.
NOT_OF_THE_CHOICE = {PAGE_VAR, ALL_VAR, ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR, IS_FACETS_VAR}
# More than anybody tells apart; and longer than any choice.
MAX_SAVED = 100
MAX_QUERY = 4000


class RecordList(ChangeList):
    """The list of a ``RecordAdmin``: it has its filters from this module, not from the theme."""

    def get_filters(self, request):
        specs, _has_filters, *others = super().get_filters(request)
        return specs, False, *others

    def get_ordering_field_columns(self):
        # What a search has ranked is sorted by no column.
        if self.query and not self.params.get(ORDER_VAR):
            return {}
        return super().get_ordering_field_columns()


class FilterList(RecordList):
    """A list of which only the filters are asked, no rows."""

    def get_queryset(self, request, exclude_parameters=None):
        self.filter_specs, self.has_filters, *_others = self.get_filters(request)
        return self.root_queryset.none()

    def get_results(self, request):
        self.result_list, self.result_count = [], 0


# --- The bar above the list ---------------------------------------------------------------------


class Bar:
    """What is chosen in a list, in words, and what has been saved for it."""

    def __init__(self, model_admin, request, cl):
        self.model_admin, self.request, self.cl = model_admin, request, cl
        self.is_popup = cl.is_popup

    @property
    def address(self):
        return _address(self.model_admin, "changelist")

    @property
    def query(self):
        """Return the choice as it stands in the address, without page."""
        return choice_of(self.request.GET)

    @property
    def sheet_address(self):
        query = self.request.GET.copy()
        query.pop(PAGE_VAR, None)
        address = _address(self.model_admin, "filters")
        return f"{address}?{query.urlencode()}" if query else address

    @property
    def save_address(self):
        return _address(self.model_admin, "filters_save")

    @property
    def has_filters(self):
        return bool(self.cl.filter_specs)

    @cached_property
    def chips(self):
        """``[{title, values, remove: address}]``; one query for each filter by a related record."""
        found, known = [], {SEARCH_VAR, ORDER_VAR, *NOT_OF_THE_CHOICE}
        for spec in self.cl.filter_specs:
            names = [name for name in spec.expected_parameters() if name]
            known.update(names)
            if labels := spec.labels():
                found.append(self._chip(spec.title, labels, names))
        for name in self.request.GET:
            if name not in known:
                values = self.request.GET.getlist(name)
                found.append(self._chip(field_name(self.cl.model, name), values, [name]))
        return found

    def _chip(self, title, labels, names):
        return {
            "title": capfirst(str(title)),
            "values": ", ".join(labels),
            "remove": self._without(names),
        }

    @property
    def clear_address(self):
        """Return the list with search words and order only."""
        kept = {SEARCH_VAR, ORDER_VAR, IS_POPUP_VAR, TO_FIELD_VAR}
        return self._without([name for name in self.request.GET if name not in kept])

    def _without(self, names):
        query = self.request.GET.copy()
        for name in (*names, PAGE_VAR):
            query.pop(name, None)
        return f"{self.address}?{query.urlencode()}" if query else self.address

    @cached_property
    def saved(self):
        """``[{filter, address, is_current, is_own, delete}]``; one query."""
        user, current = self.request.user, self.query
        found = SavedFilter.objects.for_user(user).filter(model=self.cl.opts.label_lower)
        return [
            {
                "filter": saved,
                "address": f"{self.address}?{saved.query}" if saved.query else self.address,
                "is_current": saved.query == current,
                "is_own": saved.user_id == user.pk,
                "delete": _address(self.model_admin, "filters_delete", saved.pk),
            }
            for saved in found.select_related("user").order_by("name", "pk")[:MAX_SAVED]
        ]

    @property
    def form(self):
        return SavedFilterForm(initial={"query": self.query}, prefix="filter")


# --- The sheet ----------------------------------------------------------------------------------


def sheet(model_admin, request):
    """Show the filters of a list with the values in use: as part of its page, or as a page."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        cl = _filters_of(model_admin, request)
    except IncorrectLookupParameters:
        return HttpResponseRedirect(f"{_address(model_admin, 'changelist')}?{ERROR_FLAG}=1")
    shown = [_shown(spec) for spec in cl.filter_specs]
    names = {name for spec in cl.filter_specs for name in spec.expected_parameters()}
    bar = Bar(model_admin, request, cl)
    context = {
        "opts": model_admin.opts,
        "shown": shown,
        "kept": [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in names and name not in (PAGE_VAR, ERROR_FLAG)
        ],
        "filters": bar,
    }
    if request.headers.get("X-Requested-With") == "fetch":
        return TemplateResponse(request, "admin/filters/sheet.html", context)
    context |= {
        **model_admin.admin_site.each_context(request),
        "title": _("Filters"),
        "is_popup": bar.is_popup,
    }
    return TemplateResponse(request, "admin/filters/page.html", context)


def _filters_of(model_admin, request):
    columns = model_admin.get_list_display(request)
    return FilterList(
        request,
        model_admin.model,
        columns,
        model_admin.get_list_display_links(request, columns),
        model_admin.get_list_filter(request),
        None,
        model_admin.get_search_fields(request),
        False,
        model_admin.list_per_page,
        model_admin.list_max_show_all,
        (),
        model_admin,
        model_admin.get_sortable_by(request),
        model_admin.search_help_text,
    )


def _shown(spec):
    """Return a filter as the sheet shows it."""
    options = spec.options()
    regions = spec.region_options(options) if hasattr(spec, "region_options") else []
    return {
        "spec": spec,
        "template": spec.template,
        "options": options,
        "regions": regions,
        # The labels of dates cost nothing; those of other values may.
        "chosen": any(option.chosen and option.value for option in options)
        if options
        else bool(spec.labels()),
    }


# --- Saved filters ------------------------------------------------------------------------------


class SavedFilterForm(forms.ModelForm):
    """A name for what is chosen."""

    class Meta:
        model = SavedFilter
        fields = ["name", "is_shared", "query"]
        widgets = {
            "name": forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES)}),
            "query": forms.HiddenInput,
        }

    def clean_query(self):
        query = choice_of(QueryDict(self.cleaned_data["query"]))
        if len(query) > MAX_QUERY:
            raise ValidationError(_("These are too many filters to keep. Take some of them off."))
        return query

    def clean_name(self):
        # The user and the list are no fields of the form, and the name is unique for both.
        self.instance.name = self.cleaned_data["name"]
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return self.instance.name


def save(model_admin, request):
    """Keep the posted choice under a name; show the form again where that can't be."""
    _refuse_others(model_admin, request)
    saved = SavedFilter(user=request.user, model=model_admin.opts.label_lower)
    form = SavedFilterForm(request.POST, instance=saved, prefix="filter")
    if form.is_valid() and _is_full(model_admin, request.user):
        form.add_error("name", _("Delete a saved filter you no longer need first."))
    address = _address(model_admin, "changelist")
    if form.is_valid():
        form.save()
        messages.success(request, _("The filter “%s” is saved.") % saved.name)
        return HttpResponseRedirect(f"{address}?{saved.query}" if saved.query else address)
    query = choice_of(QueryDict(request.POST.get("filter-query", "")[:MAX_QUERY]))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Save filter"),
        "opts": model_admin.opts,
        "form": form,
        "list_address": f"{address}?{query}" if query else address,
    }
    return TemplateResponse(request, "admin/filters/save.html", context, status=400)


def _is_full(model_admin, user):
    own = SavedFilter.objects.filter(user=user, model=model_admin.opts.label_lower)
    return own.count() >= MAX_SAVED


def delete(model_admin, request, filter_id):
    """Delete a saved filter of the user's own."""
    _refuse_others(model_admin, request)
    saved = SavedFilter.objects.filter(
        pk=filter_id, user=request.user, model=model_admin.opts.label_lower
    ).first()
    if saved is None:
        raise Http404
    saved.delete()
    messages.success(request, _("The filter “%s” is deleted.") % saved.name)
    query = choice_of(QueryDict(request.POST.get("query", "")))
    address = _address(model_admin, "changelist")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def _refuse_others(model_admin, request):
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        raise Http404


def choice_of(query):
    """Return what ``query``, a QueryDict, chooses of a list, as in an address; the same each time.

    Without page, and without parameters that choose nothing.
    """
    pairs = [
        (name, value)
        for name, values in query.lists()
        for value in values
        if value and name not in NOT_OF_THE_CHOICE
    ]
    return urlencode(sorted(pairs))


# --- The way back -------------------------------------------------------------------------------


def with_list_filters(request, url):
    """Return ``url`` with the filters of the list from which the page of ``request`` was opened.

    An address of that list gets them as its own, one of a record's page takes them along; any
    other address stays as it is. Django does the same, but keeps one value of each filter only.
    """
    kept = request.GET.get(LIST_FILTERS) if request else None
    here = request.resolver_match if request else None
    path, _mark, query = str(url).partition("?")
    if not kept or here is None:
        return url
    try:
        there = resolve(path)
    except Resolver404:
        return url
    if there.url_name is None or _model_of(there.url_name) != _model_of(here.url_name):
        return url
    given = QueryDict(query, mutable=True)
    if there.url_name.endswith("_changelist"):
        given = QueryDict(kept, mutable=True)
    else:
        given[LIST_FILTERS] = kept
    return f"{path}?{given.urlencode()}"


def _model_of(url_name):
    """Return app and model in the name of an admin page: ``partners_person_change``."""
    return (url_name or "").split("_")[:2]


def back(request, response):
    """Return ``response``; where it leads back to the list, with all the filters it had."""
    if isinstance(response, HttpResponseRedirect):
        response["Location"] = with_list_filters(request, response["Location"])
    return response


def _address(model_admin, verb, *args):
    opts = model_admin.opts
    name = f"{model_admin.admin_site.name}:{opts.app_label}_{opts.model_name}_{verb}"
    return reverse(name, args=args)
