"""Reading what people upload, without trusting it.

Every file is opened by a process of its own (``reader.py``) under limits of memory, processor
time and wall time; this side starts it, listens, and turns what goes wrong into ``Unreadable``
with a sentence for the person. The server needs no more memory than one row.
"""

import datetime
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from legcrm.core.spreadsheets import formulas, reader

Cell = None | str | bool | int | float | datetime.date | datetime.datetime | datetime.time

# A look at the file answers within five seconds in all, the start of the process included.
INSPECT_SECONDS = 4.5
# Time that the reader may keep its listener waiting, all rows together.
READ_SECONDS = 120
ENCODINGS = reader.ENCODINGS
DELIMITERS = reader.DELIMITERS
MAX_ROWS = reader.MAX_ROWS
MAX_COLUMNS = reader.MAX_COLUMNS

# By the code that the reader sends; the details it sends along fill the gaps.
MESSAGES = {
    "empty_file": gettext_noop(
        "This file is empty. Perhaps it was not saved, or not sent to the end."
    ),
    "empty_sheet": gettext_noop("There is nothing on this sheet. Choose another sheet or file."),
    "no_such_sheet": gettext_noop(
        "The file has no visible sheet named “%(sheet)s”. Choose one of its visible sheets."
    ),
    "file_too_large": gettext_noop(
        "This file is larger than %(limit)s MB. Take pictures out of it or split the list."
    ),
    "too_large": gettext_noop(
        "This file is too large to read, or damaged. Split the list into several files, or copy "
        "it into a new workbook and save that."
    ),
    "too_slow": gettext_noop(
        "Reading this file takes too long. Copy the list into a new workbook, or split it into "
        "several files; .xlsx is read fastest."
    ),
    "too_many_rows": gettext_noop(
        "This list has more than %(limit)s rows. Split it into several files."
    ),
    "too_many_columns": gettext_noop(
        "This list has more than %(limit)s columns. Delete the columns you do not need."
    ),
    "far_cell": gettext_noop(
        "Cell %(cell)s, far outside the list, holds something. Delete the rows and columns beyond "
        "the list and save the file again."
    ),
    "formula_without_value": gettext_noop(
        "Cell %(cell)s holds a formula whose result is not stored in the file. Open the file in "
        "Excel or LibreOffice and save it there, so that the results are stored."
    ),
    "damaged": gettext_noop(
        "This file is damaged or incomplete. Open it in Excel or LibreOffice and save it again, "
        "or ask for it once more."
    ),
    "encrypted": gettext_noop(
        "This file is protected by a password. Open it in Excel and save it as .xlsx without a "
        "password."
    ),
    "old_excel": gettext_noop(
        "This is a file in an old format of Excel (.xls) or another Office format. Open it in "
        "Excel or LibreOffice and save it as .xlsx."
    ),
    "xlsb": gettext_noop(
        "This is a binary workbook (.xlsb). Open it in Excel and save it as .xlsx."
    ),
    "macros": gettext_noop(
        "This workbook contains macros (.xlsm). Open it in Excel and save it as .xlsx, without "
        "macros."
    ),
    "pdf": gettext_noop(
        "This is a PDF, not a spreadsheet. Ask for the list as .xlsx, .ods or .csv."
    ),
    "image": gettext_noop(
        "This is a picture, not a spreadsheet. Ask for the list as .xlsx, .ods or .csv."
    ),
    "html": gettext_noop(
        "This is a web page, whatever its name says. Open it in Excel or LibreOffice and save it "
        "as .xlsx."
    ),
    "other_document": gettext_noop(
        "This is another kind of document, not a spreadsheet. Open it in the program it was made "
        "with and save the list as .xlsx, .ods or .csv."
    ),
    "other_zip": gettext_noop(
        "This is an archive or another kind of document, not a spreadsheet. Unpack it, or save "
        "the list as .xlsx, .ods or .csv."
    ),
    "zip_bomb": gettext_noop(
        "Unpacked, this file would be far larger than any list. Copy the list into a new "
        "workbook and save that."
    ),
    "unsafe_names": gettext_noop(
        "This file contains parts with forbidden names, as no spreadsheet program writes them. It "
        "was not opened; ask where it comes from."
    ),
    "doctype": gettext_noop(
        "This file contains definitions (DOCTYPE) as no spreadsheet program writes them. It was "
        "not opened; ask where it comes from."
    ),
    "nul_bytes": gettext_noop(
        "This file contains NUL bytes, so it is damaged or not a spreadsheet. Save the list again "
        "as .xlsx, .ods or .csv."
    ),
    "nul_bytes_line": gettext_noop(
        "Line %(line)s contains NUL bytes: the file is damaged, not a text file, or in another "
        "encoding. Save the list again as .xlsx, .ods or .csv."
    ),
    "half_character": gettext_noop(
        "A text in this file contains half of a character. Open the file in Excel or LibreOffice "
        "and save it again."
    ),
    "half_character_line": gettext_noop(
        "Line %(line)s contains half of a character. Delete it there, or save the list again as "
        ".xlsx."
    ),
    "unknown_encoding": gettext_noop("The encoding “%(encoding)s” is not offered."),
    "unknown_delimiter": gettext_noop("This delimiter is not offered."),
    "wrong_encoding": gettext_noop(
        "Line %(line)s can't be read as %(encoding)s. Choose another encoding."
    ),
    "no_encoding": gettext_noop(
        "Line %(line)s contains a character that fits neither UTF-8 nor Windows-1252. Choose the "
        "encoding, or save the list as .xlsx."
    ),
    "quotes": gettext_noop(
        "In the row that begins on line %(line)s a quotation mark is not closed, or stands within "
        "a quoted text without being doubled. Correct it, or save the list as .xlsx."
    ),
    "long_field": gettext_noop(
        "A field on line %(line)s is longer than any text of a list. Perhaps the file is damaged; "
        "save the list as .xlsx."
    ),
    "long_line": gettext_noop(
        "Line %(line)s is longer than any row of a list. Perhaps this is not a list; save the list "
        "as .xlsx."
    ),
}


class Unreadable(Exception):
    """The file can't be read. ``message`` says why and what to do, in the language active when
    it was raised; ``code`` is a key of ``messages``."""

    messages = MESSAGES

    def __init__(self, code: str, **details):
        self.code = code
        self.message = _(self.messages[code]) % details
        super().__init__(self.message)


@dataclass
class Inspection:
    """What a look at a file found.

    ``sample``: the first 200 non-empty rows as ``(row number, cells)``, numbered as the person
    sees them in the file; for CSV, the line on which the row begins. A row ends with its last
    value, so rows differ in length. ``machine_names``: label → machine name, from the hidden
    sheet of our own exports; ``model``: the model label from there.
    """

    format: str
    sheets: list[str]
    sheet: str
    encoding: str
    delimiter: str
    sample: list[tuple[int, list[Cell]]]
    row_count: int
    column_count: int
    machine_names: dict[str, str] = field(default_factory=dict)
    model: str = ""


def inspect(
    path: str | os.PathLike, *, sheet: str = "", encoding: str = "", delimiter: str = ""
) -> Inspection:
    """Say what kind of file this is and how it begins; ``Unreadable`` within five seconds.

    ``encoding`` and ``delimiter`` overrule what a CSV file seems to have; ``sheet`` is one of the
    visible sheets, by default the first with content.
    """
    command = reader_command("inspect", path, sheet, encoding, delimiter, INSPECT_SECONDS)
    found = None
    for answer in answers(command, INSPECT_SECONDS):
        found = answer
    if found is None:
        raise Unreadable("damaged")
    names = found.pop("names", [])
    model, machine_names = "", {}
    if names and len(names[0]) == 3 and names[0][0] == reader.NAMES_SHEET:
        model = str(names[0][1])
        machine_names = {str(row[1]): str(row[0]) for row in names[1:] if len(row) == 2}
    text = found["format"] == "csv"
    sample = [(number, cells_of(cells, text=text)) for number, cells in found.pop("sample")]
    defaults = {"sheets": [], "sheet": "", "encoding": "", "delimiter": ""}
    return Inspection(
        **{**defaults, **found}, sample=sample, model=model, machine_names=machine_names
    )


def read_rows(
    path: str | os.PathLike, *, sheet: str = "", encoding: str = "", delimiter: str = ""
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield ``(row number, cells)`` of each non-empty row, as in ``Inspection.sample``.

    The reader runs while the rows are taken and ends with the generator. ``Unreadable`` may come
    after any number of rows.
    """
    command = reader_command("rows", path, sheet, encoding, delimiter, READ_SECONDS)
    text = False
    for answer in answers(command, READ_SECONDS):
        if isinstance(answer, dict):
            text = answer["format"] == "csv"
        else:
            number, cells = answer
            yield number, cells_of(cells, text=text)


def cells_of(cells: list, *, text: bool) -> list[Cell]:
    """The cells of one answer as Python values; ``text``: from a text file, where escapes are."""
    for index, cell in enumerate(cells):
        if text:
            if cell is not None:
                cells[index] = formulas.unescape(cell)
        elif type(cell) is dict:
            if "d" in cell:
                cells[index] = datetime.date.fromisoformat(cell["d"])
            elif "dt" in cell:
                cells[index] = datetime.datetime.fromisoformat(cell["dt"])
            else:
                cells[index] = datetime.time.fromisoformat(cell["t"])
    return cells


def reader_command(
    mode: str,
    path: str | os.PathLike,
    sheet: str,
    encoding: str,
    delimiter: str,
    seconds: float,
) -> list[str]:
    """The command line of the child; ``seconds`` of processor time at most."""
    request = {
        "mode": mode,
        "path": str(Path(path).resolve()),
        "sheet": sheet,
        "encoding": encoding,
        "delimiter": delimiter,
        "cpu_seconds": int(seconds) + 1,
    }
    return [sys.executable, "-I", "-B", reader.__file__, json.dumps(request)]


def answers(command: list[str], seconds: float, failure=Unreadable) -> Iterator:
    """Yield what the child says, one object per line, waiting ``seconds`` for it in all.

    ``failure`` is the kind of ``Unreadable`` to raise: other files have other messages. The time
    that the caller takes between two answers does not count: an import checks rows while the
    reader stands still.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    try:
        ended = False
        for line in lines(process.stdout, seconds, failure):
            answer = json.loads(line)
            if isinstance(answer, dict) and "error" in answer:
                raise failure(answer.pop("error"), **answer)
            ended = isinstance(answer, dict) and answer.get("end") is True
            if not ended:
                yield answer
        if not ended:
            # It died under one of its limits: of processor time, or (abort, kill) of memory.
            slow = process.wait() == -signal.SIGXCPU
            raise failure("too_slow" if slow else "too_large")
    finally:
        if process.poll() is None:  # else its number may be another's by now
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()


def lines(pipe, seconds: float, failure=Unreadable) -> Iterator[bytes]:
    """The lines of a pipe; ``failure`` once they have been waited for too long."""
    pending: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            began = time.monotonic()
            if not selector.select(max(seconds, 0)):
                raise failure("too_slow")
            seconds -= time.monotonic() - began
            chunk = os.read(pipe.fileno(), 1 << 16)
            if not chunk:
                return
            head, *rest = chunk.split(b"\n")
            pending.append(head)
            for following in rest:
                yield b"".join(pending)
                pending = [following]
