"""The review list of possible duplicates: pairs of records in use that look alike.

Never all against all. Records are read in the order of a key, by its index: those with an equal key
are compared with each other, and each with the few before it, where misspelt names stand. A key
that very many share ("info", the house number of a park) says nothing, so of those only some are
compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, groupby
from typing import NamedTuple

from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Lower

from legcrm.core.keys import Keys
from legcrm.core.rows import chunks

from .duplicates import (
    SHARED_ORGANISATION,
    OrganisationFacts,
    PersonFacts,
    columns,
    compare_organisations,
    compare_people,
)
from .models import (
    Affiliation,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    OrganisationPair,
    Person,
    PersonPair,
)

# From this score on a pair is worth the look of a person.
REVIEWED_FROM = 75
WINDOW = 5
LARGEST_BLOCK = 50
# An alias that more bear ("Agrokombinat") is the name of none.
MOST_BEARERS = 5
READ_AT_ONCE = 2000
PAIRS_AT_ONCE = 5000


class Outcome(NamedTuple):
    """What a search has done: numbers of pairs, and of keys that too many records share."""

    alike: int
    new: int
    gone: int
    cut: int


def find_pairs(model: type[Model]) -> Outcome:
    """Bring the pairs of ``model``, Organisation or Person, in line with the records.

    New ones are added, scores and reasons renewed, and those no longer alike removed; what a
    person has decided stays. Reads first and writes in small pieces afterwards, so that nobody
    waits for it.
    """
    search = {Organisation: _Organisations, Person: _People}[model]()
    search.run()
    return _write(search)


class _Search:
    """The pairs of one model that are alike: ``found`` is {(key, later key): (score, reasons)}."""

    def __init__(self):
        self.found = {}
        self.cut = 0

    def run(self):
        for field in self.block_fields:
            self._equal(self._rows(field), self.facts._fields.index(field))
        self._equal(self._by_email(), self.facts._fields.index("email"), str.casefold)
        self._next_to_each_other(self._rows(self.order_field))
        self._known(self._turned())

    def _rows(self, field):
        rows = self.model.objects.active().exclude(**{field: ""}).order_by(field, "pk")
        return self._read(rows)

    def _by_email(self):
        rows = self.model.objects.active().exclude(email="")
        return self._read(rows.order_by(Lower("email"), "pk"))

    def _read(self, rows) -> Iterator:
        for values in rows.values_list(*columns(self.facts)).iterator(chunk_size=READ_AT_ONCE):
            yield self.facts(*values)

    def _equal(self, rows, position, as_compared=str):
        """Compare those of ``rows`` with each other whose fact at ``position`` is equal."""
        for _key, block in groupby(rows, lambda facts: as_compared(facts[position])):
            for one, two in combinations(self._bounded(block), 2):
                self._note(one, two)

    def _bounded(self, block: Iterable) -> list:
        block = list(block)
        if len(block) > LARGEST_BLOCK:
            self.cut += 1
        return block[:LARGEST_BLOCK]

    def _next_to_each_other(self, rows):
        """Compare each of ``rows`` with the few before it: the sorted neighbourhood method."""
        before = []
        for facts in rows:
            for other in before:
                self._note(facts, other)
            before = [*before[-WINDOW + 1 :], facts]

    def _turned(self):
        """Yield pairs of keys, with no reason, of names that are the same but for word order."""
        firsts = {}
        rows = self.model.objects.active().order_by()
        rows = rows.values_list("pk", self.order_field).iterator(chunk_size=READ_AT_ONCE)
        for pk, name in rows:
            # The hash saves the memory of a million names; the comparison decides.
            other = firsts.setdefault(hash(self.without_order(name)), pk)
            if other != pk:
                yield min(pk, other), max(pk, other), None

    def _known(self, pairs: Iterable[tuple[int, int, str | None]]):
        """Compare ``pairs`` of keys, each with a reason that the facts don't tell, or None."""
        for some in chunks(list(pairs)):
            keys = {key for *pair, _reason in some for key in pair}
            rows = self.model.objects.active().filter(pk__in=keys).order_by()
            facts = {row.pk: row for row in self._read(rows)}
            for first, second, reason in some:
                if first in facts and second in facts:
                    self._note(facts[first], facts[second], {reason} - {None})

    def _note(self, one, two, known=frozenset()):
        score, reasons = self.compare(one, two, known)
        if score >= self.least:
            pair = (min(one.pk, two.pk), max(one.pk, two.pk))
            self.found[pair] = max(self.found.get(pair, (0, [])), (score, reasons))


class _Organisations(_Search):
    model, pair_model, facts = Organisation, OrganisationPair, OrganisationFacts
    block_fields = ("compare_key", "sound_key", "domain")
    order_field = "compare_key"
    least = REVIEWED_FROM

    def run(self):
        super().run()
        self._known(self._by_other_names())
        self._known(self._by_identifiers())

    @staticmethod
    def compare(one, two, known):
        return compare_organisations(one, two, known)

    @staticmethod
    def without_order(name):
        return "".join(sorted(name))

    def _by_other_names(self):
        """Yield pairs of which one bears a name of the other as one of its other names."""
        names = OrganisationName.objects.filter(organisation__archived_at__isnull=True)
        names = names.exclude(compare_key="").order_by("compare_key", "organisation")
        rows = names.values_list("compare_key", "organisation").iterator(chunk_size=READ_AT_ONCE)
        blocks = []
        for key, block in groupby(rows, lambda row: row[0]):
            blocks.append((key, {pk for _key, pk in block}))
            if len(blocks) == READ_AT_ONCE:
                yield from self._sharing(dict(blocks))
                blocks.clear()
        yield from self._sharing(dict(blocks))

    def _sharing(self, blocks):
        own = defaultdict(list)
        for some in chunks(list(blocks)):
            rows = Organisation.objects.active().filter(compare_key__in=some).order_by()
            for key, pk in rows.values_list("compare_key", "pk"):
                own[key].append(pk)
        for key, bearers in blocks.items():
            named = {*own[key], *bearers}
            if len(named) > MOST_BEARERS:
                self.cut += 1
                continue
            for first, second in combinations(sorted(named), 2):
                if first in bearers or second in bearers:
                    yield first, second, "same_other_name"

    def _by_identifiers(self):
        """Yield pairs that bear the same identifier under different schemes."""
        rows = OrganisationIdentifier.objects.filter(organisation__archived_at__isnull=True)
        rows = rows.order_by("value", "organisation").values_list("value", "organisation")
        for _value, block in groupby(rows.iterator(chunk_size=READ_AT_ONCE), lambda row: row[0]):
            keys = self._bounded(sorted({pk for _value, pk in block}))
            for first, second in combinations(keys, 2):
                yield first, second, "same_identifier"


class _People(_Search):
    model, pair_model, facts = Person, PersonPair, PersonFacts
    block_fields = ("name_key", "sound_key", "phone", "mobile")
    order_field = "name_key"
    least = REVIEWED_FROM - SHARED_ORGANISATION

    def __init__(self):
        super().__init__()
        # {(key, later key): their facts}: alike, if they don't act for different organisations.
        self.waiting = {}

    def run(self):
        super().run()
        self._ask_for_organisations()

    @staticmethod
    def compare(one, two, _known):
        return compare_people(one, two)

    @staticmethod
    def without_order(name):
        return " ".join(sorted(name.split()))

    def _note(self, one, two, known=frozenset()):
        if self.compare(one, two, known)[0] < self.least:
            return
        one, two = sorted((one, two))
        self.waiting[one.pk, two.pk] = (one, two)
        if len(self.waiting) >= PAIRS_AT_ONCE:
            self._ask_for_organisations()

    def _ask_for_organisations(self):
        """Keep those of the pairs waiting that are alike, now that organisations are known too."""
        acting_for = defaultdict(set)
        keys = {key for pair in self.waiting for key in pair}
        rows = Affiliation.objects.filter(person__in=Keys(keys)).order_by()
        for person, organisation in rows.values_list("person", "organisation"):
            acting_for[person].add(organisation)
        for (first, second), (one, two) in self.waiting.items():
            ours, theirs = acting_for[first], acting_for[second]
            shared = bool(ours & theirs) if ours and theirs else None
            score, reasons = compare_people(one, two, shared)
            if score >= REVIEWED_FROM:
                self.found[first, second] = (score, reasons)
        self.waiting.clear()


def _write(search):
    pairs, found = search.pair_model.objects, search.found
    rows = pairs.order_by().values_list("first", "second", "pk", "score", "reasons", "decision")
    known = {(first, second): rest for first, second, *rest in rows}
    new = [pair for pair in found if pair not in known]
    renewed = [
        search.pair_model(pk=known[pair][0], score=score, reasons=reasons)
        for pair, (score, reasons) in found.items()
        if pair in known and known[pair][1:3] != [score, reasons]
    ]
    gone = [rest[0] for pair, rest in known.items() if pair not in found and not rest[3]]
    for some in chunks(new):
        with transaction.atomic():
            keys = {key for pair in some for key in pair}
            there = set(search.model.objects.filter(pk__in=keys).values_list("pk", flat=True))
            pairs.bulk_create(
                [
                    search.pair_model(
                        first_id=first, second_id=second,
                        score=found[first, second][0], reasons=found[first, second][1],
                    )
                    for first, second in some
                    if first in there and second in there
                ],
                ignore_conflicts=True,  # somebody else searches at the same time
            )  # fmt: skip
    for some in chunks(renewed):
        pairs.bulk_update(some, ["score", "reasons"])
    for some in chunks(gone):
        pairs.filter(pk__in=some, decision="").delete()
    return Outcome(len(found), len(new), len(gone), search.cut)
