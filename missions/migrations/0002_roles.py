from django.db import migrations

from legcrm.core.roles import ADMINISTRATOR, EDITOR, PROJECT_MANAGER, READER, grant

EVERYTHING = ("add", "change", "delete", "view", "export", "import")
MODELS = (
    "mission",
    "participation",
    "appointment",
    "interaction",
    "followup",
    "cooperation",
    "agreement",
    "project",
)
RIGHTS = {
    ADMINISTRATOR: dict.fromkeys(MODELS, EVERYTHING),
    PROJECT_MANAGER: dict.fromkeys(MODELS, ("add", "change", "view", "export", "import")),
    # An editor logs and maintains; missions themselves are planned by project managers.
    EDITOR: {
        **dict.fromkeys(MODELS, ("add", "change", "view", "export")),
        "mission": ("view", "export"),
    },
    # The ministry reads results. Lists of people (participations, contact log) stay in the house,
    # and follow-ups are notes of the staff.
    READER: {
        "mission": ("view", "export"),
        "participation": ("view",),
        "appointment": ("view", "export"),
        "interaction": ("view",),
        "cooperation": ("view", "export"),
        "agreement": ("view", "export"),
        "project": ("view", "export"),
    },
}


def give_rights(apps, schema_editor):
    grant(apps, "missions", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("missions", "0001_initial"), ("core", "0002_roles")]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
