"""The card (vCard) of a person, to be taken into an address book."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from legcrm.core.models import ExportLog

from ..vcard import card_of


class CardMixin:
    """Adds the card to the admin of people, for those who may export them."""

    def get_urls(self):
        return [
            path(
                "<path:object_id>/vcard/",
                self.admin_site.admin_view(self.vcard_view),
                name=f"{self.opts.app_label}_{self.opts.model_name}_vcard",
            ),
            *super().get_urls(),
        ]

    def vcard_view(self, request, object_id):
        """Send the card, and note that it went out of the house."""
        if not (self.has_view_permission(request) and self.has_export_permission(request)):
            raise PermissionDenied
        person = self.get_object(request, unquote(object_id))
        if person is None:
            raise Http404
        response = HttpResponse(
            card_of(person, request.user), content_type="text/vcard; charset=utf-8"
        )
        name = slugify(str(person)) or f"person-{person.pk}"
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.vcf")
        ExportLog.objects.create(
            user=request.user,
            model=self.model._meta.label,
            # By number: the log is kept when the person is erased.
            filters=f"#{person.pk}",
            file_format="vcf",
            rows=1,
        )
        return response
