"""What the spreadsheets of missions name in their cells: missions, cooperations, people."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.naming import with_number
from legcrm.core.spreadsheets.columns import (
    Computed,
    Many,
    Nested,
    Reference,
    country_name,
    phone_text,
)


def in_language(german, english):
    """Return the text of the active language, or the other one."""
    if (get_language() or "").startswith("en"):
        return english or german
    return german or english


def joined(*words):
    return " ".join(word for word in words if word)


def listed(name, key):
    """Return ``name`` as it stands in a cell that holds several.

    A name that has the separator within it is told from two by its number.
    """
    if ";" in name or "\n" in name:
        return with_number(" ".join(name.replace(";", ",").split()), key)
    return name


class MissionReference(Reference):
    """A mission by its code, which is unique; titles are read too."""

    def __init__(self, field="mission", label=""):
        aliases = ("Mission", "Missionskürzel", "Kürzel der Mission", "Reise", "Mission code")
        super().__init__(f"{field}__code", label, field=field, aliases=aliases)


def mission_title(field="mission"):
    """Return the column that says in words which mission it is."""
    paths = (f"{field}__title_de", f"{field}__title_en")
    return Computed(*paths, label=_("title of the mission"), cell=in_language)


class CooperationReference(Reference):
    """A cooperation as it calls itself: "TITK – UzTextilprom"."""

    width = 40

    def __init__(self):
        super().__init__(None, field="cooperation")

    @property
    def paths(self):
        sides = (f"{self.field_name}__home", f"{self.field_name}__partner")
        return tuple(f"{side}__{name}" for side in sides for name in ("short_name", "name"))

    def cell(self, home_short, home, partner_short, partner):
        return f"{home_short or home} – {partner_short or partner}" if home else None


class PersonReference(Reference):
    """A person by title and name."""

    @property
    def paths(self):
        names = ("academic_title", "first_name", "last_name")
        return tuple(f"{self.field_name}__{name}" for name in names)

    def __init__(self, field, **options):
        super().__init__(None, field=field, **options)

    cell = staticmethod(joined)


class SectorReference(Reference):
    """A sector by its name in the user's language."""

    def __init__(self):
        super().__init__(None, field="sector", aliases=("Branchen", "Sektor", "Industry"))

    @property
    def paths(self):
        return (f"{self.field_name}__name_de", f"{self.field_name}__name_en")

    cell = staticmethod(in_language)


class Organisations(Many):
    def __init__(self, field, **options):
        super().__init__(field, shown=("organisation__name", "organisation"), **options)

    text = staticmethod(listed)


class People(Many):
    def __init__(self, field, **options):
        shown = ("academic_title", "first_name", "last_name", "id")
        super().__init__(field, shown=tuple(f"person__{name}" for name in shown), **options)

    def text(self, *words):
        *names, key = words
        return listed(joined(*names), key)


class StaffMembers(Many):
    def __init__(self, field, **options):
        shown = ("first_name", "last_name", "username")
        super().__init__(field, shown=tuple(f"user__{name}" for name in shown), **options)

    def text(self, first_name, last_name, username):
        return joined(first_name, last_name) or username


class NestedChoice(Nested):
    """A choice of the other record, by its label."""

    def __init__(self, role, column, path, label, *, choices, **options):
        super().__init__(role, column, path, label, **options)
        self.choice_labels = dict(choices.choices)

    def cell(self, value):
        label = self.choice_labels.get(value)
        return value if label is None else str(label)


class NestedCountry(Nested):
    cell = staticmethod(country_name)


class NestedPhone(Nested):
    cell = staticmethod(phone_text)
