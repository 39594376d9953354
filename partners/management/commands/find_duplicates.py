from django.core.management.base import BaseCommand
from django.utils.text import capfirst

from ...duplicate_pairs import find_pairs
from ...models import Organisation, Person

MODELS = {"organisation": Organisation, "person": Person}


class Command(BaseCommand):
    help = "Finds pairs of records that look alike, for the review list of possible duplicates."

    def add_arguments(self, parser):
        parser.add_argument("--model", choices=MODELS, help="Only this list; else both.")

    def handle(self, *args, model=None, **options):
        for each in [MODELS[model]] if model else MODELS.values():
            outcome = find_pairs(each)
            self.stdout.write(
                f"{capfirst(each._meta.verbose_name_plural)}: {outcome.alike} pairs look alike, "
                f"{outcome.new} of them new; {outcome.gone} removed."
            )
            if outcome.cut:
                self.stdout.write(
                    f"{outcome.cut} names, domains or numbers are shared by so many records that "
                    "they say little: not all of those were compared."
                )
