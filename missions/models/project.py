"""A follow-up project (Folgeprojekt): what grew out of a mission, stage by stage.

Forecast and confirmed figures stand apart and are never summed.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from legcrm.core.models import Record, RecordQuerySet, SearchableModel, SearchedPart, TrackedModel
from legcrm.core.naming import find_called
from partners.models import Organisation, Sector

from .agreement import Agreement
from .cooperation import Cooperation
from .mission import Mission


class Stage(models.TextChoices):
    IDEA = "idea", _("idea")
    QUALIFIED = "qualified", _("qualified")
    NEGOTIATION = "negotiation", _("negotiation")
    IMPLEMENTATION = "implementation", _("implementation")
    COMPLETED = "completed", _("completed")
    ON_HOLD = "on_hold", _("on hold")
    DROPPED = "dropped", _("dropped")


# The road of a project; on hold and dropped can be reached from anywhere on it.
ROAD = (
    Stage.IDEA,
    Stage.QUALIFIED,
    Stage.NEGOTIATION,
    Stage.IMPLEMENTATION,
    Stage.COMPLETED,
)
# Beside the road: with a reason, and a day on which to look again.
STOPPED = (Stage.ON_HOLD, Stage.DROPPED)
# What a project needs from a stage on: the gates. One table for the constraints, the form and its
# hints, the board and the import.
REQUIRED_FROM = (
    ("country", Stage.QUALIFIED),
    ("sector", Stage.QUALIFIED),
    ("next_step", Stage.NEGOTIATION),
    ("value_forecast_eur", Stage.NEGOTIATION),
    ("starts_on", Stage.IMPLEMENTATION),
    ("ends_on", Stage.COMPLETED),
    ("confirmed_on", Stage.COMPLETED),
    ("confirmed_by", Stage.COMPLETED),
    ("confirmed_evidence", Stage.COMPLETED),
)
_TEXT = {"country", "next_step", "confirmed_by", "confirmed_evidence"}
# Who confirmed figures, when, and where that is written; and the figures themselves.
CONFIRMATION = (
    "value_confirmed_eur",
    "jobs_confirmed",
    "confirmed_on",
    "confirmed_by",
    "confirmed_evidence",
)


# What the table asks for, in words.
_NEEDED = {
    "country": _("a country"),
    "sector": _("a sector"),
    "next_step": _("a next step"),
    "value_forecast_eur": _("a forecast of its value"),
    "starts_on": _("the day on which it starts"),
    "ends_on": _("the day on which it ends"),
    "confirmed_on": _("the day on which its result was confirmed"),
    "confirmed_by": _("the name of whoever confirmed its result"),
    "confirmed_evidence": _("evidence of its result"),
}


def _required_constraints():
    for name, stage in REQUIRED_FROM:
        later = [str(s) for s in ROAD[ROAD.index(stage) :]]
        filled = Q(**{f"{name}__gt": ""}) if name in _TEXT else Q(**{f"{name}__isnull": False})
        yield models.CheckConstraint(
            condition=~Q(stage__in=later) | filled,
            name=f"missions_project_needs_{name}",
            violation_error_code=name,
            violation_error_message=format_lazy(
                _("From the stage “{stage}” on the project needs {what}."),
                stage=stage.label,
                what=_NEEDED[name],
            ),
        )


class ProjectQuerySet(RecordQuerySet):
    def under_way(self):
        return self.filter(
            stage__in=[Stage.IDEA, Stage.QUALIFIED, Stage.NEGOTIATION, Stage.IMPLEMENTATION]
        )

    def without_next_step(self):
        return self.under_way().filter(next_step="")

    def stopped(self):
        return self.filter(stage__in=STOPPED)

    def to_look_at(self, day: date):
        """Return what stopped and is, on ``day``, worth another look."""
        return self.stopped().filter(look_again_on__lte=day)

    def without_confirmation(self):
        """Return what is being built or done and has no confirmed figures yet."""
        return self.filter(
            stage__in=[Stage.IMPLEMENTATION, Stage.COMPLETED],
            value_confirmed_eur=None,
            jobs_confirmed=None,
        )

    def called(self, texts):
        """Return ``{text: [(key, label), …]}`` of the projects of these titles; one query."""
        return find_called(
            self, texts, ("title",), names=lambda title: (title,), label=lambda title: title
        )

    def for_list(self):
        """The query of the admin list."""
        return self.select_related("owner", "origin_mission", "sector")

    def for_board(self):
        """The query of the cards on the board: ``due_on`` is the day of the next follow-up."""
        follow_ups = Project._meta.get_field("follow_ups").related_model.objects.open()
        first = follow_ups.filter(project=OuterRef("pk")).order_by("due_on")
        return self.for_list().annotate(due_on=Subquery(first.values("due_on")[:1]))


class Project(SearchableModel, Record):
    Stage = Stage

    title = models.CharField(_("title"), max_length=200)
    sector = models.ForeignKey(
        Sector,
        verbose_name=_("sector"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    stage = models.CharField(_("stage"), max_length=15, choices=Stage, default=Stage.IDEA)
    country = CountryField(_("country"), blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    origin_mission = models.ForeignKey(
        Mission,
        verbose_name=_("mission it came from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    cooperation = models.ForeignKey(
        Cooperation,
        verbose_name=_("cooperation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    agreement = models.ForeignKey(
        Agreement,
        verbose_name=_("agreement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="owned_projects",
    )
    value_forecast_eur = models.DecimalField(
        _("value, forecast (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    value_confirmed_eur = models.DecimalField(
        _("value, confirmed (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    jobs_forecast = models.PositiveIntegerField(_("jobs, forecast"), null=True, blank=True)
    jobs_confirmed = models.PositiveIntegerField(_("jobs, confirmed"), null=True, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    confirmed_evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    noted_on = models.DateField(
        _("first noted on"),
        null=True,
        blank=True,
        help_text=_("When the idea came up; empty where that is not known."),
    )
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    drop_reason = models.CharField(_("reason for stopping"), max_length=300, blank=True)
    look_again_on = models.DateField(
        _("look again on"),
        null=True,
        blank=True,
        help_text=_("When a project on hold or dropped is worth another look."),
    )
    notes = models.TextField(_("notes"), blank=True)

    objects = ProjectQuerySet.as_manager()

    protected_fields = {
        "notes": "core.view_notes",
        "archived_reason": "core.view_notes",
        "drop_reason": "core.view_notes",
    }
    parts = ("parties", "milestones")
    search_children = ("parties__organisation__name", "parties__organisation__short_name")
    written_together = True

    class Meta(Record.Meta):
        verbose_name = _("follow-up project")
        verbose_name_plural = _("follow-up projects")
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["stage"]), models.Index(fields=["country"])]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(title__gt=""),
                name="missions_project_title",
                violation_error_message=_("Enter the title of the project."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="missions_project_ends_after_start",
                violation_error_message=_("A project can't end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(value_confirmed_eur__isnull=True, jobs_confirmed__isnull=True)
                | Q(confirmed_on__isnull=False, confirmed_by__gt="", confirmed_evidence__gt=""),
                name="missions_project_confirmed_with_evidence",
                violation_error_code="confirmed_on",
                violation_error_message=_(
                    "Confirmed figures need the date, who confirmed them, and the evidence."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(stage="dropped") | Q(drop_reason__gt=""),
                name="missions_project_dropped_with_reason",
                violation_error_code="drop_reason",
                violation_error_message=_("Say why the project was dropped."),
            ),
            models.CheckConstraint(
                condition=~Q(stage="on_hold") | Q(drop_reason__gt=""),
                name="missions_project_on_hold_with_reason",
                violation_error_code="drop_reason",
                violation_error_message=_("Say why the project is on hold."),
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["on_hold", "dropped"]) | Q(look_again_on__isnull=False),
                name="missions_project_look_again",
                violation_error_code="look_again_on",
                violation_error_message=_(
                    "Enter the day on which the project is to be looked at again."
                ),
            ),
            *_required_constraints(),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("admin:missions_project_change", args=[self.pk])

    @property
    def next_stage(self):
        """The next stage on the road, or None at its end or beside it."""
        if self.stage not in ROAD:
            return None
        position = ROAD.index(Stage(self.stage))
        return ROAD[position + 1] if position + 1 < len(ROAD) else None

    def gates(self):
        """Return ``[(stage, [(field, is filled)])]``: what each stage asks for, in their order."""
        return [
            (
                stage,
                [
                    (self._meta.get_field(name), self._is_filled(name))
                    for name, needed_from in REQUIRED_FROM
                    if needed_from == stage
                ],
            )
            for stage in ROAD
        ]

    def missing_for(self, stage):
        """Return the fields (model fields) that ``stage`` needs and that are empty.

        Of on hold and dropped these are the reason and the day to look again.
        """
        if stage in STOPPED:
            names = ["drop_reason", "look_again_on"]
        else:
            reached = ROAD[: ROAD.index(Stage(stage)) + 1]
            names = [name for name, needed_from in REQUIRED_FROM if needed_from in reached]
        return [self._meta.get_field(name) for name in names if not self._is_filled(name)]

    def _is_filled(self, name):
        return getattr(self, name) not in (None, "")

    def stage_before_stop(self):
        """Return the stage on the road that a stopped project was last in, by its history.

        None where it is not stopped, or was entered so.
        """
        if self.stage not in STOPPED:
            return None
        entries = self.history.exclude(stage__in=STOPPED).order_by("-history_date", "-history_id")
        stage = entries.values_list("stage", flat=True).first()
        return Stage(stage) if stage else None

    @classmethod
    def after_saving(cls, saved):
        from ..radar import look_again

        super().after_saving(saved)
        look_again(cls, [one.record.pk for one in saved if not one.added])

    def search_terms(self):
        return self.title, self.city


class ProjectParty(SearchedPart):
    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        PARTNER = "partner", _("partner")
        FUNDER = "funder", _("funder")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="project_parties",
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.PARTNER)

    found_by = "project"
    written_together = True

    class Meta(SearchedPart.Meta):
        verbose_name = _("party of a project")
        verbose_name_plural = _("parties of a project")
        ordering = ["role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "role"],
                name="missions_project_party_once",
                violation_error_message=_("This organisation is entered twice in this role."),
            )
        ]

    def __str__(self):
        return str(self.organisation)


class Milestone(TrackedModel):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(_("title"), max_length=200)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    written_together = True

    class Meta(TrackedModel.Meta):
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = [F("due_on").asc(nulls_last=True), "pk"]

    def __str__(self):
        return self.title
