"""Texts of strangers: decoded as they were meant, without what is invisible, cut to a length."""

import codecs
import re
import unicodedata
from html.parser import HTMLParser
from itertools import takewhile

MAX_TEXT = 100_000  # characters of a text with all that is quoted in it
MAX_NOTES = 20_000  # characters of the part that is proposed
MAX_LINE = 200
MAX_HTML = 500_000

# Characters that turn the direction of what follows: "gpj.exe" is shown as "exe.jpg" by them.
TURNING = dict.fromkeys([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# What is called so mostly is the larger encoding of Windows.
LARGER = {"iso8859-1": "cp1252", "ascii": "cp1252", "latin-1": "cp1252", "gb2312": "gb18030"}
SINGLE_BYTE = re.compile(r"(?:cp|iso8859|koi8|mac|ascii|latin)")


def decoded(content: bytes, charset: str = "") -> str:
    """The text in ``content``; ``charset`` is what the file claims, which need not be true."""
    try:
        codec = codecs.lookup(charset or "utf-8")
        name = codec.name if codec._is_text_encoding else "utf-8"
    except (LookupError, ValueError, UnicodeError):
        name = "utf-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if name == "utf-8" or (SINGLE_BYTE.match(name) and not content.isascii()):
        # Nothing but UTF-8 is UTF-8 by chance.
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            name = "cp1252" if name == "utf-8" else name
    try:
        return content.decode(LARGER.get(name, name), "replace")
    except (LookupError, ValueError, UnicodeError):
        return content.decode("utf-8", "replace")


def is_text(content: bytes) -> bool:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode()
    controls = sum(
        content[:65536].count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13)
    )
    return b"\0" not in content and controls < 3


def clean(text: str, most: int = MAX_TEXT) -> str:
    """``text`` without characters that can't be seen or stored, its lines trimmed at their end."""
    text = text[: most * 2].replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = text.translate(TURNING)
    text = "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs", "Co") else ""
        for char in text
    )
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{4,}", "\n\n\n", text).strip()[:most]


def line(text: str, most: int = MAX_LINE) -> str:
    """``text`` as one line of at most ``most`` characters."""
    short = " ".join(clean(text or "", most * 10).split())
    return short if len(short) <= most else short[: most - 1].rstrip() + "…"


def file_name(name: str) -> str:
    """The last part of ``name``, without what could turn, end or leave a path."""
    name = re.split(r"[/\\]", name or "")[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "_", " ".join(name.split())).strip(". ")
    if len(name) > 150:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[:130]}{dot}{ending[:19]}" if dot else name[:150]
    return name


# --- HTML -------------------------------------------------------------------------------------

BREAKS = {"p", "div", "tr", "li", "ul", "ol", "table", "blockquote", "section", "article", "hr"}
BREAKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "pre", "header", "footer"}
UNSEEN = {"script", "style", "head", "title", "template", "object", "svg"}


class _Words(HTMLParser):
    """Gathers what a reader of the page would see; it loads nothing and runs nothing."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in UNSEEN:
            self.unseen.append(tag)
        elif tag == "body":
            self.unseen.clear()  # a head that was never closed
        elif tag == "br":
            self.parts.append("\n")
        elif tag in BREAKS:
            self.parts.append("\0")  # at most one break, however many elements begin here
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_startendtag(self, tag, attrs):
        if tag not in UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag in self.unseen:
            del self.unseen[self.unseen.index(tag) :]
        elif tag in BREAKS:
            self.parts.append("\1" if tag == "p" else "\0")  # "\1": an empty line

    def handle_data(self, data):
        if not self.unseen:
            self.parts.append(re.sub(r"[\s\0\1]+", " ", data))


def from_html(html: str) -> str:
    """The text of an e-mail that has none but as HTML."""
    words = _Words()
    words.feed(html[:MAX_HTML])
    words.close()
    text = re.sub(
        r"\n? *[\0\1][\0\1 ]*\n?",
        lambda found: "\n\n" if "\1" in found.group() else "\n",
        "".join(words.parts),
    )
    return clean(text.replace("\n ", "\n"))


# --- What was quoted --------------------------------------------------------------------------

# "-----Ursprüngliche Nachricht-----" in the languages of our partners.
DIVIDER = re.compile(
    r"^\s*-{2,}\s*(?:Original(?:\s+Message|nachricht)|Ursprüngliche Nachricht|Forwarded message|"
    r"Weitergeleitete Nachricht|Исходное сообщение|Пересылаемое сообщение|"
    r"Пересланное сообщение|Message d'origine|Wiadomość oryginalna)\s*-{2,}\s*$",
    re.IGNORECASE,
)
# The head of a quoted e-mail as Outlook writes it: who, and within three lines when.
WHO = re.compile(r"^\s*\**(?:Von|From|От|De|Od|Kimdan)\s*:\**\s*\S", re.IGNORECASE)
WHEN = re.compile(
    r"^\s*\**(?:Gesendet|Sent|Date|Datum|Отправлено|Дата|Envoyé|Wysłano|Yuborildi)\s*:\**",
    re.IGNORECASE,
)
# "Am 12.11.2026 um 10:15 schrieb Jana Vogel:", also over two lines.
WROTE = re.compile(
    r"^\s*>?\s*(?:(?:Am|On|Le|W dniu)\s.{4,300}?\s"
    r"(?:schrieb|wrote|a écrit|napisał\(?a?\)?)\b.{0,200}:"
    r"|.{4,300}\s(?:пишет|написал(?:\(а\)|а)?)\s?:)\s*$"
)


def without_history(text: str) -> str:
    """``text`` up to the e-mail that it answers; all of it where nothing stands before."""
    lines = text.split("\n")
    for index, current in enumerate(lines):
        head = takewhile(str.strip, lines[index + 1 : index + 4])
        two = f"{current} {lines[index + 1]}" if index + 1 < len(lines) else current
        starts = (
            DIVIDER.match(current)
            or (WHO.match(current) and any(map(WHEN.match, head)))
            or (len(two) < 600 and (WROTE.match(current) or WROTE.match(two)))
        )
        if starts:
            before = "\n".join(lines[:index]).rstrip().rstrip("_").rstrip()
            return before if before.strip(" >\n") else text
    while lines and (lines[-1].startswith(">") or not lines[-1].strip()):
        lines.pop()
    return "\n".join(lines) if lines else text
