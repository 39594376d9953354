"""What a merge has written, kept so that it can be taken back."""

import hashlib
import json
from collections import defaultdict

from django.apps import apps

from legcrm.core import rewriting


class Journal:
    """What is written, row by row in its order: enough to put each row back."""

    def __init__(self):
        self.entries: list[dict] = []

    def add(self, kind, record, *, before=(), text=""):
        """Note ``record``, about to be written; ``before`` names its fields to put back."""
        entry = {"kind": kind, "model": record._meta.label_lower, "pk": record.pk}
        if before:
            parts = [record._meta.get_field(name) for name in before]
            entry["before"] = {
                p.attname: rewriting.stored(p, record._read[p.attname]) for p in parts
            }
        if text:
            entry["text"] = text
        self.entries.append(entry)

    def changed(self, record, text=""):
        self.add("changed", record, before=sorted(rewriting.changed(record)), text=text)

    def deleted(self, record, text=""):
        every = [part.name for part in record._meta.concrete_fields]
        self.add("deleted", record, before=every, text=text)

    def close(self):
        """Note with each row what it is in the end, so that undoing sees who touched it since."""
        for label, entries in last_entries(self.entries).items():
            rows = apps.get_model(label)._base_manager.in_bulk(list(entries))
            for pk, entry in entries.items():
                if pk in rows:
                    entry["state"] = state_of(rows[pk])
        return self.entries


def last_entries(entries) -> dict[str, dict[int, dict]]:
    """Return ``{model label: {key: its last entry}}``."""
    found: dict[str, dict[int, dict]] = defaultdict(dict)
    for entry in entries:
        found[entry["model"]][entry["pk"]] = entry
    return found


def state_of(row) -> str:
    """Return a fingerprint of the values of ``row``, without who wrote it when."""
    values = {
        part.attname: rewriting.stored(part, part.value_from_object(row))
        for part in row._meta.concrete_fields
        if part.name not in row.BOOKKEEPING
    }
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
