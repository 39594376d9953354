"""How a letter to a person begins, and what stands in its address field.

German: „Sehr geehrte Frau Prof. Dr. Müller,“. „Prof.“ and „Dr.“ stand once each, abbreviated;
what goes on with them („rer. nat.“, „h. c.“, „-Ing.“) and all other degrees are left out.
English: “Dear Professor Müller,”, “Dear Dr Müller,” (a PhD is one), else “Dear Ms Müller,”.
Who is neither Frau nor Herr is greeted with the full name.

A high office takes the place of title and name. Foreign ministers, ambassadors and governors are
“Excellency,”; ours are greeted by their office: „Sehr geehrte Frau Ministerin,“. The office is read
from the role of the open primary affiliation. What a person wants to be called instead stands in
the field "letter salutation" and wins over every rule here.
"""

import re
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import override
from django_countries import countries

from .models import Organisation, Person

# Without a language we write in, the country decides.
_GERMAN_SPEAKING = {"DE", "AT", "CH", "LI", "LU"}

_PROFESSOR = {"prof", "professor", "professorin", "профессор"}
_DOCTOR = {"dr", "dres", "doktor", "doctor", "доктор"}
_PHD = re.compile(r",?\s*\bph\.?\s?d\b\.?", re.IGNORECASE)


class _Office(NamedTuple):
    role: str  # a pattern of the word in the role that names the office
    abroad: bool  # whether it makes an Excellency of its holder in another country
    herr: str
    frau: str
    english: str  # "" where there is no such office at home


# The first that matches counts. Only who bears the office, not who works for its bearer: the word
# has to begin the role, but for the words of _BEFORE.
_OFFICES = (
    _Office(
        "ministerpräsident(?:in)?|minister-president|premierminister(?:in)?|prime minister"
        "|премьер-министр",
        True, "Ministerpräsident", "Ministerpräsidentin", "Minister-President",
    ),
    _Office(
        "staatsminister(?:in)?|minister of state",
        True, "Staatsminister", "Staatsministerin", "Minister of State",
    ),
    _Office(
        "bundesminister(?:in)?|federal minister",
        True, "Bundesminister", "Bundesministerin", "Minister",
    ),
    _Office(
        "(?!vize|vice|ex)[a-zäöüß]*minister(?:in)?|министр",
        True, "Minister", "Ministerin", "Minister",
    ),
    _Office(
        "botschafter(?:in)?|ambassador|посол", True, "Botschafter", "Botschafterin", "Ambassador"
    ),
    _Office(
        "gouverneur(?:in)?|governor|губернатор|[kc]?hokimi?|hakim|akim|äkim|хоким|аким|әкім|ҳоким",
        True, "", "", "",
    ),
    _Office(
        "staatssekretär(?:in)?|state secretary",
        False, "Staatssekretär", "Staatssekretärin", "State Secretary",
    ),
    _Office(
        "oberbürgermeister(?:in)?|lord mayor",
        False, "Oberbürgermeister", "Oberbürgermeisterin", "Mayor",
    ),
    _Office("bürgermeister(?:in)?|mayor", False, "Bürgermeister", "Bürgermeisterin", "Mayor"),
    _Office("landrat|landrätin", False, "Landrat", "Landrätin", "District Administrator"),
)  # fmt: skip
_BEFORE = (
    r"(?:(?:außerordentliche[rn]?|und|bevollmächtigte[rn]?|thüringer|sächsische[rn]?|deutsche[rn]?"
    r"|federal|state|foreign|finance|economy|economic|energy|industry|trade|agriculture|health"
    r"|education|labou?r|transport|environment|interior|culture|defen[cs]e|justice|his|her"
    r"|excellency|h\.\s?e\.|s\.\s?e\.|чрезвычайный|и|полномочный)[,\s]+)*"
)
# A minister counsellor is a diplomat of lower rank; who is out of office is greeted by name.
_NOT_AFTER = r"(?![\w-]|\s+(?:counsell?or|plenipotentiary|counsel)\b)(?!.*\b[ai]\.\s?[dr]\.)"
_NOT_AFTER += r"(?!.*\b(?:retired|emeritus)\b)"
_ROLES = [
    (re.compile(f"{_BEFORE}(?:{office.role}){_NOT_AFTER}", re.IGNORECASE), office)
    for office in _OFFICES
]

# Where the post wants the code behind the city.
_CODE_LAST = {"AU", "CA", "CN", "GB", "HK", "ID", "IE", "IN", "JP", "KR", "NZ", "SG", "TH", "US"}
_CODE_LAST |= {"VN"}


def letter_language(person: Person) -> str:
    """Return "de" or "en": in which of them we write to ``person``.

    Their language if it is one of the two, else that of the country they act in.
    """
    language = person.language.partition("-")[0].casefold()
    if language in ("de", "en"):
        return language
    _role, country = _role_and_country(person)
    return "de" if country in _GERMAN_SPEAKING else "en"


def letter_salutation(person: Person, language: str = "") -> str:
    """Return the first line of a letter to ``person``, with the comma that ends it.

    ``language``: "de" or "en" (BCP 47, so "en-GB" too); without, or any other: that of
    ``letter_language()``. Needs no query for people ``with_primary_affiliation()``, else one.
    """
    if person.letter_salutation.strip():
        return person.letter_salutation.strip()
    language = _written(person, language)
    return _by_office(person, language) or (
        _german(person) if language == "de" else _english(person)
    )


def address_lines(
    person: Person | None, organisation: Organisation | None, language: str = ""
) -> list[str]:
    """Return the lines of an address field, none of them empty.

    Name with titles, organisation, street, postal code and city; for mail abroad the country, in
    capitals and in the language of the agency, whose post reads it. ``language`` as for
    ``letter_salutation()``. Person or organisation may be None.
    """
    lines = []
    if person is not None:
        lines.append(_addressee(person, _written(person, language)))
    if organisation is not None:
        place = [organisation.postal_code, organisation.city]
        if organisation.country.code in _CODE_LAST:
            place.reverse()
        lines += [organisation.name, organisation.street, " ".join(filter(None, place))]
        if organisation.country.code != settings.HOME_COUNTRY:
            with override(settings.LANGUAGE_CODE):
                lines.append(str(countries.name(organisation.country.code)).upper())
    return [" ".join(line.split()) for line in lines if line and line.strip()]


def _written(person, language):
    language = language.partition("-")[0].casefold()
    return language if language in ("de", "en") else letter_language(person)


def _role_and_country(person):
    """Return role and country of the open primary affiliation; "" for what is unknown."""
    if not hasattr(person, "primary_role"):
        affiliation = None
        if person.pk is not None:
            primary = person.affiliations.open().filter(is_primary=True)
            affiliation = primary.select_related("organisation").first()
        person.primary_role = affiliation and affiliation.role
        person.primary_country = affiliation and affiliation.organisation.country.code
    return person.primary_role or "", str(person.primary_country or "")


def _by_office(person, language):
    role, country = _role_and_country(person)
    role = " ".join(role.split())
    office = next((office for pattern, office in _ROLES if pattern.match(role)), None)
    if office is None:
        return ""
    if country != settings.HOME_COUNTRY:
        if country and office.abroad:
            return "Exzellenz," if language == "de" else "Excellency,"
        return ""
    if language == "en":
        return f"Dear {office.english}," if office.english else ""
    if not office.herr:
        return ""
    return {
        Person.Salutation.FRAU: f"Sehr geehrte Frau {office.frau},",
        Person.Salutation.HERR: f"Sehr geehrter Herr {office.herr},",
    }.get(person.salutation, "")


def _german(person):
    is_professor, is_doctor = _ranks(person.academic_title)
    titles = ["Prof."] * is_professor + ["Dr."] * is_doctor
    last_name = _one_line(person.last_name)
    opening = {
        Person.Salutation.FRAU: "Sehr geehrte Frau",
        Person.Salutation.HERR: "Sehr geehrter Herr",
    }.get(person.salutation)
    if opening:
        return f"{' '.join([opening, *titles, last_name])},"
    name = _one_line(f"{person.first_name} {person.last_name}")
    if name == last_name and not titles:
        return "Sehr geehrte Damen und Herren,"  # "Guten Tag Müller" would be rude.
    return f"{' '.join(['Guten Tag', *titles, name])},"


def _english(person):
    is_professor, is_doctor = _ranks(person.academic_title)
    last_name = _one_line(person.last_name)
    if is_professor:
        return f"Dear Professor {last_name},"
    if is_doctor or _PHD.search(person.academic_title):
        return f"Dear Dr {last_name},"
    form = {Person.Salutation.FRAU: "Ms", Person.Salutation.HERR: "Mr"}.get(person.salutation)
    if form:
        return f"Dear {form} {last_name},"
    if not person.first_name.strip():
        return "Dear Sir or Madam,"
    return f"Dear {_one_line(f'{person.first_name} {person.last_name}')},"


def _addressee(person, language):
    """Return the first line of the address: „Herrn Prof. Dr. Jens Bauer“, “Ms Jane Doe, PhD”."""
    forms = {
        "de": {Person.Salutation.FRAU: "Frau", Person.Salutation.HERR: "Herrn"},
        "en": {Person.Salutation.FRAU: "Ms", Person.Salutation.HERR: "Mr"},
    }
    title = _PHD.sub("", person.academic_title)
    # English has either the form of address or the title, German both.
    form = "" if language == "en" and any(_ranks(title)) else forms[language].get(person.salutation)
    name = _one_line(" ".join(filter(None, [form, title, person.first_name, person.last_name])))
    return name if title == person.academic_title else f"{name}, PhD"


def _ranks(title):
    """Return whether ``title`` names a professor, and a doctor: of "Univ.-Prof. Dr.-Ing." both."""
    words = set(re.findall(r"\w+", title.casefold()))
    return bool(words & _PROFESSOR), bool(words & _DOCTOR)


def _one_line(text):
    return " ".join(text.split())
