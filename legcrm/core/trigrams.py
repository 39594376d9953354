"""The index behind the search of parts of words: ``pg_trgm`` on PostgreSQL.

SQLite has none and needs none: it reads the column.
"""

from django.db import migrations


def trigram_index(label: str) -> migrations.RunPython:
    """Return the operation that indexes ``search_text`` of the model ``label`` ("app.Model")."""

    def name_of(model):
        return f"{model._meta.db_table}_search"

    def create(apps, schema_editor):
        if schema_editor.connection.vendor != "postgresql":
            return
        model = apps.get_model(label)
        quote = schema_editor.quote_name
        schema_editor.execute(
            f"CREATE INDEX {quote(name_of(model))} ON {quote(model._meta.db_table)} "
            "USING gin (search_text gin_trgm_ops)"
        )

    def drop(apps, schema_editor):
        if schema_editor.connection.vendor != "postgresql":
            return
        model = apps.get_model(label)
        schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name_of(model))}")

    return migrations.RunPython(create, drop)
