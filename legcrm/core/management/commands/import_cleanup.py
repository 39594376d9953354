"""Deletes what was uploaded for imports and is no longer needed, for a timer."""

from django.core.management.base import BaseCommand

from legcrm.core.spreadsheets import retention


class Command(BaseCommand):
    help = (
        "Deletes the files and rows of imports after IMPORT_RETENTION_DAYS days, and files that "
        "belong to no import. The log of imports stays."
    )

    def handle(self, **options):
        imports, folders = retention.forget_old_imports(), retention.remove_orphans()
        self.stdout.write(f"Emptied imports: {imports}. Removed folders: {folders}.")
