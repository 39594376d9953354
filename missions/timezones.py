"""Local time of a stop. IANA names, never offsets: Astana was UTC+6 until 29 February 2024."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


@cache
def _names():
    return frozenset(available_timezones())


def validate_timezone(name: str) -> None:
    """Raise ValidationError where ``name`` is no IANA time zone."""
    if name not in _names():
        raise ValidationError(
            _("“%(name)s” is no IANA time zone. Examples: Asia/Almaty, Asia/Tashkent.")
            % {"name": name},
            code="timezone",
        )


@cache
def common_names() -> list[str]:
    """Return the names with continent and city, which are those to choose from."""
    continents = ("Africa/", "America/", "Asia/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return sorted(name for name in _names() if name.startswith(continents))


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def is_ambiguous_or_missing(local: datetime) -> bool:
    """Whether the aware ``local`` names no instant or two, at a change of the clock."""
    there_and_back = local.astimezone(ZoneInfo("UTC")).astimezone(local.tzinfo)
    return (
        there_and_back.replace(tzinfo=None) != local.replace(tzinfo=None)
        or local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    )
