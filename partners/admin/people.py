from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from legcrm.core.admin import BOOKKEEPING, PartInline, RecordAdmin
from legcrm.core.display import link_to_key
from legcrm.core.filters import ArchivedFilter, DayRangeFilter, LastContactFilter, OwnerFilter

from ..admin_filters import ActingForFilter, MissingOfPersonFilter, PersonCountryFilter
from ..admin_forms import ConsentForm
from ..models import Affiliation, Consent, Person
from ..resources import PersonResource
from ..salutation import letter_salutation
from .cards import CardMixin
from .merges import MergeMixin
from .organisations import TimelineMixin, latest_and_next
from .similar_views import SimilarPeopleMixin


class AffiliationInline(PartInline):
    model = Affiliation
    fields = ["organisation", "role", "department", "is_primary", "valid_from", "valid_to"]


class ConsentInline(PartInline):
    model = Consent
    form = ConsentForm
    fields = ["purpose", "wording_version", "given_on", "evidence", "withdrawn_on"]

    def has_add_permission(self, request, obj=None):
        return Consent.may_be_seen_by(request.user) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return Consent.may_be_seen_by(request.user) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False  # It is withdrawn, and stays provable.


@admin.register(Person)
class PersonAdmin(MergeMixin, SimilarPeopleMixin, CardMixin, TimelineMixin, RecordAdmin):
    list_display = ["name", "organisation", "role", "country", "reach", "owner"]
    list_filter = [
        PersonCountryFilter,
        ActingForFilter,
        OwnerFilter,
        LastContactFilter,
        MissingOfPersonFilter,
        ("created_at", DayRangeFilter),
        ArchivedFilter,
    ]
    ordering = ["last_name", "first_name", "pk"]
    search_fields = ["search_text", "email"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("salutation", "academic_title"),
                    ("first_name", "last_name"),
                    ("email", "language"),
                    ("mobile", "phone"),
                    ("native_name", "letter_salutation"),
                    "owner",
                ]
            },
        ),
        (_("Notes"), {"classes": ["tab"], "fields": ["notes"]}),
        (
            _("Privacy"),
            {
                "classes": ["tab"],
                "fields": [
                    ("legal_basis", "data_source"),
                    ("informed_on", "review_on"),
                    ("restricted_at", "objected_at"),
                ],
            },
        ),
        BOOKKEEPING,
    ]
    inlines = [AffiliationInline, ConsentInline]
    panel_template = "admin/partners/person_panel.html"
    resource_classes = [PersonResource]
    column_rights = {"reach": "core.view_private_contact"}

    # --- In dropdowns -----------------------------------------------------------------------

    def for_choices(self, queryset):
        return queryset.with_primary_affiliation()

    def choice_label(self, record):
        organisation = record.primary_short_name or record.primary_organisation
        return " · ".join(filter(None, (str(record), organisation)))

    # --- The list ---------------------------------------------------------------------------

    @admin.display(description=_("phone and e-mail"))
    def reach(self, person):
        return render_to_string("admin/partners/reach_cell.html", {"person": person})

    @admin.display(description=_("name"), ordering="last_name")
    def name(self, person):
        if not person.native_name:
            return str(person)
        return format_html('{} <span class="crm-muted">{}</span>', person, person.native_name)

    @admin.display(description=_("organisation"), ordering="primary_organisation")
    def organisation(self, person):
        if person.primary_organisation is None:
            return None
        return link_to_key(
            "partners_organisation",
            person.primary_organisation_id,
            person.primary_short_name or person.primary_organisation,
        )

    @admin.display(description=_("role"), ordering="primary_role")
    def role(self, person):
        return person.primary_role or None

    @admin.display(description=_("country"), ordering="primary_country")
    def country(self, person):
        return countries.name(person.primary_country) if person.primary_country else None

    # --- The form ---------------------------------------------------------------------------

    def for_form(self, queryset):
        # The panel shows how a letter begins, which depends on the role.
        return super().for_form(queryset).with_primary_affiliation()

    def get_panel(self, request, obj):
        """Return what the summary panel shows."""
        may = request.user.has_perm
        affiliations = obj.affiliations.open().select_related("organisation")
        panel = {"affiliations": list(affiliations), **latest_and_next(request, obj)}
        panel["salutation"] = letter_salutation(obj)
        if may("missions.view_interaction"):
            panel["contact_count"] = obj.interactions.active().count()
        if may("missions.view_participation"):
            panel["participation_count"] = obj.participations.active().count()
        return panel
