"""Sectors as rows of a spreadsheet: only out."""

from legcrm.core.resources import RecordResource

from ..models import Sector


class SectorResource(RecordResource):
    class Meta:
        model = Sector
        fields = ("key", "name_de", "name_en", "wz_2008", "wz_2025", "retired_on")
        export_order = fields
