"""A document as the answer to a request."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

_OFFICE = "application/vnd.openxmlformats-officedocument"

# Kind of file, and ending of its name: what the browser is told that it is.
KINDS = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}


def download(content: bytes, filename: str, kind: str) -> HttpResponse:
    """Return the answer that saves ``content`` as ``filename``; ``kind`` is one of ``KINDS``."""
    response = HttpResponse(content, content_type=KINDS[kind])
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
