"""Segments at work: keep what the Partner-Finder found, find it anew, freeze it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from legcrm.core.bulk import create_all

from .finder import MOST_RANKED, Finder
from .models import Segment, SegmentMember

# More than one letter run or one mission ever takes; a list beyond is better kept as a filter.
MOST_FROZEN = 5000


def query_to_keep(finder: Finder) -> str:
    """Return the finder's query as a segment keeps it.

    "Mine" becomes the name of whoever saves it: a colleague who opens the segment finds the same.
    """
    query = QueryDict(finder.query(), mutable=True)
    if query.get("owner") == "me":
        query["owner"] = str(finder.user.pk)
    return query.urlencode()


def keep(segment: Segment, finder: Finder, *, frozen: bool) -> None:
    """Save the new ``segment`` with the finder's filter, or ``frozen`` with its rows.

    Raises ValidationError where the filter is not valid, or finds too many to be frozen.
    """
    if not finder.is_valid:
        raise ValidationError(_("Correct the criteria first."))
    segment.query = query_to_keep(finder)
    segment.is_frozen = frozen
    with transaction.atomic():
        segment.full_clean()
        segment.save()
        if frozen:
            _set_members(segment, finder)
        note_use(segment, finder)


def freeze(segment: Segment, user) -> tuple[int, int]:
    """Have ``segment`` keep what its filter finds today; return how many came and how many went.

    The same refreshes one that is frozen. Raises ValidationError as ``keep`` does.
    """
    finder = Finder(segment.query, user)
    if not finder.is_valid:
        raise ValidationError(
            _("The filter of this segment is no longer valid: save it anew in the Partner-Finder.")
        )
    with transaction.atomic():
        segment.is_frozen = True
        segment.save()
        changes = _set_members(segment, finder)
        note_use(segment, Finder.of_segment(segment, user))
    return changes


def thaw(segment: Segment) -> None:
    """Have ``segment`` find its organisations by its filter again."""
    with transaction.atomic():
        for member in segment.members.all():
            member.delete()
        segment.is_frozen = False
        segment.save()


def _set_members(segment, finder):
    found = finder.organisations().order_by().values_list("pk", flat=True)
    found = set(found[: MOST_FROZEN + 1])
    if len(found) > MOST_FROZEN:
        raise ValidationError(
            _("At most %d organisations can be frozen: narrow the search, or keep the filter.")
            % MOST_FROZEN
        )
    known = {member.organisation_id: member for member in segment.members.all()}
    gone = known.keys() - found
    for key in gone:
        known[key].delete()
    fresh = found - known.keys()
    create_all([SegmentMember(segment=segment, organisation_id=key) for key in sorted(fresh)])
    return len(fresh), len(gone)


def note_use(segment: Segment, finder: Finder) -> None:
    """Note that ``segment`` was used now, and how many it found."""
    # No change of the segment: no new version, no history.
    size = MOST_RANKED + 1 if finder.is_too_many else finder.count
    Segment._base_manager.filter(pk=segment.pk).update(last_size=size, last_used_at=timezone.now())
