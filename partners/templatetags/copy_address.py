"""The address of a partner as text, for an e-mail or a letter."""

from django import template
from django.utils.translation import gettext_lazy as _

from ..models import Person
from ..salutation import address_lines

register = template.Library()


@register.inclusion_tag("admin/includes/copy_text.html")
def copy_address(partner, organisation=None):
    """Show a button that copies the address of a person at ``organisation``, or of the latter."""
    if not isinstance(partner, Person):
        partner, organisation = None, partner
    # The template passes an empty text where a person acts for nobody.
    lines = address_lines(partner, organisation or None)
    return {"id": "address-text", "label": _("Copy address"), "text": "\n".join(lines)}
