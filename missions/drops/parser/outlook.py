"""E-mails as Outlook saves them (.msg): properties in a compound file, read by python-oxmsg.

The library gives the streams and the numbers; texts are decoded here, because of those that are not
Unicode it knows the code page in the message itself only, not in its recipients and attachments.
"""

import codecs
import re
from email import message_from_string

import mails
import texts
from kinds import Attachment
from oxmsg import Message
from oxmsg.domain import constants as tags
from oxmsg.domain.encodings import encoding_from_codepage

TEXT, TEXT8, BINARY = 0x001F, 0x001E, 0x0102
MAX_RECIPIENTS = 200
EMBEDDED = 5


def read(content: bytes, refused):
    """What the e-mail says, and its attachments."""
    message = Message.load(content)
    page = code_page(message)
    said = []
    # Two senders: who wrote, and on whose behalf; that one is meant.
    headers = message_from_string(text_of(message, tags.PID_TRANSPORT_MESSAGE_HEADERS, page))
    sender = mails.addresses(headers, "from") or mails.people(
        [
            (text_of(message, shown, page), text_of(message, address, page))
            for shown, address in (
                (tags.PID_SENT_REPRESENTING_NAME, 0x5D02),
                (tags.PID_SENDER_NAME, tags.PID_SENDER_SMTP_ADDRESS),
                (tags.PID_SENT_REPRESENTING_NAME, tags.PID_SENT_REPRESENTING_EMAIL_ADDRESS),
                (tags.PID_SENDER_NAME, tags.PID_SENDER_EMAIL_ADDRESS),
            )
        ]
    )
    to, cc = recipients_of(message, page)
    people = {"sender": sender[:1], "to": to, "cc": cc}
    text, cids = body_of(message, page)
    message_class = text_of(message, tags.PID_MESSAGE_CLASS, page)
    attachments = []
    if "SMIME" in message_class.upper():
        said.append("sealed" if "MULTIPARTSIGNED" in message_class.upper() else "encrypted")
    else:
        attachments = attachments_of(message, page, cids)
        if not text:
            said.append("no_text")
    if len(attachments) > mails.MAX_ATTACHMENTS:
        raise refused("too_many_parts")
    sent = first_moment(
        message,
        # An appointment is dragged out of the calendar in the same format.
        *([tags.PID_START_DATE] if message_class.startswith("IPM.Appointment") else []),
        tags.PID_CLIENT_SUBMIT_TIME,
        tags.PID_MESSAGE_DELIVERY_TIME,
    ) or mails.sent_at(headers)
    if sent is None:
        said.append("no_date")
    subject = texts.line(text_of(message, tags.PID_SUBJECT, page))
    found = mails.described(subject, sent, people, text, said, attachments)
    return {**found, "type": "outlook"}, attachments


def code_page(message) -> str:
    """The encoding of the texts that are not Unicode."""
    for tag in (tags.PID_INTERNET_CODEPAGE, tags.PID_MESSAGE_CODEPAGE):
        try:
            name = encoding_from_codepage(message.properties._cherry_pick_int_prop(tag).value)
            return codecs.lookup(name).name
        except Exception:  # none given, or one that this Python doesn't know
            continue
    return "cp1252"


def stream(item, tag: int, kind: int) -> bytes:
    """The bytes of one property of a message, a recipient or an attachment; b"" without it."""
    try:
        return item._storage.property_stream_bytes(tag, kind)
    except KeyError:
        return b""


def text_of(item, tag: int, page: str) -> str:
    if wide := stream(item, tag, TEXT):
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    return texts.decoded(stream(item, tag, TEXT8), page).rstrip("\0")


def number_of(item, tag: int) -> int | None:
    try:
        return item.properties.int_prop_value(tag)
    except Exception:
        return None


def first_moment(message, *candidates: int):
    for tag in candidates:
        try:
            moment = message.properties.date_prop_value(tag)
        except Exception:
            continue
        if moment is not None and 1990 <= moment.year <= 2100:
            return moment
    return None


def recipients_of(message, page: str) -> tuple[list[dict], list[dict]]:
    to, cc = [], []
    for recipient in message.recipients[:MAX_RECIPIENTS]:
        shown = text_of(recipient, tags.PID_DISPLAY_NAME, page)
        # Within one house the address of Exchange ("/o=…") stands in place of the usual one.
        address = text_of(recipient, tags.PID_SMTP_ADDRESS, page)
        address = address or text_of(recipient, tags.PID_EMAIL_ADDRESS, page)
        if "@" not in address and (inside := mails.ADDRESS.search(shown)):
            address = inside.group()
        copied = number_of(recipient, tags.PID_RECIPIENT_TYPE) in (2, 3)
        (cc if copied else to).append((shown, address))
    return mails.people(to), mails.people(cc)


def body_of(message, page: str) -> tuple[str, set[str]]:
    html = stream(message, tags.PID_HTML, BINARY)
    shown = texts.decoded(html, page) if html else text_of(message, tags.PID_BODY_HTML, page)
    cids = set(re.findall(r"cid:([^\"'\s>)]+)", shown[: texts.MAX_HTML]))
    text = texts.clean(text_of(message, tags.PID_BODY, page))
    return text or texts.from_html(shown), cids


def attachments_of(message, page: str, cids: set[str]) -> list[Attachment]:
    found = []
    for part in message.attachments:
        name = text_of(part, tags.PID_ATTACH_LONG_FILENAME, page)
        name = name or text_of(part, tags.PID_ATTACH_FILENAME, page)
        cid = text_of(part, tags.PID_ATTACH_CONTENT_ID, page)
        embedded = number_of(part, tags.PID_ATTACH_METHOD) == EMBEDDED
        if embedded:
            name = name or text_of(part, tags.PID_DISPLAY_NAME, page)
        content = stream(part, tags.PID_ATTACH_DATA_BINARY, BINARY)
        reason = "embedded" if embedded else ""
        found.append(Attachment(name, content, cid in cids and bool(cid), reason=reason))
    return found
