"""Opening what people drop, without trusting it: by ``parser/``, a process of its own."""

import base64
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop

from legcrm.core.spreadsheets import reading

# All of it, the start of the process included.
SECONDS = 4.5
PARSER = Path(__file__).parent / "parser"
MAX_BYTES = 25 * 1024 * 1024

# By the code that the parser sends; the details it sends along fill the gaps.
MESSAGES = {
    "empty_file": gettext_noop(
        "This file is empty. Perhaps it was not saved, or not sent to the end."
    ),
    "file_too_large": gettext_noop("This file is larger than %(limit)s MB and can't be read."),
    "too_large": gettext_noop(
        "Unpacked, this file would be far too large, or it is damaged. It was not opened."
    ),
    "too_slow": gettext_noop(
        "Reading this file takes too long. Enter the contact by hand, without the file."
    ),
    "damaged": gettext_noop(
        "This file is damaged or incomplete. Save it once more in the program it comes from."
    ),
    "nested": gettext_noop(
        "The parts of this file are nested deeper than any program does it. It was not opened; ask "
        "where it comes from."
    ),
    "too_many_parts": gettext_noop(
        "This e-mail has more parts than any program makes. It was not opened; ask where it comes "
        "from."
    ),
    "headers": gettext_noop(
        "The head of this e-mail is larger than any server makes it. It was not opened; ask where "
        "it comes from."
    ),
    "nul": gettext_noop(
        "This file contains NUL bytes, so it is damaged or no text. Save it once more in the "
        "program it comes from."
    ),
    "no_event": gettext_noop("There is no appointment in this calendar file."),
    "too_many_events": gettext_noop(
        "This calendar has more than %(limit)s appointments. Save the one that you want to log."
    ),
    "no_card": gettext_noop("There is no business card with a name in this file."),
    "too_many_cards": gettext_noop(
        "This file has more than %(limit)s business cards. A whole address book comes in as a "
        "spreadsheet, by the import."
    ),
    "web_page": gettext_noop(
        "This is a web page or contains a script, whatever its name says. Web pages are not kept."
    ),
    "program": gettext_noop(
        "This is a program or starts one, whatever its name says. Programs are not kept."
    ),
    "macros": gettext_noop(
        "This document contains macros. Save it without macros (as .docx, .xlsx or .pptx)."
    ),
    "office": gettext_noop(
        "This is a document in an old format of Office, which can hide macros, or one with a "
        "password. Save it as .docx, .xlsx, .pptx or PDF, without a password."
    ),
    "encrypted": gettext_noop("This document is protected by a password. Save it without."),
    "zip": gettext_noop("This is an archive. Unpack it, and take the file that is needed."),
    "pdf": gettext_noop(
        "This is a PDF. An e-mail (.eml, .msg), an invitation (.ics) or a business card (.vcf) can "
        "be read; a PDF is filed with the contact once it is logged."
    ),
    "image": gettext_noop(
        "This is a picture. An e-mail (.eml, .msg), an invitation (.ics) or a business card (.vcf) "
        "can be read; a picture is filed with the contact once it is logged."
    ),
    "embedded": gettext_noop(
        "An e-mail within an e-mail of Outlook can't be taken out. Open it there and save it alone."
    ),
    "unknown": gettext_noop(
        "This kind of file is not known here. Possible are PDF, pictures (JPEG, PNG), Office "
        "documents without macros, texts and e-mails."
    ),
    "not_readable": gettext_noop(
        "This is no e-mail (.eml, .msg), no invitation (.ics) and no business card (.vcf)."
    ),
}


class Unreadable(reading.Unreadable):
    """The file can't be read or kept; ``message`` says why and what to do."""

    messages = MESSAGES


@dataclass
class Found:
    """What a dropped file says, as it stands there; texts are cleaned and cut to a length.

    ``kind``: "mail", "event" or "cards". ``at``: ISO 8601, with the offset of its zone, or a time
    without zone or a day alone in invitations; "" if unknown. ``sender`` (at most one), ``to`` and
    ``cc``: ``{"name", "email"}``. ``text``: without the history that was quoted; ``full_text``:
    with it. ``said``: codes of what else is to be known (``proposing.SAID``). ``attachments``:
    ``{"name", "size" (bytes), "type", "reason", "inline"}``; without ``type`` it can't be kept,
    for the ``reason`` in ``MESSAGES``. ``type``: that of the file itself, and ``original``: why it
    can't be kept, "" if it can.
    """

    kind: str
    type: str
    subject: str = ""
    at: str = ""
    sender: list[dict] = field(default_factory=list)
    to: list[dict] = field(default_factory=list)
    cc: list[dict] = field(default_factory=list)
    text: str = ""
    full_text: str = ""
    place: str = ""
    video: bool = False
    cards: list[dict] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    attachments: list[dict] = field(default_factory=list)
    original: str = ""


def read(
    path: str | os.PathLike, name: str, keep: Callable[[int, bytes], None] | None = None
) -> Found:
    """Say what the file at ``path`` says; its kind is told by its content, never by ``name``.

    ``keep(index, piece)`` gets the content of the attachments that may be kept, piece by piece.
    Raises ``Unreadable`` within five seconds.
    """
    found, index = None, 0
    for answer in reading.answers(_command("read", path, name), SECONDS, Unreadable):
        if isinstance(answer, str):
            if keep is not None:
                keep(index, base64.b64decode(answer))
        elif "attachment" in answer:
            index = answer["attachment"]
        else:
            found = Found(**answer)
    if found is None:
        raise Unreadable("damaged")
    return found


def type_to_keep(path: str | os.PathLike, name: str) -> str:
    """Return the type of a file that somebody wants to keep ("pdf", "docx", "jpeg", "text" …).

    Raises ``Unreadable`` for one that is not kept.
    """
    for answer in reading.answers(_command("check", path, name), SECONDS, Unreadable):
        return answer["type"]
    raise Unreadable("damaged")


def _command(mode, path, name):
    request = {
        "mode": mode,
        "path": str(Path(path).resolve()),
        "name": name[-1000:],
        "root": str(settings.BASE_DIR),
        "cpu_seconds": int(SECONDS) + 1,
    }
    return [sys.executable, "-I", "-B", str(PARSER), json.dumps(request)]
