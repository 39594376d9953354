"""Exports: the records of a list through its columns into a file, and the log of who did it.

Rows are read in chunks and written as they come, so that memory does not grow with the list. No
transaction is opened: on SQLite it would keep everybody else from saving.
"""

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import IO

from django.core.exceptions import ValidationError
from django.db.models import CharField, ExpressionWrapper, F, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.modelfields import PhoneNumberField

from ..models import ExportLog
from ..resources import RecordResource
from .columns import Column
from .writing import CUT_MARK, FORMATS, FileFormat, Heading, Sheet

__all__ = ["CUT_MARK", "FORMATS", "export", "file_name", "log", "read", "sheet_of"]

# Records that are read, completed from other tables and written at a time.
CHUNK = 2000
NOTHING = gettext_lazy("There is nothing to export: the list is empty.")


def sheet_of(resource: RecordResource, names: Collection[str]) -> Sheet:
    """Return the sheet of the columns called ``names``, in their order."""
    columns = resource.columns()
    return Sheet(
        title=capfirst(str(resource._meta.model._meta.verbose_name_plural)),
        model=resource._meta.model._meta.label_lower,
        headings=[
            Heading(name, columns[name].label, columns[name].cell_type, columns[name].width)
            for name in names
        ],
    )


def read(
    queryset: QuerySet,
    columns: Sequence[Column],
    progress: Callable[[int], None] | None = None,
) -> Iterator[tuple]:
    """Yield the cells of each record of ``queryset``, as it is filtered and sorted.

    ``progress`` is told how many records are done. One query for the records, and one per chunk for
    each column that comes from another table.
    """
    paths = list(dict.fromkeys(path for column in columns for path in column.paths))
    fetched = [_fetched(queryset.model, path) for path in paths]
    # Annotations of the list that are not sorted by are left out of the query by values_list().
    rows = queryset.prefetch_related(None).values_list("pk", *fetched).iterator(chunk_size=CHUNK)
    done = 0
    while chunk := list(islice(rows, CHUNK)):
        keys, *values = zip(*chunk, strict=True)
        keys = list(keys)
        by_path = dict(zip(paths, values, strict=True))
        shared = {}
        cells = [_cells(column, keys, by_path, shared) for column in columns]
        yield from zip(*cells, strict=True)
        done += len(chunk)
        if progress is not None:
            progress(done)


def _fetched(model, path):
    """Return what to select for the lookup ``path``: phone numbers as the text they are kept as.

    Django would parse each and check it again, at more than the cost of all else.
    """
    *relations, name = path.split(LOOKUP_SEP)
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    if name != "pk" and isinstance(model._meta.get_field(name), PhoneNumberField):
        return ExpressionWrapper(F(path), output_field=CharField())
    return path


def _cells(column, keys, by_path, shared):
    """Return the cells of one column for the records ``keys``.

    ``shared`` keeps what this column has in common with others of the same records.
    """
    if not column.paths:
        if column.shared is None:
            found = column.cells(keys)
        else:
            if column.shared not in shared:
                shared[column.shared] = column.shared(keys)
            found = column.pick(shared[column.shared])
        return map(found.get, keys)
    values = [by_path[path] for path in column.paths]
    if column.cell is None:
        return values[0]
    # Values repeat: each is shown once per chunk.
    if len(values) == 1:
        shown = {value: column.cell(value) for value in set(values[0])}
        return map(shown.__getitem__, values[0])
    given = list(zip(*values, strict=True))
    shown = {value: column.cell(*value) for value in set(given)}
    return map(shown.__getitem__, given)


def export(
    queryset: QuerySet,
    resource: RecordResource,
    names: Collection[str],
    file_format: FileFormat,
    *,
    count: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> IO[bytes]:
    """Write the columns ``names`` of ``queryset`` into a file; return it open, at its beginning.

    The file has no place of its own and vanishes when it is closed. ``count`` is the number of
    records, if it is known. Raises ValidationError where there is nothing to export, or too much.
    """
    count = queryset.count() if count is None else count
    if not count:
        raise ValidationError(NOTHING, code="empty")
    if file_format.max_rows is not None and count > file_format.max_rows:
        raise ValidationError(
            _(
                "A workbook holds %(most)s rows, the list has %(count)s. "
                "Choose CSV, or filter the list."
            )
            % {
                "most": number_format(file_format.max_rows, force_grouping=True),
                "count": number_format(count, force_grouping=True),
            },
            code="too_many",
        )
    columns = resource.columns()
    chosen = [columns[name] for name in names]
    file = tempfile.NamedTemporaryFile(suffix=file_format.suffix)  # noqa: SIM115 - handed on open
    try:
        rows = read(queryset, chosen, progress)
        file_format.write(file.name, sheet_of(resource, names), rows)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def log(user, model, filters: str, file_format: FileFormat, rows: int) -> ExportLog:
    """Note who took what out of the house."""
    return ExportLog.objects.create(
        user=user,
        model=model._meta.label,
        filters=filters,
        file_format=file_format.key,
        rows=rows,
    )


def file_name(model, file_format: FileFormat) -> str:
    """Return a name that says what and when: "organisationen-2026-11-22.xlsx"."""
    name = slugify(model._meta.verbose_name_plural, allow_unicode=True)
    return f"{name}-{timezone.localdate():%Y-%m-%d}{file_format.suffix}"
