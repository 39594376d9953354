"""Logos of organisations: small pictures, encoded anew so that nothing but the picture is kept."""

from io import BytesIO
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 25_000_000
SIDE = 600


def logo_path(organisation, filename: str) -> str:
    """Return a random name: what people call their files is nobody else's business."""
    return f"logos/{uuid4().hex}.png"


def encode_logo(file) -> ContentFile:
    """Return the picture in ``file`` as a PNG of at most 600 × 600 pixels.

    Raises ValidationError where it is no PNG, JPEG or WebP, or too large.
    """
    message = _("Choose a PNG, JPEG or WebP picture of at most 5 MB.")
    if file.size > MAX_BYTES:
        raise ValidationError(message, code="logo_size")
    try:
        file.seek(0)
        picture = Image.open(file, formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise ValidationError(message, code="logo_size")
        picture = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError(message, code="logo_type") from error
    picture.thumbnail((SIDE, SIDE))
    encoded = BytesIO()
    picture.save(encoded, "PNG", optimize=True)
    return ContentFile(encoded.getvalue(), name="logo.png")
