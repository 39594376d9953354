"""The links to the other pages of a list."""

from django.contrib.admin.views.main import PAGE_VAR
from django.template import Library

register = Library()


@register.simple_tag
def page_links(cl):
    """Return ``previous`` and ``next`` (address or "") and ``numbered``: [(number, address or "")].

    Where pages are left out stands "…" without an address. ``cl`` is the ChangeList of a
    ``RecordAdmin``.
    """
    paginator, number = cl.paginator, cl.page_num
    links = {"previous": "", "next": "", "numbered": []}
    if not cl.multi_page or (cl.show_all and cl.can_show_all):
        return links

    def address(page):
        return cl.get_query_string({PAGE_VAR: page})

    if number > 1:
        links["previous"] = address(number - 1)
    if paginator.is_more:
        # The last page is not known, and nobody looks for it.
        numbers = [1, "…"] if number > 4 else list(range(1, number - 1))
        numbers += [page for page in range(number - 1, number + 3) if page >= 1]
        has_next = number < paginator.num_pages or len(cl.result_list) == paginator.per_page
        if not has_next:
            numbers = [page for page in numbers if page == "…" or page <= number]
    else:
        numbers = list(paginator.get_elided_page_range(number, on_each_side=2, on_ends=1))
        has_next = number < paginator.num_pages
    if has_next:
        links["next"] = address(number + 1)
    links["numbered"] = [(page, address(page) if isinstance(page, int) else "") for page in numbers]
    return links
