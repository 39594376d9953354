"""The page of a signing ceremony: what was signed now, planned or entered on the spot."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from legcrm.core.keys import is_key

from ..ceremony import CantSign, proposed_title, sign_together, waiting_for
from ..models import Agreement, Mission
from .forms_ceremony import CeremonyForm, NewAgreements
from .invitation_views import keys_in


def may_sign(user) -> bool:
    return user.has_perms(
        ["missions.add_agreement", "missions.change_agreement", "missions.view_mission"]
    )


class CeremonyViews:
    """Adds the page to the admin of agreements; ``?mission=`` says of which one."""

    def get_urls(self):
        return [
            path(
                "ceremony/",
                self.admin_site.admin_view(self.ceremony_view),
                name="missions_agreement_ceremony",
            ),
            *super().get_urls(),
        ]

    def ceremony_view(self, request):
        if not may_sign(request.user):
            raise PermissionDenied
        key = request.GET.get("mission", "")
        missions = Mission.objects.for_user(request.user).active().prefetch_related("stops")
        mission = missions.filter(pk=key).first() if is_key(key) else None
        if mission is None:
            raise Http404
        if "signed" in request.GET:
            return self._done(request, mission)
        if request.method == "POST":
            return self._sign(request, mission)
        form = CeremonyForm(mission=mission, user=request.user, initial=None)
        form.initial = _proposed(mission, form)
        rows = NewAgreements(prefix="new", form_kwargs={"user": request.user})
        return self._page(request, mission, form, rows)

    def _sign(self, request, mission):
        user = request.user
        form = CeremonyForm(request.POST, mission=mission, user=user)
        rows = NewAgreements(request.POST, request.FILES, prefix="new", form_kwargs={"user": user})
        # Each is asked, so that all that is wrong is said at once.
        if not all([form.is_valid(), rows.is_valid()]):
            return self._page(request, mission, form, rows, status=400)
        filled = rows.filled()
        try:
            signed = sign_together(
                mission,
                user,
                day=form.cleaned_data["day"],
                **form.where(),
                existing=_ticked(request),
                new=[row.agreement() for row in filled],
            )
        except CantSign as error:
            refused = _tell(error, form, filled)
            return self._page(request, mission, form, rows, refused, status=400)
        count = len(signed)
        text = ngettext("%d agreement is signed.", "%d agreements are signed.", count)
        messages.success(request, text % count)
        query = {"mission": mission.pk, "signed": ",".join(str(one.pk) for one in signed)}
        address = reverse("admin:missions_agreement_ceremony")
        return HttpResponseRedirect(f"{address}?{urlencode(query)}")

    def _page(self, request, mission, form, rows, refused=None, status=200):
        ticked = dict(_ticked(request))
        waiting = [
            {
                "agreement": agreement,
                "errors": (refused or {}).get(agreement.pk, ()),
                # What somebody else changed meanwhile is looked at and ticked anew.
                "ticked": ticked.get(agreement.pk) == agreement.version,
            }
            for agreement in waiting_for(mission, request.user)
        ]
        shown = {row["agreement"].pk for row in waiting}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Signing ceremony"),
            "opts": self.opts,
            "mission": mission,
            "form": form,
            "rows": rows,
            "waiting": waiting,
            # The script puts the names in.
            "title_pattern": proposed_title("{home}", "{foreign}"),
            # Of agreements that no longer wait.
            "gone": [text for key, texts in (refused or {}).items() if key not in shown
                     for text in texts],
            "media": self.media + rows.empty_form.media,
        }  # fmt: skip
        return TemplateResponse(request, "admin/ceremony/page.html", context, status=status)

    def _done(self, request, mission):
        agreements = Agreement.objects.for_user(request.user).filter(
            mission=mission, pk__in=keys_in(request.GET["signed"])
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Signing ceremony"),
            "opts": self.opts,
            "mission": mission,
            "agreements": agreements.select_related(
                "cooperation__home", "cooperation__partner", "signed_stop", "signed_appointment"
            ).with_parties().order_by("pk"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/ceremony/done.html", context)


def _proposed(mission, form):
    """Return the day and the place that most likely are meant."""
    today = timezone.localdate()
    if mission.starts_on <= today <= (mission.ends_on or mission.starts_on):
        # Where it is held it may be tomorrow already.
        likely = [
            key
            for key, day in form.days.items()
            if day == timezone.localdate(None, form.places[key].zone)
        ]
    else:
        likely = list(form.days)
        today = None
    place = likely[0] if len(likely) == 1 else ""
    return {"place": place, "day": form.days.get(place, today)}


def _ticked(request):
    """Return key and version of the agreements ticked; each tick has the value "17:3"."""
    pairs = (value.partition(":")[::2] for value in request.POST.getlist("existing"))
    return [(int(key), int(version)) for key, version in pairs if is_key(key) and is_key(version)]


def _tell(error, form, filled):
    """Put the errors where they belong; return those of ticked agreements by their key."""
    refused = {}
    for row, fields in error.errors.items():
        target = form
        if row is not None:
            kind, number = row
            if kind == "existing":
                refused[number] = [text for texts in fields.values() for text in texts]
                continue
            target = filled[number]
        for name, texts in fields.items():
            known = name in target.fields
            for text in texts:
                target.add_error(name if known else None, text)
    return refused
