"""The chain of missions: which one built on which.

A walk is one query, by a recursive table expression. Its rows are keys alone and its parts are
joined by UNION, which drops what was found before: so it ends even where rows written past our
rules make a circle. (The expression is django-cte's, so that what is found stays a queryset that
other queries take in.)
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connections, router
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django_cte import CTE, with_cte


class Chain(NamedTuple):
    """A mission with all that it builds on and all that builds on it, each earliest first."""

    earlier: list
    mission: object
    later: list

    @property
    def missions(self) -> list:
        return [*self.earlier, self.mission, *self.later]


def check_link(mission, earlier) -> None:
    """Raise ValidationError where ``mission`` can't build on ``earlier``.

    A mission builds on none that starts later, and the chain has no cycle (missions of the same
    first day could else point at each other).
    """
    if mission == earlier:
        raise ValidationError(_("A mission can't build on itself."), code="cycle")
    if earlier.starts_on > mission.starts_on:
        raise ValidationError(
            _("“%(mission)s” can't build on “%(earlier)s”, which starts later.")
            % {"mission": mission, "earlier": earlier},
            code="later",
        )
    if mission.pk and mission in ancestors(earlier):
        raise ValidationError(
            _("“%(earlier)s” itself builds on “%(mission)s”.")
            % {"mission": mission, "earlier": earlier},
            code="cycle",
        )


def hold_links(links) -> None:
    """Let nobody else write ``links`` (the model of them) until the transaction ends.

    Of two links written at the same moment neither would see the cycle that both close. Rows of
    missions would be no lock: two forms that hold one mission each would wait for each other. On
    SQLite the transaction alone keeps others from writing.
    """
    connection = connections[router.db_for_write(links)]
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(links._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def ancestors(mission) -> list:
    """Return every mission that ``mission`` builds on, directly or not, earliest first."""
    return _in_order(_select(type(mission), _upwards(type(mission), [mission.pk])))


def descendants(mission) -> list:
    """Return every mission that builds on ``mission``, directly or not, earliest first."""
    return _in_order(_select(type(mission), _downwards(type(mission), [mission.pk])))


def chain(mission) -> Chain:
    """Return what ``mission`` builds on, and what builds on it; one query."""
    model = type(mission)
    up, down = _upwards(model, [mission.pk]), _downwards(model, [mission.pk])
    earlier = Q(pk__in=up.queryset().values("key"))
    missions = model.objects.filter(earlier | Q(pk__in=down.queryset().values("key")))
    missions = with_cte(up, down, select=missions.annotate(is_earlier=earlier))
    found = [row for row in _in_order(missions) if row != mission]
    return Chain(
        [row for row in found if row.is_earlier],
        mission,
        [row for row in found if not row.is_earlier],
    )


def ends(missions: Iterable) -> list:
    """Return the last missions of the chains that ``missions`` (of one model) belong to.

    Those of them, and of what builds on them, that nothing builds on in turn; earliest first.
    """
    missions = list(missions)
    if not missions:
        return []
    model = type(missions[0])
    keys = [mission.pk for mission in missions]
    down = _downwards(model, keys)
    reached = model.objects.filter(Q(pk__in=keys) | Q(pk__in=down.queryset().values("key")))
    return _in_order(with_cte(down, select=reached.filter(nothing_builds_on_it(model))))


def nothing_builds_on_it(model) -> Q:
    """Return the condition that a mission is the last of its chain, archived ones left out."""
    later = _links(model).filter(earlier=OuterRef("pk"), mission__archived_at__isnull=True)
    return ~Q(Exists(later))


def ancestors_of_each(missions: Iterable) -> dict[int, set[int]]:
    """Return ``{key of a mission: keys of all that it builds on}``; one query for all."""
    missions = list(missions)
    if not missions:
        return {}
    found = {mission.pk: set() for mission in missions}
    links = _links(type(missions[0]))

    def walk(cte):
        first = links.filter(mission__in=list(found)).values(
            of=F("mission_id"), key=F("earlier_id")
        )
        again = cte.join(links, mission_id=cte.col.key).values(of=cte.col.of, key=F("earlier_id"))
        return first.union(again)

    pairs = CTE.recursive(walk, name="earlier_of_each")
    for of, key in with_cte(pairs, select=pairs).values_list("of", "key"):
        if key != of:
            found[of].add(key)
    return found


def _upwards(model, keys) -> CTE:
    return _walk(model, keys, "mission_id", "earlier_id", "earlier_missions")


def _downwards(model, keys) -> CTE:
    return _walk(model, keys, "earlier_id", "mission_id", "later_missions")


def _walk(model, keys, start, end, name) -> CTE:
    """Return the table of the keys reached from ``keys``, over links from ``start`` to ``end``."""
    links = _links(model)

    def walk(cte):
        first = links.filter(**{f"{start}__in": keys}).values(key=F(end))
        return first.union(cte.join(links, **{start: cte.col.key}).values(key=F(end)))

    return CTE.recursive(walk, name=name)


def _links(model) -> QuerySet:
    return model._meta.get_field("built_on").remote_field.through.objects.order_by()


def _select(model, walk) -> QuerySet:
    return with_cte(walk, select=model.objects.filter(pk__in=walk.queryset().values("key")))


def _in_order(missions) -> list:
    return list(missions.order_by("starts_on", "pk"))
