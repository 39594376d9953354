"""Participations as rows of a spreadsheet: a mission's list, or the one that a chamber sends."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.cells import read_text
from legcrm.core.spreadsheets.columns import Choice, Nested
from legcrm.core.spreadsheets.examining import Candidate
from partners.models import Affiliation, Organisation, Person

from ..models import Mission, Participation
from .references import (
    MissionReference,
    NestedChoice,
    NestedCountry,
    NestedPhone,
    mission_title,
)

ROLES = ("organisation", "person")


def _of_organisation(name, label, **options):
    return Nested("organisation", name, f"organisation__{name}", label, **options)


def _of_person(name, label, **options):
    return Nested("person", name, f"person__{name}", label, **options)


class Function(Nested):
    """What the person is in the organisation for which they take part."""

    def __init__(self):
        super().__init__("person", "role", None, _("function"))

    def cells(self, keys):
        rows = Participation.objects.filter(pk__in=keys, person__isnull=False).order_by()
        rows = rows.values_list("pk", "person", "organisation")
        functions = {}
        affiliations = Affiliation.objects.open().filter(person__in={row[1] for row in rows})
        for person, organisation, is_primary, role in affiliations.values_list(
            "person", "organisation", "is_primary", "role"
        ):
            functions.setdefault((person, organisation), role)
            if is_primary:
                functions[person, None] = role
        return {key: functions.get((person, of)) for key, person, of in rows}


class ParticipationResource(RecordResource):
    """One row may carry the organisation and the person it sends.

    A row is a known participation by its number, or by the person in the mission, or, where it
    names no person, by the organisation.
    """

    importable = True
    nested = {"organisation": "partners.organisation", "person": "partners.person"}
    required = ("mission",)
    constants = ("mission", "role", "status", "source")
    aliases = {
        "organisation": (
            "Firma", "Firmenname", "Unternehmen", "Organisation", "Institution", "Einrichtung",
            "Hochschule", "Universität", "Teilnehmendes Unternehmen", "Arbeitgeber", "Company",
            "Company name", "Organization", "Institution / Firma", "Firma / Institution",
        ),
        "organisation_kind": ("Organisationstyp", "Art der Einrichtung", "Type of organisation"),
        "country": ("Staat", "Sitzland", "Herkunftsland"),
        "postal_code": ("PLZ", "Zip", "ZIP code", "Postcode"),
        "city": ("Stadt", "Sitz", "Firmensitz", "Wohnort", "Town"),
        "street": (
            "Strasse", "Adresse", "Anschrift", "Straße und Hausnummer", "Straße, Nr.",
            "Straße, Hausnr.", "Address",
        ),
        "website": ("Webseite", "Homepage", "Internet", "Internetadresse", "URL", "www", "Web"),
        "salutation": ("Geschlecht", "Form of address", "Gender"),
        "academic_title": ("Titel", "Akad. Titel", "Akademischer Grad", "Title"),
        "first_name": ("Rufname", "Given name", "Forename"),
        "last_name": ("Name", "Familienname", "Zuname", "Surname", "Family name"),
        "full_name": (
            "Teilnehmer", "Teilnehmerin", "Teilnehmer/in", "Teilnehmende", "Ansprechpartner",
            "Ansprechpartnerin", "Ansprechpartner/in", "Kontaktperson", "Vor- und Nachname",
            "Name, Vorname", "Vorname Name", "Vorname, Name", "Participant", "Contact person",
        ),
        "function": ("Position", "Job title", "Funktion", "Amt", "Stellung", "Tätigkeit"),
        "email": ("Email", "E-Mail-Adresse", "Mail", "Mailadresse", "E-mail address"),
        "phone": (
            "Tel.", "Tel", "Telefonnummer", "Rufnummer", "Telefon (geschäftlich)", "Festnetz",
            "Telefon dienstlich", "Telephone", "Business phone",
        ),
        "mobile": ("Handy", "Mobil", "Mobilnummer", "Mobilfunk", "Mobile phone", "Cell"),
        "role": ("Rolle", "Teilnehmergruppe", "Kategorie", "Gruppe", "Category"),
        "status": ("Anmeldestatus", "Teilnahmestatus", "Stand"),
        "status_reason": ("Grund", "Absagegrund", "Reason"),
        "protocol_rank": ("Rang", "Protokoll", "Rank"),
        "offers": ("Bietet", "Angebot", "Leistungsangebot", "Was bieten Sie?", "Offer"),
        "seeks": (
            "Sucht", "Gesuch", "Kooperationswunsch", "Kooperationswünsche", "Gesuchte Partner",
            "Was suchen Sie?", "Seeking",
        ),
        "fee_eur": (
            "Beitrag", "Teilnahmegebühr", "Teilnehmerbeitrag", "Eigenanteil", "Gebühr", "Fee",
        ),
        "fee_paid_on": ("Bezahlt am", "Zahlungseingang", "Paid on"),
        "needs": ("Besonderheiten", "Ernährung", "Diät", "Unverträglichkeiten", "Diet", "Needs"),
        "source": ("Herkunft der Daten",),
    }  # fmt: skip
    mission = MissionReference()
    mission_title = mission_title()
    organisation = _of_organisation("name", _("organisation"), width=40)
    organisation_kind = NestedChoice(
        "organisation",
        "kind",
        "organisation__kind",
        _("kind of organisation"),
        choices=Organisation.Kind,
        constant=True,
    )
    country = NestedCountry(
        "organisation", "country", "organisation__country", _("country"), constant=True
    )
    postal_code = _of_organisation("postal_code", _("postal code"))
    city = _of_organisation("city", _("city"))
    street = _of_organisation("street", _("street"))
    website = _of_organisation("website", _("website"))
    salutation = NestedChoice(
        "person", "salutation", "person__salutation", _("salutation"), choices=Person.Salutation
    )
    academic_title = _of_person("academic_title", _("academic title"))
    first_name = _of_person("first_name", _("first name"))
    last_name = _of_person("last_name", _("last name"))
    # Only read.
    full_name = Nested("person", "full_name", None, _("full name"))
    function = Function()
    email = _of_person("email", _("e-mail"))
    phone = NestedPhone("person", "phone", "person__phone", _("phone"))
    mobile = NestedPhone("person", "mobile", "person__mobile", _("mobile"))
    role = Choice("role", _("role in the mission"))

    class Meta:
        model = Participation
        fields = (
            "id",
            "mission",
            "mission_title",
            "organisation",
            "organisation_kind",
            "country",
            "postal_code",
            "city",
            "street",
            "website",
            "salutation",
            "academic_title",
            "first_name",
            "last_name",
            "full_name",
            "function",
            "email",
            "phone",
            "mobile",
            "role",
            "status",
            "status_reason",
            "protocol_rank",
            "offers",
            "seeks",
            "fee_eur",
            "fee_paid_on",
            "needs",
            "source",
        )
        export_order = fields

    # --- Rows that come in ------------------------------------------------------------------

    def match_nested(self, role, entries, examiner):
        """Those whom the participation of that number names, unless the row names others.

        Names need not be unique, and a row that nobody touched means whom it meant.
        """
        names = {"organisation": ("name",), "person": ("first_name", "last_name")}[role]
        numbered = {}
        for entry in entries:
            key = entry.row.key()
            if key is not None:
                numbered[key] = entry
        if not numbered:
            return
        paths = (role, *(f"{role}__{name}" for name in names))
        rows = Participation.objects.filter(pk__in=numbered).order_by()
        for key, other, *texts in rows.values_list("pk", *paths):
            said = [numbered[key].value(name) for name in names]
            same = (
                text is None or text == read_text(known or "")
                for text, known in zip(said, texts, strict=True)
            )
            entry = numbered[key]
            if other is not None and all(same) and not entry.value("full_name"):
                entry.target_key = other
                earlier = entry.row.entries.get("organisation")
                entry.settled = earlier in (None, entry) or earlier.settled

    def match(self, entries, examiner):
        missions = {entry.value("mission") for entry in entries} - {None}
        people, organisations = (
            {other.target_key for entry in entries if (other := entry.row.entries.get(role))}
            for role in reversed(ROLES)
        )
        rows = Participation.objects.active().filter(mission__in=missions)
        rows = rows.filter(
            Q(person__in=people - {None}) | Q(organisation__in=organisations - {None})
        ).select_related("person", "organisation")
        of_person, of_organisation = {}, {}
        for row in rows.order_by("pk"):
            if row.person_id:
                of_person[row.mission_id, row.person_id] = row
            of_organisation.setdefault((row.mission_id, row.organisation_id), []).append(row)
        for entry in entries:
            mission = entry.value("mission")
            person, organisation = (entry.row.entries.get(role) for role in reversed(ROLES))
            on_list = []
            if organisation is not None and organisation.target_key is not None:
                on_list = of_organisation.get((mission, organisation.target_key), [])
            nameless = [row for row in on_list if row.person_id is None]
            if person is not None:
                known = of_person.get((mission, person.target_key))
                if known is not None:
                    entry.target_key = known.pk
                else:
                    _offer(entry, nameless, _("on the list without a person"))
            elif len(nameless) == 1:
                entry.target_key = nameless[0].pk
            else:
                _offer(entry, nameless or on_list, _("already on the list"))

    def file_key(self, entry):
        parts = [entry.value("mission")]
        for role in reversed(ROLES):
            other = entry.row.entries.get(role)
            if other is not None:
                parts += [role, other.target_key or other.key]
                return None if parts[-1] is None else tuple(parts)
        return None

    def prepare(self, entry, examiner):
        """Count the places that the rows of this file take, which the rule of the model can't."""
        record = entry.record
        if record.status not in Participation.PLACE_STATUSES or record.over_capacity:
            return
        stays = entry.target is not None and not record.has_changed("mission")
        had_place = stays and record._read["status"] in Participation.PLACE_STATUSES
        if record.mission_id is None or had_place:
            return
        places = examiner.kept.setdefault("places left", {})
        if record.mission_id not in places:
            mission = Mission.objects.get(pk=record.mission_id)
            places[mission.pk] = (
                None if mission.capacity is None else mission.capacity - mission.places_taken()
            )
        left = places[record.mission_id]
        if left is None:
            return
        if left <= 0:
            entry.refuse(
                "status",
                _(
                    "The mission is full. Put the row on the waiting list, or leave it out and "
                    "accept it by hand beyond the capacity."
                ),
            )
        places[record.mission_id] = left - 1

    def connect(self, entry, examiner):
        for role in ROLES:
            other = entry.row.entries.get(role)
            if other is not None and other.record is not None:
                setattr(entry.record, role, other.record)

    def connected(self, entry):
        return [role for role in ROLES if role in entry.row.entries]

    def extra_changes(self, entry, examiner):
        """Another organisation or person than so far."""
        if entry.target is None:
            return []
        changes = []
        for role in self.connected(entry):
            field = Participation._meta.get_field(role)
            old, other = entry.record._read[field.attname], entry.row.entries[role]
            if other.record is None or other.record.pk == old:
                continue
            before = field.related_model._base_manager.filter(pk=old).first()
            changes.append((str(field.verbose_name), str(before or ""), str(other.record)))
        return changes


def _offer(entry, rows, why):
    entry.candidates += [Candidate(row.pk, str(row), str(why)) for row in rows[:5]]
