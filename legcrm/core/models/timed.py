"""What happens by the clock: runs of the timed work, and figures counted ahead."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TimedRun(models.Model):
    """One run of a piece of timed work (``manage.py daily``); ended once ``finished_at`` is set."""

    task = models.CharField(_("task"), max_length=60)
    day = models.DateField(_("day"))
    started_at = models.DateTimeField(_("started at"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    # What was done, in numbers, for whoever looks after the server.
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    problem = models.TextField(_("problem"), blank=True)

    class Meta:
        verbose_name = _("timed run")
        verbose_name_plural = _("timed runs")
        ordering = ["-started_at", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["task", "-started_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "day"],
                condition=Q(finished_at__isnull=False, problem=""),
                name="core_timedrun_once_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.task}, {self.day}"


class StoredFigure(models.Model):
    """Figures that take too long to count for each page, as they were at ``counted_at``."""

    key = models.CharField(max_length=60, unique=True)
    value = models.JSONField(encoder=DjangoJSONEncoder)
    counted_at = models.DateTimeField(_("counted at"), default=timezone.now)

    class Meta:
        verbose_name = _("stored figure")
        verbose_name_plural = _("stored figures")
        default_permissions = ()

    def __str__(self):
        return self.key


class CalendarLink(models.Model):
    """A secret address under which a calendar program reads one user's dates, until revoked.

    Only the hash of the secret is kept: who reads the database can't read the calendar by it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_links"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at__isnull=True),
                name="core_calendarlink_one_in_use",
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.created_at:%Y-%m-%d}"
