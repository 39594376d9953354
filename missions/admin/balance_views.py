"""The Bilanz of one mission, and the comparison of many."""

from itertools import groupby
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from legcrm.core.charts import Bar, Chart
from legcrm.core.keys import is_key

from ..balance import BY_FIELD, FIGURES, Balance
from ..comparison import GROUPINGS, TooMany, chosen, compare, read
from ..lineage import ancestors
from ..models import Mission, Participation
from .forms_balance import ComparisonForm

# The numbers at the top of the page, each with those that stand below it where there are any.
HEADLINES = (
    ("people", ()),
    ("organisations", ("companies", "first_timers")),
    ("official_appointments", ()),
    ("agreements", (*BY_FIELD, "announced")),
    ("projects", ()),
)
# What the page compares with earlier missions, and with how many.
BESIDE = (
    "people",
    "organisations",
    "companies",
    "official_appointments",
    "agreements",
    "cooperations",
    "projects",
)
MOST_BESIDE = 6
# The kind in the address, and what its button says.
DOCUMENTS = (
    ("docx", gettext_lazy("Word")),
    ("pdf", gettext_lazy("PDF")),
    ("xlsx", gettext_lazy("Excel")),
    ("press-de", gettext_lazy("Press text (German)")),
    ("press-en", gettext_lazy("Press text (English)")),
)


class BalanceViews:
    """For the admin of missions: ``<id>/balance/`` and ``comparison/``."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("comparison/", view(self.comparison_view), name="missions_mission_comparison"),
            path(
                "<path:object_id>/balance/",
                view(self.balance_view),
                name="missions_mission_balance",
            ),
            *super().get_urls(),
        ]

    def balance_view(self, request, object_id):
        """Show every figure of the mission with its definition, its list and its charts."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        missions = Mission.objects.for_user(request.user).prefetch_related("stops", "country_links")
        mission = missions.filter(pk=object_id).first() if is_key(object_id) else None
        if mission is None:
            raise Http404
        balance = Balance([mission], request.user)
        results = balance.results()
        earlier = ancestors(mission)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Balance: %(mission)s") % {"mission": mission},
            "opts": self.opts,
            "original": mission,
            "heads": _heads(mission, request.user),
            "headlines": [
                {
                    "result": results[key],
                    "mark": mark(results[key]),
                    "parts": [results[part] for part in parts if _says(results.get(part))],
                }
                for key, parts in HEADLINES
                if key in results
            ],
            "sections": [_section(title, found) for title, found in balance.sections()],
            "has_invented": any(result.invented for result in results.values()),
            "documents": _documents(mission),
            "beside": _beside(mission, earlier, request.user),
            "compare_url": _comparison_url(missions=_keys([*earlier, mission])),
            "earlier": earlier,
        }
        return TemplateResponse(request, "admin/balance/page.html", context)

    def comparison_view(self, request):
        """Show the figures of the missions chosen in the address, side by side."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ComparisonForm(request.GET, user=request.user)
        comparison, refused = None, ""
        if form.is_valid():
            try:
                missions = read(chosen(request.user, **form.choice()))
            except TooMany as error:
                refused = str(error)
            else:
                comparison = compare(missions, request.user, form.grouping, form.figures)
                comparison = comparison.sorted_by(form.order)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Balance of missions"),
            "content_title": _("Balance of missions"),
            "form": form,
            "refused": refused,
            "comparison": comparison,
            "reset_url": _comparison_url(),
        }
        if comparison is not None and comparison.rows:
            context |= _comparison_context(comparison, form)
        return TemplateResponse(request, "admin/balance/comparison.html", context)


def mark(result) -> str:
    """Return what to say beside a number that counts example data; empty where it doesn't."""
    if not result.invented:
        return ""
    if not result.records or result.invented >= result.records:
        return _("example data")
    return ngettext(
        "%(invented)d of %(records)d is example data",
        "%(invented)d of %(records)d are example data",
        result.invented,
    ) % {"invented": result.invented, "records": result.records}


def _says(result):
    return result is not None and bool(result.amount)


def _heads(mission, user):
    """Return the people who led the mission, in the order of protocol."""
    if not user.has_perm("partners.view_person"):
        return []
    heads = Participation.objects.for_user(user).holding_a_place().filter(
        mission=mission, role=Participation.Role.HEAD, person__isnull=False
    )  # fmt: skip
    return [
        participation.person
        for participation in heads.select_related("person").order_by("protocol_rank", "pk")
    ]


def _documents(mission):
    """Return ``[(label, address)]`` of the files that are made of the page."""
    return [
        (label, reverse("admin:missions_mission_balance_document", args=[mission.pk, kind]))
        for kind, label in DOCUMENTS
    ]


def _section(title, results):
    """Part the results of a section into its rows, and what is better shown as a chart."""
    rows = [result for result in results if not result.figure.parted_by]
    parted = [result for result in results if result.figure.parted_by]
    wholes = {result.figure.key: result for result in rows}
    charts = []
    for (part_of, parted_by), parts in groupby(
        parted, lambda result: (result.figure.part_of, result.figure.parted_by)
    ):
        if _says(wholes[part_of]):
            charts.append(_chart_of_parts(wholes[part_of], parted_by, list(parts)))
    return {
        "title": title,
        "is_empty": not any(_says(result) for result in rows),
        "rows": [{"result": result, "mark": mark(result)} for result in rows],
        "charts": charts,
    }


def _chart_of_parts(whole, parted_by, parts):
    definitions = {str(part.figure.definition) for part in parts}
    # Said once where it is the same of all.
    same = definitions.pop() if len(definitions) == 1 else ""
    return Chart(
        f"{whole.figure.key}-{parts[0].figure.key}",
        f"{capfirst(whole.figure.label)} {parted_by}",
        capfirst(whole.figure.label),
        [
            Bar(
                part.figure.label,
                part.amount,
                part.shown,
                part.url if part.records else "",
                "" if same else part.figure.definition,
                mark(part),
            )
            for part in parts
        ],
        same,
    )


def _beside(mission, earlier, user):
    """Compare with the missions that it builds on and with the last ones of its kind."""
    same_kind = (
        chosen(user, kind=mission.kind)
        .filter(starts_on__lt=mission.starts_on)
        .order_by("-starts_on", "-pk")[:MOST_BESIDE]
    )
    found = {one.pk: one for one in [*earlier, *same_kind] if not one.is_archived}
    last = sorted(found.values(), key=lambda one: (one.starts_on, one.pk))[-MOST_BESIDE:]
    return compare([*last, mission], user, columns=BESIDE) if last else None


# --- The comparison -------------------------------------------------------------------------


def _keys(missions):
    return ",".join(str(mission.pk) for mission in missions)


def _comparison_url(**parameters):
    address = reverse("admin:missions_mission_comparison")
    return f"{address}?{urlencode(parameters, doseq=True, safe=',')}" if parameters else address


def _comparison_context(comparison, form):
    chart = _chart_of_column(comparison, form.order)
    return {
        "columns": [_column(figure, form) for figure in comparison.figures],
        "rows": [
            {
                "label": row.label,
                "url": _url_of_row(row, comparison.by, form),
                "missions": len(row.missions),
                "results": row.results,
            }
            for row in comparison.rows
        ],
        "heading": capfirst(GROUPINGS[comparison.by][0]),
        "total": comparison.total,
        "has_invented": any(result.invented for result in comparison.total.results),
        "chart": chart,
        "definitions": comparison.figures,
        "document_query": form.address(),
    }


def _column(figure, form):
    """The head of a column: a click sorts the greatest first, the next one the smallest."""
    is_down, is_up = form.order == f"-{figure.key}", form.order == figure.key
    return {
        "figure": figure,
        "sorted": "descending" if is_down else "ascending" if is_up else "",
        "url": "?" + form.address(sort=figure.key if is_down else f"-{figure.key}"),
    }


def _url_of_row(row, by, form):
    """Return the Bilanz of the mission, or the comparison of the missions of the row."""
    if row.key is None:
        return "?" + form.address(by="mission", sort="", missions=_keys(row.missions))
    match by:
        case "mission":
            return reverse("admin:missions_mission_balance", args=[row.key])
        case "year":
            narrowed = {"first_year": row.key, "last_year": row.key}
        case _:
            narrowed = {by: row.key}
    return "?" + form.address(by="mission", sort="", **narrowed)


def _chart_of_column(comparison, sort):
    """Draw the column that is sorted by, else the agreements, else the first."""
    keys = [figure.key for figure in comparison.figures]
    wanted = (sort.removeprefix("-"), "agreements", *keys)
    key = next((key for key in wanted if key in keys), None)
    if key is None or len(comparison.rows) < 2:
        return None
    place = keys.index(key)
    figure = FIGURES[key]
    return Chart(
        "comparison",
        capfirst(figure.label),
        capfirst(GROUPINGS[comparison.by][0]),
        [
            Bar(
                row.label,
                row.results[place].amount or 0,
                row.results[place].shown,
                row.results[place].url if row.results[place].records else "",
                mark=mark(row.results[place]),
            )
            for row in comparison.rows
        ],
        figure.definition,
    )
