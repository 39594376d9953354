"""People as rows of a spreadsheet, with the organisation they act for."""

from django.db.models import Prefetch
from django.db.models.functions import Lower
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from legcrm.core.folding import fold
from legcrm.core.keys import Keys
from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets import cells
from legcrm.core.spreadsheets.columns import Choice, Extra, Nested, Staff
from legcrm.core.spreadsheets.examining import Candidate

from ..models import Affiliation, Person
from ..person_names import split_name, take_titles


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


def primary_affiliations(keys):
    """Return ``{key of a person: {lookup: value}}`` of their open primary affiliations."""
    rows = Affiliation.objects.open().filter(person__in=Keys(keys), is_primary=True)
    shown = rows.values("person", "organisation__name", "role", "department")
    return {row["person"]: row for row in shown}


class ActsFor(Nested):
    """The organisation of the open primary affiliation."""

    shared = staticmethod(primary_affiliations)

    def __init__(self, column, shown, label, **options):
        super().__init__("organisation", column, None, label, **options)
        self.shown = shown

    def pick(self, found):
        return {key: values[self.shown] for key, values in found.items()}


class InRole(Extra):
    """A text of the open primary affiliation."""

    prefetch = (Prefetch("affiliations", Affiliation.objects.select_related("organisation")),)
    shared = staticmethod(primary_affiliations)

    def __init__(self, shown, label, **options):
        super().__init__(None, label, **options)
        self.shown = shown

    def pick(self, found):
        return {key: values[self.shown] for key, values in found.items()}


class PersonResource(RecordResource):
    """A row is a known person by their number; the same e-mail address, or the same name, may be.

    Beside another record: the same e-mail address and last name, or the same name acting for the
    organisation of the row, is the person; the same name elsewhere is asked.
    """

    importable = True
    required = ("last_name",)
    named_by = ("first_name", "last_name")
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

    def match_nested(self, role, entries, examiner):
        """The organisation for which the person of that number acts, if the row names no other.

        Names need not be unique, and a row that nobody touched means whom it meant.
        """
        numbered = {key: entry for entry in entries if (key := entry.row.key()) is not None}
        if not numbered:
            return
        rows = Affiliation.objects.open().filter(person__in=numbered, is_primary=True)
        shown = ("person", "organisation", "organisation__name")
        for person, organisation, name in rows.values_list(*shown):
            if numbered[person].value("name") == cells.read_text(name):
                numbered[person].target_key = organisation

    def match(self, entries, examiner):
        for entry in entries:
            self._split_names(entry)
        keys = {key for entry in entries if (key := name_key(entry))}
        emails = {email.lower() for entry in entries if (email := entry.value("email"))}
        known = Person.objects.for_user(self.user) if self.user else Person.objects
        # In no order: for that of the list SQLite would rather read the whole table by its index.
        known = known.active().order_by()
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
        titles = take_titles(words[1:])
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
