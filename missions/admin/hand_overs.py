"""Hand-overs in the admin: choose, look and hand over; and the journal that undoes them."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RadioFilter, RangeDateFilter

from legcrm.core.display import number

from ..hand_over import (
    HandOverRefused,
    Plan,
    Reason,
    counts,
    examine_undo,
    first_rows,
    hand_over,
    plan,
    shares_of,
    undo,
)
from ..models import HandOver, HandOverItem
from .forms_hand_over import GiverForm, HandOverForm

# As many records of one kind as anybody reads.
MOST_SHOWN = 10


class StateFilter(RadioFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("standing", _("handed over")), ("undone", _("undone"))]

    def queryset(self, request, queryset):
        match self.value():
            case "standing":
                return queryset.filter(undone_at__isnull=True)
            case "undone":
                return queryset.filter(undone_at__isnull=False)
        return queryset


@admin.register(HandOver)
class HandOverAdmin(ModelAdmin):
    """The journal; who may hand over may also undo."""

    list_display = ["giver_name", "records", "reason", "done_at", "done_by", "state"]
    list_display_links = ["giver_name"]
    list_filter = [StateFilter, ("done_at", RangeDateFilter)]
    list_filter_submit = True
    list_select_related = ["giver", "done_by"]
    search_fields = ["giver__last_name", "giver__first_name", "reason"]
    show_full_result_count = False
    actions = None
    # Names without a link: who hands over need not be one who sees the accounts.
    fields = ["giver_name", "reason", ("done_at", "done_by_name"), ("undone_at", "undone_by_name"),
              "what"]  # fmt: skip
    readonly_fields = ["giver_name", "done_by_name", "undone_by_name", "what"]

    # --- Rights -----------------------------------------------------------------------------

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        queryset = super().get_queryset(request).for_user(request.user)
        items = HandOverItem.objects.filter(hand_over=OuterRef("pk")).order_by()
        items = items.values("hand_over").annotate(count=Count("pk")).values("count")
        return queryset.annotate(record_count=Coalesce(Subquery(items), 0))

    # --- The list and the page ----------------------------------------------------------------

    @admin.display(description=_("handed over from"), ordering="giver__last_name")
    def giver_name(self, done):
        return str(done.giver)

    @admin.display(description=_("handed over by"))
    def done_by_name(self, done):
        return str(done.done_by) if done.done_by else None

    @admin.display(description=_("undone by"))
    def undone_by_name(self, done):
        return str(done.undone_by) if done.undone_by else None

    @admin.display(description=_("records"), ordering="record_count")
    def records(self, done):
        return number(done.record_count)

    @admin.display(description=_("state"), ordering="undone_at")
    def state(self, done):
        undone = done.undone_at is not None
        context = {
            "label": _("undone") if undone else _("handed over"),
            "variant": "muted" if undone else "good",
        }
        return render_to_string("admin/includes/chip.html", context)

    @admin.display(description=_("what was handed over"))
    def what(self, done):
        context = {
            "done": done,
            "shares": done.shares,
            "may_undo": done.may_be_undone,
        }
        return render_to_string("admin/hand_over/journal.html", context)

    def get_object(self, request, object_id, from_field=None):
        done = super().get_object(request, object_id, from_field)
        if done is not None:
            # The theme asks for the value of a field more than once.
            done.shares = [_shown(share, request.user) for share in shares_of(done)]
            done.may_be_undone = done.undone_at is None and self.has_add_permission(request)
        return done

    # --- Handing over -------------------------------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        """Choose whose work; choose what goes to whom; look at it; hand it over."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "_hand_over" in request.POST:
            return self._hand_over(request)
        data = request.POST if request.method == "POST" else request.GET
        chosen = GiverForm(data if data.get("giver") else None)
        if not chosen.is_valid():
            return self._choose_giver_page(request, chosen)
        giver = chosen.cleaned_data["giver"]
        form = HandOverForm(
            request.POST if request.method == "POST" else None,
            giver=giver,
            user=request.user,
            admin_site=self.admin_site,
        )
        if request.method != "POST":
            return self._choose_page(request, form)
        if not form.is_valid() or "_change" in request.POST:
            return self._choose_page(request, form, 200 if "_change" in request.POST else 400)
        try:
            planned = plan(
                giver,
                form.receivers,
                request.user,
                countries=form.cleaned_data["countries"],
                mission=form.cleaned_data["mission"],
            )
        except HandOverRefused as refusal:
            form.add_error(None, str(refusal))
            return self._choose_page(request, form, 400)
        return self._preview_page(request, form, planned)

    def _hand_over(self, request):
        try:
            planned = Plan.read(request.POST.get("plan", ""))
            outcome = hand_over(planned, request.user, request.POST.get("reason", "")[:300])
        except HandOverRefused as refusal:
            messages.error(request, str(refusal))
            giver = request.POST.get("giver", "")
            query = f"?giver={giver}" if giver.isdecimal() else ""
            return HttpResponseRedirect(f"{reverse('admin:missions_handover_add')}{query}")
        text = ngettext(
            "%(count)d record of %(giver)s is handed over.",
            "%(count)d records of %(giver)s are handed over.",
            outcome.count,
        )
        count = {"count": outcome.count, "giver": planned.giver}
        messages.success(request, text % count)
        _tell(request, _("Left out, because it changed since the preview:"), outcome.left_out)
        return HttpResponseRedirect(journal_url(outcome.journal))

    def _choose_giver_page(self, request, form):
        context = {"title": _("Hand over work"), "form": form}
        return self._page(request, "admin/hand_over/giver.html", context)

    def _choose_page(self, request, form, status=200):
        context = {
            "title": _("Hand over work"),
            "giver": form.giver,
            "form": form,
            "media": self.media + form.media,
        }
        return self._page(request, "admin/hand_over/choose.html", context, status)

    def _preview_page(self, request, form, planned):
        context = {
            "title": _("Hand over work"),
            "giver": planned.giver,
            "plan": planned,
            "shares": [_shown(share, request.user) for share in planned.shares],
            "left_out": [_shown(one, request.user) for one in planned.left_out],
            "reason": form.cleaned_data["reason"],
            # Carried on, so that the choice can be changed.
            "choices": [
                (name, value)
                for name in form.fields
                for value in request.POST.getlist(name)
                if name != "reason"
            ],
        }
        return self._page(request, "admin/hand_over/preview.html", context)

    def _page(self, request, template, context, status=200):
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context, status=status)

    # --- Undoing ------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name="missions_handover_undo"), *super().get_urls()]

    def undo_view(self, request, pk):
        """Show what goes back and what does not (GET); give it back (POST)."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        done = get_object_or_404(
            HandOver.objects.for_user(request.user).select_related("giver"), pk=pk
        )
        if request.method == "POST":
            try:
                undone = undo(done, request.user)
            except HandOverRefused as refusal:
                messages.error(request, str(refusal))
            else:
                text = ngettext(
                    "%(count)d record is with %(giver)s again.",
                    "%(count)d records are with %(giver)s again.",
                    undone.count,
                )
                messages.success(request, text % {"count": undone.count, "giver": done.giver})
                _tell(request, _("Not given back:"), undone.kept)
            return HttpResponseRedirect(journal_url(done))
        if done.undone_at is not None:
            messages.error(request, _("This hand-over is undone already."))
            return HttpResponseRedirect(journal_url(done))
        found = examine_undo(done, request.user)
        context = {
            "title": _("Undo the hand-over"),
            "original": done,
            "count": found.count,
            "restored": [_shown(share, request.user) for share in found.restored],
            "kept": [_shown(one, request.user) for one in found.kept],
        }
        return self._page(request, "admin/hand_over/undo.html", context)


def hand_over_url(giver) -> str:
    """Return where the work of ``giver`` is handed over."""
    return f"{reverse('admin:missions_handover_add')}?giver={giver.pk}"


def journal_url(done) -> str:
    return reverse("admin:missions_handover_change", args=[done.pk])


def work_count(giver, user) -> int:
    """Return how many records in use are the work of ``giver``, of those that ``user`` may see."""
    return sum(counts(giver, user).values())


def kind_name(model, count) -> str:
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)


def _shown(some, user):
    """Return what a page shows of a share, or of what is left out."""
    count, reason = len(some.keys), getattr(some, "reason", None)
    # What nobody asked for is only counted.
    most = 0 if reason == Reason.OUTSIDE else MOST_SHOWN
    return {
        "kind": capfirst(kind_name(some.model, count)),
        "count": count,
        "receiver": getattr(some, "receiver", None),
        "reason": reason.label if reason else "",
        "rows": first_rows(some.model, some.keys, user, most) if most else [],
        "more": max(count - most, 0),
    }


def _tell(request, intro, left_out):
    """Say by kind and reason what was left out, with the first names."""
    if not left_out:
        return
    parts = []
    for one in left_out:
        names = [str(row) for row in first_rows(one.model, one.keys, request.user, 3)]
        more = len(one.keys) - len(names)
        if names and more:
            names.append(ngettext("and %d more", "and %d more", more) % more)
        kind = f"{len(one.keys)} {kind_name(one.model, len(one.keys))}"
        parts.append(f"{kind} ({one.reason.label}){': ' if names else ''}{', '.join(names)}")
    messages.warning(request, f"{intro} {'; '.join(parts)}")
