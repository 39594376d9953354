"""What is written in bulk equals what is saved one by one, and is refused where it can't."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from legcrm.core.bulk import create_all, touch_all, update_all
from legcrm.core.folding import fold
from legcrm.core.history import acting_as
from legcrm.core.history_views import saves
from legcrm.core.models import (
    SearchableModel,
    SearchedPart,
    StaleRecord,
    TrackedModel,
    UntrackedWrite,
)
from missions import models as m
from partners import models as p
from tests import factories as f

pytestmark = pytest.mark.django_db

DAY = date(2023, 4, 24)
WRITTEN_TOGETHER = [
    model
    for label in ("partners", "missions")
    for model in apps.get_app_config(label).get_models()
    if issubclass(model, TrackedModel) and model.written_together and not model._meta.proxy
]


def organisation():
    return f.OrganisationFactory(home=True)


def interaction():
    return m.Interaction.objects.create(subject="Gespräch")


# A new record of each model (unsaved), and what then changes of it.
RECORDS = {
    p.Organisation: (
        lambda: p.Organisation(
            kind="company",
            name="Möbel Ташкент",
            country="UZ",
            phone="+998 71 2391234",
            owner=f.UserFactory(),
            parent=organisation(),
            source="Liste",
        ),
        {"name": "Neue Möbel", "phone": "+998 71 2391235", "size": "small"},
    ),
    p.OrganisationSector: (
        lambda: p.OrganisationSector(organisation=organisation(), sector=f.SectorFactory()),
        {"sector": f.SectorFactory},
    ),
    p.OrganisationName: (
        lambda: p.OrganisationName(organisation=organisation(), text="Цех", valid_from=DAY),
        {"text": "Завод", "valid_from": None},
    ),
    p.OrganisationIdentifier: (
        lambda: p.OrganisationIdentifier(
            organisation=organisation(), scheme="lei", value="5493001KJTIIGC8Y1R12"
        ),
        {"scheme": "foreign", "value": "HRB 12"},
    ),
    p.OrganisationProfile: (
        lambda: p.OrganisationProfile(organisation=organisation(), language="de", summary="A"),
        {"summary": "B"},
    ),
    p.MarketInterest: (
        lambda: p.MarketInterest(
            organisation=organisation(), country="KZ", status="interested", as_of=DAY
        ),
        {"country": "UZ", "as_of": DAY + timedelta(days=1)},
    ),
    p.Person: (
        lambda: p.Person(first_name="Жанар", last_name="Сәрсен", informed_on=DAY),
        {"last_name": "Müller", "informed_on": None},
    ),
    p.Affiliation: (
        lambda: p.Affiliation(person=f.PersonFactory(), organisation=organisation(), role="CEO"),
        {"organisation": organisation, "is_primary": False},
    ),
    p.Consent: (
        lambda: p.Consent(
            person=f.PersonFactory(), purpose="photo", wording_version="1", evidence="Formular"
        ),
        {"withdrawn_on": timezone.localdate},
    ),
    m.MissionSector: (
        lambda: m.MissionSector(mission=f.MissionFactory(), sector=f.SectorFactory()),
        {"sector": f.SectorFactory},
    ),
    m.MissionCoOrganiser: (
        lambda: m.MissionCoOrganiser(mission=f.MissionFactory(), organisation=organisation()),
        {"organisation": organisation},
    ),
    m.MissionCountry: (
        lambda: m.MissionCountry(mission=f.MissionFactory(), country="KZ"),
        {"country": "UZ"},
    ),
    m.Stop: (
        lambda: m.Stop(
            mission=f.MissionFactory(), city="Алматы", country="KZ", timezone="Asia/Almaty"
        ),
        {"city": "Taschkent", "country": "UZ", "arrives_on": DAY},
    ),
    m.Agreement: (
        lambda: m.Agreement(title="Memorandum", field="economic", mission=f.MissionFactory()),
        {"title": "Vertrag", "agreed_on": DAY},
    ),
    m.AgreementParty: (
        lambda: m.AgreementParty(
            agreement=f.AgreementFactory(), side="home", organisation=organisation()
        ),
        {"organisation": organisation, "role": "Träger"},
    ),
    m.AppointmentHost: (
        lambda: m.AppointmentHost(appointment=f.AppointmentFactory(), organisation=organisation()),
        {"organisation": organisation},
    ),
    m.Interaction: (
        lambda: m.Interaction(subject="Anruf", occurred_at=timezone.now(), notes="n"),
        {"subject": "Treffen", "occurred_at": lambda: timezone.now() - timedelta(days=2)},
    ),
    m.InteractionOrganisation: (
        lambda: m.InteractionOrganisation(interaction=interaction(), organisation=organisation()),
        {"organisation": organisation},
    ),
    m.InteractionStaff: (
        lambda: m.InteractionStaff(interaction=interaction(), user=f.UserFactory()),
        {"user": f.UserFactory},
    ),
    m.FollowUp: (
        lambda: m.FollowUp(
            what="Anrufen", due_on=DAY, assignee=f.UserFactory(), organisation=organisation()
        ),
        {"due_on": DAY + timedelta(days=1)},
    ),
    m.Project: (
        lambda: m.Project(title="Werk", owner=f.UserFactory(), value_forecast_eur=Decimal("1.5")),
        {"city": "Ош", "value_forecast_eur": Decimal("2.25")},
    ),
    m.ProjectParty: (
        lambda: m.ProjectParty(project=f.ProjectFactory(), organisation=organisation()),
        {"organisation": organisation, "role": "lead"},
    ),
    m.SegmentMember: (
        lambda: m.SegmentMember(
            segment=m.Segment.objects.create(
                name=f"Textil {m.Segment.objects.count()}", is_frozen=True
            ),
            organisation=organisation(),
        ),
        {"organisation": organisation},
    ),
    m.Milestone: (
        lambda: m.Milestone(project=f.ProjectFactory(), title="Start", due_on=DAY),
        {"done_on": DAY},
    ),
}


def columns(row, without=()):
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in {"id", "history_id", "history_date", *without}
        and field.attname not in {"created_at", "updated_at"}
    }


def left_behind(record):
    """Return the row, its history and the search text of its record, as the database has them."""
    model = type(record)
    row = model._base_manager.get(pk=record.pk)
    text = None
    if issubclass(model, SearchedPart):
        text = getattr(row, model.found_by).search_text
    history = [columns(entry) for entry in model.history.filter(id=record.pk).order_by("pk")]
    return columns(row), history, text


def change(record, changes):
    for name, value in changes.items():
        setattr(record, name, value() if callable(value) else value)


def same(one, other, model):
    """Compare field by field; keys of the records made for either side differ."""
    foreign = {
        field.attname
        for field in model._meta.concrete_fields
        if field.is_relation and field.name not in {"created_by", "updated_by"}
    }

    def plain(columns):
        return {name: value for name, value in columns.items() if name not in foreign}

    assert plain(one[0]) == plain(other[0])
    assert [plain(row) for row in one[1]] == [plain(row) for row in other[1]]
    for row, history, _text in (one, other):
        for name in foreign & row.keys():  # the entry says what the row says
            assert history[-1][name] == row[name]


def test_there_is_a_record_for_each_model_written_together():
    assert set(RECORDS) == set(WRITTEN_TOGETHER)
    floor = {TrackedModel, SearchableModel}
    for model in WRITTEN_TOGETHER:
        own = {base for base in model.__mro__ if "save" in vars(base)}
        assert {base for base in own if base.__module__.startswith(("partners", "missions"))} == (
            set()
        ), f"{model} has a save() of its own"
        assert own >= {TrackedModel} and own - floor


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_bulk_leaves_behind_what_save_does(model, editor):
    make, changes = RECORDS[model]
    # Names are counted on by the factories, identifiers and twins are unique: one after the other.
    results = []
    for in_bulk in (False, True):
        with acting_as(editor):
            record = make()
            if in_bulk:
                create_all([record], "Import 12: liste.xlsx")
            else:
                record._change_reason = "Import 12: liste.xlsx"
                record.save()
            assert not record._state.adding and record.changed_fields() == set()
            record = model.objects.get(pk=record.pk)
            change(record, changes)
            if in_bulk:
                update_all([record], "Import 13: liste.xlsx")
            else:
                record._change_reason = "Import 13: liste.xlsx"
                record.save()
            assert record.changed_fields() == set()
        results.append(left_behind(record))
        row, history, _text = results[-1]
        assert row["version"] == 2
        assert [entry["history_type"] for entry in history] == ["+", "~"]
        assert {entry["history_user_id"] for entry in history} == {editor.pk}
        assert history[0]["history_change_reason"] == "Import 12: liste.xlsx"
        if issubclass(model, SearchableModel):
            record.refresh_from_db()
            assert record.search_text == record.build_search_text() != ""
        if issubclass(model, SearchedPart):
            parent = getattr(model.objects.get(pk=record.pk), model.found_by)
            assert parent.search_text == parent.build_search_text()
        if not in_bulk:
            record.delete() if model is not m.InteractionOrganisation else None
    same(*results, model)


def test_what_is_in_memory_equals_the_row(editor):
    with acting_as(editor):
        record = p.Organisation(kind="company", name="A", country="UZ")
        create_all([record])
        record.city = "Buchara"
        update_all([record])
    row = p.Organisation.objects.get()
    assert columns(record) == columns(row)
    assert (record.updated_at, record.created_by) == (row.updated_at, editor)
    record.city = "Chiwa"
    record.save()  # the version in memory is the one in the database


def test_parts_and_renamed_organisations_are_found(editor):
    organisations = [f.OrganisationFactory() for _ in range(3)]
    people = [f.AffiliationFactory(organisation=one).person for one in organisations]
    create_all([p.OrganisationName(organisation=one, text="Ткань") for one in organisations])
    create_all([p.OrganisationIdentifier(organisation=organisations[0], scheme="foreign",
                                         value="HRB77")])  # fmt: skip
    for one in organisations:
        one.refresh_from_db()
        assert fold("Ткань") in one.search_text
        one.short_name = "Zulu"
    assert "hrb7" in organisations[0].search_text
    update_all(organisations)
    for person in people:
        person.refresh_from_db()
        assert fold("Zulu") in person.search_text


def make_many(count, start=0):
    return [
        p.Organisation(kind="company", name=f"Firma {start + n} LLP", country="UZ")
        for n in range(count)
    ]


def test_the_number_of_queries_does_not_grow_with_the_rows(editor):
    def queries(act):
        with CaptureQueriesContext(connection) as found:
            act()
        return len([q for q in found if not q["sql"].startswith('INSERT INTO "partners_org')])

    with acting_as(editor):
        few, many = make_many(5), make_many(300, start=5)
        assert queries(lambda: create_all(few)) == queries(lambda: create_all(many))
        people = [f.AffiliationFactory(organisation=one).person for one in (*few, *many)]
        assert len(people) == 305
        for one in (*few, *many):
            one.name += " neu"
        assert queries(lambda: update_all(few)) == queries(lambda: update_all(many)) < 20
        parts = [p.OrganisationName(organisation=one, text="x") for one in (*few, *many)]
        assert queries(lambda: create_all(parts[:5])) == queries(lambda: create_all(parts[5:]))
        assert queries(lambda: touch_all(few)) == queries(lambda: touch_all(many))


def test_more_than_one_portion(editor):
    with acting_as(editor):
        records = make_many(1100)
        create_all(records)
        assert len({record.pk for record in records}) == 1100
        assert p.Organisation.history.filter(history_user=editor).count() == 1100
        for record in records[:1050]:
            record.city = "Termiz"
        update_all(records)
    assert p.Organisation.objects.filter(city="Termiz", version=2).count() == 1050
    assert p.Organisation.history.filter(history_type="~").count() == 1050


def test_unchanged_records_are_left_alone(editor):
    changed, same_ = f.OrganisationFactory(), f.OrganisationFactory()
    changed.city = "Nukus"
    update_all([changed, same_])
    assert [one.history.count() for one in (changed, same_)] == [2, 1]
    assert [one.version for one in (changed, same_)] == [2, 1]
    create_all([])
    update_all([])
    touch_all([])


@pytest.mark.parametrize("meanwhile", ["changed", "deleted"])
@pytest.mark.parametrize("write", [update_all, touch_all])
def test_a_stale_record_refuses_all(write, meanwhile):
    first, second = f.OrganisationFactory(), f.OrganisationFactory()
    other = p.Organisation.objects.get(pk=second.pk)
    if meanwhile == "changed":
        other.city = "Nukus"
        other.save()
    else:
        other.delete()
    first.district = second.district = "Gotha"
    with pytest.raises(StaleRecord) as refused:
        write([first, second])
    assert refused.value.record is second
    assert (first.version, second.version) == (1, 1)
    row = p.Organisation.objects.get(pk=first.pk)
    assert (row.version, row.district, row.history.count()) == (1, "", 1)
    assert p.Organisation.objects.filter(pk=second.pk).exists() is (meanwhile == "changed")


def test_touching_counts_the_version_and_nothing_else(editor):
    organisation = f.OrganisationFactory()
    with acting_as(editor):
        touch_all([organisation])
    row = p.Organisation.objects.get()
    assert (row.version, row.updated_by, row.history.count()) == (2, editor, 1)
    organisation.city = "Nukus"
    organisation.save()


def test_rules_and_constraints_hold():
    f.OrganisationFactory(name="UzTextilprom")
    before = p.Organisation.objects.count()
    bad = [
        [p.Organisation(kind="company", name="Uztextilprom", country="UZ")],
        [p.Organisation(kind="company", name=name, country="UZ") for name in ("Neu", "NEU")],
    ]
    for records in bad:
        with pytest.raises(ValidationError, match=r"UzTextilprom|Neu"):
            create_all(records)
    with pytest.raises(IntegrityError):
        create_all([*make_many(2), p.Organisation(kind="company", name="", country="UZ")])
    archived = f.OrganisationFactory()
    archived.archive("aufgelöst")
    archived.city = "Nukus"
    with pytest.raises(ValidationError, match="archiv"):
        update_all([archived])
    assert p.Organisation.objects.count() == before + 1


def test_a_twin_may_be_entered_knowingly():
    f.OrganisationFactory(name="Neu")
    twins = [
        p.Organisation(kind="company", name="Neu", country="UZ", same_name_checked=True)
        for _ in range(2)
    ]
    create_all(twins)
    elsewhere = p.Organisation(kind="company", name="Neu", country="KZ")
    create_all([elsewhere])
    third = p.Organisation(kind="company", name="Neu", country="UZ")
    third.twins_are_checked = True
    with CaptureQueriesContext(connection) as queries:
        create_all([third])
    assert not [q for q in queries if "name_key" in q["sql"] and q["sql"].startswith("SELECT")]


def test_organisations_can_not_become_parts_of_each_other():
    one, other = f.OrganisationFactory(), f.OrganisationFactory()
    below = f.OrganisationFactory(parent=other)
    one.parent, other.parent = below, one
    with pytest.raises(ValidationError):
        update_all([one, other])


def test_models_that_need_a_save_of_their_own_are_refused():
    for record in (
        m.Participation(),
        m.Appointment(),
        m.Cooperation(),
        m.InteractionPerson(),
        m.MissionLink(),
    ):
        with pytest.raises(UntrackedWrite, match=type(record).__name__):
            create_all([record])
    with pytest.raises(TypeError):
        create_all([p.Person(last_name="A"), *make_many(1)])
    with pytest.raises(ValueError):
        create_all([f.OrganisationFactory()])
    with pytest.raises(ValueError):
        update_all(make_many(1))
    twice = make_many(1)[0]
    with pytest.raises(ValueError):
        create_all([twice, twice])
    with pytest.raises(UntrackedWrite, match=r"legcrm\.core\.bulk"):
        p.Organisation.objects.update(city="x")


def test_proxies_write_the_same_table():
    create_all([p.Company(kind="company", name="A", country="UZ")])
    assert p.Organisation.history.get().name == "A"


def test_links_of_a_contact_find_its_cooperation():
    cooperation = m.Cooperation.objects.create(
        home=organisation(), partner=f.OrganisationFactory(), field="economic"
    )
    talk = interaction()
    create_all(
        [
            m.InteractionOrganisation(interaction=talk, organisation=side)
            for side in (cooperation.home, cooperation.partner)
        ]
    )
    talk.refresh_from_db()
    assert talk.cooperation == cooperation


def test_one_import_is_one_entry_of_the_record_and_says_so(client_for, editor):
    at = timezone.now()
    reason = "Import 12: liste.xlsx"
    with acting_as(editor):
        (organisation,) = records = make_many(1)
        create_all(records, reason, at=at)
        # However long it takes until the parts are written.
        create_all([p.OrganisationName(organisation=organisation, text="Цех")], reason, at=at)
    (save,) = saves(p.Organisation, organisation.pk, editor)
    assert (save.reason, save.at, save.user) == (reason, at, editor)
    assert [entry.kind for entry in save.entries] == ["+", "+"]
    page = client_for(editor).get(f"/partners/organisation/{organisation.pk}/history/")
    assert reason in page.content.decode()


def test_a_reason_given_with_a_part_only_is_shown(editor):
    organisation = f.OrganisationFactory()
    later = timezone.now() + timedelta(minutes=1)
    reason = "Import 12: liste.xlsx"
    with acting_as(editor):
        create_all([p.OrganisationName(organisation=organisation, text="A")], reason, at=later)
        create_all([p.OrganisationName(organisation=organisation, text="B")], at=later)
    newest = saves(p.Organisation, organisation.pk, editor)[0]
    assert (newest.reason, len(newest.entries)) == (reason, 2)


def test_acting_as_somebody_needs_no_request_and_ends(editor, administrator):
    with acting_as(editor):
        f.OrganisationFactory()
        with acting_as(administrator):
            create_all(make_many(1))
        create_all(make_many(1, start=1))
    create_all(make_many(1, start=2))
    authors = p.Organisation.history.order_by("pk").values_list("history_user", flat=True)
    assert list(authors) == [editor.pk, administrator.pk, editor.pk, None]
