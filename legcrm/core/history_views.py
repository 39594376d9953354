"""The history page of a record, and putting it back to an earlier state.

An entry belongs to the record itself or to one of its parts (``TrackedModel.parts``); entries of
the same person within the same save stand together. What one import wrote bears one moment
(``legcrm.core.bulk``), and so stands together too, however long the import took.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .models import StaleRecord, TrackedModel

PAGE_SIZE = 25
# Entries of one save are written within moments of each other.
_SAME_SAVE = timedelta(seconds=2)


@dataclass
class Change:
    label: str
    old: str
    new: str


@dataclass
class Entry:
    """One history row of the record or of a part."""

    row: models.Model
    kind: str  # "+", "~" or "-"
    title: str  # empty for the record itself
    changes: list[Change] = field(default_factory=list)


@dataclass
class Save:
    """What one person did at one moment."""

    at: object
    user: object
    reason: str
    entries: list[Entry]
    revert_id: int | None = None


def part_models(model):
    """Return ``(part model, name of its foreign key)`` for each part of ``model``."""
    for accessor in model.parts:
        relation = next(r for r in model._meta.related_objects if r.get_accessor_name() == accessor)
        yield relation.related_model, relation.field.name


def shown_fields(model, user):
    """Return the fields whose changes ``user`` may see."""
    hidden = model.hidden_fields(user)
    return [
        f
        for f in model._meta.concrete_fields
        if f.name not in hidden | model.BOOKKEEPING and not f.primary_key
    ]


def _text(field, value, labels):
    if value in (None, ""):
        return "—"
    if field.is_relation:
        return labels.get((field.related_model, value)) or _("deleted record %s") % value
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if hasattr(value, "name") and hasattr(value, "code"):  # a country
        return str(value.name)
    if isinstance(field, models.DateField):
        if isinstance(field, models.DateTimeField):
            local = timezone.localtime(value)
            # With its zone: an appointment abroad is shown in another one on its own page.
            return f"{date_format(local, 'SHORT_DATETIME_FORMAT')} {local.tzname()}"
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(value)


def _rows(model, pk, user):
    """Return all history rows of the record and its parts, newest first."""
    rows = list(model.history.filter(id=pk).select_related("history_user"))
    for part, key in part_models(model):
        if not part.may_be_seen_by(user):
            continue
        rows += part.history.filter(**{f"{key}_id": pk}).select_related("history_user")
    rows.sort(key=lambda row: (row.history_date, row.history_id), reverse=True)
    return rows


def _labels(rows):
    """Return ``{(model, pk): text}`` for every record that the rows refer to, a query a model."""
    wanted = {}
    for row in rows:
        for f in row.instance_type._meta.concrete_fields:
            if f.is_relation and (value := getattr(row, f.attname, None)) is not None:
                wanted.setdefault(f.related_model, set()).add(value)
    labels = {}
    for model, keys in wanted.items():
        manager = model._base_manager
        related = [
            f.name
            for f in model._meta.fields
            if f.is_relation and not f.null and issubclass(f.related_model, TrackedModel)
        ] if issubclass(model, TrackedModel) else []  # fmt: skip
        for record in manager.filter(pk__in=keys).select_related(*related):
            labels[model, record.pk] = str(record)
    return labels


def saves(model, pk, user):
    """Return the history of the record as a list of ``Save``, newest first."""
    rows = _rows(model, pk, user)
    labels = _labels(rows)
    earlier = {}
    entries = []
    for row in reversed(rows):
        part = row.instance_type
        before = earlier.get((part, row.id))
        earlier[part, row.id] = row
        own = part._meta.concrete_model is model._meta.concrete_model
        title = "" if own else capfirst(str(part._meta.verbose_name))
        entry = Entry(row, row.history_type, title)
        fields = shown_fields(part, user)
        if not own:
            fields = [f for f in fields if f.related_model is not model._meta.concrete_model]
        for f in fields:
            new = getattr(row, f.attname)
            old = getattr(before, f.attname) if before is not None else None
            if row.history_type == "-":
                old, new = new, None
            old, new = _text(f, old, labels), _text(f, new, labels)
            if old != new:
                entry.changes.append(Change(capfirst(str(f.verbose_name)), old, new))
        if entry.changes or entry.kind != "~":
            entries.append(entry)
    return _grouped(reversed(entries))


def _grouped(entries):
    grouped = []
    for entry in entries:
        row = entry.row
        reason = row.history_change_reason or ""
        last = grouped[-1] if grouped else None
        if (
            last is not None
            and last.user == row.history_user
            and last.at - row.history_date < _SAME_SAVE
            and (not last.reason or not reason or last.reason == reason)
            and not (not entry.title and last.revert_id is not None)
        ):
            last.entries.append(entry)
        else:
            last = Save(row.history_date, row.history_user, reason, [entry])
            grouped.append(last)
        last.reason = last.reason or reason
        if not entry.title and last.revert_id is None and entry.kind != "-":
            last.revert_id = row.history_id
    for save in grouped:  # the record before its parts, and what was done first, first
        save.entries.sort(key=lambda entry: (bool(entry.title), entry.row.history_id))
    return grouped


def timeline(admin, request, pk, extra_context=None):
    """The history page. A deleted record has one too, as long as its history is kept."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    try:
        pk = int(pk)
    except ValueError as error:
        raise Http404 from error
    record = admin.get_queryset(request).filter(pk=pk).first()
    found = saves(admin.model, pk, request.user)
    if record is None and not (found and admin.model.history.filter(id=pk, history_type="-")):
        raise Http404
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("p"))
    may_revert = record is not None and admin.has_change_permission(request, record)
    opts = admin.opts
    newest = next((save.revert_id for save in found if save.revert_id), None)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("History: %s") % (record or _("deleted record")),
        "opts": opts,
        "original": record,
        "object": record,
        "page": page,
        "may_revert": may_revert,
        "newest": newest,
        "revert_url": f"{admin.admin_site.name}:{opts.app_label}_{opts.model_name}_revert",
        "object_pk": pk,
        **(extra_context or {}),
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, "admin/record_history.html", context)


def revert(admin, request, pk, history_id):
    """Ask, then put the record and its parts back to the state of one history entry."""
    record = admin.get_object(request, pk)
    if record is None:
        raise Http404
    if not admin.has_change_permission(request, record):
        raise PermissionDenied
    entry = admin.model.history.filter(id=record.pk, history_id=history_id).first()
    if entry is None or entry.history_type == "-":
        raise Http404
    if request.method == "POST":
        try:
            put_back(record, entry)
        except (ValidationError, IntegrityError, StaleRecord) as error:
            messages.error(
                request,
                _("The earlier state can't be restored: %s")
                % " ".join(getattr(error, "messages", [str(error)])),
            )
        else:
            messages.success(request, _("“%s” is back in its earlier state.") % record)
        return HttpResponseRedirect(admin.change_url(record.pk))
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Put back to an earlier state"),
        "opts": admin.opts,
        "original": record,
        "entry": entry,
        "changes": _differences(record, entry, request.user),
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, "admin/record_revert.html", context)


def _differences(record, entry, user):
    """Return what putting back would change, as a list of ``Change`` (old is now, new is then)."""
    model = type(record)
    labels = _labels([entry, model.history.filter(id=record.pk).latest()])
    found = []
    for f in shown_fields(model, user):
        now, then = _text(f, getattr(record, f.attname), labels), _text(
            f, getattr(entry, f.attname), labels
        )  # fmt: skip
        if now != then:
            found.append(Change(capfirst(str(f.verbose_name)), now, then))
    for part, key in part_models(model):
        if not part.may_be_seen_by(user):
            continue
        now = {row.pk: str(row) for row in part._base_manager.filter(**{key: record})}
        then = {row.pk: str(row) for row in _part_states(part, key, record, entry)}
        for pk in now.keys() | then.keys():
            old, new = now.get(pk, "—"), then.get(pk, "—")
            if old != new:
                found.append(Change(capfirst(str(part._meta.verbose_name)), old, new))
    return found


def _part_states(part, key, record, entry):
    """Return the parts of ``record`` as they were once the save of ``entry`` was complete."""
    moment = entry.history_date + _SAME_SAVE
    following = (
        type(record)
        .history.filter(id=record.pk, history_date__gt=entry.history_date)
        .order_by("history_date")
        .first()
    )
    if following is not None and following.history_date <= moment:
        moment = following.history_date - timedelta(microseconds=1)
    newest = {}
    for row in part.history.filter(**{f"{key}_id": record.pk}, history_date__lte=moment).order_by(
        "history_date", "history_id"
    ):
        newest[row.id] = row
    return [row.instance for row in newest.values() if row.history_type != "-"]


def put_back(record, entry) -> None:
    """Give ``record`` the values and the parts that it had at ``entry``, as one new change.

    Raises ValidationError where a rule no longer allows the earlier state; nothing is then changed.
    """
    kept = record.BOOKKEEPING | {"archived_at", "archived_by", "archived_reason"}
    with transaction.atomic():
        type(record)._base_manager.select_for_update().get(pk=record.pk)
        for f in record._meta.concrete_fields:
            if f.name not in kept and not f.primary_key:
                setattr(record, f.attname, getattr(entry, f.attname))
        record._change_reason = _("put back to an earlier state")[:100]
        record.full_clean()
        version = record.version
        record.save()
        parts_changed = False
        for part, key in part_models(type(record)):
            parts_changed |= _put_back_parts(part, key, record, entry)
        if parts_changed and record.version == version:
            record.touch()


def _put_back_parts(part, key, record, entry) -> bool:
    names = [
        f.attname for f in part._meta.concrete_fields
        if f.name not in part.BOOKKEEPING and not f.primary_key
    ]  # fmt: skip

    def values(row):
        return tuple(getattr(row, name) for name in names)

    then = {row.pk: row for row in _part_states(part, key, record, entry)}
    now = {row.pk: row for row in part._base_manager.filter(**{key: record})}
    # A row that was deleted and entered again has another key: it is the same to people.
    again = {values(row): pk for pk, row in now.items() if pk not in then}
    then = {again.get(values(row), pk) if pk not in now else pk: row for pk, row in then.items()}
    changed = False
    for pk, state in then.items():
        row = now.get(pk) or part(**{key: record})
        for name in names:
            setattr(row, name, getattr(state, name))
        if row._state.adding or row.changed_fields():
            row.full_clean()
            row.save()
            changed = True
    # Last, because a record may need at least one of these parts.
    for pk in now.keys() - then.keys():
        now[pk].delete()
        changed = True
    return changed
