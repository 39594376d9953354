"""The chain of missions: which one built on which."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def check_link(mission, earlier) -> None:
    """Raise ValidationError where ``mission`` can't build on ``earlier``.

    A mission builds on none that starts later, and the chain has no cycle (missions of the same
    first day could else point at each other).
    """
    if mission == earlier:
        raise ValidationError(_("A mission can't build on itself."), code="cycle")
    if earlier.starts_on > mission.starts_on:
        raise ValidationError(
            _("“%(mission)s” can't build on “%(earlier)s”, which starts later.")
            % {"mission": mission, "earlier": earlier},
            code="later",
        )
    if mission.pk and mission in ancestors(earlier):
        raise ValidationError(
            _("“%(earlier)s” itself builds on “%(mission)s”.")
            % {"mission": mission, "earlier": earlier},
            code="cycle",
        )


def ancestors(mission) -> list:
    """Return every mission that ``mission`` builds on, directly or not, earliest first."""
    return _walk(mission, "continued_by")


def descendants(mission) -> list:
    """Return every mission that builds on ``mission``, directly or not, earliest first."""
    return _walk(mission, "built_on")


def _walk(mission, link):
    """Return the missions reached over ``link`` backwards.

    One query for each step in the chain, however many missions stand on it.
    """
    found, step = {}, [mission.pk]
    while step:
        reached = [
            row
            for row in type(mission).objects.filter(**{f"{link}__in": step}).distinct()
            if row.pk not in found
        ]
        found.update((row.pk, row) for row in reached)
        step = list({row.pk for row in reached})
    return sorted(found.values(), key=lambda row: (row.starts_on, row.pk))
