"""What a merge would do, for the preview and for writing it."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import models
from django.utils.text import capfirst

from legcrm.core.models import TrackedModel

from ..models import OrganisationName


@dataclass
class Choice:
    """A field in which the two records differ."""

    field: models.Field
    winner_text: str
    loser_text: str
    may_join: bool
    chosen: str  # "winner", "loser" or "both"

    @property
    def name(self):
        return self.field.name

    @property
    def label(self):
        return capfirst(str(self.field.verbose_name))


@dataclass
class Join:
    kept: TrackedModel
    gone: TrackedModel
    text: str


@dataclass
class Plan:
    """What a merge would do. ``rows`` hold the new values in memory; nothing is written."""

    winner: TrackedModel
    loser: TrackedModel
    choices: list[Choice] = field(default_factory=list)
    same_count: int = 0
    moved: dict[type, list] = field(default_factory=lambda: defaultdict(list))
    joins: dict[type, list[Join]] = field(default_factory=lambda: defaultdict(list))
    notes: list[str] = field(default_factory=list)
    new_names: list[OrganisationName] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)

    @property
    def versions(self) -> str:
        """What the preview was made of, for the check under lock."""
        pair = sorted([(self.winner.pk, self.winner.version), (self.loser.pk, self.loser.version)])
        return "-".join(f"{pk}.{version}" for pk, version in pair)

    @property
    def counts(self) -> list[tuple[int, str]]:
        """How many rows of each kind move, with the name of the kind in that number."""
        return [(len(rows), kind_name(model, len(rows))) for model, rows in self.moved.items()]

    @property
    def collisions(self) -> list[tuple[str, list[str]]]:
        """The joins by kind: (its name, a sentence for each)."""
        return [
            (capfirst(kind_name(model, len(joins))), [join.text for join in joins])
            for model, joins in self.joins.items()
        ]


def kind_name(model, count: int) -> str:
    meta = model._meta
    return str(meta.verbose_name if count == 1 else meta.verbose_name_plural)
