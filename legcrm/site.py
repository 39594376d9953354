"""The admin site of LEG CRM."""

from unfold.sites import UnfoldAdminSite


class CRMAdminSite(UnfoldAdminSite):
    pass


def navigation(request):
    return []
