"""The same tables under Django's own admin, without theme and without our base classes."""

from legcrm.settings import *  # noqa: F403
from legcrm.settings import INSTALLED_APPS, TEMPLATES

ROOT_URLCONF = "bench.stock"
LEFT_OUT = ("unfold", "import_export", "legcrm.apps", "legcrm.example", "csp")
INSTALLED_APPS = [
    # The default application would load our admin modules.
    "django.contrib.admin.apps.SimpleAdminConfig",
    *(name for name in INSTALLED_APPS if not name.startswith(LEFT_OUT)),
]
TEMPLATES = [{**TEMPLATES[0], "DIRS": []}]
TEMPLATES[0]["OPTIONS"] = {
    "context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
}
