from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MissionsConfig(AppConfig):
    name = "missions"
    verbose_name = _("missions")

    def ready(self):
        from legcrm.core import counted

        from . import balance, funnel

        counted.register(balance.NAME, balance.resolve)
        counted.register(funnel.NAME, funnel.resolve)
