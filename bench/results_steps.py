"""What ``bench.results`` measures: each step is run as ``python -m bench.results_steps NAME …``.

``fill COUNT`` writes the organisations, the missions, who took part, and results of each mission.
"""

import json
import random
import statistics
import sys
import time
from datetime import date, timedelta

import django

from bench import finding_steps
from bench.finding_steps import measure, rows_of, set_sequences, write
from bench.steps import USER, migrate

MISSIONS = 50
PLACES = 5_000
RESULTS = 20  # of each kind and mission
ROUNDS = 7
FIRST = date(2015, 1, 1)


def fill(count):
    """Write ``count`` home organisations, of which 5,000 by chance are on each mission."""
    from django.db import connection

    from missions.models import Mission, MissionLink, Participation
    from partners.models import Organisation

    count, chance = int(count), random.Random(1)
    organisations = [
        Organisation(
            pk=key, kind="company" if key % 5 else "university", name=f"Musterwerk {key}",
            country="DE", city="Erfurt", is_home=True,
        )
        for key in range(1, count + 1)
    ]  # fmt: skip
    missions = [
        Mission(
            pk=key, code=f"bench-{key}", title_de=f"Reise {key}", title_en=f"Trip {key}",
            kind="business_trip", status="completed", starts_on=FIRST + timedelta(days=60 * key),
            ends_on=FIRST + timedelta(days=60 * key + 5),
        )
        for key in range(1, MISSIONS + 1)
    ]  # fmt: skip
    for record in (*organisations, *missions):
        record.derive()
        record.search_text = record.build_search_text([])
    write(*rows_of(organisations))
    write(*rows_of(missions))
    write(*rows_of([MissionLink(pk=key, mission_id=key + 1, earlier_id=key)
                    for key in range(1, MISSIONS)]))  # fmt: skip
    # One row as the model has it, and 250,000 times what differs.
    first = Participation(pk=0, mission_id=0, organisation_id=0, status="attended")
    model, columns, (row,) = rows_of([first])
    places = [columns.index(name) for name in ("id", "mission_id", "organisation_id")]
    for mission in missions:
        rows = []
        for number, key in enumerate(chance.sample(range(1, count + 1), PLACES)):
            values = (mission.pk * PLACES + number, mission.pk, key)
            row = list(row)
            for place, value in zip(places, values, strict=True):
                row[place] = value
            rows.append(row)
        write(model, columns, rows)
    for records in _results(missions, count, chance):
        write(*rows_of(records))
    set_sequences() if connection.vendor == "postgresql" else None
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _results(missions, count, chance):
    from missions.models import Agreement, AgreementParty, Project, ProjectParty

    numbers = [(mission, mission.pk * RESULTS + number) for mission in missions
               for number in range(RESULTS)]  # fmt: skip
    agreements = [
        Agreement(
            pk=key, title=f"Vereinbarung {key}", field="economic", status="signed",
            mission=mission, signed_on=mission.ends_on + timedelta(days=key % 400),
        )
        for mission, key in numbers
    ]  # fmt: skip
    projects = [
        Project(pk=key, title=f"Projekt {key}", owner_id=1, origin_mission=mission)
        for mission, key in numbers
    ]
    for record in (*agreements, *projects):
        record.search_text = record.build_search_text([])
    yield agreements
    yield projects
    yield [
        AgreementParty(
            pk=key, agreement_id=key, organisation_id=chance.randint(1, count), side="home"
        )
        for _mission, key in numbers
    ]
    yield [
        ProjectParty(pk=key, project_id=key, organisation_id=chance.randint(1, count))
        for _mission, key in numbers
    ]


def figures():
    """Print what the figures take without their pages."""
    from django.contrib.auth import get_user_model

    from missions.balance import Balance
    from missions.funnel import Funnel
    from missions.models import Mission

    user = get_user_model().objects.get(username=USER)
    missions = list(Mission.objects.order_by("pk"))

    def funnel():
        found = Funnel(missions[-1], user)
        found.steps()
        for column in found.columns:
            found.to_a_result(column)
        found.first_to_first()
        found.page(1)

    return {
        "funnel, figures and first rows": _measure(funnel),
        "Bilanz of all missions": _measure(lambda: Balance(missions, user).results()),
        "Bilanz of one mission": _measure(lambda: Balance(missions[-1:], user).results()),
    }


def _measure(work):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        work()
    cpus, walls = [], []
    for _round in range(ROUNDS):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        cpus.append(time.process_time() - cpu)
        walls.append(time.perf_counter() - wall)
    return {
        "cpu": statistics.median(cpus),
        "wall": statistics.median(walls),
        "queries": len(queries),
        "size": 0,
    }


PAGES = {
    "funnel, page": f"/missions/mission/{MISSIONS}/funnel/",
    "funnel, page, of one kind": f"/missions/mission/{MISSIONS}/funnel/?kind=university",
    "chains, page": "/missions/mission/chains/",
    "path, tab": "/missions/mission/path/?organisation=13",
    "Bilanz, page": f"/missions/mission/{MISSIONS}/balance/",
    "comparison, page": "/missions/mission/comparison/",
}


def pages():
    """Print what the pages take."""
    return measure(PAGES)


STEPS = {step.__name__: step for step in (finding_steps.static, migrate, fill, figures, pages)}

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    django.setup()
    print(json.dumps(STEPS[name](*arguments)))
