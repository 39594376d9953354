"""Whom we know: organisations, people, markets."""

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
    "Organisation",
    "OrganisationIdentifier",
    "OrganisationName",
    "OrganisationProfile",
    "OrganisationSector",
    "Person",
    "Sector",
    "University",
]
