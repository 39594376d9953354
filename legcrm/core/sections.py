"""Tabs of a form that show related records: a template each, with links to the whole lists."""

from django.template.loader import render_to_string


class Section:
    """A tab beside those of the form. The theme renders it as it does its datasets.

    The template gets ``key``, the name of its tab: ``<div x-show="activeTab == '{{ key }}'">``.
    """

    tab = True

    def __init__(self, request, key, title, template, context):
        self.request = request
        self.model_name = key
        self.title = title
        self.template = template
        self.context = context

    @property
    def contents(self):
        context = {"key": f"dataset-{self.model_name}", "title": self.title, **self.context}
        return render_to_string(self.template, context, request=self.request)
