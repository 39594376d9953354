"""Days that bring follow-ups about: once each, whatever was missed, run twice or changed."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from legcrm.core.models import TimedRun
from missions.due_dates import NOTICE_DAYS, make_follow_ups, without_assignee
from missions.follow_ups import complete
from missions.models import Agreement, DueDate, FollowUp
from tests.factories import (
    AgreementFactory,
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    ProjectFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
END = TODAY + timedelta(days=NOTICE_DAYS)


def agreement(**fields):
    """Return an agreement in force, with a party on each side."""
    made = AgreementFactory(**{"valid_until": END} | fields)
    made.parties.create(side="home", organisation=OrganisationFactory(home=True))
    made.parties.create(side="foreign", organisation=OrganisationFactory())
    made.status = "agreed"
    made.save()
    return made


def stopped(user, **fields):
    values = {"stage": "on_hold", "drop_reason": "No money", "look_again_on": TODAY, "owner": user}
    return ProjectFactory(**values | fields)


def test_an_agreement_about_to_expire_is_told_once(editor):
    mine = agreement(mission=MissionFactory(owner=editor), title="Kooperation mit Taschkent")
    agreement(mission=mine.mission, valid_until=END + timedelta(days=1))
    agreement(mission=mine.mission, valid_until=None)
    AgreementFactory(mission=mine.mission, valid_until=END)  # only planned
    assert make_follow_ups(TODAY) == 1
    follow_up = mine.follow_ups.get()
    assert (follow_up.assignee, follow_up.due_on) == (editor, TODAY)
    assert "Kooperation mit Taschkent" in follow_up.what
    assert END.strftime("%d.%m.%Y") in follow_up.what
    # The same night again, and the nights after it, done or not.
    assert make_follow_ups(TODAY) == 0
    complete(follow_up, editor)
    assert make_follow_ups(TODAY + timedelta(days=1)) == 1  # the one of the day after
    assert FollowUp.objects.filter(agreement=mine).count() == 1


def test_missed_nights_are_made_up_for(editor):
    ended = agreement(mission=MissionFactory(owner=editor), valid_until=TODAY - timedelta(days=9))
    late = stopped(editor, look_again_on=TODAY - timedelta(days=5))
    coming = stopped(editor, look_again_on=TODAY + timedelta(days=1))
    assert make_follow_ups(TODAY) == 2
    assert {f.due_on for f in (ended.follow_ups.get(), late.follow_ups.get())} == {TODAY}
    assert not coming.follow_ups.exists()


def test_a_deleted_follow_up_does_not_come_back(editor):
    mine = agreement(mission=MissionFactory(owner=editor))
    make_follow_ups(TODAY)
    mine.follow_ups.get().delete()
    assert make_follow_ups(TODAY) == 0


def test_a_new_day_closes_the_old_follow_up_and_brings_a_new_one(editor):
    mine = agreement(mission=MissionFactory(owner=editor))
    make_follow_ups(TODAY)
    old = mine.follow_ups.get()
    mine.valid_until = END - timedelta(days=10)
    mine.save()
    assert make_follow_ups(TODAY) == 1
    old.refresh_from_db()
    assert old.done_at is not None
    assert mine.valid_until.strftime("%d.%m.%Y") in old.outcome
    assert mine.follow_ups.open().count() == 1
    # Back to the day that was told before, and taken back: that too is a change.
    mine.valid_until = END
    mine.save()
    assert make_follow_ups(TODAY) == 1
    assert str(END.year) in mine.follow_ups.open().get().what


def test_what_is_done_keeps_its_outcome(editor):
    mine = agreement(mission=MissionFactory(owner=editor))
    make_follow_ups(TODAY)
    complete(mine.follow_ups.get(), editor, "Renewed")
    mine.valid_until = END + timedelta(days=900)
    mine.save()
    assert make_follow_ups(TODAY) == 0
    assert mine.follow_ups.get().outcome == "Renewed"


@pytest.mark.parametrize("change", [{"status": "terminated"}, {"valid_until": None}, "archive"])
def test_what_no_longer_runs_asks_for_nothing(editor, change):
    mine = agreement(mission=MissionFactory(owner=editor))
    make_follow_ups(TODAY)
    if change == "archive":
        mine.archive("entered twice")
    else:
        for name, value in change.items():
            setattr(mine, name, value)
        mine.save()
    assert make_follow_ups(TODAY) == 0
    assert not mine.follow_ups.open().exists()
    assert mine.follow_ups.get().outcome


def test_a_project_that_goes_on_is_not_asked_for(editor):
    project = stopped(editor)
    make_follow_ups(TODAY)
    follow_up = project.follow_ups.get()
    assert project.drop_reason not in follow_up.what
    project.stage = "idea"
    project.save()
    make_follow_ups(TODAY)
    assert not project.follow_ups.open().exists()
    # Stopped once more, for another time.
    project.stage, project.look_again_on = "dropped", TODAY + timedelta(days=30)
    project.save()
    assert make_follow_ups(TODAY) == 0
    assert make_follow_ups(TODAY + timedelta(days=30)) == 1


def test_whoever_is_nearest_and_still_works_here_is_asked(editor, make_user, reader, outsider):
    left = make_user("Lara", "Fort", "editor", is_active=False)
    owner = make_user("Mia", "Fromm", "project manager")
    pair = CooperationFactory(owner=editor)
    mission = MissionFactory(owner=owner)
    near = agreement(cooperation=pair, mission=mission)
    gone = agreement(cooperation=CooperationFactory(owner=left), mission=mission)
    reads = agreement(cooperation=CooperationFactory(owner=reader), created_by=owner)
    alone = agreement(cooperation=CooperationFactory(owner=outsider))
    assert make_follow_ups(TODAY) == 3
    assert without_assignee(TODAY) == 1
    assert near.follow_ups.get().assignee == editor
    assert gone.follow_ups.get().assignee == owner
    assert reads.follow_ups.get().assignee == owner
    # Once it has an owner, it is asked for.
    alone.mission = mission
    alone.save()
    assert make_follow_ups(TODAY) == 1
    assert without_assignee(TODAY) == 0


def test_the_follow_up_speaks_the_language_of_the_assignee(make_user):
    reads_english = make_user("Jane", "Doe", "editor", language="en")
    mine = agreement(mission=MissionFactory(owner=reads_english))
    make_follow_ups(TODAY)
    what = mine.follow_ups.get().what
    assert "expires on" in what and END.strftime("%d.%m.%Y") not in what


def test_it_is_part_of_the_work_of_the_night(editor):
    day = timezone.localdate()
    agreement(mission=MissionFactory(owner=editor), valid_until=day)
    agreement(valid_until=day)
    for _night in range(2):
        call_command("daily", "--again", stdout=StringIO())
    assert DueDate.objects.count() == FollowUp.objects.count() == 1
    run = TimedRun.objects.filter(task="due_dates").latest("pk")
    assert not run.problem
    assert run.outcome.startswith("0 ") and "1 " in run.outcome
    assert Agreement.objects.filter(follow_ups__isnull=True).count() == 1
