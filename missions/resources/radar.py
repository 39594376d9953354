"""The rules of the radar as rows of a spreadsheet: only out."""

from legcrm.core.resources import RecordResource

from ..models import RadarRule


class RadarRuleResource(RecordResource):
    class Meta:
        model = RadarRule
        fields = ("condition", "days", "is_on")
        export_order = fields
