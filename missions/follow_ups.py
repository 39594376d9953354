"""Doing what was promised: done once and repeated in its rhythm, put off, passed on, taken back.

Each function locks the row and says by ``FollowUpRefused`` why it can't be done. ``follow_up`` is
only named by what is given: what counts, and is changed, is the row as it is saved now.
"""

from datetime import date, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from legcrm.core.dates import add_months

from .models import FollowUp, Interaction

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


class FollowUpRefused(Exception):
    """Why a follow-up can't be changed so; the text, in the active language, is for the user."""


class AlreadyDone(FollowUpRefused):
    """Somebody has done the follow-up before."""


def next_due(due_on: date, repeat: str, after: date) -> date | None:
    """Return the first day strictly after ``after`` in the rhythm ``repeat`` that ``due_on`` began.

    Days that were missed are not made up for. The 31st falls on the last day of a shorter month.
    """
    if repeat == "weekly":
        weeks = max((after - due_on).days // 7 + 1, 1)
        return due_on + timedelta(weeks=weeks)
    if repeat not in MONTHS:
        return None
    step = MONTHS[repeat]
    passed = (after.year - due_on.year) * 12 + after.month - due_on.month
    count = max(passed // step, 1)
    while (day := add_months(due_on, count * step)) <= after:
        count += 1
    return day


def comes_again(follow_up, today: date | None = None) -> date | None:
    """Return when a repeated one is due again if it is done ``today``; None of one that is not."""
    began = follow_up.rhythm_from or follow_up.due_on
    # Done early, it comes again after the day for which it was meant, and not on that day.
    after = max(today or timezone.localdate(), follow_up.due_on)
    return next_due(began, follow_up.repeat, after)


def _lock(follow_up):
    """Return the row, locked until the transaction ends; refuse one that is gone or archived."""
    rows = FollowUp.objects.select_for_update(of=("self",))
    locked = rows.filter(pk=follow_up.pk).first()
    if locked is None:
        raise FollowUpRefused(_("This follow-up was deleted meanwhile."))
    if locked.is_archived:
        raise FollowUpRefused(_("“%s” is archived. Restore it first.") % locked)
    return locked


def _lock_open(follow_up):
    locked = _lock(follow_up)
    if locked.done_at is not None:
        raise AlreadyDone(_("This follow-up has been done before."))
    return locked


def _about(follow_up):
    """Return what the follow-up is about, as arguments for a query or a new one."""
    return {f"{name}_id": getattr(follow_up, f"{name}_id") for name in FollowUp.TARGETS}


@transaction.atomic
def complete(follow_up, user, outcome: str = ""):
    """Mark ``follow_up`` as done by ``user``; return the next one of a repeated one, else None.

    Raises AlreadyDone where somebody was faster.
    """
    locked = _lock_open(follow_up)
    locked.done_at = timezone.now()
    locked.done_by = user
    if outcome:
        locked.outcome = outcome
    locked.save()
    due_on = comes_again(locked)
    if due_on is None:
        return None
    return FollowUp.objects.create(
        what=locked.what,
        due_on=due_on,
        # Whoever has left does nothing any more.
        assignee=locked.assignee if locked.assignee.is_active else user,
        repeat=locked.repeat,
        rhythm_from=locked.rhythm_from or locked.due_on,
        note=locked.note,
        source=locked.source,
        **_about(locked),
    )


@transaction.atomic
def note_outcome(follow_up, outcome: str) -> None:
    """Write down what came of a follow-up that is done."""
    locked = _lock(follow_up)
    if locked.done_at is None:
        raise FollowUpRefused(_("This follow-up is not done yet."))
    locked.outcome = outcome
    locked.save()


@transaction.atomic
def reopen(follow_up) -> None:
    """Take "done" back: a slip. What came of a repeated one meanwhile is archived.

    A next one that somebody has worked on stays.
    """
    locked = _lock(follow_up)
    if locked.done_at is None:
        raise FollowUpRefused(_("This follow-up is still open."))
    if locked.repeat != FollowUp.Repeat.NEVER:
        following = FollowUp.objects.open().filter(
            what=locked.what,
            repeat=locked.repeat,
            rhythm_from=locked.rhythm_from or locked.due_on,
            created_at__gte=locked.done_at,
            version=1,
            **_about(locked),
        )
        for untouched in following.select_for_update(of=("self",))[:1]:
            untouched.archive(_("The one before is open again."))
    locked.done_at = locked.done_by = None
    locked.save()


@transaction.atomic
def postpone(follow_up, due_on: date) -> None:
    """Put ``follow_up`` off until ``due_on``; a repeated one keeps its rhythm.

    Refused for a day that has passed.
    """
    locked = _lock_open(follow_up)
    if due_on < timezone.localdate():
        day = date_format(due_on, "SHORT_DATE_FORMAT")
        raise FollowUpRefused(_("%(day)s has passed. Choose a day from today on.") % {"day": day})
    if locked.repeat != FollowUp.Repeat.NEVER and locked.rhythm_from is None:
        locked.rhythm_from = locked.due_on
    locked.due_on = due_on
    locked.save()


@transaction.atomic
def pass_on(follow_up, to, note: str, user) -> None:
    """Give ``follow_up`` to the colleague ``to``; ``note`` is added to what the note says.

    Refused for whoever has it already, has left, or may see no follow-ups.
    """
    locked = _lock_open(follow_up)
    if locked.assignee_id == to.pk:
        raise FollowUpRefused(_("%s has this follow-up already.") % to)
    if not (to.is_active and to.has_perm("missions.change_followup")):
        text = _("%s may not work on follow-ups. Choose another colleague.")
        raise FollowUpRefused(text % to)
    now = timezone.now()
    if note.strip():
        day = date_format(timezone.localtime(now), "SHORT_DATE_FORMAT")
        line = f"{day}, {user} → {to}: {note.strip()}"
        locked.note = f"{locked.note}\n{line}".strip()
    locked.assignee = to
    locked.passed_on_by = user
    locked.passed_on_at = now
    locked.save()


def last_contacts(follow_ups, user) -> dict[int, Interaction]:
    """Return the newest contact with the target of each follow-up, by its key; two queries.

    Only what ``user`` may see, and nothing for a target without any contact. Of an agreement or a
    project it is the last one with its cooperation.
    """
    keys = [follow_up.pk for follow_up in follow_ups]
    if not keys:
        return {}
    found = FollowUp.objects.filter(pk__in=keys).with_last_contact().order_by()
    known = dict(found.values_list("pk", "last_contact_id"))
    wanted = {key for key in known.values() if key is not None}
    contacts = Interaction.objects.for_user(user).in_bulk(wanted)
    return {pk: contacts[key] for pk, key in known.items() if key in contacts}


def colleagues_for(follow_up):
    """Return the colleagues to whom ``follow_up`` can be passed on."""
    may_take = get_user_model().objects.with_perm(
        "missions.change_followup", backend="django.contrib.auth.backends.ModelBackend"
    )
    return may_take.exclude(pk=follow_up.assignee_id)
