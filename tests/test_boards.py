"""The boards: columns by stage, and the move of a card with all that can refuse it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from missions import boards
from missions.boards import CantMove, MovedMeanwhile, columns_of, move
from missions.models import Cooperation, Project

from .factories import (
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    OrganisationFactory,
    ProjectFactory,
    SectorFactory,
)

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
FRAGMENT = {**ENGLISH, "x-fragment": "1"}


@pytest.fixture
def cooperation():
    return CooperationFactory(
        home=OrganisationFactory(home=True, name="TITK"),
        partner=OrganisationFactory(name="UzTextilprom", country="TM"),
        subject="Garne",
        stage="introduced",
        stage_since=timezone.localdate() - timedelta(days=40),
    )


def board_of(model):
    return reverse(f"admin:missions_{model._meta.model_name}_board")


def move_page(record):
    return reverse(f"admin:missions_{record._meta.model_name}_move", args=[record.pk])


def cards_of(response):
    """Return ``{stage: [the cards shown]}`` of a board."""
    columns = [*response.context["road"], *response.context["beside"]]
    return {item["column"].stage.value: item["column"].cards for item in columns}


# --- The move -----------------------------------------------------------------------------------


def test_a_cooperation_reaches_a_stage_on_a_day_and_both_are_kept(cooperation, editor):
    day = timezone.localdate() - timedelta(days=3)
    move(cooperation, "talks", editor, day=day, version=cooperation.version)
    cooperation.refresh_from_db()
    assert (cooperation.stage, cooperation.stage_since) == ("talks", day)
    assert [(s.stage, s.since) for s in cooperation.stages.all()][-1] == ("talks", day)
    assert cooperation.history.first().stage == "talks"


def test_without_a_day_it_is_today_and_the_day_of_the_stage_before_is_a_day_too(
    cooperation, editor
):
    move(cooperation, "talks", editor, version=cooperation.version)
    cooperation.refresh_from_db()
    assert cooperation.stage_since == timezone.localdate()
    earlier = timezone.localdate() - timedelta(days=9)
    move(cooperation, "agreed", editor, day=earlier, version=cooperation.version)
    cooperation.refresh_from_db()
    # Two stages of one day: the second is not dated anew.
    move(cooperation, "active", editor, day=earlier, version=cooperation.version)
    cooperation.refresh_from_db()
    assert cooperation.stage_since == earlier
    assert [s.since for s in cooperation.stages.all()][-2:] == [earlier, earlier]


def test_the_future_is_refused(cooperation, editor):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(CantMove):
        move(cooperation, "talks", editor, day=tomorrow, version=cooperation.version)
    cooperation.refresh_from_db()
    assert cooperation.stage == "introduced"


def test_what_ends_needs_a_reason_and_loses_it_on_the_road(cooperation, editor):
    with pytest.raises(CantMove):
        move(cooperation, "ended", editor, reason="  ", version=cooperation.version)
    move(cooperation, "ended", editor, reason="Werk verkauft", version=cooperation.version)
    cooperation.refresh_from_db()
    assert (cooperation.stage, cooperation.ended_reason) == ("ended", "Werk verkauft")
    move(cooperation, "talks", editor, reason="egal", version=cooperation.version)
    cooperation.refresh_from_db()
    assert cooperation.ended_reason == ""


def test_a_reason_too_long_for_the_field_is_refused(cooperation, editor):
    with pytest.raises(CantMove):
        move(cooperation, "ended", editor, reason="x" * 301, version=cooperation.version)


def test_a_gate_names_what_is_missing(editor):
    project = ProjectFactory(country="UZ", sector=SectorFactory())
    with pytest.raises(CantMove) as refused:
        move(project, "negotiation", editor, version=project.version)
    assert {field.name for field in refused.value.missing} == {"next_step", "value_forecast_eur"}
    for field in refused.value.missing:
        assert str(field.verbose_name) in str(refused.value)
    move(project, "qualified", editor, version=project.version)
    project.refresh_from_db()
    assert project.stage == "qualified"


def test_a_project_stops_with_a_reason_and_a_day_and_goes_on_without(editor):
    project = ProjectFactory()
    today = timezone.localdate()
    for given in (
        {"reason": "Kein Geld"},
        {"look_again_on": today + timedelta(days=9)},
        {"reason": "Kein Geld", "look_again_on": today},
    ):
        with pytest.raises(CantMove):
            move(project, "on_hold", editor, version=project.version, **given)
    day = today + timedelta(days=90)
    move(project, "on_hold", editor, reason="Kein Geld", look_again_on=day, version=project.version)
    project.refresh_from_db()
    assert (project.drop_reason, project.look_again_on) == ("Kein Geld", day)
    move(project, "idea", editor, version=project.version)
    project.refresh_from_db()
    assert (project.drop_reason, project.look_again_on) == ("", None)


def test_what_is_archived_or_gone_or_there_already_is_not_moved(cooperation, editor):
    with pytest.raises(CantMove):
        move(cooperation, "introduced", editor, version=cooperation.version)
    cooperation.archive("doppelt")
    with pytest.raises(CantMove):
        move(cooperation, "talks", editor, version=cooperation.version)
    Cooperation.objects.get(pk=cooperation.pk).delete()
    with pytest.raises(CantMove):
        move(cooperation, "talks", editor, version=cooperation.version)


def test_who_comes_second_reads_who_was_first_and_where_the_card_is(
    client_for, cooperation, editor, project_manager
):
    seen = {"version": cooperation.version, "stage": "agreed"}
    first = client_for(project_manager).post(move_page(cooperation), {**seen, "stage": "talks"})
    assert first.status_code == 302
    second = client_for(editor).post(move_page(cooperation), seen, headers=FRAGMENT)
    text = second.content.decode()
    assert 'data-moved="' in text
    assert "crm-note-bad" in text
    assert str(project_manager) in text
    assert "in talks" in text
    # To the same place, too: it is not the second one who has moved it.
    again = client_for(editor).post(
        move_page(cooperation), {**seen, "stage": "talks"}, headers=FRAGMENT
    )
    assert str(project_manager) in again.content.decode()
    cooperation.refresh_from_db()
    assert cooperation.stage == "talks"
    with pytest.raises(MovedMeanwhile):
        move(cooperation, "active", editor, version=seen["version"])


# --- The pages ----------------------------------------------------------------------------------


def test_the_page_moves_a_card_without_any_script(client_for, cooperation, editor):
    client = client_for(editor)
    shown = client.get(move_page(cooperation))
    assert shown.context["form"]["version"].value() == cooperation.version
    back = board_of(Cooperation) + "?field=economic"
    given = {"version": cooperation.version, "stage": "ended", "next": back}
    refused = client.post(move_page(cooperation), given)
    assert refused.status_code == 200
    assert "reason" in refused.context["form"].errors
    moved = client.post(move_page(cooperation), {**given, "reason": "Werk verkauft"})
    assert (moved.status_code, moved.headers["Location"]) == (302, back)
    cooperation.refresh_from_db()
    assert cooperation.ended_reason == "Werk verkauft"
    elsewhere = client.post(
        move_page(cooperation),
        {"version": cooperation.version, "stage": "talks", "next": "https://example.org/"},
    )
    assert elsewhere.headers["Location"] == board_of(Cooperation)


def test_the_refusal_of_a_gate_leads_to_the_form(client_for, editor):
    project = ProjectFactory()
    given = {"version": project.version, "stage": "qualified"}
    refused = client_for(editor).post(move_page(project), given, headers=FRAGMENT)
    text = refused.content.decode()
    assert project.get_absolute_url() in text
    assert "sector" in text
    project.refresh_from_db()
    assert project.stage == "idea"


def test_a_reader_sees_the_board_without_moves_reasons_and_next_steps(
    client_for, cooperation, editor, reader, outsider
):
    move(cooperation, "ended", editor, reason="Geheimer Grund", version=cooperation.version)
    cooperation.refresh_from_db()
    FollowUpFactory(cooperation=cooperation, organisation=None, what="Heimlich anrufen")
    project = ProjectFactory(
        stage="on_hold", drop_reason="Geheimer Grund", look_again_on="2027-01-01"
    )
    for record in (cooperation, project):
        response = client_for(reader).get(board_of(type(record)))
        text = response.content.decode()
        assert str(record) in text
        assert "Geheimer Grund" not in text
        assert "Heimlich anrufen" not in text
        assert "data-move" not in text
        assert 'draggable="true"' not in text
        given = {"version": record.version, "stage": "talks"}
        assert client_for(reader).post(move_page(record), given).status_code == 403
        assert client_for(reader).get(move_page(record)).status_code == 403
        assert client_for(outsider).get(board_of(type(record))).status_code == 403
        shown = client_for(editor).get(board_of(type(record))).content.decode()
        assert "Geheimer Grund" in shown
        assert "data-move" in shown


def test_the_filters_of_the_list_hold_on_the_board(client_for, cooperation, editor):
    cooperation.owner = editor
    cooperation.save()
    other = CooperationFactory(field="research", stage="ended", ended_reason="Ende")
    client = client_for(editor)
    for query, found in (
        ({}, {cooperation, other}),
        ({"owner": "me"}, {cooperation}),
        ({"country": "TM"}, {cooperation}),
        ({"field": "research"}, {other}),
        ({"organisation": cooperation.home_id}, {cooperation}),
        # The board shows every stage.
        ({"stage": "ended"}, {cooperation, other}),
    ):
        response = client.get(board_of(Cooperation), query)
        assert set().union(*cards_of(response).values()) == found, query
    # Its numbers lead to the list of the same records.
    response = client.get(board_of(Cooperation), {"owner": "me"})
    url = next(
        item["url"] for item in response.context["road"] if item["column"].stage == "introduced"
    )
    assert set(client.get(url).context["cl"].queryset) == {cooperation}


def test_a_column_shows_fifty_and_leads_to_all(client_for, editor):
    home, partner = OrganisationFactory(home=True), OrganisationFactory()
    made = [
        CooperationFactory(home=home, partner=partner, subject=f"Thema {number}")
        for number in range(boards.MOST_CARDS + 2)
    ]
    column = columns_of(Cooperation.objects.all())[0]
    assert (len(column.cards), column.count, column.more) == (50, 52, 2)
    assert column.cards[0] == made[-1]  # what was changed last stands first
    response = client_for(editor).get(board_of(Cooperation))
    url = response.context["road"][0]["url"]
    assert client_for(editor).get(url).context["cl"].queryset.count() == 52


@pytest.mark.parametrize("model", [Cooperation, Project])
def test_as_many_queries_for_ten_cards_as_for_two_hundred(client_for, editor, model):
    def add(number):
        home, partner = OrganisationFactory(home=True), OrganisationFactory()
        for one in range(number):
            if model is Project:
                ProjectFactory(owner=editor)
                continue
            stage = Cooperation.Stage.values[one % 6]
            added = CooperationFactory(
                home=home, partner=partner, subject=str(one), stage=stage, owner=editor
            )
            if one < 20:
                FollowUpFactory(cooperation=added, organisation=None)
                InteractionFactory(cooperation=added, organisations=[home])

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(board_of(model)).status_code == 200
        return len(captured)

    client = client_for(editor)
    add(10)
    client.get(board_of(model))
    few = queries()
    add(190)
    assert queries() == few
