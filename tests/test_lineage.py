"""The chain of missions: walked in one query, without cycles, and ending where there are some."""

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from missions.lineage import ancestors, ancestors_of_each, chain, descendants, ends
from missions.models import Mission, MissionLink
from tests.factories import MissionFactory
from tests.html_forms import change_form

FIRST = date(2021, 1, 1)
# Each example makes its own missions within the transaction of the test.
EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Up to eight missions by the day on which they start, and links between any two of them.
DAYS = st.lists(st.integers(0, 4), min_size=1, max_size=8)
LINKS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16)


def make_missions(days):
    return [
        MissionFactory(starts_on=FIRST + timedelta(days=day), ends_on=None, archived_at=None)
        for day in days
    ]


def reached(start, links):
    """Return what is reached from ``start`` over ``{(from, to)}``: the obvious walk."""
    found, waiting = set(), [start]
    while waiting:
        here = waiting.pop()
        for one, other in links:
            if one == here and other not in found:
                found.add(other)
                waiting.append(other)
    return found


def check_walks(missions, links):
    """``links`` are pairs (mission, earlier) of positions in ``missions``."""
    backwards = {(earlier, mission) for mission, earlier in links}
    place = {mission: number for number, mission in enumerate(missions)}
    for number, mission in enumerate(missions):
        up, down = reached(number, links), reached(number, backwards)
        assert {place[m] for m in ancestors(mission)} == up
        assert {place[m] for m in descendants(mission)} == down
        whole = chain(mission)
        assert {place[m] for m in whole.earlier} == up - {number}
        assert {place[m] for m in whole.later} == down - up - {number}
        assert len(whole.missions) == len(set(whole.missions))
        for found in (whole.earlier, whole.later):
            assert found == sorted(found, key=lambda m: (m.starts_on, m.pk))
        last = {one for one in down | {number} if not reached(one, backwards)}
        assert {place[m] for m in ends([mission])} == last
    assert ancestors_of_each(missions) == {
        mission.pk: {missions[n].pk for n in reached(number, links) - {number}}
        for number, mission in enumerate(missions)
    }


@pytest.mark.django_db
@EXAMPLES
@given(DAYS, LINKS)
def test_links_are_refused_where_they_close_a_cycle_or_go_forward(days, attempts):
    missions = make_missions(days)
    links = set()
    for mission, earlier in attempts:
        if mission >= len(days) or earlier >= len(days) or (mission, earlier) in links:
            continue
        allowed = (
            mission != earlier
            and days[earlier] <= days[mission]
            and mission not in reached(earlier, links)
        )
        try:
            MissionLink(mission=missions[mission], earlier=missions[earlier]).save()
        except ValidationError:
            assert not allowed
        else:
            assert allowed
            links.add((mission, earlier))
    check_walks(missions, links)


@pytest.mark.django_db
@EXAMPLES
@given(DAYS, LINKS)
def test_a_walk_ends_where_the_table_holds_cycles(days, attempts):
    missions = make_missions(days)
    count = len(days)
    links = {(one, other) for one, other in attempts if one != other and max(one, other) < count}
    table = MissionLink._meta.db_table
    with connection.cursor() as cursor:
        for one, other in links:
            cursor.execute(
                f"INSERT INTO {table} (mission_id, earlier_id, version, created_at, updated_at) "
                "VALUES (%s, %s, 1, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)",
                [missions[one].pk, missions[other].pk],
            )
    check_walks(missions, links)


@pytest.mark.django_db
def test_a_walk_is_one_query_however_long_the_chain(django_assert_num_queries):
    missions = make_missions(range(12))
    for mission, earlier in zip(missions[1:], missions, strict=False):
        MissionLink(mission=mission, earlier=earlier).save()
    with django_assert_num_queries(1):
        assert ancestors(missions[-1]) == missions[:-1]
    with django_assert_num_queries(1):
        assert descendants(missions[0]) == missions[1:]
    with django_assert_num_queries(1):
        assert chain(missions[5]).missions == missions
    with django_assert_num_queries(1):
        assert ends(missions[2:4]) == missions[-1:]
    with django_assert_num_queries(1):
        assert len(ancestors_of_each(missions)[missions[-1].pk]) == 11


def at_once(*works):
    """Run ``works`` in threads that start together; return what each returned or raised."""
    barrier = threading.Barrier(len(works))
    found = [None] * len(works)

    def run(number, work):
        try:
            barrier.wait(timeout=20)
            found[number] = work()
        except Exception as error:  # judged by the test
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_links_at_the_same_moment_one_is_refused():
    for number in range(10):
        # A cycle over four missions: no mission is in both links.
        one, two, three, four = make_missions([0, 0, 0, 0])
        MissionLink(mission=one, earlier=two).save()
        MissionLink(mission=three, earlier=four).save()
        found = at_once(
            MissionLink(mission=two, earlier=three).save,
            MissionLink(mission=four, earlier=one).save,
        )
        refused = [error for error in found if error is not None]
        assert [type(error) for error in refused] == [ValidationError], f"pair {number}: {found}"
        assert MissionLink.objects.filter(mission__in=[one, two, three, four]).count() == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_forms_at_the_same_moment_one_shows_why(client_for, make_user):
    users = [make_user(name, "Muster", "project manager") for name in ("Eins", "Zwei")]
    for number in range(5):
        missions = make_missions([0, 0])
        posts = []
        for user, mission, other in zip(users, missions, missions[::-1], strict=True):
            client = client_for(user)
            url, form = change_form(client, mission)
            data = {**form, "built_on": [str(other.pk)]}
            posts.append(lambda client=client, url=url, data=data: client.post(url, data))
        answers = at_once(*posts)
        assert sorted(a.status_code for a in answers) == [200, 302], f"pair {number}"
        assert MissionLink.objects.filter(mission__in=missions).count() == 1


@pytest.mark.django_db
def test_the_form_says_why_a_link_is_refused(client_for, project_manager):
    first, second = make_missions([0, 0])
    MissionLink(mission=second, earlier=first).save()
    client = client_for(project_manager)
    url, form = change_form(client, first)
    response = client.post(url, {**form, "built_on": [str(second.pk)]})
    assert response.status_code == 200
    assert f"„{second}“ baut selbst auf „{first}“ auf." in response.text
    assert not Mission.objects.get(pk=first.pk).built_on.exists()
