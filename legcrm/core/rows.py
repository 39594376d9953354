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


def insert_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence],
    *,
    replacing: Sequence[str] = (),
) -> None:
    """Insert ``rows``: for each the values (as Python has them) of the fields ``names``.

    ``replacing`` names fields that are unique together: a row that has the same is overwritten.
    Django's ``bulk_create()`` does the same; compiling its SQL takes longer than the database does.
    """
    fields = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in fields]
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) "
        f"VALUES ({', '.join(['%s'] * len(columns))})"
    )
    if replacing:
        keys = {quote(model._meta.get_field(name).column) for name in replacing}
        others = [column for column in columns if column not in keys]
        sets = ", ".join(f"{column} = excluded.{column}" for column in others)
        sql += f" ON CONFLICT ({', '.join(sorted(keys))}) DO UPDATE SET {sets}"
    with connection.cursor() as cursor:
        cursor.executemany(sql, _prepared(fields, rows))


def reserve_keys(model: type[models.Model], number: int) -> Sequence[int]:
    """Return ``number`` keys for new rows of ``model``, which nobody else gets.

    Call it in the transaction that inserts them: on SQLite its lock is what keeps others away.
    """
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), key, number],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
    return range(last + 1, last + 1 + number)


def _prepared(fields, rows):
    return [
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for row in rows
    ]


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
    with connection.cursor() as cursor:
        cursor.executemany(sql, _prepared(fields, rows))
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
