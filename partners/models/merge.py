"""The journal of merges: which record went into which, and what has to be put back to undo it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Mergeable(models.Model):
    """A record with a field ``merged_into``: the one in which it lives on."""

    class Meta:
        abstract = True

    def restore(self):
        """Take the record out of the archive; refused where it was merged."""
        if self.merged_into_id is not None:
            raise ValidationError(
                _("“%(record)s” was merged into “%(winner)s”. Undo the merge instead."),
                code="merged",
                params={"record": self, "winner": self.merged_into},
            )
        super().restore()


class MergeQuerySet(models.QuerySet):
    def for_user(self, user):
        return self if user.has_perm("partners.view_merge") else self.none()

    def standing(self):
        """Return the merges that are not undone."""
        return self.filter(undone_at__isnull=True)


class Merge(models.Model):
    """One record merged into another of the same model: ``partners.merge``."""

    model = models.CharField(_("list"), max_length=100)  # label_lower
    winner_pk = models.BigIntegerField(_("number of the record kept"))
    loser_pk = models.BigIntegerField(_("number of the record given up"))
    winner_name = models.CharField(_("record kept"), max_length=300)
    loser_name = models.CharField(_("record given up"), max_length=300)
    # What was written, row by row in its order, with the values before and after.
    journal = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    done_at = models.DateTimeField(_("merged at"), default=timezone.now, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("merged by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-done_at", "-pk"]
        # Who may merge may also undo.
        default_permissions = ("add", "view")
        indexes = [
            models.Index(fields=["model", "loser_pk"]),
            models.Index(fields=["model", "winner_pk"]),
        ]

    def __str__(self):
        return f"{self.loser_name} → {self.winner_name}"
