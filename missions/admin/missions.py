"""Missions: the trips and events, with their stops, participants, programme and results."""

from django.contrib import admin
from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from legcrm.core.admin import BOOKKEEPING, PartInline, RecordAdmin
from legcrm.core.display import number
from legcrm.core.filters import (
    ArchivedFilter,
    ComingDaysFilter,
    OwnerFilter,
    choice_filter,
    country_filter,
)
from legcrm.core.sections import Section

from ..admin_display import chip
from ..mission_summary import related_rows, summary
from ..models import Mission, MissionCountry, Stop
from ..resources import MissionResource
from ..timezones import common_names
from .balance_views import BalanceViews
from .document_views import DocumentViews
from .funnel_views import FunnelViews
from .inquiry_views import InquiryViews


class StopInline(PartInline):
    model = Stop
    fields = ["position", "city", "country", "timezone", "arrives_on", "leaves_on", "hotel"]
    ordering = ["position", "arrives_on", "pk"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "timezone":
            # The names are offered from the list at the end of the page, and checked by the model.
            kwargs["widget"] = UnfoldAdminTextInputWidget(attrs={"list": "timezones"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class MissionCountryInline(PartInline):
    model = MissionCountry
    fields = ["country"]
    verbose_name = _("country")
    verbose_name_plural = _("countries without stops")


@admin.register(Mission)
class MissionAdmin(BalanceViews, DocumentViews, FunnelViews, InquiryViews, RecordAdmin):
    list_display = [
        "title",
        "kind_label",
        "dates_column",
        "country_names",
        "participant_count",
        "status_chip",
        "owner",
    ]
    list_filter = [
        country_filter(Coalesce(F("stops__country"), F("country_links__country"))),
        choice_filter("kind", _("kind"), Mission.Kind),
        choice_filter("status", _("status"), Mission.Status),
        OwnerFilter,
        ("starts_on", ComingDaysFilter),
        ArchivedFilter,
    ]
    ordering = ["-starts_on", "code"]
    resource_classes = [MissionResource]
    inlines = [StopInline, MissionCountryInline]
    panel_template = "admin/missions/mission_panel.html"
    change_form_outer_after_template = "admin/missions/mission_timezones.html"
    fieldsets = [
        (
            _("Mission"),
            {
                "classes": ["tab"],
                "fields": [
                    ("title_de", "title_en"),
                    ("code", "kind"),
                    ("starts_on", "ends_on"),
                    ("date_precision", "status"),
                    ("registration_deadline", "capacity"),
                    ("owner", "announced_agreements"),
                    "objectives",
                    "selection_procedure",
                    "asks_participants",
                    "notes",
                ],
            },
        ),
        (
            _("Links"),
            {"classes": ["tab"], "fields": ["built_on", "co_organisers", "sectors"]},
        ),
        (
            _("Money"),
            {"classes": ["tab"], "fields": [("cost_eur", "funding_eur"), "funding_source"]},
        ),
        BOOKKEEPING,
    ]

    @display(description=_("mission"), ordering="title_de")
    def title(self, mission):
        return mission.title

    @display(description=_("kind"), ordering="kind")
    def kind_label(self, mission):
        return mission.get_kind_display()

    @display(description=_("dates"), ordering="starts_on")
    def dates_column(self, mission):
        days = mission.dates.split(" – ")
        return format_html_join(" – ", '<span class="crm-nowrap">{}</span>', ((d,) for d in days))

    @display(description=_("countries"))
    def country_names(self, mission):
        return ", ".join(str(country.name) for country in mission.countries)

    @display(description=_("participants"), ordering="participant_count")
    def participant_count(self, mission):
        return number(mission.participant_count)

    @display(description=_("status"), ordering="status")
    def status_chip(self, mission):
        return chip(Mission.Status(mission.status))

    def get_changeform_initial_data(self, request):
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_queryset(self, request):
        queryset = super().get_queryset(request).select_related(
            "owner", "created_by", "updated_by"
        )  # fmt: skip
        if request.resolver_match and "object_id" in request.resolver_match.kwargs:
            queryset = queryset.prefetch_related("stops", "country_links")
        return queryset

    def get_panel(self, request, obj):
        return summary(obj, request.user)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["timezones"] = common_names()
        if change and obj is not None:
            context["datasets"] = self._sections(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _sections(self, request, mission):
        tabs = (
            ("participants", _("Participants"), "admin/missions/mission_participants.html"),
            ("programme", _("Programme"), "admin/missions/mission_programme.html"),
            ("results", _("Results"), "admin/missions/mission_results.html"),
        )
        context = {"mission": mission, **related_rows(mission, request.user)}
        sections = [
            Section(request, key, title, template, context) for key, title, template in tabs
        ]
        timeline = f"{reverse('admin:missions_interaction_timeline')}?mission={mission.pk}"
        return [
            *sections,
            Section(
                request,
                "timeline",
                _("Timeline"),
                "admin/includes/loaded_tab.html",
                {"address": timeline},
            ),
        ]
