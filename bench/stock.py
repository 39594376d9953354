"""Organisations in Django's own admin: the columns, rows and form of ours, made the usual way."""

from django.contrib import admin
from django.urls import path

from partners.models import (
    Affiliation,
    MarketInterest,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    OrganisationProfile,
    Person,
)

site = admin.AdminSite()


class Names(admin.TabularInline):
    model = OrganisationName
    extra = 0
    fields = ("text", "kind", "language", "valid_from", "valid_to")


class Identifiers(admin.TabularInline):
    model = OrganisationIdentifier
    extra = 0
    fields = ("scheme", "value")


class Profiles(admin.StackedInline):
    model = OrganisationProfile
    extra = 0
    fields = ("language", "summary", "offers", "seeks")


class Interests(admin.TabularInline):
    model = MarketInterest
    extra = 0
    fields = ("country", "status", "as_of", "source")


class Affiliations(admin.TabularInline):
    model = Affiliation
    extra = 0
    autocomplete_fields = ("person",)
    fields = ("person", "role", "department", "is_primary", "valid_from", "valid_to")


class PersonAdmin(admin.ModelAdmin):
    search_fields = ("first_name", "last_name")


class OrganisationAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "city", "country", "last_contact", "next_step", "owner")
    list_filter = ("country", "kind", "is_home", "owner")
    list_per_page = 50
    list_select_related = ("owner",)
    search_fields = ("name", "short_name", "city", "names__text")
    ordering = ("name", "pk")
    autocomplete_fields = ("parent",)
    inlines = (Affiliations, Profiles, Names, Identifiers, Interests)
    fields = (
        "name", ("short_name", "legal_form"), "same_name_checked", ("kind", "country"),
        ("postal_code", "city"), ("street", "district"), ("owner", "is_home"), "website",
        ("email", "phone"), ("parent", "size"), "logo", "notes", "source",
    )  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).with_last_contact().with_next_step()

    def last_contact(self, organisation):
        return organisation.last_contact

    def next_step(self, organisation):
        return organisation.next_step


class FacetsAdmin(OrganisationAdmin):
    """With counts beside the choices of the filters."""

    show_facets = admin.ShowFacets.ALWAYS


site.register(Organisation, OrganisationAdmin)
site.register(Person, PersonAdmin)

facets = admin.AdminSite(name="facets")
facets.register(Organisation, FacetsAdmin)
facets.register(Person, PersonAdmin)

urlpatterns = [path("facets/", facets.urls), path("", site.urls)]
