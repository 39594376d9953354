"""The fields of the Partner-Finder that take several values out of many, chosen or typed."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import Filter

from legcrm.core.folding import fold
from legcrm.core.spreadsheets.cells import CellError
from legcrm.core.spreadsheets.cells.countries import read_country
from legcrm.core.spreadsheets.cells.texts import quoted

# More values than anybody tells apart; a crafted address must not become a query of thousands.
MOST_VALUES = 300


class SeveralField(forms.Field):
    """Values as they stand in the address, or as people call them; cleaned to a list."""

    widget = forms.SelectMultiple

    def clean(self, value):
        texts = [text.strip() for text in value or [] if text.strip()][:MOST_VALUES]
        found, errors = [], []
        for text in texts:
            try:
                found.append(self.read(text))
            except forms.ValidationError as error:
                errors.append(error)
        if errors:
            raise forms.ValidationError(errors)
        return list(dict.fromkeys(found))

    def read(self, text):
        """Return the value that ``text`` means, or raise ValidationError."""
        raise NotImplementedError


class CountriesField(SeveralField):
    def read(self, text):
        try:
            return read_country(text)
        except CellError as error:
            raise forms.ValidationError(str(error), code="country") from error


class MissionsField(SeveralField):
    """Missions by code, or by title where that is one mission's alone; cleaned to their codes."""

    # {code: mission}, given by the FilterSet once for all its fields.
    known: dict = {}

    def read(self, text):
        if text in self.known:
            return text
        named = [code for code, mission in self.known.items() if fold(str(mission)) == fold(text)]
        if len(named) != 1:
            raise forms.ValidationError(
                _("“%(value)s” is no mission we know. Choose one of the list, or enter its code."),
                code="mission",
                params={"value": quoted(text)},
            )
        return named[0]


class CountriesFilter(Filter):
    field_class = CountriesField


class MissionsFilter(Filter):
    field_class = MissionsField
