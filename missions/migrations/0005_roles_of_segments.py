from django.db import migrations

from legcrm.core.roles import ADMINISTRATOR, EDITOR, PROJECT_MANAGER, READER, grant

RIGHTS = {
    ADMINISTRATOR: {"segment": ("add", "change", "delete", "view", "export", "import")},
    PROJECT_MANAGER: {"segment": ("add", "change", "view", "export")},
    EDITOR: {"segment": ("add", "change", "view", "export")},
    READER: {"segment": ("view",)},
}


def give_rights(apps, schema_editor):
    grant(apps, "missions", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("missions", "0004_search_index")]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
