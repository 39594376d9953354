"""Files filed with a contact: which are kept, and under which name."""

import re
import tempfile
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from .reading import MAX_BYTES, Unreadable, type_to_keep

# Of each type: what it is sent as, and the endings that its name may have; the first is the usual.
TYPES = {
    "pdf": ("application/pdf", ("pdf",)),
    "jpeg": ("image/jpeg", ("jpg", "jpeg")),
    "png": ("image/png", ("png",)),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ("docx", "dotx"),
    ),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ("xlsx", "xltx"),
    ),
    "pptx": (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ("pptx", "potx", "ppsx"),
    ),
    "odt": ("application/vnd.oasis.opendocument.text", ("odt", "ott")),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", ("ods", "ots")),
    "odp": ("application/vnd.oasis.opendocument.presentation", ("odp", "otp")),
    "text": ("text/plain; charset=utf-8", ("txt", "csv", "ics", "vcf", "md", "log")),
    "mail": ("message/rfc822", ("eml",)),
    "outlook": ("application/vnd.ms-outlook", ("msg",)),
}
PICTURES = ("jpeg", "png", "gif", "webp")
MAX_PIXELS = 50_000_000
SIDE = 3000
LONGEST_NAME = 255


class NotKept(ValidationError):
    """A file can't be filed with a contact; the message says which one, and why."""


def named(name: str, kind: str) -> str:
    """Return ``name`` with an ending of its type: by it a computer chooses what opens the file."""
    endings = TYPES[kind][1]
    stem, dot, ending = name.rpartition(".")
    if dot and ending.casefold() in endings:
        return name[-LONGEST_NAME:]
    if kind in ("jpeg", "png") and dot and ending.casefold() in ("gif", "webp", "jpg", "png"):
        name = stem  # encoded anew as another type
    return f"{(name or 'file')[: LONGEST_NAME - 10]}.{endings[0]}"


def content_type_of(name: str) -> str:
    """Return the content type by which a kept file of that name is sent."""
    ending = name.rpartition(".")[2].casefold()
    for content_type, endings in TYPES.values():
        if ending in endings:
            return content_type
    return "application/octet-stream"


def encode_picture(file, name: str) -> tuple[ContentFile, str]:
    """Return the picture in ``file`` encoded anew, and its type, "jpeg" or "png".

    Nothing but the picture is kept: no place where it was taken, no hidden file. At most
    3000 × 3000 pixels. Raises NotKept.
    """
    try:
        picture = Image.open(file, formats=("PNG", "JPEG", "WEBP", "GIF"))
        if picture.width * picture.height > MAX_PIXELS:
            raise NotKept(_("“%s” has too many pixels. Save it smaller.") % name, code="file")
        kind = "jpeg" if picture.format == "JPEG" else "png"
        picture.draft("RGB", (SIDE, SIDE))
        picture = ImageOps.exif_transpose(picture)
        picture = picture.convert("RGB" if kind == "jpeg" else "RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotKept(_("“%s” is a damaged picture.") % name, code="file") from error
    picture.thumbnail((SIDE, SIDE))
    encoded = BytesIO()
    picture.save(encoded, kind.upper(), quality=88)
    return ContentFile(encoded.getvalue(), name=name), kind


def check_upload(filed) -> None:
    """Look at the file newly chosen for ``filed``, an InteractionFile; set its name and size.

    A picture is encoded anew. Raises NotKept.
    """
    upload = filed.file
    name = re.split(r"[/\\]", upload.name)[-1]
    if upload.size > MAX_BYTES:
        error = Unreadable("file_too_large", limit=MAX_BYTES // 1024 // 1024)
        raise NotKept({"file": [error.message]})
    with tempfile.NamedTemporaryFile() as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        try:
            kind = type_to_keep(copy.name, name)
        except Unreadable as error:
            raise NotKept({"file": [error.message]}) from error
        if kind in PICTURES:
            copy.seek(0)
            content, kind = encode_picture(copy, name)
            filed.file = content
    filed.name = named(name, kind)
    filed.size = filed.file.size
