"""What the spreadsheets of missions export is read back to the same, and people's own lists too."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from legcrm.core.models import ImportRow, SpreadsheetImport
from legcrm.core.resources import resource_for
from legcrm.core.spreadsheets import importing
from legcrm.core.spreadsheets.examining import Examiner, Row
from legcrm.core.spreadsheets.exporting import read
from missions.models import (
    Agreement,
    Appointment,
    Cooperation,
    Interaction,
    Mission,
    Participation,
    Project,
    Stop,
)

from .factories import (
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
    StopFactory,
    UserFactory,
)

State = ImportRow.State
pytestmark = pytest.mark.django_db

IMPORTABLE = (
    "missions.participation",
    "missions.interaction",
    "missions.agreement",
    "missions.project",
    "missions.appointment",
)
AWKWARD = "=SUM(A1); „Möbel“, Ташкент & Söhne"


def exported(label, user=None):
    """Return the exported rows of a model: [{machine name: cell}]."""
    resource = resource_for(label, user)
    columns = resource.columns()
    rows = read(resource._meta.model.objects.order_by("pk"), list(columns.values()))
    return [dict(zip(columns, cells, strict=True)) for cells in rows]


def as_read(cell):
    """Return the cell as a spreadsheet gives it back."""
    return float(cell) if isinstance(cell, Decimal) else cell


def examine(label, rows, user=None, **options):
    """Examine ``rows`` ([{machine name: cell}]) and return them."""
    rows = [
        Row(number, {name: as_read(cell) for name, cell in cells.items()})
        for number, cells in enumerate(rows, start=2)
    ]
    names = dict.fromkeys(name for row in rows for name in row.cells)
    Examiner(resource_for(label, user), names, **options).examine(rows)
    return rows


def states(rows):
    return [row.state for row in rows]


def problems(row):
    return [(problem.column, problem.message) for problem in row.problems]


def assert_same(rows):
    for row in rows:
        entries = row.entries.items()
        seen = {role: (entry.action, entry.changes, entry.candidates) for role, entry in entries}
        assert row.state == State.SAME, (row.cells, problems(row), seen)


@pytest.fixture
def mission():
    return MissionFactory(
        code="2023-zentralasien", title_de="Delegationsreise; Zentralasien", title_en="Central Asia"
    )


@pytest.fixture
def astana(mission):
    return StopFactory(mission=mission, city="Astana", timezone="Asia/Almaty")


@pytest.fixture
def one_of_each(mission, astana):
    """Records with awkward values, and names that others bear too."""
    home = OrganisationFactory(home=True, name=AWKWARD, short_name="Möbel; Söhne")
    OrganisationFactory(home=True, name="Zwilling GmbH", same_name_checked=True)
    twin = OrganisationFactory(home=True, name="Zwilling GmbH", same_name_checked=True)
    partner = OrganisationFactory(name="Ўзтўқимачиликсаноат")
    person = PersonFactory(
        salutation="frau", academic_title="Dr.", first_name="Żaneta", last_name="von; Öz\u2019bek",
        email="zaneta@example.org", phone="+4936156030", mobile="+998712345678",
    )  # fmt: skip
    AffiliationFactory(person=person, organisation=home, role="Leiterin =Export")
    namesake = PersonFactory(first_name=person.first_name, last_name=person.last_name)
    pair = CooperationFactory(home=home, partner=partner, subject="Möbel")
    CooperationFactory(home=home, partner=partner, subject="Textil")
    ParticipationFactory(
        mission=mission, organisation=home, person=person, role="company", status="confirmed",
        protocol_rank=0, offers="=1+1\nzweite Zeile", seeks="; ; ", fee_eur=Decimal("1234.50"),
        fee_paid_on=date(2023, 3, 1), needs="vegan", status_reason="+", source="-Liste",
    )  # fmt: skip
    guest = ParticipationFactory(mission=mission, organisation=twin, person=namesake)
    ParticipationFactory(mission=mission, organisation=twin, person=None, status="declined")
    ParticipationFactory(mission=mission, organisation=None, person=PersonFactory(), role="press")
    InteractionFactory(
        organisations=[home, twin, partner], subject="  Möbel; =1 ", mission=mission,
        cooperation=pair, notes="eins\r\nzwei", kind="call",
        occurred_at=datetime(2023, 10, 29, 1, 30, tzinfo=UTC),  # the hour that comes twice
    )  # fmt: skip
    talk = InteractionFactory(organisations=[twin])
    talk.person_links.create(person=namesake)
    talk.staff_links.create(user=UserFactory(first_name="Ada", last_name="Muster"))
    UserFactory(first_name="Ada", last_name="Muster")
    agreement = AgreementFactory(
        title="Memorandum", mission=mission, cooperation=pair, agreed_on=date(2023, 4, 25)
    )
    AgreementFactory(title="Memorandum", subjects="a\r\nb")
    agreement.parties.create(side="home", organisation=home)
    agreement.parties.create(side="home", organisation=twin)
    agreement.parties.create(side="foreign", unnamed=True)
    project = ProjectFactory(
        title="Projekt; eins", sector=SectorFactory(), country="KZ", origin_mission=mission,
        cooperation=pair, agreement=agreement, value_forecast_eur=Decimal("12345.67"),
        jobs_forecast=3, starts_on=date(2024, 2, 29), next_step="@morgen",
    )  # fmt: skip
    project.parties.create(organisation=home, role="lead")
    project.parties.create(organisation=home, role="funder")
    project.parties.create(organisation=twin, role="partner")
    StopFactory(mission=mission, city="Astana", position=1, timezone="Asia/Almaty")
    visit = AppointmentFactory(
        mission=mission, stop=astana, title="Besuch; =1", counts_as_official=True,
        starts_at=datetime(2023, 4, 24, 22, tzinfo=ZoneInfo("Asia/Almaty")),
        ends_at=datetime(2023, 4, 25, 1, 15, 20, tzinfo=ZoneInfo("Asia/Almaty")),
        interpreter=namesake, outcome="gut",
    )  # fmt: skip
    visit.host_links.create(organisation=home)
    visit.host_links.create(organisation=twin)
    visit.participation_links.create(participation=guest)
    AppointmentFactory(mission=mission, stop=None, title="Ohne Station")
    return mission


class TestRoundTrip:
    @pytest.mark.parametrize("label", IMPORTABLE)
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_an_export_changes_nothing(self, one_of_each, label, language):
        with translation.override(language):
            rows = exported(label)
            assert rows
            assert_same(examine(label, rows))

    @pytest.mark.parametrize("label", IMPORTABLE)
    def test_each_column_alone_changes_nothing(self, one_of_each, label):
        for name in resource_for(label, None).importable_columns():
            if name != "id" and name in exported(label)[0]:
                rows = [{"id": row["id"], name: row[name]} for row in exported(label)]
                assert_same(examine(label, rows))

    @pytest.mark.parametrize("label", IMPORTABLE)
    def test_cells_that_are_cleared_change_nothing_where_nothing_stood(self, one_of_each, label):
        assert_same(examine(label, exported(label), clear_blanks=True))


# --- Which columns there are ----------------------------------------------------------------------


class TestColumns:
    def test_cells_are_typed(self, one_of_each):
        first = exported("missions.participation")[0]
        assert first["fee_eur"] == Decimal("1234.50")
        assert first["fee_paid_on"] == date(2023, 3, 1)
        assert first["protocol_rank"] == 0
        assert first["phone"] == "+4936156030"
        assert first["function"] == "Leiterin =Export"
        visit = exported("missions.appointment")[0]
        assert visit["starts_at"] == datetime(2023, 4, 24, 22)
        assert visit["ends_at"] == datetime(2023, 4, 25, 1, 15, 20)
        assert visit["counts_as_official"] is True

    def test_labels_are_those_of_the_user(self, one_of_each):
        with translation.override("de"):
            assert exported("missions.participation")[0]["country"] == "Deutschland"
        with translation.override("en"):
            assert exported("missions.participation")[0]["country"] == "Germany"

    def test_a_mission_shows_its_dates_places_and_places_taken(self, one_of_each):
        MissionFactory(
            code="2021-herbst", starts_on=date(2021, 9, 1), ends_on=None, date_precision="season"
        ).country_links.create(country="KZ")
        with translation.override("de"):
            trip, autumn = exported("missions.mission")
        assert trip["stops"] == "Astana; Astana"
        assert trip["countries"] == autumn["countries"] == "Kasachstan"
        assert (trip["participants"], autumn["participants"]) == (1, 0)
        assert (trip["dates"], autumn["dates"]) == ("23.–29.04.2023", "Herbst 2021")

    def test_a_cooperation_shows_its_last_contact(self, one_of_each):
        with translation.override("de"):
            pair, other = exported("missions.cooperation")
        assert pair["last_contact"] == datetime(2023, 10, 29, 2, 30)
        assert other["last_contact"] is None
        assert pair["partner_country"] == "Usbekistan"

    def test_a_follow_up_says_what_it_is_about(self, one_of_each):
        FollowUpFactory(organisation=None, project=Project.objects.get())
        with translation.override("en"):
            (row,) = exported("missions.followup")
        assert (row["about_kind"], row["about"]) == ("follow-up project", "Projekt; eins")

    @pytest.mark.parametrize(
        "label", [*IMPORTABLE, "missions.mission", "missions.cooperation", "missions.followup"]
    )
    def test_no_cell_costs_a_query_of_its_own(
        self, one_of_each, label, django_assert_max_num_queries
    ):
        FollowUpFactory()
        FollowUpFactory(organisation=None, mission=one_of_each)
        resource = resource_for(label, None)
        columns = list(resource.columns().values())
        # One for the records, and at most two for each column out of other tables.
        most = 1 + 2 * sum(not column.paths for column in columns)
        with django_assert_max_num_queries(most):
            assert list(read(resource._meta.model.objects.order_by("pk"), columns))

    def test_a_reader_finds_no_private_column(self, reader, project_manager):
        private = {
            "missions.participation": {
                "email", "phone", "mobile", "status_reason", "fee_eur", "fee_paid_on", "needs",
            },
            "missions.interaction": {"notes"},
            "missions.project": {"notes", "drop_reason"},
            "missions.appointment": {"outcome"},
            "missions.cooperation": {"notes"},
        }  # fmt: skip
        for label, names in private.items():
            hidden = resource_for(label, reader)
            shown = resource_for(label, project_manager)
            assert names.isdisjoint(hidden.columns().keys() | hidden.importable_columns().keys())
            assert names <= shown.columns().keys()


# --- Records by what they are called --------------------------------------------------------------


def keys(found):
    return {text: [key for key, _label in hits] for text, hits in found.items()}


class TestCalled:
    def test_a_mission_by_code_or_title(self, mission):
        other = MissionFactory(code="zwei", title_de=mission.title_de, title_en="ÖSTLICH")
        texts = (
            "2023-Zentralasien",
            "central  asia",
            "östlich",
            mission.title_de,
            "nichts",
            "zwei [#99]",
        )
        found = Mission.objects.called(texts)
        assert keys(found) == {
            "2023-Zentralasien": [mission.pk],
            "central  asia": [mission.pk],
            "östlich": [other.pk],
            mission.title_de: [mission.pk, other.pk],
            "nichts": [],
            "zwei [#99]": [],
        }
        assert found[mission.title_de][1] == (other.pk, f"zwei [#{other.pk}]")

    def test_a_number_decides(self, mission):
        StopFactory(mission=mission, city="Astana")
        second = StopFactory(mission=mission, city="Astana")
        elsewhere = StopFactory(city="Astana")
        assert keys(Stop.objects.called(["astana"], mission.pk))["astana"] == [
            second.pk - 1,
            second.pk,
        ]
        text = f"Astana [#{second.pk}]"
        assert keys(Stop.objects.called([text], mission.pk)) == {text: [second.pk]}
        text = f"Astana [#{elsewhere.pk}]"
        assert keys(Stop.objects.called([text], mission.pk)) == {text: []}
        assert keys(Stop.objects.called(["Astana"])) == {"Astana": []}

    def test_the_same_letters_come_before_another_case_and_use_before_the_archive(self):
        big, small = ProjectFactory(title="NEU"), ProjectFactory(title="neu")
        assert keys(Project.objects.called(["neu", "NEU"])) == {"neu": [small.pk], "NEU": [big.pk]}
        old = AgreementFactory(title="Alt")
        old.archive("doppelt")
        assert keys(Agreement.objects.called(["Alt"])) == {"Alt": [old.pk]}
        new = AgreementFactory(title="Alt")
        assert keys(Agreement.objects.called(["Alt"])) == {"Alt": [new.pk]}

    def test_a_cooperation_by_both_names_and_its_subject(self):
        home = OrganisationFactory(home=True, name="Textilforschung e.V.", short_name="TITK")
        partner = OrganisationFactory(name="UzTextilprom")
        one = CooperationFactory(home=home, partner=partner, subject="Fasern")
        two = CooperationFactory(home=home, partner=partner, subject="Garne")
        texts = (
            "TITK – UzTextilprom: Fasern",
            "textilforschung e.v. - uztextilprom: garne",
            str(one),
        )
        found = Cooperation.objects.called(texts)
        assert keys(found) == dict(zip(texts, ([one.pk], [two.pk], [one.pk, two.pk]), strict=True))

    def test_a_participant_by_person_else_by_organisation(self, mission):
        person = PersonFactory(academic_title="Dr.", first_name="Anna", last_name="Müller")
        anna = ParticipationFactory(mission=mission, person=person)
        firm = ParticipationFactory(mission=mission, person=None)
        ParticipationFactory(person=person)
        texts = ("Dr. Anna Müller", "anna müller", firm.organisation.name, anna.organisation.name)
        found = Participation.objects.called(texts, mission.pk)
        assert keys(found) == dict(zip(texts, ([anna.pk], [anna.pk], [firm.pk], []), strict=True))

    def test_one_query_for_all(self, mission, django_assert_num_queries):
        with django_assert_num_queries(1):
            Mission.objects.called([f"Reise {number}" for number in range(500)])


# --- Rows that come in ----------------------------------------------------------------------------


@pytest.fixture
def bring_in(project_manager, settings, tmp_path):
    """``bring_in(label, rows)``: check and apply rows whose headings are machine names."""
    settings.MEDIA_ROOT = tmp_path

    def run(label, rows, **constants):
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines = [";".join(names)]
        for row in rows:
            cells = (str(row.get(name, "")).replace('"', '""') for name in names)
            lines.append(";".join(f'"{cell}"' for cell in cells))
        file = SimpleUploadedFile("liste.csv", "\n".join(lines).encode())
        run = importing.begin(project_manager, label, file, file.name)
        importing.assign(run, run.columns, constants)
        run.state = SpreadsheetImport.State.CHECKING
        run.save()
        importing.check(run, lambda done, total: None)
        found = [(row.state, row.problems) for row in run.rows.all()]
        assert all(state in ImportRow.APPLICABLE for state, _problems in found), found
        run.state = SpreadsheetImport.State.APPLYING
        run.save()
        importing.apply(run, lambda done, total: None)
        assert run.state == SpreadsheetImport.State.APPLIED, run.problem
        return run

    return run


class TestParticipations:
    ROW = {
        "organisation": "Möbel Weimar GmbH",
        "organisation_kind": "Unternehmen",
        "country": "Deutschland",
        "city": "Weimar",
        "salutation": "Frau",
        "full_name": "Dr. Anna Müller",
        "function": "Geschäftsführerin",
        "email": "anna@example.org",
        "fee_eur": "1.234,56",
        "status": "confirmed",
    }

    def test_a_row_brings_its_organisation_and_person(self, mission, bring_in):
        row = self.ROW
        bring_in("missions.participation", [row], mission="2023-zentralasien")
        participation = Participation.objects.get()
        assert participation.mission == mission
        assert participation.organisation.name == "Möbel Weimar GmbH"
        assert str(participation.person) == "Dr. Anna Müller"
        assert participation.fee_eur == Decimal("1234.56")
        affiliation = participation.person.affiliations.get()
        assert affiliation.organisation == participation.organisation
        assert affiliation.role == "Geschäftsführerin"

    def test_the_same_list_again_is_the_same(self, mission, bring_in):
        row = self.ROW
        bring_in("missions.participation", [row], mission="2023-zentralasien")
        assert_same(examine("missions.participation", [row], constants={"mission": mission.code}))

    def test_two_people_of_one_new_firm(self, mission, bring_in):
        row = self.ROW
        other = {**row, "full_name": "Jens Müller", "email": "jens@example.org"}
        bring_in("missions.participation", [row, other], mission=mission.code)
        first, second = Participation.objects.order_by("pk")
        assert first.organisation == second.organisation
        assert first.person != second.person

    def test_the_same_person_twice_is_asked(self, mission):
        row = {**self.ROW, "mission": mission.code}
        assert states(examine("missions.participation", [row, row])) == [
            State.NEW,
            State.DUPLICATE,
        ]

    def test_one_on_the_list_without_a_person_is_asked(self, mission):
        known = ParticipationFactory(mission=mission, person=None)
        cells = {
            "mission": mission.code,
            "organisation": known.organisation.name,
            "last_name": "Neu",
        }
        (row,) = examine("missions.participation", [cells])
        assert row.state == State.DUPLICATE
        assert [candidate.key for candidate in row.entries[""].candidates] == [known.pk]
        # The firm alone is the row itself.
        del cells["last_name"]
        (row,) = examine("missions.participation", [cells])
        assert row.entries[""].target_key == known.pk

    def test_another_name_is_another_person(self, mission):
        known = ParticipationFactory(mission=mission)
        other = PersonFactory(first_name="Andere", last_name="Person", email="a@example.org")
        cells = {
            "id": known.pk,
            "first_name": "Andere",
            "last_name": "Person",
            "email": "a@example.org",
        }
        (row,) = examine("missions.participation", [cells])
        assert row.entries["person"].target_key == other.pk
        assert ("Person", str(known.person), str(other)) in [
            (label.capitalize(), old, new) for label, old, new in row.entries[""].changes
        ]
        assert row.state == State.CHANGE

    def test_a_row_without_anybody_is_refused(self, mission):
        (row,) = examine("missions.participation", [{"mission": mission.code, "source": "Liste"}])
        assert row.state == State.ERROR

    def test_places_that_the_file_itself_takes_count(self, mission):
        mission.capacity = 2
        mission.save()
        ParticipationFactory(mission=mission, status="accepted")
        cells = [
            {"mission": mission.code, "last_name": name, "status": status}
            for name, status in (("A", "confirmed"), ("B", "accepted"), ("C", "waiting"))
        ]
        rows = examine("missions.participation", cells)
        assert states(rows) == [State.NEW, State.ERROR, State.NEW]
        assert [problem.column for problem in rows[1].problems] == ["status"]

    def test_a_full_mission_takes_changes_of_those_who_have_a_place(self, mission):
        known = ParticipationFactory(mission=mission, status="accepted")
        mission.capacity = 1
        mission.save()
        (row,) = examine("missions.participation", [{"id": known.pk, "status": "confirmed"}])
        assert problems(row) == []


class TestQueries:
    def rows(self, label, count):
        firm = OrganisationFactory(name="Partner", same_name_checked=True)
        person = AffiliationFactory(organisation=firm).person
        user = UserFactory()
        common = {
            "missions.participation": {
                "organisation": firm.name, "status": "applied", "mission": MissionFactory().code,
            },
            "missions.interaction": {
                "occurred_at": date(2023, 4, 24), "organisations": firm.name,
                "people": str(person),
            },
            "missions.agreement": {"field": "economic", "foreign_parties": firm.name},
            "missions.project": {"owner": user.username, "lead": firm.name},
        }[label]  # fmt: skip
        own = {"missions.participation": "last_name", "missions.interaction": "subject"}
        name = own.get(label, "title")
        return [{**common, name: f"Neu {number}"} for number in range(count)]

    @pytest.mark.parametrize("label", [one for one in IMPORTABLE if "appointment" not in one])
    def test_more_rows_cost_no_more_queries(self, label):
        rows = self.rows(label, 60)
        counts = []
        for some in (rows[:3], rows):
            with CaptureQueriesContext(connection) as captured:
                found = examine(label, some)
            assert set(states(found)) == {State.NEW}, problems(found[0])
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestInteractions:
    def test_people_bring_their_organisation_and_the_cooperation_is_found(self, bring_in):
        pair = CooperationFactory()
        person = AffiliationFactory(organisation=pair.partner).person
        row = {
            "kind": "call",
            "occurred_at": "24.04.2023 10:15",
            "subject": "Muster",
            "organisations": pair.home.name,
            "people": str(person),
            "staff": "Miriam Vogt",
        }
        run = bring_in("missions.interaction", [row])
        contact = Interaction.objects.get()
        assert contact.cooperation == pair
        assert {*contact.organisations.all()} == {pair.home, pair.partner}
        assert [*contact.people.all()] == [person]
        assert [*contact.staff.all()] == [run.user]
        local = timezone.localtime(contact.occurred_at)
        assert local.replace(tzinfo=None) == datetime(2023, 4, 24, 10, 15)
        assert contact.history.count() == 1
        assert_same(examine("missions.interaction", [row]))

    def test_somebody_must_have_taken_part(self):
        row = {"occurred_at": date(2023, 4, 24), "subject": "Muster", "organisations": ""}
        (row,) = examine("missions.interaction", [row])
        assert [problem.column for problem in row.problems] == ["organisations"]

    def test_one_letter_to_many_is_many_contacts(self):
        one, two = OrganisationFactory(), OrganisationFactory()
        cells = {"occurred_at": date(2023, 4, 24), "subject": "Einladung", "kind": "letter"}
        rows = [{**cells, "organisations": one.name}, {**cells, "organisations": two.name}]
        assert states(examine("missions.interaction", rows)) == [State.NEW, State.NEW]
        assert states(examine("missions.interaction", [rows[0], rows[0]])) == [
            State.NEW,
            State.DUPLICATE,
        ]

    def test_unknown_and_ambiguous_names_say_what_to_do(self):
        for _number in range(2):
            OrganisationFactory(name="Zwilling", city="", same_name_checked=True)
        cells = {"occurred_at": date(2023, 4, 24), "subject": "x", "organisations": "Zwilling; Nie"}
        (row,) = examine("missions.interaction", [cells])
        with_number, unknown = (message for _column, message in problems(row)[:2])
        assert "[#" in with_number and "Nie" in unknown


class TestAgreements:
    def signed(self):
        agreement = AgreementFactory(title="Rahmenvertrag")
        agreement.parties.create(side="home", organisation=OrganisationFactory(home=True))
        agreement.parties.create(side="foreign", organisation=OrganisationFactory(), role="Rektor")
        agreement.status, agreement.signed_on = "signed", date(2023, 4, 25)
        agreement.save()
        return agreement

    def test_a_signed_agreement_with_a_party_that_nobody_names(self, mission, bring_in):
        home = OrganisationFactory(home=True)
        row = {
            "title": "Absichtserklärung",
            "kind": "letter_of_intent",
            "field": "economic",
            "status": "signed",
            "home_parties": home.name,
            "foreign_parties": "nicht genannt",
            "mission": mission.title_de,
            "signed_on": "25.04.2023",
        }
        bring_in("missions.agreement", [row])
        agreement = Agreement.objects.get()
        assert agreement.mission == mission
        assert [(p.side, p.organisation, p.unnamed) for p in agreement.parties.all()] == [
            ("home", home, False),
            ("foreign", None, True),
        ]
        assert_same(examine("missions.agreement", [row]))

    def test_a_concluded_agreement_needs_both_sides(self):
        cells = {"title": "Neu", "field": "economic", "status": "agreed", "home_parties": ""}
        (row,) = examine("missions.agreement", [cells])
        assert {problem.column for problem in row.problems} == {"home_parties", ""}
        agreement = self.signed()
        cells = {"id": agreement.pk, "foreign_parties": ""}
        (row,) = examine("missions.agreement", [cells], clear_blanks=True)
        assert [problem.column for problem in row.problems] == ["foreign_parties"]

    def test_nobody_stands_on_both_sides(self):
        agreement = self.signed()
        cells = {"id": agreement.pk, "foreign_parties": agreement.parties.first().organisation.name}
        (row,) = examine("missions.agreement", [cells])
        assert [problem.column for problem in row.problems] == ["foreign_parties"]

    def test_another_party_takes_the_place_of_one(self, bring_in):
        agreement, other = self.signed(), OrganisationFactory()
        bring_in("missions.agreement", [{"id": agreement.pk, "foreign_parties": other.name}])
        foreign = agreement.parties.get(side="foreign")
        assert (foreign.organisation, foreign.role) == (other, "")
        assert other.name.casefold().split()[0] in Agreement.objects.get().search_text

    def test_a_common_title_with_other_parties_is_another_agreement(self):
        known = self.signed()
        party = known.parties.get(side="home").organisation.name
        other = OrganisationFactory(home=True).name
        cells = {"title": "rahmenvertrag", "field": "economic"}
        same, new, maybe = examine(
            "missions.agreement",
            [
                {**cells, "home_parties": party,
                 "foreign_parties": known.parties.get(side="foreign").organisation.name},
                {**cells, "home_parties": other},
                {**cells, "home_parties": party},
            ],
        )  # fmt: skip
        assert same.entries[""].target_key == known.pk
        assert new.state == State.NEW
        assert [candidate.key for candidate in maybe.entries[""].candidates] == [known.pk]


class TestProjects:
    def test_a_project_with_its_parties(self, mission, bring_in):
        lead, partner = OrganisationFactory(home=True), OrganisationFactory()
        sector = SectorFactory()
        row = {
            "title": "Musterfabrik",
            "stage": "idea",
            "sector": sector.name_de,
            "country": "KZ",
            "lead": lead.name,
            "partners": partner.name,
            "funders": f"{lead.name}; {partner.name}",
            "origin_mission": mission.code,
            "owner": "miriam.vogt@example.org",
            "value_forecast_eur": "1.250.000,00",
        }
        bring_in("missions.project", [row])
        project = Project.objects.get()
        assert project.value_forecast_eur == Decimal("1250000")
        assert (project.sector, project.origin_mission) == (sector, mission)
        assert {(p.role, p.organisation) for p in project.parties.all()} == {
            ("lead", lead), ("partner", partner), ("funder", lead), ("funder", partner),
        }  # fmt: skip
        assert_same(examine("missions.project", [row]))

    def test_what_a_stage_needs_is_asked(self):
        owner = UserFactory(username="ada")
        cells = {"title": "Neu", "stage": "qualified", "owner": owner.username, "country": "KZ"}
        (row,) = examine("missions.project", [cells])
        assert row.state == State.ERROR


class TestAppointments:
    @pytest.fixture
    def cells(self, mission, astana):
        return {
            "mission": mission.code,
            "title": "Besuch",
            "kind": "company_visit",
            "stop": "astana",
        }

    def test_hours_are_those_of_the_place(self, mission, astana, bring_in, cells):
        guest = ParticipationFactory(mission=mission)
        host = OrganisationFactory()
        row = {
            **cells,
            "starts_at": "24.04.2023 10:00",
            "ends_at": "24.04.2023 11:30",
            "hosts": host.name,
            "participants": str(guest.person),
        }
        bring_in("missions.appointment", [row])
        visit = Appointment.objects.get()
        assert visit.starts_at == datetime(2023, 4, 24, 10, tzinfo=ZoneInfo("Asia/Almaty"))
        assert (visit.stop, [*visit.hosts.all()], [*visit.participations.all()]) == (
            astana, [host], [guest],
        )  # fmt: skip
        assert_same(examine("missions.appointment", [row]))

    def test_day_and_hours_in_columns_of_their_own(self, bring_in, cells):
        row = {**cells, "date": "24.04.2023", "starts": "22:00", "ends": "1:30"}
        bring_in("missions.appointment", [row])
        visit = Appointment.objects.get()
        assert visit.starts_at == datetime(2023, 4, 24, 22, tzinfo=ZoneInfo("Asia/Almaty"))
        assert visit.ends_at == datetime(2023, 4, 25, 1, 30, tzinfo=ZoneInfo("Asia/Almaty"))
        assert_same(examine("missions.appointment", [row]))
        (row,) = examine("missions.appointment", [{"id": visit.pk, "starts": time(21)}])
        assert row.entries[""].record.ends_at == datetime(
            2023, 4, 25, 0, 30, tzinfo=ZoneInfo("Asia/Almaty")
        )
        assert len(row.entries[""].changes) == 2

    def test_an_hour_stays_when_the_stop_changes(self, mission, astana, bring_in):
        StopFactory(mission=mission, city="Taschkent", country="UZ", timezone="Asia/Tashkent")
        visit = AppointmentFactory(mission=mission, stop=astana)
        hour = visit.local_starts_at.replace(tzinfo=None)
        bring_in("missions.appointment", [{"id": visit.pk, "stop": "Taschkent"}])
        visit = Appointment.objects.get()
        assert visit.local_starts_at.replace(tzinfo=None) == hour
        assert visit.zone.key == "Asia/Tashkent"

    def test_a_stop_of_another_mission_is_unknown(self, cells):
        StopFactory(city="Oskemen")
        rows = [{**cells, "stop": "Oskemen", "starts_at": datetime(2023, 4, 24, 10)}]
        (row,) = examine("missions.appointment", rows)
        assert "stop" in [problem.column for problem in row.problems]

    def test_what_lacks_is_said_once(self, cells):
        (row,) = examine("missions.appointment", [{**cells, "date": date(2023, 4, 24)}])
        assert len(row.problems) == 2, problems(row)

    def test_an_hour_that_the_clock_leaves_out(self, mission, cells):
        StopFactory(mission=mission, city="Erfurt", country="DE", timezone="Europe/Berlin")
        moment = datetime(2023, 3, 26, 2, 30)
        row = {**cells, "stop": "Erfurt", "starts_at": moment, "ends_at": datetime(2023, 3, 26, 5)}
        (row,) = examine("missions.appointment", [row])
        assert [problem.column for problem in row.problems] == ["starts_at"]

    def test_somebody_in_two_places_is_refused(self, mission, astana):
        guest = ParticipationFactory(mission=mission)
        meeting = AppointmentFactory(mission=mission, stop=astana)
        meeting.participation_links.create(participation=guest)
        other = AppointmentFactory(mission=mission, stop=astana)
        cells = {"id": other.pk, "participants": str(guest.person)}
        (row,) = examine("missions.appointment", [cells])
        assert row.state == State.ERROR
