"""Every rule of the database refuses, on both databases, and the form's message says why."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from legcrm.core.models import (
    CalendarLink,
    ColumnMapping,
    ColumnSet,
    ImportRow,
    SavedFilter,
    SpreadsheetImport,
    TimedRun,
)
from missions.models import (
    AgreementParty,
    AppointmentHost,
    AppointmentParticipation,
    Digest,
    DueDate,
    HandOver,
    HandOverItem,
    InteractionOrganisation,
    InteractionPerson,
    InteractionStaff,
    MissionCoOrganiser,
    MissionCountry,
    MissionLink,
    MissionSector,
    ProjectParty,
    RadarRule,
    Reminder,
    Segment,
    SegmentMember,
    StaleLead,
)
from partners.models import (
    Consent,
    MarketInterest,
    OrganisationIdentifier,
    OrganisationName,
    OrganisationPair,
    OrganisationProfile,
    OrganisationSector,
    PersonPair,
)
from tests import factories as f

pytestmark = pytest.mark.django_db

DAY = date(2023, 4, 24)
BEFORE = DAY - timedelta(days=1)


def name(**fields):
    return OrganisationName(organisation=f.OrganisationFactory(), text="Name", **fields)


def complete_project():
    """A project with all that its last stage needs."""
    return f.ProjectFactory(
        country="UZ",
        sector=f.SectorFactory(),
        next_step="Abnahme",
        value_forecast_eur=1000,
        starts_on=BEFORE,
        ends_on=DAY,
        confirmed_on=DAY,
        confirmed_by="Geschäftsführung",
        confirmed_evidence="Schreiben",
    )


# A valid record, and the change that the constraint must refuse.
CHECKS = {
    "partners_organisation_name": (f.OrganisationFactory, {"name": ""}),
    "partners_organisation_country": (f.OrganisationFactory, {"country": ""}),
    "partners_organisation_merged_is_archived": (
        f.OrganisationFactory, {"merged_into_id": "itself"}
    ),
    "partners_person_merged_is_archived": (f.PersonFactory, {"merged_into_id": "itself"}),
    "partners_organisationpair_in_order": (
        lambda: a_pair(OrganisationPair, f.OrganisationFactory)()[0], {"second_id": "first"}
    ),
    "partners_personpair_in_order": (
        lambda: a_pair(PersonPair, f.PersonFactory)()[0], {"second_id": "first"}
    ),
    "missions_segment_name": (lambda: Segment(name="Textil"), {"name": ""}),
    "partners_organisation_not_own_parent": (f.OrganisationFactory, {"parent_id": "itself"}),
    "partners_name_dates": (name, {"valid_from": DAY, "valid_to": BEFORE}),
    "partners_person_last_name": (f.PersonFactory, {"last_name": ""}),
    "partners_affiliation_dates": (f.AffiliationFactory, {"valid_from": DAY, "valid_to": BEFORE}),
    "partners_consent_withdrawn_after_given": (
        lambda: Consent(
            person=f.PersonFactory(), purpose="photo", wording_version="1", evidence="Brief",
            given_on=DAY,
        ),
        {"withdrawn_on": BEFORE},
    ),
    "missions_mission_ends_after_start": (f.MissionFactory, {"ends_on": date(2020, 1, 1)}),
    "missions_mission_code_and_title": (f.MissionFactory, {"title_de": ""}),
    "missions_mission_money": (f.MissionFactory, {"cost_eur": -1}),
    "missions_link_not_itself": (
        lambda: MissionLink(mission=f.MissionFactory(), earlier=f.MissionFactory()),
        {"earlier_id": "mission"},
    ),
    "missions_stop_leaves_after_arrival": (
        f.StopFactory,
        {"arrives_on": DAY, "leaves_on": BEFORE},
    ),
    "missions_stop_place": (f.StopFactory, {"city": ""}),
    "missions_participation_somebody": (
        f.ParticipationFactory,
        {"person_id": None, "organisation_id": None},
    ),
    "missions_participation_fee": (f.ParticipationFactory, {"fee_eur": -5}),
    "missions_appointment_ends_after_start": (
        f.AppointmentFactory,
        {"ends_at": timezone.now() - timedelta(days=9999)},
    ),
    "missions_appointment_title": (f.AppointmentFactory, {"title": ""}),
    "missions_interaction_subject": (f.InteractionFactory, {"subject": ""}),
    "missions_followup_exactly_one_target": (f.FollowUpFactory, {"organisation_id": None}),
    "missions_stalelead_exactly_one_target": (
        lambda: stale_leads("organisation", f.OrganisationFactory)()[0], {"organisation_id": None}
    ),
    "missions_followup_what": (f.FollowUpFactory, {"what": ""}),
    "missions_cooperation_ended_with_reason": (f.CooperationFactory, {"stage": "ended"}),
    "missions_cooperation_two_sides": (f.CooperationFactory, {"partner_id": "home"}),
    "missions_agreement_title": (f.AgreementFactory, {"title": ""}),
    "missions_agreement_signed_with_date": (f.AgreementFactory, {"status": "signed"}),
    "missions_agreement_date_known_or_not": (
        f.AgreementFactory,
        {"signed_on": DAY, "signed_on_unknown": True},
    ),
    "missions_agreement_signed_after_agreed": (
        f.AgreementFactory,
        {"agreed_on": DAY, "signed_on": BEFORE},
    ),
    "missions_agreement_valid_after_signing": (
        f.AgreementFactory,
        {"signed_on": DAY, "valid_until": BEFORE},
    ),
    "missions_party_named_or_not": (
        lambda: AgreementParty(
            agreement=f.AgreementFactory(), side="home", organisation=f.OrganisationFactory()
        ),
        {"organisation_id": None},
    ),
    "missions_project_title": (f.ProjectFactory, {"title": ""}),
    "missions_project_ends_after_start": (
        f.ProjectFactory,
        {"starts_on": DAY, "ends_on": BEFORE},
    ),
    "missions_project_confirmed_with_evidence": (f.ProjectFactory, {"jobs_confirmed": 5}),
    "missions_project_dropped_with_reason": (
        f.ProjectFactory, {"stage": "dropped", "look_again_on": DAY}
    ),
    "missions_project_on_hold_with_reason": (
        f.ProjectFactory, {"stage": "on_hold", "look_again_on": DAY}
    ),
    "missions_project_look_again": (
        f.ProjectFactory, {"stage": "on_hold", "drop_reason": "Der Partner wartet"}
    ),
    "missions_duedate_exactly_one_target": (
        lambda: due_dates("agreement", f.AgreementFactory)()[0], {"agreement_id": None}
    ),
    "missions_questionnaire_answered": (f.QuestionnaireFactory, {"status": "answered"}),
    "missions_questionnaire_decided_by": (
        f.QuestionnaireFactory, {"status": "confirmed", "answered_at": timezone.now()}
    ),
    "missions_questionnaire_satisfaction": (f.QuestionnaireFactory, {"satisfaction": 6}),
    "missions_questionnaire_money": (f.QuestionnaireFactory, {"contracts_value_eur": -1}),
    **{
        f"missions_project_needs_{field}": (complete_project, {"stage": stage, field: empty})
        for field, stage, empty in (
            ("country", "qualified", ""),
            ("sector", "qualified", None),
            ("next_step", "negotiation", ""),
            ("value_forecast_eur", "negotiation", None),
            ("starts_on", "implementation", None),
            ("ends_on", "completed", None),
            ("confirmed_on", "completed", None),
            ("confirmed_by", "completed", ""),
            ("confirmed_evidence", "completed", ""),
        )
    },
}  # fmt: skip


def links(model, *factories):
    """Return two equal links of ``model`` between two new records."""

    def make():
        names = [
            field.name
            for field in model._meta.fields
            if field.is_relation and not field.name.endswith("_by")
        ]
        ends = dict(zip(names, (factory() for factory in factories), strict=True))
        return model(**ends), model(**ends)

    return make


def appointment_links():
    appointment = f.AppointmentFactory()
    going = f.ParticipationFactory(mission=appointment.mission)
    ends = {"appointment": appointment, "participation": going}
    return AppointmentParticipation(**ends), AppointmentParticipation(**ends)


def earlier_links():
    ends = {"mission": f.MissionFactory(), "earlier": f.MissionFactory()}
    return MissionLink(**ends), MissionLink(**ends)


def of(model, /, parent, factory, **fields):
    """Return two equal rows of ``model`` that belong to one record."""

    def make():
        owner = {parent: factory()}
        return model(**owner, **fields), model(**owner, **fields)

    return make


def primary_affiliations():
    person = f.PersonFactory()
    return f.AffiliationFactory.build(
        person=person, organisation=f.OrganisationFactory()
    ), f.AffiliationFactory.build(person=person, organisation=f.OrganisationFactory())


def same_person():
    shared = {"mission": f.MissionFactory(), "person": f.PersonFactory()}
    return tuple(f.ParticipationFactory.build(**shared, organisation=None) for _ in range(2))


def same_organisation():
    shared = {"mission": f.MissionFactory(), "organisation": f.OrganisationFactory()}
    return tuple(f.ParticipationFactory.build(**shared, person=None) for _ in range(2))


def same_cooperation():
    shared = {"home": f.OrganisationFactory(home=True), "partner": f.OrganisationFactory()}
    one = f.CooperationFactory.build(**shared, subject="Textil")
    return one, f.CooperationFactory.build(**shared, subject="TEXTIL")


def same_party():
    shared = {"agreement": f.AgreementFactory(), "organisation": f.OrganisationFactory()}
    return AgreementParty(side="home", **shared), AgreementParty(side="home", **shared)


def same_project_party():
    shared = {"project": f.ProjectFactory(), "organisation": f.OrganisationFactory()}
    return ProjectParty(**shared), ProjectParty(**shared)


def a_pair(model, factory):
    """Return a function that makes two equal pairs of records, and one of them alone."""

    def make():
        first, second = factory(), factory()
        return model(first=first, second=second, score=90), model(
            first=first, second=second, score=80
        )

    return make


def two_members():
    segment = Segment.objects.create(name="Textil", is_frozen=True)
    ends = {"segment": segment, "organisation": f.OrganisationFactory()}
    return SegmentMember(**ends), SegmentMember(**ends)


def stale_leads(target, factory):
    """Return a function that makes two equal finds of one rule."""

    def make():
        found = {"rule": RadarRule.objects.first(), target: factory(), "idle_since": DAY}
        return StaleLead(**found), StaleLead(**found)

    return make


def due_dates(target, factory):
    """Return a function that makes two equal notes that a day has brought its follow-up."""

    def make():
        noted = {target: factory(), "day": DAY}
        return DueDate(**noted), DueDate(**noted)

    return make


def same_reminder():
    user = f.UserFactory()
    follow_up = f.FollowUpFactory(assignee=user)
    digests = [Digest.objects.create(user=user, day=day) for day in (BEFORE, DAY)]
    return tuple(
        Reminder(digest=digest, follow_up=follow_up, user=user, due_on=follow_up.due_on)
        for digest in digests
    )


def same_item_of_a_hand_over():
    giver, receiver = f.UserFactory(), f.UserFactory()
    shared = {
        "hand_over": HandOver.objects.create(giver=giver), "model": "m", "object_id": 1,
        "receiver": receiver,
    }  # fmt: skip
    return HandOverItem(**shared), HandOverItem(**shared)


def two_calendar_links():
    user = f.UserFactory()
    return CalendarLink(user=user, token_hash="a"), CalendarLink(user=user, token_hash="b")


def same_timed_run():
    ended = {"task": "digests", "day": DAY, "finished_at": timezone.now()}
    return TimedRun(**ended), TimedRun(**ended)


def an_import():
    return SpreadsheetImport.objects.create(
        user=f.UserFactory(), model="partners.organisation", file_name="liste.xlsx"
    )


# Two records of which the second must be refused.
UNIQUES = {
    "core_saved_filter_once": of(
        SavedFilter, "user", f.UserFactory, model="m", name="Textil", query="country=UZ"
    ),
    "partners_organisationpair_once": a_pair(OrganisationPair, f.OrganisationFactory),
    "partners_personpair_once": a_pair(PersonPair, f.PersonFactory),
    "missions_segment_member_once": two_members,
    "core_row_once": of(ImportRow, "run", an_import, number=2, state="new"),
    "core_column_mapping_once": of(
        ColumnMapping, "user", f.UserFactory, model="m", heading="firma", column="name"
    ),
    "core_column_set_once": of(
        ColumnSet, "user", f.UserFactory, model="m", name="Kurz", columns=["name"]
    ),
    "partners_organisation_sector_once": links(
        OrganisationSector, f.OrganisationFactory, f.SectorFactory
    ),
    "partners_name_once": of(
        OrganisationName, "organisation", f.OrganisationFactory, text="Derselbe"
    ),
    "partners_identifier_once": lambda: (
        OrganisationIdentifier(
            organisation=f.OrganisationFactory(), scheme="register", value="HRB 1"
        ),
        OrganisationIdentifier(
            organisation=f.OrganisationFactory(), scheme="register", value="HRB 1"
        ),
    ),
    "partners_profile_per_language": of(
        OrganisationProfile, "organisation", f.OrganisationFactory, language="de", summary="x"
    ),
    "partners_market_interest_once": of(
        MarketInterest,
        "organisation",
        f.OrganisationFactory,
        country="KZ",
        status="interested",
        as_of=DAY,
    ),
    "partners_one_primary_affiliation": primary_affiliations,
    "missions_mission_sector_once": links(MissionSector, f.MissionFactory, f.SectorFactory),
    "missions_co_organiser_once": links(
        MissionCoOrganiser, f.MissionFactory, f.OrganisationFactory
    ),
    "missions_country_once": of(MissionCountry, "mission", f.MissionFactory, country="KZ"),
    "missions_link_once": earlier_links,
    "missions_participation_person_once": same_person,
    "missions_participation_organisation_once": same_organisation,
    "missions_host_once": links(AppointmentHost, f.AppointmentFactory, f.OrganisationFactory),
    "missions_appointment_once": appointment_links,
    "missions_interaction_organisation_once": links(
        InteractionOrganisation, f.InteractionFactory, f.OrganisationFactory
    ),
    "missions_interaction_person_once": links(
        InteractionPerson, f.InteractionFactory, f.PersonFactory
    ),
    "missions_interaction_staff_once": links(InteractionStaff, f.InteractionFactory, f.UserFactory),
    "missions_cooperation_once": same_cooperation,
    **{
        f"missions_stalelead_{target}_once": stale_leads(target, factory)
        for target, factory in (
            ("organisation", f.OrganisationFactory),
            ("agreement", f.AgreementFactory),
            ("follow_up", f.FollowUpFactory),
            ("project", f.ProjectFactory),
        )
    },
    "missions_duedate_agreement_once": due_dates("agreement", f.AgreementFactory),
    "missions_duedate_project_once": due_dates("project", f.ProjectFactory),
    "missions_digest_once": of(Digest, "user", f.UserFactory, day=DAY),
    "missions_reminder_once": same_reminder,
    "missions_handover_item_once": same_item_of_a_hand_over,
    "core_calendarlink_one_in_use": two_calendar_links,
    "core_timedrun_once_a_day": same_timed_run,
    "missions_party_once": same_party,
    "missions_project_party_once": same_project_party,
}


def all_constraints():
    for label in ("core", "partners", "missions"):
        for model in apps.get_app_config(label).get_models():
            yield from model._meta.constraints


def test_every_constraint_has_its_test():
    known = set(CHECKS) | set(UNIQUES)
    for constraint in all_constraints():
        archived = constraint.name.endswith("_archived_with_reason")  # see test_archive.py
        assert archived or constraint.name in known, constraint.name


def test_every_check_has_a_message_of_its_own():
    default = models.CheckConstraint.default_violation_error_message
    for constraint in all_constraints():
        if isinstance(constraint, models.CheckConstraint):
            assert constraint.violation_error_message != default, constraint.name


@pytest.mark.parametrize("constraint", CHECKS)
def test_check(constraint):
    make, change = CHECKS[constraint]
    record = make()
    if record.pk is None:
        record.save()
    references = {"itself": record.pk}
    change = {
        key: getattr(record, f"{value}_id", references.get(value, value))
        if isinstance(value, str) and key.endswith("_id")
        else value
        for key, value in change.items()
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        # The constraint alone: past the form, the model and its save().
        type(record)._base_manager.filter(pk=record.pk).update(**change)

    for field, value in change.items():
        setattr(record, field, value)
    with pytest.raises(ValidationError):
        record.full_clean()


@pytest.mark.parametrize("constraint", UNIQUES)
def test_unique(constraint):
    first, second = UNIQUES[constraint]()
    first.save()
    with pytest.raises(ValidationError):
        second.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(second)._base_manager.bulk_create([second])
