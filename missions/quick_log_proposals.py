"""What the quick log proposes while one types: whom it was with, and on which occasion."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from legcrm.core import searching
from partners.models import Organisation, Person

from .models import Appointment, Cooperation, Mission
from .quick_log import ORGANISATION, PERSON

# What folds to a single letter matches nearly everything.
SHORTEST_SEARCH = 2
LONGEST_SEARCH = 100
MOST_HITS = 8
# Of so many of each rank the best are chosen.
MOST_RANKED = 40
# A talk is logged after its appointment, or while people are still arriving.
LOGGED_WITHIN = timedelta(hours=3)
COMES_WITHIN = timedelta(minutes=30)
LONGEST_APPOINTMENT = timedelta(days=1)
MOST_APPOINTMENTS = 5
MOST_RUNNING = 5


class Partner(NamedTuple):
    """An organisation or a person as the quick log shows it."""

    key: str  # "o:17", "p:5"
    label: str
    details: str = ""


class Occasion(NamedTuple):
    """An appointment that a talk may have been, and who received the delegation."""

    key: int
    label: str
    mission: int
    hosts: list[Partner]


class Context(NamedTuple):
    """What a new log begins with: partners, and the choices of missions and appointments.

    ``mission``, ``appointment`` and ``cooperation`` are the keys of what is preset, or None.
    """

    whom: list[Partner]
    missions: list[tuple[int, str]]
    appointments: list[Occasion]
    mission: int | None = None
    appointment: int | None = None
    cooperation: int | None = None


def find_partners(text: str, user) -> list[Partner]:
    """Return the organisations and people that match ``text`` best, as ``user`` may see them.

    What only sounds or is spelt alike is found where nothing else is.
    """
    words = searching.words_of(text[:LONGEST_SEARCH])
    if len("".join(words)) < SHORTEST_SEARCH:
        return []
    ranked = _ranked(text[:LONGEST_SEARCH], user, alike=False)
    ranked = ranked or _ranked(text[:LONGEST_SEARCH], user, alike=True)
    # Sorting keeps the order among equals: organisations first, each by name.
    return [partner for _rank, partner in sorted(ranked, key=lambda row: row[0])[:MOST_HITS]]


def _ranked(text, user, alike):
    found = []
    for model, show in ((Organisation, of_organisation), (Person, of_person)):
        queryset = model.objects.for_user(user).active()
        hits = searching.find(queryset, text, most=MOST_RANKED, alike=alike)
        rows = hits.queryset if hits.best is None else hits.best
        if model is Person:
            rows = rows.with_primary_affiliation()
        rows = rows.annotate(match_rank=searching.rank(model, text))
        found += [(record.match_rank, show(record)) for record in rows[:MOST_HITS]]
    return found


def of_organisation(organisation) -> Partner:
    details = (
        organisation.get_kind_display(),
        organisation.name if organisation.short_name else "",
        organisation.city,
        organisation.country.name,
    )
    return _partner(ORGANISATION, organisation, details)


def of_person(person) -> Partner:
    """``person`` comes from ``with_primary_affiliation()``."""
    organisation = person.primary_short_name or person.primary_organisation
    return _partner(PERSON, person, (_("person"), person.primary_role, organisation))


def _partner(kind, record, details):
    text = " · ".join(str(part) for part in details if part)
    return Partner(f"{kind}:{record.pk}", str(record), capfirst(text))


def context(user, wanted: dict[str, list[int]], now: datetime | None = None) -> Context:
    """Return what a new log begins with.

    ``wanted`` are keys by the names of the fields of an interaction, "organisations", "people",
    "mission", "appointment" and "cooperation", from the page on which it begins; without them it
    is the one mission that is on and the appointment nearest to ``now``.
    """
    organisations = Organisation.objects.for_user(user).active()
    people = Person.objects.for_user(user).active().with_primary_affiliation()
    whom = [of_person(one) for one in people.filter(pk__in=wanted["people"])]
    whom += [of_organisation(one) for one in organisations.filter(pk__in=wanted["organisations"])]
    cooperation = _first(Cooperation, user, wanted["cooperation"])
    mission = _first(Mission, user, wanted["mission"])
    chosen = _first(Appointment, user, wanted["appointment"])
    now = now or timezone.now()
    appointments = [chosen] if chosen else _near(user, now, mission)
    # On the page of a partner it is that of the partner, or none.
    likely = [one for one in appointments if not whom or _hosts(one, wanted["organisations"])]
    preset = chosen or _likely(likely, now)
    running = Mission.objects.for_user(user).active().running()[:MOST_RUNNING]
    missions = {one.pk: one for one in (*(a.mission for a in appointments), *running)}
    if mission is None and preset:
        mission = preset.mission
    elif mission is None and len(running) == 1:
        mission = running[0]
    if mission is not None:
        missions[mission.pk] = mission
    return Context(
        whom=whom,
        missions=[(key, str(one)) for key, one in missions.items()],
        appointments=[
            Occasion(
                one.pk,
                f"{one} ({one.hours})",
                one.mission_id,
                [of_organisation(host) for host in one.hosts.all()],
            )
            for one in appointments
        ],
        mission=mission.pk if mission else None,
        appointment=preset.pk if preset else None,
        cooperation=cooperation.pk if cooperation else None,
    )


def _first(model, user, keys):
    rows = model.objects.for_user(user).active().filter(pk__in=keys[:1])
    if model is Appointment:
        rows = _told(rows, user)
    return rows.first()


def _told(appointments, user):
    hosts = Prefetch("hosts", Organisation.objects.for_user(user).active())
    return appointments.select_related("mission", "stop").prefetch_related(hosts)


def _near(user, now, mission):
    """Return the appointments on about ``now``, those of ``mission`` if one is given."""
    rows = Appointment.objects.for_user(user).active().not_cancelled()
    # The index goes by the beginning.
    rows = rows.filter(
        starts_at__range=(now - LOGGED_WITHIN - LONGEST_APPOINTMENT, now + COMES_WITHIN),
        ends_at__gte=now - LOGGED_WITHIN,
    )
    if mission is not None:
        rows = rows.filter(mission=mission)
    return list(_told(rows, user).exclude(kind=Appointment.Kind.TRANSFER)[:MOST_APPOINTMENTS])


def _hosts(appointment, organisations):
    return any(host.pk in organisations for host in appointment.hosts.all())


def _likely(appointments, now):
    """Return the appointment that the talk was: on now, else ended last, else next; or None.

    Where two are on at the same time nobody can tell.
    """
    on = [one for one in appointments if one.starts_at <= now < one.ends_at]
    if on:
        return on[0] if len(on) == 1 else None
    over = [one for one in appointments if one.ends_at <= now]
    if over:
        return max(over, key=lambda one: one.ends_at)
    return min(appointments, key=lambda one: one.starts_at, default=None)
