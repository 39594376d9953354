"""What may be asked: the criteria, their choices, and what is wrong with what is asked."""

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet, MultipleChoiceFilter

from legcrm.core.regions import REGIONS
from partners.models import MarketInterest, Organisation, Sector

from ..models import Agreement, Cooperation, Mission, Participation, Project, Segment
from ..models.cooperation import Field
from .conditions import ConditionsMixin
from .fields import CountriesFilter, MissionsFilter

# The missions offered, newest first; others are found by their code.
MOST_MISSIONS = 200

# Parameters of the address that are no criteria; so are all that begin with "_".
PAGE = "page"
SORT = "sort"
# Criteria by which nothing is narrowed: they say what the organisations shall fit.
PURPOSE = ("for_mission", "for_country")
# Criteria with live counts beside their values.
COUNTED = ("kind", "size")
# Criteria that need a right of their own.
RIGHTS = {
    "took_part": "missions.view_participation",
    "took_part_role": "missions.view_participation",
    "took_part_status": "missions.view_participation",
    "not_took_part": "missions.view_participation",
    "contact_from": "missions.view_interaction",
    "contact_to": "missions.view_interaction",
    "contact": "missions.view_interaction",
    "stage": "missions.view_cooperation",
    "agreement": "missions.view_agreement",
    "project": "missions.view_project",
    "may_contact": "core.view_private_contact",
}
# What an organisation may have or lack: {key: (label, right)}.
THINGS = {
    "email": (_("e-mail"), None),
    "website": (_("website"), None),
    "profile": (_("profile"), None),
    "person": (_("contact person"), "partners.view_person"),
    "cooperation": (_("cooperation"), "missions.view_cooperation"),
    "agreement": (_("agreement"), "missions.view_agreement"),
    "project": (_("project"), "missions.view_project"),
}


class _AskedBeside:
    """A criterion that ``OrganisationFilterSet.filter_queryset`` applies, with those beside it."""

    def filter(self, queryset, value):
        return queryset


class _Text(_AskedBeside, CharFilter):
    pass


class _Choice(_AskedBeside, ChoiceFilter):
    pass


class _Choices(_AskedBeside, MultipleChoiceFilter):
    pass


class _Countries(_AskedBeside, CountriesFilter):
    pass


class _Missions(_AskedBeside, MissionsFilter):
    pass


class _Day(_AskedBeside, DateFilter):
    pass


def _several(field, label, choices):
    """Return a filter for any of the values of a field of the organisation itself."""
    return MultipleChoiceFilter(field_name=field, label=label, choices=choices, distinct=False)


class OrganisationFilterSet(ConditionsMixin, FilterSet):
    """What may be asked of organisations, as ``user`` may see them and what belongs to them."""

    q = _Text(label=_("Search words"), max_length=200)
    home = _Choice(
        label=_("Origin"),
        choices=[("yes", _("from the home region")), ("no", _("elsewhere"))],
        empty_label=_("all"),
    )
    region = _Choices(
        label=_("Region"), choices=[(key, name) for key, (name, _c) in REGIONS.items()]
    )
    country = _Countries(label=_("Country"))
    city = _Text(label=_("City"), max_length=100)
    kind = _several("kind", _("Kind"), Organisation.Kind.choices)
    sector = _Choices(label=_("Sector"))
    size = _several("size", _("Size"), Organisation.Size.choices)
    for_mission = _Missions(label=_("Fit for the mission"))
    for_country = _Countries(label=_("Fit for the country"))
    market = _Countries(label=_("Market"))
    market_status = _Choices(label=_("Says of the market"), choices=MarketInterest.Status.choices)
    took_part = _Missions(label=_("Took part in"))
    took_part_role = _Choices(label=_("Took part as"), choices=Participation.Role.choices)
    took_part_status = _Choices(label=_("Took part: status"), choices=Participation.Status.choices)
    not_took_part = _Missions(label=_("Did not take part in"))
    contact_from = _Day(label=_("Last contact from"))
    contact_to = _Day(label=_("Last contact until"))
    contact = _Choice(
        label=_("Contact"),
        choices=[("ever", _("contacted at some time")), ("never", _("never contacted"))],
        empty_label=_("all"),
    )
    has = _Choices(label=_("Has"))
    lacks = _Choices(label=_("Lacks"))
    field = _Choices(label=_("Field of cooperation or agreement"), choices=Field.choices)
    with_country = _Countries(label=_("Cooperation, agreement or project with"))
    stage = _Choices(label=_("Stage of the cooperation"), choices=Cooperation.Stage.choices)
    agreement = _Choices(label=_("Status of the agreement"), choices=Agreement.Status.choices)
    project = _Choices(label=_("Stage of the project"), choices=Project.Stage.choices)
    owner = _Choice(label=_("Owner"), empty_label=_("all"))
    may_contact = _Choice(
        label=_("Contact allowed"),
        choices=[("yes", _("somebody may be written to"))],
        empty_label=_("all"),
    )
    segment = _Text(label=_("Segment"), max_length=19)

    class Meta:
        model = Organisation
        fields = ()

    def __init__(self, data, user):
        super().__init__(data, queryset=Organisation.objects.for_user(user).active())
        self.user = user
        for name, right in RIGHTS.items():
            if not user.has_perm(right):
                del self.filters[name]

    @cached_property
    def missions(self) -> dict[str, Mission]:
        """The newest missions, and those that the address names beside, by code."""
        missions = Mission.objects.for_user(self.user).active()
        found = {mission.code: mission for mission in missions[:MOST_MISSIONS]}
        names = ("for_mission", "took_part", "not_took_part")
        asked = {code for name in names for code in self.data.getlist(name) if code} - found.keys()
        if asked:
            others = missions.filter(
                Q(code__in=asked) | Q(title_de__in=asked) | Q(title_en__in=asked)
            )
            found |= {mission.code: mission for mission in others}
        return found

    @cached_property
    def sectors(self) -> dict[str, Sector]:
        return {sector.key: sector for sector in Sector.objects.for_user(self.user).active()}

    @cached_property
    def owners(self) -> dict[str, object]:
        staff = get_user_model().objects.filter(is_active=True)
        return {str(colleague.pk): colleague for colleague in staff}

    @property
    def form(self):
        if not hasattr(self, "_form"):
            form = super().form
            for name in ("for_mission", "took_part", "not_took_part"):
                if name in form.fields:
                    form.fields[name].known = self.missions
            things = [
                (key, label)
                for key, (label, right) in THINGS.items()
                if right is None or self.user.has_perm(right)
            ]
            form.fields["has"].choices = form.fields["lacks"].choices = things
            form.fields["sector"].choices = list(self.sectors.items())
            form.fields["owner"].choices = [
                ("", _("all")),
                ("me", _("mine")),
                ("none", _("nobody’s")),
                *self.owners.items(),
            ]
            self._look_across(form)
        return self._form

    def _look_across(self, form):
        """Add the errors that no field sees by itself."""
        given = form.cleaned_data if form.is_valid() else {}
        first, last = given.get("contact_from"), given.get("contact_to")
        if first and last and last < first:
            form.add_error("contact_to", _("The end lies before the beginning."))
        if given.get("contact") == "never" and (first or last):
            form.add_error("contact", _("Who was never contacted has no last contact: drop one."))
        if len(given.get("for_mission") or ()) > 1:
            form.add_error("for_mission", _("Choose one mission only."))
        if given.get("segment") and self.frozen_segment is None:
            form.add_error("segment", _("There is no such segment, or it is not frozen."))
        for name in self.data:
            if name not in form.fields and name not in (PAGE, SORT) and name[:1] != "_":
                text = _("The criterion “%(name)s” does not exist any more, or not for you.")
                form.add_error(
                    None, ValidationError(text, code="unknown", params={"name": name[:60]})
                )

    @cached_property
    def frozen_segment(self) -> Segment | None:
        """The frozen segment that is asked for."""
        key = self.data.get("segment", "")
        if not key.isdecimal() or len(key) > 18:
            return None
        return Segment.objects.for_user(self.user).filter(pk=key, is_frozen=True).first()
