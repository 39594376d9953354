"""Rights for questionnaires; and reasons and days for what was entered before they were asked for."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

from legcrm.core.roles import ADMINISTRATOR, EDITOR, PROJECT_MANAGER, READER, grant

# They are sent and answered, never entered.
RIGHTS = {
    ADMINISTRATOR: {"questionnaire": ("view", "change", "export")},
    PROJECT_MANAGER: {"questionnaire": ("view", "change", "export")},
    EDITOR: {"questionnaire": ("view", "change")},
    READER: {"questionnaire": ("view",)},
}
NOT_RECORDED = "nicht erfasst"
# So many days from now what stopped earlier comes up once more.
LOOK_AGAIN_IN = 180


def give_rights(apps, schema_editor):
    grant(apps, "missions", RIGHTS)


def fill_reasons(apps, schema_editor):
    Cooperation = apps.get_model("missions", "Cooperation")
    Cooperation.objects.filter(stage="ended", ended_reason="").update(ended_reason=NOT_RECORDED)
    Project = apps.get_model("missions", "Project")
    Project.objects.filter(stage="on_hold", drop_reason="").update(drop_reason=NOT_RECORDED)
    for name in ("confirmed_by", "confirmed_evidence"):
        Project.objects.filter(**{"stage": "completed", name: ""}).update(**{name: NOT_RECORDED})
    stopped = Project.objects.filter(stage__in=["on_hold", "dropped"], look_again_on=None)
    stopped.update(look_again_on=timezone.localdate() + timedelta(days=LOOK_AGAIN_IN))


class Migration(migrations.Migration):
    dependencies = [("missions", "0008_results")]

    operations = [
        migrations.RunPython(give_rights, migrations.RunPython.noop),
        migrations.RunPython(fill_reasons, migrations.RunPython.noop),
    ]
