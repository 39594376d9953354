"""The follow-ups in the admin: what is due, and done."""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from legcrm.core.admin import BOOKKEEPING, BOOKKEEPING_FIELDS, RecordAdmin
from legcrm.core.filter_views import RecordList
from legcrm.core.filters import (
    ArchivedFilter,
    DayRangeFilter,
    OneOfFilter,
    Option,
    OwnerFilter,
    related_filter,
)

from ..follow_ups import FollowUpRefused, comes_again, complete, last_contacts
from ..models import FollowUp
from ..resources.contacts import FollowUpResource
from .calendar_views import calendar_urls
from .follow_up_views import act_page, follow_up_urls, say_next


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
    """As of an owner, and those of my team: ``?assignee=team``."""

    title = _("assignee")
    parameter_name = "assignee"
    field = "assignee"

    def queryset(self, request, queryset):
        if "team" not in self.values:
            return super().queryset(request, queryset)
        team = request.user.team_members().values("pk")
        return queryset.filter(Q(assignee__in=team) | Q(assignee__in=self.chosen()))

    def options(self):
        me, _nobody, *colleagues = super().options()
        team = Option("team", _("my team"), None, "team" in self.values, self.parameter_name)
        return [me, team, *colleagues]

    def labels(self):
        return ([gettext("my team")] if "team" in self.values else []) + super().labels()


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


class FollowUpList(RecordList):
    """The list, each row with the last contact with what it is about."""

    def get_results(self, request):
        super().get_results(request)
        contacts = last_contacts(self.result_list, request.user)
        for follow_up in self.result_list:
            follow_up.last_contact = contacts.get(follow_up.pk)


@admin.register(FollowUp)
class FollowUpAdmin(RecordAdmin):
    list_display = (
        "what", "due_cell", "target_cell", "last_contact_cell", "assignee", "done_cell",
        "actions_cell",
    )  # fmt: skip
    change_list_template = "admin/follow_ups/list.html"
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
            {"fields": ["what", ("due_on", "assignee"), "repeat", "note", "outcome"]},
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

    def get_urls(self):
        return [*calendar_urls(self), *follow_up_urls(self), *super().get_urls()]

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

    def save_model(self, request, obj, form, change):
        if {"due_on", "repeat"} & set(form.changed_data):
            obj.rhythm_from = None  # A new day begins a new rhythm.
        super().save_model(request, obj, form, change)

    def get_panel(self, request, obj):
        return {
            "due": due_chip(obj),
            "target": obj.target,
            "target_label": target_label(obj),
            "last_contact": last_contacts([obj], request.user).get(obj.pk),
            "comes_again": None if obj.done_at else comes_again(obj),
        }

    # --- The list ---------------------------------------------------------------------------

    def get_changelist(self, request, **kwargs):
        return FollowUpList

    def get_list_display(self, request):
        """Show what can be done with what is open, and when it was done of what is done."""
        left_out = set()
        if request.GET.get("state") not in ("done", "all"):
            left_out.add("done_cell")
        if request.GET.get("state") == "done" or not self.has_change_permission(request):
            left_out.add("actions_cell")
        return [name for name in super().get_list_display(request) if name not in left_out]

    def changelist_view(self, request, extra_context=None):
        context = {"scopes": scopes(request), "calendar": calendar_address(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    @display(description=_("due"), ordering="due_on")
    def due_cell(self, obj):
        return due_chip(obj)

    @display(description=_("about"))
    def target_cell(self, obj):
        context = {"target": obj.target, "label": target_label(obj)}
        return render_to_string("admin/missions/followup_target.html", context)

    @display(description=_("last contact"))
    def last_contact_cell(self, obj):
        context = {"contact": obj.last_contact}
        return render_to_string("admin/follow_ups/last_contact.html", context)

    @display(description=_("actions"))
    def actions_cell(self, obj):
        return render_to_string("admin/follow_ups/actions.html", {"follow_up": obj})

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
        return act_page(self, request, object_id, "complete_record")

    @action(description=_("Mark selected follow-ups as done"), permissions=["archive"])
    def complete_selected(self, request, queryset):
        done, following, refused = 0, [], []
        with transaction.atomic():
            for follow_up in queryset.filter(done_at__isnull=True):
                try:
                    with transaction.atomic():
                        following.append(complete(follow_up, request.user))
                except (FollowUpRefused, ValidationError):
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
        messages.info(request, say_next(follow_up))


# Whose follow-ups the list shows: (value of the filter by assignee, label).
SCOPES = (("me", _("Mine")), ("team", _("My team’s")), ("", _("All")))


def scopes(request):
    """Return the links above the list: ``[{label, url, is_current}]``, mine to all, and overdue.

    Each keeps what else is chosen.
    """
    address = reverse("admin:missions_followup_changelist")

    def link(label, is_current, **changes):
        query = request.GET.copy()
        query.pop("p", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        url = f"{address}?{query.urlencode()}" if query else address
        return {"label": label, "url": url, "is_current": is_current}

    chosen = request.GET.getlist("assignee")
    links = [link(label, chosen == [key] if key else not chosen, assignee=key)
             for key, label in SCOPES]  # fmt: skip
    is_overdue = request.GET.getlist("due") == ["overdue"]
    # A switch: pressed again, it shows what is due later too.
    links.append(link(_("Overdue"), is_overdue, due="" if is_overdue else "overdue"))
    return links


def calendar_address(request):
    """Return the calendar of those whose follow-ups the list shows."""
    whose = {"me": "me", "team": "team"}.get(request.GET.get("assignee"), "all")
    return f"{reverse('admin:missions_followup_calendar')}?whose={whose}"


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
    context = {
        "day": follow_up.due_on,
        "label": label,
        "variant": variant,
        "rhythm": ""
        if follow_up.repeat == FollowUp.Repeat.NEVER
        else follow_up.get_repeat_display(),
    }
    return render_to_string("admin/missions/followup_due.html", context)
