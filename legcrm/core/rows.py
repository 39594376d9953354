"""Many rows of one table by one statement: the SQL beneath ``legcrm.core.bulk``.

No rule and no history is kept here, so nothing but the floor of the models calls it.
"""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, models

# How many rows are read, checked against the database and written at a time.
CHUNK = 500


def chunks(items: Sequence, size: int = CHUNK) -> Iterator[Sequence]:
    """Yield ``items`` in slices of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def update_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence], match: Sequence[str]
) -> int:
    """Set the fields ``names`` where the fields ``match`` have the values given; return how many.

    Each of ``rows`` holds the values (as Python has them) of ``names`` and then of ``match``.
    """
    fields = [model._meta.get_field(name) for name in (*names, *match)]
    quote = connection.ops.quote_name
    columns = [f"{quote(field.column)} = %s" for field in fields]
    sql = (
        f"UPDATE {quote(model._meta.db_table)} SET {', '.join(columns[: len(names)])} "
        f"WHERE {' AND '.join(columns[len(names) :])}"
    )
    prepared = [
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, prepared)
        return cursor.rowcount


def copy_to_history(model: type[models.Model], keys: Sequence[int], **about) -> None:
    """Add a history entry of each row of ``keys``, as the database holds the row now.

    ``about`` are the entry's own fields: ``history_type``, ``history_date``, ``history_user_id``
    and ``history_change_reason``.
    """
    history = model.history.model
    quote = connection.ops.quote_name
    copied = ", ".join(quote(field.column) for field in history.tracked_fields)
    own = [history._meta.get_field(name.removesuffix("_id")) for name in about]
    values = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(own, about.values(), strict=True)
    ]
    key = quote(model._meta.pk.column)
    sql = (
        f"INSERT INTO {quote(history._meta.db_table)} "
        f"({copied}, {', '.join(quote(field.column) for field in own)}) "
        f"SELECT {copied}, {', '.join(_placeholder(field) for field in own)} "
        f"FROM {quote(model._meta.db_table)} "
        f"WHERE {key} IN ({', '.join(['%s'] * len(keys))}) ORDER BY {key}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *keys])


def _placeholder(field):
    # PostgreSQL can't tell the type of a value that is selected rather than compared.
    return f"%s::{field.db_type(connection)}" if connection.vendor == "postgresql" else "%s"
