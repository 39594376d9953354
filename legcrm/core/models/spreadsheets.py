"""Spreadsheets that came in and went out: what was imported, what it changed, who exported what.

An import is bound to the person who uploaded the file. Its rows are read again at each step, so
that what is written is what was checked: ``legcrm.core.spreadsheets``.
"""

from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def upload_path(run, filename: str) -> str:
    """Return a random name in a folder of its own; the name people gave is ``file_name``."""
    return f"imports/{uuid4().hex}/upload"


class SpreadsheetImport(models.Model):
    """A file on its way into the CRM: uploaded, checked, applied, perhaps undone."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("columns to be assigned")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, nothing written yet")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", pgettext_lazy("import", "applied")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    # States in which a process of its own is at work, or was until it died.
    WORKING = (State.CHECKING, State.APPLYING, State.UNDOING)

    model = models.CharField(_("list"), max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="spreadsheet_imports",
    )
    file = models.FileField(_("file"), upload_to=upload_path, blank=True)
    file_name = models.CharField(_("file name"), max_length=255)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    # Why the last step ended without its result, for the person.
    problem = models.TextField(_("problem"), blank=True)

    file_format = models.CharField(_("format"), max_length=10, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=5, blank=True)
    header_row = models.PositiveIntegerField(_("header row"), default=1)
    # {column index as text: machine name of the field, "" where it is left out}
    columns = models.JSONField(default=dict)
    # {machine name: text}: the same value for all rows.
    constants = models.JSONField(default=dict)
    # {machine name: style}: how ambiguous numbers and dates of a column are meant.
    styles = models.JSONField(default=dict)
    clear_blanks = models.BooleanField(
        _("empty cells clear the value"),
        default=False,
        help_text=_("Otherwise an empty cell leaves what is known as it is."),
    )

    row_count = models.PositiveIntegerField(_("rows"), default=0)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    applied_at = models.DateTimeField(_("applied at"), null=True)
    applied_count = models.PositiveIntegerField(_("rows applied"), default=0)
    undone_at = models.DateTimeField(_("undone at"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-uploaded_at", "-pk"]
        default_permissions = ()

    def __str__(self):
        return f"{self._meta.verbose_name} {self.pk}: {self.file_name}"

    def get_absolute_url(self):
        return reverse("admin:core_spreadsheetimport_run", args=[self.pk])

    @property
    def is_working(self):
        return self.state in self.WORKING

    @property
    def reason(self):
        """What the history of each record says: at most 100 characters."""
        return f"Import {self.pk}: {self.file_name}"[:100]

    def counts(self):
        """Return ``{state of a row: number of rows}``, for the states that occur. One query."""
        states = self.rows.order_by().values_list("state").annotate(n=Count("pk"))
        return dict(states)


class ImportRow(models.Model):
    """A row of the file, as it was checked, and what became of it."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        CHANGE = "change", _("change")
        SAME = "same", _("no change")
        DUPLICATE = "duplicate", _("possible duplicate")
        ERROR = "error", _("error")
        SKIPPED = "skipped", _("left out")
        APPLIED = "applied", pgettext_lazy("import", "applied")
        REFUSED = "refused", _("changed meanwhile, not applied")

    # What "apply" writes.
    APPLICABLE = (State.NEW, State.CHANGE)

    run = models.ForeignKey(SpreadsheetImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))  # as the person counts in the file
    state = models.CharField(_("state"), max_length=10, choices=State)
    chosen = models.BooleanField(_("chosen"), default=True)
    # {machine name: cell as read}, see ``legcrm.core.spreadsheets.examining``.
    cells = models.JSONField(default=dict)
    # One entry per record that the row is about, see ``examining.Plan.as_json``.
    plans = models.JSONField(default=list)
    # [{"column", "label", "value", "message", "code", "styles"}]
    problems = models.JSONField(default=list)
    # {role: "new" | "skip" | "link:<key>"}, what the person decided on possible duplicates.
    decisions = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["number"]
        default_permissions = ()
        indexes = [models.Index(fields=["run", "state", "number"])]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="core_row_once")]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.number}"


class ImportChange(models.Model):
    """What an import wrote, in the order in which it wrote it: the journal from which it is undone.

    ``version`` is that of the row after the import (for deleted rows: before); a row that has
    another one now was touched by somebody else.
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")
        DELETED = "deleted", _("deleted")

    run = models.ForeignKey(SpreadsheetImport, on_delete=models.CASCADE, related_name="changes")
    row_number = models.PositiveIntegerField()
    model = models.CharField(max_length=100)
    object_pk = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.PositiveIntegerField()
    # {attribute: value before}, of the fields that changed, or of all where the row was deleted.
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("change by an import")
        verbose_name_plural = _("changes by an import")
        ordering = ["pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["model", "object_pk"])]

    def __str__(self):
        return f"{self.kind} {self.model} {self.object_pk}"


class ColumnMapping(models.Model):
    """The field to which a person assigned a heading the last time; the next file proposes it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    heading = models.CharField(max_length=250)  # folded
    column = models.CharField(max_length=100, blank=True)  # "" where it was left out

    class Meta:
        verbose_name = _("remembered column")
        verbose_name_plural = _("remembered columns")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "model", "heading"], name="core_column_mapping_once"
            )
        ]

    def __str__(self):
        return f"{self.heading} → {self.column}"


class ColumnSet(models.Model):
    """A choice of columns that a person saved for the export of a list."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="column_sets"
    )
    model = models.CharField(max_length=100)
    name = models.CharField(_("name of the column set"), max_length=80)
    columns = models.JSONField(default=list)  # machine names, in their order

    class Meta:
        verbose_name = _("column set")
        verbose_name_plural = _("column sets")
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "model", "name"], name="core_column_set_once")
        ]

    def __str__(self):
        return self.name


class ExportLog(models.Model):
    """Who took which list out of the house. Written by the export, read by administrators."""

    at = models.DateTimeField(_("exported at"), default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,  # from the command line, with no name given
    )
    model = models.CharField(_("list"), max_length=100)
    filters = models.TextField(_("filters"), blank=True)
    file_format = models.CharField(_("format"), max_length=20)
    rows = models.PositiveIntegerField(_("rows"))

    class Meta:
        verbose_name = _("export log entry")
        verbose_name_plural = _("export log")
        ordering = ["-at"]

    def __str__(self):
        return f"{self.model} · {self.rows}"
