"""Filters of the lists of missions, participations and appointments."""

from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.filters import KeyFilter, OneOfFilter, missing_filter

from ..models import Mission


class MissionFilter(KeyFilter):
    """The missions that have any, by title in the user's language."""

    title = _("mission")
    parameter_name = "mission__id__exact"
    expression = F("mission")

    def known(self):
        title = "title_en" if (get_language() or "").startswith("en") else "title_de"
        missions = Mission.objects.for_user(self.request.user).order_by()
        return missions.annotate(value=F("pk"), label=F(title)).values("value", "label")


class ToDecideFilter(OneOfFilter):
    """Who waits for a word from us, on missions that are on or to come."""

    title = _("to decide")
    parameter_name = "to_decide"

    def lookups(self, request, model_admin):
        return [("mine", _("on my missions")), ("all", _("on all missions"))]

    def queryset(self, request, queryset):
        match self.value():
            case "mine":
                return queryset.to_decide(request.user)
            case "all":
                return queryset.to_decide()
        return queryset


class NextFilter(OneOfFilter):
    """What is ahead of the user, on the missions that concern them."""

    title = _("my next appointments")
    parameter_name = "next"

    def lookups(self, request, model_admin):
        return [("day", _("within 24 hours")), ("mine", _("all that are ahead"))]

    def queryset(self, request, queryset):
        match self.value():
            case "day":
                return queryset.next_of(request.user).within_a_day()
            case "mine":
                return queryset.next_of(request.user)
        return queryset


# By the same methods as ``missions.gaps`` counts them.
MissingOfParticipationFilter = missing_filter(
    profile=(_("profile"), "without_profile", None),
    fee=(_("fee"), "with_unpaid_fee", "fee_paid_on"),
)
MissingOfAppointmentFilter = missing_filter(
    host=(_("host"), "without_host", None),
    interpreter=(_("interpreter"), "without_interpreter", None),
)
