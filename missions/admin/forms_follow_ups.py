"""Forms of what is done with a follow-up."""

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from legcrm.core.day_words import UnknownDay, read_day


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label=_("Outcome"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("What came of it; may stay empty."),
    )


class PostponeForm(forms.Form):
    """A day in words; ``cleaned_data["day"]`` is the date."""

    day = forms.CharField(
        label=_("Until when"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("For example Friday, in 2 weeks, end of January, 15.12."),
        error_messages={"required": _("Say until when, for example Friday or 15.12.")},
    )

    def clean_day(self):
        try:
            return read_day(self.cleaned_data["day"], timezone.localdate())
        except UnknownDay as error:
            raise ValidationError(str(error), code="unknown_day") from error


class PassOnForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("To whom"),
        queryset=get_user_model().objects.none(),
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": _("Choose the colleague who takes it on.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("What the colleague has to know; may stay empty."),
    )

    def __init__(self, *args, colleagues, **options):
        super().__init__(*args, **options)
        self.fields["to"].queryset = colleagues


class NoForm(forms.Form):
    """Nothing to say but yes."""
