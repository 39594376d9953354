"""Numbers of the start page that stay quick however many records there are.

What a user has to do is counted up to a bound ("999+"). Totals of a whole table are counted live
while the table is small; those of a large one are counted each night and say as of when they are.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Model, QuerySet
from django.utils import timezone
from django.utils.formats import number_format

from .models import StoredFigure

# Up to here a number of things to do is worth telling exactly.
MOST_COUNTED = 999
# Tables with more rows than this are not counted while somebody waits for the page.
LARGE = 10_000


def count_up_to(rows: QuerySet, most: int = MOST_COUNTED) -> int:
    """Return how many ``rows`` there are; ``most + 1`` where there are more than ``most``."""
    return rows.order_by().values("pk")[: most + 1].count()


def say_count(count: int, most: int = MOST_COUNTED) -> str:
    """Return what a page shows for ``count_up_to``, for example "17" or "999+"."""
    return f"{most}+" if count > most else str(count)


def say_total(count: int) -> str:
    """Return ``count`` in groups of thousands, as the user's language writes them."""
    return number_format(count, force_grouping=True)


class Total(NamedTuple):
    """What is counted over a whole table: all of ``rows()``, or those of each value of ``by``.

    The same for everybody: whoever shows it asks first whether the user may see the model.
    """

    key: str  # of the stored figure
    rows: Callable[[], QuerySet]
    by: str = ""

    @property
    def model(self) -> type[Model]:
        return self.rows().model

    def count(self) -> int | dict[str, int]:
        rows = self.rows().order_by()
        if not self.by:
            return rows.values("pk").count()
        return dict(rows.values_list(self.by).annotate(count=Count("pk")))

    def is_small(self) -> bool:
        table = self.model._base_manager.all()
        return count_up_to(table, LARGE) <= LARGE


class Counted(NamedTuple):
    """A total, and when it was counted; None: just now."""

    value: int | dict[str, int]
    counted_at: datetime | None = None


def read_totals(totals: Iterable[Total]) -> dict[str, Counted]:
    """Return ``{key: Counted}``: as stored for large tables, else counted now.

    Only totals of large tables are ever stored, so one found needs no further question.
    """
    totals = list(totals)
    stored = _stored(totals)
    return {total.key: stored.get(total.key) or _count(total) for total in totals}


def _stored(totals) -> Mapping[str, Counted]:
    figures = StoredFigure.objects.filter(key__in=[total.key for total in totals])
    return {figure.key: Counted(figure.value, figure.counted_at) for figure in figures}


def _count(total) -> Counted:
    if total.is_small():
        return Counted(total.count())
    return _store(total)


def store_totals(totals: Iterable[Total]) -> int:
    """Count the totals of large tables anew, forget those of small ones; return how many."""
    totals = list(totals)
    large = [total for total in totals if not total.is_small()]
    for total in large:
        _store(total)
    small = {total.key for total in totals} - {total.key for total in large}
    StoredFigure.objects.filter(key__in=small).delete()
    return len(large)


def _store(total) -> Counted:
    now = timezone.now()
    counted = Counted(total.count(), now)
    StoredFigure.objects.update_or_create(
        key=total.key, defaults={"value": counted.value, "counted_at": now}
    )
    return counted
