"""Filters of the lists of missions, participations and appointments."""

from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.filters import KeyFilter, missing_filter

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


# By the same methods as ``missions.gaps`` counts them.
MissingOfParticipationFilter = missing_filter(
    profile=(_("profile"), "without_profile", None),
    fee=(_("fee"), "with_unpaid_fee", "fee_paid_on"),
)
MissingOfAppointmentFilter = missing_filter(
    host=(_("host"), "without_host", None),
    interpreter=(_("interpreter"), "without_interpreter", None),
)
