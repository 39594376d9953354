"""What a participant is asked after a mission, by a secret link, and what they answered.

An answer counts once a member of staff has confirmed it.
"""

from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet, TrackedModel

from .cooperation import Cooperation
from .participation import Participation


class QuestionnaireQuerySet(RecordQuerySet):
    def answered(self):
        return self.filter(answered_at__isnull=False)

    def to_confirm(self):
        """Return the answers that nobody has confirmed or rejected yet."""
        return self.active().filter(status=Questionnaire.Status.ANSWERED)

    def confirmed(self):
        """Return the answers that count."""
        return self.active().filter(status=Questionnaire.Status.CONFIRMED)

    def open(self, day=None):
        """Return those that may still be answered on ``day`` (default: today)."""
        day = day or timezone.localdate()
        return self.active().filter(status=Questionnaire.Status.SENT, expires_on__gte=day)

    def missed(self, day=None):
        """Return those that nobody answered, and on ``day`` (default: today) nobody can."""
        day = day or timezone.localdate()
        return self.active().filter(status=Questionnaire.Status.SENT, expires_on__lt=day)

    def for_list(self):
        """The query of the admin list."""
        return self.select_related(
            "participation__mission", "participation__organisation", "participation__person"
        )


class Questionnaire(Record):
    class Wave(models.TextChoices):
        RETURN = "return", _("at return")
        SIX_MONTHS = "6_months", _("after 6 months")
        TWELVE_MONTHS = "12_months", _("after 12 months")

    class Status(models.TextChoices):
        SENT = "sent", _("sent")
        ANSWERED = "answered", _("answered, to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        REJECTED = "rejected", _("rejected")

    participation = models.ForeignKey(
        Participation,
        verbose_name=_("participation"),
        on_delete=models.PROTECT,
        related_name="questionnaires",
    )
    wave = models.CharField(_("when asked"), max_length=10, choices=Wave)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SENT)
    email = models.EmailField(_("sent to"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    # Half of the link; the other half is a signature that is kept nowhere. A new one revokes it.
    nonce = models.UUIDField(default=uuid4, unique=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("last reminded at"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    expires_on = models.DateField(_("open until"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction (1 to 5)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("5 is best."),
    )
    contracts = models.PositiveIntegerField(_("contracts concluded"), null=True, blank=True)
    contracts_value_eur = models.DecimalField(
        _("value of the contracts (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    jobs = models.PositiveIntegerField(_("jobs created"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decision_note = models.CharField(_("note on the decision"), max_length=300, blank=True)

    objects = QuestionnaireQuerySet.as_manager()

    protected_fields = {
        "email": "core.view_private_contact",
        "remarks": "core.view_notes",
        "decision_note": "core.view_notes",
        "archived_reason": "core.view_notes",
    }
    parts = ("cooperation_answers",)

    class Meta(Record.Meta):
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["-answered_at", "-sent_at", "-pk"]
        indexes = [models.Index(fields=["status", "wave"])]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status="sent", answered_at__isnull=True)
                | (~Q(status="sent") & Q(answered_at__isnull=False)),
                name="missions_questionnaire_answered",
                violation_error_message=_("What was not answered can't be confirmed or rejected."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["sent", "answered"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="missions_questionnaire_decided_by",
                violation_error_message=_("An answer is confirmed or rejected by somebody."),
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True)
                | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="missions_questionnaire_satisfaction",
                violation_error_message=_("Satisfaction goes from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(contracts_value_eur__isnull=True) | Q(contracts_value_eur__gte=0),
                name="missions_questionnaire_money",
                violation_error_message=_("Amounts can't be negative."),
            ),
        ]

    def __str__(self):
        return f"{self.participation}, {self.get_wave_display()}"

    def get_absolute_url(self):
        return reverse("admin:missions_questionnaire_change", args=[self.pk])


class QuestionnaireCooperation(TrackedModel):
    """What the answer says of one cooperation; taken over into it when the answer is confirmed."""

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.CASCADE, related_name="cooperation_answers"
    )
    cooperation = models.ForeignKey(
        Cooperation,
        verbose_name=_("cooperation"),
        on_delete=models.PROTECT,
        related_name="questionnaire_answers",
    )
    stage = models.CharField(_("stage"), max_length=15, choices=Cooperation.Stage)
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    protected_fields = {"remark": "core.view_notes"}

    class Meta(TrackedModel.Meta):
        verbose_name = _("answer about a cooperation")
        verbose_name_plural = _("answers about cooperations")
        ordering = ["pk"]

    def __str__(self):
        return str(self.cooperation)
