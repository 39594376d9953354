"""The four roles, as groups made by migration.

Each app gives its own rights in a migration of its own by ``grant``.
"""

ADMINISTRATOR = "administrator"
PROJECT_MANAGER = "project manager"
EDITOR = "editor"
READER = "reader"
ROLES = (ADMINISTRATOR, PROJECT_MANAGER, EDITOR, READER)


def grant(apps, app_label: str, rights: dict[str, dict[str, tuple[str, ...]]]) -> None:
    """Give rights to the groups, for use in a migration.

    ``rights`` is ``{role: {model name: (actions, …)}}``; an action is "view", "add" …, or the whole
    codename of a permission that the model declares. Django makes permissions only after all
    migrations, so those missing are made here.
    """
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for role, models in rights.items():
        group, _ = Group.objects.get_or_create(name=role)
        for model_name, actions in models.items():
            model = apps.get_model(app_label, model_name)
            content_type, _ = ContentType.objects.get_or_create(
                app_label=app_label, model=model_name
            )
            names = dict(model._meta.permissions)
            for action in actions:
                codename = action if action in names else f"{action}_{model_name}"
                name = names.get(action, f"Can {action} {model._meta.verbose_name}")
                permission, _ = Permission.objects.get_or_create(
                    content_type=content_type, codename=codename, defaults={"name": str(name)[:255]}
                )
                group.permissions.add(permission)
