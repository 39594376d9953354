"""Appointments as rows of a spreadsheet. Hours are those of the place."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.cells import read_date, read_datetime, read_time
from legcrm.core.spreadsheets.columns import (
    Computed,
    DateTime,
    Extra,
    Many,
    Reference,
    country_name,
)
from legcrm.core.spreadsheets.examining import Candidate

from ..models import Appointment, Participation, Stop
from ..programme import check_conflicts
from ..timezones import is_ambiguous_or_missing, zone
from .references import (
    MissionReference,
    Organisations,
    PersonReference,
    joined,
    listed,
    mission_title,
)

MOMENTS = ("starts_at", "ends_at")


def _zone(stop):
    return zone(stop.timezone) if stop else timezone.get_default_timezone()


class LocalDateTime(DateTime):
    """A moment as the clocks of the stop show it, else those of the agency.

    The value is naive: which instant it is can be told once the stop of the row is known.
    """

    prefetch = ("stop",)

    @property
    def paths(self):
        return (self.attribute, "stop__timezone")

    def cell(self, value, zone_name):
        return timezone.make_naive(value, zone(zone_name) if zone_name else None)

    def read(self, raw, style=""):
        return read_datetime(raw, style)

    def current(self, record):
        instant = getattr(record, self.attname)
        return None if instant is None else timezone.make_naive(instant, _zone(record.stop))

    def assign(self, record, value):
        """Keep the instant by the stop so far; ``prepare`` of the resource has the last word."""
        super().assign(record, value and value.replace(tzinfo=_zone(record.stop)))

    def show(self, value):
        return date_format(value, "SHORT_DATETIME_FORMAT") if value else ""


class Day(Extra):
    cell_type = "date"
    has_styles = True
    empty = None

    def read(self, raw, style=""):
        return read_date(raw, style)


class TimeOfDay(Extra):
    cell_type = "time"
    empty = None

    def read(self, raw, style=""):
        return read_time(raw)


class StopReference(Reference):
    """A stop of the row's mission, by its city."""

    within = "mission"


class Participants(Many):
    """Those who go there: the person, else the organisation."""

    within = "mission"

    def __init__(self, field, **options):
        shown = (
            "participation__person__academic_title",
            "participation__person__first_name",
            "participation__person__last_name",
            "participation__organisation__name",
            "participation",
        )
        super().__init__(field, shown=shown, **options)

    def text(self, academic_title, first_name, last_name, organisation, key):
        return listed(joined(academic_title, first_name, last_name) or organisation, key)


class AppointmentResource(RecordResource):
    """A row is a known appointment by its number, or by mission, title and hour."""

    importable = True
    required = ("mission", "title", "kind")
    constants = ("mission", "stop", "kind", "status", "date", "source")
    aliases = {
        "stop": ("Ort", "Stadt", "City", "Place"),
        "kind": ("Typ", "Terminart", "Art", "Type"),
        "title": ("Termin", "Programmpunkt", "Thema", "Betreff", "Appointment", "Subject"),
        "starts_at": ("Start", "Anfang", "Beginnt", "Start time"),
        "ends_at": ("Schluss", "Endet", "End", "End time"),
        "date": ("Datum", "Tag", "Date", "Day"),
        "starts": ("von", "Uhrzeit", "Zeit", "Beginn (Uhrzeit)", "from", "Time"),
        "ends": ("bis", "Ende (Uhrzeit)", "until", "to"),
        "hosts": ("Gastgeber", "Gesprächspartner", "Partner", "Host"),
        "participants": ("Teilnehmer", "Delegation", "Teilnehmerkreis"),
        "venue": ("Veranstaltungsort", "Treffpunkt", "Location"),
        "address": ("Anschrift",),
        "interpreter": ("Dolmetscher", "Dolmetscherin"),
        "counts_as_official": ("offiziell", "Offizieller Termin", "official"),
        "outcome": ("Ergebnisse", "Notizen", "Notes", "Result"),
    }
    mission = MissionReference()
    mission_title = mission_title()
    starts_at = LocalDateTime("starts_at")
    ends_at = LocalDateTime("ends_at")
    # Day and hours in columns of their own: only read.
    date = Day(None, _("day"))
    starts = TimeOfDay(None, _("starts at (hour)"))
    ends = TimeOfDay(None, _("ends at (hour)"))
    time_zone = Computed("stop__timezone", label=_("time zone"))
    stop = StopReference("stop__city", field="stop")
    country = Computed("stop__country", label=_("country"), cell=country_name)
    hosts = Organisations("hosts")
    participants = Participants("participations")
    interpreter = PersonReference("interpreter")

    class Meta:
        model = Appointment
        fields = (
            "id",
            "mission",
            "mission_title",
            "starts_at",
            "ends_at",
            "date",
            "starts",
            "ends",
            "time_zone",
            "stop",
            "country",
            "kind",
            "title",
            "hosts",
            "participants",
            "venue",
            "address",
            "interpreter",
            "status",
            "counts_as_official",
            "outcome",
            "source",
        )
        export_order = fields

    # --- Rows that come in ------------------------------------------------------------------

    def match(self, entries, examiner):
        missions = {entry.value("mission") for entry in entries} - {None}
        known = {}
        rows = Appointment.objects.active().filter(mission__in=missions).select_related("stop")
        for row in rows:
            known.setdefault((row.mission_id, row.title.casefold()), []).append(row)
        for entry in entries:
            title = entry.value("title") or ""
            same_title = known.get((entry.value("mission"), title.casefold()), [])
            starts_at = _moments(entry).get("starts_at")
            found = [r for r in same_title if r.local_starts_at.replace(tzinfo=None) == starts_at]
            if len(found) == 1:
                entry.target_key = found[0].pk
                continue
            entry.candidates += [
                Candidate(row.pk, f"{row} · {row.when}", str(_("same title")))
                for row in (found or same_title)[:5]
            ]

    def file_key(self, entry):
        title, starts_at = entry.value("title"), _moments(entry).get("starts_at")
        if not title or starts_at is None:
            return None
        return (entry.value("mission"), title.casefold(), starts_at.isoformat())

    def prepare(self, entry, examiner):
        """Tell the instants, by the zone of the row's stop; an hour stays when the stop changes."""
        record = entry.record
        stop = record.stop = self._stop(record.stop_id, examiner)
        was = self._stop(record._read["stop_id"], examiner) if entry.target else None
        before = {}
        if entry.target:
            before = {name: timezone.make_naive(record._read[name], _zone(was)) for name in MOMENTS}
        said = _moments(entry, before)
        for name in MOMENTS:
            local = said.get(name) or before.get(name)
            if local is None:
                if not any(problem.column == name for problem in entry.row.problems):
                    entry.refuse(name, _("Enter day and hour, as 24.04.2023 10:00."))
                continue
            if stop == was and self.fields[name].same(before.get(name), local):
                # Not even by a fraction of a second, or the hour that comes twice.
                setattr(record, name, record._read[name])
                continue
            moment = local.replace(tzinfo=_zone(stop))
            setattr(record, name, moment)
            if is_ambiguous_or_missing(moment):
                entry.refuse(
                    name,
                    _(
                        "The clock changes that night in %(place)s: %(hour)s does not exist or "
                        "comes twice. Choose an hour before or after."
                    )
                    % {"place": _zone(stop).key, "hour": date_format(local, "H:i")},
                )
        if "participants" in entry.links:
            going = Participation.objects.filter(pk__in=entry.links["participants"])
            record.shall_go = list(going)
            if entry.target is not None and not record.has_changed(*MOMENTS, "interpreter"):
                try:  # The rule of the model asks only where hours or the interpreter change.
                    check_conflicts(record, record.shall_go)
                except ValidationError as error:
                    entry.refuse("participants", " ".join(error.messages))

    def connected(self, entry):
        # What ``prepare`` has refused already.
        return [name for name in MOMENTS if getattr(entry.record, name) is None]

    def extra_changes(self, entry, examiner):
        """Hours that stand in columns of their own."""
        if entry.target is None or not entry.values.keys() & {"date", "starts", "ends"}:
            return []
        noted = {label for label, _old, _new in entry.changes}
        was = self._stop(entry.record._read["stop_id"], examiner)
        changes = []
        for name in MOMENTS:
            column = self.fields[name]
            old = timezone.make_naive(entry.record._read[name], _zone(was))
            new = column.current(entry.record)
            if new != old and capfirst(column.label) not in noted:
                changes.append((column.label, column.show(old), column.show(new)))
        return changes

    @staticmethod
    def _stop(key, examiner):
        """Return the stop, fetched once for all rows."""
        if key is None:
            return None
        stops = examiner.kept.setdefault("stops", {})
        if key not in stops:
            stops[key] = Stop.objects.get(pk=key)
        return stops[key]


def _moments(entry, before=None):
    """Return ``{"starts_at": …, "ends_at": …}``, naive, as far as the row says them.

    Day and hours may stand in columns of their own; what they leave open is as ``before``. An end
    that would lie before the start is on the next day.
    """
    before = before or {}
    # One value for all rows is for new records.
    said = entry.values.get if before else entry.value
    starts_at, ends_at = said("starts_at"), said("ends_at")
    day, starts, ends = said("date"), said("starts"), said("ends")
    was_start, was_end = before.get("starts_at"), before.get("ends_at")
    if starts_at is None and (day or starts):
        on = day or (was_start and was_start.date())
        at = starts or (was_start and was_start.time())
        if on and at:
            starts_at = datetime.combine(on, at)
    begin = starts_at or was_start
    if ends_at is None and begin is not None:
        if ends is not None:
            ends_at = datetime.combine(begin.date(), ends)
            if ends_at <= begin:
                ends_at += timedelta(days=1)
        elif was_end is not None and starts_at is not None:
            # Moved as a whole.
            ends_at = was_end + (starts_at - was_start) if day or starts else None
    return {"starts_at": starts_at, "ends_at": ends_at}
