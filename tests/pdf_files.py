"""PDF files for tests, sound and hostile ones, made by code."""

import zlib

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"


def pdf(*objects: bytes, catalog=CATALOG, pages=PAGES, page=PAGE, trailer=b"") -> bytes:
    """Return a PDF of one empty page; further ``objects`` are numbered from 4 on."""
    content, starts = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate((catalog, pages, page, *objects), start=1):
        starts.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(starts) + 1)
    content += b"".join(b"%010d 00000 n \n" % start for start in starts)
    content += b"trailer\n<< /Size %d /Root 1 0 R %b >>\n" % (len(starts) + 1, trailer)
    content += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(content)


def catalog_with(entry: bytes) -> bytes:
    return b"<< /Type /Catalog /Pages 2 0 R %b >>" % entry


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), entries, content)


def encrypted() -> bytes:
    from io import BytesIO

    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("geheim", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def bomb(size: int) -> bytes:
    """Return a PDF with an object in a packed stream of ``size`` bytes, nearly all of it blank."""
    packed = zlib.compress(b"9 0 " + b" " * size + b"(x)")
    body = stream(packed, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    content = pdf(body, catalog=catalog_with(b"/Extra 9 0 R"))
    start = content.index(b"4 0 obj")
    table = len(content)
    rows = b"".join(
        bytes((1,)) + content.index(b"%d 0 obj" % number).to_bytes(4, "big") + b"\0"
        for number in (1, 2, 3)
    )
    rows += bytes((1,)) + start.to_bytes(4, "big") + b"\0"
    rows += bytes((2,)) + (4).to_bytes(4, "big") + b"\0"
    entries = b"/Type /XRef /Size 10 /Root 1 0 R /W [1 4 1] /Index [1 4 9 1]"
    content += b"8 0 obj\n" + stream(rows, entries) + b"\nendobj\n"
    return content + b"startxref\n%d\n%%%%EOF\n" % table


def nested(depth: int) -> bytes:
    return pdf(b"[" * depth + b"]" * depth, catalog=catalog_with(b"/Extra 4 0 R"))


def many_objects(count: int) -> bytes:
    """Return a PDF whose table says that it has ``count`` objects, all at the same place."""
    content = pdf()
    table = len(content)
    start = content.index(b"3 0 obj")
    content += b"xref\n0 %d\n" % count
    content += b"%010d 00000 n \n" % start * count
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, table)
    return content
