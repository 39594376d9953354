"""The workbook for a mail merge: one row for each participation, ready to be a letter or e-mail."""

import tempfile
from collections.abc import Collection, Iterator
from typing import IO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_countries import countries

from legcrm.core.spreadsheets.writing import Heading, Sheet, write_xlsx
from partners.models import Affiliation, Organisation, Person
from partners.salutation import address_lines, letter_language, letter_salutation

from .invitations import may_be_written_to
from .models import Participation

LANGUAGES = ("de", "en")
# As many as anybody merges at a time.
MOST_LETTERS = 5000
# As many as address_lines() ever gives, so that each has its column.
_ADDRESS_LINES = 5
_GERMAN_SPEAKING = {"DE", "AT", "CH", "LI", "LU"}
IMPERSONAL = {"de": "Sehr geehrte Damen und Herren,", "en": "Dear Sir or Madam,"}


class Letters(NamedTuple):
    """Who gets a letter, and for whom of the chosen there must be none."""

    rows: list[Participation]
    withheld: list[Participation]


def letters_to(keys: Collection[int], user) -> Letters:
    """Return the participations with the ``keys`` as far as ``user`` sees them; two queries.

    Withheld is who objected to contact, is blocked or archived. Raises ValidationError for more
    than MOST_LETTERS.
    """
    if len(keys) > MOST_LETTERS:
        raise ValidationError(
            _("At most %(most)d letters at a time: choose fewer participations.")
            % {"most": MOST_LETTERS},
            code="too_many",
        )
    rows = (
        Participation.objects.for_user(user)
        .active()
        .filter(pk__in=keys)
        .select_related("mission", "organisation", "person")
        .order_by("mission__starts_on", "mission", "organisation__name", "pk")
    )
    letters = Letters([], [])
    for row in rows:
        allowed = row.person is None or may_be_written_to(row.person)
        (letters.rows if allowed else letters.withheld).append(row)
    return letters


def workbook(rows: Collection[Participation], user, language: str = "") -> IO[bytes]:
    """Write the letters to ``rows`` into an XLSX file; return it open, at its beginning.

    ``language`` as for ``cells()``. The file has no place of its own and vanishes when closed.
    """
    sheet = Sheet(title=_("Letters"), model="missions.letter", headings=headings())
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - handed on open
    try:
        write_xlsx(file.name, sheet, cells(rows, user, language))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def headings() -> list[Heading]:
    return [
        Heading("letter_salutation", _("letter salutation"), width=34),
        Heading("salutation", _("salutation"), width=10),
        Heading("academic_title", _("academic title"), width=12),
        Heading("first_name", _("first name")),
        Heading("last_name", _("last name")),
        Heading("function", _("function"), width=24),
        Heading("organisation", _("organisation"), width=34),
        *(
            Heading(f"address_{number}", _("address line %d") % number, width=28)
            for number in range(1, _ADDRESS_LINES + 1)
        ),
        Heading("street", _("street"), width=24),
        Heading("postal_code", _("postal code"), width=10),
        Heading("city", _("city")),
        Heading("country", _("country")),
        Heading("email", _("e-mail"), width=28),
        Heading("language", _("language"), width=8),
        Heading("mission", _("mission"), width=34),
        Heading("mission_dates", _("dates of the mission"), width=22),
        Heading("starts_on", _("starts on"), "date", 12),
        Heading("ends_on", _("ends on"), "date", 12),
        Heading("registration_deadline", _("registration deadline"), "date", 12),
        Heading("status", _("status"), width=12),
    ]


def cells(rows: Collection[Participation], user, language: str = "") -> Iterator[tuple]:
    """Yield the cells of each row, in the order of ``headings()``; two queries.

    ``language`` "de" or "en" is that of all letters, "" the one of each person. What ``user`` may
    not see of people is left empty.
    """
    people = Person.objects.for_user(user).with_primary_affiliation().order_by()
    people = people.in_bulk({row.person_id for row in rows if row.person_id})
    roles, mainly = {}, {}
    links = Affiliation.objects.open().filter(person__in=people).select_related("organisation")
    for link in links.order_by("is_primary", "pk"):
        roles[link.person_id, link.organisation_id] = link.role
        mainly[link.person_id] = link.organisation
    sees_email = "email" not in Person.hidden_fields(user)
    for row in rows:
        person = people.get(row.person_id)
        organisation = row.organisation or mainly.get(row.person_id)
        role = roles.get((row.person_id, organisation.pk), "") if organisation else ""
        written = language or language_of(person, organisation)
        with override(written):
            letter = _cells(row, person, organisation, role, sees_email, written)
        yield letter


def language_of(person: Person | None, organisation: Organisation | None) -> str:
    """Return "de" or "en": in which of them we write to the person, or else the organisation."""
    if person is not None:
        return letter_language(person)
    return "de" if organisation and organisation.country.code in _GERMAN_SPEAKING else "en"


def _cells(row, person, organisation, role, sees_email, language):
    mission = row.mission
    lines = address_lines(person, organisation, language)
    lines += [""] * (_ADDRESS_LINES - len(lines))
    email = (person.email if person and sees_email else "") or (organisation and organisation.email)
    return (
        letter_salutation(person, language) if person else IMPERSONAL[language],
        _salutation(person),
        person.academic_title if person else "",
        person.first_name if person else "",
        person.last_name if person else "",
        role,
        organisation.name if organisation else "",
        *lines,
        organisation.street if organisation else "",
        organisation.postal_code if organisation else "",
        organisation.city if organisation else "",
        str(countries.name(organisation.country.code)) if organisation else "",
        email or "",
        language,
        mission.title_de if language == "de" else mission.title_en,
        mission.dates,
        mission.starts_on,
        mission.ends_on,
        mission.registration_deadline,
        row.get_status_display(),
    )


def _salutation(person):
    if person is None or person.salutation == Person.Salutation.NONE:
        return ""
    return person.get_salutation_display()
