"""Filters of the admin lists.

Only values in use, with counts, by one grouped query each; or, where a list has enough of those,
filters that cost none.
"""

from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, DateTimeField, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from unfold.contrib.filters.admin import CheckboxFilter, RadioFilter, RangeDateFilter

from .models import ImportChange, SpreadsheetImport


class InUseFilter(CheckboxFilter):
    """Lists the values of ``expression`` that occur, with the number of records of each.

    Several may be chosen. ``expression`` may cross to-many relations: records are counted and
    listed once.
    """

    expression = None

    def label(self, value) -> str:
        return str(value)

    def lookups(self, request, model_admin):
        counted = (
            model_admin.model.objects.for_user(request.user)
            .active()
            .order_by()
            .annotate(filter_value=self.expression)
            .values_list("filter_value")
            .annotate(filter_count=Count("pk", distinct=True))
        )
        found = [(value, count) for value, count in counted if value not in (None, "")]
        found = [(str(value), f"{self.label(value)} ({count})") for value, count in found]
        return sorted(found, key=lambda item: item[1].casefold())

    def queryset(self, request, queryset):
        values = [value for value in self.value() or [] if value]
        if not values:
            return queryset
        keys = (
            queryset.model._base_manager.annotate(filter_value=self.expression)
            .filter(filter_value__in=values)
            .values("pk")
        )
        return queryset.filter(pk__in=keys)

    def has_output(self):
        return True


class CountryFilter(InUseFilter):
    title = _("country")
    parameter_name = "country"
    expression = F("country")

    def label(self, value):
        return countries.name(str(value)) or str(value)


def country_filter(expression):
    """Return a country filter for a model whose countries stand elsewhere."""
    return type("CountryFilter", (CountryFilter,), {"expression": expression})


def choice_filter(field, title, choices):
    """Return a filter over the values in use of a field with ``choices`` (a Choices class)."""
    labels = dict(choices.choices)
    return type(
        f"{field.title()}Filter",
        (InUseFilter,),
        {
            "title": title,
            "parameter_name": field,
            "expression": F(field),
            "label": lambda self, value: str(labels.get(value, value)),
        },
    )


class ArchivedFilter(RadioFilter):
    """Archived records are hidden unless they are asked for."""

    title = _("archive")
    parameter_name = "archived"
    all_option = ["", _("not archived")]

    def lookups(self, request, model_admin):
        return [("yes", _("archived")), ("all", _("both"))]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.archived()
            case "all":
                return queryset
        return queryset.active()


class OwnerFilter(RadioFilter):
    title = _("owner")
    parameter_name = "owner"
    field = "owner"

    def lookups(self, request, model_admin):
        return [("me", _("mine")), ("none", _("nobody’s"))]

    def queryset(self, request, queryset):
        match self.value():
            case "me":
                return queryset.filter(**{self.field: request.user})
            case "none":
                return queryset.filter(**{f"{self.field}__isnull": True})
        return queryset


class DayRangeFilter(RangeDateFilter):
    """From one day to another, both included, over a field of days or of instants.

    The theme's own filter knows neither German dates nor the zone of an instant.
    """

    def queryset(self, request, queryset):
        name = self.parameter_name
        first = self._day(f"{name}_from")
        last = self._day(f"{name}_to")
        if first is not None:
            queryset = queryset.filter(**{f"{name}__gte": self._start(first)})
        if last is not None:
            queryset = queryset.filter(**{f"{name}__lt": self._start(last + timedelta(days=1))})
        return queryset

    def _day(self, parameter):
        try:
            return forms.DateField(required=False).clean(self.used_parameters.get(parameter))
        except ValidationError:
            return None

    def _start(self, day):
        if isinstance(self.field, DateTimeField):
            return timezone.make_aware(datetime.combine(day, time.min))
        return day


class RelatedFilter(RadioFilter):
    """Narrows a list to one related record where a link on that record's page asks for it.

    Unset it is not offered, so it costs no query; set it shows the record and can be taken off.
    """

    related_model = None
    # Relations of ``related_model`` that its name is made of.
    named_by: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    to_many = False

    def lookups(self, request, model_admin):
        value = self.value()
        if value is None:
            return []
        records = self.related_model.objects.for_user(request.user)
        if self.named_by:
            records = records.select_related(*self.named_by)
        record = records.filter(pk=self._key()).first()
        return [(value, str(record) if record else _("unknown"))]

    def _key(self):
        return self._key_of(self.value())

    @staticmethod
    def _key_of(value):
        return int(value) if value and value.isdecimal() and len(value) < 19 else None

    def has_output(self):
        return self.value() is not None

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        key = self._key()
        if key is None:
            return queryset.none()
        condition = reduce(or_, (Q(**{path: key}) for path in self.paths))
        if not self.to_many:
            return queryset.filter(condition)
        # One row for each record, however many of its parties match.
        found = queryset.model._base_manager.filter(condition)
        return queryset.filter(pk__in=found.values("pk"))


def related_filter(field, *named_by):
    """Return the filter behind ``?<field>__id__exact=`` for a foreign key (a model field)."""
    return type(
        f"{field.name.title()}RelatedFilter",
        (RelatedFilter,),
        {
            "title": field.verbose_name,
            "parameter_name": f"{field.name}__id__exact",
            "related_model": field.related_model,
            "paths": (field.name,),
            "named_by": named_by,
        },
    )


def record_filter(parameter, title, model, *paths, to_many=True):
    """Return the filter ``?<parameter>=<pk>``: records that reach ``model`` by any of ``paths``."""
    return type(
        f"{parameter.title()}RecordFilter",
        (RelatedFilter,),
        {
            "title": title,
            "parameter_name": parameter,
            "related_model": model,
            "paths": paths,
            "to_many": to_many,
        },
    )


class ImportFilter(RelatedFilter):
    """The records that one import brought in or changed: ``?import=<pk>`` on its last page."""

    title = _("import")
    parameter_name = "import"

    def lookups(self, request, model_admin):
        value = self.value()
        if value is None:
            return []
        run = SpreadsheetImport.objects.filter(pk=self._key(), user=request.user).first()
        return [(value, str(run) if run else _("unknown"))]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        changes = ImportChange.objects.filter(
            run=self._key(), model=queryset.model._meta.concrete_model._meta.label_lower
        )
        return queryset.filter(pk__in=changes.values("object_pk"))


class ChoiceFilter(CheckboxFilter):
    field = ""

    def queryset(self, request, queryset):
        values = [value for value in self.value() or [] if value]
        return queryset.filter(**{f"{self.field}__in": values}) if values else queryset


def every_choice_filter(field, title, choices):
    """Return a filter over all values of a field with ``choices``: it costs no query.

    A list page stays within ten queries: where it has several filters, only those keep counts for
    which the counts say something.
    """
    return type(
        f"{field.title()}ChoiceFilter",
        (ChoiceFilter,),
        {
            "title": title,
            "parameter_name": field,
            "field": field,
            "lookups": lambda self, request, model_admin: choices.choices,
        },
    )
