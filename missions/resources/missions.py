"""Missions as rows of a spreadsheet."""

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from legcrm.core.dates import format_span
from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import SEPARATOR, Computed, ForEach, Staff, country_name

from ..models import Mission, MissionCountry, Participation, Stop


class Countries(ForEach):
    """The countries of the stops in their order, else those entered."""

    width = 30

    def cells(self, keys):
        of_stops = _grouped(Stop.objects, "country", keys)
        entered = _grouped(MissionCountry.objects, "country", keys)
        return {
            key: SEPARATOR.join(country_name(code) for code in dict.fromkeys(codes))
            for key, codes in (entered | of_stops).items()
        }


class Stops(ForEach):
    width = 30

    def cells(self, keys):
        cities = _grouped(Stop.objects, "city", keys)
        return {key: SEPARATOR.join(texts) for key, texts in cities.items()}


class Participants(ForEach):
    """How many hold a place."""

    cell_type = "integer"
    width = 12

    def cells(self, keys):
        holding = Participation.objects.holding_a_place().filter(mission__in=keys)
        counted = holding.order_by().values_list("mission").annotate(Count("pk"))
        return dict.fromkeys(keys, 0) | dict(counted)


def _grouped(manager, shown, keys):
    found = {}
    for key, value in manager.filter(mission__in=keys).values_list("mission", shown):
        found.setdefault(key, []).append(value)
    return found


class MissionResource(RecordResource):
    dates = Computed(
        "starts_on", "ends_on", "date_precision", label=_("dates"), cell=format_span, width=25
    )
    countries = Countries(label=_("countries"))
    stops = Stops(label=_("stops"))
    participants = Participants(label=_("participants"))
    owner = Staff("owner")

    class Meta:
        model = Mission
        fields = (
            "id",
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
            "funding_source",
            "selection_procedure",
            "owner",
            "source",
        )
        export_order = fields
