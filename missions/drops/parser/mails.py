"""E-mails as Thunderbird, Apple Mail, Gmail or a server save them (.eml)."""

import email
import re
from datetime import UTC, datetime
from email import header, utils
from email.message import Message

import texts
from kinds import Attachment

MAX_HEADERS = 1_000_000  # bytes
MAX_PARTS = 500
MAX_DEPTH = 30
MAX_PEOPLE = 50
MAX_ATTACHMENTS = 50
ADDRESS = re.compile(r"[^\s<>\"'(),;:\[\]]+@[^\s<>\"'(),;:\[\]]+\.[^\s<>\"'(),;:\[\]]+")
# Parts that only prove who wrote, or what came back.
UNOFFERED = {"application/pgp-signature", "application/pkcs7-signature"}
UNOFFERED |= {"application/x-pkcs7-signature", "message/delivery-status"}


def read(content: bytes, refused):
    """What the e-mail says, and its attachments; raises ``refused`` for one made to do harm."""
    if content.startswith(b"From "):
        content = content.partition(b"\n")[2]
    end = re.search(rb"\r?\n\r?\n", content)
    if (end.start() if end else len(content)) > MAX_HEADERS:
        raise refused("headers")
    message = email.message_from_bytes(content)
    parts = flat(message, refused)
    said = []
    text, cids = body_of(parts)
    whole = message.get_content_type()
    if whole == "multipart/encrypted" or (
        whole in ("application/pkcs7-mime", "application/x-pkcs7-mime")
        and str(message.get_param("smime-type", "")) != "signed-data"
    ):
        said.append("encrypted")
    elif whole.endswith("pkcs7-mime"):
        said.append("sealed")
    elif not text:
        said.append("no_text")
    attachments = []
    if "encrypted" in said or "sealed" in said:
        text = ""
    else:
        attachments = attachments_of(parts, cids)
    if len(attachments) > MAX_ATTACHMENTS:
        raise refused("too_many_parts")
    sent = sent_at(message)
    if sent is None:
        said.append("no_date")
    subject = texts.line(header_text(raw(message, "subject")[:10_000]))
    people = {
        "sender": (addresses(message, "from") or addresses(message, "sender"))[:1],
        "to": addresses(message, "to"),
        "cc": addresses(message, "cc"),
    }
    return described(subject, sent, people, text, said, attachments), attachments


def described(subject, sent, people, text, said, attachments) -> dict:
    """What an e-mail says, as both its formats give it."""
    count = 0
    for role in people:
        people[role] = people[role][: max(MAX_PEOPLE - count, 0)]
        count += len(people[role])
    if count >= MAX_PEOPLE:
        said.append("many_people")
    return {
        "kind": "mail",
        "type": "mail",
        "subject": subject,
        "at": sent.isoformat() if sent else "",
        **people,
        "text": texts.without_history(text)[: texts.MAX_NOTES],
        "full_text": text,
        "said": said,
        "attachments": [attachment.described() for attachment in attachments],
        # Kept whole, it would bring along what is refused alone.
        "original": next(
            (one.reason for one in attachments if one.reason in ("program", "web_page", "macros")),
            "",
        ),
    }


def flat(message: Message, refused) -> list[Message]:
    """The parts in the order in which they stand, without those of an attached e-mail."""
    found = []
    count = 0
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        found.append(part)
        attached = part.get_content_type() == "message/rfc822"
        count += sum(1 for _part in part.walk()) if attached else 1
        if depth > MAX_DEPTH:
            raise refused("nested")
        if count > MAX_PARTS:
            raise refused("too_many_parts")
        if part.is_multipart() and not attached:
            waiting += [(inner, depth + 1) for inner in reversed(part.get_payload())]
    return found


def content_of(part: Message) -> bytes:
    """The bytes of a part, decoded as far as they can be."""
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in part.get_payload())
    return part.get_payload(decode=True) or b""


def is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(
        part.get_filename() and part.get_content_maintype() != "text"
    )


def body_of(parts: list[Message]) -> tuple[str, set[str]]:
    """The text of the e-mail, and the pictures that its HTML shows, by their Content-ID."""
    plain, html = [], []
    for part in parts:
        if is_attached(part) or part.get_content_type() not in ("text/plain", "text/html"):
            continue
        if part.get_filename() and part.get_content_disposition() != "inline":
            continue
        text = texts.decoded(content_of(part), part.get_content_charset() or "")
        (plain if part.get_content_type() == "text/plain" else html).append(text)
    shown = "".join(html)[: texts.MAX_HTML]
    cids = set(re.findall(r"cid:([^\"'\s>)]+)", shown))
    text = texts.clean("\n".join(plain))
    return text or texts.clean("\n".join(texts.from_html(one) for one in html)), cids


def attachments_of(parts: list[Message], cids: set[str]) -> list[Attachment]:
    found = []
    for part in parts:
        kind = part.get_content_type()
        attached = is_attached(part) or kind == "message/rfc822" or part.get_filename()
        if not attached or kind in UNOFFERED or part.get_content_maintype() == "multipart":
            continue
        content = content_of(part)
        name = file_name(part)
        if not name:
            inner = (
                part.get_payload(0) if kind == "message/rfc822" and part.is_multipart() else None
            )
            subject = texts.line(header_text(raw(inner, "subject")), 60) if inner else ""
            name = f"{subject or 'message'}.eml" if kind == "message/rfc822" else "attachment"
        cid = str(part.get("content-id", "")).strip("<> ")
        reason = ""
        if kind == "message/rfc822":
            # What came with it is looked at like what comes alone.
            inside = [
                Attachment(file_name(p), content_of(p)) for p in part.walk() if is_attached(p)
            ]
            forbidden = ("program", "web_page", "macros")
            reason = next((one.reason for one in inside if one.reason in forbidden), "")
        found.append(Attachment(name, content, bool(cid) and cid in cids, reason=reason))
    return found


# --- Headers ----------------------------------------------------------------------------------


def raw(message: Message, name: str) -> str:
    """A header as it stands in the file; all lines of that name joined."""
    values = [str(value) for key, value in message.raw_items() if key.lower() == name]
    return ", ".join(values) if name in ("to", "cc") else (values or [""])[0]


def header_text(value: str) -> str:
    """The text of a header: encoded words decoded, bytes that stand there bare guessed."""
    value = unescaped(re.sub(r"\r?\n[ \t]*", " ", value))
    try:
        pieces = header.decode_header(value)
    except (header.HeaderParseError, ValueError):
        return value
    return "".join(
        piece if isinstance(piece, str) else texts.decoded(piece, charset or "cp1252")
        for piece, charset in pieces
    )


def unescaped(value: str) -> str:
    """``value`` with the bytes decoded that stand in it without an encoding."""
    try:
        return texts.decoded(value.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return value


def file_name(part: Message) -> str:
    """The name of an attachment, by RFC 2231 or, as Outlook does, by RFC 2047."""
    for header_name in ("content-disposition", "content-type"):
        value = raw(part, header_name)
        if not value.isascii():  # some programs encode names not at all
            part.replace_header(header_name, unescaped(value))
    try:
        name = part.get_filename("") or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    return header_text(str(name)) if name else ""


def addresses(message: Message, name: str) -> list[dict]:
    """``{"name", "email"}`` of each address in a header, each address once."""
    value = unescaped(re.sub(r"\r?\n[ \t]*", " ", raw(message, name)[:256_000]))
    try:
        pairs = [pair for pair in utils.getaddresses([value]) if "@" in pair[1]]
    except RecursionError:  # brackets within brackets
        pairs = []
    if not pairs:
        pairs = [("", address) for address in ADDRESS.findall(header_text(value[:10_000]))]
    return people(pairs)


def people(pairs) -> list[dict]:
    found = {}
    for shown, address in pairs:
        address = texts.line(header_text(address), 254).strip("'\" ").removeprefix("mailto:")
        shown = texts.line(header_text(shown)).strip("'\" ")
        if ADDRESS.fullmatch(address) and address.casefold() not in found:
            shown = "" if "@" in shown else shown
            found[address.casefold()] = {"name": shown, "email": address}
    return list(found.values())


def sent_at(message: Message) -> datetime | None:
    """When the e-mail was sent, else when the last server received it."""
    for value in (raw(message, "date"), raw(message, "received").rpartition(";")[2]):
        try:
            moment = utils.parsedate_to_datetime(header_text(value[:200]).strip())
        except (TypeError, ValueError, IndexError, OverflowError):
            continue
        # "-0000": in UTC, from wherever.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if 1990 <= moment.year <= 2100:
            return moment
    return None
