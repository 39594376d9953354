"""The floor of every model: who and when, history, version, archive, search text.

``TrackedModel`` is any row that people write; ``Record`` is one that has a page of its own and is
archived rather than deleted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..folding import fold
from ..history import DERIVED_FIELDS, History, current_user
from ..rows import chunks, update_rows

# Fields whose values are texts, or compare like them.
_KEPT_AS_HELD = (models.CharField, models.TextField)
_UNREAD = object()


@cache
def _by_attname(model):
    return [(field.attname, field) for field in model._meta.concrete_fields]


class UntrackedWrite(TypeError):
    """A write that would leave no history entry."""


class StaleRecord(Exception):
    """The row was changed or deleted by someone else since it was read."""

    def __init__(self, record):
        self.record = record
        super().__init__(f"{record._meta.label} {record.pk} was changed or deleted meanwhile")


class Saved(NamedTuple):
    """A record that has just been written: was it new, which fields changed, what they held."""

    record: models.Model
    added: bool
    changed: set[str]
    before: Mapping[str, Any] = MappingProxyType({})


class TrackedQuerySet(models.QuerySet):
    """Rows under the rules of the house: seen by permission, written with history."""

    def for_user(self, user):
        """Return what ``user`` may see; the one place that lists, forms, search and exports ask."""
        opts = self.model._meta.concrete_model._meta
        if user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
            return self
        return self.none()

    def _refuse(self, method):
        raise UntrackedWrite(
            f"{self.model.__name__}.objects.{method}() writes no history: save each record, write "
            f"many with legcrm.core.bulk, or use {self.model.__name__}._base_manager for a field "
            "that has no history."
        )

    def update(self, **kwargs):
        self._refuse("update")

    def bulk_create(self, *args, **kwargs):
        self._refuse("bulk_create")

    def bulk_update(self, *args, **kwargs):
        self._refuse("bulk_update")

    def delete(self):
        found_by = self.model._records_found_by(self)
        deleted = super().delete()
        _refresh(found_by)
        return deleted

    delete.alters_data = True
    delete.queryset_only = True

    update.alters_data = bulk_create.alters_data = bulk_update.alters_data = True


class TrackedModel(models.Model):
    """A row with author, dates, version and history.

    ``version`` counts the saves. A save writes only over the version it has read, else it raises
    ``StaleRecord``; a save that changes nothing writes nothing.
    """

    created_at = models.DateTimeField(_("created at"), editable=False, default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("updated at"), editable=False, default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("updated by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = TrackedQuerySet.as_manager()
    history = History()

    # Fields that need a permission to be seen: {field name: permission}.
    protected_fields: dict[str, str] = {}
    # The permission without which rows of this model are not shown at all.
    view_permission: str | None = None
    # Children that are part of this record: (related accessor, …); its history page shows and
    # restores them too.
    parts: tuple[str, ...] = ()
    # Whether ``legcrm.core.bulk`` may write many at once: nothing of what a save does or forbids
    # is lost then. What a save brings about stands in ``after_saving``, what one row forbids
    # another in ``check_together``; no ``save`` of its own.
    written_together = False

    class Meta:
        abstract = True

    # The version over which the save under way may write.
    _expected_version = None

    BOOKKEEPING = frozenset(
        {"created_at", "created_by", "updated_at", "updated_by", "version", *DERIVED_FIELDS}
    )

    def save(self, *args, **kwargs):
        adding = self._state.adding
        update_fields = kwargs.get("update_fields")
        changed = set() if adding else self.changed_fields()
        if not adding and not changed:
            return
        before = self.values_read(changed)
        self.check_rules()
        user = current_user()
        if adding:
            self.created_by = self.created_by or user
            self.updated_by = self.updated_by or user
        else:
            self.updated_at = timezone.now()
            self.updated_by = user
            self._expected_version = self.version
            self.version += 1
            if update_fields is not None:
                kwargs["update_fields"] = {*update_fields, "updated_at", "updated_by", "version"}
        try:
            super().save(*args, **kwargs)
        except BaseException:
            if not adding:
                self.version = self._expected_version
            raise
        finally:
            self._expected_version = None
        self._remember()
        self.after_saving([Saved(self, adding, changed, before)])

    @classmethod
    def check_together(cls, records: Collection) -> None:
        """Raise ValidationError where a rule forbids one of ``records``, about to be written.

        What is true of one record is asked by its ``check_rules()``; a model whose rows forbid
        each other something looks here at those that are written together too.
        """
        for record in records:
            record.check_rules()

    @classmethod
    def after_saving(cls, saved: Collection[Saved]) -> None:
        """Do what else a save brings about, for one record or at most 500, in few queries.

        Here: the records that are found by a name just changed are found by the new one.
        """
        for searched, path, names in naming(cls._meta.concrete_model):
            renamed = [one.record.pk for one in saved if not one.added and one.changed & names]
            if renamed:
                rows = searched._base_manager.filter(**{f"{path}__in": renamed})
                searched.refresh_search_texts(rows.order_by().values_list("pk", flat=True))

    @classmethod
    def _records_found_by(cls, rows):
        """Return ``[(model, keys)]`` of the records found by ``rows``, about to be deleted."""
        return []

    @classmethod
    def hidden_fields(cls, user):
        """Return the names of the fields that ``user`` may not see."""
        return {name for name, perm in cls.protected_fields.items() if not user.has_perm(perm)}

    @classmethod
    def may_be_seen_by(cls, user):
        """Whether ``user`` may see rows of this model where they are part of a record."""
        return cls.view_permission is None or user.has_perm(cls.view_permission)

    @classmethod
    def from_db(cls, db, field_names, values):
        record = super().from_db(db, field_names, values)
        record._read = dict(zip(field_names, values, strict=False))
        return record

    def refresh_from_db(self, *args, **kwargs):
        super().refresh_from_db(*args, **kwargs)
        self._remember()

    def _remember(self):
        held = self.__dict__
        self._read = {
            # A file is changed in place, and a date may have been given as text; texts are kept
            # as they are, because a phone number takes long to bring into its stored form.
            name: held[name]
            if isinstance(field, _KEPT_AS_HELD)
            else field.get_prep_value(getattr(self, name))
            for name, field in _by_attname(type(self))
            if name in held
        }

    def changed_fields(self, besides=frozenset()):
        """Return the names of the fields whose value differs from what was read.

        Those of ``besides`` are not looked at.
        """
        read, held = getattr(self, "_read", {}), self.__dict__
        return {
            field.name
            for name, field in _by_attname(type(self))
            if held.get(name) is not read.get(name, _UNREAD)
            and field.name not in self.BOOKKEEPING
            and field.name not in besides
            and self._differs(field)
        }

    def values_read(self, names: Iterable[str]) -> dict[str, Any]:
        """Return what was read of the fields ``names``; of a foreign key its value."""
        read = getattr(self, "_read", {})
        return {name: read.get(self._meta.get_field(name).attname) for name in names}

    def has_changed(self, *names):
        """Whether one of the fields ``names`` is among ``changed_fields()``."""
        return any(self._differs(self._meta.get_field(name)) for name in names)

    def _differs(self, field):
        name, held, read = field.attname, self.__dict__, getattr(self, "_read", {})
        if name not in held:  # deferred
            return False
        if name not in read:
            return True
        if held[name] is read[name] or (type(held[name]) is str and held[name] == read[name]):
            return False
        return field.get_prep_value(getattr(self, name)) != field.get_prep_value(read[name])

    def derive(self):
        """Set the fields that follow from others of the record (``DERIVED_FIELDS``); no query."""

    def check_rules(self):
        """Raise ValidationError for a rule that no database constraint can state.

        Derives what follows from other fields too. Called by ``clean()`` and by ``save()``, so
        that forms, imports and the shell meet it.
        """
        self.derive()

    def clean(self):
        super().clean()
        self.check_rules()

    def _do_update(self, base_qs, using, pk_val, values, update_fields, forced_update):
        # Django would insert the row anew where the UPDATE finds none: a deleted record would
        # come back, and a stale one would overwrite.
        if self._expected_version is None:
            return super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update)
        base_qs = base_qs.filter(version=self._expected_version)
        if not super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update):
            raise StaleRecord(self)
        return True

    def touch(self):
        """Count a change of one of the record's parts: a new version, no history entry."""
        manager = type(self)._base_manager
        manager.filter(pk=self.pk).update(
            version=F("version") + 1, updated_at=timezone.now(), updated_by=current_user()
        )
        self.refresh_from_db(fields=["version", "updated_at", "updated_by"])


class RecordQuerySet(TrackedQuerySet):
    def active(self):
        return self.filter(archived_at__isnull=True)

    def archived(self):
        return self.filter(archived_at__isnull=False)


class Record(TrackedModel):
    """A row with a page of its own. It is archived with a reason, and can be restored."""

    source = models.CharField(
        _("source"),
        max_length=500,
        blank=True,
        help_text=_("Where this is known from, for example a document or an address on the web."),
    )
    archived_at = models.DateTimeField(_("archived at"), null=True, editable=False)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("archived by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    archived_reason = models.CharField(
        _("reason for archiving"), max_length=300, blank=True, editable=False
    )

    objects = RecordQuerySet.as_manager()

    class Meta(TrackedModel.Meta):
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "export", "import")
        constraints = [
            models.CheckConstraint(
                condition=Q(archived_at__isnull=True) | Q(archived_reason__gt=""),
                name="%(app_label)s_%(class)s_archived_with_reason",
                violation_error_message=_("Say why the record is archived."),
            ),
        ]

    def check_rules(self):
        super().check_rules()
        was_archived = getattr(self, "_read", {}).get("archived_at") is not None
        if was_archived and self.archived_at is not None:
            raise ValidationError(
                _("“%(record)s” is archived and read-only. Restore it first."),
                code="archived",
                params={"record": self},
            )

    @property
    def is_archived(self):
        return self.archived_at is not None

    def archive(self, reason):
        """Hide the record from lists and make it read-only; ``reason`` must not be empty."""
        if not reason.strip():
            raise ValidationError(_("Say why the record is archived."), code="reason")
        self.archived_at = timezone.now()
        self.archived_by = current_user()
        self.archived_reason = reason.strip()
        self._change_reason = reason.strip()[:100]
        self.save()

    def restore(self):
        """Take the record out of the archive.

        Raises ValidationError where a record entered meanwhile stands in its place.
        """
        self.archived_at = self.archived_by = None
        self.archived_reason = ""
        self.validate_constraints()
        self.save()


class SearchableModel(models.Model):
    """A record found by its folded search text (``legcrm.core.folding``)."""

    search_text = models.TextField(editable=False, blank=True, default="")

    # Texts of other rows by which the record is found too, as lookups from this model. Those by a
    # foreign key of its own ("home__name") are given by ``search_terms``; they stand here so that a
    # change of the name is noticed.
    search_children: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self.search_text = self.build_search_text()
        update_fields = kwargs.get("update_fields")
        if update_fields is not None:
            kwargs["update_fields"] = {*update_fields, "search_text"}
        super().save(*args, **kwargs)

    def search_terms(self):
        """Return the strings of its own by which all who may see the record may find it."""
        raise NotImplementedError

    @classmethod
    def children_terms(cls, keys: Collection[int]) -> dict[int, list[str]]:
        """Return what other rows add to the search text: {key of the record: strings}.

        One query for each kind of row.
        """
        kinds, own_keys = defaultdict(list), cls._own_keys()
        for path in cls.search_children:
            relation = path.partition("__")[0]
            if relation not in own_keys:
                kinds[relation].append(path)
        found = defaultdict(list)
        for paths in kinds.values():
            rows = cls._meta.concrete_model._base_manager.filter(pk__in=keys)
            # In one order, so that the same rows always make the same text.
            for key, *values in rows.order_by("pk", *paths).values_list("pk", *paths):
                found[key] += values
        return found

    def build_search_text(self, children: Iterable[str] | None = None):
        """Return the search text: " werk gera ", each folded word between single blanks.

        So " we" is the beginning of a word and " werk " a whole one. The words of the record's own
        terms come first; without any word the text is empty. ``children`` is what
        ``children_terms`` found for the record.
        """
        if children is None:
            children = self.children_terms([self.pk])[self.pk] if self.pk else ()
        terms = dict.fromkeys((*self.search_terms(), *children))
        words = fold(" ".join(str(term) for term in terms if term))
        return f" {words} " if words else ""

    @classmethod
    def refresh_search_texts(cls, keys: Iterable[int]) -> None:
        """Bring search texts in line after a change of other rows; few queries for 500 records."""
        model = cls._meta.concrete_model
        for some in chunks(sorted(set(keys))):
            children = model.children_terms(some)
            stale = [
                (text, record.pk)
                for record in model.with_names().filter(pk__in=some)
                if (text := record.build_search_text(children[record.pk])) != record.search_text
            ]
            if stale:
                update_rows(model, ["search_text"], stale, match=["id"])

    @classmethod
    def with_names(cls) -> models.QuerySet:
        """Return all records, in no order, with what ``search_terms`` reads of other rows."""
        # In any other order SQLite would walk a whole table for a few keys; and no field at all
        # would mean each foreign key.
        return cls._base_manager.order_by().select_related(*cls._own_keys() or [None])

    @classmethod
    def _own_keys(cls):
        """Return the foreign keys of this model among ``search_children``."""
        relations = dict.fromkeys(path.partition("__")[0] for path in cls.search_children)
        return [name for name in relations if cls._meta.get_field(name).many_to_one]


@cache
def naming(model: type[models.Model]) -> list[tuple[type[SearchableModel], str, frozenset[str]]]:
    """Return which records are found by names that rows of ``model`` bear.

    As ``(model of the records, lookup from there to the row, names of the fields)``. Parts of the
    record are left out: those see to it themselves (``SearchedPart``).
    """
    found = defaultdict(set)
    for searched in apps.get_models():
        if not issubclass(searched, SearchableModel) or searched._meta.proxy:
            continue
        for path in searched.search_children:
            relations, _sep, name = path.rpartition("__")
            if _model_at(searched, relations) is model and not _is_part(searched, relations):
                found[searched, relations].add(name)
    return [(searched, path, frozenset(names)) for (searched, path), names in found.items()]


def _model_at(model, path):
    for relation in path.split("__"):
        model = model._meta.get_field(relation).related_model
    return model._meta.concrete_model


def _is_part(model, path):
    """Whether rows at ``path`` are a ``SearchedPart`` of ``model``: one relation away, many."""
    return "__" not in path and model._meta.get_field(path).one_to_many


def _refresh(found_by):
    for model, keys in found_by:
        model.refresh_search_texts(keys)


class SearchedPart(TrackedModel):
    """A child row whose text is part of what its record is found by."""

    # The name of the foreign key to that record, a ``SearchableModel``.
    found_by = ""

    class Meta(TrackedModel.Meta):
        abstract = True

    @classmethod
    def after_saving(cls, saved):
        super().after_saving(saved)
        key = cls._meta.get_field(cls.found_by)
        keys = {getattr(one.record, key.attname) for one in saved}
        # One that has moved leaves a record behind.
        keys |= {before for one in saved if (before := one.before.get(cls.found_by)) is not None}
        key.related_model.refresh_search_texts(keys)

    def delete(self, *args, **kwargs):
        found_by = self._records_found_by([self])
        result = super().delete(*args, **kwargs)
        _refresh(found_by)
        return result

    @classmethod
    def _records_found_by(cls, rows):
        key = cls._meta.get_field(cls.found_by)
        if isinstance(rows, models.QuerySet):
            keys = list(rows.values_list(key.attname, flat=True))
        else:
            keys = [getattr(row, key.attname) for row in rows]
        return [(key.related_model, keys)]
