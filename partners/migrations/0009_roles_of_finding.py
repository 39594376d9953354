from django.db import migrations

from legcrm.core.roles import ADMINISTRATOR, EDITOR, PROJECT_MANAGER, grant

PAIRS = {"organisationpair": ("view", "change"), "personpair": ("view", "change")}
RIGHTS = {
    ADMINISTRATOR: {**PAIRS, "merge": ("add", "view")},
    PROJECT_MANAGER: {**PAIRS, "merge": ("add", "view")},
    # An editor says what is not the same; a merge touches the records of many colleagues.
    EDITOR: {**PAIRS, "merge": ("view",)},
}


def give_rights(apps, schema_editor):
    grant(apps, "partners", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("partners", "0008_search_index")]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
