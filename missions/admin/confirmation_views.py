"""The short way to confirm the figures of a project: only they are asked for and saved."""

from copy import copy

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from legcrm.core import filter_views

from ..models.project import CONFIRMATION
from .forms_results import ConfirmationForm


class ConfirmationViews:
    """For the admin of projects."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.confirm_view)
        address = path("<path:object_id>/confirm/", view, name="missions_project_confirm")
        return [address, *super().get_urls()]

    def confirm_view(self, request, object_id):
        with transaction.atomic():
            return self._confirm(request, object_id)

    def _confirm(self, request, object_id):
        posted = request.method == "POST"
        # What is saved is locked until the version is compared and the new figures are written.
        project = (
            self._locked(object_id) if posted else self.get_object(request, unquote(object_id))
        )
        if not self.has_change_permission(request, project):
            raise PermissionDenied
        if project is None:
            raise Http404
        saved = copy(project)  # the form writes into the project before it is valid
        form_class = self.get_form(
            request, project, change=True, form=ConfirmationForm, fields=CONFIRMATION
        )
        initial = {"confirmed_on": project.confirmed_on or timezone.localdate()}
        form = form_class(request.POST if posted else None, instance=project, initial=initial)
        if posted and request.POST.get("version") != str(project.version):
            form.add_error(None, self._said_of_the_other(project))
        elif posted and form.is_valid():
            form.save()
            messages.success(request, _("The figures of “%s” are confirmed.") % project)
            address = self.change_url(project.pk)
            return HttpResponseRedirect(filter_views.with_list_filters(request, address))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Confirm figures"),
            "opts": self.opts,
            "original": project,
            "saved": saved,
            "form": form,
            "media": self.media + form.media,
        }
        # Rendered while the row is locked: the page shows the version that it asks to save over.
        return TemplateResponse(request, "admin/projects/confirm.html", context).render()

    @staticmethod
    def _said_of_the_other(project):
        return _(
            "%(who)s has saved this project meanwhile (%(when)s). Compare your input with what is "
            "saved now, then save again."
        ) % {
            "who": project.updated_by or _("Somebody"),
            "when": date_format(timezone.localtime(project.updated_at), "SHORT_DATETIME_FORMAT"),
        }
