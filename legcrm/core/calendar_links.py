"""The secret address of a colleague's calendar: made, revoked, recognised.

It is known in full only when it is made; the database keeps its hash.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .models import CalendarLink, User

# Calendar programs ask every few minutes; each answer need not be written down.
NOTED_EVERY = timedelta(hours=1)


def renew(user: User) -> str:
    """Give ``user`` a new secret, which ends the one before; return it (43 letters and digits)."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # of two clicks the second wins
        revoke(user)
        CalendarLink.objects.create(user=user, token_hash=_hash(token))
    return token


def revoke(user: User) -> None:
    """End the calendar link of ``user``, if there is one."""
    user.calendar_links.filter(revoked_at=None).update(revoked_at=timezone.now())


def user_of(token: str) -> User | None:
    """Return whose calendar the secret opens, and note that it was used; None if nobody's."""
    # The hash is looked up, so that the time it takes says nothing about the secret.
    link = (
        CalendarLink.objects.filter(token_hash=_hash(token), revoked_at=None)
        .select_related("user")
        .first()
    )
    if link is None or not link.user.is_active:
        return None
    now = timezone.now()
    if link.last_used_at is None or link.last_used_at < now - NOTED_EVERY:
        CalendarLink.objects.filter(pk=link.pk).update(last_used_at=now)
    return link.user


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()
