"""Search across everything: what the command palette finds, best match first."""

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from django.db.models import Case, Q, Value, When
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from legcrm.core.folding import fold
from legcrm.core.models import Record
from missions.models import (
    Agreement,
    Appointment,
    Cooperation,
    Interaction,
    Mission,
    Project,
)
from partners.models import Organisation, Person

from .site import SHORTEST_SEARCH, may_view, navigation, page_url

MOST_PER_MODEL = 5


class Source(NamedTuple):
    """A model that the palette searches, and how its records are told apart at a glance."""

    model: type[Record]
    icon: str
    # Returns what stands beside the name, as words.
    details: Callable
    prepare: Callable = lambda queryset: queryset
    # The folded texts that are searched, the record's own first.
    paths: tuple[str, ...] = ("search_text",)


SOURCES = (
    Source(
        Organisation,
        "domain",
        lambda organisation: (
            organisation.name if organisation.short_name else "",
            organisation.city,
            organisation.country.name,
        ),
    ),
    Source(
        Person,
        "person",
        lambda person: (person.primary_role, person.primary_organisation),
        lambda queryset: queryset.with_primary_affiliation(),
    ),
    Source(Mission, "flight_takeoff", lambda mission: (mission.dates,)),
    Source(
        Cooperation,
        "handshake",
        lambda cooperation: (cooperation.subject, cooperation.get_stage_display()),
        lambda queryset: queryset.select_related("home", "partner"),
        ("search_text", "home__search_text", "partner__search_text"),
    ),
    Source(Agreement, "contract", lambda agreement: (agreement.get_status_display(),)),
    Source(Project, "rocket_launch", lambda project: (project.get_stage_display(),)),
    Source(
        Appointment,
        "calendar_month",
        lambda appointment: (appointment.when, appointment.stop and appointment.stop.city),
        lambda queryset: queryset.select_related("stop"),
    ),
    Source(
        Interaction,
        "forum",
        lambda interaction: (date_format(localdate(interaction.occurred_at), "SHORT_DATE_FORMAT"),),
    ),
)


def palette(request, search_term):
    """Return the pages and records that match, as the user may see them."""
    words = fold(search_term).split()
    # What folds to a single letter, such as "xxx", would match nearly everything.
    if len("".join(words)) < SHORTEST_SEARCH:
        return []
    results = list(_pages(request, words))
    for source in SOURCES:
        if may_view(request, source.model):
            results += _records(request, source, words, search_term)
    return results


def _pages(request, words):
    for group in navigation(request):
        for item in group["items"]:
            title = fold(str(item["title"]))
            if all(word in title for word in words):
                yield SearchResult(
                    title=str(item["title"]),
                    description=str(group["title"]),
                    link=item["link"],
                    icon=item["icon"],
                )


def _records(request, source, words, search_term):
    model = source.model
    matches = reduce(
        and_,
        (
            reduce(or_, (Q(**{f"{path}__contains": word}) for path in source.paths))
            for word in words
        ),
    )
    # The search text begins with the name: who types its beginning means this record.
    by_name = When(search_text__startswith=f" {' '.join(words)}", then=Value(0))
    found = (
        source.prepare(model.objects.for_user(request.user).active())
        .filter(matches)
        .order_by(Case(by_name, default=Value(1)), *model._meta.ordering)
    )
    # One more than is shown tells whether there are more.
    found = list(found[: MOST_PER_MODEL + 1])
    name = model._meta.verbose_name
    for record in found[:MOST_PER_MODEL]:
        yield SearchResult(
            title=str(record),
            description=" · ".join(str(part) for part in (name, *source.details(record)) if part),
            link=record.get_absolute_url(),
            icon=source.icon,
        )
    if len(found) > MOST_PER_MODEL:
        yield SearchResult(
            title=_("All matches"),
            description=capfirst(model._meta.verbose_name_plural),
            link=page_url(model, q=search_term),
            icon="more_horiz",
        )
