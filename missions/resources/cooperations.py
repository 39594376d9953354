"""Cooperations as rows of a spreadsheet."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import (
    Computed,
    ForEach,
    Reference,
    Staff,
    country_name,
    local_time,
)

from ..models import Cooperation, Interaction
from .references import MissionReference


class LastContact(ForEach):
    cell_type = "datetime"

    def cells(self, keys):
        contacts = Interaction.objects.active().filter(cooperation__in=keys).order_by()
        newest = contacts.values_list("cooperation").annotate(Max("occurred_at"))
        return {key: local_time(occurred_at) for key, occurred_at in newest}


class CooperationResource(RecordResource):
    home = Reference("home__name", field="home", width=40)
    partner = Reference("partner__name", field="partner", width=40)
    partner_country = Computed(
        "partner__country", label=_("country of the partner"), cell=country_name
    )
    origin_mission = MissionReference("origin_mission")
    owner = Staff("owner")
    last_contact = LastContact(label=_("last contact"))

    class Meta:
        model = Cooperation
        fields = (
            "id",
            "home",
            "partner",
            "partner_country",
            "subject",
            "field",
            "stage",
            "stage_since",
            "ended_reason",
            "origin_mission",
            "owner",
            "last_contact",
            "notes",
            "source",
        )
        export_order = fields
