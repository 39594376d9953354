"""Searching by words in any script: what matches, and the best of it first.

Every word of the query must be found in the folded ``search_text`` of a record: words of three
letters or more anywhere in a word, shorter ones at its beginning. What matches is ranked: the exact
name, the beginning of the name, whole words, beginnings of words, parts of words. Where few records
match, those that sound alike follow; where none does, those with one typing error in a word.

The time must not depend on how many records match. Ranking all would read them all, and walking
the list by name until fifty match may read it to its end. So each rank is asked for its first
records, in no order: a scan that soon ends for a frequent word, the trigram index for a rare one.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from math import ceil
from operator import and_, or_
from typing import NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import Case, F, IntegerField, Model, Q, QuerySet, Value, When
from django.db.models.functions import Left
from rapidfuzz.distance import OSA

from .folding import fold, sound_key
from .trigrams import BEGINNING

# More words than anybody types; without a bound a long text would be one huge condition.
MAX_WORDS = 20
# So many matches are ranked against each other; where more match, the best of each kind are.
MOST_RANKED = 500
# Where fewer records match, what sounds alike is shown too.
FEW = 5
MOST_ALIKE = 50
# Candidates for a typing error that are compared letter by letter, for each half of a word.
MOST_COMPARED = 2000
SHORTEST_FORGIVEN = 4
SHORTEST_SOUND = 3
_LAST_LETTERS = "z" * 10

_MISSPELT, _SOUNDING = range(2)

EXACT, BEGINS_WITH_WORDS, BEGINS, WORDS, BEGINNINGS, PARTS = range(6)


class Found(NamedTuple):
    """What a search has found."""

    # All that match: best first, or if there are too many to rank, in the order asked for.
    queryset: QuerySet
    # If there are too many to rank: some of the best, best first, and their keys.
    best: QuerySet | None = None
    best_keys: Sequence[int] = ()
    # Whether nothing matches exactly, and what is spelt or sounds alike is found instead.
    alike: bool = False


def words_of(text: str) -> list[str]:
    """Return the folded words of ``text``, each once."""
    return list(dict.fromkeys(fold(text).split()))[:MAX_WORDS]


def matching(words: Iterable[str], path: str = "search_text") -> Q:
    """Return the condition that every one of the folded ``words`` is found in ``path``."""
    return _all(word_matching(word, path) for word in words)


def word_matching(word: str, path: str = "search_text") -> Q:
    """Return the condition that the folded ``word`` is found in ``path``."""
    # The blank before its words is what the index finds short ones by.
    return Q(**{f"{path}__contains": word if len(word) > 2 else f" {word}"})


def narrow(queryset: QuerySet, text: str, path: str = "search_text") -> QuerySet:
    """Return the rows of ``queryset`` that match all words of ``text``, in the order they had.

    All of them for an empty text, none where ``text`` holds nothing that could be searched.
    """
    words = words_of(text)
    if not words:
        return queryset.none() if text.strip() else queryset
    return queryset.filter(matching(words, path))


def rank(model: type[Model], text: str) -> Case:
    """Return an expression for how well a row matches ``text``: EXACT (0) to PARTS (5)."""
    words = words_of(text)
    conditions = _conditions(model, text, words)
    return Case(
        *(When(condition, then=Value(number)) for number, condition in conditions.items()),
        default=Value(PARTS),
        output_field=IntegerField(),
    )


def find(
    queryset: QuerySet,
    text: str,
    *,
    condition: Q | None = None,
    most: int = MOST_RANKED,
    alike: bool = True,
) -> Found:
    """Return what of ``queryset``, rows of a searchable model, matches ``text``, best first.

    ``condition`` says what matches, if not the words in ``search_text``. One query finds the keys
    of the best, at most ``most`` of each rank. Another one, unless ``alike`` is false, is asked
    where they are fewer than FEW: what sounds alike, and where none match, what is spelt alike.
    ``text`` must hold a word.
    """
    words = words_of(text)
    condition = condition or matching(words)
    keys, complete = _best_keys(queryset, text, words, condition, most)
    order = (rank(queryset.model, text), *_ordering(queryset))
    if not complete:
        best = queryset.filter(pk__in=keys).order_by(*order)
        return Found(_sorted_after(queryset.filter(condition)), best, keys)
    others = []
    if alike and len(keys) < FEW:
        others = _alike(queryset, text, words, forgiving=not keys)
        others = [key for key in others if key not in set(keys)]
    if others:
        place = Case(
            *(When(pk=key, then=Value(number)) for number, key in enumerate(others, 1)),
            default=Value(0),
        )
        order = (place, *order)
    found = queryset.filter(pk__in=[*keys, *others]).order_by(*order)
    return Found(found, alike=bool(others and not keys))


def _all(conditions):
    return reduce(and_, conditions)


def _ordering(queryset):
    return queryset.query.order_by or queryset.model._meta.ordering


def _sorted_after(queryset):
    """Return ``queryset`` in the same order, but so that no index yields it.

    PostgreSQL would walk the index of names until fifty match, and where these stand at the end of
    the alphabet read the table row by row; sorting what matches is sure to be done in time.
    """
    first, *others = _ordering(queryset)
    if not isinstance(first, str) or connections[queryset.db].vendor != "postgresql":
        return queryset
    name = first.removeprefix("-")
    value = Case(When(pk__isnull=False, then=F(name)))
    return queryset.order_by(value.desc() if first.startswith("-") else value.asc(), *others)


def _conditions(model, text, words):
    """Return the condition of each rank but the last; each rank holds what the ones before do."""
    name = " ".join(words)
    return {
        EXACT: _is_called(model, text, name) | Q(search_text=f" {name} "),
        BEGINS_WITH_WORDS: Q(search_text__startswith=f" {name} "),
        BEGINS: Q(search_text__startswith=f" {name}"),
        WORDS: _all(Q(search_text__contains=f" {word} ") for word in words),
        BEGINNINGS: _all(Q(search_text__contains=f" {word}") for word in words),
    }


def _is_called(model, text, name):
    """Return the condition that a name of the record itself is ``text``, folded ``name``."""
    condition = Q(pk__in=())
    for field, lookup in (
        ("name_key", {"name_key": name}),
        ("short_name", {"short_name__iexact": text.strip()}),
        ("code", {"code__iexact": text.strip()}),
    ):
        if _has(model, field):
            condition |= Q(**lookup)
    return condition


def _has(model, name):
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _best_keys(queryset, text, words, condition, most):
    """Return the keys of the best matches, and whether they are all that match."""
    rows = queryset.order_by()
    if connections[queryset.db].vendor != "postgresql":
        # It reads the column anyway, and ranks what matches as it goes.
        ranked = rows.filter(condition).order_by(rank(queryset.model, text))
        keys = list(ranked.values_list("pk", flat=True)[: most + 1])
        return keys[:most], len(keys) <= most
    tiers = [(PARTS, rows.filter(condition)), *_tiers(rows, text, words)]
    first, *others = (
        tier.annotate(match_tier=Value(number)).values_list("pk", "match_tier")[: most + 1]
        for number, tier in tiers
    )
    found = sorted(first.union(*others, all=True), key=lambda row: row[1])
    keys = list(dict.fromkeys(key for key, _tier in found))
    return keys, sum(tier == PARTS for _key, tier in found) <= most


def _tiers(rows, text, words):
    """Yield each rank but the last with its rows, as an index of PostgreSQL finds them."""
    conditions = _conditions(rows.model, text, words)
    typed = text.strip()
    # Upper and lower case as people write short names: the index knows no other.
    spellings = {typed, typed.upper(), typed.lower(), typed.title()}
    called = {"name_key": [" ".join(words)], "short_name": spellings, "code": spellings}
    for field, values in called.items():
        if _has(rows.model, field):
            yield EXACT, rows.filter(**{f"{field}__in": values})
    beginning = f" {' '.join(words)}"[:BEGINNING]
    yield (
        BEGINS,
        rows.alias(beginning=Left("search_text", BEGINNING)).filter(
            beginning__startswith=beginning
        ),
    )
    yield WORDS, rows.filter(conditions[WORDS])
    yield BEGINNINGS, rows.filter(conditions[BEGINNINGS])


# --- What is spelt or sounds alike ----------------------------------------------------------


def _alike(queryset, text, words, forgiving):
    """Return the keys of at most MOST_ALIKE records, those with the fewest errors first."""
    misspelt = _misspelt(words) if forgiving else []
    ways = [(_MISSPELT, way) for way in misspelt]
    ways += [(_SOUNDING, way) for way in _sounding(queryset.model, text)]
    if not ways:
        return []
    errors, known = {}, {}
    for key, search_text, kind in _some(queryset, ways, MOST_COMPARED if misspelt else MOST_ALIKE):
        count = _errors(words, search_text.split(), known) if misspelt else None
        if count is None and kind == _SOUNDING:
            count = len(words) + 1
        if count is not None:
            errors[key] = count
    return sorted(errors, key=lambda key: (errors[key], key))[:MOST_ALIKE]


def _some(queryset, ways, most):
    """Return (key, search text, kind) of rows that fulfil one of ``ways``, (kind, condition).

    At most ``most`` for each way, so that one which many rows fulfil leaves room for the others.
    """
    rows = queryset.order_by()
    columns = ("pk", "search_text", "match_kind")
    if connections[queryset.db].vendor != "postgresql":
        whens = [When(way, then=Value(kind)) for kind, way in reversed(ways)]
        rows = rows.filter(reduce(or_, (way for _kind, way in ways)))
        return rows.annotate(match_kind=Case(*whens)).values_list(*columns)[: most * len(ways)]
    first, *others = (
        rows.filter(way).annotate(match_kind=Value(kind)).values_list(*columns)[:most]
        for kind, way in ways
    )
    return first.union(*others, all=True) if others else first


def _sounding(model, text):
    """Return the conditions of which one holds where a name begins to sound like ``text``."""
    key = sound_key(text)
    if len(key) < SHORTEST_SOUND:
        return []
    # A range, which any index on the column serves: keys are plain letters and digits.
    sounds = Q(sound_key__gte=key, sound_key__lte=f"{key}{_LAST_LETTERS}")
    ways = [sounds] if _has(model, "sound_key") else []
    for relation in {path.partition("__")[0] for path in model.search_children}:
        link = model._meta.get_field(relation)
        if link.one_to_many and _has(link.related_model, "sound_key"):
            names = link.related_model._base_manager.filter(sounds)
            ways.append(Q(pk__in=names.values(link.field.attname)))
    return ways


def _misspelt(words):
    """Return the conditions of which one holds where each word is found, maybe with one error."""
    longest = max(words, key=len)
    if len(longest) < SHORTEST_FORGIVEN:
        return []
    others = [reduce(or_, _left_intact(word)) for word in words if word != longest]
    return [reduce(and_, others, way) for way in _left_intact(longest)]


def _left_intact(word):
    """Return the conditions of which one holds for any word with one error in it.

    An error leaves one half as it is, or swaps the letters where the halves meet.
    """
    if len(word) < SHORTEST_FORGIVEN:
        return [word_matching(word)]
    half = ceil(len(word) / 2)
    begin, end = word[:half], word[half:]
    swapped = f"{begin[:-1]}{end[0]}{begin[-1]}{end[1:]}"
    return [
        Q(search_text__contains=f" {swapped}"),
        Q(search_text__contains=f" {begin}"),
        Q(search_text__contains=end if len(end) > 2 else f"{end} "),
    ]


def _errors(words, texts, known):
    """Return how many of ``words`` are misspelt in ``texts``, or None where one is not found.

    ``known`` keeps what was compared before.
    """
    count = 0
    for word in words:
        best = 2
        for text in texts:
            pair = (word, text)
            if pair not in known:
                known[pair] = _distance(word, text)
            best = min(best, known[pair])
        if best > 1:
            return None
        count += best
    return count


def _distance(word, text):
    """Return the typing errors, 0, 1 or more, between ``word`` and the beginning of ``text``."""
    if word in text:
        return 0
    if len(word) < SHORTEST_FORGIVEN:
        return 2
    beginnings = {text[:length] for length in range(len(word) - 1, len(word) + 2)}
    return min(OSA.distance(word, beginning, score_cutoff=1) for beginning in beginnings)
