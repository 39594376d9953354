"""Invented missions around today, and who took part in them and in those of the facts.

Days of the invented missions count from the day of the first load, so that one is running and
others are to come. The numbers of participants keep to the facts where those give any: the
business trip of 2022 had 25, among them 17 from companies.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from missions.models import (
    Mission,
    MissionCountry,
    MissionLink,
    MissionSector,
    Participation,
    Stop,
)
from partners.models import Affiliation, Sector

from ..facts import TRIP

BUSINESS_TRIP = "2022-unternehmensreise"
FAIR = "beispiel-messe-posen"
POLAND = "beispiel-polen"
ONLINE = "beispiel-online-usbekistan"
VIETNAM = "beispiel-vietnam"
GEORGIA = "beispiel-georgien"
RETURN = "beispiel-usbekistan-folgereise"

# Days from today to the start, days that it lasts (None: not yet known)
MISSIONS = [
    {
        "code": FAIR, "kind": "trade_fair", "status": "completed", "days": (-390, 4),
        "title_de": "Gemeinschaftsstand auf der Mustermesse Posen (Beispiel)",
        "title_en": "Joint stand at the sample fair in Poznań (example)",
        "objectives": "Acht Thüringer Zulieferer zeigen ihre Produkte auf einem gemeinsamen "
        "Stand.",
        "capacity": 10, "cost_eur": Decimal("48200.00"), "funding_eur": Decimal("31000.00"),
        "funding_source": "Messeförderung des Landes (erfunden)",
        "selection_procedure": "Offener Aufruf auf der Internetseite und im Rundbrief. Die Plätze "
        "wurden nach Eingang der Anmeldungen vergeben, je Branche höchstens vier.",
        "stops": [("Posen", "PL", "Europe/Warsaw", 0, 3)],
        "sectors": ["automotive", "mechanical-engineering", "logistics"], "asks": True,
    },
    {
        "code": ONLINE, "kind": "online_mission", "status": "running", "days": (-12, 60),
        "title_de": "Online-Mission Usbekistan (Beispiel)",
        "title_en": "Online mission Uzbekistan (example)",
        "objectives": "Videogespräche mit Interessenten aus Usbekistan über zwei Monate.",
        "capacity": 15, "countries": ["UZ"], "stops": [],
        "sectors": ["environment", "construction", "textiles"],
        "built_on": [TRIP],
    },
    {
        "code": POLAND, "kind": "business_trip", "status": "running", "days": (-1, 7),
        "title_de": "Unternehmensreise nach Polen (Beispiel)",
        "title_en": "Business trip to Poland (example)",
        "objectives": "Gespräche mit Fahrzeugwerken, Logistikern und einer Hochschule.",
        "capacity": 10, "cost_eur": Decimal("36500.00"),
        "selection_procedure": "Aufruf an die Betriebe der beiden Branchen; über die Plätze "
        "entschied ein Ausschuss aus Kammern, Verband und Landesgesellschaft.",
        "stops": [
            ("Breslau", "PL", "Europe/Warsaw", 0, 2),
            ("Posen", "PL", "Europe/Warsaw", 2, 4),
            ("Warschau", "PL", "Europe/Warsaw", 4, 6),
        ],
        "sectors": ["automotive", "logistics"],
        "built_on": [FAIR],
    },
    {
        "code": VIETNAM, "kind": "business_trip", "status": "registration", "days": (110, 7),
        "title_de": "Unternehmensreise nach Vietnam (Beispiel)",
        "title_en": "Business trip to Vietnam (example)",
        "objectives": "Märkte für Medizintechnik, Glas und Solarenergie erkunden.",
        "capacity": 12, "deadline": 45, "cost_eur": Decimal("62000.00"),
        "stops": [
            ("Hanoi", "VN", "Asia/Ho_Chi_Minh", 0, 3),
            ("Ho-Chi-Minh-Stadt", "VN", "Asia/Ho_Chi_Minh", 3, 6),
        ],
        "sectors": ["health", "energy", "glass-ceramics"],
    },
    {
        "code": GEORGIA, "kind": "information_event", "status": "planned", "days": (62, 1),
        "title_de": "Informationsveranstaltung Georgien (Beispiel)",
        "title_en": "Information event Georgia (example)",
        "objectives": "Was der georgische Markt für Lebensmittel und Wassertechnik bietet.",
        "capacity": 40, "deadline": 50, "countries": ["GE"], "stops": [],
        "sectors": ["food-agriculture", "environment"],
    },
    {
        "code": RETURN, "kind": "delegation_trip", "status": "idea", "days": (320, None),
        "precision": "season",
        "title_de": "Folgereise nach Usbekistan (Beispiel)",
        "title_en": "Return trip to Uzbekistan (example)",
        "objectives": "Die Kontakte der Delegationsreise von 2023 vertiefen.",
        "countries": ["UZ"], "stops": [], "sectors": ["construction", "mining", "textiles"],
        "built_on": [TRIP, ONLINE],
    },
]  # fmt: skip

INFO_2021 = [
    "textiltechnik", "kunststoff", "maschinenbau", "energietechnik", "recycling", "logistik",
    "infrastruktur", "bergbautechnik", "chemie", "titk", "hsn", "beratung",
]  # fmt: skip
INFO_2022 = [
    "textiltechnik", "maschinenbau", "wassertechnik", "agrartechnik", "bergbautechnik", "solar",
    "fahrzeugteile", "elektronik", "infrastruktur", "ingenieure", "ebz", "metallbau", "moebel",
]  # fmt: skip
ONLINE_2021 = [
    "Muster", "Mustermann", "Musterfrau", "Musterfeld", "Beispielhaus", "Beispieler",
    "Musterbauer", "Exempelmann", "Beispielfarb", "Musterfaser", "Musterweg",
]  # fmt: skip
# 17 from companies and 8 others, as the sources count them.
TRIP_2022_COMPANIES = [
    "Muster", "Mustermann", "Musterfrau", "Exempel", "Musterfeld", "Beispielhaus", "Musterbauer",
    "Exempelmann", "Beispieler", "Musterweg", "Probefeld", "Beispielmann", "Exempler",
    "Probst-Beispiel", "Beispielfarb", "Musterplan", "Probesonne",
]  # fmt: skip
TRIP_2022_OTHERS = [
    "Musterfaser", "Beispielaustausch", "Musterrunde", "Musterakte", "Musterreise",
    "Beispielziel", "Beispielwort", "Musterlehre",
]  # fmt: skip
TRIP_2023_TEXTILES = [
    "Muster", "Mustermann", "Beispielfarb", "Musterfaser", "Beispielgarn", "Beispieler",
    "Probefeld", "Musterweg", "Probe",
]  # fmt: skip
TRIP_2023_BUILDING = [
    "Musterfrau", "Musterfeld", "Beispielhaus", "Musterbauer", "Exempelmann",
    "Probst-Beispiel", "Musterplan", "Probesonne", "Musterstahl", "Musterlehre",
]  # fmt: skip
TRIP_2023_UNIVERSITIES = [
    "Mustermensa", "Beispielaustausch", "Musterkristall", "Beispielkolleg",
]  # fmt: skip
TRIP_2023_POLITICS = [
    "Musterakte", "Beispielprotokoll", "Musterrunde", "Beispielziel", "Musterreise",
    "Beispielzeile", "Musterbild",
]  # fmt: skip
UNPAID = ["Musterstahl", "Probe"]
INTERPRETERS_2023 = ["Beispielwort", "Mustersatz", "Beispielsprache"]

# mission -> (last name, status)
AROUND_TODAY = {
    FAIR: [
        ("Beispielmann", "attended"), ("Mustermann", "attended"), ("Musterfrau", "attended"),
        ("Exempler", "attended"), ("Beispieler", "attended"), ("Mustertisch", "no_show"),
        ("Musterstahl", "attended"), ("Musterreise", "attended"), ("Musterglas", "cancelled"),
    ],
    POLAND: [
        ("Beispielmann", "confirmed"), ("Mustermann", "confirmed"), ("Beispieler", "confirmed"),
        ("Mustertisch", "confirmed"), ("Exempler", "confirmed"), ("Beispielsaal", "confirmed"),
        ("Musterplanung", "confirmed"), ("Musterübersetzung", "confirmed"),
        ("Exempelberg", "confirmed"), ("Musterstahl", "declined"),
    ],
    ONLINE: [
        ("Beispielhaus", "confirmed"), ("Probst-Beispiel", "confirmed"),
        ("Musterbauer", "confirmed"), ("Musterfaser", "confirmed"), ("Beispielfarb", "accepted"),
        ("Probesonne", "applied"), ("Musterplan", "applied"),
    ],
    VIETNAM: [
        ("Exempel", "accepted"), ("Probe", "accepted"), ("Musterglas", "applied"),
        ("Probesonne", "applied"), ("Musterweg", "applied"), ("Musterkristall", "invited"),
        ("Exempler", "invited"), ("Musterplanung", "confirmed"), ("Probekorn", "declined"),
    ],
    GEORGIA: [
        ("Probekorn", "invited"), ("Probst-Beispiel", "invited"), ("Probefeld", "applied"),
        ("Beispielrat", "invited"),
    ],
}  # fmt: skip

ROLES = {
    "company": "company",
    "university": "university",
    "research_institute": "research",
    "association": "association",
    "education_provider": "company",
}


def load(loader, facts, users):
    """Return all missions by code, those of the facts too, and the stops by (code, city)."""
    today = timezone.localdate()
    sectors = Sector.objects.in_bulk(field_name="key")
    missions = dict(facts.missions)
    stops = {(TRIP, city): stop for city, stop in facts.stops.items()}
    for row in MISSIONS:
        begins, lasts = row["days"]
        starts_on = today + timedelta(days=begins)
        deadline = row.get("deadline")
        mission = missions[row["code"]] = loader.put(
            Mission,
            {"code": row["code"]},
            kind=row["kind"],
            status=row["status"],
            title_de=row["title_de"],
            title_en=row["title_en"],
            starts_on=starts_on,
            ends_on=None if lasts is None else starts_on + timedelta(days=lasts - 1),
            date_precision=row.get("precision", "day"),
            objectives=row["objectives"],
            capacity=row.get("capacity"),
            asks_participants=row.get("asks", False),
            registration_deadline=deadline and today + timedelta(days=deadline),
            cost_eur=row.get("cost_eur"),
            funding_eur=row.get("funding_eur"),
            funding_source=row.get("funding_source", ""),
            selection_procedure=row.get("selection_procedure", ""),
            owner=users["projektleitung"],
        )
        # Known only if the mission is there, and its own days count, not today's.
        first_day = getattr(mission, "starts_on", starts_on)
        for position, (city, country, zone, arrives, leaves) in enumerate(row["stops"], start=1):
            stops[row["code"], city] = loader.put(
                Stop,
                {"mission": mission, "city": city},
                position=position,
                country=country,
                timezone=zone,
                arrives_on=first_day + timedelta(days=arrives),
                leaves_on=first_day + timedelta(days=leaves),
            )
        for country in row.get("countries", ()):
            loader.put(MissionCountry, {"mission": mission, "country": country})
        for key in row["sectors"]:
            loader.put(MissionSector, {"mission": mission, "sector": sectors[key]})
        for earlier in row.get("built_on", ()):
            loader.put(MissionLink, {"mission": mission, "earlier": missions[earlier]})
    return missions, stops


def load_participations(loader, missions, organisations, everybody):
    """Return the participations by (code of the mission, last name)."""
    affiliations = _organisations_of(everybody)
    participations = {}

    def add(code, last_name, status, **values):
        person = everybody[last_name]
        organisation = affiliations.get(getattr(person, "pk", None))
        if "role" not in values:
            values["role"] = _role(organisation)
        participations[code, last_name] = loader.put(
            Participation,
            {"mission": missions[code], "person": person},
            organisation=organisation,
            status=status,
            **values,
        )

    for code, keys in (
        ("2021-info-zentralasien", INFO_2021),
        ("2022-info-zentralasien", INFO_2022),
    ):
        for key in keys:
            loader.put(
                Participation,
                {"mission": missions[code], "organisation": organisations[key], "person": None},
                role=ROLES.get(getattr(organisations[key], "kind", ""), "company"),
                status="attended",
            )
    for name in ONLINE_2021:
        add("2021-online-mission", name, "attended")
    for name in TRIP_2022_COMPANIES + TRIP_2022_OTHERS:
        add(BUSINESS_TRIP, name, "attended")
    for rank, name in enumerate(
        TRIP_2023_POLITICS
        + TRIP_2023_UNIVERSITIES
        + TRIP_2023_TEXTILES
        + TRIP_2023_BUILDING
        + INTERPRETERS_2023,
        start=3,  # After the two heads of the delegation.
    ):
        paying = name in TRIP_2023_TEXTILES + TRIP_2023_BUILDING
        add(
            TRIP,
            name,
            "attended",
            protocol_rank=rank,
            fee_eur=Decimal("950.00") if paying else None,
            # Two fees are still open: the checklist of the mission shows that.
            fee_paid_on=date(2023, 3, 24) if paying and name not in UNPAID else None,
        )
    for name in ("Musterglas", "Exempler"):
        add(TRIP, name, "cancelled", status_reason="Aus betrieblichen Gründen abgesagt.")
    for name in ("Mysalova", "Mysalov", "Musterfaser", "Beispielgarn"):
        add("2024-besuch-titk", name, "attended")
    for code, rows in AROUND_TODAY.items():
        for name, status in rows:
            add(code, name, status)
    return participations


def _organisations_of(everybody):
    people = [person.pk for person in everybody.values() if hasattr(person, "pk")]
    return {
        affiliation.person_id: affiliation.organisation
        for affiliation in Affiliation.objects.open()
        .filter(person__in=people, is_primary=True)
        .select_related("organisation")
    }


def _role(organisation):
    """Return the role in which people of ``organisation`` travel."""
    kind = getattr(organisation, "kind", "")
    if kind == "public_body":
        return "agency_staff" if organisation.short_name == "LEG Thüringen" else "ministry"
    if kind == "other":
        return "press" if "Zeitung" in organisation.name else "interpreter"
    return ROLES.get(kind, "company")
