"""The admin of whom we know: one module per aggregate."""

from .duplicates import OrganisationPairAdmin, PersonPairAdmin
from .merges import MergeAdmin
from .organisations import CompanyAdmin, OrganisationAdmin, UniversityAdmin
from .people import PersonAdmin
from .sectors import SectorAdmin

__all__ = [
    "CompanyAdmin",
    "MergeAdmin",
    "OrganisationAdmin",
    "OrganisationPairAdmin",
    "PersonAdmin",
    "PersonPairAdmin",
    "SectorAdmin",
    "UniversityAdmin",
]
