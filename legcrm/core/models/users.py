"""Staff, and readers at the ministry."""

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A member of staff, or a reader at the ministry. The role is the group."""

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["last_name", "first_name", "username"]
        permissions = [
            ("view_notes", _("Can see internal notes")),
            ("view_private_contact", _("Can see private contact data")),
        ]

    def __str__(self):
        return self.get_full_name() or self.username
