"""A contact as text, for an e-mail."""

from django import template
from django.utils.translation import gettext_lazy as _

from ..minutes import as_text

register = template.Library()


@register.inclusion_tag("admin/includes/copy_text.html", takes_context=True)
def copy_contact(context, contact, panel):
    """Show a button that copies ``contact``; ``panel`` holds what its summary shows."""
    hidden = contact.hidden_fields(context["request"].user)
    text = as_text(
        contact,
        panel["organisations"],
        panel["people"],
        panel["staff"],
        panel["follow_ups"],
        "" if "notes" in hidden else contact.notes,
    )
    return {"id": "contact-text", "label": _("Copy as text"), "text": text}
