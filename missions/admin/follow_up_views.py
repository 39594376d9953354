"""What is done with one follow-up from wherever it is shown: done, put off, passed on, taken back.

Each is a page of its own, with a form. ``follow-ups.js`` asks for the same by a header and then
gets the form alone, and instead of the way back a note of what was done.
"""

from collections.abc import Callable
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from legcrm.core.day_words import say_day

from ..follow_ups import (
    AlreadyDone,
    FollowUpRefused,
    colleagues_for,
    comes_again,
    complete,
    note_outcome,
    pass_on,
    postpone,
    reopen,
)
from .forms_follow_ups import NoForm, OutcomeForm, PassOnForm, PostponeForm

# The header by which follow-ups.js asks for a part of the page.
FRAGMENT = "X-Fragment"


class Act(NamedTuple):
    """What can be done: ``do(follow_up, cleaned data, user)`` returns what to say about it."""

    title: str
    button: str
    form: type[forms.Form]
    do: Callable
    is_for_done: bool = False


def _complete(follow_up, given, user):
    following = complete(follow_up, user, given["outcome"])
    said = _("“%s” is done.") % follow_up
    return f"{said} {say_next(following)}" if following else said


def _note_outcome(follow_up, given, user):
    note_outcome(follow_up, given["outcome"])
    return _("The outcome of “%s” is noted.") % follow_up


def _postpone(follow_up, given, user):
    postpone(follow_up, given["day"])
    return _("“%(what)s” is put off: %(day)s.") % {
        "what": follow_up,
        "day": say_day(given["day"], timezone.localdate()),
    }


def _pass_on(follow_up, given, user):
    pass_on(follow_up, given["to"], given["note"], user)
    return _("“%(what)s” is with %(who)s now.") % {"what": follow_up, "who": given["to"]}


def _reopen(follow_up, given, user):
    reopen(follow_up)
    return _("“%s” is open again.") % follow_up


# By the name of the address, missions_followup_….
ACTS = {
    "complete_record": Act(gettext_lazy("Done"), gettext_lazy("Done"), OutcomeForm, _complete),
    "postpone": Act(gettext_lazy("Postpone"), gettext_lazy("Postpone"), PostponeForm, _postpone),
    "pass_on": Act(gettext_lazy("Hand over"), gettext_lazy("Hand over"), PassOnForm, _pass_on),
    "outcome": Act(gettext_lazy("Outcome"), gettext_lazy("Save"), OutcomeForm, _note_outcome, True),
    "reopen": Act(gettext_lazy("Open again"), gettext_lazy("Open again"), NoForm, _reopen, True),
}


def follow_up_urls(model_admin):
    """Return the addresses of all acts but "done", which is an action of the record."""
    view = model_admin.admin_site.admin_view

    def page(name):
        return view(lambda request, object_id: act_page(model_admin, request, object_id, name))

    return [
        path(
            f"<path:object_id>/{name.replace('_', '-')}/",
            page(name),
            name=f"missions_followup_{name}",
        )
        for name in ACTS
        if name != "complete_record"
    ]


def act_page(model_admin, request, object_id, name):
    """Ask what an act needs to know, and (POST) do it."""
    follow_up = model_admin.get_object(request, unquote(str(object_id)))
    if follow_up is None:
        raise Http404
    if not model_admin.has_change_permission(request, follow_up):
        raise PermissionDenied
    act = ACTS[name]
    form = _form(act, follow_up, request)
    is_possible = (follow_up.done_at is not None) == act.is_for_done
    if request.method == "POST" and form.is_valid():
        try:
            said = act.do(follow_up, form.cleaned_data, request.user)
        except (FollowUpRefused, ValidationError) as error:
            is_possible = is_possible and not isinstance(error, AlreadyDone)
            form.add_error(None, getattr(error, "messages", None) or str(error))
        else:
            return _answer(request, follow_up, name, said)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": act.title,
        "opts": model_admin.opts,
        "original": follow_up,
        "act": act,
        "name": name,
        "form": form,
        "comes_again": comes_again(follow_up) if name == "complete_record" else None,
        "next": _way_back(request),
        "is_possible": is_possible,
    }
    is_part = FRAGMENT in request.headers
    template = "admin/follow_ups/form.html" if is_part else "admin/follow_ups/page.html"
    return TemplateResponse(request, template, context)


def _form(act, follow_up, request):
    options = {"colleagues": colleagues_for(follow_up)} if act.form is PassOnForm else {}
    if act.form is OutcomeForm:
        options["initial"] = {"outcome": follow_up.outcome}
    data = request.POST if request.method == "POST" else None
    return act.form(data, **options)


def _answer(request, follow_up, name, said):
    undo = reverse("admin:missions_followup_reopen", args=[follow_up.pk])
    if FRAGMENT in request.headers:
        context = {"original": follow_up, "said": said, "is_done": name == "complete_record"}
        return TemplateResponse(request, "admin/follow_ups/note.html", context)
    if name == "complete_record":
        said = format_html('{} <a href="{}">{}</a>', said, undo, _("Undo"))
    messages.success(request, said)
    if "_target" in request.POST:
        return HttpResponseRedirect(follow_up.target.get_absolute_url())
    return HttpResponseRedirect(_way_back(request))


def _way_back(request):
    """Return the address from which the page was opened, else that of the list."""
    known = request.POST.get("next", "") or request.META.get("HTTP_REFERER", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(known, hosts, require_https=request.is_secure()):
        return reverse("admin:missions_followup_changelist")
    own = request.build_absolute_uri()
    return reverse("admin:missions_followup_changelist") if known == own else known


def say_next(following):
    """Say when a repeated follow-up comes again."""
    return _("“%(what)s” comes again on %(day)s.") % {
        "what": following,
        "day": date_format(following.due_on, "SHORT_DATE_FORMAT"),
    }
