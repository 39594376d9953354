"""The form by which the Partner-Finder keeps a search."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Segment


class KeepForm(forms.ModelForm):
    """A new segment of what the finder found."""

    keeps = forms.ChoiceField(
        label=_("What is kept"),
        choices=[
            ("filter", _("the filter: finds anew each time")),
            ("rows", _("these organisations, whatever changes later (frozen)")),
        ],
        initial="filter",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Segment
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="keep-%s", **kwargs)
