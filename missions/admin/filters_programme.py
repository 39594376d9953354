"""Filters of the lists of missions, participations and appointments."""

from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import CheckboxFilter, RadioFilter


class MissingFilter(RadioFilter):
    """Lists the rows that lack something, by the same methods as ``missions.gaps`` counts them.

    ``gaps`` is ``{value: (label, method of the QuerySet, field that must be visible)}``.
    """

    title = _("missing")
    parameter_name = "missing"
    gaps: dict = {}

    def lookups(self, request, model_admin):
        hidden = model_admin.hidden_fields(request)
        return [
            (value, label)
            for value, (label, _method, field) in self.gaps.items()
            if field not in hidden
        ]

    def queryset(self, request, queryset):
        offered = {value for value, _label in self.lookup_choices}
        if self.value() not in offered:
            return queryset
        return getattr(queryset, self.gaps[self.value()][1])()


class MissingOfParticipationFilter(MissingFilter):
    gaps = {
        "profile": (_("profile"), "without_profile", None),
        "fee": (_("fee"), "with_unpaid_fee", "fee_paid_on"),
    }


class MissingOfAppointmentFilter(MissingFilter):
    gaps = {
        "host": (_("host"), "without_host", None),
        "interpreter": (_("interpreter"), "without_interpreter", None),
    }


def every_choice_filter(field, title, choices):
    """Return a filter over all values of a field with ``choices``: it costs no query.

    Where a list has several filters, only those keep counts for which the counts say something.
    """

    def queryset(self, request, queryset):
        known = set(choices.values)
        values = [value for value in self.value() or [] if value in known]
        return queryset.filter(**{f"{field}__in": values}) if values else queryset

    return type(
        f"Every{field.title()}Filter",
        (CheckboxFilter,),
        {
            "title": title,
            "parameter_name": field,
            "lookups": lambda self, request, model_admin: choices.choices,
            "queryset": queryset,
        },
    )
