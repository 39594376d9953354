"""Merging two records that are one and the same partner, and taking it back.

One record is kept, the other is given up: it goes to the archive and points to the one kept. All
that hangs on it moves over by ``RULES``, whichever app it belongs to. Where a unique constraint
lets only one of two rows stand, the two are joined: what is blank in the row kept is filled from
the other, what hangs on the other moves too, and the other goes (a part of a record is deleted, a
record with a page of its own archived).

A moved row says what it said before, so it is written past the rules for what people enter
(``legcrm.core.rewriting``): archived rows and consents move as well. What a move could make wrong
stands among the obstacles of the plan, and the constraints of the database hold as ever.

``plan()`` works everything out and writes nothing; ``merge()`` plans again under lock and writes;
``undo()`` puts every row back from the journal, while nobody has touched one since.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from legcrm.core import bulk, rewriting
from legcrm.core.history import current_user
from legcrm.core.models import Record, StaleRecord, TrackedModel

from .models import Merge, Organisation, OrganisationName, Person

MODELS = (Organisation, Person)

MOVE, STAY = "move", "stay"
# What becomes of the rows that point to the record given up: "app.model.field".
RULES = {
    # Subsidiaries; and what was merged into it earlier, so that chains lead to their end.
    "partners.organisation.parent": MOVE,
    "partners.organisation.merged_into": MOVE,
    "partners.organisationname.organisation": MOVE,
    "partners.organisationidentifier.organisation": MOVE,
    "partners.organisationprofile.organisation": MOVE,
    "partners.organisationsector.organisation": MOVE,
    "partners.marketinterest.organisation": MOVE,
    "partners.affiliation.organisation": MOVE,
    # Pairs are derived; those of archived records are not proposed.
    "partners.organisationpair.first": STAY,
    "partners.organisationpair.second": STAY,
    "missions.missioncoorganiser.organisation": MOVE,
    "missions.participation.organisation": MOVE,
    "missions.appointmenthost.organisation": MOVE,
    "missions.interactionorganisation.organisation": MOVE,
    "missions.cooperation.home": MOVE,
    "missions.cooperation.partner": MOVE,
    "missions.agreementparty.organisation": MOVE,
    "missions.projectparty.organisation": MOVE,
    "missions.followup.organisation": MOVE,
    "missions.segmentmember.organisation": MOVE,
    "partners.person.merged_into": MOVE,
    "partners.affiliation.person": MOVE,
    "partners.consent.person": MOVE,
    "partners.personpair.first": STAY,
    "partners.personpair.second": STAY,
    "missions.participation.person": MOVE,
    "missions.appointment.interpreter": MOVE,
    "missions.interactionperson.person": MOVE,
    "missions.agreementparty.signatory": MOVE,
    "missions.followup.person": MOVE,
    # What hangs on rows that may be joined.
    "missions.appointmentparticipation.participation": MOVE,
    "missions.cooperationstage.cooperation": MOVE,
    "missions.agreement.cooperation": MOVE,
    "missions.project.cooperation": MOVE,
    "missions.interaction.cooperation": MOVE,
    "missions.followup.cooperation": MOVE,
}

# Rows that say the same although no constraint forbids both: these fields agree.
ALIKE = {"partners.affiliation": ("person", "organisation", "role", "valid_to")}
# Constraints that are met by changing the row that moves, not by joining two rows.
GIVES_WAY = {"partners_one_primary_affiliation": ("is_primary", False)}
GIVES_WAY_TEXT = gettext_lazy(
    "Both have a primary affiliation: “%(row)s” moves and is primary no longer."
)
# Of two values the one that stands first here wins, and takes the fields that belong to it along.
# What happened wins over what was planned, an answer over the question.
PRECEDENCE = {
    "missions.participation": (
        "status",
        ("attended", "no_show", "confirmed", "accepted", "waiting", "applied", "cancelled",
         "declined", "invited"),
        ("status_reason",),
    ),
    "missions.cooperation": (
        "stage",
        ("active", "agreed", "talks", "dormant", "ended", "introduced", "identified"),
        ("stage_since",),
    ),
}  # fmt: skip
# Of two rows the one with the later date is right in these fields.
NEWER_WINS = {"partners.marketinterest": ("as_of", ("status", "source"))}
# Rows that differ in this field can't be joined.
MUST_AGREE = {
    "missions.agreementparty": (
        "side",
        gettext_lazy(
            "Both are parties of “%(what)s”, on different sides. Put the parties of that agreement "
            "right first."
        ),
    )
}
JOINED = {
    "missions.participation": gettext_lazy(
        "Both are on the list of “%(what)s”: the entries are joined"
    ),
    "missions.interactionorganisation": gettext_lazy("Both took part in “%(what)s”: named once"),
    "missions.interactionperson": gettext_lazy("Both took part in “%(what)s”: named once"),
    "partners.marketinterest": gettext_lazy("Both have a statement on %(what)s: the newer counts"),
    "partners.organisationprofile": gettext_lazy("Both have a profile (%(what)s): they are joined"),
}
# An objection or a restriction must not get lost, whichever record is kept: the earlier date holds.
EARLIER_HOLDS = ("objected_at", "restricted_at")
# Not offered as a choice: derived, or decided by the merge itself.
NO_CHOICE = {"same_name_checked", "merged_into", "anonymised_at", *EARLIER_HOLDS}
# Who the record is: suggested from the record kept. All else from the one changed last.
IDENTITY = {"name", "short_name", "kind", "country", "is_home", "first_name", "last_name"}


# So many more fields must a newer record have filled in to be kept rather than the older one.
CLEARLY_MORE = 3


class MergeRefused(Exception):
    """The merge or its undoing is not possible; ``reasons`` says why, with the remedy."""

    def __init__(self, reasons):
        self.reasons = list(reasons)
        super().__init__(" ".join(self.reasons))


class ChangedMeanwhile(MergeRefused):
    """One of the two records is not what the preview showed."""

    def __init__(self):
        super().__init__([_("One of the two records was changed meanwhile. Look again.")])


class UncoveredRelation(TypeError):
    """A relation has no rule in ``RULES``."""


# --- Relations and unique constraints -------------------------------------------------------


def relations_of(model) -> Iterator[models.ManyToOneRel]:
    """Yield the relations whose rows point to ``model``, hidden ones too, but not its history.

    Many-to-many relations are covered by those of their through models.
    """
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        if not hasattr(relation.related_model, "history_type"):
            yield relation


def rule_of(relation) -> str:
    name = f"{relation.related_model._meta.label_lower}.{relation.field.name}"
    if name not in RULES:
        raise UncoveredRelation(f"partners.merge.RULES says nothing about {name}")
    return RULES[name]


class Unique:
    """What may stand only once: the value of ``key()`` among the rows of one model."""

    def __init__(self, name, parts, condition=None):
        self.name = name
        self.parts = parts  # [(field, function of its value)]
        self.condition = condition
        self.holds_for: set[int] | None = None  # keys of the rows that meet the condition
        self.rows: dict[tuple, models.Model] = {}

    def key(self, row, new):
        """Return the key that ``row`` has with the values ``new``; None where it has none."""
        if self.holds_for is not None and row.pk not in self.holds_for:
            return None
        values = tuple(
            form(new.get(part.attname, part.get_prep_value(part.value_from_object(row))))
            for part, form in self.parts
        )
        # NULL is never equal; what is only alike may lack a date on both sides.
        return None if self.name and None in values else values


def _as_is(value):
    return value


def _lower(value):
    return value.lower() if isinstance(value, str) else value


def uniques_of(model, moved) -> list[Unique]:
    """Return what of ``model`` may stand only once, where a field of ``moved`` is part of it."""
    meta, found = model._meta, []
    for constraint in meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint):
            continue
        parts = [(meta.get_field(name), _as_is) for name in constraint.fields]
        for expression in constraint.expressions:
            form = _lower if isinstance(expression, Lower) else _as_is
            source = expression if isinstance(expression, F) else expression.source_expressions[0]
            parts.append((meta.get_field(source.name), form))
        if any(part in moved for part, _form in parts):
            found.append(Unique(constraint.name, parts, constraint.condition))
    found += [Unique(part.name, [(part, _as_is)]) for part in moved if part.unique]
    names = ALIKE.get(meta.label_lower, ())
    if names and any(part.name in names for part in moved):
        found.insert(0, Unique("", [(meta.get_field(name), _lower) for name in names]))
    return found


# --- The plan -------------------------------------------------------------------------------


@dataclass
class Choice:
    """A field in which the two records differ."""

    field: models.Field
    winner_text: str
    loser_text: str
    may_join: bool
    chosen: str  # "winner", "loser" or "both"

    @property
    def name(self):
        return self.field.name

    @property
    def label(self):
        return capfirst(str(self.field.verbose_name))


@dataclass
class Join:
    kept: TrackedModel
    gone: TrackedModel
    text: str


@dataclass
class Plan:
    """What a merge would do. ``rows`` hold the new values in memory; nothing is written."""

    winner: TrackedModel
    loser: TrackedModel
    choices: list[Choice] = field(default_factory=list)
    same_count: int = 0
    moved: dict[type, list] = field(default_factory=lambda: defaultdict(list))
    joins: dict[type, list[Join]] = field(default_factory=lambda: defaultdict(list))
    notes: list[str] = field(default_factory=list)
    new_names: list[OrganisationName] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)

    @property
    def versions(self) -> str:
        """What the preview was made of, for the check under lock."""
        pair = sorted([(self.winner.pk, self.winner.version), (self.loser.pk, self.loser.version)])
        return "-".join(f"{pk}.{version}" for pk, version in pair)

    @property
    def counts(self) -> list[tuple[int, str]]:
        """How many rows of each kind move, with the name of the kind in that number."""
        return [(len(rows), kind_name(model, len(rows))) for model, rows in self.moved.items()]

    @property
    def collisions(self) -> list[tuple[str, list[str]]]:
        """The joins by kind: (its name, a sentence for each)."""
        return [
            (capfirst(kind_name(model, len(joins))), [join.text for join in joins])
            for model, joins in self.joins.items()
        ]


def kind_name(model, count: int) -> str:
    meta = model._meta
    return str(meta.verbose_name if count == 1 else meta.verbose_name_plural)


def suggest_winner(one: TrackedModel, other: TrackedModel) -> TrackedModel:
    """Return the record to keep: the older one, unless the newer one is clearly more complete."""
    older, newer = sorted((one, other), key=lambda record: record.pk)
    if older.is_archived != newer.is_archived:
        return newer if older.is_archived else older
    more = _filled(newer) - _filled(older)
    return newer if more >= CLEARLY_MORE else older


def _filled(record):
    return sum(part.value_from_object(record) not in (None, "") for part in _choice_fields(record))


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
        for part in _choice_fields(winner):
            mine, theirs = part.value_from_object(winner), part.value_from_object(loser)
            if _same(part, mine, theirs):
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
                setattr(winner, part.attname, _plain(theirs))
            elif chosen == "both":
                setattr(winner, part.attname, _both(mine, theirs))
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
            self._join_all(model, fields, collisions)
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

    # --- Two rows become one ----------------------------------------------------------------

    def _join_all(self, model, fields, collisions):
        keys = {row.pk for pair in collisions for row in pair}
        related = [
            part.name
            for part in model._meta.concrete_fields
            if part.is_relation and not part.name.endswith("_by")
        ]
        # With what they refer to, in one query, for the sentences of the preview.
        named = model._base_manager.select_related(*related).in_bulk(keys)
        for kept, gone in collisions:
            self._join(kept, gone, named[kept.pk], named[gone.pk], fields)

    def _join(self, kept, gone, kept_named, gone_named, moved):
        meta = kept._meta
        what = _what(gone_named, moved)
        label = meta.label_lower
        if label in MUST_AGREE:
            name, text = MUST_AGREE[label]
            if getattr(kept, name) != getattr(gone, name):
                self._refuse(text % {"what": what})
        notes = []
        gone_is_archived = isinstance(gone, Record) and gone.is_archived
        if not gone_is_archived:
            notes = self._fill(kept, kept_named, gone, gone_named, moved)
            if isinstance(kept, Record) and kept.is_archived:
                kept.archived_at = kept.archived_by = None
                kept.archived_reason = ""
                notes.append(_("it is taken out of the archive"))
        default = gettext_lazy("Both have “%(what)s”: kept once")
        sentence = JOINED.get(label, default) % {"what": what}
        text = f"{sentence}; {'; '.join(notes)}." if notes else f"{sentence}."
        self.plan.joins[type(kept)].append(Join(kept, gone, text))

    def _fill(self, kept, kept_named, gone, gone_named, moved):
        """Set on ``kept`` what of ``gone`` counts; return in words what that is."""
        model, label, notes = type(kept), kept._meta.label_lower, []
        hidden = model.hidden_fields(self.user) if self.user else set()
        fields = {
            part.name: part
            for part in model._meta.concrete_fields
            if part.editable
            and not part.primary_key
            and part not in moved
            and part.name not in model.BOOKKEEPING
        }
        skipped = set()
        first, others, gone_wins = _precedence(label, kept, gone)
        if first and getattr(kept, first) != getattr(gone, first):
            skipped = {first, *others}
            wins, loses = shown(gone_named, fields[first]), shown(kept_named, fields[first])
            if gone_wins:
                for name in skipped:
                    setattr(kept, fields[name].attname, getattr(gone, fields[name].attname))
            else:
                wins, loses = loses, wins
            notes.append(
                _("%(field)s: “%(wins)s” wins over “%(loses)s”")
                % {"field": fields[first].verbose_name, "wins": wins, "loses": loses}
            )
        for name, part in fields.items():
            mine, theirs = part.value_from_object(kept), part.value_from_object(gone)
            if name in skipped or theirs in (None, "") or _same(part, mine, theirs):
                continue
            if mine in (None, ""):
                setattr(kept, part.attname, _plain(theirs))
            elif isinstance(part, models.BooleanField):
                setattr(kept, name, mine or theirs)
            elif isinstance(part, models.TextField):
                setattr(kept, name, _both(mine, theirs))
                if name not in hidden:
                    notes.append(_("%(field)s: both texts") % {"field": part.verbose_name})
            elif name not in hidden:
                notes.append(
                    _("%(field)s: “%(stays)s” stays, “%(goes)s” is given up")
                    % {
                        "field": part.verbose_name,
                        "stays": shown(kept_named, part),
                        "goes": shown(gone_named, part),
                    }
                )
        return notes


def _precedence(label, kept, gone):
    """Return the field that decides, those that follow it, and whether ``gone`` is right there."""
    if label in PRECEDENCE:
        name, order, others = PRECEDENCE[label]
        return name, others, order.index(getattr(gone, name)) < order.index(getattr(kept, name))
    if label in NEWER_WINS:
        name, others = NEWER_WINS[label]
        return name, others, getattr(gone, name) > getattr(kept, name)
    return "", (), False


def _choice_fields(record):
    found = [
        part
        for part in record._meta.concrete_fields
        if part.editable
        and not part.primary_key
        and part.name not in record.BOOKKEEPING
        and part.name not in NO_CHOICE
    ]
    # Where it is known from stands first in the model, and last in what people read.
    return sorted(found, key=lambda part: part.name == "source")


def _same(part, one, other):
    return part.get_prep_value(one) == part.get_prep_value(other)


def _plain(value):
    # A file belongs to its record: the other one gets a reference by name.
    return value.name if isinstance(value, models.fields.files.FieldFile) else value


def _both(one, other):
    """Return both texts, one below the other; once where one holds the other."""
    if other in one:
        return one
    return other if one in other else f"{one}\n\n{other}"


def _what(row, moved):
    """Name what two rows have in common: the other fields of their unique key."""
    if len(moved) > 1:
        return " · ".join(filter(None, [str(row), getattr(row, "subject", "")]))
    for unique in uniques_of(type(row), moved):
        others = [part for part, _form in unique.parts if part not in moved]
        texts = [shown(row, part) for part in others if part.value_from_object(row)]
        if texts:
            return " · ".join(texts)
    return str(row)


def shown(record, part) -> str:
    """Return the value of the field ``part`` as a person reads it."""
    value = part.value_from_object(record)
    if value in (None, ""):
        return "—"
    if part.is_relation:
        return str(getattr(record, part.name))
    if part.choices:
        return str(dict(part.flatchoices).get(value, getattr(value, "name", value)))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(part, models.DateTimeField):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(part, models.DateField):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(value)


# --- Writing --------------------------------------------------------------------------------


class Journal:
    """What is written, row by row in its order: enough to put each row back."""

    def __init__(self):
        self.entries: list[dict] = []

    def add(self, kind, record, *, before=(), text=""):
        """Note ``record``, about to be written; ``before`` names its fields to put back."""
        entry = {"kind": kind, "model": record._meta.label_lower, "pk": record.pk}
        if before:
            parts = [record._meta.get_field(name) for name in before]
            entry["before"] = {
                p.attname: rewriting.stored(p, record._read[p.attname]) for p in parts
            }
        if text:
            entry["text"] = text
        self.entries.append(entry)

    def changed(self, record, text=""):
        self.add("changed", record, before=sorted(rewriting.changed(record)), text=text)

    def deleted(self, record, text=""):
        every = [part.name for part in record._meta.concrete_fields]
        self.add("deleted", record, before=every, text=text)

    def close(self):
        """Note with each row what it is in the end, so that undoing sees who touched it since."""
        for label, entries in self._last().items():
            rows = apps.get_model(label)._base_manager.in_bulk(list(entries))
            for pk, entry in entries.items():
                if pk in rows:
                    entry["state"] = state_of(rows[pk])
        return self.entries

    def _last(self):
        return last_entries(self.entries)


def last_entries(entries) -> dict[str, dict[int, dict]]:
    """Return ``{model label: {key: its last entry}}``."""
    found: dict[str, dict[int, dict]] = defaultdict(dict)
    for entry in entries:
        found[entry["model"]][entry["pk"]] = entry
    return found


def state_of(row) -> str:
    """Return a fingerprint of the values of ``row``, without who wrote it when."""
    values = {
        part.attname: rewriting.stored(part, part.value_from_object(row))
        for part in row._meta.concrete_fields
        if part.name not in row.BOOKKEEPING
    }
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def merge(model, winner_pk, loser_pk, choices=None, *, versions=None, user=None) -> Merge:
    """Merge one record of ``model`` into another, all or nothing, and return the journal.

    ``versions`` is that of the plan the person has seen (``Plan.versions``). Raises
    ChangedMeanwhile where a record is another one now, MergeRefused where something stands
    against it.
    """
    try:
        with transaction.atomic():
            winner, loser = _lock(model, winner_pk, loser_pk)
            before = (winner.pk, winner.version)
            planned = plan(winner, loser, choices, user=user)
            if versions is not None and planned.versions != versions:
                raise ChangedMeanwhile
            if planned.obstacles:
                raise MergeRefused(planned.obstacles)
            journal = _write(planned)
            _touch(planned, before)
            return Merge.objects.create(
                model=winner._meta.concrete_model._meta.label_lower,
                winner_pk=winner.pk,
                loser_pk=loser.pk,
                winner_name=str(winner)[:300],
                loser_name=str(loser)[:300],
                journal=journal.close(),
                done_by=current_user(),
            )
    except StaleRecord as error:
        raise ChangedMeanwhile from error
    except ValidationError as error:
        raise MergeRefused(error.messages) from error
    except IntegrityError as error:
        raise MergeRefused(
            [_("Something that was entered meanwhile stands against it. Look again.")]
        ) from error


def _lock(model, *keys):
    """Return the records of ``keys``, locked by key so that two merges never wait crosswise."""
    rows = model._meta.concrete_model._base_manager.filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",))}
    if len(found) < len(set(keys)):
        raise MergeRefused([_("One of the two records was deleted meanwhile.")])
    return [found[key] for key in keys]


def _write(planned: Plan) -> Journal:
    winner, loser, journal = planned.winner, planned.loser, Journal()
    reason = _("merged: “%(loser)s” into “%(winner)s”") % {"loser": loser, "winner": winner}
    now = timezone.now()
    # First the two themselves: what is found by their names is then found by the right ones.
    loser.refresh_from_db()
    loser.merged_into = winner
    _archive(loser, reason, now)
    journal.changed(loser)
    rewriting.rewrite([loser], reason, now)
    winner.check_rules()
    if winner.changed_fields():
        journal.changed(winner)
        winner._change_reason = reason[:100]
        winner.save()
    gone = {(type(join.gone), join.gone.pk) for joins in planned.joins.values() for join in joins}
    for model, joins in planned.joins.items():
        if issubclass(model, Record):
            rows = []
            for join in joins:
                if not join.gone.is_archived:
                    _archive(join.gone, reason, now)
                    journal.changed(join.gone, join.text)
                    rows.append(join.gone)
            rewriting.rewrite(rows, reason, now)
        else:
            for join in joins:
                journal.deleted(join.gone, join.text)
            rewriting.take_out([join.gone for join in joins], reason, now)
    changed = {model: {row.pk: row for row in rows} for model, rows in planned.moved.items()}
    for model, joins in planned.joins.items():
        changed.setdefault(model, {}).update((join.kept.pk, join.kept) for join in joins)
    for model, rows in changed.items():
        wanted = [
            row
            for row in rows.values()
            if (model, row.pk) not in gone and rewriting.changed(row)
        ]  # fmt: skip
        for row in wanted:
            journal.changed(row)
        rewriting.rewrite(wanted, reason, now)
    for model, joins in planned.joins.items():
        if "stages" in getattr(model, "parts", ()):
            for join in joins:
                _keep_current_stage_last(join.kept, journal, reason, now)
    for name in planned.new_names:
        name._change_reason = reason[:100]
        name.save()
        journal.add("created", name)
    return journal


def _archive(record, reason, now):
    record.archived_at, record.archived_by = now, current_user()
    record.archived_reason = capfirst(reason)[:300]


def _keep_current_stage_last(kept, journal, reason, now):
    """The last row of the stages is the present one; those brought over are older news."""
    stages = list(kept.stages.order_by("pk"))
    same = [stage for stage in stages if stage.stage == kept.stage]
    if not same or stages[-1].stage == kept.stage:
        return
    current = same[-1]
    journal.deleted(current)
    rewriting.take_out([current], reason, now)
    anew = type(current)(cooperation=kept, stage=current.stage, since=current.since)
    anew._change_reason = reason[:100]
    anew.save()
    journal.add("created", anew)


def _touch(planned: Plan, before) -> None:
    """Count a change of each record to which a part was moved or from which one was taken."""
    rows = [row for rows in planned.moved.values() for row in rows]
    rows += [join.gone for joins in planned.joins.values() for join in joins]
    parents = rewriting.parents_of(row for row in rows if not isinstance(row, Record))
    model = planned.winner._meta.concrete_model
    touched(parents - {(model, planned.winner.pk), (model, planned.loser.pk)})
    if (planned.winner.pk, planned.winner.version) == before:
        planned.winner.touch()


def touched(parents) -> None:
    """Count a change of parts of the records ``(model, key)``: a new version each."""
    by_model = defaultdict(set)
    for model, key in parents:
        by_model[model._meta.concrete_model].add(key)
    for model, keys in by_model.items():
        bulk.touch_all(list(model._base_manager.filter(pk__in=keys)))


# --- Undoing --------------------------------------------------------------------------------

# As many reasons as anybody reads.
MOST_REASONS = 20


def reasons_against(done: Merge, *, locking=False) -> list[str]:
    """Return why the merge can't be undone, in the person's language; [] if it can."""
    if done.undone_at is not None:
        return [_("This merge is undone already.")]
    if not done.journal:
        return [_("What the merge wrote is no longer known.")]
    keys = [done.winner_pk, done.loser_pk]
    later = Merge.objects.standing().filter(
        Q(winner_pk__in=keys) | Q(loser_pk__in=keys), model=done.model, pk__gt=done.pk
    )
    reasons = [
        _("Later “%(loser)s” was merged into “%(winner)s”. Undo that merge first.")
        % {"loser": one.loser_name, "winner": one.winner_name}
        for one in later.order_by("-pk")
    ]
    if reasons:
        return reasons
    for label, entries in last_entries(done.journal).items():
        model = apps.get_model(label)
        rows = model._base_manager.filter(pk__in=list(entries)).order_by("pk")
        if locking:
            rows = rows.select_for_update(of=("self",))
        now = {row.pk: row for row in rows}
        for pk, entry in entries.items():
            reasons += _touched_since(model, now.get(pk), pk, entry)
    if len(reasons) > MOST_REASONS:
        more = len(reasons) - MOST_REASONS
        reasons = reasons[:MOST_REASONS]
        reasons.append(ngettext("And one more.", "And %(count)d more.", more) % {"count": more})
    return reasons


def _touched_since(model, row, pk, entry):
    kind = model._meta.verbose_name
    if row is None:
        if entry["kind"] != "deleted":
            yield _("%(kind)s number %(pk)s was deleted since. It can't be put back.") % {
                "kind": capfirst(str(kind)),
                "pk": pk,
            }
    elif entry.get("state") != state_of(row):
        yield _(
            "“%(row)s” (%(kind)s) was changed by %(who)s on %(when)s. Take that change back first, "
            "or leave the merge as it is."
        ) % {
            "row": row,
            "kind": kind,
            "who": row.updated_by or _("the system"),
            "when": date_format(timezone.localtime(row.updated_at), "SHORT_DATETIME_FORMAT"),
        }


def undo(done: Merge) -> None:
    """Put every row back as it was before the merge, all or nothing.

    Raises MergeRefused with the reasons where a row was touched since, or something entered since
    stands in its place.
    """
    try:
        with transaction.atomic():
            model = apps.get_model(done.model)
            _lock(model, done.winner_pk, done.loser_pk)
            locked = Merge.objects.select_for_update(of=("self",)).get(pk=done.pk)
            if reasons := reasons_against(locked, locking=True):
                raise MergeRefused(reasons)
            _take_back(locked)
            locked.undone_at, locked.undone_by = timezone.now(), current_user()
            locked.save(update_fields=["undone_at", "undone_by"])
    except StaleRecord as error:
        raise MergeRefused(
            [_("Somebody is changing “%(record)s” just now. Try again.") % {"record": error.record}]
        ) from error
    except IntegrityError as error:
        raise MergeRefused(
            [
                _(
                    "Something that was entered since stands in the place of what would come back, "
                    "for example a second primary affiliation. Take it out first."
                )
            ]
        ) from error
    done.refresh_from_db()


def _take_back(done: Merge) -> None:
    reason = _("merge undone: “%(loser)s” and “%(winner)s” are two again") % {
        "loser": done.loser_name,
        "winner": done.winner_name,
    }
    now = timezone.now()
    own = [e for e in done.journal if e["model"] == done.model and e["pk"] in
           (done.winner_pk, done.loser_pk)]  # fmt: skip
    # The two themselves first, as when merging: names are then right for what is found by them.
    rest = [entry for entry in reversed(done.journal) if entry not in own]
    parents = set()
    for entry in own:
        _put_back(apps.get_model(done.model), "changed", [entry], reason, now)
    for label, kind, entries in _runs(rest):
        model = apps.get_model(label)
        parts = _put_back(model, kind, entries, reason, now)
        if not issubclass(model, Record):
            parents |= rewriting.parents_of(parts)
    touched(parents)


def _runs(entries):
    """Yield neighbours of one model and kind together, in their order."""
    some: list = []
    for entry in entries:
        if some and (some[0]["model"], some[0]["kind"]) != (entry["model"], entry["kind"]):
            yield some[0]["model"], some[0]["kind"], some
            some = []
        some.append(entry)
    if some:
        yield some[0]["model"], some[0]["kind"], some


def _put_back(model, kind, entries, reason, now):
    fields = {part.attname: part for part in model._meta.concrete_fields}
    if kind == "deleted":
        records = []
        for entry in entries:
            before = entry["before"]
            values = {name: rewriting.held(fields[name], value) for name, value in before.items()}
            records.append(model(**values | {"version": values["version"] + 1}))
        rewriting.put_in(records, reason, now)
        return records
    rows = model._base_manager.in_bulk([entry["pk"] for entry in entries])
    records = [rows[entry["pk"]] for entry in entries]
    if kind == "created":
        rewriting.take_out(records, reason, now)
        return records
    for entry, record in zip(entries, records, strict=True):
        for name, value in entry.get("before", {}).items():
            setattr(record, name, rewriting.held(fields[name], value))
    rewriting.rewrite([r for r in records if rewriting.changed(r)], reason, now)
    return records
