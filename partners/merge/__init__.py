"""Merging two records that are one and the same partner, and taking it back.

One record is kept, the other is given up: it goes to the archive and points to the one kept. All
that hangs on it moves over by ``RULES``, whichever app it belongs to. Where a unique constraint
lets only one of two rows stand, the two are joined: what is blank in the row kept is filled from
the other, what hangs on the other moves too, and the other goes (a part of a record is deleted, a
record with a page of its own archived).

A moved row says what it said before, so it is written past the rules for what people enter
(``legcrm.core.rewriting``): archived rows and consents move as well. What a move could make wrong
stands among the obstacles of the plan, and the constraints of the database hold as ever.

``plan()`` works everything out and writes nothing; ``merge()`` plans again under lock and writes;
``undo()`` puts every row back from the journal, while nobody has touched one since.
"""

from .planning import plan, suggest_winner
from .plans import Plan, kind_name
from .rules import MODELS, MOVE, RULES, STAY, UncoveredRelation, relations_of, rule_of
from .undoing import reasons_against, undo
from .uniques import uniques_of
from .writing import ChangedMeanwhile, MergeRefused, merge

__all__ = [
    "MODELS",
    "MOVE",
    "RULES",
    "STAY",
    "ChangedMeanwhile",
    "MergeRefused",
    "Plan",
    "UncoveredRelation",
    "kind_name",
    "merge",
    "plan",
    "reasons_against",
    "relations_of",
    "rule_of",
    "suggest_winner",
    "undo",
    "uniques_of",
]
