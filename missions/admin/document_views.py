"""The files of the Bilanz: of one mission as Word, PDF, Excel or press text, of many as Excel."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from legcrm.core.documents import DocumentError, download
from legcrm.core.keys import is_key
from legcrm.core.models import ExportLog

from ..balance import Balance
from ..balance_documents import (
    balance_pdf,
    balance_word,
    balance_workbook,
    comparison_workbook,
)
from ..comparison import TooMany, chosen, compare, read
from ..models import Mission
from ..press_text import press_text
from .forms_balance import ComparisonForm

_BALANCE = {"pdf": balance_pdf, "docx": balance_word, "xlsx": balance_workbook}
_PRESS = {"press-de": "de", "press-en": "en"}


class DocumentViews:
    """For the admin of missions: ``<id>/balance/<kind>/`` and ``comparison/document/``."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "comparison/document/",
                view(self.comparison_document_view),
                name="missions_mission_comparison_document",
            ),
            path(
                "<path:object_id>/balance/<slug:kind>/",
                view(self.balance_document_view),
                name="missions_mission_balance_document",
            ),
            *super().get_urls(),
        ]

    def balance_document_view(self, request, object_id, kind):
        """Send the Bilanz as ``kind``: a key of _BALANCE or _PRESS; and note that it went out."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not is_key(object_id) or kind not in _BALANCE | _PRESS:
            raise Http404
        missions = Mission.objects.for_user(request.user).prefetch_related("stops", "country_links")
        mission = missions.filter(pk=object_id).first()
        if mission is None:
            raise Http404
        try:
            if kind in _PRESS:
                content = press_text(mission, request.user, _PRESS[kind])
            else:
                content = _BALANCE[kind](mission, Balance([mission], request.user))
        except DocumentError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(
                reverse("admin:missions_mission_balance", args=[mission.pk])
            )
        _log(request.user, f"#{mission.pk}", kind, 1)
        if kind in _PRESS:
            return download(
                content, _name(mission.code, _("press text"), kind[-2:], "docx"), "docx"
            )
        return download(content, _name(mission.code, _("balance"), get_language(), kind), kind)

    def comparison_document_view(self, request):
        """Send the comparison that the address asks for as a workbook."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ComparisonForm(request.GET, user=request.user)
        page = f"{reverse('admin:missions_mission_comparison')}?{request.GET.urlencode()}"
        if not form.is_valid():
            return HttpResponseRedirect(page)
        try:
            missions = read(chosen(request.user, **form.choice()))
        except TooMany as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(page)
        comparison = compare(missions, request.user, form.grouping, form.figures)
        comparison = comparison.sorted_by(form.order)
        content = comparison_workbook(comparison, request.user)
        _log(request.user, form.address(), "xlsx", len(missions))
        today = f"{timezone.localdate():%Y-%m-%d}"
        return download(content, _name(_("balance of missions"), today, "", "xlsx"), "xlsx")


def _log(user, what, file_format, rows):
    ExportLog.objects.create(
        user=user,
        model=Mission._meta.label,
        filters=what,
        file_format=file_format,
        rows=rows,
    )


def _name(first, second, third, ending):
    """Return a name of a file: "2023-zentralasien-bilanz-de.pdf"."""
    parts = (slugify(part, allow_unicode=True) for part in (first, second, third))
    return f"{'-'.join(filter(None, parts))}.{ending}"
