"""Agreements: who must be a party, and which file may be filed as the document."""

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

# From this status on an agreement binds two sides.
CONCLUDED = ("agreed", "signed", "expired", "terminated")
SIDES = ("home", "foreign")
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024


def check_sides(status: str, sides) -> None:
    """Raise ValidationError where a concluded agreement lacks a party on one side.

    ``sides`` are the sides of its parties ("home", "foreign"). A party that no source names is
    a row too, marked as unnamed.
    """
    if status not in CONCLUDED:
        return
    missing = set(SIDES) - set(sides)
    if not missing:
        return
    messages = {
        "home": _("Enter a party of the home side, or a row “not named in the source”."),
        "foreign": _("Enter a party of the foreign side, or a row “not named in the source”."),
    }
    raise ValidationError(
        [
            ValidationError(messages[side], code=f"no_{side}_party")
            for side in SIDES
            if side in missing
        ]
    )


def document_path(agreement, filename: str) -> str:
    """Return a random name: what people call their files is nobody else's business."""
    return f"agreements/{uuid4().hex}.pdf"


def validate_pdf(file) -> None:
    """Raise ValidationError unless a newly chosen ``file`` is a PDF by its content."""
    if getattr(file, "_committed", False):
        return
    if file.size > MAX_DOCUMENT_BYTES:
        raise ValidationError(
            _("The file has %(size)s; at most %(limit)s are possible."),
            code="document_size",
            params={
                "size": filesizeformat(file.size),
                "limit": filesizeformat(MAX_DOCUMENT_BYTES),
            },
        )
    file.seek(0)
    start = file.read(5)
    file.seek(0)
    if start != b"%PDF-":
        raise ValidationError(_("This is not a PDF file."), code="document_type")
