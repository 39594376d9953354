"""Fit: how well an organisation suits a purpose, in points from 0 to 100, and why in words.

The purpose are countries and sectors, given by a mission in preparation or by the criteria of the
Partner-Finder. What each piece of evidence is worth stands in one table, ``WEIGHTS``.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_countries import countries as country_names

from legcrm.core.keys import Keys
from legcrm.core.regions import REGIONS
from partners.models import Affiliation, MarketInterest, Organisation, OrganisationProfile
from partners.models.organisation import OrganisationSector

from .lineage import ancestors
from .models import (
    Agreement,
    AgreementParty,
    Cooperation,
    Interaction,
    InteractionOrganisation,
    Mission,
    MissionCountry,
    Participation,
    Stop,
)

# Points for each piece of evidence; their sum is kept between 0 and 100. Of those for the market,
# for missions and for profiles the best one counts.
WEIGHTS = {
    "exporting": 35,
    "seat": 35,
    "interested": 25,
    "not_interested": -40,
    "sector": 15,
    "mission": 10,
    "mission_in_region": 5,
    "cooperation": 12,
    "agreement": 8,
    "recent_contact": 8,
    "profile_english": 7,
    "profile": 3,
    "email": 5,
    "objected": -60,
}
# How long a contact counts as recent.
RECENT = timedelta(days=365)


class Fit(NamedTuple):
    points: int  # 0 to 100
    reasons: tuple[str, ...]  # the weightiest first
    last_contact: datetime | None


class Purpose:
    """What organisations are sought for.

    ``countries`` are ISO codes, ``sectors`` keys of sectors. ``mission`` is the mission in
    preparation, if it is known: its sectors are added, and its countries count where none are
    given.
    """

    def __init__(
        self,
        countries: Collection[str] = (),
        sectors: Collection[int] = (),
        mission: Mission | None = None,
    ):
        self.mission = mission
        self.countries = set(countries)
        self.sectors = set(sectors)
        if mission is not None:
            self.sectors |= set(mission.sector_links.values_list("sector", flat=True))
            if not self.countries:
                stops = mission.stops.order_by().values_list("country")
                entered = mission.country_links.order_by().values_list("country")
                self.countries = {code for (code,) in stops.union(entered)}

    def __bool__(self):
        return bool(self.countries or self.sectors or self.mission)

    @cached_property
    def earlier_missions(self) -> dict[int, tuple[str, Mission]]:
        """Return ``{key: (kind of evidence, mission)}`` of missions that speak for who was there.

        Those that the mission builds on and those to its countries, or to their regions. Three
        queries.
        """
        lineage = self._lineage()
        near = self.countries.union(
            *(codes for _name, codes in REGIONS.values() if codes & self.countries)
        )
        places = defaultdict(set)
        stops = Stop.objects.filter(country__in=near).order_by()
        entered = MissionCountry.objects.filter(country__in=near).order_by()
        for key, code in stops.values_list("mission", "country").union(
            entered.values_list("mission", "country")
        ):
            places[key].add(code)
        missions = Mission.objects.active().filter(pk__in=lineage | places.keys()).order_by()
        return {
            mission.pk: (
                "mission"
                if mission.pk in lineage or places[mission.pk] & self.countries
                else "mission_in_region",
                mission,
            )
            for mission in missions
            if mission != self.mission
        }

    def _lineage(self):
        """Return the keys of all missions that the mission builds on, over any number of steps."""
        if self.mission is None:
            return set()
        return {mission.pk for mission in ancestors(self.mission)}


def fits(keys: Collection[int], purpose: Purpose, user) -> dict[int, Fit]:
    """Return the fit of the organisations ``keys`` (at most a few thousand) for ``purpose``.

    Only by what ``user`` may see. One query, beside those of the purpose.
    """
    evidence = _evidence(purpose, user)
    rows = Organisation.objects.filter(pk__in=Keys(keys)).order_by().annotate(**evidence)
    recent = timezone.now() - RECENT
    return {
        row["pk"]: _fit(row, purpose, recent)
        for row in rows.values("pk", "email", "country", *evidence)
    }


def contact_links(user) -> QuerySet:
    """Return the organisations of contacts that ``user`` may see, archived contacts left out."""
    # By a join of two tables: "interaction in (those that may be seen)" reads a third one.
    if not Interaction.objects.for_user(user).query.is_empty():
        return InteractionOrganisation.objects.filter(interaction__archived_at__isnull=True)
    return InteractionOrganisation.objects.none()


def _evidence(purpose, user):
    """Return the annotations from which the fit is told: a subquery by index each."""
    here = {"organisation": OuterRef("pk")}
    there = purpose.countries
    contacts = contact_links(user).filter(**here)
    profiles = OrganisationProfile.objects.filter(**here)
    found = {
        "met": Subquery(
            contacts.order_by("-interaction__occurred_at").values("interaction__occurred_at")[:1]
        ),
        "profile_english": Exists(profiles.filter(language="en")),
        "profile": Exists(profiles),
    }
    if user.has_perm("core.view_private_contact"):
        people = Affiliation.objects.open_on(timezone.localdate()).filter(
            **here, person__archived_at__isnull=True
        )
        found["objected"] = Exists(people) & ~Exists(
            people.filter(person__objected_at__isnull=True, person__restricted_at__isnull=True)
        )
    if purpose.sectors:
        found["sector"] = Exists(
            OrganisationSector.objects.filter(**here, sector__in=purpose.sectors)
        )
    if there:
        # In the order of the alphabet the best statement comes first.
        markets = MarketInterest.objects.filter(**here, country__in=there)
        markets = markets.order_by("status", "country")
        cooperations = Cooperation.objects.for_user(user).active()
        agreements = Agreement.objects.for_user(user).active()
        parties = AgreementParty.objects.filter(**here, agreement__in=agreements)
        found |= {
            "market_status": Subquery(markets.values("status")[:1]),
            "market": Subquery(markets.values("country")[:1]),
            "cooperation": Exists(
                cooperations.filter(home=OuterRef("pk"), partner__country__in=there)
            )
            | (Q(country__in=there) & Exists(cooperations.filter(partner=OuterRef("pk")))),
            "agreement": Exists(
                parties.filter(side="home", agreement__parties__organisation__country__in=there)
            )
            | (Q(country__in=there) & Exists(parties.filter(side="foreign"))),
        }
    for kind in ("mission", "mission_in_region"):
        keys = [key for key, (known, _mission) in purpose.earlier_missions.items() if known == kind]
        if keys:
            there_then = (
                Participation.objects.for_user(user)
                .active()
                .filter(**here, mission__in=keys, status__in=Participation.PLACE_STATUSES)
            )
            found[kind] = Subquery(
                there_then.order_by("-mission__starts_on", "-pk").values("mission")[:1]
            )
    return found


def _fit(row, purpose, recent):
    """Return the Fit told by ``row``: {name of the evidence: what was found}."""
    found = []

    def say(kind, text):
        found.append((WEIGHTS[kind], text))

    market = row.get("market_status")
    if market == MarketInterest.Status.EXPORTING:
        say("exporting", _("exports to %s") % _country(row["market"]))
    elif row["country"] in purpose.countries:
        say("seat", _("based in %s") % _country(row["country"]))
    elif market == MarketInterest.Status.INTERESTED:
        say("interested", _("interested in %s") % _country(row["market"]))
    elif market == MarketInterest.Status.NOT_INTERESTED:
        say("not_interested", _("not interested in %s") % _country(row["market"]))
    if row.get("sector"):
        say("sector", _("sector fits"))
    kind = next((kind for kind in ("mission", "mission_in_region") if row.get(kind)), None)
    if kind:
        say(kind, _("took part in %s") % purpose.earlier_missions[row[kind]][1])
    if row.get("cooperation"):
        say("cooperation", _("cooperation there"))
    if row.get("agreement"):
        say("agreement", _("agreement there"))
    if row["met"] and row["met"] >= recent:
        day = date_format(timezone.localtime(row["met"]), "SHORT_DATE_FORMAT")
        say("recent_contact", _("contact on %s") % day)
    if row["profile_english"]:
        say("profile_english", _("profile in English"))
    elif row["profile"]:
        say("profile", _("profile, not in English"))
    if row["email"]:
        say("email", _("e-mail"))
    if row.get("objected"):
        say("objected", _("no contact person may be written to"))
    points = sum(worth for worth, _text in found)
    # What counts against comes first: it is what has to be known.
    found.sort(key=lambda item: (item[0] > 0, -abs(item[0])))
    return Fit(min(max(points, 0), 100), tuple(text for _worth, text in found), row["met"])


def _country(code):
    return str(country_names.name(code) or code)
