"""A segment (Verteiler): organisations kept under a name, by a filter or as a fixed list."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet, SearchableModel, TrackedModel
from partners.models import Organisation


class SegmentQuerySet(RecordQuerySet):
    def for_list(self):
        """The query of the admin list."""
        return self.select_related("owner")


class Segment(SearchableModel, Record):
    """What the Partner-Finder found: its filter, which finds anew each time, or frozen its rows."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    # As in the address of the Partner-Finder, without page.
    query = models.TextField(_("filter"), blank=True, editable=False)
    is_frozen = models.BooleanField(
        _("frozen"),
        default=False,
        editable=False,
        help_text=_("Keeps the organisations found that day, whatever changes later."),
    )
    organisations = models.ManyToManyField(
        Organisation,
        verbose_name=_("organisations"),
        through="SegmentMember",
        related_name="segments",
        blank=True,
        editable=False,
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_segments",
    )

    # Noted whenever it is found anew, so that the list need not count each.
    last_size = models.PositiveIntegerField(_("size"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = SegmentQuerySet.as_manager()

    protected_fields = {"archived_reason": "core.view_notes"}

    class Meta(Record.Meta):
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name", "pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(name__gt=""),
                name="missions_segment_name",
                violation_error_message=_("Enter the name of the segment."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("admin:missions_segment_change", args=[self.pk])

    def search_terms(self):
        return (self.name,)


class SegmentMember(TrackedModel):
    """An organisation of a frozen segment."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="segment_memberships",
    )

    written_together = True

    class Meta(TrackedModel.Meta):
        verbose_name = _("organisation of a segment")
        verbose_name_plural = _("organisations of a segment")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "organisation"],
                name="missions_segment_member_once",
                violation_error_message=_("The organisation is already in this segment."),
            )
        ]

    def __str__(self):
        return str(self.organisation)

    def check_rules(self):
        super().check_rules()
        if not self.segment.is_frozen:
            raise ValidationError(
                _("“%(segment)s” finds its organisations by a filter; freeze it to list them.")
                % {"segment": self.segment},
                code="not_frozen",
            )
