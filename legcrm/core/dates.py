"""Dates as staff read them: 23.–29.04.2023, "April 2023", "Herbst 2021"."""

from calendar import monthrange
from datetime import date, datetime, time

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext


class DatePrecision(models.TextChoices):
    """How exactly the date of something in the past is known."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    SEASON = "season", _("season")
    YEAR = "year", _("year")


def start_of(day: date) -> datetime:
    """Return the instant at which ``day`` begins in the zone of the office."""
    return timezone.make_aware(datetime.combine(day, time.min))


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later; the 31st falls on the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def season(day: date) -> str:
    """Return the meteorological season of ``day`` in the active language."""
    names = (
        pgettext("season", "winter"),
        pgettext("season", "spring"),
        pgettext("season", "summer"),
        pgettext("season", "autumn"),
    )
    return names[day.month % 12 // 3]


def format_span(start: date | None, end: date | None, precision: str = DatePrecision.DAY) -> str:
    """Return the span in the active language; an unknown ``start`` gives an empty string."""
    if start is None:
        return ""
    if precision == DatePrecision.YEAR:
        return str(start.year)
    if precision == DatePrecision.SEASON:
        return f"{season(start)} {start.year}"
    if precision == DatePrecision.MONTH:
        return date_format(start, "F Y")
    # "04/23/2023" has no beginning "23–29", and half of those who read it take 04 for the day.
    short = get_format("SHORT_DATE_FORMAT")
    day = short if short.startswith(("d", "j")) else "d F Y"
    if end is None or end == start:
        return date_format(start, day)
    if (start.year, start.month) == (end.year, end.month):
        return pgettext("date span within a month", "{first}–{last}").format(
            first=date_format(start, pgettext("first day of a span", "d")),
            last=date_format(end, day),
        )
    return f"{date_format(start, day)} – {date_format(end, day)}"
