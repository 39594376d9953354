"""A mission: a delegation trip, business trip, online mission, information event or visit.

Missions build on one another; each has its stops, and the organisations and people that took part.
"""

from collections import defaultdict
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_countries.fields import CountryField

from legcrm.core.dates import DatePrecision, format_span
from legcrm.core.models import (
    Record,
    RecordQuerySet,
    SearchableModel,
    SearchedPart,
    TrackedModel,
    TrackedQuerySet,
)
from legcrm.core.naming import find_called
from partners.models import Organisation, Sector

from ..lineage import check_link, hold_links
from ..timezones import validate_timezone


class MissionQuerySet(RecordQuerySet):
    def running(self, day=None):
        """Return missions that are on, on ``day`` (default: today)."""
        day = day or timezone.localdate()
        return (
            self.exclude(status=Mission.Status.CANCELLED)
            .filter(starts_on__lte=day)
            .filter(Q(ends_on__gte=day) | Q(ends_on__isnull=True, starts_on=day))
        )

    def coming(self, day=None):
        """Return missions that begin after ``day`` (default: today)."""
        return self.exclude(status=Mission.Status.CANCELLED).filter(
            starts_on__gt=day or timezone.localdate()
        )

    def ahead(self, day=None):
        """Return missions that are on, or begin after ``day`` (default: today)."""
        return self.running(day) | self.coming(day)

    def over(self, day=None):
        """Return missions that took place before ``day`` (default: today)."""
        day = day or timezone.localdate()
        ended = Q(ends_on__lt=day) | Q(ends_on__isnull=True, starts_on__lt=day)
        return self.exclude(status=Mission.Status.CANCELLED).filter(ended)

    def in_preparation(self):
        """Return missions that somebody works on: what is missing for them still matters."""
        return self.filter(status__in=Mission.OPEN_STATUSES)

    def with_participant_count(self):
        """Annotate ``participant_count`` (of those who hold a place)."""
        participations = Mission._meta.get_field("participations").related_model
        taken = (
            participations.objects.holding_a_place()
            .filter(mission=OuterRef("pk"))
            .order_by()
            .values("mission")
            .annotate(count=Count("pk"))
        )
        return self.annotate(participant_count=Coalesce(Subquery(taken.values("count")), 0))

    def called(self, texts):
        """Return ``{text: [(key, label), …]}`` of the missions that ``texts`` name.

        By code, or by title in German or English; one query.
        """
        return find_called(
            self,
            texts,
            ("code", "title_de", "title_en"),
            names=lambda *names: names,
            label=lambda code, *_titles: code,
        )

    def for_list(self):
        """The query of the admin list."""
        return (
            self.select_related("owner")
            .prefetch_related("stops", "country_links")
            .with_participant_count()
        )


class Mission(SearchableModel, Record):
    class Kind(models.TextChoices):
        DELEGATION_TRIP = "delegation_trip", _("delegation trip")
        BUSINESS_TRIP = "business_trip", _("business trip")
        ONLINE_MISSION = "online_mission", _("online mission")
        INFORMATION_EVENT = "information_event", _("information event")
        TRADE_FAIR = "trade_fair", _("trade fair")
        INBOUND_VISIT = "inbound_visit", _("inbound visit")

    class Status(models.TextChoices):
        IDEA = "idea", _("idea")
        PLANNED = "planned", _("planned")
        REGISTRATION = "registration", _("registration open")
        CONFIRMED = "confirmed", _("confirmed")
        RUNNING = "running", _("running")
        COMPLETED = "completed", _("completed")
        CANCELLED = "cancelled", _("cancelled")

    OPEN_STATUSES = (Status.PLANNED, Status.REGISTRATION, Status.CONFIRMED, Status.RUNNING)

    code = models.SlugField(
        _("code"),
        max_length=60,
        unique=True,
        help_text=_("Year and place, for example 2023-zentralasien."),
    )
    title_de = models.CharField(_("title (German)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    date_precision = models.CharField(
        _("date known to the"),
        max_length=10,
        choices=DatePrecision,
        default=DatePrecision.DAY,
        help_text=_("If only a month, season or year is known, enter its first day as start."),
    )
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.PLANNED)
    objectives = models.TextField(_("objectives"), blank=True)
    sectors = models.ManyToManyField(
        Sector,
        verbose_name=_("sectors"),
        through="MissionSector",
        related_name="missions",
        blank=True,
    )
    co_organisers = models.ManyToManyField(
        Organisation,
        verbose_name=_("co-organisers"),
        through="MissionCoOrganiser",
        related_name="co_organised_missions",
        blank=True,
    )
    built_on = models.ManyToManyField(
        "self",
        verbose_name=_("built on"),
        through="MissionLink",
        through_fields=("mission", "earlier"),
        symmetrical=False,
        related_name="continued_by",
        blank=True,
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_missions",
    )
    registration_deadline = models.DateField(_("registration deadline"), null=True, blank=True)
    capacity = models.PositiveIntegerField(
        _("capacity"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    announced_agreements = models.PositiveIntegerField(
        _("agreements announced"),
        null=True,
        blank=True,
        help_text=_("How many agreements were announced before departure."),
    )
    cost_eur = models.DecimalField(
        _("cost (EUR)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    funding_eur = models.DecimalField(
        _("funding (EUR)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    funding_source = models.CharField(
        _("source of funding"),
        max_length=200,
        blank=True,
        help_text=_("Budget title or programme."),
    )
    selection_procedure = models.TextField(
        _("how the delegation was selected"),
        blank=True,
        help_text=_("Call, criteria, who decided: as it may be said in public."),
    )
    asks_participants = models.BooleanField(
        _("ask participants afterwards"),
        default=False,
        help_text=_("Send questionnaires by e-mail after the return, after 6 and after 12 months."),
    )
    notes = models.TextField(_("notes"), blank=True)

    objects = MissionQuerySet.as_manager()

    protected_fields = {"notes": "core.view_notes", "archived_reason": "core.view_notes"}
    parts = (
        "stops",
        "country_links",
        "sector_links",
        "co_organiser_links",
        "links_to_earlier",
    )
    search_children = (
        "stops__city",
        "stops__country",
        "country_links__country",
        "co_organiser_links__organisation__name",
        "co_organiser_links__organisation__short_name",
    )

    class Meta(Record.Meta):
        verbose_name = _("mission")
        verbose_name_plural = _("missions")
        ordering = ["-starts_on", "code"]
        indexes = [
            models.Index(fields=["-starts_on", "code"]),
            models.Index(fields=["status", "starts_on"]),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="missions_mission_ends_after_start",
                violation_error_message=_("A mission can't end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(code__gt="") & Q(title_de__gt="") & Q(title_en__gt=""),
                name="missions_mission_code_and_title",
                violation_error_message=_("Enter the code and the title in both languages."),
            ),
            models.CheckConstraint(
                condition=(Q(cost_eur__isnull=True) | Q(cost_eur__gte=0))
                & (Q(funding_eur__isnull=True) | Q(funding_eur__gte=0)),
                name="missions_mission_money",
                violation_error_message=_("Amounts can't be negative."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("admin:missions_mission_change", args=[self.pk])

    @property
    def title(self):
        if (get_language() or "").startswith("en"):
            return self.title_en or self.title_de
        return self.title_de or self.title_en

    @property
    def dates(self):
        """The dates as known, for example "Herbst 2021"."""
        return format_span(self.starts_on, self.ends_on, self.date_precision)

    @property
    def countries(self):
        """ISO codes: of the stops in their order, else those entered."""
        codes = [stop.country for stop in self.stops.all()] or [
            link.country for link in self.country_links.all()
        ]
        return list(dict.fromkeys(codes))

    def check_rules(self):
        super().check_rules()
        if self._state.adding or "starts_on" not in self.changed_fields():
            return
        late = self.built_on.filter(starts_on__gt=self.starts_on).first()
        if late is not None:
            raise ValidationError(
                {"starts_on": _("The mission builds on “%(earlier)s”, which starts later.")
                 % {"earlier": late}},
            )  # fmt: skip
        early = self.continued_by.filter(starts_on__lt=self.starts_on).first()
        if early is not None:
            raise ValidationError(
                {"starts_on": _("“%(later)s” builds on this mission and starts before it.")
                 % {"later": early}},
            )  # fmt: skip

    def places_taken(self):
        return self.participations.holding_a_place().count()

    def search_terms(self):
        return self.code, self.title_de, self.title_en

    @classmethod
    def children_terms(cls, keys):
        found = super().children_terms(keys)
        names = _country_names()
        for terms in found.values():
            terms[:] = [name for term in terms for name in names.get(term, (term,))]
        return found


@cache
def _country_names():
    """Return {ISO code: its names}: a mission is found by them in either language."""
    names = defaultdict(list)
    for language in ("de", "en"):
        with override(language):
            for code, name in countries:
                names[code].append(str(name))
    return names


class MissionSector(TrackedModel):
    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="sector_links")
    sector = models.ForeignKey(
        Sector, verbose_name=_("sector"), on_delete=models.PROTECT, related_name="mission_links"
    )

    written_together = True

    class Meta(TrackedModel.Meta):
        verbose_name = _("sector of a mission")
        verbose_name_plural = _("sectors of a mission")
        constraints = [
            models.UniqueConstraint(
                fields=["mission", "sector"], name="missions_mission_sector_once"
            )
        ]

    def __str__(self):
        return str(self.sector)


class MissionCoOrganiser(SearchedPart):
    mission = models.ForeignKey(
        Mission, on_delete=models.CASCADE, related_name="co_organiser_links"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="co_organised_links",
    )

    found_by = "mission"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("co-organiser of a mission")
        verbose_name_plural = _("co-organisers of a mission")
        constraints = [
            models.UniqueConstraint(
                fields=["mission", "organisation"], name="missions_co_organiser_once"
            )
        ]

    def __str__(self):
        return str(self.organisation)


class MissionCountry(SearchedPart):
    """A country of a mission that has no stops: an information event about Kazakhstan."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="country_links")
    country = CountryField(_("country"))

    found_by = "mission"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("country of a mission")
        verbose_name_plural = _("countries of a mission")
        ordering = ["pk"]
        indexes = [models.Index(fields=["country"])]
        constraints = [
            models.UniqueConstraint(
                fields=["mission", "country"],
                name="missions_country_once",
                violation_error_message=_("This country is entered twice."),
            )
        ]

    def __str__(self):
        return self.country.name


class MissionLink(TrackedModel):
    """One mission built on an earlier one."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="links_to_earlier")
    earlier = models.ForeignKey(
        Mission,
        verbose_name=_("earlier mission"),
        on_delete=models.PROTECT,
        related_name="links_to_later",
    )

    class Meta(TrackedModel.Meta):
        verbose_name = _("link to an earlier mission")
        verbose_name_plural = _("links to earlier missions")
        constraints = [
            models.UniqueConstraint(fields=["mission", "earlier"], name="missions_link_once"),
            models.CheckConstraint(
                condition=~Q(mission=F("earlier")),
                name="missions_link_not_itself",
                violation_error_message=_("A mission can't build on itself."),
            ),
        ]

    def __str__(self):
        return str(self.earlier)

    def check_rules(self):
        super().check_rules()
        check_link(self.mission, self.earlier)

    def save(self, *args, **kwargs):
        with transaction.atomic():
            hold_links(type(self))
            super().save(*args, **kwargs)


class StopQuerySet(TrackedQuerySet):
    def for_user(self, user):
        """Who may see missions sees where they go."""
        return self if user.has_perm("missions.view_mission") else self.none()

    def called(self, texts, within=None):
        """Return ``{text: [(key, label), …]}`` of the stops in the cities that ``texts`` name.

        ``within`` is the key of the mission; without one only a number tells. One query.
        """
        return find_called(
            self if within is None else self.filter(mission=within),
            texts,
            ("city", "arrives_on", "mission__code"),
            names=lambda city, *_rest: () if within is None else (city,),
            label=lambda city, arrives_on, code: " · ".join(
                filter(
                    None, (city, format_span(arrives_on, None), code if within is None else None)
                )
            ),
        )


class Stop(SearchedPart):
    """A city on the way, in its own time zone."""

    mission = models.ForeignKey(
        Mission, verbose_name=_("mission"), on_delete=models.CASCADE, related_name="stops"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    city = models.CharField(_("city"), max_length=100)
    country = CountryField(_("country"))
    timezone = models.CharField(
        _("time zone"),
        max_length=50,
        validators=[validate_timezone],
        help_text=_("IANA name, for example Asia/Almaty; never an offset."),
    )
    arrives_on = models.DateField(_("arrives on"), null=True, blank=True)
    leaves_on = models.DateField(_("leaves on"), null=True, blank=True)
    hotel = models.CharField(_("hotel"), max_length=200, blank=True)

    objects = StopQuerySet.as_manager()

    found_by = "mission"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["position", "arrives_on", "pk"]
        indexes = [models.Index(fields=["country", "mission"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(arrives_on__isnull=True)
                | Q(leaves_on__isnull=True)
                | Q(leaves_on__gte=F("arrives_on")),
                name="missions_stop_leaves_after_arrival",
                violation_error_message=_("A stop can't end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(city__gt="") & Q(country__gt="") & Q(timezone__gt=""),
                name="missions_stop_place",
                violation_error_message=_("Enter city, country and time zone of the stop."),
            ),
        ]

    def __str__(self):
        return self.city

    def check_rules(self):
        super().check_rules()
        validate_timezone(self.timezone)
        first, last = self.mission.starts_on, self.mission.ends_on or self.mission.starts_on
        if first is None or self.mission.date_precision != DatePrecision.DAY:
            return
        for name in ("arrives_on", "leaves_on"):
            day = getattr(self, name)
            if day is not None and not first <= day <= last:
                raise ValidationError(
                    {
                        name: ValidationError(
                            _("%(city)s: the day lies outside the mission (%(dates)s)."),
                            code="outside_mission",
                            params={"city": self.city, "dates": format_span(first, last)},
                        )
                    }
                )
