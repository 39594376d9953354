"""What a dropped file says, as a log that somebody has yet to confirm."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from legcrm.core.dates import start_of

from ..models import Interaction
from .matching import match
from .reading import MESSAGES, Found
from .stash import stash

# What else is to be known of a file, by the code that the parser gave.
SAID = {
    "encrypted": gettext_noop("The text of this e-mail is encrypted and can't be read here."),
    "sealed": gettext_noop(
        "This e-mail is sealed with a signature; its text can only be read in the program of its "
        "receiver."
    ),
    "no_text": gettext_noop("There is no text in this e-mail."),
    "no_date": gettext_noop("The file does not say when it was. Enter the time."),
    "many_people": gettext_noop("Of the many people named, only the first are shown."),
    "cancelled": gettext_noop("This appointment was cancelled."),
    "repeats": gettext_noop("This appointment repeats; only its first date is taken."),
    "other_events": gettext_noop("The file has several appointments; the first is taken."),
    "damaged_cards": gettext_noop("Some cards of the file are damaged and left out."),
    "all_day": gettext_noop("The appointment is for the whole day. Enter the time of the talk."),
}


def propose(upload, user) -> dict:
    """Return how a log of ``upload`` could look, as the event "quicklog:propose" has it.

    ``whom``: known partners, ``{"key", "label"}``. ``new``: partners not known yet, by the names of
    their fields. ``kind``, ``subject``, ``notes``, ``occurred_at`` (ISO 8601 with offset), "" where
    unknown. ``full_text``: the notes with all that was quoted, "" if there is no more. ``files``:
    ``{"token", "name", "size" (bytes)}`` of what may be kept. ``said``: sentences on the file.
    Raises ``Unreadable``.
    """
    found, offered = stash(upload, user)
    partners = match(found, user)
    notes, full = _notes(found, found.text), _notes(found, found.full_text)
    return {
        "whom": partners.known,
        "new": partners.new,
        "kind": _kind(found),
        "subject": found.subject,
        "notes": notes,
        "full_text": full if full != notes else "",
        "occurred_at": _occurred_at(found.at),
        "files": offered,
        "said": [_(SAID[code]) for code in found.said] + list(_refused(found)),
    }


def _kind(found: Found) -> str:
    if found.kind == "mail":
        return Interaction.Kind.EMAIL
    if found.kind == "event":
        return Interaction.Kind.VIDEO if found.video else Interaction.Kind.MEETING
    return ""


def _notes(found, text):
    if not found.place:
        return text
    return f"{_('Place')}: {found.place}\n\n{text}".strip()


def _occurred_at(text: str) -> str:
    """Return the moment with its offset here; a time without zone is one of ours."""
    moment: datetime | None = None
    if text and len(text) > 10:
        moment = parse_datetime(text)
    elif text:
        moment = start_of(parse_date(text))
    if moment is None:
        return ""
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    return timezone.localtime(moment).isoformat(timespec="minutes")


def _refused(found):
    for attachment in found.attachments:
        if not attachment["type"] and not attachment["inline"]:
            yield _("“%(name)s” can't be kept: %(reason)s") % {
                "name": attachment["name"],
                "reason": _(MESSAGES[attachment["reason"]]),
            }
    if found.original:
        yield _("The e-mail itself can't be kept, because of what came with it.")
