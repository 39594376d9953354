"""Filters of a list that people keep under a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SavedFilterQuerySet(models.QuerySet):
    def for_user(self, user):
        """Return the user's own filters and those that colleagues share."""
        return self.filter(Q(user=user) | Q(is_shared=True))


class SavedFilter(models.Model):
    """The chosen filters, search words and order of one list, to be set again by one click."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    model = models.CharField(max_length=100)  # label_lower of the list
    name = models.CharField(_("name of the filter"), max_length=80)
    query = models.TextField(blank=True)  # as in the address, without page
    is_shared = models.BooleanField(_("shared with colleagues"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "model", "name"],
                name="core_saved_filter_once",
                violation_error_message=_("You already have a filter of this name for this list."),
            )
        ]

    def __str__(self):
        return self.name
