"""The contact log and follow-ups as rows of a spreadsheet."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legcrm.core.naming import plain
from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import (
    SEPARATOR,
    Computed,
    DateTime,
    ForEach,
    Staff,
    local_time,
)
from legcrm.core.spreadsheets.examining import Candidate
from partners.models import Affiliation

from ..models import Cooperation, FollowUp, Interaction
from .references import (
    CooperationReference,
    MissionReference,
    Organisations,
    People,
    StaffMembers,
)


class Minute(DateTime):
    """A moment to the minute, as contacts are logged."""

    def read(self, raw, style=""):
        return super().read(raw, style).replace(second=0, microsecond=0)

    def same(self, one, other):
        # By the clock: one hour of the year comes twice, and a spreadsheet can't tell which.
        return local_time(one) == local_time(other)


class InteractionResource(RecordResource):
    """A row is a known contact by its number, or by minute, subject and organisations."""

    importable = True
    required = ("subject", "occurred_at")
    constants = (
        "kind", "occurred_at", "organisations", "staff", "mission", "cooperation", "source",
    )  # fmt: skip
    aliases = {
        "kind": ("Kontaktart", "Art des Kontakts", "Typ", "Kanal", "Type", "Channel"),
        "occurred_at": ("Datum", "Tag", "Zeitpunkt", "Wann", "Datum und Uhrzeit", "Date", "Day"),
        "subject": ("Betreff", "Anlass", "Titel", "Gegenstand", "Topic", "Title"),
        "organisations": (
            "Organisation", "Firma", "Firmen", "Unternehmen", "Institution", "Partner", "Company",
            "Companies", "Organization", "Organizations",
        ),
        "people": (
            "Person", "Ansprechpartner", "Gesprächspartner", "Kontaktperson", "Teilnehmer",
            "Contact person", "Participants",
        ),
        "staff": ("Bearbeiter", "Bearbeiterin", "Kollegen", "Mitarbeiter", "Durch", "By"),
        "notes": (
            "Notiz", "Bemerkung", "Bemerkungen", "Protokoll", "Inhalt", "Ergebnis", "Kommentar",
            "Comment", "Minutes",
        ),
    }  # fmt: skip
    occurred_at = Minute("occurred_at")
    organisations = Organisations("organisations")
    people = People("people")
    staff = StaffMembers("staff")
    mission = MissionReference()
    cooperation = CooperationReference()

    class Meta:
        model = Interaction
        fields = (
            "id",
            "kind",
            "occurred_at",
            "subject",
            "organisations",
            "people",
            "staff",
            "mission",
            "cooperation",
            "notes",
            "source",
        )
        export_order = fields

    # --- Rows that come in ------------------------------------------------------------------

    def match(self, entries, examiner):
        moments = {entry.value("occurred_at") for entry in entries} - {None}
        rows = Interaction.objects.active().filter(occurred_at__in=moments)
        known = {}
        for row in rows.prefetch_related("organisation_links__organisation"):
            known.setdefault((row.occurred_at, plain(row.subject)), []).append(row)
        _read_affiliations({key for e in entries for key in e.value("people") or ()}, examiner)
        for entry in entries:
            key = (entry.value("occurred_at"), plain(entry.value("subject") or ""))
            people = entry.value("people") or ()
            said = {*(entry.value("organisations") or ())}
            said |= {*_acting_for(people, entry.value("occurred_at"), examiner)}
            candidates = []
            for row in known.get(key, ()):
                links = row.organisation_links.all()
                organisations = {link.organisation_id for link in links}
                if said == organisations:
                    entry.target_key = row.pk
                    if "organisations" in entry.values:
                        entry.values["organisations"] = tuple(said)
                    break
                if not said or said & organisations:
                    names = SEPARATOR.join(link.organisation.name for link in links)
                    label = f"{row} · {names}"
                    candidates.append(Candidate(row.pk, label, str(_("same time and subject"))))
            else:
                entry.candidates += candidates[:5]

    def file_key(self, entry):
        moment, subject = entry.value("occurred_at"), entry.value("subject")
        if moment is None or not subject:
            return None
        organisations = sorted(entry.value("organisations") or ())
        return (moment.isoformat(), plain(subject), *organisations)

    def prepare(self, entry, examiner):
        """Bring in the organisations of the people, and find the cooperation, as the form does."""
        record = entry.record
        # Decided here over all organisations at once; saving them one by one must not guess.
        record.cooperation_is_decided = True
        if entry.target is not None and not entry.links.keys() & {"organisations", "people"}:
            return
        organisations = self._linked(entry, "organisations")
        people = entry.links.get("people", ())
        if entry.target is not None and people:
            # Those who were there before have brought theirs in then.
            known = self.fields["people"].current(record)
            people = [key for key in people if key not in known]
        brought = _acting_for(people, record.occurred_at, examiner)
        if not organisations and not brought:
            entry.refuse(
                "organisations",
                _("Name at least one organisation, or a person who acts for one."),
            )
            return
        together = tuple(dict.fromkeys((*organisations, *brought)))
        if together != organisations and "organisations" in entry.unit.columns:
            # Before the people, who would bring them in by themselves.
            entry.links = {"organisations": together, **entry.links}
            entry.links["organisations"] = together
        if record.cooperation_id is None and "cooperation" not in entry.values:
            record.cooperation_id = self._cooperation(together, examiner)

    def _linked(self, entry, name):
        """Return the keys that the column ``name`` will hold once the row is in."""
        if name in entry.links:
            return tuple(entry.links[name])
        return self.fields[name].current(entry.record) if name in self.fields else ()

    @staticmethod
    def _cooperation(organisations, examiner):
        """Return the key of the one cooperation of which both sides took part, else None."""
        pairs = examiner.kept.get("cooperations")
        if pairs is None:
            pairs = examiner.kept["cooperations"] = {}
            rows = Cooperation.objects.active().order_by("pk")
            for key, *sides in rows.values_list("pk", "home", "partner"):
                pairs.setdefault(tuple(sides), []).append(key)
        found = [
            key
            for home in organisations
            for partner in organisations
            for key in pairs.get((home, partner), ())
        ]
        return found[0] if len(found) == 1 else None

    def extra_changes(self, entry, examiner):
        """The cooperation, where it was found and not told."""
        record = entry.record
        if entry.target is None or "cooperation" in entry.values:
            return []
        if record.cooperation_id == record._read["cooperation_id"]:
            return []
        name = str(Cooperation.objects.get(pk=record.cooperation_id))
        return [(self.fields["cooperation"].label, "", name)]


def _read_affiliations(people, examiner):
    """Fetch the affiliations of ``people``, each once for all rows."""
    known = examiner.kept.setdefault("affiliations", {})
    if missing := {key for key in people if key not in known}:
        known |= {key: [] for key in missing}
        rows = Affiliation.objects.filter(person__in=missing).order_by("pk")
        for key, *row in rows.values_list("person", "organisation", "valid_from", "valid_to"):
            known[key].append(row)
    return known


def _acting_for(people, moment, examiner):
    """Return the keys of the organisations for which ``people`` act on the day of ``moment``."""
    if not people or moment is None:
        return []
    affiliations, day = _read_affiliations(people, examiner), timezone.localdate(moment)
    return [
        organisation
        for key in people
        for organisation, start, end in affiliations[key]
        if (start is None or start <= day) and (end is None or end >= day)
    ]


class Target(ForEach):
    """The name of the one record that the follow-up is about."""

    width = 40

    def cells(self, keys):
        rows = FollowUp.objects.filter(pk__in=keys).for_list()
        return {row.pk: str(row.target) for row in rows}


def _kind_of_target(*keys):
    for name, key in zip(FollowUp.TARGETS, keys, strict=True):
        if key is not None:
            return str(FollowUp._meta.get_field(name).related_model._meta.verbose_name)
    return None


class FollowUpResource(RecordResource):
    assignee = Staff("assignee")
    about_kind = Computed(*FollowUp.TARGETS, label=_("kind of record"), cell=_kind_of_target)
    about = Target(label=_("about"))

    class Meta:
        model = FollowUp
        fields = (
            "id",
            "what",
            "due_on",
            "assignee",
            "repeat",
            "about_kind",
            "about",
            "note",
            "done_at",
            "outcome",
            "source",
        )
        export_order = fields
