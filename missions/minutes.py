"""A contact as text for an e-mail: when, who with whom, what about, what comes next."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .models import FollowUp, Interaction


def as_text(
    contact: Interaction,
    organisations: Iterable,
    people: Iterable,
    staff: Iterable,
    follow_ups: Iterable[FollowUp],
    notes: str,
) -> str:
    """Return ``contact`` in lines; ``notes`` and ``follow_ups`` are those the reader may see."""
    when = date_format(timezone.localtime(contact.occurred_at), "SHORT_DATETIME_FORMAT")
    lines = [
        contact.subject,
        f"{capfirst(contact.get_kind_display())}, {when}",
        *(
            f"{label}: {', '.join(map(str, records))}"
            for label, records in (
                (_("Organisations"), organisations),
                (_("People"), people),
                (_("Staff"), staff),
            )
            if records
        ),
    ]
    if notes.strip():
        lines += ["", notes.strip()]
    open_ones = [follow_up for follow_up in follow_ups or () if follow_up.done_at is None]
    if open_ones:
        lines += ["", _("Next steps:")]
        lines += [
            _("- %(what)s (by %(day)s, %(who)s)")
            % {
                "what": follow_up.what,
                "day": date_format(follow_up.due_on, "SHORT_DATE_FORMAT"),
                "who": follow_up.assignee,
            }
            for follow_up in open_ones
        ]
    return "\n".join(lines)
