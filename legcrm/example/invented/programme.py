"""An invented programme: 42 official appointments of April 2023, and those of the running trip.

The delegation goes in four groups, so that nobody is in two places at once. Where the facts name
a day and a place (the signings in Astana and Samarkand, the visits of 27 April), it keeps to them;
hours, venues and all else are invented.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from missions.models import Appointment, AppointmentHost, AppointmentParticipation

from ..facts import HEADS, TRIP
from ..loading import GONE
from .missions import (
    INTERPRETERS_2023,
    POLAND,
    TRIP_2023_BUILDING,
    TRIP_2023_POLITICS,
    TRIP_2023_TEXTILES,
    TRIP_2023_UNIVERSITIES,
)

GROUPS = {
    "P": [last_name for _first, last_name, _role in HEADS] + TRIP_2023_POLITICS,
    "T": TRIP_2023_TEXTILES,
    "B": TRIP_2023_BUILDING,
    "U": TRIP_2023_UNIVERSITIES,
}
# How many of a group fit in; the others have time of their own. The press isn't at the talks.
PLACES = {"official": 6, "company_visit": 5}
INTERPRETERS = dict(zip("PTB", INTERPRETERS_2023, strict=True))

# stop, day of April 2023, then: group, start, end, kind, title, hosts
OFFICIAL = [
    ("Astana", 24, [
        ("P", "08:30", "09:30", "official", "Gespräch im Wirtschaftsressort", []),
        ("P", "10:15", "11:30", "official", "Austausch mit dem Industrieverband",
         ["mysal-verband"]),
        ("P", "14:00", "15:00", "official", "Gespräch mit der Stadtverwaltung Astana", []),
        ("P", "16:00", "17:00", "conference", "Pressegespräch zur Delegationsreise", []),
        ("T", "09:00", "10:30", "b2b", "Runder Tisch Leichtindustrie", ["aplp"]),
        ("T", "11:00", "12:00", "signing", "Unterzeichnung TITK – Leichtindustrie", ["aplp"]),
        ("T", "14:30", "16:30", "b2b", "Kooperationsbörse Astana, Gruppe 1", ["mysal-verband"]),
        ("B", "09:00", "10:30", "company_visit", "Besuch bei Mysal Energy", ["mysal-energy"]),
        ("B", "11:15", "12:30", "official", "Fachgespräch Wasser und Abwasser", []),
        ("B", "14:30", "16:30", "b2b", "Kooperationsbörse Astana, Gruppe 2", ["mysal-verband"]),
        ("U", "10:00", "11:30", "signing", "Unterzeichnung an der Narikbayev-Universität",
         ["narikbayev"]),
        ("U", "14:00", "16:00", "official", "Gespräche an der Nasarbajew-Universität",
         ["nazarbayev"]),
    ]),
    ("Astana", 25, [
        ("P", "09:00", "10:00", "official", "Frühstücksgespräch mit der deutschen Wirtschaft", []),
        ("T", "09:00", "10:15", "company_visit", "Besuch eines Gründerzentrums", []),
        ("B", "09:00", "10:15", "official", "Fachgespräch Rohstoffe", []),
    ]),
    ("Almaty", 25, [
        ("P", "17:30", "18:30", "official", "Gespräch mit der Stadtverwaltung Almaty", []),
    ]),
    ("Almaty", 26, [
        ("P", "09:00", "10:15", "official", "Gespräch mit der Handelskammer", []),
        ("P", "11:00", "12:00", "company_visit", "Besuch im Logistikzentrum", []),
        ("T", "09:00", "11:00", "company_visit", "Werksbesuch Mysal Textil", ["mysal-textil"]),
        ("T", "11:45", "13:00", "b2b", "Einzelgespräche Textil und Chemie", ["mysal-textil"]),
        ("B", "09:00", "11:00", "company_visit", "Besuch bei Primer Mining", ["primer-mining"]),
        ("B", "11:45", "13:00", "b2b", "Einzelgespräche Bergbau und Bau", ["primer-mining"]),
        ("U", "09:30", "11:30", "official", "Gespräche an der Al-Farabi-Universität", ["farabi"]),
    ]),
    ("Taschkent", 27, [
        ("P", "08:30", "09:45", "official", "Gespräch im Ministerium für Beschäftigung",
         ["employment"]),
        ("P", "10:30", "11:30", "official", "Gespräch im Investitionsressort", []),
        ("P", "14:00", "15:00", "official", "Austausch mit der deutschen Auslandsvertretung", []),
        ("P", "15:45", "16:45", "official", "Gespräch mit der Stadtverwaltung Taschkent", []),
        ("T", "09:00", "10:30", "official", "Gespräch bei UzTextilprom", ["uztextilprom"]),
        ("T", "11:15", "12:45", "company_visit", "Werksbesuch Misol Tekstil", ["misol-tekstil"]),
        ("T", "14:30", "16:30", "b2b", "Kooperationsbörse Taschkent, Gruppe 1",
         ["uztextilprom"]),
        ("B", "09:00", "10:30", "official", "Fachgespräch Bergbau", ["misol-konchilik"]),
        ("B", "11:15", "12:45", "official", "Fachgespräch Bildungszentrum", ["employment"]),
        ("B", "14:30", "16:30", "b2b", "Kooperationsbörse Taschkent, Gruppe 2",
         ["misol-qurilish"]),
        ("U", "09:00", "11:00", "official", "Besuch der Turin Polytechnic University in Tashkent",
         ["ttpu"]),
        ("U", "13:30", "15:30", "official",
         "Gespräche an der Tashkent University of Information Technologies", ["tuit"]),
    ]),
    ("Samarkand", 28, [
        ("P", "09:30", "10:30", "official", "Gespräch mit der Gebietsverwaltung Samarkand", []),
        ("P", "11:15", "12:15", "company_visit", "Rundgang durch ein Gewerbegebiet", []),
        ("T", "09:30", "11:00", "company_visit", "Besuch einer Seidenmanufaktur", []),
        ("B", "09:30", "11:00", "company_visit", "Baustelle von Misol Qurilish",
         ["misol-qurilish"]),
        ("B", "11:45", "12:45", "b2b", "Einzelgespräche Bau und Umwelt", ["misol-qurilish"]),
        ("U", "10:00", "11:30", "signing",
         "Unterzeichnung am Samarkand Institute of Economics and Service", ["sies"]),
    ]),
    ("Samarkand", 29, [
        ("P", "09:00", "10:00", "official", "Bilanzgespräch der Delegationsleitung", []),
    ]),
]  # fmt: skip

# stop, day, start, end, kind, title
AROUND = [
    # Transfers and receptions are for everybody; only the delegation's head is listed for them.
    ("Astana", 23, "20:30", "21:30", "transfer", "Ankunft und Transfer zum Hotel"),
    ("Astana", 24, "19:00", "21:00", "reception", "Empfang in Astana"),
    ("Astana", 25, "12:00", "13:00", "transfer", "Transfer zum Flughafen Astana"),
    ("Almaty", 25, "19:30", "21:30", "reception", "Abendessen der Delegation in Almaty"),
    ("Almaty", 26, "16:00", "17:00", "transfer", "Transfer zum Flughafen Almaty"),
    ("Taschkent", 27, "19:00", "21:00", "reception", "Empfang in Taschkent"),
    ("Samarkand", 28, "07:00", "09:00", "transfer", "Zugfahrt nach Samarkand"),
    ("Samarkand", 29, "12:00", "13:00", "transfer", "Rückreise"),
]

OUTCOMES = {
    "Runder Tisch Leichtindustrie": "Interesse an gemeinsamen Faserprüfungen; Muster folgen.",
    "Gespräch bei UzTextilprom": "Verband sammelt bei seinen Mitgliedern Themen für Forschung.",
    "Fachgespräch Bildungszentrum": "Das Ministerium nennt bis Sommer einen möglichen Standort.",
    "Fachgespräch Bergbau": "Interesse an Sicherheitstechnik; Angebot angefragt.",
}

# day after the start, stop, start, end, kind, title, hosts, status, official
POLAND_PROGRAMME = [
    (0, "Breslau", "10:00", "11:30", "official", "Begrüßung in Breslau", ["przyklad-tech"],
     "held", True),
    (0, "Breslau", "14:00", "16:00", "company_visit", "Werksbesuch Przykład Technologie",
     ["przyklad-tech"], "held", True),
    (1, "Breslau", "09:00", "12:00", "b2b", "Kooperationsbörse Breslau", ["przyklad-tech"],
     "confirmed", True),
    (1, "Breslau", "18:30", "20:30", "reception", "Abendessen mit Unternehmen", [], "confirmed",
     False),
    (2, "Posen", "13:00", "15:00", "company_visit", "Besuch bei Wzór Logistyka",
     ["wzor-logistyka"], "confirmed", True),
    (3, "Posen", "09:30", "11:00", "official", "Gespräch mit der Kammer in Posen", [], "planned",
     True),
    (4, "Warschau", "14:00", "15:30", "official", "Gespräch an der Politechnika Przykładowa",
     ["przyklad-politechnika"], "confirmed", True),
    (5, "Warschau", "10:00", "12:00", "b2b", "Einzelgespräche in Warschau", [], "planned", True),
]  # fmt: skip
POLAND_PEOPLE = ["Beispielmann", "Mustermann", "Beispieler", "Exempler", "Musterplanung"]


def load(loader, missions, stops, organisations, everybody, participations):
    """Load both programmes; hours are those of the clock at the stop."""
    trip = missions[TRIP]
    everyone = dict(participations) | _heads(trip)

    def add(code, city, day, start, end, title, hosts=(), guests=(), **values):
        stop = stops[code, city]
        zone = ZoneInfo(getattr(stop, "timezone", "UTC"))
        appointment = loader.put(
            Appointment,
            {"mission": missions[code], "title": title},
            stop=stop,
            starts_at=datetime.combine(day, time.fromisoformat(start), zone),
            ends_at=datetime.combine(day, time.fromisoformat(end), zone),
            outcome=OUTCOMES.get(title, ""),
            **values,
        )
        for key in hosts:
            loader.put(
                AppointmentHost, {"appointment": appointment, "organisation": organisations[key]}
            )
        for name in guests:
            loader.put(
                AppointmentParticipation,
                {"appointment": appointment, "participation": everyone.get((code, name), GONE)},
            )

    for city, day, rows in OFFICIAL:
        for group, start, end, kind, title, hosts in rows:
            add(
                TRIP, city, date(2023, 4, day), start, end, title, hosts,
                GROUPS[group][: PLACES.get(kind)], kind=kind, status="held",
                counts_as_official=True,
                interpreter=everybody[INTERPRETERS[group]] if group in INTERPRETERS else None,
            )  # fmt: skip
    for city, day, start, end, kind, title in AROUND:
        add(
            TRIP, city, date(2023, 4, day), start, end, title, guests=GROUPS["P"][:2],
            kind=kind, status="held",
        )  # fmt: skip
    first_day = getattr(missions[POLAND], "starts_on", date.min)
    for days, city, start, end, kind, title, hosts, status, official in POLAND_PROGRAMME:
        add(
            POLAND, city, first_day + timedelta(days=days), start, end, title, hosts,
            POLAND_PEOPLE, kind=kind, status=status, counts_as_official=official,
            interpreter=everybody["Musterübersetzung"] if kind != "reception" else None,
        )  # fmt: skip


def _heads(trip):
    """Return the participations of the delegation's heads, which are facts, by their key."""
    if trip is GONE:
        return {}
    return {
        (TRIP, participation.person.last_name): participation
        for participation in trip.participations.filter(role="head").select_related("person")
    }
