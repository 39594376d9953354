"""What we did with our partners: missions, programme, contact log, cooperations and results."""

from .agreement import Agreement, AgreementParty
from .contact import (
    FollowUp,
    Interaction,
    InteractionOrganisation,
    InteractionPerson,
    InteractionStaff,
)
from .cooperation import Cooperation, CooperationStage
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
from .segment import Segment, SegmentMember

__all__ = [
    "Agreement",
    "AgreementParty",
    "Appointment",
    "AppointmentHost",
    "AppointmentParticipation",
    "Cooperation",
    "CooperationStage",
    "FollowUp",
    "Interaction",
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
    "Segment",
    "SegmentMember",
    "Stop",
]
