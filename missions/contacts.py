"""Logging a contact: whom it brings in, to which cooperation it belongs, what comes next."""

from datetime import date
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone


def file_path(filed, filename: str) -> str:
    """Return a random name for a file of a contact; the name people gave is ``name``."""
    return f"contacts/{uuid4().hex}"


def organisations_of(people, day: date) -> list:
    """Return the organisations for which ``people`` act on ``day``, each once."""
    found = {}
    for person in people:
        for organisation in person.organisations_on(day):
            found[organisation.pk] = organisation
    return list(found.values())


def find_cooperation(organisations):
    """Return the one cooperation of which both sides are among ``organisations``, else None.

    With two such cooperations (one pair may work on several subjects) nobody but the person who
    logs the contact can tell which was meant. One query.
    """
    from .models import Cooperation

    keys = {organisation.pk for organisation in organisations}
    if len(keys) < 2:
        return None
    found = (
        Cooperation.objects.active()
        .filter(Q(home__in=keys) & Q(partner__in=keys))
        .select_related("home", "partner")[:2]
    )
    return found[0] if len(found) == 1 else None


def link_cooperation(interaction) -> None:
    """Link ``interaction`` to the cooperation whose two sides took part, unless one was chosen.

    Called for each organisation that is added. Where a further one makes it unclear which
    cooperation was meant, the link made for the earlier ones is taken back.
    """
    if interaction.cooperation_is_decided:
        return
    if interaction.cooperation_id is not None and not interaction.cooperation_was_found:
        return
    found = find_cooperation(interaction.organisations.all())
    if found is not None or interaction.cooperation_was_found:
        interaction.cooperation = found
        interaction.cooperation_was_found = found is not None
        interaction.save()


def running_mission():
    """Return the mission that is on today, if there is exactly one."""
    from .models import Mission

    running = Mission.objects.active().running(timezone.localdate())[:2]
    return running[0] if len(running) == 1 else None


def add_next_step(interaction, what: str, due_on: date, assignee):
    """Promise ``what`` until ``due_on``; it hangs on the cooperation, else on the contact."""
    from .models import FollowUp

    target = (
        {"cooperation": interaction.cooperation}
        if interaction.cooperation_id
        else {"interaction": interaction}
    )
    return FollowUp.objects.create(what=what, due_on=due_on, assignee=assignee, **target)
