"""Columns of the exported cooperations."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from legcrm.core.resources import RecordResource

from ..models import Cooperation


class CooperationResource(RecordResource):
    home = Field(attribute="home__name", column_name="home")
    partner = Field(attribute="partner__name", column_name="partner")
    partner_country = Field(
        attribute="partner__country__code", column_name=_("country of the partner")
    )
    origin_mission = Field(attribute="origin_mission__code", column_name="origin_mission")
    owner = Field()
    last_contact = Field(attribute="last_contact", column_name=_("last contact"))

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
            "origin_mission",
            "owner",
            "last_contact",
            "notes",
            "source",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related(
            "home", "partner", "owner", "origin_mission"
        ).with_last_contact()

    def dehydrate_owner(self, cooperation):
        return str(cooperation.owner or "")
