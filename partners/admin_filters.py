"""Filters of the partners' lists."""

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.filters import (
    CountryFilter,
    InUseFilter,
    OneOfFilter,
    RelatedFilter,
    missing_filter,
)
from legcrm.core.keys import is_key

from .models import Affiliation, Organisation, Sector


class HomeFilter(OneOfFilter):
    title = _("from the home region")
    parameter_name = "home"

    def lookups(self, request, model_admin):
        return [("yes", _("home region")), ("no", _("elsewhere"))]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.home()
            case "no":
                return queryset.foreign()
        return queryset


class SectorFilter(InUseFilter):
    """The sectors in use, by their names in the user's language."""

    title = _("sector")
    parameter_name = "sector"
    expression = F("sectors__key")
    repeats = False

    def known(self):
        name = "name_en" if (get_language() or "").startswith("en") else "name_de"
        sectors = Sector.objects.order_by()
        return sectors.annotate(value=F("key"), label=F(name)).values("value", "label")


class PersonCountryFilter(CountryFilter):
    """The countries of the organisations that people act for today.

    Not counted: who acts for several would count several times, and two million people are too
    many to tell apart for a number.
    """

    expression = F("affiliations__organisation__country")
    counts = False

    def rows(self):
        today = Affiliation.objects.open_on(timezone.localdate())
        return today.filter(person__archived_at__isnull=True)

    def matching(self, rows, value):
        return rows.filter(organisation__country=value)

    def narrowed(self, queryset):
        today = Affiliation.objects.open_on(timezone.localdate())
        acting = today.filter(person=OuterRef("pk"), organisation__country__in=self.chosen())
        return queryset.filter(Exists(acting))


class ActingForFilter(RelatedFilter):
    """People who act for one organisation today: set by links (``?organisation=7``)."""

    title = _("organisation")
    parameter_name = "organisation"
    related_model = Organisation

    def value(self):
        # What is no key asks for nobody, and so narrows nothing.
        return super().value() if self.key() is not None else None

    def key(self):
        return next((int(value) for value in reversed(self.values) if is_key(value)), None)

    def queryset(self, request, queryset):
        return queryset.acting_for(self.key()) if self.value() else queryset


MissingOfOrganisationFilter = missing_filter(
    email=(_("e-mail"), "without_email", "email"),
    website=(_("website"), "without_website", "website"),
    profile=(_("profile"), "without_profile", "profiles"),
    sector=(_("sector"), "without_sector", "sectors"),
    person=(_("contact person"), "without_person", "affiliations"),
)

MissingOfPersonFilter = missing_filter(
    email=(_("e-mail"), "without_email", "email"),
    phone=(_("phone"), "without_phone", "phone"),
    organisation=(_("organisation"), "without_organisation", "affiliations"),
)
