"""Participations and appointments as rows of a spreadsheet."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import (
    Computed,
    DateTime,
    Many,
    Nested,
    Reference,
    country_name,
)
from partners.models import Organisation, Person

from ..models import Appointment, Participation
from ..timezones import zone
from .references import (
    MissionReference,
    NestedChoice,
    NestedCountry,
    Organisations,
    PersonReference,
    joined,
    listed,
    mission_title,
)


def _of_organisation(name, label, **options):
    return Nested("organisation", name, f"organisation__{name}", label, **options)


def _of_person(name, label, **options):
    return Nested("person", name, f"person__{name}", label, **options)


class ParticipationResource(RecordResource):
    """One row may carry the organisation and the person it sends."""

    importable = True
    mission = MissionReference()
    mission_title = mission_title()
    organisation = _of_organisation("name", _("organisation"), width=40)
    organisation_kind = NestedChoice(
        "organisation",
        "kind",
        "organisation__kind",
        _("kind of organisation"),
        choices=Organisation.Kind,
    )
    country = NestedCountry("organisation", "country", "organisation__country", _("country"))
    postal_code = _of_organisation("postal_code", _("postal code"))
    city = _of_organisation("city", _("city"))
    street = _of_organisation("street", _("street"))
    website = _of_organisation("website", _("website"))
    salutation = NestedChoice(
        "person", "salutation", "person__salutation", _("salutation"), choices=Person.Salutation
    )
    academic_title = _of_person("academic_title", _("academic title"))
    first_name = _of_person("first_name", _("first name"))
    last_name = _of_person("last_name", _("last name"))
    email = _of_person("email", _("e-mail"))
    phone = _of_person("phone", _("phone"))
    mobile = _of_person("mobile", _("mobile"))

    class Meta:
        model = Participation
        fields = (
            "id",
            "mission",
            "mission_title",
            "organisation",
            "organisation_kind",
            "country",
            "postal_code",
            "city",
            "street",
            "website",
            "salutation",
            "academic_title",
            "first_name",
            "last_name",
            "email",
            "phone",
            "mobile",
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
        )
        export_order = fields


class LocalDateTime(DateTime):
    """A moment as the clocks of the stop show it, else those of the agency."""

    @property
    def paths(self):
        return (self.attribute, "stop__timezone")

    def cell(self, value, zone_name):
        return timezone.make_naive(value, zone(zone_name) if zone_name else None)


class Participants(Many):
    """Those who go there: the person, else the organisation."""

    def __init__(self, field, **options):
        shown = (
            "participation__person__academic_title",
            "participation__person__first_name",
            "participation__person__last_name",
            "participation__organisation__name",
            "participation",
        )
        super().__init__(field, shown=shown, **options)

    def text(self, academic_title, first_name, last_name, organisation, key):
        return listed(joined(academic_title, first_name, last_name) or organisation, key)


class AppointmentResource(RecordResource):
    """Hours are those of the place, with the time zone beside them."""

    importable = True
    mission = MissionReference()
    mission_title = mission_title()
    starts_at = LocalDateTime("starts_at")
    ends_at = LocalDateTime("ends_at")
    time_zone = Computed("stop__timezone", label=_("time zone"))
    stop = Reference("stop__city", field="stop")
    country = Computed("stop__country", label=_("country"), cell=country_name)
    hosts = Organisations("hosts")
    participants = Participants("participations")
    interpreter = PersonReference("interpreter")

    class Meta:
        model = Appointment
        fields = (
            "id",
            "mission",
            "mission_title",
            "starts_at",
            "ends_at",
            "time_zone",
            "stop",
            "country",
            "kind",
            "title",
            "hosts",
            "participants",
            "venue",
            "address",
            "interpreter",
            "status",
            "counts_as_official",
            "outcome",
            "source",
        )
        export_order = fields
