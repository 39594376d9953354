"""An invented contact log until shortly before the first load, and follow-ups around that day."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from missions.models import (
    FollowUp,
    Interaction,
    InteractionOrganisation,
    InteractionPerson,
    InteractionStaff,
)

from ..facts import TRIP
from .missions import BUSINESS_TRIP, FAIR, GEORGIA, ONLINE, POLAND, VIETNAM

# Pairs with a cooperation: when (a date, or the days since), kind, subject, people, staff, notes
PAIRS = {
    ("titk", "uztextilprom"): [
        (date(2023, 5, 11), "email", "TITK und UzTextilprom: Dank und nächste Schritte",
         ["Musterfaser", "Misolova"], "p", "Beide Seiten benennen feste Ansprechpartner."),
        (date(2023, 6, 20), "video", "TITK und UzTextilprom: Themen für Forschung gesammelt",
         ["Musterfaser", "Beispielgarn", "Misolova"], "p",
         "Drei Themen: Baumwollqualität, Rezyklate, Prüfverfahren."),
        (date(2023, 10, 5), "video", "TITK und UzTextilprom: Prüfverfahren abgestimmt",
         ["Beispielgarn", "Namunayev"], "r", "Musterversand wird vorbereitet."),
        (date(2024, 4, 18), "meeting", "TITK und UzTextilprom: Gespräch am Rande einer Tagung",
         ["Musterfaser", "Misolova"], "p", ""),
        (date(2024, 11, 12), "letter", "TITK und UzTextilprom: Proben eingetroffen",
         ["Beispielgarn"], "r", "Vier Faserproben, Prüfbericht im Januar."),
        (520, "video", "TITK und UzTextilprom: Prüfbericht besprochen",
         ["Beispielgarn", "Namunayev"], "p", "Ergebnis gut; Fortsetzung gewünscht."),
        (210, "call", "TITK und UzTextilprom: Förderantrag erwogen", ["Musterfaser"], "p",
         "Antrag nur mit einem Unternehmen sinnvoll."),
        (34, "video", "TITK und UzTextilprom: Unternehmen für Antrag gesucht",
         ["Musterfaser", "Misolova"], "p", "UzTextilprom fragt drei Mitglieder."),
        (4, "call", "TITK und UzTextilprom: zwei Mitglieder interessiert",
         ["Misolova"], "p", "Namen kommen bis Ende des Monats per E-Mail."),
    ],
    ("titk", "aplp"): [
        (date(2023, 7, 4), "video", "TITK und APLP: Arbeitsplan", ["Musterfaser", "Mysalova"],
         "p", ""),
        (date(2024, 2, 8), "email", "TITK und APLP: Besuch in Rudolstadt vorbereitet",
         ["Beispielgarn", "Mysalov"], "r", "Visa laufen."),
        (date(2024, 4, 9), "email", "TITK und APLP: Nachbereitung des Besuchs",
         ["Musterfaser", "Mysalova"], "r", ""),
        (230, "video", "TITK und APLP: Stand der Zusammenarbeit", ["Musterfaser", "Mysalova"],
         "p", "Wenig Bewegung; im Herbst neu ansetzen."),
    ],
    ("ebz", "employment"): [
        (date(2023, 6, 1), "video", "Bildungszentrum Taschkent: Berufe festgelegt",
         ["Musterlehre", "Misolov"], "p", "Schweißen, Elektro, Sanitär."),
        (date(2023, 11, 23), "meeting", "Bildungszentrum Taschkent: Standort besichtigt",
         ["Musterlehre", "Misolov"], "p", ""),
        (260, "email", "Bildungszentrum Taschkent: Lehrpläne übersetzt", ["Musterlehre"], "r",
         ""),
        (48, "video", "Bildungszentrum Taschkent: Ausstattung", ["Musterlehre", "Misolov"], "p",
         "Liste der Geräte liegt vor, Finanzierung offen."),
    ],
    ("hsn", "tuit"): [
        (date(2023, 9, 14), "email", "Austausch mit TUIT: erste Bewerbungen",
         ["Beispielaustausch", "Misolbekov"], "r", ""),
        (300, "video", "Austausch mit TUIT: Bilanz des zweiten Jahrgangs",
         ["Beispielaustausch", "Misolbekov"], "r", "Sechs Studierende, zwei Lehrende."),
        (15, "email", "Austausch mit TUIT: Termine für das Sommersemester",
         ["Beispielaustausch"], "r", ""),
    ],
    ("hsn", "narikbayev"): [
        (date(2023, 10, 19), "video", "Austausch mit der Narikbayev-Universität: Module",
         ["Mustermensa", "Ulgieva"], "r", ""),
        (400, "email", "Austausch mit der Narikbayev-Universität: Anerkennung",
         ["Mustermensa", "Ulgieva"], "r", ""),
    ],
    ("hsn", "sies"): [
        (date(2024, 5, 16), "video", "Gastvorlesung für Samarkand", ["Mustermensa",
         "Misolxonova"], "r", ""),
    ],
    ("fsu", "farabi"): [
        (date(2023, 12, 7), "video", "Sportwissenschaft: Sommerschule geplant",
         ["Beispielkolleg", "Mysalbekova"], "p", ""),
        (190, "email", "Sportwissenschaft: Nachfrage zur Sommerschule", ["Beispielkolleg"], "r",
         "Noch keine Antwort."),
    ],
    ("textiltechnik", "misol-tekstil"): [
        (1480, "meeting", "Spinnanlagen: erstes Gespräch", ["Muster", "Misolzoda"], "p", ""),
        (1100, "video", "Spinnanlagen: technische Klärung", ["Muster", "Misolzoda"], "p", ""),
        (705, "meeting", "Spinnanlagen: Vertrag unterschriftsreif", ["Muster", "Misolzoda"], "p",
         "Zahlungsplan in drei Raten."),
        (95, "call", "Spinnanlagen: Montage der ersten Linie fertig", ["Muster"], "p", ""),
        (11, "email", "Spinnanlagen: Probebetrieb verschoben", ["Muster", "Misolzoda"], "p",
         "Zwei Wochen wegen fehlender Ersatzteile."),
    ],
    ("chemie", "misol-tekstil"): [
        (375, "video", "Farbstoffe: Muster und Preise", ["Beispielfarb", "Misolzoda"], "r", ""),
        (7, "email", "Farbstoffe: Zulassung in Usbekistan", ["Beispielfarb"], "r",
         "Anfrage bei der Behörde läuft."),
    ],
    ("infrastruktur", "misol-qurilish"): [
        (238, "meeting", "Brückenbau: Ausschreibung besprochen", ["Musterbauer", "Namunaxon"],
         "p", ""),
        (30, "call", "Brückenbau: Rückfragen zum Angebot", ["Musterbauer"], "p", ""),
    ],
    ("bergbautechnik", "misol-konchilik"): [
        (88, "video", "Fördertechnik: Bedarf aufgenommen", ["Exempelmann", "Misolxon"], "p", ""),
        (33, "video", "Fördertechnik: Angebot erläutert", ["Exempelmann", "Misolxon"], "p", ""),
    ],
    ("bergbautechnik", "primer-mining"): [
        (900, "meeting", "Sicherheit unter Tage: Vorführung", ["Exempelmann", "Obrazcov"], "p",
         ""),
        (310, "email", "Sicherheit unter Tage: Projekt ruht", ["Obrazcov"], "p",
         "Kunde verschiebt alle Investitionen."),
    ],
    ("agrartechnik", "namuna-agro"): [
        (57, "video", "Bewässerung: Kennenlernen", ["Probefeld", "Namunabekova"], "r", ""),
    ],
    ("fahrzeugteile", "przyklad-tech"): [
        (386, "event", "Baugruppen: Treffen am Messestand", ["Beispielmann", "Przykładowski"],
         "p", ""),
        (322, "meeting", "Baugruppen: Vertrag geschlossen", ["Beispielmann", "Przykładowski"],
         "p", ""),
        (62, "call", "Baugruppen: Zahlen bestätigt", ["Beispielmann"], "p", ""),
    ],
    ("logistik", "wzor-logistyka"): [
        (262, "video", "Sammelverkehre: Fahrplan", ["Beispieler", "Wzorowa"], "r", ""),
        (131, "meeting", "Sammelverkehre: Absichtserklärung", ["Beispieler", "Wzorowa"], "p", ""),
        (19, "email", "Gemeinsames Lager: Angebot des Vermieters", ["Beispieler"], "r", ""),
    ],
    ("musterhochschule", "przyklad-politechnika"): [
        (112, "video", "Doppelabschluss: Studienordnung verglichen",
         ["Beispielsaal", "Przykładny"], "r", ""),
    ],
    ("lebensmittel", "magaliti"): [
        (24, "email", "Backmischungen: Muster verschickt", ["Probekorn", "Magalitadze"], "r", ""),
    ],
}  # fmt: skip

# when, kind, subject, organisations, people, staff, mission, notes
OTHERS = [
    (date(2022, 11, 3), "call", "Auswertung der Unternehmensreise mit dem Verband", ["verband"],
     ["Musterrunde"], "p", BUSINESS_TRIP, ""),
    (date(2023, 3, 15), "meeting", "Vorbereitung der Delegationsreise mit dem Protokoll",
     ["ministry"], ["Beispielprotokoll"], "p", TRIP, "Rangfolge und Gastgeschenke geklärt."),
    (date(2023, 4, 12), "event", "Vorbereitungstreffen der Delegation",
     ["titk", "hsn", "ebz", "verband"], ["Musterfaser", "Mustermensa"], "p", TRIP, ""),
    (date(2023, 5, 24), "meeting", "Nachbereitung der Delegationsreise",
     ["ministry", "titk", "hsn", "ebz"], ["Musterakte"], "p", TRIP, ""),
    (date(2023, 5, 30), "email", "Bilder der Delegationsreise", ["zeitung"], ["Musterbild"], "r",
     TRIP, ""),
    (393, "call", "Letzte Absprachen zum Messestand", ["fahrzeugteile", "kunststoff"],
     ["Mustermann"], "r", FAIR, ""),
    (372, "event", "Auswertung der Messe in Posen", ["fahrzeugteile", "logistik", "elektronik"],
     [], "p", FAIR, ""),
    (40, "email", "Einladung zur Reise nach Vietnam", ["optik", "medizintechnik", "glas"], [],
     "r", VIETNAM, ""),
    (18, "call", "Fragen zur Reise nach Vietnam", ["solar"], ["Probesonne"], "r", VIETNAM,
     "Möchte einen eigenen Tag in Ho-Chi-Minh-Stadt."),
    (16, "video", "Auftakt der Online-Mission Usbekistan",
     ["wassertechnik", "infrastruktur", "misol-qurilish"], ["Namunaxon"], "p", ONLINE, ""),
    (9, "call", "Einzelgespräch Sortieranlage", ["recycling", "misol-qurilish"],
     ["Beispielhaus"], "p", ONLINE, ""),
    (6, "email", "Programm für Georgien abgestimmt", ["magaliti"], ["Magalitadze"], "r", GEORGIA,
     ""),
    (3, "call", "Anreise nach Breslau", ["moebel"], ["Mustertisch"], "r", POLAND,
     "Kommt einen Tag später."),
    (2, "meeting", "Gespräch mit der Hausleitung über Polen", ["leg"], ["Beispielziel"], "p",
     POLAND, ""),
    (1, "meeting", "Werksbesuch in Breslau", ["przyklad-tech", "kunststoff"], ["Mustermann"],
     "p", POLAND, ""),
    (1, "call", "Interesse an Gießharz aus Thüringen", ["przyklad-tech"], [], "r", None, ""),
    (450, "letter", "Glückwunsch zum Jubiläum", ["maschinenbau"], ["Musterfrau"], "r", None, ""),
    (280, "call", "Kein Bedarf an Auslandsmärkten", ["tourismus"], ["Exempelberg"], "r", None,
     ""),
    (75, "meeting", "Betriebsbesuch in Suhl", ["elektronik"], ["Exempler"], "p", None, ""),
    (52, "meeting", "Betriebsbesuch in Altenburg", ["metallbau"], ["Musterstahl"], "r", None, ""),
]  # fmt: skip

# what, days until due (negative: overdue), assignee, target and its key
FOLLOW_UPS = [
    ("Namen der interessierten Mitglieder bei UzTextilprom erfragen", 2, "projektleitung",
     "cooperation", ("titk", "uztextilprom")),
    ("Neuen Termin mit APLP vorschlagen", -12, "projektleitung", "cooperation",
     ("titk", "aplp")),
    ("Finanzierung der Ausstattung klären", 0, "projektleitung", "cooperation",
     ("ebz", "employment")),
    ("Neuen Termin für den Probebetrieb erfragen", 6, "projektleitung", "project",
     "Spinnerei in Taschkent (Beispiel)"),
    ("Angebot für die Brücke nachfassen", -5, "projektleitung", "project",
     "Brücke bei Samarkand (Beispiel)"),
    ("Absichtserklärung: Unterschrift einholen", -20, "projektleitung", "agreement",
     ("logistik", "wzor-logistyka")),
    ("Memorandum mit der Politechnika vorbereiten", 21, "redaktion", "agreement",
     ("musterhochschule", "przyklad-politechnika")),
    ("Gastgeber für Posen und Warschau bestätigen", 0, "projektleitung", "mission", POLAND),
    ("Bewerbungen für Vietnam prüfen", -1, "redaktion", "mission", VIETNAM),
    ("Raum für die Veranstaltung zu Georgien buchen", 9, "redaktion", "mission", GEORGIA),
    ("Profil für die Broschüre anfordern", 3, "redaktion", "organisation", "tourismus"),
    ("Profil der Beispiel Beratung anfordern", -8, "redaktion", "organisation", "beratung"),
    ("Frau Dr. Beispielfarb zur Zulassung anrufen", 1, "redaktion", "person", "Beispielfarb"),
    ("Herrn Probesonne zu Vietnam zurückrufen", 0, "redaktion", "person", "Probesonne"),
    ("Bericht vom Werksbesuch schreiben", 4, "projektleitung", "interaction",
     "Werksbesuch in Breslau"),
    ("Antwort zur Sommerschule einholen", -30, "redaktion", "cooperation", ("fsu", "farabi")),
    ("Rechte der Rollen prüfen", 14, "administrator", "organisation", "leg"),
]  # fmt: skip
# what, days since done, by whom, target and its key, outcome
DONE = [
    ("Protokoll der Auswertung verschicken", 360, "projektleitung", "mission", FAIR,
     "Verschickt."),
    ("Geräteliste für das Bildungszentrum anfordern", 50, "projektleitung", "cooperation",
     ("ebz", "employment"), "Liste liegt vor."),
    ("Muster nach Tiflis schicken", 24, "redaktion", "cooperation", ("lebensmittel", "magaliti"),
     "Paket ist unterwegs."),
]  # fmt: skip

STAFF = {"p": "projektleitung", "r": "redaktion"}


def load(loader, missions, organisations, everybody, cooperations, agreements, projects, users):
    """Load the contact log and the follow-ups."""
    today = timezone.localdate()
    interactions = {}

    def add(when, number, kind, subject, parties, people, staff, **values):
        day = when if isinstance(when, date) else today - timedelta(days=when)
        hour = time(9 + number % 8, (number % 4) * 15)
        interaction = interactions[subject] = loader.put(
            Interaction,
            {"subject": subject},
            kind=kind,
            occurred_at=timezone.make_aware(datetime.combine(day, hour)),
            **values,
        )
        for key in parties:
            loader.put(
                InteractionOrganisation,
                {"interaction": interaction, "organisation": organisations[key]},
            )
        for name in people:
            loader.put(InteractionPerson, {"interaction": interaction, "person": everybody[name]})
        loader.put(InteractionStaff, {"interaction": interaction, "user": users[STAFF[staff]]})

    number = 0
    for pair, rows in PAIRS.items():
        for when, kind, subject, people, staff, notes in rows:
            number += 1
            add(
                when, number, kind, subject, pair, people, staff,
                cooperation=cooperations[pair], notes=notes,
            )  # fmt: skip
    for when, kind, subject, parties, people, staff, mission, notes in OTHERS:
        number += 1
        add(
            when, number, kind, subject, parties, people, staff,
            mission=missions[mission] if mission else None, notes=notes,
        )  # fmt: skip

    targets = {
        "organisation": organisations,
        "person": everybody,
        "interaction": interactions,
        "cooperation": cooperations,
        "agreement": agreements,
        "project": projects,
        "mission": missions,
    }
    for what, days, assignee, target, key in FOLLOW_UPS:
        loader.put(
            FollowUp,
            {"what": what},
            due_on=today + timedelta(days=days),
            assignee=users[assignee],
            **{target: targets[target][key]},
        )
    for what, days, assignee, target, key, outcome in DONE:
        done_at = timezone.now() - timedelta(days=days)
        loader.put(
            FollowUp,
            {"what": what},
            due_on=today - timedelta(days=days),
            assignee=users[assignee],
            done_at=done_at,
            done_by=users[assignee],
            outcome=outcome,
            **{target: targets[target][key]},
        )
