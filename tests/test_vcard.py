"""The card of a person, read back as an address book does; and records copied as text."""

import re
from html import unescape

import pytest
import vobject
from django.contrib.auth.models import Permission
from django.urls import reverse

from legcrm.core.models import ExportLog
from tests.factories import (
    AffiliationFactory,
    FollowUpFactory,
    InteractionFactory,
    OrganisationFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    """Everything that is awkward in a card: Cyrillic, long lines, separators, line breaks."""
    person = PersonFactory(
        academic_title="Prof. Dr.",
        first_name="Жанар",
        last_name="Сәрсен; von, und\\zu",
        native_name="Жанар Сәрсенқызы",
        email="zhanar@example.org",
        phone="+493641123456",
        mobile="+77011234567",
        notes="Nur für uns",
    )
    organisation = OrganisationFactory(
        name="Министерство промышленности, строительства и технического регулирования; «Ұлттық»",
        country="KZ",
        city="Астана",
        street="просп. Мәңгілік Ел, 8",
        postal_code="010000",
        website="https://example.org/kz",
    )
    AffiliationFactory(
        person=person, organisation=organisation, role="Leiterin", department="Außenhandel"
    )
    return person


def address(person):
    return reverse("admin:partners_person_vcard", args=[person.pk])


def card(client, person):
    response = client.get(address(person))
    assert response.status_code == 200
    return vobject.readOne(response.content.decode())


def test_a_card_comes_back_as_it_was(client_for, editor, person):
    read = card(client_for(editor), person)
    assert read.version.value == "3.0"
    assert read.fn.value == "Prof. Dr. Жанар Сәрсен; von, und\\zu"
    assert (read.n.value.family, read.n.value.given, read.n.value.prefix) == (
        "Сәрсен; von, und\\zu",
        "Жанар",
        "Prof. Dr.",
    )
    organisation = person.affiliations.get().organisation
    assert read.org.value == [organisation.name, "Außenhandel"]
    assert read.title.value == "Leiterin"
    assert (read.adr.value.street, read.adr.value.city, read.adr.value.code) == (
        "просп. Мәңгілік Ел, 8",
        "Астана",
        "010000",
    )
    assert read.email.value == "zhanar@example.org"
    numbers = {tuple(line.params["TYPE"]): line.value for line in read.tel_list}
    assert numbers == {("CELL", "VOICE"): "+7 701 123 4567", ("WORK", "VOICE"): "+49 3641 123456"}


def test_a_card_is_written_as_the_standard_says(client_for, editor, person):
    response = client_for(editor).get(address(person))
    assert response["Content-Type"] == "text/vcard; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    *lines, last = response.content.split(b"\r\n")
    assert last == b"" and b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75, "octets, not letters"
    assert "Nur für uns" not in response.content.decode()


def test_who_may_not_export_people_gets_no_card(client_for, reader, outsider, person):
    for user in (reader, outsider):
        assert client_for(user).get(address(person)).status_code == 403
    page = client_for(reader).get(person.get_absolute_url()).content.decode()
    assert address(person) not in page
    assert not ExportLog.objects.exists()


def test_private_data_need_their_own_right(client_for, make_user, person):
    user = make_user("Halb", "Recht")
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_person", "export_person"])
    )
    read = card(client_for(user), person)
    assert "email" not in read.contents and "tel" not in read.contents


def test_it_is_noted_who_took_which_card(client_for, editor, person):
    card(client_for(editor), person)
    entry = ExportLog.objects.get()
    assert (entry.user, entry.filters, entry.rows) == (editor, f"#{person.pk}", 1)


# --- Copied as text -------------------------------------------------------------------------


def copied(client, record):
    """Return what the button of the record's panel copies."""
    page = client.get(record.get_absolute_url(), headers={"accept-language": "en"})
    page = page.content.decode()
    source = re.search(r'data-copy="#([\w-]+)"', page)[1]
    return unescape(re.search(rf'<pre id="{source}" hidden>(.*?)</pre>', page, re.S)[1])


def test_the_address_of_a_person_and_of_an_organisation(client_for, reader, person):
    client = client_for(reader)
    organisation = person.affiliations.get().organisation
    lines = [organisation.name, "просп. Мәңгілік Ел, 8", "010000 Астана", "KASACHSTAN"]
    assert copied(client, organisation).split("\n") == lines
    assert copied(client, person).split("\n")[1:] == lines
    assert copied(client, PersonFactory(last_name="Allein")) == "Aigul Allein"


def test_a_contact_with_its_next_steps(client_for, editor, reader):
    contact = InteractionFactory(subject="Muster <A> & B", notes="Intern besprochen.")
    FollowUpFactory(what="Muster senden", organisation=None, interaction=contact, assignee=editor)
    done = FollowUpFactory(what="Erledigt", organisation=None, interaction=contact)
    done.done_at = done.created_at
    done.save()
    text = copied(client_for(editor), contact)
    first, second, *_others = text.split("\n")
    assert first == "Muster <A> & B" and second.startswith("Meeting, ")
    assert contact.organisations.get().name in text
    assert "Intern besprochen." in text and "Muster senden" in text and "Tobias Lenz" in text
    assert "Erledigt" not in text
    assert "Intern" not in copied(client_for(reader), contact)
    assert "Muster senden" not in copied(client_for(reader), contact)
