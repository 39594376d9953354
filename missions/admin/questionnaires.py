"""Questionnaires in the admin: who was asked, what came back, what of it counts.

They are sent by night and answered by participants; staff confirm or reject, and enter nothing.
"""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from legcrm.core.admin import BOOKKEEPING, NoFormsMixin, PartInline, RecordAdmin
from legcrm.core.display import day, link, number
from legcrm.core.filter_views import with_list_filters
from legcrm.core.filters import (
    ArchivedFilter,
    DayRangeFilter,
    OneOfFilter,
    OwnerFilter,
    choice_filter,
)
from legcrm.core.keys import is_key

from ..admin_display import chip
from ..models import Cooperation, Questionnaire, QuestionnaireCooperation
from ..questionnaires import NotAllSent, NotDecided, confirm, reject, revoke, send_again
from ..resources.questionnaires import QuestionnaireResource
from .filters_programme import MissionFilter


class AskedMissionFilter(MissionFilter):
    expression = F("participation__mission")


class MissionOwnerFilter(OwnerFilter):
    title = _("owner of the mission")
    field = "participation__mission__owner"


class StateFilter(OneOfFilter):
    """The status, with what is still open told from what was never answered."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        status = Questionnaire.Status
        return [
            ("open", _("open")),
            ("missed", _("not answered")),
            *((one.value, one.label) for one in status if one != status.SENT),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case None:
                return queryset
            case "open":
                return queryset.open(today)
            case "missed":
                return queryset.missed(today)
            case status:
                return queryset.filter(status=status)


class AnswerInline(PartInline):
    model = QuestionnaireCooperation
    fields = ("cooperation", "stage", "remark")


@admin.register(Questionnaire)
class QuestionnaireAdmin(NoFormsMixin, RecordAdmin):
    list_display = (
        "participant",
        "mission_link",
        "wave",
        "state",
        "satisfaction_cell",
        "contracts_cell",
        "jobs_cell",
    )
    list_filter = (
        AskedMissionFilter,
        StateFilter,
        choice_filter("wave", _("when asked"), Questionnaire.Wave),
        ("answered_at", DayRangeFilter),
        MissionOwnerFilter,
        ArchivedFilter,
    )
    search_fields = (
        "participation__person__search_text",
        "participation__organisation__search_text",
    )
    ordering = (F("answered_at").desc(nulls_last=True), F("sent_at").desc(nulls_last=True), "-pk")
    actions = ("confirm_selected", *RecordAdmin.actions)
    inlines = (AnswerInline,)
    panel_template = "admin/missions/questionnaire_panel.html"
    resource_classes = (QuestionnaireResource,)
    fieldsets = (
        (
            _("Answer"),
            {
                "classes": ["tab"],
                "fields": [
                    ("participation", "wave"),
                    ("status", "answered_at"),
                    ("satisfaction", "contracts"),
                    ("contracts_value_eur", "jobs"),
                    "remarks",
                    ("decided_at", "decided_by"),
                    "decision_note",
                ],
            },
        ),
        (
            _("Sending"),
            {
                "classes": ["tab"],
                "fields": [
                    ("email", "language"),
                    ("sent_at", "expires_on"),
                    ("reminders", "reminded_at"),
                ],
            },
        ),
        BOOKKEEPING,
    )

    # --- Rights -----------------------------------------------------------------------------

    def has_confirm_permission(self, request):
        return self._may(request, "change")

    # --- The list ---------------------------------------------------------------------------

    @display(description=_("participant"), ordering="participation__person__last_name")
    def participant(self, questionnaire):
        return questionnaire.participation

    @display(description=_("mission"), ordering="participation__mission__starts_on")
    def mission_link(self, questionnaire):
        return link(questionnaire.participation.mission)

    @display(description=_("status"), ordering="status")
    def state(self, questionnaire):
        return render_to_string("admin/missions/chip_since.html", _state(questionnaire))

    @display(description=_("satisfaction"), ordering="satisfaction")
    def satisfaction_cell(self, questionnaire):
        return _number(questionnaire.satisfaction)

    @display(description=_("contracts"), ordering="contracts")
    def contracts_cell(self, questionnaire):
        return _number(questionnaire.contracts)

    @display(description=_("jobs"), ordering="jobs")
    def jobs_cell(self, questionnaire):
        return _number(questionnaire.jobs)

    @action(description=_("Confirm"), permissions=["confirm"])
    def confirm_selected(self, request, queryset):
        """Confirm those that wait for it, without touching cooperations."""
        confirmed = left = 0
        for questionnaire in queryset.select_related(None):
            try:
                if questionnaire.status != Questionnaire.Status.ANSWERED:
                    raise NotDecided
                confirm(questionnaire, request.user, version=questionnaire.version)
            except NotDecided:
                left += 1
            else:
                confirmed += 1
        if confirmed:
            text = ngettext("%d answer confirmed.", "%d answers confirmed.", confirmed)
            messages.success(request, text % confirmed)
        if left:
            text = ngettext(
                "%d questionnaire has no answer that waits for confirmation.",
                "%d questionnaires have no answer that waits for confirmation.",
                left,
            )
            messages.warning(request, text % left)

    # --- One of them ------------------------------------------------------------------------

    def for_form(self, queryset):
        return super().for_form(queryset).for_list()

    def get_panel(self, request, obj):
        user = request.user
        sees_notes = user.has_perm("core.view_notes")
        answers = obj.cooperation_answers.select_related(
            "cooperation__home", "cooperation__partner"
        )
        answered = obj.answered_at and timezone.localdate(obj.answered_at)
        others = Questionnaire.objects.for_user(user).active().answered()
        return {
            **_state(obj),
            "answers": [
                {
                    "cooperation": answer.cooperation,
                    "said": chip(Cooperation.Stage(answer.stage)),
                    "remark": answer.remark if sees_notes else "",
                    "now": chip(Cooperation.Stage(answer.cooperation.stage)),
                    "differs": answer.stage != answer.cooperation.stage,
                    # What the CRM learnt after the answer is likely to be right.
                    "is_newer": answered
                    and (answer.cooperation.stage_since is None
                         or answer.cooperation.stage_since <= answered),
                }
                for answer in answers
            ],
            "others": others.filter(participation=obj.participation_id).exclude(pk=obj.pk),
            "may_decide": self.has_confirm_permission(request) and not obj.is_archived,
            "may_take_over": user.has_perm("missions.change_cooperation"),
            "is_sent": obj.status == Questionnaire.Status.SENT,
            "is_open": obj.status == Questionnaire.Status.SENT
            and obj.expires_on >= timezone.localdate(),
        }  # fmt: skip

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/decide/",
                view(self.decide_view),
                name="missions_questionnaire_decide",
            ),
            path(
                "<path:object_id>/link/", view(self.link_view), name="missions_questionnaire_link"
            ),
            *super().get_urls(),
        ]

    def decide_view(self, request, object_id):
        """Confirm or reject the answer (POST), as the button says."""
        if not self.has_confirm_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        questionnaire = self._known(request, object_id)
        version = request.POST.get("version", "")
        decision = {
            "version": int(version) if is_key(version) else 0,
            "note": request.POST.get("note", ""),
        }
        try:
            if request.POST.get("decision") == "reject":
                reject(questionnaire, request.user, **decision)
                done = gettext("The answer is rejected: it counts in no figure.")
            else:
                keys = [int(key) for key in request.POST.getlist("take_over") if is_key(key)]
                confirm(questionnaire, request.user, take_over=keys, **decision)
                done = gettext("The answer is confirmed, and counts.")
        except NotDecided as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
        return self._back(request, questionnaire)

    def link_view(self, request, object_id):
        """Revoke the link, or send a new one (POST), as the button says."""
        if not self.has_confirm_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        questionnaire = self._known(request, object_id)
        try:
            if request.POST.get("link") == "revoke":
                revoke(questionnaire)
                done = gettext("The link is revoked: nobody can answer by it any more.")
            else:
                send_again(questionnaire)
                done = gettext("A new link is on its way; the old one no longer works.")
        except NotDecided as error:
            messages.error(request, str(error))
        except (NotAllSent, OSError):
            messages.error(
                request,
                gettext("The e-mail could not be sent now. It is tried again tonight."),
            )
        else:
            messages.success(request, done)
        return self._back(request, questionnaire)

    def _known(self, request, object_id):
        questionnaire = self.get_object(request, unquote(object_id))
        if questionnaire is None:
            raise Http404
        return questionnaire

    def _back(self, request, questionnaire):
        return HttpResponseRedirect(with_list_filters(request, self.change_url(questionnaire.pk)))


def _number(value):
    return "" if value is None else number(value)


def _state(questionnaire):
    """Return the chip of the status with the day that belongs to it."""
    status = Questionnaire.Status(questionnaire.status)
    shown = {"chip": chip(status), "day": None, "note": ""}
    if status != Questionnaire.Status.SENT:
        return shown | {"day": timezone.localtime(questionnaire.answered_at)}
    if questionnaire.sent_at is None:
        return shown | {"note": gettext("not yet: tonight")}
    if questionnaire.expires_on < timezone.localdate():
        return shown | {"note": gettext("not answered")}
    until = date_format(questionnaire.expires_on, "SHORT_DATE_FORMAT")
    note = gettext("%(sent)s, open until %(until)s")
    return shown | {"note": note % {"sent": day(questionnaire.sent_at), "until": until}}
