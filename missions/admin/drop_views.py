"""Files at a contact in the admin: dropped on the quick log, filed with it, sent again."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from legcrm.core.admin import PartInline
from legcrm.core.files import PrivateFileWidget, send
from legcrm.core.forms import PartForm
from legcrm.core.keys import is_key

from .. import drops
from ..drops.files import content_type_of
from ..models import InteractionFile


def drop(model_admin, request):
    """Answer with what the file in the field "file" proposes for a log (``drops.propose``)."""
    if request.method != "POST":
        return JsonResponse({"error": _("Choose a file.")}, status=405)
    upload = request.FILES.get("file")
    if upload is None:
        return JsonResponse({"error": _("Choose a file.")}, status=400)
    try:
        return JsonResponse(drops.propose(upload, request.user))
    except drops.Unreadable as error:
        return JsonResponse({"error": error.message}, status=400)


def file_urls(model_admin):
    """Return the address by which a file of a contact is sent, for the admin of interactions."""

    def view(request, object_id, file_id):
        return file_view(model_admin, request, object_id, file_id)

    return [
        path(
            "<path:object_id>/file/<int:file_id>/",
            model_admin.admin_site.admin_view(view),
            name="missions_interaction_file",
        )
    ]


def file_view(model_admin, request, object_id, file_id):
    """Send a file to those who may see the contact and read our notes on it."""
    if not InteractionFile.may_be_seen_by(request.user):
        raise PermissionDenied
    interaction = model_admin.get_object(request, object_id) if is_key(object_id) else None
    if interaction is None:
        raise Http404
    if not model_admin.has_view_permission(request, interaction):
        raise PermissionDenied
    filed = get_object_or_404(interaction.files, pk=file_id)
    return send(filed.file, content_type_of(filed.name), filed.name)


class InteractionFileForm(PartForm):
    class Meta:
        widgets = {"file": PrivateFileWidget}


class InteractionFileInline(PartInline):
    """The files of a contact: one may be added, replaced, deleted."""

    model = InteractionFile
    verbose_name = gettext_lazy("file")
    verbose_name_plural = gettext_lazy("files")
    form = InteractionFileForm
    fields = ("link", "file")
    readonly_fields = ("link",)

    @display(description=gettext_lazy("file name"))
    def link(self, obj):
        if obj.pk is None:
            return "–"
        address = reverse("admin:missions_interaction_file", args=[obj.interaction_id, obj.pk])
        return format_html('<a href="{}">{}</a>', address, obj.name)
