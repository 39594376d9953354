"""Keys of records: in the text of an address, and many as one parameter of a query."""

import json
from collections.abc import Iterable

from django.db.models import BigIntegerField, Expression


def is_key(value: str) -> bool:
    """Whether ``value``, a text from an address, can be the key of a record."""
    return value.isdecimal() and len(value) < 19


class Keys(Expression):
    """What to filter by, in place of a list of thousands: ``filter(person__in=Keys(keys))``.

    Django prepares each item of a list, which costs more than the query.
    """

    def __init__(self, keys: Iterable[int]):
        super().__init__(output_field=BigIntegerField())
        self.keys = list(keys)

    def as_sqlite(self, compiler, connection):
        return "(SELECT value FROM json_each(%s))", [json.dumps(self.keys)]

    def as_postgresql(self, compiler, connection):
        return "(SELECT unnest(%s::bigint[]))", [self.keys]
