"""Columns of the exported spreadsheets of missions and their programme."""

from .missions import MissionResource
from .programme import AppointmentResource, ParticipationResource

__all__ = ["AppointmentResource", "MissionResource", "ParticipationResource"]
