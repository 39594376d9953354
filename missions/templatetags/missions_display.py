"""Template tags of the pages about missions."""

from django import template

from ..admin_display import chip

register = template.Library()


@register.simple_tag
def status_chip(record):
    """Return the chip of the record's status, or of its stage."""
    if hasattr(record, "status"):
        return chip(record.Status(record.status))
    return chip(record.Stage(record.stage))


@register.simple_tag
def choice_chip(choice):
    """Return the chip of ``choice``, a member of a Choices class."""
    return chip(choice)
