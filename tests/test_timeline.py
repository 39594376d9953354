"""The timeline tells everything once, newest first, to those who may know it."""

import random
import re
from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from missions.models import (
    Agreement,
    Appointment,
    Cooperation,
    Interaction,
    Mission,
    Participation,
    Project,
)
from missions.timeline import Fact, Kind, Place, UnknownPlace, kinds_for, page_of
from partners.models import Organisation, Person
from tests.browser import in_both_themes
from tests.factories import (
    AgreementFactory,
    AppointmentFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
)

TIMELINE = "/missions/interaction/timeline/"
# Few days and hours, so that many entries share one; the clocks change on one of the days, and
# half past eleven at night is still the same day here, but not by UTC.
DAYS = [date(2023, 3, 26), date(2023, 4, 24), date(2023, 4, 25), date(2024, 2, 29)]
HOURS = [(0, 0), (10, 0), (23, 30)]


def instant(chance):
    day, (hour, minute) = chance.choice(DAYS), chance.choice(HOURS)
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute))


def some_day(chance):
    return chance.choice([None, *DAYS])


def invent(chance):
    """Return an organisation, a person and a mission with a past of every kind, and strangers."""
    ours = OrganisationFactory(home=True), PersonFactory(), MissionFactory(starts_on=DAYS[1])
    strangers = OrganisationFactory(home=True), PersonFactory(), MissionFactory(starts_on=DAYS[1])
    foreign = OrganisationFactory()

    def one_of(place):
        return chance.choice([ours, ours, strangers])[place]

    missions = [ours[2], *(MissionFactory(starts_on=day, ends_on=None) for day in DAYS)]
    going = {
        mission: ParticipationFactory(mission=mission, organisation=one_of(0), person=one_of(1))
        for mission in missions
    }
    made = list(going.values())
    made.append(ParticipationFactory(mission=missions[1], organisation=ours[0], person=None))
    for _ in range(14):
        contact = InteractionFactory(
            organisations=[one_of(0), foreign], occurred_at=instant(chance), mission=one_of(2)
        )
        contact.person_links.create(person=one_of(1))
        made.append(contact)
    for _ in range(8):
        mission = chance.choice(missions)
        appointment = AppointmentFactory(
            mission=mission, stop=None, starts_at=(starts_at := instant(chance)),
            ends_at=starts_at + timedelta(hours=1), conflicts_accepted=True,
            interpreter=chance.choice([None, one_of(1)]),
        )  # fmt: skip
        appointment.host_links.create(organisation=one_of(0))
        if chance.random() < 0.6:
            appointment.participation_links.create(participation=going[mission])
        made.append(appointment)
    for number in range(4):
        cooperation = CooperationFactory(
            home=one_of(0), partner=foreign, subject=f"S {number}",
            stage_since=some_day(chance), origin_mission=one_of(2),
        )  # fmt: skip
        cooperation.stage, cooperation.stage_since = "talks", some_day(chance)
        cooperation.save()
        made.append(cooperation)
    early, late = DAYS[1], DAYS[3]
    for agreed, signed, valid, unknown, whose in (
        (early, late, late, False, ours),
        (None, early, early, False, ours),
        (early, None, None, True, ours),
        (early, None, None, False, strangers),
        (early, None, late, False, ours),
        (None, None, None, False, ours),
        (None, None, None, True, strangers),
    ):
        agreement = AgreementFactory(
            agreed_on=agreed,
            signed_on=signed,
            valid_until=valid,
            signed_on_unknown=unknown,
            mission=whose[2],
        )
        agreement.parties.create(organisation=whose[0], side="home", signatory=whose[1])
        made.append(agreement)
    for _ in range(4):
        project = ProjectFactory.build(
            owner=None, starts_on=some_day(chance), origin_mission=one_of(2)
        )
        project.owner = FollowUpFactory().assignee
        project._history_date = instant(chance)
        project.save()
        project.parties.create(organisation=one_of(0), role="lead")
        project._history_date = instant(chance)
        project.stage = chance.choice(["idea", "on_hold"])
        project.drop_reason, project.look_again_on = "Der Partner wartet", date(2030, 1, 1)
        project.city = "Taschkent"  # a save that changes no stage is no entry
        project.save()
        made.append(project)
    for record in chance.sample([one for one in made if type(one) is not Agreement], 5):
        record.archive("no longer")
    AgreementFactory(agreed_on=early, mission=ours[2]).archive("no longer")
    return ours


def obvious(record):
    """Return the places of all entries about ``record``, from every row there is, in order."""

    def rows(model):
        return model.objects.filter(archived_at=None)

    def owns(*others):
        return record in others

    def day_of(moment):
        return timezone.localtime(moment).date()

    places = []
    for contact in rows(Interaction):
        if owns(*contact.organisations.all(), *contact.people.all(), contact.mission):
            at = contact.occurred_at
            places.append(Place(day_of(at), at, Fact.CONTACT, contact.pk))
    for appointment in rows(Appointment):
        going = [going for going in appointment.participations.all() if not going.archived_at]
        there = [one for each in going for one in (each.person, each.organisation)]
        there += [*appointment.hosts.all(), appointment.interpreter, appointment.mission]
        if owns(*there):
            at = appointment.starts_at
            places.append(Place(day_of(at), at, Fact.APPOINTMENT, appointment.pk))
    for going in rows(Participation):
        if owns(going.organisation, going.person):
            places.append(Place(going.mission.starts_on, None, Fact.PARTICIPATION, going.pk))
    for cooperation in rows(Cooperation):
        if owns(cooperation.home, cooperation.partner, cooperation.origin_mission):
            for stage in cooperation.stages.all():
                places.append(Place(stage.since, None, Fact.STAGE_OF_COOPERATION, stage.pk))
    for agreement in rows(Agreement):
        parties = agreement.parties.all()
        if owns(*(p.organisation for p in parties), *(p.signatory for p in parties)) or owns(
            agreement.mission
        ):
            agreed, signed = agreement.agreed_on, agreement.signed_on
            for day, fact in (
                (agreed, Fact.AGREED),
                (signed, Fact.SIGNED),
                (agreement.valid_until, Fact.EXPIRED),
            ):
                if day:
                    places.append(Place(day, None, fact, agreement.pk))
            if not signed and (not agreed or agreement.signed_on_unknown):
                places.append(Place(None, None, Fact.UNDATED_AGREEMENT, agreement.pk))
    for project in rows(Project):
        if owns(*(party.organisation for party in project.parties.all()), project.origin_mission):
            before = None
            for row in project.history.order_by("history_id"):
                if row.stage != before:
                    at = row.history_date
                    places.append(Place(day_of(at), at, Fact.STAGE_OF_PROJECT, row.history_id))
                before = row.stage
            if project.starts_on:
                places.append(Place(project.starts_on, None, Fact.START_OF_PROJECT, project.pk))
    places.sort(key=lambda place: (place.fact, -place.key))
    places.sort(key=lambda place: (place.at is not None, place.at and place.at), reverse=True)
    places.sort(key=lambda place: place.day or date.min, reverse=True)
    return places


def read(record, user, size, kinds=()):
    """Return the places of all entries, read page after page."""
    found, before = [], None
    while True:
        page = page_of(record, user, kinds, before, size)
        assert len(page.entries) == size or page.next is None
        found += [entry.place for entry in page.entries]
        if page.next is None:
            return found
        before = page.next


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_every_page_tells_what_a_look_at_every_row_tells(seed, project_manager):
    told = set()
    for record in invent(random.Random(seed)):
        expected = obvious(record)
        for size in (2, 500):
            assert read(record, project_manager, size) == expected
        told |= {place.fact for place in expected}
        for kinds in (["agreement"], ["contact", "project"]):
            facts = {
                Fact.CONTACT, Fact.STAGE_OF_PROJECT, Fact.START_OF_PROJECT
            } if "contact" in kinds else {
                Fact.AGREED, Fact.SIGNED, Fact.EXPIRED, Fact.UNDATED_AGREEMENT
            }  # fmt: skip
            of_kinds = [place for place in expected if place.fact in facts]
            assert read(record, project_manager, 3, kinds) == of_kinds
    assert told == set(Fact), "otherwise one kind was never asked for"


@pytest.mark.django_db
def test_what_is_known_less_exactly_says_so(project_manager):
    titk = OrganisationFactory(home=True)
    autumn = MissionFactory(
        starts_on=date(2021, 9, 1), ends_on=None, date_precision="season", title_de="Online"
    )
    ParticipationFactory(mission=autumn, organisation=titk)
    CooperationFactory(home=titk, stage="talks")
    InteractionFactory(
        organisations=[titk], occurred_at=timezone.make_aware(datetime(2022, 5, 3, 0, 0))
    )
    contact, participation, stage = page_of(titk, project_manager).entries
    assert (contact.when, participation.when, stage.when) == ("03.05.2022", "Herbst 2021", "")
    assert [year for year, _entries in page_of(titk, project_manager).years] == [2022, 2021, None]


@pytest.mark.django_db
def test_nobody_reads_what_the_role_may_not_see(client_for, reader, editor):
    titk = OrganisationFactory(home=True)
    contact = InteractionFactory(organisations=[titk], notes="Kanarienvogel")
    mission = MissionFactory()
    appointment = AppointmentFactory(mission=mission, stop=None, outcome="Kanarienvogel")
    appointment.host_links.create(organisation=titk)
    FollowUpFactory(organisation=titk, what="Kanarienvogel")
    for query in (f"?organisation={titk.pk}", f"?mission={mission.pk}"):
        assert "Kanarienvogel" in client_for(editor).get(TIMELINE + query).content.decode()
        page = client_for(reader).get(TIMELINE + query).content.decode()
        assert appointment.title in page
        assert "Kanarienvogel" not in page
    assert contact.subject in client_for(reader).get(f"{TIMELINE}?organisation={titk.pk}").text


@pytest.mark.django_db
def test_kinds_that_the_user_may_not_see_are_not_there(client_for, make_user):
    user = make_user("Halb", "Recht")
    rights = ["view_organisation", "view_agreement"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    titk = OrganisationFactory(home=True)
    mission = MissionFactory()
    InteractionFactory(organisations=[titk], subject="Geheim")
    CooperationFactory(home=titk, subject="Geheim")
    agreement = AgreementFactory(mission=mission, title="Rahmenvertrag")
    agreement.parties.create(organisation=titk, side="home", signatory=PersonFactory())
    assert kinds_for(titk, user) == [Kind.AGREEMENT]
    page = client_for(user).get(f"{TIMELINE}?organisation={titk.pk}&kind=contact").text
    assert "Rahmenvertrag" in page
    assert "Geheim" not in page
    assert mission.get_absolute_url() not in page
    assert client_for(user).get(f"{TIMELINE}?mission={mission.pk}").status_code == 403


@pytest.mark.django_db
def test_only_a_timeline_that_is_there_is_answered(client_for, reader, outsider):
    titk = OrganisationFactory(home=True)
    own = f"{TIMELINE}?organisation={titk.pk}"
    assert client_for(outsider).get(own).status_code == 403
    client = client_for(reader)
    assert client.get(own).status_code == 200
    for query in ("", f"?organisation={titk.pk + 1000}", "?organisation=x", "?person=1%00"):
        assert client.get(TIMELINE + query).status_code == 404, query
    for place in ("x", "WzEsMl0:1a:b", Place(None, None, Fact.AGREED, 1).written() + "x"):
        assert client.get(own, {"organisation": titk.pk, "before": place}).status_code == 400
        with pytest.raises(UnknownPlace):
            Place.read(place)


@pytest.mark.django_db
def test_the_tab_is_on_every_page_and_its_links_lead_somewhere(client_for, reader, editor):
    ours = invent(random.Random(4))
    for record in ours:
        whose = record._meta.model_name
        address = f"{TIMELINE}?{whose}={record.pk}"
        page = client_for(reader).get(record.get_absolute_url()).text
        assert f'data-load="{address}"' in page
        for user in (reader, editor):
            client = client_for(user)
            tab = client.get(address).text
            links = set(re.findall(r'href="(/[^"#]+)"', tab))
            assert links
            for link in links:
                answer = client.get(link.replace("&amp;", "&"))
                assert answer.status_code == 200, (user, link)
    titk = ours[0]
    company = reverse("admin:partners_company_change", args=[titk.pk])
    assert f"?organisation={titk.pk}" in client_for(reader).get(company).text


@pytest.mark.django_db
def test_an_empty_timeline_says_what_to_do(client_for, editor, reader):
    titk = OrganisationFactory(home=True)
    log = f'href="{reverse("admin:missions_interaction_add")}?organisations={titk.pk}"'
    address = f"{TIMELINE}?organisation={titk.pk}"
    assert log in client_for(editor).get(address).text
    assert log not in client_for(reader).get(address).text
    assert log not in client_for(editor).get(f"{address}&kind=contact").text
    titk.archive("closed")
    assert log not in client_for(editor).get(address).text


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.django_db
def test_a_page_costs_the_same_however_much_there_is(client_for, project_manager):
    client = client_for(project_manager)
    ours, more = invent(random.Random(5)), invent(random.Random(6))
    for record in more:
        field = {Organisation: "organisation_links", Person: "person_links"}.get(type(record))
        for _ in range(60):
            contact = InteractionFactory(mission=record if type(record) is Mission else None)
            if field:
                getattr(contact, field).create(**{record._meta.model_name: record})
    for few, many in zip(ours, more, strict=True):
        whose = few._meta.model_name
        for kinds in ("", "&kind=contact"):
            costs = [
                queries_of(client, f"{TIMELINE}?{whose}={one.pk}{kinds}") for one in (few, many)
            ]
            # With more contacts fewer other kinds are on the first page.
            assert costs[1] <= costs[0] <= 24
            if kinds:
                assert costs[0] == costs[1] <= 12


@pytest.mark.browser
def test_read_filter_and_go_on_by_keyboard_and_on_a_phone(page, phone_page, login, project_manager):
    titk = OrganisationFactory(home=True, short_name="TITK")
    CooperationFactory(home=titk, partner=OrganisationFactory(name="UzTextilprom"), stage="talks")
    starts = timezone.make_aware(datetime(2023, 6, 1, 10, 0))
    for number in range(45):
        InteractionFactory(
            organisations=[titk],
            subject=f"Gespräch Nr. {number}",
            occurred_at=starts - timedelta(days=7 * number),
            notes="Muster zugesagt. " * 30,
        )
    for one, is_phone in ((page, False), (phone_page, True)):
        login(one, project_manager)
        one.goto(titk.get_absolute_url())
        one.locator("#tabs-items [href*=timeline]").click()
        stream = one.locator(".crm-stream")
        entries = stream.locator("ol > li")
        expect(entries).to_have_count(20)
        in_both_themes(one)
        more = stream.locator("[data-stream-more]")
        more.focus()
        one.keyboard.press("Enter")
        expect(entries).to_have_count(40)
        expect(stream.locator("h3")).to_have_text(["2023", "2022"])
        assert one.evaluate("document.activeElement.textContent") == "Gespräch Nr. 20"
        more.click()
        expect(entries).to_have_count(46)  # with the stage that has no date
        expect(more).to_have_count(0)

        tick = stream.locator("input[value=cooperation]")
        tick.focus()
        one.keyboard.press("Space")
        expect(entries).to_have_count(1)
        expect(entries).to_contain_text("UzTextilprom")
        expect(tick).to_be_focused()
        stream.locator("input[value=contact]").check()
        expect(entries).to_have_count(20)
        tick.uncheck()
        stream.locator("input[value=contact]").uncheck()
        stream.locator("input[value=project]").check()
        expect(stream.locator(".crm-empty")).to_be_visible()
        if is_phone:
            assert one.evaluate("document.documentElement.scrollWidth") <= 390
