"""Exports a list from the command line, by the engine of the export page."""

import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import FieldError, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from legcrm.core.management.progress_bar import Bar
from legcrm.core.resources import BY_LABEL, resource_for
from legcrm.core.spreadsheets import exporting
from legcrm.core.spreadsheets.writing import FORMATS


class Command(BaseCommand):
    help = "Write a list into a file: .xlsx, .ods or .csv."

    def add_arguments(self, parser):
        parser.add_argument("list", help="the list, for example partners.organisation")
        parser.add_argument("file", type=Path, help="the file to write; its ending says the format")
        parser.add_argument("--columns", help="names of columns, separated by commas; else all")
        parser.add_argument(
            "--format",
            choices=FORMATS,
            help="the format, where the ending of the file does not say it",
        )
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="only records with this value, for example country=KZ; may be given several times",
        )
        parser.add_argument("--archived", action="store_true", help="archived records too")
        parser.add_argument(
            "--user",
            help="user name of the person who exports: their rights hold, and the log names them. "
            "Without one everything is exported, and the log names nobody.",
        )

    def handle(self, *args, **options):
        with translation.override(settings.LANGUAGE_CODE):
            count = self.export(options)
        if options["verbosity"]:
            self.stdout.write(f"{count} rows in {options['file']}")

    def export(self, options):
        label = options["list"].lower()
        if label not in BY_LABEL:
            raise CommandError(f"There is no list {label}. Lists: {', '.join(sorted(BY_LABEL))}")
        file_format = self.file_format(options["file"], options["format"])
        user = self.user(options["user"], BY_LABEL[label]._meta.model)
        resource = resource_for(label, user)
        names = self.columns(options["columns"], resource)
        queryset = self.queryset(resource, user, options)
        count = queryset.count()
        bar = Bar(self.stderr, count)
        try:
            file = exporting.export(
                queryset, resource, names, file_format, count=count, progress=bar.show
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        finally:
            bar.clear()
        filters = " · ".join(options["filter"])
        exporting.log(user, resource._meta.model, filters, file_format, count)
        with file, options["file"].open("wb") as target:
            shutil.copyfileobj(file, target)
        return count

    def file_format(self, path, key):
        if key:
            return FORMATS[key]
        for file_format in FORMATS.values():
            if path.suffix.lower() == file_format.suffix:
                return file_format
        raise CommandError(f"{path} ends with none of .xlsx, .ods and .csv: say the --format.")

    def user(self, name, model):
        if name is None:
            return None
        user = get_user_model().objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"No active user is called {name}.")
        opts = model._meta.concrete_model._meta
        if not user.has_perm(f"{opts.app_label}.{get_permission_codename('export', opts)}"):
            raise CommandError(f"{name} may not export this list.")
        return user

    def columns(self, names, resource):
        known = resource.columns()
        if not names:
            return list(known)
        names = [name.strip() for name in names.split(",")]
        for name in names:
            if name not in known:
                raise CommandError(f"There is no column {name}. Columns: {', '.join(known)}")
        return names

    def queryset(self, resource, user, options):
        queryset = resource._meta.model.objects.order_by("pk")
        if user is not None:
            queryset = queryset.for_user(user)
        if not options["archived"]:
            queryset = queryset.active()
        for condition in options["filter"]:
            field, equals, value = condition.partition("=")
            if not equals:
                raise CommandError(f"{condition} is no filter: write FIELD=VALUE.")
            if user is not None and not resource.may_read(field):
                raise CommandError(f"{user} may not filter by {field}.")
            try:
                queryset = queryset.filter(**{field: value})
            except (FieldError, ValueError, ValidationError) as error:
                raise CommandError(f"{condition} is no filter of this list: {error}") from error
        return queryset
