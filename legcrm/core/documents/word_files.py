"""Word files from templates that the agency can edit in Word (docxtpl).

A template of the same name in the agency's own directory (``DOCUMENT_TEMPLATES``) comes first.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .data import TEMPLATES, DocumentError, clean, plain

_LOCALES = {"de": "de-DE", "en": "en-GB"}


def word(template: str, context: dict[str, Any]) -> bytes:
    """Return the Word file that ``<template>.docx`` makes of ``context``.

    ``context`` is plain data (see ``plain``), to which "agency" is added; its "title" becomes that
    of the file, whose language is the active one. Raises DocumentError where the agency's own
    template can't be used.
    """
    path = find_template(template)
    try:
        return _render(path, plain({"agency": settings.AGENCY_NAME, **context}))
    except Exception as error:
        if path.is_relative_to(TEMPLATES):
            raise
        # In their template people may write whatever they like, and it may fail in any way.
        raise DocumentError(
            _(
                "The agency's own Word template “%(file)s” can't be used: mend it or remove it. "
                "Reason: %(reason)s"
            )
            % {"file": path.name, "reason": _reason(error)}
        ) from error


def find_template(name: str) -> Path:
    """Return the agency's own template of this name if there is one, else that of the CRM."""
    own = settings.DOCUMENT_TEMPLATES and Path(settings.DOCUMENT_TEMPLATES) / f"{name}.docx"
    return own if own and own.is_file() else TEMPLATES / f"{name}.docx"


def _render(path, context):
    document = DocxTemplate(path)
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    document.render(context, environment, autoescape=True)
    properties = document.docx.core_properties
    properties.title = context.get("title", "")
    properties.author = settings.AGENCY_NAME
    properties.created = properties.modified = timezone.now()
    locale = _LOCALES[(get_language() or settings.LANGUAGE_CODE)[:2]]
    properties.language = locale
    # What the spelling check goes by.
    for language in document.docx.styles.element.xpath("w:docDefaults//w:lang"):
        for attribute in language.attrib:
            if attribute.endswith("}val"):
                language.set(attribute, locale)
    result = BytesIO()
    document.save(result)
    return result.getvalue()


def _reason(error):
    """Return what is wrong and where, as far as ``error`` tells."""
    said = clean(str(error)) or type(error).__name__
    if not isinstance(error, TemplateError):
        return said
    lines = [line.strip() for line in getattr(error, "docx_context", ()) if "{" in line]
    return f"{said} ({' … '.join(lines)[:300]})" if lines else said
