"""Staff, and readers at the ministry."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A member of staff, or a reader at the ministry. The role is the group."""

    team = models.CharField(
        _("team"),
        max_length=60,
        blank=True,
        help_text=_(
            "Colleagues of the same team see one another's follow-ups as those of the team."
        ),
    )
    # Of what reaches them outside of the pages, such as the morning e-mail.
    language = models.CharField(
        _("language of e-mails"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
    )
    daily_digest = models.BooleanField(
        _("morning e-mail"),
        default=True,
        help_text=_("An e-mail each morning on which something is due."),
    )

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

    def team_members(self):
        """Return the active colleagues of the same team, oneself among them.

        Who has no team is with all who have none.
        """
        return User.objects.filter(is_active=True, team=self.team)
