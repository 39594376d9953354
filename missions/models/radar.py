"""The radar: rules that tell which contact goes cold, and what they found last night."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet
from partners.models import Organisation

from .agreement import Agreement
from .follow_up import AboutOne, FollowUp, exactly_one
from .project import Project


class RadarRuleQuerySet(RecordQuerySet):
    def in_use(self):
        return self.active().filter(is_on=True)


class RadarRule(Record):
    """After how many days what goes cold; reference data by migration, changed by administrators.

    What each condition asks stands in ``missions.radar``.
    """

    class Condition(models.TextChoices):
        IDLE = "idle", _("organisation without contact")
        AGREEMENT = "agreement", _("agreement without activity")
        OVERDUE = "overdue", _("promise overdue")
        NO_NEXT_STEP = "no_next_step", _("project without next step")

    condition = models.CharField(_("condition"), max_length=15, choices=Condition, unique=True)
    days = models.PositiveIntegerField(
        _("days"), help_text=_("Found when it has lasted for more days than this.")
    )
    is_on = models.BooleanField(_("in use"), default=True)

    objects = RadarRuleQuerySet.as_manager()

    protected_fields = {"archived_reason": "core.view_notes"}

    class Meta(Record.Meta):
        verbose_name = _("radar rule")
        verbose_name_plural = _("radar rules")
        ordering = ["pk"]

    def __str__(self):
        return self.get_condition_display()

    def get_absolute_url(self):
        return reverse("admin:missions_radarrule_change", args=[self.pk])

    @property
    def is_in_use(self):
        return self.is_on and not self.is_archived


TARGETS = ("organisation", "agreement", "follow_up", "project")


class StaleLeadQuerySet(models.QuerySet):
    def for_user(self, user):
        """Return what ``user`` may see: those of records whose kind the user may see."""
        if not user.has_perm("missions.view_stalelead"):
            return self.none()
        for name in TARGETS:
            opts = self.model._meta.get_field(name).related_model._meta
            if not user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
                self = self.filter(**{f"{name}__isnull": True})
        return self

    def of(self, user):
        return self.filter(owner=user)

    def shown(self, today):
        """Return those of rules in use that nobody has put off beyond ``today``."""
        return self.of_rules_in_use().filter(
            Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=today)
        )

    def put_off(self, today):
        """Return those of rules in use that are out of sight until a day after ``today``."""
        return self.of_rules_in_use().filter(snoozed_until__gt=today)

    def of_rules_in_use(self):
        return self.filter(rule__in=RadarRule.objects.in_use())

    def for_list(self):
        """The query of what is shown; by one join of all tables, planning takes the longest."""
        return self.select_related(
            "rule", "owner", "organisation", "agreement", "project", "follow_up"
        ).prefetch_related("follow_up__agreement", "follow_up__project", "follow_up__interaction")


class StaleLead(AboutOne, models.Model):
    """What a rule found: a record of one colleague that nobody has looked after for long.

    Derived: found anew each night (``missions.radar``), and gone as soon as somebody acts.
    """

    class Rank(models.IntegerChoices):
        """What comes first in "who calls whom today"; derived along with the lead."""

        PROMISE = 1  # overdue, to a partner with an agreement or a cooperation that goes on
        AGREEMENT = 2
        PROJECT = 3
        ACTIVE = 4  # organisation with an active cooperation
        LAST_MISSION = 5  # organisation that took part in the last mission
        OTHER_PROMISE = 6
        OTHER = 7

    TARGETS = TARGETS

    rule = models.ForeignKey(
        RadarRule, verbose_name=_("rule"), on_delete=models.CASCADE, related_name="leads"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        on_delete=models.CASCADE,
        related_name="stale_leads",
    )
    agreement = models.ForeignKey(
        Agreement,
        verbose_name=_("agreement"),
        null=True,
        on_delete=models.CASCADE,
        related_name="stale_leads",
    )
    follow_up = models.ForeignKey(
        FollowUp,
        verbose_name=_("follow-up"),
        null=True,
        on_delete=models.CASCADE,
        related_name="stale_leads",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        on_delete=models.CASCADE,
        related_name="stale_leads",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        on_delete=models.CASCADE,
        related_name="stale_leads",
    )
    # The last sign of life; without any, the day the record was entered.
    idle_since = models.DateField(_("idle since"))
    rank = models.PositiveSmallIntegerField(_("rank"), default=Rank.OTHER)
    found_at = models.DateTimeField(_("found at"), default=timezone.now, editable=False)
    # "Not now": out of sight until this day.
    snoozed_until = models.DateField(_("put off until"), null=True)

    objects = StaleLeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("stale lead")
        verbose_name_plural = _("stale leads")
        ordering = ["rank", "idle_since", "pk"]
        default_permissions = ("view", "change")
        indexes = [
            models.Index(fields=["owner", "rank", "idle_since", "id"]),
            models.Index(fields=["rank", "idle_since", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=exactly_one(*TARGETS),
                name="missions_stalelead_exactly_one_target",
                violation_error_message=_("A stale lead is exactly one record."),
            ),
            *(
                models.UniqueConstraint(
                    fields=["rule", name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"missions_stalelead_{name}_once",
                )
                for name in TARGETS
            ),
        ]

    def __str__(self):
        return str(self.target)
