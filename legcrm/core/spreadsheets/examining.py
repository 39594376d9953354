"""The check: what each row of a file would do, worked out in memory and written nowhere.

A row is about one record of the list, and maybe about others beside it (the organisation and the
person of a participant). For each of them there is an ``Entry``: what the cells say, which record
they mean, and what would change. The same examination runs again, on locked rows, when an import
is applied; so what is written is what was shown.

Resources take part by four methods, see ``legcrm.core.resources``: ``match`` finds the records that
rows mean, ``file_key`` tells rows about the same new record, ``prepare`` fills in what follows from
other cells, ``connect`` ties the records of one row together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..models import ImportRow
from ..naming import plain
from ..validation import errors_of
from . import cells as typed
from .cells import CellError
from .columns import Extra, LinkColumn, Lookups, Nested, Phone, Reference
from .writing import CUT_MARK

State = ImportRow.State
MAIN = ""  # the role of the record that the list is about
# How many rows are looked up, examined and written at a time.
CHUNK = 500


# --- Cells as JSON -----------------------------------------------------------------------------


def pack(cell):
    """Return ``cell`` as JSON keeps it; ``unpack`` gives it back."""
    if isinstance(cell, datetime):
        return {"dt": cell.isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return {"t": cell.isoformat()}
    return cell


_TAGS = {"dt": datetime.fromisoformat, "d": date.fromisoformat, "t": time.fromisoformat}


def unpack(cell):
    if isinstance(cell, dict):
        [(tag, text)] = cell.items()
        return _TAGS[tag](text)
    return cell


# --- What is found out about a row ---------------------------------------------------------------


@dataclass
class Problem:
    """Why a row can't go in: the column, what stands there, and what to do."""

    column: str
    label: str
    value: str
    message: str
    code: str = ""
    styles: list = field(default_factory=list)

    def as_json(self):
        return dict(vars(self))


@dataclass
class Candidate:
    """A record that a row may mean. ``key`` is None where it is an earlier row of the file."""

    key: int | None
    label: str
    why: str

    def as_json(self):
        return dict(vars(self))


@dataclass
class Row:
    """A row of the file: its cells by machine name, and what was decided about it."""

    number: int
    cells: dict[str, Any]
    decisions: dict[str, str] = field(default_factory=dict)
    entries: dict[str, "Entry"] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    state: str = ""

    def plans(self):
        return [entry.as_json() for entry in self.entries.values()]

    def key(self) -> int | None:
        """Return the number of the record of the list, as far as the row tells it."""
        cell = self.cells.get("id")
        try:
            return None if cell is None else typed.read_integer(cell, "en")
        except CellError:
            return None


@dataclass
class Entry:
    """What a row says of one record."""

    row: Row
    unit: "Unit"
    # Cleaned values by the name of the resource's column; only cells that say something.
    values: dict[str, Any] = field(default_factory=dict)
    # One value for all rows: for new records only, and to find the record.
    constants: dict[str, Any] = field(default_factory=dict)
    # The record that is meant, as it is in the database; None where it is new.
    target: Any = None
    target_key: int | None = None
    candidates: list[Candidate] = field(default_factory=list)
    # The record with the values of the row.
    record: Any = None
    # The record of the list names this one, and the row still does: see ``match_nested``.
    settled: bool = False
    # The entry of an earlier row that announces the same new record.
    first: "Entry | None" = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    links: dict[str, Any] = field(default_factory=dict)
    action: str = ""
    # What rows about the same new record have in common.
    key: Any = None

    @property
    def role(self):
        return self.unit.role

    @property
    def decision(self):
        return self.row.decisions.get(self.role, "")

    def says_something(self):
        """Whether the row carries the record at all: cells that are cleared do not make one."""
        return self.target_key is not None or any(
            value is not None and value not in ("", ()) for value in self.values.values()
        )

    def value(self, name, default=None):
        """Return what the row says in the column ``name``, else the value for all rows."""
        return self.values.get(name, self.constants.get(name, default))

    def refuse(self, column, error):
        """Note a problem of this entry; ``column`` is a name of its resource or ""."""
        own = self.unit.names.get(column, "")
        raw = self.row.cells.get(own)
        shown = typed.read_text(raw) if raw is not None else ""
        label = self.unit.label_of(column)
        messages = [error.message] if isinstance(error, CellError) else [error]
        self.row.problems.extend(
            Problem(
                own,
                label,
                shown[:300],
                str(message),
                getattr(error, "code", "") or "",
                list(getattr(error, "readings", ())),
            )
            for message in messages
        )

    def as_json(self):
        return {
            "role": self.role,
            "label": self.unit.title,
            "action": self.action,
            "pk": self.target.pk if self.target is not None else None,
            "version": self.target._read_version if self.target is not None else None,
            "name": self.unit.name_of(self),
            "key": repr(self.key) if self.key is not None and self.target is None else "",
            "row": self.first.row.number if self.first is not None else None,
            "changes": [list(change) for change in self.changes],
            "candidates": [candidate.as_json() for candidate in self.candidates],
        }


class Unit:
    """One of the records that each row is about, and which columns of the file tell of it."""

    def __init__(self, role, resource, names):
        self.role = role
        self.resource = resource
        self.model = resource._meta.model._meta.concrete_model
        self.title = capfirst(str(self.model._meta.verbose_name))
        # {column of the resource: machine name in the file}
        self.names = names
        self.columns = {
            name: column for name, column in resource.columns().items() if name in names
        }
        for name in names:  # columns that are only read stand behind those of the export
            if name not in self.columns and name in resource.fields:
                self.columns[name] = resource.fields[name]

    def label_of(self, name):
        column = self.resource.fields.get(name)
        if column is not None:
            label = column.label
        elif name in {f.name for f in self.model._meta.fields}:
            label = capfirst(str(self.model._meta.get_field(name).verbose_name))
        else:
            return self.title if self.role else ""
        return f"{self.title}: {label}" if self.role else label

    def name_of(self, entry):
        record = entry.record if entry.record is not None else entry.target
        if record is None:
            return ""
        try:
            return str(record)[:200]
        except Exception:  # a new record whose __str__ wants what the row lacks
            return ""


class Examiner:
    """Examines rows for one import; keeps what it looked up, and the new records announced.

    ``columns`` are the machine names that the file has. ``locking`` is for the transaction that
    writes rows checked before: it locks the records meant.
    """

    def __init__(
        self, resource, columns, *, constants=None, styles=None, clear_blanks=False, locking=False
    ):
        self.resource = resource
        self.user = resource.user
        self.styles = styles or {}
        self.constants = {name: text for name, text in (constants or {}).items() if text}
        self.clear_blanks = clear_blanks
        self.locking = locking
        self.lookups = Lookups(self.user)
        self.announced: dict[tuple, Entry] = {}
        # What resources look up once for all rows.
        self.kept: dict[str, Any] = {}
        self.mapped = {name for name in columns if name}
        self.units = self._units({*self.mapped, *self.constants})

    def _units(self, known):
        units, nested = [], {}
        for name in known:
            column = self.resource.fields.get(name)
            if isinstance(column, Nested):
                nested.setdefault(column.role, {})[column.column] = name
        for role in self.resource.nested:
            if role in nested:
                units.append(Unit(role, self.resource.nested_resource(role), nested[role]))
        own = {
            name: name
            for name in known
            if name == "id"
            or (
                name in self.resource.fields
                and self.resource.fields[name].importable
                and not isinstance(self.resource.fields[name], Nested)
            )
        }
        units.append(Unit(MAIN, self.resource, own))
        return units

    def may(self, model, verb):
        opts = model._meta.concrete_model._meta
        return self.user is None or self.user.has_perm(f"{opts.app_label}.{verb}_{opts.model_name}")

    # --- The examination --------------------------------------------------------------------

    def examine(self, rows: list[Row]) -> list[Row]:
        """Fill in entries, problems and state of ``rows``; a constant number of queries."""
        for unit in self.units:
            entries = []
            for row in rows:
                if "skip" in row.decisions.values():
                    continue
                entry = Entry(row, unit)
                self._read(entry)
                if unit.role == MAIN or entry.says_something():
                    row.entries[unit.role] = entry
                    entries.append(entry)
            self._load(entries)  # the records named by their number
            self._look_up(entries)
            missing = [e for e in entries if e.target_key is None]
            if unit.role:
                self.resource.match_nested(unit.role, missing, self)
            unit.resource.match([e for e in missing if e.target_key is None], self)
            self._decide(missing)
            self._load(missing)
            for entry in entries:
                self._build(entry)
        for row in rows:
            self._judge(row)
        self._settle(rows)
        return rows

    def _settle(self, rows):
        """Of the new records that ``rows`` announce, keep what later rows ask for, and no more."""
        for row in rows:
            for entry in row.entries.values():
                key = self.announcement(entry.unit, entry.key)
                if entry.key is not None and self.announced.get(key) is entry:
                    kept = Row(row.number, {}, state=row.state)
                    record = entry.record if entry.role else None
                    self.announced[key] = Entry(kept, entry.unit, record=record, key=entry.key)

    def _read(self, entry):
        row, unit = entry.row, entry.unit
        entry_values, fixed = entry.values, entry.constants
        for name, column in unit.columns.items():
            own = unit.names[name]
            raw = row.cells.get(own)
            constant = raw is None and own not in self.mapped and own in self.constants
            if constant:
                raw = self.constants[own]
            elif typed.is_blank(raw):
                if self.clear_blanks and own in self.mapped and name != "id":
                    entry_values[name] = column.empty
                continue
            elif isinstance(raw, str) and raw.endswith(CUT_MARK):
                continue  # the export could not hold all of it
            try:
                if name == "id":
                    entry.target_key = typed.read_integer(raw, "en")
                    continue
                value = self._value(entry, column, raw, own)
            except CellError as error:
                entry.refuse(name, error)
                continue
            if constant:
                fixed[name] = value
            else:
                entry_values[name] = value

    def _value(self, entry, column, raw, own):
        style = self.styles.get(own, "")
        if column.needs_country:
            return column.read(raw, style, self._country(entry))
        return column.read(raw, style)

    def _country(self, entry):
        """Return the country whose numbers the row would write without their prefix."""
        for other in (entry, entry.row.entries.get("organisation")):
            if other is None:
                continue
            if code := other.value("country"):
                return code
            if other.target is not None and getattr(other.target, "country", None):
                return str(other.target.country)
        return ""

    # --- Other records by name --------------------------------------------------------------

    def _look_up(self, entries):
        """Replace names of other records by their keys, looked up for all rows at once."""
        if not entries:
            return
        unit = entries[0].unit
        for name, column in unit.columns.items():
            if not isinstance(column, Reference | LinkColumn) or column.related is None:
                continue
            self._look_up_column(entries, name, column)

    def _look_up_column(self, entries, name, column):
        own_cells = self._own_cells(entries, column)
        words = getattr(column, "words", {})
        wanted: dict[Any, set] = {}
        todo = []
        for entry in entries:
            for values in (entry.values, entry.constants):
                value = values.get(name)
                own = own_cells.get(entry.target.pk) if entry.target is not None else None
                if own is not None and name in values and column.read(own) == value:
                    values[name] = column.current(entry.target)
                    continue
                if not value:
                    if name in values:
                        values[name] = column.empty
                    continue
                texts = (value,) if isinstance(value, str) else value
                within = unit_within(column, entry)
                wanted.setdefault(within, set()).update(t for t in texts if plain(t) not in words)
                todo.append((entry, values, texts, within))
        for within, texts in wanted.items():
            self.lookups.prepare(column.related, texts, within)
        for entry, values, texts, within in todo:
            keys, failed = [], False
            for text in texts:
                if plain(text) in words:
                    keys.append(words[plain(text)])
                    continue
                try:
                    keys.append(self.lookups.find(column.related, text, within)[0])
                except CellError as error:
                    entry.refuse(name, error)
                    failed = True
            if failed:
                values.pop(name)
                continue
            values[name] = keys[0] if isinstance(column, Reference) else tuple(dict.fromkeys(keys))

    def _own_cells(self, entries, column):
        """Return ``{key: text}``: what the records meant would show in the column now."""
        keys = [entry.target.pk for entry in entries if entry.target is not None]
        if not keys:
            return {}
        if isinstance(column, LinkColumn):
            return column.cells(keys)
        model = entries[0].unit.model
        found = {}
        for key, *values in model._base_manager.filter(pk__in=keys).values_list(
            "pk", *column.paths
        ):
            text = column.cell(*values) if column.cell else values[0]
            found[key] = typed.read_text(text)
        return found

    @staticmethod
    def announcement(unit, key):
        return unit.model._meta.label_lower, key if isinstance(key, str) else repr(key)

    def remember(self, row_number, plans):
        """Take note of the new records that another row announces, as it was checked before."""
        for plan in plans:
            unit = next((unit for unit in self.units if unit.role == plan["role"]), None)
            if unit is not None and plan["key"] and plan["action"] == State.NEW:
                entry = Entry(Row(row_number, {}), unit, record=unit.model(), action=State.NEW)
                self.announced.setdefault(self.announcement(unit, plan["key"]), entry)

    def forget(self, row):
        """A row that does not go in announces nothing."""
        for entry in row.entries.values():
            key = self.announcement(entry.unit, entry.key)
            if key in self.announced and self.announced[key].row.number == row.number:
                del self.announced[key]

    # --- Which record -------------------------------------------------------------------------

    def _decide(self, entries):
        """Put decisions into effect, and find rows that announce the same new record."""
        for entry in entries:
            decision = entry.decision
            if decision.startswith("link:"):
                entry.target_key, entry.candidates = int(decision[5:]), []
            elif decision == "new":
                entry.candidates = []
            if entry.target_key is not None or entry.candidates:
                continue
            entry.key = entry.unit.resource.file_key(entry)
            if entry.key is None:
                continue
            first = self.announced.setdefault(self.announcement(entry.unit, entry.key), entry)
            if first is entry:
                continue
            if entry.role != MAIN:
                entry.first = first
            elif decision != "new":
                label = _("row %(number)s of this file") % {"number": first.row.number}
                entry.candidates = [Candidate(None, label, _("same in this file"))]

    def _load(self, entries):
        """Fetch the records meant, with the rows beside them that columns compare with."""
        wanted = [e for e in entries if e.target_key is not None and e.target is None]
        if not wanted:
            return
        unit = wanted[0].unit
        rows = unit.model.objects.for_user(self.user) if self.user else unit.model.objects.all()
        if hasattr(unit.model, "merged_into"):
            # An old list may name a record that was merged: what it says is about the one kept.
            merged = rows.filter(
                pk__in={entry.target_key for entry in wanted}, merged_into__isnull=False
            )
            kept = dict(merged.order_by().values_list("pk", "merged_into"))
            for entry in wanted:
                entry.target_key = kept.get(entry.target_key, entry.target_key)
        if self.locking:
            # By key, so that two imports never wait for each other crosswise.
            rows = rows.order_by("pk").select_for_update(of=("self",))
        else:
            rows = rows.order_by()
        found = rows.in_bulk({entry.target_key for entry in wanted})
        lookups = [lookup for column in unit.columns.values() for lookup in column.prefetch]
        if lookups and found:
            prefetch_related_objects(list(found.values()), *dict.fromkeys(lookups))
        taken = {}
        for entry in wanted:
            target = found.get(entry.target_key)
            if target is None:
                message = _(
                    "No %(kind)s has the number %(key)s. Empty the cell to enter a new one."
                )
                kind = unit.model._meta.verbose_name
                entry.refuse("id", message % {"kind": kind, "key": entry.target_key})
                continue
            target._read_version = target.version
            entry.target = target
            if entry.role == MAIN and (before := taken.setdefault(target.pk, entry)) is not entry:
                entry.refuse(
                    "id",
                    _("Row %(number)s is about the same record. Keep one of the two.")
                    % {"number": before.row.number},
                )

    # --- What would change ----------------------------------------------------------------------

    def _build(self, entry):
        unit = entry.unit
        if entry.first is not None:
            entry.record = entry.first.record
            entry.action = State.SAME
            return
        if entry.candidates:
            entry.action = State.DUPLICATE
            return
        new = entry.target is None
        if new and entry.target_key is not None:
            entry.action = State.ERROR  # the number given leads nowhere
            return
        record = entry.record = unit.model() if new else entry.target
        if new:
            for name, value in entry.constants.items():
                self._set(entry, record, name, value)
        for name, value in entry.values.items():
            names_it = entry.role and name in unit.resource.named_by
            if names_it and not new and getattr(record, name):
                continue  # "TITK" beside its participant finds the institute and renames it not
            self._set(entry, record, name, value)
        unit.resource.prepare(entry, self)
        unit.resource.connect(entry, self)
        entry.changes += unit.resource.extra_changes(entry, self)
        changed = new or entry.links or entry.changes
        entry.action = State.NEW if new else State.CHANGE if changed else State.SAME
        if not changed:
            return
        verb = "add" if new else "change"
        if not self.may(unit.model, verb):
            entry.refuse("", self._no_right(unit, new))
            return
        self._validate(entry, record)

    @staticmethod
    def _no_right(unit, new):
        text = (
            _("You lack the right to enter this: %(kind)s.")
            if new
            else _("You lack the right to change this: %(kind)s.")
        )
        return text % {"kind": unit.model._meta.verbose_name}

    def _set(self, entry, record, name, value):
        # ``match`` may fill fields without a column in the file: a first name out of a full one.
        column = entry.unit.columns.get(name) or entry.unit.resource.fields.get(name)
        if column is None or isinstance(column, Extra):
            return
        old = column.current(record)
        if entry.target is not None and column.same(old, value):
            return
        if isinstance(column, LinkColumn):
            if column.same(old, value):
                return
            entry.links[name] = value
        if entry.target is not None:
            self._note(entry, name, column, old, value)
        if not isinstance(column, LinkColumn):
            column.assign(record, value)

    def _note(self, entry, name, column, old, value):
        """Note what changes, as a person reads it."""
        label = column.label
        if isinstance(column, Reference) or (
            isinstance(column, LinkColumn) and column.related is not None
        ):
            new = typed.read_text(entry.row.cells.get(entry.unit.names[name]))
        else:
            new = column.show(value)
        if entry.role:
            label = f"{entry.unit.title}: {label}"
        entry.changes.append((label, self._shown_old(entry, column, old)[:300], str(new)[:300]))

    def _shown_old(self, entry, column, old):
        if isinstance(column, Reference | LinkColumn) and column.related is not None:
            return self._own_cells([entry], column).get(entry.target.pk, "")
        return str(column.show(old))

    def _validate(self, entry, record):
        """Ask the rules of the model; none of them needs a query for each row.

        When the rows are applied, the same cells were asked before. What may have changed since
        (twins, capacity) is asked by ``match`` and by the save itself, the rest by the database.
        """
        unit = entry.unit
        record.twins_are_checked = True  # ``match`` has looked for them
        if entry.decision == "new" and hasattr(record, "same_name_checked"):
            record.same_name_checked = True
        if self.locking or self._lacks_the_needful(entry):
            return
        # What was found by name exists, and asking for each would be a query; a phone number was
        # validated when it was read.
        skip = {
            column.field.name
            for name, column in unit.columns.items()
            if isinstance(column, Reference | Phone) and entry.value(name) is not None
        } | set(unit.resource.connected(entry))
        reported = {problem.column for problem in entry.row.problems}
        for name, messages in errors_of(record, skip=skip).items():
            if unit.names.get(name) in reported and name in unit.names:
                continue  # the cell itself could not be read
            for message in messages:
                entry.refuse("" if name == "__all__" else name, message)

    @staticmethod
    def _lacks_the_needful(entry):
        """Refuse a row whose other record is not known, and that says too little to enter it."""
        unit = entry.unit
        if not unit.role or entry.target is not None:
            return False
        missing = [name for name in unit.resource.required if not entry.value(name)]
        for name in missing:
            entry.refuse(
                name,
                _(
                    "“%(name)s” is not known, and a new %(kind)s needs this. Enter one value for "
                    "all rows, assign a column, or correct the name."
                )
                % {"name": unit.name_of(entry), "kind": unit.model._meta.verbose_name},
            )
        return bool(missing)

    def _judge(self, row):
        entries = row.entries.values()
        if "skip" in row.decisions.values():
            row.state = State.SKIPPED
        elif row.problems or self._waits_in_vain(row):
            row.state = State.ERROR
            self.forget(row)
        elif any(entry.action == State.DUPLICATE for entry in entries):
            row.state = State.DUPLICATE
        elif row.entries[MAIN].action == State.NEW:
            row.state = State.NEW
        elif any(entry.action in (State.NEW, State.CHANGE) for entry in entries):
            row.state = State.CHANGE
        else:
            row.state = State.SAME

    @staticmethod
    def _waits_in_vain(row):
        """Refuse a row that needs a new record which an earlier row can't bring."""
        for entry in row.entries.values():
            if entry.first is not None and entry.first.row.state == State.ERROR:
                entry.refuse(
                    "",
                    _("Correct row %(number)s first: it is to enter the same %(kind)s.")
                    % {
                        "number": entry.first.row.number,
                        "kind": entry.unit.model._meta.verbose_name,
                    },
                )
                return True
        return False


def unit_within(column, entry):
    """Return the key within which a reference is looked up: the stops of the row's mission."""
    within = getattr(column, "within", "")
    if not within:
        return None
    of_target = getattr(entry.target, f"{within}_id", None)
    return entry.value(within, of_target)


def chunked(rows: Iterable, size: int = CHUNK):
    """Yield lists of at most ``size`` of ``rows``."""
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
