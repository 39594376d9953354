"""What the entries of a timeline say: the records behind them, read with few queries, in words."""

from datetime import time

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from partners.models import Organisation, Person

from ..models import (
    Agreement,
    Appointment,
    Cooperation,
    CooperationStage,
    Interaction,
    Mission,
    Participation,
    Project,
    ProjectParty,
)
from .entries import Entry, Fact, Link

# So much of the notes about a contact is shown; the rest is one click away.
SHOWN_OF_NOTES = 280
ICONS = {
    Appointment: "event",
    Participation: "flight_takeoff",
    Cooperation: "handshake",
    Agreement: "contract",
    Project: "rocket_launch",
}
ICONS_OF_CONTACTS = {
    Interaction.Kind.MEETING: "groups",
    Interaction.Kind.CALL: "call",
    Interaction.Kind.VIDEO: "videocam",
    Interaction.Kind.EMAIL: "mail",
    Interaction.Kind.LETTER: "drafts",
    Interaction.Kind.EVENT: "celebration",
}


def tell(places, record, user):
    """Return the entries of ``places``, in their order; what was deleted meanwhile is left out."""
    keys = {}
    for place in places:
        keys.setdefault(Fact(place.fact), set()).add(place.key)
    teller = _Teller(record, user)
    agreements = set().union(*(keys.get(fact, ()) for fact in _OF_AGREEMENTS))
    found = dict.fromkeys(_OF_AGREEMENTS, teller.agreements(agreements))
    for fact, load in (
        (Fact.CONTACT, teller.contacts),
        (Fact.APPOINTMENT, teller.appointments),
        (Fact.PARTICIPATION, teller.participations),
        (Fact.STAGE_OF_COOPERATION, teller.stages),
        (Fact.STAGE_OF_PROJECT, teller.stages_of_projects),
        (Fact.START_OF_PROJECT, teller.projects),
    ):
        found[fact] = load(keys.get(fact, ()))
    return [
        teller.tell(place, found[place.fact][place.key])
        for place in places
        if place.key in found[place.fact]
    ]


_OF_AGREEMENTS = (Fact.AGREED, Fact.SIGNED, Fact.EXPIRED, Fact.UNDATED_AGREEMENT)
_STATE_OF_AGREEMENT = {
    Fact.AGREED: Agreement.Status.AGREED,
    Fact.SIGNED: Agreement.Status.SIGNED,
    Fact.EXPIRED: Agreement.Status.EXPIRED,
}


class _Teller:
    """Reads the records behind the entries about ``record``, and tells them to ``user``."""

    def __init__(self, record, user):
        self.record = record
        self.user = user
        self._may_see = {}

    # Each returns {key: record} with the same queries for any number of keys, none for no key.

    def contacts(self, keys):
        rows = Interaction.objects.select_related(
            "mission", "cooperation__home", "cooperation__partner"
        ).prefetch_related(
            Prefetch("organisations", Organisation.objects.for_user(self.user)),
            Prefetch("people", Person.objects.for_user(self.user)),
            "staff",
        )
        return _by_key(rows, keys)

    def appointments(self, keys):
        hosts = Prefetch("hosts", Organisation.objects.for_user(self.user))
        return _by_key(
            Appointment.objects.select_related("mission", "stop").prefetch_related(hosts), keys
        )

    def participations(self, keys):
        return _by_key(
            Participation.objects.select_related("mission", "organisation", "person"), keys
        )

    def stages(self, keys):
        return _by_key(
            CooperationStage.objects.select_related("cooperation__home", "cooperation__partner"),
            keys,
        )

    def agreements(self, keys):
        return _by_key(Agreement.objects.select_related("mission").with_parties(), keys)

    def projects(self, keys):
        return _by_key(self._projects(), keys)

    def stages_of_projects(self, keys):
        stages = _by_key(Project.history.model.objects.select_related("history_user"), keys)
        projects = _by_key(self._projects(), {stage.id for stage in stages.values()})
        return {
            key: (stage, projects[stage.id])
            for key, stage in stages.items()
            if stage.id in projects
        }

    def _projects(self):
        parties = ProjectParty.objects.select_related("organisation")
        return Project.objects.select_related("origin_mission").prefetch_related(
            Prefetch("parties", parties)
        )

    def tell(self, place, record) -> Entry:
        """Return the entry about ``record`` at ``place``."""
        match place.fact:
            case Fact.CONTACT:
                return self._contact(place, record)
            case Fact.APPOINTMENT:
                return self._appointment(place, record)
            case Fact.PARTICIPATION:
                return self._participation(place, record)
            case Fact.STAGE_OF_COOPERATION:
                return self._stage(place, record)
            case Fact.STAGE_OF_PROJECT:
                stage, project = record
                entry = self._project(place, project)
                entry.state = Project.Stage(stage.stage)
                entry.who = [str(stage.history_user)] if stage.history_user else []
                return entry
            case Fact.START_OF_PROJECT:
                entry = self._project(place, record)
                entry.remark = _("start")
                return entry
        return self._agreement(place, record)

    def _entry(self, place, record, **facts):
        facts = {
            "when": _day(place),
            "title": str(record),
            "url": record.get_absolute_url(),
            "kind": record._meta.verbose_name,
            "icon": ICONS.get(type(record), ""),
            **facts,
        }
        return Entry(place, **facts)

    def _contact(self, place, contact):
        local = timezone.localtime(contact.occurred_at)
        # Midnight is what is entered where nobody knows the hour.
        known_to_the_day = local.time() == time.min
        return self._entry(
            place,
            contact,
            when=_day(place)
            if known_to_the_day
            else f"{_day(place)}, {date_format(local, 'TIME_FORMAT')}",
            kind=contact.get_kind_display(),
            icon=ICONS_OF_CONTACTS[contact.kind],
            who=[str(colleague) for colleague in contact.staff.all()],
            beside=self._links(
                *contact.organisations.all(),
                *contact.people.all(),
                contact.cooperation,
                contact.mission,
            ),
            notes=self._shown(contact, "notes"),
        )

    def _appointment(self, place, appointment):
        return self._entry(
            place,
            appointment,
            when=appointment.when,
            kind=appointment.get_kind_display(),
            state=Appointment.Status(appointment.status),
            remark=appointment.stop.city if appointment.stop else "",
            beside=self._links(*appointment.hosts.all(), appointment.mission),
            notes=self._shown(appointment, "outcome"),
        )

    def _participation(self, place, participation):
        mission = participation.mission
        return self._entry(
            place,
            participation,
            when=mission.dates,
            title=str(mission),
            url=mission.get_absolute_url() if self._sees(Mission) else "",
            state=Participation.Status(participation.status),
            beside=[
                Link(participation.get_role_display(), participation.get_absolute_url()),
                *self._links(participation.person, participation.organisation),
            ],
        )

    def _stage(self, place, stage):
        cooperation = stage.cooperation
        return self._entry(
            place,
            cooperation,
            state=Cooperation.Stage(stage.stage),
            remark=cooperation.subject,
        )

    def _agreement(self, place, agreement):
        parties = [party.organisation for party in agreement.parties.all()]
        return self._entry(
            place,
            agreement,
            kind=agreement.get_kind_display(),
            state=_STATE_OF_AGREEMENT.get(place.fact, Agreement.Status(agreement.status)),
            beside=self._links(*parties, agreement.mission),
        )

    def _project(self, place, project):
        parties = [party.organisation for party in project.parties.all()]
        return self._entry(
            place,
            project,
            beside=self._links(*parties, project.origin_mission),
        )

    def _shown(self, record, name):
        """Return the beginning of a text of ``record``; nothing where it is hidden."""
        if name in record.hidden_fields(self.user):
            return ""
        return Truncator(getattr(record, name)).chars(SHOWN_OF_NOTES)

    def _links(self, *records):
        """Return links to ``records``, each once, without the one whose timeline this is."""
        links = {}
        for record in records:
            if record is None or record == self.record or not self._sees(type(record)):
                continue
            url = record.get_absolute_url()
            links.setdefault(url, Link(str(record), url))
        return list(links.values())

    def _sees(self, model):
        if model not in self._may_see:
            self._may_see[model] = not model.objects.for_user(self.user).query.is_empty()
        return self._may_see[model]


def _by_key(rows, keys):
    return rows.in_bulk(keys) if keys else {}


def _day(place):
    return date_format(place.day, "SHORT_DATE_FORMAT") if place.day else ""
