"""No lost update: versions travel with the form, and a stale form is answered by a page.

A form carries the versions of its record and of each inline row (``tokens``). On POST the record
is locked, the versions are compared, and where somebody else saved meanwhile the conflict page
shows both sides. What was typed travels on in the page, so that nothing is lost; the person
chooses per field and saves again.
"""

import json
from dataclasses import dataclass, field

from django.contrib.admin.utils import label_for_field
from django.forms import CheckboxInput, MultiWidget, SelectMultiple
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .forms import inner_widget

TOKENS = "_versions"
CHOICE = "_choice-"
RESUME = "_resume"
# What the buttons and the form machinery send, as opposed to what a person typed.
_NOT_TYPED = {TOKENS, RESUME, "csrfmiddlewaretoken", "_save", "_continue", "_addanother"}


def tokens(record, formsets) -> str:
    """Return the versions of ``record`` and the rows of its inline ``formsets`` as JSON.

    Shape: ``{"record": 3, "rows": {"names": {"17": 2}}}``.
    """
    return json.dumps(
        {
            "record": record.version if record is not None and record.pk else None,
            "rows": {
                formset.prefix: {
                    str(form.instance.pk): form.instance.version
                    for form in formset.initial_forms
                    if form.instance.pk and hasattr(form.instance, "version")
                }
                for formset in formsets
            },
        }
    )


def read_tokens(data) -> dict:
    """Return the tokens of a POST; a form without them counts as stale."""
    try:
        found = json.loads(data.get(TOKENS, ""))
        return {
            "record": found["record"],
            "rows": {
                str(prefix): {str(pk): int(version) for pk, version in rows.items()}
                for prefix, rows in found["rows"].items()
            },
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {"record": None, "rows": {}}


def is_stale(found: dict, record, rows_now: dict[str, dict[str, int]]) -> bool:
    """Whether ``record`` or a row of its inlines differs from the tokens ``found``."""
    if found["record"] != record.version:
        return True
    return any(
        rows_now.get(prefix, {}).get(pk) != version
        for prefix, rows in found["rows"].items()
        for pk, version in rows.items()
    )


@dataclass
class Difference:
    """One field that the two people left different, as text, with who moved it."""

    name: str  # the name in the form's data, with its prefix
    label: str
    before: str
    theirs: str
    mine: str
    moved_by: str  # "theirs", "mine" or "both"

    @property
    def default(self):
        return "theirs" if self.moved_by == "theirs" else "mine"


@dataclass
class RowDifferences:
    """The differences of the record itself or of one inline row."""

    title: str
    differences: list[Difference] = field(default_factory=list)
    # The row was deleted by the other person: its choice is to drop or to enter it again.
    deleted_choice: str = ""
    typed: list[tuple[str, str]] = field(default_factory=list)


def shown(form, name) -> str:
    """Return the value of a field of ``form`` as a person reads it in the form."""
    bound = form[name]
    return display_value(bound.field, bound.value())


def display_value(formfield, value) -> str:
    """Return ``value`` (as a bound field gives it) as text, with labels for choices."""
    if value in (None, "", [], ()):
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    queryset = getattr(formfield, "queryset", None)
    if queryset is not None:
        keys = value if isinstance(value, list | tuple | set) else [value]
        keys = [getattr(key, "pk", key) for key in keys]
        try:
            found = queryset.model._default_manager.filter(pk__in=keys)
            return ", ".join(sorted(str(item) for item in found)) or "—"
        except (ValueError, TypeError):
            return ", ".join(str(key) for key in keys)
    choices = {str(key): label for key, label in getattr(formfield, "choices", None) or ()}
    if str(value) in choices:
        return str(choices[str(value)])
    widget = inner_widget(formfield)
    if isinstance(widget, MultiWidget):
        parts = value if isinstance(value, list | tuple) else widget.decompress(value)
        return " ".join(
            str(part_widget.format_value(part) or "")
            for part_widget, part in zip(widget.widgets, parts, strict=False)
        ).strip()
    formatted = widget.format_value(formfield.prepare_value(value))
    return str(formatted) if formatted not in (None, "") else "—"


def post_data(bound) -> dict[str, list[str]]:
    """Return what a browser would send for the unchanged ``bound`` field of an unbound form."""
    widget, value = inner_widget(bound.field), bound.value()
    if isinstance(widget, MultiWidget):
        parts = widget.decompress(value)
        return {
            bound.html_name + suffix: [str(part_widget.format_value(part) or "")]
            for suffix, part_widget, part in zip(
                widget.widgets_names, widget.widgets, parts, strict=True
            )
        }
    if isinstance(widget, CheckboxInput):
        return {bound.html_name: ["on"] if value else []}
    formatted = widget.format_value(bound.field.prepare_value(value))
    if formatted is None:
        return {bound.html_name: []}
    values = formatted if isinstance(formatted, list | tuple) else [formatted]
    return {bound.html_name: [str(item) for item in values]}


def data_names(bound) -> list[str]:
    """Return the names under which a browser sends the field."""
    widget = inner_widget(bound.field)
    if isinstance(widget, MultiWidget):
        return [bound.html_name + suffix for suffix in widget.widgets_names]
    return [bound.html_name]


def differences(base, theirs, mine) -> list[Difference]:
    """Compare three forms of one row: ``base`` (may be None), ``theirs``, and ``mine`` (bound).

    A field differs where ``theirs`` and ``mine`` show different text.
    """
    found = []
    for name in mine.fields:
        bound = mine[name]
        if name == DELETION_FIELD_NAME or bound.is_hidden or name not in theirs.fields:
            continue
        # A box without a tick and an empty autocomplete of several values send nothing.
        may_be_silent = isinstance(inner_widget(bound.field), CheckboxInput | SelectMultiple)
        if not may_be_silent and not any(part in mine.data for part in data_names(bound)):
            continue
        there, here = shown(theirs, name), shown(mine, name)
        if there == here:
            continue
        before = shown(base, name) if base is not None else ""
        moved_by = "mine" if there == before else "theirs" if here == before else "both"
        label = bound.label or label_for_field(name, mine._meta.model)
        found.append(
            Difference(bound.html_name, capfirst(str(label)), before, there, here, moved_by)
        )
    return found


def typed_values(form) -> list[tuple[str, str]]:
    """Return label and text of what was typed into the bound ``form``."""
    return [
        (capfirst(str(form[name].label)), text)
        for name in form.fields
        if name != DELETION_FIELD_NAME
        and not form[name].is_hidden
        and (text := shown(form, name)) != "—"
    ]


def hidden_inputs(data) -> list[tuple[str, str]]:
    """Return what was typed as names and values for hidden inputs."""
    return [
        (name, value)
        for name, values in data.lists()
        if name not in _NOT_TYPED and not name.startswith(CHOICE)
        for value in values
    ]


def rebuild_rows(data, prefix: str, dropped: set[int], anew: set[int]):
    """Take rows that were deleted meanwhile out of a formset's POST ``data`` (in place).

    ``dropped`` and ``anew`` are indexes of initial rows: dropped ones go, those ``anew`` become new
    rows without a key. Rows are numbered afresh, initial ones first, as Django expects.
    """
    total = int(data.get(f"{prefix}-TOTAL_FORMS", 0))
    initial = int(data.get(f"{prefix}-INITIAL_FORMS", 0))
    rows: dict[int, dict[str, list[str]]] = {index: {} for index in range(total)}
    for name in list(data):
        head, _sep, suffix = name.removeprefix(f"{prefix}-").partition("-")
        if name.startswith(f"{prefix}-") and head.isdigit() and int(head) in rows:
            rows[int(head)][suffix] = data.getlist(name)
            del data[name]
    kept = [rows[i] for i in range(initial) if i not in dropped | anew]
    new = [{**rows[i], "id": [""]} for i in sorted(anew)]
    new += [rows[i] for i in range(initial, total)]
    for index, row in enumerate([*kept, *new]):
        for suffix, values in row.items():
            data.setlist(f"{prefix}-{index}-{suffix}", values)
    data[f"{prefix}-TOTAL_FORMS"] = str(len(kept) + len(new))
    data[f"{prefix}-INITIAL_FORMS"] = str(len(kept))
