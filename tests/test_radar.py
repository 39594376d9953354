"""The radar: what each rule finds, what makes it go away, and whom to call today."""

import random
from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from legcrm.core.bulk import create_all
from legcrm.core.history import acting_as
from missions import radar
from missions.follow_ups import complete
from missions.models import (
    FollowUp,
    Interaction,
    InteractionOrganisation,
    InteractionPerson,
    RadarRule,
    StaleLead,
)
from missions.radar import calls_today, find_leads, look_again, put_off
from partners.models import Organisation
from tests.factories import (
    AffiliationFactory,
    AgreementFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
    UserFactory,
)
from tests.html_forms import read_form

pytestmark = pytest.mark.django_db

LIST = "admin:missions_stalelead_changelist"


def day(days_ago):
    return timezone.localdate() - timedelta(days=days_ago)


def at(days_ago, clock=time(12)):
    return timezone.make_aware(datetime.combine(day(days_ago), clock))


def aged(record, days):
    """Have ``record`` entered, and last changed, ``days`` ago."""
    type(record)._base_manager.filter(pk=record.pk).update(created_at=at(days), updated_at=at(days))
    return record


def contact(organisation, days, **values):
    return InteractionFactory(organisations=[organisation], occurred_at=at(days), **values)


def idle(owner, days=400, **values):
    """Return an organisation of ``owner`` with the last contact ``days`` ago."""
    organisation = OrganisationFactory(owner=owner, **values)
    contact(organisation, days)
    return organisation


def search():
    """Search as at night; return ``{(rule, record): lead}``."""
    find_leads(timezone.localdate())
    return leads()


def leads():
    return {
        (lead.rule.condition, lead.target): lead
        for lead in StaleLead.objects.select_related("rule")
    }


def stale(condition):
    return {target for rule, target in search() if rule == condition}


# --- What each rule finds -----------------------------------------------------------------------


@pytest.mark.parametrize(("days", "found"), [(180, False), (181, True)])
def test_an_organisation_is_idle_after_more_than_180_days(editor, days, found):
    organisation = idle(editor, days=days)
    contact(organisation, 900)
    entered = aged(OrganisationFactory(owner=editor), days)
    assert stale("idle") == ({organisation, entered} if found else set())
    for lead in leads().values():
        assert (lead.owner, lead.idle_since) == (editor, day(days))


def test_a_day_is_that_of_the_office(editor):
    """At half past midnight in summer it is still the day before in UTC."""
    organisation = OrganisationFactory(owner=editor)
    InteractionFactory(organisations=[organisation], occurred_at=at(200, time(0, 30)))
    assert search()["idle", organisation].idle_since == day(200)


def test_the_owner_is_that_of_the_organisation_or_else_of_its_cooperation(editor, project_manager):
    owned = idle(editor)
    partner, nobodys = idle(None), idle(None)
    home = OrganisationFactory(home=True)
    aged(home, 10)
    CooperationFactory(home=home, partner=owned, owner=project_manager)
    CooperationFactory(home=home, partner=partner, owner=project_manager)
    CooperationFactory(home=home, partner=nobodys)
    found = {target: lead.owner for (_rule, target), lead in search().items()}
    assert found == {owned: editor, partner: project_manager, nobodys: None}


def test_what_nobody_works_on_is_not_idle(editor):
    idle(None)
    archived = idle(editor)
    archived.archive("aufgelöst")
    ended = idle(None)
    CooperationFactory(partner=ended, stage="ended", ended_reason="Kein Bedarf", owner=editor)
    assert stale("idle") == set()


def test_a_contact_that_was_archived_does_not_count(editor):
    organisation = idle(editor)
    wrong = contact(organisation, 3)
    assert stale("idle") == set()
    wrong.archive("verwechselt")
    assert stale("idle") == {organisation}


def follow_up_about(organisation, way, **values):
    """Return a follow-up that has to do with ``organisation`` in one of the ways there are."""
    about = {
        "organisation": lambda: organisation,
        "cooperation": lambda: CooperationFactory(
            home=OrganisationFactory(home=True), partner=organisation
        ),
        "interaction": lambda: contact(organisation, 400),
        "person": lambda: AffiliationFactory(organisation=organisation).person,
        "agreement": lambda: (
            AgreementFactory().parties.create(side="foreign", organisation=organisation).agreement
        ),
        "project": lambda: ProjectFactory().parties.create(organisation=organisation).project,
    }[way]()
    return FollowUpFactory(**{"organisation": None, way: about}, **values)


WAYS = ["organisation", "cooperation", "interaction", "person", "agreement", "project"]


@pytest.mark.parametrize("way", WAYS)
def test_somebody_will_act_where_something_is_promised(editor, way):
    organisation = idle(editor)
    follow_up = follow_up_about(organisation, way, due_on=day(0))
    assert organisation not in stale("idle")
    follow_up.due_on = day(1)
    follow_up.save()
    assert organisation in stale("idle"), "a promise broken is none"


def test_who_has_left_says_nothing_about_the_organisation(editor):
    organisation = idle(editor)
    left = AffiliationFactory(organisation=organisation, valid_to=day(30))
    FollowUpFactory(organisation=None, person=left.person, due_on=day(-5))
    assert stale("idle") == {organisation}


def agreement(days=400, **values):
    values = {"status": "agreed", "agreed_on": day(days)} | values
    return aged(AgreementFactory(**values), days)


@pytest.mark.parametrize(("days", "found"), [(90, False), (91, True)])
def test_an_agreement_is_stale_after_more_than_90_days(editor, days, found):
    cooperation = CooperationFactory(owner=editor)
    record = agreement(days, cooperation=cooperation)
    assert stale("agreement") == ({record} if found else set())


def test_signs_of_life_of_an_agreement(editor):
    cooperation = CooperationFactory(owner=editor)
    record = agreement(cooperation=cooperation)
    home, foreign = OrganisationFactory(home=True), OrganisationFactory()
    record.parties.create(side="home", organisation=home)
    record.parties.create(side="foreign", organisation=foreign)
    assert search()["agreement", record].idle_since == day(400)
    contact(home, 2)
    assert stale("agreement") == {record}, "the university at home is talked with each week"
    contact(foreign, 300)
    assert search()["agreement", record].idle_since == day(300)
    contact(OrganisationFactory(), 250, cooperation=cooperation)
    assert search()["agreement", record].idle_since == day(250)
    done = FollowUpFactory(organisation=None, cooperation=cooperation, due_on=day(210))
    complete(done, editor)
    FollowUp._base_manager.filter(pk=done.pk).update(done_at=at(200))
    assert search()["agreement", record].idle_since == day(200)
    FollowUpFactory(organisation=None, agreement=record, due_on=day(-1))
    assert stale("agreement") == set()


def test_a_party_at_home_counts_where_none_abroad_is_named():
    record = agreement()
    home = OrganisationFactory(home=True)
    record.parties.create(side="home", organisation=home)
    record.parties.create(side="foreign", unnamed=True)
    assert stale("agreement") == {record}
    contact(home, 2)
    assert stale("agreement") == set()


@pytest.mark.parametrize(
    "values",
    [{"status": "planned"}, {"status": "terminated"}, {"valid_until": day(1)}],
    ids=["planned", "terminated", "expired"],
)
def test_an_agreement_not_in_force_is_not_stale(values):
    agreement(**values)
    assert stale("agreement") == set()


def test_the_owner_of_an_agreement_is_that_of_the_cooperation_or_else_of_the_mission(editor):
    by_mission = agreement(mission=MissionFactory(owner=editor))
    nobodys = agreement()
    found = search()
    assert found["agreement", by_mission].owner == editor
    assert found["agreement", nobodys].owner is None


def test_a_promise_is_overdue_from_the_day_after(editor):
    late = FollowUpFactory(assignee=editor, due_on=day(1))
    FollowUpFactory(assignee=editor, due_on=day(0))
    done = FollowUpFactory(assignee=editor, due_on=day(5))
    complete(done, editor)
    FollowUpFactory(assignee=editor, due_on=day(5)).archive("erledigt sich")
    assert stale("overdue") == {late}
    assert leads()["overdue", late].owner == editor


@pytest.mark.parametrize(("days", "found"), [(14, False), (15, True)])
def test_a_project_lies_there_after_more_than_14_days(editor, days, found):
    project = aged(ProjectFactory(owner=editor), days)
    aged(ProjectFactory(next_step="Angebot"), 99)
    stop = {
        "stage": "on_hold",
        "drop_reason": "Der Partner wartet",
        "look_again_on": date(2030, 1, 1),
    }
    aged(ProjectFactory(**stop), 99)
    promised = aged(ProjectFactory(), 99)
    FollowUpFactory(organisation=None, project=promised, due_on=day(3))
    assert stale("no_next_step") == ({project} if found else set())


def test_days_and_use_of_a_rule_are_data(editor):
    organisation = idle(editor, days=50)
    rule = RadarRule.objects.get(condition="idle")
    rule.days = 49
    rule.save()
    assert stale("idle") == {organisation}
    rule.is_on = False
    rule.save()
    assert not StaleLead.objects.shown(day(0)).exists(), "out of sight before the next search"
    assert search() == {}


def by_hand():
    """Find idle organisations the slow and obvious way."""
    today, found = timezone.localdate(), {}
    for organisation in Organisation.objects.filter(archived_at=None):
        cooperations = [
            cooperation
            for cooperation in (
                *organisation.home_cooperations.all(),
                *organisation.partner_cooperations.all(),
            )
            if cooperation.stage != "ended" and not cooperation.is_archived
        ]
        if organisation.owner is None and not cooperations:
            continue
        contacts = [c.occurred_at for c in organisation.interactions.filter(archived_at=None)]
        since = timezone.localdate(max(contacts, default=organisation.created_at))
        planned = [
            follow_up
            for follow_up in FollowUp.objects.filter(done_at=None, due_on__gte=today)
            if follow_up.organisation == organisation
            or follow_up.cooperation in [*cooperations]
            or (follow_up.interaction and organisation in follow_up.interaction.organisations.all())
        ]
        if (today - since).days <= 180 or planned:
            continue
        owners = [c.owner for c in sorted(cooperations, key=lambda c: -c.pk) if c.owner]
        owner = organisation.owner or (owners[0] if owners else None)
        found[organisation] = (owner, since)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_is_what_a_look_at_each_record_finds(monkeypatch, seed):
    monkeypatch.setattr(radar, "AT_ONCE", 7)
    chance = random.Random(seed)
    users = [None, *UserFactory.create_batch(3)]
    at_home = OrganisationFactory.create_batch(8, home=True)
    abroad = OrganisationFactory.create_batch(16)
    for organisation in (*at_home, *abroad):
        organisation.owner = chance.choice([None, None, *users])
        organisation.save()
        aged(organisation, chance.choice([10, 180, 181, 500]))
        for _number in range(chance.randrange(3)):
            contact(organisation, chance.choice([5, 179, 180, 181, 300]))
    for home in at_home:
        for partner in chance.sample(abroad, 2):
            cooperation = CooperationFactory(
                home=home,
                partner=partner,
                owner=chance.choice(users),
                stage=chance.choice(["talks", "ended"]),
                ended_reason="Kein Bedarf",
            )
            if chance.random() < 0.2 and cooperation.stage == "talks":
                FollowUpFactory(organisation=None, cooperation=cooperation, due_on=day(-3))
    for organisation in chance.sample(abroad, 5):
        FollowUpFactory(organisation=organisation, due_on=day(chance.choice([-2, 0, 2])))
    for interaction in Interaction.objects.order_by("pk")[:4]:
        FollowUpFactory(organisation=None, interaction=interaction, due_on=day(-1))
    for organisation in chance.sample(abroad, 2):
        organisation.archive("aufgelöst")
    found = {
        target: (lead.owner, lead.idle_since)
        for (rule, target), lead in search().items()
        if rule == "idle"
    }
    assert found == by_hand()
    assert found


# --- The search ---------------------------------------------------------------------------------


def test_a_second_search_changes_nothing_and_keeps_what_was_put_off(editor):
    idle(editor)
    aged(ProjectFactory(owner=editor), 99)
    for lead in search().values():
        put_off(lead, day(-10), editor)
    before = list(StaleLead.objects.values())
    with CaptureQueriesContext(connection) as captured:
        assert find_leads(timezone.localdate()) == 2
    assert list(StaleLead.objects.values()) == before
    written = [q["sql"] for q in captured if "stalelead" in q["sql"] and q["sql"][:6] != "SELECT"]
    assert written == []


def test_what_no_longer_holds_is_gone_and_what_changed_is_brought_in_line(
    editor, project_manager, monkeypatch
):
    monkeypatch.setattr(radar, "AT_ONCE", 2)
    kept, passed_on, gone = idle(editor), idle(editor), idle(editor)
    idle(editor)
    search()
    # Past the hooks, as another program might.
    Organisation._base_manager.filter(pk=passed_on.pk).update(owner=project_manager)
    Organisation._base_manager.filter(pk=gone.pk).update(owner=None)
    found = search()
    assert ("idle", gone) not in found
    assert found["idle", passed_on].owner == project_manager
    assert found["idle", kept].owner == editor


def test_importance_is_found_along(editor):
    plain, active, travelled = idle(editor), idle(editor), idle(editor)
    CooperationFactory(partner=active, stage="active")
    before = MissionFactory(status="completed", starts_on=day(900), ends_on=day(890))
    last = MissionFactory(status="completed", starts_on=day(300), ends_on=day(290))
    ParticipationFactory(mission=last, organisation=travelled, status="attended")
    ParticipationFactory(mission=before, organisation=plain, status="attended")
    found = {target: lead.rank for (rule, target), lead in search().items() if rule == "idle"}
    rank = StaleLead.Rank
    assert (found[active], found[travelled]) == (rank.ACTIVE, rank.LAST_MISSION)
    assert found[plain] == rank.OTHER


# --- As soon as somebody acts -------------------------------------------------------------------


def test_a_contact_logged_in_the_form_is_enough(editor, client_for):
    organisation, other = idle(editor), idle(editor)
    search()
    client = client_for(editor)
    address = reverse("admin:missions_interaction_add")
    data = read_form(client.get(address), "interaction_form")
    data |= {"organisations": [organisation.pk], "subject": "Anruf"}
    assert client.post(address, data).status_code == 302
    assert set(leads()) == {("idle", other)}


def test_contacts_written_together_are_enough(editor):
    organisation, other = idle(editor), idle(editor)
    search()
    old, new = Interaction(subject="Alt", occurred_at=at(300)), Interaction(subject="Neu")
    create_all([old, new])
    create_all(
        [
            InteractionOrganisation(interaction=new, organisation=organisation),
            InteractionOrganisation(interaction=old, organisation=other),
        ]
    )
    assert set(leads()) == {("idle", other)}
    assert leads()["idle", other].idle_since == day(300)


def test_a_contact_for_the_cooperation_is_enough_for_its_agreement(editor):
    cooperation = CooperationFactory(owner=editor)
    record = agreement(cooperation=cooperation)
    assert ("agreement", record) in search()
    InteractionFactory(cooperation=cooperation)
    assert ("agreement", record) not in leads()


def test_a_contact_whose_day_is_put_right_is_looked_at_again(editor):
    organisation = OrganisationFactory(owner=editor)
    interaction = contact(organisation, 400)
    search()
    interaction.occurred_at = at(4)
    interaction.save()
    assert leads() == {}


@pytest.mark.parametrize("act", ["done", "later", "archived"])
def test_a_promise_acted_on_is_gone(editor, act):
    follow_up = FollowUpFactory(assignee=editor, due_on=day(9))
    search()
    if act == "done":
        complete(follow_up, editor)
    elif act == "later":
        follow_up.due_on = day(-7)
        follow_up.save()
    else:
        follow_up.archive("hat sich erledigt")
    assert leads() == {}


@pytest.mark.parametrize("way", WAYS)
def test_a_promise_made_is_enough(editor, way):
    organisation = idle(editor)
    assert ("idle", organisation) in search()
    follow_up_about(organisation, way, due_on=day(-7))
    assert ("idle", organisation) not in leads()


def test_a_next_step_is_enough(editor):
    first, second = (aged(ProjectFactory(owner=editor), 99) for _number in range(2))
    assert len(search()) == 2
    first.refresh_from_db()
    first.next_step = "Angebot schreiben"
    first.save()
    FollowUpFactory(organisation=None, project=second, due_on=day(-7))
    assert leads() == {}


def test_an_agreement_or_cooperation_changed_is_looked_at_again(editor):
    record = agreement(cooperation=CooperationFactory(owner=editor))
    partner = idle(None)
    cooperation = CooperationFactory(partner=partner, owner=editor)
    aged(cooperation.home, 9)
    assert set(search()) == {("agreement", record), ("idle", partner)}
    record.refresh_from_db()
    record.subjects = "Verlängert"
    record.save()
    cooperation.stage, cooperation.ended_reason = "ended", "Kein Bedarf"
    cooperation.save()
    assert leads() == {}


def test_who_has_another_owner_now_is_passed_on(editor, project_manager):
    organisation = idle(editor)
    search()
    organisation.owner = project_manager
    organisation.save()
    look_again(Organisation, [organisation.pk])
    assert leads()["idle", organisation].owner == project_manager


def test_a_contact_costs_one_query_where_nothing_is_stale(editor):
    organisation = OrganisationFactory()
    interaction = InteractionFactory(organisations=[organisation])
    with CaptureQueriesContext(connection) as captured:
        look_again(Interaction, [interaction.pk])
    assert len(captured) == 1


# --- Who calls whom today -----------------------------------------------------------------------


def test_the_most_urgent_come_first_and_five_are_enough(editor):
    plain = [idle(editor, days) for days in (500, 600, 700, 800)]
    active = idle(editor, 200)
    CooperationFactory(home=OrganisationFactory(home=True), partner=active, stage="active")
    project = aged(ProjectFactory(owner=editor), 30)
    record = agreement(cooperation=CooperationFactory(owner=editor))
    minor = FollowUpFactory(assignee=editor, due_on=day(300))
    promise = FollowUpFactory(
        assignee=editor,
        due_on=day(2),
        organisation=None,
        cooperation=CooperationFactory(stage="talks"),
    )
    for organisation in Organisation.objects.exclude(pk__in=[o.pk for o in (*plain, active)]):
        aged(organisation, 1)
    search()
    calls = calls_today(editor)
    assert [call.target for call in calls] == [promise, record, project, active, minor]
    assert [call.target for call in calls_today(editor, most=7)][5:] == [plain[3], plain[2]]
    assert calls[0].organisation == promise.cooperation.partner
    assert {call.owner for call in calls} == {editor}
    assert calls_today(UserFactory(is_superuser=True)) == []


def test_one_partner_is_called_once(editor):
    organisation = idle(editor)
    first = FollowUpFactory(assignee=editor, organisation=organisation, due_on=day(9))
    FollowUpFactory(assignee=editor, organisation=organisation, due_on=day(8))
    assert len(search()) == 3
    assert [call.target for call in calls_today(editor)] == [first]


def test_what_was_done_this_morning_is_not_shown(editor):
    first, second = idle(editor, 500), idle(editor, 400)
    search()
    # Past the hooks: checked against the records as they are.
    linked = contact(OrganisationFactory(), 0).organisation_links.get()
    InteractionOrganisation._base_manager.filter(pk=linked.pk).update(organisation=first)
    assert ("idle", first) in leads()
    assert [call.target for call in calls_today(editor)] == [second]


def test_what_is_put_off_comes_back_on_its_day(editor):
    organisation = idle(editor)
    (lead,) = search().values()
    put_off(lead, day(-14), editor)
    assert calls_today(editor) == []
    assert not StaleLead.objects.shown(day(-13)).exists()
    assert StaleLead.objects.shown(day(-14)).get().target == organisation
    put_off(lead, day(0), editor)
    assert [call.target for call in calls_today(editor)] == [organisation]


def test_nobody_puts_off_into_the_past_or_without_the_right(editor, reader):
    idle(editor)
    (lead,) = search().values()
    with pytest.raises(ValidationError):
        put_off(lead, day(1), editor)
    with pytest.raises(PermissionDenied):
        put_off(lead, day(-1), reader)
    assert StaleLead.objects.get().snoozed_until is None


def test_the_reason_is_said_in_words(editor):
    organisation = OrganisationFactory(owner=editor, phone="+49 361 5603440")
    person = AffiliationFactory(organisation=organisation, person__mobile="+49 171 3920001").person
    call = contact(organisation, 212, kind="call")
    InteractionPerson.objects.create(interaction=call, person=person)
    entered = aged(OrganisationFactory(owner=editor, email="info@partner.example"), 200)
    promise = FollowUpFactory(assignee=editor, due_on=day(3), what="Muster schicken")
    aged(promise.organisation, 1)
    search()
    with translation.override("en"):
        said = {call.target: call for call in calls_today(editor)}
        assert said[organisation].reason == (
            f"No contact for 212 days; last: call with {person} on {day(212):%m/%d/%Y}"
        )
        assert said[entered].reason == "No contact since it was entered 200 days ago"
        assert said[promise].reason == f"Promised for {day(3):%m/%d/%Y}: Muster schicken"
    assert (said[organisation].person, said[organisation].phone) == (person, "+49 171 3920001")
    assert said[entered].email == "info@partner.example"
    assert f"organisations={organisation.pk}" in said[organisation].log_url
    assert said[promise].follow_up_url == ""


def test_private_numbers_are_for_those_who_may_see_them(editor):
    organisation = idle(editor)
    person = AffiliationFactory(organisation=organisation, person__mobile="+49 171 3920001").person
    InteractionPerson.objects.create(interaction=organisation.interactions.get(), person=person)
    search()
    assert calls_today(editor)[0].phone
    group = editor.groups.get()
    group.permissions.remove(group.permissions.get(codename="view_private_contact"))
    editor = type(editor).objects.get(pk=editor.pk)
    (call,) = calls_today(editor)
    assert (call.person, call.phone, call.email) == (person, "", "")


def test_nobody_is_called_who_objected(editor):
    organisation = idle(editor)
    person = PersonFactory(objected_at=timezone.now(), mobile="+49 171 3920001")
    AffiliationFactory(organisation=organisation, person=person)
    InteractionPerson.objects.create(interaction=organisation.interactions.get(), person=person)
    search()
    (call,) = calls_today(editor)
    assert (call.person, call.phone) == (None, "")


def everything_stale(owner, number):
    for count in range(number):
        idle(owner, 300 + count)
        partner = OrganisationFactory()
        cooperation = CooperationFactory(partner=partner, owner=owner, stage="talks")
        agreement(cooperation=cooperation)
        aged(ProjectFactory(owner=owner, cooperation=cooperation), 40)
        for way in WAYS:
            follow_up_about(OrganisationFactory(), way, assignee=owner, due_on=day(3 + count))


def test_calls_cost_the_same_however_many_leads_there_are(editor):
    everything_stale(editor, 2)
    search()
    calls_today(editor)
    with CaptureQueriesContext(connection) as few:
        calls_today(editor)
    everything_stale(editor, 8)
    search()
    with CaptureQueriesContext(connection) as many:
        calls_today(editor)
    # Fewer where the most urgent are all of one rule.
    assert len(many) <= len(few) <= 18


# --- The pages ----------------------------------------------------------------------------------


def listed(client, **parameters):
    response = client.get(reverse(LIST), parameters)
    assert response.status_code == 200
    return {lead.target for lead in response.context["cl"].result_list}


def test_the_list_is_filtered_by_owner_rule_and_what_is_put_off(
    client_for, editor, project_manager
):
    project_manager.team = editor.team = "Asien"
    project_manager.save()
    editor.save()
    mine, colleagues, others = idle(editor), idle(project_manager), idle(UserFactory(team="Polen"))
    nobodys = idle(None)
    CooperationFactory(partner=nobodys)
    late = FollowUpFactory(assignee=editor, due_on=day(3))
    put_off(search()["idle", mine], day(-3), editor)
    client = client_for(editor)
    assert listed(client) == {colleagues, others, nobodys, late}
    assert listed(client, owner="me") == {late}
    assert listed(client, owner="me", put_off="yes") == {mine}
    assert listed(client, owner="team", put_off="all") == {mine, late, colleagues}
    assert listed(client, owner="none") == {nobodys}
    assert listed(client, owner="me", rule="overdue", put_off="all") == {late}
    assert client.get(reverse("admin:missions_stalelead_filters")).status_code == 200


def test_the_list_costs_the_same_at_10_and_at_50_rows(client_for, editor):
    client = client_for(editor)
    everything_stale(editor, 1)
    search()
    client.get(reverse(LIST))
    with CaptureQueriesContext(connection) as few:
        shown = len(listed(client))
    everything_stale(editor, 5)
    search()
    with CaptureQueriesContext(connection) as many:
        assert len(listed(client)) > shown
    assert len(few) == len(many) <= 20


def test_a_lead_is_put_off_from_the_list_and_shown_again(client_for, editor):
    organisation = idle(editor)
    (lead,) = search().values()
    client = client_for(editor)
    page = client.get(reverse(LIST)).content.decode()
    address = reverse("admin:missions_stalelead_put_off", args=[lead.pk])
    assert f'formaction="{address}"' in page
    assert client.get(address).status_code == 405
    client.post(address)
    assert StaleLead.objects.get().snoozed_until == day(-14)
    assert listed(client) == set()
    for action, until in (("put_off_a_year", day(-365)), ("show_again", day(0))):
        data = {"action": action, "_selected_action": [lead.pk]}
        client.post(f"{reverse(LIST)}?put_off=all", data)
        assert StaleLead.objects.get().snoozed_until == until
    assert listed(client) == {organisation}


def test_a_lead_leads_on_to_its_record(client_for, editor):
    organisation = idle(editor)
    (lead,) = search().values()
    address = reverse("admin:missions_stalelead_change", args=[lead.pk])
    response = client_for(editor).get(address)
    assert response.headers["Location"] == organisation.get_absolute_url()


def test_check_again_now_searches_where_it_is_quick(client_for, editor, monkeypatch):
    organisation = idle(editor)
    client = client_for(editor)
    address = reverse("admin:missions_stalelead_search")
    assert client.get(address).status_code == 405
    monkeypatch.setattr("missions.admin.radar.MOST_AT_ONCE", 0)
    client.post(address)
    assert leads() == {}
    monkeypatch.undo()
    client.post(address)
    assert listed(client) == {organisation}


def test_who_may_not_see_leads_gets_nothing(client_for, reader, outsider, editor):
    idle(editor)
    (lead,) = search().values()
    for user in (reader, outsider):
        client = client_for(user)
        assert StaleLead.objects.for_user(user).count() == 0
        assert calls_today(user) == []
        for verb, arguments in (
            ("changelist", []), ("change", [lead.pk]), ("filters", []), ("search", []),
            ("put_off", [lead.pk]),
        ):  # fmt: skip
            address = reverse(f"admin:missions_stalelead_{verb}", args=arguments)
            assert client.get(address).status_code == 403, address
            assert client.post(address).status_code == 403, address
    assert StaleLead.objects.get().snoozed_until is None


def test_who_may_not_see_agreements_sees_no_lead_of_one(editor):
    agreement(cooperation=CooperationFactory(owner=editor))
    search()
    assert StaleLead.objects.for_user(editor).filter(agreement__isnull=False).exists()
    group = editor.groups.get()
    group.permissions.remove(group.permissions.get(codename="view_agreement"))
    editor = type(editor).objects.get(pk=editor.pk)
    assert not StaleLead.objects.for_user(editor).filter(agreement__isnull=False).exists()


def test_administrators_set_days_and_use_of_a_rule_and_nothing_else(
    client_for, administrator, project_manager
):
    rule = RadarRule.objects.get(condition="idle")
    address = reverse("admin:missions_radarrule_change", args=[rule.pk])
    client = client_for(administrator)
    data = read_form(client.get(address), "radarrule_form")
    assert "condition" not in data
    client.post(address, data | {"days": "200", "condition": "overdue"})
    rule.refresh_from_db()
    assert (rule.days, rule.condition) == (200, "idle")
    assert client.get(reverse("admin:missions_radarrule_add")).status_code == 403
    client = client_for(project_manager)
    assert client.get(address).status_code == 200
    assert client.post(address, data | {"days": "7"}).status_code == 403
    with acting_as(administrator):
        assert RadarRule.objects.get(condition="idle").days == 200
