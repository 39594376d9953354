"""The page on which the answer to a parliamentary question is put together, and its two files."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from legcrm.core.documents import DocumentError, download
from legcrm.core.keys import is_key
from legcrm.core.models import ExportLog

from .. import inquiry_documents
from ..inquiry import MONEY, RIGHTS, Inquiry, LeftOut, Reason
from ..models import Mission, Participation

# Nobody asks about more at a time.
MOST = 100
# As many links as a page shows of what is left out for one reason.
MOST_LINKS = 12
FILES = {"docx": inquiry_documents.document, "xlsx": inquiry_documents.workbook}
LANGUAGES = [("de", _("German")), ("en", _("English"))]

REMEDIES = {
    Reason.NO_CONSENT: _("Ask for the consent, and enter it with the person:"),
    Reason.WITHDRAWN: _("Named again only with a new consent:"),
    Reason.OBJECTED: _("Stays out while the objection stands:"),
    Reason.RESTRICTED: _("Stays out while the processing is restricted:"),
    Reason.ANONYMISED: _("Can't be told any more:"),
    Reason.ARCHIVED: _("Restore the record if it was archived by mistake:"),
    Reason.PERSONAL_NAME: _("Enter the owner's consent, or the legal form of the organisation:"),
    Reason.MENTIONS: _("Take the name out of the text, or enter the consent of who is meant:"),
    Reason.FEW_ANSWERS: _("More answers are needed:"),
    Reason.NOT_RECORDED: _("Enter it, if it is known:"),
}


class NarrowForm(forms.Form):
    """Which missions to choose from."""

    first = forms.IntegerField(
        label=_("from year"),
        required=False,
        min_value=1900,
        max_value=2999,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    last = forms.IntegerField(
        label=_("to year"),
        required=False,
        min_value=1900,
        max_value=2999,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    kind = forms.MultipleChoiceField(
        label=_("kind"),
        choices=Mission.Kind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def narrow(self, missions):
        """Return those of ``missions`` that took place in the years, of the kinds chosen."""
        if not self.is_valid():
            return missions
        chosen = self.cleaned_data
        if chosen["first"]:
            begin = date(chosen["first"], 1, 1)
            missions = missions.filter(Q(ends_on__gte=begin) | Q(starts_on__gte=begin))
        if chosen["last"]:
            missions = missions.filter(starts_on__lte=date(chosen["last"], 12, 31))
        if chosen["kind"]:
            missions = missions.filter(kind__in=chosen["kind"])
        return missions


class FileForm(forms.Form):
    language = forms.ChoiceField(
        label=_("language of the files"), choices=LANGUAGES, widget=UnfoldAdminSelectWidget
    )
    file = forms.ChoiceField(choices=[(kind, kind) for kind in FILES])


@dataclass
class Group:
    """What is left out for one reason, with links to where it can be mended."""

    left_out: LeftOut

    @property
    def remedy(self):
        return REMEDIES[self.left_out.reason]

    @property
    def links(self):
        return list(self.left_out.records.items())[:MOST_LINKS]

    @property
    def more(self):
        return max(len(self.left_out.records) - MOST_LINKS, 0)


class InquiryViews:
    """Part of the admin of missions."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.inquiry_view)
        return [path("inquiry/", view, name="missions_mission_inquiry"), *super().get_urls()]

    def inquiry_view(self, request):
        """Choose missions and see what may be told of them (GET); send a file (POST)."""
        if not request.user.has_perms(RIGHTS):
            raise PermissionDenied
        sent = request.POST if request.method == "POST" else request.GET
        keys = [key for key in dict.fromkeys(sent.getlist("mission")) if is_key(key)]
        known = Mission.objects.for_user(request.user).active()
        chosen = list(known.filter(pk__in=keys[:MOST]))
        if len(keys) > MOST:
            messages.error(request, gettext("At most %d missions at a time: choose fewer.") % MOST)
            chosen = []
        form = FileForm(
            request.POST if request.method == "POST" else None,
            initial={"language": request.LANGUAGE_CODE[:2]},
        )
        if request.method == "POST":
            if not chosen:
                messages.error(request, gettext("Choose at least one mission."))
            elif form.is_valid():
                return self._send_answer(request, chosen, **form.cleaned_data)
            return HttpResponseRedirect(self._inquiry_url(chosen))
        return self._inquiry_page(request, known, chosen, form)

    def _inquiry_url(self, chosen):
        keys = "&".join(f"mission={mission.pk}" for mission in chosen)
        return f"{reverse('admin:missions_mission_inquiry')}?{keys}"

    def _send_answer(self, request, chosen, language, file):
        with override(language):
            inquiry = Inquiry(chosen, request.user)
            try:
                content = FILES[file](inquiry)
            except DocumentError as error:
                messages.error(request, str(error))
                return HttpResponseRedirect(self._inquiry_url(chosen))
            name = slugify(gettext("Parliamentary question"))
        codes = ", ".join(answer.mission.code for answer in inquiry.answers)
        ExportLog.objects.create(
            user=request.user,
            model=Participation._meta.label,
            filters=f"{gettext('Parliamentary question')}: {codes}",
            file_format=file,
            rows=sum(len(answer.members) for answer in inquiry.answers),
        )
        return download(content, f"{name}-{timezone.localdate():%Y-%m-%d}.{file}", file)

    def _inquiry_page(self, request, known, chosen, form):
        narrowed = any(request.GET.get(name) for name in NarrowForm.base_fields)
        narrow_form = NarrowForm(request.GET if narrowed else None)
        offered = narrow_form.narrow(known.exclude(status=Mission.Status.IDEA))
        ticked = {mission.pk for mission in chosen}
        if narrowed and "mission" not in request.GET and narrow_form.is_valid():
            ticked = {mission.pk for mission in offered}
        inquiry = Inquiry(chosen, request.user) if chosen else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Parliamentary question"),
            "content_title": _("Parliamentary question"),
            "narrow_form": narrow_form,
            "carried": [
                (name, value)
                for name in NarrowForm.base_fields
                for value in request.GET.getlist(name)
            ],
            "offered": [(mission, mission.pk in ticked) for mission in offered],
            "asked_without_choice": "check" in request.GET and not chosen,
            "inquiry": inquiry,
            "form": form,
            "answers": [_shown(answer) for answer in inquiry.answers] if inquiry else [],
            "rules": inquiry_documents.rules(),
        }
        return TemplateResponse(request, "admin/inquiry/page.html", context)


def _shown(answer):
    return {
        "answer": answer,
        "money": [(label, answer.money[key]) for key, label in MONEY.items()],
        "figures": [
            answer.results[key] for key in inquiry_documents.OVERVIEW if key in answer.results
        ],
        "withheld": [Group(one) for one in answer.withheld],
        # What the form of the mission asks for, and what other records lack.
        "gaps": [one.what for one in answer.missing if 0 in one.records],
        "missing": [Group(one) for one in answer.missing if 0 not in one.records],
    }
