"""Missions as rows of a spreadsheet."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from legcrm.core.resources import RecordResource

from ..models import Mission


class MissionResource(RecordResource):
    kind = Field("get_kind_display", _("kind"))
    status = Field("get_status_display", _("status"))
    dates = Field("dates", _("dates"))
    countries = Field(column_name=_("countries"))
    stops = Field(column_name=_("stops"))
    owner = Field("owner", _("owner"))
    participants = Field(column_name=_("participants"))

    class Meta:
        model = Mission
        fields = [
            "code",
            "title_de",
            "title_en",
            "kind",
            "status",
            "dates",
            "starts_on",
            "ends_on",
            "countries",
            "stops",
            "participants",
            "capacity",
            "registration_deadline",
            "announced_agreements",
            "cost_eur",
            "funding_eur",
            "owner",
            "source",
        ]
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.for_list()

    def dehydrate_countries(self, mission):
        return ", ".join(str(country.name) for country in mission.countries)

    def dehydrate_stops(self, mission):
        return ", ".join(stop.city for stop in mission.stops.all())

    def dehydrate_participants(self, mission):
        return mission.participant_count
