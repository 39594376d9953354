"""What the move of a card asks for: the stage, and what goes with it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from ..boards import BOARDS
from .forms_invitations import day_widget


class MoveForm(forms.Form):
    """The stages of ``record``, which stands in one of them; ``version`` as it was last seen.

    What only some stages ask for is marked with them, for the script to show it then.
    """

    stage = forms.ChoiceField(label=_("stage"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), required=False, widget=UnfoldAdminTextInputWidget(), max_length=300
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    MISSING = {
        "reason": _("Say why: this stage needs a reason."),
        "look_again_on": _("Enter the day on which to look at it again."),
    }

    def __init__(self, record, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.board = BOARDS[type(record)]
        stages = [(stage.value, stage.label) for stage in (*self.board.road, *self.board.beside)]
        self.fields["stage"].choices = stages
        # Where it stands is not offered; that somebody else has moved it there is said by move().
        self.fields["stage"].widget.choices = [one for one in stages if one[0] != record.stage]
        for stage, names in self.board.asks.items():
            for name in names:
                attrs = self.fields[name].widget.attrs
                attrs["data-asked-by"] = f"{attrs.get('data-asked-by', '')} {stage.value}".strip()

    def clean(self):
        cleaned = super().clean()
        stage = cleaned.get("stage")
        for name in self.board.asks.get(stage, ()):
            if name not in self.errors and cleaned.get(name) in (None, ""):
                self.add_error(name, ValidationError(self.MISSING[name], code="required"))
        return cleaned


class MoveCooperationForm(MoveForm):
    day = forms.DateField(label=_("Since when"), required=False, widget=day_widget())
    field_order = ("stage", "day", "reason", "version")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["day"].initial = today
        self.fields["day"].widget.attrs["max"] = today.isoformat()
        self.fields["reason"].help_text = _("Why it ended.")


class MoveProjectForm(MoveForm):
    look_again_on = forms.DateField(label=_("Look again on"), required=False, widget=day_widget())
    field_order = ("stage", "reason", "look_again_on", "version")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Why it is on hold or dropped.")
