"""Merging: nothing is lost, undo restores every row exactly, and nothing half is ever written."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import models

from legcrm.core.folding import fold
from legcrm.core.history import acting_as
from legcrm.core.models import Record, TrackedModel
from missions.models import (
    AgreementParty,
    Appointment,
    Cooperation,
    Interaction,
    Participation,
    Segment,
)
from partners import merge as merging
from partners.merge import (
    MOVE,
    MergeRefused,
    merge,
    plan,
    relations_of,
    rule_of,
    undo,
    uniques_of,
)
from partners.models import Affiliation, Merge, Organisation, OrganisationPair, Person
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
    rules = {k: v for k, v in merging.RULES.items() if k != "missions.followup.organisation"}
    monkeypatch.setattr(merging, "RULES", rules)
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
    with pytest.raises(MergeRefused, match="already|bereits"):
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
