"""The users of the example: one who owns the facts, and one login for each role."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

AUTHOR = "example"
PASSWORD = "leg-crm-beispiel-2026"

# username, first name, last name, role (a group made by migration)
LOGINS = [
    ("administrator", "Ada", "Beispiel", "administrator"),
    ("projektleitung", "Petra", "Beispiel", "project manager"),
    ("redaktion", "Rolf", "Beispiel", "editor"),
    ("leser", "Lea", "Beispiel", "reader"),
]
TEAMS = {"projektleitung": "Außenwirtschaft", "redaktion": "Außenwirtschaft"}


def load_author():
    """Return the user in whose name the example is loaded; nobody can log in as it."""
    author, created = get_user_model().objects.get_or_create(
        username=AUTHOR,
        defaults={"first_name": "LEG CRM", "last_name": "Beispieldaten", "is_staff": True},
    )
    if created:
        author.set_unusable_password()
        author.save()
    return author


def load_logins():
    """Return one user for each role by username; those who exist are left as they are.

    The password is public, so only a development server (``DEBUG``) gets it: elsewhere the
    logins have none until an administrator sets one.
    """
    users = {}
    for username, first_name, last_name, role in LOGINS:
        user, created = get_user_model().objects.get_or_create(
            username=username,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "email": f"{username}@example.org",
                "is_staff": True,
                "team": TEAMS.get(username, ""),
            },
        )
        if created:
            if settings.DEBUG:
                user.set_password(PASSWORD)
            else:
                user.set_unusable_password()
            user.save()
            user.groups.add(Group.objects.get(name=role))
        users[username] = user
    return users
