"""The imports in the admin: each person's own, and for administrators who brought in what.

What stands in a file is seen only by the person who uploaded it; its pages are those of
``legcrm.core.import_views``.
"""

from django.contrib import admin
from django.contrib.admin import display
from django.template.loader import render_to_string
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from legcrm.core import import_views
from legcrm.core.models import SpreadsheetImport
from legcrm.staff_admin import SpreadsheetLogAdmin


@admin.register(SpreadsheetImport)
class SpreadsheetImportAdmin(SpreadsheetLogAdmin):
    list_display = [
        "file",
        "list_name",
        "user",
        "uploaded_at",
        "row_count",
        "applied_count",
        "status",
    ]
    list_display_links = None
    list_filter = [("uploaded_at", RangeDateFilter)]
    list_select_related = ["user"]
    search_fields = ["file_name", "user__last_name"]

    # --- Rights -----------------------------------------------------------------------------

    def has_view_permission(self, request, obj=None):
        return self._sees_all(request) or bool(import_views.lists(self.admin_site, request))

    def _sees_all(self, request):
        # Who may see what went out of the house may see what came in.
        return request.user.has_perm(self.view_permission)

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        return queryset if self._sees_all(request) else queryset.filter(user=request.user)

    # --- The list ---------------------------------------------------------------------------

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        own = self._link_to_own(request)
        columns = [own if name == "file" else name for name in columns]
        return columns if self._sees_all(request) else [n for n in columns if n != "user"]

    def _link_to_own(self, request):
        """Return the column of file names, which lead to the pages of one's own imports."""

        @display(description=_("file"), ordering="file_name")
        def file(run):
            if run.user_id != request.user.pk:
                return run.file_name
            return format_html('<a href="{}">{}</a>', run.get_absolute_url(), run.file_name)

        return file

    @display(description=_("state"), ordering="state")
    def status(self, run):
        variant = import_views.RUN_VARIANTS.get(run.state, "warn")
        context = {"label": run.get_state_display(), "variant": variant}
        return render_to_string("admin/includes/chip.html", context)

    # --- Addresses --------------------------------------------------------------------------

    def get_urls(self):
        def at(address, view, name):
            def page(request, pk):
                return view(self.admin_site, request, pk)

            name = f"core_spreadsheetimport_{name}"
            return path(address, self.admin_site.admin_view(page), name=name)

        return [
            at("<int:pk>/columns/", import_views.columns, "columns"),
            at("<int:pk>/rows/", import_views.run_page, "run"),
            at("<int:pk>/undo/", import_views.undo, "undo"),
            at("<int:pk>/progress/", import_views.progress, "progress"),
            at("<int:pk>/remarks/", import_views.remarks, "remarks"),
            at("<int:pk>/file/", import_views.file, "file"),
            *super().get_urls(),
        ]
