"""Spreadsheets of partners: their columns, and how rows that come in find their records."""

import re

from django.db.models import Prefetch
from django.db.models.functions import Lower
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.folding import fold
from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets import cells
from legcrm.core.spreadsheets.cells import CellError
from legcrm.core.spreadsheets.columns import (
    SEPARATOR,
    Choice,
    Computed,
    Extra,
    LinkColumn,
    Many,
    Nested,
    Reference,
    Staff,
    country_name,
)
from legcrm.core.spreadsheets.examining import Candidate

from .home_region import is_in_home_region
from .identifiers import check_identifier
from .models import (
    Affiliation,
    Company,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    Person,
    Sector,
    University,
)

Scheme = OrganisationIdentifier.Scheme
# {column: scheme}
IDENTIFIERS = {
    "vat": Scheme.VAT,
    "register": Scheme.REGISTER,
    "lei": Scheme.LEI,
    "ror": Scheme.ROR,
    "foreign_identifier": Scheme.FOREIGN,
}
TITLE = re.compile(
    r"(?:Prof|Dr|Dipl|Ing|Mag|PhD|MBA|M\.?Sc|B\.?Sc|M\.?A|B\.?A|h\.?c|habil|med|rer|nat|phil|jur)"
    r"\.?(?:-\w+\.?)*",
    re.IGNORECASE,
)
PARTICLES = {"von", "vom", "van", "de", "del", "der", "den", "zu", "zur", "zum", "da", "di", "el"}


class Sectors(Many):
    def __init__(self):
        super().__init__("sectors", shown=("sector__name_de", "sector__name_en"))

    def text(self, german, english):
        return english if (get_language() or "").startswith("en") else german


class Identifier(LinkColumn):
    """The identifier of one scheme. An organisation may bear several; the cell holds them all."""

    width = 20

    prefetch = ("identifiers",)

    def __init__(self, scheme, label, **options):
        super().__init__(None, label, **options)
        self.scheme = scheme

    def cells(self, keys):
        found = {}
        rows = OrganisationIdentifier.objects.filter(organisation__in=keys, scheme=self.scheme)
        for key, value in rows.order_by("pk").values_list("organisation", "value"):
            found.setdefault(key, []).append(value)
        return {key: SEPARATOR.join(values) for key, values in found.items()}

    def read(self, raw, style=""):
        values = []
        for text in super().read(raw, style):
            try:
                values.append(check_identifier(self.scheme, text))
            except ValueError as error:
                message = _("“%(value)s” is not a valid %(scheme)s: check it for a typing error.")
                raise CellError(
                    message % {"value": text, "scheme": self.label}, code="identifier"
                ) from error
        return tuple(dict.fromkeys(values))

    def _of(self, record):
        if record.pk is None:
            return []
        return [row for row in record.identifiers.all() if row.scheme == self.scheme]

    def current(self, record):
        return tuple(row.value for row in self._of(record))

    def same(self, one, other):
        return set(one) == set(other)

    def rows(self, record, value):
        """What has one identifier and gets another is corrected; several are told apart."""
        known = {row.value: row for row in self._of(record)}
        wanted = [text for text in value if text not in known]
        gone = [row for text, row in known.items() if text not in value]
        saved = []
        while wanted and gone:
            row = gone.pop()
            row.value = wanted.pop()
            saved.append(row)
        created = [
            OrganisationIdentifier(organisation=record, scheme=self.scheme, value=text)
            for text in wanted
        ]
        return created, saved, gone


class OtherNames(LinkColumn):
    """Names in other scripts and languages, former ones and aliases.

    A spreadsheet adds names and drops none: it knows neither their language nor their years.
    """

    prefetch = ("names",)

    def __init__(self):
        super().__init__(None, _("other names"))

    def cells(self, keys):
        found = {}
        rows = OrganisationName.objects.filter(organisation__in=keys).order_by("pk")
        for key, text in rows.values_list("organisation", "text"):
            found.setdefault(key, []).append(text)
        return {key: SEPARATOR.join(texts) for key, texts in found.items()}

    def current(self, record):
        return tuple(row.text for row in record.names.all()) if record.pk else ()

    def same(self, one, other):
        parts = {part for text in one for part in self.read(text)}
        return set(other) <= parts | set(one)

    def show(self, value):
        return SEPARATOR.join(value)

    def rows(self, record, value):
        known = set(self.current(record))
        new = [text for text in dict.fromkeys(value) if text not in known]
        return [OrganisationName(organisation=record, text=text) for text in new], [], []


class OrganisationResource(RecordResource):
    """A row is a known organisation by its number; one of the same name and country, the same
    identifier or e-mail address may be, and the person decides.

    Where a row carries an organisation beside its own record, it is looked up like any other
    record that a row names: one hit is it, several are asked, none is a new organisation.
    """

    importable = True
    required = ("name", "country", "kind")
    constants = ("kind", "country", "source", "is_home")
    aliases = {
        "name": (
            "Firma", "Firmenname", "Unternehmen", "Organisation", "Institution", "Einrichtung",
            "Hochschule", "Universität", "Company", "Company name", "Organization",
        ),
        "short_name": ("Kürzel", "Kurzbezeichnung", "Abkürzung", "Abbreviation"),
        "legal_form": ("Gesellschaftsform",),
        "country": ("Staat", "Sitzland", "Country code"),
        "postal_code": ("PLZ", "Zip", "ZIP code", "Post code", "Postcode"),
        "city": ("Stadt", "Sitz", "Wohnort", "Town", "Place"),
        "street": (
            "Strasse", "Adresse", "Anschrift", "Straße und Hausnummer", "Straße, Nr.", "Address",
        ),
        "district": ("Kreis",),
        "website": ("Webseite", "Homepage", "Internet", "Internetadresse", "URL", "www", "Web"),
        "email": ("Email", "E-Mail-Adresse", "Mail", "Mailadresse", "E-mail address"),
        "phone": ("Tel.", "Tel", "Telefonnummer", "Rufnummer", "Telefon (Zentrale)", "Telephone"),
        "sectors": ("Branche", "Branchen", "Sektor", "Industry", "Sector"),
        "size": ("Unternehmensgröße", "Größenklasse", "Company size"),
        "notes": ("Bemerkung", "Bemerkungen", "Anmerkung", "Kommentar", "Notiz", "Comment"),
        "kind": ("Typ", "Organisationstyp", "Type"),
        "owner": ("Betreuer", "Betreuerin", "Bearbeiter", "Zuständig"),
        "vat": ("USt-ID", "Umsatzsteuer-ID", "UID", "VAT", "VAT ID"),
        "register": ("HRB", "Registernummer", "Handelsregisternummer"),
        "other_names": ("Weitere Namen", "Alias", "Aliases", "Name in eigener Schrift"),
        "foreign_identifier": ("BIN", "INN", "STIR", "Steuernummer"),
    }  # fmt: skip
    country_code = Computed("country", label=_("country code"))
    parent = Reference("parent__name", field="parent")
    owner = Staff("owner", constant=True)
    sectors = Sectors()
    other_names = OtherNames()
    vat = Identifier(OrganisationIdentifier.Scheme.VAT, _("VAT number"))
    register = Identifier(OrganisationIdentifier.Scheme.REGISTER, _("commercial register"))
    lei = Identifier(OrganisationIdentifier.Scheme.LEI, "LEI")
    ror = Identifier(OrganisationIdentifier.Scheme.ROR, "ROR")
    foreign_identifier = Identifier(OrganisationIdentifier.Scheme.FOREIGN, _("foreign identifier"))

    class Meta:
        model = Organisation
        fields = (
            "id",
            "kind",
            "name",
            "short_name",
            "legal_form",
            "country",
            "country_code",
            "postal_code",
            "city",
            "street",
            "district",
            "is_home",
            "website",
            "email",
            "phone",
            "sectors",
            "size",
            "parent",
            "owner",
            "notes",
            "source",
            "other_names",
            "vat",
            "register",
            "lei",
            "ror",
            "foreign_identifier",
        )
        export_order = fields

    # --- Rows that come in ------------------------------------------------------------------

    def match(self, entries, examiner):
        keys = {fold(name)[:250] for entry in entries if (name := entry.value("name"))}
        emails = {email for entry in entries if (email := entry.value("email"))}
        numbers = {text for e in entries for name in IDENTIFIERS for text in e.value(name, ())}
        known = Organisation.objects.for_user(self.user) if self.user else Organisation.objects
        known = known.active()
        by_name, by_email, by_number = {}, {}, {}
        shown = ("pk", "name", "city", "country")
        for pk, name, city, country, key in known.filter(name_key__in=keys).values_list(
            *shown, "name_key"
        ):
            by_name.setdefault(key, {})[pk] = (country, label_of(name, city, country))
        if emails:
            for pk, name, city, country, email in known.filter(email__in=emails).values_list(
                *shown, "email"
            ):
                by_email.setdefault(email, {})[pk] = label_of(name, city, country)
        if numbers:
            rows = OrganisationIdentifier.objects.filter(
                value__in=numbers, organisation__in=known
            ).values_list("scheme", "value", *(f"organisation__{name}" for name in shown))
            for scheme, value, pk, name, city, country in rows:
                by_number[scheme, value] = {pk: label_of(name, city, country)}
        aliases = self._aliases(entries, by_name, known)
        for entry in entries:
            same_number = {}
            for name, scheme in IDENTIFIERS.items():
                for text in entry.value(name, ()):
                    same_number |= by_number.get((scheme, text), {})
            named = by_name.get(fold(entry.value("name") or "")[:250], {})
            country = entry.value("country")
            same_name = {
                pk: label for pk, (code, label) in named.items() if country in (None, "", code)
            }
            same_email = by_email.get(entry.value("email"), {})
            if entry.role and not entry.decision:
                self._link(entry, same_number or same_name or aliases.get(entry.value("name"), {}))
                continue
            for found, why in (
                (same_number, _("same identifier")),
                (same_name, _("same name and country")),
                (same_email, _("same e-mail address")),
            ):
                known_already = {candidate.key for candidate in entry.candidates}
                entry.candidates += [
                    Candidate(pk, label, str(why))
                    for pk, label in found.items()
                    if pk not in known_already
                ]

    @staticmethod
    def _link(entry, found):
        if len(found) == 1:
            [entry.target_key] = found
        else:
            entry.candidates = [
                Candidate(pk, label, str(_("same name"))) for pk, label in found.items()
            ]

    def _aliases(self, entries, by_name, known):
        """Return ``{text: {key: label}}`` of those beside a record, by their other names."""
        texts = {
            name
            for entry in entries
            if entry.role and (name := entry.value("name")) and fold(name)[:250] not in by_name
        }
        if not texts:
            return {}
        found = known.called(texts)
        return {text: dict(pairs) for text, pairs in found.items()}

    def file_key(self, entry):
        name, country = entry.value("name"), entry.value("country")
        return (fold(name), country or "") if name else None

    def prepare(self, entry, examiner):
        record = entry.record
        if entry.target is None and entry.value("is_home") is None:
            record.is_home = is_in_home_region(record.country, record.postal_code or "")


class CompanyResource(OrganisationResource):
    class Meta(OrganisationResource.Meta):
        model = Company


class UniversityResource(OrganisationResource):
    class Meta(OrganisationResource.Meta):
        model = University


class Salutation(Choice):
    """Also as people write it: "Herrn", "Fr. Dr.", "Mr"; titles stand in a column of their own."""

    WORDS = {
        "frau": Person.Salutation.FRAU,
        "fr": Person.Salutation.FRAU,
        "ms": Person.Salutation.FRAU,
        "mrs": Person.Salutation.FRAU,
        "madam": Person.Salutation.FRAU,
        "w": Person.Salutation.FRAU,
        "f": Person.Salutation.FRAU,
        "weiblich": Person.Salutation.FRAU,
        "herr": Person.Salutation.HERR,
        "herrn": Person.Salutation.HERR,
        "hr": Person.Salutation.HERR,
        "hrn": Person.Salutation.HERR,
        "mr": Person.Salutation.HERR,
        "m": Person.Salutation.HERR,
        "männlich": Person.Salutation.HERR,
        "divers": Person.Salutation.NONE,
        "d": Person.Salutation.NONE,
    }

    def read(self, raw, style=""):
        first, *_rest = cells.read_text(raw).replace(".", ". ").split()
        known = self.WORDS.get(first.rstrip(".").casefold())
        return known if known is not None else super().read(raw, style)


class FullName(Extra):
    """First and last name in one cell: "Sárközi, Dr. Anna" or "Dr. Anna Sárközi"."""


class ActsFor(Nested):
    """The organisation of the open primary affiliation."""

    def __init__(self, column, shown, label, **options):
        super().__init__("organisation", column, None, label, **options)
        self.shown = shown

    def cells(self, keys):
        return primary_affiliations(keys, self.shown)


class InRole(Extra):
    """A text of the open primary affiliation."""

    prefetch = (Prefetch("affiliations", Affiliation.objects.select_related("organisation")),)

    def __init__(self, shown, label, **options):
        super().__init__(None, label, **options)
        self.shown = shown

    def cells(self, keys):
        return primary_affiliations(keys, self.shown)


def primary_affiliations(keys, shown):
    """Return ``{key of a person: value}`` of their open primary affiliations. One query."""
    rows = Affiliation.objects.open().filter(person__in=keys, is_primary=True)
    return dict(rows.values_list("person", shown))


class PersonResource(RecordResource):
    """A row is a known person by their number; the same e-mail address, or the same name, may be.

    Beside another record: the same e-mail address and last name, or the same name acting for the
    organisation of the row, is the person; the same name elsewhere is asked.
    """

    importable = True
    required = ("last_name",)
    constants = ("source", "legal_basis", "data_source", "informed_on", "language")
    nested = {"organisation": "partners.organisation"}
    aliases = {
        "last_name": ("Name", "Familienname", "Zuname", "Surname", "Family name"),
        "first_name": ("Rufname", "Given name", "Forename"),
        "full_name": (
            "Teilnehmer", "Teilnehmerin", "Ansprechpartner", "Ansprechpartnerin", "Kontaktperson",
            "Vor- und Nachname", "Vorname Name", "Name, Vorname", "Contact person", "Participant",
        ),
        "salutation": ("Anrede", "Geschlecht", "Form of address", "Gender"),
        "academic_title": ("Titel", "Akad. Titel", "Title", "Akademischer Grad"),
        "email": ("Email", "E-Mail-Adresse", "Mail", "Mailadresse", "E-mail address"),
        "phone": (
            "Tel.", "Tel", "Telefonnummer", "Telefon (geschäftlich)", "Telefon dienstlich",
            "Festnetz", "Telephone", "Business phone",
        ),
        "mobile": ("Handy", "Mobil", "Mobilnummer", "Mobilfunk", "Mobile phone", "Cell"),
        "organisation": (
            "Firma", "Firmenname", "Unternehmen", "Institution", "Einrichtung", "Company",
            "Organization",
        ),
        "organisation_city": ("Ort", "Stadt", "Sitz", "City", "Town"),
        "country": ("Land", "Staat", "Country"),
        "role": ("Position", "Funktion", "Job title", "Amt"),
        "department": ("Bereich", "Referat"),
        "language": ("Korrespondenzsprache",),
        "notes": ("Bemerkung", "Bemerkungen", "Anmerkung", "Kommentar", "Notiz", "Comment"),
        "owner": ("Betreuer", "Betreuerin", "Bearbeiter", "Zuständig"),
    }  # fmt: skip

    salutation = Salutation("salutation")
    organisation = ActsFor("name", "organisation__name", _("organisation"))
    role = InRole("role", _("role"))
    department = InRole("department", _("department"))
    owner = Staff("owner", constant=True)
    # Only read.
    full_name = FullName(label=_("full name"))
    organisation_kind = Nested(
        "organisation", "kind", label=_("kind of the organisation"), constant=True
    )
    country = Nested("organisation", "country", label=_("country"), constant=True)
    organisation_city = Nested("organisation", "city", label=_("city of the organisation"))

    class Meta:
        model = Person
        fields = (
            "id",
            "salutation",
            "academic_title",
            "first_name",
            "last_name",
            "full_name",
            "native_name",
            "organisation",
            "organisation_kind",
            "organisation_city",
            "country",
            "role",
            "department",
            "language",
            "email",
            "phone",
            "mobile",
            "letter_salutation",
            "owner",
            "notes",
            "source",
            "legal_basis",
            "data_source",
            "informed_on",
        )
        export_order = fields

    # --- Rows that come in ------------------------------------------------------------------

    def match(self, entries, examiner):
        for entry in entries:
            self._split_names(entry)
        keys = {key for entry in entries if (key := name_key(entry))}
        emails = {email.lower() for entry in entries if (email := entry.value("email"))}
        known = Person.objects.for_user(self.user) if self.user else Person.objects
        known = known.active()
        acting_for: dict[int, dict[int, str]] = {}
        people: dict[int, tuple] = {}
        if emails and "email" in self.fields:
            lower = known.annotate(lower_email=Lower("email")).filter(lower_email__in=emails)
            people = {person.pk: person for person in lower}
        people |= {person.pk: person for person in known.filter(name_key__in=keys)}
        rows = (
            Affiliation.objects.open()
            .filter(person__in=people)
            .values_list("person", "organisation", "organisation__name", "organisation__country")
        )
        countries: dict[int, set] = {}
        for person, organisation, name, country in rows:
            acting_for.setdefault(person, {})[organisation] = name
            countries.setdefault(person, set()).add(country)
        by_name, by_email = {}, {}
        for person in people.values():
            by_name.setdefault(person.name_key, []).append(person)
            by_email.setdefault(person.email.lower(), []).append(person)
        for entry in entries:
            email = (entry.value("email") or "").lower()
            same_email = by_email.get(email, []) if email else []
            same_name = by_name.get(name_key(entry), [])
            organisation = entry.row.entries.get("organisation")
            meant = organisation.target_key if organisation is not None else None
            if entry.role and not entry.decision:
                last = fold(entry.value("last_name") or "")
                sure = [p for p in same_email if fold(p.last_name) == last] or [
                    p for p in same_name if meant is not None and meant in acting_for.get(p.pk, {})
                ]
                if len(sure) == 1:
                    entry.target_key = sure[0].pk
                    continue
            for found, why in (
                (same_email, _("same e-mail address")),
                (same_name, _("same name")),
            ):
                taken = {candidate.key for candidate in entry.candidates}
                for person in found:
                    if person.pk not in taken:
                        names = ", ".join(acting_for.get(person.pk, {}).values())
                        label = f"{person} · {names}" if names else str(person)
                        entry.candidates.append(Candidate(person.pk, label, str(why)))

    @staticmethod
    def _split_names(entry):
        """Take first and last name out of the one cell that holds both."""
        whole = entry.values.pop("full_name", "") or ""
        if whole:
            title, first, last = split_name(whole)
            for name, text in (
                ("academic_title", title),
                ("first_name", first),
                ("last_name", last),
            ):
                if text and name not in entry.values:
                    entry.values[name] = text
        salutation = entry.unit.names.get("salutation")
        words = cells.read_text(entry.row.cells.get(salutation)).split() if salutation else []
        titles = [word for word in words if TITLE.fullmatch(word)]
        if titles and not entry.value("academic_title"):
            entry.values["academic_title"] = " ".join(titles)

    def file_key(self, entry):
        key = name_key(entry)
        if not key:
            return None
        email = (entry.value("email") or "").lower()
        organisation = entry.row.entries.get("organisation")
        firm = fold(organisation.value("name") or "") if organisation is not None else ""
        return (key, email or firm)

    def extra_changes(self, entry, examiner):
        """An affiliation to the organisation of the row, with role and department."""
        affiliation = self._affiliation(entry)
        if affiliation is None:
            return []
        if affiliation.pk is None:
            if entry.target is None:
                return []
            new = ", ".join(filter(None, [affiliation.role, str(entry_name(entry))]))
            return [(str(_("Affiliation")), "", new)]
        changes = []
        for name in ("role", "department"):
            old = affiliation._read.get(name, "")
            if old != getattr(affiliation, name):
                label = str(Affiliation._meta.get_field(name).verbose_name)
                changes.append((capfirst(label), old, getattr(affiliation, name)))
        return changes

    def extra_rows(self, entry):
        affiliation = self._affiliation(entry)
        if affiliation is None:
            return [], []
        if affiliation.pk is not None:
            return [], [affiliation] if affiliation.changed_fields() else []
        affiliation.person = entry.record
        affiliation.organisation = entry.row.entries["organisation"].record
        return [affiliation], []

    def _affiliation(self, entry):
        """Return the affiliation that the row speaks of, with what it says, or None."""
        organisation = entry.row.entries.get("organisation")
        texts = {
            name: entry.values[name] for name in ("role", "department") if name in entry.values
        }
        person = entry.record
        known = list(person.affiliations.all()) if person.pk and entry.target is not None else []
        open_ones = [row for row in known if row.valid_to is None]
        if organisation is None:
            found = [row for row in open_ones if row.is_primary] if texts else []
        else:
            meant = organisation.target_key
            found = [row for row in open_ones if meant is not None and row.organisation_id == meant]
            if not found:
                if entry.settled and not any(texts.values()):
                    return None  # Who takes part for an organisation need not act for it.
                primary = not any(row.is_primary for row in open_ones)
                return Affiliation(is_primary=primary, **texts)
        if not found:
            return None
        for name, text in texts.items():
            if cells.read_text(getattr(found[0], name)) != text:
                setattr(found[0], name, text)
        return found[0]


def entry_name(entry):
    organisation = entry.row.entries["organisation"]
    return organisation.record or ""


def name_key(entry):
    """Return the folded name of the person that a row speaks of."""
    first, last = entry.value("first_name") or "", entry.value("last_name") or ""
    return fold(f"{first} {last}")[:250] if last else ""


def label_of(name, city, country):
    return ", ".join(filter(None, [name, city, country_name(country)]))


def split_name(text: str) -> tuple[str, str, str]:
    """Return title, first and last name of ``text``.

    "Müller, Anna" says which is which; else the last word is the last name, with the particles
    before it ("von der").
    """
    before, comma, after = text.partition(",")
    words = (after if comma else before).split()
    titles = []
    while words and TITLE.fullmatch(words[0]):
        titles.append(words.pop(0))
    if comma:
        last = before.split()
        while last and TITLE.fullmatch(last[0]):
            titles.append(last.pop(0))
        return " ".join(titles), " ".join(words), " ".join(last)
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in PARTICLES:
        start -= 1
    return " ".join(titles), " ".join(words[: max(start, 0)]), " ".join(words[max(start, 0) :])


class SectorResource(RecordResource):
    class Meta:
        model = Sector
        fields = ("key", "name_de", "name_en", "wz_2008", "wz_2025", "retired_on")
        export_order = fields
