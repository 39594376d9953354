from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "legcrm.core"
    label = "core"
    verbose_name = _("administration")

    def ready(self):
        from . import checks  # noqa: F401  registers them
