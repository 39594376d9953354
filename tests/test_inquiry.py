"""The answer to a parliamentary question: who is named, what is left out, who may ask for it."""

import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from docx import Document
from openpyxl import load_workbook

from legcrm.core.models import ExportLog
from missions import inquiry_documents
from missions.admin.inquiry_views import MOST
from missions.balance import Balance
from missions.inquiry import Basis, Inquiry, Reason, has_personal_form
from missions.models import Mission, Participation
from partners.models import Consent

from .factories import (
    AffiliationFactory,
    AgreementFactory,
    AppointmentFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
    QuestionnaireFactory,
)

pytestmark = pytest.mark.django_db

URL = "admin:missions_mission_inquiry"
DAY = date(2023, 4, 23)
NOW = timezone.now()


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def mission():
    return MissionFactory(starts_on=DAY)


def travel(mission, role="company", organisation=None, function="Head of sales", **fields):
    """Return a participation of somebody who acts for an organisation."""
    organisation = organisation or OrganisationFactory(home=True, legal_form="GmbH")
    person = PersonFactory(**fields)
    AffiliationFactory(person=person, organisation=organisation, role=function)
    return ParticipationFactory(
        mission=mission, organisation=organisation, person=person, role=role, status="attended"
    )


def consent(person, **fields):
    fields = {"purpose": Consent.Purpose.PARLIAMENT, "given_on": DAY} | fields
    return person.consents.create(wording_version="1", evidence="Formular", **fields)


def member_of(place, user):
    answer = Inquiry([place.mission], user).answers[0]
    return next(member for member in answer.members if member.place == place)


# --- Who is named ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "fields", "consented", "basis", "reason"),
    [
        ("company", {}, {}, None, Reason.NO_CONSENT),
        ("company", {}, {"given_on": DAY}, Basis.CONSENT, None),
        ("company", {}, {"given_on": date(2024, 1, 1)}, Basis.CONSENT, None),  # since the mission
        ("company", {}, {"withdrawn_on": date(2023, 6, 1)}, None, Reason.WITHDRAWN),
        ("company", {}, {"given_on": date(2999, 1, 1)}, None, Reason.NO_CONSENT),
        ("company", {}, {"purpose": "newsletter"}, None, Reason.NO_CONSENT),
        ("agency_staff", {}, {}, None, Reason.NO_CONSENT),
        ("press", {}, {}, None, Reason.NO_CONSENT),
        ("head", {}, {}, Basis.OFFICE, None),
        ("ministry", {}, {}, Basis.OFFICE, None),
        ("company", {"objected_at": NOW}, {"given_on": DAY}, None, Reason.OBJECTED),
        ("head", {"objected_at": NOW}, {"given_on": DAY}, None, Reason.OBJECTED),
        ("company", {"restricted_at": NOW}, {"given_on": DAY}, None, Reason.RESTRICTED),
        ("ministry", {"anonymised_at": NOW}, {"given_on": DAY}, None, Reason.ANONYMISED),
    ],
)
def test_who_is_named_and_who_is_not(
    mission, project_manager, role, fields, consented, basis, reason
):
    place = travel(mission, role, first_name="Ada", last_name="Canaria", **fields)
    if consented:
        consent(place.person, **consented)
    member = member_of(place, project_manager)
    assert (member.name.basis, member.name.reason) == (basis, reason)
    assert member.name.shown == ("withheld" if reason else "Ada Canaria")
    # A function names the post; of those who said no, or are blocked, not even that is told.
    told = reason in (None, Reason.NO_CONSENT, Reason.WITHDRAWN)
    assert member.function.shown == ("Head of sales" if told else "withheld")
    assert member.organisation.shown == place.organisation.name


def test_a_new_consent_counts_after_one_withdrawn(mission, project_manager):
    place = travel(mission)
    consent(place.person, withdrawn_on=date(2023, 6, 1))
    consent(place.person, given_on=date(2024, 1, 1))
    assert member_of(place, project_manager).name.basis == Basis.CONSENT


def test_an_archived_person_is_not_named(mission, project_manager):
    place = travel(mission, "head")
    consent(place.person)
    place.person.archive("double")
    assert member_of(place, project_manager).name.reason == Reason.ARCHIVED


def test_the_function_is_that_of_the_first_day(mission, project_manager):
    place = travel(mission, "head", function="")
    now = place.person.affiliations.get()
    now.role, now.valid_from = "Minister of today", DAY + timedelta(days=1)
    now.save()
    assert member_of(place, project_manager).function.reason == Reason.NOT_RECORDED
    AffiliationFactory(
        person=place.person,
        organisation=place.organisation,
        role="Secretary of state",
        is_primary=False,
        valid_to=DAY,
    )
    assert member_of(place, project_manager).function.text == "Secretary of state"


def test_who_is_not_recorded_is_not_withheld(mission, project_manager):
    ParticipationFactory(mission=mission, person=None, status="attended")
    answer = Inquiry([mission], project_manager).answers[0]
    assert answer.members[0].name.shown == "not recorded"
    assert {(one.what, one.reason) for one in answer.missing} == {
        ("name", Reason.NOT_RECORDED),
        ("how the delegation was selected", Reason.NOT_RECORDED),
        ("cost", Reason.NOT_RECORDED),
        ("funding", Reason.NOT_RECORDED),
        ("source of funding", Reason.NOT_RECORDED),
    }
    assert answer.withheld == []


def test_only_who_holds_a_place_is_in_the_delegation(mission, project_manager):
    ParticipationFactory(mission=mission, status="declined")
    ParticipationFactory(mission=mission, status="attended").archive("double")
    assert Inquiry([mission], project_manager).answers[0].members == []


# --- Organisations that bear the names of people --------------------------------------------


@pytest.mark.parametrize(
    ("name", "legal_form", "personal"),
    [
        ("Tischlerei Weber", "e. K.", True),
        ("Tischlerei Weber", "Einzelunternehmen", True),
        ("Weber und Koch", "GbR", True),
        ("Tischlerei Weber e.K.", "", True),
        ("Tischlerei, Inh. Karl Weber", "", True),
        ("ИП Иванов", "", True),
        ("Weber Maschinenbau", "GmbH", False),
        ("Weber GmbH & Co. KG", "", False),
        ("Beratung EU", "", False),
        ("TITK", "e.V.", False),
    ],
)
def test_which_legal_forms_bear_the_names_of_people(name, legal_form, personal):
    organisation = OrganisationFactory.build(name=name, legal_form=legal_form)
    assert has_personal_form(organisation) is personal


def test_a_sole_trader_is_named_by_consent_only(mission, project_manager):
    trader = OrganisationFactory(home=True, name="Tischlerei Canaria", legal_form="e. K.")
    place = travel(mission, organisation=trader, last_name="Canaria", function="Owner")
    employee = travel(mission, organisation=trader, last_name="Worker", function="Joiner")
    consent(employee.person)  # Not the owner's.
    for member in Inquiry([mission], project_manager).answers[0].members:
        assert member.organisation.reason == Reason.PERSONAL_NAME
    consent(place.person)
    for member in Inquiry([mission], project_manager).answers[0].members:
        assert member.organisation.text == "Tischlerei Canaria"


def test_an_office_names_no_sole_trader(mission, project_manager):
    trader = OrganisationFactory(home=True, name="Canaria e. K.")
    place = travel(mission, "head", trader, last_name="Canaria")
    member = member_of(place, project_manager)
    assert (member.name.basis, member.organisation.reason) == (Basis.OFFICE, Reason.PERSONAL_NAME)
    consent(place.person)
    place.person.objected_at = NOW
    place.person.save()
    assert member_of(place, project_manager).organisation.reason == Reason.PERSONAL_NAME


@pytest.mark.parametrize(
    ("name", "told"), [("Canaria Technik", False), ("Canaria Technik GmbH", True)]
)
def test_the_name_of_a_person_without_a_legal_form_is_withheld(
    mission, project_manager, name, told
):
    place = travel(
        mission, organisation=OrganisationFactory(home=True, name=name), last_name="Canaria"
    )
    organisation = member_of(place, project_manager).organisation
    assert organisation.shown == (name if told else "withheld")


def test_a_sole_trader_is_not_named_as_a_party_either(mission, project_manager):
    trader = OrganisationFactory(home=True, name="Canaria", legal_form="e. K.")
    agreement = AgreementFactory(mission=mission, title="Between Canaria and others")
    agreement.parties.create(side="home", organisation=trader)
    agreement.parties.create(side="foreign", unnamed=True)
    agreement.status, agreement.agreed_on_mission = "agreed", True
    agreement.save()
    project = ProjectFactory(origin_mission=mission)
    project.parties.create(organisation=trader)
    answer = Inquiry([mission], project_manager).answers[0]
    (told,) = answer.agreements
    assert told.title.reason == Reason.MENTIONS
    assert [party.shown for party in told.parties] == ["withheld", "not recorded"]
    assert [party.shown for party in answer.projects[0].parties] == ["withheld"]


# --- What the files hold --------------------------------------------------------------------


@pytest.fixture
def withheld(mission):
    """People and organisations of whom nothing may stand in the files, by why not."""
    places = []
    for number, fields in enumerate(
        [{}, {"objected_at": NOW}, {"restricted_at": NOW}, {"anonymised_at": NOW}]
    ):
        trader = OrganisationFactory(
            home=True,
            name=f"Handwerk Geheim{number}",
            legal_form="e. K.",
            email=f"canary-firm-{number}@handwerk.example",
            notes="canary-firm-notes",
        )
        place = travel(
            mission,
            organisation=trader,
            first_name=f"Verborgen{number}",
            last_name=f"Geheim{number}",
            native_name=f"Гехейм{number}",
            function=f"Assistant of Geheim{number}",
            email=f"canary-{number}@handwerk.example",
            phone=f"+4930231253{number:02}",
            mobile=f"+49171392030{number}",
            notes="canary-notes",
            **fields,
        )
        place.status_reason = place.needs = "canary-place"
        place.save()
        places.append(place)
        if fields:
            consent(place.person)
    mission.selection_procedure = "Decided by Mr Geheim1 himself."
    mission.funding_source = "Given by Verborgen2 Geheim2"
    mission.notes = "canary-mission"
    mission.save()
    return places


CANARIES = ("canary", "geheim", "verborgen", "гехейм", "3023125", "1713920")


def parts_of(content):
    """Return ``{name: text}`` of all parts of a file of Office."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_the_files_tell_nothing_of_whom_they_withhold(
    withheld, mission, client_for, project_manager, kind, language
):
    named = travel(mission, "head", first_name="Amtlich", last_name="Bekannt")
    response = client_for(project_manager).post(
        reverse(URL), {"mission": mission.pk, "language": language, "file": kind}
    )
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    parts = parts_of(response.content)
    assert any(str(named.person) in text for text in parts.values())
    assert any("docProps" in name for name in parts)
    for name, text in parts.items():
        found = [canary for canary in CANARIES if canary in text.casefold()]
        assert not found, f"{name}: {found}"
        assert "/change/" not in text


def test_the_page_shows_what_is_left_out_with_links(withheld, mission, client_for, project_manager):
    page = client_for(project_manager).get(
        reverse(URL), {"mission": mission.pk}, headers={"accept-language": "en"}
    )
    text = page.content.decode()
    for place in withheld:
        assert place.person.get_absolute_url() in text
    assert mission.get_absolute_url() in text
    (answer,) = page.context["inquiry"].answers
    reasons = {(one.what, one.reason): one.entries for one in answer.withheld}
    assert reasons["name", Reason.NO_CONSENT]
    assert reasons["name", Reason.OBJECTED]
    assert reasons["function", Reason.MENTIONS]
    assert reasons["organisation", Reason.PERSONAL_NAME] == "1–4"
    assert reasons["how the delegation was selected", Reason.MENTIONS] == ""
    assert reasons["source of funding", Reason.MENTIONS] == ""


def test_the_files_say_the_same_as_the_page(mission, project_manager):
    mission.cost_eur, mission.selection_procedure = 1200, "Open call."
    mission.save()
    other = MissionFactory(starts_on=date(2022, 9, 1), ends_on=None)
    place = travel(mission, "head", first_name="Ada", last_name="Minister")
    travel(mission)
    inquiry = Inquiry([mission, other], project_manager)
    book = load_workbook(BytesIO(inquiry_documents.workbook(inquiry)))
    assert book.sheetnames == [
        "Overview",
        "Delegation",
        "Selection",
        "Costs",
        "Results",
        "Agreements and projects",
        "Left out",
        "Definitions",
    ]

    def rows(sheet):
        return [row for row in book[sheet].iter_rows(min_row=4, values_only=True) if any(row[1:])]

    assert rows("Delegation") == [
        (mission.title, 1, "head of delegation", "Ada Minister", "Head of sales",
         place.organisation.name),
        (mission.title, 2, "company", "withheld", "Head of sales",
         inquiry.answers[1].members[1].organisation.text),
    ]  # fmt: skip
    assert [row[2] for row in rows("Selection")] == ["not recorded", "Open call."]
    # What is not recorded is no zero, and the sum says of how many it is.
    assert [row[2] for row in rows("Costs")] == ["not recorded", 1200, 1200]
    notes = [row[0] for row in book["Costs"].iter_rows(min_row=4, values_only=True)]
    assert notes[-1] == ("Of 2 missions the cost is recorded for 1, the funding for 0.")
    assert (mission.title, "Delegation", "2", "name", "withheld", "no consent to being named") in [
        row[:6] for row in rows("Left out")
    ]
    document = Document(BytesIO(inquiry_documents.document(inquiry)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Ada Minister" in cells and "no consent to being named" in cells
    assert "1,200 €" in cells or "1.200 €" in cells
    assert "Open call." in text and "{{" not in text + "".join(cells)


def test_the_figures_are_those_of_the_balance(mission, project_manager):
    travel(mission, "head")
    travel(mission)
    ParticipationFactory(mission=mission, person=None, status="confirmed")
    AppointmentFactory.create_batch(2, mission=mission)
    for _number in range(2):
        agreement = AgreementFactory(mission=mission)
        agreement.parties.create(side="home", organisation=OrganisationFactory(home=True))
        agreement.parties.create(side="foreign", organisation=OrganisationFactory())
        agreement.status, agreement.agreed_on_mission = "agreed", True
        agreement.save()
    AgreementFactory(mission=mission)  # planned only
    ProjectFactory(origin_mission=mission, value_forecast_eur=1000)
    inquiry = Inquiry([mission], project_manager)
    (answer,) = inquiry.answers
    figures = Balance([mission], project_manager).results()
    assert len(answer.members) == 3
    assert len(answer.agreements) == figures["agreements"].amount == 2
    assert len(answer.projects) == figures["projects"].amount == 1
    book = load_workbook(BytesIO(inquiry_documents.workbook(inquiry)))
    told = [row[3] for row in book["Results"].iter_rows(min_row=4, values_only=True) if row[1]]
    expected = [
        "not recorded" if result.amount is None else result.amount
        for key, result in figures.items()
        if result.figure.section != "money"
    ]
    assert told == expected
    # Forecast and confirmed values are two figures, one of which nobody entered.
    assert figures["value_forecast"].amount == 1000
    assert figures["value_confirmed"].amount is None


def test_few_answers_are_not_told(mission, project_manager):
    def satisfaction():
        (answer,) = Inquiry([mission], project_manager).answers
        lines = {line.result.figure.key: line for _title, some in answer.sections for line in some}
        return lines["satisfaction"].value

    for _number in range(4):
        answered(mission, project_manager)
    assert satisfaction().reason == Reason.FEW_ANSWERS
    answered(mission, project_manager)
    assert satisfaction().text


def answered(mission, user):
    QuestionnaireFactory(
        participation=ParticipationFactory(mission=mission, status="attended"),
        status="confirmed",
        answered_at=NOW,
        decided_at=NOW,
        decided_by=user,
        satisfaction=4,
    )


# --- Who may ask, and how -------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ["editor", "reader", "outsider"])
def test_others_may_not(request, mission, client_for, role, method):
    client = client_for(request.getfixturevalue(role))
    data = {"mission": mission.pk, "language": "de", "file": "docx"}
    assert getattr(client, method)(reverse(URL), data).status_code == 403
    assert not ExportLog.objects.exists()
    assert reverse(URL) not in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("role", ["administrator", "project_manager"])
def test_who_may_ask_is_noted(request, mission, client_for, role):
    user = request.getfixturevalue(role)
    travel(mission)
    client = client_for(user)
    assert reverse(URL) in client.get(reverse("admin:index")).content.decode()
    data = {"mission": mission.pk, "language": "de", "file": "docx"}
    assert client.post(reverse(URL), data).status_code == 200
    entry = ExportLog.objects.get()
    assert (entry.user, entry.file_format, entry.rows) == (user, "docx", 1)
    assert entry.model == Participation._meta.label and mission.code in entry.filters


def test_missions_are_offered_by_year_and_kind(client_for, project_manager):
    trip = MissionFactory(starts_on=date(2023, 12, 30), ends_on=date(2024, 1, 3))
    MissionFactory(starts_on=date(2022, 5, 1), ends_on=None)
    fair = MissionFactory(kind="trade_fair", starts_on=date(2024, 5, 1), ends_on=None)
    MissionFactory(starts_on=date(2024, 5, 1), ends_on=None, status="idea")
    MissionFactory(starts_on=date(2024, 5, 1), ends_on=None).archive("double")
    client = client_for(project_manager)

    def offered(**parameters):
        return dict(client.get(reverse(URL), parameters).context["offered"])

    assert offered(first=2024, last=2024) == {trip: True, fair: True}
    assert offered(first=2024, kind="trade_fair") == {fair: True}
    assert set(offered().values()) == {False}
    assert offered(first=2024, mission=fair.pk) == {trip: False, fair: True}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"mission": "x"},
        {"mission": "99999999999999999999"},
        {"language": "fr"},
        {"file": "exe"},
    ],
)
def test_what_makes_no_sense_makes_no_file(mission, client_for, project_manager, data):
    sent = {"mission": mission.pk, "language": "de", "file": "xlsx"} if data else {}
    client = client_for(project_manager)
    assert client.post(reverse(URL), sent | data).status_code == 302
    assert client.get(reverse(URL), data | {"first": "x", "kind": "y"}).status_code == 200
    assert not ExportLog.objects.exists()


def test_so_many_missions_are_refused_and_not_cut_off(mission, client_for, project_manager):
    keys = [mission.pk, *range(mission.pk + 1, mission.pk + MOST + 1)]
    page = client_for(project_manager).get(reverse(URL), {"mission": keys})
    assert page.context["inquiry"] is None
    assert str(MOST) in str(next(iter(page.context["messages"])))


def test_an_archived_mission_is_not_told_of(mission, client_for, project_manager):
    mission.archive("double")
    page = client_for(project_manager).get(reverse(URL), {"mission": mission.pk})
    assert page.context["inquiry"] is None


def test_the_queries_do_not_grow(project_manager, django_assert_max_num_queries):
    def fill(missions, people):
        for _mission in range(missions):
            mission = MissionFactory()
            for _person in range(people):
                consent(travel(mission).person)
            agreement = AgreementFactory(mission=mission)
            agreement.parties.create(side="home", organisation=OrganisationFactory(home=True))
            agreement.parties.create(side="foreign", organisation=OrganisationFactory())
            agreement.status, agreement.agreed_on_mission = "agreed", True
            agreement.save()
            ProjectFactory(origin_mission=mission).parties.create(
                organisation=OrganisationFactory()
            )

    def queries():
        with django_assert_max_num_queries(100) as captured:
            inquiry = Inquiry(Mission.objects.all(), project_manager)
            inquiry_documents.workbook(inquiry)
            inquiry_documents.document(inquiry)
        return len(captured)

    fill(1, 1)
    queries()  # The rights of the user are read once.
    few = queries()
    fill(4, 6)
    assert queries() == few


def test_texts_of_staff_become_no_markup(mission, project_manager):
    mission.selection_procedure = "{{ agency }} <w:br/> & =1+1"
    mission.save()
    inquiry = Inquiry([mission], project_manager)
    document = Document(BytesIO(inquiry_documents.document(inquiry)))
    assert mission.selection_procedure in [paragraph.text for paragraph in document.paragraphs]
