"""The form of a signing ceremony: when and where, and the agreements entered on the spot."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from legcrm.core.dates import format_span
from legcrm.core.forms import KnownAutocomplete
from partners.models import Organisation, Person

from ..agreements import validate_pdf
from ..ceremony import NewAgreement, Side
from ..models import Agreement, AgreementParty, Appointment
from ..models.cooperation import Field
from .forms_invitations import day_widget

# More than were ever signed in one hall; each row has a dozen fields.
MOST_ROWS = 30
SIDES = (("home", _("home")), ("foreign", _("foreign")))


class PlaceSelect(UnfoldAdminSelectWidget):
    """Says of each ceremony on which day it is, so that the page can propose that day."""

    # {key of the place: day}
    days = {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.days:
            option["attrs"]["data-day"] = self.days[value].isoformat()
        return option


class CeremonyForm(forms.Form):
    """When and where it was signed."""

    place = forms.ChoiceField(label=_("signed at"), required=False, widget=PlaceSelect)
    day = forms.DateField(label=_("signed on"), widget=day_widget())

    def __init__(self, data=None, *, mission, user, initial=None):
        super().__init__(data, initial=initial, use_required_attribute=False)
        appointments = (
            Appointment.objects.for_user(user)
            .active()
            .not_cancelled()
            .filter(mission=mission, kind=Appointment.Kind.SIGNING)
            .select_related("stop")
        )
        self.places = {f"appointment-{one.pk}": one for one in appointments}
        # The local day of each ceremony.
        self.days = {key: one.local_starts_at.date() for key, one in self.places.items()}
        self.fields["place"].widget.days = self.days
        ceremonies = [(key, f"{one} · {one.when}") for key, one in self.places.items()]
        stops = {f"stop-{stop.pk}": stop for stop in mission.stops.all()}
        self.places |= stops
        self.fields["place"].choices = [
            ("", _("place not known")),
            *([(_("signing ceremonies"), ceremonies)] if ceremonies else []),
            *([(_("stops"), [(key, _stop(stop)) for key, stop in stops.items()])] if stops else []),
        ]

    def where(self):
        """Return the place chosen as arguments of ``sign_together``."""
        place = self.places.get(self.cleaned_data["place"])
        name = "appointment" if isinstance(place, Appointment) else "stop"
        return {name: place}


def _stop(stop):
    days = format_span(stop.arrives_on, stop.leaves_on)
    return f"{stop} · {days}" if days else str(stop)


def _suggestions(name):
    """Return the widget of a party's field, with the suggestions that the agreement's form has."""
    return KnownAutocomplete(AgreementParty._meta.get_field(name), admin.site)


class NewAgreementForm(forms.Form):
    """An agreement that nobody had planned, or that is entered only now."""

    home_organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("home side"),
        widget=_suggestions("organisation"),
    )  # fmt: skip
    foreign_organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("foreign side"),
        widget=_suggestions("organisation"),
    )  # fmt: skip
    field = forms.ChoiceField(
        label=_("field"),
        choices=[("", _("Select value")), *Field.choices],
        widget=UnfoldAdminSelectWidget,
    )
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=Agreement.Kind.choices,
        initial=Agreement.Kind.COOPERATION_AGREEMENT,
        widget=UnfoldAdminSelectWidget,
    )
    title = forms.CharField(
        label=_("title"),
        max_length=Agreement._meta.get_field("title").max_length,
        required=False,
        help_text=_("Left empty: made of the names of both sides."),
        widget=UnfoldAdminTextInputWidget,
    )
    home_signatory = forms.ModelChoiceField(
        Person.objects.none(), label=_("signs for the home side"), required=False,
        widget=_suggestions("signatory"),
    )  # fmt: skip
    home_role = forms.CharField(
        label=_("as (home side)"),
        max_length=AgreementParty._meta.get_field("role").max_length,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    foreign_signatory = forms.ModelChoiceField(
        Person.objects.none(), label=_("signs for the foreign side"), required=False,
        widget=_suggestions("signatory"),
    )  # fmt: skip
    foreign_role = forms.CharField(
        label=_("as (foreign side)"),
        max_length=AgreementParty._meta.get_field("role").max_length,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    subjects = forms.CharField(
        label=_("subjects"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )
    document = forms.FileField(
        label=_("document"),
        required=False,
        validators=[validate_pdf],
        help_text=_("The agreement as a PDF file of at most 20 MB."),
        widget=forms.FileInput(
            attrs={"accept": "application/pdf,.pdf", "class": " ".join(INPUT_CLASSES)}
        ),
    )
    with_cooperation = forms.BooleanField(
        label=_("enter the cooperation too, if there is none"), required=False, initial=True
    )

    MAIN = ("home_organisation", "foreign_organisation", "field", "kind", "title")
    MORE = (
        "home_signatory", "home_role", "foreign_signatory", "foreign_role", "subjects", "document",
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.for_user(user).active()
        people = Person.objects.for_user(user).active()
        for side, _label in SIDES:
            self.fields[f"{side}_organisation"].queryset = organisations
            self.fields[f"{side}_signatory"].queryset = people

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self.cleaned_data.get("DELETE"):
            self.errors.clear()  # of what is left out nothing has to be right

    @property
    def main_fields(self):
        return [self[name] for name in self.MAIN]

    @property
    def more_fields(self):
        return [self[name] for name in self.MORE]

    @property
    def is_open(self):
        """Whether something stands in the part that is folded at first."""
        return self.is_bound and any(bool(field.data) for field in self.more_fields)

    @property
    def lost_document(self):
        """Whether a file was sent that the browser will not send once more."""
        return self.is_bound and self.add_prefix("document") in self.files

    def agreement(self):
        data = self.cleaned_data
        sides = {
            side: Side(
                data[f"{side}_organisation"], data[f"{side}_signatory"], data[f"{side}_role"]
            )
            for side, _label in SIDES
        }
        names = ("field", "kind", "title", "subjects", "document", "with_cooperation")
        return NewAgreement(**sides, **{name: data[name] for name in names})


class NewAgreementFormSet(forms.BaseFormSet):
    """The rows; those left empty, or ticked to be left out, are passed over."""

    def filled(self):
        """Return the forms whose agreements are to be saved."""
        return [
            form for form in self.forms if form.has_changed() and not self._should_delete_form(form)
        ]

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("leave this one out")


NewAgreements = forms.formset_factory(
    NewAgreementForm,
    formset=NewAgreementFormSet,
    extra=1,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS,
    validate_max=True,
    can_delete=True,
)
