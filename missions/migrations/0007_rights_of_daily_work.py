from django.db import migrations

from legcrm.core.roles import ADMINISTRATOR, EDITOR, PROJECT_MANAGER, grant

# No reader: follow-ups, and what goes cold, are notes of the staff.
RIGHTS = {
    ADMINISTRATOR: {
        "radarrule": ("change", "view", "export"),
        "stalelead": ("view", "change"),
        "handover": ("add", "view"),
    },
    PROJECT_MANAGER: {
        "radarrule": ("view",),
        "stalelead": ("view", "change"),
        "handover": ("add", "view"),
    },
    EDITOR: {"radarrule": ("view",), "stalelead": ("view", "change")},
}
# After how many days without a sign of life.
RULES = {"idle": 180, "agreement": 90, "overdue": 0, "no_next_step": 14}


def give_rights(apps, schema_editor):
    grant(apps, "missions", RIGHTS)


def make_rules(apps, schema_editor):
    RadarRule = apps.get_model("missions", "RadarRule")
    for condition, days in RULES.items():
        RadarRule.objects.get_or_create(
            condition=condition, defaults={"days": days, "source": "Voreinstellung des Programms"}
        )


class Migration(migrations.Migration):
    dependencies = [("missions", "0006_daily_work")]

    operations = [
        migrations.RunPython(give_rights, migrations.RunPython.noop),
        migrations.RunPython(make_rules, migrations.RunPython.noop),
    ]
