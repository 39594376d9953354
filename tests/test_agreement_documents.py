"""The document of an agreement: a PDF by its content, for those alone who may see it."""

import os
import time
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse
from django.utils import translation

from missions import agreements
from missions.agreements import MAX_DOCUMENT_BYTES, validate_pdf
from tests import pdf_files
from tests.factories import AgreementFactory
from tests.html_forms import change_form
from tests.pdf_files import PAGE, catalog_with, pdf, stream

MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


SOUND = {
    "one page": pdf(),
    "objects that are packed": pdf_files.bomb(200),
    "with a link": pdf(b"<< /Subtype /Link /A << /S /URI /URI (https://leg-thueringen.de) >> >>",
                       page=PAGE[:-2] + b"/Annots [4 0 R] >>"),
    "a few lines behind its end": pdf() + b"\n" * 500,
    "sixteen megabytes of scans": pdf(
        *[stream(os.urandom(4 * MEGABYTE)) for _ in range(4)],
        catalog=catalog_with(b"/Extra [4 0 R 5 0 R 6 0 R 7 0 R]"),
    ),
    "a table that names itself as the one before": pdf(
        trailer=b"/Prev %d" % pdf().index(b"xref\n")
    ),
}  # fmt: skip
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"
TWINS = [b"<< /Type /Pages /Kids [%d 0 R %d 0 R] >>" % (n + 1, n + 1) for n in range(4, 40)]
REFUSED = {
    "empty": (b"", "not_pdf"),
    "web page": (b"<!doctype html><script>alert(1)</script>", "not_pdf"),
    "web page with the first bytes of a PDF": (b"%PDF-1.7\n<html><script>x()</script>", "not_pdf"),
    "web page with both ends of a PDF": (
        b"%PDF-1.7\n<html><body>\nstartxref\n9\n%%EOF\n", "damaged",
    ),
    "PDF behind a web page": (b"<html>" + pdf(), "not_pdf"),
    "SVG": (SVG, "not_pdf"),
    "SVG with the first bytes of a PDF": (b"%PDF-1.7\n" + SVG, "not_pdf"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_pdf"),
    "first half": (pdf()[:170], "truncated"),
    "without its middle": (pdf(stream(b"x" * 9000)).replace(b"x" * 8000, b""), "damaged"),
    "password": (pdf_files.encrypted(), "encrypted"),
    "no pages": (pdf(pages=b"<< /Type /Pages /Kids [] /Count 0 >>"), "no_pages"),
    "script on opening": (
        pdf(catalog=catalog_with(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")), "script",
    ),
    "script written in another way": (
        pdf(catalog=catalog_with(b"/OpenAction << /S /Java#53cript >>")), "script",
    ),
    "program started by a link": (
        pdf(b"/Launch", page=PAGE[:-2] + b"/Annots [<< /A << /S 4 0 R /F (cmd) >> >>] >>"),
        "script",
    ),
    "file attached": (
        pdf(catalog=catalog_with(b"/Names << /EmbeddedFiles << /Names [] >> >>")), "attachment",
    ),
    "pages in a circle": (pdf(pages=b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), "damaged"),
    "pages that double at each level": (
        pdf(*TWINS, pages=b"<< /Type /Pages /Kids [4 0 R 4 0 R] /Count 1 >>"), "damaged",
    ),
    "lists within lists": (pdf_files.nested(100_000), "damaged"),
    "tables within tables": (
        pdf(b"<< /A " * 100_000, catalog=catalog_with(b"/Extra 4 0 R")), "damaged",
    ),
    "text without end": (pdf(b"(" * 200_000, catalog=catalog_with(b"/Extra 4 0 R")), "damaged"),
    "number of a hundred thousand digits": (
        pdf(pages=b"<< /Type /Pages /Kids [3 0 R] /Count " + b"9" * 100_000 + b" >>"), "damaged",
    ),
    "objects that unpack to 200 megabytes": (pdf_files.bomb(200 * MEGABYTE), "damaged"),
}  # fmt: skip


def problem(content):
    """Return the code of the refusal, or None."""
    with translation.override("en"):
        try:
            validate_pdf(ContentFile(content, name="agreement.pdf"))
        except ValidationError as error:
            (message,) = error.messages
            return next(code for code, text in agreements.MESSAGES.items() if text == message)
    return None


@pytest.mark.parametrize("content", SOUND.values(), ids=SOUND)
def test_a_sound_pdf_is_taken(content):
    assert problem(content) is None


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_sound_pdf_is_refused(content, code):
    began = time.monotonic()
    assert problem(content) == code
    # Not how fast it is, but that its process is ended.
    assert time.monotonic() - began < agreements.SECONDS + 5


def test_a_reader_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(agreements, "SECONDS", 0.2)
    # So many objects, all at the same place, that even their table takes seconds.
    assert problem(pdf_files.many_objects(900_000)) == "too_slow"


def test_a_pdf_is_looked_at_once(monkeypatch):
    upload = SimpleUploadedFile("a.pdf", pdf())
    validate_pdf(upload)
    monkeypatch.setattr(agreements, "_problem", lambda upload: pytest.fail("looked at again"))
    validate_pdf(upload)
    assert upload.read(5) == b"%PDF-"


class Huge(TemporaryUploadedFile):
    """200 MB on the disk, of which nothing may be read."""

    def read(self, *args):
        pytest.fail("read")

    chunks = __iter__ = read


def test_200_megabytes_are_refused_unread():
    upload = Huge("a.pdf", "application/pdf", 200 * MEGABYTE, None)
    with pytest.raises(ValidationError) as refused, translation.override("en"):
        validate_pdf(upload)
    (message,) = refused.value.messages
    assert "200" in message and "20" in message and "MB" in message


# --- In the form, and sent ------------------------------------------------------------------


def upload(client, agreement, content, name="streng geheim.pdf"):
    url, data = change_form(client, agreement)
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    return client.post(url, data | {"document": file}, headers={"accept-language": "en"})


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["web page", "SVG", "picture", "password"])
def test_the_form_says_what_is_wrong_with_the_file(client_for, editor, kind):
    agreement = AgreementFactory()
    content, code = REFUSED[kind]
    response = upload(client_for(editor), agreement, content)
    errors = response.context["adminform"].form.errors
    assert errors == {"document": [agreements.MESSAGES[code]]}
    agreement.refresh_from_db()
    assert not agreement.document


@pytest.mark.django_db
def test_a_huge_file_is_refused_by_the_form(client_for, editor):
    response = upload(client_for(editor), AgreementFactory(), b"%PDF-" + b"x" * MAX_DOCUMENT_BYTES)
    assert "document" in response.context["adminform"].form.errors


@pytest.mark.django_db
def test_a_shell_files_no_web_page_either():
    agreement = AgreementFactory()
    agreement.document = ContentFile(b"<html>", name="x.pdf")
    with pytest.raises(ValidationError):
        agreement.save()


@pytest.mark.django_db
def test_only_those_who_may_see_the_agreement_get_its_document(
    client, client_for, editor, reader, outsider, media
):
    agreement = AgreementFactory(title="Kooperation mit Taschkent")
    assert upload(client_for(editor), agreement, pdf()).status_code == 302
    url = reverse("admin:missions_agreement_document", args=[agreement.pk])
    for user in (editor, reader):
        response = client_for(user).get(url)
        assert b"".join(response.streaming_content) == pdf()
        disposition = response.headers["Content-Disposition"]
        assert disposition == 'attachment; filename="kooperation-mit-taschkent.pdf"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response.headers["Cache-Control"]
    assert client_for(outsider).get(url).status_code == 403
    assert client.get(url).headers["Location"].startswith(reverse("admin:login"))
    # The file itself has no address, whatever somebody guesses.
    agreement.refresh_from_db()
    assert (media / agreement.document.name).exists()
    for address in (f"/{agreement.document.name}", f"/media/{agreement.document.name}"):
        assert client_for(editor).get(address).status_code == 404


def test_a_pdf_made_by_our_own_hand_is_sound():
    """The product's own documents can be filed too."""
    from pypdf import PdfWriter

    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(written)
    assert problem(written.getvalue()) is None
