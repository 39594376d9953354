"""Two rows of which only one can stand become one."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from legcrm.core.models import Record

from .fields import both, plain, same, shown
from .plans import Join
from .rules import JOINED, MUST_AGREE, NEWER_WINS, PRECEDENCE
from .uniques import uniques_of


def join_all(planned, model, fields, collisions, user):
    """Note in the plan which row goes into which: ``collisions`` are pairs (kept, gone)."""
    keys = {row.pk for pair in collisions for row in pair}
    related = [
        part.name
        for part in model._meta.concrete_fields
        if part.is_relation and not part.name.endswith("_by")
    ]
    # With what they refer to, in one query, for the sentences of the preview.
    named = model._base_manager.select_related(*related).in_bulk(keys)
    for kept, gone in collisions:
        _join(planned, kept, gone, named[kept.pk], named[gone.pk], fields, user)


def _join(planned, kept, gone, kept_named, gone_named, moved, user):
    meta = kept._meta
    what = _what(gone_named, moved)
    label = meta.label_lower
    if label in MUST_AGREE:
        name, text = MUST_AGREE[label]
        if getattr(kept, name) != getattr(gone, name):
            planned.obstacles.append(text % {"what": what})
    notes = []
    gone_is_archived = isinstance(gone, Record) and gone.is_archived
    if not gone_is_archived:
        notes = _fill(kept, kept_named, gone, gone_named, moved, user)
        if isinstance(kept, Record) and kept.is_archived:
            kept.archived_at = kept.archived_by = None
            kept.archived_reason = ""
            notes.append(_("it is taken out of the archive"))
    default = gettext_lazy("Both have “%(what)s”: kept once")
    sentence = JOINED.get(label, default) % {"what": what}
    text = f"{sentence}; {'; '.join(notes)}." if notes else f"{sentence}."
    planned.joins[type(kept)].append(Join(kept, gone, text))


def _fill(kept, kept_named, gone, gone_named, moved, user):
    """Set on ``kept`` what of ``gone`` counts; return in words what that is."""
    model, label, notes = type(kept), kept._meta.label_lower, []
    hidden = model.hidden_fields(user) if user else set()
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
        if name in skipped or theirs in (None, "") or same(part, mine, theirs):
            continue
        if mine in (None, ""):
            setattr(kept, part.attname, plain(theirs))
        elif isinstance(part, models.BooleanField):
            setattr(kept, name, mine or theirs)
        elif isinstance(part, models.TextField):
            setattr(kept, name, both(mine, theirs))
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
