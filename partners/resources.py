"""Columns of the exported spreadsheets of partners."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from legcrm.core.resources import RecordResource

from .models import Company, Organisation, Person, Sector, University


class OrganisationResource(RecordResource):
    kind = Field("get_kind_display", _("kind"))
    country = Field("country__name", _("country"))
    country_code = Field("country__code", _("country code"))
    size = Field("get_size_display", _("size"))
    parent = Field("parent__name", _("part of"))
    owner = Field("owner", _("owner"))
    sectors = Field(column_name=_("sectors"))

    class Meta:
        model = Organisation
        fields = (
            "id",
            "kind",
            "name",
            "short_name",
            "legal_form",
            "country",
            "country_code",
            "postal_code",
            "city",
            "street",
            "district",
            "is_home",
            "website",
            "email",
            "phone",
            "sectors",
            "size",
            "parent",
            "owner",
            "notes",
            "source",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("parent", "owner").prefetch_related("sectors")

    def dehydrate_sectors(self, organisation):
        return ", ".join(str(sector) for sector in organisation.sectors.all())


class CompanyResource(OrganisationResource):
    class Meta(OrganisationResource.Meta):
        model = Company


class UniversityResource(OrganisationResource):
    class Meta(OrganisationResource.Meta):
        model = University


class PersonResource(RecordResource):
    salutation = Field("get_salutation_display", _("salutation"))
    organisation = Field("primary_organisation", _("organisation"))
    role = Field("primary_role", _("role"))
    owner = Field("owner", _("owner"))

    class Meta:
        model = Person
        fields = (
            "id",
            "salutation",
            "academic_title",
            "first_name",
            "last_name",
            "native_name",
            "organisation",
            "role",
            "language",
            "email",
            "phone",
            "mobile",
            "owner",
            "notes",
            "source",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("owner").with_primary_affiliation()


class SectorResource(RecordResource):
    class Meta:
        model = Sector
        fields = ("key", "name_de", "name_en", "wz_2008", "wz_2025", "retired_on")
        export_order = fields
