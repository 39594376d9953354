"""What holds of a record itself: whether it is archived, whose it is, what it lacks."""

from django.contrib.auth import get_user_model
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import counted
from ..keys import is_key
from .base import OneOfFilter, Option, SomeOfFilter
from .values import InUseFilter


class ArchivedFilter(OneOfFilter):
    """Archived records are hidden unless they are asked for."""

    title = _("archive")
    parameter_name = "archived"
    default_label = _("not archived")

    def lookups(self, request, model_admin):
        return [("yes", _("archived")), ("all", _("both"))]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.archived()
            case "all":
                return queryset
        # A number says itself whether it counts what was archived since.
        return queryset if counted.PARAMETER in request.GET else queryset.active()


class OwnerFilter(InUseFilter):
    """Mine, nobody’s, or those of colleagues who have any: ``?owner=me``, ``none`` or a key."""

    title = _("owner")
    parameter_name = "owner"
    field = "owner"
    repeats = False

    @property
    def expression(self):
        return F(self.field)

    def known(self):
        whole = Trim(Concat("first_name", Value(" "), "last_name"))
        name = Coalesce(NullIf(whole, Value("")), "username")
        users = get_user_model().objects.order_by()
        return users.annotate(value=F("pk"), label=name).values("value", "label")

    def chosen(self):
        return [int(value) for value in self.values if is_key(value)]

    def queryset(self, request, queryset):
        keys = self.chosen() + ([request.user.pk] if "me" in self.values else [])
        condition = Q(**{f"{self.field}__in": keys}) if keys else Q()
        if "none" in self.values:
            condition |= Q(**{f"{self.field}__isnull": True})
        if not self.to_many or not condition:
            return queryset.filter(condition)
        rows = queryset.model._base_manager.filter(condition)
        return queryset.filter(pk__in=rows.values("pk"))

    def options(self):
        colleagues = super().options()
        own = str(self.request.user.pk)
        mine = next((option.count for option in colleagues if option.value == own), 0)
        name = self.parameter_name
        return [
            Option("me", _("me"), mine, "me" in self.values, name),
            Option("none", _("nobody"), None, "none" in self.values, name),
            *(item for item in colleagues if item.value != own or item.chosen),
        ]

    def labels(self):
        words = [
            label for key, label in (("me", gettext("me")), ("none", gettext("nobody")))
            if key in self.values
        ]  # fmt: skip
        if not self.chosen():
            return words
        found = self.known().filter(pk__in=self.chosen())
        return words + sorted(found.values_list("label", flat=True))


class MissingFilter(SomeOfFilter):
    """Lists the rows that lack something, by adjectives of the QuerySet.

    ``gaps`` is ``{value: (label, method of the QuerySet, field or column that must be visible)}``.
    """

    title = _("missing")
    parameter_name = "missing"
    gaps: dict = {}

    def lookups(self, request, model_admin):
        hidden = model_admin.hidden_columns(request)
        return [
            (value, label)
            for value, (label, _method, field) in self.gaps.items()
            if field not in hidden
        ]

    def queryset(self, request, queryset):
        for value in self.chosen():
            queryset = getattr(queryset, self.gaps[value][1])()
        return queryset


def missing_filter(**gaps):
    """Return a filter for what is missing: ``missing_filter(email=(label, method, field))``."""
    return type("MissingFilter", (MissingFilter,), {"gaps": gaps})
