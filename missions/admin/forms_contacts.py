"""Forms of the contact log and of follow-ups."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminTextInputWidget,
)

from legcrm.core.forms import RecordForm

from ..contacts import find_cooperation, organisations_of
from .forms_programme import MinuteWidget


class InteractionForm(RecordForm):
    """A contact, and in the same breath what was promised."""

    class Meta:
        widgets = {"occurred_at": MinuteWidget}

    next_step = forms.CharField(
        label=_("Next step"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Becomes a follow-up of yours."),
    )
    next_step_on = forms.DateField(
        label=_("Next step due on"), required=False, widget=UnfoldAdminDateWidget
    )

    def clean(self):
        cleaned = super().clean()
        self._clean_organisations(cleaned)
        self._clean_next_step(cleaned)
        return cleaned

    def _clean_organisations(self, cleaned):
        if "organisations" not in cleaned or self.errors.get("people"):
            return
        organisations = list(cleaned["organisations"])
        occurred_at = cleaned.get("occurred_at") or timezone.now()
        # Those who were there before have brought theirs in then.
        known = self.instance.people.all() if self.instance.pk and organisations else ()
        newcomers = [p for p in cleaned.get("people") or () if p not in known]
        brought = organisations_of(newcomers, timezone.localdate(occurred_at))
        if not organisations and not brought:
            self.add_error(
                "organisations",
                ValidationError(
                    _("Choose at least one organisation, or a person who acts for one."),
                    code="no_organisation",
                ),
            )
            return
        if not organisations:
            cleaned["organisations"] = brought
        self._find_cooperation(cleaned, {*organisations, *brought})

    def _find_cooperation(self, cleaned, organisations):
        if "cooperation" not in cleaned:
            return
        # Decided here over all organisations at once; saving them one by one must not guess.
        self.instance.cooperation_is_decided = True
        others_changed = {"organisations", "people"} & set(self.changed_data)
        emptied = self.instance.pk is not None and "cooperation" in self.changed_data
        if cleaned["cooperation"] is None and others_changed and not emptied:
            cleaned["cooperation"] = find_cooperation(organisations)

    def _clean_next_step(self, cleaned):
        what, due_on = cleaned.get("next_step"), cleaned.get("next_step_on")
        if what and not due_on and "next_step_on" not in self.errors:
            self.add_error("next_step_on", _("Say until when the next step is due."))
        if due_on and not what:
            self.add_error("next_step", _("Say what is to be done."))
