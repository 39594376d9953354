"""The Partner-Finder: organisations by criteria that stand in one address.

``OrganisationFilterSet`` says what may be asked; page, map, export and segments all go through it,
and so through ``Finder``, which finds for one person what one address asks for. Nothing is counted
or ranked beyond ``MOST_RANKED`` organisations, so that a question costs about the same whatever the
size of the table.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_countries import countries as country_names
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet, MultipleChoiceFilter

from legcrm.core.keys import Keys
from legcrm.core.regions import REGIONS, countries_of
from legcrm.core.searching import matching, narrow, words_of
from partners.models import Affiliation, MarketInterest, Organisation, OrganisationProfile, Sector
from partners.places import locate

from .finder_fields import CountriesFilter, MissionsFilter
from .fit import Fit, Purpose, contact_links, fits
from .models import (
    Agreement,
    AgreementParty,
    Cooperation,
    Mission,
    Participation,
    Project,
    ProjectParty,
    Segment,
    SegmentMember,
)
from .models.cooperation import Field

# So many are counted exactly, ranked by fit and shown on the map.
MOST_RANKED = 2000
PER_PAGE = 50
MOST_POINTS = 200
# The missions offered, newest first; others are found by their code.
MOST_MISSIONS = 200

# Parameters of the address that are no criteria; so are all that begin with "_".
PAGE = "page"
SORT = "sort"
SORTS = {
    "fit": _("best fit"),
    "name": _("name"),
    "contacted": _("last contact, newest first"),
    "forgotten": _("last contact, oldest first"),
}
# Criteria by which nothing is narrowed: they say what the organisations shall fit.
PURPOSE = ("for_mission", "for_country")
# Criteria with live counts beside their values.
COUNTED = ("kind", "size")
# Criteria that need a right of their own.
RIGHTS = {
    "took_part": "missions.view_participation",
    "took_part_role": "missions.view_participation",
    "took_part_status": "missions.view_participation",
    "not_took_part": "missions.view_participation",
    "contact_from": "missions.view_interaction",
    "contact_to": "missions.view_interaction",
    "contact": "missions.view_interaction",
    "stage": "missions.view_cooperation",
    "agreement": "missions.view_agreement",
    "project": "missions.view_project",
    "may_contact": "core.view_private_contact",
}
# What an organisation may have or lack: {key: (label, right)}.
THINGS = {
    "email": (_("e-mail"), None),
    "website": (_("website"), None),
    "profile": (_("profile"), None),
    "person": (_("contact person"), "partners.view_person"),
    "cooperation": (_("cooperation"), "missions.view_cooperation"),
    "agreement": (_("agreement"), "missions.view_agreement"),
    "project": (_("project"), "missions.view_project"),
}
# Those among them that have a field, a stage and a country; and by which criterion it is asked.
RESULTS = {"cooperation": "stage", "agreement": "agreement", "project": "project"}


class _AskedBeside:
    """A criterion that ``OrganisationFilterSet.filter_queryset`` applies, with those beside it."""

    def filter(self, queryset, value):
        return queryset


class _Text(_AskedBeside, CharFilter):
    pass


class _Choice(_AskedBeside, ChoiceFilter):
    pass


class _Choices(_AskedBeside, MultipleChoiceFilter):
    pass


class _Countries(_AskedBeside, CountriesFilter):
    pass


class _Missions(_AskedBeside, MissionsFilter):
    pass


class _Day(_AskedBeside, DateFilter):
    pass


def _several(field, label, choices):
    """Return a filter for any of the values of a field of the organisation itself."""
    return MultipleChoiceFilter(field_name=field, label=label, choices=choices, distinct=False)


class OrganisationFilterSet(FilterSet):
    """What may be asked of organisations, as ``user`` may see them and what belongs to them."""

    q = _Text(label=_("Search words"), max_length=200)
    home = _Choice(
        label=_("Origin"),
        choices=[("yes", _("from the home region")), ("no", _("elsewhere"))],
        empty_label=_("all"),
    )
    region = _Choices(
        label=_("Region"), choices=[(key, name) for key, (name, _c) in REGIONS.items()]
    )
    country = _Countries(label=_("Country"))
    city = _Text(label=_("City"), max_length=100)
    kind = _several("kind", _("Kind"), Organisation.Kind.choices)
    sector = _Choices(label=_("Sector"))
    size = _several("size", _("Size"), Organisation.Size.choices)
    for_mission = _Missions(label=_("Fit for the mission"))
    for_country = _Countries(label=_("Fit for the country"))
    market = _Countries(label=_("Market"))
    market_status = _Choices(label=_("Says of the market"), choices=MarketInterest.Status.choices)
    took_part = _Missions(label=_("Took part in"))
    took_part_role = _Choices(label=_("Took part as"), choices=Participation.Role.choices)
    took_part_status = _Choices(label=_("Took part: status"), choices=Participation.Status.choices)
    not_took_part = _Missions(label=_("Did not take part in"))
    contact_from = _Day(label=_("Last contact from"))
    contact_to = _Day(label=_("Last contact until"))
    contact = _Choice(
        label=_("Contact"),
        choices=[("ever", _("contacted at some time")), ("never", _("never contacted"))],
        empty_label=_("all"),
    )
    has = _Choices(label=_("Has"))
    lacks = _Choices(label=_("Lacks"))
    field = _Choices(label=_("Field of cooperation or agreement"), choices=Field.choices)
    with_country = _Countries(label=_("Cooperation, agreement or project with"))
    stage = _Choices(label=_("Stage of the cooperation"), choices=Cooperation.Stage.choices)
    agreement = _Choices(label=_("Status of the agreement"), choices=Agreement.Status.choices)
    project = _Choices(label=_("Stage of the project"), choices=Project.Stage.choices)
    owner = _Choice(label=_("Owner"), empty_label=_("all"))
    may_contact = _Choice(
        label=_("Contact allowed"),
        choices=[("yes", _("somebody may be written to"))],
        empty_label=_("all"),
    )
    segment = _Text(label=_("Segment"), max_length=19)

    class Meta:
        model = Organisation
        fields = ()

    def __init__(self, data, user):
        super().__init__(data, queryset=Organisation.objects.for_user(user).active())
        self.user = user
        for name, right in RIGHTS.items():
            if not user.has_perm(right):
                del self.filters[name]

    # --- What there is to choose --------------------------------------------------------------

    @cached_property
    def missions(self) -> dict[str, Mission]:
        """The newest missions, and those that the address names beside, by code."""
        missions = Mission.objects.for_user(self.user).active()
        found = {mission.code: mission for mission in missions[:MOST_MISSIONS]}
        names = ("for_mission", "took_part", "not_took_part")
        asked = {code for name in names for code in self.data.getlist(name) if code} - found.keys()
        if asked:
            others = missions.filter(
                Q(code__in=asked) | Q(title_de__in=asked) | Q(title_en__in=asked)
            )
            found |= {mission.code: mission for mission in others}
        return found

    @cached_property
    def sectors(self) -> dict[str, Sector]:
        return {sector.key: sector for sector in Sector.objects.for_user(self.user).active()}

    @cached_property
    def owners(self) -> dict[str, object]:
        staff = get_user_model().objects.filter(is_active=True)
        return {str(colleague.pk): colleague for colleague in staff}

    @property
    def form(self):
        if not hasattr(self, "_form"):
            form = super().form
            for name in ("for_mission", "took_part", "not_took_part"):
                if name in form.fields:
                    form.fields[name].known = self.missions
            things = [
                (key, label)
                for key, (label, right) in THINGS.items()
                if right is None or self.user.has_perm(right)
            ]
            form.fields["has"].choices = form.fields["lacks"].choices = things
            form.fields["sector"].choices = list(self.sectors.items())
            form.fields["owner"].choices = [
                ("", _("all")),
                ("me", _("mine")),
                ("none", _("nobody’s")),
                *self.owners.items(),
            ]
            self._look_across(form)
        return self._form

    def _look_across(self, form):
        """Add the errors that no field sees by itself."""
        given = form.cleaned_data if form.is_valid() else {}
        first, last = given.get("contact_from"), given.get("contact_to")
        if first and last and last < first:
            form.add_error("contact_to", _("The end lies before the beginning."))
        if given.get("contact") == "never" and (first or last):
            form.add_error("contact", _("Who was never contacted has no last contact: drop one."))
        if len(given.get("for_mission") or ()) > 1:
            form.add_error("for_mission", _("Choose one mission only."))
        if given.get("segment") and self.frozen_segment is None:
            form.add_error("segment", _("There is no such segment, or it is not frozen."))
        for name in self.data:
            if name not in form.fields and name not in (PAGE, SORT) and name[:1] != "_":
                text = _("The criterion “%(name)s” does not exist any more, or not for you.")
                form.add_error(
                    None, ValidationError(text, code="unknown", params={"name": name[:60]})
                )

    @cached_property
    def frozen_segment(self) -> Segment | None:
        """The frozen segment that is asked for."""
        key = self.data.get("segment", "")
        if not key.isdecimal() or len(key) > 18:
            return None
        return Segment.objects.for_user(self.user).filter(pk=key, is_frozen=True).first()

    # --- What is found ------------------------------------------------------------------------

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        for condition in self._conditions(given):
            queryset = queryset.filter(condition)
        return narrow(queryset, given["q"]) if given["q"] else queryset

    def _conditions(self, given):
        """Yield a condition for each criterion, without joins: none counts a row twice."""
        if given["home"]:
            yield Q(is_home=given["home"] == "yes")
        if given["country"] or given["region"]:
            yield Q(country__in={*given["country"], *countries_of(given["region"])})
        if given["city"]:
            # The city stands in the search text too, and that has an index.
            if words := words_of(given["city"]):
                yield matching(words)
            yield Q(city__iexact=given["city"])
        if given["sector"]:
            links = Organisation.sectors.through.objects
            keys = [self.sectors[key].pk for key in given["sector"]]
            yield _is_in(links.filter(sector__in=keys))
        if given["market"] or given["market_status"]:
            interests = MarketInterest.objects.all()
            if given["market"]:
                interests = interests.filter(country__in=given["market"])
            wanted = given["market_status"] or ["exporting", "interested"]
            yield _is_in(interests.filter(status__in=wanted))
        yield from self._took_part(given)
        yield from self._last_contact(given)
        for name in given["has"]:
            if name not in RESULTS:
                yield self._has(name)
        yield from self._results(given)
        for name in given["lacks"]:
            yield self._lacks(name)
        match given["owner"]:
            case "me":
                yield Q(owner=self.user)
            case "none":
                yield Q(owner=None)
            case key if key:
                yield Q(owner=key)
        if given.get("may_contact"):
            people = self._people()
            free = people.filter(person__objected_at=None, person__restricted_at=None)
            yield Q(Exists(_of(free))) | Q(~Exists(_of(people)))
        if given["segment"]:
            yield _is_in(SegmentMember.objects.filter(segment=self.frozen_segment))

    def _took_part(self, given):
        if not self.user.has_perm("missions.view_participation"):
            return
        rows = Participation.objects.active().filter(organisation__isnull=False)
        asked = ("took_part", "took_part_role", "took_part_status")
        if any(given[name] for name in asked):
            there = rows.filter(
                status__in=given["took_part_status"] or Participation.PLACE_STATUSES
            )
            if given["took_part"]:
                there = there.filter(mission__in=self._keys(given["took_part"]))
            if given["took_part_role"]:
                there = there.filter(role__in=given["took_part_role"])
            yield _is_in(there)
        if given["not_took_part"]:
            there = rows.filter(
                status__in=Participation.PLACE_STATUSES,
                mission__in=self._keys(given["not_took_part"]),
            )
            yield Q(~Exists(_of(there)))

    def _keys(self, codes):
        return [self.missions[code].pk for code in codes]

    def _last_contact(self, given):
        links = contact_links(self.user)
        first, last, ever = (given.get(name) for name in ("contact_from", "contact_to", "contact"))
        if ever == "never":
            yield Q(~Exists(_of(links)))
        if first:
            yield _is_in(links.filter(interaction__occurred_at__gte=_begin(first)))
        if last:
            after = _begin(last + timedelta(days=1))
            yield Q(~Exists(_of(links.filter(interaction__occurred_at__gte=after))))
        if ever == "ever" or (last and not first):
            yield _is_in(links)

    def _people(self):
        people = Affiliation.objects.open_on(timezone.localdate())
        return people.filter(person__archived_at__isnull=True)

    def _has(self, name):
        if name in ("email", "website"):
            return ~Q(**{name: ""})
        return _is_in(OrganisationProfile.objects.all() if name == "profile" else self._people())

    def _lacks(self, name):
        if name in RESULTS:
            return ~self._result(name, Exists, {})
        if name in ("email", "website"):
            return Q(**{name: ""})
        rows = OrganisationProfile.objects.all() if name == "profile" else self._people()
        return Q(~Exists(_of(rows)))

    def _results(self, given):
        """Ask for cooperations, agreements and projects, of a kind and with a country."""
        wanted = [name for name, detail in RESULTS.items() if given.get(detail)]
        wanted += [name for name in given["has"] if name in RESULTS and name not in wanted]
        for name in wanted:
            yield self._result(name, None, given)
        if not wanted and (given["field"] or given["with_country"]):
            names = ["cooperation", "agreement"] + ["project"] * (not given["field"])
            condition = Q()
            for name in names:
                condition |= self._result(name, None, given)
            yield condition

    def _result(self, name, correlated, given):
        """Return the condition that an organisation has a result of the kind ``name``."""
        side = _exists if correlated else _is_in
        there = given.get("with_country")
        if name == "cooperation":
            rows = Cooperation.objects.for_user(self.user).active()
            if given.get("field"):
                rows = rows.filter(field__in=given["field"])
            if given.get("stage"):
                rows = rows.filter(stage__in=given["stage"])
            as_home = rows.filter(partner__country__in=there) if there else rows
            as_partner = rows.filter(home__country__in=there) if there else rows
            return side(as_home, "home") | side(as_partner, "partner")
        if name == "agreement":
            records = Agreement.objects.for_user(self.user).active()
            if given.get("field"):
                records = records.filter(field__in=given["field"])
            if given.get("agreement"):
                records = records.filter(status__in=given["agreement"])
            if there:
                others = AgreementParty.objects.filter(organisation__country__in=there)
                records = records.filter(pk__in=others.values("agreement"))
            rows = AgreementParty.objects.filter(agreement__in=records)
        else:
            records = Project.objects.for_user(self.user).active()
            if given.get("project"):
                records = records.filter(stage__in=given["project"])
            if there:
                records = records.filter(country__in=there)
            rows = ProjectParty.objects.filter(project__in=records)
        return side(rows.filter(organisation__isnull=False))


def _is_in(rows, side="organisation"):
    """Return the condition that one of ``rows`` is about the organisation."""
    return Q(pk__in=rows.order_by().values(side))


def _of(rows, side="organisation"):
    return rows.filter(**{side: OuterRef("pk")}).order_by()


def _exists(rows, side="organisation"):
    # What is asked for not to exist: NOT IN reads the whole list for each row on PostgreSQL.
    return Q(Exists(_of(rows, side)))


def _begin(day):
    return timezone.make_aware(datetime.combine(day, time.min))


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
        numbers = {int(key) for key in keys if str(key).isdecimal() and len(str(key)) < 19}
        return self.organisations().filter(pk__in=Keys(numbers))

    @cached_property
    def _read(self) -> list[Fact]:
        # In no order: for one by name SQLite would walk the whole table in that order, and
        # PostgreSQL its index.
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
        """Return the keys of all found in their order; ties by name. Not where too many are."""
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
        if self.is_too_many:
            keys = self.organisations().values_list("pk", flat=True)[start : start + PER_PAGE]
        else:
            keys = self.ranking()[start : start + PER_PAGE]
        keys = list(keys)
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
