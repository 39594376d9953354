"""Columns of the exported contact log and follow-ups."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from legcrm.core.resources import RecordResource

from ..models import FollowUp, Interaction


class InteractionResource(RecordResource):
    organisations = Field()
    people = Field()
    staff = Field()
    mission = Field(attribute="mission__code", column_name="mission")
    cooperation = Field()

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

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related(
            "mission", "cooperation__home", "cooperation__partner"
        ).prefetch_related("organisations", "people", "staff")

    def dehydrate_organisations(self, interaction):
        return "; ".join(organisation.name for organisation in interaction.organisations.all())

    def dehydrate_people(self, interaction):
        return "; ".join(str(person) for person in interaction.people.all())

    def dehydrate_staff(self, interaction):
        return "; ".join(str(user) for user in interaction.staff.all())

    def dehydrate_cooperation(self, interaction):
        return str(interaction.cooperation or "")


class FollowUpResource(RecordResource):
    assignee = Field()
    about = Field(column_name=_("about"))
    about_kind = Field(column_name=_("kind of record"))

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

    def filter_export(self, queryset, **kwargs):
        return queryset.for_list()

    def dehydrate_assignee(self, follow_up):
        return str(follow_up.assignee)

    def dehydrate_about(self, follow_up):
        return str(follow_up.target)

    def dehydrate_about_kind(self, follow_up):
        return str(follow_up.target._meta.verbose_name)
