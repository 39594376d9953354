"""Agreements and projects as rows of a spreadsheet."""

from django.utils.translation import gettext_lazy as _

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import SEPARATOR, LinkColumn, Reference, Staff

from ..models import Agreement, AgreementParty, Project, ProjectParty
from .references import (
    CooperationReference,
    MissionReference,
    SectorReference,
    listed,
)


class AgreementParties(LinkColumn):
    """The parties of one side; a party that no source names by the words "not named"."""

    width = 40

    def __init__(self, side, label, **options):
        super().__init__(None, label, **options)
        self.side = side

    def cells(self, keys):
        found = {}
        rows = AgreementParty.objects.filter(agreement__in=keys, side=self.side).order_by("pk")
        shown = ("agreement", "organisation__name", "organisation")
        for agreement, name, key in rows.values_list(*shown):
            text = str(UNNAMED) if key is None else listed(name, key)
            found.setdefault(agreement, []).append(text)
        return {agreement: SEPARATOR.join(texts) for agreement, texts in found.items()}


UNNAMED = _("not named")


class AgreementResource(RecordResource):
    importable = True
    home_parties = AgreementParties(AgreementParty.Side.HOME, _("home parties"))
    foreign_parties = AgreementParties(AgreementParty.Side.FOREIGN, _("foreign parties"))
    mission = MissionReference()
    cooperation = CooperationReference()

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


class ProjectParties(LinkColumn):
    """The organisations that have one role in the project."""

    width = 40

    def __init__(self, role, label, **options):
        super().__init__(None, label, **options)
        self.role = role

    def cells(self, keys):
        found = {}
        rows = ProjectParty.objects.filter(project__in=keys, role=self.role).order_by("pk")
        shown = ("project", "organisation__name", "organisation")
        for project, name, key in rows.values_list(*shown):
            found.setdefault(project, []).append(listed(name, key))
        return {project: SEPARATOR.join(texts) for project, texts in found.items()}


class ProjectResource(RecordResource):
    importable = True
    sector = SectorReference()
    lead = ProjectParties(ProjectParty.Role.LEAD, _("lead"))
    partners = ProjectParties(ProjectParty.Role.PARTNER, _("partners"))
    funders = ProjectParties(ProjectParty.Role.FUNDER, _("funders"))
    origin_mission = MissionReference("origin_mission")
    cooperation = CooperationReference()
    agreement = Reference("agreement__title", field="agreement", width=40)
    owner = Staff("owner")

    class Meta:
        model = Project
        fields = (
            "id",
            "title",
            "stage",
            "sector",
            "country",
            "city",
            "lead",
            "partners",
            "funders",
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
