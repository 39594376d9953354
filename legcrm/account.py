"""What each user settles for themselves, and what works by a secret address instead of a login."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from legcrm.core import calendar_links
from legcrm.core.models import User
from legcrm.core.public import public_url
from missions import digest
from missions.calendar_feed import calendar_of


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["language", "daily_digest"]
        widgets = {"language": UnfoldAdminSelectWidget, "daily_digest": UnfoldBooleanSwitchWidget}


@never_cache
def settings_page(request):
    """Show and save the settings of the user; make, renew or revoke the calendar link."""
    user = request.user
    address = None
    form = AccountForm(request.POST if "_save" in request.POST else None, instance=user)
    if "_renew" in request.POST:
        address = public_url(reverse("calendar", args=[calendar_links.renew(user)]))
    elif "_revoke" in request.POST:
        calendar_links.revoke(user)
        messages.success(request, _("The calendar link is revoked: nobody can use it any more."))
        return HttpResponseRedirect(reverse("admin:account"))
    elif form.is_bound and form.is_valid():
        User.objects.filter(pk=user.pk).update(**form.cleaned_data)
        messages.success(request, _("Your settings are saved."))
        return HttpResponseRedirect(reverse("admin:account"))
    context = {
        **admin.site.each_context(request),
        "title": _("My settings"),
        "form": form,
        "link": user.calendar_links.filter(revoked_at=None).first(),
        # Shown this once: only its hash is kept.
        "calendar_url": address,
        "may_see_follow_ups": user.has_perm("missions.view_followup"),
    }
    return TemplateResponse(request, "admin/account/settings.html", context)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request, token):
    """End the morning e-mail of whom the signed ``token`` names, by a POST alone.

    Mail programs send that POST by themselves (RFC 8058), without a session and so without a CSRF
    token; programs that only look at every link of an e-mail change nothing.
    """
    user = digest.user_of(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        User.objects.filter(pk=user.pk).update(daily_digest=False)
        user.daily_digest = False
    context = {
        **admin.site.each_context(request),
        "title": _("Morning e-mail"),
        "is_off": not user.daily_digest,
    }
    return TemplateResponse(request, "admin/account/unsubscribe.html", context)


@login_not_required
@require_safe
def calendar(request, token):
    """Send the calendar that the secret ``token`` opens."""
    user = calendar_links.user_of(token)
    if user is None:
        raise Http404
    response = HttpResponse(
        calendar_of(user, timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'inline; filename="legcrm.ics"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
