"""Invented cooperations, agreements and projects, all away from the trip of 2023."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from missions.models import (
    Agreement,
    AgreementParty,
    Cooperation,
    Milestone,
    Project,
    ProjectParty,
)
from partners.models import Sector

from .missions import BUSINESS_TRIP, FAIR, ONLINE

# home, partner, subject, field, stages with the days since they were reached, origin mission
COOPERATIONS = [
    ("textiltechnik", "misol-tekstil", "Spinnanlagen", "economic",
     [("introduced", 1500), ("talks", 1100), ("agreed", 700), ("active", 420)], BUSINESS_TRIP),
    ("chemie", "misol-tekstil", "Farbstoffe", "economic",
     [("introduced", 1100), ("talks", 380)], BUSINESS_TRIP),
    ("infrastruktur", "misol-qurilish", "Brückenbau", "economic",
     [("introduced", 1050), ("talks", 240)], BUSINESS_TRIP),
    ("wassertechnik", "misol-qurilish", "Kläranlagen", "economic",
     [("identified", 20)], ONLINE),
    ("bergbautechnik", "primer-mining", "Sicherheit unter Tage", "economic",
     [("introduced", 1400), ("talks", 900), ("dormant", 300)], BUSINESS_TRIP),
    ("bergbautechnik", "misol-konchilik", "Fördertechnik", "economic",
     [("introduced", 90), ("talks", 35)], ONLINE),
    ("energietechnik", "mysal-energy", "Blockheizkraftwerke", "economic",
     [("introduced", 1400), ("ended", 800)], BUSINESS_TRIP),
    ("agrartechnik", "namuna-agro", "Bewässerung", "economic", [("introduced", 60)], ONLINE),
    ("recycling", "misol-qurilish", "Sortieranlage", "economic", [("identified", 8)], ONLINE),
    ("fahrzeugteile", "przyklad-tech", "Baugruppen", "economic",
     [("introduced", 388), ("agreed", 320), ("active", 150)], FAIR),
    ("logistik", "wzor-logistyka", "Sammelverkehre", "economic",
     [("introduced", 388), ("talks", 260), ("agreed", 130)], FAIR),
    ("musterhochschule", "przyklad-politechnika", "Doppelabschluss Maschinenbau", "university",
     [("introduced", 300), ("talks", 110)], FAIR),
    ("werkstoffe", "przyklad-politechnika", "Werkstoffprüfung", "research",
     [("introduced", 200)], FAIR),
    ("optik", "vi-du-energy", "Messtechnik", "economic", [("identified", 15)], None),
    ("textiltechnik", "vi-du-det", "Technische Garne", "economic", [("identified", 40)], None),
    ("lebensmittel", "magaliti", "Backmischungen", "economic", [("introduced", 25)], None),
]  # fmt: skip

ENDED = {
    ("energietechnik", "mysal-energy"): "Der Partner hat sich für ein anderes Haus entschieden."
}

# title, home, partner, kind, field, status, mission, days since agreed, since signed. They are
# entered on the day after.
AGREEMENTS = [
    ("Liefervertrag Baugruppen (Beispiel)", "fahrzeugteile", "przyklad-tech", "contract",
     "economic", "signed", FAIR, 340, 320),
    ("Absichtserklärung Sammelverkehre (Beispiel)", "logistik", "wzor-logistyka",
     "letter_of_intent", "economic", "agreed", FAIR, 130, None),
    ("Liefervertrag Spinnanlagen (Beispiel)", "textiltechnik", "misol-tekstil", "contract",
     "economic", "signed", BUSINESS_TRIP, 720, 700),
    ("Memorandum Doppelabschluss (Beispiel)", "musterhochschule", "przyklad-politechnika",
     "memorandum", "university", "planned", FAIR, None, None),
    ("Absichtserklärung Werkstoffprüfung (Beispiel)", "werkstoffe", "przyklad-politechnika",
     "letter_of_intent", "research", "agreed", FAIR, 190, None),
]  # fmt: skip

PROJECTS = [
    {
        "title": "Spinnerei in Taschkent (Beispiel)", "between": ("textiltechnik", "misol-tekstil"),
        "sector": "textiles", "stage": "implementation", "country": "UZ", "city": "Taschkent",
        "mission": BUSINESS_TRIP, "value_forecast_eur": Decimal("4200000.00"),
        "value_confirmed_eur": Decimal("3100000.00"), "jobs_forecast": 12, "jobs_confirmed": 8,
        "confirmed": 200, "starts": 400, "next_step": "Zweite Linie aufbauen",
        "milestones": [("Aufbau der ersten Linie", -90, True), ("Probebetrieb", 25, False)],
    },
    {
        "title": "Kläranlage Samarkand (Beispiel)", "between": ("wassertechnik", "misol-qurilish"),
        "sector": "environment", "stage": "qualified", "country": "UZ", "city": "Samarkand",
        "mission": ONLINE, "value_forecast_eur": Decimal("1800000.00"),
        "next_step": "Bodengutachten anfordern",
        "milestones": [("Ortsbesichtigung", 40, False)],
    },
    {
        "title": "Brücke bei Samarkand (Beispiel)", "between": ("infrastruktur", "misol-qurilish"),
        "sector": "construction", "stage": "negotiation", "country": "UZ", "city": "Samarkand",
        "mission": BUSINESS_TRIP, "value_forecast_eur": Decimal("6500000.00"),
        "jobs_forecast": 20, "next_step": "Angebot überarbeiten",
        "milestones": [("Angebot abgeben", -5, False)],
    },
    {
        "title": "Montage von Baugruppen in Breslau (Beispiel)",
        "between": ("fahrzeugteile", "przyklad-tech"), "sector": "automotive",
        "stage": "completed", "country": "PL", "city": "Breslau", "mission": FAIR,
        "value_forecast_eur": Decimal("900000.00"), "value_confirmed_eur": Decimal("950000.00"),
        "confirmed": 60, "starts": 300, "ends": 70, "next_step": "Erfahrungen auswerten",
        "milestones": [("Abnahme", -70, True)],
    },
    {
        "title": "Gemeinsames Lager in Posen (Beispiel)", "between": ("logistik", "wzor-logistyka"),
        "sector": "logistics", "stage": "negotiation", "country": "PL", "city": "Posen",
        "mission": FAIR, "value_forecast_eur": Decimal("350000.00"), "jobs_forecast": 4,
        "next_step": "Mietvertrag prüfen", "milestones": [],
    },
    {
        "title": "Blockheizkraftwerk Astana (Beispiel)",
        "between": ("energietechnik", "mysal-energy"), "sector": "energy", "stage": "dropped",
        "country": "KZ", "city": "Astana", "mission": BUSINESS_TRIP,
        "drop_reason": "Finanzierung kam nicht zustande.", "look_again": 200, "milestones": [],
    },
    {
        "title": "Sicherheitstechnik Karaganda (Beispiel)",
        "between": ("bergbautechnik", "primer-mining"), "sector": "mining", "stage": "on_hold",
        "country": "KZ", "city": "Karaganda", "mission": BUSINESS_TRIP,
        "value_forecast_eur": Decimal("700000.00"), "look_again": 45, "milestones": [],
        "drop_reason": "Der Partner wartet auf seine Genehmigung.",
    },
    {
        "title": "Bewässerung für Obstbau (Beispiel)", "between": ("agrartechnik", "namuna-agro"),
        "sector": "food-agriculture", "stage": "idea", "country": "UZ", "mission": ONLINE,
        "entered": 33, "milestones": [],
    },
]  # fmt: skip


def _entered(days):
    """Return when something was entered ``days`` ago, and not changed since: then it goes cold."""
    entered = timezone.now() - timedelta(days=days)
    return {"created_at": entered, "updated_at": entered}


def load_cooperations(loader, missions, organisations, users):
    """Return the cooperations by (home, partner)."""
    today = timezone.localdate()
    cooperations = {}
    for number, (home, partner, subject, field, stages, origin) in enumerate(COOPERATIONS):
        (first, days), *later = stages
        key = {
            "home": organisations[home],
            "partner": organisations[partner],
            "subject": subject,
        }
        before = loader.created[Cooperation]
        cooperation = cooperations[home, partner] = loader.put(
            Cooperation,
            key,
            field=field,
            stage=first,
            stage_since=today - timedelta(days=days),
            ended_reason=ENDED.get((home, partner), ""),
            origin_mission=missions[origin] if origin else None,
            owner=users["redaktion" if number % 3 == 0 else "projektleitung"],
        )
        if loader.created[Cooperation] > before:
            for stage, days in later:
                cooperation.stage = stage
                cooperation.stage_since = today - timedelta(days=days)
                cooperation.save()
    return cooperations


def load_agreements(loader, missions, organisations, cooperations):
    """Return the agreements by (home, partner)."""
    today = timezone.localdate()
    agreements = {}
    for title, home, partner, kind, field, status, mission, agreed, signed in AGREEMENTS:
        agreement = agreements[home, partner] = loader.put(
            Agreement,
            {"title": title},
            **_entered(min(filter(None, (agreed, signed)), default=1) - 1),
            kind=kind,
            field=field,
            status=status,
            cooperation=cooperations[home, partner],
            mission=missions[mission],
            agreed_on=today - timedelta(days=agreed) if agreed else None,
            signed_on=today - timedelta(days=signed) if signed else None,
        )
        for side, key in (("home", home), ("foreign", partner)):
            loader.put(
                AgreementParty,
                {"agreement": agreement, "side": side, "organisation": organisations[key]},
            )
    return agreements


def load_projects(loader, missions, organisations, cooperations, agreements, users):
    """Return the projects by their title."""
    today = timezone.localdate()
    sectors = Sector.objects.in_bulk(field_name="key")
    direct = (
        "stage", "country", "city", "value_forecast_eur", "value_confirmed_eur", "jobs_forecast",
        "jobs_confirmed", "next_step", "drop_reason",
    )  # fmt: skip
    projects = {}
    for row in PROJECTS:
        values = {name: row[name] for name in direct if name in row}
        if "confirmed" in row:
            values |= {
                "confirmed_on": today - timedelta(days=row["confirmed"]),
                "confirmed_by": "Geschäftsführung des Unternehmens",
                "confirmed_evidence": "Schreiben des Unternehmens (erfunden)",
            }
        for name, source in (("starts_on", "starts"), ("ends_on", "ends")):
            if source in row:
                values[name] = today - timedelta(days=row[source])
        if "look_again" in row:
            values["look_again_on"] = today + timedelta(days=row["look_again"])
        project = projects[row["title"]] = loader.put(
            Project,
            {"title": row["title"]},
            sector=sectors[row["sector"]],
            origin_mission=missions[row["mission"]],
            cooperation=cooperations[row["between"]],
            agreement=agreements.get(row["between"]),
            owner=users["projektleitung"],
            **_entered(row.get("entered", 0)),
            **values,
        )
        for role, key in zip(("lead", "partner"), row["between"], strict=True):
            loader.put(
                ProjectParty,
                {"project": project, "organisation": organisations[key], "role": role},
            )
        for title, due, done in row["milestones"]:
            due_on = today + timedelta(days=due)
            loader.put(
                Milestone,
                {"project": project, "title": title},
                due_on=due_on,
                done_on=due_on if done else None,
            )
    return projects
