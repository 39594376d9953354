"""The warning while typing: records that look like the one in the form, and why."""

from django.core.exceptions import PermissionDenied
from django.forms import Media, Script
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django_countries import countries
from phonenumber_field.phonenumber import to_python

from legcrm.core.keys import is_key

from ..duplicates import similar_organisations, similar_people

# The script reads the form's controls of these names; "names-text" is that of every inline row.
OF_ORGANISATIONS = (
    "name", "short_name", "country", "city", "email", "website", "names-text",
    "identifiers-scheme", "identifiers-value",
)  # fmt: skip
OF_PEOPLE = (
    "first_name", "last_name", "native_name", "email", "phone", "mobile",
    "affiliations-organisation",
)  # fmt: skip
MOST_VALUES = 10


class SimilarMixin:
    """Adds the warning below ``similar_below``, a field of the form, and the view behind it."""

    similar_below = "name"
    similar_to: tuple[str, ...] = OF_ORGANISATIONS

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_similar"
        view = self.admin_site.admin_view(self.similar_view)
        return [path("similar/", view, name=name), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        field = context["adminform"].form.fields.get(self.similar_below)
        if field is not None:
            name = f"{self.opts.app_label}_{self.opts.model_name}_similar"
            address = reverse(f"{self.admin_site.name}:{name}")
            field.widget.attrs |= {
                "data-similar": f"{address}?exclude={obj.pk}" if obj else address,
                "data-similar-to": " ".join(self.similar_to),
            }
            script = Media(js=[Script("legcrm/js/duplicates.js", type="module")])
            context["media"] = context["media"] + script
        return super().render_change_form(request, context, add, change, form_url, obj)

    def similar_view(self, request):
        """Answer with the warning for the values in the query, or with nothing to warn of."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        values = request.GET.copy()
        for name, texts in values.lists():
            # PostgreSQL takes no such character, not even to compare with.
            values.setlist(name, [text.replace("\0", "") for text in texts])
        exclude = values.get("exclude", "")
        key = int(exclude) if is_key(exclude) else None
        found = self.similar_records(values, exclude=key, user=request.user)
        context = {
            "found": [
                {"likeness": likeness, "place": self.similar_place(likeness.record)}
                for likeness in found
            ],
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/partners/similar.html", context)


class SimilarOrganisationsMixin(SimilarMixin):
    def similar_records(self, values, **options):
        schemes, typed = values.getlist("identifiers-scheme"), values.getlist("identifiers-value")
        return similar_organisations(
            values.get("name", ""),
            country=values.get("country", ""),
            city=values.get("city", ""),
            short_name=values.get("short_name", ""),
            other_names=values.getlist("names-text")[:MOST_VALUES],
            email=values.get("email", ""),
            website=values.get("website", ""),
            identifiers=list(zip(schemes, typed, strict=False))[:MOST_VALUES],
            **options,
        )

    def similar_place(self, organisation):
        return ", ".join(filter(None, [organisation.city, organisation.country.name]))


class SimilarPeopleMixin(SimilarMixin):
    similar_below = "last_name"
    similar_to = OF_PEOPLE

    def similar_records(self, values, **options):
        phones = [to_python(values.get(name, "")) for name in ("phone", "mobile")]
        organisations = values.getlist("affiliations-organisation")[:MOST_VALUES]
        return similar_people(
            values.get("first_name", ""),
            values.get("last_name", ""),
            native_name=values.get("native_name", ""),
            email=values.get("email", ""),
            phones=[phone.as_e164 for phone in phones if phone and phone.is_valid()],
            organisations=[int(key) for key in organisations if is_key(key)],
            **options,
        )

    def similar_place(self, person):
        name = person.primary_short_name or person.primary_organisation
        country = person.primary_country and countries.name(person.primary_country)
        return ", ".join(filter(None, [name, country]))
