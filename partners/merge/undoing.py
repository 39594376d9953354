"""Taking a merge back, while nobody has touched its rows since."""

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from legcrm.core import rewriting
from legcrm.core.history import current_user
from legcrm.core.models import Record, StaleRecord

from ..models import Merge
from .journal import last_entries, state_of
from .writing import MergeRefused, lock, touched

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
            lock(model, done.winner_pk, done.loser_pk)
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
