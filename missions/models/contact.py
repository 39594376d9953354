"""The contact log, and what was promised: interactions and follow-ups (Wiedervorlagen)."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet, SearchableModel, SearchedPart, TrackedModel
from partners.models import Organisation, Person

from ..contacts import link_cooperation, organisations_of
from .agreement import Agreement
from .cooperation import Cooperation
from .mission import Mission
from .programme import Appointment
from .project import Project


class InteractionQuerySet(RecordQuerySet):
    def for_list(self):
        """The query of the admin list."""
        return self.select_related("mission", "cooperation__home", "cooperation__partner")

    def with_participants(self):
        """Fetch organisations and people too, one query each."""
        return self.prefetch_related("organisations", "people")


class Interaction(SearchableModel, Record):
    """A contact that took place. Workflow: ``missions.contacts``."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("meeting")
        CALL = "call", _("call")
        VIDEO = "video", _("video call")
        EMAIL = "email", _("e-mail")
        LETTER = "letter", _("letter")
        EVENT = "event", _("event")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MEETING)
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    subject = models.CharField(_("subject"), max_length=200)
    notes = models.TextField(_("notes"), blank=True)
    organisations = models.ManyToManyField(
        Organisation,
        verbose_name=_("organisations"),
        through="InteractionOrganisation",
        related_name="interactions",
        blank=True,
    )
    people = models.ManyToManyField(
        Person,
        verbose_name=_("people"),
        through="InteractionPerson",
        related_name="interactions",
        blank=True,
    )
    staff = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("staff"),
        through="InteractionStaff",
        through_fields=("interaction", "user"),
        related_name="interactions",
        blank=True,
    )
    mission = models.ForeignKey(
        Mission,
        verbose_name=_("mission"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interactions",
    )
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interactions",
    )
    cooperation = models.ForeignKey(
        Cooperation,
        verbose_name=_("cooperation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interactions",
    )

    objects = InteractionQuerySet.as_manager()

    protected_fields = {"notes": "core.view_notes", "archived_reason": "core.view_notes"}
    written_together = True
    parts = ("organisation_links", "person_links", "staff_links")
    search_children = (
        "organisation_links__organisation__name",
        "organisation_links__organisation__short_name",
        "person_links__person__first_name",
        "person_links__person__last_name",
    )

    # Set by a form that has looked at all organisations at once, or was told which it is.
    cooperation_is_decided = False
    # The cooperation was found by the organisations, not chosen by a person.
    cooperation_was_found = False

    class Meta(Record.Meta):
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ["-occurred_at", "-pk"]
        indexes = [
            models.Index(fields=["-occurred_at", "-id"]),
            models.Index(fields=["cooperation", "-occurred_at"]),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(subject__gt=""),
                name="missions_interaction_subject",
                violation_error_message=_("Enter what the contact was about."),
            ),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("admin:missions_interaction_change", args=[self.pk])

    def check_rules(self):
        super().check_rules()
        if self.occurred_at is not None:
            # Forms show no seconds; keeping some would make each save through one a change.
            self.occurred_at = self.occurred_at.replace(second=0, microsecond=0)

    def search_terms(self):
        # No notes: whoever may search the log may not always read those.
        return (self.subject,)


class InteractionOrganisation(SearchedPart):
    interaction = models.ForeignKey(
        Interaction, on_delete=models.CASCADE, related_name="organisation_links"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="interaction_links",
    )

    found_by = "interaction"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("organisation of a contact")
        verbose_name_plural = _("organisations of a contact")
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "organisation"],
                name="missions_interaction_organisation_once",
            )
        ]

    def __str__(self):
        return str(self.organisation)

    @classmethod
    def after_saving(cls, saved):
        super().after_saving(saved)
        interactions = {
            one.record.interaction_id: one.record.interaction for one in saved if one.added
        }
        for interaction in interactions.values():
            link_cooperation(interaction)

    def delete(self, *args, **kwargs):
        others = self.interaction.organisation_links.exclude(pk=self.pk)
        if not others.exists():
            raise ValidationError(
                _("A contact needs at least one organisation."), code="no_organisation"
            )
        return super().delete(*args, **kwargs)


class InteractionPerson(SearchedPart):
    interaction = models.ForeignKey(
        Interaction, on_delete=models.CASCADE, related_name="person_links"
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="interaction_links",
    )

    found_by = "interaction"

    class Meta(SearchedPart.Meta):
        verbose_name = _("person of a contact")
        verbose_name_plural = _("people of a contact")
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "person"], name="missions_interaction_person_once"
            )
        ]

    def __str__(self):
        return str(self.person)

    def save(self, *args, **kwargs):
        """Save, and bring in the organisations for which the person acted on that day."""
        adding = self._state.adding
        super().save(*args, **kwargs)
        if not adding:
            return
        day = timezone.localdate(self.interaction.occurred_at)
        known = set(self.interaction.organisation_links.values_list("organisation", flat=True))
        for organisation in organisations_of([self.person], day):
            if organisation.pk not in known:
                self.interaction.organisation_links.create(organisation=organisation)


class InteractionStaff(TrackedModel):
    interaction = models.ForeignKey(
        Interaction, on_delete=models.CASCADE, related_name="staff_links"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="interaction_links",
    )

    written_together = True

    class Meta(TrackedModel.Meta):
        verbose_name = _("staff of a contact")
        verbose_name_plural = _("staff of a contact")
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "user"], name="missions_interaction_staff_once"
            )
        ]

    def __str__(self):
        return str(self.user)


TARGETS = (
    "organisation",
    "person",
    "interaction",
    "cooperation",
    "agreement",
    "project",
    "mission",
)


def exactly_one(*names):
    """Return the condition that just one of the foreign keys ``names`` is set."""
    return reduce(or_, (Q(**{f"{n}__isnull": n != name for n in names}) for name in names))


class FollowUpQuerySet(RecordQuerySet):
    def open(self):
        return self.active().filter(done_at__isnull=True)

    def done(self):
        return self.filter(done_at__isnull=False)

    def due(self, day=None):
        """Return open follow-ups due by ``day`` (default: today), overdue ones included."""
        return self.open().filter(due_on__lte=day or timezone.localdate())

    def of(self, user):
        return self.filter(assignee=user)

    def for_list(self):
        """The query of the admin list."""
        return self.select_related("assignee", *FollowUp.TARGETS).select_related(
            "cooperation__home", "cooperation__partner"
        )


class FollowUp(Record):
    """Something promised, to be done by one person until one day, about exactly one record."""

    class Repeat(models.TextChoices):
        NEVER = "never", _("once")
        WEEKLY = "weekly", _("every week")
        MONTHLY = "monthly", _("every month")
        QUARTERLY = "quarterly", _("every quarter")
        YEARLY = "yearly", _("every year")

    TARGETS = TARGETS

    what = models.CharField(_("what"), max_length=300)
    due_on = models.DateField(_("due on"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assignee"),
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    repeat = models.CharField(_("repeat"), max_length=10, choices=Repeat, default=Repeat.NEVER)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    outcome = models.TextField(_("outcome"), blank=True)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    interaction = models.ForeignKey(
        Interaction,
        verbose_name=_("interaction"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    cooperation = models.ForeignKey(
        Cooperation,
        verbose_name=_("cooperation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    agreement = models.ForeignKey(
        Agreement,
        verbose_name=_("agreement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    mission = models.ForeignKey(
        Mission,
        verbose_name=_("mission"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )

    objects = FollowUpQuerySet.as_manager()

    written_together = True

    class Meta(Record.Meta):
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["assignee", "due_on"], condition=Q(done_at__isnull=True),
                         name="missions_followup_open"),
            models.Index(fields=["due_on", "id"]),
        ]  # fmt: skip
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=exactly_one(*TARGETS),
                name="missions_followup_exactly_one_target",
                violation_error_message=_(
                    "A follow-up is about exactly one record: choose one organisation, person, "
                    "contact, cooperation, agreement, project or mission."
                ),
            ),
            models.CheckConstraint(
                condition=Q(what__gt=""),
                name="missions_followup_what",
                violation_error_message=_("Enter what is to be done."),
            ),
        ]

    def __str__(self):
        return self.what

    def get_absolute_url(self):
        return reverse("admin:missions_followup_change", args=[self.pk])

    @property
    def target(self):
        """The one record that the follow-up is about."""
        for name in self.TARGETS:
            if getattr(self, f"{name}_id") is not None:
                return getattr(self, name)
        return None

    @property
    def is_overdue(self):
        return self.done_at is None and self.due_on < timezone.localdate()
