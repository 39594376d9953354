"""Addresses of the CRM in what leaves it: e-mails, calendars, cards."""

from urllib.parse import urlsplit

from django.conf import settings


def public_url(path: str) -> str:
    """Return ``path`` of the CRM as a whole address; what is one already stays as it is."""
    return settings.PUBLIC_URL + path if path.startswith("/") else path


def public_id(name: str) -> str:
    """Return ``name`` with the host behind it: an id that no other system gives."""
    return f"{name}@{urlsplit(settings.PUBLIC_URL).hostname}"
