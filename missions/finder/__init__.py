"""The Partner-Finder: organisations by criteria that stand in one address.

``OrganisationFilterSet`` says what may be asked; page, map, export and segments all go through it,
and so through ``Finder``, which finds for one person what one address asks for. Nothing is counted
or ranked beyond ``MOST_RANKED`` organisations, so that a question costs about the same whatever the
size of the table.
"""

from .conditions import RESULTS
from .criteria import (
    COUNTED,
    MOST_MISSIONS,
    PAGE,
    PURPOSE,
    RIGHTS,
    SORT,
    THINGS,
    OrganisationFilterSet,
)
from .finding import MOST_POINTS, MOST_RANKED, PER_PAGE, SORTS, Fact, Finder

__all__ = [
    "COUNTED",
    "MOST_MISSIONS",
    "MOST_POINTS",
    "MOST_RANKED",
    "PAGE",
    "PER_PAGE",
    "PURPOSE",
    "RESULTS",
    "RIGHTS",
    "SORT",
    "SORTS",
    "THINGS",
    "Fact",
    "Finder",
    "OrganisationFilterSet",
]
