"""Validation in memory says what Django's own would say, and asks the database for less."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import CheckConstraint, F, Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legcrm.core import validation
from legcrm.core.validation import errors_of
from missions.models import Agreement, Mission, Project
from partners.models import (
    Affiliation,
    Company,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    Person,
    Sector,
)
from tests import factories as f

pytestmark = pytest.mark.django_db

OURS = [
    model
    for label in ("core", "partners", "missions")
    for model in apps.get_app_config(label).get_models()
]
CHECKS = {
    constraint.name: (model, constraint)
    for model in OURS
    for constraint in model._meta.constraints
    if isinstance(constraint, CheckConstraint)
}

DAYS = st.dates(date(2023, 4, 22), date(2023, 4, 25))
VALUES = {
    "DateField": DAYS,
    "DateTimeField": DAYS.map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC)),
    "DecimalField": st.sampled_from([Decimal("-0.01"), Decimal(0), Decimal("1.50")]),
    "BooleanField": st.booleans(),
}
NUMBERS = st.integers(0, 3)


def values_for(field):
    """Values of the field's own type, empty and unknown ones among them."""
    if field.choices and not field.is_relation:
        return st.sampled_from([None, "", *(key for key, _label in field.flatchoices)])
    if isinstance(field, (models.CharField, models.TextField)):
        return st.sampled_from([None, "", " ", "x", "Ж", "=1", "signed"])
    return st.none() | VALUES.get(field.get_internal_type(), NUMBERS)


def agree(model, constraint, record):
    """Compare the verdict in memory with that of the database on the same values."""
    _names, holds = validation._read_condition(model, constraint.condition)
    in_memory = holds(record) is not False
    try:
        constraint.validate(model, record)
    except ValidationError:
        return not in_memory
    return in_memory


def test_every_check_constraint_is_judged_in_memory():
    assert len(CHECKS) > 30
    for model, constraint in CHECKS.values():
        names, holds = validation._read_condition(model, constraint.condition)
        assert names and callable(holds), constraint.name


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_memory_and_database_agree(name):
    model, constraint = CHECKS[name]
    names = sorted(validation._read_condition(model, constraint.condition)[0])
    fields = [model._meta.get_field(one) for one in names]

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.tuples(*map(values_for, fields)))
    def judged(values):
        record = model(**dict(zip((field.attname for field in fields), values, strict=True)))
        assert agree(model, constraint, record), values

    judged()


CONDITIONS = st.recursive(
    st.sampled_from(
        [
            Q(capacity__isnull=True),
            Q(capacity=None),
            Q(capacity=2),
            Q(capacity__gt=1),
            Q(capacity__gte=F("announced_agreements")),
            Q(capacity__lt=F("announced_agreements")),
            Q(capacity__lte=2),
            Q(announced_agreements__in=[1, None, 3]),
            Q(status__in=["idea", "planned"]),
            Q(status="idea"),
            Q(objectives__gt=""),
            Q(ends_on__gte=F("starts_on")),
            Q(pk=F("owner")),
        ]
    ),
    lambda inner: st.one_of(
        inner.map(lambda q: ~q),
        st.tuples(inner, inner).map(lambda two: two[0] & two[1]),
        st.tuples(inner, inner).map(lambda two: two[0] | two[1]),
    ),
    max_leaves=6,
)
NAMES = ("capacity", "announced_agreements", "status", "objectives", "starts_on", "ends_on", "id")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    CONDITIONS,
    st.tuples(*(values_for(Mission._meta.get_field(name)) for name in (*NAMES, "owner"))),
)
def test_any_nesting_of_conditions_agrees(condition, values):
    record = Mission(**dict(zip((*NAMES, "owner_id"), values, strict=True)))
    assert agree(Mission, CheckConstraint(condition=condition, name="some"), record)


@pytest.mark.parametrize(
    "condition",
    [Q(title_de__gt="m"), Q(title_de__startswith="a"), Q(title_de__gt=F("title_en")),
     Q(owner__username="x"), Q(capacity__in=[])],
)  # fmt: skip
def test_what_only_the_database_can_judge_is_left_to_it(condition):
    with pytest.raises(validation._Unknown):
        validation._read_condition(Mission, condition)


def messages(record, **options):
    try:
        record.full_clean(**options)
    except ValidationError as error:
        return error.message_dict
    return {}


def test_it_says_what_full_clean_says():
    organisation = f.OrganisationFactory(name="UzTextilprom", country="UZ")
    person = f.PersonFactory()
    f.AffiliationFactory(person=person, organisation=organisation)
    sector = f.SectorFactory()
    OrganisationIdentifier.objects.create(organisation=organisation, scheme="foreign", value="1")
    known = {"organisation": organisation}
    wrong = [
        lambda: Organisation(),
        lambda: Organisation(kind="firma", name="", country="XX", email="a@", website="so"),
        lambda: Organisation(kind="company", name="x" * 251, country="UZ", phone="12"),
        lambda: Organisation(kind="company", name="Uztextilprom", country="UZ"),
        lambda: Organisation(kind="company", name="A", country="UZ", parent_id=987654),
        lambda: Company(kind="company", name="", country=""),
        lambda: Person(last_name=""),
        lambda: Person(last_name="B", informed_on="31.12.2025", language="x" * 30),
        lambda: Affiliation(person=person, organisation=organisation),
        lambda: Affiliation(
            person=person,
            organisation=organisation,
            is_primary=False,
            valid_from=date(2024, 1, 2),
            valid_to=date(2024, 1, 1),
        ),
        lambda: OrganisationIdentifier(**known, scheme="foreign", value="1"),
        lambda: OrganisationIdentifier(**known, scheme="lei", value="falsch"),
        lambda: OrganisationName(**known, text=""),
        lambda: Sector(key=sector.key, name_de="Neu", name_en="New"),
        lambda: Agreement(title="A", field="economic", status="signed"),
        lambda: Project(title="P", stage="dropped", owner=f.UserFactory(), jobs_confirmed=3),
    ]
    for make in wrong:
        found = errors_of(make())
        assert found
        assert found == messages(make())


def test_what_is_fine_has_no_errors_and_is_put_into_proper_form():
    record = Organisation(kind="company", name="TITK", country="DE", phone="03672 3790")
    assert errors_of(record) == {}
    assert str(record.phone) == "+49 3672 379-0" or record.phone.as_e164 == "+4936723790"
    mission = Mission(code="x", title_de="x", title_en="x", kind="trade_fair", capacity="12")
    mission.starts_on = "2023-04-23"
    assert errors_of(mission) == {}
    assert (mission.capacity, mission.starts_on) == (12, date(2023, 4, 23))


def test_skipped_fields_are_neither_cleaned_nor_judged():
    record = Organisation(kind="company", name="", country="XX")
    assert set(errors_of(record)) == {"name", "country"}
    assert errors_of(record, skip={"name", "country"}) == messages(
        record, exclude={"name", "country"}
    )


def test_unique_is_asked_unless_known():
    sector = f.SectorFactory()
    again = Sector(key=sector.key, name_de="Neu", name_en="New")
    assert list(errors_of(again)) == ["key"]
    assert errors_of(again, known_unique=True) == {}
    person = f.AffiliationFactory().person
    second = Affiliation(person=person, organisation=f.OrganisationFactory())
    assert list(errors_of(second)) == ["__all__"]
    assert errors_of(second, known_unique=True) == {}


def test_a_record_read_from_the_database_needs_no_query(editor):
    parent = f.OrganisationFactory()
    pk = f.OrganisationFactory(parent=parent, owner=editor).pk
    record = Organisation.objects.get(pk=pk)
    record.city = "Samarkand"
    fresh = Organisation(kind="company", name="Neu", country="UZ", owner=editor)
    fresh.twins_are_checked = True
    with CaptureQueriesContext(connection) as queries:
        assert errors_of(record) == {}
        assert errors_of(fresh) == {}
    assert len(queries) == 0
    fresh.parent_id = 987654
    assert list(errors_of(fresh)) == ["parent"]
