from django.contrib.admin.apps import AdminConfig


class CRMAdminConfig(AdminConfig):
    """Makes the site of ``legcrm.site`` the default admin site."""

    default_site = "legcrm.site.CRMAdminSite"

    def ready(self):
        super().ready()
        # After the apps' own admins: it replaces what django.contrib.auth has registered.
        from . import import_admin, staff_admin  # noqa: F401
