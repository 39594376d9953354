"""Agreements in the admin, with their parties and the document."""

from contextlib import suppress

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, F, When
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from legcrm.core.admin import BOOKKEEPING, PartInline, RecordAdmin
from legcrm.core.display import link
from legcrm.core.files import send
from legcrm.core.filters import (
    ArchivedFilter,
    ComingDaysFilter,
    DayRangeFilter,
    choice_filter,
    country_filter,
    missing_filter,
    record_filter,
    related_filter,
)
from partners.models import Organisation

from ..admin_display import chip
from ..agreements import is_over, steps, term, validate_pdf
from ..models import Agreement, AgreementParty
from ..models.cooperation import Field
from ..resources.results import AgreementResource
from .ceremony_views import CeremonyViews
from .forms_results import AgreementForm, PartyFormSet


class AgreementPartyInline(PartInline):
    model = AgreementParty
    formset = PartyFormSet
    fields = ("side", "organisation", "unnamed", "signatory", "role")


@admin.register(Agreement)
class AgreementAdmin(CeremonyViews, RecordAdmin):
    form = AgreementForm
    list_display = (
        "title",
        "parties_cell",
        "field",
        "status_cell",
        "mission_cell",
        "kind_cell",
    )
    list_filter = (
        choice_filter("status", _("status"), Agreement.Status),
        country_filter(
            Case(When(parties__side="foreign", then=F("parties__organisation__country")))
        ),
        choice_filter("field", _("field"), Field),
        choice_filter("kind", _("kind"), Agreement.Kind),
        ("signed_on", DayRangeFilter),
        ("valid_until", ComingDaysFilter),
        missing_filter(document=(_("document"), "without_document", "document")),
        ArchivedFilter,
        record_filter("organisation", _("organisation"), Organisation, "parties__organisation"),
        related_filter(Agreement._meta.get_field("mission")),
        related_filter(Agreement._meta.get_field("cooperation"), "home", "partner"),
    )
    fieldsets = (
        (
            _("Agreement"),
            {
                "classes": ["tab"],
                "fields": [
                    "title",
                    ("kind", "field"),
                    "mission",
                    "cooperation",
                    ("status", "planned_on"),
                    ("agreed_on", "agreed_on_mission"),
                    ("signed_on", "signed_on_unknown"),
                    "signed_after_mission",
                ],
            },
        ),
        (
            _("Content"),
            {
                "classes": ["tab"],
                "fields": [
                    "subjects",
                    ("signed_stop", "signed_appointment"),
                    "valid_until",
                    "document",
                ],
            },
        ),
        BOOKKEEPING,
    )
    inlines = (AgreementPartyInline,)
    panel_template = "admin/missions/agreement_panel.html"
    resource_classes = (AgreementResource,)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "signed_stop":
            kwargs["queryset"] = self._stops(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _stops(self, request):
        """Return the stops to choose from: those of the agreement's mission, else none yet."""
        stops = Agreement._meta.get_field("signed_stop").related_model.objects
        match = request.resolver_match
        key = match.kwargs.get("object_id") if match else None
        mission = request.POST.get("mission") or request.GET.get("mission")
        if mission and mission.isdecimal():
            return stops.filter(mission=int(mission))
        if key and unquote(key).isdecimal():
            return stops.filter(mission__agreements=int(unquote(key)))
        return stops.none()

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        if "cooperation" in initial and "mission" not in initial:
            cooperation = (
                Agreement._meta.get_field("cooperation")
                .related_model.objects.for_user(request.user)
                .filter(pk=_key(initial["cooperation"]))
                .first()
            )
            if cooperation is not None:
                initial.setdefault("field", cooperation.field)
        return initial

    def get_panel(self, request, obj):
        today = timezone.localdate()
        parties = list(obj.parties.select_related("organisation", "signatory"))
        open_follow_ups = None
        if request.user.has_perm("missions.view_followup"):
            open_follow_ups = obj.follow_ups.open().select_related("assignee")[:20]
        return {
            "status": chip(Agreement.Status(obj.status)),
            "kind": obj.get_kind_display(),
            "field": obj.get_field_display(),
            "sides": [
                (label, [party for party in parties if party.side == side])
                for side, label in AgreementParty.Side.choices
            ],
            "steps": steps(obj),
            "term": term(obj, today),
            "is_over": is_over(obj, today),
            "follow_ups": open_follow_ups,
            "projects": [
                (project, chip(project.Stage(project.stage)))
                for project in obj.projects.active()[:20]
            ],
            "document_url": obj.document
            and reverse("admin:missions_agreement_document", args=[obj.pk]),
        }

    # --- The document -----------------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and "document" in request.FILES and self._may_write(request):
            # Before the form locks anything: nobody waits while the file is looked at. What is
            # found stays with the file, and the form says it.
            with suppress(ValidationError):
                validate_pdf(request.FILES["document"])
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _may_write(self, request):
        return self.has_add_permission(request) or self.has_change_permission(request)

    def get_urls(self):
        return [
            path(
                "<path:object_id>/document/",
                self.admin_site.admin_view(self.document_view),
                name="missions_agreement_document",
            ),
            *super().get_urls(),
        ]

    def document_view(self, request, object_id):
        """Send the PDF to those who may see the agreement; files have no public address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        agreement = self.get_object(request, unquote(object_id))
        if agreement is None or not agreement.document:
            raise Http404
        filename = f"{slugify(agreement.title) or agreement.pk}.pdf"
        return send(agreement.document, "application/pdf", filename)

    # --- Cells ------------------------------------------------------------------------------

    @display(description=_("parties"))
    def parties_cell(self, obj):
        context = {"parties": sorted(obj.parties.all(), key=lambda party: party.side == "foreign")}
        return render_to_string("admin/missions/agreement_parties.html", context)

    @display(description=_("status"), ordering="status")
    def status_cell(self, obj):
        day = obj.signed_on or (obj.agreed_on if obj.status == Agreement.Status.AGREED else None)
        note = ""
        if obj.signed_after_mission:
            note = _("after the mission")
        elif day is None and obj.signed_on_unknown:
            note = _("date unknown")
        elif day is None and obj.status == Agreement.Status.AGREED and obj.agreed_on_mission:
            note = _("on the trip")
        context = {"chip": chip(Agreement.Status(obj.status)), "day": day, "note": note}
        return render_to_string("admin/missions/chip_since.html", context)

    @display(description=_("mission"), ordering="mission__starts_on")
    def mission_cell(self, obj):
        return link(obj.mission)

    @display(description=_("kind"), ordering="kind")
    def kind_cell(self, obj):
        return obj.get_kind_display()


def _key(value):
    return int(value) if str(value).isdecimal() else None
