"""What belongs to one other record, where a link on that record's page asks for it."""

from functools import cached_property, reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..keys import is_key
from ..models import ImportChange, SpreadsheetImport
from .base import Filter, Option


class RelatedFilter(Filter):
    """Narrows a list to one related record where a link on that record's page asks for it.

    Unset it is not offered, so it costs no query; set it shows the record and can be taken off.
    """

    related_model = None
    # Relations of ``related_model`` that its name is made of.
    named_by: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    to_many = False

    def value(self):
        return self.values[-1] if self.values else None

    def key(self):
        """Return the key that is asked for; None where it can't be one."""
        return int(self.value()) if self.value() and is_key(self.value()) else None

    @cached_property
    def record(self):
        """The record, if there is one that the user may see."""
        records = self.related_model.objects.for_user(self.request.user)
        if self.named_by:
            records = records.select_related(*self.named_by)
        return records.filter(pk=self.key()).first()

    def labels(self):
        if self.value() is None:
            return []
        return [str(self.record) if self.record else gettext("unknown")]

    def options(self):
        label = self.labels()[0]
        return [Option(self.value(), label, None, True, self.parameter_name)]

    def has_output(self):
        return self.value() is not None

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        if self.key() is None:
            return queryset.none()
        condition = reduce(or_, (Q(**{path: self.key()}) for path in self.paths))
        if not self.to_many:
            return queryset.filter(condition)
        # One row for each record, however many of its parties match.
        found = queryset.model._base_manager.filter(condition)
        return queryset.filter(pk__in=found.values("pk"))


def related_filter(field, *named_by):
    """Return the filter behind ``?<field>__id__exact=`` for a foreign key (a model field)."""
    return type(
        f"{field.name.title()}RelatedFilter",
        (RelatedFilter,),
        {
            "title": field.verbose_name,
            "parameter_name": f"{field.name}__id__exact",
            "related_model": field.related_model,
            "paths": (field.name,),
            "named_by": named_by,
        },
    )


def record_filter(parameter, title, model, *paths, to_many=True):
    """Return the filter ``?<parameter>=<pk>``: records that reach ``model`` by any of ``paths``."""
    return type(
        f"{parameter.title()}RecordFilter",
        (RelatedFilter,),
        {
            "title": title,
            "parameter_name": parameter,
            "related_model": model,
            "paths": paths,
            "to_many": to_many,
        },
    )


class ImportFilter(RelatedFilter):
    """The records that one import brought in or changed: ``?import=<pk>`` on its last page."""

    title = _("import")
    parameter_name = "import"

    @cached_property
    def record(self):
        return SpreadsheetImport.objects.filter(pk=self.key(), user=self.request.user).first()

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        changes = ImportChange.objects.filter(
            run=self.key(), model=queryset.model._meta.concrete_model._meta.label_lower
        )
        return queryset.filter(pk__in=changes.values("object_pk"))
