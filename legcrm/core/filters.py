"""Filters of the admin lists.

A list page shows what is chosen, as chips, and asks for no values; its sheet of filters
(``filter_views``) is fetched when it is opened, and lists the values in use with counts by one
grouped query for each filter. The counts are those of all records in use, whatever else is chosen.
"""

from datetime import date, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from django import forms
from django.contrib.admin import FieldListFilter, ListFilter
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import Count, DateTimeField, F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from .dates import start_of
from .models import ImportChange, SpreadsheetImport
from .regions import REGIONS, countries_of


class Option(NamedTuple):
    """One value that the sheet offers."""

    value: str
    label: str
    count: int | None  # None: not counted
    chosen: bool
    name: str  # of the parameter
    members: frozenset = frozenset()  # a region's countries
    flag: str = ""  # code of a country

    @property
    def flag_file(self):
        return f"{self.flag.lower()}.gif"

    @property
    def codes(self):
        return " ".join(sorted(self.members))


class ListFilterBase:
    """What the filters of the house share.

    ``labels()`` says in words what is chosen, ``options()`` what may be chosen.
    """

    # Offered and applied only to those who may see this field of the model.
    field: str | None = None
    several = True
    # What holds where nothing is chosen; None: every record.
    default_label = None

    def has_output(self):
        return True

    def choices(self, changelist):
        return []

    def options(self) -> list[Option]:
        return []

    def labels(self) -> list[str]:
        return []

    def given(self, params, name):
        """Take the values of the parameter ``name`` out of ``params`` and return them."""
        values = params.pop(name, [])
        values = values if isinstance(values, list) else [values]
        values = [value for value in dict.fromkeys(values) if value and "\x00" not in value]
        if values:
            self.used_parameters[name] = values
        return values


class Filter(ListFilterBase, ListFilter):
    """A filter by the values of one parameter of the address."""

    template = "admin/filters/options.html"
    parameter_name = None

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.request, self.model, self.model_admin = request, model, model_admin
        self.values = self.given(params, self.parameter_name)

    def expected_parameters(self):
        return [self.parameter_name]


class OneOfFilter(Filter):
    """One of a few choices, ``lookups()``; ``default_label`` names what holds without."""

    several = False

    def lookups(self, request, model_admin):
        """Return ``[(value, label)]``."""
        raise NotImplementedError

    @cached_property
    def offered(self):
        return dict(self.lookups(self.request, self.model_admin))

    def value(self):
        """Return what is chosen, or None."""
        return next((value for value in reversed(self.values) if value in self.offered), None)

    def labels(self):
        return [str(self.offered[self.value()])] if self.value() else []

    def options(self):
        name, chosen = self.parameter_name, self.value()
        return [
            Option("", self.default_label or _("all"), None, chosen is None, name),
            *(Option(v, label, None, v == chosen, name) for v, label in self.offered.items()),
        ]


class SomeOfFilter(OneOfFilter):
    """Any of a few choices that all shall hold together."""

    several = True

    def chosen(self):
        return [value for value in self.values if value in self.offered]

    def labels(self):
        return [str(self.offered[value]) for value in self.chosen()]

    def options(self):
        return [
            Option(value, label, None, value in self.values, self.parameter_name)
            for value, label in self.offered.items()
        ]


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


class ArchivedFilter(OneOfFilter):
    """Archived records are hidden unless they are asked for."""

    title = _("archive")
    parameter_name = "archived"
    default_label = _("not archived")

    def lookups(self, request, model_admin):
        return [("yes", _("archived")), ("all", _("both"))]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.archived()
            case "all":
                return queryset
        return queryset.active()


class OwnerFilter(InUseFilter):
    """Mine, nobody’s, or those of colleagues who have any: ``?owner=me``, ``none`` or a key."""

    title = _("owner")
    parameter_name = "owner"
    field = "owner"
    repeats = False

    @property
    def expression(self):
        return F(self.field)

    def known(self):
        whole = Trim(Concat("first_name", Value(" "), "last_name"))
        name = Coalesce(NullIf(whole, Value("")), "username")
        users = get_user_model().objects.order_by()
        return users.annotate(value=F("pk"), label=name).values("value", "label")

    def chosen(self):
        return [int(value) for value in self.values if is_key(value)]

    def queryset(self, request, queryset):
        keys = self.chosen() + ([request.user.pk] if "me" in self.values else [])
        condition = Q(**{f"{self.field}__in": keys}) if keys else Q()
        if "none" in self.values:
            condition |= Q(**{f"{self.field}__isnull": True})
        if not self.to_many or not condition:
            return queryset.filter(condition)
        rows = queryset.model._base_manager.filter(condition)
        return queryset.filter(pk__in=rows.values("pk"))

    def options(self):
        colleagues = super().options()
        own = str(self.request.user.pk)
        mine = next((option.count for option in colleagues if option.value == own), 0)
        name = self.parameter_name
        return [
            Option("me", _("me"), mine, "me" in self.values, name),
            Option("none", _("nobody"), None, "none" in self.values, name),
            *(item for item in colleagues if item.value != own or item.chosen),
        ]

    def labels(self):
        words = [
            label for key, label in (("me", _now("me")), ("none", _now("nobody")))
            if key in self.values
        ]  # fmt: skip
        if not self.chosen():
            return words
        found = self.known().filter(pk__in=self.chosen())
        return words + sorted(found.values_list("label", flat=True))


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
            for text, day in ((_now("from %s"), first), (_now("to %s"), last))
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


class MissingFilter(SomeOfFilter):
    """Lists the rows that lack something, by adjectives of the QuerySet.

    ``gaps`` is ``{value: (label, method of the QuerySet, field or column that must be visible)}``.
    """

    title = _("missing")
    parameter_name = "missing"
    gaps: dict = {}

    def lookups(self, request, model_admin):
        hidden = model_admin.hidden_columns(request)
        return [
            (value, label)
            for value, (label, _method, field) in self.gaps.items()
            if field not in hidden
        ]

    def queryset(self, request, queryset):
        for value in self.chosen():
            queryset = getattr(queryset, self.gaps[value][1])()
        return queryset


def missing_filter(**gaps):
    """Return a filter for what is missing: ``missing_filter(email=(label, method, field))``."""
    return type("MissingFilter", (MissingFilter,), {"gaps": gaps})


class RelatedFilter(Filter):
    """Narrows a list to one related record where a link on that record's page asks for it.

    Unset it is not offered, so it costs no query; set it shows the record and can be taken off.
    """

    related_model = None
    # Relations of ``related_model`` that its name is made of.
    named_by: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    to_many = False

    def value(self):
        return self.values[-1] if self.values else None

    def key(self):
        """Return the key that is asked for; None where it can't be one."""
        return int(self.value()) if self.value() and is_key(self.value()) else None

    @cached_property
    def record(self):
        """The record, if there is one that the user may see."""
        records = self.related_model.objects.for_user(self.request.user)
        if self.named_by:
            records = records.select_related(*self.named_by)
        return records.filter(pk=self.key()).first()

    def labels(self):
        if self.value() is None:
            return []
        return [str(self.record) if self.record else _now("unknown")]

    def options(self):
        label = self.labels()[0]
        return [Option(self.value(), label, None, True, self.parameter_name)]

    def has_output(self):
        return self.value() is not None

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        if self.key() is None:
            return queryset.none()
        condition = reduce(or_, (Q(**{path: self.key()}) for path in self.paths))
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

    @cached_property
    def record(self):
        return SpreadsheetImport.objects.filter(pk=self.key(), user=self.request.user).first()

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        changes = ImportChange.objects.filter(
            run=self.key(), model=queryset.model._meta.concrete_model._meta.label_lower
        )
        return queryset.filter(pk__in=changes.values("object_pk"))


def is_key(value):
    """Whether ``value``, a text from an address, can be the key of a record."""
    return value.isdecimal() and len(value) < 19
