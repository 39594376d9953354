"""The start page: what is due and on, each figure equal to the list it opens, nothing more than the
user may see, in as many queries for many records as for few.
"""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from missions.models import Mission
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
    StopFactory,
)

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


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
        ParticipationFactory(mission=mission, status="confirmed")
        ParticipationFactory(mission=mission, status="invited")
        now = timezone.now()
        AppointmentFactory(
            mission=mission, stop=stop, starts_at=now + timedelta(hours=1 + number),
            ends_at=now + timedelta(hours=2 + number),
        )  # fmt: skip
        for stage in ("talks", "active"):
            CooperationFactory(stage=stage)
        AgreementFactory(status="signed", signed_on=day(-9))
        AgreementFactory(status="planned")
        AffiliationFactory(organisation__country="KZ")


def links_of_figures(context):
    """Yield every number of the page with the address of the list behind it."""
    for figure in [*context["figures"], *context["follow_ups"]["figures"]]:
        yield figure["url"], figure["count"]
    for bar in [*context["cooperations"]["bars"], *context["countries"]["bars"]]:
        yield bar["url"], bar["count"]
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
    figures = list(links_of_figures(start_page(project_manager).context))
    assert len(figures) > 12
    for url, count in figures:
        response = client.get(url)
        assert response.status_code == 200, url
        assert response.context["cl"].result_count == count, url
        assert url.replace("&", "&amp;") in start_page(project_manager).text


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
    assert "Long ago" not in page and "Called off" not in page


def test_last_missions_where_none_is_coming(start_page, project_manager):
    MissionFactory(title_en="The trip of 2023", status="completed")
    page = start_page(project_manager).text
    assert "No mission is on or planned." in page
    assert "The trip of 2023" in page
    assert reverse("admin:missions_mission_add") in page


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
    shown = [str(a) for a in start_page(editor).context["appointments"]["shown"]]
    assert shown == ["Eigener", "Laufender"]


def test_hours_are_those_of_the_place(start_page, editor):
    mission = MissionFactory(starts_on=day(0), ends_on=day(9), owner=editor)
    stop = StopFactory(mission=mission, timezone="Asia/Tashkent", city="Taschkent")
    at = (timezone.now() + timedelta(days=2)).replace(hour=5, minute=0, second=0, microsecond=0)
    AppointmentFactory(mission=mission, stop=stop, starts_at=at, ends_at=at + timedelta(hours=1))
    assert "10:00–11:00" in start_page(editor).text


def test_reader_sees_figures_and_nobody_by_name(start_page, reader, editor):
    make_work(editor)
    FollowUpFactory(assignee=reader, due_on=day(-1), what="Canary follow-up")
    PersonFactory(last_name="Canarybird")
    response = start_page(reader)
    assert response.context["follow_ups"] is None
    assert len(response.context["figures"]) == 4
    for text in ("Canary follow-up", "Canarybird", "My follow-ups", "Log a contact"):
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
                 "missions_cooperation", "partners_organisation"):  # fmt: skip
        assert reverse(f"admin:{name}_add") in page
    assert page.count("crm-empty") == 5


def test_target_of_a_follow_up_only_where_it_may_be_seen(start_page, make_user):
    from django.contrib.auth.models import Permission

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
    for times in (1, 6):
        make_work(user, times)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(INDEX)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    # Session, user, two for the rights; then one to three for each card.
    assert counts[0] == {"project_manager": 18, "reader": 15}[role]
    assert Mission.objects.count() == 7
