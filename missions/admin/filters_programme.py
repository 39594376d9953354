"""Filters of the lists of missions, participations and appointments."""

from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RadioFilter


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
