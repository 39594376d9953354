"""What was promised: a follow-up (Wiedervorlage) of one colleague, about exactly one record."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet
from partners.models import Organisation, Person

from .agreement import Agreement
from .contact import Interaction
from .cooperation import Cooperation
from .mission import Mission
from .project import Project

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


class AboutOne:
    """A row about exactly one record: one of its foreign keys ``TARGETS`` is set."""

    TARGETS: tuple[str, ...] = ()

    @property
    def target(self):
        """The record that it is about."""
        for name in self.TARGETS:
            if getattr(self, f"{name}_id") is not None:
                return getattr(self, name)
        return None


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

    def of_team(self, user):
        return self.filter(assignee__in=user.team_members().values("pk"))

    def with_last_contact(self):
        """Annotate ``last_contact_id``: the newest interaction with the target, or None.

        One key for each of the ways to a contact: a query of its own for each row, so for the rows
        of a page only.
        """
        newest = Interaction.objects.active().order_by("-occurred_at", "-pk").values("pk")
        of_organisation = newest.filter(organisation_links__organisation=OuterRef("organisation"))
        of_person = newest.filter(person_links__person=OuterRef("person"))
        cooperation = Coalesce(
            OuterRef("cooperation"),
            OuterRef("agreement__cooperation"),
            OuterRef("project__cooperation"),
        )
        return self.annotate(
            last_contact_id=Coalesce(
                "interaction",
                Subquery(of_organisation[:1]),
                Subquery(of_person[:1]),
                Subquery(newest.filter(cooperation=cooperation)[:1]),
                Subquery(newest.filter(mission=OuterRef("mission"))[:1]),
            )
        )

    def for_list(self):
        """The query of the admin list."""
        return self.select_related("assignee", *FollowUp.TARGETS).select_related(
            "cooperation__home", "cooperation__partner"
        )


class FollowUp(AboutOne, Record):
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
    # From where the rhythm counts, where due_on is another day: put off, or the 28th for a 31st.
    rhythm_from = models.DateField(_("repeated from"), null=True, blank=True, editable=False)
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
    note = models.TextField(_("note"), blank=True, help_text=_("What whoever does it has to know."))
    # Handed over by a colleague: whoever has it now sees from whom.
    passed_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("passed on by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    passed_on_at = models.DateTimeField(_("passed on at"), null=True, blank=True, editable=False)
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

    @classmethod
    def after_saving(cls, saved):
        from ..radar import look_again

        super().after_saving(saved)
        look_again(cls, [one.record.pk for one in saved])

    @property
    def is_overdue(self):
        return self.done_at is None and self.due_on < timezone.localdate()
