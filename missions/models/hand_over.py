"""The journal of hand-overs: whose work passed to whom, and what has to be put back to undo it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class HandOverQuerySet(models.QuerySet):
    def for_user(self, user):
        return self if user.has_perm("missions.view_handover") else self.none()


class HandOver(models.Model):
    """Work of one colleague, passed to others: ``missions.hand_over``."""

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handed over from"),
        on_delete=models.PROTECT,
        related_name="hand_overs",
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("handed over at"), default=timezone.now, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handed over by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-done_at", "-pk"]
        # Who may hand over may also undo.
        default_permissions = ("add", "view")

    def __str__(self):
        return str(self.giver)


class HandOverItem(models.Model):
    """One record that changed hands."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="items")
    model = models.CharField(_("list"), max_length=100)  # label_lower
    object_id = models.BigIntegerField(_("number"))
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handed over to"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("record handed over")
        verbose_name_plural = _("records handed over")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["hand_over", "model", "object_id"], name="missions_handover_item_once"
            ),
        ]

    def __str__(self):
        return f"{self.model} {self.object_id}"
