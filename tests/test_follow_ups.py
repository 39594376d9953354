"""Follow-ups: put off, passed on, taken back, repeated in rhythm, and the pages of it."""

import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from missions import follow_ups
from missions.follow_ups import (
    AlreadyDone,
    FollowUpRefused,
    comes_again,
    complete,
    last_contacts,
    note_outcome,
    pass_on,
    postpone,
    reopen,
)
from missions.models import FollowUp

from .factories import (
    AgreementFactory,
    AppointmentFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    PersonFactory,
    ProjectFactory,
)
from .html_forms import change_form

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


def page_of(follow_up, verb):
    return reverse(f"admin:missions_followup_{verb}", args=[follow_up.pk])


@pytest.fixture
def today_is(monkeypatch):
    """Set the clock: ``today_is(date(2026, 11, 23))``."""

    def set_to(day):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Europe/Berlin"))
        monkeypatch.setattr(timezone, "now", lambda: noon)

    return set_to


def listed(client, **parameters):
    response = client.get(reverse("admin:missions_followup_changelist"), parameters)
    assert response.status_code == 200, response.headers.get("Location")
    return set(response.context["cl"].queryset)


# --- Repeated ones ------------------------------------------------------------------------------


def done_on(follow_up, days, user, today_is):
    """Do ``follow_up`` and those that come of it on ``days``; return when each was due next."""
    due = []
    for day in days:
        today_is(day)
        follow_up = complete(follow_up, user)
        due.append(follow_up.due_on)
    return due


def test_the_last_day_of_a_month_stays_the_last(editor, today_is):
    follow_up = FollowUpFactory(repeat="monthly", due_on=date(2027, 1, 31), assignee=editor)
    days = [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 30)]
    expected = [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert done_on(follow_up, days, editor, today_is) == expected


def test_missed_cycles_are_not_made_up_for(editor, today_is):
    follow_up = FollowUpFactory(repeat="monthly", due_on=date(2026, 3, 15), assignee=editor)
    days = [date(2026, 11, 23), date(2027, 6, 15)]
    expected = [date(2026, 12, 15), date(2027, 7, 15)]
    assert done_on(follow_up, days, editor, today_is) == expected
    assert FollowUp.objects.open().count() == 1


def test_done_early_it_does_not_come_twice_in_one_cycle(editor, today_is):
    follow_up = FollowUpFactory(repeat="weekly", due_on=date(2026, 11, 27), assignee=editor)
    assert done_on(follow_up, [date(2026, 11, 23)], editor, today_is) == [date(2026, 12, 4)]


def test_put_off_once_it_keeps_its_rhythm(editor, today_is):
    today_is(date(2026, 12, 1))
    follow_up = FollowUpFactory(repeat="monthly", due_on=date(2026, 12, 1), assignee=editor)
    postpone(follow_up, date(2026, 12, 3))
    postpone(follow_up, date(2026, 12, 4))
    assert done_on(follow_up, [date(2026, 12, 4)], editor, today_is) == [date(2027, 1, 1)]


def test_another_day_in_the_form_begins_a_new_rhythm(client_for, editor, today_is):
    today_is(date(2026, 12, 1))
    follow_up = FollowUpFactory(repeat="monthly", due_on=date(2026, 12, 1), assignee=editor)
    postpone(follow_up, date(2026, 12, 3))
    client = client_for(editor)
    url, data = change_form(client, follow_up)
    data |= {"due_on": "10.12.2026", "_save": "1"}
    assert client.post(url, data).status_code == 302
    follow_up.refresh_from_db()
    assert comes_again(follow_up, date(2026, 12, 10)) == date(2027, 1, 10)


def test_the_next_one_of_a_colleague_who_has_left_is_with_who_did_it(editor, make_user):
    gone = make_user("Max", "Weg", "editor", is_active=False)
    follow_up = FollowUpFactory(repeat="weekly", assignee=gone, note="Ask for Ms Karimova.")
    following = complete(follow_up, editor)
    assert (following.assignee, following.note) == (editor, "Ask for Ms Karimova.")


# --- Taken back ---------------------------------------------------------------------------------


def test_done_by_mistake_is_open_again_and_the_next_one_gone(editor):
    follow_up = FollowUpFactory(repeat="weekly", assignee=editor)
    other = FollowUpFactory(repeat="weekly", organisation=follow_up.organisation)
    complete(other, editor)
    complete(follow_up, editor)
    reopen(follow_up)
    follow_up.refresh_from_db()
    assert (follow_up.done_at, follow_up.done_by) == (None, None)
    assert set(FollowUp.objects.open().filter(what=follow_up.what)) == {follow_up}
    assert FollowUp.objects.open().filter(what=other.what).count() == 1
    assert complete(follow_up, editor) is not None


def test_a_next_one_that_was_worked_on_stays(editor):
    follow_up = FollowUpFactory(repeat="weekly", assignee=editor)
    following = complete(follow_up, editor)
    postpone(following, following.due_on + timedelta(days=1))
    reopen(follow_up)
    assert FollowUp.objects.open().count() == 2


def test_what_is_open_cannot_be_opened_again_nor_have_an_outcome():
    follow_up = FollowUpFactory()
    for refused in (lambda: reopen(follow_up), lambda: note_outcome(follow_up, "Sent.")):
        with pytest.raises(FollowUpRefused):
            refused()


# --- Put off, passed on -------------------------------------------------------------------------


def test_put_off_to_a_day_that_has_passed_is_refused():
    follow_up = FollowUpFactory(due_on=timezone.localdate())
    with pytest.raises(FollowUpRefused):
        postpone(follow_up, timezone.localdate() - timedelta(days=1))
    follow_up.refresh_from_db()
    assert follow_up.due_on == timezone.localdate()


def test_handed_over_with_a_note(editor, project_manager):
    follow_up = FollowUpFactory(assignee=editor, note="Ask for Ms Karimova.")
    pass_on(follow_up, project_manager, "I am ill.", editor)
    pass_on(follow_up, editor, "", project_manager)
    follow_up.refresh_from_db()
    first, second = follow_up.note.splitlines()
    assert first == "Ask for Ms Karimova."
    assert "Tobias Lenz → Miriam Vogt: I am ill." in second
    assert (follow_up.assignee, follow_up.passed_on_by) == (editor, project_manager)
    assert follow_up.passed_on_at is not None
    assert follow_up.history.count() == 3


def test_handed_over_to_nobody_who_cannot_do_it(editor, reader, make_user):
    follow_up = FollowUpFactory(assignee=editor)
    gone = make_user("Max", "Weg", "editor", is_active=False)
    for to in (editor, reader, gone):
        with pytest.raises(FollowUpRefused):
            pass_on(follow_up, to, "", editor)
    colleagues = follow_ups.colleagues_for(follow_up)
    assert not {editor, reader, gone} & set(colleagues)


def test_what_is_done_archived_or_deleted_is_left_alone(editor, project_manager):
    done, archived, deleted = FollowUpFactory.create_batch(3, assignee=editor)
    complete(done, editor)
    archived.archive("Twice")
    FollowUp.objects.get(pk=deleted.pk).delete()
    for follow_up in (done, archived, deleted):
        for refused in (
            lambda one: complete(one, editor),
            lambda one: postpone(one, timezone.localdate()),
            lambda one: pass_on(one, project_manager, "", editor),
        ):
            with pytest.raises(FollowUpRefused):
                refused(follow_up)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_it_once(make_user):
    users = [make_user("Anna", "Eins", "editor"), make_user("Berta", "Zwei", "editor")]
    for _round in range(5):
        follow_up = FollowUpFactory(repeat="weekly", assignee=users[0])
        barrier, outcomes = threading.Barrier(2), []

        def work(user, follow_up=follow_up, barrier=barrier, outcomes=outcomes):
            try:
                barrier.wait()
                outcomes.append(complete(follow_up, user))
            except AlreadyDone:
                outcomes.append("refused")
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=[user]) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("refused") == 1
        assert FollowUp.objects.filter(what=follow_up.what).count() == 2


# --- The last contact ---------------------------------------------------------------------------


def test_the_last_contact_with_whatever_it_is_about(editor, django_assert_num_queries):
    pair = CooperationFactory()
    person, mission = PersonFactory(), MissionFactory()
    organisation = OrganisationFactory()

    def contact(month, **about):
        return InteractionFactory(
            occurred_at=datetime(2026, month, 1, tzinfo=ZoneInfo("UTC")), **about
        )

    contact(1, organisations=[organisation])
    with_organisation = contact(5, organisations=[organisation])
    contact(6, organisations=[organisation]).archive("Twice")
    with_person = contact(2)
    with_person.person_links.create(person=person)
    with_pair = contact(4, cooperation=pair)
    of_mission = contact(3, mission=mission)

    def about(**target):
        return FollowUpFactory(**({"organisation": None} | target))

    expected = {
        about(organisation=organisation): with_organisation,
        about(person=person): with_person,
        about(cooperation=pair): with_pair,
        about(agreement=AgreementFactory(cooperation=pair)): with_pair,
        about(project=ProjectFactory(cooperation=pair)): with_pair,
        about(interaction=with_person): with_person,
        about(mission=mission): of_mission,
    }
    without = about(organisation=OrganisationFactory())
    alone = about(agreement=AgreementFactory())
    assert editor.has_perm("missions.view_interaction")  # asked once for a page
    with django_assert_num_queries(2):
        found = last_contacts([*expected, without, alone], editor)
    assert found == {follow_up.pk: contact for follow_up, contact in expected.items()}
    with django_assert_num_queries(0):
        assert last_contacts([], editor) == {}


def test_the_last_contact_is_shown_to_those_who_may_see_it(outsider):
    contact = InteractionFactory()
    follow_up = FollowUpFactory(organisation=contact.organisations.get())
    assert last_contacts([follow_up], outsider) == {}


# --- The list -----------------------------------------------------------------------------------


def test_mine_my_teams_and_all(client_for, editor, project_manager, administrator):
    for user in (editor, project_manager):
        user.team = "Zentralasien"
        user.save()
    mine, teams, others = (
        FollowUpFactory(assignee=user) for user in (editor, project_manager, administrator)
    )
    client = client_for(editor)
    assert listed(client, assignee="me") == {mine}
    assert listed(client, assignee="team") == {mine, teams}
    assert listed(client, assignee=["team", administrator.pk]) == {mine, teams, others}
    assert listed(client) == {mine, teams, others}
    assert set(FollowUp.objects.of_team(administrator)) == {others}, "all who have no team"


def test_the_links_above_the_list_keep_what_else_is_chosen(client_for, editor):
    address = reverse("admin:missions_followup_changelist")
    response = client_for(editor).get(address, {"assignee": "me", "due": "overdue", "q": "Muster"})
    mine, team, everybody, overdue = response.context_data["scopes"]
    assert [link["is_current"] for link in (mine, team, everybody, overdue)] == [
        True,
        False,
        False,
        True,
    ]
    assert team["url"] == f"{address}?due=overdue&q=Muster&assignee=team"
    assert everybody["url"] == f"{address}?due=overdue&q=Muster"
    assert overdue["url"] == f"{address}?assignee=me&q=Muster"


def test_what_is_done_offers_no_more_to_do(client_for, editor):
    follow_up = FollowUpFactory(assignee=editor)
    client = client_for(editor)
    address = reverse("admin:missions_followup_changelist")
    assert page_of(follow_up, "postpone") in client.get(address).content.decode()
    complete(follow_up, editor)
    for state in ("done", "all"):
        page = client.get(address, {"state": state}).content.decode()
        assert follow_up.get_absolute_url() in page
        assert page_of(follow_up, "postpone") not in page


# --- The pages ----------------------------------------------------------------------------------


def test_put_off_in_words_and_back_to_the_same_list(client_for, editor, today_is):
    today_is(date(2026, 11, 23))
    follow_up = FollowUpFactory(assignee=editor, due_on=date(2026, 11, 20))
    client = client_for(editor)
    came_from = "http://testserver/missions/followup/?assignee=me&due=overdue&p=2"
    page = client.get(page_of(follow_up, "postpone"), headers={"referer": came_from})
    assert page.context["next"] == came_from
    data = {"next": came_from, "day": "Freitag"}
    assert client.post(page_of(follow_up, "postpone"), data).headers["Location"] == came_from
    follow_up.refresh_from_db()
    assert follow_up.due_on == date(2026, 11, 27)


@pytest.mark.parametrize(
    "somewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""]
)
def test_nobody_is_led_elsewhere(client_for, editor, somewhere):
    follow_up = FollowUpFactory(assignee=editor)
    response = client_for(editor).post(page_of(follow_up, "complete_record"), {"next": somewhere})
    assert response.headers["Location"] == reverse("admin:missions_followup_changelist")


@pytest.mark.parametrize(
    ("day", "said"), [("", "Say until when"), ("bald", "Friday"), ("1.2.2020", "passed")]
)
def test_a_day_that_is_none_is_said_at_the_field(client_for, editor, day, said):
    follow_up = FollowUpFactory(assignee=editor)
    response = client_for(editor).post(
        page_of(follow_up, "postpone"), {"day": day}, headers=ENGLISH
    )
    assert said in str(response.context["form"].errors)
    follow_up.refresh_from_db()
    assert follow_up.due_on == date(2099, 12, 1)


def test_done_with_one_request_and_undone_with_another(client_for, editor):
    """What the script does: no form before, and a note instead of a page after."""
    follow_up = FollowUpFactory(assignee=editor, repeat="weekly")
    client = client_for(editor)
    part = {"x-fragment": "1"} | ENGLISH
    note = client.post(page_of(follow_up, "complete_record"), headers=part).content.decode()
    assert "data-follow-up-note" in note and "comes again on" in note and "<html" not in note
    client.post(page_of(follow_up, "outcome"), {"outcome": "They agree."}, headers=part)
    follow_up.refresh_from_db()
    assert (follow_up.done_by, follow_up.outcome) == (editor, "They agree.")
    again = client.post(page_of(follow_up, "complete_record"), headers=part).content.decode()
    assert "has been done before" in again and "data-follow-up-note" not in again
    client.post(page_of(follow_up, "reopen"), headers=part)
    follow_up.refresh_from_db()
    assert follow_up.done_at is None
    assert FollowUp.objects.open().get() == follow_up


def test_handed_over_by_its_page(client_for, editor, project_manager, reader):
    follow_up = FollowUpFactory(assignee=editor)
    client = client_for(editor)
    address = page_of(follow_up, "pass_on")
    assert client.post(address, {"to": reader.pk}).context["form"].errors
    client.post(address, {"to": project_manager.pk, "note": "canary"})
    follow_up.refresh_from_db()
    assert follow_up.assignee == project_manager
    panel = client_for(project_manager).get(follow_up.get_absolute_url()).content.decode()
    assert "Tobias Lenz" in panel and "canary" in panel


VERBS = ["complete_record", "postpone", "pass_on", "outcome", "reopen"]


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_without_the_right_changes_one(client_for, reader, outsider, editor, verb):
    follow_up = FollowUpFactory(assignee=editor)
    if verb in ("outcome", "reopen"):
        complete(follow_up, editor)
    before = FollowUp.objects.values().get()
    data = {"day": "morgen", "to": editor.pk, "outcome": "x", "note": "x"}
    for user in (reader, outsider):
        for headers in ({}, {"x-fragment": "1"}):
            answer = client_for(user).post(page_of(follow_up, verb), data, headers=headers)
            assert answer.status_code in (403, 404)
    assert FollowUp.objects.values().get() == before


@pytest.mark.parametrize("verb", VERBS)
def test_to_look_is_not_to_do(client_for, editor, verb):
    follow_up = FollowUpFactory(assignee=editor)
    before = FollowUp.objects.values().get()
    assert client_for(editor).get(page_of(follow_up, verb)).status_code == 200
    assert FollowUp.objects.values().get() == before


def test_an_archived_one_is_refused(client_for, editor):
    follow_up = FollowUpFactory(assignee=editor)
    follow_up.archive("Twice")
    assert (
        client_for(editor).post(page_of(follow_up, "postpone"), {"day": "morgen"}).status_code
        == 403
    )
    follow_up.refresh_from_db()
    with pytest.raises(ValidationError):
        follow_up.what = "Other"
        follow_up.save()


# --- The calendar -------------------------------------------------------------------------------

CALENDAR = "/missions/followup/calendar/"


def shown(response):
    """Return ``{day: records}`` of the calendar."""
    return {
        day["day"]: [item.get("follow_up") or item["appointment"] for item in day["items"]]
        for day in response.context_data["days"]
        if day["items"]
    }


def test_a_month_with_what_is_due_and_the_appointments_of_my_missions(
    client_for, editor, project_manager
):
    due = FollowUpFactory(assignee=editor, due_on=date(2026, 11, 5))
    FollowUpFactory(assignee=editor, due_on=date(2027, 3, 5))
    theirs = FollowUpFactory(assignee=project_manager, due_on=date(2026, 11, 6))
    mission = MissionFactory(owner=editor, starts_on=date(2026, 11, 9), ends_on=date(2026, 11, 12))
    at_ten = datetime(2026, 11, 10, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    held = AppointmentFactory(
        mission=mission, stop=None, starts_at=at_ten, ends_at=at_ten + timedelta(hours=1)
    )
    client = client_for(editor)
    assert shown(client.get(CALENDAR, {"month": "2026-11"})) == {
        date(2026, 11, 5): [due],
        date(2026, 11, 10): [held],
    }
    everybodys = shown(client.get(CALENDAR, {"month": "2026-11", "whose": "all"}))
    assert everybodys[date(2026, 11, 6)] == [theirs]


def test_a_past_month_shows_what_was_done_and_what_was_not(client_for, editor, today_is):
    today_is(date(2026, 11, 23))
    done = FollowUpFactory(assignee=editor, due_on=date(2026, 10, 5), what="Gesendet")
    complete(done, editor)
    FollowUpFactory(assignee=editor, due_on=date(2026, 10, 6), what="Vergessen")
    page = client_for(editor).get(CALENDAR, {"month": "2026-10"}).content.decode()
    assert page.count('class="crm-calendar-late"') == page.count('class="crm-calendar-done"') == 1


@pytest.mark.parametrize("month", ["", "2026-13", "0001-01", "9999-12", "canary", "2026-11-05"])
def test_a_month_that_is_none_is_this_one(client_for, editor, month):
    response = client_for(editor).get(CALENDAR, {"month": month, "whose": "nobody"})
    assert response.context_data["month"] == timezone.localdate().replace(day=1)
    assert [one["is_current"] for one in response.context_data["whose"]] == [True, False, False]


def test_the_calendar_costs_the_same_however_much_is_due(
    client_for, editor, django_assert_num_queries, django_assert_max_num_queries
):
    client = client_for(editor)
    client.get(CALENDAR)
    pair = CooperationFactory()
    FollowUpFactory(assignee=editor, due_on=date(2026, 11, 2))
    with django_assert_max_num_queries(12) as few:
        client.get(CALENDAR, {"month": "2026-11", "whose": "all"})
    FollowUpFactory.create_batch(40, organisation=None, cooperation=pair, due_on=date(2026, 11, 3))
    with django_assert_num_queries(len(few.captured_queries)):
        response = client.get(CALENDAR, {"month": "2026-11", "whose": "all"})
    busy = next(day for day in response.context_data["days"] if day["day"] == date(2026, 11, 3))
    assert (len(busy["items"]), busy["more"]) == (5, 35)
    assert len(client.get(busy["url"]).context_data["cl"].result_list) == 40


def test_more_than_a_page_can_show_is_said(client_for, editor, monkeypatch):
    monkeypatch.setattr("missions.admin.calendar_views.MOST", 3)
    FollowUpFactory.create_batch(4, assignee=editor, due_on=date(2026, 11, 3))
    response = client_for(editor).get(CALENDAR, {"month": "2026-11"}, headers=ENGLISH)
    assert "Only the first 3" in response.content.decode()
    assert len(shown(response)[date(2026, 11, 3)]) == 3


def test_the_calendar_is_not_for_a_reader(client_for, reader, outsider):
    for user in (reader, outsider):
        assert client_for(user).get(CALENDAR).status_code == 403
