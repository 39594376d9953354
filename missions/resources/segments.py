"""Segments as rows of a spreadsheet: only out."""

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import Staff

from ..models import Segment


class SegmentResource(RecordResource):
    owner = Staff("owner")

    class Meta:
        model = Segment
        fields = (
            "id",
            "name",
            "description",
            "query",
            "is_frozen",
            "last_size",
            "last_used_at",
            "owner",
            "source",
        )
        export_order = fields
