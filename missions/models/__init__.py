"""What we did with our partners: missions, programme, contact log, cooperations and results."""

from .agreement import Agreement, AgreementParty
from .contact import (
    Interaction,
    InteractionFile,
    InteractionOrganisation,
    InteractionPerson,
    InteractionStaff,
)
from .cooperation import Cooperation, CooperationStage
from .digest import Digest, Reminder
from .due_date import DueDate
from .follow_up import FollowUp
from .hand_over import HandOver, HandOverItem
from .mission import (
    Mission,
    MissionCoOrganiser,
    MissionCountry,
    MissionLink,
    MissionSector,
    Stop,
)
from .participation import Participation
from .programme import Appointment, AppointmentHost, AppointmentParticipation
from .project import Milestone, Project, ProjectParty
from .questionnaire import Questionnaire, QuestionnaireCooperation
from .radar import RadarRule, StaleLead
from .segment import Segment, SegmentMember

__all__ = [
    "Agreement",
    "AgreementParty",
    "Appointment",
    "AppointmentHost",
    "AppointmentParticipation",
    "Cooperation",
    "CooperationStage",
    "Digest",
    "DueDate",
    "FollowUp",
    "HandOver",
    "HandOverItem",
    "Interaction",
    "InteractionFile",
    "InteractionOrganisation",
    "InteractionPerson",
    "InteractionStaff",
    "Milestone",
    "Mission",
    "MissionCoOrganiser",
    "MissionCountry",
    "MissionLink",
    "MissionSector",
    "Participation",
    "Project",
    "ProjectParty",
    "Questionnaire",
    "QuestionnaireCooperation",
    "RadarRule",
    "Reminder",
    "Segment",
    "SegmentMember",
    "StaleLead",
    "Stop",
]
