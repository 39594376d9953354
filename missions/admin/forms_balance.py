"""The choice of the missions to compare, as it stands in the address."""

from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from legcrm.core.keys import is_key
from partners.models import Sector

from ..balance import FIGURES, SECTIONS
from ..comparison import COLUMNS, GROUPINGS
from ..models import Mission, MissionCountry, Stop

# Of how many missions, the newest, the page offers each to be picked; an address may name others.
OFFERED = 200


class KeysField(forms.Field):
    """Keys of missions, as several parameters or with commas between; cleaned to a list."""

    widget = forms.SelectMultiple

    def clean(self, value):
        texts = [text for part in value or () for text in part.split(",") if text]
        if not all(is_key(text) for text in texts):
            raise ValidationError(_("Choose missions of the list."), code="invalid")
        return list(dict.fromkeys(int(text) for text in texts))


class ComparisonForm(forms.Form):
    """Which missions, by what they are grouped, and which figures; everything may stay empty."""

    first_year = forms.IntegerField(
        label=_("from year"), required=False, min_value=1990, max_value=2100
    )
    last_year = forms.IntegerField(
        label=_("to year"), required=False, min_value=1990, max_value=2100
    )
    kind = forms.ChoiceField(label=_("kind"), required=False)
    country = forms.ChoiceField(label=_("country"), required=False)
    sector = forms.ModelChoiceField(
        Sector.objects.none(), label=_("sector"), required=False, empty_label=_("all")
    )
    owner = forms.ModelChoiceField(
        get_user_model().objects.none(), label=_("owner"), required=False, empty_label=_("all")
    )
    by = forms.ChoiceField(label=_("one row for each"), required=False)
    missions = KeysField(label=_("only these missions"), required=False)
    columns = forms.MultipleChoiceField(
        label=_("figures"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sort = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)

    def __init__(self, data, *, user):
        super().__init__(data)
        missions = Mission.objects.for_user(user).active()
        fields = self.fields
        every = ("", _("all"))
        fields["kind"].choices = [every, *Mission.Kind.choices]
        fields["country"].choices = [every, *_countries_of(missions)]
        fields["sector"].queryset = Sector.objects.filter(missions__in=missions).distinct()
        fields["owner"].queryset = (
            get_user_model()
            .objects.filter(owned_missions__in=missions)
            .distinct()
            .order_by("last_name", "first_name")
        )
        fields["by"].choices = [(key, capfirst(label)) for key, (label, _by) in GROUPINGS.items()]
        fields["columns"].choices = [
            (title, [(f.key, f.label) for f in FIGURES.values() if f.section == section])
            for section, title in SECTIONS.items()
        ]
        for name in ("first_year", "last_year", "kind", "country", "sector", "owner", "by"):
            fields[name].widget.attrs["class"] = "crm-input"
        fields["missions"].widget.attrs |= {"class": "crm-input", "size": 8}
        picked = self.cleaned_data["missions"] if self.is_valid() else []
        fields["missions"].widget.choices = _offered(missions, picked)
        if self.is_valid():
            # The address may say it shorter than the fields do.
            self.data = self.data.copy()
            self.data.setlist("missions", [str(key) for key in picked])
            self.data.setlist("columns", self.figures)
            self.data["by"] = self.grouping

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_year"), cleaned.get("last_year")
        if first and last and first > last:
            self.add_error("last_year", _("The last year is before the first."))
        return cleaned

    @property
    def grouping(self) -> str:
        return self.cleaned_data["by"] or "mission"

    @property
    def figures(self) -> list[str]:
        return self.cleaned_data["columns"] or list(COLUMNS)

    @property
    def order(self) -> str:
        """The key of a figure, with "-" for the greatest first; empty for that of the groups."""
        return self.cleaned_data["sort"]

    def choice(self) -> dict:
        """Return what ``comparison.chosen`` takes."""
        said = self.cleaned_data
        return {
            "missions": said["missions"],
            "first_year": said["first_year"],
            "last_year": said["last_year"],
            "kind": said["kind"],
            "country": said["country"],
            "sector": said["sector"] and said["sector"].pk,
            "owner": said["owner"] and said["owner"].pk,
        }

    def address(self, **changes) -> str:
        """Return the query of this comparison with ``changes``; what is empty is left out."""
        said = self.choice() | {"by": self.grouping, "sort": self.order}
        said["missions"] = ",".join(str(key) for key in said["missions"])
        said["columns"] = [] if self.figures == list(COLUMNS) else self.figures
        said |= changes
        return urlencode({k: v for k, v in said.items() if v}, doseq=True, safe=",")


def _offered(missions, picked):
    """Return the choices of single missions: the newest, and those picked."""
    found = {one.pk: one for one in missions.order_by("-starts_on", "-pk")[:OFFERED]}
    if rest := set(picked) - set(found):
        found |= missions.in_bulk(rest)
    return [(key, f"{mission} ({mission.dates})") for key, mission in found.items()]


def _countries_of(missions):
    codes = set(
        Stop.objects.filter(mission__in=missions).order_by().values_list("country", flat=True)
    )
    entered = MissionCountry.objects.filter(mission__in=missions).order_by()
    codes |= set(entered.values_list("country", flat=True))
    return sorted(
        ((str(code), str(countries.name(str(code)))) for code in codes), key=lambda one: one[1]
    )
