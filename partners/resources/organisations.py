"""Organisations as rows of a spreadsheet."""

from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legcrm.core.folding import fold
from legcrm.core.keys import Keys
from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets import cells
from legcrm.core.spreadsheets.cells import CellError
from legcrm.core.spreadsheets.columns import (
    SEPARATOR,
    Choice,
    Computed,
    LinkColumn,
    Many,
    PostalCode,
    Reference,
    Staff,
    country_name,
)
from legcrm.core.spreadsheets.examining import Candidate

from ..home_region import is_in_home_region
from ..identifiers import check_identifier
from ..models import (
    Company,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
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


class Sectors(Many):
    def __init__(self):
        super().__init__("sectors", shown=("sector__name_de", "sector__name_en"))

    def text(self, german, english):
        return english if (get_language() or "").startswith("en") else german


def identifiers_of(keys):
    """Return ``{scheme: {key of an organisation: [identifier, …]}}``. One query."""
    found = {}
    rows = OrganisationIdentifier.objects.filter(organisation__in=Keys(keys)).order_by("pk")
    for key, scheme, value in rows.values_list("organisation", "scheme", "value"):
        found.setdefault(scheme, {}).setdefault(key, []).append(value)
    return found


class Identifier(LinkColumn):
    """The identifier of one scheme. An organisation may bear several; the cell holds them all."""

    width = 20

    prefetch = ("identifiers",)
    shared = staticmethod(identifiers_of)

    def __init__(self, scheme, label, **options):
        super().__init__(None, label, **options)
        self.scheme = scheme

    def cells(self, keys):
        return self.pick(identifiers_of(keys))

    def pick(self, found):
        return {key: SEPARATOR.join(values) for key, values in found.get(self.scheme, {}).items()}

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
        return set(one) == set(_put_together(one, other))

    def rows(self, record, value):
        """What has one identifier and gets another is corrected; several are told apart."""
        known = {row.value: row for row in self._of(record)}
        value = _put_together(known, value)
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


def _put_together(known, texts):
    """Return ``texts``, as a cell was split, with those of ``known`` among them whole again.

    A text may hold the separator itself.
    """
    whole = {text: cells.split_list(text) for text in known}
    whole = {text: parts for text, parts in whole.items() if set(parts) <= set(texts)}
    parts = {part for parts in whole.values() for part in parts}
    return [*whole, *(text for text in texts if text not in parts)]


class OtherNames(LinkColumn):
    """Names in other scripts and languages, former ones and aliases.

    A spreadsheet adds names and drops none: it knows neither their language nor their years.
    """

    prefetch = ("names",)

    def __init__(self):
        super().__init__(None, _("other names"))

    def cells(self, keys):
        found = {}
        rows = OrganisationName.objects.filter(organisation__in=Keys(keys)).order_by("pk")
        for key, text in rows.values_list("organisation", "text"):
            found.setdefault(key, []).append(text)
        return {key: SEPARATOR.join(texts) for key, texts in found.items()}

    def current(self, record):
        return tuple(row.text for row in record.names.all()) if record.pk else ()

    def same(self, one, other):
        return set(one) >= set(_put_together(one, other))

    def show(self, value):
        return SEPARATOR.join(value)

    def rows(self, record, value):
        known = self.current(record)
        new = [text for text in dict.fromkeys(_put_together(known, value)) if text not in known]
        return [OrganisationName(organisation=record, text=text) for text in new], [], []


class OrganisationResource(RecordResource):
    """A row is a known organisation by its number; one of the same name and country, the same
    identifier or e-mail address may be, and the person decides.

    Where a row carries an organisation beside its own record, it is looked up like any other
    record that a row names: one hit is it, several are asked, none is a new organisation.
    """

    importable = True
    required = ("name", "country", "kind")
    named_by = ("name",)
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
    kind = Choice(
        "kind",
        words=[
            (Organisation.Kind.COMPANY, "Firma"),
            (Organisation.Kind.COMPANY, "Betrieb"),
            (Organisation.Kind.UNIVERSITY, "Universität"),
            (Organisation.Kind.UNIVERSITY, "Fachhochschule"),
            (Organisation.Kind.RESEARCH_INSTITUTE, "Institut"),
            (Organisation.Kind.ASSOCIATION, "Kammer"),
            (Organisation.Kind.ASSOCIATION, "Cluster"),
            (Organisation.Kind.PUBLIC_BODY, "Ministerium"),
            (Organisation.Kind.PUBLIC_BODY, "Behörde"),
            (Organisation.Kind.EDUCATION_PROVIDER, "Schule"),
        ],
    )
    country_code = Computed("country", label=_("country code"))
    postal_code = PostalCode("postal_code")
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
        emails = {email.lower() for entry in entries if (email := entry.value("email"))}
        numbers = {text for e in entries for name in IDENTIFIERS for text in e.value(name, ())}
        known = Organisation.objects.for_user(self.user) if self.user else Organisation.objects
        # In no order: for that of the list SQLite would rather read the whole table by its index.
        known = known.active().order_by()
        by_name, by_email, by_number = {}, {}, {}
        shown = ("pk", "name", "city", "country")
        for pk, name, city, country, key in known.filter(name_key__in=keys).values_list(
            *shown, "name_key"
        ):
            by_name.setdefault(key, {})[pk] = (country, label_of(name, city, country))
        if emails:
            lower = known.annotate(lower_email=Lower("email")).filter(lower_email__in=emails)
            for pk, name, city, country, email in lower.values_list(*shown, "lower_email"):
                by_email.setdefault(email, {})[pk] = label_of(name, city, country)
        if numbers:
            rows = (
                OrganisationIdentifier.objects.filter(value__in=numbers, organisation__in=known)
                .order_by()
                .values_list("scheme", "value", *(f"organisation__{name}" for name in shown))
            )
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
            same_name = self._in(country, named)
            other_name = self._in(country, aliases.get(entry.value("name"), {}))
            same_email = by_email.get((entry.value("email") or "").lower(), {})
            if entry.role and not entry.decision:
                self._link(entry, same_number or same_name or other_name)
                continue
            for found, why in (
                (same_number, _("same identifier")),
                (same_name, _("same name and country")),
                (same_email, _("same e-mail address")),
                (other_name, _("same short or other name")),
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
        """Return ``{text: {key: (country, label)}}`` of what is known by short or other names."""
        names = {name for entry in entries if (name := entry.value("name"))}
        texts = {name for name in names if fold(name)[:250] not in by_name}
        if not texts:
            return {}
        found = known.called(texts)
        keys = {key for pairs in found.values() for key, _label in pairs}
        countries = dict(known.filter(pk__in=keys).values_list("pk", "country"))
        return {
            text: {key: (str(countries[key]), label) for key, label in pairs}
            for text, pairs in found.items()
        }

    @staticmethod
    def _in(country, named):
        """Return those of ``named`` (``{key: (country, label)}``) that may lie in ``country``."""
        return {pk: label for pk, (code, label) in named.items() if country in (None, "", code)}

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


def label_of(name, city, country):
    return ", ".join(filter(None, [name, city, country_name(country)]))
