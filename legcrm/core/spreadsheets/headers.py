"""Which row of a sheet is the header, and which of its columns is which field.

Lists come with titles, logos and blank rows above the header, with totals below, and with labels
of their own. Everything here proposes; the person who imports sees it and decides.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from legcrm.core.folding import fold

from .cells import CellError, is_blank, read_text


@dataclass
class Heading:
    """A column that holds something: ``index`` from 0, ``label`` as in the file on one line."""

    index: int
    label: str


@dataclass
class FieldNames:
    """What a field is called: machine name, labels in German and English, then other words."""

    name: str
    labels: list[str]
    aliases: list[str] = field(default_factory=list)


# What a template adds to a label: "Firma*", "Land (Pflichtfeld)", "E-Mail [optional]".
_REMARK = re.compile(
    r"[(\[]\s*(?:optional|pflicht(?:feld|angabe)?|erforderlich|freiwillig|required|mandatory)\s*[)\]]",
    re.IGNORECASE,
)
_NOT_LETTERS = re.compile(r"[\W_]+")
# A number, date or address is data, even where a CSV file has texts only.
_DATA = re.compile(r"^[+(]?[\d\s.,:/()+€%-]+$|@|^https?://|^www\.", re.IGNORECASE)
_NUMBER = re.compile(r"^[-−+]?[€\s]*\d[\d\s.,'’]*(?:€|eur(?:o)?|%)?$", re.IGNORECASE)


def label_key(label: str) -> str:
    """Return the key by which two labels are the same: "E-Mail*" and "Email (optional)"."""
    label = _REMARK.sub(" ", label)
    return fold(_NOT_LETTERS.sub("", label)) or " ".join(label.split()).casefold()


# --- The header row ------------------------------------------------------------------------------


def find_header(
    sample: Sequence[tuple[int, Sequence]], known: Callable[[str], bool] = lambda label: False
) -> int:
    """Return the number of the row that heads the columns; 0 if no row holds anything.

    ``sample`` lists ``(row number, cells)`` of the first rows; ``known(label)`` says whether a
    label is that of a field. Best is the row with most known labels, then with fewest others; where
    none has two of them, the first of distinct texts that is about as wide as what follows.
    """
    rows = [(number, filled) for number, cells in sample if (filled := _filled(cells))]
    if not rows:
        return 0
    widest = max(len(filled) for _number, filled in rows)
    best, best_score = None, (0, 0.0)
    for number, filled in rows:
        labels = [_one_line(cell) for cell in filled]
        hits = len({label for label in labels if not _DATA.search(label) and known(label)})
        score = (hits, hits / len(filled))
        # One known word may be chance ("Land" in a title), unless it is most of the row.
        if hits >= min(2, widest) and score > best_score:
            best, best_score = number, score
    if best is not None:
        return best
    for place, (number, filled) in enumerate(rows):
        below = [len(later) for _number, later in rows[place + 1 : place + 11]]
        usual = sorted(below)[len(below) // 2] if below else widest
        if len(filled) >= 0.6 * usual and len(filled) >= 0.4 * widest and _all_labels(filled):
            return number
    return rows[0][0]


def _filled(cells: Sequence) -> list:
    return [cell for cell in cells if not is_blank(cell)]


def _all_labels(filled: list) -> bool:
    texts = [cell for cell in filled if isinstance(cell, str) and not _DATA.search(_one_line(cell))]
    return len(texts) == len(filled) == len({_one_line(text).casefold() for text in texts})


def _one_line(cell) -> str:
    try:
        text = read_text(cell)
    except CellError:  # a number that is none: to be shown, and refused where it is read
        text = str(cell)
    return " ".join(text.split())


# --- Columns -------------------------------------------------------------------------------------


def headings(cells: Sequence, rows: Iterable[Sequence] = ()) -> list[Heading]:
    """Return the columns that the header row ``cells`` names, and those it leaves unnamed but that
    hold something in ``rows`` ("Column F"), so that nothing is dropped unseen."""
    labels = {index: _one_line(cell) for index, cell in enumerate(cells) if not is_blank(cell)}
    for row in rows:
        for index, cell in enumerate(row):
            if index not in labels and not is_blank(cell):
                labels[index] = _("Column %(letters)s") % {"letters": column_letters(index)}
    return [Heading(index, labels[index]) for index in sorted(labels)]


def column_letters(index: int) -> str:
    """Return the letters of a column by its index from 0: A, Z, AA."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def duplicates(headings: Iterable[Heading]) -> list[str]:
    """Return the labels that head two columns or more, each once, as first written."""
    first: dict[str, str] = {}
    twice: dict[str, str] = {}
    for heading in headings:
        key = label_key(heading.label)
        if key in first:
            twice[key] = first[key]
        first.setdefault(key, heading.label)
    return list(twice.values())


def propose(
    headings: Sequence[Heading],
    fields: Sequence[FieldNames],
    machine_names: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
) -> dict[int, str]:
    """Return the machine name of the field that each column most likely is, by column index.

    ``machine_names`` is what the file itself says (``{label: machine name}``, of our own export);
    ``remembered`` what the person chose before by label, "" for a column left out. Then come the
    machine name as label, our labels, other words. "" stands for an unknown column. Each field is
    proposed once, for the surest match; a label that could be two fields is neither.
    """
    names = {one.name for one in fields}
    proposal: dict[int, str] = {}
    taken: set[str] = set()
    settled: set[int] = set()  # also columns that are to stay unknown
    for table, key in (
        ({_one_line(label): {name} for label, name in (machine_names or {}).items() if name}, str),
        ({one.name: {one.name} for one in fields}, str),
        ({label_key(label): {name} for label, name in (remembered or {}).items()}, label_key),
        (_table((one.name, one.labels) for one in fields), label_key),
        (_table((one.name, one.aliases) for one in fields), label_key),
    ):
        for heading in headings:
            found = table.get(key(heading.label))
            if found is None or heading.index in settled:
                continue
            if len(found) > 1 or found == {""}:
                settled.add(heading.index)
                continue
            (name,) = found
            if name in names and name not in taken:
                proposal[heading.index] = name
                taken.add(name)
                settled.add(heading.index)
    return {heading.index: proposal.get(heading.index, "") for heading in headings}


def _table(labels: Iterable[tuple[str, list[str]]]) -> dict[str, set[str]]:
    table: dict[str, set[str]] = {}
    for name, texts in labels:
        for text in texts:
            table.setdefault(label_key(str(text)), set()).add(name)
    return table


# --- The end of the list -------------------------------------------------------------------------

_TOTAL = (
    r"(?:zwischen|teil|end|gesamt)?summen?|gesamt(?:zahl|anzahl|summe|betrag|ergebnis)?|insgesamt"
    r"|Σ|∑|anzahl|total|(?:grand |sub)total|sum|count|итого|всего"
)
_LONGEST_TOTAL = 80
_TOTAL_FIRST = re.compile(rf"^(?:{_TOTAL})(?![\w-])", re.IGNORECASE)
_TOTAL_LAST = re.compile(rf"(?<![\w-])(?:{_TOTAL})\s*[:=]?$", re.IGNORECASE)
_TOTAL_ALONE = re.compile(rf"^(?:{_TOTAL})\s*[:=]?$", re.IGNORECASE)
_ENDS_IN_NUMBER = re.compile(r"[\s:=]\d[\d\s.,]*(?:€|eur|\w+)?$", re.IGNORECASE)
_UNIT = re.compile(
    r"^(?:\d+\s)?(?:personen|teilnehmer\w*|firmen|unternehmen|eur|€)$", re.IGNORECASE
)


def is_totals_row(cells: Sequence, header_count: int) -> bool:
    """Whether a row looks like totals beneath the list: "Summe", "Teilnehmer gesamt: 300".

    At most a third of the ``header_count`` columns (three in a narrow list) are filled, and beside
    the word only with numbers, so that the company "Total" in "Frankreich" is none.
    """
    filled = _filled(cells)
    if not filled or len(filled) > max(3, header_count // 3):
        return False
    words = [
        text
        for cell in filled
        if isinstance(cell, str) and not _NUMBER.match(text := _one_line(cell))
    ]
    words = [text for text in words if not _UNIT.match(text)] or words
    if len(words) != 1 or len(words[0]) > _LONGEST_TOTAL:
        return False
    text = words[0].strip(" –-*")
    if _TOTAL_ALONE.match(text):
        return True
    if not (_TOTAL_FIRST.match(text) or _TOTAL_LAST.search(_ENDS_IN_NUMBER.sub("", text))):
        return False
    return len(filled) > 1 or bool(_ENDS_IN_NUMBER.search(text)) or bool(_TOTAL_LAST.search(text))
