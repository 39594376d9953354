"""Brings search texts and comparison keys in line, after an upgrade or a change past the models."""

import sys

from django.core.management.base import BaseCommand, CommandError

from legcrm.core.rebuilding import rebuild, searched_models


class Command(BaseCommand):
    help = (
        "Brings the search texts and comparison keys of all records in line. To be run after an "
        "upgrade, and after rows were changed past the program. People can go on working."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "models", nargs="*", help="Only these, for example partners.Person; else all."
        )
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; exit with 1 if rows differ."
        )

    def handle(self, *args, models, check, **options):
        known = {model._meta.label_lower: model for model in searched_models()}
        if unknown := [name for name in models if name.lower() not in known]:
            labels = ", ".join(sorted(model._meta.label for model in known.values()))
            raise CommandError(f"Not a model with search texts: {unknown[0]}. Choose of: {labels}.")
        differ = 0
        for name in [name.lower() for name in models] or known:
            rows, stale = rebuild(known[name], write=not check)
            outcome = "differ" if check else "brought in line"
            self.stdout.write(f"{known[name]._meta.label}: {stale} of {rows} rows {outcome}.")
            differ += stale
        if check and differ:
            self.stdout.write("Run: manage.py rebuild_search")
            sys.exit(1)
