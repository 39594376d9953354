"""Business cards (.vcf) as phones and address books write them: versions 2.1, 3.0 and 4.0."""

import re

import texts
import vobject

MAX_CARDS = 50
MAX_BYTES = 2_000_000  # without pictures
# Pictures, sounds and keys: most of the file, and of no use here.
HEAVY = re.compile(rb"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
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
    text = texts.decoded(content)
    found = []
    try:
        for card in vobject.readComponents(text, allowQP=True, ignoreUnreadable=True):
            described = card_of(card)
            if described["last_name"] or described["full_name"] or described["organisation"]:
                found.append(described)
    except (vobject.base.ParseError, ValueError, LookupError, AttributeError) as error:
        raise refused("damaged") from error
    if not found:
        raise refused("no_card")
    return {"kind": "cards", "type": "text", "cards": found}


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
        "website": first("url"),
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
