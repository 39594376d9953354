"""How often somebody may try something: counted in the database, so over all processes of the CRM.

For what works without a login, where guessing would cost nothing.
"""

from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import RateCount

SALT = "legcrm.core.rate_limit"
# No count is kept for longer, so no time to count in may be.
LONGEST = timedelta(days=1)


def allow(kind: str, caller: str, most: int, seconds: int) -> bool:
    """Count a try of ``kind`` by ``caller``; return whether it is one of the ``most`` allowed ones.

    The time of ``seconds`` begins with the first try, and anew with the first one after its end.
    What is refused is not counted.
    """
    now = timezone.now()
    with transaction.atomic():
        # The row is the lock; whoever creates it at the same time as another finds the other's.
        count, created = RateCount.objects.select_for_update().get_or_create(
            key=_key(kind, caller), defaults={"since": now, "count": 1}
        )
        if created:
            return most > 0
        if count.since <= now - timedelta(seconds=seconds):
            count.since, count.count = now, 0
        if count.count >= most:
            return False
        count.count += 1
        count.save(update_fields=["since", "count"])
    return True


def _key(kind, caller):
    """Return a hash that tells neither; no list of addresses leads back without the secret key."""
    return salted_hmac(SALT, f"{kind}\0{caller}", algorithm="sha256").hexdigest()


def forget_counts() -> int:
    """Remove the counts that no longer count; return how many."""
    old = RateCount.objects.filter(since__lt=timezone.now() - LONGEST)
    return old.delete()[0]


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from, as far as one caller is told from another.

    Behind a proxy that is what the proxy itself wrote: the last entry of X-Forwarded-For, all
    before it may be invented. Of IPv6 the network, since a home has as many addresses as it likes.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        text = request.headers.get("X-Forwarded-For", text).rpartition(",")[2].strip()
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Network((address, 64), strict=False))
    return str(address)
