"""The upload: how the file is read, and which field each of its columns fills."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

from ...models import ColumnMapping, SpreadsheetImport
from ...resources import resource_for
from .. import cells as typed
from .. import headers, reading
from ..examining import Examiner, pack, unpack

# How many values of a column are shown.
EXAMPLES = 3


@dataclass
class Heading:
    """A column of the file, and the field that it fills ("" where it is left out)."""

    index: int
    label: str
    examples: list[str]
    column: str


@dataclass
class FieldChoice:
    """A field that rows can fill."""

    name: str
    label: str
    constant: bool
    required: bool


@dataclass
class Look:
    """How a file was understood so far."""

    inspection: reading.Inspection
    headings: list[Heading]
    duplicates: list[str]
    fields: list[FieldChoice]
    totals: list[int]


def begin(user, model_label: str, upload, file_name: str) -> SpreadsheetImport:
    """Keep the file privately and propose how it is to be read.

    Raises ``reading.Unreadable``; nothing is kept then.
    """
    run = SpreadsheetImport(user=user, model=model_label.lower(), file_name=file_name[-255:])
    run.file.save("upload", File(upload), save=False)
    try:
        _inspect(run)
    except BaseException:
        discard_files(run)
        raise
    run.save()
    return run


def read_anew(run, *, sheet=None, encoding=None, delimiter=None, header_row=None) -> None:
    """Change how the file is read, and propose its columns anew. Raises Unreadable."""
    if sheet is not None:
        run.sheet = sheet
    if encoding is not None:
        run.encoding = encoding
    if delimiter is not None:
        run.delimiter = delimiter
    _inspect(run, header_row)
    run.save()
    run.rows.all().delete()  # their numbers may be those of other rows now


def folder(run) -> Path:
    """Return the private folder of the run: the upload and what belongs to it."""
    return Path(run.file.path).parent


def discard_files(run) -> None:
    """Delete the upload and what lies beside it."""
    place = folder(run)
    for path in place.glob("*"):
        path.unlink(missing_ok=True)
    if place.is_dir():
        place.rmdir()


def _inspect(run, header_row=None):
    inspection = reading.inspect(
        run.file.path, sheet=run.sheet, encoding=run.encoding, delimiter=run.delimiter
    )
    kept = asdict(inspection)
    kept["sample"] = [
        (number, [pack(cell) for cell in cells]) for number, cells in inspection.sample
    ]
    (folder(run) / "inspection.json").write_text(json.dumps(kept), encoding="utf-8")
    run.file_format = inspection.format
    run.sheet = inspection.sheet
    run.encoding = inspection.encoding
    run.delimiter = inspection.delimiter
    resource = resource_for(run.model, run.user)
    names = _field_names(resource)
    known = {
        headers.label_key(text) for one in names for text in (one.name, *one.labels, *one.aliases)
    }
    run.header_row = header_row or headers.find_header(
        inspection.sample, lambda label: headers.label_key(label) in known
    )
    remembered = dict(
        ColumnMapping.objects.filter(user=run.user, model=run.model).values_list(
            "heading", "column"
        )
    )
    ours = inspection.model == run.model
    headed = headings_of(run, inspection)
    found = headers.propose(
        headed,
        names,
        inspection.machine_names if ours else {},
        remembered,
    )
    if not ours and any(heading.label not in resource.fields for heading in headed):
        # "ID" in somebody's list is no number of ours; a file of machine names only is ours.
        found |= {heading.index: "" for heading in headed if heading.label.casefold() == "id"}
    run.columns = {str(index): name for index, name in found.items()}


def inspection_of(run) -> reading.Inspection:
    """Return how the file was read, as kept beside it."""
    kept = json.loads((folder(run) / "inspection.json").read_text(encoding="utf-8"))
    kept["sample"] = [
        (number, [unpack(cell) for cell in cells]) for number, cells in kept["sample"]
    ]
    return reading.Inspection(**kept)


def _field_names(resource):
    return [
        headers.FieldNames(name, column.labels(), [str(alias) for alias in column.aliases])
        for name, column in resource.importable_columns().items()
    ]


def headings_of(run, inspection):
    head = next((cells for number, cells in inspection.sample if number == run.header_row), [])
    below = (cells for number, cells in inspection.sample if number > run.header_row)
    return headers.headings(head, below)


def look(run) -> Look:
    """Return how the file was understood, for the person to confirm or correct."""
    inspection = inspection_of(run)
    below = [cells for number, cells in inspection.sample if number > run.header_row]
    found = headings_of(run, inspection)
    titles = []
    for heading in found:
        texts = (
            typed.read_text(cells[heading.index])
            for cells in below
            if heading.index < len(cells) and not typed.is_blank(cells[heading.index])
        )
        examples = list(dict.fromkeys(texts))[:EXAMPLES]
        column = run.columns.get(str(heading.index), "")
        titles.append(Heading(heading.index, heading.label, examples, column))
    resource = resource_for(run.model, run.user)
    return Look(
        inspection,
        titles,
        headers.duplicates(found),
        [
            FieldChoice(name, column.label, column.constant, name in resource.required)
            for name, column in resource.importable_columns().items()
        ],
        [
            number
            for number, cells in inspection.sample
            if number > run.header_row and headers.is_totals_row(cells, len(found))
        ],
    )


def assign(run, columns, constants=None, styles=None, clear_blanks=False) -> None:
    """Say which field each column fills, and remember it for the next file.

    ``columns`` is ``{index: machine name}``, ``constants`` ``{machine name: text}`` the same value
    for all rows, ``styles`` how ambiguous numbers and dates of a field are meant. Raises
    ValidationError with one message per fault.
    """
    known = look(run)
    labels = {field.name: field.label for field in known.fields}
    columns = {int(index): name for index, name in columns.items()}
    constants = {
        name: text.strip() for name, text in (constants or {}).items() if text and text.strip()
    }
    faults = []
    if known.duplicates:
        faults.append(
            _(
                "These headings stand more than once in the header row: %(names)s. Rename or "
                "delete the extra columns in the file and upload it again, or choose another "
                "header row."
            )
            % {"names": ", ".join(known.duplicates)}
        )
    mapped = [name for name in columns.values() if name]
    for name in dict.fromkeys(mapped):
        if name not in labels:
            faults.append(_("There is no field “%(name)s”.") % {"name": name})
        elif mapped.count(name) > 1:
            faults.append(
                _("Two columns are assigned to “%(field)s”. Leave one of them out.")
                % {"field": labels[name]}
            )
    if not mapped:
        faults.append(_("Assign at least one column."))
    if "id" not in mapped:
        faults += [
            _("“%(field)s” is needed: assign a column, or enter one value for all rows.")
            % {"field": field.label}
            for field in known.fields
            if field.required and field.name not in mapped and field.name not in constants
        ]
    if faults:
        raise ValidationError(faults)
    run.columns = {str(index): name for index, name in columns.items()}
    run.constants = {name: text for name, text in constants.items() if name in labels}
    run.styles = {name: style for name, style in (styles or {}).items() if name in labels and style}
    run.clear_blanks = clear_blanks
    run.save()
    for heading in known.headings:
        ColumnMapping.objects.update_or_create(
            user=run.user,
            model=run.model,
            heading=headers.label_key(heading.label)[:250],
            defaults={"column": columns.get(heading.index, "")},
        )


def examiner_of(run, *, locking=False):
    return Examiner(
        resource_for(run.model, run.user),
        run.columns.values(),
        constants=run.constants,
        styles=run.styles,
        clear_blanks=run.clear_blanks,
        locking=locking,
    )


def file_rows(run) -> Iterable[tuple[int, list]]:
    """Yield the rows below the header: their number in the file, and their cells."""
    for number, cells in reading.read_rows(
        run.file.path, sheet=run.sheet, encoding=run.encoding, delimiter=run.delimiter
    ):
        if number > run.header_row:
            yield number, cells
