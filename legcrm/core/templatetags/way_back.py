"""Links back to the list from which somebody came, with its filters."""

from django.template import Library

from ..filter_views import with_list_filters

register = Library()


@register.simple_tag(takes_context=True)
def list_link(context, url):
    """Return ``url``; to the list or another page of the record, with the filters of the list."""
    return with_list_filters(context.get("request") or getattr(context, "request", None), url)
