"""Merging: nothing is lost, undo restores every row exactly, and nothing half is ever written."""

import threading
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, connections, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from legcrm.core import bulk, rewriting
from legcrm.core.folding import fold
from legcrm.core.history import acting_as
from legcrm.core.models import Record, StaleRecord, TrackedModel
from missions.models import (
    AgreementParty,
    Appointment,
    Cooperation,
    FollowUp,
    Interaction,
    Participation,
    Segment,
)
from partners import merge as merging
from partners.merge import (
    MOVE,
    ChangedMeanwhile,
    MergeRefused,
    merge,
    plan,
    reasons_against,
    relations_of,
    rule_of,
    suggest_winner,
    undo,
    uniques_of,
)
from partners.models import Affiliation, Merge, Organisation, OrganisationPair, Person
from tests import imports
from tests.factories import (
    AffiliationFactory,
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
    SectorFactory,
)

pytestmark = pytest.mark.django_db

# What a write counts up or dates; all else must come back exactly.
NOT_COMPARED = {"version", "updated_at", "updated_by"}


def tables():
    for label in ("partners", "missions"):
        for model in apps.get_app_config(label).get_models():
            if not hasattr(model, "history_type") and model is not Merge:
                yield model


def snapshot():
    """Return every row of partners and missions: {(label, key): {field: value}}."""
    found = {}
    for model in tables():
        names = [f.attname for f in model._meta.concrete_fields if f.name not in NOT_COMPARED]
        for row in model._base_manager.order_by("pk").values("pk", *names):
            found[model._meta.label, row.pop("pk")] = row
    return found


def pointing_to(record):
    """Return the rows that point to ``record`` by a relation that moves."""
    return [
        row
        for relation in relations_of(type(record))
        if rule_of(relation) == MOVE
        for row in relation.related_model._base_manager.filter(**{relation.field.name: record})
    ]


@pytest.fixture
def titk(project_manager):
    """Two copies of TITK with all that may hang on them, and all that may collide."""
    name = "Thüringisches Institut für Textil- und Kunststoff-Forschung"
    kept = OrganisationFactory(
        home=True, name=name, short_name="TITK", kind="research_institute", notes="erste Notiz",
        email="info@titk.example",
    )  # fmt: skip
    copy = OrganisationFactory(
        home=True, name="TITK e.V. Rudolstadt", short_name="TITK-Gruppe", city="Rudolstadt",
        notes="zweite Notiz", website="https://titk.example", kind="research_institute",
        owner=project_manager,
    )  # fmt: skip
    group = OrganisationFactory(home=True, name="Institutsgruppe")
    kept.parent = copy
    kept.save()
    copy.parent = group
    copy.save()
    OrganisationFactory(home=True, name="OMPG mbH", parent=copy)
    partner = OrganisationFactory(name="UzTextilprom", kind="association")
    other = OrganisationFactory(name="Navoi Textile")

    ada, ben, eva = PersonFactory.create_batch(3)
    AffiliationFactory(person=ada, organisation=kept, role="Leiterin", is_primary=False)
    AffiliationFactory(person=ada, organisation=copy, role="Leiterin", department="Fasern")
    AffiliationFactory(person=ben, organisation=copy)

    trip, event = MissionFactory(title_de="Delegation 2023"), MissionFactory()
    trip.co_organiser_links.create(organisation=kept)
    trip.co_organiser_links.create(organisation=copy)
    event.co_organiser_links.create(organisation=copy)
    mine = ParticipationFactory(mission=trip, organisation=kept, person=None, status="invited")
    theirs = ParticipationFactory(
        mission=trip, organisation=copy, person=None, status="attended", offers="Fasern",
        fee_eur=500,
    )  # fmt: skip
    ParticipationFactory(mission=event, organisation=copy, person=ben)
    old = ParticipationFactory(mission=trip, organisation=copy, person=eva)
    old.archive("doppelt eingetragen")
    both, single = AppointmentFactory(mission=trip), AppointmentFactory(mission=trip)
    both.conflicts_accepted = single.conflicts_accepted = True
    both.save()
    single.save()
    both.participation_links.create(participation=mine)
    both.participation_links.create(participation=theirs)
    single.participation_links.create(participation=theirs)
    both.host_links.create(organisation=kept)
    both.host_links.create(organisation=copy)
    single.host_links.create(organisation=copy)

    here = CooperationFactory(home=kept, partner=partner, subject="Fasern", stage="talks")
    there = CooperationFactory(home=copy, partner=partner, subject="fasern", stage="introduced")
    there.notes = "aus der zweiten Akte"
    there.stage = "agreed"
    there.save()
    CooperationFactory(home=copy, partner=other, stage="active")
    agreement = AgreementFactory(cooperation=there, title="Memorandum")
    agreement.parties.create(side="home", organisation=copy, role="Institut")
    agreement.parties.create(side="foreign", organisation=partner)
    agreement.status = "agreed"
    agreement.save()
    shared = AgreementFactory(cooperation=here, title="Absichtserklärung")
    shared.parties.create(side="home", organisation=kept)
    shared.parties.create(side="home", organisation=copy, signatory=ada)
    project = ProjectFactory(cooperation=there)
    project.parties.create(organisation=kept, role="lead")
    project.parties.create(organisation=copy, role="lead")
    project.parties.create(organisation=copy, role="funder")

    talk = InteractionFactory(organisations=[kept, copy, partner])
    talk.person_links.create(person=ada)
    InteractionFactory(organisations=[copy])
    InteractionFactory(organisations=[partner], cooperation=there)
    FollowUpFactory(organisation=copy)
    FollowUpFactory(organisation=None, cooperation=there)
    done = FollowUpFactory(organisation=copy, done_at=datetime(2024, 5, 6, 7, 8, 9, 123456,
                           tzinfo=ZoneInfo("Europe/Berlin")))  # fmt: skip
    done.archive("erledigt")

    kept.names.create(text="ТИТК", language="ru")
    copy.names.create(text="ТИТК", language="", kind="short")
    copy.names.create(text="Textilforschung Rudolstadt", kind="former")
    copy.identifiers.create(scheme="register", value="HRB 12345")
    kept.profiles.create(language="de", summary="Forschung", offers="Fasern")
    copy.profiles.create(language="de", summary="Forschung für Textil", seeks="Partner")
    copy.profiles.create(language="en", summary="Research")
    kept.market_interests.create(country="UZ", status="interested", as_of=date(2021, 1, 1))
    copy.market_interests.create(
        country="UZ", status="exporting", as_of=date(2023, 1, 1), source="Gespräch"
    )
    copy.market_interests.create(country="KZ", status="interested", as_of=date(2023, 1, 1))
    for sector in SectorFactory.create_batch(2):
        copy.sector_links.create(sector=sector)
    kept.sector_links.create(sector=sector)
    segment = Segment.objects.create(name="Fasern", is_frozen=True)
    segment.members.create(organisation=kept)
    segment.members.create(organisation=copy)
    OrganisationPair.objects.create(first=kept, second=copy, score=96)
    return Organisation.objects.get(pk=kept.pk), Organisation.objects.get(pk=copy.pk)


# --- Every relation has a rule --------------------------------------------------------------


def test_every_relation_has_a_stated_rule():
    """Of organisations and people, and of all rows that may be joined."""
    asked, waiting, used = set(), list(merging.MODELS), set()
    while waiting:
        model = waiting.pop()
        if model in asked:
            continue
        asked.add(model)
        moved = {}
        for relation in relations_of(model):
            rule = rule_of(relation)  # raises where there is none
            used.add(f"{relation.related_model._meta.label_lower}.{relation.field.name}")
            if rule == MOVE:
                assert issubclass(relation.related_model, TrackedModel)
                moved.setdefault(relation.related_model, []).append(relation.field)
        waiting += [related for related, fields in moved.items() if uniques_of(related, fields)]
    assert used == set(merging.RULES), "a rule for a relation that is no more"
    assert {Organisation, Person, Participation, Cooperation, Affiliation} <= asked


def test_a_relation_without_a_rule_is_refused(titk, monkeypatch):
    monkeypatch.delitem(merging.RULES, "missions.followup.organisation")
    with pytest.raises(merging.UncoveredRelation, match="followup"):
        plan(*titk)


def test_no_relation_is_bound_to_one_row():
    """A one-to-one relation would need a rule of its own."""
    for model in merging.MODELS:
        assert not [r for r in relations_of(model) if isinstance(r, models.OneToOneRel)]


# --- Two copies of TITK ---------------------------------------------------------------------


def test_everything_moves_and_what_collides_is_joined(titk, project_manager):
    kept, copy = titk
    with acting_as(project_manager):
        done = merge(Organisation, kept.pk, copy.pk)
    kept, copy = Organisation.objects.get(pk=kept.pk), Organisation.objects.get(pk=copy.pk)

    assert copy.merged_into == kept and copy.is_archived and copy.archived_by == project_manager
    assert kept.notes == "erste Notiz\n\nzweite Notiz"
    assert (kept.website, kept.email) == ("https://titk.example", "info@titk.example")
    assert kept.owner == project_manager
    assert kept.parent.name == "Institutsgruppe", "the one above the record given up"
    assert kept.subsidiaries.get().name == "OMPG mbH"
    names = {name.text: name.kind for name in kept.names.all()}
    assert names == {
        "ТИТК": "alias",
        "Textilforschung Rudolstadt": "former",
        "TITK e.V. Rudolstadt": "alias",
        "TITK-Gruppe": "short",
    }
    assert kept.names.get(text="ТИТК").language == "ru"
    assert kept.identifiers.get().value == "HRB 12345"
    german = kept.profiles.get(language="de")
    assert (german.summary, german.offers, german.seeks) == (
        "Forschung für Textil", "Fasern", "Partner",
    )  # fmt: skip
    assert kept.profiles.filter(language="en").exists()
    uzbekistan = kept.market_interests.get(country="UZ")
    assert (uzbekistan.status, uzbekistan.as_of) == ("exporting", date(2023, 1, 1))
    assert uzbekistan.source == "Gespräch"
    assert kept.market_interests.count() == 2
    assert kept.sector_links.count() == 2
    assert kept.affiliations.count() == 2
    leader = kept.affiliations.get(role="Leiterin")
    assert leader.department == "Fasern" and leader.is_primary

    trip = kept.participations.active().get(person=None)
    assert (trip.status, trip.offers, trip.fee_eur) == ("attended", "Fasern", 500)
    assert trip.appointments.count() == 2
    assert kept.participations.archived().get().archived_reason == "doppelt eingetragen"
    assert kept.participations.count() == 3
    assert kept.co_organised_missions.count() == 2
    assert kept.hosted_appointments.count() == 2

    fibres = kept.home_cooperations.get(subject="Fasern")
    assert (fibres.stage, fibres.notes) == ("agreed", "aus der zweiten Akte")
    stages = list(fibres.stages.values_list("stage", flat=True))
    assert sorted(stages) == ["agreed", "introduced", "talks"] and stages[-1] == "agreed"
    assert kept.home_cooperations.count() == 2
    assert fibres.agreements.count() == 2
    assert fibres.projects.count() == 1
    assert fibres.interactions.filter(organisations__name="UzTextilprom").exists()
    assert fibres.follow_ups.count() == 1
    assert kept.agreement_parties.count() == 2
    assert kept.agreement_parties.get(agreement__title="Absichtserklärung").signatory
    assert kept.project_parties.count() == 2
    assert kept.interactions.count() == 2
    assert kept.follow_ups.count() == 2
    assert kept.segments.count() == 1
    # What still points to the copy are the rows that were joined, in the archive.
    left = pointing_to(copy)
    assert left and all(isinstance(row, Record) and row.is_archived for row in left)
    assert {type(row) for row in left} == {Participation, Cooperation}
    assert fold("Textilforschung") in kept.search_text
    assert done.done_by == project_manager
    assert (done.winner_name, done.loser_name) == ("TITK", "TITK-Gruppe")


def test_undo_restores_every_row_exactly(titk, project_manager):
    kept, copy = titk
    for model in (Organisation, Person, Cooperation, Interaction, Appointment):
        model.refresh_search_texts(model._base_manager.values_list("pk", flat=True))
    before = snapshot()
    with acting_as(project_manager):
        done = merge(Organisation, kept.pk, copy.pk, {"name": "loser", "short_name": "loser"})
        assert Organisation.objects.get(pk=kept.pk).name == "TITK e.V. Rudolstadt"
        assert snapshot() != before
        undo(done)
    after = snapshot()
    assert {key: row for key, row in after.items() if before.get(key) != row} == {}
    assert before.keys() == after.keys()
    assert done.undone_by == project_manager
    with pytest.raises(MergeRefused, match=r"already|bereits"):
        undo(done)


def test_each_write_has_its_history(titk, project_manager):
    kept, copy = titk
    party = AgreementParty.objects.get(organisation=copy, agreement__title="Memorandum")
    gone = AgreementParty.objects.get(organisation=copy, agreement__title="Absichtserklärung")
    with acting_as(project_manager):
        done = merge(Organisation, kept.pk, copy.pk)
        moved = party.history.latest()
        assert (moved.history_type, moved.organisation_id) == ("~", kept.pk)
        assert moved.history_user == project_manager and "TITK" in moved.history_change_reason
        assert AgreementParty.history.filter(id=gone.pk).latest().history_type == "-"
        undo(done)
    assert party.history.latest().organisation_id == copy.pk
    assert AgreementParty.history.filter(id=gone.pk).latest().history_type == "+"
    assert AgreementParty.objects.get(pk=gone.pk).version == gone.version + 1


def test_the_preview_writes_nothing_and_says_what_will_be(titk, project_manager):
    kept, copy = titk
    before = snapshot()
    shown = plan(kept, copy, user=project_manager)
    assert snapshot() == before
    assert shown.obstacles == []
    moving = {model.__name__: len(rows) for model, rows in shown.moved.items()}
    assert moving["Affiliation"] == 1 and moving["FollowUp"] == 3 and moving["Cooperation"] == 1
    [(_kind, [sentence])] = [
        (model, [join.text for join in joins])
        for model, joins in shown.joins.items()
        if model is Participation
    ]
    assert "Delegation 2023" in sentence
    chosen = {choice.name: choice.chosen for choice in shown.choices}
    assert chosen["name"] == "winner" and chosen["notes"] == "both"
    assert chosen["website"] == "loser" and chosen["email"] == "winner"
    assert "legal_form" not in chosen, "both are empty"


def test_which_is_suggested_to_be_kept():
    older, newer = OrganisationFactory(), OrganisationFactory()
    assert suggest_winner(newer, older) == older
    newer.website, newer.street, newer.email = "https://a.example", "Weg 1", "a@a.example"
    assert suggest_winner(newer, older) == newer
    newer.archived_at = newer.created_at
    assert suggest_winner(newer, older) == older


# --- People ---------------------------------------------------------------------------------


@pytest.fixture
def two_adas():
    employer, former = OrganisationFactory(home=True), OrganisationFactory()
    kept = PersonFactory(
        first_name="Ada", last_name="Muster", salutation="none", objected_at=None,
        notes="eins",
    )  # fmt: skip
    copy = PersonFactory(
        first_name="Ada", last_name="Muster", salutation="frau", email="ada@muster.example",
        objected_at=datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=ZoneInfo("UTC")),
    )  # fmt: skip
    AffiliationFactory(person=kept, organisation=employer, role="Leitung")
    AffiliationFactory(person=copy, organisation=employer, role="Leitung", department="Fasern",
                       is_primary=False)  # fmt: skip
    AffiliationFactory(person=copy, organisation=former)
    withdrawn = copy.consents.create(
        purpose="photo", wording_version="1", given_on=date(2020, 1, 1), evidence="Bogen"
    )
    withdrawn.withdrawn_on = date(2021, 1, 1)
    withdrawn.save()
    trip = MissionFactory(capacity=1)
    ParticipationFactory(mission=trip, person=kept, organisation=employer, status="invited")
    ParticipationFactory(mission=trip, person=copy, organisation=employer, status="confirmed")
    ParticipationFactory(person=copy)
    talk = InteractionFactory(organisations=[employer])
    talk.person_links.create(person=kept)
    talk.person_links.create(person=copy)
    first = AppointmentFactory(interpreter=kept)
    # In two places at once: known to nobody while they were two people, and no obstacle.
    AppointmentFactory(mission=first.mission, stop=first.stop, interpreter=copy,
                       starts_at=first.starts_at, ends_at=first.ends_at)  # fmt: skip
    agreement = AgreementFactory()
    agreement.parties.create(side="home", organisation=employer, signatory=copy)
    FollowUpFactory(organisation=None, person=copy)
    return kept, copy


def test_two_people_become_one_and_two_again(two_adas, project_manager):
    kept, copy = two_adas
    before = snapshot()
    with acting_as(project_manager):
        done = merge(Person, kept.pk, copy.pk, {"notes": "winner"})
    kept = Person.objects.get(pk=kept.pk)
    assert (kept.salutation, kept.email, kept.notes) == ("frau", "ada@muster.example", "eins")
    assert kept.objected_at == copy.objected_at, "an objection must not get lost"
    assert [row.role for row in kept.affiliations.filter(is_primary=True)] == ["Leitung"]
    assert kept.affiliations.get(role="Leitung").department == "Fasern"
    assert kept.affiliations.count() == 2
    assert kept.consents.get().withdrawn_on == date(2021, 1, 1)
    assert [p.status for p in kept.participations.active().order_by("pk")] == [
        "confirmed", "invited",
    ]  # fmt: skip
    assert kept.interactions.count() == 1
    assert kept.interpreted_appointments.count() == 2
    assert kept.signed_for.count() == 1
    assert kept.follow_ups.count() == 1
    with acting_as(project_manager):
        undo(done)
    after = snapshot()
    assert {key: row for key, row in after.items() if before.get(key) != row} == {}
    assert before.keys() == after.keys()


def test_a_second_primary_affiliation_gives_way_and_that_is_said(two_adas):
    kept, copy = two_adas
    shown = plan(kept, copy)
    # The other note: the objection of one holds for both.
    assert len(shown.notes) == 2
    moved = shown.moved[Affiliation]
    assert [row.is_primary for row in moved] == [False]


# --- What stands against it -----------------------------------------------------------------


def refusal(one, other, choices=None):
    before = snapshot()
    with pytest.raises(MergeRefused) as caught:
        merge(type(one), one.pk, other.pk, choices)
    assert snapshot() == before
    return " ".join(caught.value.reasons)


def test_a_cooperation_between_the_two(titk):
    home, abroad = OrganisationFactory(home=True), OrganisationFactory()
    cooperation = CooperationFactory(home=home, partner=abroad)
    abroad.is_home = True  # an error in the data, put right later
    abroad.save()
    assert str(cooperation) in refusal(home, abroad)
    cooperation.archive("falsch eingetragen")
    done = merge(Organisation, home.pk, abroad.pk)
    cooperation.refresh_from_db()
    assert cooperation.partner == abroad, "in the archive it stays as it was"
    undo(done)


def test_two_sides_with_cooperations():
    home, abroad = OrganisationFactory(home=True), OrganisationFactory()
    CooperationFactory(home=home)
    foreign = CooperationFactory(partner=abroad)
    assert refusal(home, abroad)
    foreign.archive("falsch")
    # Now only one has cooperations: theirs is the right side, whatever is chosen.
    merge(Organisation, abroad.pk, home.pk, {"is_home": "winner"})
    abroad.refresh_from_db()
    assert abroad.is_home


def test_parties_on_both_sides_of_an_agreement():
    one, other = OrganisationFactory(), OrganisationFactory()
    agreement = AgreementFactory(title="Rahmenvertrag")
    agreement.parties.create(side="home", organisation=one)
    agreement.parties.create(side="foreign", organisation=other)
    assert "Rahmenvertrag" in refusal(one, other)


def test_a_record_between_the_two_in_the_tree():
    top = OrganisationFactory()
    middle = OrganisationFactory(name="Mittelbau", parent=top)
    bottom = OrganisationFactory(parent=middle)
    assert "Mittelbau" in refusal(bottom, top, {"parent": "winner"})
    merge(Organisation, top.pk, bottom.pk, {"parent": "winner"})
    middle.refresh_from_db()
    assert middle.parent == top


def test_the_archive_is_no_place_to_merge():
    one, other, third = OrganisationFactory.create_batch(3)
    other.archive("aufgelöst")
    assert str(other) in refusal(one, other)
    assert str(other) in refusal(other, one)
    assert refusal(one, one)
    merge(Organisation, third.pk, one.pk)
    one.refresh_from_db()
    assert str(one) in refusal(third, one)


def test_a_row_in_the_archive_comes_out_for_one_in_use():
    one, other, partner = (
        OrganisationFactory(home=True), OrganisationFactory(home=True), OrganisationFactory(),
    )  # fmt: skip
    old = CooperationFactory(home=one, partner=partner, subject="Glas", stage="talks")
    old.archive("eingeschlafen")
    CooperationFactory(home=other, partner=partner, subject="Glas", stage="identified")
    before = snapshot()
    done = merge(Organisation, one.pk, other.pk)
    kept = one.home_cooperations.get()
    assert kept == old and not kept.is_archived and kept.stage == "talks"
    undo(done)
    assert snapshot() == before


# --- Old links and later merges -------------------------------------------------------------


def test_chains_lead_to_the_end_and_are_undone_from_the_end():
    a, b, c = (OrganisationFactory(name=f"Glaswerk {n}") for n in ("Alt", "Mitte", "Neu"))
    before = snapshot()
    first = merge(Organisation, b.pk, a.pk)
    second = merge(Organisation, c.pk, b.pk)
    a.refresh_from_db()
    assert a.merged_into == c
    assert Organisation.objects.called([f"Glas [#{a.pk}]", "glaswerk alt", "Glaswerk Mitte"]) == {
        f"Glas [#{a.pk}]": [(c.pk, "Glaswerk Neu, Taschkent")],
        "glaswerk alt": [(c.pk, "Glaswerk Neu, Taschkent")],
        "Glaswerk Mitte": [(c.pk, "Glaswerk Neu, Taschkent")],
    }
    [reason] = reasons_against(first)
    assert "Glaswerk Mitte" in reason and "Glaswerk Neu" in reason
    with pytest.raises(MergeRefused):
        undo(first)
    undo(second)
    undo(first)
    assert snapshot() == before


def test_who_was_merged_is_found_as_the_one_kept():
    kept = PersonFactory(first_name="Anna", last_name="Schmidt")
    copy = PersonFactory(first_name="Anna", last_name="Schmitt", email="as@example.org")
    merge(Person, kept.pk, copy.pk, {"email": "winner"})
    texts = ["Anna Schmitt", "Anna Schmidt", "as@example.org", f"A. S. [#{copy.pk}]"]
    assert Person.objects.called(texts) == {text: [(kept.pk, "Anna Schmidt")] for text in texts}


def test_what_was_merged_is_not_restored_by_hand():
    one, other = OrganisationFactory(), OrganisationFactory()
    merge(Organisation, one.pk, other.pk)
    other.refresh_from_db()
    with pytest.raises(ValidationError, match=str(one)):
        other.restore()


# --- Undo only while nothing was touched ----------------------------------------------------


def test_undo_names_what_was_changed_since_and_by_whom(titk, editor):
    kept, copy = titk
    done = merge(Organisation, kept.pk, copy.pk)
    moved = FollowUp.objects.active().filter(organisation=kept).first()
    with acting_as(editor):
        moved.what = "Angebot nachfassen"
        moved.save()
    before = snapshot()
    [reason] = reasons_against(done)
    assert "Angebot nachfassen" in reason and "Tobias Lenz" in reason
    with pytest.raises(MergeRefused):
        undo(done)
    assert snapshot() == before
    moved.what = FollowUp.history.filter(id=moved.pk).earliest().what
    moved.save()
    undo(done)


def test_undo_says_what_was_deleted_since(titk):
    kept, copy = titk
    done = merge(Organisation, kept.pk, copy.pk)
    kept.identifiers.get().delete()
    [reason] = reasons_against(done)
    assert reason
    with pytest.raises(MergeRefused):
        undo(done)


def test_undo_is_refused_where_something_new_stands_in_the_place(two_adas):
    kept, copy = two_adas
    done = merge(Person, kept.pk, copy.pk)
    AffiliationFactory(person=copy)  # somebody still had the old form open
    before = snapshot()
    with pytest.raises(MergeRefused):
        undo(done)
    assert snapshot() == before


# --- All or nothing -------------------------------------------------------------------------


STEPS = ("rewrite", "take_out", "parents_of")


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_at_any_step_leaves_nothing_written(titk, monkeypatch, step):
    kept, copy = titk
    before, history = snapshot(), Organisation.history.count()
    real, fail_at = getattr(rewriting, step), 0

    class Crash(Exception):
        pass

    while True:
        calls = 0

        def crashing(*args, fail_at=fail_at, **kwargs):
            nonlocal calls
            calls += 1
            if calls > fail_at:
                raise Crash
            return real(*args, **kwargs)

        monkeypatch.setattr(rewriting, step, crashing)
        try:
            merge(Organisation, kept.pk, copy.pk)
        except Crash:
            assert snapshot() == before
            assert not Merge.objects.exists()
            assert Organisation.history.count() == history
            fail_at += 3
        else:
            break
    assert fail_at, "the step was never reached"
    monkeypatch.undo()
    undo(Merge.objects.get())
    assert snapshot() == before


def test_a_save_since_the_preview_asks_to_look_again(titk):
    kept, copy = titk
    versions = plan(
        Organisation.objects.get(pk=kept.pk), Organisation.objects.get(pk=copy.pk)
    ).versions
    copy.city = "Jena"
    copy.save()
    with pytest.raises(ChangedMeanwhile):
        merge(Organisation, kept.pk, copy.pk, versions=versions)
    kept.refresh_from_db()
    assert not kept.merged_from.exists()


def test_an_open_form_of_a_record_whose_part_moved_is_stale(titk):
    kept, copy = titk
    talk = Interaction.objects.filter(organisations=copy).exclude(organisations=kept).get()
    version = talk.version
    merge(Organisation, kept.pk, copy.pk)
    talk.refresh_from_db()
    assert talk.version == version + 1


# --- Size -----------------------------------------------------------------------------------


def test_the_preview_costs_the_same_whatever_hangs_on_the_two(titk):
    def queries(number):
        kept, copy = OrganisationFactory(home=True), OrganisationFactory(home=True)
        for _n in range(number):
            trip = MissionFactory()
            ParticipationFactory(mission=trip, organisation=kept, person=None)
            ParticipationFactory(mission=trip, organisation=copy, person=None)
            CooperationFactory(home=copy)
            InteractionFactory(organisations=[kept, copy])
            AffiliationFactory(organisation=copy)
        with CaptureQueriesContext(connection) as captured:
            plan(kept, copy)
        return len(captured)

    assert queries(2) == queries(12)


def test_two_thousand_rows_move_in_a_bounded_number_of_queries():
    def queries(number):
        kept, copy = OrganisationFactory(home=True), OrganisationFactory(home=True)
        people = PersonFactory.create_batch(number)
        bulk.create_all([Affiliation(person=person, organisation=copy) for person in people])
        with CaptureQueriesContext(connection) as captured:
            merge(Organisation, kept.pk, copy.pk)
        assert kept.affiliations.count() == number
        # One statement writes many rows: executemany counts as one here.
        return len(captured)

    assert queries(60) <= queries(5) + 5


# --- Pages ----------------------------------------------------------------------------------

MERGE = "admin:partners_organisation_merge"


def test_the_page_compares_merges_and_offers_to_undo(titk, client_for, project_manager):
    kept, copy = titk
    client = client_for(project_manager)
    address = reverse(MERGE) + f"?first={copy.pk}&second={kept.pk}"
    response = client.get(address)
    assert response.status_code == 200
    page = response.content.decode()
    assert "TITK e.V. Rudolstadt" in page and "Delegation 2023" in page
    form = {
        "first": kept.pk, "second": copy.pk, "keep": kept.pk, "choice-city": "winner",
        "versions": response.context["plan"].versions,
    }  # fmt: skip
    assert not Merge.objects.exists()

    response = client.post(reverse(MERGE), {**form, "_merge": "1"}, follow=True)
    assert response.redirect_chain[-1][0] == kept.get_absolute_url()
    done = Merge.objects.get()
    undoing = reverse("admin:partners_merge_undo", args=[done.pk])
    assert undoing in response.content.decode()
    assert Organisation.objects.get(pk=kept.pk).city == "Erfurt", "as chosen"
    assert done.done_by == project_manager

    response = client.get(copy.get_absolute_url(), follow=True)
    assert response.redirect_chain[-1][0] == kept.get_absolute_url()
    response = client.get(copy.get_absolute_url() + "?show=archived")
    page = response.content.decode()
    assert response.status_code == 200 and undoing in page
    assert f"{copy.pk}/restore/" not in page and f"{copy.pk}/merge/" not in page

    page = client.get(reverse("admin:partners_merge_change", args=[done.pk])).content.decode()
    assert "Delegation 2023" in page and undoing in page
    assert client.get(undoing).status_code == 200
    assert client.post(undoing).status_code == 302
    assert not Organisation.objects.get(pk=copy.pk).is_archived
    page = client.get(reverse("admin:partners_merge_change", args=[done.pk])).content.decode()
    assert undoing not in page
    assert client.post(undoing).status_code == 409
    assert client.get(reverse("admin:partners_merge_changelist") + "?state=undone&q=TITK")


def test_the_page_shows_again_what_was_changed_meanwhile(titk, client_for, project_manager):
    kept, copy = titk
    client = client_for(project_manager)
    response = client.get(reverse(MERGE) + f"?first={copy.pk}&second={kept.pk}")
    copy.district = "Saalfeld-Rudolstadt"
    copy.save()
    form = {"first": kept.pk, "second": copy.pk, "keep": kept.pk, "choice-city": "winner"}
    form["versions"] = response.context["plan"].versions
    response = client.post(reverse(MERGE), {**form, "_merge": "1"})
    assert response.status_code == 409
    assert "Saalfeld-Rudolstadt" in response.content.decode()
    chosen = {choice.name: choice.chosen for choice in response.context["plan"].choices}
    assert chosen["city"] == "winner", "what was chosen is kept"
    assert not Merge.objects.exists()


def test_the_other_one_can_be_kept(titk, client_for, project_manager):
    kept, copy = titk
    response = client_for(project_manager).get(
        reverse(MERGE) + f"?first={kept.pk}&second={copy.pk}&keep={copy.pk}"
    )
    assert response.context["plan"].winner == copy


def test_an_obstacle_is_shown_and_nothing_is_offered(client_for, project_manager):
    one, other = OrganisationFactory(home=True), OrganisationFactory()
    CooperationFactory(home=one, partner=other)
    response = client_for(project_manager).get(
        reverse(MERGE) + f"?first={one.pk}&second={other.pk}"
    )
    page = response.content.decode()
    assert response.context["reasons"] and 'name="_merge"' not in page


def test_the_page_of_a_record_and_its_list_lead_here(client_for, project_manager):
    one, other, third = OrganisationFactory.create_batch(3)
    client = client_for(project_manager)
    address = one.get_absolute_url().replace("change/", "merge/")
    response = client.get(address, follow=True)
    assert response.status_code == 200 and "form" in response.context
    assert address in client.get(one.get_absolute_url()).content.decode()
    listed = reverse("admin:partners_organisation_changelist")
    action = {"action": "merge_selected", "_selected_action": [one.pk, other.pk]}
    response = client.post(listed, action, follow=True)
    assert response.context["plan"].loser == other
    action["_selected_action"].append(third.pk)
    response = client.post(listed, action)
    assert response.status_code in (200, 302) and not Merge.objects.exists()


@pytest.mark.parametrize("persona", ["editor", "reader", "outsider"])
def test_others_may_not_merge(persona, request, client_for, titk, administrator):
    kept, copy = titk
    done = merge(Organisation, kept.pk, copy.pk)
    client = client_for(request.getfixturevalue(persona))
    one, other = OrganisationFactory.create_batch(2)
    pages = [
        reverse(MERGE) + f"?first={one.pk}&second={other.pk}",
        reverse("admin:partners_company_merge") + f"?first={one.pk}",
        reverse("admin:partners_person_merge") + "?first=1",
        reverse("admin:partners_merge_undo", args=[done.pk]),
        one.get_absolute_url().replace("change/", "merge/"),
    ]
    for page in pages:
        assert client.get(page).status_code == 403, page
        data = {"first": one.pk, "second": other.pk, "_merge": "1", "versions": ""}
        assert client.post(page, data).status_code == 403, page
    assert Merge.objects.count() == 1 and Merge.objects.get().undone_at is None
    journal = client.get(reverse("admin:partners_merge_changelist"))
    assert journal.status_code == (200 if persona == "editor" else 403)


def test_strange_addresses(client_for, project_manager):
    client, one = client_for(project_manager), OrganisationFactory()
    for query in ("", "?first=abc", "?first=999999", f"?first={one.pk}&second=x", "?second=1"):
        assert client.get(reverse(MERGE) + query).status_code == 404, query
    again = client.get(reverse(MERGE) + f"?first={one.pk}&second={one.pk}", follow=True)
    assert again.redirect_chain == [(reverse(MERGE) + f"?first={one.pk}", 302)]
    assert "ein und derselbe" in again.content.decode()
    assert client.get(reverse("admin:partners_merge_undo", args=[1])).status_code == 404


def test_the_pages_of_people(two_adas, client_for, project_manager):
    kept, copy = two_adas
    client = client_for(project_manager)
    address = reverse("admin:partners_person_merge")
    response = client.get(address + f"?first={kept.pk}&second={copy.pk}")
    assert response.status_code == 200
    form = {"first": kept.pk, "second": copy.pk, "keep": kept.pk, "_merge": "1"}
    form["versions"] = response.context["plan"].versions
    assert client.post(address, form).status_code == 302
    assert client.get(copy.get_absolute_url()).status_code == 302


def test_an_import_by_the_old_number_changes_the_one_kept(project_manager):
    kept, copy = OrganisationFactory(name="Glaswerk"), OrganisationFactory(name="Glaswerk Alt")
    merge(Organisation, kept.pk, copy.pk)
    run = imports.checked(project_manager, "partners.Organisation", f"id;city\n{copy.pk};Jena\n")
    assert imports.states(run) == {2: "change"}
    imports.apply(run)
    kept.refresh_from_db()
    assert kept.city == "Jena"


# --- At the same moment ---------------------------------------------------------------------


def at_once(*tasks):
    """Run ``tasks`` at the same moment in threads; return what each returned or raised."""
    barrier, results = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(index, task):
        try:
            barrier.wait(timeout=20)
            results[index] = task()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_merges_of_one_pair_at_the_same_moment():
    for _n in range(5):
        one, other = OrganisationFactory(), OrganisationFactory()
        AffiliationFactory(organisation=other)
        versions = plan(one, other).versions
        results = at_once(
            lambda a=one.pk, b=other.pk, v=versions: merge(Organisation, a, b, versions=v),
            lambda a=other.pk, b=one.pk, v=versions: merge(Organisation, a, b, versions=v),
        )
        refused = [result for result in results if isinstance(result, ChangedMeanwhile)]
        done = [result for result in results if isinstance(result, Merge)]
        assert len(refused) == len(done) == 1, results
        assert done[0].undone_at is None and Merge.objects.standing().count() == 1
        undo(done[0])


@pytest.mark.django_db(transaction=True)
def test_a_save_of_a_row_while_it_moves():
    """Whoever is first: the save stands and moves along, or is told that the row has moved."""
    for number in range(5):
        one, other = OrganisationFactory(), OrganisationFactory()
        row = AffiliationFactory(organisation=other)

        def save(row=row, number=number):
            with transaction.atomic():
                row.role = f"Leitung {number}"
                row.save()
            return "saved"

        results = at_once(lambda a=one.pk, b=other.pk: merge(Organisation, a, b), save)
        merged, saved = isinstance(results[0], Merge), results[1] == "saved"
        assert merged or isinstance(results[0], ChangedMeanwhile), results
        assert saved or isinstance(results[1], StaleRecord), results
        assert merged or saved
        now = Affiliation.objects.get(pk=row.pk)
        assert (now.organisation_id == one.pk) == merged
        assert (now.role == f"Leitung {number}") == saved
