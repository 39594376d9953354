"""The process that opens what people file as the document of an agreement: is it a sound PDF?

A program of its own, started by ``missions.agreements`` in isolated mode under limits of memory and
time: ``python -I missions/pdf_inspector.py '{"path": …, "root": …, "cpu_seconds": …}'``. It never
unpacks what is on the pages; it reads how the file is built, and imports no Django.

It writes JSON lines: ``{"pages": …}`` and ``{"end": true}``, or ``{"error": code}`` instead.
"""

import io
import json
import re
import sys

# A web page or picture beside or behind the first bytes of a PDF.
WEB_PAGE = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?xml)\b", re.IGNORECASE)
# Where the end of a file is looked for: some programs append a few lines to it.
TAIL = 2048
END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF")
# What stands where the end says that the table of the objects begins.
TABLE = re.compile(rb"xref|\d\s+\d+\s+obj")
# A contract has some hundred pages and some thousand objects.
MOST_PAGES = 5_000
MOST_OBJECTS = 200_000

# Names of what acts by itself, and what it says of the file.
ACTING = {
    "/JavaScript": "script",
    "/JS": "script",
    "/Launch": "script",
    "/ImportData": "script",
    "/SubmitForm": "script",
    "/RichMedia": "script",
    "/XFA": "script",
    "/EmbeddedFiles": "attachment",
    "/EmbeddedFile": "attachment",
    "/EF": "attachment",
}


def inspect(content: bytes) -> int:
    """Return the number of pages; raise Refused for what is no sound and harmless PDF."""
    if not content.startswith(b"%PDF-"):
        raise Refused("not_pdf")
    found = END.search(content, max(len(content) - TAIL, 0))
    if found is None:
        raise Refused("not_pdf" if WEB_PAGE.search(content[:TAIL]) else "truncated")
    start = int(found.group(1))
    # A reader that is kind enough would guess where the objects are, and miss some.
    if not TABLE.search(content, max(start - 16, 0), start + 32):
        raise Refused("damaged")

    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if "/Encrypt" in reader.trailer:
        raise Refused("encrypted")
    root = reader.trailer["/Root"].get_object()
    pages = count_pages(root)
    look_through(root)
    return pages


def count_pages(root) -> int:
    """Walk the page tree, each node once: a damaged or malicious one leads in a circle."""
    from pypdf.generic import IndirectObject

    waiting, seen, pages = [root.raw_get("/Pages")], set(), 0
    while waiting:
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            if node.idnum in seen:
                raise Refused("damaged")
            seen.add(node.idnum)
            node = node.get_object()
        if not isinstance(node, dict):
            raise Refused("damaged")
        if "/Kids" in node:
            waiting += node["/Kids"]
        else:
            if node.get("/Type") != "/Page":
                raise Refused("damaged")
            pages += 1
        if pages > MOST_PAGES or len(seen) > MOST_OBJECTS:
            raise Refused("too_large")
    if not pages:
        raise Refused("no_pages")
    return pages


def look_through(root) -> None:
    """Refuse what acts by itself or carries other files, anywhere that the document leads to."""
    from pypdf.generic import IndirectObject

    waiting, seen, looked_at = [root], set(), 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        looked_at += 1
        if looked_at > MOST_OBJECTS:
            raise Refused("too_large")
        if isinstance(found, dict):
            # Both as the name of an entry and as the kind of an action ("/S /Launch").
            kinds = {str(found[name]) for name in ("/S", "/Type") if name in found}
            for name in (*found, *kinds):
                if name in ACTING:
                    raise Refused(ACTING[name])
            waiting += [value for value in map(found.raw_get, found) if is_container(value)]
        elif isinstance(found, list):
            waiting += [value for value in found if is_container(value)]


def is_container(value) -> bool:
    from pypdf.generic import IndirectObject

    return isinstance(value, (dict, list, IndirectObject))


def main(path: str) -> None:
    last: dict = {"end": True}
    try:
        with open(path, "rb") as file:
            print(json.dumps({"pages": inspect(file.read())}))
    except Refused as refused:
        last = {"error": refused.code}
    except MemoryError:
        last = {"error": "too_large"}
    except Exception:
        # A broken file breaks its reader in many ways: to the person they are one.
        last = {"error": "damaged"}
    print(json.dumps(last), flush=True)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    # The limits are those of the spreadsheets; that module needs nothing of Django either.
    sys.path.append(given["root"])
    from legcrm.core.spreadsheets.reader import Refused, limit_resources

    limit_resources(given["cpu_seconds"])
    main(given["path"])
