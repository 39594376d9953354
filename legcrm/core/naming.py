"""Records by what people call them in a cell of a spreadsheet.

Querysets of models that cells name have a method ``called(texts)``, which returns
``{text: [(key, label), …]}``: nothing for a text that names no record, several where a person must
say which is meant. A name may end in the number of the record, "Textil LLP [#17]", which decides.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from django.db.models import QuerySet

_NUMBER = re.compile(r"\[#\s*([0-9]{1,15})\s*\]$")


def number_in(text: str) -> int | None:
    """Return the number at the end of "Textil LLP [#17]", None where there is none."""
    found = _NUMBER.search(text.strip())
    return int(found[1]) if found else None


def with_number(name: str, key: int) -> str:
    """Return ``name`` so that it names the record ``key`` and no other."""
    return f"{name} [#{key}]"


def plain(name: str) -> str:
    """Return ``name`` in the form in which it is compared: without regard to case and blanks."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def find_called(
    rows: QuerySet,
    texts: Collection[str],
    paths: Collection[str],
    names: Callable[..., Iterable[str]],
    label: Callable[..., str],
) -> dict[str, list[tuple[int, str]]]:
    """Find among ``rows`` the records that ``texts`` name; one query that reads ``paths`` of all.

    For models of some thousand rows; ``names(*values)`` gives what a record is called and
    ``label(*values)`` how it is shown. A name in just the same letters comes before one that
    differs in case, and a record in use before one in the archive.
    """
    if not texts:
        return {}
    by_key, by_name = defaultdict(list), defaultdict(list)
    for text in texts:
        number = number_in(text)
        if number is None:
            by_name[plain(text)].append(text)
        else:
            by_key[number].append(text)
    ranked: dict[str, dict[int, tuple]] = {text: {} for text in texts}
    archived = "archived_at" if hasattr(rows.model, "archived_at") else "pk"
    for key, archived_at, *values in rows.order_by("pk").values_list("pk", archived, *paths):
        for text in by_key.get(key, ()):
            ranked[text][key] = (0, label(*values))
        for name in filter(None, names(*values)):
            for text in by_name.get(plain(name), ()):
                rank = (text != name) + 2 * (archived != "pk" and archived_at is not None)
                known = ranked[text].get(key)
                if known is None or rank < known[0]:
                    ranked[text][key] = (rank, label(*values))
    return {text: _best(found) for text, found in ranked.items()}


def _best(found):
    if not found:
        return []
    best = min(rank for rank, _label in found.values())
    hits = [(key, label) for key, (rank, label) in found.items() if rank == best]
    if len(hits) == 1:
        return hits
    return [(key, with_number(label, key)) for key, label in hits]
