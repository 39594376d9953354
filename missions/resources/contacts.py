"""The contact log and follow-ups as rows of a spreadsheet."""

from django.utils.translation import gettext_lazy as _

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import Computed, ForEach, Staff

from ..models import FollowUp, Interaction
from .references import (
    CooperationReference,
    MissionReference,
    Organisations,
    People,
    StaffMembers,
)


class InteractionResource(RecordResource):
    importable = True
    organisations = Organisations("organisations")
    people = People("people")
    staff = StaffMembers("staff")
    mission = MissionReference()
    cooperation = CooperationReference()
    aliases = {
        "kind": (_("type"), _("kind of contact")),
        "occurred_at": (_("date"), _("date and time"), _("day")),
        "subject": (_("about"), _("topic"), _("title")),
        "organisations": (_("organisation"), _("company"), _("companies"), _("institution")),
        "people": (_("person"), _("participants"), _("contact person")),
        "staff": (_("colleague"), _("colleagues"), _("by whom")),
        "notes": (_("note"), _("remarks"), _("comment"), _("minutes")),
    }
    constants = ("kind", "mission", "cooperation", "staff", "organisations", "source")

    class Meta:
        model = Interaction
        fields = (
            "id",
            "kind",
            "occurred_at",
            "subject",
            "organisations",
            "people",
            "staff",
            "mission",
            "cooperation",
            "notes",
            "source",
        )
        export_order = fields


class Target(ForEach):
    """The name of the one record that the follow-up is about."""

    width = 40

    def cells(self, keys):
        rows = FollowUp.objects.filter(pk__in=keys).for_list()
        return {row.pk: str(row.target) for row in rows}


def _kind_of_target(*keys):
    for name, key in zip(FollowUp.TARGETS, keys, strict=True):
        if key is not None:
            return str(FollowUp._meta.get_field(name).related_model._meta.verbose_name)
    return None


class FollowUpResource(RecordResource):
    assignee = Staff("assignee")
    about_kind = Computed(*FollowUp.TARGETS, label=_("kind of record"), cell=_kind_of_target)
    about = Target(label=_("about"))

    class Meta:
        model = FollowUp
        fields = (
            "id",
            "what",
            "due_on",
            "assignee",
            "repeat",
            "about_kind",
            "about",
            "done_at",
            "outcome",
            "source",
        )
        export_order = fields
