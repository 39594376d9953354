"""Files that would bring a server down, or a reader to lie: each gets its own clear message."""

import json
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from django.utils import translation

from legcrm.core.spreadsheets import reader, reading
from tests import spreadsheet_files as files

HEADER = files.row(1, files.text_cell("A1", "Name"))


def value(reference):
    return f'<c r="{reference}"><v>1</v></c>'


def book(path, packed=True, **parts):
    """A good workbook with some of its parts replaced or added."""
    whole = files.xlsx_parts(HEADER)
    return files.zipped({**whole, **parts}, path, packed=packed)


def sheet_part(rows, before=""):
    return f"{before}<worksheet><sheetData>{rows}</sheetData></worksheet>"


SHEET = "xl/worksheets/sheet1.xml"


def zip_bomb(path):
    return book(path, **{SHEET: sheet_part(HEADER + " " * 30_000_000)})


def nested(path):
    inner = path.with_suffix(".inner")
    files.zipped({"inner": " " * 10_000_000}, inner)
    return files.zipped({"inner.zip": inner.read_bytes()}, path)


def many_parts(path):
    return files.zipped({f"{n:0200}": "" for n in range(5_000)}, path)


def truncated(path):
    whole = book(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def broken_part(path):
    """The announced checksum of the sheet isn't that of its content."""
    data = book(path).read_bytes()
    with zipfile.ZipFile(path) as package:
        wrong = package.getinfo(SHEET).CRC.to_bytes(4, "little")
    path.write_bytes(data.replace(wrong, b"\1\2\3\4"))
    return path


def cut_sheet(path):
    return book(path, **{SHEET: "<worksheet><sheetData>" + HEADER})


def entity_expansion(path):
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(n + 1)} "{f"&{chr(n)};" * 10}">' for n in range(97, 110)
    )
    rows = files.row(1, '<c r="A1" t="inlineStr"><is><t>&n;</t></is></c>')
    return book(path, **{SHEET: sheet_part(rows, before=f"<!DOCTYPE x [{entities}]>")})


def external_entity(path):
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return book(path, **{"xl/sharedStrings.xml": f"{entity}<sst><si><t>&a;</t></si></sst>"})


def entity_in_workbook(path):
    whole = files.xlsx_parts(HEADER)
    return book(path, **{"xl/workbook.xml": f'<!DOCTYPE x SYSTEM "x">{whole["xl/workbook.xml"]}'})


def entity_in_ods(path):
    entity = '<!DOCTYPE x [<!ENTITY a "ha">]>'
    return files.ods(path, files.ods_row(files.ods_cell("x")), before=entity)


def last_row(path):
    return files.xlsx(path, HEADER + files.row(1_048_576, value("A1048576")))


def corners(path):
    return files.xlsx(path, HEADER + files.row(1_048_576, value("XFD1048576")))


def lying_row(path):
    return files.xlsx(path, files.row(1, value("A1"), value("XFD1048576")))


def impossible_column(path):
    return files.xlsx(path, files.row(1, value("A1"), value("ZZZZZ1")))


def unsorted_rows(path):
    return files.xlsx(path, files.row(100_000, value("A100000")) + files.row(1, value("KN1")))


def million_rows(path):
    rows = "".join(files.row(n, value(f"A{n}")) for n in range(1, 1_000_001))
    return files.xlsx(path, rows)


def all_columns(path):
    cells = "".join(value(f"{reader.column_name(n)}1") for n in range(16_384))
    return files.xlsx(path, files.row(1, cells))


def formula(path):
    return files.xlsx(path, HEADER + files.row(2, '<c r="B2"><f>1+1</f></c>'))


def formula_with_empty_value(path):
    cells = '<c r="B2" t="str"><f>""</f><v></v></c><c r="C2"><f>1+1</f><v></v></c>'
    return files.xlsx(path, HEADER + files.row(2, cells))


def formula_in_ods(path):
    bare = '<table:table-cell table:formula="of:=1+1"/>'
    return files.ods(path, files.ods_row(files.ods_cell("x"), bare))


def half_character(path):
    return files.xlsx(path, files.row(1, '<c r="A1" t="inlineStr"><is><t>&#xD83D;</t></is></c>'))


def half_shared_character(path):
    rows = files.row(1, '<c r="A1" t="s"><v>0</v></c>')
    return files.xlsx(path, rows, shared_strings="<si><t>&#55357;</t></si>")


def half_ods_character(path):
    cell = (
        '<table:table-cell office:value-type="string"><text:p>&#xD83D;</text:p></table:table-cell>'
    )
    return files.ods(path, files.ods_row(cell))


def nul_in_sheet(path):
    return book(path, **{SHEET: sheet_part(HEADER.replace("Name", "Na\0me"))})


def utf16_sheet(path):
    """Another encoding hides a DOCTYPE from whoever looks for its letters."""
    return book(path, **{SHEET: sheet_part(HEADER, before="<!DOCTYPE x>").encode("utf-16")})


def huge_shared_strings(path):
    """One long text, named by many cells."""
    rows = "".join(
        files.row(n, f'<c r="A{n}" t="s"><v>0</v></c><c r="B{n}" t="s"><v>0</v></c>')
        for n in range(1, 100_000)
    )
    text = random.Random(1).randbytes(250_000).hex() * 10
    return files.xlsx(path, rows, shared_strings=f"<si><t>{text}</t></si>")


def too_many_shared_strings(path):
    text = "".join(f"<si><t>{n}</t></si>" for n in range(4_600_000))
    return files.xlsx(path, HEADER, shared_strings=text)


def deep_nesting(path):
    return book(path, packed=False, **{"xl/workbook.xml": "<a>" * 1_000_000})


def deep_sheet(path):
    rows = files.row(1, '<c r="A1" t="inlineStr"><is>' + "<r>" * 2_000_000)
    return book(path, packed=False, **{SHEET: sheet_part(rows)})


def deep_ods(path):
    parts = files.ods_parts(files.ods_row("<table:table-cell>" * 300_000))
    return files.zipped(parts, path, packed=False)


def slip(path):
    return book(path, **{"../../etc/cron.d/x": "x"})


def absolute_name(path):
    return book(path, **{"/etc/cron.d/x": "x"})


def repeated_rows(path):
    return files.ods(path, files.ods_row(files.ods_cell("x"), repeat=1_048_576))


def repeated_columns(path):
    cell = files.ods_cell("x", 'table:number-columns-repeated="16384"')
    return files.ods(path, files.ods_row(cell))


def repeated_both(path):
    cell = files.ods_cell("x", 'table:number-columns-repeated="300"')
    return files.ods(path, files.ods_row(cell, repeat=1_048_576) * 1000)


def absurd_repeat(path):
    row = files.ods_row(files.ods_cell("x"), repeat=77)
    return files.ods(path, row.replace("77", "7" * 5000))


def far_ods_cell(path):
    empty = '<table:table-cell table:number-columns-repeated="16383"/>'
    return files.ods(
        path, files.ods_row(files.ods_cell("x")) + files.ods_row(empty, files.ods_cell("x"))
    )


def last_ods_row(path):
    row = files.ods_row(files.ods_cell("x"))
    return files.ods(path, row + files.ods_row("<table:table-cell/>", repeat=1_048_574) + row)


def encrypted_ods(path):
    parts = files.ods_parts(files.ods_row(files.ods_cell("x")))
    parts["META-INF/manifest.xml"] = "<manifest><manifest:encryption-data/></manifest>"
    return files.zipped(parts, path)


def binary_workbook(path):
    return files.zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\0"}, path)


def with_macros(path):
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return files.xlsx(path, HEADER, content_type=kind)


def document(path):
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return files.zipped(
        {"[Content_Types].xml": f"<Types>{kind}</Types>", "word/document.xml": "<w/>"}, path
    )


def content(data):
    def make(path):
        path.write_bytes(data)
        return path

    return make


def with_text(text, encoding="utf-8"):
    return content(text.encode(encoding))


HOSTILE = [
    (zip_bomb, "zip_bomb", ""),
    (many_parts, "zip_bomb", ""),
    (lambda path: files.overlapping(path, 250), "zip_bomb", ""),
    (nested, "other_zip", ""),
    (truncated, "damaged", ""),
    (broken_part, "damaged", ""),
    (cut_sheet, "damaged", ""),
    (entity_expansion, "doctype", ""),
    (external_entity, "doctype", ""),
    (entity_in_workbook, "doctype", ""),
    (entity_in_ods, "doctype", ""),
    (last_row, "far_cell", "A1048576"),
    (corners, "far_cell", "XFD1048576"),
    (lying_row, "far_cell", "XFD1048576"),
    (impossible_column, "far_cell", "ZZZZZ1"),
    (unsorted_rows, "damaged", ""),
    (million_rows, "too_many_rows", "100000"),
    (all_columns, "too_many_columns", "300"),
    (formula, "formula_without_value", "B2"),
    (formula_with_empty_value, "formula_without_value", "C2"),
    (formula_in_ods, "formula_without_value", "B1"),
    (half_character, "half_character", ""),
    (half_shared_character, "half_character", ""),
    (half_ods_character, "half_character", ""),
    (nul_in_sheet, "nul_bytes", ""),
    (utf16_sheet, "nul_bytes", ""),
    (too_many_shared_strings, "too_large", ""),
    (deep_nesting, "damaged", ""),
    (deep_sheet, "damaged", ""),
    (deep_ods, "damaged", ""),
    (slip, "unsafe_names", ""),
    (absolute_name, "unsafe_names", ""),
    (repeated_rows, "too_many_rows", "100000"),
    (repeated_columns, "too_many_columns", "300"),
    (repeated_both, "too_many_rows", "100000"),
    (absurd_repeat, "damaged", ""),
    (far_ods_cell, "far_cell", "XFD2"),
    (last_ods_row, "far_cell", "A1048576"),
    (encrypted_ods, "encrypted", ""),
    (binary_workbook, "xlsb", ""),
    (with_macros, "macros", ""),
    (document, "other_zip", ""),
    (lambda path: files.ole(path, "EncryptedPackage"), "encrypted", ""),
    (lambda path: files.ole(path, "Workbook"), "old_excel", ""),
    (content(b"%PDF-1.7\n"), "pdf", ""),
    (content(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image", ""),
    (content(b"\xff\xd8\xff\xe0\0\x10JFIF\0"), "image", ""),
    (content(b"\x1f\x8b\x08\0"), "other_zip", ""),
    (with_text("\n<!DOCTYPE html><table><tr><td>x"), "html", ""),
    (with_text('<?xml version="1.0"?><Workbook/>'), "other_document", ""),
    (with_text("{\\rtf1 x}"), "other_document", ""),
    (content(b""), "empty_file", ""),
    (content(b" \r\n\r\n;;\r\n"), "empty_file", ""),
    (lambda path: files.xlsx(path, ""), "empty_sheet", ""),
    (lambda path: files.ods(path, ""), "empty_sheet", ""),
    (with_text("Name;Ort\nA\0B;C\n"), "nul_bytes_line", "2"),
    (content(b"Name;Ort\nA;\xed\xa0\xbd\n"), "half_character_line", "2"),
    (content("Name\tOrt\nA\t".encode("utf-16") + b"\x3d\xd8\n\0"), "half_character_line", "2"),
    (content("Name\nÄ\n".encode("cp1252") + b"\x81\n"), "no_encoding", "3"),
    (with_text('Name;Ort\nA;"offen\nB;C\n' * 2), "quotes", "2"),
    (with_text('Name;Ort\nA;"offen\n' + "B;C\n" * 400_000), "quotes", "2"),
    (with_text('Name;Ort\nA;B\n"Firma "X" GmbH";C\n'), "quotes", "3"),
    (with_text("Name;Ort\n" + "x" * 3_000_000), "long_field", "2"),
    (with_text("Name;Ort\n" + "x" * 9_000_000), "long_line", "2"),
    (with_text("Name;Ort\n" + "x;" * 1_000_000), "too_many_columns", "300"),
    (with_text("x\n" * 1_000_000), "too_many_rows", "100000"),
    (content(b"x;" * 27_000_000), "file_too_large", "50"),
]


def name_of(case):
    return getattr(case, "__name__", "") if callable(case) else None


# The child measures nothing itself (it may be killed): a small parent starts it and waits for it.
# The test process won't do, for a child begins with its parent's peak.
MEASURE = """
import json, os, subprocess, sys
process = subprocess.Popen(json.loads(sys.argv[1]), stdout=subprocess.PIPE, env={},
                           stderr=subprocess.DEVNULL)
last = b""
while chunk := process.stdout.read(65536):
    last = (last + chunk)[-2000:]
_pid, status, used = os.wait4(process.pid, 0)
print(json.dumps([last.decode().splitlines()[-1:], used.ru_maxrss, os.WIFSIGNALED(status)]))
"""


def measured(mode, path, seconds):
    """What the child said last, its peak in kilobytes, and whether it was killed."""
    command = reading.reader_command(mode, path, "", "", "", seconds)
    done = subprocess.run(
        [sys.executable, "-I", "-c", MEASURE, json.dumps(command)],
        capture_output=True,
        check=True,
        text=True,
    )
    last, peak, killed = json.loads(done.stdout)
    return json.loads(last[0]) if last else {}, peak, killed


@pytest.mark.parametrize(("make", "code", "names"), HOSTILE, ids=name_of)
def test_a_hostile_file_gets_its_message_in_little_memory(tmp_path, make, code, names):
    path = make(tmp_path / "liste.xlsx")
    said, peak, killed = measured("inspect", path, reading.INSPECT_SECONDS)
    assert not killed
    assert said["error"] == code
    assert peak < 300_000
    with translation.override("en"), pytest.raises(reading.Unreadable) as refused:
        raise reading.Unreadable(said.pop("error"), **said)
    assert names in refused.value.message
    assert "%(" not in refused.value.message


@pytest.mark.parametrize(("make", "code", "names"), HOSTILE[:5], ids=name_of)
def test_reading_all_rows_refuses_what_a_look_refuses(tmp_path, make, code, names):
    path = make(tmp_path / "liste.xlsx")
    with pytest.raises(reading.Unreadable) as refused:
        reading.inspect(path)
    assert refused.value.code == code
    with pytest.raises(reading.Unreadable) as refused:
        list(reading.read_rows(path))
    assert refused.value.code == code


def test_texts_that_multiply_end_the_child_and_not_the_server(tmp_path):
    path = huge_shared_strings(tmp_path / "a.xlsx")
    said, peak, _killed = measured("rows", path, reading.READ_SECONDS)
    assert "end" not in said
    assert peak < 300_000
    with pytest.raises(reading.Unreadable) as refused:
        list(reading.read_rows(path))
    assert refused.value.code == "too_large"


def child(tmp_path, code):
    path = tmp_path / "child.py"
    path.write_text(code)
    return [sys.executable, "-I", str(path)]


@pytest.mark.parametrize("code", ["import time; time.sleep(600)", "while True: pass"])
def test_a_child_that_does_not_answer_is_killed(tmp_path, code):
    # No later than the deadline that the issue sets, the start of a process included.
    assert reading.INSPECT_SECONDS < 5
    with pytest.raises(reading.Unreadable) as refused:
        list(reading.answers(child(tmp_path, code), 0.2))
    assert refused.value.code == "too_slow"


def test_the_time_the_caller_takes_is_not_the_childs(tmp_path):
    code = "print(1, flush=True)\nprint(2, flush=True)\nprint('{\"end\": true}')"
    taken = reading.answers(child(tmp_path, code), 20)
    assert next(taken) == 1
    now = time.monotonic
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading.time, "monotonic", lambda: now() + 1000)
        assert list(taken) == [2]


@pytest.mark.parametrize(
    ("sent", "code"),
    [("SIGABRT", "too_large"), ("SIGKILL", "too_large"), ("SIGXCPU", "too_slow")],
)
def test_a_child_that_dies_gives_a_message(tmp_path, sent, code):
    number = getattr(signal, sent).value
    dying = f"import os\nprint(1, flush=True)\nos.kill(os.getpid(), {number})"
    with pytest.raises(reading.Unreadable) as refused:
        list(reading.answers(child(tmp_path, dying), 20))
    assert refused.value.code == code


def test_an_answer_without_its_end_is_no_answer(tmp_path):
    with pytest.raises(reading.Unreadable) as refused:
        list(reading.answers(child(tmp_path, "print(1)"), 20))
    assert refused.value.code == "too_large"


def test_the_child_may_write_no_file_and_has_no_environment(tmp_path):
    code = (
        f"import importlib.util, json, os\nspec = importlib.util.spec_from_file_location('r', "
        f"{reader.__file__!r})\nr = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(r)\nr.limit_resources(5)\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"try:\n    with open({str(tmp_path / 'x')!r}, 'w') as file: file.write('x')\n"
        "    print(1)\n"
        "except OSError: print(json.dumps(sorted(set(os.environ) - {'LC_CTYPE'})))\n"
        "print(json.dumps({'end': True}))"
    )
    assert list(reading.answers(child(tmp_path, code), 20)) == [[]]


def test_every_refusal_has_a_message():
    source = Path(reader.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'Refused\(\s*"(\w+)"', source))
    assert codes <= set(reading.MESSAGES)
    assert len(codes) > 20
