"""Export → import is the identity, for every resource and format; of an edited cell, one change.

The files are written as the export page writes them and come back by the way of an upload, through
the process that reads them.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count, cycle

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from legcrm.core.models import ImportRow, SpreadsheetImport
from legcrm.core.resources import BY_LABEL, resource_for
from legcrm.core.spreadsheets import exporting, importing
from legcrm.core.spreadsheets.columns import (
    Boolean,
    Choice,
    Date,
    DateTime,
    Email,
    Integer,
    Many,
    Number,
    Reference,
    Staff,
    Text,
    Website,
)
from legcrm.core.spreadsheets.writing import FORMATS, MAX_CHARACTERS
from missions.models import Agreement, Appointment, Interaction, Participation, Project
from partners.models import Organisation, Person

from . import factories as f

pytestmark = pytest.mark.django_db

State = ImportRow.State
LABELS = (
    "partners.organisation",
    "partners.person",
    "missions.participation",
    "missions.interaction",
    "missions.agreement",
    "missions.project",
    "missions.appointment",
)
LANGUAGES = ("de", "en")
# Too long for a cell of Excel.
LONG = "Protokoll 😀 " * (MAX_CHARACTERS // 8)

TEXTS = [
    "", "Möbel & Söhne GmbH", "Ташкент", "Oʻzbekiston", "O'zbekiston ’ ‘", "😀👩‍👩‍👧 GmbH", "=1+1",
    "=HYPERLINK(\"x\";\"y\")", "+49 kommt", "- Liste", "-5", "@SUM(A1)", "|cmd", "'", "'quoted'",
    "''=1", "'=1+1", "' =1", "\t=1", "\tTab", "a\tb", "\"", "\"ganz\"", "a\"b", ";", ";;", "a;b",
    "a; b ;c", ",", "a,b", "eins\nzwei", "eins\r\nzwei\r\n\r\ndrei", "\r\n=1", "  vorn", "hinten  ",
    "  beides  ", "a  b   c", "\xa0NBSP\xa0innen\xa0", "\u202fschmal\u2009", "0361", "007", "1E5",
    "1e-3", "1.234", "1,234", "1.234,56", "12345678901234567890", "0.1", "∞", "NaN", "1.2.2023",
    "2023-01-01", "01/02/2023", "12:30", "März 2023", "ja", "nein", "TRUE", "FALSE", "wahr", "x",
    "NULL", "None", "#N/A", "#REF!", "n/a", "_x0041_", "_x000D_", "_x005F_x0041_", "_x0000_",
    "a\x01b", "\x07", "\x1b[1m", "a\x0bb\x0cc", "\x7f", "\x85", "\u2028", "\ufeffBOM",
    "null\u200bbreit",
    "<b>&amp;</b>", "]]>", "&#10;", "{{ x }}", "%s %(a)s", "C:\\neu\\t", "a\\", "Summe", "Total",
    "Gesamt: 3", "Name", "id", "LEG CRM no.", "[#1]", "Textil [#2]", "é", "e\u0301", "ﬁ",
    "İstanbul", "ß",
    "\u202eطشقند", "塔什干", "ﷺ", "a–b", "A – B", "x" * 300, "Wort " * 60,
]  # fmt: skip
MOMENTS = [
    datetime(1950, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2023, 3, 26, 0, 59, tzinfo=UTC),
    datetime(2023, 3, 26, 1, 0, tzinfo=UTC),
    datetime(2023, 10, 29, 0, 30, tzinfo=UTC),  # the hour that comes twice in Germany
    datetime(2023, 10, 29, 1, 30, tzinfo=UTC),
    datetime(2024, 2, 29, 18, 30, tzinfo=UTC),  # the night when Astana lost an hour
    datetime(2024, 2, 29, 19, 30, tzinfo=UTC),
    datetime(2026, 7, 1, 12, 34, 56, 789, tzinfo=UTC),
    datetime(2099, 12, 31, 23, 0, tzinfo=UTC),
]
DAYS = [None, date(1950, 1, 1), date(2000, 2, 29), date(2023, 4, 3), date(2100, 12, 31)]
AMOUNTS = [
    None, Decimal(0), Decimal("0.01"), Decimal("-0.05"), Decimal("1.23"), Decimal("1234.50"),
    Decimal("-1234567.89"), Decimal("999999999999.99"),
]  # fmt: skip
NUMBERS = [None, 0, 1, 1234, 32_767]
ZONES = ["Europe/Berlin", "Asia/Almaty", "Asia/Tashkent", "America/St_Johns", "Pacific/Apia"]
COUNTRIES = ["DE", "UZ", "KZ", "CI", "BO", "CD", "VA"]
PHONES = ["", "+4936156030", "+998712345678", "+77172500000", "+12125550123", "+390612345678"]
EMAILS = [
    "", "a@example.org", "=1+1@example.org", "+x@example.org", "-x@example.org",
    "o'brien@example.org", "A.B@Example.ORG", "'x@example.org",
]  # fmt: skip
WEBSITES = [
    "",
    "https://example.org/?a=1;b=2&c=%20",
    "http://müller.example/ö",
    "ftp://example.org",
]


def is_name(text):
    """Whether a person can see anything in ``text``: names are no blanks."""
    return any(char.isprintable() and not char.isspace() for char in text)


class Supply:
    """Endless values to make records of."""

    def __init__(self, texts, moments, days, amounts):
        self.texts = cycle(texts)
        self.names = cycle([text for text in texts if is_name(text)] or ["Name"])
        self.moments = cycle(moments)
        self.days = cycle(days)
        self.amounts = cycle(amounts)
        self.numbers = cycle(NUMBERS)
        self.countries = cycle(COUNTRIES)
        self.phones = cycle(PHONES)
        self.emails = cycle(EMAILS)
        self.websites = cycle(WEBSITES)
        self.flags = cycle([False, True, True])
        self.n = count()

    def fill(self, model, **fixed):
        """Return values for the fields of ``model`` that its spreadsheet has, but ``fixed``."""
        values = {}
        resource = resource_for(model._meta.label_lower, None)
        for column in resource.columns().values():
            name = column.attribute
            if isinstance(column, Choice):
                keys = [key for key, _label in column.choices]
                values[name] = keys[next(self.n) % len(keys)]
            elif isinstance(column, Email):
                values[name] = next(self.emails)
            elif isinstance(column, Website):
                values[name] = next(self.websites)
            elif isinstance(column, Text):
                texts = self.texts if column.field.blank else self.names
                values[name] = next(texts)[: column.field.max_length]
        return values | fixed


def populate(supply, size):
    """Make about ``size`` records for each resource, which name each other."""
    s = supply
    staff = [
        f.UserFactory(first_name=next(s.names)[:150], last_name=next(s.texts)[:150]),
        f.UserFactory(first_name="", last_name=""),
        f.UserFactory(first_name="Ada", last_name="Zwilling"),
        f.UserFactory(first_name="Ada", last_name="Zwilling"),
        f.UserFactory(first_name="Ganz", last_name="Weg", is_active=False),
        f.UserFactory(first_name=" ;", last_name="\t;"),  # nothing, once it is split
    ]
    sectors = [
        f.SectorFactory(
            name_de=f"{next(s.names)[:90]} {index}",
            name_en=f"{next(s.names)[:90]} {index}",
            retired_on=date(2020, 1, 1) if index == 3 else None,
        )
        for index in range(4)
    ]
    organisations, people = [], []
    for index in range(size):
        organisation = f.OrganisationFactory(
            **s.fill(
                Organisation,
                country=next(s.countries),
                phone=next(s.phones),
                is_home=index % 3 == 0,
                owner=staff[index % 5] if index % 2 else None,
                parent=organisations[index // 2] if index % 4 == 3 else None,
                same_name_checked=True,
            )
        )
        if index % 4 == 1:
            organisation.name = organisations[index - 1].name  # the same name, maybe elsewhere
            organisation.save()
        organisations.append(organisation)
        for sector in sectors[: index % 4]:
            organisation.sector_links.create(sector=sector)
        for text in {next(s.names)[:250] for _ in range(index % 3)}:
            organisation.names.create(text=text)
        for scheme in ("register", "foreign")[: index % 3]:
            for _ in range(index % 2 + 1):
                value = f"{next(s.n)} {next(s.names)}"[:100]
                organisation.identifiers.create(scheme=scheme, value=value)
    organisations[0].identifiers.create(scheme="vat", value="DE136695976")
    for index in range(size):
        person = f.PersonFactory(
            **s.fill(
                Person,
                phone=next(s.phones),
                mobile=next(s.phones),
                owner=staff[index % 5] if index % 2 else None,
                informed_on=next(s.days),
                notes=LONG if index == 0 else next(s.texts),
            )
        )
        if index % 4 == 1:
            person.first_name, person.last_name = people[-1].first_name, people[-1].last_name
            person.save()
        people.append(person)
        if index % 3:
            f.AffiliationFactory(
                person=person,
                organisation=organisations[index],
                role=next(s.texts)[:150],
                department=next(s.texts)[:150],
            )
            f.AffiliationFactory(person=person, organisation=organisations[0], is_primary=False)
    missions = [
        f.MissionFactory(
            code=f"m{index}-{next(s.names)}"[:40],
            title_de=next(s.names)[:200],
            title_en=next(s.names)[:200],
            starts_on=date(1950, 1, 1),
            ends_on=date(2100, 12, 31),
        )
        for index in range(3)
    ]
    stops = [
        f.StopFactory(mission=mission, city=city, timezone=zone, position=position)
        for mission in missions
        for city in [next(s.names)[:100]]
        for position, zone in enumerate(ZONES)
    ]
    home = f.OrganisationFactory(home=True, name=next(s.names)[:250], same_name_checked=True)
    pairs = [
        f.CooperationFactory(
            home=home,
            partner=f.OrganisationFactory(
                name=next(s.names)[:250], country="UZ", same_name_checked=True
            ),
            subject=next(s.names)[:200],
        )
        for _ in range(2)
    ]
    pairs.append(
        f.CooperationFactory(home=home, partner=pairs[0].partner, subject=f"Noch eine {next(s.n)}")
    )
    participations = []
    for index in range(size):
        status = Participation.Status.values[next(s.n) % 9]
        participations.append(
            f.ParticipationFactory(
                **s.fill(
                    Participation,
                    mission=missions[index % 3],
                    organisation=organisations[index] if index % 5 else None,
                    person=people[index] if index % 4 or not index % 5 else None,
                    status=status,
                    protocol_rank=next(s.numbers),
                    fee_eur=_positive(next(s.amounts)),
                    fee_paid_on=next(s.days),
                )
            )
        )
    for index in range(size):
        chosen = organisations[index : index + 1 + index % 3] or organisations[:1]
        interaction = f.InteractionFactory(
            organisations=chosen,
            **s.fill(
                Interaction,
                occurred_at=next(s.moments),
                mission=missions[index % 3] if index % 2 else None,
                cooperation=pairs[index % 3] if index % 3 else None,
                notes=LONG if index == 1 else next(s.texts),
            ),
        )
        for person in people[index : index + index % 4]:
            interaction.person_links.create(person=person)
        for user in staff[-(index % 7) :]:
            interaction.staff_links.create(user=user)
    agreements = []
    for index in range(size):
        agreed, signed, until = sorted([next(s.days) or date(1999, 9, 9) for _ in range(3)])
        agreement = f.AgreementFactory(
            **s.fill(
                Agreement,
                mission=missions[index % 3] if index % 2 else None,
                cooperation=pairs[index % 3] if index % 3 else None,
                agreed_on=agreed if index % 2 else None,
                agreed_on_mission=next(s.flags),
                signed_on=signed if index % 4 else None,
                signed_on_unknown=not index % 4,
                signed_after_mission=next(s.flags),
                valid_until=until if index % 3 else None,
            )
        )
        agreements.append(agreement)
        near, far = organisations[: index % 4], organisations[4 : 4 + index % 3]
        for side, parties in (("home", near), ("foreign", far)):
            for organisation in parties:
                agreement.parties.create(side=side, organisation=organisation)
            if index % 5 == 4:
                agreement.parties.create(side=side, unnamed=True)
    for index in range(size):
        starts, ends = sorted([next(s.days) or date(1999, 9, 9) for _ in range(2)])
        project = f.ProjectFactory(
            **s.fill(
                Project,
                sector=sectors[index % 4],
                country=next(s.countries),
                origin_mission=missions[index % 3] if index % 2 else None,
                cooperation=pairs[index % 3] if index % 3 else None,
                agreement=agreements[index] if index % 4 else None,
                owner=staff[index % 5],
                value_forecast_eur=next(s.amounts) or Decimal(0),
                value_confirmed_eur=next(s.amounts),
                jobs_forecast=next(s.numbers),
                jobs_confirmed=next(s.numbers),
                confirmed_on=ends,
                confirmed_by=next(s.names)[:150],
                confirmed_evidence=next(s.names)[:300],
                next_step=next(s.names)[:300],
                drop_reason=next(s.names)[:300],
                look_again_on=starts,
                starts_on=starts,
                ends_on=ends,
            )
        )
        for organisation in organisations[: index % 4]:
            for role in ("lead", "partner", "funder")[: index % 3 + 1]:
                project.parties.create(organisation=organisation, role=role)
    for index in range(size):
        starts_at = next(s.moments)
        mission = missions[index % 3]
        appointment = f.AppointmentFactory(
            **s.fill(
                Appointment,
                mission=mission,
                stop=stops[index % 3 * len(ZONES) + index % len(ZONES)] if index % 6 else None,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=1 + 45 * index),
                interpreter=people[index] if index % 2 else None,
                counts_as_official=next(s.flags),
                conflicts_accepted=True,
            )
        )
        for organisation in organisations[index : index + index % 3]:
            appointment.host_links.create(organisation=organisation)
        for participation in participations[index % 3 :: 3][: index % 4]:
            appointment.participation_links.create(participation=participation)
    # What is out of use is still named by what came before.
    for record in (organisations[1], people[1], missions[0], pairs[1], agreements[1]):
        record.archive("Nicht mehr gebraucht")
    participations[2].archive("Doppelt")


def _positive(amount):
    return None if amount is None else min(abs(amount), Decimal("999999.99"))


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def user(make_user):
    return make_user("Miriam", "Vogt", is_superuser=True)


def exported(label, user, file_format, keys=None):
    """Return the file with all columns of all records, or those of ``keys``, open."""
    resource = resource_for(label, user)
    records = resource._meta.model.objects.order_by("pk")
    if keys is not None:
        records = records.filter(pk__in=keys)
    return exporting.export(records, resource, list(resource.columns()), file_format)


def imported(label, user, file, name, **options):
    """Return the checked import of ``file``, with its columns as proposed."""
    run = importing.begin(user, label, file, name)
    check(run, **options)
    return run


def check(run, **options):
    importing.assign(run, run.columns, **options)
    importing.check(run, lambda done, total: None)
    assert run.state == SpreadsheetImport.State.CHECKED, run.problem


def told(run):
    """Return what the import would do, row by row, where that is anything at all."""
    return [
        (row.number, row.state, row.problems, [plan["changes"] or plan["candidates"]
         for plan in row.plans if plan["changes"] or plan["candidates"]])
        for row in run.rows.exclude(state=State.SAME)
    ]  # fmt: skip


def assert_nothing_changes(label, user, file_format, clear_blanks):
    resource = resource_for(label, user)
    with exported(label, user, file_format) as file:
        run = importing.begin(user, label, file, f"liste{file_format.suffix}")
    importable = {name for name, column in resource.columns().items() if column.importable}
    assert {"id", *importable} <= set(run.columns.values())
    for clear in clear_blanks:
        check(run, clear_blanks=clear)
        assert not told(run), (label, file_format.key, translation.get_language(), clear)
        assert run.rows.count() == resource._meta.model.objects.count()


def test_every_importable_resource_is_tried():
    importable = {
        resource._meta.model._meta.concrete_model._meta.label_lower
        for resource in BY_LABEL.values()
        if resource.importable
    }
    assert importable == set(LABELS)


# Which cells count as blank is no matter of language.
@pytest.mark.parametrize(("language", "clear_blanks"), [("de", (False, True)), ("en", (True,))])
def test_awkward_values_come_back_the_same(user, language, clear_blanks):
    populate(Supply(TEXTS, MOMENTS, DAYS, AMOUNTS), 15)
    with translation.override(language):
        for file_format in FORMATS.values():
            for label in LABELS:
                assert_nothing_changes(label, user, file_format, clear_blanks)


# NUL and half characters get into no database.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
PIECES = st.sampled_from(
    ["=", "+", "-", "@", "|", "'", '"', ";", ",", "\t", "\r\n", "\n", " ", "\xa0", "\u200b", "ä",
     "Ў", "ʻ", "😀", "0", "1.2", ".", ":", "/", "E5", "_x0041_", "_x", "x", "<", "&", "]]>", "\\"]
)  # fmt: skip
VALUES = {
    "texts": st.lists(
        st.sampled_from(TEXTS)
        | st.lists(PIECES, min_size=1, max_size=6).map("".join)
        | st.text(CHARACTERS, min_size=1, max_size=12),
        min_size=40,
        max_size=60,
    ),
    "moments": st.lists(
        st.datetimes(datetime(1950, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),
        min_size=5,
        max_size=9,
    ),
    "days": st.lists(
        st.none() | st.dates(date(1950, 1, 1), date(2100, 12, 31)), min_size=5, max_size=9
    ),
    "amounts": st.lists(
        st.none() | st.decimals(-(10**11), 10**11, places=2), min_size=5, max_size=9
    ),
}


@pytest.mark.parametrize("file_format", FORMATS.values(), ids=FORMATS)
@settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    # What an example tells is in its message; to make it smaller would take minutes.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(values=st.fixed_dictionaries(VALUES), language=st.sampled_from(["de", "en"]))
def test_any_values_come_back_the_same(user, file_format, values, language):
    with transaction.atomic(), translation.override(language):
        populate(Supply(**values), 5)
        for label in LABELS:
            assert_nothing_changes(label, user, file_format, (True,))
        transaction.set_rollback(True)


# --- What somebody changed, and nothing else ------------------------------------------------------

# Columns that can be changed each for itself.
EDITED = {
    "partners.organisation": (
        "kind", "name", "short_name", "postal_code", "is_home", "website", "email", "phone",
        "sectors", "size", "parent", "owner", "notes",
    ),
    "partners.person": (
        "salutation", "academic_title", "first_name", "last_name", "email", "mobile", "owner",
        "notes", "informed_on",
    ),
    "missions.participation": (
        "role", "status_reason", "protocol_rank", "offers", "fee_eur", "fee_paid_on", "needs",
    ),
    "missions.interaction": ("kind", "occurred_at", "subject", "organisations", "staff", "notes"),
    "missions.agreement": (
        "title", "kind", "field", "mission", "agreed_on_mission", "signed_after_mission",
        "subjects",
    ),
    "missions.project": (
        "title", "stage", "sector", "country", "owner", "value_forecast_eur", "jobs_forecast",
        "next_step", "starts_on", "notes",
    ),
    "missions.appointment": (
        "kind", "title", "hosts", "interpreter", "counts_as_official", "outcome", "venue",
    ),
}  # fmt: skip


def another(column, cell):
    """Return a cell that says something else than ``cell`` in ``column``."""
    if isinstance(column, Choice):
        return next(key for key, label in column.choices if column.cell(key) != cell)
    for kind, value in (
        (Email, "neu@example.org"),
        (Website, "neu.example.org"),
        (Text, "Neu\n=1"),
        (Boolean, not cell),
        (Integer, 7),
        (Number, 1234.56),
        (Date, date(1949, 12, 31)),
        (DateTime, datetime(1999, 1, 2, 3, 4)),
        (Staff, "neu.hier"),
    ):
        if isinstance(column, kind):
            return value
    related = column.related._meta.label_lower if isinstance(column, Many | Reference) else ""
    return {
        get_user_model()._meta.label_lower: "neu.hier",
        "partners.organisation": "Unverwechselbar GmbH",
        "partners.person": "Dr. Vera Unverwechselbar",
        "partners.sector": "Raumfahrt",
        "missions.mission": "unverwechselbar",
        "": {"country": "Brasilien", "phone": "+49 3641 222-0", "mobile": "0049-361/56031"}.get(
            column.name
        ),
    }[related]


def cells_by_record(label, user):
    """Return ``{key: {machine name: cell}}`` of what an export shows, for all not archived."""
    resource = resource_for(label, user)
    columns = resource.columns()
    records = resource._meta.model.objects.active().order_by("pk")
    rows = exporting.read(records, list(columns.values()))
    return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}


@pytest.fixture
def newcomers():
    """Those whom the edited cells name."""
    f.UserFactory(username="neu.hier", first_name="Neu", last_name="Hier")
    f.OrganisationFactory(name="Unverwechselbar GmbH")
    f.PersonFactory(academic_title="Dr.", first_name="Vera", last_name="Unverwechselbar")
    f.MissionFactory(code="unverwechselbar")
    f.SectorFactory(name_de="Raumfahrt", name_en="Space")


def edit(label, user, data):
    """Change one cell in each row of the workbook ``data``: return it, and what was changed."""
    columns = resource_for(label, user).columns()
    book = load_workbook(data)
    sheet = book.worksheets[0]
    places = {column.label: name for name, column in columns.items()}
    index = {places[cell.value]: cell.column for cell in sheet[1]}
    changed = {}
    for row, name in zip(range(2, sheet.max_row + 1), cycle(EDITED[label]), strict=False):
        cell = sheet.cell(row, index[name])
        cell.value = another(columns[name], cell.value)
        changed[sheet.cell(row, index["id"]).value] = name
    edited = BytesIO()
    book.save(edited)
    edited.seek(0)
    return edited, changed


def test_an_edited_cell_changes_one_field(user, newcomers):
    populate(Supply(TEXTS, MOMENTS, DAYS, AMOUNTS), 15)
    for label in LABELS:
        assert_edits_are_made(label, user)


def assert_edits_are_made(label, user):
    resource = resource_for(label, user)
    before = cells_by_record(label, user)
    with exported(label, user, FORMATS["xlsx"], before) as file:
        edited, changed = edit(label, user, file)
    run = imported(label, user, edited, "liste.xlsx")
    assert not run.rows.exclude(state=State.CHANGE), told(run)
    for row in run.rows.all():
        [change] = [change for plan in row.plans for change in plan["changes"]]
        assert change[0] == resource.columns()[changed[row.cells["id"]]].label
    run.state = SpreadsheetImport.State.APPLYING
    run.save()
    importing.apply(run, lambda done, total: None)
    assert (run.problem, run.applied_count) == ("", len(before))
    after = cells_by_record(label, user)
    # What is only shown follows from other columns.
    readable = resource.importable_columns()
    for key, cells in after.items():
        differing = {
            name for name in readable if name in cells and cells[name] != before[key][name]
        }
        assert differing == {changed[key]}
    edited.seek(0)
    assert not told(imported(label, user, edited, "liste.xlsx"))
