"""The funnel: which organisations went through a chain of missions, and what came of it.

Its columns are the missions of the chain in order of their dates, then cooperations, agreements
and projects that came of any of them. Who counts in a column is the Bilanz's rule: for a mission
those that hold a place. An organisation may join late and skip columns: nothing is inferred.

The columns that an organisation reached are the bits of one number, its mask, which one query makes
of each organisation in the chain. All counts follow from the masks.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_cte import CTE, with_cte

from legcrm.core.counted import Counted, counted_url
from legcrm.core.dates import DatePrecision
from legcrm.core.keys import Keys, is_key
from partners.models import Organisation, Sector

from .balance import AGREEMENTS, COOPERATIONS, PLACES, PROJECTS, Base
from .lineage import chain
from .models import CooperationStage, Mission

# Of the lists in addresses.
NAME = "funnel"
RIGHTS = (
    "missions.view_mission",
    "missions.view_participation",
    "partners.view_organisation",
)
PER_PAGE = 50
# Whole numbers of databases have 64 bits, one of them for the sign.
MOST_COLUMNS = 62
# Missions that did not, or may never, take place.
LEFT_OUT = (Mission.Status.IDEA, Mission.Status.CANCELLED)
# In addresses, beside the keys of the columns: any of the results.
ANY_RESULT = "result"


# --- What is asked --------------------------------------------------------------------------


class Side(TextChoices):
    HOME = "home", _("home region")
    FOREIGN = "foreign", _("elsewhere")
    ALL = "all", _("all")


@dataclass(frozen=True)
class Filters:
    """Which organisations are looked at; an empty text narrows nothing."""

    side: str = Side.HOME
    kind: str = ""
    country: str = ""  # ISO code
    sector: str = ""  # its key

    @classmethod
    def read(cls, params: QueryDict) -> "Filters":
        """Return what ``params`` ask for; what can't be is not asked."""

        def given(name, known, default=""):
            value = params.get(name, "")
            return value if value in known else default

        sector = params.get("sector", "")
        return cls(
            given("side", Side.values, Side.HOME),
            given("kind", Organisation.Kind.values),
            given("country", dict(countries)),
            sector if sector and "\x00" not in sector else "",
        )

    def query(self) -> str:
        """Return the filters as they stand in an address."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    def narrow(self, organisations: QuerySet) -> QuerySet:
        if self.side != Side.ALL:
            organisations = organisations.filter(is_home=self.side == Side.HOME)
        if self.kind:
            organisations = organisations.filter(kind=self.kind)
        if self.country:
            organisations = organisations.filter(country=self.country)
        if self.sector:
            links = Organisation.sectors.through.objects.filter(sector__key=self.sector)
            organisations = organisations.filter(pk__in=links.order_by().values("organisation"))
        return organisations

    def in_words(self) -> list[str]:
        """Return what narrows, as the user reads it."""
        words = [Side(self.side).label] if self.side != Side.ALL else []
        if self.kind:
            words.append(Organisation.Kind(self.kind).label)
        if self.country:
            words.append(countries.name(self.country))
        if self.sector:
            words += [str(sector) for sector in Sector.objects.filter(key=self.sector)]
        return [str(word) for word in words]


# --- What is answered -----------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """Where a column finds its organisations: records, and the paths from one to them.

    ``day`` is the day on which a record was there, where that is known.
    """

    label: str
    base: Base
    paths: tuple[str, ...]
    day: Any


SOURCES = {
    "mission": Source(_("mission"), PLACES, ("organisation",), F("mission__starts_on")),
    "cooperation": Source(
        _("cooperation"),
        COOPERATIONS,
        ("home", "partner"),
        Subquery(
            CooperationStage.objects.filter(cooperation=OuterRef("pk"))
            .order_by("pk")
            .values("since")[:1]
        ),
    ),
    "agreement": Source(
        _("agreement"),
        AGREEMENTS,
        ("parties__organisation",),
        Coalesce("signed_on", "agreed_on"),
    ),
    "project": Source(
        _("project"), PROJECTS, ("parties__organisation",), F("noted_on")
    ),
}  # fmt: skip
RESULTS = ("cooperation", "agreement", "project")


@dataclass(frozen=True, eq=False)
class Column:
    """A mission, or a kind of result; ``key`` stands for it in addresses, ``bit`` in masks."""

    key: str
    bit: int
    source: Source
    mission: Mission | None = None

    @property
    def label(self) -> str:
        if self.mission:
            return str(capfirst(self.mission.get_kind_display()))
        return str(capfirst(self.source.base.model._meta.verbose_name_plural))

    @property
    def name(self) -> str:
        return f"{self.label} {self.mission.dates}" if self.mission else self.label


class Conversion(NamedTuple):
    """How many of one column (``whole``) are in another too (``part``), and after how long.

    ``days`` is the median over those where both days are known and the other is not the earlier,
    None without any; ``is_about`` where a mission's day is known to the month or year only.
    """

    part: int
    whole: int
    days: float | None
    is_about: bool
    url: str

    @property
    def percent(self) -> int | None:
        return round(100 * self.part / self.whole) if self.whole else None


class Mark(NamedTuple):
    """That an organisation is in a column: by how many records, and where they are."""

    count: int
    url: str


class Row(NamedTuple):
    organisation: Organisation
    marks: list[Mark | None]  # one for each column


class Funnel:
    """The funnel of the chain of ``mission``, as ``user`` may see it, of what ``filters`` ask.

    A constant number of queries, whatever the length of the chain and the number of rows; each
    figure is read when it is first asked for.
    """

    def __init__(self, mission: Mission, user, filters: Filters = Filters()):
        self.mission = mission
        self.user = user
        self.filters = filters
        self.chain = chain(mission)
        results = [name for name in RESULTS if _may_see(user, SOURCES[name].base)]
        missions = sorted(
            (one for one in self.chain.missions if one == mission or _took_place(one)),
            key=lambda one: (one.starts_on, one.pk),
        )
        most = MOST_COLUMNS - len(results)
        # The latest missions of a chain that is too long.
        self.left_out = missions[:-most]
        self.missions = missions[-most:]
        self.ideas = [
            one
            for one in self.chain.missions
            if one.status == Mission.Status.IDEA and not one.is_archived and one != mission
        ]
        self._mission_keys = [one.pk for one in self.missions]
        self.columns = [
            Column(str(one.pk), 1 << number, SOURCES["mission"], one)
            for number, one in enumerate(self.missions)
        ]
        self.columns += [
            Column(name, 1 << number, SOURCES[name])
            for number, name in enumerate(results, len(self.columns))
        ]
        self.by_key = {column.key: column for column in self.columns}
        self.results = [column for column in self.columns if column.mission is None]
        self._overlaps = {}
        self._result_bits = sum(column.bit for column in self.results)

    # --- Lists behind the figures -----------------------------------------------------------

    def url(self, *keys: str) -> str:
        """Return the list of the organisations that are in all columns of ``keys``.

        ``ANY_RESULT`` among them stands for any result; without keys: in any column.
        """
        what = f"{self.mission.pk}:{','.join(keys)}:{self.filters.query()}"
        return counted_url(Organisation, NAME, what)

    def organisations(self) -> QuerySet:
        """Return those that are looked at, whether they are in the chain or not."""
        return self.filters.narrow(Organisation.objects.for_user(self.user).active()).order_by()

    def records(self, keys: Iterable[str]) -> QuerySet:
        """Return the organisations that ``url(*keys)`` lists."""
        found = self.organisations()
        for key in keys:
            found = found.filter(
                self._in_any(self.results if key == ANY_RESULT else [self.by_key[key]])
            )
        return found if keys else found.filter(self._in_any(self.columns))

    def _in_any(self, columns):
        condition = Q(pk__in=[])
        if missions := [column.mission.pk for column in columns if column.mission]:
            places = SOURCES["mission"].base.seen_by(self.user).filter(mission__in=missions)
            condition |= Q(pk__in=places.values("organisation"))
        for column in columns:
            if column.mission is None:
                for path in column.source.paths:
                    condition |= Q(pk__in=self._of(column.source).values(path))
        return condition

    def _of(self, source) -> QuerySet:
        """Return the records of ``source`` that count for the chain."""
        base = source.base
        return base.seen_by(self.user).filter(**{f"{base.mission}__in": self._mission_keys})

    # --- Figures ----------------------------------------------------------------------------

    @cached_property
    def _masks(self) -> dict[int, int]:
        """Return ``{organisation: mask}``, those that came furthest first; one query."""
        # The bit of each mission is a table to join: a condition for each would be tried on
        # each participation.
        missions = [column for column in self.columns if column.mission]
        whens = [When(pk=column.mission.pk, then=Value(column.bit)) for column in missions]
        bits = CTE(
            Mission.objects.filter(pk__in=self._mission_keys)
            .order_by()
            .annotate(bit=Case(*whens, output_field=BigIntegerField()))
            .values("pk", "bit"),
            name="mission_bits",
            materialized=True,
        )
        places = SOURCES["mission"].base.seen_by(self.user)
        reached = bits.join(places, mission=bits.col.pk).values(
            reached=F("organisation"), bit=bits.col.bit
        )
        others = [
            self._of(column.source).values(
                reached=F(path), bit=Value(column.bit, output_field=BigIntegerField())
            )
            for column in self.results
            for path in column.source.paths
        ]
        pairs = CTE(reached.union(*others, all=True) if others else reached, name="pairs")
        masks = CTE(
            pairs.queryset().values("reached").annotate(mask=_Bits(pairs.col.bit)).order_by(),
            name="masks",
        )
        rows = masks.join(self.organisations(), pk=masks.col.reached)
        rows = with_cte(bits, pairs, masks, select=rows.annotate(mask=masks.col.mask))
        rows = sorted(rows.values_list("mask", "compare_key", "pk"), key=_furthest_first)
        return {key: mask for mask, _name, key in rows}

    @cached_property
    def total(self) -> int:
        return len(self._masks)

    def _tally(self, masks: Iterable[int]) -> dict[str, int]:
        """Return ``{key of a column: how many of masks have its bit}``."""
        # Written in zeros and ones, one behind the other, a column is each so-many-th character.
        width = len(self.columns)
        digits = "".join([f"{mask:0{width}b}" for mask in masks])
        return {
            column.key: digits[width - place :: width].count("1")
            for place, column in enumerate(self.columns, start=1)
        }

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return ``{key of a column: number of organisations}``."""
        return self._tally(self._masks.values())

    @cached_property
    def _counts_with_a_result(self) -> dict[str, int]:
        return self._tally(mask for mask in self._masks.values() if mask & self._result_bits)

    def _in_both(self, source, target):
        """Return how many organisations are in ``source`` and in the later column ``target``."""
        distance = self.columns.index(target) - self.columns.index(source)
        if distance not in self._overlaps:
            self._overlaps[distance] = self._tally(
                mask & mask >> distance for mask in self._masks.values()
            )
        return self._overlaps[distance][source.key]

    def conversion(self, source: Column, target: Column) -> Conversion:
        """Return how many of ``source`` are in the later column ``target`` too."""
        days, is_about = self._days_between(source, target)
        return Conversion(
            self._in_both(source, target),
            self.counts[source.key],
            days,
            is_about,
            self.url(source.key, target.key),
        )

    def steps(self) -> list[Conversion]:
        """Return the conversions from each column but the last to the next."""
        return [self.conversion(source, target) for source, target in pairwise(self.columns)]

    def to_a_result(self, source: Column) -> Conversion:
        """Return how many of a mission have any result; without days."""
        url = self.url(source.key, ANY_RESULT)
        return Conversion(
            self._counts_with_a_result[source.key], self.counts[source.key], None, False, url
        )

    def first_to_first(self) -> tuple[float | None, bool]:
        """Return the median of days from the first mission to the first result, and if "about"."""
        spans, is_about = [], False
        for organisation, days in self._result_days.items():
            mask = self._masks.get(organisation, 0)
            reached = (column.mission for column in self.columns if column.bit & mask)
            first = next(reached, None)
            if first is None:
                continue
            after = [day for day in days.values() if day >= first.starts_on]
            if after:
                spans.append((min(after) - first.starts_on).days)
                is_about |= not _is_exact(first)
        return (median(spans) if spans else None), is_about

    def _days_between(self, source, target):
        if target.mission:
            if not self._in_both(source, target):
                return None, False
            days = (target.mission.starts_on - source.mission.starts_on).days
            return days, not (_is_exact(source.mission) and _is_exact(target.mission))
        spans = []
        for organisation, days in self._result_days.items():
            if source.mission is None:
                start = days.get(source.key)
            else:
                there = self._masks.get(organisation, 0) & source.bit
                start = source.mission.starts_on if there else None
            end = days.get(target.key)
            if start is not None and end is not None and end >= start:
                spans.append((end - start).days)
        is_about = bool(spans and source.mission and not _is_exact(source.mission))
        return (median(spans) if spans else None), is_about

    @cached_property
    def _result_days(self) -> dict[int, dict[str, date]]:
        """Return ``{organisation: {result: its first known day}}``; a query for each path."""
        looked_at = self.organisations().values("pk")
        found = defaultdict(dict)
        for column in self.results:
            for fact in self._facts(column.source, looked_at):
                if fact.day is not None:
                    days = found[fact.organisation]
                    days[column.key] = min(fact.day, days.get(column.key, fact.day))
        return found

    def _facts(self, source, organisations):
        """Yield that an organisation is in a column by a record; a query for each path."""
        for path in source.paths:
            rows = self._of(source).filter(**{f"{path}__in": organisations})
            rows = rows.annotate(column_day=source.day)
            for row in rows.values_list(path, source.base.mission, "pk", "column_day"):
                yield _Fact(*row)

    # --- Rows -------------------------------------------------------------------------------

    def page(self, number: int | str) -> Page:
        """Return a page of ``Row``, those that came furthest first; the nearest there is."""
        page = Paginator(list(self._masks), PER_PAGE).get_page(number)
        found = Organisation.objects.in_bulk(list(page.object_list))
        organisations = [found[key] for key in page.object_list if key in found]
        page.object_list = self._with_marks(organisations)
        return page

    def _with_marks(self, organisations) -> list[Row]:
        keys = Keys([organisation.pk for organisation in organisations])
        records = defaultdict(set)
        sources = {column.source: column for column in self.columns}
        for source, column in sources.items():
            for fact in self._facts(source, keys):
                key = str(fact.mission) if column.mission else column.key
                records[fact.organisation, key].add(fact.record)
        return [
            Row(
                organisation,
                [
                    self._mark(organisation, column, records.get((organisation.pk, column.key)))
                    for column in self.columns
                ],
            )
            for organisation in organisations
        ]

    def _mark(self, organisation, column, records):
        if not records:
            return None
        model = column.source.base.model
        if len(records) == 1:
            (key,) = records
            return Mark(1, reverse(f"admin:missions_{model._meta.model_name}_change", args=[key]))
        what = f"{self.mission.pk}:{column.key}:{organisation.pk}"
        return Mark(len(records), counted_url(model, NAME, what))


class _Fact(NamedTuple):
    organisation: int
    mission: int
    record: int
    day: date | None


class _Bits(Aggregate):
    """All bits of whole numbers of which each has one: 1, 4 and 4 make 5."""

    function = "BIT_OR"
    output_field = BigIntegerField()

    def as_sqlite(self, compiler, connection):
        # SQLite has no such function, and the sum of the different ones is the same.
        return self.as_sql(compiler, connection, template="SUM(DISTINCT %(expressions)s)")


def _furthest_first(row):
    mask, name, key = row
    return -mask, name, key


def may_see(user) -> bool:
    return user.has_perms(RIGHTS)


def _may_see(user, base):
    return user.has_perm(f"missions.view_{base.model._meta.model_name}")


def _took_place(mission):
    return not mission.is_archived and mission.status not in LEFT_OUT


def _is_exact(mission):
    return mission.date_precision == DatePrecision.DAY


def resolve(what: str, model: type[Model], user) -> Counted | None:
    """Return what the address of a figure or of a mark lists; for ``legcrm.core.counted``.

    ``what`` is "mission:columns:filters" in a list of organisations, "mission:column:organisation"
    in one of participations or results.
    """
    mission, _colon, rest = what.partition(":")
    columns, _colon, last = rest.partition(":")
    if not may_see(user) or not is_key(mission):
        return None
    mission = Mission.objects.for_user(user).filter(pk=mission).first()
    if mission is None:
        return None
    filters = Filters.read(QueryDict(last)) if model is Organisation else Filters()
    funnel = Funnel(mission, user, filters)
    keys = [key for key in columns.split(",") if key]
    if not {*funnel.by_key, ANY_RESULT}.issuperset(keys):
        return None
    if model is Organisation:
        names = [_name(funnel, key) for key in keys] or [gettext("in any column")]
        words = [" + ".join(names), *filters.in_words()]
        found = funnel.records(keys).values("pk")
    else:
        column = funnel.by_key.get(columns)
        if column is None or column.source.base.model is not model or not is_key(last):
            return None
        organisation = Organisation.objects.for_user(user).filter(pk=last).first()
        if organisation is None:
            return None
        words = [str(organisation), column.name]
        found = _of_organisation(funnel, column, organisation)
    label = gettext("%(what)s (chain of “%(mission)s”)")
    return Counted(label % {"what": ", ".join(words), "mission": mission}, found)


def _name(funnel, key):
    return gettext("any result") if key == ANY_RESULT else funnel.by_key[key].name


def _of_organisation(funnel, column, organisation):
    condition = Q()
    for path in column.source.paths:
        condition |= Q(**{path: organisation})
    records = funnel._of(column.source).filter(condition)
    if column.mission:
        records = records.filter(mission=column.mission)
    return records.values("pk")
