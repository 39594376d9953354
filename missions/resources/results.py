"""Agreements and projects as rows of a spreadsheet."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from legcrm.core.naming import plain
from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import SEPARATOR, LinkColumn, Reference, Staff
from legcrm.core.spreadsheets.examining import Candidate
from partners.models import Organisation

from ..agreements import check_sides
from ..models import Agreement, AgreementParty, Project, ProjectParty
from .references import CooperationReference, MissionReference, SectorReference, listed

# Stands for a party that no source names.
UNNAMED = 0
NOT_NAMED = _("not named")


@cache
def _unnamed_words():
    """Return the words for an unnamed party, in each language of the product."""
    words = {"nicht genannt", "not named", "unbenannt", "n. n.", "n.n."}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words.add(str(NOT_NAMED))
    return {plain(word): UNNAMED for word in words}


class Parties(LinkColumn):
    """The organisations that stand on one side, or have one role, each in a row of its own.

    ``kind`` is that side or role, in the field ``kind_field`` of the rows of ``link``. Value: keys,
    ``UNNAMED`` among them.
    """

    width = 40
    related = Organisation
    link = None
    kind_field = ""
    source = ""
    prefetch = ("parties",)

    def __init__(self, kind, label, **options):
        super().__init__(None, label, **options)
        self.kind = kind

    def cells(self, keys):
        found = {}
        rows = self.link.objects.filter(**{f"{self.source}__in": keys, self.kind_field: self.kind})
        shown = (self.source, "organisation__name", "organisation")
        for record, name, key in rows.order_by("pk").values_list(*shown):
            text = str(NOT_NAMED) if key is None else listed(name, key)
            found.setdefault(record, []).append(text)
        return {record: SEPARATOR.join(texts) for record, texts in found.items()}

    def _of(self, record):
        if record.pk is None:
            return []
        return [row for row in record.parties.all() if getattr(row, self.kind_field) == self.kind]

    def current(self, record):
        return tuple(row.organisation_id or UNNAMED for row in self._of(record))

    def same(self, one, other):
        return set(one) == set(other)

    def rows(self, record, value):
        """One that takes the place of another gets its row, so that no side is ever without."""
        known = {row.organisation_id or UNNAMED for row in self._of(record)}
        new = [key for key in dict.fromkeys(value) if key not in known]
        gone = [row for row in self._of(record) if (row.organisation_id or UNNAMED) not in value]
        created, saved = [], []
        for key in new:
            party = gone.pop(0) if gone else self.link(**{self.source: record})
            (saved if party.pk else created).append(party)
            setattr(party, self.kind_field, self.kind)
            self.fill(party, key)
        return created, saved, gone

    def fill(self, party, key):
        party.organisation_id = key


class AgreementParties(Parties):
    """The parties of one side; "not named" stands for one that no source names."""

    link = AgreementParty
    kind_field = "side"
    source = "agreement"

    @property
    def words(self):
        return _unnamed_words()

    def fill(self, party, key):
        party.organisation_id = key or None
        party.unnamed = key == UNNAMED
        # Whoever signed did so for the one before.
        party.signatory, party.role = None, ""


class ProjectParties(Parties):
    """The organisations that have one role in the project."""

    link = ProjectParty
    kind_field = "role"
    source = "project"


def _linked(resource, entry, name):
    """Return the keys that the column ``name`` will hold once the row is in."""
    if name in entry.links:
        return tuple(entry.links[name])
    return resource.fields[name].current(entry.record)


def _match_titles(resource, entries, mission, columns):
    """Find the records that bear the title of the row.

    It is the one where mission (the field ``mission``) and parties (of ``columns``) are those of
    the row, as far as both say them; where only some of that fits, the person decides.
    """
    model = resource._meta.model
    titles = {title for entry in entries if (title := entry.value("title"))}
    called = model.objects.active().called(titles)
    keys = {key for hits in called.values() for key, _label in hits}
    rows = model.objects.filter(pk__in=keys).prefetch_related("parties__organisation")
    records = {row.pk: row for row in rows}
    for entry in entries:
        hits = [records[key] for key, _label in called.get(entry.value("title"), ())]
        said_mission = entry.value(mission)
        said = {key for name in columns for key in entry.value(name) or ()}
        sure, maybe = [], []
        for record in hits:
            parties = {row.organisation_id or UNNAMED for row in record.parties.all()}
            if said and parties and not said & parties:
                continue  # A title such as "Memorandum of Understanding" says little.
            has_mission = getattr(record, f"{mission}_id")
            fits = said_mission in (None, has_mission) and said in (set(), parties)
            (sure if fits else maybe).append(record)
        if len(sure) == 1:
            entry.target_key = sure[0].pk
            continue
        for record in (sure or maybe)[:5]:
            names = SEPARATOR.join(str(row) for row in record.parties.all())
            label = f"{record} · {names}" if names else str(record)
            entry.candidates.append(Candidate(record.pk, label, str(_("same title"))))


def _title_key(entry, mission, columns):
    title = entry.value("title")
    if not title:
        return None
    parties = sorted({key for name in columns for key in entry.value(name) or ()})
    return (plain(title), entry.value(mission), *parties)


class AgreementResource(RecordResource):
    """A row is a known agreement by its number, or by title, mission and parties."""

    importable = True
    required = ("title", "field")
    constants = ("kind", "field", "status", "mission", "source")
    SIDES = {
        "home_parties": AgreementParty.Side.HOME,
        "foreign_parties": AgreementParty.Side.FOREIGN,
    }
    aliases = {
        "title": ("Vereinbarung", "Bezeichnung", "Name", "Agreement"),
        "kind": ("Typ", "Vereinbarungsart", "Type"),
        "field": ("Bereich", "Feld", "Area"),
        "status": ("Stand",),
        "home_parties": (
            "Thüringer Partner", "Heimischer Partner", "Heimische Partner", "Partner Thüringen",
            "Heimische Seite", "Home party", "Home partner",
        ),
        "foreign_parties": (
            "Ausländischer Partner", "Ausländische Partner", "Partner", "Ausländische Seite",
            "Foreign party", "Foreign partner",
        ),
        "planned_on": ("Geplant", "Geplant am", "Angekündigt", "Planned"),
        "agreed_on": ("Vereinbart", "Datum der Vereinbarung"),
        "signed_on": ("Unterzeichnet", "Unterzeichnung", "Datum der Unterzeichnung", "Signed"),
        "signed_on_unknown": ("Datum unbekannt",),
        "valid_until": ("Laufzeit bis", "Gültig bis", "Läuft bis", "Expires"),
        "subjects": ("Inhalt", "Inhalte", "Themen", "Gegenstand", "Contents"),
    }  # fmt: skip
    home_parties = AgreementParties(AgreementParty.Side.HOME, _("home parties"))
    foreign_parties = AgreementParties(AgreementParty.Side.FOREIGN, _("foreign parties"))
    mission = MissionReference()
    cooperation = CooperationReference()

    class Meta:
        model = Agreement
        fields = (
            "id",
            "title",
            "kind",
            "field",
            "status",
            "home_parties",
            "foreign_parties",
            "mission",
            "cooperation",
            "planned_on",
            "agreed_on",
            "agreed_on_mission",
            "signed_on",
            "signed_on_unknown",
            "signed_after_mission",
            "valid_until",
            "subjects",
            "source",
        )
        export_order = fields

    # --- Rows that come in ------------------------------------------------------------------

    def match(self, entries, examiner):
        _match_titles(self, entries, "mission", self.SIDES)

    def file_key(self, entry):
        return _title_key(entry, "mission", self.SIDES)

    def prepare(self, entry, examiner):
        """Judge the parties as they will be, together with the status."""
        record = entry.record
        record.parties_are_checked = True
        if entry.target and not entry.links and not record.has_changed("status"):
            return
        parties = {name: _linked(self, entry, name) for name in self.SIDES}
        for name in parties.keys() & entry.links.keys():
            for other, keys in parties.items():
                if other != name and {*parties[name], UNNAMED} & set(keys) - {UNNAMED}:
                    entry.refuse(
                        name, _("An organisation can't stand on both sides of an agreement.")
                    )
                    return
        try:
            check_sides(record.status, [self.SIDES[name] for name in parties if parties[name]])
        except ValidationError as error:
            for one in error.error_list:
                side = "home_parties" if one.code == "no_home_party" else "foreign_parties"
                entry.refuse(side, one.messages[0])


class ProjectResource(RecordResource):
    """A row is a known project by its number, or by title, mission and parties."""

    importable = True
    required = ("title", "owner")
    constants = ("stage", "sector", "country", "origin_mission", "owner", "source")
    PARTIES = ("lead", "partners", "funders")
    aliases = {
        "title": ("Projekt", "Projekttitel", "Bezeichnung", "Name", "Project"),
        "stage": ("Status", "Stand", "Projektstand", "Projektphase"),
        "country": ("Zielland", "Staat"),
        "city": ("Stadt", "Standort", "Town"),
        "lead": ("Federführend", "Antragsteller", "Lead partner"),
        "partners": ("Partner", "Projektpartner", "Beteiligte", "Parties"),
        "funders": ("Fördermittelgeber", "Förderer", "Geldgeber", "Funder"),
        "owner": ("Betreuer", "Betreuerin", "Bearbeiter", "Zuständig", "Verantwortlich"),
        "value_forecast_eur": ("Wert (Prognose)", "Projektvolumen", "Volumen", "Forecast"),
        "value_confirmed_eur": ("Wert (bestätigt)", "Bestätigter Wert"),
        "jobs_forecast": ("Arbeitsplätze (Prognose)", "Arbeitsplätze"),
        "jobs_confirmed": ("Arbeitsplätze (bestätigt)",),
        "next_step": ("Nächste Schritte", "Nächste Aktivität", "Next steps"),
        "starts_on": ("Start", "Projektbeginn", "Projektstart"),
        "ends_on": ("Projektende", "Laufzeit bis"),
        "drop_reason": ("Grund", "Grund für den Abbruch", "Reason"),
        "look_again_on": ("Wieder ansehen am", "Prüfen am", "Look again"),
        "noted_on": ("Erfasst am", "Idee vom", "Noted on"),
        "notes": ("Notiz", "Bemerkung", "Bemerkungen", "Kommentar", "Comment"),
    }  # fmt: skip
    sector = SectorReference()
    lead = ProjectParties(ProjectParty.Role.LEAD, _("lead"))
    partners = ProjectParties(ProjectParty.Role.PARTNER, _("partners"))
    funders = ProjectParties(ProjectParty.Role.FUNDER, _("funders"))
    origin_mission = MissionReference("origin_mission")
    cooperation = CooperationReference()
    agreement = Reference("agreement__title", field="agreement", width=40)
    owner = Staff("owner")

    class Meta:
        model = Project
        fields = (
            "id",
            "title",
            "stage",
            "sector",
            "country",
            "city",
            "lead",
            "partners",
            "funders",
            "origin_mission",
            "cooperation",
            "agreement",
            "owner",
            "value_forecast_eur",
            "value_confirmed_eur",
            "jobs_forecast",
            "jobs_confirmed",
            "confirmed_on",
            "confirmed_by",
            "confirmed_evidence",
            "next_step",
            "starts_on",
            "ends_on",
            "drop_reason",
            "look_again_on",
            "noted_on",
            "notes",
            "source",
        )
        export_order = fields

    # --- Rows that come in ------------------------------------------------------------------

    def match(self, entries, examiner):
        _match_titles(self, entries, "origin_mission", self.PARTIES)

    def file_key(self, entry):
        return _title_key(entry, "origin_mission", self.PARTIES)
