"""Hand-over: a colleague leaves or is away for long, and their work passes to others.

What is somebody's work is found from the models: each record with an owner, and each follow-up
with an assignee. A plan says what goes to whom; it is carried out as it was seen, but for what
changed hands, was archived or done in between, and it is undone in the same way. Only the owner
changes: the record says of itself what it said before, so its other rules are not asked again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from legcrm.core.history import acting_as
from legcrm.core.keys import Keys
from legcrm.core.models import Record, SearchableModel
from legcrm.core.rewriting import rewrite
from legcrm.core.rows import chunks
from partners.models import Organisation

from .models import FollowUp, HandOver, HandOverItem, Mission
from .radar import look_again

# The foreign keys to a member of staff by which a record is somebody's work.
OWNERSHIP_FIELDS = ("owner", "assignee")

# Where the records of a model lead to, as lookups; what has none is in no country or mission.
COUNTRIES = {
    "partners.organisation": ("country",),
    "partners.person": ("affiliations__organisation__country",),
    "missions.agreement": ("cooperation__partner__country", "parties__organisation__country"),
    "missions.cooperation": ("partner__country",),
    "missions.interaction": ("organisation_links__organisation__country",),
    "missions.mission": ("stops__country", "country_links__country"),
    "missions.project": ("country",),
}
MISSIONS = {
    "partners.organisation": ("participations__mission", "host_links__appointment__mission"),
    "partners.person": ("participations__mission",),
    "missions.agreement": ("mission",),
    "missions.cooperation": ("origin_mission",),
    "missions.interaction": ("mission",),
    "missions.mission": ("pk",),
    "missions.project": ("origin_mission",),
}


class Reason(models.TextChoices):
    """Why a record stays with whom it is."""

    ARCHIVED = "archived", gettext_lazy("archived and read-only")
    OUTSIDE = "outside", gettext_lazy("outside of the countries or the mission chosen")
    NO_RIGHT = "no_right", gettext_lazy("you may not change them")
    RECEIVER = "receiver", gettext_lazy("the colleague chosen may not change them")
    ELSEWHERE = "elsewhere", gettext_lazy("belongs to somebody else meanwhile")
    PASSED_ON = "passed_on", gettext_lazy("passed on since")
    DONE = "done", gettext_lazy("done meanwhile")
    GONE = "gone", gettext_lazy("deleted meanwhile")


class HandOverRefused(Exception):
    """The hand-over or its undoing is not possible; the text says why, with the remedy."""


@dataclass
class Share:
    """Records of one model that go to one colleague."""

    model: type[Record]
    receiver: models.Model
    keys: list[int]


@dataclass
class LeftOut:
    """Records of one model that stay where they are, for one reason."""

    model: type[Record]
    reason: Reason
    keys: list[int]


@dataclass
class Plan:
    """What goes from ``giver`` to whom, and what does not."""

    giver: models.Model
    shares: list[Share]
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(share.keys) for share in self.shares)

    def token(self) -> str:
        """Return the plan as a signed text for a form: carried out is what was seen."""
        shares = [
            [share.model._meta.label_lower, share.receiver.pk, _steps(share.keys)]
            for share in self.shares
        ]
        content = {"giver": self.giver.pk, "shares": shares}
        return signing.dumps(content, salt=__name__, compress=True)

    @classmethod
    def read(cls, token: str) -> "Plan":
        """Return the plan that ``token()`` wrote, without what was left out.

        Raises HandOverRefused where the text is none of ours.
        """
        try:
            content = signing.loads(token, salt=__name__)
        except signing.BadSignature as error:
            raise HandOverRefused(_("The preview is not complete. Look at it again.")) from error
        keys = [content["giver"], *(receiver for _label, receiver, _keys in content["shares"])]
        people = get_user_model().objects.in_bulk(keys)
        shares = [
            Share(apps.get_model(label), people[receiver], _keys(steps))
            for label, receiver, steps in content["shares"]
        ]
        return cls(people[content["giver"]], shares)


@dataclass
class Outcome:
    """What was handed over (``count`` records), and what had changed since the preview."""

    journal: HandOver
    count: int
    left_out: list[LeftOut]


@dataclass
class Undone:
    """What goes back, by model and by who has it, and what stays with whom it is now."""

    restored: list[Share]
    kept: list[LeftOut]

    @property
    def count(self) -> int:
        return sum(len(share.keys) for share in self.restored)


def _steps(keys):
    """Return ``keys`` as the steps from one to the next, which takes a third of the room."""
    return [key - before for before, key in zip([0, *keys], keys, strict=False)]


def _keys(steps):
    keys, last = [], 0
    for step in steps:
        last += step
        keys.append(last)
    return keys


# --- Whose work it is -------------------------------------------------------------------------


@cache
def ownerships() -> dict[type[Record], models.ForeignKey]:
    """Return which records are somebody's work: {model: the foreign key that says whose}."""
    return {
        model: key
        for model in apps.get_models()
        if issubclass(model, Record) and not model._meta.proxy
        for key in model._meta.concrete_fields
        if key.related_model is get_user_model() and key.name in OWNERSHIP_FIELDS
    }


def work_of(model: type[Record], giver, user) -> models.QuerySet:
    """Return what of ``model`` is the work of ``giver``, archived records too, as ``user`` sees it.

    What is done is no work any more.
    """
    rows = model.objects.for_user(user).filter(**{ownerships()[model].name: giver})
    return rows.filter(done_at__isnull=True) if model is FollowUp else rows


def counts(giver, user) -> dict[type[Record], int]:
    """Return how much work of each model is the work of ``giver``; what is none is left out.

    One query for each model.
    """
    found = {model: work_of(model, giver, user).active().count() for model in ownerships()}
    return {model: count for model, count in found.items() if count}


def countries_of(giver, user) -> set[str]:
    """Return the ISO codes of the countries that the work of ``giver`` is about.

    One query for each lookup.
    """
    found = set()
    for model in ownerships():
        rows = work_of(model, giver, user).active().order_by()
        for path in _paths(COUNTRIES, model):
            found |= set(rows.values_list(path, flat=True).distinct())
    return found - {None, ""}


def _paths(lookups: Mapping[str, Sequence[str]], model) -> list[str]:
    """Return the ``lookups`` of ``model``; a follow-up is where its target is."""
    if model is not FollowUp:
        return list(lookups.get(model._meta.label_lower, ()))
    targets = {name: FollowUp._meta.get_field(name).related_model for name in FollowUp.TARGETS}
    return [
        f"{name}__{path}"
        for name, target in targets.items()
        for path in lookups.get(target._meta.label_lower, ())
    ]


def _leads_to(model, lookups, values) -> Q:
    """Return the condition that a record of ``model`` leads to one of ``values``."""
    condition, today = Q(pk__in=()), timezone.localdate()
    for path in _paths(lookups, model):
        one = Q(**{f"{path}__in": values})
        before, person, _after = path.partition("affiliations__")
        if person:  # Where people act today, not where they once did.
            until = f"{before}{person}valid_to"
            one &= Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": today})
        condition |= one
    return condition


# --- The plan ---------------------------------------------------------------------------------


def plan(
    giver,
    receivers: Mapping[type[Record], models.Model],
    user,
    *,
    countries: Collection[str] = (),
    mission: Mission | None = None,
) -> Plan:
    """Say what of the work of ``giver`` goes to whom; nothing is written.

    ``receivers`` says which kinds of records are handed over, and each to whom; ``countries`` (ISO
    codes) and ``mission`` narrow it to what is about them. Raises HandOverRefused where a receiver
    can't be one.
    """
    _refuse_unfit(giver, receivers.items(), user)
    shares, left_out = [], []
    for model, receiver in receivers.items():
        rows = work_of(model, giver, user).order_by("pk")
        own = rows.active()
        if countries:
            own = own.filter(_leads_to(model, COUNTRIES, list(countries)))
        if mission is not None:
            own = own.filter(_leads_to(model, MISSIONS, [mission.pk]))
        keys = list(own.values_list("pk", flat=True).distinct())
        if countries or mission is not None:
            chosen = set(keys)
            others = rows.active().values_list("pk", flat=True)
            _leave_out(left_out, model, Reason.OUTSIDE, [k for k in others if k not in chosen])
        archived = rows.archived().values_list("pk", flat=True)
        _leave_out(left_out, model, Reason.ARCHIVED, list(archived))
        reason = _no_right(model, user, receiver)
        if reason is not None:
            _leave_out(left_out, model, reason, keys)
        elif keys:
            shares.append(Share(model, receiver, keys))
    return Plan(giver, shares, left_out)


def may_change(user, model) -> bool:
    return user.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}")


def _no_right(model, user, receiver=None):
    if not may_change(user, model):
        return Reason.NO_RIGHT
    if receiver is not None and not may_change(receiver, model):
        return Reason.RECEIVER
    return None


def _refuse_unfit(giver, receivers: Iterable[tuple[type[Record], models.Model]], user):
    if not user.has_perm("missions.add_handover"):
        raise HandOverRefused(_("You may not hand over the work of colleagues."))
    models_of = defaultdict(list)
    for model, receiver in receivers:
        models_of[receiver].append(model)
    if not models_of:
        raise HandOverRefused(_("Choose what is handed over."))
    for receiver, kinds in models_of.items():
        if receiver == giver:
            raise HandOverRefused(
                _("%(name)s has this work already. Choose somebody else.") % {"name": receiver}
            )
        if not receiver.is_active:
            raise HandOverRefused(
                _("%(name)s can no longer log in. Choose somebody else.") % {"name": receiver}
            )
        if not any(may_change(receiver, kind) for kind in kinds):
            raise HandOverRefused(
                _("%(name)s may not change any of it. Choose somebody else, or have the role of "
                  "%(name)s changed.") % {"name": receiver}
            )  # fmt: skip


def _leave_out(left_out: list[LeftOut], model, reason, keys):
    """Add ``keys`` to what is left out for ``reason``."""
    if not keys:
        return
    for known in left_out:
        if (known.model, known.reason) == (model, reason):
            known.keys += keys
            return
    left_out.append(LeftOut(model, reason, keys))


# --- Handing over -----------------------------------------------------------------------------


def hand_over(planned: Plan, user, reason: str = "") -> Outcome:
    """Carry ``planned`` out in the name of ``user``, all in one transaction, and journal it.

    A record that no longer is as planned is left out. Raises HandOverRefused where a receiver can't
    be one any more, or nothing is left to be handed over.
    """
    _refuse_unfit(planned.giver, ((one.model, one.receiver) for one in planned.shares), user)
    count, left_out = 0, []
    with acting_as(user), transaction.atomic():
        journal = HandOver.objects.create(giver=planned.giver, reason=reason.strip(), done_by=user)
        text = _("Handed over from %(giver)s") % {"giver": planned.giver}
        if journal.reason:
            text = f"{text}: {journal.reason}"
        for share in planned.shares:
            refused = _no_right(share.model, user, share.receiver)
            if refused is not None:
                _leave_out(left_out, share.model, refused, share.keys)
                continue
            for keys in chunks(share.keys):
                count += _pass_on(share, keys, journal, text, left_out)
        if not count:
            raise HandOverRefused(
                _("Nothing was handed over: nothing of it is the work of %(giver)s any more.")
                % {"giver": planned.giver}
            )
    return Outcome(journal, count, left_out)


def _pass_on(share, keys, journal, text, left_out) -> int:
    model, name = share.model, ownerships()[share.model].name
    ready = _ready(model, keys, journal.giver_id, journal.done_by, left_out, locking=True)
    for record in ready:
        setattr(record, name, share.receiver)
        if model is FollowUp:
            record.passed_on_by, record.passed_on_at = journal.giver, journal.done_at
    _write(model, ready, text, journal.done_at)
    HandOverItem.objects.bulk_create(
        HandOverItem(
            hand_over=journal,
            model=model._meta.label_lower,
            object_id=record.pk,
            receiver=share.receiver,
        )
        for record in ready
    )
    return len(ready)


def _ready(model, keys, owner_id, user, left_out, *, locking) -> list[Record]:
    """Return those of the records ``keys`` that still are the work of ``owner_id``, by key.

    What is not is added to ``left_out``.
    """
    rows = model.objects.for_user(user).filter(pk__in=keys).order_by("pk")
    if locking:
        rows = rows.select_for_update(of=("self",))
    found, ready, left = {row.pk: row for row in rows}, [], defaultdict(list)
    for key in keys:
        record = found.get(key)
        if record is None:
            left[Reason.GONE].append(key)
        elif getattr(record, ownerships()[model].attname) != owner_id:
            left[Reason.ELSEWHERE].append(key)
        elif record.is_archived:
            left[Reason.ARCHIVED].append(key)
        elif model is FollowUp and record.done_at is not None:
            left[Reason.DONE].append(key)
        else:
            ready.append(record)
    for reason, some in left.items():
        _leave_out(left_out, model, reason, some)
    return ready


def _write(model, records, text, at):
    rewrite(records, text, at)
    if model is Organisation:  # Whom the radar names; the other kinds see to it when saved.
        look_again(model, [record.pk for record in records])


# --- Undoing ----------------------------------------------------------------------------------


def examine_undo(journal: HandOver, user) -> Undone:
    """Say what ``undo`` would put back and what not; nothing is written."""
    found = Undone([], [])
    for share, records in _undoable(journal, user, found.kept, locking=False):
        _restore(found, share, records)
    return found


def undo(journal: HandOver, user) -> Undone:
    """Give back to the giver what the receivers still have and have not passed on.

    Raises HandOverRefused where it is undone already, or nothing can be given back.
    """
    undone = Undone([], [])
    with acting_as(user), transaction.atomic():
        locked = HandOver.objects.select_for_update(of=("self",)).get(pk=journal.pk)
        if locked.undone_at is not None:
            raise HandOverRefused(_("This hand-over is undone already."))
        if not user.has_perm("missions.add_handover"):
            raise HandOverRefused(_("You may not hand over the work of colleagues."))
        text = _("Hand-over from %(giver)s undone") % {"giver": locked.giver}
        now = timezone.now()
        for share, records in _undoable(locked, user, undone.kept, locking=True):
            _give_back(share, records, locked, text, now)
            _restore(undone, share, records)
        if not undone.restored:
            raise HandOverRefused(
                _("Nothing can be given back: none of it still is as it was handed over.")
            )
        locked.undone_at, locked.undone_by = now, user
        locked.save(update_fields=["undone_at", "undone_by"])
    journal.refresh_from_db()
    return undone


def _restore(undone, share, records):
    keys = [record.pk for record in records]
    last = undone.restored[-1] if undone.restored else None
    if last is not None and (last.model, last.receiver) == (share.model, share.receiver):
        last.keys += keys
    elif keys:
        undone.restored.append(Share(share.model, share.receiver, keys))


def shares_of(journal: HandOver) -> list[Share]:
    """Return what was handed over, by model and receiver."""
    keys = defaultdict(list)
    items = journal.items.order_by("object_id").values_list("model", "receiver_id", "object_id")
    for label, receiver, key in items.iterator():
        keys[label, receiver].append(key)
    people = get_user_model().objects.in_bulk({receiver for _label, receiver in keys})
    order = [model._meta.label_lower for model in ownerships()]
    return [
        Share(apps.get_model(label), people[receiver], keys[label, receiver])
        for label, receiver in sorted(keys, key=lambda key: (order.index(key[0]), key[1]))
    ]


def _undoable(journal, user, left_out, *, locking):
    """Yield ``(share, records)``: what may be given back, at most 500 at a time."""
    later = HandOver.objects.filter(pk__gt=journal.pk, undone_at__isnull=True)
    later = list(later.values_list("pk", flat=True))
    for share in shares_of(journal):
        model, label = share.model, share.model._meta.label_lower
        if (refused := _no_right(model, user)) is not None:
            _leave_out(left_out, model, refused, share.keys)
            continue
        for keys in chunks(share.keys):
            ready = _ready(model, keys, share.receiver.pk, user, left_out, locking=locking)
            items = HandOverItem.objects.filter(hand_over__in=later, model=label)
            again = set(items.filter(object_id__in=keys).values_list("object_id", flat=True))
            if model is FollowUp:  # By a hand-over or one by one, even if it came back.
                again |= {one.pk for one in ready if one.passed_on_at != journal.done_at}
            passed_on = [record.pk for record in ready if record.pk in again]
            _leave_out(left_out, model, Reason.PASSED_ON, passed_on)
            yield share, [record for record in ready if record.pk not in again]


def _give_back(share, records, journal, text, now):
    model, name = share.model, ownerships()[share.model].name
    before = _passed_on_before(records, journal) if model is FollowUp else {}
    for record in records:
        setattr(record, name, journal.giver)
        if model is FollowUp:
            record.passed_on_by_id, record.passed_on_at = before.get(record.pk, (None, None))
    _write(model, records, text, now)


def _passed_on_before(follow_ups, journal):
    """Return who had passed the follow-ups on before, and when: {key: (user, moment)}."""
    entries = FollowUp.history.filter(
        id__in=[one.pk for one in follow_ups], history_date__lt=journal.done_at
    )
    rows = entries.order_by("history_date", "history_id")
    return {
        key: before for key, *before in rows.values_list("id", "passed_on_by_id", "passed_on_at")
    }  # The last one stands.


# --- In words ---------------------------------------------------------------------------------


def first_rows(model: type[Record], keys: Collection[int], user, most: int) -> list[Record]:
    """Return the first ``most`` of the records ``keys`` by name, of those that ``user`` may see."""
    rows = model.objects.for_user(user).filter(pk__in=Keys(keys))
    if issubclass(model, SearchableModel):
        rows = rows.select_related(*_named_by(model) or [None])
    return list(rows.order_by(*model._meta.ordering)[:most])


def _named_by(model):
    """Return the foreign keys of ``model`` that its name is made of."""
    names = {path.partition("__")[0] for path in model.search_children}
    return [name for name in names if model._meta.get_field(name).many_to_one]
