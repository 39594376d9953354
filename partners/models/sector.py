"""The fields of work we sort partners by, in plain language."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.folding import fold
from legcrm.core.models import Record, RecordQuerySet
from legcrm.core.naming import find_called

# Fewer letters begin too many words.
SHORTEST_BEGINNING = 4


class SectorQuerySet(RecordQuerySet):
    def called(self, texts):
        """Return ``{text: [(key, label), …]}`` of the sectors that ``texts`` name. Two queries.

        By key or name; else by the one sector in whose name a word begins so: "Textil".
        """
        paths = ("key", "name_de", "name_en")
        found = find_called(
            self,
            texts,
            paths,
            names=lambda *names: names,
            label=lambda key, german, english: german,
        )
        names = {}
        for pk, *known in self.filter(retired_on=None).values_list("pk", *paths):
            names[pk] = known
        for text in (text for text, hits in found.items() if not hits):
            start = fold(text)
            if len(start) < SHORTEST_BEGINNING:
                continue
            hits = [
                (pk, known[1])
                for pk, known in names.items()
                if any(word.startswith(start) for name in known for word in fold(name).split())
            ]
            found[text] = hits
        return found


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
