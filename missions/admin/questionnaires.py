"""Questionnaires in the admin: who was asked, what came back, what of it counts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from legcrm.core.admin import RecordAdmin
from legcrm.core.filters import ArchivedFilter, choice_filter

from ..models import Questionnaire


@admin.register(Questionnaire)
class QuestionnaireAdmin(RecordAdmin):
    list_display = ("participation", "wave", "status", "answered_at")
    list_filter = (choice_filter("status", _("status"), Questionnaire.Status), ArchivedFilter)
    search_fields = ()
