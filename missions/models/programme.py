"""The programme of a mission: its appointments, hosts and those who go there."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet, SearchableModel, SearchedPart, TrackedModel
from partners.models import Organisation, Person

from ..programme import check_conflicts
from ..timezones import zone
from .mission import Mission, Stop
from .participation import Participation


class AppointmentQuerySet(RecordQuerySet):
    def official(self):
        return self.filter(counts_as_official=True)

    def not_cancelled(self):
        return self.exclude(status=Appointment.Status.CANCELLED)

    def of(self, user):
        """Return those of missions that a colleague owns or goes along on.

        Who goes along is known by the e-mail address.
        """
        known = Person.objects.annotate(lower_email=Lower("email"))
        going = Participation.objects.holding_a_place().filter(
            role=Participation.Role.AGENCY_STAFF,
            person__in=known.filter(lower_email=user.email.lower()).exclude(email="").values("pk"),
        )
        missions = Mission.objects.active().filter(
            Q(owner=user) | Q(pk__in=going.values("mission"))
        )
        return self.filter(mission__in=missions.values("pk"))

    def next_of(self, user):
        """Return what is not over, of a colleague's own missions and of whatever mission is on."""
        now = timezone.now()
        running = self.filter(mission__in=Mission.objects.active().running().values("pk"))
        ahead = (self.of(user) | running).active().not_cancelled().filter(ends_at__gte=now)
        # Where the index on the start may begin to read: none lasts that long.
        return ahead.filter(starts_at__gte=now - timedelta(days=31))

    def within_a_day(self):
        """Return what begins within 24 hours: a day that is the same in every time zone."""
        return self.filter(starts_at__lt=timezone.now() + timedelta(days=1))

    def without_host(self):
        """Return what is planned and has nobody who receives the delegation."""
        return (
            self.active()
            .not_cancelled()
            .exclude(kind=Appointment.Kind.TRANSFER)
            .filter(~Exists(AppointmentHost.objects.filter(appointment=OuterRef("pk"))))
        )

    def without_interpreter(self):
        """Return what is planned abroad and has no interpreter."""
        return (
            self.active()
            .not_cancelled()
            .exclude(kind=Appointment.Kind.TRANSFER)
            .exclude(stop__country=settings.HOME_COUNTRY)
            .filter(stop__isnull=False, interpreter__isnull=True)
        )

    def with_participants(self):
        """Fetch hosts and participants too, with their names: one query each."""
        return self.prefetch_related(
            "hosts", "participations__person", "participations__organisation"
        )

    def for_list(self):
        """The query of the admin list."""
        return self.select_related("mission", "stop").prefetch_related("hosts")


class Appointment(SearchableModel, Record):
    """Times are instants; people enter and read them in the zone of the stop."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", _("official appointment")
        COMPANY_VISIT = "company_visit", _("company visit")
        B2B = "b2b", _("business meeting")
        SIGNING = "signing", _("signing ceremony")
        RECEPTION = "reception", _("reception")
        CONFERENCE = "conference", _("conference")
        TRANSFER = "transfer", _("transfer")

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        CONFIRMED = "confirmed", _("confirmed")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    mission = models.ForeignKey(
        Mission, verbose_name=_("mission"), on_delete=models.PROTECT, related_name="appointments"
    )
    stop = models.ForeignKey(
        Stop,
        verbose_name=_("stop"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    hosts = models.ManyToManyField(
        Organisation,
        verbose_name=_("hosts"),
        through="AppointmentHost",
        related_name="hosted_appointments",
        blank=True,
    )
    participations = models.ManyToManyField(
        Participation,
        verbose_name=_("participants"),
        through="AppointmentParticipation",
        related_name="appointments",
        blank=True,
    )
    interpreter = models.ForeignKey(
        Person,
        verbose_name=_("interpreter"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interpreted_appointments",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    counts_as_official = models.BooleanField(
        _("counts as official appointment"),
        default=False,
        help_text=_("Official appointments are counted in the balance of the mission."),
    )
    outcome = models.TextField(_("outcome"), blank=True)
    conflicts_accepted = models.BooleanField(
        _("save in spite of conflicts"),
        default=False,
        help_text=_("Tick if somebody is knowingly planned in two places."),
    )

    objects = AppointmentQuerySet.as_manager()

    search_children = (
        "stop__city",
        "host_links__organisation__name",
        "host_links__organisation__short_name",
    )

    # The participations that are about to take the place of those saved: a form sets them, so that
    # the rule judges what is wanted and not what was.
    shall_go = None

    protected_fields = {"outcome": "core.view_notes", "archived_reason": "core.view_notes"}
    parts = ("host_links", "participation_links")

    class Meta(Record.Meta):
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["mission", "starts_at"]),
            models.Index(fields=["starts_at", "id"]),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="missions_appointment_ends_after_start",
                violation_error_message=_("An appointment must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(title__gt=""),
                name="missions_appointment_title",
                violation_error_message=_("Enter the title of the appointment."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("admin:missions_appointment_change", args=[self.pk])

    @property
    def zone(self):
        """The zone in which the times are shown: the stop's, else that of the agency."""
        return zone(self.stop.timezone) if self.stop else None

    @property
    def when(self):
        """Day and local hours, for example "24.04.2023, 10:00–11:30"."""
        return f"{date_format(self.local_starts_at, 'SHORT_DATE_FORMAT')}, {self.hours}"

    @property
    def hours(self):
        """The local hours, for example "10:00–11:30"; a night flight names the day it ends."""
        starts, ends = self.local_starts_at, self.local_ends_at
        hours = f"{date_format(starts, 'H:i')}–{date_format(ends, 'H:i')}"
        if starts.date() == ends.date():
            return hours
        return f"{hours} ({date_format(ends, 'SHORT_DATE_FORMAT')})"

    @property
    def local_starts_at(self):
        return self._local(self.starts_at)

    @property
    def local_ends_at(self):
        return self._local(self.ends_at)

    def _local(self, instant):
        return timezone.localtime(instant, self.zone)

    def check_rules(self):
        super().check_rules()
        if self.starts_at is None or self.ends_at is None:
            return
        if self.stop is not None:
            self._check_stop()
        if self.changed_fields() & {
            "starts_at",
            "ends_at",
            "interpreter",
            "status",
            "conflicts_accepted",
        }:
            check_conflicts(self, self._going())

    def _going(self):
        if self.shall_go is not None:
            return self.shall_go
        return [] if self._state.adding else self.participations.all()

    def _check_stop(self):
        if self.stop.mission_id != self.mission_id:
            raise ValidationError(
                {"stop": _("%(stop)s is a stop of another mission.") % {"stop": self.stop}}
            )
        day = self.local_starts_at.date()
        first, last = self.stop.arrives_on, self.stop.leaves_on or self.stop.arrives_on
        if first is not None and not first <= day <= last:
            raise ValidationError(
                {
                    "starts_at": ValidationError(
                        _("The delegation is in %(city)s from %(first)s to %(last)s."),
                        code="outside_stop",
                        params={
                            "city": self.stop.city,
                            "first": date_format(first, "SHORT_DATE_FORMAT"),
                            "last": date_format(last, "SHORT_DATE_FORMAT"),
                        },
                    )
                }
            )

    def search_terms(self):
        return self.title, self.venue, self.stop.city if self.stop else ""


class AppointmentHost(SearchedPart):
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="host_links"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="host_links",
    )

    found_by = "appointment"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("host of an appointment")
        verbose_name_plural = _("hosts of an appointment")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "organisation"], name="missions_host_once"
            )
        ]

    def __str__(self):
        return str(self.organisation)


class AppointmentParticipation(TrackedModel):
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="participation_links"
    )
    participation = models.ForeignKey(
        Participation,
        verbose_name=_("participant"),
        on_delete=models.PROTECT,
        related_name="appointment_links",
    )

    class Meta(TrackedModel.Meta):
        verbose_name = _("participant of an appointment")
        verbose_name_plural = _("participants of an appointment")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "participation"], name="missions_appointment_once"
            )
        ]

    def __str__(self):
        return str(self.participation)

    def check_rules(self):
        super().check_rules()
        if self.participation.mission_id != self.appointment.mission_id:
            raise ValidationError(
                _("“%(participant)s” takes part in another mission.")
                % {"participant": self.participation}
            )
        check_conflicts(self.appointment, [self.participation])
