"""E-mails, invitations and business cards dropped on the quick log."""

import base64
import io
import json
import os
from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image

from missions import drops
from missions.drops import stash
from missions.models import Interaction, InteractionFile
from tests import dropped_files as dropped
from tests.factories import (
    AffiliationFactory,
    InteractionFactory,
    OrganisationFactory,
    PersonFactory,
)
from tests.html_forms import read_form

DROP = "admin:missions_interaction_drop"
PDF_FILE = ("Bericht.pdf", dropped.PDF)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def read(tmp_path):
    def read_content(content, name="x"):
        path = tmp_path / "dropped"
        path.write_bytes(content)
        return drops.read(path, name)

    return read_content


def upload(content, name="dropped"):
    return SimpleUploadedFile(name, content)


# --- What the files say -----------------------------------------------------------------------


def test_an_email_of_outlook(read):
    found = read(dropped.outlook())
    assert (found.kind, found.type) == ("mail", "outlook")
    assert found.subject == "AW: Muster für die Prüfung"
    # Its address is not that of Exchange.
    assert found.sender == [{"name": "Vogt, Miriam", "email": "miriam.vogt@example.org"}]
    assert found.to == [{"name": "Каримов Дилшод", "email": "d.karimov@uztextilprom.uz"}]
    assert [one["email"] for one in found.cc] == ["tobias.lenz@example.org"]
    assert found.at == "2026-11-12T09:30:00+00:00"
    assert found.text.endswith("die Muster gehen morgen ab.")
    assert found.full_text.endswith("Wann kommen die Muster?")
    assert found.attachments == [
        {
            "name": "Prüfbericht.pdf",
            "size": len(dropped.PDF),
            "type": "pdf",
            "reason": "",
            "inline": False,
        }
    ]


def test_an_email_of_an_outlook_without_unicode(read):
    found = read(dropped.outlook_of_old())
    assert (found.subject, found.text) == ("Образцы ткани", "Добрый день!")
    assert found.sender == [{"name": "Жанар Сарсен", "email": "zhanar@qaztex.kz"}]
    assert found.to[0]["name"] == "Мириам Фогт"


def test_an_email_of_thunderbird(read):
    found = read(dropped.THUNDERBIRD)
    # An encoded word may end within a character.
    assert found.subject == "Образцы ткани"
    assert found.sender == [{"name": "Дилшод Каримов", "email": "d.karimov@uztextilprom.uz"}]
    assert [one["name"] for one in found.to] == ["Vogt, Miriam", "Жанар Сарсен"]
    assert found.at == "2026-11-12T10:15:00+05:00"
    assert found.text == "Здравствуйте!"
    assert "Wann kommen die Muster?" in found.full_text
    assert [one["name"] for one in found.attachments] == ["Образцы.pdf"]


def test_an_email_of_gmail(read):
    found = read(dropped.GMAIL)
    assert found.sender == [{"name": "Jürgen Müller", "email": "jm@titk.de"}]
    assert found.text == "Grüße aus Rudolstadt!"
    assert found.full_text.endswith("> alt")


def test_an_email_of_apple_mail_that_is_html_alone(read):
    found = read(dropped.APPLE_MAIL)
    assert found.text == "Guten Tag,\n\nhier das Foto & der Gruß:\nAnna"
    # The logo of the signature is part of the text.
    assert [one["inline"] for one in found.attachments] == [True]
    assert found.at == "2026-11-12T07:00:00+00:00"


def test_an_email_in_koi8(read):
    found = read(dropped.MAIL_RU)
    assert (found.subject, found.text) == ("Начека", "Добрый день!")
    assert found.sender[0]["name"] == "Дилшод Каримов"


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("iso-8859-1", "Grüße – “gut”".encode("cp1252"), "Grüße – “gut”"),
        ("iso-8859-1", "Grüße".encode(), "Grüße"),
        ("x-unknown", "Grüße".encode("cp1252"), "Grüße"),
        ("utf-8", "Grüße".encode("cp1252"), "Grüße"),
        ("windows-1251", "Ташкент".encode("cp1251"), "Ташкент"),
        ("hex", b"abc", "abc"),
    ],
)
def test_an_encoding_that_is_not_the_one_claimed(read, charset, body, text):
    head = f"From: a@b.de\nTo: c@d.de\nContent-Type: text/plain; charset={charset}\n"
    head += "Content-Transfer-Encoding: 8bit\nDate: Thu, 12 Nov 2026 10:00:00 +0100\n\n"
    assert read(head.encode() + body).text == text


def test_headers_in_bare_bytes(read):
    head = "From: Жанар <a@b.kz>\nTo: c@d.de\nSubject: Образцы\nDate: gestern\n\nx"
    found = read(head.encode())
    assert (found.subject, found.sender[0]["name"]) == ("Образцы", "Жанар")
    assert "no_date" in found.said


@pytest.mark.parametrize(
    "divider",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "________________________________\nVon: A <a@b.de>\nGesendet: Mittwoch\nAn: C",
        "From: A <a@b.de>\nSent: Wednesday\nTo: C",
        "От: Каримов\nДата: среда\nКому: Фогт",
        "Am Mi., 11. Nov. 2026 um 09:00 Uhr schrieb\nMiriam Vogt <m@v.de>:",
        "On Wed, 11 Nov 2026, Miriam Vogt wrote:",
        "11.11.2026, 09:00, Miriam Vogt пишет:",
        "> ja\n> nein",
    ],
)
def test_what_was_quoted_is_left_out(read, divider):
    mail = f"From: a@b.de\nTo: c@d.de\n\nNeu.\nVon: mir aus.\n\n{divider}\n> alt\n"
    found = read(mail.encode())
    assert found.text == "Neu.\nVon: mir aus."
    assert found.full_text.endswith("> alt")


def test_what_is_forwarded_without_a_word_is_kept(read):
    found = read(b"From: a@b.de\nTo: c@d.de\n\n-----Original Message-----\nalt")
    assert found.text.endswith("alt")


@pytest.mark.parametrize("kind", ["multipart/encrypted; boundary=x", "application/pkcs7-mime"])
def test_an_encrypted_email_gives_its_head_and_says_so(read, kind):
    mail = f"From: A <a@b.de>\nTo: c@d.de\nSubject: S\nContent-Type: {kind}\n\n--x\n\nMIAG\n--x--"
    found = read(mail.encode())
    assert (found.subject, found.text, found.attachments) == ("S", "", [])
    assert "encrypted" in found.said


def test_an_invitation_of_outlook(read):
    found = read(dropped.OUTLOOK_ICS)
    # The zone by the name that Windows gives it.
    assert found.at == "2026-07-16T10:00+05:00"
    assert found.subject == "Abstimmung Muster, Runde 2"
    assert found.sender == [{"name": "Karimov, Dilshod", "email": "D.Karimov@uztextilprom.uz"}]
    assert [one["email"] for one in found.to] == ["miriam.vogt@example.org"]  # no room
    assert found.video is True


def test_an_invitation_of_google_that_was_cancelled(read):
    found = read(dropped.GOOGLE_ICS)
    assert found.at == "2026-11-24T09:00+00:00"
    assert found.place == "Breitscheidstraße 97, Rudolstadt"
    assert set(found.said) == {"cancelled", "repeats"}
    assert found.video is False


def test_a_day_in_a_calendar_of_thunderbird(read):
    found = read(dropped.THUNDERBIRD_ICS)
    assert (found.at, found.subject) == ("2026-11-24", "Messe")
    assert set(found.said) == {"all_day", "other_events"}


def test_a_card_of_outlook(read):
    (card,) = read(dropped.OUTLOOK_VCF).cards
    assert (card["academic_title"], card["first_name"], card["last_name"]) == (
        "Dr.",
        "Jürgen",
        "Müller",
    )
    assert (card["organisation"], card["department"]) == ("Thüringisches Institut", "Textilien")
    assert card["role"] == "Abteilungsleiter"
    assert (card["mobile"], card["phone"]) == ("+49 171 1234567", "+49 3672 379-0")
    assert card["emails"] == ["jm@titk.de"]


def test_a_card_of_a_phone_that_cuts_lines_within_a_character(read):
    (card,) = read(
        b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
        b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9A=D0=B0=D1=80=D0=B8=D0=\r\n"
        b"=BC=D0=BE=D0=B2;=D0=90;;;\r\n"
        b"ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:A=3BB=\r\n"
        b"TEL;CELL;PREF:+998901234567\r\nEND:VCARD\r\n"
    ).cards
    assert (card["last_name"], card["first_name"]) == ("Каримов", "А")
    # A semicolon that is quoted separates nothing, and a "=" at the end takes no other line along.
    assert (card["organisation"], card["department"]) == ("A;B", "")
    assert card["mobile"] == "+998901234567"


def test_a_damaged_card_takes_no_other_along(read):
    whole = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Muster\r\nEND:VCARD\r\n"
    damaged = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Emil\r\nEND:VCALENDAR\r\nEND:VCARD\r\n"
    found = read(damaged + whole)
    assert [card["full_name"] for card in found.cards] == ["Anna Muster"]
    assert found.said == ["damaged_cards"]
    assert read(whole).said == []


def test_a_card_that_says_what_it_is_and_whose_agent(read):
    (card,) = read(
        b"BEGIN:VCARD\r\nPROFILE:VCARD\r\nVERSION:3.0\r\nN:Muster;Anna;;;\r\nFN:Anna Muster\r\n"
        b"URL:http\\://example.org\r\nAGENT:x\r\nEND:VCARD\r\n"
    ).cards
    assert (card["last_name"], card["website"]) == ("Muster", "http://example.org")


def test_cards_of_an_iphone(read):
    first, second = read(dropped.IPHONE_VCF).cards
    assert (first["first_name"], first["last_name"]) == ("Дилшод", "Каримов")
    assert first["organisation"] == "Узтекстильпром"
    assert first["mobile"] == "+998 90 123 45 67"
    assert (second["full_name"], second["phone"]) == ("Anna von der Heide", "+49-3641-12345")


# --- Whom it was with -------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def titk():
    return OrganisationFactory(name="TITK", website="https://www.titk.de", country="DE")


def test_people_are_known_by_their_address_and_our_own_left_out(project_manager, editor, titk):
    karimov = PersonFactory(last_name="Karimov", email="D.Karimov@UzTextilprom.uz")
    proposal = drops.propose(upload(dropped.outlook()), project_manager)
    assert proposal["whom"] == [{"key": f"p:{karimov.pk}", "label": str(karimov)}]
    assert proposal["new"] == []
    assert proposal["kind"] == "email"
    assert proposal["occurred_at"] == "2026-11-12T10:30+01:00"
    assert proposal["notes"].endswith("die Muster gehen morgen ab.")
    assert proposal["full_text"].endswith("Wann kommen die Muster?")
    assert [file["name"] for file in proposal["files"]] == [
        "Prüfbericht.pdf",
        "AW_ Muster für die Prüfung.msg",
    ]


def test_people_are_known_by_their_name_within_their_organisation(project_manager, titk):
    person = PersonFactory(first_name="Jürgen", last_name="Müller", email="")
    PersonFactory(first_name="Jürgen", last_name="Müller", email="")  # of elsewhere
    AffiliationFactory(person=person, organisation=titk)
    proposal = drops.propose(upload(dropped.GMAIL), project_manager)
    assert [one["key"] for one in proposal["whom"]] == [f"p:{person.pk}"]


def test_who_is_not_known_is_offered_with_the_organisation_of_the_domain(project_manager, titk):
    proposal = drops.propose(upload(dropped.GMAIL), project_manager)
    assert [one["key"] for one in proposal["whom"]] == [f"o:{titk.pk}"]
    (new,) = proposal["new"]
    assert (new["kind"], new["first_name"], new["last_name"]) == ("person", "Jürgen", "Müller")
    assert (new["email"], new["organisation"]) == ("jm@titk.de", f"o:{titk.pk}")


def test_a_domain_that_two_have_and_that_of_a_provider_say_nothing(project_manager, titk):
    OrganisationFactory(name="TITK Nord", website="https://titk.de")
    OrganisationFactory(name="Post", website="https://gmail.com")
    assert drops.propose(upload(dropped.GMAIL), project_manager)["whom"] == []
    assert drops.propose(upload(dropped.APPLE_MAIL), project_manager)["whom"] == []


def test_a_merged_person_is_the_one_they_live_on_in(project_manager):
    kept = PersonFactory(last_name="Karimov", email="")
    merged = PersonFactory(last_name="Karimow", email="d.karimov@uztextilprom.uz")
    merged.merged_into = kept
    merged.archive("merged")
    proposal = drops.propose(upload(dropped.THUNDERBIRD), project_manager)
    assert {"key": f"p:{kept.pk}", "label": str(kept)} in proposal["whom"]


def test_who_may_not_see_addresses_learns_of_none(reader):
    PersonFactory(last_name="Kanarienvogel", email="jm@titk.de")
    proposal = drops.propose(upload(dropped.GMAIL), reader)
    assert "Kanarienvogel" not in json.dumps(proposal["whom"])


def test_a_card_brings_its_organisation(project_manager):
    proposal = drops.propose(upload(dropped.IPHONE_VCF), project_manager)
    organisation, person, other = proposal["new"]
    assert (organisation["name"], organisation["country"]) == ("Узтекстильпром", "UZ")
    assert person["organisation_name"] == "Узтекстильпром"
    assert person["mobile"] == "+998 90 123 45 67"
    assert (other["first_name"], other["last_name"]) == ("Anna", "von der Heide")
    assert proposal["kind"] == ""


def test_a_floating_time_and_a_day_are_ours(project_manager):
    day = drops.propose(upload(dropped.THUNDERBIRD_ICS), project_manager)
    assert day["occurred_at"] == "2026-11-24T00:00+01:00"
    floating = dropped.GOOGLE_ICS.replace(b"20261124T090000Z", b"20260724T090000")
    assert (
        drops.propose(upload(floating), project_manager)["occurred_at"] == "2026-07-24T09:00+02:00"
    )


def test_as_many_queries_for_fifty_people_as_for_one(
    project_manager, titk, django_assert_num_queries
):
    project_manager.has_perm("partners.view_person")  # asked once for each request
    people = ", ".join(f"Anna Nr{n} <a{n}@titk.de>" for n in range(50))
    for to in ("Anna Nr1 <a1@titk.de>", people):
        mail = f"From: b@c.de\nTo: {to}\nSubject: S\n\nx".encode()
        with django_assert_num_queries(4):
            drops.propose(upload(mail), project_manager)


# --- What is kept -----------------------------------------------------------------------------


def proposed_files(content, user, name="dropped"):
    return {
        file["name"]: file["token"] for file in drops.propose(upload(content, name), user)["files"]
    }


def test_nothing_is_saved_before_the_log_is(project_manager, media):
    drops.propose(upload(dropped.THUNDERBIRD), project_manager)
    assert not Interaction.objects.exists()
    assert not InteractionFile.objects.exists()
    assert [path.name for path in media.iterdir()] == ["drops"]


def test_what_was_ticked_is_kept(project_manager):
    files = proposed_files(dropped.THUNDERBIRD, project_manager)
    assert list(files) == ["Образцы.pdf", "Образцы ткани.eml"]
    interaction = InteractionFactory()
    (kept,) = drops.claim(interaction, [files["Образцы.pdf"]] * 2, project_manager)
    kept.refresh_from_db()
    assert (kept.name, kept.interaction) == ("Образцы.pdf", interaction)
    assert kept.file.read().startswith(b"%PDF-1.7")
    assert kept.size == kept.file.size
    assert "Образцы" not in kept.file.name
    assert kept.history.count() == 1


def test_a_picture_is_encoded_anew(project_manager):
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Kanarienvogel"
    Image.new("RGB", (40, 20), "red").save(picture, "JPEG", exif=exif)
    head = b"From: a@b.de\nTo: c@d.de\nMIME-Version: 1.0\nContent-Type: image/jpeg; name=Foto.JPG\n"
    head += b"Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n"
    mail = head + base64.encodebytes(picture.getvalue() + b"Kanarienvogel")
    files = proposed_files(mail, project_manager)
    (kept,) = drops.claim(InteractionFactory(), [files["Foto.JPG"]], project_manager)
    content = kept.file.read()
    assert b"Kanarienvogel" not in content
    assert Image.open(io.BytesIO(content)).size == (40, 20)


def test_a_token_is_good_for_its_owner_for_a_day(project_manager, editor, media, monkeypatch):
    token = proposed_files(dropped.THUNDERBIRD, project_manager)["Образцы.pdf"]
    interaction = InteractionFactory()
    with pytest.raises(drops.NotKept):
        drops.claim(interaction, [token], editor)
    with pytest.raises(drops.NotKept):
        drops.claim(interaction, [token + "x"], project_manager)
    monkeypatch.setattr(stash, "LIFETIME", timedelta(seconds=-1))
    with pytest.raises(drops.NotKept):
        drops.claim(interaction, [token], project_manager)
    assert not InteractionFile.objects.exists()


def test_no_token_leads_out_of_the_folder(project_manager, media):
    (media / "offered.json").write_text('{"secret": {"name": "s", "size": 1, "type": "text"}}')
    (media / "secret").write_text("s")
    forged = signing.dumps(["..", "secret", project_manager.pk], salt="other")
    with pytest.raises(drops.NotKept):
        drops.claim(InteractionFactory(), [forged], project_manager)


def test_cleanup_deletes_after_a_day_and_only_what_nobody_needs(project_manager, media):
    files = proposed_files(dropped.THUNDERBIRD, project_manager)
    (kept,) = drops.claim(InteractionFactory(), list(files.values())[:1], project_manager)
    left_over = default_storage.save("contacts/left-over", io.BytesIO(b"x"))
    drops.cleanup(timezone.localdate())
    assert list((media / "drops").iterdir())
    assert default_storage.exists(left_over)

    yesterday = (timezone.now() - timedelta(days=1, minutes=1)).timestamp()
    (folder,) = (media / "drops").iterdir()
    for path in (folder, *(media / "contacts").iterdir()):
        os.utime(path, (yesterday, yesterday))
    with translation.override("en"):
        said = drops.cleanup(timezone.localdate())
    assert said == "1 dropped file deleted, 1 file without a row deleted"
    assert not list((media / "drops").iterdir())
    assert not default_storage.exists(left_over)
    assert default_storage.exists(kept.file.name)
    # The row is gone for good: so is the file.
    kept.delete()
    drops.cleanup(timezone.localdate())
    assert not default_storage.exists(kept.file.name)


# --- In the admin -----------------------------------------------------------------------------


def test_a_drop_is_answered_with_a_proposal(client_for, editor):
    answer = client_for(editor).post(reverse(DROP), {"file": upload(dropped.GMAIL, "x.eml")})
    assert answer.status_code == 200
    assert answer.json()["subject"] == "Besuch am 24."


def test_a_drop_that_cannot_be_read_says_why(client_for, editor, media):
    english = {"accept-language": "en"}
    client = client_for(editor)
    answer = client.post(reverse(DROP), {"file": upload(dropped.PDF, "x.eml")}, headers=english)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("This is a PDF.")
    assert not list((media / "drops").iterdir())
    answer = client.post(reverse(DROP), {}, headers=english)
    assert (answer.status_code, answer.json()) == (400, {"error": "Choose a file."})


def test_who_may_not_log_contacts_drops_nothing(client_for, reader, outsider):
    for user in (reader, outsider):
        answer = client_for(user).post(reverse(DROP), {"file": upload(dropped.GMAIL)})
        assert answer.status_code == 403


@pytest.fixture
def filed():
    interaction = InteractionFactory()
    return InteractionFile.objects.create(
        interaction=interaction, file=SimpleUploadedFile(*PDF_FILE)
    )


def address_of(filed):
    return reverse("admin:missions_interaction_file", args=[filed.interaction_id, filed.pk])


def test_a_file_is_sent_to_those_who_may_read_notes(client_for, editor, reader, outsider, filed):
    answer = client_for(editor).get(address_of(filed))
    assert b"".join(answer) == dropped.PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Bericht.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for user in (reader, outsider):
        assert client_for(user).get(address_of(filed)).status_code == 403


def test_a_file_is_found_with_its_own_contact_only(client_for, editor, filed):
    other = reverse("admin:missions_interaction_file", args=[InteractionFactory().pk, filed.pk])
    assert client_for(editor).get(other).status_code == 404


def test_an_upload_is_looked_at_like_an_attachment(filed):
    assert (filed.name, filed.size) == ("Bericht.pdf", len(dropped.PDF))
    for name, content in (
        ("Bericht.pdf.exe", dropped.PDF),
        ("Bericht.pdf", b"MZ\x90\0\3"),
        ("Bild.svg", b"<svg onload='x()'/>"),
        ("Seite.txt", b"<html><script>x()</script>"),
    ):
        with pytest.raises(drops.NotKept):
            InteractionFile.objects.create(
                interaction=filed.interaction, file=SimpleUploadedFile(name, content)
            )
    filed.file = SimpleUploadedFile("neu.pdf", b"no PDF \0\1\2\3\4\5")
    with pytest.raises(drops.NotKept):
        filed.save()


def test_the_form_of_a_contact_takes_and_deletes_files(client_for, editor, filed):
    client = client_for(editor)
    address = reverse("admin:missions_interaction_change", args=[filed.interaction_id])
    page = client.get(address)
    assert address_of(filed) in page.text
    assert filed.file.name not in page.text  # it has no public address

    form = read_form(page, "interaction_form")
    form |= {"files-TOTAL_FORMS": "2", "files-0-DELETE": "on"}
    bad = {"files-1-file": SimpleUploadedFile("x.pdf", b"<html>")}
    refused = client.post(address, form | bad, headers={"accept-language": "en"})
    assert "This is a web page" in refused.text
    assert InteractionFile.objects.get() == filed

    good = {"files-1-file": SimpleUploadedFile("C:\\Neu.txt", "Grüße".encode())}
    assert client.post(address, form | good).status_code == 302
    new = InteractionFile.objects.get()
    assert (new.name, new.size, new.created_by) == ("Neu.txt", 7, editor)


def test_a_reader_sees_no_file_in_the_form(client_for, reader, filed):
    address = reverse("admin:missions_interaction_change", args=[filed.interaction_id])
    page = client_for(reader).get(address)
    assert page.status_code == 200
    assert filed.name not in page.text
