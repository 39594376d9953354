"""Forms of records: many-to-many fields with a tracked through model, saved row by row."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _


def inner_widget(formfield):
    """Return the widget itself: the admin wraps those of relations."""
    return getattr(formfield.widget, "widget", formfield.widget)


def through_fields(model):
    """Return the many-to-many fields of ``model`` that have a through model of their own."""
    return [
        field
        for field in model._meta.many_to_many
        if not field.remote_field.through._meta.auto_created
    ]


def save_links(record, field, chosen) -> bool:
    """Make ``chosen`` (an iterable of objects) the content of the many-to-many ``field``.

    Each link is saved or deleted by itself, so that each has its history entry. New links come
    first: a record that needs at least one is then never without. Returns whether any changed.
    """
    through = field.remote_field.through
    source, target = field.m2m_field_name(), field.m2m_reverse_field_name()
    wanted = {item.pk: item for item in chosen}
    dropped = []
    for link in through.objects.filter(**{source: record}):
        if wanted.pop(getattr(link, f"{target}_id"), None) is None:
            dropped.append(link)
    for item in wanted.values():
        through(**{source: record, target: item}).save()
    for link in dropped:
        link.delete()
    return bool(wanted or dropped)


class KnownMixin:
    """An autocomplete that takes the labels of what is chosen from records already read.

    The stock widget looks them up by a query for each field of each row.
    """

    # The related records, set by ``show_known``.
    known = ()

    def optgroups(self, name, value, attr=None):
        chosen = [str(item) for item in value if item]
        if not self.known or chosen != [str(record.pk) for record in self.known]:
            return super().optgroups(name, value, attr)
        options = []
        if not self.is_required and not self.allow_multiple_selected:
            options.append(self.create_option(name, "", "", False, 0))
        for record in self.known:
            label = self.choices.field.label_from_instance(record)
            options.append(self.create_option(name, record.pk, label, True, len(options)))
        return [(None, options, 0)]


class KnownAutocomplete(KnownMixin, AutocompleteSelect):
    pass


class KnownAutocompleteMultiple(KnownMixin, AutocompleteSelectMultiple):
    pass


def show_known(form):
    """Give the autocompletes of a form the records that its instance was read with."""
    for name, field in form.fields.items():
        widget = inner_widget(field)
        if isinstance(widget, KnownAutocompleteMultiple):
            known = form.initial.get(name) or ()
            widget.known = [record for record in known if hasattr(record, "pk")]
        elif isinstance(widget, KnownAutocomplete) and form.instance.pk:
            # Only what the row was read with: asking the instance would be a query again.
            record = form.instance._state.fields_cache.get(name)
            widget.known = [record] if record is not None else []


class RecordForm(forms.ModelForm):
    """The form of a record in the admin."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        show_known(self)

    # Set by the admin: an error that a rule raised while saving, after the form was valid.
    late_error = None
    # Set by the admin: the person comes from the conflict page and wants to go on editing.
    resumed = False

    def clean(self):
        cleaned = super().clean()
        if self.resumed:
            raise ValidationError(
                _("Not saved yet. Check your input beside what the other person saved, then save.")
            )
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        if self.late_error is not None:
            self._add_late_error(self.late_error)

    def _add_late_error(self, error):
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, messages in error.error_dict.items():
            known = name in self.fields
            self.add_error(name if known else None, messages if known else list(messages))

    def _update_errors(self, errors):
        # A rule may name a field that this form does not show (hidden by role, or read-only).
        if hasattr(errors, "error_dict"):
            for name in [n for n in errors.error_dict if n != NON_FIELD_ERRORS]:
                if name not in self.fields:
                    messages = errors.error_dict.pop(name)
                    errors.error_dict.setdefault(NON_FIELD_ERRORS, []).extend(messages)
        super()._update_errors(errors)

    def _save_m2m(self):
        linked = [f for f in through_fields(self._meta.model) if f.name in self.cleaned_data]
        chosen = {field: self.cleaned_data.pop(field.name) for field in linked}
        try:
            super()._save_m2m()
        finally:
            self.cleaned_data.update({field.name: items for field, items in chosen.items()})
        self.links_changed = False
        for field, items in chosen.items():
            self.links_changed |= save_links(self.instance, field, items)

    links_changed = False


class PartForm(forms.ModelForm):
    """The form of an inline row in the admin."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        show_known(self)
