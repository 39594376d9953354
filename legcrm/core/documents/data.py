"""What may go into a document: plain data, without the characters that no file can hold."""

import re
from typing import Any

from django.conf import settings
from django.utils.functional import Promise

# The templates that come with the CRM.
TEMPLATES = settings.BASE_DIR / "templates" / "documents"

# Control characters and what is none at all: XML has no way to write them. And marks that turn the
# direction of writing round, by which a name could disguise what stands behind it.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


class DocumentError(Exception):
    """A document can't be made; the message says in plain words why."""


def clean(text: str) -> str:
    """Return ``text`` without what no document can hold; line breaks and tabs stay."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain(data: Any) -> Any:
    """Return ``data`` with each text in it cleaned, and texts to be translated translated.

    Raises TypeError for anything but texts, numbers, booleans, None, lists, tuples, dictionaries:
    an object would let a template reach what the user may not see.
    """
    match data:
        case None | bool() | int() | float():
            return data
        case str() | Promise():
            return clean(str(data))
        case dict():
            return {str(key): plain(value) for key, value in data.items()}
        case list() | tuple():
            return [plain(value) for value in data]
    raise TypeError(f"{type(data).__name__} is no plain data: {data!r}")
