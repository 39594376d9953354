"""The contact log and the follow-ups: what a contact brings in, and what comes next."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from missions.follow_ups import AlreadyDone, complete, next_due
from missions.models import Cooperation, FollowUp, Interaction

from .factories import (
    AffiliationFactory,
    AppointmentFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    PersonFactory,
)
from .html_forms import change_form, read_form

pytestmark = pytest.mark.django_db

ADD = "admin:missions_interaction_add"
LIST = "admin:missions_interaction_changelist"


@pytest.fixture
def pair():
    """TITK – UzTextilprom."""
    return CooperationFactory(
        home=OrganisationFactory(home=True, name="TITK e.V.", short_name="TITK", country="DE"),
        partner=OrganisationFactory(name="UzTextilprom"),
    )


def log(client, query="", **values):
    """Send the form of a new contact, as it comes, with ``values`` typed in."""
    url = reverse(ADD) + query
    data = read_form(client.get(url), "interaction_form")
    data |= {"subject": "Erstes Gespräch", "_save": "1"} | values
    return client.post(url, data)


def errors(response):
    assert response.status_code == 200, response.status_code
    return response.context["adminform"].form.errors


# --- The organisations of a contact ---------------------------------------------------------


def test_a_contact_needs_an_organisation(client_for, editor):
    response = log(client_for(editor), organisations=[])
    assert "organisations" in errors(response)
    assert not Interaction.objects.exists()


def test_a_person_without_affiliation_is_no_organisation(client_for, editor):
    response = log(client_for(editor), people=[PersonFactory().pk])
    assert "organisations" in errors(response)


def test_a_person_brings_in_the_organisation_of_that_day(client_for, editor):
    before = AffiliationFactory(valid_to=date(2023, 3, 31))
    now = AffiliationFactory(person=before.person, valid_from=date(2023, 4, 1), is_primary=False)
    response = log(
        client_for(editor),
        people=[before.person.pk],
        occurred_at_0="24.04.2023",
        occurred_at_1="10:00",
    )
    assert response.status_code == 302, errors(response)
    assert list(Interaction.objects.get().organisations.all()) == [now.organisation]


def test_the_shell_brings_it_in_too():
    affiliation = AffiliationFactory()
    interaction = InteractionFactory(organisations=[OrganisationFactory()])
    interaction.person_links.create(person=affiliation.person)
    assert affiliation.organisation in interaction.organisations.all()


def test_the_organisations_may_be_left_to_the_people_later(client_for, editor):
    affiliation = AffiliationFactory()
    interaction = InteractionFactory(organisations=[OrganisationFactory()])
    interaction.person_links.create(person=affiliation.person)
    client = client_for(editor)
    url, data = change_form(client, interaction)
    data["organisations"] = []
    assert client.post(url, data).status_code == 302
    assert list(interaction.organisations.all()) == [affiliation.organisation]


def test_the_last_organisation_stays_in_the_shell():
    interaction = InteractionFactory()
    with pytest.raises(ValidationError):
        interaction.organisation_links.get().delete()


# --- The cooperation of a contact -----------------------------------------------------------


def test_both_sides_of_a_cooperation_link_the_contact_to_it(client_for, editor, pair):
    response = log(client_for(editor), organisations=[pair.home_id, pair.partner_id])
    assert response.status_code == 302, errors(response)
    interaction = Interaction.objects.get()
    assert interaction.cooperation == pair
    assert interaction.history.count() == 1  # found before saving: one entry
    assert Cooperation.objects.with_last_contact().get().last_contact == interaction.occurred_at


def test_the_shell_links_it_too(pair):
    interaction = InteractionFactory(organisations=[pair.partner, pair.home])
    interaction.refresh_from_db()
    assert interaction.cooperation == pair


def test_with_two_cooperations_nobody_guesses(client_for, editor, pair):
    CooperationFactory(home=pair.home, partner=pair.partner, subject="Another subject")
    log(client_for(editor), organisations=[pair.home_id, pair.partner_id])
    assert Interaction.objects.get().cooperation is None


def test_a_third_organisation_can_make_it_unclear(client_for, editor, pair):
    other = CooperationFactory(home=pair.home)
    sides = [pair.home, pair.partner, other.partner]
    interaction = InteractionFactory(organisations=sides)
    interaction.refresh_from_db()
    assert interaction.cooperation is None
    log(client_for(editor), organisations=[side.pk for side in sides])
    assert Interaction.objects.latest("pk").cooperation is None


def test_the_chosen_cooperation_stays(client_for, editor, pair):
    other = CooperationFactory()
    log(
        client_for(editor),
        organisations=[pair.home_id, pair.partner_id],
        cooperation=other.pk,
    )
    assert Interaction.objects.get().cooperation == other


def test_a_cooperation_taken_out_stays_out(client_for, editor, pair):
    interaction = InteractionFactory(organisations=[pair.home, pair.partner])
    client = client_for(editor)
    url, data = change_form(client, interaction)
    assert data["cooperation"] == [str(pair.pk)]
    client.post(url, data | {"cooperation": ""})
    interaction.refresh_from_db()
    assert interaction.cooperation is None


def test_an_archived_cooperation_is_not_linked(pair):
    pair.archive("ended")
    interaction = InteractionFactory(organisations=[pair.home, pair.partner])
    assert interaction.cooperation is None


# --- What the form presets ------------------------------------------------------------------


def test_the_form_presets_what_is_known(client_for, editor, pair):
    today = timezone.localdate()
    mission = MissionFactory(starts_on=today, ends_on=today)
    query = f"?organisations={pair.home_id},{pair.partner_id}&cooperation={pair.pk}"
    data = read_form(client_for(editor).get(reverse(ADD) + query), "interaction_form")
    assert {int(key) for key in data["organisations"]} == {pair.home_id, pair.partner_id}
    assert data["cooperation"] == [str(pair.pk)]
    assert data["staff"] == [str(editor.pk)]
    assert data["mission"] == [str(mission.pk)]


def test_with_two_missions_running_none_is_preset(client_for, editor):
    today = timezone.localdate()
    MissionFactory.create_batch(2, starts_on=today, ends_on=today)
    data = read_form(client_for(editor).get(reverse(ADD)), "interaction_form")
    assert not any(data.get("mission", []))


# --- The next step --------------------------------------------------------------------------


def test_the_next_step_becomes_a_follow_up_of_the_cooperation(client_for, editor, pair):
    log(
        client_for(editor),
        organisations=[pair.home_id, pair.partner_id],
        next_step="Send samples",
        next_step_on="01.12.2026",
    )
    follow_up = FollowUp.objects.get()
    assert (follow_up.what, follow_up.due_on) == ("Send samples", date(2026, 12, 1))
    assert (follow_up.target, follow_up.assignee) == (pair, editor)


def test_without_cooperation_it_hangs_on_the_contact(client_for, editor):
    log(
        client_for(editor),
        organisations=[OrganisationFactory().pk],
        next_step="Send samples",
        next_step_on="01.12.2026",
    )
    assert FollowUp.objects.get().target == Interaction.objects.get()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"next_step": "Send samples"}, "next_step_on"),
        ({"next_step_on": "01.12.2026"}, "next_step"),
    ],
)
def test_half_a_next_step_is_refused(client_for, editor, typed, field):
    response = log(client_for(editor), organisations=[OrganisationFactory().pk], **typed)
    assert field in errors(response)
    assert not Interaction.objects.exists() and not FollowUp.objects.exists()


# --- The list -------------------------------------------------------------------------------


def listed(client, name, **parameters):
    response = client.get(reverse(f"admin:missions_{name}_changelist"), parameters)
    assert response.status_code == 200, response.headers.get("Location")
    return set(response.context["cl"].queryset)


def test_the_log_is_found_by_partner_country_and_day(client_for, editor, pair):
    berlin = ZoneInfo("Europe/Berlin")
    there = InteractionFactory(
        organisations=[pair.home, pair.partner],
        occurred_at=datetime(2023, 4, 24, 23, 30, tzinfo=berlin),
    )
    elsewhere = InteractionFactory(
        organisations=[OrganisationFactory(country="KZ")],
        occurred_at=datetime(2023, 4, 25, 0, 30, tzinfo=berlin),
    )
    client = client_for(editor)
    assert listed(client, "interaction") == {there, elsewhere}
    assert listed(client, "interaction", country="UZ") == {there}
    assert listed(client, "interaction", organisation=pair.partner_id) == {there}
    assert listed(client, "interaction", cooperation__id__exact=pair.pk) == {there}
    assert listed(client, "interaction", occurred_at_to="24.04.2023") == {there}
    assert listed(client, "interaction", occurred_at_from="25.04.2023") == {elsewhere}
    assert listed(client, "interaction", organisation="nonsense") == set()


def test_the_log_is_found_by_mission_appointment_and_person(client_for, editor):
    appointment = AppointmentFactory()
    interaction = InteractionFactory(mission=appointment.mission, appointment=appointment)
    InteractionFactory()
    person = PersonFactory()
    interaction.person_links.create(person=person)
    client = client_for(editor)
    for parameter, key in (
        ("mission__id__exact", appointment.mission_id),
        ("appointment__id__exact", appointment.pk),
        ("person", person.pk),
    ):
        assert listed(client, "interaction", **{parameter: key}) == {interaction}


def test_a_reader_sees_no_follow_up_on_a_contact(client_for, reader):
    interaction = InteractionFactory(notes="canary-note")
    FollowUpFactory(interaction=interaction, organisation=None, what="canary-step")
    page = client_for(reader).get(interaction.get_absolute_url()).content.decode()
    assert "canary" not in page
    assert "next_step" not in page


# --- Follow-ups -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "repeat", "after", "expected"),
    [
        (date(2026, 11, 2), "never", date(2026, 11, 2), None),
        (date(2026, 11, 2), "weekly", date(2026, 11, 2), date(2026, 11, 9)),
        (date(2026, 11, 2), "weekly", date(2026, 10, 1), date(2026, 11, 9)),  # done early
        (date(2026, 8, 3), "weekly", date(2026, 11, 2), date(2026, 11, 9)),  # missed for months
        (date(2027, 1, 31), "monthly", date(2027, 1, 31), date(2027, 2, 28)),
        (date(2026, 5, 15), "monthly", date(2026, 11, 14), date(2026, 11, 15)),
        (date(2026, 5, 15), "monthly", date(2026, 11, 15), date(2026, 12, 15)),
        (date(2026, 1, 10), "quarterly", date(2026, 11, 2), date(2027, 1, 10)),
        (date(2024, 2, 29), "yearly", date(2026, 2, 28), date(2027, 2, 28)),
    ],
)
def test_the_next_day_lies_strictly_after_today(due_on, repeat, after, expected):
    assert next_due(due_on, repeat, after) == expected


def test_done_once(editor, project_manager):
    follow_up = FollowUpFactory()
    assert complete(follow_up, editor, "Sent.") is None
    with pytest.raises(AlreadyDone):
        complete(follow_up, project_manager)
    follow_up.refresh_from_db()
    assert (follow_up.done_by, follow_up.outcome) == (editor, "Sent.")
    assert follow_up.history.count() == 2


def test_a_repeated_one_comes_again_once(editor):
    today = timezone.localdate()
    follow_up = FollowUpFactory(repeat="weekly", due_on=today - timedelta(weeks=5))
    following = complete(follow_up, editor)
    assert following.due_on == today + timedelta(weeks=1)
    assert following.target == follow_up.target
    assert FollowUp.objects.open().get() == following


def test_exactly_one_target_in_form_and_shell(client_for, editor):
    with pytest.raises(Exception, match="exactly_one"):
        FollowUpFactory(organisation=None)


@pytest.mark.parametrize("count", [0, 2])
def test_the_form_says_that_it_needs_one_target(client_for, editor, count):
    client = client_for(editor)
    targets = {"organisation": OrganisationFactory().pk, "person": PersonFactory().pk}
    url = reverse("admin:missions_followup_add")
    data = read_form(client.get(url), "followup_form")
    data |= {"what": "Call", "due_on": "01.12.2026", "_save": "1"}
    data |= dict(list(targets.items())[:count])
    assert len(errors(client.post(url, data))["__all__"]) == 1
    assert (
        client.post(url, data | {"person": "", "organisation": targets["organisation"]}).status_code
        == 302
    )


def test_the_list_opens_with_what_is_to_be_done(client_for, editor, project_manager):
    today = timezone.localdate()
    mine = FollowUpFactory(assignee=editor, due_on=today - timedelta(days=1))
    coming = FollowUpFactory(assignee=editor, due_on=today + timedelta(days=3))
    theirs = FollowUpFactory(assignee=project_manager, due_on=today)
    done = FollowUpFactory(assignee=editor)
    complete(done, editor)
    client = client_for(editor)
    assert listed(client, "followup") == {mine, coming, theirs}
    assert listed(client, "followup", state="done") == {done}
    assert listed(client, "followup", state="all") == {mine, coming, theirs, done}
    assert listed(client, "followup", assignee="me") == {mine, coming}
    assert listed(client, "followup", assignee="me", due="overdue") == {mine}
    assert listed(client, "followup", due="today") == {theirs}
    assert listed(client, "followup", due="due") == {mine, theirs}
    assert listed(client, "followup", due="week") == {coming, theirs}
    assert listed(client, "followup", organisation__id__exact=mine.organisation_id) == {mine}


def test_the_page_done(client_for, editor, pair):
    follow_up = FollowUpFactory(cooperation=pair, organisation=None, repeat="weekly")
    client = client_for(editor)
    url = reverse("admin:missions_followup_complete_record", args=[follow_up.pk])
    assert client.get(url).status_code == 200
    follow_up.refresh_from_db()
    assert follow_up.done_at is None  # to look is not to do
    response = client.post(url, {"outcome": "They agree.", "_target": "1"})
    assert response.headers["Location"] == pair.get_absolute_url()
    follow_up.refresh_from_db()
    assert (follow_up.done_by, follow_up.outcome) == (editor, "They agree.")
    client.post(url, {"outcome": "Again"})
    assert FollowUp.objects.count() == 2
    assert url not in client.get(follow_up.get_absolute_url()).content.decode()


def test_selected_follow_ups_are_done_together(client_for, editor):
    first, second = FollowUpFactory.create_batch(2)
    complete(second, editor)
    client = client_for(editor)
    url = reverse("admin:missions_followup_changelist") + "?state=all"
    data = {"action": "complete_selected", "_selected_action": [first.pk, second.pk]}
    client.post(url, data)
    first.refresh_from_db()
    assert first.done_by == editor
    assert second.history.count() == 2


def test_a_reader_can_do_nothing(client_for, reader):
    follow_up = FollowUpFactory()
    client = client_for(reader)
    url = reverse("admin:missions_followup_complete_record", args=[follow_up.pk])
    assert client.post(url, {"outcome": ""}).status_code == 403
    follow_up.refresh_from_db()
    assert follow_up.done_at is None
