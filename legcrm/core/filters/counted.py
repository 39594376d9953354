"""The records that a number on another page counts."""

from functools import cached_property

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import counted
from .base import Filter, Option


class CountedFilter(Filter):
    """Narrows a list to what a number counts, where that number's link asks for it."""

    title = _("counted in")
    parameter_name = counted.PARAMETER

    def has_output(self):
        return bool(self.values)

    @cached_property
    def counted(self):
        return counted.resolve(self.values[-1], self.model, self.request.user)

    def labels(self):
        if not self.values:
            return []
        return [self.counted.label if self.counted else gettext("unknown")]

    def options(self):
        return [Option(self.values[-1], self.labels()[0], None, True, self.parameter_name)]

    def queryset(self, request, queryset):
        if not self.values:
            return queryset
        if self.counted is None:
            return queryset.none()
        return queryset.filter(pk__in=self.counted.keys)
