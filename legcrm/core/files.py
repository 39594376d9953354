"""Uploaded files: none has a public address; they are sent to those who may see their record."""

from django.forms.renderers import TemplatesSetting
from django.http import FileResponse, Http404
from unfold.widgets import UnfoldAdminFileFieldWidget


class PrivateFileWidget(UnfoldAdminFileFieldWidget):
    """Offers another file, or none; the panel of the record has the link to the one there is."""

    template_name = "admin/includes/private_file_widget.html"

    def render(self, name, value, attrs=None, renderer=None):
        # The usual renderer knows the templates of apps only, not those of the project.
        return super().render(name, value, attrs, TemplatesSetting())


def send(file, content_type: str, filename: str = "") -> FileResponse:
    """Return the response with the stored ``file``; Http404 where the disk has lost it.

    With a ``filename`` it is saved by the browser under that name, without one it is shown.
    """
    try:
        opened = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        opened, as_attachment=bool(filename), filename=filename, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
