"""Inviting organisations to a mission: whom, through whom, who is left out and why.

``examine`` looks and writes nothing; ``invite`` looks again and writes, so that what happened
between preview and button (a colleague invited the same company, somebody objected) is told.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from legcrm.core.dates import DatePrecision
from partners.models import Affiliation, Organisation, Person

from .models import Mission, MissionCountry, Participation

# What one preview shows, and one transaction writes.
MOST_AT_ONCE = 500
# How often a transaction is begun anew because somebody else was quicker.
_ATTEMPTS = 3
# For how many days a mission without an end may be on, by how exactly its begin is known.
_DAYS = {
    DatePrecision.DAY: 0,
    DatePrecision.MONTH: 31,
    DatePrecision.SEASON: 92,
    DatePrecision.YEAR: 366,
}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_CLOSED = (Mission.Status.COMPLETED, Mission.Status.CANCELLED)

ROLE_OF_KIND = {
    Organisation.Kind.UNIVERSITY: Participation.Role.UNIVERSITY,
    Organisation.Kind.RESEARCH_INSTITUTE: Participation.Role.RESEARCH,
    Organisation.Kind.ASSOCIATION: Participation.Role.ASSOCIATION,
    Organisation.Kind.PUBLIC_BODY: Participation.Role.MINISTRY,
}


class Reason(models.TextChoices):
    """Why an organisation is left out of an invitation."""

    LISTED = "listed", _("already on the list of the mission")
    ARCHIVED = "archived", _("archived")
    OBJECTED = "objected", _("the contact may not be written to")
    NO_CONTACT = "no_contact", _("no contact person")
    NO_ADDRESS = "no_address", _("no e-mail and no postal address")
    SHARED = "shared", _("the contact is invited for another organisation")
    CHANGED = "changed", _("the chosen contact is not available any more")


# Left out unless the user wants them all the same.
INVITED_ON_REQUEST = (Reason.NO_CONTACT, Reason.SHARED, Reason.NO_ADDRESS)


@dataclass
class Guest:
    """An organisation that may be invited, or not for a ``reason``."""

    organisation: Organisation
    # Those who may be written to on its behalf, best first.
    contacts: list[Person] = field(default_factory=list)
    reason: Reason | None = None
    # Where the reason can be read, and perhaps removed: a participation, person or organisation.
    record: models.Model | None = None
    # The newest other mission that it declined.
    declined: Mission | None = None

    @property
    def contact(self) -> Person | None:
        return self.contacts[0] if self.contacts else None

    @property
    def has_postal_address(self) -> bool:
        place = self.organisation
        return bool(place.city and (place.street or place.postal_code))

    @property
    def is_ready(self) -> bool:
        return self.reason is None

    @property
    def may_be_invited(self) -> bool:
        return self.reason is None or self.reason in INVITED_ON_REQUEST


@dataclass
class Outcome:
    """What an invitation did: ``missing`` counts those whom the search no longer finds."""

    mission: Mission
    invited: list[Participation]
    left_out: list[Guest]
    missing: int = 0


class NobodyInvited(Exception):
    """Nobody could be invited, so nothing was written; ``outcome`` says why."""

    def __init__(self, outcome):
        self.outcome = outcome
        super().__init__(f"nobody could be invited to {outcome.mission}")


def open_missions(user) -> QuerySet:
    """Return the missions to which ``user`` may still invite: neither over nor closed."""
    today = timezone.localdate()
    still_on = Q(ends_on__gte=today)
    for precision, days in _DAYS.items():
        begins_late_enough = Q(starts_on__gte=today - timedelta(days))
        still_on |= Q(ends_on__isnull=True, date_precision=precision) & begins_late_enough
    missions = Mission.objects.for_user(user).active().exclude(status__in=_CLOSED)
    return missions.filter(still_on).order_by("starts_on", "code")


def is_over(mission: Mission) -> bool:
    """Whether nobody can be invited to ``mission`` any more."""
    last_day = mission.ends_on or mission.starts_on + timedelta(_DAYS[mission.date_precision])
    return bool(mission.archived_at) or mission.status in _CLOSED or last_day < timezone.localdate()


def suggest_code(title: str, starts_on) -> str:
    """Return a free code such as "2027-reise-kasachstan" for a new mission; one query."""
    words = slugify(title.casefold().translate(_UMLAUTS))
    base = f"{starts_on.year}-{words}"[:50].strip("-")
    taken = set(Mission.objects.filter(code__startswith=base).values_list("code", flat=True))
    number, code = 1, base
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code


def examine(organisations: Collection[Organisation], mission: Mission | None, user) -> list[Guest]:
    """Say of each of ``organisations`` whether, and through whom, it can be invited.

    ``mission`` is None, or not saved, for a new one: nobody is on its list. A person stands for
    one organisation only. Five queries, however many organisations there are.
    """
    keys = [organisation.pk for organisation in organisations]
    contacts = _contacts_of(keys, user)
    people = {person.pk for some in contacts.values() for person in some}
    rows_of, row_of_person = _listed(keys, people, mission)
    declined = _declined(keys, mission)
    guests, taken = [], set()
    for organisation in organisations:
        guest = _examine_one(
            organisation, contacts.get(organisation.pk, []), rows_of, row_of_person, taken
        )
        guest.declined = declined.get(organisation.pk)
        if guest.may_be_invited and guest.contact is not None:
            taken.add(guest.contact.pk)
        guests.append(guest)
    return guests


def _examine_one(organisation, people, rows_of, row_of_person, taken):
    def out(reason, record):
        return Guest(organisation, reason=reason, record=record)

    if organisation.is_archived:
        return out(Reason.ARCHIVED, organisation)
    if organisation.pk in rows_of:
        return out(Reason.LISTED, rows_of[organisation.pk])
    allowed = [person for person in people if may_be_written_to(person)]
    free = [p for p in allowed if p.pk not in row_of_person and p.pk not in taken]
    if not free:
        if rows := [row_of_person[person.pk] for person in allowed if person.pk in row_of_person]:
            return out(Reason.LISTED, rows[0])
        if people and not allowed:
            return out(Reason.OBJECTED, people[0])
        return out(Reason.SHARED, allowed[0]) if allowed else out(Reason.NO_CONTACT, organisation)
    guest = Guest(organisation, free)
    if not (guest.has_postal_address or free[0].email or organisation.email):
        guest.reason, guest.record = Reason.NO_ADDRESS, free[0]
    return guest


def may_be_written_to(person: Person) -> bool:
    """Whether ``person`` has not objected, and is neither blocked, anonymised nor archived."""
    blocked = person.restricted_at or person.anonymised_at or person.archived_at
    return not (person.objected_at or blocked)


def _contacts_of(keys, user):
    """Return ``{key of the organisation: people}``: those mainly there first, with e-mail first."""
    links = list(
        Affiliation.objects.open_on(timezone.localdate())
        .filter(organisation__in=keys)
        .order_by()
        .values_list("organisation", "person", "is_primary")
    )
    # By key, in no order: sorted by name SQLite would read the whole table.
    people = (
        Person.objects.for_user(user)
        .active()
        .order_by()
        .in_bulk({person for _organisation, person, _is_primary in links})
    )
    ranks = {
        key: (not person.email, person.last_name, person.first_name, key)
        for key, person in people.items()
    }
    known = [link for link in links if link[1] in people]
    found = defaultdict(dict)
    for organisation, key, _is_primary in sorted(
        known, key=lambda link: (not link[2], ranks[link[1]])
    ):
        found[organisation][key] = people[key]
    return {organisation: list(some.values()) for organisation, some in found.items()}


def _listed(organisations, people, mission):
    """Return who is on the list of ``mission``: ``{organisation: row}`` and ``{person: row}``."""
    if mission is None or mission._state.adding:
        return {}, {}
    rows = (
        mission.participations.active()
        .filter(Q(organisation__in=organisations) | Q(person__in=people))
        .select_related("person", "organisation")
        .order_by("pk")
    )
    of_organisation, of_person = {}, {}
    for row in rows:
        if row.organisation_id:
            of_organisation.setdefault(row.organisation_id, row)
        if row.person_id:
            of_person[row.person_id] = row
    return of_organisation, of_person


def _declined(organisations, mission):
    rows = (
        Participation.objects.active()
        .filter(organisation__in=organisations, status=Participation.Status.DECLINED)
        .exclude(mission=mission.pk if mission else None)
        .select_related("mission")
        .order_by("mission__starts_on", "pk")
    )
    return {row.organisation_id: row.mission for row in rows}


def invite(
    organisations: QuerySet,
    mission: Mission,
    chosen: Mapping[int, int | None],
    user,
    *,
    role: str = "",
    country: str = "",
) -> Outcome:
    """Put those ``chosen`` on the list of ``mission`` as invited, all in one transaction.

    ``organisations`` is what may be invited at all, ``chosen`` gives for the key of an organisation
    the key of its contact, or None for the organisation as such. ``role`` is one for all, or empty
    for that of the kind of organisation. A ``mission`` not saved yet is created, for ``country``.

    Raises ValidationError where the mission is over or its code is taken, and NobodyInvited where
    nobody can be invited; nothing is then written.
    """
    is_new = mission._state.adding
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _invite(organisations, mission, chosen, user, role, country)
        except IntegrityError as error:
            # Somebody was quicker between our look and the write: look again.
            if is_new:
                taken = _("A mission with this code exists already.")
                raise ValidationError({"code": taken}) from error
            if attempt == _ATTEMPTS - 1:
                raise ValidationError(
                    _("The list of the mission changes at this moment. Please try again.")
                ) from error
    raise AssertionError("each attempt returns or raises")


def _invite(organisations, mission, chosen, user, role, country):
    if mission._state.adding:
        if is_over(mission):
            raise ValidationError({"starts_on": _("The mission would be over already.")})
        mission.save()
        if country:
            MissionCountry(mission=mission, country=country).save()
    else:
        # Two who invite wait for each other. Without a lock on the key: who adds one by hand locks
        # the key of the mission last, and we would wait for each other for ever.
        mission = Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
        if is_over(mission):
            raise ValidationError(
                _("“%(mission)s” is over or cancelled: nobody can be invited to it.")
                % {"mission": mission}
            )
    found = list(organisations.filter(pk__in=list(chosen)))
    outcome = Outcome(mission, [], [], missing=len(chosen) - len(found))
    written_to = set()
    for guest in examine(found, mission, user):
        person = _chosen_contact(guest, chosen[guest.organisation.pk], written_to)
        if not guest.may_be_invited:
            outcome.left_out.append(guest)
            continue
        participation = Participation(
            mission=mission,
            organisation=guest.organisation,
            person=person,
            role=role or ROLE_OF_KIND.get(guest.organisation.kind, Participation.Role.COMPANY),
        )
        participation.save()
        outcome.invited.append(participation)
        if person is not None:
            written_to.add(person.pk)
    if not outcome.invited:
        raise NobodyInvited(outcome)
    return outcome


def _chosen_contact(guest, key, written_to):
    """Return the contact with the ``key``; where that can't be, the guest has the reason."""
    if not guest.may_be_invited or key is None:
        return None
    for person in guest.contacts:
        if person.pk == key and key not in written_to:
            return person
    guest.reason, guest.record = Reason.CHANGED, guest.organisation
    return None
