"""Pairs of records that look like the same partner, and what people said of them.

A pair is derived: found anew by ``partners.duplicates``. What a person decided is kept, so that a
pair said to be "not the same" is not proposed again.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .organisation import Organisation
from .person import Person


class PairQuerySet(models.QuerySet):
    def for_user(self, user):
        opts = self.model._meta
        if user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
            return self
        return self.none()

    def open(self):
        """Return the pairs that nobody has decided, of records in use."""
        return self.filter(
            decision="", first__archived_at__isnull=True, second__archived_at__isnull=True
        )


class Pair(models.Model):
    """Two records, the older first."""

    class Decision(models.TextChoices):
        NOT_SAME = "not_same", _("not the same")

    score = models.PositiveSmallIntegerField(_("likeness"), help_text=_("0 to 100."))
    # Why: machine names of ``partners.duplicates.REASONS``.
    reasons = models.JSONField(_("reasons"), default=list)
    found_at = models.DateTimeField(_("found at"), default=timezone.now, editable=False)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = PairQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-score", "pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("This pair is already in the list."),
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="%(app_label)s_%(class)s_in_order",
                violation_error_message=_("A pair names the older record first."),
            ),
        ]

    def __str__(self):
        return f"{self.first} / {self.second}"

    def tell_apart(self, user):
        """Keep that the two are not the same, as ``user`` says."""
        self.decision, self.decided_at, self.decided_by = (
            self.Decision.NOT_SAME,
            timezone.now(),
            user,
        )
        self.save(update_fields=["decision", "decided_at", "decided_by"])

    def reopen(self):
        """Put the pair back into the list."""
        self.decision, self.decided_at, self.decided_by = "", None, None
        self.save(update_fields=["decision", "decided_at", "decided_by"])


class OrganisationPair(Pair):
    first = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")

    class Meta(Pair.Meta):
        verbose_name = _("possible duplicate organisation")
        verbose_name_plural = _("possible duplicate organisations")
        indexes = [models.Index(fields=["decision", "-score"])]


class PersonPair(Pair):
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta(Pair.Meta):
        verbose_name = _("possible duplicate person")
        verbose_name_plural = _("possible duplicate people")
        indexes = [models.Index(fields=["decision", "-score"])]
