"""The rows of a list. The theme's own tag makes the headings anew for each row, and gives each
cell thirty class names: half of the time and two thirds of the bytes of a page of fifty."""

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ForeignKey
from django.template import Library
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from unfold.templatetags.unfold_list import result_headers
from unfold.utils import display_for_field, display_for_value

register = Library()

CELL_END = {tag: mark_safe(f"</{tag}>") for tag in ("td", "th")}


@register.inclusion_tag("admin/includes/record_rows.html", takes_context=True)
def record_rows(context, cl):
    """Show the headings and rows of the ChangeList ``cl`` of a ``RecordAdmin``."""
    headers = list(result_headers(cl))
    columns = _columns(cl)
    return {
        "cl": cl,
        "result_headers": headers,
        "num_sorted_fields": sum(header["sortable"] and header["sorted"] for header in headers),
        "rows": [_cells(cl, columns, record) for record in cl.result_list],
        "has_add_permission": cl.model_admin.has_add_permission(context["request"]),
    }


def _columns(cl):
    """Return ``(name, tag, begin of the cell, whether it links to the record)`` of each column."""
    columns, linked = [], cl.list_display_links is not None and not cl.list_display_links
    for name in cl.list_display:
        if name == "action_checkbox":
            begin = format_html('<td class="action-checkbox" data-label="{}">', _("Select record"))
            columns.append((name, "td", begin, False))
            continue
        links = name in cl.list_display_links if cl.list_display_links else linked
        linked = False
        tag = "th" if links else "td"
        label = label_for_field(name, cl.model, model_admin=cl.model_admin)
        field = getattr(name, "__name__", name)  # a column may be a function of its own
        begin = format_html('<{} class="field-{}" data-label="{}">', mark_safe(tag), field, label)
        columns.append((name, tag, begin, links))
    return columns


def _cells(cl, columns, record):
    return mark_safe(
        "".join(
            begin + conditional_escape(_content(cl, name, links, record)) + CELL_END[tag]
            for name, tag, begin, links in columns
        )
    )


def _content(cl, name, links, record):
    shown = _value(cl, name, record)
    if not links:
        return shown
    preserved = {"preserved_filters": cl.preserved_filters, "opts": cl.opts}
    url = add_preserved_filters(preserved, cl.url_for_result(record))
    if cl.is_popup:
        key = record.serializable_value(cl.to_field or cl.pk_attname)
        return format_html('<a href="{}" data-popup-opener="{}">{}</a>', url, key, shown)
    return format_html('<a href="{}">{}</a>', url, shown)


def _value(cl, name, record):
    empty = cl.model_admin.get_empty_value_display()
    try:
        field, attribute, value = lookup_field(name, record, cl.model_admin)
    except ObjectDoesNotExist:
        return empty
    if field is None or field.auto_created:
        empty = getattr(attribute, "empty_value_display", empty)
        return display_for_value(value, empty, getattr(attribute, "boolean", False))
    if isinstance(field, ForeignKey):
        related = getattr(record, field.name)
        return empty if related is None else related
    return display_for_field(value, field, empty)
