"""Working out a merge: what the record kept will say, what moves over, what stands against it."""

from collections import defaultdict
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from legcrm.core.models import Record, TrackedModel

from ..models import Organisation, OrganisationName
from .fields import both, choice_fields, plain, same, shown
from .joining import join_all
from .plans import Choice, Plan
from .rules import (
    CLEARLY_MORE,
    EARLIER_HOLDS,
    GIVES_WAY,
    GIVES_WAY_TEXT,
    IDENTITY,
    MOVE,
    relations_of,
    rule_of,
)
from .uniques import uniques_of


def suggest_winner(one: TrackedModel, other: TrackedModel) -> TrackedModel:
    """Return the record to keep: the older one, unless the newer one is clearly more complete."""
    older, newer = sorted((one, other), key=lambda record: record.pk)
    if older.is_archived != newer.is_archived:
        return newer if older.is_archived else older
    more = _filled(newer) - _filled(older)
    return newer if more >= CLEARLY_MORE else older


def _filled(record):
    return sum(part.value_from_object(record) not in (None, "") for part in choice_fields(record))


def plan(winner, loser, choices: dict[str, str] | None = None, *, user=None) -> Plan:
    """Work out the merge of ``loser`` into ``winner``, two records of one model; write nothing.

    ``choices`` is ``{field name: "winner" | "loser" | "both"}``; fields not in it are as
    suggested. ``user`` is told nothing of fields they may not see. The number of queries does not
    depend on the number of rows. Sets the values chosen on ``winner``.
    """
    return _Planner(winner, loser, choices or {}, user).plan


class _Planner:
    def __init__(self, winner, loser, choices, user):
        self.plan = Plan(winner, loser)
        self.winner, self.loser, self.user = winner, loser, user
        self.model = type(winner)._meta.concrete_model
        self.known: dict[tuple, TrackedModel] = {}
        self._look_for_obstacles()
        self._choose(choices)
        if winner.pk != loser.pk:
            self._walk(self.model, {loser.pk: winner.pk})
        if self.model is Organisation:
            self._name()
            self._check_parent()

    def _refuse(self, text):
        self.plan.obstacles.append(text)

    # --- The record itself ------------------------------------------------------------------

    def _look_for_obstacles(self):
        winner, loser = self.winner, self.loser
        if winner.pk == loser.pk:
            self._refuse(_("These are one and the same record. Choose another one."))
        for record in (winner, loser):
            if getattr(record, "merged_into_id", None):
                self._refuse(
                    _("“%(record)s” was merged into another record already.") % {"record": record}
                )
            elif record.is_archived:
                self._refuse(_("“%(record)s” is archived. Restore it first.") % {"record": record})
            if getattr(record, "anonymised_at", None):
                self._refuse(
                    _("“%(record)s” is anonymised: nobody can tell any more who it was.")
                    % {"record": record}
                )

    def _choose(self, choices):
        winner, loser = self.winner, self.loser
        sides = self._forced_sides()
        hidden = type(winner).hidden_fields(self.user) if self.user else set()
        for record, other in ((winner, loser), (loser, winner)):
            if getattr(record, "parent_id", None) == other.pk and other.pk:
                record.parent = None  # no record is part of itself
        newer = "loser" if loser.updated_at > winner.updated_at else "winner"
        for part in choice_fields(winner):
            mine, theirs = part.value_from_object(winner), part.value_from_object(loser)
            if same(part, mine, theirs):
                self.plan.same_count += mine not in (None, "")
                continue
            may_join = isinstance(part, models.TextField)
            if theirs in (None, ""):
                suggested = "winner"
            elif mine in (None, ""):
                suggested = "loser"
            elif may_join:
                suggested = "both"
            else:
                suggested = "winner" if part.name in IDENTITY else newer
            chosen = sides.get(part.name) or choices.get(part.name) or suggested
            if chosen not in ("winner", "loser") and not (chosen == "both" and may_join):
                chosen = suggested
            if part.name not in hidden and part.name not in sides:
                self.plan.choices.append(
                    Choice(part, shown(winner, part), shown(loser, part),
                           may_join and mine not in (None, "") and theirs not in (None, ""), chosen)
                )  # fmt: skip
            if chosen == "loser":
                setattr(winner, part.attname, plain(theirs))
            elif chosen == "both":
                setattr(winner, part.attname, both(mine, theirs))
        for name in EARLIER_HOLDS:
            dates = [getattr(record, name, None) for record in (winner, loser)]
            known = [date for date in dates if date is not None]
            if known and min(known) != dates[0]:
                setattr(winner, name, min(known))
                label = capfirst(str(winner._meta.get_field(name).verbose_name))
                self.plan.notes.append(_("%(field)s: the earlier date holds.") % {"field": label})

    def _forced_sides(self):
        """Where the two lie on different sides, a cooperation says which is right."""
        winner, loser = self.winner, self.loser
        if self.model is not Organisation or winner.is_home == loser.is_home:
            return {}
        cooperations = Organisation._meta.get_field("home_cooperations").related_model.objects
        pairs = cooperations.active().filter(
            Q(home__in=[winner, loser]) | Q(partner__in=[winner, loser])
        )
        has = {key for pair in pairs.values_list("home", "partner") for key in pair}
        if {winner.pk, loser.pk} <= has:
            self._refuse(
                _(
                    "One of the two is from the home region and the other is not, and both have "
                    "cooperations: those of one would be on the wrong side. Put “from the home "
                    "region” and the cooperations right first."
                )
            )
        if not has & {winner.pk, loser.pk}:
            return {}
        self.plan.notes.append(
            _("From the home region: as in the record that has the cooperations.")
        )
        return {"is_home": "winner" if winner.pk in has else "loser"}

    def _name(self):
        """Keep every name by which one of the two was known."""
        winner, loser = self.winner, self.loser
        read = winner._read
        kinds = OrganisationName.Kind
        texts = {
            read["name"]: kinds.ALIAS,
            loser.name: kinds.ALIAS,
            read["short_name"]: kinds.SHORT,
            loser.short_name: kinds.SHORT,
        }
        moved = self.plan.moved.get(OrganisationName, ())
        known = {winner.name, winner.short_name, "", *(name.text for name in moved)}
        known.update(winner.names.values_list("text", flat=True))
        self.plan.new_names = [
            OrganisationName(organisation=winner, text=text, kind=kind)
            for text, kind in texts.items()
            if text not in known
        ]

    def _check_parent(self):
        """Refuse where the record kept would be part of itself, over records in between."""
        seen, key = set(), self.winner.parent_id
        while key is not None and key not in seen:
            if key in (self.winner.pk, self.loser.pk):
                break
            seen.add(key)
            last = key
            key = Organisation._base_manager.values_list("parent_id", flat=True).get(pk=key)
        if key is None or not seen:
            return
        between = Organisation._base_manager.get(pk=last)
        self._refuse(
            _("“%(between)s” is part of one of the two and the other is part of it. Change “part "
              "of” there first.") % {"between": between}
        )  # fmt: skip

    # --- What hangs on it -------------------------------------------------------------------

    def _walk(self, model, into):
        """Bring what points to the keys of ``into`` over to its values."""
        fields = defaultdict(list)
        for relation in relations_of(model):
            if rule_of(relation) == MOVE:
                fields[relation.related_model].append(relation.field)
        for related, moved in fields.items():
            self._bring_over(related, moved, into)

    def _row(self, model, row):
        """Return one object for each row, however often it is met."""
        return self.known.setdefault((model, row.pk), row)

    def _rows(self, model, fields, keys):
        condition = reduce(or_, (Q(**{f"{part.name}__in": keys}) for part in fields))
        # In no order: the database must not walk through an index for one by key.
        found = model._base_manager.filter(condition).order_by()
        if model is self.model:
            found = found.exclude(pk__in=[self.winner.pk, self.loser.pk])
        return found

    def _bring_over(self, model, fields, into):
        here = list(self._rows(model, fields, list(into)))
        moving = [self._row(model, row) for row in sorted(here, key=lambda row: row.pk)]
        if not moving:
            return
        uniques = uniques_of(model, fields)
        if uniques:
            self._index(model, fields, into, uniques)
        collisions, into_joined = [], {}
        for row in moving:
            new = {
                part.attname: into.get(getattr(row, part.attname), getattr(row, part.attname))
                for part in fields
            }
            if len(new) > 1 and len(set(new.values())) == 1:
                self._between_the_two(row)
                continue
            twin = self._twin(row, new, uniques)
            if twin is None:
                self._move(row, new, uniques)
            else:
                self._give_way(row, new, uniques, twin)
                collisions.append((twin, row))
                into_joined[row.pk] = twin.pk
        if collisions:
            join_all(self.plan, model, fields, collisions, self.user)
            self._walk(model, into_joined)

    def _index(self, model, fields, into, uniques):
        keys = {*into, *into.values()}
        standing = [self._row(model, row) for row in self._rows(model, fields, into.values())]
        for unique in uniques:
            if unique.condition is not None:
                rows = self._rows(model, fields, keys).filter(unique.condition)
                unique.holds_for = set(rows.values_list("pk", flat=True))
            for row in standing:
                if (key := unique.key(row, {})) is not None:
                    unique.rows[key] = row

    def _twin(self, row, new, uniques):
        for unique in uniques:
            key = unique.key(row, new)
            if key is not None and key in unique.rows and unique.name not in GIVES_WAY:
                return unique.rows[key]
        return None

    def _move(self, row, new, uniques):
        if self._give_way(row, new, uniques, row):
            self.plan.notes.append(GIVES_WAY_TEXT % {"row": row})
        for attname, value in new.items():
            setattr(row, attname, value)
        self.plan.moved[type(row)].append(row)

    def _give_way(self, row, new, uniques, holder):
        """Let ``holder`` stand for the keys of ``row``; where another does, ``row`` gives way."""
        gave_way = False
        for unique in uniques:
            key = unique.key(row, new)
            if key is None or unique.rows.setdefault(key, holder) is holder:
                continue
            if unique.name in GIVES_WAY:
                setattr(row, *GIVES_WAY[unique.name])
                gave_way = True
        return gave_way

    def _between_the_two(self, row):
        """A row between the two themselves: it stays where it is, if in the archive."""
        if isinstance(row, Record) and row.is_archived:
            return
        self._refuse(
            _("“%(row)s” is a %(kind)s between the two themselves. Correct or archive it first.")
            % {"row": row, "kind": row._meta.verbose_name}
        )
