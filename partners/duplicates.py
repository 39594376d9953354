"""Records that look like the one a person is about to enter, or like each other.

Candidates come from indexes only: equal keys of comparison (``legcrm.core.folding``), the same
domain, identifier, e-mail address or number, and the neighbours of a name in the order of its key.
Those few are then compared letter by letter. So the time does not depend on the size of the table.

Names are compared by the optimal string alignment distance: to it a typing error, letters swapped
included, is one error, and another word as many as it has letters. Measures that are generous to
common words ("Textil…") or to a common beginning would warn of every second company.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import permutations
from typing import Any, NamedTuple

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Lower
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA

from legcrm.core.folding import compare_key, fold, sound_key

from .identifiers import check_identifier
from .models import Affiliation, Organisation, OrganisationIdentifier, OrganisationName, Person
from .web_domains import domain_of

# Why two records look alike, by the names that are kept with a pair.
REASONS = {
    "same_identifier": _("same identifier"),
    "same_email": _("same e-mail"),
    "same_name": _("same name"),
    "same_other_name": _("same other name"),
    "same_short_name": _("same short name"),
    "same_words": _("same words"),
    "same_domain": _("same domain"),
    "same_phone": _("same phone number"),
    "same_sound": _("same sound"),
    "similar_spelling": _("similar spelling"),
    "begins_alike": _("begins alike"),
    "same_organisation": _("same organisation"),
    "same_place": _("same place"),
}

# From this score on a record is worth a warning.
WARNED_FROM = 70
# At most so many records with an equal key are compared, and so many neighbours on each side.
MOST_EQUAL = 150
NEIGHBOURS = 25
# Shorter keys of sound and spelling say too little.
SHORTEST_SOUND = 4
SHORTEST_SPELLING = 5
MOST_WORDS_MOVED = 5
_DIGITS = re.compile(r"\d+")


class Likeness(NamedTuple):
    """A record that looks like the one asked about; ``score`` from 0 to 100."""

    record: Organisation | Person
    score: int
    reasons: list[str]

    @property
    def labels(self) -> list:
        return [REASONS[reason] for reason in self.reasons]


class OrganisationFacts(NamedTuple):
    """What two organisations are compared by; the fields of the model in this order."""

    pk: int | None
    name_key: str = ""
    compare_key: str = ""
    sound_key: str = ""
    domain: str = ""
    email: str = ""
    country: str = ""
    city: str = ""
    short_name: str = ""


class PersonFacts(NamedTuple):
    """What two people are compared by; the fields of the model in this order."""

    pk: int | None
    name_key: str = ""
    sound_key: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""


# --- How alike are two ----------------------------------------------------------------------


def compare_organisations(
    one: OrganisationFacts, two: OrganisationFacts, known: Iterable[str] = ()
) -> tuple[int, list[str]]:
    """Return the score of likeness, 0 to 100, and the reasons, strongest first.

    ``known`` are reasons that the facts do not tell, such as "same_other_name". The same name in
    another country counts little: "Textil" is not one company.
    """
    names = {reason: score for reason, score in _OF_NAMES.items() if reason in known}
    if "begins_alike" in known:
        lengths = sorted((len(one.compare_key), len(two.compare_key)))
        names["begins_alike"] = 65 + round(15 * lengths[0] / lengths[1])
    if _same_but_for_city(one, two):
        names["begins_alike"] = 84
    names |= _short_names_alike(one, two)
    names |= _names_alike(one.compare_key, two.compare_key, one.sound_key, two.sound_key)
    if "same_name" in names:
        names.pop("same_other_name", None)
    elif _same_words(one, two):
        names["same_words"] = 90
    place = _place(one, two)
    scores = {reason: score + place for reason, score in names.items()}
    if place == OTHER_CITY:  # "… Gera" is no misspelt "… Gotha".
        for reason in _SPELLINGS & scores.keys():
            scores[reason] += OTHER_CITY
    if "same_identifier" in known:
        scores["same_identifier"] = 100
    if one.email and one.email.casefold() == two.email.casefold():
        scores["same_email"] = 80
    if one.domain and one.domain == two.domain:
        scores["same_domain"] = 70  # A parent and its daughters may share one.
    if not scores:
        return 0, []
    return _total(scores, ["same_place"] if place > SAME_COUNTRY else [])


# What likeness of names is worth by itself.
_OF_NAMES = {"same_other_name": 88}
_SPELLINGS = {"similar_spelling", "same_sound"}
SAME_COUNTRY, SAME_CITY, OTHER_CITY, OTHER_COUNTRY = 2, 4, -8, -30


def _place(one, two):
    """Return what the places of two organisations add to the likeness of their names."""
    if not (one.country and two.country):
        return 0
    if one.country != two.country:
        return OTHER_COUNTRY
    if not (one.city and two.city):
        return SAME_COUNTRY
    return SAME_CITY if fold(one.city) == fold(two.city) else OTHER_CITY


def _same_but_for_city(one, two):
    """Whether two names differ by the city at the end of one: "Textilinstitut Rudolstadt"."""
    shorter, longer = sorted((one, two), key=lambda facts: len(facts.compare_key))
    if not shorter.compare_key or not longer.compare_key.startswith(shorter.compare_key):
        return False
    end = longer.compare_key[len(shorter.compare_key) :]
    return bool(end) and end in {fold(city).replace(" ", "") for city in (one.city, two.city)}


def _short_names_alike(one, two):
    """Return ``{reason: score}`` where a name is the other's short name, or both have the same."""
    for facts, other in ((one, two), (two, one)):
        if facts.short_name and fold(facts.short_name) == other.name_key:
            return {"same_short_name": 85}
    if one.short_name and one.short_name.casefold() == two.short_name.casefold():
        return {"same_short_name": 70}  # Abbreviations are soon used up.
    return {}


def _same_words(one, two):
    """Whether two names are made of the same words: "Textilwerk Gera" and "Gera Textilwerk"."""
    if len(one.compare_key) != len(two.compare_key) or " " not in one.name_key:
        return False
    if sorted(one.compare_key) != sorted(two.compare_key):
        return False
    ours, theirs = set(one.name_key.split()), set(two.name_key.split())
    # Legal forms may differ, and stand among these words; the letters of the others are equal.
    return len(ours & theirs) > 1


def _names_alike(one, two, sound, other_sound):
    """Return ``{reason: score}`` for two keys of comparison and their keys of sound."""
    if not one or not two:
        return {}
    if one == two:
        return {"same_name": 92}
    # Number 4 is not number 44: a figure is no typing error.
    if _DIGITS.findall(one) != _DIGITS.findall(two):
        return {}
    found = {}
    if sound == other_sound and len(sound) >= SHORTEST_SOUND:
        found["same_sound"] = 75 + round(15 * OSA.normalized_similarity(one, two))
    shorter = min(len(one), len(two))
    if shorter >= SHORTEST_SPELLING:
        errors = OSA.distance(one, two, score_cutoff=_errors_forgiven(shorter))
        if errors <= _errors_forgiven(shorter):
            found["similar_spelling"] = 95 - round(100 * errors / shorter)
    return found


def _errors_forgiven(length):
    """Return how many typing errors a name of ``length`` letters may have: one in ten, or two."""
    return 2 if length >= 12 else 1


# Two of the same name who act for others are mostly two; only a warning names them.
SHARED_ORGANISATION, OTHER_ORGANISATION = 10, -14


def compare_people(
    one: PersonFacts, two: PersonFacts, shared: bool | None = None
) -> tuple[int, list[str]]:
    """Return the score of likeness, 0 to 100, and the reasons, strongest first.

    ``shared`` says whether they act for the same organisation, None where one acts for none.
    """
    scores = {}
    if one.name_key and sorted(one.name_key.split()) == sorted(two.name_key.split()):
        scores["same_name"] = 85
    else:
        scores |= {
            reason: score - 7
            for reason, score in _names_alike(
                one.name_key, two.name_key, one.sound_key, two.sound_key
            ).items()
        }
    by_name = {True: SHARED_ORGANISATION, False: OTHER_ORGANISATION, None: 0}[shared]
    scores = {reason: score + by_name for reason, score in scores.items()}
    if one.email and one.email.casefold() == two.email.casefold():
        # Without a word in common it may be the address of an office.
        common = set(one.name_key.split()) & set(two.name_key.split())
        scores["same_email"] = 90 if common or not one.name_key else 72
    if _numbers(one) & _numbers(two):
        scores["same_phone"] = 72  # Colleagues may share one.
    if not scores:
        return 0, []
    return _total(scores, ["same_organisation"] if shared and by_name else [])


def _numbers(facts):
    return {number for number in (facts.phone, facts.mobile) if number}


def _total(scores, also):
    """Return the best of ``scores`` with 3 for each further reason, and the reasons in order."""
    reasons = sorted(scores, key=lambda reason: -scores[reason])
    best = scores[reasons[0]]
    if best < 100:
        best = min(best + 3 * (len(reasons) - 1), 99)
    return max(best, 0), [*reasons, *also]


# --- What looks like a record being entered -------------------------------------------------


def similar_organisations(
    name: str,
    *,
    country: str = "",
    city: str = "",
    short_name: str = "",
    other_names: Iterable[str] = (),
    email: str = "",
    website: str = "",
    identifiers: Iterable[tuple[str, str]] = (),
    exclude: int | None = None,
    user: Any = None,
    limit: int = 5,
) -> list[Likeness]:
    """Return at most ``limit`` organisations that look like the one described, best first.

    ``identifiers`` are pairs of scheme and value as typed; ``exclude`` is the key of the record
    that is being changed. Only what ``user`` may see is found. Archived organisations are found
    too: entered anew, they would be there twice. Those merged into another one are not: that one
    bears their names. Five queries, each by index.
    """
    asked = OrganisationFacts(
        exclude, fold(name)[:250], compare_key(name)[:250], sound_key(name)[:250],
        domain_of(website, email), email.strip(), country, city, short_name.strip(),
    )  # fmt: skip
    texts = {text.strip() for text in (name, short_name, *other_names) if text.strip()}
    why = _equal_organisations(asked, texts, identifiers)
    if asked.compare_key:
        for key in _neighbours(Organisation.objects.all(), "compare_key", asked.compare_key):
            why[key]  # The letters tell whether it is alike.
    found = {}
    for facts in _facts(Organisation, OrganisationFacts, why, user):
        known = why[facts.pk]
        if _begins_alike(asked.compare_key, facts.compare_key):
            known.add("begins_alike")
        score, reasons = compare_organisations(asked, facts, known)
        if score >= WARNED_FROM:
            found[facts.pk] = (score, reasons)
    return _best(
        Organisation.objects.select_related("owner").with_last_contact(), found, exclude, limit
    )


def _equal_organisations(asked, texts, identifiers):
    """Return ``{key: {reason, …}}`` of organisations with an equal key; one query.

    What says most comes first, since the number of rows is bounded.
    """
    organisations, names = Organisation.objects.all(), OrganisationName.objects.all()
    keys = {compare_key(text)[:250] for text in texts}
    sounds = {key for text in texts if len(key := sound_key(text)[:250]) >= SHORTEST_SOUND}
    # Upper and lower case as people write short names: the index knows no other.
    spellings = {form for text in texts for form in (text, text.upper(), text.lower())}
    ways = []
    values = {value for scheme, typed in identifiers for value in _identifier(scheme, typed)}
    if values:
        rows = OrganisationIdentifier.objects.filter(value__in=values)
        ways.append(_marked(rows, "same_identifier", "organisation"))
    if asked.email:
        rows = organisations.alias(lower_email=Lower("email"))
        ways.append(_marked(rows.filter(lower_email=asked.email.lower()), ""))
    if texts:
        same = organisations.filter(compare_key__in=keys | _word_orders(asked.name_key))
        ways += [
            _marked(same, ""),
            _marked(names.filter(compare_key__in=keys), "same_other_name", "organisation"),
            _marked(organisations.filter(short_name__in=spellings), ""),
        ]
    others = keys - {asked.compare_key}
    if others:
        rows = organisations.filter(compare_key__in=others)
        ways.append(_marked(rows, "same_other_name"))
    if asked.domain:
        ways.append(_marked(organisations.filter(domain=asked.domain), ""))
    if sounds:
        ways.append(_marked(organisations.filter(sound_key__in=sounds), ""))
    return _reasons(ways)


def _word_orders(name_key):
    """Return the keys of comparison of a short name with its words in any order."""
    words = name_key.split()
    if not 1 < len(words) <= MOST_WORDS_MOVED:
        return set()
    return {compare_key(" ".join(order)) for order in permutations(words)}


def _identifier(scheme, typed):
    """Return the forms in which an identifier may be kept."""
    typed = typed.strip()
    if not typed:
        return ()
    try:
        return {typed, check_identifier(scheme, typed)}
    except ValueError:
        return {typed}


def _begins_alike(one, two):
    """Whether one key is a good part of the other's beginning: a name half typed, or with more."""
    shorter, longer = sorted((one, two), key=len)
    figures = _DIGITS.findall(shorter)
    return (
        len(shorter) >= SHORTEST_SPELLING
        and len(shorter) >= len(longer) / 2
        and longer.startswith(shorter)
        and one != two
        and (not figures or figures == _DIGITS.findall(longer))
    )


def similar_people(
    first_name: str,
    last_name: str,
    *,
    native_name: str = "",
    email: str = "",
    phones: Iterable[str] = (),
    organisations: Iterable[int] = (),
    exclude: int | None = None,
    user: Any = None,
    limit: int = 5,
) -> list[Likeness]:
    """Return at most ``limit`` people who look like the one described, best first.

    ``phones`` are numbers in the form E.164; ``organisations`` are the keys of those that the
    person acts for. By e-mail and number only who may see them learns anything. See
    ``similar_organisations``.
    """
    if user is not None and not user.has_perm("core.view_private_contact"):
        email, phones = "", ()
    organisations = list(organisations)
    full, turned = f"{first_name} {last_name}".strip(), f"{last_name} {first_name}".strip()
    phone, mobile, *_more = (*filter(None, phones), "", "")
    asked = PersonFacts(
        exclude, fold(full)[:250], sound_key(full)[:250], email.strip(), phone, mobile
    )
    why = _equal_people(asked, {full, turned, native_name.strip()} - {""})
    if first_name and last_name:
        for key in _neighbours(Person.objects.all(), "name_key", asked.name_key):
            why[key]
    affiliated = Affiliation.objects.filter(person=OuterRef("pk"))
    found = {}
    rows = _facts(
        Person, PersonFacts, why, user,
        Exists(affiliated), Exists(affiliated.filter(organisation__in=organisations)),
    )  # fmt: skip
    native = asked._replace(name_key=fold(native_name)[:250]) if native_name else asked
    for facts, affiliated_at_all, shared in rows:
        shared = bool(shared) if organisations and affiliated_at_all else None
        score, reasons = max(
            compare_people(asked, facts, shared), compare_people(native, facts, shared)
        )
        if score >= WARNED_FROM:
            found[facts.pk] = (score, reasons)
    people = Person.objects.select_related("owner").with_primary_affiliation()
    return _best(people.annotate(last_contact=last_contact_with_person()), found, exclude, limit)


def last_contact_with_person() -> Subquery:
    """Return an expression for the instant of the newest interaction with a person, or None."""
    links = Person._meta.get_field("interaction_links").related_model.objects.filter(
        person=OuterRef("pk"), interaction__archived_at__isnull=True
    )
    instants = links.order_by(F("interaction__occurred_at").desc())
    return Subquery(instants.values("interaction__occurred_at")[:1])


def _equal_people(asked, texts):
    """Return ``{key: {reason, …}}`` of people with an equal key; one query."""
    people = Person.objects.all()
    ways = []
    if asked.email:
        rows = people.alias(lower_email=Lower("email"))
        ways.append(_marked(rows.filter(lower_email=asked.email.lower()), ""))
    for number in sorted(_numbers(asked)):
        ways += [_marked(people.filter(**{name: number}), "") for name in ("mobile", "phone")]
    if texts:
        ways.append(_marked(people.filter(name_key__in={fold(text)[:250] for text in texts}), ""))
        sounds = {sound_key(text)[:250] for text in texts}
        ways.append(_marked(people.filter(sound_key__in=sounds), ""))
    return _reasons(ways)


def _marked(rows: QuerySet, reason: str, key: str = "pk"):
    """Return a query for (key of the record, reason); "" where the facts will tell."""
    marked = rows.order_by().annotate(reason=Value(reason, output_field=CharField()))
    return marked.values_list(key, "reason")


def _reasons(ways):
    why = defaultdict(set)
    if ways:
        first, *others = ways
        # Not one condition with OR: each part is served by its index, and the first rows end it.
        rows = first.union(*others, all=True) if others else first
        for key, reason in rows[:MOST_EQUAL]:
            why[key].update({reason} - {""})
    return why


def _neighbours(rows, field, key):
    """Return the keys of the rows next to ``key`` in the order of ``field``, on either side.

    A name half typed stands just before the whole one, a misspelt one near the right one.
    """
    after = rows.filter(**{f"{field}__gt": key}).order_by(field)
    before = rows.filter(**{f"{field}__lt": key}).order_by(f"-{field}")
    return [pk for side in (after, before) for pk in side.values_list("pk", flat=True)[:NEIGHBOURS]]


def _facts(model, facts, keys, user, *annotations):
    """Yield the facts of the records ``keys`` in use or archived, with ``annotations`` if any."""
    rows = model.objects.all() if user is None else model.objects.for_user(user)
    rows = rows.filter(pk__in=list(keys), merged_into__isnull=True).order_by()
    count = len(facts._fields)
    for values in rows.values_list(*columns(facts), *annotations):
        known = facts(*values[:count])
        yield (known, *values[count:]) if annotations else known


def columns(facts: type[OrganisationFacts | PersonFacts]) -> list:
    """Return what ``values_list()`` needs for the fields of ``facts``."""
    # As text: to make a number of each row takes longer than to read it.
    return [
        Cast(name, CharField()) if name in ("phone", "mobile") else name for name in facts._fields
    ]


def _best(rows, found, exclude, limit):
    """Return the best of ``found``, ``{key: (score, reasons)}``, with their records."""
    found.pop(exclude, None)
    keys = sorted(found, key=lambda key: (-found[key][0], key))[:limit]
    records = {record.pk: record for record in rows.filter(pk__in=keys).order_by()}
    return [Likeness(records[key], *found[key]) for key in keys if key in records]
