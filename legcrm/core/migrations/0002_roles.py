from django.db import migrations

from legcrm.core.roles import ADMINISTRATOR, EDITOR, PROJECT_MANAGER, READER, ROLES, grant

RIGHTS = {
    ADMINISTRATOR: {
        "user": ("add", "change", "view", "view_notes", "view_private_contact"),
        "exportlog": ("view",),
    },
    PROJECT_MANAGER: {"user": ("view_notes", "view_private_contact")},
    EDITOR: {"user": ("view_notes", "view_private_contact")},
    # The ministry: figures and results, no notes, no private contact data.
    READER: {},
}


def make_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name in ROLES:
        Group.objects.get_or_create(name=name)
    grant(apps, "core", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
