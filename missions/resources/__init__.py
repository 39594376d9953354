"""Spreadsheets of missions: their columns, and how rows that come in find their records."""

from .appointments import AppointmentResource
from .contacts import FollowUpResource, InteractionResource
from .cooperations import CooperationResource
from .missions import MissionResource
from .participations import ParticipationResource
from .questionnaires import QuestionnaireResource
from .radar import RadarRuleResource
from .results import AgreementResource, ProjectResource
from .segments import SegmentResource

__all__ = [
    "AgreementResource",
    "AppointmentResource",
    "CooperationResource",
    "FollowUpResource",
    "InteractionResource",
    "MissionResource",
    "ParticipationResource",
    "ProjectResource",
    "QuestionnaireResource",
    "RadarRuleResource",
    "SegmentResource",
]
