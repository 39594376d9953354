"""An agreement: planned, agreed and signed are three facts, each with a date or without."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from legcrm.core.dates import DatePrecision
from legcrm.core.models import Record, RecordQuerySet, SearchableModel, SearchedPart
from legcrm.core.naming import find_called
from partners.models import Organisation, Person

from ..agreements import CONCLUDED, check_sides, document_path, validate_pdf
from .cooperation import Cooperation, Field
from .mission import Mission, Stop
from .programme import Appointment

# Where a place of signing is the place where it was signed, and not where it is to be.
_SIGNED = ("signed", "expired", "terminated")
# The last day on which the mission can have been on.
_LAST_DAY = Case(
    When(
        mission__date_precision=DatePrecision.DAY,
        then=Coalesce("mission__ends_on", "mission__starts_on"),
    ),
    *(
        When(
            mission__date_precision=precision,
            then=ExpressionWrapper(
                F("mission__starts_on") + Value(timedelta(days=days)), models.DateField()
            ),
        )
        for precision, days in (
            (DatePrecision.MONTH, 30),
            (DatePrecision.SEASON, 91),
            (DatePrecision.YEAR, 365),
        )
    ),
    output_field=models.DateField(),
)


class AgreementQuerySet(RecordQuerySet):
    def concluded(self):
        """Return agreements that count as a result: agreed or signed."""
        return self.filter(
            status__in=[Agreement.Status.AGREED, Agreement.Status.SIGNED, Agreement.Status.EXPIRED]
        )

    def with_signed_when(self):
        """Annotate ``signed_when``, seen from the mission; for agreements that have one.

        "before", "on_trip" or "later"; "some_day" where no source says when or where; "not" where
        none says that it was signed. Of a mission whose days are not known only what was signed
        outside of the month, season or year is told apart.
        """
        first, last = F("mission__starts_on"), _LAST_DAY
        return self.annotate(
            signed_when=Case(
                When(signed_after_mission=True, then=Value("later")),
                When(signed_on__gt=last, then=Value("later")),
                When(signed_on__lt=first, then=Value("before")),
                When(
                    Q(signed_on__isnull=False, mission__date_precision=DatePrecision.DAY)
                    | Q(signed_stop__isnull=False, status__in=_SIGNED)
                    | Q(signed_appointment__isnull=False, status__in=_SIGNED),
                    then=Value("on_trip"),
                ),
                When(
                    Q(status="signed") | Q(signed_on__isnull=False) | Q(signed_on_unknown=True),
                    then=Value("some_day"),
                ),
                default=Value("not"),
            )
        )

    def without_document(self):
        """Return what is signed and has no document."""
        return self.filter(status=Agreement.Status.SIGNED, document="")

    def with_parties(self):
        """Fetch the parties with their organisations, in one query."""
        parties = AgreementParty.objects.select_related("organisation")
        return self.prefetch_related(models.Prefetch("parties", parties))

    def called(self, texts):
        """Return ``{text: [(key, label), …]}`` of the agreements of these titles; one query."""
        return find_called(
            self, texts, ("title",), names=lambda title: (title,), label=lambda title: title
        )

    def for_list(self):
        """The query of the admin list."""
        return self.select_related("mission").with_parties()


class Agreement(SearchableModel, Record):
    class Kind(models.TextChoices):
        MEMORANDUM = "memorandum", _("memorandum of understanding")
        LETTER_OF_INTENT = "letter_of_intent", _("letter of intent")
        COOPERATION_AGREEMENT = "cooperation_agreement", _("cooperation agreement")
        CONTRACT = "contract", _("contract")

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        AGREED = "agreed", _("agreed")
        SIGNED = "signed", _("signed")
        EXPIRED = "expired", _("expired")
        TERMINATED = "terminated", _("terminated")

    title = models.CharField(_("title"), max_length=250)
    kind = models.CharField(
        _("kind"), max_length=25, choices=Kind, default=Kind.COOPERATION_AGREEMENT
    )
    field = models.CharField(_("field"), max_length=15, choices=Field)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.PLANNED)
    cooperation = models.ForeignKey(
        Cooperation,
        verbose_name=_("cooperation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreements",
    )
    mission = models.ForeignKey(
        Mission,
        verbose_name=_("mission"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreements",
        help_text=_("The mission in whose balance the agreement counts."),
    )
    planned_on = models.DateField(
        _("planned since"),
        null=True,
        blank=True,
        help_text=_("When it was first planned or announced; empty where that is not known."),
    )
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    agreed_on_mission = models.BooleanField(
        _("agreed during the mission"),
        default=False,
        help_text=_("Also where the day itself is not known."),
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_on_unknown = models.BooleanField(
        _("date of signing unknown"),
        default=False,
        help_text=_("Tick if it is certain that it was signed, but not when."),
    )
    signed_after_mission = models.BooleanField(
        _("signed after the mission"),
        default=False,
        help_text=_("Agreed during the mission, signed later."),
    )
    signed_stop = models.ForeignKey(
        Stop,
        verbose_name=_("signed at stop"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="signed_agreements",
    )
    signed_appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("signed at appointment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="signed_agreements",
    )
    subjects = models.TextField(_("subjects"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    document = models.FileField(
        _("document"),
        upload_to=document_path,
        blank=True,
        validators=[validate_pdf],
        help_text=_("The agreement as a PDF file of at most 20 MB."),
    )

    objects = AgreementQuerySet.as_manager()

    protected_fields = {"archived_reason": "core.view_notes"}
    parts = ("parties",)
    search_children = ("parties__organisation__name", "parties__organisation__short_name")
    written_together = True

    # Set by a form that saves the parties along with the agreement, and has checked them.
    parties_are_checked = False
    _is_cleaning = False

    class Meta(Record.Meta):
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = [F("signed_on").desc(nulls_last=True), "-pk"]
        indexes = [
            models.Index(fields=["mission", "status"]),
            models.Index(fields=["status", "field"]),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(title__gt=""),
                name="missions_agreement_title",
                violation_error_message=_("Enter the title of the agreement."),
            ),
            models.CheckConstraint(
                condition=~Q(status="signed")
                | Q(signed_on__isnull=False)
                | Q(signed_on_unknown=True),
                name="missions_agreement_signed_with_date",
                violation_error_message=_(
                    "A signed agreement needs the date of signing, or a tick at “date of signing "
                    "unknown”."
                ),
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True) | Q(signed_on_unknown=False),
                name="missions_agreement_date_known_or_not",
                violation_error_message=_("The date of signing can't be given and unknown."),
            ),
            models.CheckConstraint(
                condition=Q(agreed_on__isnull=True)
                | Q(signed_on__isnull=True)
                | Q(signed_on__gte=F("agreed_on")),
                name="missions_agreement_signed_after_agreed",
                violation_error_message=_("An agreement can't be signed before it is agreed."),
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("signed_on")),
                name="missions_agreement_valid_after_signing",
                violation_error_message=_("An agreement can't expire before it is signed."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("admin:missions_agreement_change", args=[self.pk])

    @property
    def agreed_text(self):
        """When it was agreed, as far as known; empty where it was not, or that is not known."""
        if self.agreed_on is not None:
            return date_format(self.agreed_on, "SHORT_DATE_FORMAT")
        if self.agreed_on_mission:
            return _("during the mission, day not known")
        return _("date unknown") if self.status == self.Status.AGREED else ""

    @property
    def signed_text(self):
        """When it was signed, as far as known; empty where it was not."""
        if self.signed_on is not None:
            return date_format(self.signed_on, "SHORT_DATE_FORMAT")
        return _("date unknown") if self.signed_on_unknown else ""

    def clean(self):
        # The field itself looks at its file; said twice it would look like two mistakes.
        self._is_cleaning = True
        try:
            super().clean()
        finally:
            self._is_cleaning = False

    def check_rules(self):
        super().check_rules()
        for name in ("signed_stop", "signed_appointment"):
            place = getattr(self, name)
            if place is not None and self.mission_id and place.mission_id != self.mission_id:
                raise ValidationError(
                    {name: _("“%(place)s” belongs to another mission.") % {"place": place}}
                )
        changed = self.changed_fields()
        if "document" in changed and self.document and not self._is_cleaning:
            validate_pdf(self.document)
        if not self._state.adding and "status" in changed and not self.parties_are_checked:
            check_sides(self.status, self.parties.values_list("side", flat=True))

    @classmethod
    def after_saving(cls, saved):
        from ..radar import look_again

        super().after_saving(saved)
        look_again(cls, [one.record.pk for one in saved if not one.added])

    def search_terms(self):
        return self.title, self.subjects


class AgreementParty(SearchedPart):
    """One party of an agreement; a side that no source names is entered as unnamed."""

    class Side(models.TextChoices):
        HOME = "home", _("home")
        FOREIGN = "foreign", _("foreign")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    side = models.CharField(_("side"), max_length=10, choices=Side)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreement_parties",
        help_text=_("Leave empty where the source does not name the party."),
    )
    unnamed = models.BooleanField(_("not named in the source"), default=False)
    signatory = models.ForeignKey(
        Person,
        verbose_name=_("signatory"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="signed_for",
    )
    role = models.CharField(_("role"), max_length=150, blank=True)

    found_by = "agreement"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("party of an agreement")
        verbose_name_plural = _("parties of an agreement")
        ordering = ["-side", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, unnamed=False)
                | Q(organisation__isnull=True, unnamed=True),
                name="missions_party_named_or_not",
                violation_error_message=_(
                    "Choose the organisation, or tick “not named in the source”."
                ),
            ),
            models.UniqueConstraint(
                fields=["agreement", "organisation"],
                name="missions_party_once",
                violation_error_message=_("This organisation is entered twice as a party."),
            ),
        ]

    def __str__(self):
        return str(self.organisation) if self.organisation else str(_("not named in the source"))

    def delete(self, *args, **kwargs):
        others = self.agreement.parties.exclude(pk=self.pk)
        if self.agreement.status in CONCLUDED:
            check_sides(self.agreement.status, others.values_list("side", flat=True))
        return super().delete(*args, **kwargs)
