"""What is measured: each step is run as ``python -m bench.steps NAME ARGUMENT…``.

A step prepares itself, then measures its work alone: processor time with that of all processes it
starts, wall time, and the peak of memory of the largest process. The last line of its output is
the result as JSON. ``ours_…`` is what the pages do, ``default_…`` what the admin of
django-import-export does with a plain resource of the same columns, without history.
"""

import csv
import json
import os
import resource
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import django
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from bench.organisations import organisation, organisations

USER = "bench.user"
STAFF = ("bench.one", "bench.two", "bench.three")
PASSWORD = "correct horse battery"
LABEL = "partners.organisation"
# What both can import: the columns of the table itself.
IMPORTED = (
    "id", "kind", "name", "short_name", "legal_form", "country", "postal_code", "city", "street",
    "district", "is_home", "website", "email", "phone", "size", "notes", "source",
)  # fmt: skip
# The identifiers of an organisation: a column each.
SCHEMES = ("vat", "register", "lei", "ror", "foreign")
CHUNK = 2000


# --- Measuring ----------------------------------------------------------------------------------


def processor_seconds() -> float:
    """Return the processor time of this process and of those it started and awaited."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_megabytes() -> float:
    """Return the most memory that this process, or one of those it started, has held."""
    with open("/proc/self/status") as status:
        own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


@contextmanager
def measured():
    """Yield the dict that holds ``cpu`` and ``wall`` (seconds) and ``peak`` (MB) afterwards."""
    found = {}
    cpu, wall = processor_seconds(), time.perf_counter()
    yield found
    found |= {
        "cpu": processor_seconds() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": peak_megabytes(),
    }


# --- Preparing ----------------------------------------------------------------------------------


def migrate():
    """Make the tables, and the people."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for name in (USER, *STAFF):
        user = get_user_model().objects.create_user(username=name, password=PASSWORD, is_staff=True)
        user.groups.set([Group.objects.get(name="project manager")])


def fill(count):
    """Enter the organisations up to number ``count``, with their parts and history."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from legcrm.core import bulk
    from legcrm.core.history import acting_as
    from partners.models import (
        Organisation,
        OrganisationIdentifier,
        OrganisationName,
        OrganisationSector,
        Sector,
    )

    sectors = dict(Sector.objects.values_list("key", "pk"))
    have = Organisation.objects.count()
    with acting_as(get_user_model().objects.get(username=USER)):
        for start in range(have, int(count), CHUNK):
            rows = list(organisations(min(CHUNK, int(count) - start), start))
            plain = [name for name in IMPORTED if name != "id"]
            records = [Organisation(**{name: row[name] for name in plain}) for row in rows]
            bulk.create_all(records)
            pairs = list(zip(records, rows, strict=True))
            bulk.create_all(
                [
                    OrganisationSector(organisation=record, sector_id=sectors[key])
                    for record, row in pairs
                    for key in row["sectors"]
                ]
            )
            bulk.create_all(
                [
                    OrganisationName(organisation=record, text=text)
                    for record, row in pairs
                    for text in row["other_names"]
                ]
            )
            bulk.create_all(
                [
                    OrganisationIdentifier(organisation=record, scheme=scheme, value=row[column])
                    for record, row in pairs
                    for scheme, column in (("vat", "vat"), ("foreign", "foreign_identifier"))
                    if row[column]
                ]
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def lists(count, known, folder):
    """Write lists of ``count`` rows to import: those after the ``known``, and the first, changed.

    As CSV for the comparison: of a workbook with empty cells the default refuses each such row.
    And as a workbook for the web.
    """
    from partners.models import Organisation

    count, known = int(count), int(known)
    new = [{"id": "", **row} for row in organisations(count, known)]
    keys = dict(Organisation.objects.values_list("name", "pk"))
    changed = []
    for number in range(count):
        row = organisation(number)
        row |= {"id": keys[row["name"]], "notes": f"{row['notes']} Geprüft am 22.11.2026.".strip()}
        changed.append(row | {"street": f"{row['street']} a"})
    for name, rows in (("new", new), ("changed", changed)):
        cells = [[_text(row[column]) for column in IMPORTED] for row in rows]
        with open(Path(folder) / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(IMPORTED)
            writer.writerows(cells)
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet("Liste")
        for line in (IMPORTED, *cells):
            sheet.append([_cell(sheet, text) for text in line])
        workbook.save(Path(folder) / f"{name}.xlsx")


def _text(value):
    return str(int(value)) if isinstance(value, bool) else str(value)


def _cell(sheet, text):
    cell = WriteOnlyCell(sheet, text or None)
    if text.startswith("="):
        cell.data_type = "s"  # else the library makes a formula of it
    return cell


# --- Ours ---------------------------------------------------------------------------------------


def ours_start():
    """A process of an import that finds nothing to do: what starting one costs."""
    from django.contrib.auth import get_user_model

    from legcrm.core.models import SpreadsheetImport
    from legcrm.core.spreadsheets import jobs

    user = get_user_model().objects.get(username=USER)
    run = SpreadsheetImport(user=user, model=LABEL, file_name="empty")
    with tempfile.TemporaryFile() as file:
        run.file.save("upload", file)
    with measured() as found:
        jobs.spawn(run, jobs.take_lock(run))
        _await_processes()
    run.delete()
    return found


def ours_check(file):
    """Upload, columns and check, as by the pages; the check in its own process."""
    from django.contrib.auth import get_user_model

    from legcrm.core.models import SpreadsheetImport
    from legcrm.core.spreadsheets import importing

    user = get_user_model().objects.get(username=USER)
    with measured() as found:
        with open(file, "rb") as upload:
            run = importing.begin(user, LABEL, upload, Path(file).name)
        look = importing.look(run)
        importing.assign(run, {heading.index: heading.column for heading in look.headings})
        _work(run, SpreadsheetImport.State.CHECKING)
    return found | {"run": run.pk, "counts": run.counts(), "problem": run.problem}


def ours_apply(key):
    from legcrm.core.models import SpreadsheetImport

    return _measured_step(key, SpreadsheetImport.State.APPLYING)


def ours_undo(key):
    from legcrm.core.models import SpreadsheetImport

    return _measured_step(key, SpreadsheetImport.State.UNDOING)


def _measured_step(key, state):
    from legcrm.core.models import SpreadsheetImport

    run = SpreadsheetImport.objects.get(pk=key)
    with measured() as found:
        _work(run, state)
    return found | {"state": run.state, "counts": run.counts(), "problem": run.problem}


def _work(run, state):
    from legcrm.core.spreadsheets import jobs

    jobs.start(run, state)
    _await_processes()
    run.refresh_from_db()


def _await_processes():
    """Wait until no process is left that this one has started, so that its time is known."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while children.read_text():
        time.sleep(0.02)


def exported(which):
    """Return the names of "all" columns, or of those of the "own" table: no related rows."""
    from legcrm.core.resources import resource_for

    return IMPORTED if which == "own" else tuple(resource_for(LABEL, None).columns())


def ours_export(file_format, which="all"):
    """All organisations into a file."""
    from legcrm.core.resources import resource_for
    from legcrm.core.spreadsheets import exporting
    from partners.models import Organisation

    organisations = Organisation.objects.order_by("name", "pk")

    def export(queryset):
        with exporting.export(
            queryset,
            resource_for(LABEL, None),
            exported(which),
            exporting.FORMATS[file_format],
            count=queryset.count(),
        ) as file:
            return os.fstat(file.fileno()).st_size

    export(organisations.filter(pk__in=organisations.values("pk")[:10]))
    with measured() as found:
        size = export(organisations)
    return found | {"size": size}


# --- The defaults of django-import-export ---------------------------------------------------------


def default_resource(columns, **computed):
    """Return the resource that its documentation shows for ``columns``."""
    from import_export import resources

    from partners.models import Organisation

    meta = type("Meta", (), {"model": Organisation, "fields": columns, "export_order": columns})
    return type("Default", (resources.ModelResource,), {"Meta": meta, **computed})()


def default_preview(file):
    return _default_import(file, dry_run=True)


def default_import(file):
    return _default_import(file, dry_run=False)


def _default_import(file, dry_run):
    """What its admin does after the upload (preview), and after the confirmation (import)."""
    from django.conf import settings
    from import_export.formats.base_formats import CSV

    settings.SIMPLE_HISTORY_ENABLED = False
    columns = default_resource(IMPORTED)
    content = Path(file).read_text("utf-8")
    with measured() as found:
        dataset = CSV().create_dataset(content)
        result = columns.import_data(
            dataset, dry_run=dry_run, raise_errors=False, rollback_on_validation_errors=True
        )
    faults = [str(error.error) for _number, errors in result.row_errors() for error in errors]
    faults += [str(row.error) for row in result.invalid_rows]
    return found | {"counts": dict(result.totals), "problem": "; ".join(faults[:3])}


def default_export(file_format, which="all"):
    """As its admin: a dataset of all rows, then the file.

    In its favour, related rows are prefetched, and read as a stream: by itself it would read a
    page of 100 after the other, each by a query that sorts them all (144 s for 100,000). What it
    shows of a field is the plain value.
    """
    from import_export import fields
    from import_export.formats import base_formats

    from partners.models import Organisation

    def computed(name, text):
        return {name: fields.Field(column_name=name), f"dehydrate_{name}": text}

    def identifiers(scheme):
        def text(self, organisation):
            rows = organisation.identifiers.all()
            return "; ".join(row.value for row in rows if row.scheme == scheme)

        return text

    extra = computed("country_code", lambda self, o: o.country.code)
    extra |= computed("other_names", lambda self, o: "; ".join(n.text for n in o.names.all()))
    for scheme in SCHEMES:
        name = "foreign_identifier" if scheme == "foreign" else scheme
        extra |= computed(name, identifiers(scheme))
    organisations = Organisation.objects.order_by("name", "pk")
    if which == "all":
        columns = default_resource(exported(which), **extra)
        organisations = organisations.select_related("owner", "parent")
        organisations = organisations.prefetch_related("sectors", "names", "identifiers")
    else:
        columns = default_resource(exported(which))
    kind = getattr(base_formats, file_format.upper())()

    def export(queryset):
        rows = queryset.iterator(chunk_size=CHUNK)
        content = kind.export_data(columns.export(rows))
        return len(content)

    export(organisations.filter(pk__in=organisations.values("pk")[:10]))
    with measured() as found:
        size = export(organisations)
    return found | {"size": size}


STEPS = {
    step.__name__: step
    for step in (
        migrate, fill, lists, ours_start, ours_check, ours_apply, ours_undo, ours_export,
        default_preview, default_import, default_export,
    )
}  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legcrm.settings")
    django.setup()
    name, *arguments = sys.argv[1:]
    print(json.dumps(STEPS[name](*arguments)))
