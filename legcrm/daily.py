"""What is done by the clock, in this order: ``manage.py daily`` (``legcrm.core.timed``)."""

from django.utils.translation import override

from legcrm.core.models import SpreadsheetImport
from legcrm.core.spreadsheets import jobs, retention
from legcrm.core.timed import Task
from missions.digest import send_digests
from missions.retention import forget_needs
from partners.duplicate_pairs import find_pairs
from partners.models import Organisation, Person


def take_up_imports(day):
    """Do what an import was at when its process ended, here: a child would end with us."""
    taken = 0
    for run in SpreadsheetImport.objects.filter(state__in=SpreadsheetImport.WORKING).order_by("pk"):
        with override(run.user.language):
            lock = jobs.claim(run)
            if lock is not None:
                with lock:
                    jobs.work(run)
                taken += 1
    return f"{taken} interrupted imports taken up"


def clean_up_imports(day):
    emptied, removed = retention.forget_old_imports(), retention.remove_orphans()
    return f"{emptied} imports emptied, {removed} folders removed"


def delete_needs(day):
    return f"special needs of {forget_needs(day)} participants deleted"


def find_duplicates(day):
    found = [
        (model._meta.verbose_name_plural, find_pairs(model)) for model in (Organisation, Person)
    ]
    with override("en"):
        return "; ".join(
            f"{name}: {pairs.alike} pairs alike, {pairs.new} new, {pairs.gone} removed"
            for name, pairs in found
        )


TASKS = (
    Task("imports", take_up_imports),
    Task("import_cleanup", clean_up_imports),
    Task("needs", delete_needs),
    Task("duplicates", find_duplicates),
    # Last: they tell what the others found.
    Task("digests", send_digests),
)
