"""The values in use, with counts: keys of a relation, countries, choices of a field."""

from functools import cached_property

from django.contrib.admin.utils import lookup_spawns_duplicates
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from ..keys import is_key
from ..regions import REGIONS, countries_of
from .base import Filter, Option


class InUseFilter(Filter):
    """Lists the values of ``expression`` that occur, with the number of records of each.

    Several may be chosen. ``expression`` may cross to-many relations: records are counted and
    listed once. What values there may be is known beforehand: ``known()``.
    """

    expression = None
    # Whether a record may be met twice by one value, over a to-many relation.
    repeats = True
    # Without counts only whether there are any is asked: for tables too large to count.
    counts = True

    def known(self):
        """Return all values there may be: a list, or a QuerySet of ``value`` and ``label``."""
        raise NotImplementedError

    def label(self, value) -> str:
        return str(value)

    def chosen(self):
        """Return the chosen values by which the list is narrowed."""
        return self.values

    @cached_property
    def to_many(self):
        path = self.expression.name if isinstance(self.expression, F) else None
        return path is None or lookup_spawns_duplicates(self.model._meta, path)

    def narrowed(self, queryset):
        """Return ``queryset`` with the records of the chosen values."""
        if not self.to_many:
            return queryset.filter(**{f"{self.expression.name}__in": self.chosen()})
        rows = queryset.model._base_manager.annotate(filter_value=self.expression)
        return queryset.filter(pk__in=rows.filter(filter_value__in=self.chosen()).values("pk"))

    def queryset(self, request, queryset):
        return self.narrowed(queryset) if self.chosen() else queryset

    def rows(self):
        """Return the records in use, of which the values are offered."""
        rows = self.model.objects.for_user(self.request.user)
        return rows.active() if hasattr(rows, "active") else rows

    def matching(self, rows, value):
        """Return those of ``rows`` that have ``value``, an expression."""
        return rows.annotate(filter_value=self.expression).filter(filter_value=value)

    def counted(self):
        """Return ``[(value, label, count)]`` of the values in use.

        One query, and one before it where the values stand in a table.
        """
        labels = self.labelled()
        try:
            found = self._grouped() if self.counts else self._met(labels)
        except EmptyResultSet:
            found = {}
        return [
            (key, label, found.get(key, 0))
            for key, label in ((str(value), label) for value, label in labels.items())
            if key in found or key in self.values
        ]

    def _grouped(self):
        rows = self.rows().order_by().annotate(filter_value=self.expression)
        rows = rows.filter(filter_value__isnull=False).values_list("filter_value")
        count = Count("pk", distinct=self.to_many and self.repeats)
        found = rows.annotate(filter_count=count)
        return {str(value): count for value, count in found if value != ""}

    def _met(self, values):
        """Return those of ``values`` that occur, each looked for by index."""
        rows = self.matching(self.rows().order_by(), RawSQL("_known.value", ())).values("pk")
        some, params = rows[:1].query.sql_with_params()
        known = ", ".join(["(%s)"] * len(values))
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH _known(value) AS (VALUES {known}) SELECT value, "
                f"(SELECT COUNT(*) FROM ({some}) AS _some) FROM _known",
                (*values, *params),
            )
            return {value: None for value, found in cursor.fetchall() if found}

    def labelled(self):
        """Return ``{value: label}`` of all values there may be."""
        known = self.known()
        if isinstance(known, QuerySet):
            return dict(known.values_list("value", "label"))
        return {value: self.label(value) for value in known}

    def options(self):
        found = [
            Option(
                value, label, count if self.counts else None, value in self.values,
                self.parameter_name,
            )
            for value, label, count in self.counted()
        ]  # fmt: skip
        return sorted(found, key=lambda option: str(option.label).casefold())

    def labels(self):
        known = self.known() if self.values else []
        if not isinstance(known, QuerySet):
            return [self.label(value) for value in self.values]
        names = dict(known.filter(value__in=self.chosen()).values_list("value", "label"))
        names = {str(value): label for value, label in names.items()}
        return [str(names.get(value, _("unknown"))) for value in self.values]


class KeyFilter(InUseFilter):
    """Values in use of a relation, by key."""

    def chosen(self):
        return [int(value) for value in self.values if is_key(value)]

    def queryset(self, request, queryset):
        if self.values and not self.chosen():
            return queryset.none()
        return super().queryset(request, queryset)


class CountryFilter(InUseFilter):
    """The countries in use, with flags, and the regions that they make up."""

    title = _("country")
    parameter_name = "country"
    region_parameter = "region"
    template = "admin/filters/countries.html"
    expression = F("country")

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.regions = [key for key in self.given(params, self.region_parameter) if key in REGIONS]

    def expected_parameters(self):
        return [self.parameter_name, self.region_parameter]

    def known(self):
        return [code for code, _name in countries]

    def label(self, value):
        return countries.name(str(value)) or str(value)

    def chosen(self):
        return sorted({*self.values, *countries_of(self.regions)})

    def options(self):
        members = countries_of(self.regions)
        options = super().options()
        return [
            option._replace(flag=option.value, chosen=option.chosen or option.value in members)
            for option in options
        ]

    def region_options(self, options):
        """Return the regions of which a country is among ``options``."""
        in_use = {option.value: option.count for option in options}
        found = []
        for key, (label, codes) in REGIONS.items():
            counts = [in_use[code] for code in codes if code in in_use]
            chosen = key in self.regions
            if counts or chosen:
                # A record of several countries would be counted several times.
                count = None if self.to_many or None in counts else sum(counts)
                found.append(Option(key, label, count, chosen, self.region_parameter, codes))
        return sorted(found, key=lambda option: str(option.label).casefold())

    def labels(self):
        covered = countries_of(self.regions)
        return [str(REGIONS[key][0]) for key in self.regions] + [
            self.label(value) for value in self.values if value not in covered
        ]


def country_filter(expression, *, counts=True):
    """Return a country filter for a model whose countries stand elsewhere."""
    return type("CountryFilter", (CountryFilter,), {"expression": expression, "counts": counts})


class ChoiceFilter(InUseFilter):
    """The values in use of a field with ``choice_class`` (a Choices class)."""

    choice_class = None

    def known(self):
        return list(self.choice_class.values)

    def label(self, value):
        return str(dict(self.choice_class.choices).get(value, value))

    def options(self):
        # In the order in which the model names them: from idea to completed.
        order = {value: number for number, value in enumerate(self.choice_class.values)}
        return sorted(super().options(), key=lambda option: order.get(option.value, len(order)))


class EveryChoiceFilter(ChoiceFilter):
    counts = False

    def counted(self):
        return [(value, self.label(value), None) for value in self.known()]


def choice_filter(field, title, choices, base=ChoiceFilter):
    """Return a filter over the values in use of a field with ``choices`` (a Choices class)."""
    return type(
        f"{field.title()}Filter",
        (base,),
        {
            "title": title,
            "parameter_name": field,
            "field": field,
            "expression": F(field),
            "choice_class": choices,
        },
    )


def every_choice_filter(field, title, choices):
    """Return a filter over all values of a field with ``choices``, uncounted: it costs no query.

    For fields without an index in tables that grow large.
    """
    return choice_filter(field, title, choices, EveryChoiceFilter)
