"""Merging: the plan made again under lock, and written."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from legcrm.core import bulk, rewriting
from legcrm.core.history import current_user
from legcrm.core.models import Record, StaleRecord

from ..models import Merge
from .journal import Journal
from .planning import plan
from .plans import Plan


class MergeRefused(Exception):
    """The merge or its undoing is not possible; ``reasons`` says why, with the remedy."""

    def __init__(self, reasons):
        self.reasons = list(reasons)
        super().__init__(" ".join(self.reasons))


class ChangedMeanwhile(MergeRefused):
    """One of the two records is not what the preview showed."""

    def __init__(self):
        super().__init__([_("One of the two records was changed meanwhile. Look again.")])


def merge(model, winner_pk, loser_pk, choices=None, *, versions=None, user=None) -> Merge:
    """Merge one record of ``model`` into another, all or nothing, and return the journal.

    ``versions`` is that of the plan the person has seen (``Plan.versions``). Raises
    ChangedMeanwhile where a record is another one now, MergeRefused where something stands
    against it.
    """
    try:
        with transaction.atomic():
            winner, loser = lock(model, winner_pk, loser_pk)
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


def lock(model, *keys):
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
