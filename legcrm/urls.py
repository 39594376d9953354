"""Addresses of LEG CRM: the admin is the workplace, so it stands at the root."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from legcrm import account
from missions.questionnaire_page import questionnaire

urlpatterns = [
    # The login page offers the languages too.
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("calendar/<str:token>.ics", account.calendar, name="calendar"),
    path("morning-email/<str:token>/", account.unsubscribe, name="digest_unsubscribe"),
    path("fragebogen/<str:token>/", questionnaire, name="questionnaire"),
    path("", admin.site.urls),
]
