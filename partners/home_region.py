"""Which addresses lie in the home region: a suggestion, which people may overrule."""

from django.conf import settings


def is_in_home_region(country, postal_code: str) -> bool:
    """Whether an address lies in the home region, as far as its postal code tells.

    ``country`` is a code of ISO 3166-1. Without a postal code nothing is suggested.
    """
    prefixes = tuple(settings.HOME_POSTAL_CODES)
    return str(country) == settings.HOME_COUNTRY and postal_code.strip().startswith(prefixes)
