"""How often something was tried lately: what slows down whoever guesses."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RateCount(models.Model):
    """The tries of one kind by one caller since ``since``; counted by ``legcrm.core.rate_limit``.

    ``key`` is a hash: it names neither the caller's address nor what was tried.
    """

    key = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("count of tries")
        verbose_name_plural = _("counts of tries")
        default_permissions = ()
        indexes = [models.Index(fields=["since"])]

    def __str__(self):
        return f"{self.count} since {self.since:%Y-%m-%d %H:%M}"
