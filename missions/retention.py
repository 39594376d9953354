"""What is known of people for one trip only is deleted when it is over."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from legcrm.core.dates import DatePrecision, start_of
from legcrm.core.models import SpreadsheetImport
from legcrm.core.spreadsheets import retention

from .models import Mission, Participation

# The form promises it beside the field "special needs".
KEPT_AFTER_RETURN = timedelta(days=30)
# How long a trip may have lasted of which only the month, season or year is known.
LONGEST = {DatePrecision.MONTH: 31, DatePrecision.SEASON: 92, DatePrecision.YEAR: 366}


def forget_needs(day: date) -> int:
    """Delete participants' needs 30 days after the return, by ``day``; return of how many.

    Reaches the history, and what is archived. It is no change that anybody made, so it leaves no
    entry there: that would keep what is to be gone.
    """
    ended = _returned_before(day - KEPT_AFTER_RETURN)
    with transaction.atomic():
        # The version counts, or a form open meanwhile would bring the needs back.
        count = (
            Participation._base_manager.filter(mission__in=ended)
            .exclude(needs="")
            .update(needs="", version=F("version") + 1, updated_at=timezone.now(), updated_by=None)
        )
        history = Participation.history.model._base_manager.exclude(needs="")
        history.filter(mission_id__in=ended).update(needs="")
    return count


def forget_lists_with_needs(day: date) -> int:
    """Empty imports of participants that brought needs along, by ``day``; return how many.

    30 days after the upload, since a file can't be emptied of one column, and its rows and the
    values before it say the needs once more. The list comes before the return, so that nothing is
    kept longer than promised.
    """
    runs = SpreadsheetImport.objects.filter(
        model=Participation._meta.label_lower,
        uploaded_at__lt=start_of(day - KEPT_AFTER_RETURN),
    ).exclude(file="")
    with_needs = (run for run in runs.order_by("pk") if "needs" in run.columns.values())
    return sum(retention.forget(run) for run in with_needs)


def _returned_before(day):
    """Return the keys of the missions that were over before ``day``."""
    exact = Q(date_precision=DatePrecision.DAY, ends_on__isnull=True, starts_on__lt=day)
    vague = Q()
    for precision, days in LONGEST.items():
        vague |= Q(
            date_precision=precision, ends_on__isnull=True, starts_on__lt=day - timedelta(days=days)
        )
    missions = Mission._base_manager.filter(Q(ends_on__lt=day) | exact | vague)
    return missions.order_by().values("pk")
