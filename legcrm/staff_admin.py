"""Staff, roles and logs in the admin: what only administrators see.

An administrator gives roles; superusers, and rights outside of the roles, are the business of
whoever runs the server.
"""

from itertools import groupby

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.models import ACTION_FLAG_CHOICES, LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count
from django.http import Http404, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, RadioFilter, RangeDateFilter
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from legcrm.core import timed
from legcrm.core.admin import NoFormsMixin
from legcrm.core.display import number
from legcrm.core.models import ExportLog, TimedRun, User
from legcrm.core.roles import ADMINISTRATOR, EDITOR, PROJECT_MANAGER, READER
from missions.admin.hand_overs import hand_over_url, work_count

# The groups keep their English names in the database; people read them in their language.
ROLE_NAMES = {
    ADMINISTRATOR: pgettext_lazy("role", "Administrator"),
    PROJECT_MANAGER: pgettext_lazy("role", "Project manager"),
    EDITOR: pgettext_lazy("role", "Editor"),
    READER: pgettext_lazy("role", "Reader"),
}


VERBS = {
    "view": _("View"),
    "add": _("Add"),
    "change": _("Change"),
    "delete": _("Delete"),
    "export": _("Export"),
    "import": _("Import"),
}


def right_name(permission):
    """Return what ``permission`` allows, in the user's language."""
    model = permission.content_type.model_class()
    own = dict(model._meta.permissions) if model else {}
    verb = permission.codename.split("_")[0]
    return str(own.get(permission.codename) or VERBS.get(verb, permission.name))


def role_name(group):
    """Return the name of the role ``group`` in the user's language."""
    return str(ROLE_NAMES.get(group.name, group.name))


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, group):
        return role_name(group)


class RoleFilter(RadioFilter):
    title = _("roles")
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return [(group.pk, role_name(group)) for group in Group.objects.order_by("pk")]

    def queryset(self, request, queryset):
        if (self.value() or "").isdecimal():
            return queryset.filter(groups=self.value())
        return queryset


class ActionFilter(RadioFilter):
    title = _("action")
    parameter_name = "action"

    def lookups(self, request, model_admin):
        return ACTION_FLAG_CHOICES

    def queryset(self, request, queryset):
        if (self.value() or "").isdecimal():
            return queryset.filter(action_flag=self.value())
        return queryset


class ReadOnlyAdmin(NoFormsMixin, ModelAdmin):
    """A log: written by the application, read by those who hold ``view_permission``."""

    view_permission = ""
    list_filter_submit = True
    show_full_result_count = False
    actions = None

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(self.view_permission)

    def has_module_permission(self, request):
        return self.has_view_permission(request)


class SpreadsheetLogAdmin(ReadOnlyAdmin):
    """A log of spreadsheets: ``model`` is the label of the list that they are about."""

    view_permission = "core.view_exportlog"

    @admin.display(description=_("list"), ordering="model")
    def list_name(self, entry):
        try:
            return capfirst(apps.get_model(entry.model)._meta.verbose_name_plural)
        except (LookupError, ValueError):
            return entry.model


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "email", "roles", "is_active", "last_login"]
    list_filter = [RoleFilter, ("is_active", BooleanRadioFilter)]
    list_filter_submit = True
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True
    ordering = ["last_name", "first_name", "username"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    actions_detail = ["hand_over_work"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "username",
                    ("first_name", "last_name"),
                    ("email", "team"),
                    ("language", "daily_digest"),
                    "groups",
                    "is_active",
                    "password",
                    ("last_login", "date_joined"),
                ]
            },
        ),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "username",
                    ("first_name", "last_name"),
                    ("email", "team"),
                    "language",
                    "groups",
                    "usable_password",
                    ("password1", "password2"),
                ]
            },
        )
    ]
    # Rights beyond the roles, given only by those who hold them.
    superuser_fieldset = (
        _("Server"),
        {"classes": ["tab"], "fields": [("is_staff", "is_superuser"), "user_permissions"]},
    )

    def get_fieldsets(self, request, obj=None):
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None and request.user.is_superuser:
            fieldsets.append(self.superuser_fieldset)
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        fields = list(super().get_readonly_fields(request, obj))
        if obj == request.user:
            fields.append("is_active")  # Nobody locks themselves out by mistake.
        return fields

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False  # A colleague who leaves is made inactive: the history keeps the name.

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            return RolesField(
                queryset=Group.objects.order_by("pk"),
                label=_("roles"),
                required=False,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
            )
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.queryset = field.queryset.select_related("content_type")
        return field

    def save_model(self, request, obj, form, change):
        if not change:
            obj.is_staff = True  # The admin is the workplace: who has a login works here.
        super().save_model(request, obj, form, change)

    # --- The work of who leaves ---------------------------------------------------------------

    def has_hand_over_permission(self, request, object_id=None):
        return request.user.has_perm("missions.add_handover")

    @action(
        description=_("Hand over work"),
        url_path="hand-over",
        permissions=["hand_over"],
        icon="swap_horiz",
    )
    def hand_over_work(self, request, object_id):
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        return HttpResponseRedirect(hand_over_url(user))

    def response_change(self, request, obj):
        if "_continue" not in request.POST:
            _warn_of_work(request, obj)
        return super().response_change(request, obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change and obj is not None and request.method == "GET":
            _warn_of_work(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- The list -----------------------------------------------------------------------------

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user):
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, user):
        names = [role_name(group) for group in user.groups.all()]
        if user.is_superuser:
            names.append(str(_("superuser")))
        return ", ".join(names)


def _warn_of_work(request, user):
    """Say where the work of ``user``, who can no longer log in, is handed over."""
    if user.is_active or not request.user.has_perm("missions.add_handover"):
        return
    count = work_count(user, request.user)
    if count:
        text = ngettext(
            "%(count)d record is still the work of %(user)s, who can no longer log in.",
            "%(count)d records are still the work of %(user)s, who can no longer log in.",
            count,
        ) % {"count": count, "user": user}
        link = '{} <a class="crm-message-link" href="{}">{}</a>'
        messages.warning(request, format_html(link, text, hand_over_url(user), _("Hand over")))


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ModelAdmin):
    """The roles are made by migration; only a superuser changes what they may do."""

    list_display = ["role", "users"]
    search_fields = ["name"]
    fields = ["name", "permissions"]
    compressed_fields = True
    actions = None

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("core.view_user")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(user_count=Count("user"))

    def get_fields(self, request, obj=None):
        return super().get_fields(request, obj) if request.user.is_superuser else ["role", "rights"]

    def get_readonly_fields(self, request, obj=None):
        return [] if request.user.is_superuser else ["role", "rights"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.queryset = field.queryset.select_related("content_type")
        return field

    @admin.display(description=_("roles"), ordering="name")
    def role(self, group):
        return role_name(group)

    @admin.display(description=_("users"), ordering="user_count")
    def users(self, group):
        address = reverse("admin:core_user_changelist")
        return format_html(
            '<a href="{}?role={}"><span class="crm-num">{}</span></a>',
            address,
            group.pk,
            group.user_count,
        )

    @admin.display(description=_("rights"))
    def rights(self, group):
        permissions = group.permissions.select_related("content_type").order_by(
            "content_type__app_label", "content_type__model", "codename"
        )
        rights = [
            {"kind": kind.name, "names": [right_name(permission) for permission in held]}
            for kind, held in groupby(permissions, lambda permission: permission.content_type)
        ]
        return render_to_string("admin/staff/rights.html", {"rights": rights})


@admin.register(ExportLog)
class ExportLogAdmin(SpreadsheetLogAdmin):
    list_display = ["at", "user", "list_name", "rows", "file_format", "filters"]
    list_filter = [("at", RangeDateFilter)]
    list_select_related = ["user"]
    search_fields = ["user__last_name", "user__username", "model"]
    fields = ["at", "user", "list_name", "filters", "file_format", "rows"]


@admin.register(TimedRun)
class TimedRunAdmin(ReadOnlyAdmin):
    """What was done by the clock; above the list stands whether the timer still runs."""

    view_permission = "core.view_timedrun"
    list_display = ["started_at", "task", "state", "outcome", "seconds"]
    list_filter = [("started_at", RangeDateFilter)]
    search_fields = ["task"]
    fields = ["task", "day", "started_at", "finished_at", "outcome", "problem"]
    list_before_template = "admin/staff/timer.html"

    def changelist_view(self, request, extra_context=None):
        last = timed.last_run()
        context = {"last_run": last, "is_late": timed.is_late(last)}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description=_("state"))
    def state(self, run):
        if run.finished_at is None:
            label, variant = _("under way"), "info"
        elif run.problem:
            label, variant = _("failed"), "bad"
        else:
            label, variant = _("done"), "good"
        return render_to_string("admin/includes/chip.html", {"label": label, "variant": variant})

    @admin.display(description=_("seconds"))
    def seconds(self, run):
        if run.finished_at is None:
            return None
        return number(round((run.finished_at - run.started_at).total_seconds(), 1))


@admin.register(LogEntry)
class ActivityAdmin(ReadOnlyAdmin):
    """What was done in the admin by whom; the values stand in the history of each record."""

    view_permission = "core.view_exportlog"
    list_display = ["action_time", "user", "action", "kind_of_record", "record", "message"]
    list_filter = [("action_time", RangeDateFilter), ActionFilter]
    list_select_related = ["user", "content_type"]
    list_display_links = ["action_time"]
    search_fields = ["object_repr", "user__last_name", "user__username"]
    fields = ["action_time", "user", "action", "kind_of_record", "record", "message"]
    readonly_fields = fields

    @admin.display(description=_("action"), ordering="action_flag")
    def action(self, entry):
        return entry.get_action_flag_display()

    @admin.display(description=_("kind of record"))
    def kind_of_record(self, entry):
        return entry.content_type.name if entry.content_type else None

    @admin.display(description=_("record"), ordering="object_repr")
    def record(self, entry):
        address = None if entry.is_deletion() else entry.get_admin_url()
        if address is None:
            return entry.object_repr
        return format_html('<a href="{}">{}</a>', address, entry.object_repr)

    @admin.display(description=_("changes"))
    def message(self, entry):
        return entry.get_change_message()
