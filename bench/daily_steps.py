"""What ``bench.daily`` measures: each step is run as ``python -m bench.daily_steps NAME …``.

``fill COUNT`` adds to the rows of ``bench.finding_steps`` four more contacts of each organisation,
one organisation with thousands of contacts, agreements, projects, and the work of one member of
staff: as much of it in a large database as in a small one, since nobody has time for more.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from itertools import chain

import django

from bench import finding_steps
from bench.finding_steps import measure, rows_of, set_sequences, take_search_indexes, write
from bench.steps import migrate

CONTACTS_EACH = 5
# An organisation with an ordinary past, and one that everybody talks to.
ORDINARY, BUSY = 5_013, 7_013
CONTACTS_OF_BUSY = 5_000
FOLLOW_UPS_OF_ONE = 300
MISSIONS = 50
APPOINTMENTS_OF_ONE_MISSION = 40
LONG = 120  # seconds


def fill(count):
    """Write ``count`` organisations with five contacts each, and the day of one member of staff."""
    from django.db import connection

    count = int(count)
    finding_steps.fill(count)
    indexes = take_search_indexes()
    for number in range(1, CONTACTS_EACH):
        _repeat_contacts(number * count, f"{number * 311} hours", "TRUE")
    contacts = CONTACTS_EACH * count
    with connection.cursor() as cursor:
        for number in range(CONTACTS_OF_BUSY):
            _repeat_contacts(contacts + number * count, f"{number} hours", f"id = {BUSY}")
        for definition in indexes:
            cursor.execute(definition)
    _add_people()
    for records in chain(_results(count), _work()):
        write(*rows_of(records))
    set_sequences()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _repeat_contacts(offset, earlier, condition):
    """Write the first contact of organisations once more, ``earlier``, under other keys."""
    from django.db import connection

    from missions.models import Interaction, InteractionOrganisation

    changed = {
        "id": f"id + {offset}",
        "interaction_id": f"interaction_id + {offset}",
        "occurred_at": f"occurred_at - interval '{earlier}'",
    }
    first = f"id <= (SELECT max(id) FROM partners_organisation) AND {condition}"
    with connection.cursor() as cursor:
        for model in (Interaction, InteractionOrganisation):
            columns = [field.column for field in model._meta.concrete_fields]
            names = ", ".join(columns)
            values = ", ".join(changed.get(column, column) for column in columns)
            table = model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {first}"
            )


def _add_people():
    """Have the person of an organisation take part in its contacts."""
    from django.db import connection

    from missions.models import InteractionOrganisation, InteractionPerson

    columns = [field.column for field in InteractionPerson._meta.concrete_fields]
    values = ["organisation_id" if column == "person_id" else column for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {InteractionPerson._meta.db_table} ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM {InteractionOrganisation._meta.db_table}"
        )


def _results(count):
    """Yield what came of it: an agreement of each 500th organisation, a project of each 1000th."""
    from missions.models import Agreement, AgreementParty, Project, ProjectParty

    keys = range(1, count, 500)
    today = _today()
    agreements = [
        Agreement(
            pk=key, title=f"Vereinbarung {key}", field="economic", status="agreed", mission_id=1,
            agreed_on=today - timedelta(days=key % 900),
        )
        for key in keys
    ]  # fmt: skip
    projects = [Project(pk=key, title=f"Projekt {key}", owner_id=1 + key % 4) for key in keys[::2]]
    for record in (*agreements, *projects):
        record.search_text = record.build_search_text([])
    yield agreements
    yield [
        AgreementParty(pk=key, agreement_id=key, organisation_id=key, side="home") for key in keys
    ]
    yield projects
    yield [ProjectParty(pk=key, project_id=key, organisation_id=key) for key in keys[::2]]


def _work():
    """Yield what one member of staff has to do: missions, appointments, follow-ups."""
    from missions.models import Appointment, FollowUp, Mission, Participation, Stop

    today = _today()
    numbers = range(2, MISSIONS + 2)
    missions = [
        Mission(
            pk=number, code=f"bench-{number}", title_de=f"Reise {number}",
            title_en=f"Trip {number}", kind="delegation_trip", owner_id=1,
            # One is on today, some are to come, most are over.
            starts_on=today + timedelta(days=(4 - number) * 14),
            ends_on=today + timedelta(days=(4 - number) * 14 + 6),
            status="completed" if number > 4 else "confirmed",
        )
        for number in numbers
    ]  # fmt: skip
    for mission in missions:
        mission.search_text = mission.build_search_text([])
    yield missions
    yield [
        Stop(
            pk=mission.pk, mission=mission, position=1, city="Taschkent", country="UZ",
            timezone="Asia/Tashkent", arrives_on=mission.starts_on, leaves_on=mission.ends_on,
        )
        for mission in missions
    ]  # fmt: skip
    appointments = []
    for mission in missions:
        for number in range(APPOINTMENTS_OF_ONE_MISSION):
            day = mission.starts_on + timedelta(days=number % 6)
            starts_at = datetime.combine(day, clock(4 + number // 6), tzinfo=UTC)
            appointments.append(
                Appointment(
                    pk=mission.pk * 100 + number, mission=mission, stop_id=mission.pk,
                    kind="official", title=f"Gespräch {number}", starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=45),
                )
            )  # fmt: skip
    for appointment in appointments:
        appointment.search_text = appointment.build_search_text([])
    yield appointments
    yield [
        Participation(
            pk=1_000_000_000 + number, mission_id=2 + number % 3, organisation_id=number + 1,
            status="applied" if number % 2 else "accepted",
        )
        for number in range(60)
    ]  # fmt: skip
    yield [
        FollowUp(
            pk=number + 1, what=f"Unterlagen senden {number}", assignee_id=1 + number % 4,
            due_on=today + timedelta(days=number % 90 - 20), organisation_id=number + 1,
        )
        for number in range(4 * FOLLOW_UPS_OF_ONE)
    ]  # fmt: skip


def _today():
    from django.utils import timezone

    return timezone.localdate()


PAGES = {
    "start page": "/",
    "timeline, ordinary organisation": f"/missions/interaction/timeline/?organisation={ORDINARY}",
    "timeline, busy organisation": f"/missions/interaction/timeline/?organisation={BUSY}",
    "timeline, person": f"/missions/interaction/timeline/?person={ORDINARY}",
    "timeline, mission": "/missions/interaction/timeline/?mission=4",
    "follow-ups, mine": "/missions/followup/?assignee=me",
    "calendar": "/missions/followup/calendar/",
    "radar, mine": "/missions/stalelead/?owner=me",
    "quick log, whom": "/missions/interaction/log/whom/?q=uztextil",
}


def pages():
    """Print what the pages of the day take."""
    return measure(PAGES)


def nightly():
    """Print how long each piece of nightly work takes: anew, and again with nothing to change.

    What takes minutes is not done again.
    """
    from legcrm.daily import TASKS

    found = {}
    for task in TASKS:
        walls = []
        while len(walls) < 2 and sum(walls) < LONG:
            wall = time.perf_counter()
            outcome = task.work(_today())
            walls.append(time.perf_counter() - wall)
        found[task.name] = {"walls": walls, "outcome": str(outcome)}
    return found


STEPS = {step.__name__: step for step in (finding_steps.static, migrate, fill, pages, nightly)}

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    django.setup()
    print(json.dumps(STEPS[name](*arguments)))
