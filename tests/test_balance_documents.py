"""The Bilanz as Word, PDF and Excel says the same figures as the page; and the press text."""

import re
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from legcrm.core import invented
from legcrm.core.documents import DocumentError
from legcrm.core.models import ExportLog
from missions import press_text
from missions.balance import Balance
from missions.balance_documents import balance_pdf, balance_word, balance_workbook, contents
from missions.models import Agreement, Mission, Participation

from .factories import (
    AgreementFactory,
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ProjectFactory,
    StopFactory,
)

pytestmark = pytest.mark.django_db

CANARY = "Kanarienvogel"


def document_url(mission, kind):
    return reverse("admin:missions_mission_balance_document", args=[mission.pk, kind])


def squeezed(text):
    """Without white space: a PDF breaks lines where it likes."""
    return re.sub(r"\s", "", str(text))


def pdf_text(content):
    return squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def word_rows(content):
    """Return ``[[text of each cell, …], …]`` of all tables."""
    tables = Document(BytesIO(content)).tables
    return [[cell.text for cell in row.cells] for table in tables for row in table.rows]


def word_text(content):
    document = Document(BytesIO(content))
    cells = (cell for row in word_rows(content) for cell in row)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def sheet_rows(content, title):
    with_head = list(load_workbook(BytesIO(content))[title].iter_rows(min_row=3, values_only=True))
    head, *rows = with_head
    return [dict(zip(head, row, strict=True)) for row in rows]


def load_trip(*arguments):
    call_command("load_example", *arguments, stdout=StringIO())
    return Mission.objects.get(code="2023-zentralasien")


@pytest.fixture
def trip(db):
    """The trip of April 2023 as the sources tell it, without invented data, which takes long."""
    return load_trip("--facts-only")


def test_april_2023_of_the_example_data(project_manager):
    trip = load_trip()
    for language in ("de", "en"):
        compare_files(trip, project_manager, language)
    with override("en"):
        said = contents(trip, Balance([trip], project_manager))
    marks = {one["label"]: one["example"] for part in said["sections"] for one in part["figures"]}
    assert marks["Official appointments"] == "all"
    assert marks["People"] == "some"  # the heads of the delegation are real
    assert marks["Agreements concluded"] == ""
    assert said["has_examples"]
    text = " ".join(press_text.contents(trip, project_manager, "de")["paragraphs"])
    assert "davon 42 offizielle [Beispieldaten]." in text
    assert "Wirtschaft [" not in text, "agreements are facts of the sources"
    text = " ".join(press_text.contents(trip, project_manager, "en")["paragraphs"])
    assert "42 of them official [example data]." in text


def compare_files(trip, user, language):
    with override(language):
        balance = Balance([trip], user)
        results = balance.results()
        word = balance_word(trip, balance)
        rows = word_rows(word)
        pdf = pdf_text(balance_pdf(trip, balance))
        book = load_workbook(BytesIO(balance_workbook(trip, balance)))
        cells = list(book.worksheets[0].iter_rows(min_row=4, values_only=True))
        assert results["agreements"].amount == 11
        assert results["agreements_university"].amount == 6
        assert results["agreements_economic"].amount == 5
        assert results["announced"].amount == 10
        assert results["projects"].amount == 3
        below = squeezed(word_text(word))
        for (_section, name, amount, _unit, definition, *_rest), result in zip(
            cells, (one for _title, found in balance.sections() for one in found), strict=False
        ):
            label, said = capfirst(str(result.figure.label)), str(result.figure.definition)
            assert (name, definition) == (label, said)
            if result.amount is None:
                assert isinstance(amount, str), label
            else:
                assert amount == result.amount, label
            if result.amount:
                in_word = [row for row in rows if row[0].removeprefix("– ").startswith(label)]
                assert [result.shown, True] in [[row[1], said in row[0]] for row in in_word], label
                # In the table of the PDF the number stands behind the definition, or before it.
                assert re.search(
                    f"{re.escape(squeezed(label))}.{{0,40}}(?:{re.escape(squeezed(said))})"
                    f"?.{{0,40}}{re.escape(squeezed(result.shown))}",
                    pdf,
                ), label
            else:
                assert squeezed(result.figure.label) in below, label
                assert squeezed(result.figure.label) in pdf, label
        assert len(cells) >= len(results)


def test_each_number_of_the_files_leads_to_its_records(trip, project_manager, client_for):
    balance = Balance([trip], project_manager)
    wanted = {result.url: result.records for result in balance.results().values() if result.records}
    sheet = load_workbook(BytesIO(balance_workbook(trip, balance))).worksheets[0]
    links = [row[5] for row in sheet.iter_rows(min_row=4) if row[5].hyperlink]
    in_excel = {cell.hyperlink.target: cell.value for cell in links}
    for url, records in wanted.items():
        assert in_excel["http://127.0.0.1:8000" + url].endswith(f" {records}")
    in_pdf = {
        annotation.get_object()["/A"]["/URI"]
        for page in PdfReader(BytesIO(balance_pdf(trip, balance))).pages
        for annotation in page.get("/Annots", ())
    }
    shown = {"http://127.0.0.1:8000" + one.url for one in balance.results().values() if one.amount}
    assert in_pdf == shown - {"http://127.0.0.1:8000"}
    listed = client_for(project_manager).get(balance.results()["agreements"].url)
    assert len(listed.context["cl"].queryset) == 11


def test_agreements_are_listed_with_what_is_known_of_their_dates(trip, project_manager):
    with override("en"):
        said = contents(trip, Balance([trip], project_manager))
    listed = {one["title"]: one for one in said["agreements"]}
    assert len(said["agreements"]) == 11
    narikbayev = listed["Kooperation Hochschule Nordhausen – Narikbayev-Universität"]
    assert narikbayev["signed"].endswith("2023, Astana")
    assert listed["Kooperation TITK – UzTextilprom"]["signed"] == "not known"
    assert said["facts"][0][0] == "Dates"
    assert ["Places", "Astana → Almaty → Taschkent → Samarkand"] in said["facts"]
    led = dict(said["facts"])["Led by"]
    assert "Wolfgang Tiefensee (Wirtschaftsminister)" in led and "Carsten Feller" in led
    assert dict(said["facts"])["Built on"].count("→") == 3  # four earlier missions


# --- Rights ---------------------------------------------------------------------------------


@pytest.fixture
def planted(db):
    """A mission with results, and canaries in all that a reader must not see."""
    mission = MissionFactory(code="2025-probe", notes=CANARY)
    person = PersonFactory(notes=CANARY, email="kanarienvogel@example.org", mobile="+4915112345678")
    ParticipationFactory(
        mission=mission, person=person, organisation=OrganisationFactory(notes=CANARY),
        role=Participation.Role.HEAD, status="attended", status_reason=CANARY, needs=CANARY,
    )  # fmt: skip
    AgreementFactory(mission=mission, status="agreed", agreed_on=date(2025, 5, 1))
    CooperationFactory(
        origin_mission=mission, stage="ended", ended_reason=CANARY, notes=CANARY
    )  # fmt: skip
    ProjectFactory(
        origin_mission=mission,
        stage="dropped",
        drop_reason=CANARY,
        look_again_on=date(2030, 1, 1),
        notes=CANARY,
    )
    return mission


@pytest.mark.parametrize("kind", ["docx", "pdf", "xlsx", "press-de", "press-en"])
def test_a_reader_takes_a_file_without_what_is_internal(planted, reader, client_for, kind):
    response = client_for(reader).get(document_url(planted, kind))
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    if kind == "pdf":
        text = pdf_text(response.content)
    elif kind == "xlsx":
        book = load_workbook(BytesIO(response.content))
        text = squeezed(
            [c for sheet in book for row in sheet.iter_rows(values_only=True) for c in row]
        )
    else:
        text = squeezed(word_text(response.content))
    title = planted.title_en if kind == "press-en" else planted.title_de
    assert squeezed(title) in text
    assert CANARY not in text
    assert "kanarienvogel@" not in text and "15112345678" not in text
    entry = ExportLog.objects.get()
    assert (entry.user, entry.filters, entry.file_format) == (reader, f"#{planted.pk}", kind)


def test_who_may_not_see_missions_gets_no_file(planted, outsider, client_for):
    for kind in ("docx", "pdf", "xlsx", "press-de"):
        assert client_for(outsider).get(document_url(planted, kind)).status_code == 403
    address = reverse("admin:missions_mission_comparison_document")
    assert client_for(outsider).get(address).status_code == 403
    assert not ExportLog.objects.exists()


def test_there_is_no_file_of_another_kind_or_mission(planted, editor, client_for):
    assert client_for(editor).get(document_url(planted, "exe")).status_code == 404
    address = reverse("admin:missions_mission_balance_document", args=["nonsense", "pdf"])
    assert client_for(editor).get(address).status_code == 404


def test_a_broken_template_of_the_agency_is_a_message(
    planted, editor, client_for, settings, tmp_path
):
    settings.DOCUMENT_TEMPLATES = str(tmp_path)
    own = Document()
    own.add_paragraph("{{ nonsense }}")
    own.save(tmp_path / "balance.docx")
    page = client_for(editor).get(
        document_url(planted, "docx"), follow=True, headers={"accept-language": "en"}
    )
    assert page.redirect_chain[-1][0] == reverse(
        "admin:missions_mission_balance", args=[planted.pk]
    )
    (message,) = page.context["messages"]
    assert "balance.docx" in str(message) and "nonsense" in str(message)
    with pytest.raises(DocumentError):
        balance_word(planted, Balance([planted], editor))


def test_a_file_costs_no_query_for_each_record(editor, django_assert_max_num_queries):
    def fill(mission, count):
        for _number in range(count):
            agreement = AgreementFactory(mission=mission, status="agreed")
            agreement.parties.create(side="home", organisation=OrganisationFactory(home=True))
            cooperation = CooperationFactory(origin_mission=mission)
            ProjectFactory(origin_mission=mission, cooperation=cooperation)
        return mission

    few, many = fill(MissionFactory(), 2), fill(MissionFactory(), 12)
    with django_assert_max_num_queries(60) as counted:
        balance_workbook(few, Balance([few], editor))
    with django_assert_max_num_queries(len(counted)):
        balance_workbook(many, Balance([many], editor))


def test_a_comparison_is_a_workbook_of_the_same_numbers(trip, project_manager, client_for):
    address = reverse("admin:missions_mission_comparison_document")
    response = client_for(project_manager).get(address, headers={"accept-language": "en"})
    rows = sheet_rows(response.content, "Comparison")
    with override("en"):
        row = next(row for row in rows if row["Mission"] == trip.title)
        results = Balance([trip], project_manager).results()
    assert row["Agreements concluded"] == results["agreements"].amount == 11
    assert row["People"] == results["people"].amount
    assert row["Cost"] == "not known"


# --- The press text -------------------------------------------------------------------------


def test_the_press_text_of_april_2023(trip, project_manager):
    german = press_text.contents(trip, project_manager, "de")
    text = " ".join(german["paragraphs"])
    assert (
        german["headline"] == "Delegationsreise nach Zentralasien: elf Kooperationsvereinbarungen"
    )
    for said in (
        "Vom 23. bis 29. April 2023 fand die Delegationsreise nach Zentralasien statt.",
        "Wolfgang Tiefensee (Wirtschaftsminister) und Carsten Feller",
        "Stationen waren Astana, Almaty, Taschkent und Samarkand (Kasachstan, Usbekistan).",
        "davon sechs im Bereich Hochschule und fünf im Bereich Wirtschaft.",
        "Angekündigt waren vor Beginn zehn.",
        "(TITK) mit Association of Light Industry",
        "drei Folgeprojekte: Bergbau in Usbekistan, Bildungszentrum in Taschkent und",
        "vier frühere Missionen",
    ):
        assert said in text
    english = press_text.contents(trip, project_manager, "en")
    text = " ".join(english["paragraphs"])
    for said in (
        "The delegation trip to Central Asia took place from 23 to 29 April 2023.",
        "The result is eleven cooperation agreements: six in the field “university” and five in",
        "It builds on four earlier missions",
    ):
        assert said in text
    written = word_text(press_text.press_text(trip, project_manager, "en"))
    assert english["paragraphs"][0] in written and "DRAFT" in written


def test_the_press_text_leaves_out_what_is_not_known(editor):
    day = timezone.localdate() + timedelta(days=30)
    mission = MissionFactory(
        kind="information_event", title_de="Markt Georgien", title_en="Market Georgia",
        starts_on=day, ends_on=None,
    )  # fmt: skip
    (paragraph,) = press_text.contents(mission, editor, "de")["paragraphs"]
    assert paragraph == (f"Am {day.day}. " + paragraph.split(". ", 1)[1]) and paragraph.endswith(
        "findet eine Informationsveranstaltung unter dem Titel „Markt Georgien“ statt."
    )
    (paragraph,) = press_text.contents(mission, editor, "en")["paragraphs"]
    assert paragraph.startswith("An information event entitled “Market Georgia” takes place on ")


def test_one_of_each_reads_well(editor):
    mission = MissionFactory(
        kind="inbound_visit", title_de="Besuch", title_en="Visit",
        starts_on=date(2024, 3, 1), ends_on=None, date_precision="month", status="completed",
    )  # fmt: skip
    StopFactory(mission=mission, city="Erfurt", country="DE")
    ParticipationFactory(mission=mission, status="attended")
    AgreementFactory(
        mission=mission, field="economic", status=Agreement.Status.SIGNED,
        agreed_on=None, signed_on=date(2024, 3, 5),
    )  # fmt: skip
    ProjectFactory(origin_mission=mission, title="Halle")
    dropped = {"stage": "dropped", "drop_reason": "x", "look_again_on": date(2030, 1, 1)}
    ProjectFactory(origin_mission=mission, title="Turm", **dropped)
    text = " ".join(press_text.contents(mission, editor, "de")["paragraphs"])
    assert "Im März 2024 fand ein Delegationsbesuch unter dem Titel „Besuch“ statt." in text
    assert "Station war Erfurt (Deutschland)." in text
    assert "Ergebnis ist eine Kooperationsvereinbarung im Bereich Wirtschaft." in text
    assert "Daraus entwickelt sich ein Folgeprojekt: Halle." in text
    assert "Turm" not in text
    text = " ".join(press_text.contents(mission, editor, "en")["paragraphs"])
    assert "one cooperation agreement in the field “economic”" in text
    assert "One follow-up project is growing out of it: Halle." in text


def test_a_mission_called_off_says_no_more(editor):
    mission = MissionFactory(title_de="Reise", title_en="Trip", status="cancelled")
    ParticipationFactory(mission=mission, status="accepted")
    assert press_text.contents(mission, editor, "de")["paragraphs"] == ["„Reise“ ist abgesagt."]


def test_an_invented_headline_is_marked(editor):
    mission = MissionFactory(title_de="Reise", title_en="Trip")
    AgreementFactory(mission=mission, status="agreed", source=invented.SOURCE)
    headline = press_text.contents(mission, editor, "en")["headline"]
    assert headline == "Trip: one cooperation agreement [example data]"


def test_names_in_the_press_text_are_text(editor):
    mission = MissionFactory(title_de="<b>{{ 7*7 }}</b> & Söhne", title_en="x")
    assert "<b>{{ 7*7 }}</b> & Söhne" in word_text(press_text.press_text(mission, editor, "de"))
