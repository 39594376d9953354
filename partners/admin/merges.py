"""Merging in the admin: choose, compare and confirm; and the journal from which it is undone."""

from collections import defaultdict

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RadioFilter, RangeDateFilter
from unfold.decorators import action

from legcrm.core.admin import NoFormsMixin, RecordAdmin

from ..merge import MergeRefused, kind_name, merge, plan, reasons_against, suggest_winner, undo
from ..models import Merge

CHOICE = "choice-"
# As many rows of one kind as anybody reads.
MOST_SHOWN = 20


class MergeMixin:
    """Adds to the admin of organisations and people: "Merge with…", and what was merged."""

    actions = (*RecordAdmin.actions, "merge_selected")
    actions_detail = (*RecordAdmin.actions_detail, "merge_record")

    def has_merge_permission(self, request, object_id=None):
        return request.user.has_perm("partners.add_merge") and self._may(request, "change")

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        view = self.admin_site.admin_view(self.merge_view)
        return [path("merge/", view, name=name), *super().get_urls()]

    def merge_url(self, *pair):
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_merge"
        query = "&".join(f"{key}={pk}" for key, pk in zip(("first", "second"), pair, strict=False))
        return f"{reverse(name)}?{query}"

    def get_actions_detail(self, request, object_id):
        """Offer to merge what is in use, and not to restore what was merged."""
        offered = super().get_actions_detail(request, object_id)
        record = self.get_object(request, unquote(str(object_id)))
        wrong = set()
        if record is None or record.is_archived:
            wrong.add("merge_record")
        if record is not None and record.merged_into_id is not None:
            wrong.add("restore_record")
        return [one for one in offered if not one.action_name.endswith(tuple(wrong))]

    @action(description=_("Merge with…"), url_path="merge", permissions=["merge"], icon="merge")
    def merge_record(self, request, object_id):
        return HttpResponseRedirect(self.merge_url(object_id))

    @action(description=_("Merge selected records"), permissions=["merge"])
    def merge_selected(self, request, queryset):
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
        if len(keys) != 2:
            messages.error(request, _("Tick exactly two records that are the same partner."))
            return None
        return HttpResponseRedirect(self.merge_url(*keys))

    # --- The page ---------------------------------------------------------------------------

    def merge_view(self, request):
        """Choose the other record; compare the two; merge them."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else request.GET
        first = self._record(request, data.get("first"))
        if first is None:
            raise Http404
        if not data.get("second"):
            return self._choose_page(request, first)
        second = self._record(request, data.get("second"))
        if second is None:
            raise Http404
        if second == first:
            messages.error(request, _("These are one and the same record. Choose another one."))
            return HttpResponseRedirect(self.merge_url(first.pk))
        kept = suggest_winner(first, second)
        if data.get("keep") in (str(first.pk), str(second.pk)):
            kept = first if data["keep"] == str(first.pk) else second
        given_up = second if kept is first else first
        choices = {
            name.removeprefix(CHOICE): value
            for name, value in data.items()
            if name.startswith(CHOICE)
        }
        reasons = []
        if request.method == "POST" and "_merge" in request.POST:
            try:
                done = merge(
                    type(kept), kept.pk, given_up.pk, choices,
                    versions=request.POST.get("versions", ""), user=request.user,
                )  # fmt: skip
            except MergeRefused as refusal:
                reasons = refusal.reasons
            else:
                return self._merged(request, kept, done)
        return self._compare_page(request, kept, given_up, choices, reasons)

    def _record(self, request, key):
        if not (key or "").isdecimal():
            return None
        model = self.model._meta.concrete_model
        return model.objects.for_user(request.user).filter(pk=key).first()

    def _merged(self, request, kept, done):
        text = _("“%(loser)s” is merged into “%(winner)s”.") % {
            "loser": done.loser_name,
            "winner": done.winner_name,
        }
        messages.success(request, _with_link(text, undo_url(done), _("Undo")))
        return HttpResponseRedirect(kept.get_absolute_url())

    def _choose_page(self, request, first):
        field = self.model._meta.get_field("merged_into")
        form = forms.Form(prefix=None)
        form.fields["second"] = forms.ModelChoiceField(
            field.related_model.objects.for_user(request.user),
            label=_("Merge with"),
            widget=AutocompleteSelect(field, self.admin_site),
        )
        context = {
            "title": _("Merge “%s” with…") % first,
            "form": form,
            "media": self.media + form.media,
            "first": first,
        }
        return self._page(request, first, "admin/merge/choose.html", context)

    def _compare_page(self, request, kept, given_up, choices, reasons):
        sides = [_side(kept), _side(given_up)]
        shown = plan(kept, given_up, choices, user=request.user)
        if shown.obstacles:
            reasons = shown.obstacles
        context = {
            "title": _("Merge two records"),
            "plan": shown,
            "sides": sides,
            "reasons": reasons,
            "prefix": CHOICE,
            "swap_url": f"{self.merge_url(kept.pk, given_up.pk)}&keep={given_up.pk}",
            "most": MOST_SHOWN,
        }
        response = self._page(request, None, "admin/merge/compare.html", context)
        response.status_code = 409 if reasons and request.method == "POST" else 200
        return response

    def _page(self, request, original, template, context):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": original,
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context)

    # --- What was merged --------------------------------------------------------------------

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Lead from a record that was merged to the one in which it lives on."""
        if change and obj is not None and obj.merged_into_id and request.method == "GET":
            if request.GET.get("show") != "archived":
                text = _("“%(record)s” was merged into this record.") % {"record": obj}
                archived = f"{self.change_url(obj.pk)}?show=archived"
                messages.info(request, _with_link(text, archived, _("Show the archived one")))
                return HttpResponseRedirect(obj.merged_into.get_absolute_url())
            text = _("This record was merged into “%(winner)s”.") % {"winner": obj.merged_into}
            done = Merge.objects.standing().filter(
                model=obj._meta.concrete_model._meta.label_lower, loser_pk=obj.pk
            )
            found = done.order_by("-pk").first() if self.has_merge_permission(request) else None
            messages.info(
                request, _with_link(text, undo_url(found), _("Undo the merge")) if found else text
            )
        return super().render_change_form(request, context, add, change, form_url, obj)


def _with_link(text, address, label):
    return format_html('{} <a class="crm-message-link" href="{}">{}</a>', text, address, label)


def undo_url(done):
    return reverse("admin:partners_merge_undo", args=[done.pk])


def _side(record):
    """Return what the head of a column says, before the plan changes the record in memory."""
    return {
        "pk": record.pk,
        "name": str(record),
        "url": record.get_absolute_url(),
        "city": getattr(record, "city", ""),
        "country": getattr(getattr(record, "country", None), "name", ""),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "updated_by": record.updated_by,
    }


# --- The journal ------------------------------------------------------------------------------


class StateFilter(RadioFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("standing", _("merged")), ("undone", _("undone"))]

    def queryset(self, request, queryset):
        match self.value():
            case "standing":
                return queryset.standing()
            case "undone":
                return queryset.filter(undone_at__isnull=False)
        return queryset


@admin.register(Merge)
class MergeAdmin(NoFormsMixin, ModelAdmin):
    """The journal of merges: read by those who may see it, undone by those who may merge."""

    list_display = ["merge", "kind", "done_at", "done_by", "state"]
    list_display_links = ["merge"]
    list_filter = [StateFilter, ("done_at", RangeDateFilter)]
    list_filter_submit = True
    list_select_related = ["done_by"]
    search_fields = ["winner_name", "loser_name"]
    show_full_result_count = False
    actions = None
    fields = ["kind", "kept", "given_up", ("done_at", "done_by"), ("undone_at", "undone_by"),
              "what"]  # fmt: skip
    readonly_fields = ["kind", "kept", "given_up", "what"]

    # --- Rights -----------------------------------------------------------------------------

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("partners.view_merge")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def may_undo(self, request, done):
        owner = self.admin_site.get_model_admin(apps.get_model(done.model))
        return owner.has_merge_permission(request)

    def get_queryset(self, request):
        queryset = super().get_queryset(request).for_user(request.user)
        if request.resolver_match and request.resolver_match.url_name.endswith("_changelist"):
            return queryset.defer("journal")
        return queryset

    # --- The list ---------------------------------------------------------------------------

    @admin.display(description=_("merge"), ordering="loser_name")
    def merge(self, done):
        return str(done)

    @admin.display(description=_("list"), ordering="model")
    def kind(self, done):
        return capfirst(apps.get_model(done.model)._meta.verbose_name_plural)

    @admin.display(description=_("state"), ordering="undone_at")
    def state(self, done):
        undone = done.undone_at is not None
        context = {
            "label": _("undone") if undone else _("merged"),
            "variant": "muted" if undone else "good",
        }
        return render_to_string("admin/includes/chip.html", context)

    # --- The page ---------------------------------------------------------------------------

    @admin.display(description=_("record kept"))
    def kept(self, done):
        return self._link(done, done.winner_pk, done.winner_name)

    @admin.display(description=_("record given up"))
    def given_up(self, done):
        return self._link(done, done.loser_pk, done.loser_name, "?show=archived")

    def _link(self, done, pk, name, query=""):
        model = apps.get_model(done.model)
        address = model(pk=pk).get_absolute_url()
        return format_html('<a href="{}{}">{}</a> [#{}]', address, query, name, pk)

    @admin.display(description=_("what was written"))
    def what(self, done):
        context = {"sections": sections(done), "done": done, "may_undo": done.may_be_undone}
        return render_to_string("admin/merge/journal.html", context)

    def get_object(self, request, object_id, from_field=None):
        done = super().get_object(request, object_id, from_field)
        if done is not None:
            done.may_be_undone = done.undone_at is None and self.may_undo(request, done)
        return done

    # --- Undoing ----------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name="partners_merge_undo"), *super().get_urls()]

    def undo_view(self, request, pk):
        """Ask, then take the merge back; or say what stands against it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        done = get_object_or_404(Merge.objects.for_user(request.user), pk=pk)
        if not self.may_undo(request, done):
            raise PermissionDenied
        if request.method == "POST":
            try:
                undo(done)
            except MergeRefused as refusal:
                reasons = refusal.reasons
            else:
                text = _("The merge is undone: “%(loser)s” and “%(winner)s” are two records again.")
                names = {"loser": done.loser_name, "winner": done.winner_name}
                messages.success(request, text % names)
                model = apps.get_model(done.model)
                return HttpResponseRedirect(model(pk=done.loser_pk).get_absolute_url())
        else:
            reasons = reasons_against(done)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Undo the merge"),
            "opts": self.opts,
            "original": done,
            "sections": sections(done),
            "reasons": reasons,
        }
        request.current_app = self.admin_site.name
        response = TemplateResponse(request, "admin/merge/undo.html", context)
        response.status_code = 409 if request.method == "POST" else 200
        return response


def sections(done):
    """Return in words what the merge wrote: ``[(title, [line, …], how many more)]``."""
    fields, joined, rows = [], [], defaultdict(list)
    for entry in done.journal:
        model = apps.get_model(entry["model"])
        own = entry["model"] == done.model and entry["pk"] in (done.winner_pk, done.loser_pk)
        if own and entry["pk"] == done.winner_pk:
            columns = {part.attname: part for part in model._meta.concrete_fields}
            fields = [
                capfirst(str(columns[name].verbose_name))
                for name in entry.get("before", {})
                if columns[name].name not in model.BOOKKEEPING
            ]
        elif "text" in entry:
            joined.append(entry["text"])
        elif not own:
            rows[model, entry["kind"]].append(entry["pk"])
    found = [(_("Changed in the record kept"), fields)] if fields else []
    if joined:
        found.append((_("Joined, because only one may stand"), joined))
    titles = {
        "changed": _("Moved or filled in"),
        "created": _("Entered"),
        "deleted": _("Taken out"),
    }
    by_kind = defaultdict(list)
    for (model, kind), keys in rows.items():
        by_kind[kind].append(f"{len(keys)} {kind_name(model, len(keys))}")
    found += [(titles[kind], lines) for kind, lines in by_kind.items()]
    return [(title, lines[:MOST_SHOWN], max(len(lines) - MOST_SHOWN, 0)) for title, lines in found]
