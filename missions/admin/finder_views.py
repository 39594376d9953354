"""The page of the Partner-Finder, what of it changes while one chooses, its export and its saving.

The page and the answer to each change are one view: ``finder.js`` asks for the latter by a header.
"""

from types import SimpleNamespace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from legcrm.core.export_views import ExportPage
from partners.models import Organisation

from ..admin_display import chip
from ..finder import COUNTED, MOST_RANKED, PAGE, SORT, SORTS, Finder
from ..finder.fields import CountriesField, MissionsField
from ..models import Participation, Segment
from ..segments import keep
from .forms_segments import KeepForm
from .invitation_views import may_invite

# The header by which finder.js asks for what changes, and nothing else.
FRAGMENT = "X-Fragment"

# The criteria as the page groups them; those of one group are open or closed together.
GROUPS = (
    (gettext_lazy("Fit for"), ("for_mission", "for_country")),
    (gettext_lazy("Who"), ("home", "kind", "size", "sector")),
    (gettext_lazy("Where"), ("country", "region", "city")),
    (gettext_lazy("Markets"), ("market", "market_status")),
    (
        gettext_lazy("Missions"),
        ("took_part", "took_part_status", "took_part_role", "not_took_part"),
    ),
    (
        gettext_lazy("Contact and owner"),
        ("contact_from", "contact_to", "contact", "may_contact", "owner"),
    ),
    (gettext_lazy("Has and lacks"), ("has", "lacks")),
    (
        gettext_lazy("Results"),
        ("field", "with_country", "stage", "agreement", "project"),
    ),
)
# How many of the groups are open at first.
OPEN = 3


def finder_urls(model_admin):
    """Return the addresses of the Partner-Finder, for the admin of segments."""
    view = model_admin.admin_site.admin_view
    return [
        path(
            "finder/",
            view(lambda request: finder_page(model_admin, request)),
            name="missions_segment_finder",
        ),
        path(
            "finder/export/",
            view(lambda request: export(model_admin, request)),
            name="missions_segment_finder_export",
        ),
    ]


def may_find(user) -> bool:
    return user.has_perms(["missions.view_segment", "partners.view_organisation"])


def finder_page(model_admin, request):
    """Show the page, answer a change of its criteria, or (POST) keep the search as a segment."""
    if not may_find(request.user):
        raise PermissionDenied
    finder = Finder(request.GET, request.user)
    if FRAGMENT in request.headers and request.method == "GET":
        return JsonResponse(_changing(request, finder))
    form = None
    if request.method == "POST":
        if not model_admin._may(request, "add"):
            raise PermissionDenied
        form = KeepForm(request.POST, instance=Segment(owner=request.user))
        if form.is_valid() and (segment := _keep(form, finder)):
            text = _("Kept as segment “{}”.")
            messages.success(
                request,
                format_html(
                    '{} <a href="{}">{}</a>',
                    text.format(segment),
                    segment.get_absolute_url(),
                    _("Open it"),
                ),
            )
            return HttpResponseRedirect(f"{_address('finder')}?{finder.query()}")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Partner-Finder"),
        "content_title": _("Partner-Finder"),
        "finder": finder,
        "groups": _groups(finder),
        "countries": list(countries),
        "missions": finder.filters.missions,
        "sorts": [(key, label, key == finder.sort) for key, label in SORTS.items()],
        "keep_form": form or KeepForm(),
        "may_keep": model_admin._may(request, "add"),
        **_results(request, finder),
    }
    status = 400 if form is not None else 200
    return TemplateResponse(request, "admin/finder/page.html", context, status=status)


def _keep(form, finder):
    """Return the segment kept, or None with the reason at the form."""
    try:
        keep(form.instance, finder, frozen=form.cleaned_data["keeps"] == "rows")
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return None
    return form.instance


def _address(name):
    return reverse(f"admin:missions_segment_{name}")


# --- What changes while one chooses ---------------------------------------------------------------


def _results(request, finder):
    """Return the context of the list beside the criteria."""
    rows = finder.rows()
    for row in rows:
        if row.on_list:
            row.on_list_chip = chip(Participation.Status(row.on_list.status))
    user = request.user
    return {
        "finder": finder,
        "rows": rows,
        "most": MOST_RANKED,
        "heading": heading(finder),
        "pages": _pages(finder),
        "query": finder.query(),
        "ways_out": [] if rows or not finder.is_valid else finder.ways_out(),
        "general_errors": finder.errors.get("__all__", []),
        "clean_query": _without_unknown(finder),
        "map": finder.map(),
        "may_invite": may_invite(user),
        "may_export": user.has_perm("partners.export_organisation"),
        "shows_contact": user.has_perm("missions.view_interaction"),
    }


def _changing(request, finder):
    context = _results(request, finder)
    return {
        "html": render_to_string("admin/finder/results.html", context, request),
        "heading": context["heading"],
        "query": context["query"],
        "sort": finder.sort,
        "errors": finder.errors,
        "counts": finder.counts(),
        "map": context["map"],
    }


def heading(finder) -> str:
    """Return how many are found, in words."""
    if finder.is_too_many:
        most = number_format(MOST_RANKED, force_grouping=True)
        return _("More than %s organisations") % most
    return ngettext("%d organisation", "%d organisations", finder.count) % finder.count


def _pages(finder):
    """Return ``(number, query)`` of the pages to offer, None for a gap between them."""
    last, here = finder.page_count, finder.page
    if last == 1:
        return []
    shown = sorted({1, last, *(n for n in range(here - 2, here + 3) if 1 <= n <= last)})
    pages = []
    for before, number in zip([0, *shown], shown, strict=False):
        if number - before > 1:
            pages.append((None, ""))
        pages.append((number, finder.query(**{PAGE: str(number)})))
    return pages


def _without_unknown(finder):
    known = {*finder.filters.form.fields, SORT}
    return finder.query(without=[name for name in finder.params if name not in known])


# --- The criteria ---------------------------------------------------------------------------------


def _groups(finder):
    """Return the groups of criteria with what is chosen, as the template draws them."""
    fields = finder.filters.form.fields
    counts = finder.counts()
    groups = []
    for number, (title, names) in enumerate(GROUPS):
        shown = [_criterion(finder, name, counts.get(name, {})) for name in names if name in fields]
        if shown:
            chosen = sum(1 for field in shown if finder.params.get(field.name))
            groups.append(
                {
                    "title": title,
                    "fields": shown,
                    "chosen": chosen,
                    "is_open": number < OPEN or chosen > 0,
                }
            )
    return groups


def _criterion(finder, name, counts):
    field = finder.filters.form.fields[name]
    values = finder.params.getlist(name)
    shown = SimpleNamespace(
        name=name, label=field.label, errors=finder.errors.get(name, []), value=""
    )
    if isinstance(field, CountriesField | MissionsField):
        shown.kind = "pick"
        shown.list = "countries" if isinstance(field, CountriesField) else "missions"
        shown.is_single = name == "for_mission"
        shown.picked = []
        for value in values:
            try:
                code = field.read(value)
            except ValidationError:
                shown.value = value  # to be corrected where it was typed
                continue
            label = countries.name(code) if shown.list == "countries" else field.known[code]
            shown.picked.append((code, label))
    elif hasattr(field, "choices"):
        choices = [
            (str(value), label, str(value) in values, counts.get(value))
            for value, label in field.choices
        ]
        # django-filter's fields of one choice bring the empty one along.
        shown.kind = "choice" if choices and choices[0][0] == "" else "ticks"
        shown.choices = choices
        shown.counted = name in COUNTED
    else:
        shown.kind = "day" if hasattr(field, "input_formats") else "text"
        shown.value = values[0] if values else ""
    return shown


# --- Export ---------------------------------------------------------------------------------------


def export(model_admin, request):
    """Export what is found, or the ticked ones of it, as the list of organisations does."""
    partners = model_admin.admin_site.get_model_admin(Organisation)
    if not may_find(request.user) or not partners.has_export_permission(request):
        raise PermissionDenied
    finder = Finder(request.GET, request.user)
    page = FinderExportPage(partners, request, finder)
    if request.method != "POST":
        return page.show()
    if "_delete_set" in request.POST:
        return page.delete_set()
    if "_save_set" in request.POST:
        return page.save_set()
    return page.send()


class FinderExportPage(ExportPage):
    """The export page, with the organisations of a finder in place of those of a list."""

    def __init__(self, model_admin, request, finder):
        self.finder = finder
        queryset = finder.organisations()
        count = queryset.count() if finder.is_too_many else finder.count
        found = SimpleNamespace(
            queryset=queryset, result_count=count, paginator=SimpleNamespace(full_count=count)
        )
        resource = model_admin.resource_classes[0](user=request.user)
        super().__init__(model_admin, request, found, None, resource)

    def filters(self):
        return [(label, values) for _name, label, values in self.finder.words()]

    def _list_address(self):
        return f"{_address('finder')}?{self.finder.query()}"
