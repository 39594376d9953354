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
    """Return every mission that ``mission`` builds on, directly or not, earliest first.

    One query for each step back in the chain, however many missions stand on it.
    """
    found, step = {}, [mission.pk]
    while step:
        earlier = [
            row
            for row in type(mission).objects.filter(continued_by__in=step).distinct()
            if row.pk not in found
        ]
        found.update((row.pk, row) for row in earlier)
        step = list({row.pk for row in earlier})
    return sorted(found.values(), key=lambda row: (row.starts_on, row.pk))
