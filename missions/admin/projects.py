"""Follow-up projects in the admin; forecast and confirmed figures stand apart."""

from django.contrib import admin
from django.forms import Script
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
    OneOfFilter,
    OwnerFilter,
    choice_filter,
    missing_filter,
    record_filter,
    related_filter,
)
from partners.models import Organisation

from ..admin_display import chip
from ..models import Milestone, Project, ProjectParty
from ..models.project import ROAD, STOPPED
from ..resources.results import ProjectResource
from .board_views import BoardViews
from .confirmation_views import ConfirmationViews
from .forms_boards import MoveProjectForm
from .forms_results import ProjectForm


class LookAgainFilter(OneOfFilter):
    """What stopped: all of it, or what is worth another look by now."""

    title = _("stopped")
    parameter_name = "look_again"

    def lookups(self, request, model_admin):
        return [("due", _("to be looked at again now")), ("all", _("on hold or dropped"))]

    def queryset(self, request, queryset):
        match self.value():
            case "due":
                return queryset.to_look_at(timezone.localdate())
            case "all":
                return queryset.stopped()
        return queryset


class ProjectPartyInline(PartInline):
    model = ProjectParty
    fields = ("organisation", "role")


class MilestoneInline(PartInline):
    model = Milestone
    fields = ("title", "due_on", "done_on")


@admin.register(Project)
class ProjectAdmin(BoardViews, ConfirmationViews, RecordAdmin):
    form = ProjectForm
    card_template = "admin/board/project_card.html"
    move_form = MoveProjectForm
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
        LookAgainFilter,
        missing_filter(
            next_step=(_("next step"), "without_next_step", "next_step"),
            confirmation=(_("confirmed figures"), "without_confirmation", "value_confirmed_eur"),
        ),
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
                    "drop_reason",
                    "look_again_on",
                    "next_step",
                    ("sector", "country"),
                    "city",
                    ("starts_on", "ends_on"),
                    "notes",
                ],
            },
        ),
        (
            _("Origin"),
            {
                "classes": ["tab"],
                "fields": ["noted_on", "origin_mission", "cooperation", "agreement"],
            },
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

    class Media:
        js = [Script("legcrm/js/stage-form.js", type="module")]

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        initial.setdefault("owner", request.user.pk)
        initial.setdefault("noted_on", timezone.localdate())
        return initial

    def get_panel(self, request, obj):
        # A refused form has written into ``obj`` what is not saved.
        project = obj if request.method == "GET" else self.get_queryset(request).get(pk=obj.pk)
        follow_ups = None
        if request.user.has_perm("missions.view_followup"):
            follow_ups = project.follow_ups.open().select_related("assignee")[:20]
        milestones = list(project.milestones.all()[:20])
        stage, next_stage = Project.Stage(project.stage), project.next_stage
        # Where a stopped project stood on the road, as far as its history says.
        reached = stage if stage in ROAD else project.stage_before_stop()
        return {
            "project": project,
            "stage": chip(stage),
            "is_stopped": stage in STOPPED,
            "shows_reason": "drop_reason" not in self.hidden_fields(request),
            "road": reached and [(step, _place_on_road(step, reached, stage)) for step in ROAD],
            "next_stage": next_stage,
            "missing": project.missing_for(next_stage) if next_stage else [],
            "gates": [(step, fields) for step, fields in project.gates() if fields],
            "may_change": self.has_change_permission(request, project),
            "parties": project.parties.select_related("organisation"),
            "milestones": milestones,
            "next_milestone": next((one for one in milestones if one.done_on is None), None),
            "today": timezone.localdate(),
            "follow_ups": follow_ups,
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


def _place_on_road(step, reached, stage):
    """Return "done", "now", "stopped" or "ahead": where ``step`` lies from the stage reached."""
    if ROAD.index(step) > ROAD.index(reached):
        return "ahead"
    if step == reached:
        return "now" if stage == reached else "stopped"
    return "done"
