"""Spreadsheets of partners: their columns, and how rows that come in find their records."""

from .organisations import CompanyResource, OrganisationResource, UniversityResource
from .people import PersonResource
from .sectors import SectorResource

__all__ = [
    "CompanyResource",
    "OrganisationResource",
    "PersonResource",
    "SectorResource",
    "UniversityResource",
]
