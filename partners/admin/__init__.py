"""The admin of whom we know: one module per aggregate."""

from .organisations import CompanyAdmin, OrganisationAdmin, UniversityAdmin
from .people import PersonAdmin
from .sectors import SectorAdmin

__all__ = ["CompanyAdmin", "OrganisationAdmin", "PersonAdmin", "SectorAdmin", "UniversityAdmin"]
