"""Somebody taking part in a mission, and the places there are."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet
from legcrm.core.naming import find_called
from partners.models import Organisation, OrganisationProfile, Person

from .mission import Mission


class ParticipationQuerySet(RecordQuerySet):
    def holding_a_place(self):
        """Return those that count towards the capacity of the mission."""
        return self.active().filter(status__in=Participation.PLACE_STATUSES)

    def to_decide(self, user=None):
        """Return who waits for an answer, or has accepted and is not confirmed, of missions ahead.

        With ``user``: of the missions that are theirs.
        """
        missions = Mission.objects.active().ahead()
        if user is not None:
            missions = missions.filter(owner=user)
        waiting = self.active().filter(status__in=Participation.UNDECIDED_STATUSES)
        return waiting.filter(mission__in=missions)

    def without_profile(self):
        """Return those who come and whose organisation has no profile for the booklet."""
        profiles = OrganisationProfile.objects.filter(organisation=OuterRef("organisation"))
        return self.holding_a_place().filter(
            ~Exists(profiles), organisation__isnull=False, role__in=Participation.BOOKLET_ROLES
        )

    def with_unpaid_fee(self):
        return self.holding_a_place().filter(fee_eur__gt=0, fee_paid_on__isnull=True)

    def called(self, texts, within=None):
        """Return ``{text: [(key, label), …]}`` of those who take part and are so called.

        By the person's name, with or without title, or, where no person is named, by the name of
        the organisation. ``within`` is the key of the mission; without one only a number tells.
        One query.
        """
        return find_called(
            self if within is None else self.filter(mission=within),
            texts,
            (
                "person__academic_title",
                "person__first_name",
                "person__last_name",
                "organisation__name",
                "organisation__short_name",
            ),
            names=_names_of if within is not None else lambda *_values: (),
            label=_label_of,
        )

    def for_list(self):
        """The query of the admin list."""
        return self.select_related("mission", "organisation", "person")


def _names_of(academic_title, first_name, last_name, organisation, short_name):
    if last_name is None:
        return organisation, short_name
    name = " ".join(filter(None, (first_name, last_name)))
    names = [f"{academic_title} {name}" if academic_title else name, name]
    if organisation:
        names.append(f"{names[0]} · {short_name or organisation}")
    return names


def _label_of(academic_title, first_name, last_name, organisation, short_name):
    person = " ".join(filter(None, (academic_title, first_name, last_name)))
    return " · ".join(filter(None, (person, short_name or organisation)))


class Participation(Record):
    """Somebody taking part in a mission: an organisation, a person, or a person for one."""

    class Role(models.TextChoices):
        HEAD = "head", _("head of delegation")
        COMPANY = "company", _("company")
        UNIVERSITY = "university", _("university")
        RESEARCH = "research", _("research")
        ASSOCIATION = "association", _("association")
        MINISTRY = "ministry", _("ministry")
        AGENCY_STAFF = "agency_staff", _("agency staff")
        PRESS = "press", _("press")
        INTERPRETER = "interpreter", _("interpreter")

    class Status(models.TextChoices):
        INVITED = "invited", _("invited")
        APPLIED = "applied", _("applied")
        ACCEPTED = "accepted", _("accepted")
        WAITING = "waiting", _("on the waiting list")
        CONFIRMED = "confirmed", _("confirmed")
        ATTENDED = "attended", _("attended")
        NO_SHOW = "no_show", _("did not come")
        DECLINED = "declined", _("declined")
        CANCELLED = "cancelled", _("cancelled")

    # Those who came had a place too: after the trip the count must not fall to nothing.
    PLACE_STATUSES = (Status.ACCEPTED, Status.CONFIRMED, Status.ATTENDED)
    # Those whom the booklet presents by the profile of their organisation.
    BOOKLET_ROLES = (Role.COMPANY, Role.UNIVERSITY, Role.RESEARCH, Role.ASSOCIATION)
    # Those who wait for a word from us.
    UNDECIDED_STATUSES = (Status.APPLIED, Status.ACCEPTED)
    CLOSED_STATUSES = (Status.DECLINED, Status.CANCELLED, Status.NO_SHOW)

    mission = models.ForeignKey(
        Mission, verbose_name=_("mission"), on_delete=models.PROTECT, related_name="participations"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="participations",
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="participations",
    )
    role = models.CharField(_("role"), max_length=15, choices=Role, default=Role.COMPANY)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.INVITED)
    status_reason = models.CharField(_("reason for the status"), max_length=300, blank=True)
    protocol_rank = models.PositiveSmallIntegerField(_("protocol rank"), null=True, blank=True)
    offers = models.TextField(_("offers"), blank=True)
    seeks = models.TextField(_("seeks"), blank=True)
    fee_eur = models.DecimalField(
        _("fee (EUR)"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    fee_paid_on = models.DateField(_("fee paid on"), null=True, blank=True)
    needs = models.TextField(
        _("special needs"),
        blank=True,
        help_text=_("Diet, access and the like; deleted 30 days after the return."),
    )
    over_capacity = models.BooleanField(
        _("accepted beyond the capacity"),
        default=False,
        help_text=_("Tick to accept although the mission is full."),
    )

    objects = ParticipationQuerySet.as_manager()

    protected_fields = {
        "status_reason": "core.view_notes",
        "archived_reason": "core.view_notes",
        "needs": "core.view_private_contact",
        "fee_eur": "core.view_notes",
        "fee_paid_on": "core.view_notes",
    }

    class Meta(Record.Meta):
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["mission", "protocol_rank", "pk"]
        indexes = [models.Index(fields=["mission", "status"])]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False),
                name="missions_participation_somebody",
                violation_error_message=_("Choose a person or an organisation."),
            ),
            models.UniqueConstraint(
                fields=["mission", "person"],
                condition=Q(archived_at__isnull=True),
                name="missions_participation_person_once",
                violation_error_message=_("This person is already on the list of the mission."),
            ),
            models.UniqueConstraint(
                fields=["mission", "organisation"],
                condition=Q(person__isnull=True, archived_at__isnull=True)
                & ~Q(status__in=["declined", "cancelled", "no_show"]),
                name="missions_participation_organisation_once",
                violation_error_message=_(
                    "This organisation already has an open entry without a person."
                ),
            ),
            models.CheckConstraint(
                condition=Q(fee_eur__isnull=True) | Q(fee_eur__gte=0),
                name="missions_participation_fee",
                violation_error_message=_("Amounts can't be negative."),
            ),
        ]

    def __str__(self):
        return " · ".join(str(part) for part in (self.person, self.organisation) if part)

    def get_absolute_url(self):
        return reverse("admin:missions_participation_change", args=[self.pk])

    def check_rules(self):
        super().check_rules()
        if (
            self.status not in self.PLACE_STATUSES
            or self.over_capacity
            or self.archived_at
            or not self.changed_fields() & {"status", "mission", "over_capacity", "archived_at"}
        ):
            return
        capacity = self.mission.capacity
        others = self.mission.participations.holding_a_place().exclude(pk=self.pk)
        if capacity is not None and others.count() >= capacity:
            raise ValidationError(
                {
                    "status": ValidationError(
                        _(
                            "“%(mission)s” is full: %(capacity)s places. Put the entry on the "
                            "waiting list, or tick “accepted beyond the capacity”."
                        ),
                        code="full",
                        params={"mission": self.mission, "capacity": capacity},
                    )
                }
            )

    def save(self, *args, **kwargs):
        # The last place must not be given away twice: the mission's row is the lock.
        with transaction.atomic():
            if self.status in self.PLACE_STATUSES:
                Mission.objects.select_for_update().get(pk=self.mission_id)
            super().save(*args, **kwargs)
