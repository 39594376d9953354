"""What a file is by its content, whatever its name says."""

import codecs
import io
import re
import zipfile
from dataclasses import dataclass

import texts

MEGABYTE = 1024 * 1024
MAX_FILE = 25 * MEGABYTE
MAX_DIRECTORY = MEGABYTE  # the table of contents of a zip file

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER_LINE = re.compile(rb"[!-9;-~]+[ \t]*:")
MAIL_HEADERS = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
IMAGES = (
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("jpeg", re.compile(rb"\xff\xd8\xff")),
    ("gif", re.compile(rb"GIF8[79]a")),
    ("webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
)
PROGRAM = re.compile(
    rb"MZ|\x7fELF|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|#!|L\0\0\0\x01\x14"
)
ZIP = (b"PK\3\4", b"PK\5\6")
ARCHIVES = (*ZIP, b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
WEB_PAGE = re.compile(
    rb"<(?:!doctype\s+(?:html|svg)|html|head|body|script|svg|iframe|meta|table|div|style)\b",
    re.IGNORECASE,
)
# Endings by which a computer runs what it opens, or shows it as a page of its own.
PROGRAMS = {
    "exe", "com", "scr", "pif", "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "mjs", "ws",
    "wsf", "wsh", "hta", "msi", "msp", "jar", "lnk", "reg", "dll", "cpl", "scf", "url", "iso",
    "img", "vhd", "vhdx", "chm", "msc", "apk", "app", "dmg", "pkg", "deb", "rpm", "sh", "py", "pl",
    "php", "rb", "xll", "rdp", "application", "gadget", "website", "desktop", "library-ms",
    "search-ms", "settingcontent-ms", "appref-ms",
}  # fmt: skip
WEB_PAGES = {
    "html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "svg", "svgz", "xml", "xsl", "xslt",
}  # fmt: skip
MACROS = {
    "docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppam", "ppsm", "sldm",
}  # fmt: skip


@dataclass
class Attachment:
    """A file that came with an e-mail. ``type`` is "" where it can't be kept; ``reason`` says why.

    ``inline``: a picture shown within the text, mostly the logo of a signature; it is not offered.
    """

    name: str
    content: bytes
    inline: bool = False
    type: str = ""
    reason: str = ""

    def __post_init__(self):
        self.name = texts.file_name(self.name) or "attachment"
        if not self.reason:
            self.type, self.reason = type_of(self.content, self.name)
        if self.reason:
            self.type = ""

    def described(self) -> dict:
        return {
            "name": self.name,
            "size": len(self.content),
            "type": self.type,
            "reason": self.reason,
            "inline": self.inline,
        }


def kind_of(content: bytes) -> str:
    """``mail``, ``outlook``, ``event``, ``cards``; else the code of the refusal."""
    if content.startswith(OLE):
        names = content.replace(b"\0", b"")
        return "outlook" if b"__properties_version1.0" in names else "office"
    start = readable_start(content)
    if start.startswith("BEGIN:VCALENDAR"):
        return "event"
    if start.startswith("BEGIN:VCARD"):
        return "cards"
    if content.startswith(b"%PDF"):
        return "pdf"
    if content.startswith(ARCHIVES):
        return "zip"
    if is_program(content):
        return "program"
    if any(pattern.match(content) for _type, pattern in IMAGES):
        return "image"
    if is_mail(content):
        return "mail"
    if WEB_PAGE.search(content[:4096]):
        return "web_page"
    return "nul" if b"\0" in content[:65536] else "unknown"


def readable_start(content: bytes) -> str:
    """The first word of a text in one of the encodings that calendars and cards come in."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content[:200].decode("utf-16", "replace").lstrip().upper()
    return content[:200].removeprefix(codecs.BOM_UTF8).lstrip().decode("latin-1").upper()


def is_program(content: bytes) -> bool:
    # Texts begin with these letters too, but hold no NUL.
    found = PROGRAM.match(content)
    return found is not None and (found.group() == b"#!" or b"\0" in content[:4096])


def is_mail(content: bytes) -> bool:
    head = content.lstrip(b"\r\n")[:65536]
    if head.startswith(b"From "):  # the line before each e-mail of a mailbox file
        head = head.partition(b"\n")[2]
    return HEADER_LINE.match(head) is not None and len(set(MAIL_HEADERS.findall(head))) > 1


def type_of(content: bytes, name: str) -> tuple[str, str]:
    """``(type, "")`` of a file that may be kept, else ``("", code of the reason)``.

    By content; the name can only forbid, because by its ending a computer chooses what it starts.
    """
    ending = name.rpartition(".")[2].casefold() if "." in name else ""
    if not content:
        return "", "empty_file"
    if len(content) > MAX_FILE:
        return "", "file_too_large"
    if ending in PROGRAMS or is_program(content):
        return "", "program"
    if ending in WEB_PAGES:
        return "", "web_page"
    if ending in MACROS:
        return "", "macros"
    for kind, pattern in IMAGES:
        if pattern.match(content):
            return kind, ""
    if content.startswith(b"%PDF-"):
        return "pdf", ""
    if content.startswith(OLE):
        kind = kind_of(content)
        return (kind, "") if kind == "outlook" else ("", "office")
    if content.startswith(ZIP):
        return office_type(content)
    if content.startswith(ARCHIVES):
        return "", "zip"
    if is_mail(content):
        return "mail", ""
    if WEB_PAGE.search(content[:65536]):
        return "", "web_page"
    if texts.is_text(content):
        return "text", ""
    return "", "unknown"


OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
OFFICE_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
OFFICE_PARTS["ppt/presentation.xml"] = "pptx"


def office_type(content: bytes) -> tuple[str, str]:
    """Like ``type_of``, of a zip file: an Office document without macros, or nothing to keep."""
    end = content.rfind(b"PK\5\6")
    if end < 0 or int.from_bytes(content[end + 12 : end + 16], "little") > MAX_DIRECTORY:
        return "", "zip"
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        parts = {info.filename.casefold(): info for info in package.infolist()}

        def part(name):
            info = parts.get(name)
            if info is None or info.flag_bits & 1:
                return b""
            with package.open(info) as opened:
                return opened.read(MEGABYTE)

        # A template of elsewhere brings its macros along.
        template = part("word/_rels/settings.xml.rels")
        macros = any(
            name.endswith("vbaproject.bin")
            or "/activex/" in name
            or name.startswith(("basic/", "scripts/"))
            for name in parts
        )
        if (
            macros
            or b"macroEnabled" in part("[content_types].xml")
            or (b"attachedTemplate" in template and b"External" in template)
        ):
            return "", "macros"
        if "[content_types].xml" in parts:
            for name, kind in OFFICE_PARTS.items():
                if name in parts:
                    return kind, ""
        kind = OPEN_DOCUMENTS.get(part("mimetype").strip(), "")
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError):
        return "", "damaged"
    if kind and b"encryption-data" in part("meta-inf/manifest.xml"):
        return "", "encrypted"
    return (kind, "") if kind else ("", "zip")
