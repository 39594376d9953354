"""What is found for one person: organisations, their order, counts and map."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, QuerySet
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_countries import countries as country_names

from legcrm.core.keys import Keys, is_key
from partners.models import Organisation
from partners.places import locate

from ..fit import Fit, Purpose, fits
from ..models import Participation, Segment
from .criteria import COUNTED, PAGE, PURPOSE, SORT, OrganisationFilterSet

# So many are counted exactly, ranked by fit and shown on the map.
MOST_RANKED = 2000
PER_PAGE = 50
MOST_POINTS = 200

# The orders there are, as the address names them.
SORTS = {
    "fit": _("best fit"),
    "name": _("name"),
    "contacted": _("last contact, newest first"),
    "forgotten": _("last contact, oldest first"),
}


class Fact(NamedTuple):
    """What is known of each organisation found: enough to count, sort and draw."""

    pk: int
    name: str
    country: str
    city: str
    kind: str
    size: str


class Finder:
    """What one person finds by the parameters of one address.

    ``params`` is the query of the address, as text or as QueryDict. Where it is not valid nothing
    is found, and ``errors`` says why: never everything instead.
    """

    def __init__(self, params: str | QueryDict, user):
        given = QueryDict(params) if isinstance(params, str) else params
        # A form sends its empty fields too.
        self.params = QueryDict(mutable=True)
        for name, values in given.lists():
            if values := [value for value in values if value.strip()]:
                self.params.setlist(name, values)
        self.user = user
        self.filters = OrganisationFilterSet(self.params, user)

    @classmethod
    def of_segment(cls, segment: Segment, user) -> "Finder":
        """Return the finder of a segment: of its filter, or of the rows it keeps."""
        if segment.is_frozen:
            return cls(urlencode({"segment": segment.pk}), user)
        return cls(segment.query, user)

    # --- What is asked ------------------------------------------------------------------------

    @cached_property
    def is_valid(self) -> bool:
        return self.filters.form.is_valid()

    @property
    def errors(self) -> dict[str, list[str]]:
        """The messages by criterion; "__all__" for those about no one."""
        return {name: list(texts) for name, texts in self.filters.form.errors.items()}

    @cached_property
    def given(self) -> dict[str, object]:
        """The criteria that are asked for, cleaned."""
        cleaned = self.filters.form.cleaned_data if self.is_valid else {}
        return {name: value for name, value in cleaned.items() if value}

    def query(self, without: Iterable[str] = (), **changes) -> str:
        """Return the address's query with its criteria and order, not its page.

        ``without`` leaves parameters out, ``changes`` sets them (a list for several values).
        """
        query = QueryDict(mutable=True)
        for name in self.params:
            if name != PAGE and name[:1] != "_" and name not in without:
                query.setlist(name, self.params.getlist(name))
        for name, value in changes.items():
            query.setlist(name, value if isinstance(value, list) else [value])
        return query.urlencode()

    def words(self) -> list[tuple[str, str, str]]:
        """Return what is asked for in words: (name of the criterion, its label, its values)."""
        return [
            (name, str(self.filters.form.fields[name].label), self._words_of(name, value))
            for name, value in self.given.items()
        ]

    def _words_of(self, name, value):
        field = self.filters.form.fields[name]
        if name == "segment":
            return str(self.filters.frozen_segment)
        if name in ("for_mission", "took_part", "not_took_part"):
            return ", ".join(str(self.filters.missions[code]) for code in value)
        if name.endswith(("country", "market")):
            return ", ".join(str(country_names.name(code)) for code in value)
        labels = dict(getattr(field, "choices", ()))
        if isinstance(value, list):
            return ", ".join(str(labels.get(one, one)) for one in value)
        if labels:
            return str(labels.get(value, value))
        return value if isinstance(value, str) else date_format(value, "SHORT_DATE_FORMAT")

    @cached_property
    def purpose(self) -> Purpose:
        """What the organisations shall fit: the mission or countries named for it, the markets."""
        given = self.given
        codes = given.get("for_mission")
        return Purpose(
            countries={*given.get("for_country", ()), *given.get("market", ())},
            sectors=[self.filters.sectors[key].pk for key in given.get("sector", ())],
            mission=self.filters.missions[codes[0]] if codes else None,
        )

    # --- What is found ------------------------------------------------------------------------

    def organisations(self) -> QuerySet:
        """Return all organisations found, by name."""
        if not self.is_valid:
            return Organisation.objects.none()
        return self.filters.qs.order_by("name", "pk")

    def best(self, number: int) -> QuerySet:
        """Return the ``number`` best-fitting ones, by name; none where too many are found to rank.

        At most ``MOST_RANKED``.
        """
        keys = [] if self.is_too_many else self.ranking("fit")[: max(number, 0)]
        return self.organisations().filter(pk__in=Keys(keys))

    def chosen(self, keys: Iterable) -> QuerySet:
        """Return those of the keys (numbers, maybe as text) that are among those found."""
        numbers = {int(key) for key in keys if is_key(str(key))}
        return self.organisations().filter(pk__in=Keys(numbers))

    @cached_property
    def _read(self) -> list[Fact]:
        # In no order: for the first by name all would have to be found, or the table be walked
        # in that order.
        rows = self.organisations().order_by().values_list(*Fact._fields)
        return [Fact(*row) for row in rows[: MOST_RANKED + 1]]

    @property
    def facts(self) -> list[Fact]:
        """What is known of those found, or of ``MOST_RANKED`` of them. One query."""
        return self._read[:MOST_RANKED]

    @property
    def is_too_many(self) -> bool:
        """Whether there are more than are counted and ranked."""
        return len(self._read) > MOST_RANKED

    @property
    def count(self) -> int:
        """How many are found, at most ``MOST_RANKED``."""
        return len(self.facts)

    @cached_property
    def fits(self) -> dict[int, Fit]:
        """The fit of each organisation found; empty where too many are. At most six queries."""
        if self.is_too_many or not self.facts:
            return {}
        return fits([fact.pk for fact in self.facts], self.purpose, self.user)

    @property
    def sort(self) -> str:
        """The order asked for, or the one that suits what is asked."""
        if self.is_too_many:
            return "name"
        asked = self.params.get(SORT)
        if asked in SORTS and (asked != "fit" or self.purpose):
            return asked
        return "fit" if self.purpose else "name"

    def ranking(self, sort: str | None = None) -> list[int]:
        """Return the keys of ``facts`` in their order; ties by name. Not "fit" of too many."""
        sort = sort or self.sort
        facts = sorted(self.facts, key=lambda fact: (fact.name.casefold(), fact.pk))
        if sort == "fit":
            facts.sort(key=lambda fact: -self.fits[fact.pk].points)
        elif sort in ("contacted", "forgotten"):
            # Never contacted is forgotten longest.
            facts.sort(
                key=lambda fact: getattr(self.fits[fact.pk].last_contact, "timestamp", float)(),
                reverse=sort == "contacted",
            )
        return [fact.pk for fact in facts]

    @property
    def page_count(self) -> int:
        return max(-(-self.count // PER_PAGE), 1)

    @property
    def page(self) -> int:
        """The number of the page asked for, from 1; the nearest there is."""
        asked = self.params.get(PAGE, "")
        number = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
        return min(max(number, 1), self.page_count)

    def rows(self) -> list[Organisation]:
        """Return the organisations of the page, each with ``fit`` (or None), ``last_contact`` and
        ``on_list`` (its participation in the mission sought for, or None). At most two queries.
        """
        start = (self.page - 1) * PER_PAGE
        keys = self.ranking()[start : start + PER_PAGE]
        if not keys:
            return []
        found = Organisation.objects.filter(pk__in=keys).order_by().select_related("owner")
        if self.user.has_perm("missions.view_interaction"):
            found = found.with_last_contact()
        listed = self._on_list(keys)
        by_key = {organisation.pk: organisation for organisation in found}
        rows = [by_key[key] for key in keys if key in by_key]
        fits_of = self.fits if self.purpose else {}
        for row in rows:
            row.fit = fits_of.get(row.pk)
            row.on_list = listed.get(row.pk)
        return rows

    def _on_list(self, keys):
        if self.purpose.mission is None:
            return {}
        rows = (
            Participation.objects.for_user(self.user)
            .active()
            .filter(mission=self.purpose.mission, organisation__in=keys)
        )
        return {row.organisation_id: row for row in rows.order_by("-pk")}

    # --- Beside the list ----------------------------------------------------------------------

    def counts(self) -> dict[str, Mapping[str, int]]:
        """Return {criterion: {value: how many of those found}}, where it costs no query.

        Not for a criterion that is asked for: what else there would be is not known.
        """
        if self.is_too_many:
            return {}
        return {
            name: Counter(getattr(fact, name) for fact in self.facts)
            for name in COUNTED
            if name not in self.given
        }

    def map(self) -> dict:
        """Return what the map draws: countries with counts, cities as points."""
        countries = Counter(fact.country for fact in self.facts)
        cities = Counter((fact.city, fact.country) for fact in self.facts if fact.city)
        points = [
            (city, code, count, locate(city, code))
            for (city, code), count in cities.most_common(MOST_POINTS)
        ]
        place = ("region", "country", "city")
        return {
            "countries": {
                code: {
                    "count": count,
                    "name": str(country_names.name(code) or code),
                    "url": "?" + self.query(without=place, country=code),
                }
                for code, count in countries.items()
            },
            # A city that the gazetteer lacks is counted in its country.
            "points": [
                {
                    "name": city,
                    "country": code,
                    "count": count,
                    "url": "?" + self.query(without=place, country=code, city=city),
                    "lat": where[0],
                    "lon": where[1],
                }
                for city, code, count, where in points
                if where
            ],
        }

    def ways_out(self) -> list[tuple[str, str, str]]:
        """Return the criteria without which something would be found: (label, values, query).

        One query, for an empty result.
        """
        words = [words for words in self.words() if words[0] not in PURPOSE]
        tried = {
            f"without_{name}": Exists(self._without(name).organisations().order_by())
            for name, _label, _values in words
        }
        known = Organisation.objects.order_by().annotate(**tried).values(*tried).first() or {}
        return [
            (capfirst(label), values, self.query(without=[name]))
            for name, label, values in words
            if known.get(f"without_{name}")
        ]

    def _without(self, name):
        other = Finder(self.query(without=[name]), self.user)
        # What there is to choose is known already.
        for known in ("missions", "sectors", "owners"):
            setattr(other.filters, known, getattr(self.filters, known))
        return other
