"""Reads a form from a page, as a browser would send it back unchanged."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self, form_id):
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.fields: dict[str, list[str]] = {}
        self._select = self._textarea = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.inside = attributes.get("id") == self.form_id
        if not self.inside:
            return
        name = attributes.get("name")
        if tag == "input" and name:
            kind = attributes.get("type", "text")
            if kind in ("submit", "button", "file"):
                return
            if kind in ("checkbox", "radio") and "checked" not in attributes:
                return
            empty = "on" if kind in ("checkbox", "radio") else ""
            self.fields.setdefault(name, []).append(attributes.get("value", empty) or "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in attributes:
            self.fields.setdefault(self._select, []).append(attributes.get("value") or "")
        elif tag == "textarea":
            self._textarea = name
            self.fields[name] = [""]

    def handle_data(self, data):
        if self._textarea:
            # A browser drops the line break that stands right after the tag.
            self.fields[self._textarea][0] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            name, self._textarea = self._textarea, None
            if name:
                self.fields[name][0] = self.fields[name][0].removeprefix("\n")


def read_form(response, form_id) -> dict[str, list[str]]:
    """Return what the form with the id ``form_id`` would send; buttons are left out."""
    parser = _Fields(form_id)
    parser.feed(response.content.decode())
    assert parser.fields, f"The page has no form {form_id!r}."
    return parser.fields


def change_form(client, record) -> tuple[str, dict[str, list[str]]]:
    """Return the address of the record's admin form and what it would send unchanged."""
    from django.urls import reverse

    opts = record._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
    response = client.get(url)
    assert response.status_code == 200, response.status_code
    return url, read_form(response, f"{opts.model_name}_form")
