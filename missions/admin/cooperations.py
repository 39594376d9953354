"""Cooperations in the admin: the list of pairs, such as TITK – UzTextilprom."""

from django.contrib import admin
from django.db.models import Count, F, Q
from django.forms import Script
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from legcrm.core.admin import BOOKKEEPING, RecordAdmin
from legcrm.core.display import link
from legcrm.core.filters import (
    ArchivedFilter,
    LastContactFilter,
    OwnerFilter,
    choice_filter,
    country_filter,
    missing_filter,
    record_filter,
    related_filter,
)
from partners.models import Organisation

from ..admin_display import chip
from ..models import Cooperation
from ..models.cooperation import Field
from ..resources.cooperations import CooperationResource
from .board_views import BoardViews
from .forms_boards import MoveCooperationForm
from .forms_results import CooperationForm

# The newest changes of stage in the panel; all of them are in the history.
SHOWN_STAGES = 12


@admin.register(Cooperation)
class CooperationAdmin(BoardViews, RecordAdmin):
    form = CooperationForm
    card_template = "admin/board/cooperation_card.html"
    move_form = MoveCooperationForm
    list_display = (
        "pair",
        "stage_cell",
        "field",
        "last_contact_cell",
        "next_step_cell",
        "origin_cell",
        "owner",
    )
    list_filter = (
        choice_filter("stage", _("stage"), Cooperation.Stage),
        country_filter(F("partner__country")),
        choice_filter("field", _("field"), Field),
        OwnerFilter,
        LastContactFilter,
        missing_filter(next_step=(_("next step"), "without_next_step", "next_step_cell")),
        ArchivedFilter,
        record_filter("organisation", _("organisation"), Organisation, "home", "partner"),
        related_filter(Cooperation._meta.get_field("origin_mission")),
    )
    ordering = ("home__name", "partner__name", "pk")
    fieldsets = (
        (
            _("Cooperation"),
            {
                "classes": ["tab"],
                "fields": [
                    ("home", "partner"),
                    ("subject", "field"),
                    ("stage", "stage_since"),
                    "ended_reason",
                    ("origin_mission", "owner"),
                    "notes",
                ],
            },
        ),
        BOOKKEEPING,
    )
    panel_template = "admin/missions/cooperation_panel.html"
    resource_classes = (CooperationResource,)
    column_rights = {"next_step_cell": "missions.view_followup"}

    class Media:
        js = [Script("legcrm/js/stage-form.js", type="module")]

    def get_queryset(self, request):
        # The name of a cooperation is that of its two sides.
        return super().get_queryset(request).select_related("home", "partner")

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        initial.setdefault("owner", request.user.pk)
        return initial

    def get_panel(self, request, obj):
        counted = (
            Cooperation.objects.filter(pk=obj.pk)
            .annotate(
                contacts=_count("interactions"),
                agreed=_count("agreements"),
                ventures=_count("projects"),
            )
            .values("contacts", "agreed", "ventures")
            .first()
        )
        may_see_follow_ups = request.user.has_perm("missions.view_followup")
        return {
            "home": obj.home,
            "partner": obj.partner,
            "stage": chip(Cooperation.Stage(obj.stage)),
            "shows_reason": "ended_reason" not in self.hidden_fields(request),
            "may_change": self.has_change_permission(request, obj),
            "stages": obj.stages.select_related("created_by").order_by("-pk")[:SHOWN_STAGES],
            "last_contact": obj.interactions.active().prefetch_related("staff").first(),
            "next_step": may_see_follow_ups
            and obj.follow_ups.open().select_related("assignee").order_by("due_on").first(),
            "today": timezone.localdate(),
            "contacts": counted["contacts"],
            "agreement_count": counted["agreed"],
            "project_count": counted["ventures"],
            "agreements": [
                (agreement, chip(agreement.Status(agreement.status)))
                for agreement in obj.agreements.active()[:20]
            ],
            "projects": [
                (project, chip(project.Stage(project.stage)))
                for project in obj.projects.active()[:20]
            ],
        }

    @display(description=_("cooperation"), ordering="home__name")
    def pair(self, obj):
        return render_to_string("admin/missions/cooperation_pair.html", {"cooperation": obj})

    @display(description=_("stage"), ordering="stage")
    def stage_cell(self, obj):
        context = {"chip": chip(Cooperation.Stage(obj.stage)), "day": obj.stage_since}
        return render_to_string("admin/missions/chip_since.html", context)

    @display(description=_("last contact"), ordering="last_contact")
    def last_contact_cell(self, obj):
        if obj.last_contact is None:
            return ""
        return date_format(timezone.localtime(obj.last_contact), "SHORT_DATE_FORMAT")

    @display(description=_("next step"), ordering="next_step_on")
    def next_step_cell(self, obj):
        context = {
            "what": obj.next_step,
            "day": obj.next_step_on,
            "late": obj.next_step_on is not None and obj.next_step_on < timezone.localdate(),
        }
        return render_to_string("admin/missions/cooperation_next_step.html", context)

    @display(description=_("mission it came from"), ordering="origin_mission__starts_on")
    def origin_cell(self, obj):
        return link(obj.origin_mission)


def _count(relation):
    return Count(relation, filter=Q(**{f"{relation}__archived_at": None}), distinct=True)
