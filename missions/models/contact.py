"""The contact log: interactions with organisations and people, and the files filed with them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet, SearchableModel, SearchedPart, TrackedModel
from partners.models import Organisation, Person

from ..contacts import file_path, link_cooperation, organisations_of
from .cooperation import Cooperation
from .mission import Mission
from .programme import Appointment


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
    # Chosen by the device on which it was logged: sent twice, it is saved once.
    log_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = InteractionQuerySet.as_manager()

    protected_fields = {"notes": "core.view_notes", "archived_reason": "core.view_notes"}
    written_together = True
    parts = ("organisation_links", "person_links", "staff_links", "files")
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

    @classmethod
    def after_saving(cls, saved):
        from ..radar import look_again

        super().after_saving(saved)
        # Organisations are linked after it: InteractionOrganisation.
        matters = {"cooperation", "occurred_at", "archived_at"}
        look_again(
            cls,
            [
                one.record.pk
                for one in saved
                if one.changed & matters or (one.added and one.record.cooperation_id)
            ],
        )

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
        from ..radar import look_again

        super().after_saving(saved)
        interactions = {
            one.record.interaction_id: one.record.interaction for one in saved if one.added
        }
        for interaction in interactions.values():
            link_cooperation(interaction)
        look_again(Interaction, interactions)

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


class InteractionFile(TrackedModel):
    """A file filed with a contact on request, for example an attachment of an e-mail."""

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(_("file"), upload_to=file_path)
    name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0, editable=False)

    # What people wrote to us is seen by whoever may read our notes about it.
    view_permission = "core.view_notes"

    # The upload that was looked at last.
    _checked = None

    class Meta(TrackedModel.Meta):
        verbose_name = _("file of a contact")
        verbose_name_plural = _("files of a contact")
        ordering = ["pk"]

    def __str__(self):
        return self.name

    def check_rules(self):
        super().check_rules()
        if self.file and not self.file._committed and self.file.file is not self._checked:
            from ..drops.files import check_upload

            check_upload(self)
            self._checked = self.file.file
