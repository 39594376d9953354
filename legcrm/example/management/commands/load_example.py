"""manage.py load_example: the delegation trip of April 2023, and invented data around it."""

from collections import Counter

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from legcrm.core.history import acting_as
from legcrm.example import facts, invented, staff
from legcrm.example.loading import Loader
from missions.radar import find_leads


class Command(BaseCommand):
    help = (
        "Load the example data: what is publicly known of the delegation trip to Central Asia, "
        "and invented data around it. Running it again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--facts-only",
            action="store_true",
            help="load only what the sources say: nothing invented, no example logins",
        )

    @transaction.atomic
    def handle(self, *, facts_only, **options):
        author = staff.load_author()
        with acting_as(author):
            loaders = {"facts": Loader(author, facts.ARTICLE)}
            known = facts.load(loaders["facts"])
            if not facts_only:
                loaders["invented"] = Loader(author, invented.SOURCE)
                invented.load(loaders["invented"], known, staff.load_logins())
        find_leads(timezone.localdate())
        for part, loader in loaders.items():
            self._summarise(part, loader.created)
        if not facts_only:
            self._show_logins()

    def _summarise(self, part: str, created: Counter):
        if not created:
            self.stdout.write(f"Example data ({part}): all there already, nothing changed.")
            return
        names = ", ".join(
            f"{count} {model._meta.object_name}" for model, count in created.most_common()
        )
        self.stdout.write(f"Example data ({part}): added {names}.")

    def _show_logins(self):
        if not settings.DEBUG:
            self.stdout.write(
                "The example logins have no password, because DEBUG is off: set one with "
                "manage.py changepassword."
            )
            return
        self.stdout.write(f"\n{'login':<16}{'password':<25}role")
        for username, _first, _last, role in staff.LOGINS:
            self.stdout.write(f"{username:<16}{staff.PASSWORD:<25}{role}")
