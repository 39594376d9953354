"""The boards in the admin: cooperations and projects by stage, and the page that moves a card.

``board.js`` drags cards, and opens the page in a dialog: by a header it asks for the form alone,
and gets, instead of the way back, a note of what was done.
"""

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from legcrm.core.filter_views import Bar, RecordList

from ..admin_display import chip
from ..boards import BOARDS, CantMove, MovedMeanwhile, columns_of, move

# The header by which board.js asks for a part of the page.
FRAGMENT = "X-Fragment"
# The filters of the list that stand on the board itself; the others hold too, and show as chips.
ON_BOARD = ("owner", "country", "field")
# The board shows every stage, and what is in use.
NOT_ON_BOARD = ("stage", "archived", "p", "o")


class BoardRecords(RecordList):
    """The filters of the list, and all that they leave; no page of it."""

    def get_results(self, request):
        self.result_list, self.result_count, self.show_full_result_count = [], 0, False
        self.full_result_count, self.can_show_all, self.multi_page = None, False, False


class BoardBar(Bar):
    """What is chosen, and the way to take it back: here, not in the list."""

    @property
    def address(self):
        return reverse(f"admin:{self.cl.opts.app_label}_{self.cl.opts.model_name}_board")

    @cached_property
    def choices(self):
        """The filters on the board: ``[(filter, its options)]``; one query each."""
        return [
            (spec, spec.options())
            for spec in self.cl.filter_specs
            if spec.expected_parameters()[0] in ON_BOARD
        ]

    @cached_property
    def chips(self):
        """What is chosen, but for what a filter on the board says itself."""
        said = {
            capfirst(str(spec.title))
            for spec, options in self.choices
            if sum(option.chosen for option in options) == 1
        }
        return [chip for chip in super().chips if chip["title"] not in said]

    @cached_property
    def kept(self):
        """What else is chosen, for the form: ``[(name, value)]``."""
        shown = {spec.expected_parameters()[0] for spec, _options in self.choices}
        return [
            (name, value)
            for name, values in self.request.GET.lists()
            for value in values
            if name not in shown
        ]


class BoardViews:
    """For an admin of cooperations or projects."""

    change_list_template = "admin/board/list.html"
    # How a card looks, and what moving it asks for.
    card_template: str
    move_form: type

    def get_urls(self):
        view = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("board/", view(self.board_view), name=f"{name}_board"),
            path("<path:object_id>/move/", view(self.move_view), name=f"{name}_move"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        query = _without(request.GET, NOT_ON_BOARD)
        context = {"board_address": _with_query(self._board_address(), query)}
        return super().changelist_view(request, context | (extra_context or {}))

    def board_view(self, request):
        """Show the cards by stage; every filter of the list holds here too."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        # The filters read the address; what the board does not take is not in it for them.
        request.GET = _without(request.GET, NOT_ON_BOARD)
        try:
            cl = self._records(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(self._board_address())
        board = BOARDS[self.model]
        columns = [
            {
                "column": column,
                "chip": chip(column.stage),
                "is_beside": column.stage in board.beside,
                "asks": column.stage in board.asks,
                "url": self._list_address(request, column.stage),
            }
            for column in columns_of(cl.queryset)
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(self.opts.verbose_name_plural),
            "opts": self.opts,
            "filters": BoardBar(self, request, cl),
            "road": [item for item in columns if not item["is_beside"]],
            "beside": [item for item in columns if item["is_beside"]],
            "card_template": self.card_template,
            "move_url": f"admin:{self.opts.app_label}_{self.opts.model_name}_move",
            "may_move": self.has_change_permission(request),
            "may_add": self.has_add_permission(request),
            "shows_reason": board.reason not in self.hidden_fields(request),
            "list_address": _with_query(self._list_address(request)),
            "add_address": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add"),
            "address": request.get_full_path(),
            "today": timezone.localdate(),
        }
        return TemplateResponse(request, "admin/board/page.html", context)

    def _records(self, request):
        columns = self.get_list_display(request)
        return BoardRecords(
            request, self.model, columns, None, self.get_list_filter(request), None,
            self.get_search_fields(request), False, self.list_per_page, self.list_max_show_all, (),
            self, (), self.search_help_text,
        )  # fmt: skip

    def _board_address(self):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_board")

    def _list_address(self, request, stage=None):
        query = request.GET.copy()
        if stage is not None:
            query["stage"] = stage.value
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return _with_query(reverse(name), query)

    def move_view(self, request, object_id):
        """Ask for the stage and what goes with it, and (POST) move the card."""
        record = self.get_object(request, unquote(str(object_id)))
        if record is None:
            raise Http404
        if not self.has_change_permission(request):
            raise PermissionDenied
        posted = request.method == "POST"
        initial = {"version": record.version, "stage": request.GET.get("stage")}
        form = self.move_form(record, request.POST if posted else None, initial=initial)
        missing = []
        if posted and form.is_valid():
            given = form.cleaned_data
            try:
                move(record, given.pop("stage"), request.user, **given)
            except MovedMeanwhile as error:
                return self._answer(request, record, str(error), is_good=False)
            except CantMove as error:
                form.add_error(None, str(error))
                missing = error.missing
            else:
                record.refresh_from_db()
                said = _("%(card)s: %(stage)s")
                names = {"card": record, "stage": record.get_stage_display()}
                return self._answer(request, record, said % names)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Move"),
            "opts": self.opts,
            "original": record,
            "form": form,
            "missing": missing,
            "change_address": self.change_url(record.pk),
            "next": self._way_back(request),
        }
        is_part = FRAGMENT in request.headers
        template = "admin/board/move_form.html" if is_part else "admin/board/move.html"
        return TemplateResponse(request, template, context)

    def _answer(self, request, record, said, is_good=True):
        if FRAGMENT in request.headers:
            context = {"original": record, "said": said, "is_good": is_good}
            return TemplateResponse(request, "admin/board/said.html", context)
        (messages.success if is_good else messages.error)(request, said)
        return HttpResponseRedirect(self._way_back(request))

    def _way_back(self, request):
        known = request.POST.get("next") or request.GET.get("next", "")
        hosts = {request.get_host()}
        if url_has_allowed_host_and_scheme(known, hosts, require_https=request.is_secure()):
            return known
        return self._board_address()


def _without(query, names):
    query = query.copy()
    for name in names:
        query.pop(name, None)
    return query


def _with_query(address, query=None):
    return f"{address}?{query.urlencode()}" if query else address
