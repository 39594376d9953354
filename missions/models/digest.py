"""The morning e-mail, and which promise it has reminded whom of: each once for each due day."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .follow_up import FollowUp


class Digest(models.Model):
    """The morning e-mail of one colleague on one day; sent once ``sent_at`` is set."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="digests",
    )
    day = models.DateField(_("day"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)

    class Meta:
        verbose_name = _("morning e-mail")
        verbose_name_plural = _("morning e-mails")
        ordering = ["-day", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="missions_digest_once"),
        ]

    def __str__(self):
        return f"{self.user}, {self.day}"


class Reminder(models.Model):
    """One colleague was reminded of one follow-up for one due day; never twice."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="reminders")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminders"
    )
    due_on = models.DateField(_("due on"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "user", "due_on"], name="missions_reminder_once"
            ),
        ]

    def __str__(self):
        return f"{self.follow_up}, {self.due_on}"
