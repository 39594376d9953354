"""Files on the quick log that would bring a server down, or a reader to lie: each is refused."""

import base64
import json
import struct
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from missions import drops
from missions.drops import reading
from missions.models import InteractionFile
from tests import dropped_files as dropped
from tests.factories import InteractionFactory
from tests.test_hostile_files import MEASURE

HEAD = b"From: A <a@b.de>\r\nTo: C <c@d.de>\r\nSubject: S\r\nMIME-Version: 1.0\r\n"
MEGABYTE = 1024 * 1024


def mail(headers: bytes, body: bytes = b"x") -> bytes:
    return HEAD + headers + b"\r\n\r\n" + body


def attached(content: bytes, name: str) -> bytes:
    headers = f'Content-Type: application/octet-stream; name="{name}"\r\n'
    headers += "Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64"
    return mail(headers.encode(), base64.encodebytes(content))


def nested(depth):
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return HEAD + opening + b"\r\nx"


def nested_mails(depth):
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"\r\nx"


def many_parts(count):
    parts = b"--b\r\n\r\nx\r\n" * count
    return mail(b"Content-Type: multipart/mixed; boundary=b", parts + b"--b--")


def packed(**parts):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def streams_over_each_other():
    """A compound file that unpacks to a thousand times its size: all streams are the same one."""
    tree = {f"__substg1.0_{tag:04X}0102": b"x" * 4096 for tag in range(600)}
    content = bytearray(dropped.compound({"__properties_version1.0": b"\0" * 32, **tree}))
    big = len(content)
    content += b"\0" * (8 * MEGABYTE)
    return bytes(content[:big]) + bytes(content[big:])


def endless_chain():
    """A compound file whose table of sectors leads in a circle."""
    content = bytearray(dropped.outlook())
    (table,) = struct.unpack_from("<I", content, 76)
    at = 512 + table * 512
    for sector in range(100):
        struct.pack_into("<I", content, at + 4 * sector, 0)
    return bytes(content)


def event(*lines):
    body = "\r\n".join(("BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT"))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}\r\nEND:VCALENDAR\r\n".encode()


def card(*lines):
    return "\r\n".join(("BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", "")).encode()


REFUSED = {
    "empty": (b"", "empty_file"),
    "too large": (HEAD + b"x" * 26 * MEGABYTE, "file_too_large"),
    "parts within parts": (nested(200), "nested"),
    "parts within parts without end": (nested(20_000), "nested"),
    "e-mails within e-mails": (nested_mails(20_000), "nested"),
    "thousands of parts": (many_parts(5000), "too_many_parts"),
    "head of two megabytes": (mail(b"X-A: " + b"y" * 2 * MEGABYTE), "headers"),
    "head of a hundred thousand lines": (mail(b"X-A: y\r\n" * 200_000), "headers"),
    "head alone": (HEAD + b"X-A: y\r\n" * 200_000, "headers"),
    "web page": (b"<!DOCTYPE html><html><script>x()</script>", "web_page"),
    "picture with a script": (b"<svg xmlns='x' onload='x()'/>", "web_page"),
    "program": (b"MZ\x90\0\3\0\0\0" + b"\0" * 500, "program"),
    "script": (b"#!/bin/sh\nrm -rf /\n", "program"),
    "PDF": (dropped.PDF, "pdf"),
    "archive": (packed(a="x"), "zip"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image"),
    "old document": (dropped.compound({"WordDocument": b"x" * 600}), "office"),
    "half an e-mail of Outlook": (dropped.outlook()[:-3000], "damaged"),
    "NUL bytes": (b"A\0B" * 100, "nul"),
    "any text": (b"Guten Tag\n", "not_readable"),
    "calendar with NUL": (event("SUMMARY:a\0b"), "nul"),
    "calendar without appointment": (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no_event"),
    "calendar that does not end": (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "no_event"),
    "zone without end": (
        event("SUMMARY:S", f"DTSTART;TZID={'x' * 100_000}:20261124T090000"), "damaged",
    ),
    "calendar of six megabytes": (event("SUMMARY:" + "x" * 6 * MEGABYTE), "too_large"),
    "appointments by the thousand": (
        event(*["UID:1\r\nEND:VEVENT\r\nBEGIN:VEVENT"] * 3000), "too_many_events",
    ),
    "address book": (card("FN:A") * 200, "too_many_cards"),
    "card without a name": (card("NOTE:x"), "no_card"),
    "card with NUL": (card("FN:A\0B"), "nul"),
    "card of three megabytes": (card("FN:A", "NOTE:" + "x" * 3 * MEGABYTE), "too_large"),
}  # fmt: skip

# Hostile, but there is something in them to propose.
READ = {
    "rule without end": event("SUMMARY:S", "DTSTART:20261124T090000Z", "RRULE:FREQ=SECONDLY"),
    "impossible date": event("SUMMARY:S", "DTSTART:20261345T990000Z"),
    "date before all dates": event("SUMMARY:S", "DTSTART:00010101T000000Z"),
    "zone that is a path": event("SUMMARY:S", "DTSTART;TZID=../../etc/passwd:20261124T090000"),
    "card with a photo of 20 MB": card("FN:S", "PHOTO;ENCODING=b:" + "A" * 20 * MEGABYTE),
    "card with a folded photo": card("FN:S", "PHOTO;ENCODING=b:A" + "\r\n " * 20 + "A" * 3_000_000),
    "a hundred thousand receivers": HEAD + b"Cc: " + b"x@y.de, " * 100_000 + b"\r\n\r\nx",
    "address that does not end": HEAD + b"Cc: " + b'"(<' * 50_000 + b"\r\n\r\nx",
    "encoded words without end": HEAD + b"Cc: " + b"=?a?q?" * 10_000 + b"\r\n\r\nx",
    "impossible day": HEAD + b"Date: Thu, 99 Foo 99999 99:99:99 +9999\r\n\r\nx",
    "impossible encoding": mail(b"Content-Type: text/plain; charset=\xff\xfe;;;=\"", b"\xff\xfe"),
    "HTML of ten megabytes": mail(b"Content-Type: text/html", b"<div><p>x" * 1_000_000),
    "attachment of 18 MB": attached(b"x" * 18 * MEGABYTE, "a.txt"),
    "chain that leads in a circle": endless_chain(),
    "lines like quotations": mail(b"", b"On " + b"x " * 400_000),
    "streams over each other": streams_over_each_other(),
}  # fmt: skip


def measured(path, mode="read", name="x"):
    """What the child said last, its peak in kilobytes, and whether it was killed."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", MEASURE, json.dumps(reading._command(mode, path, name))],
        capture_output=True,
        check=True,
        text=True,
    )
    last, peak, killed = json.loads(done.stdout)
    return json.loads(last[0]) if last else {}, peak, killed


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_file_gets_its_message_in_little_memory(tmp_path, content, code):
    path = tmp_path / "dropped.eml"
    path.write_bytes(content)
    said, peak, killed = measured(path)
    assert not killed
    assert said["error"] == code
    assert peak < 300_000
    with translation.override("en"):
        message = drops.Unreadable(said.pop("error"), **said).message
    assert "%(" not in message


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_what_is_absurd_is_left_out(tmp_path, content):
    path = tmp_path / "dropped.eml"
    path.write_bytes(content)
    said, peak, killed = measured(path)
    assert not killed
    assert said == {"end": True}
    assert peak < 300_000
    found = drops.read(path, "dropped.eml")
    assert len(found.full_text) <= 100_000
    assert len(found.to) + len(found.cc) <= 50


SLOW = {
    "HTML that is never closed": mail(b"Content-Type: text/html", b"<a <!--" * 100_000),
    "seven million lines": mail(b"", b"x\r\n" * 7_000_000),
}


@pytest.mark.parametrize("content", SLOW.values(), ids=SLOW)
def test_what_takes_too_much_ends_the_child_and_not_the_server(tmp_path, content):
    path = tmp_path / "dropped.eml"
    path.write_bytes(content)
    with pytest.raises(drops.Unreadable) as refused:
        drops.read(path, "dropped.eml")
    assert refused.value.code in ("too_slow", "too_large")
    # The start of the process included.
    assert reading.SECONDS < 5


def test_every_refusal_has_words():
    for code, message in reading.MESSAGES.items():
        assert message % {"limit": 1}, code


# --- Names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\Windows\\\\system.ini", "system.ini"),
        ("..", "attachment.txt"),
        ("a\u202etxt.pdf", "atxt.pdf"),
        ("a\u0000b\u0007.txt", "ab.txt"),
        ("<script>x()</script>.txt", "script_.txt"),
        ("=?utf-8?b?Li4vLi4veC50eHQ=?=", "x.txt"),
        ("x" * 5000 + ".txt", "x" * 130 + ".txt"),
    ],
)
def test_a_name_neither_turns_nor_leads_away(tmp_path, name, shown):
    path = tmp_path / "dropped"
    path.write_bytes(attached(b"x", name))
    (found,) = drops.read(path, "x").attachments
    assert found["name"].removesuffix(".txt") == shown.removesuffix(".txt")
    assert not {"/", "\\", "\u202e", "\0"} & set(found["name"])


def test_what_is_hidden_in_a_subject_is_gone(tmp_path):
    path = tmp_path / "dropped"
    subject = base64.b64encode("gut\u202eexe\u2066\0\u0007\ud83d".encode("utf-8", "surrogatepass"))
    path.write_bytes(
        HEAD.replace(b"Subject: S", b"Subject: =?utf-8?b?" + subject + b"?=") + b"\r\nx"
    )
    assert drops.read(path, "x").subject.isprintable()


# --- Attachments ------------------------------------------------------------------------------

MACROS = packed(**{"[Content_Types].xml": "macroEnabled", "word/document.xml": "x"})
REMOTE = packed(
    **{
        "[Content_Types].xml": "x",
        "word/document.xml": "x",
        "word/_rels/settings.xml.rels": '<R Type="…/attachedTemplate" TargetMode="External"/>',
    }
)
DOCX = packed(**{"[Content_Types].xml": "x", "word/document.xml": "x"})

ATTACHMENTS = {
    "program under another name": (b"MZ\x90\0\3\0", "Rechnung.pdf", "program"),
    "name of a program": (dropped.PDF, "Rechnung.pdf.exe", "program"),
    "shortcut": (b"[InternetShortcut]\r\nURL=x", "Angebot.url", "program"),
    "script": (b"WScript.Echo(1)", "Angebot.js", "program"),
    "web page": (b"<html>", "Angebot.pdf", "web_page"),
    "drawing": (b"<svg/>", "Logo.svg", "web_page"),
    "script in a text": (b"Hallo <script>x()</script>", "Text.txt", "web_page"),
    "macros": (MACROS, "Angebot.docx", "macros"),
    "macros by another part": (packed(**{"xl/vbaProject.bin": "x"}), "Liste.xlsx", "macros"),
    "macros from elsewhere": (REMOTE, "Angebot.docx", "macros"),
    "old document": (dropped.compound({"WordDocument": b"x" * 600}), "Angebot.doc", "office"),
    "archive": (packed(a="x"), "Bilder.zip", "zip"),
    "anything": (bytes(range(256)) * 4, "daten.bin", "unknown"),
}


@pytest.mark.parametrize(("content", "name", "reason"), ATTACHMENTS.values(), ids=ATTACHMENTS)
def test_an_attachment_that_could_do_harm_is_not_offered(tmp_path, content, name, reason):
    path = tmp_path / "dropped"
    path.write_bytes(attached(content, name))
    found = drops.read(path, "x", keep=lambda index, piece: pytest.fail("given out"))
    assert [(one["type"], one["reason"]) for one in found.attachments] == [("", reason)]
    # Nor does it come in with the e-mail around it, or as an upload.
    assert bool(found.original) == (reason in ("program", "web_page", "macros"))
    path.write_bytes(content)
    with pytest.raises(drops.Unreadable) as refused:
        reading.type_to_keep(path, name)
    assert refused.value.code == reason


def test_a_document_without_macros_is_kept(tmp_path):
    path = tmp_path / "dropped"
    path.write_bytes(DOCX)
    assert reading.type_to_keep(path, "Angebot.docx") == "docx"


def test_an_email_with_a_program_in_it_is_not_kept(tmp_path):
    path = tmp_path / "dropped"
    path.write_bytes(attached(b"MZ\x90\0\3\0", "x.pdf"))
    with pytest.raises(drops.Unreadable) as refused:
        reading.type_to_keep(path, "Brief.eml")
    assert refused.value.code == "program"


@pytest.mark.django_db
def test_a_picture_that_unpacks_to_gigabytes_is_not_kept(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    upload = SimpleUploadedFile("Foto.png", head + b"\0\0\0\0" + b"\0\0\0\0IEND\xaeB`\x82")
    with pytest.raises(drops.NotKept):
        InteractionFile.objects.create(interaction=InteractionFactory(), file=upload)
    assert not InteractionFile.objects.exists()
