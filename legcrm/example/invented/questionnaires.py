"""Invented questionnaires of the fair, at every step; loading them sends no e-mail."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from missions.models import Questionnaire, QuestionnaireCooperation
from missions.questionnaires import OPEN_FOR, due_on

from .missions import FAIR

RETURN, HALF_YEAR = Questionnaire.Wave.RETURN, Questionnaire.Wave.SIX_MONTHS
YEAR = Questionnaire.Wave.TWELVE_MONTHS

# last name, wave, days from the first day of asking to the answer (None: no answer), and the
# answer: satisfaction, contracts, their value, jobs, remarks
QUESTIONNAIRES = [
    ("Beispielmann", RETURN, 3, "confirmed", (5, 0, None, None, "Gute Termine, guter Stand.")),
    ("Mustermann", RETURN, 16, "confirmed", (4, 0, None, None, "")),
    ("Musterfrau", RETURN, None, "sent", None),
    ("Exempler", RETURN, 9, "confirmed", (3, None, None, None, "Zu wenig Zeit je Gespräch.")),
    ("Beispieler", RETURN, 2, "confirmed", (5, 0, None, None, "")),
    ("Beispielmann", HALF_YEAR, 5, "confirmed", (5, 1, Decimal("180000.00"), 1, "")),
    ("Mustermann", HALF_YEAR, None, "sent", None),
    ("Exempler", HALF_YEAR, 20, "rejected", (3, 9, Decimal("9000000.00"), None, "")),
    ("Beispieler", HALF_YEAR, 1, "confirmed", (4, 0, None, 0, "")),
    ("Beispielmann", YEAR, 4, "answered",
     (5, 2, Decimal("420000.00"), 3, "Zweiter Auftrag unterschrieben.")),
    ("Mustermann", YEAR, None, "sent", None),
    ("Musterfrau", YEAR, None, "sent", None),
    ("Beispieler", YEAR, 8, "answered", (4, 1, Decimal("65000.00"), None, "")),
]  # fmt: skip
REJECTED = "Die Zahlen gehören zu einem anderen Markt, telefonisch geklärt."


def load(loader, participations, cooperations, users):
    """Load the questionnaires, the answers about ``cooperations`` (by home and partner) too."""
    for name, wave, answered, status, answer in QUESTIONNAIRES:
        participation = participations[FAIR, name]
        mission = getattr(participation, "mission", None)
        if mission is None or not participation.person:
            continue
        asked = _morning(due_on(mission, wave))
        values = {"sent_at": asked, "expires_on": due_on(mission, wave) + OPEN_FOR}
        if answer:
            names = ("satisfaction", "contracts", "contracts_value_eur", "jobs", "remarks")
            values |= dict(zip(names, answer, strict=True))
            values["answered_at"] = asked + timedelta(days=answered, hours=5)
        else:
            values |= {"reminders": 1, "reminded_at": asked + timedelta(days=14)}
        if status in ("confirmed", "rejected"):
            values["decided_at"] = values["answered_at"] + timedelta(days=1)
            values["decided_by"] = users["projektleitung"]
            values["decision_note"] = REJECTED if status == "rejected" else ""
        before = loader.created[Questionnaire]
        questionnaire = loader.put(
            Questionnaire,
            {"participation": participation, "wave": wave},
            status=status,
            email=participation.person.email or "ohne-adresse@muster.example",
            language="de",
            **values,
        )
        if wave == YEAR and answer and loader.created[Questionnaire] > before:
            _say_how_it_stands(loader, questionnaire, cooperations)


def _morning(day):
    return timezone.make_aware(datetime.combine(day, time(6)))


def _say_how_it_stands(loader, questionnaire, cooperations):
    organisation = questionnaire.participation.organisation
    for cooperation in cooperations.values():
        if organisation == getattr(cooperation, "home", None) and (
            cooperation.origin_mission_id == questionnaire.participation.mission_id
        ):
            loader.put(
                QuestionnaireCooperation,
                {"questionnaire": questionnaire, "cooperation": cooperation},
                stage="active",
                remark="Läuft seit dem Frühjahr.",
            )
