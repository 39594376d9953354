"""How the values of the missions app look in lists and panels: the colours of their chips."""

from django.template.loader import render_to_string

from legcrm.core import display

from .models import (
    Agreement,
    Appointment,
    Cooperation,
    Mission,
    Participation,
    Project,
    Questionnaire,
)

# The colour of each status; what is not named is neutral. Colour is only for meaning: good is
# settled, info is under way, warn needs somebody, bad went wrong, muted is over.
VARIANTS = {
    Mission.Status: {
        Mission.Status.IDEA: "muted",
        Mission.Status.REGISTRATION: "info",
        Mission.Status.CONFIRMED: "good",
        Mission.Status.RUNNING: "warn",
        Mission.Status.COMPLETED: "neutral",
        Mission.Status.CANCELLED: "bad",
    },
    Participation.Status: {
        Participation.Status.INVITED: "neutral",
        Participation.Status.APPLIED: "warn",
        Participation.Status.ACCEPTED: "info",
        Participation.Status.WAITING: "warn",
        Participation.Status.CONFIRMED: "good",
        Participation.Status.ATTENDED: "good",
        Participation.Status.NO_SHOW: "bad",
        Participation.Status.DECLINED: "muted",
        Participation.Status.CANCELLED: "muted",
    },
    Appointment.Status: {
        Appointment.Status.CONFIRMED: "good",
        Appointment.Status.HELD: "info",
        Appointment.Status.CANCELLED: "muted",
    },
    Cooperation.Stage: {
        Cooperation.Stage.TALKS: "info",
        Cooperation.Stage.AGREED: "info",
        Cooperation.Stage.ACTIVE: "good",
        Cooperation.Stage.DORMANT: "warn",
        Cooperation.Stage.ENDED: "muted",
    },
    Agreement.Status: {
        Agreement.Status.AGREED: "info",
        Agreement.Status.SIGNED: "good",
        Agreement.Status.EXPIRED: "muted",
        Agreement.Status.TERMINATED: "bad",
    },
    Project.Stage: {
        Project.Stage.IDEA: "muted",
        Project.Stage.NEGOTIATION: "info",
        Project.Stage.IMPLEMENTATION: "good",
        Project.Stage.COMPLETED: "good",
        Project.Stage.ON_HOLD: "warn",
        Project.Stage.DROPPED: "muted",
    },
    Questionnaire.Status: {
        Questionnaire.Status.ANSWERED: "warn",
        Questionnaire.Status.CONFIRMED: "good",
        Questionnaire.Status.REJECTED: "muted",
    },
}


def chip(choice):
    """Return the chip of ``choice``, a member of a Choices class: ``chip(Mission.Status.IDEA)``."""
    return display.chip(choice, VARIANTS)


def some_links(records, limit=3):
    """Return the first ``limit`` records as links, and how many more there are."""
    records = list(records)
    context = {"records": records[:limit], "more": max(len(records) - limit, 0)}
    return render_to_string("admin/missions/cell_links.html", context)
