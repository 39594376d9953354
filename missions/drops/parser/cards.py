"""Business cards (.vcf) as phones and address books write them: versions 2.1, 3.0 and 4.0."""

import quopri
import re
from collections import deque

import texts
import vobject

MAX_CARDS = 50
MAX_BYTES = 2_000_000  # without pictures
# Pictures, sounds and keys: most of the file, and of no use here; nor is whose card lies within a
# card, or that it is a card.
HEAVY = re.compile(rb"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|AGENT|PROFILE)[;:]", re.IGNORECASE)
CARD = re.compile(r"^BEGIN:VCARD.*?^END:VCARD", re.IGNORECASE | re.MULTILINE | re.DOTALL)
# A line of version 2.1 in quoted-printable; what follows a "=" at its end belongs to it.
QUOTED = re.compile(r"([^:\n]*;(?:ENCODING=)?QUOTED-PRINTABLE[^:\n]*):(.*)", re.IGNORECASE)
QUOTED_PARAMETERS = re.compile(
    r";(?:(?:ENCODING=)?QUOTED-PRINTABLE|CHARSET=([^;:]*))", re.IGNORECASE
)
START = re.compile(rb"(?:[\w-]+\.)?[A-Za-z][\w-]*[;:]")


def read(content: bytes, refused) -> dict:
    """What the cards of the file say."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode()
    if b"\0" in content:
        raise refused("nul")
    content = without_pictures(content)
    if len(content) > MAX_BYTES:
        raise refused("too_large")
    if len(re.findall(rb"(?mi)^BEGIN:VCARD", content)) > MAX_CARDS:
        raise refused("too_many_cards", limit=MAX_CARDS)
    text = unquoted(texts.decoded(content))
    found, damage = [], None
    # One by one, so that a damaged card takes none of the others along.
    for piece in CARD.findall(text) or [text]:
        try:
            for card in vobject.readComponents(piece, ignoreUnreadable=True):
                described = card_of(card)
                if described["last_name"] or described["full_name"] or described["organisation"]:
                    found.append(described)
        except (vobject.base.VObjectError, ValueError, LookupError, AttributeError) as error:
            damage = error
    if not found:
        raise refused("damaged" if damage else "no_card") from damage
    said = ["damaged_cards"] if damage else []
    return {"kind": "cards", "type": "text", "cards": found, "said": said}


def unquoted(text: str) -> str:
    """``text`` with its lines in quoted-printable as they are meant.

    Done here, since phones cut lines within a character, and the library then gives up.
    """
    lines, kept = deque(text.replace("\r\n", "\n").split("\n")), []
    while lines:
        line = lines.popleft()
        quoted = QUOTED.match(line)
        if quoted is None:
            kept.append(line)
            continue
        name, value = quoted.groups()
        while value.endswith("="):
            value = value[:-1]
            # A next property is none of it, whatever the "=" says.
            if not lines or START.match(lines[0].encode()):
                break
            value += lines.popleft().strip()
        charset = next(filter(None, QUOTED_PARAMETERS.findall(name)), "")
        # What separates is written as it is; quoted, it is part of the text.
        value = re.sub(r"=(3B|5C)", lambda code: "\\" + chr(int(code[1], 16)), value, flags=re.I)
        meant = texts.decoded(quopri.decodestring(value.encode("ascii", "replace")), charset)
        meant = meant.replace("\r\n", "\n").replace("\n", "\\n")
        kept.append(f"{QUOTED_PARAMETERS.sub('', name)}:{meant}")
    return "\r\n".join(kept)


def without_pictures(content: bytes) -> bytes:
    """The lines of ``content`` but those of properties that hold a file."""
    kept = []
    skipping = False
    for line in content.lstrip(b"\xef\xbb\xbf\r\n ").splitlines():
        if HEAVY.match(line):
            skipping = True
        elif skipping and START.match(line):
            skipping = False
        if not skipping:
            kept.append(line)
    return b"\r\n".join(kept) + b"\r\n"


def card_of(card) -> dict:
    values = card.contents

    def first(name: str) -> str:
        lines = values.get(name)
        return texts.line(joined(lines[0].value)) if lines else ""

    full = first("fn")
    title = first_name = last_name = ""
    if "n" in values and not isinstance(values["n"][0].value, str):
        name = values["n"][0].value
        title = texts.line(joined(name.prefix), 50)
        first_name = texts.line(
            " ".join(filter(None, [joined(name.given), joined(name.additional)]))
        )
        last_name = texts.line(joined(name.family))
    organisation = values["org"][0].value if "org" in values else []
    units = [texts.line(joined(unit)) for unit in organisation] if organisation else []
    if isinstance(organisation, str):
        units = [texts.line(organisation)]
    mobile, phone = phones(values.get("tel", []))
    addresses = [texts.line(joined(one.value), 254) for one in values.get("email", [])]
    return {
        "academic_title": title,
        "first_name": first_name,
        "last_name": last_name,
        # Phones write "Anna Müller" into the shown name alone.
        "full_name": full,
        "organisation": units[0] if units else "",
        "department": " · ".join(filter(None, units[1:])),
        "role": first("title") or first("role"),
        "emails": [one for one in addresses if "@" in one][:10],
        "phone": phone,
        "mobile": mobile,
        # Gmail escapes the colon.
        "website": first("url").replace("\\:", ":"),
    }


def joined(value) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(filter(None, map(str, value)))
    return str(value or "")


def phones(lines) -> tuple[str, str]:
    """``(mobile, phone)``; a fax is neither."""
    mobile = phone = ""
    for line in lines:
        kinds = {str(kind).upper() for name, kind in flat(line.params)}
        kinds |= {single.upper() for single in getattr(line, "singletonparams", [])}
        number = texts.line(joined(line.value), 40).removeprefix("tel:")
        if kinds & {"FAX", "PAGER"}:
            continue
        if kinds & {"CELL", "IPHONE", "MOBILE"}:
            mobile = mobile or number
        else:
            phone = phone or number
    return mobile, phone


def flat(params):
    for name, kinds in params.items():
        for kind in kinds:
            for single in str(kind).split(","):
                yield name, single
