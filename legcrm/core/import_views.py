"""The pages of an import: upload, columns, check, and what came of it.

A run belongs to the person who uploaded its file: to others its pages do not exist. Whatever
changes something is a POST; the work itself is done by a process of its own, see
``spreadsheets.jobs``, and these pages only show how far it is.
"""

from tempfile import NamedTemporaryFile
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import files, import_rows
from .import_forms import ColumnsForm, ReadingForm, UploadForm
from .models import ImportRow, SpreadsheetImport
from .resources import resource_for
from .spreadsheets import cells, importing, jobs, writing
from .spreadsheets.reading import Unreadable

State = SpreadsheetImport.State
RowState = ImportRow.State

# Rows of the file shown above its columns, to see where the headings stand.
SAMPLE_ROWS = 10
RECENT = 5
# The colours of the states of a run; one at work is to be waited for.
RUN_VARIANTS = {
    State.UPLOADED: "warn",
    State.CHECKED: "info",
    State.APPLIED: "good",
    State.UNDONE: "muted",
}


# --- Who may ------------------------------------------------------------------------------------


def lists(site, request) -> dict:
    """Return ``{model label: its admin}`` of the lists into which the user may import."""
    return {
        model._meta.label_lower: model_admin
        for model, model_admin in site._registry.items()
        if getattr(model_admin, "has_import_permission", None)
        and model_admin.has_import_permission(request)
    }


def own_run(site, request, pk):
    """Return ``(run, admin of its list)``; 403 without the right, 404 for the run of another."""
    allowed = lists(site, request)
    if not allowed:
        raise PermissionDenied
    run = SpreadsheetImport.objects.filter(pk=pk, user=request.user).first()
    if run is None:
        raise Http404
    if run.model not in allowed:
        raise PermissionDenied
    return run, allowed[run.model]


def page_url(name, run, **parameters):
    url = reverse(f"admin:core_spreadsheetimport_{name}", args=[run.pk])
    return f"{url}?{urlencode(parameters)}" if parameters else url


def page_context(site, request, model_admin, step, **context):
    request.current_app = site.name
    return {
        **site.each_context(request),
        "opts": model_admin.opts,
        "step": step,
        **context,
    }


# --- 1. Upload ----------------------------------------------------------------------------------


def upload(model_admin, request):
    """Take a file for the list of ``model_admin``.

    A column that takes one value for all rows may be preset by a parameter of its name:
    ``?mission=2023-zentralasien``.
    """
    if not model_admin.has_import_permission(request):
        raise PermissionDenied
    label = model_admin.opts.label_lower
    resource = resource_for(label, request.user)
    preset = {
        name: request.GET[name]
        for name, column in resource.importable_columns().items()
        if column.constant and request.GET.get(name)
    }
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = importing.begin(request.user, label, file, file.name)
        except Unreadable as error:
            form.add_error("file", error.message)
        else:
            if preset:
                run.constants = preset
                run.save(update_fields=["constants"])
            return HttpResponseRedirect(page_url("columns", run))
    recent = SpreadsheetImport.objects.filter(user=request.user, model=label)[:RECENT]
    context = page_context(
        model_admin.admin_site,
        request,
        model_admin,
        1,
        title=_("Import: %s") % model_admin.opts.verbose_name_plural,
        form=form,
        preset=[(resource.fields[name].label, text) for name, text in preset.items()],
        template_url=reverse(
            f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_import_template"
        ),
        recent=[(run, RUN_VARIANTS.get(run.state, "warn")) for run in recent],
    )
    return TemplateResponse(request, "admin/imports/upload.html", context)


def template(model_admin, request):
    """Send an empty workbook with the headings of the list."""
    if not model_admin.has_import_permission(request):
        raise PermissionDenied
    resource = resource_for(model_admin.opts.label_lower, request.user)
    title = capfirst(str(model_admin.opts.verbose_name_plural))
    headings = [
        writing.Heading(name, column.label, column.cell_type, column.width)
        for name, column in resource.importable_columns().items()
        if name != "id"  # what is filled in is new
    ]
    sheet = writing.Sheet(title, model_admin.opts.label_lower, headings)
    with NamedTemporaryFile(suffix=".xlsx") as file:
        writing.write_xlsx(file.name, sheet, [])
        return _send_workbook(file, f"{title}.xlsx")


def _send_workbook(file, name):
    """Send what was written to the path of the temporary ``file``."""
    response = FileResponse(
        open(file.name, "rb"),  # noqa: SIM115, the response closes it
        as_attachment=True,
        filename=name,
        content_type=writing.FORMATS["xlsx"].content_type,
    )
    response["Cache-Control"] = "private, no-store"
    return response


# --- 2. Columns ---------------------------------------------------------------------------------


def columns(site, request, pk):
    """Show how the file was read and what its columns mean; take corrections, start the check."""
    run, model_admin = own_run(site, request, pk)
    if run.state not in (State.UPLOADED, State.CHECKED) or not run.file:
        if request.method == "POST":
            messages.error(request, _("The import is past this step: nothing was changed."))
        return HttpResponseRedirect(page_url("run", run))
    resource = resource_for(run.model, request.user)
    try:
        look = importing.look(run)
        reading_form = ReadingForm(
            run, look.inspection, request.POST if "read" in request.POST else None
        )
        if "read" in request.POST and reading_form.is_valid():
            importing.read_anew(run, **reading_form.cleaned_data)
            return HttpResponseRedirect(page_url("columns", run))
    except Unreadable as error:
        messages.error(request, error.message)
        if request.method == "POST":
            return HttpResponseRedirect(page_url("columns", run))
        return HttpResponseRedirect(_upload_url(model_admin))
    form = ColumnsForm(run, look, resource, request.POST if "check" in request.POST else None)
    if "check" in request.POST and form.is_valid():
        try:
            importing.assign(
                run,
                form.assigned(),
                form.constants(),
                run.styles,
                form.cleaned_data["clear_blanks"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _start(request, run, State.CHECKING)
            return HttpResponseRedirect(page_url("run", run))
    context = page_context(
        site,
        request,
        model_admin,
        2,
        title=run.file_name,
        run=run,
        look=look,
        sample=_sample(run, look),
        reading_form=reading_form,
        form=form,
        upload_url=_upload_url(model_admin),
    )
    return TemplateResponse(request, "admin/imports/columns.html", context)


def _upload_url(model_admin):
    opts = model_admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_import")


def _sample(run, look):
    """Return ``(row number, whether it holds the headings, texts)`` of the first rows."""
    rows = look.inspection.sample
    header = next((i for i, (number, _cells) in enumerate(rows) if number == run.header_row), 0)
    return [
        (number, number == run.header_row, [cells.read_text(cell) for cell in line])
        for number, line in rows[: max(SAMPLE_ROWS, header + 3)]
    ]


# --- 3. Check, apply, undo ----------------------------------------------------------------------


def run_page(site, request, pk):
    """Show how far the run is and what it found; take decisions."""
    run, model_admin = own_run(site, request, pk)
    if request.method == "POST":
        return _act(request, run)
    if run.is_working:
        jobs.revive(run)
        run.refresh_from_db()
    if run.state == State.UPLOADED and run.file:
        return HttpResponseRedirect(page_url("columns", run))
    context = page_context(site, request, model_admin, 3, title=run.file_name, run=run)
    if run.is_working:
        found = jobs.progress(run)
        context |= {"progress": found, "progress_text": progress_text(found)}
        return TemplateResponse(request, "admin/imports/progress.html", context)
    context |= import_rows.rows_context(site, request, run)
    if run.state == State.CHECKED and run.file:
        context |= import_rows.findings(run)
        context["outcome"] = import_rows.outcome(run)
        return TemplateResponse(request, "admin/imports/check.html", context)
    changelist = reverse(
        f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist"
    )
    context |= {
        "step": 4,
        "touched_url": f"{changelist}?import={run.pk}",
        "upload_url": _upload_url(model_admin),
    }
    return TemplateResponse(request, "admin/imports/done.html", context)


# --- What people do there -----------------------------------------------------------------------


def _act(request, run):
    if run.is_working:
        messages.error(request, _("The import is at work: wait until it is done."))
        return HttpResponseRedirect(page_url("run", run))
    if run.state != State.CHECKED or not run.file:
        messages.error(request, _("The import is past this step: nothing was changed."))
        return HttpResponseRedirect(page_url("run", run))
    _save_ticks(request, run)
    if request.headers.get("accept") == "application/json":
        return JsonResponse(import_rows.outcome(run))
    parameters = {"state": request.POST.get("state", ""), "p": request.POST.get("p", "")}
    anchor = ""
    try:
        if value := request.POST.get("decide"):
            number, role, decision = _parts(value, 3)
            importing.decide(run, [_number(number)], role, decision)
            anchor = f"#row-{number}"
        elif value := request.POST.get("decide_all"):
            role, decision = _parts(value, 2)
            importing.decide_all(run, role, decision)
        elif value := request.POST.get("choose_all"):
            state, chosen = _parts(value, 2)
            importing.choose_all(run, state, chosen == "yes")
        elif "style" in request.POST:
            _set_styles(request, run)
            _start(request, run, State.CHECKING)
        elif "again" in request.POST:
            _start(request, run, State.CHECKING)
        elif "apply" in request.POST:
            _start(request, run, State.APPLYING)
            parameters = {}
        elif value := request.POST.get("page"):
            parameters["p"] = value
            anchor = "#rows"
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    parameters = {name: value for name, value in parameters.items() if value}
    return HttpResponseRedirect(page_url("run", run, **parameters) + anchor)


def _parts(value, count):
    parts = value.split(":", count - 1)
    if len(parts) != count:
        raise ValidationError(_("This choice is unknown. Open the page again."))
    return parts


def _number(text):
    if not text.isdecimal():
        raise ValidationError(_("This choice is unknown. Open the page again."))
    return int(text)


def _save_ticks(request, run):
    """Keep which of the rows on the page are ticked; every button of the page sends them."""
    shown = {int(number) for number in request.POST.getlist("shown") if number.isdecimal()}
    ticked = {int(number) for number in request.POST.getlist("chosen") if number.isdecimal()}
    if not shown:
        return
    known = dict(run.rows.filter(number__in=shown).values_list("number", "chosen"))
    for chosen in (True, False):
        changed = [n for n, was in known.items() if (n in ticked) == chosen and was != chosen]
        if changed:
            importing.choose(run, changed, chosen)


def _set_styles(request, run):
    """Keep how the numbers or dates of a column are meant, as asked above the rows."""
    styles = dict(run.styles)
    for name in run.columns.values():
        if style := request.POST.get(f"style_{name}"):
            styles[name] = style
    if styles == run.styles:
        raise ValidationError(_("Choose first how the values are meant."))
    columns = {int(index): name for index, name in run.columns.items()}
    importing.assign(run, columns, run.constants, styles, run.clear_blanks)


def _start(request, run, state):
    if not jobs.start(run, state):
        messages.error(request, _("The import is already at work, or past this step."))


def undo(site, request, pk):
    """Ask before an import is undone, with the reasons against it if there are any."""
    run, model_admin = own_run(site, request, pk)
    if run.state != State.APPLIED:
        messages.error(request, _("Only an import that was applied can be undone."))
        return HttpResponseRedirect(page_url("run", run))
    reasons = importing.can_undo(run)
    if request.method == "POST" and not reasons:
        _start(request, run, State.UNDOING)
        return HttpResponseRedirect(page_url("run", run))
    context = page_context(
        site, request, model_admin, 4, title=_("Undo this import"), run=run, reasons=reasons
    )
    return TemplateResponse(request, "admin/imports/undo.html", context)


# --- What the page asks for by itself, and files --------------------------------------------------


def progress(site, request, pk):
    """Say as JSON how far the work is: ``{"working", "done", "total", "text"}``."""
    run, _model_admin = own_run(site, request, pk)
    if run.is_working:
        jobs.revive(run)
        run.refresh_from_db()
    found = jobs.progress(run)
    answer = {
        "working": run.is_working,
        "done": found.done,
        "total": found.total,
        "text": progress_text(found),
    }
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response


def progress_text(found) -> str:
    """Return ``found`` (``jobs.Progress``) in words."""
    if not found.total:
        return _("The work begins …")
    text = _("%(done)d of %(total)d rows") % {"done": found.done, "total": found.total}
    if found.seconds_left is None:
        return text
    if found.seconds_left < 60:
        seconds = found.seconds_left
        left = ngettext("about %d second left", "about %d seconds left", seconds) % seconds
    else:
        minutes = round(found.seconds_left / 60)
        left = ngettext("about %d minute left", "about %d minutes left", minutes) % minutes
    return f"{text}, {left}"


def remarks(site, request, pk):
    """Send the rows that stay out as a workbook, with a column that says why."""
    run, _model_admin = own_run(site, request, pk)
    if run.state not in (State.CHECKED, State.APPLIED, State.UNDONE) or not run.file:
        raise Http404
    states = request.GET.getlist("state") or [
        RowState.ERROR, RowState.DUPLICATE, RowState.REFUSED
    ]  # fmt: skip
    states = [state for state in states if state in RowState.values]
    name = run.file_name.rpartition(".")[0] or run.file_name
    with NamedTemporaryFile(suffix=".xlsx") as workbook:
        importing.remarks(run, states, workbook.name)
        return _send_workbook(workbook, _("%s with remarks.xlsx") % name)


def file(site, request, pk):
    """Send the uploaded file back to the person who uploaded it."""
    run, _model_admin = own_run(site, request, pk)
    if not run.file:
        raise Http404
    return files.send(run.file, "application/octet-stream", run.file_name)
