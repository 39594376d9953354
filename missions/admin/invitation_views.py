"""The pages of an invitation: choose, look, invite; and the workbook for the letters.

Each step of an invitation is a page of its own. Fetched by ``invite.js`` it comes as a fragment
for the dialog, so that the Partner-Finder behind it stays as it is.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _

from legcrm.core.keys import is_key
from legcrm.core.spreadsheets import exporting
from legcrm.core.spreadsheets.writing import FORMATS
from partners.models import Person

from ..finder import Finder
from ..invitations import (
    INVITED_ON_REQUEST,
    MOST_AT_ONCE,
    NobodyInvited,
    Reason,
    examine,
    invite,
)
from ..letters import letters_to, workbook
from ..models import Mission, Participation
from .forms_invitations import InvitationForm, LettersForm, NewMissionForm

# Parameter of the address: keys of the organisations ticked, with commas between.
TICKED = "_selected"
# The header by which invite.js asks for a fragment.
FRAGMENT = "X-Fragment"


def invitation_urls(model_admin):
    """Return the addresses of an invitation, for the admin of segments."""
    return [
        path(
            "finder/invite/",
            model_admin.admin_site.admin_view(lambda request: invitation(model_admin, request)),
            name="missions_segment_invite",
        )
    ]


def letters_urls(model_admin):
    """Return the addresses of the letters, for the admin of participations."""
    return [
        path(
            "letters/",
            model_admin.admin_site.admin_view(lambda request: letters(model_admin, request)),
            name="missions_participation_letters",
        )
    ]


def may_invite(user) -> bool:
    return user.has_perms(
        ["missions.add_participation", "missions.view_mission", "partners.view_organisation"]
    )


def may_write_letters(user) -> bool:
    return user.has_perms(["missions.export_participation", "partners.export_person"])


def invitation(model_admin, request):
    """Show the choice, the preview or what happened, as the button pressed says."""
    if not may_invite(request.user):
        raise PermissionDenied
    return InvitationPage(model_admin, request).answer()


@dataclass
class Group:
    """The guests of the preview that are left out for the same reason."""

    reason: Reason
    guests: list

    @property
    def on_request(self):
        return self.reason in INVITED_ON_REQUEST


class InvitationPage:
    """One request: the finder's parameters come in the address, the decisions in the form."""

    def __init__(self, model_admin, request):
        self.model_admin = model_admin
        self.request = request
        self.user = request.user
        self.ticked = keys_in(request.GET.get(TICKED, ""))
        self.finder = Finder(request.GET, self.user)
        self.may_plan = self.user.has_perm("missions.add_mission")
        data = request.POST if request.method == "POST" else None
        self.form = InvitationForm(
            data,
            user=self.user,
            found=self.finder.count,
            ticked=len(self.ticked),
            may_plan=self.may_plan,
            mission=self.finder.purpose.mission,
        )
        self.mission_form = self._mission_form(data) if self.may_plan else None

    def _mission_form(self, data):
        is_asked_for = data is not None and data.get("target") == "new"
        countries = self.finder.purpose.countries
        return NewMissionForm(
            data if is_asked_for else None,
            instance=Mission(owner=self.user),
            initial={"country": next(iter(countries)) if len(countries) == 1 else ""},
        )

    def answer(self):
        step = self.request.POST.get("step")
        if self.request.method != "POST" or step not in ("preview", "invite"):
            return self.choose()
        if not self._is_valid():
            return self.choose(status=400)
        return self.preview() if step == "preview" else self.invite()

    def _is_valid(self):
        valid = self.form.is_valid()
        if valid and self.form.cleaned_data["target"] == "new":
            valid = self.mission_form.is_valid()
        return valid

    # --- Choose -------------------------------------------------------------------------------

    def choose(self, status=200):
        context = {
            "form": self.form,
            "mission_form": self.mission_form,
            "finder": self.finder,
        }
        return self._page("admin/invitations/choose.html", context, status)

    # --- Look ---------------------------------------------------------------------------------

    @property
    def mission(self):
        if self.form.cleaned_data["target"] == "new":
            return self.mission_form.instance
        return self.form.cleaned_data["mission"]

    def _whom(self):
        """Return the organisations chosen, at most MOST_AT_ONCE, or raise ValidationError."""
        whom = self.form.cleaned_data["whom"]
        if whom == "best":
            if self.finder.is_too_many:
                raise ValidationError(
                    _("Too many are found to say who fits best: narrow the search first.")
                )
            return list(self.finder.best(self.form.cleaned_data["number"]))
        finder = self.finder
        rows = finder.chosen(self.ticked) if whom == "ticked" else finder.organisations()
        rows = list(rows[: MOST_AT_ONCE + 1])
        if len(rows) > MOST_AT_ONCE:
            raise ValidationError(
                _("At most %(most)d at a time: narrow the search, or invite the best of them.")
                % {"most": MOST_AT_ONCE}
            )
        return rows

    def preview(self):
        try:
            organisations = self._whom()
        except ValidationError as error:
            self.form.add_error("whom", error)
            return self.choose(status=400)
        guests = examine(organisations, self.mission, self.user)
        by_reason = {reason: [g for g in guests if g.reason == reason] for reason in Reason}
        groups = [Group(reason, some) for reason, some in by_reason.items() if some]
        deadline = self.mission.registration_deadline
        context = {
            "form": self.form,
            "mission_form": self._mission_form_to_carry(),
            "mission": self.mission,
            "is_new": self.mission._state.adding,
            "is_late": deadline is not None and deadline < timezone.localdate(),
            "ready": [guest for guest in guests if guest.is_ready],
            "on_request": [group for group in groups if group.on_request],
            "left_out": [group for group in groups if not group.on_request],
            "sees_email": "email" not in Person.hidden_fields(self.user),
        }
        return self._page("admin/invitations/preview.html", context)

    def _mission_form_to_carry(self):
        return self.mission_form if self.form.cleaned_data["target"] == "new" else None

    # --- Invite -------------------------------------------------------------------------------

    def _chosen(self):
        """Return ``{key of the organisation: key of its contact or None}`` as ticked."""
        contacts = dict(
            pair.split(":", 1) for pair in self.request.POST.getlist("contact") if ":" in pair
        )
        return {
            key: next(iter(keys_in(contacts.get(str(key), ""))), None)
            for key in keys_in(",".join(self.request.POST.getlist("guest")))
        }

    def invite(self):
        chosen = self._chosen()
        if not chosen:
            self.form.add_error(None, _("Tick at least one organisation to invite."))
            return self.preview()
        if len(chosen) > MOST_AT_ONCE:
            self.form.add_error(None, _("At most %d at a time.") % MOST_AT_ONCE)
            return self.preview()
        new = self._mission_form_to_carry()
        try:
            outcome = invite(
                self.finder.chosen(list(chosen)),
                self.mission,
                chosen,
                self.user,
                role=self.form.cleaned_data["role"],
                country=new.cleaned_data["country"] if new else "",
            )
        except NobodyInvited as error:
            outcome = error.outcome
        except ValidationError as error:
            self._add_errors(error, new)
            return self.choose(status=400)
        return self._page("admin/invitations/done.html", self._result(outcome))

    def _add_errors(self, error, new):
        if new is not None:
            new._update_errors(error)
        else:
            self.form.add_error("mission", error)

    def _result(self, outcome):
        invited = ",".join(str(participation.pk) for participation in outcome.invited)
        mission = outcome.mission if outcome.invited or outcome.mission.pk else None
        query = {"mission__id__exact": mission.pk, "status": "invited"} if mission else {}
        return {
            "outcome": outcome,
            "list_url": f"{reverse('admin:missions_participation_changelist')}?{urlencode(query)}",
            "letters_form": LettersForm(initial={"selected": invited}),
            "letters_url": reverse("admin:missions_participation_letters"),
            "may_write_letters": may_write_letters(self.user) and bool(invited),
        }

    # --- The page -----------------------------------------------------------------------------

    def _page(self, step_template, context, status=200):
        is_fragment = FRAGMENT in self.request.headers
        context = {
            **(self.model_admin.admin_site.each_context(self.request) if not is_fragment else {}),
            "title": _("Invite to a mission"),
            "opts": self.model_admin.opts,
            "address": self.request.get_full_path(),
            "back": self._finder_address(),
            "step_template": step_template,
            **context,
        }
        template = "admin/invitations/panel.html" if is_fragment else "admin/invitations/page.html"
        return TemplateResponse(self.request, template, context, status=status)

    def _finder_address(self):
        query = self.request.GET.copy()
        query.pop(TICKED, None)
        return f"{reverse('admin:missions_segment_finder')}?{query.urlencode()}"


def keys_in(text) -> list[int]:
    """Return the keys in ``text``, with commas between them; what is none is left out."""
    return list(dict.fromkeys(int(part) for part in text.split(",") if is_key(part)))


# --- Letters --------------------------------------------------------------------------------


def letters(model_admin, request):
    """Ask for the language of the letters (GET), or send the workbook (POST)."""
    if not may_write_letters(request.user):
        raise PermissionDenied
    if request.method != "POST":
        return letters_page(model_admin, request, keys_in(request.GET.get(TICKED, "")))
    form = LettersForm(request.POST)
    if not form.is_valid():
        return letters_page(model_admin, request, [], form, status=400)
    keys, language = form.cleaned_data["selected"], form.cleaned_data["language"]
    try:
        chosen = letters_to(keys, request.user)
        if not chosen.rows:
            raise ValidationError(_("There is nobody to write to."))
    except ValidationError as error:
        form.add_error(None, error)
        return letters_page(model_admin, request, keys, form, status=400)
    file_format = FORMATS["xlsx"]
    codes = sorted({row.mission.code for row in chosen.rows})
    file = workbook(chosen.rows, request.user, language)
    exporting.log(
        request.user,
        Participation,
        " · ".join([_("Letter data"), *codes]),
        file_format,
        len(chosen.rows),
    )
    name = slugify(f"{_('Letter data')} {codes[0] if len(codes) == 1 else ''}")
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}-{timezone.localdate():%Y-%m-%d}{file_format.suffix}",
        content_type=file_format.content_type,
    )


def letters_page(model_admin, request, keys, form=None, status=200):
    """Show how many letters there will be for the participations with the ``keys``."""
    form = form or LettersForm(initial={"selected": ",".join(map(str, keys))})
    try:
        chosen = letters_to(keys, request.user)
    except ValidationError as error:
        chosen = None
        if not form.is_bound:
            form = LettersForm({"selected": ",".join(map(str, keys))})
            form.add_error(None, error)
    list_url = reverse("admin:missions_participation_changelist")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Letter data"),
        "opts": model_admin.opts,
        "form": form,
        "chosen": chosen,
        "letters_url": reverse("admin:missions_participation_letters"),
        # Back to the list as it was filtered.
        "list_url": request.get_full_path() if request.path == list_url else list_url,
    }
    return TemplateResponse(request, "admin/invitations/letters.html", context, status=status)
