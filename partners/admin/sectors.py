from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from legcrm.core.admin import BOOKKEEPING, RecordAdmin
from legcrm.core.display import link_to_list, number
from legcrm.core.filters import ArchivedFilter

from ..models import Sector
from ..resources import SectorResource


@admin.register(Sector)
class SectorAdmin(RecordAdmin):
    list_display = ["name_de", "name_en", "wz_2008", "wz_2025", "retired_on", "organisation_list"]
    list_filter = [ArchivedFilter]
    search_fields = ["name_de", "name_en", "key"]
    prepopulated_fields = {"key": ["name_en"]}
    fieldsets = [
        (None, {"fields": [("name_de", "name_en"), ("wz_2008", "wz_2025"), ("key", "retired_on")]}),
        BOOKKEEPING,
    ]
    resource_classes = [SectorResource]

    def for_list(self, queryset):
        active = Q(organisation_links__organisation__archived_at__isnull=True)
        return queryset.annotate(organisation_count=Count("organisation_links", filter=active))

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else super().get_prepopulated_fields(request, obj)

    @admin.display(description=_("organisations"), ordering="organisation_count")
    def organisation_list(self, sector):
        count = number(sector.organisation_count)
        if not sector.organisation_count:
            return count
        return link_to_list("partners_organisation", count, sector=sector.key)
