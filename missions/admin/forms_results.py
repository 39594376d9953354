"""Forms of agreements and projects."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from legcrm.core.files import PrivateFileWidget
from legcrm.core.forms import RecordForm

from ..agreements import check_sides
from ..models.project import REQUIRED_FROM


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


class ProjectForm(RecordForm):
    def _update_errors(self, errors):
        """Show what the stage needs at the field that lacks it."""
        found = errors.error_dict if hasattr(errors, "error_dict") else {}
        needed_from = dict(REQUIRED_FROM)
        others = []
        for error in found.pop(NON_FIELD_ERRORS, []):
            if error.code in needed_from:
                at_field = ValidationError(
                    _("Needed from the stage “%(stage)s” on."),
                    code="needed",
                    params={"stage": needed_from[error.code].label},
                )
                found.setdefault(error.code, []).append(at_field)
            else:
                others.append(error)
        if others:
            found[NON_FIELD_ERRORS] = others
        super()._update_errors(errors)
