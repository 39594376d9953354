"""The contact log in the admin."""

from django.contrib import admin
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from legcrm.core.admin import BOOKKEEPING, RecordAdmin
from legcrm.core.display import link
from legcrm.core.filters import (
    ArchivedFilter,
    DayRangeFilter,
    OwnerFilter,
    country_filter,
    every_choice_filter,
    record_filter,
    related_filter,
)
from partners.models import Organisation, Person

from ..admin_display import some_links
from ..contacts import add_next_step, running_mission
from ..models import Interaction, InteractionFile
from ..resources.contacts import InteractionResource
from .drop_views import InteractionFileInline, file_urls
from .forms_contacts import InteractionForm
from .quick_log_views import quick_log_urls
from .timeline_views import timeline_urls

# Form fields of no model field: they become a follow-up.
NEXT_STEP = ("next_step", "next_step_on")


class StaffFilter(OwnerFilter):
    title = _("staff")
    parameter_name = "staff"
    field = "staff"


@admin.register(Interaction)
class InteractionAdmin(RecordAdmin):
    form = InteractionForm
    list_display = (
        "subject",
        "kind_cell",
        "when",
        "organisations_cell",
        "people_cell",
        "context_cell",
    )
    list_filter = (
        StaffFilter,
        country_filter(F("organisations__country"), counts=False),
        every_choice_filter("kind", _("kind"), Interaction.Kind),
        ("occurred_at", DayRangeFilter),
        ArchivedFilter,
        record_filter("organisation", _("organisation"), Organisation, "organisations"),
        record_filter("person", _("person"), Person, "people"),
        related_filter(Interaction._meta.get_field("mission")),
        related_filter(Interaction._meta.get_field("appointment")),
        related_filter(Interaction._meta.get_field("cooperation"), "home", "partner"),
    )
    fieldsets = (
        (
            _("Contact"),
            {
                "classes": ["tab"],
                "fields": [
                    "organisations",
                    "people",
                    "subject",
                    "kind",
                    "occurred_at",
                    "notes",
                    *NEXT_STEP,
                ],
            },
        ),
        (
            _("Context"),
            {"classes": ["tab"], "fields": ["staff", "cooperation", "mission", "appointment"]},
        ),
        BOOKKEEPING,
    )
    inlines = (InteractionFileInline,)
    panel_template = "admin/missions/interaction_panel.html"
    resource_classes = (InteractionResource,)

    def get_urls(self):
        return [
            *quick_log_urls(self),
            *file_urls(self),
            *timeline_urls(self),
            *super().get_urls(),
        ]

    def for_list(self, queryset):
        return super().for_list(queryset).with_participants()

    def get_fieldsets(self, request, obj=None):
        """Offer the next step to those who may log contacts and write follow-ups."""
        fieldsets = super().get_fieldsets(request, obj)
        may_write = obj is None or self.has_change_permission(request, obj)
        if may_write and request.user.has_perm("missions.add_followup"):
            return fieldsets
        return [
            (name, {**options, "fields": [f for f in options["fields"] if f not in NEXT_STEP]})
            for name, options in fieldsets
        ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if not request.user.has_perm("missions.add_followup"):
            for name in NEXT_STEP:
                form.base_fields.pop(name, None)
        return form

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        initial.setdefault("staff", [request.user.pk])
        if "mission" not in initial and (mission := running_mission()):
            initial["mission"] = mission.pk
        return initial

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        what = form.cleaned_data.get("next_step")
        if what:
            add_next_step(form.instance, what, form.cleaned_data["next_step_on"], request.user)

    def get_panel(self, request, obj):
        follow_ups = None
        if request.user.has_perm("missions.view_followup"):
            follow_ups = obj.follow_ups.active().select_related("assignee")[:20]
        return {
            "kind": obj.get_kind_display(),
            "organisations": obj.organisations.all()[:20],
            "people": obj.people.all()[:20],
            "staff": obj.staff.all()[:20],
            "follow_ups": follow_ups,
            "files": obj.files.all() if InteractionFile.may_be_seen_by(request.user) else None,
        }

    @display(description=_("kind"), ordering="kind")
    def kind_cell(self, obj):
        return obj.get_kind_display()

    @display(description=_("when"), ordering="occurred_at")
    def when(self, obj):
        return date_format(timezone.localtime(obj.occurred_at), "SHORT_DATETIME_FORMAT")

    @display(description=_("organisations"))
    def organisations_cell(self, obj):
        return some_links(obj.organisations.all())

    @display(description=_("people"))
    def people_cell(self, obj):
        return some_links(obj.people.all())

    @display(description=_("cooperation or mission"))
    def context_cell(self, obj):
        return link(obj.cooperation) or link(obj.mission)
