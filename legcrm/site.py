"""The admin site of LEG CRM: its sidebar, grouped by work, and the answers of its palette."""

from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from .account import settings_page
from .guide import guide, help_for

SHORTEST_SEARCH = 2
# Every word is a condition of the query, and SQLite takes no thousand of them.
LONGEST_SEARCH = 100


class Choices(AutocompleteJsonView):
    """What a dropdown offers, with what tells records of one name apart."""

    def serialize_result(self, obj, to_field_name):
        choice = super().serialize_result(obj, to_field_name)
        return choice | {"text": self.model_admin.choice_label(obj)}


class CRMAdminSite(UnfoldAdminSite):
    def get_urls(self):
        def page(address, view, name):
            return path(address, self.admin_view(partial(view, admin_site=self)), name=name)

        return [
            page("guide/", guide, "guide"),
            page("guide/<str:screen>/", help_for, "guide_section"),
            path("account/", self.admin_view(settings_page), name="account"),
            *super().get_urls(),
        ]

    def autocomplete_view(self, request):
        return Choices.as_view(admin_site=self)(request)

    def search(self, request, extra_context=None):
        """Answer the command palette, from the database each time.

        The theme keeps results for five minutes: a record just renamed would show its old name,
        and one that the user may no longer see would still be named.
        """
        term = request.GET.get("s", "").strip()[:LONGEST_SEARCH]
        if len(term) < SHORTEST_SEARCH:
            return HttpResponse()
        callback = self._get_config("COMMAND", request)["search_callback"]
        answer = self._get_value(callback, request, term)
        return TemplateResponse(request, "unfold/helpers/command_results.html", {"answer": answer})


class Entry(NamedTuple):
    """An entry of the sidebar: the list of a model, or its form for a new record."""

    model: str
    icon: str  # a name of Material Symbols
    title: str = ""  # where the model's plural says too much or too little
    verb: str = "changelist"
    rights: tuple[str, ...] = ()  # needed beside that to see the model

    def item(self, request):
        """Return what the theme shows, or None if the user may not go there."""
        model = apps.get_model(self.model)
        if not (may_add if self.verb == "add" else may_view)(request, model):
            return None
        if not request.user.has_perms(self.rights):
            return None
        return {
            "title": self.title or capfirst(model._meta.verbose_name_plural),
            "icon": self.icon,
            "link": page_url(model, self.verb),
        }


# Below the start page.
TODAY = (
    Entry("missions.FollowUp", "event_note", _("Calendar"), "calendar"),
    Entry("missions.StaleLead", "radar", _("Radar")),
)
GROUPS = (
    (
        _("Missions"),
        (
            Entry("missions.Mission", "flight_takeoff"),
            Entry("missions.Participation", "badge"),
            Entry("missions.Appointment", "calendar_month"),
        ),
    ),
    (
        _("Contacts"),
        (
            Entry("missions.Interaction", "forum", _("Contact log")),
            Entry("missions.FollowUp", "notification_important"),
            Entry("missions.Interaction", "add_comment", _("Log a contact"), "add"),
        ),
    ),
    (
        _("Partners"),
        (
            Entry("partners.Organisation", "domain"),
            Entry("partners.Company", "factory"),
            Entry("partners.University", "school", _("Universities and institutes")),
            Entry("partners.Person", "person"),
            Entry("missions.Segment", "travel_explore", _("Partner-Finder"), "finder"),
            Entry("missions.Segment", "groups"),
            Entry("partners.OrganisationPair", "join", _("Duplicate organisations")),
            Entry("partners.PersonPair", "join", _("Duplicate people")),
        ),
    ),
    (
        _("Results"),
        (
            Entry("missions.Cooperation", "handshake"),
            Entry("missions.Cooperation", "view_kanban", _("Cooperations (board)"), "board"),
            Entry("missions.Agreement", "contract"),
            Entry("missions.Project", "rocket_launch"),
            Entry("missions.Project", "view_kanban", _("Projects (board)"), "board"),
            Entry("missions.Questionnaire", "rate_review", _("Answers of participants")),
        ),
    ),
    (
        _("Reports"),
        (
            Entry("missions.Mission", "monitoring", _("Balance of missions"), "comparison"),
            Entry(
                "missions.Mission",
                "account_tree",
                _("Chains of missions"),
                "chains",
                ("missions.view_participation", "partners.view_organisation"),
            ),
            Entry(
                "missions.Mission",
                "account_balance",
                _("Parliamentary question"),
                "inquiry",
                ("missions.change_mission", "partners.export_person"),
            ),
        ),
    ),
    (
        _("Administration"),
        (
            Entry("core.SpreadsheetImport", "upload_file"),
            Entry("partners.Merge", "merge"),
            Entry("missions.HandOver", "swap_horiz"),
            Entry("partners.Sector", "category"),
            Entry("missions.RadarRule", "radar", _("Rules of the radar")),
            Entry("core.User", "manage_accounts"),
            Entry("auth.Group", "shield_person", _("Roles")),
            Entry("core.ExportLog", "output"),
            Entry("core.TimedRun", "schedule"),
            Entry("admin.LogEntry", "history", _("Change log")),
        ),
    ),
)


def navigation(request):
    """Return the groups of the sidebar, with what the user may open."""
    start = {"title": _("Start page"), "icon": "today", "link": reverse("admin:index")}
    groups = [{"title": _("Today"), "items": [start, *_items(request, TODAY)]}]
    for title, entries in GROUPS:
        if items := _items(request, entries):
            groups.append({"title": title, "items": items})
    _mark_active(request, groups)
    return groups


def _items(request, entries):
    return [item for entry in entries if (item := entry.item(request))]


def _mark_active(request, groups):
    """Mark the entry with the longest address that leads to this page.

    So "Log a contact" is marked on its own page, and not the list of contacts above it.
    """
    items = [item for group in groups for item in group["items"]]
    start, *others = (item["link"] for item in items)
    matching = [link for link in others if request.path.startswith(link)]
    active = max(matching, key=len, default=start if request.path == start else None)
    for item in items:
        item["active"] = item["link"] == active


def may_view(request, model):
    """Whether the user may open the list of ``model``."""
    site = admin.site
    return site.is_registered(model) and site.get_model_admin(model).has_view_permission(request)


def may_add(request, model):
    site = admin.site
    return site.is_registered(model) and site.get_model_admin(model).has_add_permission(request)


def may_change(request, model):
    site = admin.site
    return site.is_registered(model) and site.get_model_admin(model).has_change_permission(request)


def page_url(model, verb="changelist", **parameters):
    """Return the address of a list or of a form for a new record, with query parameters."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}")
    return f"{url}?{urlencode(parameters, doseq=True)}" if parameters else url
