"""Invented data around the facts, so that every screen has something to show.

Nothing here is true. Every record says so in ``source``; companies are called Muster, Beispiel,
Exempel or Probe, people bear names that mean "example" in their language, addresses end in
``.example``, and telephone numbers are those that are never given to a subscriber. The records of
the facts are left as they are: agreements and projects invented here count for other missions.
"""

from legcrm.core.invented import SOURCE

from ..loading import Loader
from . import contacts, missions, partners, people, programme, questionnaires, results

__all__ = ["SOURCE", "load"]


def load(loader: Loader, facts, users) -> None:
    """Load everything invented; ``facts`` is what ``facts.load`` returned, ``users`` the logins."""
    organisations = facts.organisations | partners.load(loader, users)
    everybody = people.load(loader, organisations, users)
    trips, stops = missions.load(loader, facts, users)
    participations = missions.load_participations(loader, trips, organisations, everybody)
    programme.load(loader, trips, stops, organisations, everybody, participations)
    cooperations = facts.cooperations | results.load_cooperations(
        loader, trips, organisations, users
    )
    questionnaires.load(loader, participations, cooperations, users)
    agreements = results.load_agreements(loader, trips, organisations, cooperations)
    projects = results.load_projects(loader, trips, organisations, cooperations, agreements, users)
    contacts.load(
        loader, trips, organisations, everybody, cooperations, agreements, projects, users
    )
