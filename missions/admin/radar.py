"""The radar in the admin: what goes cold, with what to do about it, and the rules that find it."""

from datetime import timedelta
from functools import cache

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from legcrm.core.admin import BOOKKEEPING, BOOKKEEPING_FIELDS, NoFormsMixin, RecordAdmin
from legcrm.core.display import link_to_list
from legcrm.core.filter_views import RecordList
from legcrm.core.filters import ArchivedFilter, OneOfFilter, Option, OwnerFilter
from partners.models import Organisation

from ..calls import describe
from ..models import RadarRule, StaleLead
from ..radar import find_leads, last_search, put_off
from ..resources.radar import RadarRuleResource

# So many organisations are looked through while the user waits, some seconds.
MOST_AT_ONCE = 20_000
TWO_WEEKS, THREE_MONTHS, A_YEAR = 14, 91, 365


class RuleFilter(OneOfFilter):
    title = _("rule")
    parameter_name = "rule"

    def lookups(self, request, model_admin):
        return RadarRule.Condition.choices

    def queryset(self, request, queryset):
        return queryset.filter(rule__condition=self.value()) if self.value() else queryset


class LeadOwnerFilter(OwnerFilter):
    """As of any owner, and those of my team: ``?owner=team``. Not counted: there may be many."""

    counts = False

    def queryset(self, request, queryset):
        if "team" not in self.values:
            return super().queryset(request, queryset)
        whose = Q(owner__in=request.user.team_members().values("pk"))
        whose |= Q(owner__in=self.chosen())
        if "none" in self.values:
            whose |= Q(owner__isnull=True)
        return queryset.filter(whose)

    def options(self):
        me, nobody, *colleagues = super().options()
        team = Option("team", _("my team"), None, "team" in self.values, self.parameter_name)
        return [me._replace(count=None), team, nobody, *colleagues]

    def labels(self):
        return ([gettext("my team")] if "team" in self.values else []) + super().labels()


class PutOffFilter(OneOfFilter):
    """What was put off is out of sight until its day, or until somebody asks for it."""

    title = _("put off")
    parameter_name = "put_off"
    default_label = _("not put off")

    def lookups(self, request, model_admin):
        return [("yes", _("put off")), ("all", _("both"))]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case "yes":
                return queryset.put_off(today)
            case "all":
                return queryset.of_rules_in_use()
        return queryset.shown(today)


class LeadList(RecordList):
    """The rows of a page, described together."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        for call in describe(self.result_list, request.user, timezone.localdate()):
            call.lead.call = call


@admin.register(StaleLead)
class StaleLeadAdmin(NoFormsMixin, RecordAdmin):
    """What goes cold, the most urgent first. The rows are derived: nothing here is edited."""

    list_display = ("record_cell", "reason_cell", "since_cell", "last_cell", "owner")
    list_display_links = None
    list_filter = (LeadOwnerFilter, RuleFilter, PutOffFilter)
    search_fields = ()
    actions = ("put_off_two_weeks", "put_off_three_months", "put_off_a_year", "show_again")
    actions_detail = ()
    readonly_fields = ()
    change_list_template = "admin/radar/list.html"

    # --- Rights -----------------------------------------------------------------------------

    def has_export_permission(self, request):
        return False

    def has_put_off_permission(self, request):
        return self._may(request, "change")

    # --- The list ---------------------------------------------------------------------------

    def get_changelist(self, request, **kwargs):
        return LeadList

    def get_list_filter(self, request):
        return self.list_filter

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        return [*columns, _next_column(self.has_put_off_permission(request))]

    def get_sortable_by(self, request):
        return ()  # The order is what the radar is about, and a million rows take long to sort.

    def changelist_view(self, request, extra_context=None):
        context = {"searched_at": last_search(), "may_search": self.has_put_off_permission(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    @display(description=_("about"))
    def record_cell(self, lead):
        return render_to_string("admin/radar/record.html", {"call": lead.call})

    @display(description=_("reason"))
    def reason_cell(self, lead):
        context = {"call": lead.call, "today": timezone.localdate()}
        return render_to_string("admin/radar/reason.html", context)

    @display(description=_("idle since"))
    def since_cell(self, lead):
        return date_format(lead.idle_since, "SHORT_DATE_FORMAT")

    @display(description=_("last contact"))
    def last_cell(self, lead):
        return render_to_string("admin/radar/last_contact.html", {"call": lead.call})

    # --- What is done -----------------------------------------------------------------------

    def get_urls(self):
        prefix = "missions_stalelead"
        kept = {"changelist", "change", "filters", "filters_save", "filters_delete"}
        names = {f"{prefix}_{verb}" for verb in kept}
        view = self.admin_site.admin_view
        return [
            path("search/", view(self.search_view), name=f"{prefix}_search"),
            path("<int:pk>/put-off/", view(self.put_off_view), name=f"{prefix}_put_off"),
            *(pattern for pattern in super().get_urls() if pattern.name in names),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Lead on to the record that goes cold: a lead has no page of its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        lead = self.get_object(request, object_id)
        if lead is None:
            raise Http404
        return HttpResponseRedirect(lead.target.get_absolute_url())

    def put_off_view(self, request, pk):
        """Put one lead off for two weeks (POST)."""
        self._check_posted(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        lead = get_object_or_404(self.get_queryset(request), pk=pk)
        until = timezone.localdate() + timedelta(days=TWO_WEEKS)
        put_off(lead, until, request.user)
        self.log_change(request, lead, _put_off_text([lead], until))
        messages.success(request, _put_off_text([lead], until))
        return self._back(request)

    def search_view(self, request):
        """Search anew, if there are few enough records to wait for it (POST)."""
        self._check_posted(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if Organisation.objects.order_by()[MOST_AT_ONCE : MOST_AT_ONCE + 1].exists():
            messages.warning(
                request,
                _("There are too many records to search them while you wait: it is done at night."),
            )
            return self._back(request)
        number = find_leads(timezone.localdate())
        messages.success(
            request,
            ngettext(
                "Searched: %d record goes cold, all owners together.",
                "Searched: %d records go cold, all owners together.",
                number,
            )
            % number,
        )
        return self._back(request)

    def _check_posted(self, request):
        if not (self.has_view_permission(request) and self.has_put_off_permission(request)):
            raise PermissionDenied

    def _back(self, request):
        """Return to the list as it was filtered."""
        before = request.headers.get("referer", "")
        if not url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure()):
            before = reverse("admin:missions_stalelead_changelist")
        return HttpResponseRedirect(before)

    @action(description=_("Put off for two weeks"), permissions=["put_off"])
    def put_off_two_weeks(self, request, queryset):
        self._put_off(request, queryset, TWO_WEEKS)

    @action(description=_("Put off for three months"), permissions=["put_off"])
    def put_off_three_months(self, request, queryset):
        self._put_off(request, queryset, THREE_MONTHS)

    @action(description=_("Put off for a year"), permissions=["put_off"])
    def put_off_a_year(self, request, queryset):
        self._put_off(request, queryset, A_YEAR)

    @action(description=_("Show again"), permissions=["put_off"])
    def show_again(self, request, queryset):
        self._put_off(request, queryset, 0)

    def _put_off(self, request, queryset, days):
        until = timezone.localdate() + timedelta(days=days)
        leads = list(queryset)
        for lead in leads:
            put_off(lead, until, request.user)
        messages.success(request, _put_off_text(leads, until))


def _put_off_text(leads, until):
    """Return what was done with ``leads``: one by name, several by number."""
    names = {
        "what": str(leads[0]) if len(leads) == 1 else str(len(leads)),
        "day": date_format(until, "SHORT_DATE_FORMAT"),
    }
    if until <= timezone.localdate():
        return gettext("In the list again: %(what)s.") % names
    return gettext("Put off until %(day)s: %(what)s.") % names


@cache
def _next_column(may_put_off):
    """Return a column of buttons: a column of the admin itself would not know the user."""

    @display(description=_("next"))
    def next_cell(lead):
        context = {"call": lead.call, "may_put_off": may_put_off}
        return render_to_string("admin/radar/buttons.html", context)

    return next_cell


@admin.register(RadarRule)
class RadarRuleAdmin(RecordAdmin):
    """After how many days what goes cold. The conditions themselves are those of the program."""

    list_display = ("condition_cell", "days", "is_on", "leads_cell")
    list_filter = (ArchivedFilter,)
    search_fields = ()
    fieldsets = ((None, {"fields": ["condition", ("days", "is_on")]}), BOOKKEEPING)
    readonly_fields = (*BOOKKEEPING_FIELDS, "condition")
    resource_classes = (RadarRuleResource,)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @display(description=_("condition"))
    def condition_cell(self, rule):
        return rule.get_condition_display()

    @display(description=_("leads"))
    def leads_cell(self, rule):
        return link_to_list("missions_stalelead", _("show"), rule=rule.condition)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if form.changed_data:
            messages.info(
                request,
                _("Searched by it is tonight, or at once by “Check again now” on the radar."),
            )
