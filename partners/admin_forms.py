"""Forms of the partners' admin: what they add to the rules of the models."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from legcrm.core.files import PrivateFileWidget
from legcrm.core.forms import PartForm, RecordForm

from .home_region import is_in_home_region
from .models import Organisation


class HomeWidget(UnfoldAdminSelectWidget):
    """Yes, no, or left to the address."""

    def __init__(self, attrs=None):
        choices = [("", _("as the address says")), ("True", _("yes")), ("False", _("no"))]
        super().__init__(attrs, choices)

    def format_value(self, value):
        return ["" if value is None else str(value)]


class OrganisationForm(RecordForm):
    """Suggests the home region, and asks about a second organisation of the same name."""

    # The kinds that may be chosen; None for all.
    kinds = None

    class Meta:
        widgets = {"logo": PrivateFileWidget}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.kinds and self.instance._state.adding:
            self.instance.kind = self.kinds[0]
        if self.kinds and "kind" in self.fields:
            allowed = {"", *self.kinds}
            self.fields["kind"].choices = [
                choice for choice in self.fields["kind"].choices if choice[0] in allowed
            ]
        if "is_home" in self.fields and self.instance._state.adding:
            self._let_the_address_say()
        if "same_name_checked" in self.fields and not self.instance.same_name_checked:
            # The question matters only once a twin was found.
            self.fields["same_name_checked"].widget = forms.HiddenInput()

    def _let_the_address_say(self):
        self.fields["is_home"] = forms.NullBooleanField(
            label=self.fields["is_home"].label,
            help_text=_("Left to the address: yes if the postal code is one of the home region."),
            widget=HomeWidget,
            required=False,
        )
        self.initial["is_home"] = None

    def clean_is_home(self):
        chosen = self.cleaned_data["is_home"]
        if chosen is None:
            country = self.cleaned_data.get("country", "")
            return is_in_home_region(country, self.cleaned_data.get("postal_code") or "")
        return chosen

    def _post_clean(self):
        super()._post_clean()
        if self.has_error("name", code="same_name") and "same_name_checked" in self.fields:
            self._ask_about_twin(self.instance.same_name_twin())

    def _ask_about_twin(self, twin):
        self.fields["same_name_checked"].widget = UnfoldBooleanWidget()
        if twin is not None:
            bound = self["same_name_checked"]
            bound.help_text = format_html(
                '{} <a href="{}" target="_blank">{}</a>',
                bound.help_text,
                twin.get_absolute_url(),
                _("Show the other one"),
            )


class CompanyForm(OrganisationForm):
    kinds = Organisation.COMPANY_KINDS


class UniversityForm(OrganisationForm):
    kinds = Organisation.UNIVERSITY_KINDS


class ConsentForm(PartForm):
    """A consent is entered once; later only its withdrawal is dated."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        for name, field in self.fields.items():
            if name != "withdrawn_on" or self.instance.withdrawn_on:
                field.disabled = True
