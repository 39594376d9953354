"""What participants answered, as rows of a spreadsheet: only out."""

from django.utils.translation import gettext_lazy as _

from legcrm.core.resources import RecordResource
from legcrm.core.spreadsheets.columns import SEPARATOR, Computed, ForEach

from ..models import Cooperation, Questionnaire, QuestionnaireCooperation
from .references import joined, mission_title


class Stages(ForEach):
    """How the participant sees each cooperation: "TITK – UzTextilprom: in talks"."""

    width = 40

    def cells(self, keys):
        rows = QuestionnaireCooperation.objects.filter(questionnaire__in=keys).order_by("pk")
        rows = rows.select_related("cooperation__home", "cooperation__partner")
        found = {}
        for row in rows:
            stage = Cooperation.Stage(row.stage).label
            found.setdefault(row.questionnaire_id, []).append(f"{row.cooperation}: {stage}")
        return {key: SEPARATOR.join(texts) for key, texts in found.items()}


class QuestionnaireResource(RecordResource):
    mission_code = Computed("participation__mission__code", label=_("mission"))
    mission_title = mission_title("participation__mission")
    organisation = Computed("participation__organisation__name", label=_("organisation"))
    person = Computed(
        "participation__person__first_name",
        "participation__person__last_name",
        label=_("person"),
        cell=joined,
    )
    stages = Stages(label=_("cooperations, as answered"))

    class Meta:
        model = Questionnaire
        fields = (
            "id",
            "mission_code",
            "mission_title",
            "organisation",
            "person",
            "wave",
            "status",
            "sent_at",
            "reminders",
            "expires_on",
            "answered_at",
            "satisfaction",
            "contracts",
            "contracts_value_eur",
            "jobs",
            "stages",
            "remarks",
            "decided_at",
            "decision_note",
            "email",
            "source",
        )
        export_order = fields
