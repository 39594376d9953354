"""The start page: what is due and on, each figure equal to the list it opens, nothing more than the
user may see, in as many queries for many records as for few.
"""

from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from legcrm import dashboard
from legcrm.core import figures
from legcrm.core.models import StoredFigure, TimedRun
from missions.models import Mission
from missions.radar import find_leads
from partners.models import Person
from tests.factories import (
    AffiliationFactory,
    AgreementFactory,
    AppointmentFactory,
    CooperationFactory,
    FollowUpFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
    QuestionnaireFactory,
    StopFactory,
)

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")
PARTICIPATIONS = reverse("admin:missions_participation_changelist")


def day(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def start_page(client_for):
    def get(user, language="en"):
        return client_for(user).get(INDEX, headers={"accept-language": language})

    return get


def make_work(user, times=1):
    """What every card shows: follow-ups, missions under way, appointments, results."""
    for number in range(times):
        for days in (-3, 0, 4, 30):
            FollowUpFactory(assignee=user, due_on=day(days))
        mission = MissionFactory(
            starts_on=day(-1), ends_on=day(5), status="running", owner=user, capacity=20
        )
        stop = StopFactory(mission=mission)
        came = ParticipationFactory(mission=mission, status="confirmed")
        QuestionnaireFactory(participation=came, status="answered", answered_at=timezone.now())
        for status in ("invited", "applied", "accepted"):
            ParticipationFactory(mission=mission, status=status)
        now = timezone.now()
        AppointmentFactory(
            mission=mission, stop=stop, starts_at=now + timedelta(hours=1 + number),
            ends_at=now + timedelta(hours=2 + number),
        )  # fmt: skip
        over = MissionFactory(starts_on=day(-40), ends_on=day(-30), status="completed")
        ParticipationFactory(mission=over, status="attended")
        for stage in ("talks", "active"):
            CooperationFactory(stage=stage, origin_mission=over)
        AgreementFactory(status="signed", signed_on=day(-9), mission=over)
        AgreementFactory(status="planned", mission=over)
        ProjectFactory(stage="idea", origin_mission=over, owner=user)
        AffiliationFactory(organisation__country="KZ")
    find_leads(day(0))


def links_of_figures(context):
    """Yield every number of the page with the address of the list behind it."""
    for figure in [*context["figures"], *context["urgent"]]:
        yield figure["url"], figure["count"]
    for card in ("cooperations", "projects", "countries"):
        for bar in context[card]["bars"]:
            yield bar["url"], bar["count"]
    for row in context["results"]["rows"]:
        for cell in row["cells"]:
            yield cell["url"], cell["count"]
    for row in context["missions"]["rows"]:
        yield row["participants_url"], row["mission"].participant_count
        for gap in row["gaps"]:
            if "changelist" in gap.url or "?mission__id" in gap.url:
                yield gap.url, gap.count


def test_every_figure_equals_the_list_behind_it(start_page, client_for, project_manager, editor):
    make_work(project_manager, times=2)
    make_work(editor)
    archived = [CooperationFactory(stage="active"), OrganisationFactory(), PersonFactory()]
    archived.append(AgreementFactory(status="signed", signed_on=day(-1)))
    archived.append(FollowUpFactory(assignee=project_manager, due_on=day(-1)))
    for record in archived:
        record.archive("doppelt")
    client = client_for(project_manager)
    response = start_page(project_manager)
    page = unescape(response.text)
    numbers = list(links_of_figures(response.context))
    assert len(numbers) > 25
    assert [figure["count"] for figure in response.context["urgent"]] == [2, 2, 4, 3, 2, 2, 2, 2]
    for url, count in numbers:
        response = client.get(url)
        assert response.status_code == 200, url
        assert response.context["cl"].result_count == count, url
        assert f'href="{url}"' in page or count == 0, url


def test_reader_s_figures_equal_their_lists(start_page, client_for, reader, editor):
    make_work(editor, times=2)
    client = client_for(reader)
    context = start_page(reader).context
    assert context["urgent"] == []
    numbers = list(links_of_figures(context))
    assert len(numbers) > 15
    for url, count in numbers:
        assert client.get(url).context["cl"].result_count == count, url


def test_figures_count_what_there_is(start_page, editor):
    make_work(editor)
    context = start_page(editor).context
    assert [figure["count"] for figure in context["follow_ups"]["figures"]] == [1, 1, 2]
    stages = {bar["label"]: bar["count"] for bar in context["cooperations"]["bars"]}
    assert stages == {"in talks": 1, "active": 1}
    countries = {bar["label"]: bar["count"] for bar in context["countries"]["bars"]}
    # The partners of the two cooperations, the targets of the four follow-ups, and one in KZ.
    assert countries == {"Uzbekistan": 6, "Kazakhstan": 1}
    assert context["figures"][-1]["count"] == 1


def test_follow_ups_are_mine_and_open(start_page, editor, project_manager):
    FollowUpFactory(assignee=editor, due_on=day(-2), what="Memorandum senden")
    FollowUpFactory(assignee=project_manager, due_on=day(-2), what="Sache der Kollegin")
    FollowUpFactory(assignee=editor, due_on=day(-2), what="Erledigt", done_at=timezone.now())
    page = start_page(editor).text
    assert "Memorandum senden" in page
    assert "Sache der Kollegin" not in page
    assert "Erledigt" not in page


def test_missions_running_and_coming_with_stops_and_gaps(start_page, project_manager):
    MissionFactory(starts_on=day(-400), ends_on=day(-390), title_en="Long ago", status="completed")
    MissionFactory(starts_on=day(9), ends_on=day(9), title_en="Called off", status="cancelled")
    coming = MissionFactory(starts_on=day(30), ends_on=day(35), title_en="Next spring")
    running = MissionFactory(starts_on=day(-1), ends_on=day(2), title_en="On now", capacity=12)
    for position, city in enumerate(["Astana", "Almaty"]):
        StopFactory(mission=running, city=city, position=position)
    ParticipationFactory(mission=running, status="accepted", role="company")
    response = start_page(project_manager)
    rows = response.context["missions"]["rows"]
    assert [row["mission"] for row in rows] == [running, coming]
    page = response.text
    assert page.index("Astana") < page.index("Almaty")
    assert "1 of 12" in page
    assert [gap.count for gap in rows[0]["gaps"]] == [1, 2]
    assert "Called off" not in page


def test_results_of_the_last_missions_each_with_its_list(start_page, reader):
    MissionFactory(starts_on=day(20), ends_on=day(25), title_en="Ahead")
    MissionFactory(starts_on=day(-20), ends_on=day(-19), title_en="Called off", status="cancelled")
    older = MissionFactory(starts_on=day(-400), ends_on=day(-390), title_en="The trip of last year")
    newer = MissionFactory(starts_on=day(-20), ends_on=day(-15), title_en="The last trip")
    ParticipationFactory(mission=newer, status="attended")
    ParticipationFactory(mission=newer, status="declined")
    CooperationFactory(origin_mission=newer)
    CooperationFactory(origin_mission=newer).archive("doppelt")
    AgreementFactory(mission=newer, status="signed", signed_on=day(-16))
    AgreementFactory(mission=newer, status="planned")
    ProjectFactory(origin_mission=older)
    rows = start_page(reader).context["results"]["rows"]
    assert [row["mission"] for row in rows] == [newer, older]
    assert [[cell["count"] for cell in row["cells"]] for row in rows] == [
        [1, 1, 1, 0],
        [0, 0, 0, 1],
    ]


def test_appointments_of_own_and_of_running_missions(start_page, editor, project_manager):
    own = MissionFactory(starts_on=day(3), ends_on=day(9), owner=editor)
    running = MissionFactory(starts_on=day(-1), ends_on=day(9))
    other = MissionFactory(starts_on=day(3), ends_on=day(9), owner=project_manager)
    at = timezone.now() + timedelta(days=4)
    for mission, title in ((own, "Eigener"), (running, "Laufender"), (other, "Fremder")):
        AppointmentFactory(
            mission=mission, stop=None, title=title, starts_at=at, ends_at=at + timedelta(hours=1)
        )
    AppointmentFactory(
        mission=own, stop=None, title="Vergangener", starts_at=at - timedelta(days=9),
        ends_at=at - timedelta(days=9) + timedelta(hours=1),
    )  # fmt: skip
    days = start_page(editor).context["appointments"]["days"]
    assert [str(a) for day_ in days for a in day_["appointments"]] == ["Eigener", "Laufender"]


def test_the_day_of_an_appointment_is_that_of_its_city(start_page, editor, monkeypatch):
    """At 20:30 UTC it is tomorrow in Tashkent."""
    mission = MissionFactory(starts_on=day(-9), ends_on=day(9), owner=editor)
    stop = StopFactory(mission=mission, timezone="Asia/Tashkent", city="Taschkent")
    at = datetime(2026, 5, 4, 20, 30, tzinfo=UTC)
    AppointmentFactory(mission=mission, stop=stop, starts_at=at, ends_at=at + timedelta(hours=1))
    monkeypatch.setattr(timezone, "now", lambda: at - timedelta(hours=3))
    (shown,) = start_page(editor).context["appointments"]["days"]
    assert (shown["day"], shown["word"]) == (date(2026, 5, 5), "tomorrow")


def test_hours_are_those_of_the_place(start_page, editor):
    mission = MissionFactory(starts_on=day(0), ends_on=day(9), owner=editor)
    stop = StopFactory(mission=mission, timezone="Asia/Tashkent", city="Taschkent")
    at = (timezone.now() + timedelta(days=2)).replace(hour=5, minute=0, second=0, microsecond=0)
    AppointmentFactory(mission=mission, stop=stop, starts_at=at, ends_at=at + timedelta(hours=1))
    assert "10:00–11:00" in start_page(editor).text


def test_reader_sees_figures_and_nobody_by_name(start_page, reader, editor):
    make_work(editor)
    FollowUpFactory(assignee=reader, due_on=day(-1), what="Canary follow-up")
    response = start_page(reader)
    assert len(response.context["figures"]) == 4
    for card in ("follow_ups", "appointments", "to_decide", "calls"):
        assert response.context[card] is None
    people = Person.objects.values_list("last_name", flat=True)
    assert len(people) > 3
    for text in ("Canary follow-up", "My follow-ups", "Log a contact", "going cold", *people):
        assert text not in response.text
    assert reverse("admin:missions_followup_changelist") not in response.text


def test_outsider_sees_a_friendly_page(start_page, outsider, editor):
    make_work(editor)
    response = start_page(outsider)
    assert response.status_code == 200
    assert "You have no role yet" in response.text
    assert "crm-card" not in response.text


def test_empty_cards_say_what_to_do_next(start_page, project_manager):
    page = unescape(start_page(project_manager).text)
    for name in ("missions_followup", "missions_mission", "missions_appointment",
                 "missions_cooperation", "missions_project", "partners_organisation"):  # fmt: skip
        assert reverse(f"admin:{name}_add") in page
    assert page.count("crm-empty") == 8


def test_to_decide_is_on_my_missions_or_on_all_where_none_is_mine(
    start_page, project_manager, editor, client_for
):
    mine = MissionFactory(starts_on=day(9), ends_on=day(12), owner=project_manager)
    other = MissionFactory(starts_on=day(8), ends_on=day(12), owner=editor)
    over = MissionFactory(starts_on=day(-8), ends_on=day(-2), owner=project_manager)
    applied = [ParticipationFactory(mission=m, status="applied") for m in (mine, other, over)]
    accepted = ParticipationFactory(mission=mine, status="accepted")
    ParticipationFactory(mission=mine, status="confirmed")
    ParticipationFactory(mission=mine, status="applied").archive("doppelt")

    def shown(user):
        card = start_page(user).context["to_decide"]
        return [row["participation"] for row in card["rows"]]

    assert shown(project_manager) == [accepted, applied[0]]
    other.owner = None
    other.save()
    assert shown(editor) == [applied[1], accepted, applied[0]]
    every = client_for(project_manager).get(f"{PARTICIPATIONS}?to_decide=all").context["cl"]
    assert every.result_count == 3


def test_much_to_do_is_counted_up_to_a_bound(start_page, editor, monkeypatch):
    monkeypatch.setattr(figures.count_up_to, "__defaults__", (3,))
    monkeypatch.setattr(figures.say_count, "__defaults__", (3,))
    FollowUpFactory.create_batch(5, assignee=editor, due_on=day(-1))
    FollowUpFactory.create_batch(3, assignee=editor, due_on=day(0))
    shown = [figure["shown"] for figure in start_page(editor).context["urgent"]]
    assert shown[:3] == ["3+", "3", "3"]


# --- Totals of large tables -----------------------------------------------------------------


@pytest.fixture
def large_from_two(monkeypatch):
    monkeypatch.setattr(figures, "LARGE", 2)


def test_small_tables_are_counted_as_they_are(start_page, reader):
    CooperationFactory.create_batch(2)
    assert "As of" not in start_page(reader).text
    assert not StoredFigure.objects.exists()


def test_large_tables_are_counted_at_night_and_say_so(start_page, reader, large_from_two):
    OrganisationFactory.create_batch(3, country="KZ")
    dashboard.count_figures(day(0))
    counted_at = timezone.now() - timedelta(hours=6)
    StoredFigure.objects.update(counted_at=counted_at)
    OrganisationFactory(country="KZ")
    response = start_page(reader)
    assert response.context["countries"]["bars"][0]["count"] == 3
    assert response.context["countries"]["counted_at"] == counted_at
    assert "As of" in response.text
    # The other tables are small.
    assert StoredFigure.objects.count() == 1
    assert response.context["cooperations"]["counted_at"] is None
    dashboard.count_figures(day(0))
    assert start_page(reader).context["countries"]["bars"][0]["count"] == 4


def test_a_large_table_never_counted_is_counted_once(start_page, reader, large_from_two):
    OrganisationFactory.create_batch(3, country="KZ")
    for _visit in range(2):
        assert start_page(reader).context["figures"][0]["count"] == 3
        OrganisationFactory(country="KZ")
    assert StoredFigure.objects.count() == 1


def test_a_table_that_became_small_is_counted_live_again(start_page, reader, monkeypatch):
    OrganisationFactory.create_batch(3, country="KZ")
    with monkeypatch.context() as patch:
        patch.setattr(figures, "LARGE", 2)
        dashboard.count_figures(day(0))
        assert StoredFigure.objects.count() == 1
    dashboard.count_figures(day(0))
    assert not StoredFigure.objects.exists()


def test_stored_figures_are_for_those_who_may_see_the_records(
    start_page, outsider, make_user, large_from_two
):
    OrganisationFactory.create_batch(3, country="KZ")
    dashboard.count_figures(day(0))
    assert start_page(outsider).context["nothing_to_see"]
    user = make_user("Nora", "Knapp")
    user.user_permissions.add(Permission.objects.get(codename="view_project"))
    context = start_page(user).context
    assert context["countries"] is None and context["figures"] == []


# --- The nightly work -----------------------------------------------------------------------


@pytest.mark.parametrize(("days", "told"), [(None, True), (3, True), (1, False)])
def test_who_runs_the_system_sees_that_the_nightly_work_stands_still(
    start_page, administrator, editor, days, told
):
    if days is not None:
        ran = timezone.now() - timedelta(days=days)
        TimedRun.objects.create(task="radar", day=ran, started_at=ran, finished_at=ran)
    assert ("manage.py daily" in start_page(administrator).text) is told
    assert "manage.py daily" not in start_page(editor).text


def test_target_of_a_follow_up_only_where_it_may_be_seen(start_page, make_user):
    user = make_user("Nora", "Knapp")
    user.user_permissions.add(Permission.objects.get(codename="view_followup"))
    person = PersonFactory(last_name="Canarybird")
    FollowUpFactory(assignee=user, due_on=day(1), organisation=None, person=person)
    response = start_page(user)
    assert len(response.context["follow_ups"]["rows"]) == 1
    assert "Canarybird" not in response.text


@pytest.mark.parametrize("role", ["project_manager", "reader"])
def test_queries_do_not_grow(request, start_page, client_for, role):
    user = request.getfixturevalue(role)
    client = client_for(user)
    counts = []
    for times in (1, 19):
        make_work(user, times)
        with CaptureQueriesContext(connection) as queries:
            client.get(INDEX)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    # Session, user, two for the rights; then one to three for each card.
    assert counts[0] == {"project_manager": 44, "reader": 26}[role]
    assert Mission.objects.count() == 40
