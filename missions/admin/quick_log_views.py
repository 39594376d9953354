"""The quick log in the admin: its page, what it asks while one types, and saving.

The form comes with every page (``templates/admin/quick_log/``) and is filled in by quick-log.js, so
that it opens without a connection. It is told by JSON what has become of a log, also that the
session is over.
"""

import json

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_countries import countries

from legcrm.core.day_words import UnknownDay, read_day, say_day
from legcrm.core.keys import is_key
from partners.models import Organisation

from ..quick_log import Entry, NotLogged, save, typed_on
from ..quick_log_proposals import context, find_partners
from .drop_views import drop

# The header by which quick-log.js asks for JSON.
FETCHED = "X-Quick-Log"
REFUSED = 422
# Fields of an interaction that the address of a page may preset.
PRESETS = ("organisations", "people", "mission", "appointment", "cooperation")
MOST_PRESET = 20


def quick_log_urls(model_admin):
    """Return the addresses of the quick log, for the admin of interactions."""
    name = "missions_interaction"
    views = {
        f"{name}_log": ("log/", log),
        f"{name}_log_context": ("log/context/", log_context),
        f"{name}_log_day": ("log/day/", log_day),
        f"{name}_log_partner": ("log/partner/", log_partner),
        f"{name}_drop": ("log/drop/", drop),
        f"{name}_whom": ("log/whom/", whom),
    }
    return [
        path(address, _guarded(model_admin, view), name=url_name)
        for url_name, (address, view) in views.items()
    ]


def _guarded(model_admin, view):
    """Return ``view`` for those who may log contacts.

    A script is told by JSON that somebody has to log in (401), or has no right to log (403).
    """
    site = model_admin.admin_site

    def permitted(request):
        if model_admin.has_add_permission(request):
            return view(model_admin, request)
        if FETCHED in request.headers:
            return JsonResponse({"message": _("You may not log contacts.")}, status=403)
        raise PermissionDenied

    page = site.admin_view(permitted)

    @login_not_required  # The site itself sends whoever is not logged in to the login.
    def guarded(request):
        if FETCHED in request.headers and not site.has_permission(request):
            return _logged_out(_("You have been logged out. Log in, and it is sent."))
        return page(request)

    return guarded


def _logged_out(message):
    # It comes back to a page that needs nothing more: the log is sent from where it was typed.
    return JsonResponse({"message": message, "login": reverse("admin:login")}, status=401)


def log(model_admin, request):
    """Show the form on a page of its own, or save what was sent."""
    if request.method == "POST":
        return _save(request)
    form = {
        **model_admin.admin_site.each_context(request),
        "title": _("Log a contact"),
        "opts": model_admin.opts,
        "is_quick_log_page": True,
    }
    return TemplateResponse(request, "admin/quick_log/page.html", form)


def _save(request):
    # A form left open by one colleague must not be sent in the name of the next.
    if request.POST.get("user") != str(request.user.pk):
        return _logged_out(_("Somebody else is logged in now. Log in as yourself to send it."))
    try:
        logged = save(_entry(request.POST), request.user)
    except NotLogged as error:
        return JsonResponse({"errors": error.errors, "twins": error.twins}, status=REFUSED)
    follow_up = logged.follow_up
    told = {
        "label": str(logged.interaction),
        "url": logged.interaction.get_absolute_url(),
        "was_there": logged.was_there,
        "follow_up": follow_up
        and {
            "label": str(follow_up),
            "url": follow_up.get_absolute_url(),
            "due": say_day(follow_up.due_on, timezone.localdate()),
        },
    }
    return JsonResponse(told)


def _entry(data):
    def text(name):
        return data.get(name, "").replace("\0", "")

    names = (
        "key", "kind", "text", "occurred_at", "next_step", "due", "today",
        "mission", "appointment", "cooperation",
    )  # fmt: skip
    return Entry(
        whom=tuple(data.getlist("whom")),
        new=tuple(_new(data.getlist("new"))),
        files=tuple(data.getlist("files")),
        **{name: text(name) for name in names},
    )


def _new(texts):
    """Yield the partners entered on the spot, each sent as one JSON object."""
    for text in texts:
        try:
            values = json.loads(text)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise NotLogged({"whom": [_("A new partner could not be read. Enter it again.")]})
        yield values


def log_context(model_admin, request):
    """Answer with what a new log begins with: the partner of the page, the mission that is on."""
    wanted = {}
    for name in PRESETS:
        texts = request.GET.get(name, "").split(",")
        wanted[name] = [int(text) for text in texts[:MOST_PRESET] if is_key(text)]
    found = context(request.user, wanted)
    answer = {
        "whom": [partner._asdict() for partner in found.whom],
        "missions": [{"key": str(key), "label": label} for key, label in found.missions],
        "appointments": [
            {
                "key": str(one.key),
                "label": one.label,
                "mission": str(one.mission),
                "hosts": [host._asdict() for host in one.hosts],
            }
            for one in found.appointments
        ],
        "mission": str(found.mission or ""),
        "appointment": str(found.appointment or ""),
        "cooperation": str(found.cooperation or ""),
    }
    return JsonResponse(answer)


def whom(model_admin, request):
    """Answer with the organisations and people that match the words in the query."""
    found = find_partners(request.GET.get("q", "").replace("\0", ""), request.user)
    return JsonResponse({"hits": [partner._asdict() for partner in found]})


def log_day(model_admin, request):
    """Answer with the day that words mean, or say what can be written."""
    today = typed_on(request.GET.get("today", ""))
    try:
        day = read_day(request.GET.get("text", "").replace("\0", ""), today)
    except UnknownDay as error:
        return JsonResponse({"error": str(error)})
    said = say_day(day, timezone.localdate())
    if day < today:
        said = _("%s, which has passed") % said
    return JsonResponse({"day": day.isoformat(), "said": said})


def log_partner(model_admin, request):
    """Answer with the fields of a new partner, an organisation or a person."""
    is_person = request.GET.get("kind") == "person"
    right = "partners.add_person" if is_person else "partners.add_organisation"
    if not request.user.has_perm(right):
        raise PermissionDenied
    fields = {
        "is_person": is_person,
        "kinds": Organisation.Kind.choices,
        "countries": countries,
    }
    return TemplateResponse(request, "admin/quick_log/partner.html", fields)
