"""The forms of a hand-over: whose work, and what of it goes to whom."""

from dataclasses import dataclass

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ..hand_over import countries_of, counts, ownerships
from ..models import FollowUp, HandOver, Mission

ALL = ("", _("Select value"))
# Whoever may have a follow-up may be given work; what else they may change is asked of each kind.
STAFF = "missions.change_followup"


class GiverForm(forms.Form):
    """Whose work it is; also of those who can no longer log in."""

    giver = forms.ModelChoiceField(
        label=_("Whose work is handed over?"),
        queryset=get_user_model().objects.all(),
        empty_label=_("Select value"),
        widget=UnfoldAdminSelectWidget,
        error_messages={"invalid_choice": _("Choose a colleague from the list.")},
    )


@dataclass
class Row:
    """One kind of records in the form."""

    name: str
    count: int
    url: str
    kind: BoundField
    receiver: BoundField


class HandOverForm(forms.Form):
    """What of the work of ``giver`` goes to whom: one colleague for all, or one for each kind."""

    receiver = forms.TypedChoiceField(
        label=_("Everything goes to"),
        required=False,
        empty_value=None,
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label=_("reason"),
        required=False,
        max_length=HandOver._meta.get_field("reason").max_length,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "It stands in the history of each record for all to read, so write nothing about "
            "anybody's health."
        ),
    )
    countries = forms.MultipleChoiceField(
        label=_("Only what is about these countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    mission = forms.ModelChoiceField(
        label=_("Only what belongs to this mission"),
        queryset=Mission.objects.none(),
        required=False,
    )

    def __init__(self, data=None, *, giver, user, admin_site):
        super().__init__(data, auto_id="hand_over_%s", use_required_attribute=False)
        self.giver, self.counts = giver, counts(giver, user)
        staff = get_user_model().objects.with_perm(
            STAFF, backend="django.contrib.auth.backends.ModelBackend"
        )
        self.staff = {str(one.pk): one for one in staff if one != giver}
        people = [(key, str(one)) for key, one in self.staff.items()]
        self.fields["receiver"].choices = [ALL, *people]
        self.fields["receiver"].coerce = self.staff.get
        for model in self.counts:
            name = model._meta.model_name
            self.fields[f"kind_{name}"] = forms.BooleanField(
                label=capfirst(model._meta.verbose_name_plural), required=False, initial=True
            )
            self.fields[f"to_{name}"] = forms.TypedChoiceField(
                label=_("%(kind)s go to") % {"kind": capfirst(model._meta.verbose_name_plural)},
                choices=[("", _("as chosen above")), *people],
                coerce=self.staff.get,
                empty_value=None,
                required=False,
                widget=UnfoldAdminSelectWidget,
            )
        found = countries_of(giver, user)
        self.fields["countries"].choices = [(c, name) for c, name in countries if c in found]
        self.fields["mission"].queryset = Mission.objects.for_user(user)
        self.fields["mission"].widget = AutocompleteSelect(
            FollowUp._meta.get_field("mission"), admin_site, choices=self.fields["mission"].choices
        )

    def rows(self) -> list[Row]:
        """Return the kinds of records there are, each with its fields."""
        found = []
        for model, count in self.counts.items():
            name = model._meta.model_name
            address = reverse(f"admin:{model._meta.app_label}_{name}_changelist")
            url = f"{address}?{ownerships()[model].name}={self.giver.pk}"
            label = capfirst(model._meta.verbose_name_plural)
            found.append(Row(label, count, url, self[f"kind_{name}"], self[f"to_{name}"]))
        return found

    def clean(self):
        cleaned = super().clean()
        self.receivers = {}
        for model in self.counts:
            name = model._meta.model_name
            if not cleaned.get(f"kind_{name}"):
                continue
            own = f"to_{name}"
            receiver = cleaned.get(own) or cleaned.get("receiver")
            if receiver is None and own not in self.errors and "receiver" not in self.errors:
                message = _("Choose who gets all of it, or who gets each kind.")
                self.add_error("receiver", ValidationError(message))
            self.receivers[model] = receiver
        if not self.receivers:
            self.add_error(None, _("Tick at least one kind of records to be handed over."))
        return cleaned
