"""What all filters of a list have in common, and those of a few choices known beforehand."""

from functools import cached_property
from typing import NamedTuple

from django.contrib.admin import ListFilter
from django.utils.translation import gettext_lazy as _


class Option(NamedTuple):
    """One value that the sheet offers."""

    value: str
    label: str
    count: int | None  # None: not counted
    chosen: bool
    name: str  # of the parameter
    members: frozenset = frozenset()  # a region's countries
    flag: str = ""  # code of a country

    @property
    def flag_file(self):
        return f"{self.flag.lower()}.gif"

    @property
    def codes(self):
        return " ".join(sorted(self.members))


class ListFilterBase:
    """What the filters of the house share.

    ``labels()`` says in words what is chosen, ``options()`` what may be chosen.
    """

    # Offered and applied only to those who may see this field of the model.
    field: str | None = None
    several = True
    # What holds where nothing is chosen; None: every record.
    default_label = None

    def has_output(self):
        return True

    def choices(self, changelist):
        return []

    def options(self) -> list[Option]:
        return []

    def labels(self) -> list[str]:
        return []

    def given(self, params, name):
        """Take the values of the parameter ``name`` out of ``params`` and return them."""
        values = params.pop(name, [])
        values = values if isinstance(values, list) else [values]
        values = [value for value in dict.fromkeys(values) if value and "\x00" not in value]
        if values:
            self.used_parameters[name] = values
        return values


class Filter(ListFilterBase, ListFilter):
    """A filter by the values of one parameter of the address."""

    template = "admin/filters/options.html"
    parameter_name = None

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.request, self.model, self.model_admin = request, model, model_admin
        self.values = self.given(params, self.parameter_name)

    def expected_parameters(self):
        return [self.parameter_name]


class OneOfFilter(Filter):
    """One of a few choices, ``lookups()``; ``default_label`` names what holds without."""

    several = False

    def lookups(self, request, model_admin):
        """Return ``[(value, label)]``."""
        raise NotImplementedError

    @cached_property
    def offered(self):
        return dict(self.lookups(self.request, self.model_admin))

    def value(self):
        """Return what is chosen, or None."""
        return next((value for value in reversed(self.values) if value in self.offered), None)

    def labels(self):
        return [str(self.offered[self.value()])] if self.value() else []

    def options(self):
        name, chosen = self.parameter_name, self.value()
        return [
            Option("", self.default_label or _("all"), None, chosen is None, name),
            *(Option(v, label, None, v == chosen, name) for v, label in self.offered.items()),
        ]


class SomeOfFilter(OneOfFilter):
    """Any of a few choices that all shall hold together."""

    several = True

    def chosen(self):
        return [value for value in self.values if value in self.offered]

    def labels(self):
        return [str(self.offered[value]) for value in self.chosen()]

    def options(self):
        return [
            Option(value, label, None, value in self.values, self.parameter_name)
            for value, label in self.offered.items()
        ]
