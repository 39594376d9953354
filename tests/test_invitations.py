"""Inviting to a mission: who is left out and why, what is written, and the letters."""

import threading
import time
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from legcrm.core.models import ExportLog
from missions.invitations import (
    MOST_AT_ONCE,
    NobodyInvited,
    Reason,
    examine,
    invite,
    open_missions,
    suggest_code,
)
from missions.models import Mission, Participation
from partners.models import Organisation
from tests.factories import (
    AffiliationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db

INVITE = reverse("admin:missions_segment_invite")
LETTERS = reverse("admin:missions_participation_letters")
TITLE = "Reise <b>& Co</b>"


def in_days(days):
    return timezone.localdate() + timedelta(days)


@pytest.fixture
def mission(db):
    return MissionFactory(title_de=TITLE, starts_on=in_days(30), ends_on=in_days(35))


def company(name, *, email="", person=True, **fields):
    """Make a home company with a postal address and, unless told otherwise, a contact."""
    fields = {"street": "Markt 1", "postal_code": "99084", "home": True} | fields
    organisation = OrganisationFactory(name=name, **fields)
    if person:
        person = PersonFactory(last_name=f"Von {name}", email=email)
        AffiliationFactory(organisation=organisation, person=person)
    return organisation


def contact_of(organisation):
    return organisation.affiliations.get().person


def everybody():
    return Organisation.objects.all()


def reasons(organisations, mission, user):
    return [guest.reason for guest in examine(organisations, mission, user)]


# --- Who is left out, and why ---------------------------------------------------------------


def test_who_has_a_contact_with_an_address_is_ready(mission, editor):
    organisation = company("Adler", email="a@example.org")
    (guest,) = examine([organisation], mission, editor)
    assert guest.is_ready
    assert guest.contact == contact_of(organisation)


@pytest.mark.parametrize("status", Participation.Status.values)
def test_who_is_on_the_list_is_left_out_whatever_the_status(mission, editor, status):
    organisation = company("Adler")
    row = ParticipationFactory(
        mission=mission, organisation=organisation, person=None, status=status
    )
    (guest,) = examine([organisation], mission, editor)
    assert (guest.reason, guest.record) == (Reason.LISTED, row)
    assert not guest.may_be_invited


def test_who_was_taken_off_the_list_may_be_invited_again(mission, editor):
    organisation = company("Adler")
    row = ParticipationFactory(mission=mission, organisation=organisation, person=None)
    row.archive("by mistake")
    assert reasons([organisation], mission, editor) == [None]


def test_whose_only_contact_is_on_the_list_is_left_out(mission, editor):
    organisation = company("Adler")
    row = ParticipationFactory(mission=mission, organisation=None, person=contact_of(organisation))
    (guest,) = examine([organisation], mission, editor)
    assert (guest.reason, guest.record) == (Reason.LISTED, row)


def test_who_is_archived_is_left_out(mission, editor):
    organisation = company("Adler")
    organisation.archive("closed")
    assert reasons([organisation], mission, editor) == [Reason.ARCHIVED]


@pytest.mark.parametrize("name", ["objected_at", "restricted_at"])
def test_who_may_not_be_written_to_is_left_out(mission, editor, name):
    organisation = company("Adler", email="a@example.org")
    person = contact_of(organisation)
    setattr(person, name, timezone.now())
    person.save()
    (guest,) = examine([organisation], mission, editor)
    assert (guest.reason, guest.record) == (Reason.OBJECTED, person)
    # Another contact is not bound by it.
    other = AffiliationFactory(organisation=organisation).person
    (guest,) = examine([organisation], mission, editor)
    assert (guest.reason, guest.contacts) == (None, [other])


def test_who_lacks_a_contact_or_an_address_is_invited_on_request(mission, editor):
    nobody = company("Adler", person=False)
    nowhere = company("Bär", street="", postal_code="")
    by_mail = company("Celle", street="", postal_code="", email="c@example.org")
    guests = examine([nobody, nowhere, by_mail], mission, editor)
    assert [guest.reason for guest in guests] == [Reason.NO_CONTACT, Reason.NO_ADDRESS, None]
    assert all(guest.may_be_invited for guest in guests)


def test_whose_affiliation_has_ended_or_who_is_archived_is_no_contact(mission, editor):
    left = company("Adler")
    left.affiliations.get().delete()
    AffiliationFactory(organisation=left, valid_to=in_days(-1))
    gone = company("Bär")
    contact_of(gone).archive("retired")
    assert reasons([left, gone], mission, editor) == [Reason.NO_CONTACT] * 2


def test_a_person_stands_for_one_organisation_only(mission, editor):
    first, second = company("Adler"), company("Bär", person=False)
    person = contact_of(first)
    AffiliationFactory(organisation=second, person=person, is_primary=False)
    guests = examine([first, second], mission, editor)
    assert [guest.reason for guest in guests] == [None, Reason.SHARED]
    assert guests[1].record == person


def test_the_contact_is_mainly_there_and_has_an_e_mail(mission, editor):
    organisation = company("Adler")
    without = contact_of(organisation)
    second = AffiliationFactory(
        organisation=organisation, person__email="z@example.org", is_primary=False
    )
    first = AffiliationFactory(organisation=organisation, person__email="a@example.org")
    (guest,) = examine([organisation], mission, editor)
    assert guest.contacts == [first.person, without, second.person]


def test_an_earlier_refusal_is_told(mission, editor):
    organisation = company("Adler")
    earlier = ParticipationFactory(organisation=organisation, person=None, status="declined")
    (guest,) = examine([organisation], mission, editor)
    assert (guest.reason, guest.declined) == (None, earlier.mission)


def test_who_may_not_see_people_sees_no_contact(mission, outsider):
    assert reasons([company("Adler")], mission, outsider) == [Reason.NO_CONTACT]


def test_looking_asks_as_often_for_many_as_for_one(mission, editor):
    def queries(organisations):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            examine(organisations, mission, editor)
        return len(asked)

    some = [company(f"Firma {number}") for number in range(12)]
    editor.has_perm("partners.view_person")
    assert queries(some[:2]) == queries(some) <= 5


# --- To what may be invited -----------------------------------------------------------------


def test_missions_that_are_over_or_closed_are_not_offered(editor):
    today = in_days(0)
    offered = [
        MissionFactory(code="on", starts_on=in_days(-3), ends_on=today),
        MissionFactory(code="today", starts_on=today, ends_on=None),
        MissionFactory(code="month", starts_on=in_days(-20), ends_on=None, date_precision="month"),
    ]
    MissionFactory(code="over", starts_on=in_days(-3), ends_on=in_days(-1))
    MissionFactory(code="yesterday", starts_on=in_days(-1), ends_on=None)
    MissionFactory(code="cancelled", starts_on=in_days(9), ends_on=None, status="cancelled")
    MissionFactory(code="completed", starts_on=in_days(9), ends_on=None, status="completed")
    MissionFactory(code="archived", starts_on=in_days(9), ends_on=None).archive("double")
    assert set(open_missions(editor)) == set(offered)


def test_a_mission_closed_meanwhile_is_refused(mission, editor):
    organisation = company("Adler")
    Mission.objects.get(pk=mission.pk).archive("given up")
    with pytest.raises(ValidationError, match="vorbei oder abgesagt"):
        invite(everybody(), mission, {organisation.pk: None}, editor)
    assert not Participation.objects.exists()


def test_a_free_code_is_suggested(db):
    assert suggest_code("Reise nach Usbekistan", date(2027, 4, 1)) == "2027-reise-nach-usbekistan"
    MissionFactory(code="2027-reise-nach-usbekistan")
    assert suggest_code("Reise nach Usbekistan", date(2027, 4, 1)) == "2027-reise-nach-usbekistan-2"


# --- Writing --------------------------------------------------------------------------------


def test_those_chosen_are_invited_with_history(mission, editor):
    firm, institute = company("Adler"), company("Bär", kind="research_institute")
    chosen = {firm.pk: contact_of(firm).pk, institute.pk: None}
    outcome = invite(everybody(), mission, chosen, editor)
    rows = {row.organisation: row for row in Participation.objects.all()}
    assert len(outcome.invited) == len(rows) == 2
    assert (rows[firm].person, rows[firm].role) == (contact_of(firm), "company")
    assert (rows[institute].person, rows[institute].role) == (None, "research")
    for row in rows.values():
        assert (row.mission, row.status) == (mission, "invited")
        assert [entry.history_type for entry in row.history.all()] == ["+"]


def test_the_capacity_does_not_bind_those_invited(mission, editor):
    mission.capacity = 1
    mission.save()
    ParticipationFactory(mission=mission, status="confirmed")
    firm = company("Adler")
    assert invite(everybody(), mission, {firm.pk: None}, editor).invited


def test_inviting_twice_invites_once(mission, editor):
    chosen = {company("Adler").pk: None, company("Bär").pk: None}
    invite(everybody(), mission, chosen, editor)
    with pytest.raises(NobodyInvited) as caught:
        invite(everybody(), mission, chosen, editor)
    assert [guest.reason for guest in caught.value.outcome.left_out] == [Reason.LISTED] * 2
    assert Participation.objects.count() == 2


def test_what_changed_since_the_preview_is_told(mission, editor):
    firms = [company(name) for name in ("Adler", "Bär", "Celle", "Dorn")]
    chosen = {firm.pk: contact_of(firm).pk for firm in firms}
    ParticipationFactory(mission=mission, organisation=firms[0], person=None)
    firms[1].archive("closed")
    person = contact_of(firms[2])
    person.objected_at = timezone.now()
    person.save()
    outcome = invite(everybody(), mission, chosen, editor)
    assert [row.organisation for row in outcome.invited] == [firms[3]]
    assert {guest.organisation: guest.reason for guest in outcome.left_out} == {
        firms[0]: Reason.LISTED,
        firms[1]: Reason.ARCHIVED,
        firms[2]: Reason.OBJECTED,
    }


def test_keys_that_the_search_does_not_find_are_refused(mission, editor):
    found, other = company("Adler"), company("Bär")
    within = everybody().filter(pk=found.pk)
    outcome = invite(within, mission, {found.pk: None, other.pk: None, 10**9: None}, editor)
    assert [row.organisation for row in outcome.invited] == [found]
    assert outcome.missing == 2


def test_a_person_of_another_organisation_is_refused(mission, editor):
    firm, other = company("Adler"), company("Bär")
    with pytest.raises(NobodyInvited) as caught:
        invite(everybody(), mission, {firm.pk: contact_of(other).pk}, editor)
    assert [guest.reason for guest in caught.value.outcome.left_out] == [Reason.CHANGED]


def test_a_new_mission_without_guests_is_not_created(editor):
    firm = company("Adler")
    firm.archive("closed")
    new = MissionFactory.build(starts_on=in_days(9), ends_on=None)
    with pytest.raises(NobodyInvited):
        invite(everybody(), new, {firm.pk: None}, editor)
    assert not Mission.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_invite_at_once_invite_each_once(mission, editor):
    firms = [company(f"Firma {number}") for number in range(6)]
    # One as such, the other by contact: no constraint of the database would see the two as one.
    as_such = dict.fromkeys((firm.pk for firm in firms), None)
    by_contact = {firm.pk: contact_of(firm).pk for firm in firms}
    barrier, done = threading.Barrier(2), []

    def run(chosen):
        try:
            barrier.wait()
            done.append(len(invite(everybody(), mission, chosen, editor).invited))
        except NobodyInvited:
            done.append(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[chosen]) for chosen in (as_such, by_contact)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 6]
    assert Participation.objects.count() == 6


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("commits_first", [True, False])
def test_a_colleague_who_adds_one_by_hand_meanwhile_is_seen(
    mission, editor, monkeypatch, commits_first
):
    """The form of a participation takes no lock: the constraint meets us after our look."""
    firms = [company("Adler"), company("Bär")]
    save, others, entered = Participation.save, [], threading.Event()

    def add_by_hand():
        with transaction.atomic():
            save(Participation(mission=mission, organisation=firms[0]))
            entered.set()
            if not commits_first:
                time.sleep(0.3)  # until we wait for this row
        connection.close()

    def save_after_colleague(self, *args, **kwargs):
        if not others:
            others.append(threading.Thread(target=add_by_hand))
            others[0].start()
            entered.wait()
            if commits_first:
                others[0].join()
        save(self, *args, **kwargs)

    monkeypatch.setattr(Participation, "save", save_after_colleague)
    chosen = dict.fromkeys((firm.pk for firm in firms), None)
    outcome = invite(everybody(), mission, chosen, editor)
    others[0].join()
    assert [row.organisation for row in outcome.invited] == [firms[1]]
    assert [guest.reason for guest in outcome.left_out] == [Reason.LISTED]
    assert Participation.objects.count() == 2


def test_a_collision_with_what_nobody_saw_is_told(mission, editor, monkeypatch):
    firm = company("Adler")

    def collide(self, *args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr(Participation, "save", collide)
    with pytest.raises(ValidationError, match="noch einmal"):
        invite(everybody(), mission, {firm.pk: None}, editor)


# --- The pages ------------------------------------------------------------------------------


def form(mission=None, **values):
    target = {"target": "existing", "mission": mission.pk} if mission else {"target": "new"}
    return {**target, "whom": "all", "number": "", "role": "", **values}


def new_mission(**values):
    return {
        "target": "new",
        "whom": "all",
        "new-title_de": "Reise nach Kasachstan",
        "new-title_en": "Trip to Kazakhstan",
        "new-kind": "business_trip",
        "new-starts_on": in_days(60).isoformat(),
        "new-country": "KZ",
        **values,
    }


def test_the_panel_comes_as_page_and_as_fragment(mission, client_for, editor):
    client = client_for(editor)
    page = client.get(INVITE).content.decode()
    fragment = client.get(INVITE, headers={"X-Fragment": "1"}).content.decode()
    assert "<html" in page and "<html" not in fragment
    assert 'name="mission"' in page and 'name="mission"' in fragment


def test_the_preview_writes_nothing_and_names_each_reason(mission, client_for, editor):
    ready, nobody = company("Adler <i>GmbH</i>"), company("Bär", person=False)
    listed = company("Celle")
    ParticipationFactory(mission=mission, organisation=listed, person=None)
    response = client_for(editor).post(INVITE, form(mission, step="preview"))
    assert response.status_code == 200
    groups = {
        group.reason: [guest.organisation for guest in group.guests]
        for group in response.context["on_request"] + response.context["left_out"]
    }
    assert [guest.organisation for guest in response.context["ready"]] == [ready]
    assert groups == {Reason.NO_CONTACT: [nobody], Reason.LISTED: [listed]}
    page = response.content.decode()
    assert "<i>GmbH" not in page and "&lt;i&gt;GmbH" in page
    assert Participation.objects.count() == 1


def test_the_preview_of_many_asks_as_often_as_of_few(mission, client_for, editor):
    client = client_for(editor)

    def queries(kind):
        with CaptureQueriesContext(connection) as asked:
            response = client.post(f"{INVITE}?kind={kind}", form(mission, step="preview"))
        assert response.status_code == 200
        return len(asked), len(response.context["ready"])

    for number in range(2):
        company(f"Verband {number}", kind="association")
    for number in range(30):
        company(f"Firma {number}")
    (of_few, few), (of_many, many) = queries("association"), queries("company")
    assert (few, many) == (2, 30)
    assert of_few == of_many


def test_too_many_at_once_are_refused(mission, client_for, editor, monkeypatch):
    monkeypatch.setattr("missions.admin.invitation_views.MOST_AT_ONCE", 2)
    for number in range(3):
        company(f"Firma {number}")
    response = client_for(editor).post(INVITE, form(mission, step="preview"))
    assert response.status_code == 400
    assert "whom" in response.context["form"].errors


def test_those_ticked_in_the_finder_are_offered_alone(mission, client_for, editor):
    firms = [company(name) for name in ("Adler", "Bär", "Celle")]
    address = f"{INVITE}?_selected={firms[0].pk},{firms[2].pk},999999"
    response = client_for(editor).post(address, form(mission, step="preview", whom="ticked"))
    assert [guest.organisation for guest in response.context["ready"]] == [firms[0], firms[2]]


def test_the_best_are_as_many_as_asked_for(mission, client_for, editor):
    for number in range(5):
        company(f"Firma {number}")
    client = client_for(editor)
    data = form(mission, step="preview", whom="best", number=3)
    assert len(client.post(INVITE, data).context["ready"]) == 3
    missing = client.post(INVITE, data | {"number": ""})
    assert (missing.status_code, list(missing.context["form"].errors)) == (400, ["number"])


def test_invited_from_the_page_and_pressed_twice(mission, client_for, editor):
    firm, other = company("Adler"), company("Bär")
    data = form(
        mission,
        step="invite",
        guest=[firm.pk, other.pk],
        contact=[f"{firm.pk}:{contact_of(firm).pk}", f"{other.pk}:"],
    )
    client = client_for(editor)
    first = client.post(INVITE, data)
    assert len(first.context["outcome"].invited) == 2
    again = client.post(INVITE, data)
    assert (again.status_code, again.context["outcome"].invited) == (200, [])
    assert {(row.organisation, row.person) for row in Participation.objects.all()} == {
        (firm, contact_of(firm)),
        (other, None),
    }
    invited = client.get(first.context["list_url"]).context["cl"].queryset
    assert {row.organisation for row in invited} == {firm, other}


def test_nobody_ticked_is_no_invitation(mission, client_for, editor):
    company("Adler")
    response = client_for(editor).post(INVITE, form(mission, step="invite"))
    assert response.context["form"].non_field_errors()
    assert not Participation.objects.exists()


def test_back_keeps_what_was_chosen(mission, client_for, editor):
    response = client_for(editor).post(INVITE, form(mission, step="choose", role="press"))
    assert (response.status_code, response.context["form"]["role"].value()) == (200, "press")


@pytest.mark.parametrize("closing", [{"status": "cancelled"}, {"ends_on": in_days(-1)}])
def test_nobody_is_invited_to_a_mission_that_is_over(client_for, editor, closing):
    fields = {"starts_on": in_days(-5), "ends_on": in_days(5)} | closing
    firm, over = company("Adler"), MissionFactory(**fields)
    data = form(over, step="invite", guest=[firm.pk])
    response = client_for(editor).post(INVITE, data)
    assert (response.status_code, list(response.context["form"].errors)) == (400, ["mission"])
    assert not Participation.objects.exists()


def test_a_deadline_that_has_passed_is_told(mission, client_for, editor):
    mission.registration_deadline = in_days(-1)
    mission.save()
    response = client_for(editor).post(INVITE, form(mission, step="preview"))
    assert response.context["is_late"]


def test_a_new_mission_is_planned_on_the_way(client_for, project_manager):
    firm = company("Adler")
    client = client_for(project_manager)
    preview = client.post(INVITE, new_mission(step="preview"))
    assert preview.context["is_new"] and not Mission.objects.exists()
    done = client.post(INVITE, new_mission(step="invite", guest=[firm.pk]))
    assert len(done.context["outcome"].invited) == 1
    made = Mission.objects.get()
    assert made.code == f"{in_days(60).year}-reise-nach-kasachstan"
    assert (made.owner, made.countries) == (project_manager, ["KZ"])
    assert [entry.history_type for entry in made.history.all()] == ["+"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title_en", ""),
        ("kind", ""),
        ("starts_on", ""),
        ("ends_on", "2001-01-01"),
        ("code", "taken"),
    ],
)
def test_a_new_mission_that_is_not_valid_is_refused(client_for, project_manager, field, value):
    MissionFactory(code="taken")
    firm = company("Adler")
    for step in ("preview", "invite"):
        data = new_mission(step=step, guest=[firm.pk]) | {f"new-{field}": value}
        response = client_for(project_manager).post(INVITE, data, headers={"X-Fragment": "1"})
        assert response.status_code == 400
        assert response.context["mission_form"].errors
        assert 'role="alert"' in response.content.decode()
    assert Mission.objects.count() == 1
    assert not Participation.objects.exists()


def test_a_new_mission_in_the_past_is_refused(client_for, project_manager):
    firm = company("Adler")
    data = new_mission(step="invite", guest=[firm.pk]) | {"new-starts_on": "2001-01-01"}
    response = client_for(project_manager).post(INVITE, data)
    assert (response.status_code, list(response.context["mission_form"].errors)) == (
        400,
        ["starts_on"],
    )
    assert not Mission.objects.exists()


def test_who_may_not_plan_missions_invites_to_existing_ones_only(mission, client_for, editor):
    client, firm = client_for(editor), company("Adler")
    assert client.get(INVITE).context["mission_form"] is None
    response = client.post(INVITE, new_mission(step="invite", guest=[firm.pk]))
    assert (response.status_code, list(response.context["form"].errors)) == (400, ["target"])
    assert Mission.objects.count() == 1


def test_who_may_not_add_participations_may_not_invite(mission, client_for, reader, outsider):
    for user in (reader, outsider):
        for method in ("get", "post"):
            response = getattr(client_for(user), method)(INVITE, form(mission, step="invite"))
            assert response.status_code == 403


def test_a_search_that_is_not_valid_finds_nobody(mission, client_for, editor):
    firm = company("Adler")
    address = f"{INVITE}?country=XX"
    client = client_for(editor)
    assert 'role="alert"' in client.get(address).content.decode()
    done = client.post(address, form(mission, step="invite", guest=[firm.pk]))
    assert (done.context["outcome"].invited, done.context["outcome"].missing) == ([], 1)


def test_as_many_as_are_shown_can_be_sent(client_for, mission, editor):
    """The server takes so many form fields and no more: a tick and a contact for each."""
    pairs = [str(10**6 + number) for number in range(MOST_AT_ONCE)]
    data = form(mission, step="invite", guest=pairs, contact=[f"{key}:1" for key in pairs])
    assert client_for(editor).post(INVITE, data).status_code == 200


# --- Letters --------------------------------------------------------------------------------


def sheet(response):
    """Return the rows of the workbook as dicts by machine name."""
    book = load_workbook(BytesIO(response.getvalue()))
    names = [row[0] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)]
    rows = book.worksheets[0].iter_rows(min_row=2, values_only=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def selected(*rows):
    return ",".join(str(row.pk) for row in rows)


@pytest.fixture
def invited(mission):
    mission.registration_deadline = in_days(10)
    mission.save()
    firm = company("=1+1 GmbH", city="Erfurt")
    person = PersonFactory(
        first_name="Jens",
        last_name="Bauer",
        salutation="herr",
        academic_title="Prof. Dr.",
        email="bauer@example.org",
        language="de",
    )
    AffiliationFactory(person=person, organisation=firm, role="Leiter", is_primary=True)
    return ParticipationFactory(mission=mission, organisation=firm, person=person)


def test_the_workbook_holds_what_a_letter_needs(mission, invited, client_for, editor):
    response = client_for(editor).post(LETTERS, {"selected": selected(invited)})
    (row,) = sheet(response)
    assert row["letter_salutation"] == "Sehr geehrter Herr Prof. Dr. Bauer,"
    assert (row["first_name"], row["last_name"], row["function"]) == ("Jens", "Bauer", "Leiter")
    assert row["organisation"] == "=1+1 GmbH", "a text, no formula"
    assert [row[f"address_{number}"] for number in range(1, 6)] == [
        "Herrn Prof. Dr. Jens Bauer",
        "=1+1 GmbH",
        "Markt 1",
        "99084 Erfurt",
        None,
    ]
    assert (row["postal_code"], row["city"], row["country"]) == ("99084", "Erfurt", "Deutschland")
    assert (row["email"], row["language"]) == ("bauer@example.org", "de")
    assert row["mission"] == TITLE
    assert row["starts_on"].date() == mission.starts_on
    assert row["registration_deadline"].date() == in_days(10)
    log = ExportLog.objects.get()
    assert (log.user, log.rows, log.file_format) == (editor, 1, "xlsx")
    assert mission.code in log.filters


def test_the_language_can_be_chosen_for_all(mission, invited, client_for, editor):
    response = client_for(editor).post(LETTERS, {"selected": selected(invited), "language": "en"})
    (row,) = sheet(response)
    assert (row["letter_salutation"], row["language"]) == ("Dear Professor Bauer,", "en")
    assert (row["mission"], row["country"]) == (mission.title_en, "Germany")


def test_who_objected_gets_no_letter(mission, invited, client_for, editor):
    person = invited.person
    person.objected_at = timezone.now()
    person.save()
    as_such = ParticipationFactory(
        mission=mission, organisation=company("Bär", person=False, country="KZ"), person=None
    )
    client = client_for(editor)
    data = {"selected": selected(invited, as_such)}
    (row,) = sheet(client.post(LETTERS, data))
    assert (row["organisation"], row["letter_salutation"]) == ("Bär", "Dear Sir or Madam,")
    page = client.get(LETTERS, {"_selected": data["selected"]})
    assert [one.person for one in page.context["chosen"].withheld] == [person]
    nobody = client.post(LETTERS, {"selected": selected(invited)})
    assert nobody.status_code == 400


def test_the_list_offers_letters_for_those_chosen(mission, invited, client_for, editor):
    ParticipationFactory(mission=mission)
    address = reverse("admin:missions_participation_changelist") + "?status=invited"
    response = client_for(editor).post(
        address,
        {"action": "letters_selected", "_selected_action": [invited.pk]},
    )
    assert [row.pk for row in response.context["chosen"].rows] == [invited.pk]
    assert f'value="{invited.pk}"' in response.content.decode()
    assert response.context["list_url"] == address, "back to the list as it was"


def test_letters_need_the_right_to_export_people(invited, client_for, reader, outsider):
    for user in (reader, outsider):
        for method in ("get", "post"):
            response = getattr(client_for(user), method)(LETTERS, {"selected": selected(invited)})
            assert response.status_code == 403
    assert not ExportLog.objects.exists()


def test_who_sees_no_private_contact_data_gets_none(mission, invited, client_for, make_user):
    user = make_user("Halb", "Recht")
    rights = ["view_participation", "export_participation", "add_participation", "view_mission"]
    rights += ["view_person", "export_person", "view_organisation"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = client_for(user)
    (row,) = sheet(client.post(LETTERS, {"selected": selected(invited)}))
    assert (row["last_name"], row["email"]) == ("Bauer", None)
    company("Bär", email="secret@example.org")
    page = client.post(INVITE, form(mission, step="preview"))
    assert len(page.context["ready"]) == 1
    assert "secret@" not in page.content.decode()


@pytest.mark.parametrize("text", ["", "x", "1,x", "9" * 30])
def test_keys_that_are_none_are_refused(client_for, editor, text):
    assert client_for(editor).post(LETTERS, {"selected": text}).status_code == 400


def test_letters_ask_as_often_for_many_as_for_one(mission, invited, client_for, editor):
    client = client_for(editor)

    def queries(rows):
        with CaptureQueriesContext(connection) as asked:
            client.post(LETTERS, {"selected": selected(*rows)}).getvalue()
        return len(asked)

    rows = [invited]
    for number in range(8):
        firm = company(f"Firma {number}")
        rows.append(
            ParticipationFactory(mission=mission, organisation=firm, person=contact_of(firm))
        )
    assert queries(rows[:1]) == queries(rows)
