"""An organisation: a company, university, institute, association or public body that we know.

It bears several names in several scripts over the years, identifiers in public registers, a
profile per language for the booklet, and dated statements of interest in markets.
"""

from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from legcrm.core.dates import start_of
from legcrm.core.folding import compare_key, fold, sound_key
from legcrm.core.models import (
    Record,
    RecordQuerySet,
    SearchableModel,
    SearchedPart,
    TrackedModel,
)
from legcrm.core.naming import number_in, with_number
from legcrm.core.rows import chunks

from ..identifiers import check_identifier
from ..logos import encode_logo, logo_path
from ..web_domains import domain_of
from .merge import Mergeable
from .sector import Sector


class OrganisationQuerySet(RecordQuerySet):
    def home(self):
        return self.filter(is_home=True)

    def foreign(self):
        return self.filter(is_home=False)

    def companies(self):
        return self.filter(kind__in=Organisation.COMPANY_KINDS)

    def universities(self):
        return self.filter(kind__in=Organisation.UNIVERSITY_KINDS)

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

    def without_website(self):
        return self.filter(website="")

    def without_profile(self):
        return self.filter(~Exists(_related("profiles").filter(organisation=OuterRef("pk"))))

    def without_sector(self):
        return self.filter(~Exists(_related("sector_links").filter(organisation=OuterRef("pk"))))

    def without_person(self):
        """Return those for which nobody acts today."""
        people = _related("affiliations").open_on(timezone.localdate())
        people = people.filter(organisation=OuterRef("pk"), person__archived_at__isnull=True)
        return self.filter(~Exists(people))

    def with_last_contact(self):
        """Annotate ``last_contact`` (datetime of the newest interaction, or None)."""
        newest = _contacts()
        return self.annotate(
            last_contact=Subquery(
                newest.order_by(F("interaction__occurred_at").desc()).values(
                    "interaction__occurred_at"
                )[:1]
            )
        )

    def with_next_step(self):
        """Annotate ``next_step`` and ``next_step_on`` from the first open follow-up."""
        first = (
            _related("follow_ups")
            .filter(organisation=OuterRef("pk"), done_at__isnull=True, archived_at__isnull=True)
            .order_by("due_on", "pk")
        )
        return self.annotate(
            next_step=Subquery(first.values("what")[:1]),
            next_step_on=Subquery(first.values("due_on")[:1]),
        )

    def with_counts(self):
        """Annotate how much is known of each organisation, archived records left out.

        ``people_count``, ``cooperation_count``, ``agreement_count``, ``project_count``,
        ``participation_count`` and ``mission_count``. One subquery each, because joins over
        several to-many relations would multiply each other.
        """
        people = _related("affiliations").open_on(timezone.localdate())
        participations = _related("participations")
        return self.annotate(
            people_count=_count(people, "organisation", "person"),
            cooperation_count=_count(_related("home_cooperations"), "home")
            + _count(_related("partner_cooperations"), "partner"),
            agreement_count=_count(_related("agreement_parties"), "organisation", "agreement"),
            project_count=_count(_related("project_parties"), "organisation", "project"),
            participation_count=_count(participations, "organisation"),
            mission_count=_count(participations, "organisation", over="mission"),
        )

    def called(self, texts):
        """Return ``{text: [(key, label), …]}`` of the organisations in use that ``texts`` name.

        By number ("[#17]"), name however it is written, short name, another name or identifier;
        the first of these that finds any counts. What was merged names the record it lives on in.
        Four queries by index, and one where something merged is named.
        """
        found = {text: {} for text in texts}
        numbers = {number: text for text in texts if (number := number_in(text)) is not None}
        keys = defaultdict(list)
        for text in texts:
            keys[fold(text)[:250]].append(text)
        known = self.filter(Q(archived_at__isnull=True) | Q(merged_into__isnull=False))
        exact = list(texts)
        for pairs in (
            [(numbers[pk], pk, *rest) for pk, *rest in _labelled(known.filter(pk__in=numbers))],
            [
                (text, pk, *rest)
                for pk, *rest, key in _labelled(known.filter(name_key__in=keys), "name_key")
                for text in keys[key]
            ],
            [
                (text, pk, *rest)
                for pk, *rest, text in _labelled(known.filter(short_name__in=exact), "short_name")
            ],
            [
                (text, pk, *rest)
                for pk, *rest, text in _labelled(known.filter(names__text__in=exact), "names__text")
            ],
            [
                (text, pk, *rest)
                for pk, *rest, text in _labelled(
                    known.filter(identifiers__value__in=exact), "identifiers__value"
                )
            ],
        ):
            hits = {}
            for text, pk, name, city in self._kept_of(pairs):
                hits.setdefault(text, {})[pk] = f"{name}, {city}" if city else name
            for text, records in hits.items():
                found[text] = found[text] or records
        return {text: _told_apart(records) for text, records in found.items()}

    def _kept_of(self, pairs):
        """Return ``pairs`` (text, key, name, city, merged into) with the records kept instead."""
        kept = {into for *_rest, into in pairs if into is not None}
        names = {}
        if kept:
            names = {pk: rest for pk, *rest in _labelled(self.active().filter(pk__in=kept))}
        for text, pk, name, city, into in pairs:
            if into is None:
                yield text, pk, name, city
            elif into in names:
                yield text, into, *names[into][:2]

    def for_list(self):
        """The query of the admin list."""
        return self.select_related("owner").with_last_contact().with_next_step()


def _labelled(rows, *more):
    # In no order: for one by key SQLite would rather read the whole table.
    return sorted(rows.order_by().values_list("pk", "name", "city", "merged_into", *more))


def _told_apart(records):
    """Return ``(key, label)`` pairs; labels of several bear their number."""
    if len(records) == 1:
        return list(records.items())
    return [(key, with_number(label, key)) for key, label in records.items()]


def _contacts(after=None):
    """Return the links of an organisation to its interactions since ``after`` (an instant)."""
    links = _related("interaction_links").filter(
        organisation=OuterRef("pk"), interaction__archived_at__isnull=True
    )
    return links if after is None else links.filter(interaction__occurred_at__gte=after)


def _related(accessor):
    """Return all rows of the model behind ``accessor``: partners don't import missions."""
    return Organisation._meta.get_field(accessor).related_model.objects.all()


def _count(rows, side, through="", over=""):
    """Return how many records in ``rows`` have the organisation as their key ``side``.

    ``through`` names the record that the rows are about, where they are but links to it; ``over``
    names what is counted once, where it is not the row.
    """
    archived = f"{through}__archived_at" if through else "archived_at"
    rows = rows.filter(**{side: OuterRef("pk"), f"{archived}__isnull": True}).order_by()
    counted = rows.values(side).annotate(n=Count(over or through or "pk", distinct=True))
    return Coalesce(Subquery(counted.values("n")), 0)


class Organisation(Mergeable, SearchableModel, Record):
    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        UNIVERSITY = "university", _("university")
        RESEARCH_INSTITUTE = "research_institute", _("research institute")
        ASSOCIATION = "association", _("association")
        PUBLIC_BODY = "public_body", _("public body")
        EDUCATION_PROVIDER = "education_provider", _("education provider")
        OTHER = "other", _("other")

    class Size(models.TextChoices):
        """EU classes: Commission Recommendation 2003/361/EC."""

        MICRO = "micro", _("micro (fewer than 10 people)")
        SMALL = "small", _("small (fewer than 50 people)")
        MEDIUM = "medium", _("medium (fewer than 250 people)")
        LARGE = "large", _("large")

    COMPANY_KINDS = (Kind.COMPANY,)
    UNIVERSITY_KINDS = (Kind.UNIVERSITY, Kind.RESEARCH_INSTITUTE)

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(
        _("name"), max_length=250, help_text=_("Official name in Latin script.")
    )
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    legal_form = models.CharField(_("legal form"), max_length=60, blank=True)
    country = CountryField(_("country"))
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    district = models.CharField(
        _("district"), max_length=100, blank=True, help_text=_("District of the home region.")
    )
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    sectors = models.ManyToManyField(
        Sector,
        verbose_name=_("sectors"),
        through="OrganisationSector",
        related_name="organisations",
        blank=True,
    )
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subsidiaries",
    )
    logo = models.ImageField(_("logo"), upload_to=logo_path, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_organisations",
    )
    is_home = models.BooleanField(_("from the home region"), default=False)
    notes = models.TextField(_("notes"), blank=True)
    same_name_checked = models.BooleanField(
        _("another organisation of this name"),
        default=False,
        help_text=_("Tick if a second organisation of the same name exists in this country."),
    )
    # By these a duplicate is found: legcrm.core.folding, partners.web_domains.
    name_key = models.CharField(max_length=250, editable=False, default="")
    compare_key = models.CharField(max_length=250, editable=False, default="")
    sound_key = models.CharField(max_length=250, editable=False, default="")
    domain = models.CharField(max_length=253, editable=False, default="")
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_from",
    )

    objects = OrganisationQuerySet.as_manager()

    protected_fields = {"notes": "core.view_notes", "archived_reason": "core.view_notes"}
    parts = ("names", "identifiers", "profiles", "market_interests", "sector_links")
    search_children = ("names__text", "identifiers__value")
    written_together = True

    # Set by who has looked for the twins of many organisations at once.
    twins_are_checked = False

    class Meta(Record.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["country", "name"]),
            models.Index(fields=["kind", "name"]),
            models.Index(fields=["name", "id"]),
            models.Index(fields=["name_key", "country"]),
            # By these an import looks up hundreds at once.
            models.Index(fields=["short_name"]),
            models.Index(Lower("email"), name="partners_organisation_email"),
            models.Index(fields=["compare_key"]),
            models.Index(fields=["sound_key"]),
            models.Index(fields=["domain"]),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(name__gt=""),
                name="partners_organisation_name",
                violation_error_message=_("Enter the name of the organisation."),
            ),
            models.CheckConstraint(
                condition=Q(country__gt=""),
                name="partners_organisation_country",
                violation_error_message=_("Choose the country of the organisation."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="partners_organisation_not_own_parent",
                violation_error_message=_("An organisation can't be part of itself."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
                name="partners_organisation_merged_is_archived",
                violation_error_message=_("What is merged into another record is archived."),
            ),
        ]

    def __str__(self):
        return self.short_name or self.name

    def get_absolute_url(self):
        return reverse("admin:partners_organisation_change", args=[self.pk])

    def derive(self):
        self.name_key = fold(self.name)[:250]
        self.compare_key = compare_key(self.name)[:250]
        self.sound_key = sound_key(self.name)[:250]
        self.domain = domain_of(self.website, self.email)

    def check_rules(self):
        super().check_rules()
        if self.parent_id and self.has_changed("parent"):
            self._check_parents([self])
        if self.has_changed("logo") and self.logo and not self.logo._committed:
            self._encode_logo()
        if self._looks_for_twin() and (twin := self.same_name_twin()) is not None:
            self._refuse_twin(twin)

    @classmethod
    def _check_parents(cls, records):
        """Raise ValidationError where one of ``records`` would be part of itself.

        One query for each level above them.
        """
        above = {record.pk: record.parent_id for record in records if record.pk}
        while unknown := {key for key in above.values() if key} - above.keys():
            known = dict(cls._base_manager.filter(pk__in=unknown).values_list("pk", "parent_id"))
            above |= {key: known.get(key) for key in unknown}
        for record in records:
            seen, key = {record.pk}, record.parent_id
            while key is not None:
                if key in seen:
                    raise ValidationError(
                        {"parent": _("“%(parent)s” is itself part of this organisation.")
                         % {"parent": record.parent}},
                    )  # fmt: skip
                seen.add(key)
                key = above.get(key)

    def _looks_for_twin(self):
        """Whether a save would have to find out if another organisation has the name."""
        return not (self.same_name_checked or self.twins_are_checked) and self.has_changed(
            "name", "country", "same_name_checked"
        )

    @classmethod
    def check_together(cls, records):
        moved = [record for record in records if record.has_changed("parent")]
        if moved:
            cls._check_parents(moved)
        asking = [record for record in records if record._looks_for_twin()]
        for record in asking:
            record.twins_are_checked = True
        try:
            super().check_together(records)
        finally:
            for record in asking:
                record.twins_are_checked = False
        if asking:
            cls._check_twins(records, asking)

    @classmethod
    def _check_twins(cls, records, asking):
        """Find the twins of ``asking`` in the database and among ``records``: a query for 500."""
        same_name = defaultdict(list)
        for some in chunks(asking):
            keys = {record.name_key for record in some}
            for twin in Organisation.objects.active().filter(name_key__in=keys).order_by("pk"):
                same_name[twin.name_key, twin.country.code].append(twin)
        waiting = {id(record) for record in asking}
        for record in records:
            twins = same_name[record.name_key, record.country.code]
            if id(record) in waiting:
                for twin in twins:
                    if twin.pk is None or twin.pk != record.pk:
                        record._refuse_twin(twin)
            twins.append(record)

    def same_name_twin(self):
        """Return another organisation of the same name in the same country, or None."""
        return (
            Organisation.objects.active()
            .filter(name_key=fold(self.name)[:250], country=self.country)
            .exclude(pk=self.pk)
            # Any other order makes SQLite walk through the whole country in that order.
            .order_by("name_key")
            .first()
        )

    def _encode_logo(self):
        try:
            self.logo = encode_logo(self.logo)
        except ValidationError as error:
            raise ValidationError({"logo": error}) from error

    def _refuse_twin(self, twin):
        raise ValidationError(
            {
                "name": ValidationError(
                    _(
                        "“%(twin)s” in %(place)s has the same name. Use that record, or tick "
                        "“another organisation of this name”."
                    ),
                    code="same_name",
                    params={"twin": twin.name, "place": twin.city or twin.country.name},
                )
            }
        )

    def search_terms(self):
        return self.name, self.short_name, self.city, self.website, self.email


class CompanyManager(models.Manager.from_queryset(OrganisationQuerySet)):
    def get_queryset(self):
        return super().get_queryset().companies()


class Company(Organisation):
    """An organisation of kind company, with a list of its own."""

    objects = CompanyManager()

    class Meta:
        proxy = True
        verbose_name = _("company")
        verbose_name_plural = _("companies")


class UniversityManager(models.Manager.from_queryset(OrganisationQuerySet)):
    def get_queryset(self):
        return super().get_queryset().universities()


class University(Organisation):
    """A university or research institute, with a list of its own."""

    objects = UniversityManager()

    class Meta:
        proxy = True
        verbose_name = _("university or research institute")
        verbose_name_plural = _("universities and research institutes")


class OrganisationSector(TrackedModel):
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="sector_links"
    )
    sector = models.ForeignKey(
        Sector,
        verbose_name=_("sector"),
        on_delete=models.PROTECT,
        related_name="organisation_links",
    )

    written_together = True

    class Meta(TrackedModel.Meta):
        verbose_name = _("sector of an organisation")
        verbose_name_plural = _("sectors of an organisation")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "sector"], name="partners_organisation_sector_once"
            )
        ]

    def __str__(self):
        return str(self.sector)


class OrganisationName(SearchedPart):
    class Kind(models.TextChoices):
        OFFICIAL = "official", _("official")
        SHORT = "short", _("short")
        FORMER = "former", _("former")
        ALIAS = "alias", _("alias")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="names")
    text = models.CharField(_("name"), max_length=250)
    language = models.CharField(
        _("language"),
        max_length=20,
        blank=True,
        help_text=_("BCP 47, for example de, kk, ru, uz-Cyrl."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ALIAS)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    compare_key = models.CharField(max_length=250, editable=False, default="")
    sound_key = models.CharField(max_length=250, editable=False, default="")

    found_by = "organisation"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering = ["kind", "language", "text"]
        indexes = [
            models.Index(fields=["text"]),
            models.Index(fields=["compare_key"]),
            models.Index(fields=["sound_key"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "text"],
                name="partners_name_once",
                violation_error_message=_("This name is entered twice for the organisation."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="partners_name_dates",
                violation_error_message=_("A name can't end before it begins."),
            ),
        ]

    def __str__(self):
        return self.text

    def derive(self):
        self.compare_key = compare_key(self.text)[:250]
        self.sound_key = sound_key(self.text)[:250]


class OrganisationIdentifier(SearchedPart):
    class Scheme(models.TextChoices):
        ROR = "ror", "ROR"
        LEI = "lei", "LEI"
        VAT = "vat", _("VAT number")
        REGISTER = "register", _("commercial register")
        FOREIGN = "foreign", _("foreign identifier")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="identifiers"
    )
    scheme = models.CharField(_("scheme"), max_length=10, choices=Scheme)
    value = models.CharField(_("value"), max_length=100)

    found_by = "organisation"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ["scheme", "value"]
        indexes = [models.Index(fields=["value"])]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="partners_identifier_once",
                violation_error_message=_("Another organisation already bears this identifier."),
            )
        ]

    def __str__(self):
        return f"{self.get_scheme_display()} {self.value}"

    def check_rules(self):
        super().check_rules()
        try:
            self.value = check_identifier(self.scheme, self.value)
        except ValueError as error:
            raise ValidationError(
                {
                    "value": ValidationError(
                        _("“%(value)s” is not a valid %(scheme)s: check it for a typing error."),
                        code="identifier",
                        params={"value": self.value, "scheme": self.get_scheme_display()},
                    )
                }
            ) from error


class OrganisationProfile(TrackedModel):
    """What the delegation booklet prints of an organisation, in one language."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="profiles"
    )
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=[("de", _("German")), ("en", _("English")), ("ru", _("Russian"))],
    )
    summary = models.TextField(_("summary"))
    offers = models.TextField(_("offers"), blank=True)
    seeks = models.TextField(_("seeks"), blank=True)

    written_together = True

    class Meta(TrackedModel.Meta):
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "language"],
                name="partners_profile_per_language",
                violation_error_message=_("There is already a profile in this language."),
            )
        ]

    def __str__(self):
        return self.get_language_display()


class MarketInterest(TrackedModel):
    """What an organisation said of a market, and when."""

    class Status(models.TextChoices):
        EXPORTING = "exporting", _("exporting")
        INTERESTED = "interested", _("interested")
        NOT_INTERESTED = "not_interested", _("not interested")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="market_interests"
    )
    country = CountryField(_("country"))
    status = models.CharField(_("status"), max_length=20, choices=Status)
    as_of = models.DateField(_("as of"))
    source = models.CharField(_("source"), max_length=500, blank=True)

    written_together = True

    class Meta(TrackedModel.Meta):
        verbose_name = _("market interest")
        verbose_name_plural = _("market interests")
        ordering = ["country"]
        indexes = [models.Index(fields=["country", "status"])]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "country"],
                name="partners_market_interest_once",
                violation_error_message=_("There is already an entry for this market."),
            )
        ]

    def __str__(self):
        return f"{self.country.name}: {self.get_status_display()}"

    def check_rules(self):
        super().check_rules()
        known = getattr(self, "_read", {}).get("as_of")
        if known is not None and self.as_of is not None and self.as_of < known:
            raise ValidationError(
                {
                    "as_of": ValidationError(
                        _("A newer statement of %(date)s is already known; it is kept."),
                        code="older",
                        params={"date": known},
                    )
                }
            )
