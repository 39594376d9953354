"""Logos: pictures only, encoded anew, seen by those who may see the organisation."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from tests.factories import OrganisationFactory
from tests.html_forms import change_form

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind="PNG", size=(1200, 300), comment=b""):
    data = BytesIO()
    Image.new("RGB", size, "teal").save(data, kind)
    return data.getvalue() + comment


def test_a_picture_is_encoded_anew_and_shown(client_for, editor, reader, outsider):
    organisation = OrganisationFactory()
    client = client_for(editor)
    url, form = change_form(client, organisation)
    upload = SimpleUploadedFile("Vertraulich Müller.jpg", picture("JPEG", comment=b"<?php"))
    assert client.post(url, {**form, "logo": upload}).status_code == 302
    organisation.refresh_from_db()
    assert "Vertraulich" not in organisation.logo.name
    kept = organisation.logo.read()
    assert b"<?php" not in kept
    assert Image.open(BytesIO(kept)).size == (600, 150)

    logo = reverse("admin:partners_organisation_logo", args=[organisation.pk])
    assert logo in client.get(url).content.decode()
    response = client_for(reader).get(logo)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client_for(outsider).get(logo).status_code == 403


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", SVG),
        ("logo.png", SVG),
        ("logo.png", b"%PDF-1.7"),
        ("logo.gif", picture("GIF")),
        ("logo.png", picture(size=(6000, 6000))),
        ("logo.png", picture()[:60]),
    ],
)
def test_anything_else_is_refused_with_a_message(client_for, editor, name, content):
    organisation = OrganisationFactory()
    client = client_for(editor)
    url, form = change_form(client, organisation)
    response = client.post(url, {**form, "logo": SimpleUploadedFile(name, content)})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["logo"]
    organisation.refresh_from_db()
    assert not organisation.logo


def test_the_shell_meets_the_same_rule():
    organisation = OrganisationFactory()
    organisation.logo = SimpleUploadedFile("logo.png", SVG)
    with pytest.raises(ValidationError):
        organisation.save()
