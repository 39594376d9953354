"""Forms of agreements and projects."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from legcrm.core.files import PrivateFileWidget
from legcrm.core.forms import RecordForm

from ..agreements import check_sides
from ..models import Cooperation, Project
from ..models.project import CONFIRMATION, ROAD, STOPPED


class AgreementForm(RecordForm):
    class Meta:
        widgets = {"document": PrivateFileWidget}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The rows come with the form; PartyFormSet looks at them.
        self.instance.parties_are_checked = True


class PartyFormSet(PaginationInlineFormSet):
    """The parties of an agreement, at least one on each side once it is agreed."""

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        sides = [
            form.cleaned_data["side"]
            for form in self.forms
            if form.cleaned_data.get("side") and not form.cleaned_data.get("DELETE")
        ]
        check_sides(self.instance.status, sides)

    def save_existing_objects(self, commit=True):
        """Save the changed rows, and keep those to be deleted for later."""
        self._to_delete = []
        return super().save_existing_objects(commit)

    def delete_existing(self, obj, commit=True):
        # Later: the last party of a side may go when another one has come.
        self._to_delete.append(obj)

    def save_new_objects(self, commit=True):
        saved = super().save_new_objects(commit)
        for obj in self._to_delete:
            super().delete_existing(obj, commit)
        return saved


class CooperationForm(RecordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # For stage-form.js, which shows the reason for this stage.
        if "stage" in self.fields:
            self.fields["stage"].widget.attrs["data-saved"] = self.instance.stage
        if "ended_reason" in self.fields:
            self.fields["ended_reason"].widget.attrs["data-only-for"] = Cooperation.Stage.ENDED

    def clean(self):
        cleaned = super().clean()
        ended = Cooperation.Stage.ENDED
        if self.instance.stage == ended and cleaned.get("stage") not in (None, ended):
            # It belongs to the end that was none, as on the board; the history keeps it.
            cleaned["ended_reason"] = ""
        return cleaned


class ProjectForm(RecordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # For stage-form.js, which shows the fields of a stop for these stages.
        if "stage" in self.fields:
            self.fields["stage"].widget.attrs["data-saved"] = self.instance.stage
        for name in ("drop_reason", "look_again_on"):
            if name in self.fields:
                self.fields[name].widget.attrs["data-only-for"] = " ".join(STOPPED)

    def clean(self):
        cleaned = super().clean()
        if self.instance.stage in STOPPED and cleaned.get("stage") in ROAD:
            # They belong to the stop that is over, as on the board; the history keeps them.
            cleaned |= {"drop_reason": "", "look_again_on": None}
        return cleaned

    def _update_errors(self, errors):
        """Show at the field what a rule finds missing there: its code names the field."""
        found = errors.error_dict if hasattr(errors, "error_dict") else {}
        others = []
        for error in found.pop(NON_FIELD_ERRORS, []):
            if error.code in self.fields:
                found.setdefault(error.code, []).append(error)
            else:
                others.append(error)
        if others:
            found[NON_FIELD_ERRORS] = others
        super()._update_errors(errors)


class ConfirmationForm(ProjectForm):
    """Only the confirmed figures of a project, and whose word they are."""

    class Meta:
        model = Project
        fields = CONFIRMATION

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("confirmed_on", "confirmed_by", "confirmed_evidence"):
            self.fields[name].required = True

    def clean(self):
        cleaned = super().clean()
        figures = ("value_confirmed_eur", "jobs_confirmed")
        if not self.errors.keys() & set(figures) and all(cleaned[name] is None for name in figures):
            raise ValidationError(_("Enter the confirmed value or the confirmed jobs, or both."))
        return cleaned
