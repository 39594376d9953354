"""What the pages of an import show of its rows: where they stand, what they need, what they did."""

from collections import Counter
from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import ImportChange, ImportRow, SpreadsheetImport
from .resources import resource_for
from .spreadsheets import cells
from .spreadsheets.examining import MAIN, unpack

RowState = ImportRow.State

PAGE_SIZE = 50
# Rows looked through for what is to be asked or wrong, and kinds of problems named on top.
EXAMINED = 20_000
NAMED_PROBLEMS = 5

VARIANTS = {
    RowState.NEW: "good",
    RowState.CHANGE: "info",
    RowState.SAME: "muted",
    RowState.DUPLICATE: "warn",
    RowState.ERROR: "bad",
    RowState.SKIPPED: "muted",
    RowState.APPLIED: "good",
    RowState.REFUSED: "bad",
}


@dataclass
class PlanView:
    """What a row would do with one record, for the page."""

    role: str
    plan: dict
    url: str = ""
    candidates: list = field(default_factory=list)

    @property
    def undecided(self):
        return self.plan["action"] == RowState.DUPLICATE


@dataclass
class RowView:
    row: ImportRow
    variant: str
    plans: list[PlanView]
    # What the cells say, as long as no record says it: (label, text).
    values: list[tuple[str, str]]
    touched: list = field(default_factory=list)

    @property
    def also_new(self):
        """Return the records that come in with the main one, or instead of it."""
        return [v.plan for v in self.plans if v.role != MAIN and v.plan["action"] == RowState.NEW]

    @property
    def name(self):
        """What the row is about: the main record, else another, else its first cell."""
        named = [view for view in self.plans if view.plan["name"]]
        view = next((v for v in named if v.role == MAIN), named[0] if named else None)
        return view.plan["name"] if view else next((text for _label, text in self.values), "–")

    @property
    def url(self):
        """Where the main record stands, "" where it is new."""
        return next((view.url for view in self.plans if view.role == MAIN), "")

    @property
    def may_choose(self):
        return self.row.state in ImportRow.APPLICABLE

    @property
    def decided(self):
        return self.row.state != RowState.DUPLICATE and any(self.row.decisions.values())

    @property
    def is_total(self):
        """Whether the row was left out because it looks like totals."""
        return any(problem.get("code") == "totals" for problem in self.row.problems)


def rows_context(site, request, run):
    counts = run.counts()
    shown = request.GET.get("state", "")
    shown = shown if shown in counts else ""
    rows = run.rows.filter(state=shown) if shown else run.rows.all()
    total = counts[shown] if shown else sum(counts.values())
    paginator = Paginator(rows, PAGE_SIZE)
    paginator.count = total  # known already
    page = paginator.get_page(request.GET.get("p"))
    address = Addresses(site, request, run)
    views = [
        RowView(
            row,
            VARIANTS[row.state],
            [
                PlanView(
                    plan["role"],
                    plan,
                    address.of(plan["role"], plan["pk"]),
                    [
                        {**candidate, "url": address.of(plan["role"], candidate["key"])}
                        for candidate in plan["candidates"]
                    ],
                )
                for plan in row.plans
            ],
            _values(run, address.resource, row),
        )
        for row in page
    ]
    if run.state == SpreadsheetImport.State.APPLIED:
        _add_touched(site, request, run, views)
    return {
        "page": page,
        "rows": views,
        "shown": shown,
        "total": sum(counts.values()),
        "counts": [
            {"state": state, "label": state.label, "number": counts[state], "chip": VARIANTS[state]}
            for state in RowState
            if state in counts
        ],
        "row_numbers": counts,
    }


def _values(run, resource, row):
    """Return what the cells say where the record does not say it yet, in the file's order."""
    if row.state not in (RowState.NEW, RowState.DUPLICATE, RowState.ERROR):
        return []
    order = [name for _index, name in sorted(run.columns.items(), key=lambda item: int(item[0]))]
    texts = ((name, cells.read_text(unpack(row.cells.get(name)))) for name in order)
    return [
        (resource.fields[name].label, text)
        for name, text in texts
        if text and name in resource.fields
    ]


class Addresses:
    """Where the records stand that the rows of a run are about, if the user may see them."""

    def __init__(self, site, request, run):
        self.site, self.request = site, request
        self.resource = resource_for(run.model, request.user)
        self._names = {}

    def of(self, role, key):
        if key is None:
            return ""
        if role not in self._names:
            resource = self.resource.nested_resource(role) if role else self.resource
            self._names[role] = change_url_name(self.site, self.request, resource._meta.model)
        name = self._names[role]
        return reverse(name, args=[key]) if name else ""


def change_url_name(site, request, model):
    """Return the name of the address of records of ``model``, "" where the user may see none."""
    opts = model._meta.concrete_model._meta
    if not site.is_registered(opts.model):
        return ""
    if not site.get_model_admin(opts.model).has_view_permission(request):
        return ""
    return f"admin:{opts.app_label}_{opts.model_name}_change"


def _add_touched(site, request, run, views):
    """Link the records with pages of their own that the rows on the page have written."""
    by_number = {view.row.number: view for view in views}
    changes = run.changes.filter(row_number__in=by_number).exclude(kind=ImportChange.Kind.DELETED)
    names = {
        model._meta.label_lower: (
            capfirst(str(model._meta.verbose_name)), change_url_name(site, request, model)
        )
        for model in site._registry
    }  # fmt: skip
    for change in changes:
        title, name = names.get(change.model.lower(), ("", ""))
        if name:
            link = {
                "title": title,
                "kind": change.get_kind_display(),
                "url": reverse(name, args=[change.object_pk]),
                "history": reverse(
                    name.removesuffix("change") + "history", args=[change.object_pk]
                ),
            }
            if link not in by_number[change.row_number].touched:
                by_number[change.row_number].touched.append(link)


def findings(run):
    """Return what the page asks about all rows at once.

    ``questions``: columns whose numbers or dates may mean two things; ``frequent``: the problems
    that occur most; ``duplicates``: undecided rows by the record they may duplicate.
    """
    questions, frequent = {}, Counter()
    errors = run.rows.filter(state=RowState.ERROR).values_list("problems", flat=True)
    for problems in errors[:EXAMINED]:
        for problem in problems:
            if problem["styles"]:
                question = questions.setdefault(problem["column"], {**problem, "number": 0})
                question["number"] += 1
            else:
                frequent[problem["label"], problem["message"]] += 1
    duplicates = {}
    plans = run.rows.filter(state=RowState.DUPLICATE).values_list("plans", flat=True)
    for plan in (
        plan for row in plans[:EXAMINED] for plan in row if plan["action"] == RowState.DUPLICATE
    ):
        group = duplicates.setdefault(
            plan["role"], {"role": plan["role"], "label": plan["label"], "number": 0, "sure": 0}
        )
        group["number"] += 1
        group["sure"] += sum(c["key"] is not None for c in plan["candidates"]) == 1
    return {
        "questions": list(questions.values()),
        "frequent": [
            {"label": label, "message": message, "number": number}
            for (label, message), number in frequent.most_common(NAMED_PROBLEMS)
            if number > 1
        ],
        "duplicates": list(duplicates.values()),
    }


def outcome(run):
    """Return in words what applying would do now, and the number of rows it would write."""
    counts = run.counts()
    chosen = {
        state: run.rows.filter(state=state, chosen=True).count() if counts.get(state) else 0
        for state in ImportRow.APPLICABLE
    }
    number = sum(chosen.values())
    new, changed = chosen[RowState.NEW], chosen[RowState.CHANGE]
    goes_in = [
        (new, ngettext("%d row new", "%d rows new", new)),
        (changed, ngettext("%d row changed", "%d rows changed", changed)),
    ]
    left = sum(counts.get(state, 0) for state in ImportRow.APPLICABLE) - number
    stays_out = [
        (left, ngettext("%d not ticked", "%d not ticked", left)),
        (counts.get(RowState.DUPLICATE, 0), _("%d undecided")),
        (counts.get(RowState.ERROR, 0), _("%d with errors")),
        (counts.get(RowState.SKIPPED, 0), _("%d left out")),
        (counts.get(RowState.SAME, 0), _("%d without a change")),
    ]
    return {
        "number": number,
        "button": ngettext("Apply %d row", "Apply %d rows", number) % number,
        "goes_in": _listed(goes_in),
        "stays_out": _listed(stays_out),
    }


def _listed(texts):
    return ", ".join(text % count for count, text in texts if count) or _("nothing")
