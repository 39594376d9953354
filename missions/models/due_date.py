"""The day of a record that brings about a follow-up by itself: each once."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .agreement import Agreement
from .follow_up import AboutOne, FollowUp, exactly_one
from .project import Project

TARGETS = ("agreement", "project")


class DueDate(AboutOne, models.Model):
    """For this day of an agreement or project a follow-up was made; never a second one.

    The day is the end of an agreement's term, or when a stopped project is to be looked at again.
    """

    TARGETS = TARGETS

    agreement = models.ForeignKey(
        Agreement, null=True, on_delete=models.CASCADE, related_name="due_dates"
    )
    project = models.ForeignKey(
        Project, null=True, on_delete=models.CASCADE, related_name="due_dates"
    )
    day = models.DateField(_("day"))
    follow_up = models.ForeignKey(
        FollowUp, null=True, on_delete=models.SET_NULL, related_name="due_dates"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("day that a follow-up was made for")
        verbose_name_plural = _("days that follow-ups were made for")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=exactly_one(*TARGETS),
                name="missions_duedate_exactly_one_target",
                violation_error_message=_("A day is that of exactly one record."),
            ),
            *(
                models.UniqueConstraint(
                    fields=[name, "day"],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"missions_duedate_{name}_once",
                )
                for name in TARGETS
            ),
        ]

    def __str__(self):
        return f"{self.target}, {self.day}"
