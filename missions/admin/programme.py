"""Who comes along (participations), and what is on the programme (appointments)."""

from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import F
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from legcrm.core.admin import BOOKKEEPING, RecordAdmin, is_choosing
from legcrm.core.display import link, links
from legcrm.core.filters import (
    ArchivedFilter,
    ComingDaysFilter,
    choice_filter,
    country_filter,
    record_filter,
    related_filter,
)
from partners.models import Organisation

from ..admin_display import chip
from ..admission import Refused, set_status
from ..letters import MOST_LETTERS
from ..models import Appointment, Participation
from ..resources import AppointmentResource, ParticipationResource
from .filters_programme import (
    MissingOfAppointmentFilter,
    MissingOfParticipationFilter,
    MissionFilter,
    NextFilter,
    ToDecideFilter,
)
from .forms_programme import AppointmentForm, StopChoiceField
from .invitation_views import letters_page, letters_urls, may_write_letters

OF_MISSION = "mission__id__exact"


def without_mission(request, columns):
    """Return ``columns`` without the mission where the list is that of one mission."""
    if request.GET.get(OF_MISSION):
        return [name for name in columns if name != "mission_link"]
    return columns


@admin.register(Participation)
class ParticipationAdmin(RecordAdmin):
    list_display = [
        "participant",
        "organisation_link",
        "country",
        "role_label",
        "mission_link",
        "status_chip",
    ]
    list_filter = [
        MissionFilter,
        country_filter(F("organisation__country")),
        choice_filter("role", _("role"), Participation.Role),
        choice_filter("status", _("status"), Participation.Status),
        ToDecideFilter,
        MissingOfParticipationFilter,
        related_filter(Participation._meta.get_field("organisation")),
        related_filter(Participation._meta.get_field("person")),
        ArchivedFilter,
    ]
    search_fields = ["person__search_text", "organisation__search_text"]
    ordering = [
        "-mission__starts_on",
        "mission",
        F("protocol_rank").asc(nulls_last=True),
        "organisation__name",
        "pk",
    ]
    resource_classes = [ParticipationResource]
    panel_template = "admin/missions/participation_panel.html"
    actions = [
        "set_confirmed",
        "set_attended",
        "set_declined",
        "letters_selected",
        *RecordAdmin.actions,
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "mission",
                    "organisation",
                    "person",
                    ("role", "protocol_rank"),
                    ("status", "over_capacity"),
                    "status_reason",
                ]
            },
        ),
        (_("Booklet"), {"classes": ["tab"], "fields": ["offers", "seeks"]}),
        (
            _("Fee and needs"),
            {"classes": ["tab"], "fields": [("fee_eur", "fee_paid_on"), "needs"]},
        ),
        BOOKKEEPING,
    ]

    def get_list_display(self, request):
        return without_mission(request, super().get_list_display(request))

    @display(description=_("participant"), ordering="person__last_name")
    def participant(self, participation):
        return participation.person or participation.organisation

    @display(description=_("organisation"), ordering="organisation__name")
    def organisation_link(self, participation):
        return link(participation.organisation)

    @display(description=_("country"), ordering="organisation__country")
    def country(self, participation):
        return participation.organisation.country.name if participation.organisation else ""

    @display(description=_("role"), ordering="role")
    def role_label(self, participation):
        return participation.get_role_display()

    @display(description=_("mission"), ordering="mission__starts_on")
    def mission_link(self, participation):
        return link(participation.mission)

    @display(description=_("status"), ordering="status")
    def status_chip(self, participation):
        return chip(Participation.Status(participation.status))

    def get_queryset(self, request):
        # Its name is made of person and organisation, in dropdowns too.
        return super().get_queryset(request).select_related(
            "mission", "person", "organisation", "created_by", "updated_by"
        )  # fmt: skip

    def get_search_results(self, request, queryset, search_term):
        mission = request.GET.get("of_mission", "")
        if is_choosing(request) and mission.isdecimal():
            queryset = queryset.filter(mission=mission)
        return super().get_search_results(request, queryset, search_term)

    def get_panel(self, request, obj):
        appointments = Appointment.objects.for_user(request.user).active()
        appointments = appointments.filter(participations=obj).select_related("stop")
        return {"appointments": appointments[:20], "appointments_total": appointments.count()}

    @action(description=_("Set to “confirmed”"), permissions=["change"])
    def set_confirmed(self, request, queryset):
        self._set_status(request, queryset, Participation.Status.CONFIRMED)

    @action(description=_("Set to “attended”"), permissions=["change"])
    def set_attended(self, request, queryset):
        self._set_status(request, queryset, Participation.Status.ATTENDED)

    @action(description=_("Set to “declined”"), permissions=["change"])
    def set_declined(self, request, queryset):
        self._set_status(request, queryset, Participation.Status.DECLINED)

    @action(description=_("Letter data (Excel)"), permissions=["letters"])
    def letters_selected(self, request, queryset):
        keys = list(queryset.order_by().values_list("pk", flat=True)[: MOST_LETTERS + 1])
        return letters_page(self, request, keys)

    def has_letters_permission(self, request):
        return may_write_letters(request.user)

    def get_urls(self):
        return [*letters_urls(self), *super().get_urls()]

    def _set_status(self, request, queryset, status):
        try:
            count = set_status(queryset, status)
        except Refused as refused:
            messages.error(request, _("Nothing was changed, because these were refused:"))
            for participation, reason in refused.rows[:20]:
                messages.error(request, f"{participation}: {reason}")
        else:
            done = ngettext(
                "%(count)d participation is now “%(status)s”.",
                "%(count)d participations are now “%(status)s”.",
                count,
            )
            messages.success(request, done % {"count": count, "status": status.label})


class ParticipantsWidget(AutocompleteSelectMultiple):
    """Offers the participants of one mission, once the form has told which."""

    mission_id = None

    def get_url(self):
        url = super().get_url()
        return f"{url}?of_mission={self.mission_id}" if self.mission_id else url


@admin.register(Appointment)
class AppointmentAdmin(RecordAdmin):
    form = AppointmentForm
    list_display = [
        "when_column",
        "title",
        "city",
        "host_links",
        "kind_label",
        "mission_link",
        "status_chip",
    ]
    list_display_links = ["when_column", "title"]
    list_filter = [
        MissionFilter,
        country_filter(F("stop__country")),
        choice_filter("kind", _("kind"), Appointment.Kind),
        choice_filter("status", _("status"), Appointment.Status),
        MissingOfAppointmentFilter,
        NextFilter,
        ("starts_at", ComingDaysFilter),
        record_filter("host", _("host"), Organisation, "hosts"),
        record_filter("participation", _("participant"), Participation, "participations"),
        related_filter(Appointment._meta.get_field("interpreter")),
        ArchivedFilter,
    ]
    search_fields = ["search_text", "mission__search_text"]
    resource_classes = [AppointmentResource]
    panel_template = "admin/missions/appointment_panel.html"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "title",
                    "mission",
                    "stop",
                    "starts_at",
                    "ends_at",
                    ("kind", "status"),
                    ("venue", "address"),
                    "hosts",
                    "participations",
                    "interpreter",
                    ("counts_as_official", "conflicts_accepted"),
                    "outcome",
                ]
            },
        ),
        BOOKKEEPING,
    ]

    def get_list_display(self, request):
        return without_mission(request, super().get_list_display(request))

    def get_fieldsets(self, request, obj=None):
        """Show hours of the place where the page is read-only, as the form does."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        shown = {"starts_at": "local_start", "ends_at": "local_end"}
        return [
            (
                name,
                {
                    **options,
                    "fields": [
                        shown.get(field, field) if isinstance(field, str) else field
                        for field in options["fields"]
                    ],
                },
            )
            for name, options in fieldsets
        ]

    @display(description=_("starts at"))
    def local_start(self, appointment):
        return date_format(appointment.local_starts_at, "SHORT_DATETIME_FORMAT")

    @display(description=_("ends at"))
    def local_end(self, appointment):
        return date_format(appointment.local_ends_at, "SHORT_DATETIME_FORMAT")

    @display(description=_("local time"), ordering="starts_at")
    def when_column(self, appointment):
        return format_html('<span class="crm-nowrap">{}</span>', appointment.when)

    @display(description=_("city"), ordering="stop__city")
    def city(self, appointment):
        return appointment.stop.city if appointment.stop else ""

    @display(description=_("hosts"))
    def host_links(self, appointment):
        return links(appointment.hosts.all())

    @display(description=_("kind"), ordering="kind")
    def kind_label(self, appointment):
        return appointment.get_kind_display()

    @display(description=_("mission"), ordering="mission__starts_on")
    def mission_link(self, appointment):
        return link(appointment.mission)

    @display(description=_("status"), ordering="status")
    def status_chip(self, appointment):
        return chip(Appointment.Status(appointment.status))

    def get_ordering(self, request):
        # The programme of one mission, and what is ahead, read from the first hour; all of them,
        # newest first.
        if request.GET.get(OF_MISSION) or request.GET.get("next"):
            return ["starts_at", "pk"]
        return ["-starts_at", "-pk"]

    def get_queryset(self, request):
        queryset = super().get_queryset(request).select_related(
            "mission", "stop", "interpreter", "created_by", "updated_by"
        )  # fmt: skip
        if request.resolver_match and "object_id" in request.resolver_match.kwargs:
            queryset = queryset.with_participants()
        return queryset

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "stop":
            kwargs["form_class"] = StopChoiceField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name != "participations":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        chosen = Participation.objects.for_user(request.user)
        return db_field.formfield(
            queryset=chosen.select_related("person", "organisation"),
            widget=ParticipantsWidget(db_field, self.admin_site),
        )

    def get_panel(self, request, obj):
        return {
            "hosts": obj.hosts.all(),
            "participations": obj.participations.all(),
        }
