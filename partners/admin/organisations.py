from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, Subquery
from django.http import Http404
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from legcrm.core.admin import BOOKKEEPING, PartInline, RecordAdmin, StackedPartInline
from legcrm.core.display import day, link_to_list, number
from legcrm.core.files import send
from legcrm.core.filters import (
    ArchivedFilter,
    CountryFilter,
    DayRangeFilter,
    LastContactFilter,
    OwnerFilter,
    choice_filter,
)
from legcrm.core.sections import Section

from ..admin_filters import HomeFilter, MissingOfOrganisationFilter, SectorFilter
from ..admin_forms import CompanyForm, OrganisationForm, UniversityForm
from ..models import (
    Affiliation,
    Company,
    MarketInterest,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    OrganisationProfile,
    University,
)
from ..resources import CompanyResource, OrganisationResource, UniversityResource
from .merges import MergeMixin
from .similar_views import SimilarOrganisationsMixin

NAMES = ["name", ("short_name", "legal_form")]
PLACE = [("postal_code", "city"), ("street", "district")]
ORDER = ["sectors", ("owner", "is_home")]
CONTACT = (_("Contact"), {"classes": ["tab"], "fields": ["website", ("email", "phone")]})
MORE = (_("More"), {"classes": ["tab"], "fields": [("parent", "size"), "logo"]})
NOTES = (_("Notes"), {"classes": ["tab"], "fields": ["notes"]})
PATH_RIGHTS = ("missions.view_mission", "missions.view_participation")


class AffiliationInline(PartInline):
    model = Affiliation
    verbose_name_plural = _("people")
    fields = ["person", "role", "department", "is_primary", "valid_from", "valid_to"]


class NameInline(PartInline):
    model = OrganisationName
    fields = ["text", "kind", "language", "valid_from", "valid_to"]


class IdentifierInline(PartInline):
    model = OrganisationIdentifier
    fields = ["scheme", "value"]


class ProfileInline(StackedPartInline):
    model = OrganisationProfile
    fields = ["language", "summary", ("offers", "seeks")]


class MarketInterestInline(PartInline):
    model = MarketInterest
    fields = ["country", "status", "as_of", "source"]


class TimelineMixin:
    """Adds the tab with all that we did with the partner, fetched when it is opened.

    And for organisations the one with their path through the missions. What they show belongs to
    the missions; from here only the addresses are known.
    """

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change and obj is not None:
            whose = self.model._meta.concrete_model._meta.model_name
            tabs = [("timeline", _("Timeline"), "missions_interaction_timeline")]
            if whose == "organisation" and request.user.has_perms(PATH_RIGHTS):
                tabs.append(("path", _("Path"), "missions_mission_path"))
            context["datasets"] = [
                Section(
                    request,
                    key,
                    title,
                    "admin/includes/loaded_tab.html",
                    {"address": f"{reverse(f'{self.admin_site.name}:{name}')}?{whose}={obj.pk}"},
                )
                for key, title, name in tabs
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)


def newest_contact(partner):
    """Return the newest contact with an organisation or a person, or None.

    One look at each of its contacts, by its key: with a join PostgreSQL would go through all
    contacts of the house, from the newest on, where those with the partner are many and old.
    """
    contacts = partner.interactions.model.objects.active()
    moment = contacts.filter(pk=OuterRef("interaction_id")).order_by().values("occurred_at")[:1]
    newest = partner.interaction_links.annotate(moment=Subquery(moment)).order_by(
        F("moment").desc(nulls_last=True), "-interaction_id"
    )
    found = contacts.filter(pk__in=newest.values("interaction_id")[:1])
    return found.prefetch_related("staff").first()


def latest_and_next(request, partner):
    """Return the last contact and the next step with a partner, for its summary panel."""
    panel = {}
    if request.user.has_perm("missions.view_interaction"):
        panel["contact"] = newest_contact(partner)
    if request.user.has_perm("missions.view_followup"):
        panel["next_step"] = partner.follow_ups.open().order_by("due_on", "pk").first()
    return panel


@admin.register(Organisation)
class OrganisationAdmin(MergeMixin, SimilarOrganisationsMixin, TimelineMixin, RecordAdmin):
    form = OrganisationForm
    list_display = [
        "name_with_short_name",
        "kind",
        "city",
        "country_name",
        "last_contact",
        "next_step",
        "owner",
    ]
    list_filter = [
        CountryFilter,
        choice_filter("kind", _("kind"), Organisation.Kind),
        SectorFilter,
        OwnerFilter,
        LastContactFilter,
        MissingOfOrganisationFilter,
        HomeFilter,
        ("created_at", DayRangeFilter),
        ArchivedFilter,
    ]
    ordering = ["name", "pk"]
    fieldsets = [
        (None, {"fields": [*NAMES, "same_name_checked", ("kind", "country"), *PLACE, *ORDER]}),
        CONTACT,
        MORE,
        NOTES,
        BOOKKEEPING,
    ]
    inlines = [
        AffiliationInline,
        ProfileInline,
        NameInline,
        IdentifierInline,
        MarketInterestInline,
    ]
    panel_template = "admin/partners/organisation_panel.html"
    resource_classes = [OrganisationResource]
    column_rights = {"next_step": "missions.view_followup"}

    # --- The logo ---------------------------------------------------------------------------

    def get_urls(self):
        return [
            path(
                "<path:object_id>/logo/",
                self.admin_site.admin_view(self.logo_view),
                name=f"{self.opts.app_label}_{self.opts.model_name}_logo",
            ),
            *super().get_urls(),
        ]

    def logo_view(self, request, object_id):
        """Show the logo to those who may see the organisation."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        organisation = self.get_object(request, unquote(object_id))
        if organisation is None or not organisation.logo:
            raise Http404
        return send(organisation.logo, "image/png")

    # --- In dropdowns -----------------------------------------------------------------------

    def choice_label(self, record):
        place = ", ".join(filter(None, (record.city, record.country.name)))
        return f"{record} · {place}"

    # --- The list ---------------------------------------------------------------------------

    @admin.display(description=_("name"), ordering="name")
    def name_with_short_name(self, organisation):
        short = organisation.short_name
        if not short or organisation.name.startswith(short):
            return organisation.name
        return format_html('{} <span class="crm-muted">{}</span>', organisation.name, short)

    @admin.display(description=_("country"), ordering="country")
    def country_name(self, organisation):
        return organisation.country.name

    @admin.display(description=_("last contact"), ordering="last_contact")
    def last_contact(self, organisation):
        if organisation.last_contact is None:
            return None
        return link_to_list(
            "missions_interaction", day(organisation.last_contact), organisation=organisation.pk
        )

    @admin.display(description=_("next step"), ordering="next_step_on")
    def next_step(self, organisation):
        if organisation.next_step is None:
            return None
        due = link_to_list(
            "missions_followup",
            date_format(organisation.next_step_on, "SHORT_DATE_FORMAT"),
            organisation__id__exact=organisation.pk,
        )
        what = Truncator(organisation.next_step).chars(30)
        return format_html('<span>{} <span class="crm-muted">{}</span></span>', due, what)

    # --- The form ---------------------------------------------------------------------------

    def for_form(self, queryset):
        return super().for_form(queryset).with_counts()

    def get_fieldsets(self, request, obj=None):
        """Show the answer about a twin to readers only where there is one."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.same_name_checked or self.has_change_permission(request, obj):
            return fieldsets
        (title, options), *others = fieldsets
        shown = [name for name in options["fields"] if name != "same_name_checked"]
        return [(title, {**options, "fields": shown}), *others]

    def get_panel(self, request, obj):
        """Return what the summary panel shows."""
        return latest_and_next(request, obj)


@admin.register(Company)
class CompanyAdmin(OrganisationAdmin):
    form = CompanyForm
    list_display = [
        "name_with_short_name",
        "city",
        "country_name",
        "markets",
        "last_contact",
        "next_step",
        "owner",
    ]
    list_filter = [
        CountryFilter,
        SectorFilter,
        choice_filter("size", _("size"), Organisation.Size),
        OwnerFilter,
        LastContactFilter,
        MissingOfOrganisationFilter,
        HomeFilter,
        ("created_at", DayRangeFilter),
        ArchivedFilter,
    ]
    fieldsets = [
        (None, {"fields": [*NAMES, "same_name_checked", "country", *PLACE, *ORDER]}),
        CONTACT,
        MORE,
        NOTES,
        BOOKKEEPING,
    ]
    resource_classes = [CompanyResource]

    def for_list(self, queryset):
        return super().for_list(queryset).prefetch_related("market_interests")

    @admin.display(description=_("markets"))
    def markets(self, company):
        refused = MarketInterest.Status.NOT_INTERESTED
        interests = company.market_interests.all()
        return ", ".join(row.country.name for row in interests if row.status != refused) or None


@admin.register(University)
class UniversityAdmin(OrganisationAdmin):
    form = UniversityForm
    list_display = [
        "name_with_short_name",
        "kind",
        "city",
        "country_name",
        "cooperations",
        "agreements",
        "last_contact",
    ]
    resource_classes = [UniversityResource]

    def for_list(self, queryset):
        return super().for_list(queryset).with_counts()

    @admin.display(description=_("cooperations"), ordering="cooperation_count")
    def cooperations(self, university):
        return self._count("missions_cooperation", university, university.cooperation_count)

    @admin.display(description=_("agreements"), ordering="agreement_count")
    def agreements(self, university):
        return self._count("missions_agreement", university, university.agreement_count)

    def _count(self, url_name, university, count):
        if not count:
            return number(0)
        return number(link_to_list(url_name, count, organisation=university.pk))
