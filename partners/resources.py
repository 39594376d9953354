"""Spreadsheets of partners: their columns, and how rows that come in find their records."""

from django.db.models import Prefetch
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import (
    SEPARATOR,
    Computed,
    Extra,
    LinkColumn,
    Many,
    Nested,
    Reference,
    Staff,
)

from .models import (
    Affiliation,
    Company,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    Person,
    Sector,
    University,
)


class Sectors(Many):
    def __init__(self):
        super().__init__("sectors", shown=("sector__name_de", "sector__name_en"))

    def text(self, german, english):
        return english if (get_language() or "").startswith("en") else german


class Identifier(LinkColumn):
    """The identifier of one scheme. An organisation may bear several; the cell holds them all."""

    width = 20

    def __init__(self, scheme, label, **options):
        super().__init__(None, label, **options)
        self.scheme = scheme
        self.prefetch = ("identifiers",)

    def cells(self, keys):
        found = {}
        rows = OrganisationIdentifier.objects.filter(organisation__in=keys, scheme=self.scheme)
        for key, value in rows.order_by("pk").values_list("organisation", "value"):
            found.setdefault(key, []).append(value)
        return {key: SEPARATOR.join(values) for key, values in found.items()}


class OtherNames(LinkColumn):
    """Names in other scripts and languages, former ones and aliases."""

    def __init__(self):
        super().__init__(None, _("other names"))
        self.prefetch = ("names",)

    def cells(self, keys):
        found = {}
        rows = OrganisationName.objects.filter(organisation__in=keys).order_by("pk")
        for key, text in rows.values_list("organisation", "text"):
            found.setdefault(key, []).append(text)
        return {key: SEPARATOR.join(texts) for key, texts in found.items()}


class OrganisationResource(RecordResource):
    importable = True
    country_code = Computed("country", label=_("country code"))
    parent = Reference("parent__name", field="parent")
    owner = Staff("owner", constant=True)
    sectors = Sectors()
    other_names = OtherNames()
    vat = Identifier(OrganisationIdentifier.Scheme.VAT, _("VAT number"))
    register = Identifier(OrganisationIdentifier.Scheme.REGISTER, _("commercial register"))
    lei = Identifier(OrganisationIdentifier.Scheme.LEI, "LEI")
    ror = Identifier(OrganisationIdentifier.Scheme.ROR, "ROR")
    foreign_identifier = Identifier(OrganisationIdentifier.Scheme.FOREIGN, _("foreign identifier"))

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
            "other_names",
            "vat",
            "register",
            "lei",
            "ror",
            "foreign_identifier",
        )
        export_order = fields


class CompanyResource(OrganisationResource):
    class Meta(OrganisationResource.Meta):
        model = Company


class UniversityResource(OrganisationResource):
    class Meta(OrganisationResource.Meta):
        model = University


class ActsFor(Nested):
    """The organisation of the open primary affiliation."""

    def __init__(self, column, shown, label, **options):
        super().__init__("organisation", column, None, label, **options)
        self.shown = shown

    def cells(self, keys):
        return primary_affiliations(keys, self.shown)


class InRole(Extra):
    """A text of the open primary affiliation."""

    def __init__(self, shown, label, **options):
        super().__init__(None, label, **options)
        self.shown = shown
        self.prefetch = (
            Prefetch("affiliations", Affiliation.objects.select_related("organisation")),
        )

    def cells(self, keys):
        return primary_affiliations(keys, self.shown)


def primary_affiliations(keys, shown):
    """Return ``{key of a person: value}`` of their open primary affiliations. One query."""
    rows = Affiliation.objects.open().filter(person__in=keys, is_primary=True)
    return dict(rows.values_list("person", shown))


class PersonResource(RecordResource):
    importable = True
    organisation = ActsFor("name", "organisation__name", _("organisation"))
    role = InRole("role", _("role"))
    department = InRole("department", _("department"))
    owner = Staff("owner", constant=True)

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
            "department",
            "language",
            "email",
            "phone",
            "mobile",
            "letter_salutation",
            "owner",
            "notes",
            "source",
            "legal_basis",
            "data_source",
            "informed_on",
        )
        export_order = fields


class SectorResource(RecordResource):
    class Meta:
        model = Sector
        fields = ("key", "name_de", "name_en", "wz_2008", "wz_2025", "retired_on")
        export_order = fields
