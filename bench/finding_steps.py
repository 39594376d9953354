"""What ``bench.finding`` measures: each step is run as ``python -m bench.finding_steps NAME …``.

``fill COUNT`` writes the rows past the models, since a million saves would take hours; their
search texts and keys are made by the models all the same. ``pages NAME`` asks for pages as a
browser does, and prints for each the processor time of this process, the time on the clock and the
number of queries; ``NAME`` is "ours" or "stock" (run under ``bench.stock_settings``).
"""

import json
import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta

import django

from bench.organisations import organisation
from bench.people import person
from bench.steps import USER, migrate

# A word that three organisations bear, one that a few per cent bear, and one of half of them.
RARE = "uztextil"
RARE_NAMES = (
    ("UzTextilprom", "Ўзтўқимачиликсаноат"),
    ("UzTextilprom Samarkand", "Ўзтўқимачиликсаноат Самарқанд"),
    ("Verband UzTextil", "Ассоциация Узтекстиль"),
)
FREQUENT = "maschinenbau"
ANYWHERE = "erfurt"
ROUNDS = 7
CHUNK = 5_000
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)


# --- Filling ------------------------------------------------------------------------------------


def fill(count):
    """Write ``count`` organisations, a person and a contact each, and what hangs on them."""
    from django.db import connection

    from missions.models import Mission

    count = int(count)
    mission = Mission(
        pk=1, code="2025-bench", title_de="Reise", title_en="Trip", kind="delegation_trip",
        starts_on=date(2025, 4, 23), status="completed",
    )  # fmt: skip
    mission.search_text = mission.build_search_text([])
    write(*rows_of([mission]))
    parts = [(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    if connection.vendor == "postgresql":
        # One index made of all rows takes a fraction of the time of a million additions to it.
        indexes = take_search_indexes()
        # Begun anew, since a forked process would share the connections of this one.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, mp_context=spawn, initializer=django.setup) as pool:
            list(pool.map(_write_part, parts))
        with connection.cursor() as cursor:
            for definition in indexes:
                cursor.execute(definition)
        set_sequences()
    else:
        for part in parts:
            _write_part(part)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def take_search_indexes():
    """Drop the trigram indexes; return the statements that make them again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'"
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
    return [definition for _name, definition in found]


def _write_part(part):
    from django.db import transaction

    with transaction.atomic():
        for model, names, rows in _tables(*part):
            write(model, names, rows)


def _tables(start, end):
    """Yield ``(model, field names, rows)`` of the organisations ``start`` to ``end``."""
    from missions.models import (
        Cooperation,
        Interaction,
        InteractionOrganisation,
        Participation,
    )
    from partners.models import (
        Affiliation,
        MarketInterest,
        Organisation,
        OrganisationName,
        OrganisationProfile,
        OrganisationSector,
        Person,
        Sector,
    )

    sectors = dict(Sector.objects.values_list("key", "pk"))
    organisations, names, links, people, affiliations = [], [], [], [], []
    interests, profiles, participations, cooperations = [], [], [], []
    interactions, interaction_links = [], []
    for number in range(start, end):
        key = number + 1
        row = organisation(number)
        if key in (4_003, 6_003, 8_003):  # three abroad
            row["name"], native = RARE_NAMES[key // 2_000 - 2]
            row["other_names"] = [native]
        columns = {name: row[name] for name in row if name not in LISTS}
        one = Organisation(pk=key, owner_id=1 if number % 20 == 0 else None, **columns)
        one.twins_are_checked = True
        one.check_rules()
        one.search_text = one.build_search_text([*row["other_names"], row["vat"]])
        organisations.append(one)
        for text in row["other_names"]:
            name = OrganisationName(pk=key, organisation_id=key, text=text)
            name.check_rules()
            names.append(name)
        links += [
            OrganisationSector(
                pk=2 * number + at + 1, organisation_id=key, sector_id=sectors[sector]
            )
            for at, sector in enumerate(row["sectors"])
        ]
        someone = person(number)
        role = someone.pop("role")
        human = Person(pk=key, **someone)
        human.check_rules()
        human.search_text = human.build_search_text([one.name, one.short_name])
        people.append(human)
        affiliations.append(Affiliation(pk=key, person_id=key, organisation_id=key, role=role))
        if number % 3 == 0:
            country, status = ("KZ", "exporting") if number % 9 else ("UZ", "interested")
            interests.append(
                MarketInterest(
                    pk=key,
                    organisation_id=key,
                    country=country,
                    status=status,
                    as_of=date(2025, 1, 1),
                )
            )
        if number % 5 == 0:
            profiles.append(
                OrganisationProfile(pk=key, organisation_id=key, language="de", summary="Profil")
            )
        if number % 500 == 0:
            participations.append(
                Participation(
                    pk=key, mission_id=1, organisation_id=key, person_id=key, status="attended"
                )
            )
        if number % 100 == 13 and end - start > 100:  # home with the next abroad
            cooperations.append(
                Cooperation(
                    pk=key, home=one, partner=organisations[number - 3 - start], field="economic"
                )
            )
        talk = Interaction(
            pk=key, kind="call", subject="Telefonat zum Angebot",
            occurred_at=NOW - timedelta(hours=number % 20_000),
        )  # fmt: skip
        talk.search_text = talk.build_search_text([one.name])
        interactions.append(talk)
        interaction_links.append(
            InteractionOrganisation(pk=key, interaction_id=key, organisation_id=key)
        )
    for cooperation in cooperations:
        cooperation.search_text = cooperation.build_search_text([])
    for records in (
        organisations, names, links, people, affiliations, interests, profiles, participations,
        cooperations, interactions, interaction_links,
    ):  # fmt: skip
        if records:
            yield rows_of(records)


LISTS = ("sectors", "other_names", "vat", "foreign_identifier")


def rows_of(records):
    """Return the model, its columns, and the values of ``records`` as the database takes them."""
    from django.db import connection

    model = type(records[0])
    fields = model._meta.concrete_fields
    rows = (
        [field.get_db_prep_save(getattr(record, field.attname), connection) for field in fields]
        for record in records
    )
    return model, [field.column for field in fields], rows


def write(model, columns, rows):
    from django.db import connection

    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))


def set_sequences():
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection

    models = [
        model
        for label in ("partners", "missions")
        for model in apps.get_app_config(label).get_models()
    ]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


# --- Pages --------------------------------------------------------------------------------------

LIST = "/partners/organisation/"
OURS = {
    "list": LIST,
    "list by country": f"{LIST}?country=UZ",
    "list, page 20": f"{LIST}?p=20",
    "filter sheet": f"{LIST}filters/",
    "search, rare word": f"{LIST}?q={RARE}",
    "search, frequent word": f"{LIST}?q={FREQUENT}",
    "search, two words": f"{LIST}?q={FREQUENT}+{ANYWHERE}",
    "search, misspelt word": f"{LIST}?q=uztexstil",
    "palette, rare word": f"/search/?s={RARE}&extended=1",
    "palette, frequent word": f"/search/?s={FREQUENT}&extended=1",
    "autocomplete": (
        f"/autocomplete/?term={FREQUENT}&app_label=partners&model_name=affiliation"
        "&field_name=organisation"
    ),
    "form": f"{LIST}5013/change/",
    "finder": "/missions/segment/finder/",
    "finder, four criteria": (
        "/missions/segment/finder/?home=yes&kind=company&market=KZ&sector=optics&for_country=KZ"
        "&sort=fit"
    ),
    "duplicate check": f"{LIST}similar/?name=Uztekstilprom&country=UZ",
}
STOCK = {
    "list": LIST,
    "list by country": f"{LIST}?country__exact=UZ",
    "search, rare word": f"{LIST}?q={RARE}",
    "search, frequent word": f"{LIST}?q={FREQUENT}",
    "autocomplete": OURS["autocomplete"],
    "form": f"{LIST}5013/change/",
    "list with facets": "/facets/partners/organisation/",
}


def pages(which, *only):
    """Print what ``measure`` finds of the pages of "ours" or "stock"."""
    addresses = OURS if which == "ours" else STOCK
    if only:
        addresses = {name: addresses[name] for name in only}
    return measure(addresses, as_superuser=which == "stock")


def measure(addresses, as_superuser=False):
    """Return ``{page: {"cpu": s, "wall": s, "queries": n, "size": bytes}}``, medians of rounds."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(
        SERVER_NAME="127.0.0.1", headers={"accept-language": "de", "x-forwarded-proto": "https"}
    )
    user = get_user_model().objects.get(username=USER)
    if as_superuser:
        # The same rights as ours has them, without our groups' way of asking.
        user.is_superuser = True
        user.save()
    client.force_login(user)
    found = {}
    for name, address in addresses.items():
        client.get(address)  # what a process asks but once
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        count = len(queries)  # later requests empty the log
        if response.status_code != 200:
            found[name] = {"status": response.status_code}
            continue
        cpus, walls = [], []
        for _round in range(ROUNDS):
            cpu, wall = time.process_time(), time.perf_counter()
            client.get(address)
            cpus.append(time.process_time() - cpu)
            walls.append(time.perf_counter() - wall)
        found[name] = {
            "cpu": statistics.median(cpus),
            "wall": statistics.median(walls),
            "queries": count,
            "size": len(response.content),
        }
    return found


def plain():
    """Time the search of names by ``icontains`` and by ours, to the first fifty."""
    from django.db.models import Q

    from legcrm.core.searching import narrow
    from partners.models import Organisation

    def by_icontains(word):
        names = Q(name__icontains=word) | Q(short_name__icontains=word)
        return Organisation.objects.filter(names | Q(names__text__icontains=word)).distinct()

    def by_search(word):
        return narrow(Organisation.objects.active(), word)

    found = {}
    for name, word in (("rare", RARE), ("frequent", FREQUENT)):
        for how, search in (("icontains", by_icontains), ("ours", by_search)):
            walls = []
            for _round in range(ROUNDS):
                wall = time.perf_counter()
                list(search(word).values_list("pk", "name")[:50])
                walls.append(time.perf_counter() - wall)
            found[f"{how}, {name}"] = statistics.median(walls)
    return found


def static():
    """Collect the static files, whose addresses each page needs."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


STEPS = {step.__name__: step for step in (static, migrate, fill, pages, plain)}

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    django.setup()
    print(json.dumps(STEPS[name](*arguments)))
