"""Follow-up projects in the admin; forecast and confirmed figures stand apart."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from legcrm.core.admin import BOOKKEEPING, PartInline, RecordAdmin
from legcrm.core.display import number
from legcrm.core.filters import (
    ArchivedFilter,
    CountryFilter,
    OwnerFilter,
    choice_filter,
    missing_filter,
    record_filter,
    related_filter,
)
from partners.models import Organisation

from ..admin_display import chip
from ..models import Milestone, Project, ProjectParty
from ..models.project import ROAD
from ..resources.results import ProjectResource
from .forms_results import ProjectForm


class ProjectPartyInline(PartInline):
    model = ProjectParty
    fields = ("organisation", "role")


class MilestoneInline(PartInline):
    model = Milestone
    fields = ("title", "due_on", "done_on")


@admin.register(Project)
class ProjectAdmin(RecordAdmin):
    form = ProjectForm
    list_display = (
        "title",
        "stage_cell",
        "country_cell",
        "forecast_cell",
        "confirmed_cell",
        "next_step_cell",
        "owner",
    )
    list_filter = (
        choice_filter("stage", _("stage"), Project.Stage),
        CountryFilter,
        OwnerFilter,
        missing_filter(next_step=(_("next step"), "without_next_step", "next_step")),
        ArchivedFilter,
        record_filter("organisation", _("organisation"), Organisation, "parties__organisation"),
        *(
            related_filter(Project._meta.get_field(name))
            for name in ("origin_mission", "agreement", "sector")
        ),
        related_filter(Project._meta.get_field("cooperation"), "home", "partner"),
    )
    fieldsets = (
        (
            _("Project"),
            {
                "classes": ["tab"],
                "fields": [
                    "title",
                    ("stage", "owner"),
                    ("sector", "country"),
                    ("city", "next_step"),
                    ("starts_on", "ends_on"),
                    "drop_reason",
                    "notes",
                ],
            },
        ),
        (
            _("Origin"),
            {"classes": ["tab"], "fields": ["origin_mission", "cooperation", "agreement"]},
        ),
        (
            _("Figures"),
            {
                "classes": ["tab"],
                "fields": [
                    ("value_forecast_eur", "jobs_forecast"),
                    ("value_confirmed_eur", "jobs_confirmed"),
                    ("confirmed_on", "confirmed_by"),
                    "confirmed_evidence",
                ],
            },
        ),
        BOOKKEEPING,
    )
    inlines = (ProjectPartyInline, MilestoneInline)
    panel_template = "admin/missions/project_panel.html"
    resource_classes = (ProjectResource,)

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        initial.setdefault("owner", request.user.pk)
        return initial

    def get_panel(self, request, obj):
        stage = Project.Stage(obj.stage)
        open_follow_ups = None
        if request.user.has_perm("missions.view_followup"):
            open_follow_ups = obj.follow_ups.open().select_related("assignee")[:20]
        next_stage = obj.next_stage
        return {
            "stage": chip(stage),
            "road": ROAD,
            "next_stage": next_stage,
            "missing": [field.verbose_name for field in obj.missing_for(next_stage)]
            if next_stage
            else [],
            "parties": obj.parties.select_related("organisation"),
            "milestones": obj.milestones.all()[:20],
            "today": timezone.localdate(),
            "follow_ups": open_follow_ups,
        }

    @display(description=_("stage"), ordering="stage")
    def stage_cell(self, obj):
        return chip(Project.Stage(obj.stage))

    @display(description=_("country"), ordering="country")
    def country_cell(self, obj):
        context = {"country": obj.country.name, "city": obj.city}
        return render_to_string("admin/missions/project_place.html", context)

    @display(description=_("forecast (EUR)"), ordering="value_forecast_eur")
    def forecast_cell(self, obj):
        return money(obj.value_forecast_eur)

    @display(description=_("confirmed (EUR)"), ordering="value_confirmed_eur")
    def confirmed_cell(self, obj):
        return money(obj.value_confirmed_eur)

    @display(description=_("next step"), ordering="next_step")
    def next_step_cell(self, obj):
        return obj.next_step


def money(amount):
    """Return an amount in whole euros with separators, right-aligned."""
    if amount is None:
        return ""
    return number(number_format(amount, decimal_pos=0, force_grouping=True))
