"""Columns of the exported agreements and projects."""

from import_export.fields import Field

from legcrm.core.resources import RecordResource

from ..models import Agreement, Project


class AgreementResource(RecordResource):
    home_parties = Field()
    foreign_parties = Field()
    mission = Field(attribute="mission__code", column_name="mission")
    cooperation = Field()

    class Meta:
        model = Agreement
        fields = (
            "id",
            "title",
            "kind",
            "field",
            "status",
            "home_parties",
            "foreign_parties",
            "mission",
            "cooperation",
            "agreed_on",
            "agreed_on_mission",
            "signed_on",
            "signed_on_unknown",
            "signed_after_mission",
            "valid_until",
            "subjects",
            "source",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related(
            "mission", "cooperation__home", "cooperation__partner"
        ).prefetch_related("parties__organisation")

    def dehydrate_home_parties(self, agreement):
        return _names(agreement, "home")

    def dehydrate_foreign_parties(self, agreement):
        return _names(agreement, "foreign")

    def dehydrate_cooperation(self, agreement):
        return str(agreement.cooperation or "")


def _names(agreement, side):
    return "; ".join(
        party.organisation.name if party.organisation else str(party)
        for party in agreement.parties.all()
        if party.side == side
    )


class ProjectResource(RecordResource):
    sector = Field(attribute="sector__key", column_name="sector")
    country = Field(attribute="country__code", column_name="country")
    parties = Field()
    origin_mission = Field(attribute="origin_mission__code", column_name="origin_mission")
    cooperation = Field()
    agreement = Field(attribute="agreement__title", column_name="agreement")
    owner = Field()

    class Meta:
        model = Project
        fields = (
            "id",
            "title",
            "stage",
            "sector",
            "country",
            "city",
            "parties",
            "origin_mission",
            "cooperation",
            "agreement",
            "owner",
            "value_forecast_eur",
            "value_confirmed_eur",
            "jobs_forecast",
            "jobs_confirmed",
            "confirmed_on",
            "confirmed_by",
            "confirmed_evidence",
            "next_step",
            "starts_on",
            "ends_on",
            "drop_reason",
            "notes",
            "source",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related(
            "sector",
            "origin_mission",
            "cooperation__home",
            "cooperation__partner",
            "agreement",
            "owner",
        ).prefetch_related("parties__organisation")

    def dehydrate_parties(self, project):
        return "; ".join(party.organisation.name for party in project.parties.all())

    def dehydrate_cooperation(self, project):
        return str(project.cooperation or "")

    def dehydrate_owner(self, project):
        return str(project.owner)
