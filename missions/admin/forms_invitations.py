"""The forms of an invitation: to which mission, whom, as what; and a mission planned on the way."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django_countries import countries
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from legcrm.core.forms import RecordForm
from legcrm.core.keys import is_key

from ..invitations import MOST_AT_ONCE, open_missions, suggest_code
from ..letters import LANGUAGES
from ..models import Mission, Participation

# How many "the best" are, until the user says otherwise.
_BEST = 20


def day_widget():
    """Return the day picker of the browser: it works in a dialog, and without a script."""
    attrs = {"type": "date", "class": " ".join(INPUT_CLASSES)}
    return forms.DateInput(attrs=attrs, format="%Y-%m-%d")


class MissionChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, mission):
        return f"{mission} · {mission.dates}"


class InvitationForm(forms.Form):
    """To which mission, whom of those found, and as what."""

    target = forms.ChoiceField(
        label=_("Mission"),
        choices=[("existing", _("a planned mission")), ("new", _("a new mission"))],
        widget=forms.RadioSelect,
    )
    mission = MissionChoiceField(
        label=_("planned mission"),
        queryset=Mission.objects.none(),
        required=False,
        empty_label=_("Select value"),
        widget=UnfoldAdminSelectWidget,
    )
    whom = forms.ChoiceField(label=_("Whom"), widget=forms.RadioSelect)
    number = forms.IntegerField(
        label=_("how many"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    role = forms.ChoiceField(
        label=_("role"),
        required=False,
        choices=[("", _("by the kind of organisation")), *Participation.Role.choices],
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, data=None, *, user, found, ticked, may_plan, mission=None):
        """``found`` and ``ticked`` say how many organisations, ``mission`` the one sought for."""
        missions = open_missions(user)
        first = "existing" if not may_plan or missions.exists() else "new"
        initial = {
            "target": first,
            "mission": mission and mission.pk,
            "whom": "ticked" if ticked else "all",
            "number": min(found, _BEST) or 1,
        }
        super().__init__(data, initial=initial, auto_id="invite_%s", use_required_attribute=False)
        self.fields["mission"].queryset = missions
        if not may_plan:
            self.fields["target"].choices = self.fields["target"].choices[:1]
        self.fields["whom"].choices = self._whom(found, ticked)

    @staticmethod
    def _whom(found, ticked):
        if found > MOST_AT_ONCE:
            label = _("all found: more than %d") % MOST_AT_ONCE
        else:
            label = ngettext_lazy("the one found", "all %d found") % found
        choices = [("all", label)]
        if ticked:
            choices.append(("ticked", ngettext_lazy("the one ticked", "the %d ticked") % ticked))
        return [*choices, ("best", _("the best by fit"))]

    def clean(self):
        cleaned = super().clean()
        needed = {
            "mission": ("target", "existing", _("Choose the mission to invite to.")),
            "number": ("whom", "best", _("Enter how many of the best to invite.")),
        }
        for name, (choice, value, message) in needed.items():
            missing = not cleaned.get(name) and name not in self.errors
            if cleaned.get(choice) == value and missing:
                self.add_error(name, message)
        return cleaned


class NewMissionForm(RecordForm):
    """What a mission needs at least, by the same rules as its own form."""

    country = forms.ChoiceField(
        label=_("country"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Where it leads; stops are added later."),
    )

    class Meta:
        model = Mission
        fields = [
            "title_de",
            "title_en",
            "kind",
            "starts_on",
            "ends_on",
            "registration_deadline",
            "code",
        ]
        widgets = {
            "title_de": UnfoldAdminTextInputWidget,
            "title_en": UnfoldAdminTextInputWidget,
            "kind": UnfoldAdminSelectWidget,
            "starts_on": day_widget(),
            "ends_on": day_widget(),
            "registration_deadline": day_widget(),
            "code": UnfoldAdminTextInputWidget,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(
            *args, prefix="new", auto_id="invite_%s", use_required_attribute=False, **kwargs
        )
        self.fields["country"].choices = [("", _("Select value")), *countries]
        self.fields["code"].required = False
        self.fields["code"].help_text = _("Left empty: made of the year and the title.")

    def clean(self):
        cleaned = super().clean()
        title, starts_on = cleaned.get("title_de"), cleaned.get("starts_on")
        if not cleaned.get("code") and "code" not in self.errors and title and starts_on:
            cleaned["code"] = suggest_code(title, starts_on)
        return cleaned


class LettersForm(forms.Form):
    """Which letters, and in which language."""

    # Keys of participations with commas between; one field, however many there are.
    selected = forms.CharField(widget=forms.HiddenInput)
    language = forms.ChoiceField(
        label=_("Language of the letters"),
        required=False,
        choices=[
            ("", _("the language of each person")),
            *zip(LANGUAGES, (_("German"), _("English")), strict=True),
        ],
        widget=UnfoldAdminSelectWidget,
    )

    def clean_selected(self):
        keys = [key for key in self.cleaned_data["selected"].split(",") if key]
        if not all(map(is_key, keys)):
            raise ValidationError(_("Choose the participations in their list again."))
        return [int(key) for key in keys]
