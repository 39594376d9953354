"""What a press text is made of, and what the sentences of both languages share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.text import capfirst

from legcrm.core.dates import DatePrecision

from ..balance import Balance, Result, say
from ..balance_documents import (
    agreements_of,
    chain_of,
    example_mark,
    heads_of,
    is_example,
    projects_of,
    sources_of,
)
from ..models import Agreement, AgreementParty, Mission, Project
from ..models.cooperation import Field
from ..models.project import ROAD

# Pairs of partners, and projects, that the text names.
MOST_PAIRS = 4
MOST_PROJECTS = 5


@dataclass(frozen=True)
class Facts:
    mission: Mission
    results: dict[str, Result]
    heads: list[str]
    earlier: list[Mission]
    agreements: list[Agreement]
    projects: list[Project]  # those that go on
    sources: list[str]

    @property
    def is_over(self) -> bool:
        last = self.mission.ends_on or self.mission.starts_on
        if self.mission.date_precision == DatePrecision.DAY:
            return last < timezone.localdate()
        return self.mission.status == Mission.Status.COMPLETED

    def amount(self, key: str):
        """Return what is known and more than nothing; else 0."""
        result = self.results.get(key)
        return (result.amount if result else 0) or 0

    @property
    def projects_going_on(self) -> int:
        """How many projects are neither on hold nor dropped, by the figures of their stages."""
        return sum(self.amount(f"projects_{stage}") for stage in ROAD)

    def is_example(self, *keys: str) -> bool:
        return any(example_mark(self.results[key]) for key in keys if self.amount(key))


def gather(mission, user):
    balance = Balance([mission], user)
    earlier, _later = chain_of(mission, user)
    agreements = agreements_of(mission, balance)
    projects = projects_of(mission, balance)
    return Facts(
        mission,
        balance.results(),
        heads_of(mission, user),
        earlier,
        agreements,
        [project for project in projects if project.stage in ROAD],
        sources_of([mission, *agreements, *projects]),
    )


def pairs(agreements: Sequence[Agreement]) -> list[tuple[str, str]]:
    """Return the named partners of ``agreements``, first one pair of each home organisation."""
    first, others, seen = [], [], set()
    for agreement in agreements:
        sides = [
            [_full_name(party.organisation) for party in agreement.parties.all()
             if party.side == side and party.organisation]
            for side in (AgreementParty.Side.HOME, AgreementParty.Side.FOREIGN)
        ]  # fmt: skip
        if all(sides):
            home, foreign = sides[0][0], sides[1][0]
            (others if home in seen else first).append((home, foreign))
            seen.add(home)
    return [*first, *others][:MOST_PAIRS]


def _full_name(organisation):
    name, short = organisation.name, organisation.short_name
    return f"{name} ({short})" if short and short.casefold() not in name.casefold() else name


class Words:
    """What the sentences of both languages share."""

    numbers: tuple[str, ...]
    conjunction: str
    example: str
    draft: str
    to_check: str
    remarks: list[str]

    def __init__(self, facts: Facts):
        self.facts = facts
        self.mission = facts.mission

    def number(self, amount) -> str:
        """Return a number as press texts write it: in words up to twelve."""
        return self.numbers[amount] if 0 <= amount < len(self.numbers) else say(amount)

    def listed(self, parts: Sequence[str]) -> str:
        *first, last = parts
        return f"{', '.join(first)} {self.conjunction} {last}" if first else last

    def sentence(self, said: str, *figures: str, example: bool = False) -> str:
        """Return ``said`` as a sentence, marked where one of ``figures`` counts example data."""
        return f"{capfirst(said)}{self.mark(*figures, example=example)}."

    def mark(self, *figures: str, example: bool = False) -> str:
        return f" [{self.example}]" if example or self.facts.is_example(*figures) else ""

    def headline(self) -> str:
        count = self.facts.amount("agreements")
        if not count:
            return self.mission.title
        said = f"{self.mission.title}: {self.agreements_in_words(count)}"
        return said + self.mark("agreements")

    def text(self) -> Iterator[Iterator[str]]:
        """Yield the paragraphs, each of sentences."""
        yield self.event()
        if self.mission.status == Mission.Status.CANCELLED:
            return
        yield self.participants()
        yield self.agreements()
        yield self.projects()
        yield self.chain()

    def fields(self) -> list[tuple[str, int]]:
        found = ((str(label), f"agreements_{value}") for value, label in Field.choices)
        return [(label, self.facts.amount(key)) for label, key in found if self.facts.amount(key)]

    def projects_named(self):
        """Return the names of the first projects, and whether one of them is invented."""
        shown = self.facts.projects[:MOST_PROJECTS]
        return self.listed([project.title for project in shown]), any(map(is_example, shown))
