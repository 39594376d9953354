"""Doing what was promised: a follow-up is done once, and a repeated one comes again."""

from calendar import monthrange
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


class AlreadyDone(Exception):
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
    while (day := _add_months(due_on, count * step)) <= after:
        count += 1
    return day


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def complete(follow_up, user, outcome: str = ""):
    """Mark ``follow_up`` as done by ``user``; return the next one of a repeated one, else None.

    Raises AlreadyDone where somebody was faster.
    """
    model = type(follow_up)
    with transaction.atomic():
        locked = model.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
        if locked.done_at is not None:
            raise AlreadyDone(locked)
        locked.done_at = timezone.now()
        locked.done_by = user
        if outcome:
            locked.outcome = outcome
        locked.save()
        due_on = next_due(locked.due_on, locked.repeat, timezone.localdate())
        if due_on is None:
            return None
        target = {f"{name}_id": getattr(locked, f"{name}_id") for name in model.TARGETS}
        return model.objects.create(
            what=locked.what,
            due_on=due_on,
            assignee=locked.assignee,
            repeat=locked.repeat,
            source=locked.source,
            **target,
        )
