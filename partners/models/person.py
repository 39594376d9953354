"""A person we deal with, the organisations they act for, and what they allowed us to do."""

from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from legcrm.core.dates import start_of
from legcrm.core.folding import fold, sound_key
from legcrm.core.models import (
    Record,
    RecordQuerySet,
    SearchableModel,
    SearchedPart,
    TrackedModel,
    TrackedQuerySet,
)
from legcrm.core.naming import number_in, with_number

from .merge import Mergeable
from .organisation import Organisation


class PersonQuerySet(RecordQuerySet):
    def contacted(self, first=None, last=None):
        """Return those whose last contact was from ``first`` to ``last`` (days; None: open)."""
        since = Exists(_contacts(after=None if first is None else start_of(first)))
        if last is None:
            return self.filter(since)
        return self.filter(since, ~Exists(_contacts(after=start_of(last + timedelta(days=1)))))

    def never_contacted(self):
        return self.filter(~Exists(_contacts()))

    def without_email(self):
        return self.filter(email="")

    def without_phone(self):
        return self.filter(phone="", mobile="")

    def without_organisation(self):
        """Return those who act for nobody today."""
        open_rows = Affiliation.objects.open_on(timezone.localdate())
        return self.filter(~Exists(open_rows.filter(person=OuterRef("pk"))))

    def with_primary_affiliation(self):
        """Annotate the organisation of the open primary affiliation, and the role there.

        ``primary_organisation_id``, ``primary_organisation`` (its name), ``primary_short_name``,
        ``primary_country`` and ``primary_role``.
        """
        primary = Affiliation._base_manager.filter(
            person=OuterRef("pk"), is_primary=True, valid_to__isnull=True
        )
        return self.annotate(
            primary_organisation_id=Subquery(primary.values("organisation_id")[:1]),
            primary_organisation=Subquery(primary.values("organisation__name")[:1]),
            primary_short_name=Subquery(primary.values("organisation__short_name")[:1]),
            primary_role=Subquery(primary.values("role")[:1]),
            primary_country=Subquery(primary.values("organisation__country")[:1]),
        )

    def acting_for(self, organisation, day=None):
        """Return the people who act for ``organisation`` (or its key) on ``day``, or today."""
        open_rows = Affiliation.objects.open_on(day or timezone.localdate())
        return self.filter(pk__in=open_rows.filter(organisation=organisation).values("person"))

    def called(self, texts):
        """Return ``{text: [(key, label), …]}`` of the people in use that ``texts`` name.

        By number ("[#17]"), e-mail address, or first and last name however written, with or
        without the academic title. Who was merged names the person they live on in. Three queries
        by index.
        """
        found = {text: {} for text in texts}
        numbers = {number: text for text in texts if (number := number_in(text)) is not None}
        by_key = defaultdict(list)
        for text in texts:
            words = text.split()
            for start in range(min(len(words), 4)):  # "Prof. Dr. Anna Müller"
                by_key[fold(" ".join(words[start:]))[:250]].append(text)
        known = self.filter(Q(archived_at__isnull=True) | Q(merged_into__isnull=False))
        known = known.order_by().select_related("merged_into")
        for person in known.filter(pk__in=numbers):
            kept = person.merged_into or person
            found[numbers[person.pk]][kept.pk] = str(kept)
        emails = {text.lower(): text for text in texts if "@" in text}
        if emails:
            for person in known.annotate(lower_email=Lower("email")).filter(lower_email__in=emails):
                kept = person.merged_into or person
                found[emails[person.lower_email]][kept.pk] = str(kept)
        named = defaultdict(dict)
        for person in known.filter(name_key__in=by_key):
            kept = person.merged_into or person
            for text in by_key[person.name_key]:
                named[text][kept.pk] = str(kept)
        for text, people in named.items():
            # Who bears the whole text comes before who only bears its end.
            whole = {pk: label for pk, label in people.items() if fold(label) == fold(text)}
            found[text] = found[text] or whole or people
        return {
            text: list(people.items())
            if len(people) == 1
            else [(pk, with_number(label, pk)) for pk, label in people.items()]
            for text, people in found.items()
        }

    def for_list(self):
        """The query of the admin list."""
        return self.select_related("owner").with_primary_affiliation()


def _contacts(after=None):
    """Return the links of a person to their interactions since ``after`` (an instant)."""
    links = Person._meta.get_field("interaction_links").related_model.objects.filter(
        person=OuterRef("pk"), interaction__archived_at__isnull=True
    )
    return links if after is None else links.filter(interaction__occurred_at__gte=after)


class Person(Mergeable, SearchableModel, Record):
    class Salutation(models.TextChoices):
        FRAU = "frau", _("Ms")
        HERR = "herr", _("Mr")
        NONE = "none", _("none")

    class LegalBasis(models.TextChoices):
        """Art. 6(1) GDPR."""

        CONSENT = "consent", _("consent, Art. 6(1)(a) GDPR")
        CONTRACT = "contract", _("contract, Art. 6(1)(b) GDPR")
        PUBLIC_TASK = "public_task", _("public task, Art. 6(1)(e) GDPR")
        LEGITIMATE_INTEREST = "legitimate_interest", _("legitimate interest, Art. 6(1)(f) GDPR")

    salutation = models.CharField(
        _("salutation"), max_length=10, choices=Salutation, default=Salutation.NONE
    )
    academic_title = models.CharField(_("academic title"), max_length=50, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100)
    native_name = models.CharField(
        _("name in own script"),
        max_length=200,
        blank=True,
        help_text=_("For example Жанар Сәрсен."),
    )
    language = models.CharField(
        _("language"), max_length=20, blank=True, help_text=_("BCP 47, for example de, ru, kk.")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    mobile = PhoneNumberField(_("mobile"), blank=True)
    letter_salutation = models.CharField(
        _("letter salutation"),
        max_length=200,
        blank=True,
        help_text=_("Only where the usual form would be wrong."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_people",
    )
    notes = models.TextField(_("notes"), blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=20, choices=LegalBasis, blank=True)
    data_source = models.CharField(
        _("source of the data"),
        max_length=300,
        blank=True,
        help_text=_("Art. 14 GDPR: where the data come from if not from the person."),
    )
    informed_on = models.DateField(_("informed on"), null=True, blank=True)
    restricted_at = models.DateTimeField(_("processing restricted since"), null=True, blank=True)
    objected_at = models.DateTimeField(_("objected to contact at"), null=True, blank=True)
    anonymised_at = models.DateTimeField(_("anonymised at"), null=True, editable=False)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    name_key = models.CharField(max_length=250, editable=False, default="")
    sound_key = models.CharField(max_length=250, editable=False, default="")
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_from",
    )

    objects = PersonQuerySet.as_manager()

    protected_fields = {
        "notes": "core.view_notes",
        "archived_reason": "core.view_notes",
        "email": "core.view_private_contact",
        "phone": "core.view_private_contact",
        "mobile": "core.view_private_contact",
        "legal_basis": "core.view_private_contact",
        "data_source": "core.view_private_contact",
        "informed_on": "core.view_private_contact",
        "restricted_at": "core.view_private_contact",
        "objected_at": "core.view_private_contact",
        "review_on": "core.view_private_contact",
    }
    parts = ("affiliations", "consents")
    search_children = (
        "affiliations__organisation__name",
        "affiliations__organisation__short_name",
    )
    written_together = True

    class Meta(Record.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["last_name", "first_name", "pk"]
        indexes = [
            models.Index(fields=["last_name", "first_name", "id"]),
            models.Index(fields=["name_key"]),
            models.Index(fields=["sound_key"]),
            models.Index(Lower("email"), name="partners_person_email"),
            models.Index(fields=["phone"]),
            models.Index(fields=["mobile"]),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(last_name__gt=""),
                name="partners_person_last_name",
                violation_error_message=_("Enter the last name."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
                name="partners_person_merged_is_archived",
                violation_error_message=_("What is merged into another record is archived."),
            ),
        ]

    def __str__(self):
        return " ".join(filter(None, [self.academic_title, self.first_name, self.last_name]))

    def get_absolute_url(self):
        return reverse("admin:partners_person_change", args=[self.pk])

    def derive(self):
        self.name_key = fold(f"{self.first_name} {self.last_name}")[:250]
        self.sound_key = sound_key(f"{self.first_name} {self.last_name}")[:250]

    def search_terms(self):
        # No e-mail and no number: whoever may search people may not always see those.
        return self.first_name, self.last_name, self.native_name

    def organisations_on(self, day):
        """Return the organisations for which the person acts on ``day`` (a date)."""
        return Organisation.objects.filter(
            pk__in=self.affiliations.open_on(day).values("organisation")
        )


class AffiliationQuerySet(TrackedQuerySet):
    def open(self):
        return self.filter(valid_to__isnull=True)

    def open_on(self, day):
        """Return the affiliations that held on ``day``; an unknown begin or end counts as open."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )


class Affiliation(SearchedPart):
    """A person acting for an organisation, from one day to another."""

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.CASCADE, related_name="affiliations"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="affiliations",
    )
    role = models.CharField(_("role"), max_length=150, blank=True)
    department = models.CharField(_("department"), max_length=150, blank=True)
    is_primary = models.BooleanField(_("primary"), default=True)
    # "from" is a keyword of Python.
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    found_by = "person"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(is_primary=True, valid_to__isnull=True),
                name="partners_one_primary_affiliation",
                violation_error_message=_(
                    "The person already has a primary affiliation. End that one, or untick "
                    "“primary” here."
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="partners_affiliation_dates",
                violation_error_message=_("An affiliation can't end before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.organisation}"


class Consent(TrackedModel):
    """A consent is never edited, only withdrawn: it must be provable as given (Art. 7 GDPR)."""

    class Purpose(models.TextChoices):
        NEWSLETTER = "newsletter", _("newsletter")
        BOOKLET = "booklet", _("delegation booklet")
        PHOTO = "photo", _("photos")
        ONWARD_TRANSFER = "onward_transfer", _("onward transfer to partners abroad")
        PARLIAMENT = "parliament", _("being named in answers to parliament")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    wording_version = models.CharField(_("version of the wording"), max_length=50)
    given_on = models.DateField(_("given on"), default=timezone.localdate)
    evidence = models.CharField(_("evidence"), max_length=300)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    view_permission = "core.view_private_contact"
    written_together = True

    class Meta(TrackedModel.Meta):
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("given_on")),
                name="partners_consent_withdrawn_after_given",
                violation_error_message=_("A consent can't be withdrawn before it was given."),
            )
        ]

    def __str__(self):
        return self.get_purpose_display()

    def check_rules(self):
        super().check_rules()
        if self._state.adding:
            return
        changed = self.changed_fields() - {"withdrawn_on"}
        was_withdrawn = self._read.get("withdrawn_on") is not None
        if changed or (was_withdrawn and "withdrawn_on" in self.changed_fields()):
            raise ValidationError(
                _("A consent is never edited: withdraw it and enter a new one."), code="consent"
            )
