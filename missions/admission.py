"""Who comes along: the status of several participations set in one go."""

from django.core.exceptions import ValidationError
from django.db import transaction

from .models import Participation


class Refused(Exception):
    """Some rows could not be set, so none was. ``rows`` are pairs of participation and reason."""

    def __init__(self, rows):
        self.rows = rows
        super().__init__("; ".join(f"{participation}: {reason}" for participation, reason in rows))


def set_status(participations, status) -> int:
    """Give every row of the queryset ``participations`` the ``status``; return how many changed.

    All or nothing: raises ``Refused`` with the rows that a rule (capacity, archive) refuses. The
    rows are locked, so that nobody changes them in between.
    """
    refused, changed = [], 0
    with transaction.atomic():
        locked = (
            Participation.objects.filter(pk__in=participations.values("pk"))
            .order_by("pk")
            .select_related("mission", "person", "organisation")
            .select_for_update(of=("self",))
        )
        for participation in locked:
            if participation.status == status:
                continue
            participation.status = status
            try:
                participation.save()
            except ValidationError as error:
                refused.append((participation, " ".join(error.messages)))
            else:
                changed += 1
        if refused:
            raise Refused(refused)
    return changed
