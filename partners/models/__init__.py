"""Whom we know: organisations, people, markets."""

from .duplicate import OrganisationPair, Pair, PersonPair
from .merge import Merge
from .organisation import (
    Company,
    MarketInterest,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    OrganisationProfile,
    OrganisationSector,
    University,
)
from .person import Affiliation, Consent, Person
from .sector import Sector

__all__ = [
    "Affiliation",
    "Company",
    "Consent",
    "MarketInterest",
    "Merge",
    "Organisation",
    "OrganisationIdentifier",
    "OrganisationName",
    "OrganisationPair",
    "OrganisationProfile",
    "OrganisationSector",
    "Pair",
    "Person",
    "PersonPair",
    "Sector",
    "University",
]
