"""From one day to another, or a span that moves with today."""

from datetime import date, timedelta

from django import forms
from django.contrib.admin import FieldListFilter
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..dates import start_of
from .base import Filter, ListFilterBase


def _first_of_year(today, years=0):
    return date(today.year + years, 1, 1)


# {key in the address: (label, (first day, last day) of today)}
SPANS = {
    "last30": (_("in the last 30 days"), lambda day: (day - timedelta(days=30), day)),
    "year": (
        _("this year"),
        lambda day: (_first_of_year(day), _first_of_year(day, 1) - timedelta(days=1)),
    ),
    "last_year": (
        _("last year"),
        lambda day: (_first_of_year(day, -1), _first_of_year(day) - timedelta(days=1)),
    ),
    "over180": (
        _("more than 180 days ago"),
        lambda day: (None, day - timedelta(days=181)),
    ),
    "past": (_("before today"), lambda day: (None, day - timedelta(days=1))),
    "next30": (_("in the next 30 days"), lambda day: (day, day + timedelta(days=30))),
}
NEVER = "never"


class DaysMixin(ListFilterBase):
    """From one day to another, both included; or a span that moves with today, by its name.

    In the address: ``<name>_from`` and ``<name>_to``, or ``<name>=last30``.
    """

    template = "admin/filters/days.html"
    presets: tuple[str, ...] = ("last30", "year", "last_year", "over180")
    # The label of what has no day at all; None: it is not offered.
    never_label = None

    @property
    def name(self):
        return self.parameter_name

    def expected_parameters(self):
        return [self.name, f"{self.name}_from", f"{self.name}_to"]

    def day(self, end):
        """Return the day given for ``end`` ("from" or "to"), or None."""
        values = self.used_parameters.get(f"{self.name}_{end}") or [None]
        try:
            return forms.DateField(required=False).clean(values[-1])
        except ValidationError:
            return None

    @property
    def preset(self):
        """Return the name of the chosen span, or ""; days that were typed go before it."""
        value = (self.used_parameters.get(self.name) or [""])[-1]
        if self.day("from") or self.day("to"):
            return ""
        offered = value in self.presets or (value == NEVER and self.never_label is not None)
        return value if offered else ""

    @property
    def first_day(self):
        """Return the typed first day as a date field of a page takes it."""
        return day.isoformat() if (day := self.day("from")) else ""

    @property
    def last_day(self):
        return day.isoformat() if (day := self.day("to")) else ""

    def span(self):
        """Return the first and last day that are chosen; None where that end is open."""
        if self.preset in SPANS:
            return SPANS[self.preset][1](timezone.localdate())
        return self.day("from"), self.day("to")

    def queryset(self, request, queryset):
        if self.preset == NEVER:
            return self.without(queryset)
        first, last = self.span()
        return queryset if first is last is None else self.between(queryset, first, last)

    def between(self, queryset, first, last):
        """Return what has a day from ``first`` to ``last``; either may be None."""
        raise NotImplementedError

    def without(self, queryset):
        """Return what has no day."""
        raise NotImplementedError

    def labels(self):
        if self.preset:
            return [str(label) for key, label in self.spans() if key == self.preset]
        first, last = self.span()
        return [
            text % date_format(day, "SHORT_DATE_FORMAT")
            for text, day in ((gettext("from %s"), first), (gettext("to %s"), last))
            if day
        ]

    def spans(self):
        """Return ``[(key, label)]`` of the spans that are offered."""
        never = [(NEVER, self.never_label)] if self.never_label is not None else []
        return [(key, SPANS[key][0]) for key in self.presets] + never


class DayRangeFilter(DaysMixin, FieldListFilter):
    """From one day to another over a field of days or of instants: ``("signed_on", …)``."""

    @property
    def name(self):
        return self.field_path

    def __init__(self, field, request, params, model, model_admin, field_path):
        super().__init__(field, request, params, model, model_admin, field_path)
        if field.null:
            self.never_label = _("without a date")

    def between(self, queryset, first, last):
        if first is not None:
            queryset = queryset.filter(**{f"{self.name}__gte": self._start(first)})
        if last is not None:
            day_after = self._start(last + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.name}__lt": day_after})
        return queryset

    def without(self, queryset):
        return queryset.filter(**{f"{self.name}__isnull": True})

    def _start(self, day):
        return start_of(day) if isinstance(self.field, DateTimeField) else day


class ComingDaysFilter(DayRangeFilter):
    """For what lies ahead: begins, deadlines."""

    presets = ("next30", "past", "year", "last_year")


class LastContactFilter(DaysMixin, Filter):
    """When we were last in touch, by ``contacted()`` and ``never_contacted()`` of the QuerySet."""

    title = _("last contact")
    parameter_name = "last_contact"
    never_label = _("never")

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        for end in ("from", "to"):
            self.given(params, f"{self.name}_{end}")

    def between(self, queryset, first, last):
        return queryset.contacted(first, last)

    def without(self, queryset):
        return queryset.never_contacted()
