"""The pages of the chain of missions: the funnel, the chains there are, the path of a partner."""

from collections import defaultdict

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, prefetch_related_objects
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from legcrm.core import invented
from legcrm.core.keys import is_key
from partners.models import Organisation, Sector

from ..balance import AGREEMENTS, COOPERATIONS, PROJECTS, say
from ..funnel import Filters, Funnel, Side, may_see
from ..lineage import ancestors_of_each, nothing_builds_on_it
from ..models import Mission
from ..path import chains_of, path_of

# With more columns than these the table of each to each would not fit on a page.
MOST_TO_COMPARE = 14
CHAINS_PER_PAGE = 50
DAYS_OF_A_MONTH = 365.25 / 12


class FunnelViews:
    """For the admin of missions: ``<id>/funnel/``, ``chains/`` and ``path/``."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("chains/", view(self.chains_view), name="missions_mission_chains"),
            path("path/", view(self.path_view), name="missions_mission_path"),
            path(
                "<path:object_id>/funnel/",
                view(self.funnel_view),
                name="missions_mission_funnel",
            ),
            *super().get_urls(),
        ]

    def funnel_view(self, request, object_id):
        """Show the chain of a mission and its funnel: ``?side=&kind=&country=&sector=&page=``."""
        if not may_see(request.user):
            raise PermissionDenied
        missions = Mission.objects.for_user(request.user)
        mission = missions.filter(pk=object_id).first() if is_key(object_id) else None
        if mission is None:
            raise Http404
        filters = Filters.read(request.GET)
        funnel = Funnel(mission, request.user, filters)
        page = funnel.page(request.GET.get("page", 1))
        rows = _rows(funnel, page)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Chain of missions: %(mission)s") % {"mission": mission},
            "opts": self.opts,
            "original": mission,
            "funnel": funnel,
            "columns": _columns(funnel),
            "comparisons": _comparisons(funnel),
            "ideas": funnel.ideas,
            "first_to_first": in_words(*funnel.first_to_first()),
            "all_url": funnel.url(),
            "rows": rows,
            "has_invented": any(row["is_invented"] for row in rows),
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "query": filters.query(),
            "choices": _choices(funnel),
            "is_narrowed": filters != Filters(),
        }
        return TemplateResponse(request, "admin/lineage/funnel.html", context)

    def chains_view(self, request):
        """List the chains: the missions that nothing builds on any more."""
        if not may_see(request.user):
            raise PermissionDenied
        missions = Mission.objects.for_user(request.user).active()
        last = missions.filter(nothing_builds_on_it(Mission), built_on__isnull=False).distinct()
        page = Paginator(last.order_by("-starts_on", "pk"), CHAINS_PER_PAGE).get_page(
            request.GET.get("page", 1)
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Chains of missions"),
            "opts": self.opts,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "chains": _chains(page.object_list, request.user),
        }
        return TemplateResponse(request, "admin/lineage/chains.html", context)

    def path_view(self, request):
        """Answer with the path of ``?organisation=``, for a tab on its page."""
        if not may_see(request.user):
            raise PermissionDenied
        key = request.GET.get("organisation", "")
        organisations = Organisation.objects.for_user(request.user)
        organisation = organisations.filter(pk=key).first() if is_key(key) else None
        if organisation is None:
            raise Http404
        steps = path_of(organisation, request.user)
        context = {
            "original": organisation,
            "steps": [
                {"step": step, "after": in_words(step.days, step.is_about)} for step in steps
            ],
            "chains": chains_of(steps),
        }
        return TemplateResponse(request, "admin/lineage/path.html", context)


def in_words(days: float | None, is_about: bool) -> str:
    """Return a span as "366 days", or "about 12 months" where the days are not known."""
    if days is None:
        return ""
    if not is_about:
        return say(days, "days")
    months = round(days / DAYS_OF_A_MONTH)
    if not months:
        return _("less than a month")
    return ngettext("about %d month", "about %d months", months) % months


def _columns(funnel):
    steps = [*funnel.steps(), None]
    return [
        {
            "column": column,
            "count": funnel.counts[column.key],
            "url": funnel.url(column.key),
            "is_current": column.mission == funnel.mission,
            "step": step,
            "after": in_words(step.days, step.is_about) if step else "",
            "following": following,
            "result": funnel.to_a_result(column) if column.mission and funnel.results else None,
        }
        for column, step, following in zip(
            funnel.columns, steps, [*funnel.columns[1:], None], strict=True
        )
    ]


def _rows(funnel, page):
    return [
        {
            "organisation": row.organisation,
            "is_invented": row.organisation.source == invented.SOURCE,
            "marks": [
                mark and {"name": column.name, "count": mark.count, "url": mark.url}
                for column, mark in zip(funnel.columns, row.marks, strict=True)
            ],
        }
        for row in page.object_list
    ]


def _comparisons(funnel):
    """Return a row for each column but the last, with a cell for each but the first."""
    columns = funnel.columns
    if not 2 < len(columns) <= MOST_TO_COMPARE:
        return []
    rows = []
    for place, source in enumerate(columns[:-1]):
        cells = [None] * place
        for target in columns[place + 1 :]:
            conversion = funnel.conversion(source, target)
            words = in_words(conversion.days, conversion.is_about)
            cells.append({"conversion": conversion, "after": words})
        rows.append({"source": source, "cells": cells})
    return rows


def _choices(funnel):
    """Return what may be chosen, as ``[(name, label, [(value, label, is chosen)])]``."""
    filters = funnel.filters
    prefetch_related_objects(funnel.missions, "stops", "country_links")
    codes = {settings.HOME_COUNTRY, filters.country}
    for mission in funnel.missions:
        codes.update(str(code) for code in mission.countries)
    places = sorted(((code, countries.name(code)) for code in codes if code), key=lambda c: c[1])
    sectors = Sector.objects.active().filter(retired_on=None)
    sectors = sorted(((sector.key, str(sector)) for sector in sectors), key=lambda s: s[1])
    everything = [("", _("all"))]
    offered = (
        ("side", _("From"), Side.choices),
        ("kind", _("Kind"), [*everything, *Organisation.Kind.choices]),
        ("country", _("Country"), [*everything, *places]),
        ("sector", _("Sector"), [*everything, *sectors]),
    )
    return [
        (
            name,
            label,
            [(value, capfirst(text), value == getattr(filters, name)) for value, text in values],
        )
        for name, label, values in offered
    ]


def _chains(missions, user):
    """Return ``missions``, each with the number of missions and results of its chain."""
    missions = list(missions)
    earlier = ancestors_of_each(missions)
    keys = {mission.pk: {mission.pk, *earlier[mission.pk]} for mission in missions}
    all_keys = set().union(*keys.values())
    counts = {}
    for base in (COOPERATIONS, AGREEMENTS, PROJECTS):
        if user.has_perm(f"missions.view_{base.model._meta.model_name}"):
            rows = base.seen_by(user).filter(**{f"{base.mission}__in": all_keys})
            found = rows.values_list(base.mission).annotate(Count("pk"))
            counts[base.model._meta.verbose_name_plural] = defaultdict(int, found)
    return [
        {
            "mission": mission,
            "length": len(keys[mission.pk]),
            "url": reverse("admin:missions_mission_funnel", args=[mission.pk]),
            "results": [
                (name, sum(found[key] for key in keys[mission.pk]))
                for name, found in counts.items()
            ],
        }
        for mission in missions
    ]
