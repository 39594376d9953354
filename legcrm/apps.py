from django.contrib.admin.apps import AdminConfig


class CRMAdminConfig(AdminConfig):
    """Makes the site of ``legcrm.site`` the default admin site."""

    default_site = "legcrm.site.CRMAdminSite"
