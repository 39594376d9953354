"""Filters of the admin lists.

A list page shows what is chosen, as chips, and asks for no values; its sheet of filters
(``filter_views``) is fetched when it is opened, and lists the values in use with counts by one
grouped query for each filter. The counts are those of all records in use, whatever else is chosen.
"""

from .base import Filter, ListFilterBase, OneOfFilter, Option, SomeOfFilter
from .counted import CountedFilter
from .days import NEVER, SPANS, ComingDaysFilter, DayRangeFilter, DaysMixin, LastContactFilter
from .records import ArchivedFilter, MissingFilter, OwnerFilter, missing_filter
from .related import ImportFilter, RelatedFilter, record_filter, related_filter
from .values import (
    ChoiceFilter,
    CountryFilter,
    EveryChoiceFilter,
    InUseFilter,
    KeyFilter,
    choice_filter,
    country_filter,
    every_choice_filter,
)

__all__ = [
    "NEVER",
    "SPANS",
    "ArchivedFilter",
    "ChoiceFilter",
    "ComingDaysFilter",
    "CountedFilter",
    "CountryFilter",
    "DayRangeFilter",
    "DaysMixin",
    "EveryChoiceFilter",
    "Filter",
    "ImportFilter",
    "InUseFilter",
    "KeyFilter",
    "LastContactFilter",
    "ListFilterBase",
    "MissingFilter",
    "OneOfFilter",
    "Option",
    "OwnerFilter",
    "RelatedFilter",
    "SomeOfFilter",
    "choice_filter",
    "country_filter",
    "every_choice_filter",
    "missing_filter",
    "record_filter",
    "related_filter",
]
