"""Participations and appointments as rows of a spreadsheet."""

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from legcrm.core.resources import RecordResource

from ..models import Appointment, Participation


class ParticipationResource(RecordResource):
    mission = Field("mission", _("mission"))
    organisation = Field("organisation__name", _("organisation"))
    country = Field("organisation__country__name", _("country"))
    first_name = Field("person__first_name", _("first name"))
    last_name = Field("person__last_name", _("last name"))
    role = Field("get_role_display", _("role"))
    status = Field("get_status_display", _("status"))

    class Meta:
        model = Participation
        fields = [
            "mission",
            "organisation",
            "country",
            "first_name",
            "last_name",
            "role",
            "status",
            "status_reason",
            "protocol_rank",
            "offers",
            "seeks",
            "fee_eur",
            "fee_paid_on",
            "needs",
            "source",
        ]
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.for_list()


class AppointmentResource(RecordResource):
    """Hours are those of the place, as text, with the time zone beside them."""

    mission = Field("mission", _("mission"))
    day = Field(column_name=_("day"))
    starts = Field(column_name=_("starts at"))
    ends = Field(column_name=_("ends at"))
    time_zone = Field("stop__timezone", _("time zone"))
    city = Field("stop__city", _("city"))
    country = Field("stop__country__name", _("country"))
    kind = Field("get_kind_display", _("kind"))
    hosts = Field(column_name=_("hosts"))
    interpreter = Field("interpreter", _("interpreter"))
    status = Field("get_status_display", _("status"))

    class Meta:
        model = Appointment
        fields = [
            "mission",
            "day",
            "starts",
            "ends",
            "time_zone",
            "city",
            "country",
            "kind",
            "title",
            "hosts",
            "venue",
            "address",
            "interpreter",
            "status",
            "counts_as_official",
            "outcome",
            "source",
        ]
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.for_list().select_related("interpreter")

    def dehydrate_day(self, appointment):
        return appointment.local_starts_at.date()

    def dehydrate_starts(self, appointment):
        return date_format(appointment.local_starts_at, "H:i")

    def dehydrate_ends(self, appointment):
        return date_format(appointment.local_ends_at, "H:i")

    def dehydrate_hosts(self, appointment):
        return ", ".join(host.name for host in appointment.hosts.all())
