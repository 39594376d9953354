"""Hand-over: what is whose work, what goes to whom, and back exactly as it was."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from legcrm.core.history import acting_as
from legcrm.core.models import Record
from missions import hand_over as work
from missions.hand_over import (
    HandOverRefused,
    Plan,
    Reason,
    examine_undo,
    hand_over,
    ownerships,
    plan,
    undo,
)
from missions.models import (
    Cooperation,
    FollowUp,
    HandOver,
    HandOverItem,
    Mission,
    Project,
    RadarRule,
    Segment,
    StaleLead,
)
from partners.models import Organisation, Person
from tests import factories as f

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
ADD = "admin:missions_handover_add"
# What a write counts up or dates; all else must come back exactly.
NOT_COMPARED = {"version", "updated_at", "updated_by"}
# Foreign keys to a member of staff that say who did or noted something, or what is one's own and
# goes with nobody.
NO_WORK = {
    "merge.done_by": "journal",
    "merge.undone_by": "journal",
    "handover.giver": "journal",
    "handover.done_by": "journal",
    "handover.undone_by": "journal",
    "handoveritem.receiver": "journal",
    "followup.done_by": "who did it",
    "followup.passed_on_by": "who had it before",
    "interactionstaff.user": "who took part",
    "organisationpair.decided_by": "who decided",
    "personpair.decided_by": "who decided",
    "stalelead.owner": "follows the record",
    "questionnaire.decided_by": "who decided",
    "digest.user": "what was sent to whom",
    "reminder.user": "what was sent to whom",
    "savedfilter.user": "one's own",
    "calendarlink.user": "one's own",
    "spreadsheetimport.user": "who did it",
    "columnmapping.user": "one's own",
    "columnset.user": "one's own",
    "exportlog.user": "journal",
}
BOOKKEEPING = {"created_by", "updated_by", "archived_by"}


@pytest.fixture
def jana(make_user):
    return make_user("Jana", "Vogel", "editor")


@pytest.fixture
def office(jana, editor, project_manager):
    """What Jana works on: one record of each kind in Kazakhstan, and some elsewhere."""
    trip = f.MissionFactory(owner=jana, title_de="Delegation 2023", title_en="Delegation 2023")
    f.StopFactory(mission=trip)
    kazakh = f.OrganisationFactory(owner=jana, name="Alageum", country="KZ", city="Almaty")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    uzbek = f.OrganisationFactory(owner=jana, name="UzTextilprom", created_at=long_ago)
    person = f.PersonFactory(owner=jana)
    f.AffiliationFactory(person=person, organisation=kazakh)
    f.AffiliationFactory(
        person=f.PersonFactory(owner=jana), organisation=kazakh, valid_to=date(2020, 1, 1)
    )
    f.CooperationFactory(owner=jana, partner=kazakh, origin_mission=trip)
    f.ProjectFactory(owner=jana, country="KZ")
    f.SegmentFactory(owner=jana)
    f.FollowUpFactory(assignee=jana, organisation=kazakh, what="Call Alageum")
    f.FollowUpFactory(
        assignee=jana, organisation=uzbek, what="Call UzTextilprom", due_on=date(2020, 1, 1)
    )
    with acting_as(editor):
        # Jana herself has it from Tobias.
        follow_up = f.FollowUpFactory(assignee=jana, organisation=None, mission=trip)
        follow_up.passed_on_by, follow_up.passed_on_at = editor, follow_up.created_at
        follow_up.save()
    StaleLead.objects.create(
        rule=RadarRule.objects.get(condition="idle"),
        organisation=uzbek,
        owner=jana,
        idle_since=date(2020, 1, 1),
    )
    # Not hers, no work any more, or not to be touched.
    f.OrganisationFactory(owner=editor)
    f.FollowUpFactory(assignee=jana, done_at=follow_up.created_at, done_by=jana)
    f.OrganisationFactory(owner=jana, name="Gone LLP").archive("closed")
    return jana


def everything(receiver):
    return dict.fromkeys(ownerships(), receiver)


def done_by(user, giver, receivers, **narrowed):
    return hand_over(plan(giver, receivers, user, **narrowed), user, "parental leave")


def snapshot():
    """Return every row of partners and missions: {(label, key): {field: value}}."""
    found = {}
    for label in ("partners", "missions"):
        for model in apps.get_app_config(label).get_models():
            if hasattr(model, "history_type") or model in (HandOver, HandOverItem):
                continue
            names = [k.attname for k in model._meta.concrete_fields if k.name not in NOT_COMPARED]
            for row in model._base_manager.values("pk", *names):
                found[model._meta.label, row.pop("pk")] = row
    return found


def kept(left_out):
    return {(one.model, one.reason): len(one.keys) for one in left_out}


def test_each_key_to_a_member_of_staff_is_decided_upon():
    found = set()
    for model in apps.get_models():
        if model._meta.app_label not in ("core", "partners", "missions") or model._meta.proxy:
            continue
        if hasattr(model, "history_type"):
            continue
        for key in model._meta.concrete_fields:
            if key.related_model is get_user_model() and key.name not in BOOKKEEPING:
                found.add(f"{model._meta.model_name}.{key.name}")
    handed_over = {f"{model._meta.model_name}.{key.name}" for model, key in ownerships().items()}
    assert not handed_over & set(NO_WORK)
    assert found == handed_over | set(NO_WORK)
    assert set(ownerships()) == {
        Organisation, Person, Cooperation, FollowUp, Mission, Project, Segment,
    }  # fmt: skip
    assert all(issubclass(model, Record) for model in ownerships())


def test_all_of_it_goes_to_one_colleague_with_one_entry_each(office, project_manager, make_user):
    tobias = make_user("Uwe", "Kern", "project manager")
    planned = plan(office, everything(tobias), project_manager)
    assert planned.count == 11
    assert kept(planned.left_out) == {(Organisation, Reason.ARCHIVED): 1}
    before = {model: model.history.count() for model in ownerships()}
    outcome = hand_over(planned, project_manager, "parental leave")
    assert outcome.count == 11 and not outcome.left_out
    for share in planned.shares:
        model = share.model
        assert model.history.count() - before[model] == len(share.keys)
        entries = model.history.filter(history_date=outcome.journal.done_at)
        assert sorted(entries.values_list("id", flat=True)) == share.keys
        for entry in entries:
            assert entry.history_user == project_manager
            assert entry.history_change_reason.endswith(": parental leave")
            assert "Jana Vogel" in entry.history_change_reason
        assert {work.work_of(model, tobias, project_manager).count()} == {len(share.keys)}
    assert set(FollowUp.objects.of(tobias).values_list("passed_on_by", flat=True)) == {office.pk}
    assert StaleLead.objects.get().owner == tobias
    record = Organisation.objects.get(name="UzTextilprom")
    assert (record.updated_by, record.version) == (project_manager, 2)
    assert outcome.journal.items.count() == 11


def test_only_what_is_about_a_country_or_a_mission(office, editor, project_manager):
    receivers = everything(project_manager)
    planned = plan(office, receivers, project_manager, countries=["KZ"])
    assert {share.model: len(share.keys) for share in planned.shares} == {
        Organisation: 1, Person: 1, Cooperation: 1, Mission: 1, Project: 1, FollowUp: 2,
    }  # fmt: skip
    outside = {model: n for (model, why), n in kept(planned.left_out).items() if why == "outside"}
    assert outside == {Organisation: 1, Person: 1, Segment: 1, FollowUp: 1}
    trip = Mission.objects.get()
    planned = plan(office, receivers, project_manager, mission=trip)
    assert {share.model: len(share.keys) for share in planned.shares} == {
        Cooperation: 1, Mission: 1, FollowUp: 1,
    }  # fmt: skip
    assert work.countries_of(office, project_manager) == {"KZ", "UZ"}


def test_each_kind_may_go_to_another(office, editor, project_manager):
    receivers = {Organisation: editor, FollowUp: project_manager, Mission: editor}
    planned = plan(office, receivers, project_manager)
    # An editor does not plan missions.
    assert kept(planned.left_out)[Mission, Reason.RECEIVER] == 1
    hand_over(planned, project_manager)
    assert Organisation.objects.filter(owner=editor).count() == 3
    assert FollowUp.objects.open().of(project_manager).count() == 3
    assert Person.objects.filter(owner=office).count() == 2
    assert Mission.objects.get().owner == office


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"is_active": False}, "can no longer log in"),
        ({"groups": []}, "may not change any of it"),
    ],
)
def test_who_left_gets_nothing_also_after_the_preview(
    office, editor, project_manager, change, said
):
    planned = plan(office, everything(editor), project_manager)
    if "groups" in change:
        editor.groups.clear()
    else:
        editor.is_active = False
        editor.save()
    with pytest.raises(HandOverRefused):
        plan(office, everything(get_user_model().objects.get(pk=editor.pk)), project_manager)
    before = snapshot()
    with pytest.raises(HandOverRefused):
        hand_over(Plan.read(planned.token()), project_manager)
    assert snapshot() == before and not HandOver.objects.exists()


def test_a_refusal_names_the_colleague(office, editor, project_manager, reader):
    for receiver, giver in ((office, office), (reader, office)):
        with pytest.raises(HandOverRefused, match=str(receiver)):
            plan(giver, everything(receiver), project_manager)
    with pytest.raises(HandOverRefused):
        plan(office, everything(editor), editor)  # Editors do not hand over.
    with pytest.raises(HandOverRefused):
        plan(office, {}, project_manager)


def test_what_changed_since_the_preview_is_left_out_and_said(office, editor, project_manager):
    token = plan(office, everything(project_manager), project_manager).token()
    other = f.OrganisationFactory(owner=office)  # Came in since: nobody has seen it.
    taken = Organisation.objects.get(name="UzTextilprom")
    taken.owner = editor
    taken.save()
    Organisation.objects.get(name="Alageum").archive("closed")
    Segment.objects.all().delete()
    first = FollowUp.objects.open().of(office).first()
    first.done_at, first.done_by = first.created_at, office
    first.save()
    person = Person.objects.filter(owner=office).first()
    person.first_name = "Ainur"  # Somebody else's correction stays, and is no obstacle.
    person.save()
    outcome = hand_over(Plan.read(token), project_manager)
    assert kept(outcome.left_out) == {
        (Organisation, Reason.ELSEWHERE): 1,
        (Organisation, Reason.ARCHIVED): 1,
        (Segment, Reason.GONE): 1,
        (FollowUp, Reason.DONE): 1,
    }
    taken.refresh_from_db()
    person.refresh_from_db()
    other.refresh_from_db()
    assert taken.owner == editor and other.owner == office
    assert person.owner == project_manager and person.first_name == "Ainur"
    with pytest.raises(HandOverRefused):  # Pressed twice.
        hand_over(Plan.read(token), project_manager)
    assert HandOver.objects.count() == 1
    with pytest.raises(HandOverRefused):
        Plan.read(token[:-3])


def test_undo_brings_every_row_back_exactly(office, project_manager):
    before = snapshot()
    journal = done_by(project_manager, office, everything(project_manager)).journal
    assert snapshot() != before
    undone = undo(journal, project_manager)
    assert undone.count == 11 and not undone.kept
    assert snapshot() == before
    assert journal.undone_by == project_manager
    with pytest.raises(HandOverRefused):
        undo(journal, project_manager)
    assert snapshot() == before


def test_undo_leaves_what_was_passed_on_and_says_why(office, editor, make_user, project_manager):
    journal = done_by(project_manager, office, everything(project_manager)).journal
    again = make_user("Uwe", "Kern", "editor")
    # Handed over once more, and back: whoever did that decided anew.
    done_by(project_manager, project_manager, {Cooperation: again})
    done_by(project_manager, again, {Cooperation: project_manager})
    uzbek = Organisation.objects.get(name="UzTextilprom")
    uzbek.owner = editor
    uzbek.save()
    Organisation.objects.get(name="Alageum").archive("closed")
    Segment.objects.all().delete()
    follow_ups = list(FollowUp.objects.open().of(project_manager))
    follow_ups[0].done_at = follow_ups[0].created_at
    follow_ups[0].save()
    follow_ups[1].passed_on_at = follow_ups[1].created_at
    follow_ups[1].save()
    expected = {
        (Organisation, Reason.ELSEWHERE): 1,
        (Organisation, Reason.ARCHIVED): 1,
        (Cooperation, Reason.PASSED_ON): 1,
        (Segment, Reason.GONE): 1,
        (FollowUp, Reason.DONE): 1,
        (FollowUp, Reason.PASSED_ON): 1,
    }
    foreseen = examine_undo(journal, project_manager)
    assert kept(foreseen.kept) == expected and foreseen.count == 5
    undone = undo(journal, project_manager)
    assert kept(undone.kept) == expected and undone.count == 5
    uzbek.refresh_from_db()
    assert uzbek.owner == editor
    assert Cooperation.objects.get().owner == project_manager
    assert Mission.objects.get().owner == office


def test_an_undo_that_would_give_nothing_back_is_refused(office, editor, project_manager):
    journal = done_by(project_manager, office, {Segment: editor}).journal
    Segment.objects.all().delete()
    with pytest.raises(HandOverRefused):
        undo(journal, project_manager)
    journal.refresh_from_db()
    assert journal.undone_at is None


def test_two_thousand_records_cost_the_same_queries_for_each_five_hundred(
    jana, editor, project_manager
):
    def cost(number):
        Organisation._base_manager.filter(owner=jana).update(owner=None)
        keys = list(Organisation.objects.order_by("pk").values_list("pk", flat=True)[:number])
        Organisation._base_manager.filter(pk__in=keys).update(owner=jana)
        with CaptureQueriesContext(connection) as captured:
            outcome = hand_over(
                plan(jana, {Organisation: editor}, project_manager), project_manager
            )
        assert outcome.count == number
        with CaptureQueriesContext(connection) as undoing:
            assert undo(outcome.journal, project_manager).count == number
        return len(captured), len(undoing)

    Organisation._base_manager.bulk_create(
        Organisation(kind="company", name=f"Werk {n}", country="UZ") for n in range(2000)
    )
    done_first, undone_first = cost(500)
    done, undone = cost(2000)
    # Each further chunk: what one costs, and no more.
    assert done - done_first <= 3 * 10
    assert undone - undone_first <= 3 * 10


@pytest.mark.django_db(transaction=True)
def test_two_who_hand_over_the_same_at_once(jana, editor, project_manager, administrator):
    f.OrganisationFactory.create_batch(5, owner=jana)
    planned = [
        plan(jana, {Organisation: editor}, project_manager),
        plan(jana, {Organisation: administrator}, administrator),
    ]
    barrier, results = threading.Barrier(2), []

    def run(one, user):
        try:
            barrier.wait(timeout=20)
            results.append(hand_over(one, user).count)
        except HandOverRefused:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=args)
        for args in zip(planned, (project_manager, administrator), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(results, key=str) == [5, "refused"]
    journal = HandOver.objects.get()
    (owner,) = set(Organisation.objects.values_list("owner", flat=True))
    assert {owner} == set(journal.items.values_list("receiver", flat=True))


# --- The pages --------------------------------------------------------------------------------


def choices(giver, to, **changed):
    kinds = {f"kind_{model._meta.model_name}": "on" for model in ownerships()}
    data = {"giver": giver.pk, "receiver": to.pk, "reason": "parental leave", **kinds}
    return data | changed


def test_from_the_choice_to_the_undo(office, editor, project_manager, client_for):
    client = client_for(project_manager)
    assert client.get(reverse(ADD)).status_code == 200
    page = client.get(reverse(ADD), {"giver": office.pk}, headers=ENGLISH)
    rows = {row.name: (row.count, row.url) for row in page.context["form"].rows()}
    for name, (count, address) in rows.items():
        answer = client.get(address)
        assert answer.context["cl"].result_count == count, name
    assert sum(count for count, _address in rows.values()) == 11

    data = choices(office, project_manager, to_organisation=editor.pk)
    preview = client.post(reverse(ADD), data, headers=ENGLISH)
    assert preview.status_code == 200 and not HandOver.objects.exists()
    assert b"UzTextilprom" in preview.content and b"Gone LLP" in preview.content
    # Back to the choice, as it was.
    back = client.post(reverse(ADD), data | {"_change": "1"}, headers=ENGLISH)
    assert back.context["form"]["to_organisation"].value() == str(editor.pk)

    data = {"_hand_over": "1", "plan": preview.context["plan"].token(), "reason": "parental leave"}
    done = client.post(reverse(ADD), data, headers=ENGLISH, follow=True)
    journal = HandOver.objects.get()
    assert done.redirect_chain[-1][0] == reverse(
        "admin:missions_handover_change", args=[journal.pk]
    )
    assert b"11 records of Jana Vogel are handed over." in done.content
    assert b"UzTextilprom" in done.content
    assert Organisation.objects.get(name="UzTextilprom").owner == editor
    history = client.get(
        reverse(
            "admin:partners_organisation_history",
            args=[Organisation.objects.get(name="UzTextilprom").pk],
        ),
        headers=ENGLISH,
    )
    assert b"parental leave" in history.content

    address = reverse("admin:missions_handover_undo", args=[journal.pk])
    asked = client.get(address, headers=ENGLISH)
    assert asked.context["count"] == 11
    client.post(address)
    assert Organisation.objects.get(name="UzTextilprom").owner == office
    twice = client.post(address, headers=ENGLISH, follow=True)
    assert b"This hand-over is undone already." in twice.content


def test_a_choice_that_is_not_complete_is_said(office, editor, project_manager, client_for):
    client = client_for(project_manager)
    for changed in (
        {"receiver": ""},
        {"receiver": office.pk},
        {"countries": ["XX"]},
        {"mission": "0"},
    ):
        page = client.post(reverse(ADD), choices(office, editor, **changed))
        assert page.status_code == 400 and page.context["form"].errors, changed
    page = client.post(reverse(ADD), {"giver": office.pk, "receiver": editor.pk})
    assert page.status_code == 400 and page.context["form"].non_field_errors()
    assert client.get(reverse(ADD), {"giver": "9" * 30}).status_code == 200
    broken = client.post(reverse(ADD), {"_hand_over": "1", "plan": "x"}, follow=True)
    assert broken.status_code == 200 and not HandOver.objects.exists()


@pytest.mark.parametrize("persona", ["editor", "reader", "outsider"])
def test_others_may_not_hand_over(persona, request, office, project_manager, client_for):
    journal = done_by(project_manager, office, {Segment: project_manager}).journal
    client = client_for(request.getfixturevalue(persona))
    for address in (
        reverse("admin:missions_handover_changelist"),
        reverse(ADD) + f"?giver={office.pk}",
        reverse("admin:missions_handover_change", args=[journal.pk]),
        reverse("admin:missions_handover_history", args=[journal.pk]),
        reverse("admin:missions_handover_undo", args=[journal.pk]),
        reverse("admin:missions_handover_delete", args=[journal.pk]),
    ):
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            assert answer.status_code in (403, 302), (address, method)
            assert b"Vogel" not in answer.content
    journal.refresh_from_db()
    assert journal.undone_at is None


def test_the_journal_costs_the_same_whatever_was_handed_over(
    jana, editor, project_manager, client_for
):
    client = client_for(project_manager)
    pages = [reverse("admin:missions_handover_changelist")]

    def cost():
        found = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            found.append(len(captured))
        return found

    def more(number):
        for _n in range(number):
            f.OrganisationFactory.create_batch(2, owner=jana)
            f.CooperationFactory.create_batch(number, owner=jana)
            receivers = {Organisation: editor, Cooperation: editor}
            done_by(project_manager, jana, receivers)

    more(1)
    journal = HandOver.objects.get()
    pages.append(reverse("admin:missions_handover_change", args=[journal.pk]))
    few = cost()
    more(6)
    pages[1] = reverse("admin:missions_handover_change", args=[HandOver.objects.first().pk])
    assert cost() == few
    assert max(few) <= 15


def test_the_page_of_a_colleague_who_left_leads_here(office, editor, administrator, client_for):
    client = client_for(administrator)
    page = reverse("admin:core_user_change", args=[office.pk])
    address = f"{reverse(ADD)}?giver={office.pk}"
    assert address not in client.get(page).content.decode()
    office.is_active = False
    office.save()
    assert address in client.get(page).content.decode()
    button = reverse("admin:core_user_hand_over_work", args=[office.pk])
    assert button in client.get(page).content.decode()
    assert client.get(button).headers["Location"] == address
    # Nothing to say where nothing is left.
    editor.is_active = False
    editor.save()
    Organisation._base_manager.filter(owner=editor).update(owner=None)
    other = client.get(reverse("admin:core_user_change", args=[editor.pk])).content.decode()
    assert f"{reverse(ADD)}?giver={editor.pk}" not in other
