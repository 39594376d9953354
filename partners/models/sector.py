"""The fields of work we sort partners by, in plain language."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.models import Record, RecordQuerySet
from legcrm.core.naming import find_called


class SectorQuerySet(RecordQuerySet):
    def called(self, texts):
        """Return ``{text: [(key, label), …]}`` of the sectors that ``texts`` name. One query."""
        return find_called(
            self,
            texts,
            ("key", "name_de", "name_en"),
            names=lambda *names: names,
            label=lambda key, german, english: german,
        )


class Sector(Record):
    """Reference data, made by migration; retired by ``retired_on``, never deleted.

    The prefixes point into the German classification of economic activities (WZ 2008 and
    WZ 2025 of the Federal Statistical Office), several separated by blanks.
    """

    key = models.SlugField(_("key"), unique=True)
    name_de = models.CharField(_("name (German)"), max_length=100, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=100, unique=True)
    wz_2008 = models.CharField(_("WZ 2008 prefixes"), max_length=100, blank=True)
    wz_2025 = models.CharField(_("WZ 2025 prefixes"), max_length=100, blank=True)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = SectorQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["name_de"]

    def __str__(self):
        return self.name_en if (get_language() or "").startswith("en") else self.name_de
