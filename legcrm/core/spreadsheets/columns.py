"""Columns of a spreadsheet, in both directions.

A column says what it exports (``paths`` of lookups and ``cell()``, or ``cells()`` for many records
at once) and how what people type into it is read back. It is a field of a django-import-export
resource: ``legcrm.core.resources.RecordResource`` declares them, our own engine runs them.

Two kinds: what is a field of the record itself (``FieldColumn``), and what is kept in rows of its
own beside it (``LinkColumn``), written after the record.
"""

from collections.abc import Collection
from decimal import Decimal

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Prefetch
from django.utils import timezone, translation
from django.utils.formats import date_format, localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from ..keys import Keys
from ..naming import find_called
from . import cells
from .cells import CellError

SEPARATOR = "; "
# So many names a message lists.
FEW = 30


class Column(Field):
    """One column.

    ``path`` is the lookup from the record to the value; ``label`` heads the column in the user's
    language; ``aliases`` are other headings by which people call it. With ``constant`` the import
    offers one value for all rows where the file has no such column.
    """

    # How the cell is typed: text, integer, decimal, date, datetime, time or boolean.
    cell_type = "text"
    # Characters, for the width of the column.
    width = 18
    importable = False
    # Lookups that ``current()`` needs, fetched for many records at once.
    prefetch: tuple = ()

    def __init__(self, path=None, label="", *, aliases=(), constant=False, width=None):
        super().__init__(attribute=path, column_name=label)
        self.aliases = tuple(aliases)
        self.constant = constant
        self.width = width or self.width
        self.name = ""
        self.model = None

    def bind(self, name, model):
        """Called by the resource: the machine name of the column, and the model of the list."""
        self.name = name
        self.model = model
        if self.attribute is None:
            self.attribute = name

    # --- Out ----------------------------------------------------------------------------------

    @property
    def paths(self) -> tuple[str, ...]:
        """The lookups that are fetched with the record itself."""
        return (self.attribute,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The lookups by whose rights the column is shown: hidden if one of them is."""
        return self.paths

    @property
    def exported(self) -> bool:
        """Whether the column stands in an export; some are only read."""
        return bool(self.paths or self.shared) or hasattr(self, "cells")

    # ``cell(*values)`` makes a cell of what ``paths`` gave. None: the value is the cell.
    cell = None
    # A function of the keys of many records that several columns have in common: what it finds is
    # read once for all of them, and ``pick()`` makes ``{key: cell}`` of it.
    shared = None

    @property
    def label(self) -> str:
        return capfirst(str(self.column_name))

    def labels(self) -> list[str]:
        """Return the label in each language of the product."""
        found = []
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found.append(self.label)
        return list(dict.fromkeys(found))


class Computed(Column):
    """A column that is only exported: a lookup, or ``cell`` of several ``paths``."""

    def __init__(self, *paths, label="", cell=None, cell_type="text", **options):
        super().__init__(paths[0] if paths else None, label, **options)
        self._paths = paths
        self.cell_type = cell_type
        if cell is not None:
            self.cell = cell
        elif cell_type == "datetime":
            self.cell = local_time

    @property
    def paths(self):
        return self._paths


class ForEach(Column):
    """A column computed for many records at once: ``cells(keys)`` returns ``{key: cell}``."""

    paths = ()

    def cells(self, keys: list[int]) -> dict:
        raise NotImplementedError


class Importable(Column):
    """A column that is also read back.

    ``read()`` turns a cell into a value and raises ``CellError``; texts that name other records are
    looked up for many rows at once in between (``Lookups``). A value is compared with
    ``current()`` by ``same()`` and shown by ``show()``.
    """

    importable = True
    # The value of an empty cell.
    empty = ""
    # Whether 1.234 or 03/04/2025 may mean two things, to be asked.
    has_styles = False
    # Whether ``read()`` also takes the country of the row.
    needs_country = False

    def read(self, raw, style=""):
        raise NotImplementedError

    def current(self, record):
        raise NotImplementedError

    def same(self, one, other) -> bool:
        return one == other

    def show(self, value) -> str:
        """Return ``value`` as a person reads it."""
        return "" if value is None else str(value)


class FieldColumn(Importable):
    """A field of the record itself."""

    @property
    def field(self):
        return self.model._meta.get_field(self.attribute)

    def bind(self, name, model):
        super().bind(name, model)
        self.attname = self.field.attname
        self.empty = None if self.field.null else ""
        if self.column_name in ("", name):  # not given: django-import-export puts the name there
            self.column_name = self.field.verbose_name

    def current(self, record):
        return record.__dict__.get(self.attname, self.empty)

    def assign(self, record, value):
        setattr(record, self.attname, value)


class Text(FieldColumn):
    def bind(self, name, model):
        super().bind(name, model)
        length = self.field.max_length
        self.width = 40 if length is None or length > 100 else 18

    def read(self, raw, style=""):
        return cells.read_text(raw)

    def same(self, one, other):
        # Forms keep line breaks as CR LF, spreadsheets as LF.
        return one == other or cells.read_text(one) == cells.read_text(other)


class Email(Text):
    def read(self, raw, style=""):
        text = cells.read_text(raw)
        return text.removeprefix("mailto:").strip().strip("<>")


class Website(Text):
    def read(self, raw, style=""):
        text = cells.read_text(raw)
        return text if "://" in text or not text else f"https://{text}"


class Choice(FieldColumn):
    """One of the choices of the field, by its label; ``words`` are others that lists use for it."""

    def __init__(self, path=None, label="", *, words=(), **options):
        super().__init__(path, label, **options)
        self.words = tuple(words)

    def bind(self, name, model):
        super().bind(name, model)
        self.choices = [(str(key), label) for key, label in self.field.choices]
        self.choice_labels = dict(self.choices)
        self.readings = [*self.choices, *self.words]

    def cell(self, value):
        label = self.choice_labels.get(value)
        return value if label is None else capfirst(str(label))

    def show(self, value):
        return str(self.cell(value) or "")

    def read(self, raw, style=""):
        return cells.read_choice(raw, self.readings)


class Country(FieldColumn):
    def cell(self, code):
        return country_name(code)

    def show(self, value):
        return country_name(value)

    def current(self, record):
        # Not by its attribute, which makes an object of the code.
        return str(record.__dict__.get(self.attname) or "")

    def read(self, raw, style=""):
        return cells.read_country(raw)


class PostalCode(Text):
    """A postal code, with the zero in front that a spreadsheet took for needless.

    Germany has five digits since 1993, so four of them have lost one: 7545 is 07545 Gera.
    """

    needs_country = True

    def read(self, raw, style="", country=""):
        text = super().read(raw, style)
        return text.zfill(5) if country == "DE" and len(text) == 4 and text.isdigit() else text


class Phone(FieldColumn):
    """A telephone number in E.164, as text."""

    needs_country = True

    def cell(self, value):
        return phone_text(value)

    def current(self, record):
        return phone_text(record.__dict__.get(self.attname))

    def read(self, raw, style="", country=""):
        return cells.read_phone(raw, country)


class Boolean(FieldColumn):
    cell_type = "boolean"
    width = 10

    def read(self, raw, style=""):
        return cells.read_boolean(raw)

    def show(self, value):
        return _("yes") if value else _("no")


class Integer(FieldColumn):
    cell_type = "integer"
    width = 12
    has_styles = True

    def read(self, raw, style=""):
        return cells.read_integer(raw, style)


class Number(FieldColumn):
    """A decimal number, with the places of the model field."""

    cell_type = "decimal"
    width = 14
    has_styles = True

    def read(self, raw, style=""):
        value = cells.read_decimal(raw, style)
        # A float of a spreadsheet has more places than anybody meant.
        if isinstance(raw, float):
            value = round(value, self.field.decimal_places)
        return value

    def show(self, value):
        return "" if value is None else localize(Decimal(value))


class Date(FieldColumn):
    cell_type = "date"
    width = 12
    has_styles = True

    def read(self, raw, style=""):
        return cells.read_date(raw, style)

    def show(self, value):
        return "" if value is None else date_format(value, "SHORT_DATE_FORMAT")


class DateTime(FieldColumn):
    """A moment, in the zone of the agency: spreadsheets know no zones."""

    cell_type = "datetime"
    width = 17
    has_styles = True

    def cell(self, value):
        return local_time(value)

    def read(self, raw, style=""):
        return timezone.make_aware(cells.read_datetime(raw, style))

    def same(self, one, other):
        # Spreadsheets keep seconds at most.
        return one == other or (
            None not in (one, other) and one.replace(microsecond=0) == other.replace(microsecond=0)
        )

    def show(self, value):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT") if value else ""


class Reference(FieldColumn):
    """A foreign key, by what people call the record it points to.

    ``read()`` gives a text; the engine looks it up by ``called()`` of the model's queryset, which
    returns ``{text: [(key, label), …]}``.
    """

    empty = None

    def __init__(self, path, label="", *, field, **options):
        super().__init__(path, label, **options)
        self.field_name = field

    @property
    def field(self):
        return self.model._meta.get_field(self.field_name)

    @property
    def related(self):
        return self.field.related_model

    def read(self, raw, style=""):
        return cells.read_text(raw)


class Staff(Reference):
    """A member of staff, by full name, user name or e-mail address."""

    @property
    def paths(self):
        return tuple(f"{self.field_name}__{n}" for n in ("first_name", "last_name", "username"))

    def __init__(self, field, label="", **options):
        super().__init__(field, label, field=field, **options)

    @property
    def related(self):
        return get_user_model()

    def cell(self, first_name, last_name, username):
        return f"{first_name or ''} {last_name or ''}".strip() or username or ""


class Nested(Importable):
    """A value of another record in the same row: the organisation of a participant.

    ``role`` is that record's key in the resource's ``nested``, ``column`` the name of its column
    there, which reads the cells. ``path`` is the lookup for the export; without one the column is
    only read.
    """

    def __init__(self, role, column, path=None, label="", **options):
        super().__init__(path, label, **options)
        self.role = role
        self.column = column
        self._paths = (path,) if path else ()

    @property
    def paths(self):
        return self._paths


class Extra(Importable):
    """A text that the resource itself keeps, by ``extra_rows()``; only read where no ``path``."""

    def __init__(self, path=None, label="", **options):
        super().__init__(path, label, **options)
        self._paths = (path,) if path else ()

    @property
    def paths(self):
        return self._paths

    def read(self, raw, style=""):
        return cells.read_text(raw)


class LinkColumn(Importable):
    """What is kept in rows beside the record.

    ``cells(keys)`` exports; ``current()`` reads the prefetched rows; ``rows()`` says what to write.
    """

    paths = ()
    empty = ()
    # The model that the texts name, or None where the texts themselves are kept.
    related = None
    # Texts that name no record of it, in their ``plain`` form: {text: value}.
    words: dict = {}
    width = 30

    def cells(self, keys: list[int]) -> dict:
        """Return ``{key of a record: cell}``; one query."""
        raise NotImplementedError

    def read(self, raw, style=""):
        return tuple(cells.split_list(raw))

    def show(self, value):
        return SEPARATOR.join(value)

    def rows(self, record, value) -> tuple[list, list, list]:
        """Return the rows to create, to save and to delete, so that ``value`` is what is kept."""
        raise NotImplementedError


class Many(LinkColumn):
    """A many-to-many field with a tracked through model: names, separated by semicolons.

    ``shown`` is the lookup, from the through model, of what stands in the cell. Value: keys.
    """

    def __init__(self, field, label="", *, shown, **options):
        super().__init__(field, label, **options)
        self.shown = shown

    def bind(self, name, model):
        super().bind(name, model)
        self.field = model._meta.get_field(self.attribute)
        if self.column_name == name:
            self.column_name = self.field.verbose_name
        self.through = self.field.remote_field.through
        self.source = self.field.m2m_field_name()
        self.target = self.field.m2m_reverse_field_name()
        self.accessor = self.through._meta.get_field(self.source).remote_field.get_accessor_name()
        self.related = self.field.related_model
        links = self.through._base_manager.order_by("pk")
        self.prefetch = (Prefetch(self.accessor, links),)

    @property
    def reads(self):
        return (self.attribute,)

    def cells(self, keys):
        found = {}
        links = self.through._base_manager.filter(**{f"{self.source}__in": Keys(keys)})
        shown = self.shown if isinstance(self.shown, tuple) else (self.shown,)
        known = {}
        for key, *values in links.order_by("pk").values_list(self.source, *shown):
            # The same few are linked again and again.
            if (text := known.get(values := tuple(values))) is None:
                text = known[values] = self.text(*values)
            found.setdefault(key, []).append(text)
        return {key: SEPARATOR.join(texts) for key, texts in found.items()}

    def text(self, *values) -> str:
        return " ".join(str(value) for value in values if value)

    def current(self, record):
        if record.pk is None:
            return ()
        links = getattr(record, self.accessor).all()
        return tuple(getattr(link, f"{self.target}_id") for link in links)

    def same(self, one, other):
        return set(one) == set(other)

    def rows(self, record, value):
        wanted = dict.fromkeys(value)
        dropped = []
        links = getattr(record, self.accessor).all() if record.pk else ()
        for link in links:
            key = getattr(link, f"{self.target}_id")
            if key in wanted:
                del wanted[key]
            else:
                dropped.append(link)
        created = [
            self.through(**{self.source: record, f"{self.target}_id": key}) for key in wanted
        ]
        return created, [], dropped


def phone_text(value) -> str:
    """Return a phone number (of a model field, or text) in E.164."""
    if type(value) is str:
        return value
    return getattr(value, "as_e164", None) or str(value or "")


def local_time(value):
    """Return the moment ``value`` as a naive datetime of the agency's zone, or None."""
    return None if value is None else timezone.make_naive(value)


_COUNTRY_NAMES: dict[str, dict[str, str]] = {}


def country_name(code) -> str:
    """Return the name of the country ``code`` (ISO 3166-1) in the active language."""
    if not code:
        return ""
    names = _COUNTRY_NAMES.get(language := translation.get_language())
    if names is None:
        from django_countries import countries

        names = _COUNTRY_NAMES[language] = {key: str(name) for key, name in countries}
    return names.get(str(code), str(code))


def _staff_called(texts):
    """Return ``{text: [(key, label), …]}`` of staff who still work here."""
    return find_called(
        get_user_model().objects.filter(is_active=True),
        texts,
        ("username", "email", "first_name", "last_name"),
        names=lambda username, email, first, last: (username, email, f"{first} {last}".strip()),
        label=lambda username, email, first, last: f"{first} {last}".strip() or username,
    )


class Lookups:
    """Records by what people call them, looked up for many rows at once and kept for a run."""

    def __init__(self, user):
        self.user = user
        self._found: dict[tuple, list] = {}
        self._names: dict[type, list[str]] = {}

    def prepare(self, model, texts: Collection[str], within=None) -> None:
        """Look up all ``texts`` not yet known; one or a few queries."""
        missing = {text for text in texts if text and (model, within, text) not in self._found}
        if not missing:
            return
        if model is get_user_model():
            found = _staff_called(missing)
        else:
            rows = model.objects.all() if self.user is None else model.objects.for_user(self.user)
            found = rows.called(missing) if within is None else rows.called(missing, within)
        for text in missing:
            self._found[model, within, text] = found.get(text, [])

    def find(self, model, text, within=None):
        """Return ``(key, label)`` of the one record called ``text``; raise CellError otherwise."""
        found = self._found[model, within, text]
        name = model._meta.verbose_name
        if not found:
            if few := self._few(model):
                message = _("No %(kind)s is called “%(text)s”. There are: %(names)s.")
            else:
                message = _(
                    "No %(kind)s is called “%(text)s”. Correct the name, or enter the record first."
                )
            raise CellError(
                message % {"kind": name, "text": text, "names": ", ".join(few)}, code="unknown"
            )
        if len(found) > 1:
            labels = ", ".join(label for _key, label in found[:5])
            raise CellError(
                _("“%(text)s” may be %(labels)s. Write the full name.")
                % {"text": text, "labels": labels},
                code="several",
            )
        return found[0]

    def _few(self, model) -> list[str]:
        """Return what all records of ``model`` are called, where a person can read them all."""
        if model not in self._names:
            rows = model.objects.all()
            if hasattr(rows, "for_user") and self.user is not None:
                rows = rows.for_user(self.user).active()
            records = rows[: FEW + 1]
            self._names[model] = [str(r) for r in records] if len(records) <= FEW else []
        return self._names[model]


NUMBER_LABEL = gettext_lazy("LEG CRM no.")
