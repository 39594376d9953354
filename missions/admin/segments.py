"""Segments (Verteiler) in the admin, and the addresses of the Partner-Finder that makes them."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from legcrm.core.admin import BOOKKEEPING, RecordAdmin
from legcrm.core.display import day, number
from legcrm.core.filters import ArchivedFilter, OwnerFilter

from ..finder import MOST_RANKED, Finder
from ..models import Segment
from ..resources import SegmentResource
from ..segments import freeze, note_use, thaw
from .finder_views import finder_urls, heading
from .invitation_views import invitation_urls, may_invite


@admin.register(Segment)
class SegmentAdmin(RecordAdmin):
    list_display = ["name", "kind_chip", "size", "owner", "last_used", "description"]
    list_filter = [OwnerFilter, ArchivedFilter]
    ordering = ["name", "pk"]
    resource_classes = [SegmentResource]
    panel_template = "admin/finder/segment_panel.html"
    fieldsets = [
        (
            gettext_lazy("Segment"),
            {"classes": ["tab"], "fields": ["name", "description", "owner"]},
        ),
        BOOKKEEPING,
    ]

    def has_add_permission(self, request):
        # A segment is what the Partner-Finder found: it is kept there.
        return False

    # --- The list ---------------------------------------------------------------------------

    @display(description=gettext_lazy("kind"), ordering="is_frozen")
    def kind_chip(self, segment):
        return _kind_chip(segment)

    @display(description=gettext_lazy("size"), ordering="last_size")
    def size(self, segment):
        return number(size_of(segment))

    @display(description=gettext_lazy("last used"), ordering="last_used_at")
    def last_used(self, segment):
        return day(segment.last_used_at) if segment.last_used_at else None

    # --- The page of a segment --------------------------------------------------------------

    def get_panel(self, request, obj):
        """Return what the panel shows; where the segment may be used, what it finds today."""
        finder = Finder.of_segment(obj, request.user)
        criteria = Finder(obj.query, request.user) if obj.is_frozen else finder
        may_find = request.user.has_perm("partners.view_organisation")
        return {
            "kind_chip": _kind_chip(obj),
            "criteria": criteria.words(),
            "errors": [text for texts in criteria.errors.values() for text in texts],
            "heading": heading(finder) if may_find else "",
            "rows": finder.rows()[:10] if may_find else [],
            "more": max(finder.count - 10, 0) if may_find else 0,
            "query": finder.query(),
            "may_invite": may_invite(request.user),
            "may_change": self.has_change_permission(request, obj),
            "may_export": request.user.has_perm("partners.export_organisation"),
        }

    # --- What its buttons do ----------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            *finder_urls(self),
            *invitation_urls(self),
            path("<path:object_id>/open/", view(self.open_view), name="missions_segment_open"),
            path(
                "<path:object_id>/freeze/", view(self.freeze_view), name="missions_segment_freeze"
            ),
            path("<path:object_id>/thaw/", view(self.thaw_view), name="missions_segment_thaw"),
            *super().get_urls(),
        ]

    def _segment(self, request, object_id):
        if not self.has_view_permission(request):
            raise PermissionDenied
        segment = self.get_object(request, unquote(object_id))
        if segment is None:
            raise Http404
        return segment

    def open_view(self, request, object_id):
        """Open the segment in the Partner-Finder, and note that it is used."""
        segment = self._segment(request, object_id)
        finder = Finder.of_segment(segment, request.user)
        if finder.is_valid:
            note_use(segment, finder)
        address = reverse("admin:missions_segment_finder")
        return HttpResponseRedirect(f"{address}?{finder.query()}")

    def freeze_view(self, request, object_id):
        """Keep the organisations that the filter finds today (POST)."""

        def do(segment):
            came, gone = freeze(segment, request.user)
            return _(
                "The segment is frozen: %(came)d organisations came in, %(gone)d went out."
            ) % {
                "came": came,
                "gone": gone,
            }

        return self._change(request, object_id, do)

    def thaw_view(self, request, object_id):
        """Have the segment find by its filter again (POST)."""

        def do(segment):
            thaw(segment)
            return _("The segment finds its organisations by its filter again.")

        return self._change(request, object_id, do)

    def _change(self, request, object_id, do):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        segment = self._segment(request, object_id)
        if not self.has_change_permission(request, segment):
            raise PermissionDenied
        with transaction.atomic():
            # Pressed twice, or by two: one after the other.
            segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
            try:
                messages.success(request, do(segment))
            except ValidationError as error:
                transaction.set_rollback(True)
                messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(self.change_url(segment.pk))


def size_of(segment) -> str:
    """Return how many the segment found when it was last used, in words."""
    if segment.last_size is None:
        return ""
    if segment.last_size > MOST_RANKED and not segment.is_frozen:
        return _("more than %s") % number_format(MOST_RANKED, force_grouping=True)
    return number_format(segment.last_size, force_grouping=True)


def _kind_chip(segment):
    label, variant = (_("frozen"), "info") if segment.is_frozen else (_("filter"), "neutral")
    context = {"label": label, "variant": variant}
    return render_to_string("admin/includes/chip.html", context)
