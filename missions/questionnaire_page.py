"""The questionnaire of a participant: a page of its own behind a secret link, without a login.

It shows the mission and the participant's own organisation and cooperations, and nothing else.
"""

from decimal import Decimal

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from legcrm.core.rate_limit import address_of, allow
from legcrm.core.spreadsheets.cells import CellError, read_decimal

from .models import Cooperation, QuestionnaireCooperation
from .questionnaires import Answer, Closed, check_open, cooperations_of, find, receive

# Of one address: whoever mistypes a link is far below, whoever guesses gets nowhere.
MOST_WRONG, WRONG_WITHIN = 20, 600
# Of one link, for whoever sends the form again and again.
MOST_SENT, SENT_WITHIN = 10, 3600

MOST_OF_ANYTHING = 1_000_000
LONGEST_REMARKS = 4000


class Amount(forms.CharField):
    """An amount as people write it: 1.250.000, 1 250 000,50 or 12,500 €."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = read_decimal(text, style=get_language())
        except CellError as error:
            raise ValidationError(str(error)) from error
        if not 0 <= amount < Decimal(10) ** 12:
            raise ValidationError(_("Enter an amount between 0 and 999,999,999,999 euros."))
        return round(amount, 2)


def _count(label):
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=MOST_OF_ANYTHING, widget=widget
    )


class AnswerForm(forms.Form):
    """What ``participation`` is asked; for each of its cooperations two fields more, by its key."""

    satisfaction = forms.TypedChoiceField(
        label=_("How satisfied are you with the mission?"),
        choices=[(number, str(number)) for number in range(1, 6)],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a number from 1 to 5.")},
    )
    contracts = _count(_("Contracts concluded"))
    contracts_value_eur = Amount(label=_("Value of these contracts in euros"), required=False)
    jobs = _count(_("Jobs created"))
    remarks = forms.CharField(
        label=_("What else would you like to tell us?"),
        required=False,
        max_length=LONGEST_REMARKS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, participation, **kwargs):
        super().__init__(*args, **kwargs)
        self.participation = participation
        self.cooperations = list(cooperations_of(participation))
        stages = [("", _("Please choose")), *Cooperation.Stage.choices]
        longest = QuestionnaireCooperation._meta.get_field("remark").max_length
        for cooperation in self.cooperations:
            self.fields[f"stage-{cooperation.pk}"] = forms.ChoiceField(
                label=_("How does it stand?"), choices=stages, required=False
            )
            self.fields[f"remark-{cooperation.pk}"] = forms.CharField(
                label=_("In a few words"), required=False, max_length=longest
            )

    def rows(self):
        """Return ``[(name, field of the stage, field of the remark)]`` of the cooperations.

        The name is that of the other side, with the subject where there are several.
        """
        sides = [_other_side(self.participation, one) for one in self.cooperations]
        return [
            (
                f"{side}: {one.subject}" if one.subject and sides.count(side) > 1 else side,
                self[f"stage-{one.pk}"],
                self[f"remark-{one.pk}"],
            )
            for one, side in zip(self.cooperations, sides, strict=True)
        ]

    def clean(self):
        values = super().clean()
        for cooperation in self.cooperations:
            stage = values.get(f"stage-{cooperation.pk}")
            remark = values.get(f"remark-{cooperation.pk}")
            if remark and not stage:
                self.add_error(f"stage-{cooperation.pk}", _("Choose how it stands."))
            elif stage == Cooperation.Stage.ENDED and not remark:
                self.add_error(f"remark-{cooperation.pk}", _("Say in a few words why it ended."))
        return values

    def answer(self) -> Answer:
        values = self.cleaned_data
        own = ("satisfaction", "contracts", "contracts_value_eur", "jobs", "remarks")
        stages = {
            one: (stage, values[f"remark-{one.pk}"])
            for one in self.cooperations
            if (stage := values[f"stage-{one.pk}"])
        }
        return Answer(*(values[name] for name in own), stages)


def _other_side(participation, cooperation):
    at_home = cooperation.home_id == participation.organisation_id
    return (cooperation.partner if at_home else cooperation.home).name


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire(request, token):
    """Show the questionnaire that ``token`` opens, and take its answer, once."""
    asked = find(token)
    if asked is None:
        # Only what leads nowhere is counted, so that the office of a guesser still gets in.
        if allow("questionnaire.wrong", address_of(request), MOST_WRONG, WRONG_WITHIN):
            return _closed(request, "unknown", 404)
        return _closed(request, "too_many", 429, WRONG_WITHIN)
    if request.method == "POST" and not allow(
        "questionnaire.sent", str(asked.pk), MOST_SENT, SENT_WITHIN
    ):
        return _closed(request, "too_many", 429, SENT_WITHIN)
    language = _language(request, asked.language)
    with override(language):
        try:
            check_open(asked)
            form = AnswerForm(
                request.POST if request.method == "POST" else None,
                participation=asked.participation,
            )
            if form.is_bound and form.is_valid():
                receive(asked, form.answer())
                return _page(request, "questionnaire/thanks.html", {})
        except Closed as closed:
            return _closed(request, closed.reason, 410)
        context = {
            "form": form,
            "mission": asked.participation.mission,
            "organisation": asked.participation.organisation,
            "expires_on": asked.expires_on,
            "other_languages": [one for one in settings.LANGUAGES if one[0] != language],
        }
        return _page(request, "questionnaire/form.html", context)


def _language(request, usual):
    """Return the language that was asked for by ``?lang=``, or else ``usual``."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in dict(settings.LANGUAGES) else usual


def _closed(request, reason, status, retry_after=None):
    """Return a page that says why there is nothing to answer, and nothing of what there was."""
    response = _page(request, "questionnaire/closed.html", {"reason": reason}, status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def _page(request, template, context, status=200):
    context = {"agency": settings.AGENCY_NAME, **context}
    response = render(request, template, context, status=status)
    response["Content-Language"] = get_language()
    response["X-Robots-Tag"] = "noindex, nofollow"
    # No other site learns the link. Without any referrer browsers would not say either where the
    # form comes from, which is what it is accepted by.
    response["Referrer-Policy"] = "same-origin"
    return response
