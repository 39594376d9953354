"""Who changed what, when: django-simple-history, fitted to proxies and to derived fields."""

from contextlib import contextmanager
from types import SimpleNamespace

from django.db.models.signals import post_delete, post_save, pre_delete
from simple_history.models import HistoricalRecords

# Derived from other fields or, of a segment, noted at each use; a history of them would only say
# the same thing twice. The key of a contact logged tells the device, and nobody else.
DERIVED_FIELDS = [
    "search_text",
    "name_key",
    "compare_key",
    "sound_key",
    "domain",
    "last_size",
    "last_used_at",
    "log_key",
]


class History(HistoricalRecords):
    """History of an abstract base, inherited by each concrete model below it.

    The library would give each proxy a table of its own and so split one record's history in
    two: a proxy writes to its concrete model's table instead.
    """

    def __init__(self, **kwargs):
        super().__init__(inherit=True, excluded_fields=DERIVED_FIELDS, **kwargs)

    def finalize(self, sender, **kwargs):
        if sender._meta.proxy:
            if issubclass(sender, self.cls):
                post_save.connect(self.post_save, sender=sender, weak=False)
                post_delete.connect(self.post_delete, sender=sender, weak=False)
                pre_delete.connect(self.pre_delete, sender=sender, weak=False)
                sender._meta.simple_history_manager_attribute = self.manager_name
            return
        # The library looks excluded fields up on the model, so name only those it has.
        names = {field.name for field in sender._meta.fields}
        self.excluded_fields = [name for name in DERIVED_FIELDS if name in names]
        try:
            super().finalize(sender, **kwargs)
        finally:
            self.excluded_fields = DERIVED_FIELDS


def current_user():
    """Return the user of the request under way, or None outside of one.

    It is the same context from which the history takes its user, so that ``updated_by`` and the
    history entry can't disagree.
    """
    request = getattr(HistoricalRecords.context, "request", None)
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


@contextmanager
def acting_as(user):
    """Write history in the name of ``user`` where there is no request (commands, tests)."""
    before = getattr(HistoricalRecords.context, "request", None)
    HistoricalRecords.context.request = SimpleNamespace(user=user)
    try:
        yield
    finally:
        if before is None:
            del HistoricalRecords.context.request
        else:
            HistoricalRecords.context.request = before
