"""The comparison of missions: their figures side by side, by mission, year, kind or country.

Nothing is counted here: each number is that of ``missions.balance``, of the missions of its row.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from .balance import FIGURES, Balance, Figure, Quotient, Result
from .models import Mission

# The address of the list behind a number names its missions, and is not to become too long.
MOST_MISSIONS = 500

# What is compared where nothing is chosen.
COLUMNS = (
    "people",
    "organisations",
    "companies",
    "first_timers",
    "official_appointments",
    "agreements",
    "signed",
    "cooperations",
    "projects",
    "cost",
    "cost_per_company",
    "days_to_agreement",
    "value_forecast",
    "value_confirmed",
)


class TooMany(Exception):
    """More missions are chosen than can be compared at once; it says so to people."""


@dataclass(frozen=True)
class Group:
    """What a mission belongs to: the key tells groups apart, ``order`` sorts them."""

    key: Any
    label: str
    order: Any


def _by_mission(mission):
    return [Group(mission.pk, str(mission), (mission.starts_on, mission.pk))]


def _by_year(mission):
    return [Group(mission.starts_on.year, str(mission.starts_on.year), mission.starts_on.year)]


def _by_kind(mission):
    place = Mission.Kind.values.index(mission.kind)
    return [Group(mission.kind, mission.get_kind_display(), place)]


def _by_country(mission):
    names = [(str(code), str(countries.name(str(code)))) for code in mission.countries]
    return [Group(code, name, name) for code, name in names]


def _by_sector(mission):
    return [Group(sector.pk, str(sector), str(sector)) for sector in mission.sectors.all()]


def _by_owner(mission):
    owner = mission.owner
    return [] if owner is None else [Group(owner.pk, str(owner), str(owner))]


# {name: (what it is called, the groups of a mission)}; none where it isn't known.
GROUPINGS: dict[str, tuple[str, Callable[[Mission], list[Group]]]] = {
    "mission": (_("mission"), _by_mission),
    "year": (_("year"), _by_year),
    "kind": (_("kind"), _by_kind),
    "country": (_("country"), _by_country),
    "sector": (_("sector"), _by_sector),
    "owner": (_("owner"), _by_owner),
}


@dataclass(frozen=True)
class Row:
    """The missions of one group, and their result for each figure of the comparison."""

    key: Any  # None for those of no group
    label: str
    missions: list[Mission]
    results: list[Result]


@dataclass(frozen=True)
class Comparison:
    """``rows`` in their order; ``total`` counts every record once, also where it is in two rows."""

    by: str
    figures: list[Figure | Quotient]
    rows: list[Row]
    total: Row

    @property
    def overlaps(self) -> bool:
        """Whether some mission stands in more than one row."""
        return sum(len(row.missions) for row in self.rows) > len(self.total.missions)

    def sorted_by(self, key: str) -> "Comparison":
        """Return it sorted by a figure, "-key" for the greatest first; unknown numbers are last."""
        keys = [figure.key for figure in self.figures]
        name = key.removeprefix("-")
        if name not in keys:
            return self
        place, sign = keys.index(name), -1 if key.startswith("-") else 1

        def order(row):
            amount = row.results[place].amount
            return (amount is None, 0 if amount is None else sign * amount)

        return Comparison(self.by, self.figures, sorted(self.rows, key=order), self.total)


def chosen(
    user,
    *,
    missions: Collection[int] = (),
    first_year: int | None = None,
    last_year: int | None = None,
    kind: str = "",
    country: str = "",
    sector: int | None = None,
    owner: int | None = None,
) -> QuerySet[Mission]:
    """Return the missions to compare: those picked (keys), else all that began and took place."""
    found = Mission.objects.for_user(user).active()
    if missions:
        found = found.filter(pk__in=missions)
    else:
        found = found.filter(starts_on__lte=timezone.localdate()).exclude(
            status=Mission.Status.CANCELLED
        )
    if first_year:
        found = found.filter(starts_on__gte=date(first_year, 1, 1))
    if last_year:
        found = found.filter(starts_on__lte=date(last_year, 12, 31))
    if kind:
        found = found.filter(kind=kind)
    if country:
        # As Mission.countries: those entered hold only where there are no stops.
        entered = Q(stops__isnull=True, country_links__country=country)
        found = found.filter(Q(stops__country=country) | entered)
    if sector:
        found = found.filter(sector_links__sector=sector)
    if owner:
        found = found.filter(owner=owner)
    return found.distinct()


def read(missions: QuerySet[Mission]) -> list[Mission]:
    """Return ``missions`` with all that groups them; raise TooMany above ``MOST_MISSIONS``."""
    missions = list(
        missions.select_related("owner")
        .prefetch_related("stops", "country_links", "sectors")
        .order_by("starts_on", "pk")[: MOST_MISSIONS + 1]
    )
    if len(missions) > MOST_MISSIONS:
        raise TooMany(
            ngettext(
                "More than %d mission is chosen: narrow the choice.",
                "More than %d missions are chosen: narrow the choice.",
                MOST_MISSIONS,
            )
            % MOST_MISSIONS
        )
    return missions


def compare(
    missions: Iterable[Mission], user, by: str = "mission", columns: Iterable[str] = COLUMNS
) -> Comparison:
    """Return the figures ``columns`` (keys) of ``missions``, by one of ``GROUPINGS``.

    One query for each base of the figures, however many missions there are. Figures that the user
    may not see are left out.
    """
    missions = list(missions)
    columns = [key for key in FIGURES if key in set(columns)]
    balance = Balance(missions, user, only=columns)
    total = balance.results()
    figures = [FIGURES[key] for key in total]

    def row(key, label, of):
        return Row(key, label, of, [balance.result(figure.key, of) for figure in figures])

    groups_of = GROUPINGS[by][1]
    groups, members, rest = {}, {}, []
    for mission in missions:
        found = groups_of(mission)
        for group in found:
            groups[group.key] = group
            members.setdefault(group.key, []).append(mission)
        if not found:
            rest.append(mission)
    rows = [
        row(group.key, group.label, members[group.key])
        for group in sorted(groups.values(), key=lambda group: group.order)
    ]
    if rest:
        rows.append(row(None, gettext("not known"), rest))
    return Comparison(
        by, figures, rows, Row(None, gettext("Total"), missions, list(total.values()))
    )
