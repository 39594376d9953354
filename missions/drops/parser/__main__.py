"""The process that opens what people drop on the quick log: an e-mail, an invitation, a card.

A program of its own, started by ``missions.drops.reading`` in isolated mode under limits of memory
and time: ``python -I missions/drops/parser '{"mode": "read", "path": …, "name": …}'``. It is no
package of the project: its modules import each other by their bare names, and none imports Django.

It writes JSON lines. In mode ``read``: one object with what the file says, then for each attachment
that may be kept ``{"attachment": index}`` and its content in lines of base64 text. In mode
``check``: ``{"type": …}`` of a file that somebody wants to keep. Last of all ``{"end": true}``, or
``{"error": code, …details}`` instead.
"""

import base64
import json
import sys

import kinds


def answer(mode: str, path: str, name: str):
    """The objects to write, in turn."""
    with open(path, "rb") as file:
        content = file.read(kinds.MAX_FILE + 1)
    if not content:
        raise Refused("empty_file")
    if len(content) > kinds.MAX_FILE:
        raise Refused("file_too_large", limit=kinds.MAX_FILE // kinds.MEGABYTE)
    if mode == "check":
        yield {"type": kept_type(content, name)}
        return
    found, attachments = read(content, Refused)
    yield found
    for index, attachment in enumerate(attachments):
        if attachment.type:
            yield {"attachment": index}
            # Three bytes are four characters: a line of base64 ends with a whole character.
            step = 3 * 2**18
            for start in range(0, len(attachment.content), step):
                yield base64.b64encode(attachment.content[start : start + step]).decode("ascii")


def read(content: bytes, refused):
    """What the file says, and its attachments."""
    kind = kinds.kind_of(content)
    if kind == "mail":
        import mails

        return mails.read(content, refused)
    if kind == "outlook":
        import outlook

        return outlook.read(content, refused)
    if kind == "event":
        import events

        return events.read(content, refused), []
    if kind == "cards":
        import cards

        return cards.read(content, refused), []
    raise refused("not_readable" if kind == "unknown" else kind)


def kept_type(content: bytes, name: str) -> str:
    kind, reason = kinds.type_of(content, name)
    if kind in ("mail", "outlook"):
        found, _attachments = read(content, Refused)
        reason = found["original"]
    if reason:
        raise Refused(reason)
    return kind


def main(request: dict) -> None:
    limit_resources(request.pop("cpu_seconds"))
    write = sys.stdout.write
    last: dict = {"end": True}
    try:
        for found in answer(**request):
            write(json.dumps(found, separators=(",", ":")) + "\n")
    except Refused as refused:
        last = {"error": refused.code, **refused.details}
    except MemoryError:
        last = {"error": "too_large"}
    except RecursionError:
        last = {"error": "nested"}
    except Exception:
        # A broken file breaks its readers in many ways: to the person they are one.
        last = {"error": "damaged"}
    write(json.dumps(last) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    # The limits are those of the spreadsheets; that module needs nothing of Django either.
    sys.path.append(given.pop("root"))
    from legcrm.core.spreadsheets.reader import Refused, limit_resources

    main(given)
