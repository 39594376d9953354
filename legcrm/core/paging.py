"""The pages of a list, however long: counted up to a bound, and without a last page beyond it."""

from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.functional import cached_property

from .searching import Found

# Counting a million rows takes longer than showing fifty of them.
MOST_COUNTED = 10_000


class ListPage(Page):
    def has_next(self):
        if self.paginator.is_more and self.number >= self.paginator.num_pages:
            return len(self.object_list) == self.paginator.per_page
        return super().has_next()


class ListPaginator(Paginator):
    """The pages of the rows of a list.

    ``found`` is what a search has found: its best rows come first where there are too many to rank.
    """

    template_name = "admin/includes/pages.html"

    def __init__(self, object_list, per_page, found: Found | None = None, **options):
        super().__init__(object_list, per_page, **options)
        self.found = found if found is not None and found.best is not None else None

    @cached_property
    def count(self):
        """How many rows there are; more than MOST_COUNTED are not counted further."""
        return self.object_list.order_by().values("pk")[: MOST_COUNTED + 1].count()

    @property
    def is_more(self):
        return self.count > MOST_COUNTED

    @property
    def most_counted(self):
        return MOST_COUNTED

    @cached_property
    def full_count(self):
        """How many rows there are, for what reads them all anyway."""
        return self.object_list.order_by().values("pk").count() if self.is_more else self.count

    @property
    def num_pages(self):
        """The number of pages; of a longer list, that of those sure to be there."""
        return MOST_COUNTED // self.per_page if self.is_more else super().num_pages

    def validate_number(self, number):
        if self.is_more and isinstance(number, int) and number > self.num_pages:
            return number
        return super().validate_number(number)

    def page(self, number):
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows = self._rows(first, first + self.per_page)
        if number > self.num_pages and not rows:
            raise EmptyPage(self.error_messages["no_results"])
        return ListPage(rows, number, self)

    def _rows(self, first, last):
        if self.found is None:
            return self.object_list[first:last]
        best = self.found.best
        if self.object_list.query.distinct:
            best = best.distinct()
        ranked = len(self.found.best_keys)
        rows = list(best[first:last]) if first < ranked else []
        if last > ranked:
            rest = self.object_list.exclude(pk__in=self.found.best_keys)
            rows += rest[max(first - ranked, 0) : last - ranked]
        return rows


class ChoicePaginator(Paginator):
    """The pages of a dropdown: it asks for one row more instead of counting."""

    def validate_number(self, number):
        number = int(number)
        if number < 1:
            raise EmptyPage(self.error_messages["min_page"])
        return number

    def page(self, number):
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        return ChoicePage(list(self.object_list[first : first + self.per_page + 1]), number, self)


class ChoicePage(Page):
    def __init__(self, object_list, number, paginator):
        super().__init__(object_list[: paginator.per_page], number, paginator)
        self._has_next = len(object_list) > paginator.per_page

    def has_next(self):
        return self._has_next
