"""The contact log and the follow-ups in the admin."""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from legcrm.core.admin import BOOKKEEPING, BOOKKEEPING_FIELDS, RecordAdmin
from legcrm.core.display import link
from legcrm.core.filters import (
    ArchivedFilter,
    DayRangeFilter,
    OneOfFilter,
    OwnerFilter,
    country_filter,
    every_choice_filter,
    record_filter,
    related_filter,
)
from partners.models import Organisation, Person

from ..admin_display import some_links
from ..contacts import add_next_step, running_mission
from ..follow_ups import AlreadyDone, complete
from ..models import FollowUp, Interaction
from ..resources.contacts import FollowUpResource, InteractionResource
from .forms_contacts import FollowUpDoneForm, InteractionForm

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
    panel_template = "admin/missions/interaction_panel.html"
    resource_classes = (InteractionResource,)

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


class StateFilter(OneOfFilter):
    """What is done is out of sight until somebody asks for it."""

    title = _("state")
    parameter_name = "state"
    default_label = _("open")

    def lookups(self, request, model_admin):
        return [("done", _("done")), ("all", _("both"))]

    def queryset(self, request, queryset):
        match self.value():
            case "done":
                return queryset.done()
            case "all":
                return queryset
        return queryset.filter(done_at__isnull=True)


class AssigneeFilter(OwnerFilter):
    title = _("assignee")
    parameter_name = "assignee"
    field = "assignee"


class DueFilter(OneOfFilter):
    title = _("due")
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [
            ("overdue", _("overdue")),
            ("today", _("today")),
            ("due", _("today or overdue")),
            ("week", _("within seven days")),
            ("later", _("later")),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        week = today + timedelta(days=7)
        match self.value():
            case "overdue":
                return queryset.filter(due_on__lt=today)
            case "today":
                return queryset.filter(due_on=today)
            case "due":
                return queryset.filter(due_on__lte=today)
            case "week":
                return queryset.filter(due_on__range=(today, week))
            case "later":
                return queryset.filter(due_on__gt=week)
        return queryset


class DueDaysFilter(DayRangeFilter):
    presets = ()  # DueFilter has them.


@admin.register(FollowUp)
class FollowUpAdmin(RecordAdmin):
    list_display = ("what", "due_cell", "target_cell", "assignee", "repeat_cell", "done_cell")
    list_filter = (
        AssigneeFilter,
        StateFilter,
        DueFilter,
        ("due_on", DueDaysFilter),
        ArchivedFilter,
        *(
            related_filter(
                FollowUp._meta.get_field(name),
                *(("home", "partner") if name == "cooperation" else ()),
            )
            for name in FollowUp.TARGETS
        ),
    )
    search_fields = ("what",)
    fieldsets = (
        (
            None,
            {"fields": ["what", ("due_on", "assignee"), ("repeat", "outcome")]},
        ),
        (
            _("About exactly one record"),
            {
                "fields": [
                    ("organisation", "person"),
                    ("cooperation", "interaction"),
                    ("agreement", "project"),
                    "mission",
                ],
            },
        ),
        (
            BOOKKEEPING[0],
            {**BOOKKEEPING[1], "fields": [("done_at", "done_by"), *BOOKKEEPING[1]["fields"]]},
        ),
    )
    readonly_fields = (*BOOKKEEPING_FIELDS, "done_at", "done_by")
    panel_template = "admin/missions/followup_panel.html"
    resource_classes = (FollowUpResource,)
    actions = ("complete_selected", *RecordAdmin.actions)
    actions_detail = ("complete_record", *RecordAdmin.actions_detail)

    def get_queryset(self, request):
        # The name of a cooperation is that of its two sides.
        return (
            super()
            .get_queryset(request)
            .select_related("cooperation__home", "cooperation__partner")
        )

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        initial.setdefault("assignee", request.user.pk)
        return initial

    def get_panel(self, request, obj):
        return {"due": due_chip(obj), "target": obj.target, "target_label": target_label(obj)}

    @display(description=_("due"), ordering="due_on")
    def due_cell(self, obj):
        return due_chip(obj)

    @display(description=_("about"))
    def target_cell(self, obj):
        context = {"target": obj.target, "label": target_label(obj)}
        return render_to_string("admin/missions/followup_target.html", context)

    @display(description=_("repeat"), ordering="repeat")
    def repeat_cell(self, obj):
        return "" if obj.repeat == FollowUp.Repeat.NEVER else obj.get_repeat_display()

    @display(description=_("done at"), ordering="done_at")
    def done_cell(self, obj):
        if obj.done_at is None:
            return ""
        return date_format(timezone.localtime(obj.done_at), "SHORT_DATE_FORMAT")

    def get_actions_detail(self, request, object_id):
        """Offer “done” only while it is not."""
        offered = super().get_actions_detail(request, object_id)
        is_open = self.model.objects.open().filter(pk=unquote(str(object_id))).exists()
        if is_open:
            return offered
        return [item for item in offered if not item.action_name.endswith("complete_record")]

    @action(
        description=_("Done"),
        url_path="done",
        permissions=["archive"],
        icon="check",
    )
    def complete_record(self, request, object_id):
        follow_up = self.get_object(request, unquote(str(object_id)))
        if follow_up is None:
            raise Http404
        if not self.has_change_permission(request, follow_up):
            raise PermissionDenied
        form = FollowUpDoneForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                following = complete(follow_up, request.user, form.cleaned_data["outcome"])
            except AlreadyDone:
                messages.warning(request, _("This follow-up has been done before."))
            else:
                messages.success(request, _("“%s” is done.") % follow_up)
                tell_next(request, [following])
            return HttpResponseRedirect(
                follow_up.target.get_absolute_url()
                if "_target" in request.POST
                else reverse("admin:missions_followup_changelist")
            )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Done"),
            "opts": self.opts,
            "original": follow_up,
            "form": form,
        }
        return TemplateResponse(request, "admin/missions/followup_done.html", context)

    @action(description=_("Mark selected follow-ups as done"), permissions=["archive"])
    def complete_selected(self, request, queryset):
        done, following, refused = 0, [], []
        with transaction.atomic():
            for follow_up in queryset.filter(done_at__isnull=True):
                try:
                    with transaction.atomic():
                        following.append(complete(follow_up, request.user))
                except (AlreadyDone, ValidationError):
                    refused.append(str(follow_up))
                else:
                    done += 1
        if done:
            messages.success(
                request, ngettext("%d follow-up done.", "%d follow-ups done.", done) % done
            )
        elif not refused:
            messages.info(request, _("The selected follow-ups have been done before."))
        if refused:
            messages.error(request, _("Not changed: %s") % ", ".join(refused))
        tell_next(request, following)


def tell_next(request, follow_ups):
    """Say when repeated follow-ups come again."""
    for follow_up in filter(None, follow_ups):
        text = _("“%(what)s” comes again on %(day)s.") % {
            "what": follow_up,
            "day": date_format(follow_up.due_on, "SHORT_DATE_FORMAT"),
        }
        messages.info(request, text)


def target_label(follow_up):
    """Return what kind of record the follow-up is about, for example "cooperation"."""
    return follow_up.target._meta.verbose_name


def due_chip(follow_up):
    """Return the day with a chip: overdue, today, later or done."""
    today = timezone.localdate()
    if follow_up.done_at is not None:
        label, variant = _("done"), "muted"
    elif follow_up.due_on < today:
        label, variant = _("overdue"), "bad"
    elif follow_up.due_on == today:
        label, variant = _("today"), "warn"
    else:
        label, variant = "", ""
    context = {"day": follow_up.due_on, "label": label, "variant": variant}
    return render_to_string("admin/missions/followup_due.html", context)
