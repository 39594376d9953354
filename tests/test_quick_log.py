"""The quick log: what a text becomes, what is refused, who may, and that nothing comes twice."""

import json
import threading
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from missions.models import FollowUp, Interaction
from missions.quick_log import Entry, NotLogged, save, split_text
from missions.quick_log_proposals import context
from partners.models import Affiliation, Organisation, Person

from .factories import (
    AffiliationFactory,
    AppointmentFactory,
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db

LOG = "admin:missions_interaction_log"
CONTEXT = "admin:missions_interaction_log_context"
DAY = "admin:missions_interaction_log_day"
PARTNER = "admin:missions_interaction_log_partner"
WHOM = "admin:missions_interaction_whom"
FETCHED = {"X-Quick-Log": "1", "accept-language": "en"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def pair():
    """TITK – UzTextilprom."""
    return CooperationFactory(
        home=OrganisationFactory(home=True, name="TITK e.V.", short_name="TITK"),
        partner=OrganisationFactory(name="UzTextilprom", kind="association"),
    )


def entry(*whom, **values):
    """A log as the device sends it; ``whom`` are records."""
    prefix = {Organisation: "o", Person: "p"}
    keys = tuple(f"{prefix[type(one)]}:{one.pk}" for one in whom)
    values = {"key": str(uuid4()), "text": "Spinnversuche vereinbart"} | values
    return Entry(whom=keys, **values)


def post(client, log, user, **values):
    names = ("key", "kind", "text", "occurred_at", "next_step", "due", "today", "mission")
    data = {name: getattr(log, name) for name in names} | {"user": user.pk, "whom": log.whom}
    data["new"] = [json.dumps(one) for one in log.new]
    return client.post(reverse(LOG), data | values, headers=FETCHED)


def errors(log, user):
    with pytest.raises(NotLogged) as caught:
        save(log, user)
    assert not Interaction.objects.exists() and not FollowUp.objects.exists()
    return caught.value.errors


def new(kind, ref="n:1", **values):
    return {"ref": ref, "kind": kind, **values}


# --- What the text becomes ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "subject", "notes"),
    [
        ("Spinnversuche vereinbart", "Spinnversuche vereinbart", ""),
        ("Spinnversuche vereinbart.", "Spinnversuche vereinbart", "Spinnversuche vereinbart."),
        ("Spinnversuche\r\nin Jena", "Spinnversuche", "Spinnversuche\nin Jena"),
        ("Muster gesehen. Er ruft an.", "Muster gesehen", "Muster gesehen. Er ruft an."),
        ("Mit Prof. Dr. Ali am 24. April im Werk. Gut.", "Mit Prof. Dr. Ali am 24. April im Werk",
         "Mit Prof. Dr. Ali am 24. April im Werk. Gut."),
        ("Kommt er? Ja", "Kommt er?", "Kommt er? Ja"),
        ("  \n ", "", ""),
    ],
)  # fmt: skip
def test_the_first_sentence_is_the_subject(text, subject, notes):
    assert split_text(text) == (subject, notes)


@pytest.mark.parametrize("text", ["Garn und " * 50, "x" * 500])
def test_a_long_sentence_is_cut_and_stays_in_the_notes(text):
    subject, notes = split_text(text)
    assert 150 < len(subject) <= 200 and subject.endswith("…")
    assert notes == text.strip()
    assert " …" not in subject and not subject.endswith("un…")


# --- What is saved --------------------------------------------------------------------------


def test_a_talk_and_its_next_step(pair, editor):
    logged = save(
        entry(pair.home, pair.partner, kind="call", next_step="Muster schicken", due="Freitag",
              today=timezone.localdate().isoformat(), occurred_at="2026-11-20T09:15:00Z"),
        editor,
    )  # fmt: skip
    contact = Interaction.objects.get()
    assert (contact.kind, contact.subject) == ("call", "Spinnversuche vereinbart")
    assert contact.occurred_at == datetime.fromisoformat("2026-11-20T09:15:00+00:00")
    assert set(contact.organisations.all()) == {pair.home, pair.partner}
    assert list(contact.staff.all()) == [editor]
    assert contact.cooperation == pair and contact.created_by == editor
    assert contact.history.count() == 1
    step = FollowUp.objects.get()
    assert logged == (contact, step, False)
    assert (step.what, step.assignee, step.cooperation) == ("Muster schicken", editor, pair)
    assert step.due_on.isoweekday() == 5 and step.due_on > timezone.localdate()


def test_a_person_brings_in_the_organisation(editor):
    affiliation = AffiliationFactory()
    save(entry(affiliation.person), editor)
    contact = Interaction.objects.get()
    assert list(contact.organisations.all()) == [affiliation.organisation]
    assert list(contact.people.all()) == [affiliation.person]


def test_friday_is_that_after_the_day_it_was_typed_on(pair, editor):
    typed = timezone.localdate() - timedelta(days=9)
    save(entry(pair.home, next_step="Anrufen", due="morgen", today=typed.isoformat()), editor)
    assert FollowUp.objects.get().due_on == typed + timedelta(days=1)


def test_a_clock_that_is_wrong_is_not_believed(pair, editor):
    save(entry(pair.home, next_step="Anrufen", due="morgen", today="1970-01-01"), editor)
    assert FollowUp.objects.get().due_on == timezone.localdate() + timedelta(days=1)


def test_the_appointment_says_the_mission(pair, editor):
    appointment = AppointmentFactory()
    save(
        entry(pair.home, appointment=str(appointment.pk), mission=str(MissionFactory().pk)), editor
    )
    contact = Interaction.objects.get()
    assert (contact.appointment, contact.mission) == (appointment, appointment.mission)


def test_what_was_merged_meanwhile_is_the_record_that_was_kept(pair, editor):
    gone = OrganisationFactory(name="Usbekisches Textilhaus")
    gone.merged_into = pair.partner
    gone.archive("Dublette")
    save(entry(gone), editor)
    assert list(Interaction.objects.get().organisations.all()) == [pair.partner]


# --- Partners entered on the spot -----------------------------------------------------------


def test_an_organisation_and_its_person_come_with_the_log(editor):
    made = (
        new("person", "n:2", first_name="Aziz", last_name="Karimov", role="Direktor",
            organisation="n:1"),
        new("organisation", name="Samarkand Garn", country="UZ", organisation_kind="company"),
    )  # fmt: skip
    save(entry(new=made), editor)
    contact = Interaction.objects.get()
    organisation, person = Organisation.objects.get(), Person.objects.get()
    assert list(contact.organisations.all()) == [organisation]
    assert list(contact.people.all()) == [person]
    link = Affiliation.objects.get()
    assert (link.person, link.organisation, link.role) == (person, organisation, "Direktor")
    assert organisation.created_by == editor and not organisation.is_home


def test_a_twin_is_refused_until_it_is_meant(editor, pair):
    twin = new("organisation", name="UZ-Textilprom".replace("-", ""), country="UZ",
               organisation_kind="company")  # fmt: skip
    log = entry(new=(twin,))
    with pytest.raises(NotLogged) as caught:
        save(log, editor)
    assert caught.value.twins == ["n:1"] and "UzTextilprom" in caught.value.errors["n:1"][0]
    assert not Interaction.objects.exists() and Organisation.objects.count() == 2
    save(Entry(key=log.key, text="Neu", new=({**twin, "same_name_checked": True},)), editor)
    assert Organisation.objects.filter(name="UZTextilprom").count() == 1


def test_a_person_of_the_same_name_is_refused_until_it_is_meant(editor, pair):
    known = PersonFactory(first_name="Aziz", last_name="Karimov")
    again = new("person", first_name="Aziz", last_name="Karimov")
    assert str(known) in errors(entry(pair.home, new=(again,)), editor)["n:1"][0]
    save(entry(pair.home, new=({**again, "same_name_checked": True},)), editor)
    assert Person.objects.count() == 2


def test_a_business_card_brings_contact_data_along(editor, halves, pair):
    card = {"academic_title": "Dr.", "email": "aziz@example.uz", "mobile": "+998901234567"}
    made = new("person", last_name="Karimov", organisation=f"o:{pair.partner_id}", **card)
    save(entry(new=(made,)), editor)
    person = Person.objects.get()
    assert (str(person), person.email, str(person.mobile.as_e164)) == (
        "Dr. Karimov", "aziz@example.uz", "+998901234567",
    )  # fmt: skip
    # Who may not see contact data can't enter any unseen.
    rights = Permission.objects.filter(codename__in=["add_person", "view_organisation"])
    halves.user_permissions.add(*rights)
    halves = type(halves).objects.get(pk=halves.pk)
    save(entry(pair.home, new=({**made, "last_name": "Alimov"},)), halves)
    assert Person.objects.get(last_name="Alimov").email == ""


def test_a_file_that_is_not_there_keeps_the_log_open(editor, pair):
    assert set(errors(entry(pair.home, files=("gone",)), editor)) == {"files"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "organisation", "name": "", "country": "UZ"}, "Name"),
        ({"kind": "organisation", "name": "Garn", "country": "XX"}, "Country"),
        ({"kind": "organisation", "name": "Garn", "country": "UZ"}, "Kind"),
        ({"kind": "person", "first_name": "Aziz"}, "Last name"),
        ({"kind": "person", "last_name": "K", "email": "kein Zeichen"}, "E-mail"),
        ({"kind": "person", "last_name": "K", "organisation": "o:99"}, "organisation"),
        ({"kind": ["organisation"], "name": {"a": 1}}, "Last name"),
    ],
)
def test_a_new_partner_that_lacks_something(editor, pair, values, field):
    made = {"organisation_kind": ""} | values | {"ref": "n:1"}
    assert field in " ".join(errors(entry(pair.home, new=(made,)), editor)["n:1"])
    assert Organisation.objects.count() == 2


def test_nothing_is_left_of_what_fails_at_the_end(editor, pair, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the machine stops")

    monkeypatch.setattr("missions.quick_log.add_next_step", fail)
    made = new("organisation", name="Garn", country="UZ", organisation_kind="company")
    log = entry(pair.home, new=(made,), next_step="Anrufen", due="Freitag")
    with pytest.raises(RuntimeError):
        save(log, editor)
    assert not Interaction.objects.exists() and Organisation.objects.count() == 2
    monkeypatch.undo()
    assert not save(log, editor).was_there, "it is sent again, and saved"


# --- What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": " \n"}, "text"),
        ({"text": "x" * 50_001}, "text"),
        ({"kind": "smoke signal"}, "kind"),
        ({"occurred_at": "gestern"}, "occurred_at"),
        ({"occurred_at": "2026-02-31T10:00Z"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59Z"}, "occurred_at"),
        ({"next_step": "Anrufen"}, "due"),
        ({"next_step": "Anrufen", "due": "irgendwann"}, "due"),
        ({"next_step": "x" * 301, "due": "Freitag"}, "next_step"),
        ({"due": "Freitag"}, "next_step"),
        ({"mission": "4711"}, "mission"),
        ({"appointment": "x"}, "appointment"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(pair, editor, values, field):
    assert set(errors(entry(pair.home, **values), editor)) == {field}


def test_all_errors_come_at_once(editor):
    assert set(errors(entry(text="", next_step="Anrufen", due="?"), editor)) == {
        "text", "due",
    }  # fmt: skip


@pytest.mark.parametrize("whom", [(), ("o:99",), ("o:x",), ("p:99999999999999999999",)])
def test_it_needs_somebody_who_is_there(editor, whom):
    log = Entry(key=str(uuid4()), text="Gespräch", whom=whom)
    assert set(errors(log, editor)) == {"whom"}


def test_a_person_who_acts_for_nobody_is_not_enough(editor):
    assert set(errors(entry(PersonFactory()), editor)) == {"whom"}


def test_the_archive_is_not_written_about(editor, pair):
    pair.home.archive("erloschen")
    assert "TITK" in errors(entry(pair.home), editor)["whom"][0]


# --- Never twice ----------------------------------------------------------------------------


def test_sent_twice_it_is_there_once(pair, editor):
    log = entry(pair.home, pair.partner, next_step="Anrufen", due="Freitag")
    first, second = save(log, editor), save(log, editor)
    assert second == (first.interaction, first.follow_up, True)
    assert Interaction.objects.count() == FollowUp.objects.count() == 1


def test_a_new_partner_sent_twice_is_no_twin_of_itself(editor):
    made = new("organisation", name="Garn", country="UZ", organisation_kind="company")
    log = entry(new=(made,))
    assert not save(log, editor).was_there and save(log, editor).was_there
    assert Organisation.objects.count() == 1


def test_the_key_of_another_user_is_refused(pair, editor, project_manager):
    log = entry(pair.home)
    save(log, project_manager)
    with pytest.raises(NotLogged):
        save(log, editor)
    assert Interaction.objects.get().created_by == project_manager


@pytest.mark.parametrize("key", ["", "1", "x" * 36])
def test_without_a_key_nothing_is_saved(pair, editor, key):
    assert errors(entry(pair.home, key=key), editor)


@pytest.mark.django_db(transaction=True)
def test_sent_many_times_at_the_same_moment(editor):
    """Real threads, on both databases, with a new partner in it."""
    for number in range(4):
        made = new("organisation", name=f"Garn {number}", country="UZ",
                   organisation_kind="company")  # fmt: skip
        log = entry(new=(made,), next_step="Anrufen", due="Freitag")
        barrier, answers, problems = threading.Barrier(4), [], []

        def send(log=log, barrier=barrier, answers=answers, problems=problems):
            try:
                client = Client()
                client.force_login(editor)
                barrier.wait(timeout=20)
                answers.append(post(client, log, editor).json())
            except Exception as error:  # a thread's error must fail the test, not vanish
                problems.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=send) for _thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert not problems, problems
        assert sorted(answer["was_there"] for answer in answers) == [False, True, True, True]
        assert len({answer["url"] for answer in answers}) == 1
        counts = Interaction.objects.count(), FollowUp.objects.count(), Organisation.objects.count()
        assert counts == (number + 1,) * 3


# --- The pages ------------------------------------------------------------------------------


def test_saving_answers_with_links(client_for, editor, pair):
    log = entry(pair.home, next_step="Anrufen", due="24.12.2026", today="2026-11-23")
    answer = post(client_for(editor), log, editor).json()
    assert answer["url"] == Interaction.objects.get().get_absolute_url()
    assert answer["follow_up"]["url"] == FollowUp.objects.get().get_absolute_url()
    assert "24/12/2026" in answer["follow_up"]["due"] or "2026" in answer["follow_up"]["due"]


def test_refusals_answer_with_the_fields(client_for, editor):
    response = post(client_for(editor), entry(text=""), editor)
    assert response.status_code == 422 and set(response.json()["errors"]) >= {"text"}
    response = post(client_for(editor), entry(), editor, new="no JSON")
    assert response.status_code == 422 and set(response.json()["errors"]) == {"whom"}


def test_a_session_that_is_over_is_told_to_the_script(client, editor, pair):
    response = post(client, entry(pair.home), editor)
    assert response.status_code == 401 and response.json()["login"] == reverse("admin:login")
    assert client.get(reverse(WHOM), headers=FETCHED).status_code == 401
    assert client.get(reverse(LOG)).status_code == 302, "a page leads to the login"


def test_nothing_is_sent_in_the_name_of_the_next_who_logs_in(
    client_for, editor, project_manager, pair
):
    response = post(client_for(project_manager), entry(pair.home), editor)
    assert response.status_code == 401
    assert not Interaction.objects.exists()


def test_roles(client_for, reader, outsider, editor, pair):
    for user in (reader, outsider):
        client = client_for(user)
        for name in (LOG, CONTEXT, DAY, PARTNER, WHOM):
            assert client.get(reverse(name), headers=FETCHED).status_code == 403
        refused = post(client, entry(pair.home), user)
        assert refused.status_code == 403 and refused.json()["message"]
        assert client.post(reverse(LOG), {"user": user.pk}).status_code == 403
        assert "data-quick-log" not in client.get(reverse("admin:index")).text
    client = client_for(editor)
    for name in (LOG, CONTEXT, DAY, PARTNER, WHOM):
        assert client.get(reverse(name)).status_code == 200
    page = client.get(reverse("admin:index")).text
    assert page.count("data-quick-log\n") == 1 and page.count("data-log-open") >= 1
    assert client.get(reverse(LOG)).text.count("data-quick-log\n") == 1
    popup = client.get(reverse("admin:partners_organisation_add") + "?_popup=1").text
    assert "data-quick-log" not in popup


@pytest.fixture
def halves(make_user):
    """Who may log contacts, and nothing else."""
    user = make_user("Halb", "Recht")
    codes = ("add_interaction", "view_interaction")
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return user


def test_without_the_rights_nothing_is_found_or_made(client_for, halves, pair):
    client = client_for(halves)
    assert client.get(reverse(WHOM), {"q": "titk"}).json() == {"hits": []}
    query = {"organisations": pair.home_id, "cooperation": pair.pk}
    found = client.get(reverse(CONTEXT), query).json()
    assert found["whom"] == [] and found["cooperation"] == ""
    assert client.get(reverse(PARTNER)).status_code == 403
    page = client.get(reverse(LOG)).text
    assert 'name="next_step"' not in page and "data-may-person" not in page
    made = new("organisation", name="Garn", country="UZ", organisation_kind="company")
    assert set(errors(entry(pair.home, new=(made,)), halves)) == {"whom", "n:1"}
    log = entry(pair.home, next_step="Anrufen", due="Freitag")
    assert set(errors(log, halves)) == {"whom", "next_step"}


def test_the_search_finds_both_kinds_best_first(client_for, editor, pair):
    person = AffiliationFactory(
        person=PersonFactory(first_name="Titka", last_name="Muster"), organisation=pair.partner
    ).person
    OrganisationFactory(name="Archiv Titk").archive("weg")
    client = client_for(editor)
    hits = client.get(reverse(WHOM), {"q": "titk"}).json()["hits"]
    assert [hit["key"] for hit in hits] == [f"o:{pair.home_id}", f"p:{person.pk}"]
    assert "UzTextilprom" in hits[1]["details"]
    assert client.get(reverse(WHOM), {"q": "uztekstilprom"}).json()["hits"], "spelt alike"
    for words in ("", "x", "\0", "'"):
        assert client.get(reverse(WHOM), {"q": words}).json() == {"hits": []}


def test_the_search_asks_the_same_of_few_and_many(
    client_for, editor, django_assert_max_num_queries
):
    client = client_for(editor)
    AffiliationFactory.create_batch(30)
    client.get(reverse(WHOM), {"q": "partner"})
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse(WHOM), {"q": "partner"}).json()["hits"]) == 8


def test_a_day_is_echoed(client_for, editor):
    client = client_for(editor)
    query = {"text": "Freitag", "today": timezone.localdate().isoformat()}
    answer = client.get(reverse(DAY), query).json()
    assert date.fromisoformat(answer["day"]).isoweekday() == 5 and answer["said"]
    assert set(client.get(reverse(DAY), {"text": "dann mal\0"}).json()) == {"error"}


# --- Presets --------------------------------------------------------------------------------

NOTHING = dict.fromkeys(("organisations", "people", "mission", "appointment", "cooperation"), ())


def appointment(hours, lasts=1, hosts=(), **values):
    """An appointment that begins in ``hours``."""
    begins = timezone.now() + timedelta(hours=hours)
    made = AppointmentFactory(
        stop=None, starts_at=begins, ends_at=begins + timedelta(hours=lasts), **values
    )
    for host in hosts:
        made.host_links.create(organisation=host)
    return made


@pytest.mark.parametrize(
    ("begins", "expected"),
    [
        ((-0.5, -2.5, 0.4), 0),  # on now
        ((-3, -2.5, 0.4), 1),  # ended last
        ((-9, 0.4, 2), 1),  # comes at once
        ((-9, 2, 9), None),
        ((-0.5, -0.4, -3), None),  # two at the same time: nobody can tell
    ],
)
def test_the_appointment_that_it_was(editor, begins, expected):
    made = [appointment(hours) for hours in begins]
    found = context(editor, NOTHING)
    assert found.appointment == (None if expected is None else made[expected].pk)


def test_the_hosts_are_offered_and_the_mission_is_preset(client_for, editor, pair):
    talk = appointment(-2, hosts=[pair.partner])
    found = client_for(editor).get(reverse(CONTEXT)).json()
    assert found["appointment"] == str(talk.pk) and found["mission"] == str(talk.mission_id)
    assert [host["key"] for host in found["appointments"][0]["hosts"]] == [f"o:{pair.partner_id}"]


def test_on_the_page_of_a_partner_only_its_own_appointment_is_preset(editor, pair):
    talk = appointment(-2, hosts=[pair.partner])
    wanted = NOTHING | {"organisations": [pair.home_id]}
    found = context(editor, wanted)
    assert [partner.key for partner in found.whom] == [f"o:{pair.home_id}"]
    assert found.appointment is None
    wanted = NOTHING | {"organisations": [pair.partner_id]}
    assert context(editor, wanted).appointment == talk.pk


def test_the_mission_that_is_on_is_preset_and_several_are_offered(editor):
    today = timezone.localdate()
    one = MissionFactory(starts_on=today, ends_on=today, status="running")
    found = context(editor, NOTHING)
    assert found.mission == one.pk
    MissionFactory(starts_on=today, ends_on=today, status="running")
    found = context(editor, NOTHING)
    assert found.mission is None and len(found.missions) == 2


def test_the_presets_of_a_page_may_be_anything(client_for, editor):
    query = {"organisations": "x,,99,'", "people": "-1", "mission": "9" * 30, "appointment": "0"}
    found = client_for(editor).get(reverse(CONTEXT), query).json()
    assert found["whom"] == [] and found["mission"] == ""
