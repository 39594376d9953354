"""How values look in lists and panels, the same everywhere: chips, links, figures, days."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode


def chip(choice, variants):
    """Return the chip of ``choice``, a member of a Choices class.

    ``variants`` is ``{choices class: {member: colour}}``; what is not named is neutral.
    """
    variant = variants.get(type(choice), {}).get(choice, "neutral")
    context = {"label": choice.label, "variant": variant}
    return render_to_string("admin/includes/chip.html", context)


def link(record):
    """Return the record's name as a link to its page; nothing for None."""
    if record is None:
        return ""
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record)


def links(records):
    """Return the names of ``records`` as links, with commas between."""
    return format_html_join(
        ", ", '<a href="{}">{}</a>', ((record.get_absolute_url(), record) for record in records)
    )


def link_to_key(url_name, key, text):
    """Return a link to the page of the record with the key ``key``, known by annotation."""
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{url_name}_change", args=[key]), text)


def link_to_list(url_name, text, **parameters):
    """Return a link to the list ``url_name``, filtered by ``parameters``."""
    address = f"{reverse(f'admin:{url_name}_changelist')}?{urlencode(parameters)}"
    return format_html('<a href="{}">{}</a>', address, text)


def number(value):
    """Return ``value`` as a right-aligned figure."""
    return format_html('<span class="crm-num">{}</span>', value)


def day(instant):
    """Return the local day of ``instant`` (an aware datetime) as staff read it."""
    return date_format(timezone.localtime(instant), "SHORT_DATE_FORMAT")
