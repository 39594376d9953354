"""The review lists: pairs of records that look alike, side by side, to merge or to tell apart."""

from functools import cache

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, TextField
from django.db.models.functions import Cast
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RadioFilter

from legcrm.core import searching
from legcrm.core.admin import NoFormsMixin

from ..duplicate_pairs import find_pairs
from ..duplicates import REASONS, last_contact_with_person
from ..models import Organisation, OrganisationPair, Person, PersonPair

# So many records are compared while the user waits, some seconds; more are left to the night.
MOST_AT_ONCE = 20_000
PRIVATE_REASONS = frozenset({"same_email", "same_phone"})


class DecisionFilter(RadioFilter):
    title = _("decision")
    parameter_name = "decided"
    all_option = ["", _("open")]

    def lookups(self, request, model_admin):
        return [("not_same", _("not the same"))]

    def queryset(self, request, queryset):
        if self.value() == "not_same":
            return queryset.filter(decision=queryset.model.Decision.NOT_SAME)
        return queryset.open()


class ReasonFilter(RadioFilter):
    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request, model_admin):
        reasons = model_admin.reasons - model_admin.hidden_reasons(request)
        return [(name, label) for name, label in REASONS.items() if name in reasons]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        # A list of a few names: SQLite can't look into it, but as text it is the same on both.
        listed = queryset.alias(listed=Cast("reasons", TextField()))
        return listed.filter(listed__contains=f'"{self.value()}"')


class PairAdmin(NoFormsMixin, ModelAdmin):
    """Two records beside each other, likeliest first. Whoever may change pairs tells them apart."""

    list_display = ["likeness", "first_record", "second_record"]
    list_display_links = None
    list_filter = [DecisionFilter, ReasonFilter]
    list_filter_submit = False
    list_filter_sheet = True
    list_per_page = 25
    show_full_result_count = False
    actions = None
    search_fields = ["first__search_text", "second__search_text"]
    change_list_template = "admin/partners/pair_list.html"
    fields = ["first", "second", "score", "reason_names", "decision", "decided_at", "decided_by"]
    readonly_fields = fields
    # What the pairs are of, and which reasons they may have.
    record_model = Organisation
    reasons = frozenset(REASONS)
    side_template = ""

    # --- Rights -----------------------------------------------------------------------------

    def has_decide_permission(self, request):
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def hidden_reasons(self, request):
        """Return the names of the reasons that the user may not know."""
        return frozenset()

    # --- What is seen -----------------------------------------------------------------------

    def get_queryset(self, request):
        visible = self.record_model.objects.for_user(request.user).order_by().values("pk")
        pairs = super().get_queryset(request).for_user(request.user)
        return pairs.filter(first__in=visible, second__in=visible).prefetch_related(
            Prefetch("first", self.sides()),
            Prefetch("second", self.sides()),
            "decided_by",
        )

    def sides(self):
        """Return the query for the records of one column."""
        raise NotImplementedError

    def get_search_results(self, request, queryset, search_term):
        words = searching.words_of(search_term)
        if not words:
            return queryset, False
        alike = [searching.matching(words, field) for field in self.search_fields]
        return queryset.filter(Q(alike[0]) | Q(alike[1])), False

    def get_list_display(self, request):
        may_merge = request.user.has_perm("partners.add_merge")
        return [
            *super().get_list_display(request),
            _reasons_column(self.hidden_reasons(request)),
            _buttons_column(self.opts.model, may_merge, self.has_decide_permission(request)),
        ]

    @admin.display(description=_("likeness"), ordering="score")
    def likeness(self, pair):
        return render_to_string("admin/partners/pair_score.html", {"pair": pair})

    @admin.display(description=_("older record"))
    def first_record(self, pair):
        return self._side(pair.first)

    @admin.display(description=_("newer record"))
    def second_record(self, pair):
        return self._side(pair.second)

    def _side(self, record):
        return render_to_string(self.side_template, {"record": record, **self.side_of(record)})

    def side_of(self, record):
        """Return what ``side_template`` shows besides the record."""
        return {}

    def get_fields(self, request, obj=None):
        hidden = self.hidden_reasons(request)
        fields = super().get_fields(request, obj)
        if obj is None or not hidden & set(obj.reasons):
            return fields
        return [name for name in fields if name != "reason_names"]

    @admin.display(description=_("reasons"))
    def reason_names(self, pair):
        return ", ".join(str(REASONS[reason]) for reason in pair.reasons if reason in REASONS)

    # --- What is done -----------------------------------------------------------------------

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("search/", view(self.search_view), name=f"{name}_search"),
            path("<int:pk>/not-same/", view(self.not_same_view), name=f"{name}_not_same"),
            path("<int:pk>/reopen/", view(self.reopen_view), name=f"{name}_reopen"),
            *super().get_urls(),
        ]

    def not_same_view(self, request, pk):
        return self._decide(request, pk, decided=True)

    def reopen_view(self, request, pk):
        return self._decide(request, pk, decided=False)

    def _decide(self, request, pk, decided):
        self._check_posted(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        pair = get_object_or_404(self.get_queryset(request), pk=pk)
        names = {"first": pair.first, "second": pair.second}
        if decided:
            pair.tell_apart(request.user)
            done = _("“%(first)s” and “%(second)s” are not the same; they are not proposed again.")
        else:
            pair.reopen()
            done = _("“%(first)s” and “%(second)s” are in the list again.")
        self.log_change(request, pair, str(done % names))
        messages.success(request, done % names)
        return self._back(request)

    def search_view(self, request):
        """Search for pairs anew, if there are few enough records to wait for it."""
        self._check_posted(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if self.record_model.objects.order_by()[MOST_AT_ONCE : MOST_AT_ONCE + 1].exists():
            messages.warning(
                request,
                _("There are too many records to search them while you wait: it is done at night."),
            )
            return self._back(request)
        outcome = find_pairs(self.record_model)
        messages.success(
            request,
            _("%(alike)d pairs look alike, %(new)d of them new; %(gone)d no longer do.")
            % outcome._asdict(),
        )
        return self._back(request)

    def _check_posted(self, request):
        if not (self.has_view_permission(request) and self.has_decide_permission(request)):
            raise PermissionDenied

    def _back(self, request):
        """Return to the list as it was filtered."""
        before = request.headers.get("referer", "")
        if not url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure()):
            before = reverse(
                f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist"
            )
        return HttpResponseRedirect(before)

    def changelist_view(self, request, extra_context=None):
        context = {"may_search": self.has_decide_permission(request)}
        return super().changelist_view(request, context | (extra_context or {}))


@cache
def _reasons_column(hidden):
    @admin.display(description=_("reasons"))
    def reasons(pair):
        labels = [REASONS[name] for name in pair.reasons if name in REASONS and name not in hidden]
        return render_to_string("admin/partners/pair_reasons.html", {"labels": labels})

    return reasons


@cache
def _buttons_column(model, may_merge, may_decide):
    """Return a column of buttons: a column of the admin itself would not know the user."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    @admin.display(description=_("decision"))
    def decision(pair):
        context = {
            "pair": pair,
            "model": pair.first._meta.model_name,
            "may_merge": may_merge,
            "may_decide": may_decide,
            "not_same": reverse(f"{name}_not_same", args=[pair.pk]),
            "reopen": reverse(f"{name}_reopen", args=[pair.pk]),
        }
        return render_to_string("admin/partners/pair_buttons.html", context)

    return decision


@admin.register(OrganisationPair)
class OrganisationPairAdmin(PairAdmin):
    reasons = frozenset(REASONS) - {"same_phone", "same_organisation", "begins_alike"}
    side_template = "admin/partners/pair_organisation.html"

    def sides(self):
        records = Organisation.objects.select_related("owner")
        return records.with_last_contact().with_counts()


@admin.register(PersonPair)
class PersonPairAdmin(PairAdmin):
    record_model = Person
    reasons = frozenset(
        {"same_name", "same_sound", "similar_spelling", "same_organisation", *PRIVATE_REASONS}
    )
    side_template = "admin/partners/pair_person.html"

    def hidden_reasons(self, request):
        may = request.user.has_perm("core.view_private_contact")
        return frozenset() if may else PRIVATE_REASONS

    def sides(self):
        records = Person.objects.select_related("owner").with_primary_affiliation()
        return records.annotate(last_contact=last_contact_with_person())

    def side_of(self, person):
        country = person.primary_country and countries.name(person.primary_country)
        return {"country": country or ""}
