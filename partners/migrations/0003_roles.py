from django.db import migrations

from legcrm.core.roles import ADMINISTRATOR, EDITOR, PROJECT_MANAGER, READER, grant

EVERYTHING = ("add", "change", "delete", "view", "export", "import")
WORK = ("add", "change", "view", "export", "import")
RIGHTS = {
    ADMINISTRATOR: {
        "organisation": EVERYTHING,
        "person": EVERYTHING,
        "sector": ("add", "change", "view", "export"),
    },
    PROJECT_MANAGER: {
        "organisation": WORK,
        "person": WORK,
        "sector": ("view", "export"),
    },
    EDITOR: {
        "organisation": ("add", "change", "view", "export"),
        "person": ("add", "change", "view", "export"),
        "sector": ("view",),
    },
    READER: {
        "organisation": ("view", "export"),
        "person": ("view",),
        "sector": ("view",),
    },
}


def give_rights(apps, schema_editor):
    grant(apps, "partners", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_sectors"), ("core", "0002_roles")]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
