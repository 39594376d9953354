"""The admin of the missions app, one module per concern."""

from . import (  # noqa: F401
    agreements,
    contacts,
    cooperations,
    follow_ups,
    hand_overs,
    missions,
    programme,
    projects,
    questionnaires,
    radar,
    segments,
)
