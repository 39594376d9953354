"""What each criterion asks of the database."""

from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from legcrm.core.regions import countries_of
from legcrm.core.searching import matching, narrow, words_of
from partners.models import Affiliation, MarketInterest, Organisation, OrganisationProfile

from ..fit import contact_links
from ..models import (
    Agreement,
    AgreementParty,
    Cooperation,
    Participation,
    Project,
    ProjectParty,
    SegmentMember,
)

# Those of the ``THINGS`` that have a field, a stage and a country; and by which criterion each is
# asked for.
RESULTS = {"cooperation": "stage", "agreement": "agreement", "project": "project"}


class ConditionsMixin:
    """Narrows the organisations of an ``OrganisationFilterSet`` by what its form has cleaned.

    It knows the ``user``, and the ``missions``, ``sectors`` and ``frozen_segment`` that are named.
    """

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
