"""The tab "Timeline" of organisations, people and missions, and its next pages."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from legcrm.core.keys import is_key
from partners.models import Organisation, Person

from ..models import Cooperation, Mission
from ..timeline import UnknownPlace, kinds_for, page_of

# Whose timeline it is: {parameter of the address: model}.
RECORDS = {"organisation": Organisation, "person": Person, "mission": Mission}
# The parameter with which the form of a new contact is filled.
PRESETS = {"organisation": "organisations", "person": "people", "mission": "mission"}
SHOWN_COOPERATIONS = 6


def timeline_urls(model_admin):
    """Return the address of every timeline, for the admin of the contacts."""
    view = model_admin.admin_site.admin_view(timeline_view)
    return [path("timeline/", view, name="missions_interaction_timeline")]


def timeline_view(request):
    """Answer with the tab, or with one page of entries for the script that asks for no more.

    ``organisation``, ``person`` or ``mission`` is the key of the record, ``kind`` what to show
    (several), ``before`` the place from which to read on.
    """
    whose, record = _record(request)
    offered = kinds_for(record, request.user)
    chosen = [kind for kind in offered if kind in request.GET.getlist("kind")]
    before = request.GET.get("before")
    try:
        page = page_of(record, request.user, chosen, before)
    except UnknownPlace as error:
        raise BadRequest("No page of the timeline begins there.") from error
    address = reverse("admin:missions_interaction_timeline")
    following = {whose: record.pk, "kind": chosen, "before": page.next}
    context = {
        "original": record,
        "whose": whose,
        "page": page,
        "address": address,
        "next": page.next and f"{address}?{urlencode(following, doseq=True)}",
        "add_url": f"{reverse('admin:missions_interaction_add')}?{PRESETS[whose]}={record.pk}",
        "chosen": chosen,
    }
    if "X-Fragment" in request.headers:
        return TemplateResponse(request, "admin/timeline/entries.html", context)
    context["kinds"] = offered
    if whose == "organisation":
        context["cooperations"] = _cooperations(record, request.user)
        context["shown_cooperations"] = SHOWN_COOPERATIONS
        context["today"] = timezone.localdate()
    return TemplateResponse(request, "admin/timeline/tab.html", context)


def _record(request):
    """Return whose timeline is asked for, as (parameter, record)."""
    seen = {whose: model.objects.for_user(request.user) for whose, model in RECORDS.items()}
    if all(records.query.is_empty() for records in seen.values()):
        raise PermissionDenied
    for whose, records in seen.items():
        key = request.GET.get(whose, "")
        if key:
            if records.query.is_empty():
                raise PermissionDenied
            record = records.filter(pk=key).first() if is_key(key) else None
            if record is not None:
                return whose, record
    raise Http404


def _cooperations(organisation, user):
    """Return the newest cooperations of ``organisation``, one more than are shown."""
    found = Cooperation.objects.for_user(user).active()
    return list(
        found.filter(Q(home=organisation) | Q(partner=organisation))
        .for_list()
        .order_by("-pk")[: SHOWN_COOPERATIONS + 1]
    )
