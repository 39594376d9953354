"""The indexes behind the search on PostgreSQL: parts of words, and beginnings of names.

SQLite has none and needs none: it reads the column.
"""

from django.db import migrations

# So many characters of ``search_text``, which starts with the record's own name, are indexed for
# who types the beginning of it.
BEGINNING = 60


def trigram_index(label: str) -> migrations.RunPython:
    """Return the operation that indexes ``search_text`` of the model ``label`` ("app.Model")."""
    return _indexes(
        label,
        {
            "search": "USING gin (search_text gin_trgm_ops)",
            "begin": f'("left"(search_text, {BEGINNING}) text_pattern_ops)',
        },
    )


def address_index(label: str) -> migrations.RunPython:
    """Return the operation that indexes parts of ``email`` of the model ``label``."""
    # As Django writes icontains.
    return _indexes(label, {"address": 'USING gin (upper("email"::text) gin_trgm_ops)'})


def _indexes(label, definitions):
    def create(apps, schema_editor):
        if schema_editor.connection.vendor != "postgresql":
            return
        table = apps.get_model(label)._meta.db_table
        quote = schema_editor.quote_name
        for name, definition in definitions.items():
            schema_editor.execute(
                f"CREATE INDEX {quote(f'{table}_{name}')} ON {quote(table)} {definition}"
            )

    def drop(apps, schema_editor):
        if schema_editor.connection.vendor != "postgresql":
            return
        table = apps.get_model(label)._meta.db_table
        for name in definitions:
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(f'{table}_{name}')}")

    return migrations.RunPython(create, drop)
