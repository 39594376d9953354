"""What the database should hold, asked by ``migrate`` and ``check --database default``."""

from django.core.checks import Tags, Warning, register
from django.db import DatabaseError, connections, transaction

from .rebuilding import any_stale, searched_models


@register(Tags.database)
def search_texts_are_true(app_configs, databases=None, **kwargs):
    """Warn where a sample of rows is not found by what it says (legcrm.core.W001)."""
    if "default" not in (databases or ()):
        return []
    warnings = []
    tables = set(connections["default"].introspection.table_names())
    for model in searched_models():
        if app_configs is not None and model._meta.app_config not in app_configs:
            continue
        if model._meta.db_table not in tables:
            continue
        try:
            with transaction.atomic():
                stale = any_stale(model)
        except DatabaseError:  # a column of this release is still to be made by ``migrate``
            continue
        if stale:
            warnings.append(
                Warning(
                    f"Search texts or comparison keys of {model._meta.label} are out of date.",
                    hint="Run manage.py rebuild_search; people can go on working.",
                    obj=model,
                    id="legcrm.core.W001",
                )
            )
    return warnings
