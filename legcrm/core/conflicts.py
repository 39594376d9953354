"""The conflict page of the admin: what the other person saved beside what this one typed.

Uses the forms of the ModelAdmin, so that it shows just the fields, rows and labels of the form.
See ``locking`` for the parts that know nothing of the admin.
"""

from django.contrib.admin.utils import unquote
from django.forms.formsets import DELETION_FIELD_NAME
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .locking import (
    CHOICE,
    RESUME,
    TOKENS,
    RowDifferences,
    differences,
    hidden_inputs,
    is_stale,
    post_data,
    read_tokens,
    rebuild_rows,
    tokens,
    typed_values,
)


class Conflict(Exception):
    """Carries the conflict page out of the transaction, which is thereby rolled back."""

    def __init__(self, response):
        self.response = response


def _formsets(admin, request, record, data=None):
    """Return the inline formsets of the form, bound to ``data`` or as they are in the database."""
    formsets = []
    for formset_class, inline in admin.get_formsets_with_inlines(request, record):
        prefix = formset_class.get_default_prefix()
        arguments = {
            "instance": record,
            "prefix": prefix,
            "queryset": inline.get_queryset(request),
        }
        if data is not None:
            arguments["data"] = data
        formsets.append(formset_class(**arguments))
    return formsets


def _rows_now(admin, request, record):
    return {
        formset.prefix: {
            str(row.pk): row.version for row in formset.queryset if hasattr(row, "version")
        }
        for formset in _formsets(admin, request, record)
    }


def stale(admin, request, record) -> bool:
    """Whether the posted form is older than ``record`` or one of its inline rows."""
    return is_stale(read_tokens(request.POST), record, _rows_now(admin, request, record))


def _last_change(model, pk, kind=None):
    entries = model.history.filter(id=pk).select_related("history_user")
    if kind:
        entries = entries.filter(history_type=kind)
    return entries.order_by("-history_date", "-history_id").first()


def _as_typed(admin, request, record, anew):
    """Return the form and formsets bound to what was typed, never saved."""
    form_class = admin.get_form(request, record, change=not anew)
    form = form_class(request.POST, instance=record)
    return form, _formsets(admin, request, record or admin.model(), request.POST)


def page(admin, request, object_id, record):
    """Return the page (status 409), or None where the record never existed."""
    if record is None:
        try:
            deleted = _last_change(admin.model, int(unquote(object_id)), "-")
        except ValueError:
            deleted = None
        if deleted is None:
            return None
        return _deleted_page(admin, request, deleted)
    found = read_tokens(request.POST)
    base = admin.model.history.filter(id=record.pk, version=found["record"]).first()
    rows = [_record_differences(admin, request, record, base)]
    rows += _inline_differences(admin, request, record, found)
    fresh = type(record)._base_manager.get(pk=record.pk)
    context = {
        **_context(admin, request, record),
        "title": _("Somebody else has saved meanwhile"),
        "last_change": _last_change(admin.model, record.pk),
        "changed_by": record.updated_by,
        "changed_at": record.updated_at,
        "rows": [row for row in rows if row.differences or row.deleted_choice],
        "archived": record.is_archived,
        "versions": tokens(fresh, _formsets(admin, request, fresh)),
        "action": request.get_full_path(),
        "files": bool(request.FILES),
    }
    return _response(admin, request, context)


def _deleted_page(admin, request, entry):
    form, formsets = _as_typed(admin, request, None, anew=True)
    typed = [RowDifferences(capfirst(str(admin.opts.verbose_name)), typed=typed_values(form))]
    for formset in formsets:
        typed += [
            RowDifferences(capfirst(str(formset.model._meta.verbose_name)), typed=typed_values(row))
            for row in formset.forms
            if typed_values(row)
        ]
    data = request.POST.copy()
    for formset in formsets:
        initial = set(range(int(data.get(f"{formset.prefix}-INITIAL_FORMS") or 0)))
        rebuild_rows(data, formset.prefix, set(), initial)
        for index in range(int(data[f"{formset.prefix}-TOTAL_FORMS"])):
            data[f"{formset.prefix}-{index}-{formset.fk.name}"] = ""  # the parent that is gone
    context = {
        **_context(admin, request, None),
        "title": _("This record has been deleted meanwhile"),
        "last_change": entry,
        "changed_by": entry.history_user,
        "changed_at": entry.history_date,
        "deleted": True,
        "typed": typed,
        "inputs": hidden_inputs(data),
        "may_add": admin.has_add_permission(request),
        "action": reverse(
            f"{admin.admin_site.name}:{admin.opts.app_label}_{admin.opts.model_name}_add"
        ),
    }
    return _response(admin, request, context)


def _context(admin, request, record):
    return {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": record,
        "inputs": hidden_inputs(request.POST),
        "choice_prefix": CHOICE,
        "resume_name": RESUME,
        "versions_name": TOKENS,
    }


def _response(admin, request, context):
    request.current_app = admin.admin_site.name
    response = TemplateResponse(request, "admin/conflict.html", context, status=409)
    # Rendered here, while the transaction with the lock is open, so that the page shows one state.
    return response.render()


def _record_differences(admin, request, record, base):
    form_class = admin.get_form(request, record, change=True)
    mine = form_class(request.POST, instance=type(record)._base_manager.get(pk=record.pk))
    base_form = None
    if base is not None:
        base_form = form_class(instance=base.instance)
        # The links of that day are not in the history of the record: take those of today, so that
        # a choice of several values counts as changed by whoever differs from them now.
        for name in [f.name for f in admin.model._meta.many_to_many if f.name in base_form.fields]:
            base_form.initial[name] = form_class(instance=record).initial.get(name)
    return RowDifferences(str(record), differences(base_form, form_class(instance=record), mine))


def _inline_differences(admin, request, record, found):
    rows = []
    bound = _formsets(admin, request, record, request.POST)
    for mine_set, now_set in zip(bound, _formsets(admin, request, record), strict=True):
        model = mine_set.model
        now = {str(form.instance.pk): form for form in now_set.initial_forms}
        label = capfirst(str(model._meta.verbose_name))
        read = found["rows"].get(mine_set.prefix, {})
        initial = int(request.POST.get(f"{mine_set.prefix}-INITIAL_FORMS") or 0)
        for index in range(initial):
            prefix = f"{mine_set.prefix}-{index}"
            pk = request.POST.get(f"{prefix}-{model._meta.pk.name}", "")
            base = model.history.filter(id=pk, version=read.get(pk)).first() if pk else None
            mine = mine_set.form(
                request.POST,
                prefix=prefix,
                instance=base.instance if base is not None else None,
            )
            base_form = mine_set.form(instance=base.instance, prefix=prefix) if base else None
            if pk not in now:
                row = RowDifferences(
                    f"{label}: {base.instance if base else pk}",
                    deleted_choice=prefix,
                    typed=typed_values(mine),
                )
                rows.append(row)
                continue
            theirs = mine_set.form(instance=now[pk].instance, prefix=prefix)
            title = f"{label}: {now[pk].instance}"
            rows.append(RowDifferences(title, differences(base_form, theirs, mine)))
    return rows


def apply_choices(admin, request, record) -> None:
    """Put the choices made on the conflict page into ``request.POST``."""
    choices = {
        name.removeprefix(CHOICE): value
        for name, value in request.POST.items()
        if name.startswith(CHOICE)
    }
    request.resumed = RESUME in request.POST
    if not choices:
        return
    data = request.POST.copy()
    theirs_of = {name for name, value in choices.items() if value == "theirs"}
    if record is not None:
        forms = [admin.get_form(request, record, change=True)(instance=record)]
        formsets = _formsets(admin, request, record)
        for formset in formsets:
            forms += _with_posted_prefixes(formset, data)
        for form in forms:
            for name in form.fields:
                bound = form[name]
                if bound.html_name in theirs_of:
                    for key, values in post_data(bound).items():
                        data.setlist(key, values)
                        if not values:
                            del data[key]
        for formset in formsets:
            _settle_deleted_rows(data, formset.prefix, choices)
    request.POST = data


def _with_posted_prefixes(formset, data):
    """Yield the forms of rows as they are now, under the numbers they bear in ``data``."""
    now = {str(form.instance.pk): form.instance for form in formset.initial_forms}
    key = formset.model._meta.pk.name
    for index in range(int(data.get(f"{formset.prefix}-INITIAL_FORMS") or 0)):
        prefix = f"{formset.prefix}-{index}"
        instance = now.get(data.get(f"{prefix}-{key}", ""))
        if instance is not None:
            yield formset.form(instance=instance, prefix=prefix)


def _settle_deleted_rows(data, prefix, choices):
    dropped, anew = set(), set()
    for name, value in choices.items():
        head, _sep, index = name.rpartition("-")
        if head == prefix and index.isdigit():
            (dropped if value == "theirs" else anew).add(int(index))
    marked = {
        index for index in anew if data.get(f"{prefix}-{index}-{DELETION_FIELD_NAME}")
    }  # fmt: skip
    if dropped or anew:
        rebuild_rows(data, prefix, dropped | marked, anew - marked)
