"""Agreements: who must be a party, how far one has come, and which file may be filed for it."""

import json
import shutil
import sys
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from legcrm.core.spreadsheets import reading

# From this status on an agreement binds two sides.
CONCLUDED = ("agreed", "signed", "expired", "terminated")
# It binds them today, unless its term is over.
IN_FORCE = ("agreed", "signed")
SIDES = ("home", "foreign")
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
# The look at a document, the start of the process included.
SECONDS = 4.5
INSPECTOR = Path(__file__).parent / "pdf_inspector.py"

# By the code that the inspector sends.
MESSAGES = {
    "not_pdf": gettext_noop(
        "This is not a PDF, whatever its name says. Save the agreement as PDF and choose that file."
    ),
    "truncated": gettext_noop(
        "This PDF breaks off before its end: it was not saved or sent completely. Ask for it once "
        "more, or scan the agreement again."
    ),
    "damaged": gettext_noop(
        "This PDF is damaged. Open it and print it as a new PDF, then choose that file."
    ),
    "no_pages": gettext_noop("This PDF has no pages. Scan the agreement again."),
    "encrypted": gettext_noop(
        "This PDF is protected by a password, so the archive could not read it. Save it without "
        "one and choose that file."
    ),
    "script": gettext_noop(
        "This PDF contains a script or an active form. Print it as a new PDF, then choose that "
        "file."
    ),
    "attachment": gettext_noop(
        "Other files are attached to this PDF. Print it as a new PDF, then choose that file."
    ),
    "too_large": gettext_noop(
        "Unpacked, this PDF would be far too large, or it is damaged. Print it as a new PDF, then "
        "choose that file."
    ),
    "too_slow": gettext_noop(
        "Reading this PDF takes too long. Print it as a new PDF, then choose that file."
    ),
}


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


class Step(NamedTuple):
    """One of the three facts; ``text`` is its date, or what is known instead of it."""

    label: str
    text: str
    is_reached: bool


def steps(agreement) -> list[Step]:
    """Return planned, agreed and signed, each a fact with a date of its own."""
    unknown, not_yet = _("date unknown"), _("not yet")
    planned = agreement.planned_on
    concluded = agreement.status in CONCLUDED
    signed = agreement.signed_text
    # One that ended without a signature never gets one.
    unsigned = not_yet if agreement.status in ("planned", "agreed") else _("not signed")
    return [
        Step(
            _("Planned"),
            date_format(planned, "SHORT_DATE_FORMAT") if planned else unknown,
            True,
        ),
        Step(
            _("Agreed"),
            str(agreement.agreed_text or (unknown if concluded else not_yet)),
            concluded,
        ),
        Step(_("Signed"), str(signed or unsigned), bool(signed)),
    ]


def term(agreement, today: date) -> str:
    """Return how long the agreement still runs, or since when no more; "" without an end."""
    if agreement.valid_until is None:
        return ""
    days = (agreement.valid_until - today).days
    if days < 0:
        return ngettext("expired %d day ago", "expired %d days ago", -days) % -days
    if days == 0:
        return _("expires today")
    return ngettext("expires in %d day", "expires in %d days", days) % days


def is_over(agreement, today: date) -> bool:
    """Whether the term has ended and the status does not say so yet."""
    ended = agreement.valid_until is not None and agreement.valid_until < today
    return ended and agreement.status in IN_FORCE


def document_path(agreement, filename: str) -> str:
    """Return a random name: what people call their files is nobody else's business."""
    return f"agreements/{uuid4().hex}.pdf"


class UnsoundDocument(reading.Unreadable):
    """The file can't be filed; ``message`` says why and what to do."""

    messages = MESSAGES


def validate_pdf(file) -> None:
    """Raise ValidationError unless a newly chosen ``file`` is a sound and harmless PDF.

    By its content, which a process of its own looks at within limits of time and memory. A file is
    looked at once, however many ways of saving ask.
    """
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
    upload = file.file if isinstance(file, FieldFile) else file
    if not hasattr(upload, "problem"):
        upload.problem = _problem(upload)
    if upload.problem:
        raise ValidationError(upload.problem, code="document_type")


def _problem(upload) -> str:
    """Return why the file can't be filed; "" if it can."""
    with NamedTemporaryFile(suffix=".pdf") as copy:
        upload.seek(0)
        shutil.copyfileobj(upload, copy)
        copy.flush()
        upload.seek(0)
        request = {
            "path": copy.name,
            "root": str(settings.BASE_DIR),
            "cpu_seconds": int(SECONDS) + 1,
        }
        command = [sys.executable, "-I", "-B", str(INSPECTOR), json.dumps(request)]
        try:
            for _answer in reading.answers(command, SECONDS, UnsoundDocument):
                pass
        except UnsoundDocument as error:
            return error.message
    return ""
