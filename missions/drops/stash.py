"""Dropped files wait here, one folder each, until the log is saved; after a day they are deleted.

A token stands for one file in a folder. It is signed and bound to the person who dropped it.
"""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import files
from .reading import MAX_BYTES, Found, Unreadable, read

LIFETIME = timedelta(days=1)
SALT = "missions.drops"
# The file itself, beside its attachments "0", "1" …
ORIGINAL = "original"
MOST_FILES = 20
# Where the files of contacts lie: missions.contacts.file_path.
KEPT = "contacts"


def stash(upload, user) -> tuple[Found, list[dict]]:
    """Read ``upload`` and keep it for a day.

    Returns what it says, and ``{"token", "name", "size" (bytes)}`` of each file that may be kept.
    Raises ``Unreadable``; nothing is kept then.
    """
    if upload.size > MAX_BYTES:
        raise Unreadable("file_too_large", limit=MAX_BYTES // 1024 // 1024)
    folder = _place() / uuid4().hex
    folder.mkdir(mode=0o700, parents=True)
    try:
        with (folder / ORIGINAL).open("wb") as copy:
            for chunk in upload.chunks():
                copy.write(chunk)

        def keep(index, piece):
            with (folder / str(index)).open("ab") as attachment:
                attachment.write(piece)

        found = read(folder / ORIGINAL, upload.name, keep)
        offered = _offered(found, upload)
        (folder / "offered.json").write_text(json.dumps(offered), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    tokens = [
        {
            "token": signing.dumps([folder.name, part, user.pk], salt=SALT, compress=True),
            "name": offer["name"],
            "size": offer["size"],
        }
        for part, offer in offered.items()
    ]
    return found, tokens


def _offered(found, upload):
    """Return ``{part: {"name", "size", "type"}}``, the file itself last."""
    offered = {
        str(index): {key: attachment[key] for key in ("name", "size", "type")}
        for index, attachment in enumerate(found.attachments)
        if attachment["type"] and not attachment["inline"]
    }
    if not found.original:
        offered[ORIGINAL] = {
            "name": _original_name(found),
            "size": upload.size,
            "type": found.type,
        }
    return offered


def _original_name(found):
    subject = found.subject or (found.cards[0]["full_name"] if found.cards else "")
    ending = {"event": "ics", "cards": "vcf"}.get(found.kind, files.TYPES[found.type][1][0])
    stem = "".join("_" if char in '<>:"/\\|?*' else char for char in subject).strip(". ")[:100]
    return f"{stem or found.kind}.{ending}"


def claim(interaction, tokens: list[str], user) -> list:
    """File what ``tokens`` stand for with ``interaction``, which is saved; return the rows.

    Call it within the transaction that saves the contact. Raises NotKept, a ValidationError.
    """
    from ..models import InteractionFile

    tokens = list(dict.fromkeys(tokens))
    if len(tokens) > MOST_FILES:
        raise files.NotKept(
            _("At most %d files can be kept with a contact.") % MOST_FILES, code="file"
        )
    kept = []
    for token in tokens:
        path, offer = _open(token, user)
        with path.open("rb") as opened:
            content, kind = File(opened), offer["type"]
            if kind in files.PICTURES:
                content, kind = files.encode_picture(opened, offer["name"])
            filed = InteractionFile(
                interaction=interaction,
                name=files.named(offer["name"], kind),
                size=content.size,
                created_by=user,
            )
            # It was looked at when it was dropped; stored already, it is not looked at again.
            filed.file.save(filed.name, content, save=False)
            filed.save()
        kept.append(filed)
    return kept


def _open(token, user):
    """Return where the file of ``token`` lies, and what was offered of it."""
    try:
        folder, part, owner = signing.loads(token, salt=SALT, max_age=LIFETIME)
        if owner != user.pk:
            raise signing.BadSignature
        place = _place() / folder
        offer = json.loads((place / "offered.json").read_text(encoding="utf-8"))[part]
        if not (place / part).is_file():
            raise FileNotFoundError
    except (signing.BadSignature, OSError, ValueError, KeyError, TypeError) as error:
        raise files.NotKept(
            _(
                "A dropped file is no longer here: it is deleted after a day. Drop it again, or "
                "save without it."
            ),
            code="file",
        ) from error
    return place / part, offer


def _place():
    return Path(settings.MEDIA_ROOT) / "drops"


def cleanup(day: date) -> str:
    """Delete what was dropped more than a day ago, and files of contacts that no row names.

    The latter are left over where saving failed, or where the row was deleted: within a day its
    deletion can be taken back. Returns what was done; ``day`` is the day of the run.
    """
    oldest = timezone.now() - LIFETIME
    dropped = 0
    for folder in _place().glob("*"):
        if folder.is_dir() and folder.stat().st_mtime < oldest.timestamp():
            shutil.rmtree(folder, ignore_errors=True)
            dropped += 1
    left_over = _delete_left_over(oldest)
    return ", ".join(
        (
            ngettext("%d dropped file deleted", "%d dropped files deleted", dropped) % dropped,
            ngettext("%d file without a row deleted", "%d files without a row deleted", left_over)
            % left_over,
        )
    )


def _delete_left_over(oldest):
    from ..models import InteractionFile

    if not default_storage.exists(KEPT):
        return 0
    deleted = 0
    names = [f"{KEPT}/{name}" for name in default_storage.listdir(KEPT)[1]]
    for start in range(0, len(names), 500):
        some = [
            name
            for name in names[start : start + 500]
            if default_storage.get_modified_time(name) < oldest
        ]
        with transaction.atomic():
            named = set(
                InteractionFile.objects.filter(file__in=some).values_list("file", flat=True)
            )
        for name in set(some) - named:
            default_storage.delete(name)
            deleted += 1
    return deleted
