"""Filters of several lists: by one related record, set by a link, and by kind.

A list page stays within ten queries, so filters that would count what few people ask for do not.
"""

from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import CheckboxFilter, RadioFilter


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
        value = self.value() or ""
        return int(value) if value.isdecimal() and len(value) < 19 else None

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


class ChoiceFilter(CheckboxFilter):
    field = ""

    def queryset(self, request, queryset):
        values = [value for value in self.value() or [] if value]
        return queryset.filter(**{f"{self.field}__in": values}) if values else queryset


def uncounted_choice_filter(field, title, choices):
    """Return a filter over all values of ``choices``: no query, and so no figures."""
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
