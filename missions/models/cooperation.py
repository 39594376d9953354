"""A cooperation: the contact of one home organisation with one foreign partner, for one subject."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legcrm.core.dates import start_of
from legcrm.core.models import Record, RecordQuerySet, SearchableModel, TrackedModel
from legcrm.core.naming import find_called
from partners.models import Organisation

from .mission import Mission


class Field(models.TextChoices):
    """The field of work in which the balance of a mission counts its results."""

    UNIVERSITY = "university", _("university")
    ECONOMIC = "economic", _("economic")
    RESEARCH = "research", _("research")
    EDUCATION = "education", _("education")


class CooperationQuerySet(RecordQuerySet):
    def contacted(self, first=None, last=None):
        """Return those whose last contact was from ``first`` to ``last`` (days; None: open)."""
        since = Exists(_contacts(after=None if first is None else start_of(first)))
        if last is None:
            return self.filter(since)
        return self.filter(since, ~Exists(_contacts(after=start_of(last + timedelta(days=1)))))

    def never_contacted(self):
        return self.filter(~Exists(_contacts()))

    def without_next_step(self):
        """Return those with no open follow-up."""
        follow_ups = Cooperation._meta.get_field("follow_ups").related_model.objects.open()
        return self.filter(~Exists(follow_ups.filter(cooperation=OuterRef("pk"))))

    def with_last_contact(self):
        """Annotate ``last_contact`` (datetime of the newest interaction, or None)."""
        newest = _contacts()
        return self.annotate(
            last_contact=Subquery(newest.order_by("-occurred_at").values("occurred_at")[:1])
        )

    def with_next_step(self):
        """Annotate ``next_step`` and ``next_step_on`` from the first open follow-up."""
        follow_ups = Cooperation._meta.get_field("follow_ups").related_model
        first = follow_ups.objects.open().filter(cooperation=OuterRef("pk")).order_by("due_on")
        return self.annotate(
            next_step=Subquery(first.values("what")[:1]),
            next_step_on=Subquery(first.values("due_on")[:1]),
        )

    def called(self, texts):
        """Return ``{text: [(key, label), …]}`` of the cooperations that ``texts`` name.

        "TITK – UzTextilprom", each side by its name or short name, with the subject behind it
        (": moulds") where a pair has several; one query.
        """
        return find_called(
            self,
            texts,
            ("home__short_name", "home__name", "partner__short_name", "partner__name", "subject"),
            names=_names_of,
            label=_label_of,
        )

    def for_list(self):
        """The query of the admin list."""
        return (
            self.select_related("home", "partner", "owner", "origin_mission")
            .with_last_contact()
            .with_next_step()
        )

    def for_board(self):
        """The query of the cards on the board."""
        return self.for_list()


def _contacts(after=None):
    """Return the interactions of a cooperation since ``after`` (an instant)."""
    interactions = Cooperation._meta.get_field("interactions").related_model.objects.active()
    interactions = interactions.filter(cooperation=OuterRef("pk"))
    return interactions if after is None else interactions.filter(occurred_at__gte=after)


def _names_of(home_short, home, partner_short, partner, subject):
    # People write whichever dash their keyboard has.
    for dash in (" – ", " - ", " — "):
        for left in filter(None, (home_short, home)):
            for right in filter(None, (partner_short, partner)):
                yield f"{left}{dash}{right}"
                if subject:
                    yield f"{left}{dash}{right}: {subject}"


def _label_of(home_short, home, partner_short, partner, subject):
    name = f"{home_short or home} – {partner_short or partner}"
    return f"{name}: {subject}" if subject else name


class Cooperation(SearchableModel, Record):
    class Stage(models.TextChoices):
        IDENTIFIED = "identified", _("identified")
        INTRODUCED = "introduced", _("introduced")
        TALKS = "talks", _("in talks")
        AGREED = "agreed", _("agreed")
        ACTIVE = "active", _("active")
        DORMANT = "dormant", _("dormant")
        ENDED = "ended", _("ended")

    home = models.ForeignKey(
        Organisation,
        verbose_name=_("home organisation"),
        on_delete=models.PROTECT,
        related_name="home_cooperations",
    )
    partner = models.ForeignKey(
        Organisation,
        verbose_name=_("foreign partner"),
        on_delete=models.PROTECT,
        related_name="partner_cooperations",
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    field = models.CharField(_("field"), max_length=15, choices=Field)
    stage = models.CharField(_("stage"), max_length=15, choices=Stage, default=Stage.IDENTIFIED)
    stage_since = models.DateField(
        _("stage since"),
        null=True,
        blank=True,
        help_text=_("When the stage was reached; empty where that is not known."),
    )
    ended_reason = models.CharField(_("why it ended"), max_length=300, blank=True)
    origin_mission = models.ForeignKey(
        Mission,
        verbose_name=_("mission it came from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cooperations",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_cooperations",
    )
    notes = models.TextField(_("notes"), blank=True)

    objects = CooperationQuerySet.as_manager()

    protected_fields = {
        "notes": "core.view_notes",
        "archived_reason": "core.view_notes",
        "ended_reason": "core.view_notes",
    }
    parts = ("stages",)
    search_children = ("home__name", "home__short_name", "partner__name", "partner__short_name")

    class Meta(Record.Meta):
        verbose_name = _("cooperation")
        verbose_name_plural = _("cooperations")
        ordering = ["home__name", "partner__name", "pk"]
        indexes = [models.Index(fields=["stage"])]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(home=F("partner")),
                name="missions_cooperation_two_sides",
                violation_error_message=_("A cooperation needs two different organisations."),
            ),
            models.CheckConstraint(
                condition=~Q(stage="ended") | Q(ended_reason__gt=""),
                name="missions_cooperation_ended_with_reason",
                violation_error_message=_("Say why the cooperation ended."),
            ),
            models.UniqueConstraint(
                "home",
                "partner",
                Lower("subject"),
                name="missions_cooperation_once",
                violation_error_message=_(
                    "This cooperation is already entered. Give a second one another subject."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.home} – {self.partner}"

    def get_absolute_url(self):
        return reverse("admin:missions_cooperation_change", args=[self.pk])

    def check_rules(self):
        super().check_rules()
        changed = self.changed_fields()
        if "home" in changed and not self.home.is_home:
            raise ValidationError(
                {"home": _("“%(name)s” is not from the home region.") % {"name": self.home}}
            )
        if "partner" in changed and self.partner.is_home:
            raise ValidationError(
                {"partner": _("“%(name)s” is from the home region.") % {"name": self.partner}}
            )

    def date_stage(self, day):
        """Set since when the stage about to be saved was reached, the day of the last one too."""
        self.stage_since, self._stage_is_dated = day, True

    def save(self, *args, **kwargs):
        """Save, and date the change of stage: each stage reached is a row of its own."""
        with transaction.atomic():
            adding = self._state.adding
            changed = self.changed_fields()
            dated = self.__dict__.pop("_stage_is_dated", False) or "stage_since" in changed
            if "stage" in changed and not adding and not dated:
                self.stage_since = timezone.localdate()
            super().save(*args, **kwargs)
            if adding or "stage" in changed:
                self.stages.create(stage=self.stage, since=self.stage_since)
            elif "stage_since" in changed:
                newest = self.stages.order_by("pk").last()
                newest.since = self.stage_since
                newest.save()

    @classmethod
    def after_saving(cls, saved):
        from ..radar import look_again

        super().after_saving(saved)
        look_again(cls, [one.record.pk for one in saved if not one.added])

    def search_terms(self):
        home, partner = self.home, self.partner
        # As it is called first: "TITK – UzTextilprom".
        return (str(home), str(partner), self.subject, home.name, partner.name)


class CooperationStage(TrackedModel):
    """A stage that a cooperation reached, and since when. Written by ``Cooperation.save``."""

    cooperation = models.ForeignKey(Cooperation, on_delete=models.CASCADE, related_name="stages")
    stage = models.CharField(_("stage"), max_length=15, choices=Cooperation.Stage)
    since = models.DateField(_("since"), null=True, blank=True)

    class Meta(TrackedModel.Meta):
        verbose_name = _("stage of a cooperation")
        verbose_name_plural = _("stages of a cooperation")
        ordering = ["pk"]

    def __str__(self):
        return self.get_stage_display()
