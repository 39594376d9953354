"""The follow-ups in the admin: what is due, and done."""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
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
from legcrm.core.filters import (
    ArchivedFilter,
    DayRangeFilter,
    OneOfFilter,
    OwnerFilter,
    related_filter,
)

from ..follow_ups import AlreadyDone, complete
from ..models import FollowUp
from ..resources.contacts import FollowUpResource
from .forms_contacts import FollowUpDoneForm


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
