"""Filters of the partners' lists."""

from django.db.models import Case, Count, F, Q, When
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RadioFilter

from legcrm.core.filters import CountryFilter, InUseFilter, RelatedFilter

from .models import Organisation


class HomeFilter(RadioFilter):
    title = _("region")
    parameter_name = "region"

    def lookups(self, request, model_admin):
        return [("home", _("home region")), ("foreign", _("elsewhere"))]

    def queryset(self, request, queryset):
        match self.value():
            case "home":
                return queryset.home()
            case "foreign":
                return queryset.foreign()
        return queryset


class SectorFilter(InUseFilter):
    """The sectors in use, by their names in the user's language, in one query."""

    title = _("sector")
    parameter_name = "sector"
    expression = F("sectors__key")

    def lookups(self, request, model_admin):
        name = "name_en" if (get_language() or "").startswith("en") else "name_de"
        counted = (
            model_admin.model.objects.for_user(request.user)
            .active()
            .filter(sectors__isnull=False)
            .order_by(f"sectors__{name}")
            .values_list("sectors__key", f"sectors__{name}")
            .annotate(filter_count=Count("pk", distinct=True))
        )
        return [(key, f"{label} ({count})") for key, label, count in counted]


class PersonCountryFilter(CountryFilter):
    """The countries of the organisations that people act for today."""

    @property
    def expression(self):
        today = timezone.localdate()
        return Case(
            When(
                Q(affiliations__valid_to__isnull=True) | Q(affiliations__valid_to__gte=today),
                then=F("affiliations__organisation__country"),
            )
        )


class ActingForFilter(RelatedFilter):
    """People who act for one organisation today: set by links (``?organisation=7``)."""

    title = _("organisation")
    parameter_name = "organisation"
    related_model = Organisation

    def value(self):
        # What is no key asks for nobody, and so narrows nothing.
        return super().value() if self._key_of(super().value()) is not None else None

    def queryset(self, request, queryset):
        return queryset.acting_for(self._key()) if self.value() else queryset
