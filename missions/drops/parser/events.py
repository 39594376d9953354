"""Invitations and appointments (.ics) as Outlook, Google Calendar, Thunderbird … write them.

Times of other zones come as moments, times without a zone and whole days as they stand: whose they
are is for the server to say. Rules of repetition are never followed.
"""

import re
from datetime import datetime

import texts
from icalendar import Calendar

MAX_EVENTS = 500
MAX_PEOPLE = 50
MAX_BYTES = 5_000_000
# Where people meet on a screen.
VIDEO = re.compile(
    r"https?://[^\s<>\"]*(?:teams\.microsoft\.com|teams\.live\.com|zoom\.(?:us|com)|zoomgov\.com|"
    r"meet\.google\.com|webex\.com|meet\.jit\.si|gotomeet(?:ing)?\.|whereby\.com|bbb\.|"
    r"bigbluebutton|jitsi|opentalk|telemost\.yandex)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+\.[^\s<>\"'(),;:]+")


def read(content: bytes, refused) -> dict:
    """What the first appointment of the file says."""
    if len(content) > MAX_BYTES:
        raise refused("too_large")
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refused("nul")
    text = texts.decoded(content)
    # A picture or a document may be in it; it is of no use here.
    text = re.sub(r"(?mi)^ATTACH[;:].*\r?\n(?:[ \t].*\r?\n)*", "", text)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError) as error:
        raise refused("damaged") from error
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not events:
        raise refused("no_event")
    if len(events) > MAX_EVENTS:
        raise refused("too_many_events", limit=MAX_EVENTS)
    # Changes of single dates of a series stand beside the series.
    series = [event for event in events if "RECURRENCE-ID" not in event] or events
    event = min(series, key=lambda one: start_of(one) or "9999")
    method = str(calendars[0].get("METHOD", "")).upper()
    status = str(event.get("STATUS", "")).upper()
    said = []
    if method == "CANCEL" or status == "CANCELLED":
        said.append("cancelled")
    if "RRULE" in event or "RDATE" in event:
        said.append("repeats")
    if len({str(one.get("UID", "")) for one in series}) > 1:
        said.append("other_events")
    at = start_of(event)
    if not at:
        said.append("no_date")
    elif len(at) == 10:
        said.append("all_day")
    organiser = people([event.get("ORGANIZER")])
    attendees = event.get("ATTENDEE", [])
    attendees = people(attendees if isinstance(attendees, list) else [attendees])
    if len(attendees) > MAX_PEOPLE:
        said.append("many_people")
    description = texts.clean(plain(event.get("DESCRIPTION")), texts.MAX_NOTES)
    if "<" in description and re.search(r"<(?:br|p|div|a|html)\b", description, re.IGNORECASE):
        description = texts.from_html(description)
    place = texts.line(plain(event.get("LOCATION")), 300)
    # The links by which clients join, each in a property of its maker.
    links = " ".join(
        plain(event.get(name))
        for name in ("URL", "CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL")
    )
    return {
        "kind": "event",
        "type": "text",
        "subject": texts.line(plain(event.get("SUMMARY"))),
        "at": at,
        "sender": organiser,
        "to": attendees[:MAX_PEOPLE],
        "cc": [],
        "place": place,
        "text": description,
        "full_text": description,
        "video": bool(VIDEO.search(f"{description} {place} {links}")),
        "said": said,
    }


def plain(value) -> str:
    """A property as text; of several the first."""
    value = value[0] if isinstance(value, list) and value else value
    return "" if value is None else str(value)


def start_of(event) -> str:
    """The beginning: a day, a moment with its offset, or a time without zone; "" if unreadable."""
    try:
        start = event.decoded("DTSTART")
    except (KeyError, ValueError, TypeError, IndexError, AttributeError):
        return ""
    start = start[0] if isinstance(start, list) else start
    if not hasattr(start, "year") or not 1990 <= start.year <= 2100:
        return ""
    if isinstance(start, datetime):
        return start.isoformat(timespec="minutes")
    return start.isoformat()


def people(values) -> list[dict]:
    found = {}
    for value in values:
        if value is None:
            continue
        parameters = getattr(value, "params", {})
        address = str(value).strip()
        if not address.lower().startswith("mailto:"):
            # Outlook hides the address of a colleague in a parameter.
            address = str(parameters.get("EMAIL", address))
        address = texts.line(re.sub("(?i)^mailto:", "", address), 254)
        resource = str(parameters.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE")
        if resource or not ADDRESS.fullmatch(address):
            continue
        shown = texts.line(str(parameters.get("CN", ""))).strip("'\" ")
        shown = "" if "@" in shown else shown
        found.setdefault(address.casefold(), {"name": shown, "email": address})
    return list(found.values())
