"""The steps of an import: columns, check, decisions, apply, undo; with every refusal."""

import io
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from legcrm.core.folding import fold
from legcrm.core.models import ColumnMapping, ImportRow
from legcrm.core.spreadsheets import importing, reading
from legcrm.core.spreadsheets.importing import applying
from partners.models import Affiliation, Organisation, OrganisationIdentifier, Person
from tests import factories as f
from tests.imports import (
    State,
    apply,
    changes,
    check,
    checked,
    nothing,
    problems,
    states,
    undo,
    upload,
)

pytestmark = pytest.mark.django_db

ORGANISATIONS = "partners.organisation"
PEOPLE = "partners.person"
HEAD = "Firma;Land;Art;Ort\n"


@pytest.fixture(autouse=True)
def german():
    with translation.override("de"):
        yield


@pytest.fixture
def me(project_manager):
    return project_manager


# --- Columns ---------------------------------------------------------------------------------


def test_columns_are_proposed_and_the_unknown_is_shown(me):
    text = "Teilnehmerliste 2026;;;\n;;;\nFirma;Land;Lieblingsfarbe;E-Mail-Adresse\nA;DE;rot;\n"
    run = importing.begin(me, ORGANISATIONS, io.BytesIO(text.encode()), "liste.csv")
    look = importing.look(run)
    assert run.header_row == 3
    assert [(h.label, h.column) for h in look.headings] == [
        ("Firma", "name"),
        ("Land", "country"),
        ("Lieblingsfarbe", ""),
        ("E-Mail-Adresse", "email"),
    ]
    assert look.headings[2].examples == ["rot"]


def test_what_was_assigned_is_proposed_the_next_time(me):
    text = "Firmierung lt. Register;Land\nA;DE\n"
    run = upload(me, ORGANISATIONS, text, columns={0: "name"}, constants={"kind": "company"})
    assert ColumnMapping.objects.filter(user=me, column="name").exists()
    again = importing.begin(me, ORGANISATIONS, io.BytesIO(text.encode()), "neu.csv")
    assert again.columns == run.columns == {"0": "name", "1": "country"}


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("Firma;Land;Art;firma\nA;DE;Unternehmen;B\n", {}, "once in the header row: Firma"),
        ("Firma;Land;Art;X\nA;DE;Unternehmen;B\n", {3: "name"}, "Two columns are assigned"),
        ("Firma;Art\nA;Unternehmen\n", {}, "is needed"),
        ("Firma;Land;Art\nA;DE;Unternehmen\n", {1: "no_such"}, "There is no field"),
    ],
)
def test_an_assignment_that_can_not_work_is_refused(me, text, columns, message):
    with translation.override("en"), pytest.raises(ValidationError) as error:
        upload(me, ORGANISATIONS, text, columns=columns)
    assert any(message in text for text in error.value.messages), error.value.messages


def test_a_file_that_can_not_be_read_leaves_nothing(me, settings):
    before = stored(settings)
    with pytest.raises(reading.Unreadable):
        importing.begin(me, ORGANISATIONS, io.BytesIO(b"%PDF-1.7 no list"), "liste.xlsx")
    assert not me.spreadsheet_imports.exists()
    assert stored(settings) == before


def stored(settings):
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_our_own_number_is_not_taken_from_foreign_lists(me):
    """A list numbers its rows as it likes; its "Nr." or "ID" must never mean our records."""
    for heading in ("Nr.", "ID", "Id", "Lfd. Nr."):
        text = f"{heading};Firma;Land\n1;A;DE\n"
        run = importing.begin(me, ORGANISATIONS, io.BytesIO(text.encode()), "liste.csv")
        assert "id" not in run.columns.values(), heading
    plain = "id,name,country\n1,A,DE\n"  # of our own making: nothing but machine names
    run = importing.begin(me, ORGANISATIONS, io.BytesIO(plain.encode()), "liste.csv")
    assert run.columns["0"] == "id"


# --- Check -----------------------------------------------------------------------------------


def test_the_check_tells_new_changed_same_and_wrong_and_writes_nothing(me):
    known = f.OrganisationFactory(name="Alt GmbH", country="DE", city="Jena")
    same = f.OrganisationFactory(name="Gleich GmbH", country="DE", city="Gera")
    run = checked(
        me,
        ORGANISATIONS,
        "LEG-CRM-Nr.;Firma;Land;Art;Ort;E-Mail\n"
        f"{known.pk};Alt GmbH;Deutschland;Unternehmen;Erfurt;\n"
        f"{same.pk};Gleich GmbH;DE;Unternehmen;Gera;\n"
        ";Neu GmbH;Republik Kasachstan;Universität;Astana;a@b.example\n"
        ";Falsch GmbH;Atlantis;Unternehmen;;kein-at\n"
        "999999;Wer;DE;Unternehmen;;\n",
    )
    assert run.state == State.CHECKED
    assert states(run) == {2: "change", 3: "same", 4: "new", 5: "error", 6: "error"}
    assert changes(run, 2) == {"Ort": ("Jena", "Erfurt")}
    told = run.rows.get(number=5).problems
    assert {(p["column"], p["value"]) for p in told} == {
        ("country", "Atlantis"),
        ("email", "kein-at"),
    }
    assert "999999" in problems(run, 6)[0]
    assert Organisation.objects.count() == 2
    known.refresh_from_db()
    assert known.city == "Jena" and known.version == 1


def test_blank_cells_leave_values_alone_unless_they_are_to_clear_them(me):
    known = f.OrganisationFactory(name="Alt GmbH", country="DE", city="Jena", kind="company")
    text = f"LEG-CRM-Nr.;Firma;Ort\n{known.pk};Alt GmbH;\n"
    assert states(checked(me, ORGANISATIONS, text)) == {2: "same"}
    run = checked(me, ORGANISATIONS, text, clear_blanks=True)
    assert changes(run, 2) == {"Ort": ("Jena", "")}
    apply(run)
    known.refresh_from_db()
    assert (known.name, known.city, known.country.code) == ("Alt GmbH", "", "DE")


def test_a_value_for_all_rows_is_for_new_records_only(me):
    known = f.OrganisationFactory(name="Uni Alt", country="DE", kind="university")
    run = checked(
        me,
        ORGANISATIONS,
        f"LEG-CRM-Nr.;Firma;Land\n{known.pk};Uni Alt;DE\n;Neu;DE\n",
        constants={"kind": "Unternehmen", "source": "Messeliste"},
    )
    assert states(run) == {2: "same", 3: "new"}
    apply(run)
    new = Organisation.objects.get(name="Neu")
    assert (new.kind, new.source) == ("company", "Messeliste")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Мебель Ташкент;UZ;Unternehmen;;", "name and country"),
        ("Ganz anders;KZ;Unternehmen;;info@moebel.example", "e-mail"),
        ("Ganz anders;KZ;Unternehmen;DE 136,695 976;", "identifier"),
        ("MT;UZ;Unternehmen;;", "short or other name"),
        ("Мебель Тошкент МЧЖ;UZ;Unternehmen;;", "short or other name"),
    ],
)
def test_a_possible_duplicate_says_why(me, row, why):
    known = f.OrganisationFactory(
        name="Mebel Taschkent", short_name="MT", country="UZ", email="Info@Moebel.example"
    )
    known.names.create(text="Мебель Тошкент МЧЖ")
    OrganisationIdentifier.objects.create(organisation=known, scheme="vat", value="DE136695976")
    with translation.override("en"):
        run = checked(me, ORGANISATIONS, "Company;Country;Kind;VAT number;E-mail\n" + row + "\n")
        assert states(run) == {2: "duplicate"}
        [candidate] = run.rows.get().plans[0]["candidates"]
    assert candidate["key"] == known.pk
    assert why in candidate["why"]


def test_the_person_decides_on_duplicates(me):
    known = f.OrganisationFactory(name="Textil LLP", country="UZ", city="Taschkent")
    row = "Textil LLP;UZ;Unternehmen;Samarkand\n"

    run = checked(me, ORGANISATIONS, HEAD + row)
    importing.decide(run, [2], "", f"link:{known.pk}")
    assert states(run) == {2: "change"}
    assert changes(run, 2) == {"Ort": ("Taschkent", "Samarkand")}
    importing.decide(run, [2], "", "")
    assert states(run) == {2: "duplicate"}
    importing.decide(run, [2], "", "skip")
    assert states(run) == {2: "skipped"}
    importing.decide_all(run, "", "new")  # touches open ones only
    assert states(run) == {2: "skipped"}
    importing.decide(run, [2], "", "new")
    assert states(run) == {2: "new"}
    apply(run)
    assert Organisation.objects.filter(name="Textil LLP").count() == 2
    assert Organisation.objects.get(city="Samarkand").same_name_checked


@pytest.mark.parametrize("decision", ["link:x", "link:", "delete", "link:1 or 1=1"])
def test_an_unknown_decision_is_refused(me, decision):
    run = checked(me, ORGANISATIONS, HEAD + "A;DE;Unternehmen;\n")
    with pytest.raises(ValidationError):
        importing.decide(run, [2], "", decision)
    importing.decide(run, [2], "", "link:999999")  # a record that is not there
    assert states(run) == {2: "error"}


def test_decisions_outlive_another_check(me):
    f.OrganisationFactory(name="Textil LLP", country="UZ")
    run = checked(me, ORGANISATIONS, HEAD + "Textil LLP;UZ;Unternehmen;\nNeu;UZ;Unternehmen;\n")
    importing.decide(run, [2], "", "new")
    importing.choose(run, [3], False)
    check(run)
    assert states(run) == {2: "new", 3: "new"}
    assert not run.rows.get(number=3).chosen


def test_two_new_rows_of_one_name_are_told(me):
    text = HEAD + "Neue AG;DE;Unternehmen;Jena\nNEUE  AG;Deutschland;Unternehmen;Gera\n"
    run = checked(me, ORGANISATIONS, text)
    assert states(run) == {2: "new", 3: "duplicate"}
    [candidate] = run.rows.get(number=3).plans[0]["candidates"]
    assert candidate["key"] is None and "2" in candidate["label"]
    importing.decide(run, [3], "", "skip")
    importing.decide(run, [3], "", "")
    assert states(run)[3] == "duplicate", "a row examined alone still knows of the others"


def test_postal_codes_get_back_the_zero_that_excel_took(me):
    run = checked(
        me,
        ORGANISATIONS,
        "Firma;Land;Art;PLZ\nA;DE;Firma;7545\nB;AT;Firma;1010\nC;DE;Firma;99084\n",
    )
    apply(run)
    known = Organisation.objects.values_list("name", "postal_code", "is_home")
    assert set(known) == {("A", "07545", True), ("B", "1010", False), ("C", "99084", True)}


def test_sectors_are_understood_by_a_word_of_theirs(me):
    run = checked(
        me,
        ORGANISATIONS,
        "Firma;Land;Art;Branche\nA;DE;Firma;Textil\nB;DE;Firma;Raumfahrt\nC;DE;Firma;Be\n",
    )
    assert states(run) == {2: "new", 3: "error", 4: "error"}
    assert "Optik & Photonik" in problems(run, 3)[0], "the message lists what there is"


def test_two_rows_about_one_record_are_refused(me):
    known = f.OrganisationFactory(name="A", country="DE")
    text = f"LEG-CRM-Nr.;Firma\n{known.pk};B\n{known.pk};C\n"
    assert states(checked(me, ORGANISATIONS, text)) == {2: "change", 3: "error"}


def test_totals_are_left_out_and_can_be_taken_in(me):
    run = checked(me, ORGANISATIONS, HEAD + "A;DE;Unternehmen;\nSumme;1;;\n")
    assert states(run) == {2: "new", 3: "skipped"}
    importing.decide(run, [3], "", importing.IS_A_ROW)
    assert states(run)[3] == "error"  # 1 is no country, but that is the person's business now


def test_ambiguous_numbers_are_asked_not_guessed(me):
    mission = f.MissionFactory()
    organisation = f.OrganisationFactory(name="A AG", country="DE")
    text = f"Mission;Firma;Land;Beitrag\n{mission.code};{organisation.name};DE;1.234\n"
    run = checked(me, "missions.participation", text)
    [problem] = run.rows.get().problems
    assert problem["code"] == "ambiguous"
    assert [style for style, _shown in problem["styles"]] == ["de", "en"]
    columns = {int(index): name for index, name in run.columns.items()}
    importing.assign(run, columns, styles={"fee_eur": "de"})
    check(run)
    assert states(run) == {2: "new"}
    apply(run)
    assert mission.participations.get().fee_eur == 1234


def test_without_the_right_nothing_is_new_or_changed(me, make_user):
    """Who may import but not enter or change is told so for each row."""
    known = f.OrganisationFactory(name="Alt", country="DE", city="Jena")
    user = make_user("Ina", "Import")
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=["view_organisation", "import_organisation", "change_organisation"]
        )
    )
    text = (
        "LEG-CRM-Nr.;Firma;Land;Art;Ort\n"
        f"{known.pk};Alt;DE;Unternehmen;Gera\n;Neu;DE;Unternehmen;\n"
    )
    assert states(checked(user, ORGANISATIONS, text)) == {2: "change", 3: "error"}
    user.user_permissions.remove(Permission.objects.get(codename="change_organisation"))
    user = type(user).objects.get(pk=user.pk)
    assert states(checked(user, ORGANISATIONS, text)) == {2: "error", 3: "error"}


def test_a_check_costs_the_same_queries_for_10_and_for_100_rows(me):
    def cost(count):
        rows = "".join(f"Firma {count} {n};DE;Unternehmen;Jena\n" for n in range(count))
        run = upload(me, ORGANISATIONS, HEAD + rows)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            check(run)
        return len(captured)

    cost(2)
    assert cost(10) == cost(100)


def test_applying_costs_the_same_queries_for_10_and_for_100_rows(me):
    def cost(count):
        rows = "".join(
            f"Firma {count} {n};DE;Unternehmen;Jena;textiles;HRB {count} {n};Name {count} {n}\n"
            for n in range(count)
        )
        head = "Firma;Land;Art;Ort;Branchen;Handelsregister;Weitere Namen\n"
        run = checked(me, ORGANISATIONS, head + rows)
        assert run.counts() == {"new": count}
        with CaptureQueriesContext(connection) as captured:
            apply(run)
        assert run.applied_count == count
        return len(captured)

    cost(2)
    assert cost(10) == cost(100)


# --- Apply -----------------------------------------------------------------------------------


def test_applying_writes_with_history_that_names_the_import(me):
    known = f.OrganisationFactory(name="Alt", country="DE", city="Jena")
    run = checked(
        me,
        ORGANISATIONS,
        f"LEG-CRM-Nr.;Firma;Land;Art;Ort;Branchen;USt-IdNr.\n{known.pk};Alt;;;Gera;;\n"
        ";Neu;DE;Unternehmen;;textiles;DE136695976\n",
    )
    assert states(run) == {2: "change", 3: "new"}, [problems(run, n) for n in (2, 3)]
    apply(run)
    assert run.state == State.APPLIED
    assert run.applied_count == 2
    known.refresh_from_db()
    assert (known.city, known.version, known.updated_by) == ("Gera", 2, me)
    entry = known.history.first()
    assert (entry.history_type, entry.history_user) == ("~", me)
    assert entry.history_change_reason == f"Import {run.pk}: liste.csv"
    new = Organisation.objects.get(name="Neu")
    assert new.created_by == me and new.is_home is False
    assert [link.sector.key for link in new.sector_links.all()] == ["textiles"]
    assert new.identifiers.get().value == "DE136695976"
    assert "de136695976" in new.search_text
    for row in (new, new.identifiers.get(), new.sector_links.get()):
        assert row.history.get().history_change_reason == f"Import {run.pk}: liste.csv"


def test_only_chosen_rows_go_in(me):
    run = checked(me, ORGANISATIONS, HEAD + "A;DE;Unternehmen;\nB;DE;Unternehmen;\n")
    importing.choose_all(run, "new", False)
    importing.choose(run, [3], True)
    apply(run)
    assert list(Organisation.objects.values_list("name", flat=True)) == ["B"]
    assert states(run) == {2: "new", 3: "applied"}


def test_rows_changed_since_the_check_are_refused_and_shown(me):
    one, two = f.OrganisationFactory(name="Eins"), f.OrganisationFactory(name="Zwei")
    text = f"LEG-CRM-Nr.;Firma;Ort\n{one.pk};Eins;Gera\n{two.pk};Zwei;Gera\n"
    run = checked(me, ORGANISATIONS, text)
    one.street = "Neue Straße 1"
    one.save()
    apply(run)
    assert run.state == State.APPLIED
    assert states(run) == {2: "refused", 3: "applied"}
    assert "Eins" in problems(run, 2)[0]
    one.refresh_from_db()
    assert (one.city, one.street) == ("Taschkent", "Neue Straße 1")


def test_a_twin_entered_since_the_check_refuses_the_row(me):
    run = checked(me, ORGANISATIONS, HEAD + "Neu AG;DE;Unternehmen;\nAndere AG;DE;Unternehmen;\n")
    f.OrganisationFactory(name="NEU  AG", country="DE")
    apply(run)
    assert states(run) == {2: "refused", 3: "applied"}


def test_where_all_rows_were_changed_nothing_is_applied(me):
    one = f.OrganisationFactory(name="Eins")
    run = checked(me, ORGANISATIONS, f"LEG-CRM-Nr.;Firma;Ort\n{one.pk};Eins;Gera\n")
    one.street = "Neue Straße 1"
    one.save()
    apply(run)
    assert run.state == State.CHECKED and run.problem
    assert states(run) == {2: "change"}


def test_applying_twice_is_impossible(me):
    run = checked(me, ORGANISATIONS, HEAD + "A;DE;Unternehmen;\n")
    apply(run)
    again = type(run).objects.get(pk=run.pk)
    importing.apply(again, nothing)
    assert again.state == State.APPLIED
    assert Organisation.objects.count() == 1


def test_an_error_while_writing_leaves_nothing(me, monkeypatch):
    run = checked(me, ORGANISATIONS, HEAD + "A;DE;Unternehmen;\nB;DE;Unternehmen;\n")
    monkeypatch.setattr(
        applying.Writer, "_change", lambda *args: (_ for _ in ()).throw(ValidationError("Ups"))
    )
    apply(run)
    assert run.state == State.CHECKED
    assert "Ups" in run.problem
    assert not Organisation.objects.exists()
    assert states(run) == {2: "new", 3: "new"}


# --- Undo ------------------------------------------------------------------------------------


def test_undo_puts_everything_back_with_history(me):
    known = f.OrganisationFactory(name="Alt", country="DE", city="Jena", phone="+493615603450")
    OrganisationIdentifier.objects.create(organisation=known, scheme="register", value="HRB 1")
    run = checked(
        me,
        ORGANISATIONS,
        "LEG-CRM-Nr.;Firma;Land;Art;Ort;Telefon;Handelsregister;Branchen\n"
        f"{known.pk};Alt;;;Gera;0361 5603451;HRB 2;textiles\n"
        ";Neu;DE;Unternehmen;;;HRB 3;textiles\n",
    )
    apply(run)
    known.refresh_from_db()
    assert (known.city, known.identifiers.get().value) == ("Gera", "HRB 2")
    assert importing.can_undo(run) == []
    undo(run)
    assert run.state == State.UNDONE, run.problem
    known.refresh_from_db()
    assert (known.city, str(known.phone)) == ("Jena", "+49 361 5603450")
    assert known.identifiers.get().value == "HRB 1"
    assert not known.sector_links.exists()
    assert "hrb 1" in known.search_text and "hrb 2" not in known.search_text
    assert not Organisation.objects.filter(name="Neu").exists()
    assert "Import" in known.history.first().history_change_reason
    assert Organisation.history.filter(name="Neu", history_type="-").count() == 1


@pytest.mark.parametrize("touch", ["change", "part", "refer", "delete"])
def test_undo_is_refused_where_somebody_touched_a_row(me, touch):
    known = f.OrganisationFactory(name="Alt", country="DE", city="Jena")
    run = checked(
        me,
        ORGANISATIONS,
        f"LEG-CRM-Nr.;Firma;Land;Art;Ort\n{known.pk};Alt;;;Gera\n;Neu;DE;Unternehmen;Jena\n",
    )
    apply(run)
    new = Organisation.objects.get(name="Neu")
    match touch:
        case "change":
            new.street = "Weg 1"
            new.save()
        case "part":
            new.names.create(text="Нео")
        case "refer":
            f.PersonFactory().affiliations.create(organisation=new)
        case "delete":
            new.delete()
    if touch != "refer":
        assert importing.can_undo(run)
    undo(run)
    assert run.state == State.APPLIED
    assert run.problem
    known.refresh_from_db()
    assert known.city == "Gera", "all or nothing"


# --- People ----------------------------------------------------------------------------------


def test_a_contact_book_brings_people_and_their_organisations(me):
    textil = f.OrganisationFactory(name="Textil AG", country="DE", home=True)
    run = checked(
        me,
        PEOPLE,
        "Anrede;Name;Vorname;Firma;Position;Handy;Land\n"
        "Herrn Dr.;Müller;Jörg;Textil AG;Einkauf;0171 3920012;Deutschland\n"
        "Fr.;Beispiel;Aigul;Neue Fabrik LLP;Direktorin;8 701 000 12 34;Kasachstan\n"
        "Frau;Nochwer;Anna;Neue Fabrik LLP;;;KZ\n",
        constants={"organisation_kind": "Unternehmen"},
    )
    assert states(run) == {2: "new", 3: "new", 4: "new"}, [problems(run, n) for n in (2, 3, 4)]
    apply(run)
    assert run.state == State.APPLIED, run.problem
    müller = Person.objects.get(last_name="Müller")
    assert (müller.salutation, müller.academic_title) == ("herr", "Dr.")
    assert str(müller.mobile) == "+49 171 3920012"
    affiliation = müller.affiliations.get()
    assert (affiliation.organisation, affiliation.role) == (textil, "Einkauf")
    assert affiliation.is_primary
    assert fold("Textil") in Person.objects.get(pk=müller.pk).search_text
    fabrik = Organisation.objects.get(name="Neue Fabrik LLP")
    assert fabrik.country.code == "KZ"
    assert fabrik.affiliations.count() == 2
    assert str(Person.objects.get(last_name="Beispiel").mobile) == "+7 701 000 1234"


def test_a_known_person_gets_a_second_affiliation(me):
    affiliation = f.AffiliationFactory(role="Leiterin")
    other = f.OrganisationFactory(name="Zweite GmbH", country="DE")
    run = checked(
        me,
        PEOPLE,
        "LEG-CRM-Nr.;Nachname;Firma;Funktion\n"
        f"{affiliation.person.pk};{affiliation.person.last_name};Zweite GmbH;Beirat\n",
    )
    assert states(run) == {2: "change"}, problems(run, 2)
    apply(run)
    second = Affiliation.objects.get(organisation=other)
    assert (second.role, second.is_primary) == ("Beirat", False)
    undo(run)
    assert run.state == State.UNDONE, run.problem
    assert list(affiliation.person.affiliations.all()) == [affiliation]


def test_a_person_may_be_known_by_mail_or_name(me):
    known = f.PersonFactory(first_name="Jörg", last_name="Müller", email="j.m@firma.example")
    run = checked(
        me,
        PEOPLE,
        "Name;Vorname;Email\nMueller;Joerg;\nAnders;A.;J.M@firma.example\nMüller;Eva;\n",
    )
    assert states(run) == {2: "duplicate", 3: "duplicate", 4: "new"}
    for number in (2, 3):
        [candidate] = run.rows.get(number=number).plans[0]["candidates"]
        assert candidate["key"] == known.pk


def test_an_organisation_that_is_not_known_needs_its_country(me):
    run = checked(me, PEOPLE, "Name;Firma\nMüller;Unbekannt KG\n")
    assert states(run) == {2: "error"}
    told = {p["label"]: p["message"] for p in run.rows.get().problems}
    assert told.keys() == {"Organisation: Land", "Organisation: Art"}
    assert all("Unbekannt KG" in message for message in told.values())


# --- What did not go in ----------------------------------------------------------------------


def test_the_rest_comes_back_as_a_workbook_that_can_be_uploaded(me, tmp_path):
    run = checked(me, ORGANISATIONS, HEAD + "A;Atlantis;Unternehmen;\nB;DE;Unternehmen;\n")
    path = tmp_path / "rest.xlsx"
    assert importing.remarks(run, [ImportRow.State.ERROR], path) == 1
    with path.open("rb") as file:
        again = importing.begin(me, ORGANISATIONS, file, "rest.xlsx")
    look = importing.look(again)
    assert [h.column for h in look.headings] == ["name", "country", "kind", "city", ""]
    assert "Atlantis" in look.headings[4].examples[0]
