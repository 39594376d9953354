from django.db import migrations

from legcrm.core.roles import ADMINISTRATOR, grant

RIGHTS = {ADMINISTRATOR: {"timedrun": ("view",)}}


def give_rights(apps, schema_editor):
    grant(apps, "core", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("core", "0006_daily_work")]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
