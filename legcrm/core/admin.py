"""The base of every admin: history, version lock, archive, roles, folded search, export.

``RecordAdmin`` serves models with a page of their own, ``PartInline`` and its kin the rows that are
part of one. Both show no field that the role may not see.
"""

from contextlib import suppress
from functools import cache, reduce
from operator import and_, or_

from django.contrib import messages
from django.contrib.admin import display
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import IntegrityError, models, router, transaction
from django.db.models import Q
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.checks import UnfoldModelAdminChecks
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from . import conflicts, export_views, filter_views, history_views, import_views, searching
from .admin_forms import ReasonForm
from .filters import CountedFilter, ImportFilter
from .forms import (
    KnownAutocomplete,
    KnownAutocompleteMultiple,
    PartForm,
    RecordForm,
    through_fields,
)
from .locking import TOKENS, tokens
from .models import StaleRecord, TrackedModel
from .paging import ChoicePaginator, ListPaginator
from .resources import BY_LABEL

BOOKKEEPING_FIELDS = ("created_at", "created_by", "updated_at", "updated_by")
# The last tab of every record: where it is known from, and who wrote it when.
BOOKKEEPING = (
    _("Record"),
    {
        "classes": ["tab"],
        "fields": ["source", ("created_at", "created_by"), ("updated_at", "updated_by")],
    },
)
# Whoever has not found it among so many types another word.
MOST_CHOICES = 100


class ThroughFieldsMixin:
    """Allows many-to-many fields with a through model: ``RecordForm`` saves them itself."""

    def _check_field_spec_item(self, obj, field_name, label):
        with suppress(FieldDoesNotExist):
            if obj.model._meta.get_field(field_name) in through_fields(obj.model):
                return []
        return super()._check_field_spec_item(obj, field_name, label)


class RecordAdminChecks(ThroughFieldsMixin, UnfoldModelAdminChecks):
    pass


class FieldRulesMixin:
    """What records and their inline rows share: fields by role, and autocomplete for relations."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def hidden_fields(self, request):
        """Return the names of the fields that the user may not see."""
        if not issubclass(self.model, TrackedModel):
            return set()
        return self.model.hidden_fields(request.user)

    def get_autocomplete_fields(self, request):
        """Every relation to a model with a page of its own is an autocomplete."""
        relations = [*self.model._meta.fields, *self.model._meta.many_to_many]
        return [
            field.name
            for field in relations
            if field.remote_field
            and field.related_model is not get_user_model()  # a few colleagues: a plain list
            and self.admin_site.is_registered(field.related_model)
        ]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", self._visible(db_field, request))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        # The theme offers no empty choice where one is required, and so would enter the first of
        # all countries for whoever forgets to choose.
        empty = db_field.blank or not db_field.has_default()
        blank_choice = [("", _("Select value"))]
        kwargs.setdefault("choices", db_field.get_choices(empty, blank_choice))
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", self._visible(db_field, request))
        if db_field.remote_field.through._meta.auto_created:
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KnownAutocompleteMultiple(db_field, self.admin_site)
        else:
            kwargs["widget"] = UnfoldAdminSelect2MultipleWidget()
        return db_field.formfield(**kwargs)

    def _visible(self, db_field, request):
        """Return what may be chosen: what the user may see, and staff who still work here."""
        model = db_field.related_model
        if model is get_user_model():
            return model.objects.filter(is_active=True)
        if issubclass(model, TrackedModel):
            return model.objects.for_user(request.user)
        return model._default_manager.all()

    def get_fieldsets(self, request, obj=None):
        """Leave hidden fields out, and fieldsets that are empty without them."""
        hidden = self.hidden_fields(request)
        by_name = self._users_by_name(request, obj)
        fieldsets = []
        for name, options in super().get_fieldsets(request, obj):
            fields = []
            for item in options["fields"]:
                line = [item] if not isinstance(item, list | tuple) else item
                line = [by_name.get(field, field) for field in line if field not in hidden]
                if line:
                    fields.append(tuple(line) if len(line) > 1 else line[0])
            if fields:
                fieldsets.append((name, {**options, "fields": fields}))
        return fieldsets

    def get_fields(self, request, obj=None):
        hidden = self.hidden_fields(request)
        return [name for name in super().get_fields(request, obj) if name not in hidden]

    def get_readonly_fields(self, request, obj=None):
        hidden = self.hidden_fields(request)
        by_name = self._users_by_name(request, obj)
        names = super().get_readonly_fields(request, obj)
        return [by_name.get(name, name) for name in names if name not in hidden]

    def _users_by_name(self, request, obj):
        """Return what to show in place of read-only users, where the user may not open them.

        Django links whatever has an admin, and the link would answer 403.
        """
        if request.user.has_perm("core.view_user"):
            return {}
        writable = self.has_change_permission(request, obj) if obj else True
        read_only = set(super().get_readonly_fields(request, obj))
        return {
            field.name: name_of_user(field)
            for field in self.model._meta.fields
            if field.related_model is get_user_model() and (not writable or field.name in read_only)
        }


class NoFormsMixin:
    """For rows that no form writes: they come about elsewhere, and change by buttons at most."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def is_choosing(request):
    """Whether the request is that of a dropdown."""
    return bool(request.resolver_match) and request.resolver_match.url_name == "autocomplete"


def _found_by(token, paths):
    """Return the condition that what is typed is found in one of ``paths``; None for none.

    Addresses beside a search text are only looked at for what may be one.
    """
    words = searching.words_of(token)
    keyed = [path for path in paths if path.endswith("search_text")]
    plain = paths if not keyed else [path for path in paths if path not in keyed and "@" in token]
    ways = [searching.matching(words, path) for path in keyed if words]
    ways += [Q(**{f"{path}__icontains": token}) for path in plain]
    return reduce(or_, ways) if ways else None


@cache
def name_of_user(field):
    """Return a read-only admin field that shows the user of the foreign key ``field`` by name."""

    @display(description=field.verbose_name, empty_value="-")
    def name(record):
        return getattr(record, field.name)

    name.__name__ = field.name
    return name


class RecordAdmin(FieldRulesMixin, ModelAdmin):
    """The admin of a model with a page of its own."""

    checks_class = RecordAdminChecks
    form = RecordForm
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_filter_sheet = True
    list_filter_submit = True
    readonly_fields = BOOKKEEPING_FIELDS
    warn_unsaved_form = True
    compressed_fields = True
    search_fields = ("search_text",)
    actions = ("export_selected", "archive_selected", "restore_selected")
    actions_detail = ("archive_record", "restore_record")
    change_list_template = "admin/record_list.html"
    change_form_before_template = "admin/includes/versions.html"
    change_form_outer_before_template = "admin/includes/panel.html"
    # A template that shows at the top of the form what matters, with ``panel`` from get_panel().
    panel_template: str | None = None
    # The spreadsheet of the list: one RecordResource.
    resource_classes: tuple = ()
    # List columns that need a right of their own: {column: permission}.
    column_rights: dict[str, str] = {}

    # --- Rights -----------------------------------------------------------------------------

    def _may(self, request, verb):
        # A proxy follows the rights of its model: a company is an organisation.
        opts = self.model._meta.concrete_model._meta
        return request.user.has_perm(f"{opts.app_label}.{get_permission_codename(verb, opts)}")

    def has_view_permission(self, request, obj=None):
        return self._may(request, "view") or self._may(request, "change")

    def has_add_permission(self, request):
        return self._may(request, "add")

    def has_change_permission(self, request, obj=None):
        return self._may(request, "change") and not (obj is not None and obj.is_archived)

    def has_delete_permission(self, request, obj=None):
        return self._may(request, "delete")

    def has_export_permission(self, request):
        return self._may(request, "export")

    def has_import_permission(self, request):
        resource = BY_LABEL.get(self.opts.label_lower)
        writes = self._may(request, "add") or self._may(request, "change")
        return bool(resource and resource.importable and writes and self._may(request, "import"))

    def has_archive_permission(self, request, object_id=None):
        return self._may(request, "change")

    # --- What is seen -----------------------------------------------------------------------

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if self.has_view_permission(request):
            queryset = queryset.for_user(request.user)
        match = request.resolver_match
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        # The export sorts as the list does, maybe by an annotation.
        if match and match.url_name in (f"{name}_changelist", f"{name}_export"):
            return self.for_list(queryset)
        if match and match.url_name == f"{name}_change":
            return self.for_form(queryset)
        return queryset

    def for_list(self, queryset):
        """Return the query of the list, with its annotations and related rows."""
        return queryset.for_list() if hasattr(queryset, "for_list") else queryset

    def for_form(self, queryset):
        """Return the query of the form, with what its read-only fields and its panel name."""
        keys = [field.name for field in self.model._meta.fields if field.many_to_one]
        return queryset.select_related(*keys)

    def get_object(self, request, object_id, from_field=None):
        # A page to look at asks for its record several times.
        if request.method != "GET" or from_field:
            return super().get_object(request, object_id, from_field)
        if not hasattr(request, "records_shown"):
            request.records_shown = {}
        shown, key = request.records_shown, (self.model, str(object_id))
        if key not in shown:
            shown[key] = super().get_object(request, object_id)
        return shown[key]

    def get_list_display(self, request):
        hidden = self.hidden_columns(request)
        return [name for name in super().get_list_display(request) if name not in hidden]

    def hidden_columns(self, request):
        """Return the names of the fields and list columns that the user may not see."""
        return self.hidden_fields(request) | {
            name for name, right in self.column_rights.items() if not request.user.has_perm(right)
        }

    def get_list_filter(self, request):
        hidden = self.hidden_fields(request)
        return [
            item
            for item in (*super().get_list_filter(request), CountedFilter, ImportFilter)
            if (item[0] if isinstance(item, list | tuple) else item.field) not in hidden
        ]

    def get_search_fields(self, request):
        hidden = self.hidden_fields(request)
        return [name for name in super().get_search_fields(request) if name not in hidden]

    def get_search_results(self, request, queryset, search_term):
        """Find the records that match ``search_term``, the best first.

        What was found stays with the request for the paginator and the page.
        """
        request.found = None
        choosing = is_choosing(request)
        if choosing:
            queryset = self.for_choices(queryset.active())
        tokens = search_term.split()[: searching.MAX_WORDS]
        if not tokens:
            return queryset, False
        paths = self.get_search_fields(request)
        conditions = [found for token in tokens if (found := _found_by(token, paths))]
        if not conditions:
            return queryset.none(), False
        condition = reduce(and_, conditions)
        if "search_text" not in paths or not searching.words_of(search_term):
            return queryset.filter(condition), False
        most = MOST_CHOICES if choosing else searching.MOST_RANKED
        found = searching.find(queryset, search_term, condition=condition, most=most)
        if choosing:
            return found.best if found.best is not None else found.queryset, False
        if request.GET.get(ORDER_VAR):
            if found.best is None:
                found = found._replace(queryset=found.queryset.order_by(*queryset.query.order_by))
            found = found._replace(best=None)
        request.found = found
        return found.queryset, False

    def for_choices(self, queryset):
        """Return the query of a dropdown, with what ``choice_label`` tells records apart by."""
        return queryset

    def choice_label(self, record):
        """Return how a dropdown names ``record``."""
        return str(record)

    def get_paginator(self, request, queryset, per_page, orphans=0, allow_empty_first_page=True):
        options = {"orphans": orphans, "allow_empty_first_page": allow_empty_first_page}
        if is_choosing(request):
            return ChoicePaginator(queryset, per_page, **options)
        found = getattr(request, "found", None)
        return ListPaginator(queryset, per_page, found=found, **options)

    def lookup_allowed(self, lookup, value, request=None):
        """Refuse to filter by a field that the user may not see, here or in a related model.

        Django allows any lookup on own fields, so that a reader could guess a number by
        ``?mobile__startswith=``.
        """
        model = self.model
        for part in lookup.split(LOOKUP_SEP):
            if model is None:
                break
            if issubclass(model, TrackedModel) and part in model.hidden_fields(request.user):
                return False
            try:
                model = model._meta.get_field(part).related_model
            except FieldDoesNotExist:
                break
        return super().lookup_allowed(lookup, value, request)

    def get_sortable_by(self, request):
        return self.get_list_display(request)

    # --- The form ---------------------------------------------------------------------------

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.late_error = getattr(request, "late_error", None)
        form.resumed = getattr(request, "resumed", False)
        return form

    def get_panel(self, request, obj):
        """Return what ``panel_template`` shows of ``obj``, as a dict."""
        return {}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        formsets = [admin_formset.formset for admin_formset in context["inline_admin_formsets"]]
        # A form shown again after an error keeps the versions that it was first read with.
        context["record_versions"] = (
            request.POST.get(TOKENS) if request.method == "POST" else tokens(obj, formsets)
        )
        context["versions_name"] = TOKENS
        for item in context.get("actions_detail") or []:
            item["path"] = filter_views.with_list_filters(request, item["path"])
        if change and obj is not None:
            context["panel_template"] = self.panel_template
            context["panel"] = self.get_panel(request, obj) if self.panel_template else None
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        parent = super().changeform_view
        try:
            return parent(request, object_id, form_url, extra_context)
        except conflicts.Conflict as conflict:
            return conflict.response
        except StaleRecord:
            # Somebody saved between our look at the versions and the write of a part.
            return self._conflict_page(request, object_id)
        except ValidationError as error:
            # A rule refused while saving; everything is rolled back, and the form shows why.
            request.late_error = error
            return parent(request, object_id, form_url, extra_context)
        except IntegrityError:
            # Lost a race for a unique value: the form now finds the other's row and says so.
            return parent(request, object_id, form_url, extra_context)

    def _changeform_view(self, request, object_id, form_url, extra_context):
        if request.method == "POST" and object_id and not request.POST.get("_saveasnew"):
            self._refuse_stale(request, object_id)
        elif request.method == "POST" and not object_id:
            conflicts.apply_choices(self, request, None)
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def _refuse_stale(self, request, object_id):
        """Lock the record; raise Conflict where the form is older than what is saved."""
        record = self._locked(object_id)
        if record is not None and not self.has_change_permission(request, record):
            if self.has_change_permission(request):  # archived meanwhile
                raise conflicts.Conflict(conflicts.page(self, request, object_id, record))
            raise PermissionDenied
        if record is None or conflicts.stale(self, request, record):
            page = conflicts.page(self, request, object_id, record)
            if page is not None:
                raise conflicts.Conflict(page)
        conflicts.apply_choices(self, request, record)

    def _locked(self, object_id):
        with suppress(ValueError, ValidationError):
            key = self.model._meta.pk.to_python(unquote(object_id))
            # Rows that only refer to this one may be written meanwhile.
            locked = self.model._base_manager.select_for_update(of=("self",), no_key=True)
            return locked.filter(pk=key).first()
        return None

    def _conflict_page(self, request, object_id):
        with transaction.atomic(using=router.db_for_write(self.model)):
            return conflicts.page(self, request, object_id, self._locked(object_id))

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        record = form.instance
        parts_changed = getattr(form, "links_changed", False) or any(
            formset.has_changed() for formset in formsets
        )
        own_fields = {field.name for field in record._meta.concrete_fields}
        if change and parts_changed and not own_fields & set(form.changed_data):
            # The version of the record covers its parts.
            record.touch()

    # --- History ----------------------------------------------------------------------------

    def history_view(self, request, object_id, extra_context=None):
        return history_views.timeline(self, request, unquote(object_id), extra_context)

    def revert_view(self, request, object_id, history_id):
        return history_views.revert(self, request, unquote(object_id), history_id)

    # --- Archive ----------------------------------------------------------------------------

    def get_actions_detail(self, request, object_id):
        """Offer to archive, or to restore what is archived."""
        offered = super().get_actions_detail(request, object_id)
        record = self.get_object(request, unquote(str(object_id)))
        wrong = "archive_record" if record is None or record.is_archived else "restore_record"
        return [item for item in offered if not item.action_name.endswith(wrong)]

    @action(description=_("Archive"), url_path="archive", permissions=["archive"], icon="archive")
    def archive_record(self, request, object_id):
        return self._archive_page(request, object_id, archive=True)

    @action(description=_("Restore"), url_path="restore", permissions=["archive"], icon="unarchive")
    def restore_record(self, request, object_id):
        return self._archive_page(request, object_id, archive=False)

    def _archive_page(self, request, object_id, archive):
        record = self.get_object(request, unquote(str(object_id)))
        if record is None:
            raise Http404
        if not self.has_archive_permission(request):
            raise PermissionDenied
        form = ReasonForm(request.POST or None) if archive else None
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                if archive:
                    record.archive(form.cleaned_data["reason"])
                else:
                    record.restore()
            except (ValidationError, StaleRecord) as error:
                messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
            else:
                done = _("“%s” is archived.") if archive else _("“%s” is restored.")
                messages.success(request, done % record)
            return HttpResponseRedirect(
                filter_views.with_list_filters(request, self.change_url(record.pk))
            )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Archive") if archive else _("Restore"),
            "opts": self.opts,
            "original": record,
            "form": form,
            "records": [record],
        }
        return TemplateResponse(request, "admin/archive.html", context)

    def change_url(self, pk):
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[pk])

    @action(description=_("Archive selected records"), permissions=["archive"])
    def archive_selected(self, request, queryset):
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": _("Archive"),
                "opts": self.opts,
                "form": form,
                "action": "archive_selected",
                "select_across": request.POST.get("select_across", "0"),
                "records": queryset[:20],
                "more": max(queryset.count() - 20, 0),
                "selected": request.POST.getlist("_selected_action"),
            }
            return TemplateResponse(request, "admin/archive.html", context)
        with transaction.atomic():
            count = 0
            for record in self.model.objects.filter(
                pk__in=queryset.active().values("pk")
            ).select_for_update():
                record.archive(form.cleaned_data["reason"])
                count += 1
        messages.success(
            request, ngettext("%d record archived.", "%d records archived.", count) % count
        )
        return None

    @action(description=_("Restore selected records"), permissions=["archive"])
    def restore_selected(self, request, queryset):
        count = 0
        try:
            with transaction.atomic():
                for record in self.model.objects.filter(
                    pk__in=queryset.archived().values("pk")
                ).select_for_update():
                    record.restore()
                    count += 1
        except ValidationError as error:
            reason = " ".join(error.messages)
            messages.error(
                request,
                _("Nothing was restored. %(record)s: %(reason)s")
                % {"record": record, "reason": reason},
            )
            return
        messages.success(
            request, ngettext("%d record restored.", "%d records restored.", count) % count
        )

    # --- Export -----------------------------------------------------------------------------

    def changelist_view(self, request, extra_context=None):
        context = {
            "has_export_permission": self.has_export_permission(request),
            "has_import_permission": self.has_import_permission(request),
        }
        response = super().changelist_view(request, context | (extra_context or {}))
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown:
            shown["filters"] = filter_views.Bar(self, request, shown["cl"])
            found = getattr(request, "found", None)
            shown["alike"] = shown["cl"].query if found is not None and found.alike else ""
            if shown["cl"].paginator.is_more:
                shown["selection_note_all"] = _("All selected")
        return response

    # --- Filters ----------------------------------------------------------------------------

    def get_changelist(self, request, **kwargs):
        return filter_views.RecordList

    def filters_view(self, request):
        return filter_views.sheet(self, request)

    def filters_save_view(self, request):
        return filter_views.save(self, request)

    def filters_delete_view(self, request, filter_id):
        return filter_views.delete(self, request, filter_id)

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        return filter_views.back(request, response)

    def response_change(self, request, obj):
        return filter_views.back(request, super().response_change(request, obj))

    def response_delete(self, request, obj_display, obj_id):
        return filter_views.back(request, super().response_delete(request, obj_display, obj_id))

    def export_view(self, request):
        return export_views.export(self, request)

    @action(description=_("Export selected records"), permissions=["export"])
    def export_selected(self, request, queryset):
        query = request.GET.copy()
        if request.POST.get("select_across") != "1":
            query[export_views.SELECTED] = ",".join(
                str(pk) for pk in queryset.values_list("pk", flat=True)
            )
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_export"
        return HttpResponseRedirect(f"{reverse(name)}?{query.urlencode(safe=',')}")

    # --- Import -----------------------------------------------------------------------------

    def import_view(self, request):
        return import_views.upload(self, request)

    def import_template_view(self, request):
        return import_views.template(self, request)

    # --- Addresses --------------------------------------------------------------------------

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("filters/", view(self.filters_view), name=f"{name}_filters"),
            path("filters/save/", view(self.filters_save_view), name=f"{name}_filters_save"),
            path(
                "filters/<int:filter_id>/delete/",
                view(self.filters_delete_view),
                name=f"{name}_filters_delete",
            ),
            path("import/", view(self.import_view), name=f"{name}_import"),
            path(
                "import/template/", view(self.import_template_view), name=f"{name}_import_template"
            ),
            path("export/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
            path(
                "<path:object_id>/history/<int:history_id>/revert/",
                self.admin_site.admin_view(self.revert_view),
                name=f"{name}_revert",
            ),
            *super().get_urls(),
        ]


class PartMixin(FieldRulesMixin):
    """Inline rows that are part of a record: who may change the record may change them."""

    form = PartForm
    extra = 0
    tab = True
    hide_title = True

    def _parent(self):
        return self.admin_site._registry[self.parent_model]

    def has_view_permission(self, request, obj=None):
        return self.model.may_be_seen_by(request.user) and self._parent().has_view_permission(
            request, obj
        )

    def has_add_permission(self, request, obj=None):
        return self._parent().has_change_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._parent().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._parent().has_change_permission(request, obj)

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        related = [
            field.name
            for field in self.model._meta.fields
            if field.remote_field and not field.name.endswith("_by")
        ]
        return queryset.select_related(*related) if related else queryset


class PartInline(PartMixin, TabularInline):
    pass


class StackedPartInline(PartMixin, StackedInline):
    pass
