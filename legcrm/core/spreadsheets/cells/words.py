"""Yes and no, and one of a few choices."""

import re
from collections.abc import Collection
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from legcrm.core.folding import fold

from .texts import CellError, quoted, read_text

_YES = frozenset(
    ["ja", "j", "yes", "y", "x", "wahr", "true", "1", "✓", "✔", "☑", "☒", "да", "иә", "ha"]
)
_NO = frozenset(["nein", "n", "no", "falsch", "false", "0", "✗", "✘", "☐", "нет", "жоқ"])


def read_boolean(value) -> bool:
    """Return whether the cell says yes: ja, x, wahr, 1, ✓; or no: nein, falsch, 0."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (str, int, float, Decimal)):
        word = read_text(value).casefold()
        if word in _YES:
            return True
        if word in _NO:
            return False
    raise CellError(
        _("“%(value)s” is neither yes nor no. Write ja or nein.")
        % {"value": quoted(read_text(value))}
    )


_NOT_LETTERS = re.compile(r"[\W_]+")
# By the identity of the list; the list itself is kept, so that no other can take its place.
_choice_tables: dict[int, tuple[Collection, dict, dict]] = {}
_MOST_CHOICE_TABLES = 200


def read_choice(value, choices: Collection[tuple]):
    """Return the machine value of one of ``choices``: (machine value, label), labels lazy.

    A cell may hold the machine value or the label in German or English. Further pairs of a value
    are other words for it. Hand in the same list each time: its table is built once.
    """
    text = read_text(value)
    entry = _choice_tables.get(id(choices))
    if entry is None or entry[0] is not choices:
        if len(_choice_tables) >= _MOST_CHOICE_TABLES:
            _choice_tables.clear()
        entry = _choice_tables[id(choices)] = (choices, *_choice_table(choices))
    _choices, plain, folded = entry
    found = plain.get(text.casefold(), plain)  # the table itself: for nothing found, not even None
    if found is plain:
        found = folded.get(_choice_key(text), plain)
    if found is not plain:
        return found
    labels = {}
    for machine, label in choices:
        labels.setdefault(machine, str(label))
    raise CellError(
        _("“%(value)s” is not possible here. Possible are: %(labels)s.")
        % {"value": quoted(text), "labels": ", ".join(labels.values())}
    )


def _choice_key(text: str) -> str:
    return fold(_NOT_LETTERS.sub("", text)) or text.casefold()


def _choice_table(choices: Collection[tuple]) -> tuple[dict, dict]:
    plain, folded, doubtful = {}, {}, set()
    names = [(machine, str(machine)) for machine, _label in choices]
    for language in ("de", "en"):
        with translation.override(language):
            names += [(machine, str(label)) for machine, label in choices]
    for machine, name in names:
        plain.setdefault(name.casefold(), machine)
        key = _choice_key(name)
        if folded.setdefault(key, machine) != machine:
            doubtful.add(key)
    return plain, {key: machine for key, machine in folded.items() if key not in doubtful}
