"""Search texts stay true, whatever way a row is written; and what is out of line is found."""

from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from legcrm.core.bulk import create_all, update_all
from legcrm.core.folding import fold
from legcrm.core.history import DERIVED_FIELDS
from legcrm.core.models import SearchableModel, SearchedPart
from legcrm.core.models.base import naming
from legcrm.core.rebuilding import FIELDS, rebuild, searched_fields, searched_models
from missions import models as m
from partners import models as p
from tests import factories as f

pytestmark = pytest.mark.django_db

SEARCHED = [model for model in searched_models() if issubclass(model, SearchableModel)]


def finds(record, text):
    """Whether ``record`` is found by ``text``, as the database has it."""
    words = fold(text).split()
    held = type(record)._base_manager.get(pk=record.pk).search_text
    return all(f" {word}" in held for word in words)


def all_true():
    return {model.__name__: rebuild(model, write=False)[1] for model in SEARCHED}


@pytest.fixture
def named():
    """An organisation, and all that names it."""
    home = f.OrganisationFactory(name="TITK", is_home=True, country="DE", kind="research_institute")
    partner = f.OrganisationFactory(name="Uztextilprom", country="UZ")
    interaction = f.InteractionFactory(subject="Anruf")
    person = f.PersonFactory()
    f.AffiliationFactory(person=person, organisation=partner)
    m.InteractionOrganisation.objects.create(interaction=interaction, organisation=partner)
    m.InteractionPerson.objects.create(interaction=interaction, person=person)
    agreement = f.AgreementFactory()
    m.AgreementParty.objects.create(agreement=agreement, organisation=partner, side="foreign")
    project = f.ProjectFactory()
    m.ProjectParty.objects.create(project=project, organisation=partner)
    appointment = f.AppointmentFactory()
    m.AppointmentHost.objects.create(appointment=appointment, organisation=partner)
    mission = f.MissionFactory()
    m.MissionCoOrganiser.objects.create(mission=mission, organisation=partner)
    return {
        "home": home,
        "partner": partner,
        "person": person,
        "interaction": interaction,
        "cooperation": f.CooperationFactory(home=home, partner=partner, subject="Fasern"),
        "agreement": agreement,
        "project": project,
        "appointment": appointment,
        "mission": mission,
    }


NAMING = ["person", "interaction", "cooperation", "agreement", "project", "appointment", "mission"]


class TestFormat:
    def test_each_word_stands_between_blanks_the_name_first(self):
        titk = f.OrganisationFactory(name="Textil-Institut", short_name="", city="Rudolstadt")
        assert titk.search_text.startswith(" tekstil institut rudolstadt ")
        assert titk.search_text.endswith(" ") and "  " not in titk.search_text

    def test_without_a_word_it_is_empty(self):
        segment = m.Segment.objects.create(name="北京")
        assert segment.search_text == ""

    def test_a_cooperation_begins_with_what_it_is_called(self, named):
        assert named["cooperation"].search_text.startswith(" titk ustekstilprom fasern ")


class TestRenaming:
    @pytest.mark.parametrize("kind", NAMING)
    @pytest.mark.parametrize("field", ["name", "short_name"])
    def test_what_names_an_organisation_is_found_by_its_new_name(self, named, kind, field):
        partner = named["partner"]
        setattr(partner, field, "Узбекпахтасаноат")
        partner.save()
        assert finds(named[kind], "Oʻzbekpaxtasanoat")
        assert finds(named[kind], "uztextil") == (field == "short_name")
        assert set(all_true().values()) == {0}

    def test_in_bulk_too(self, named):
        named["partner"].name = "Paxtasanoat"
        update_all([named["partner"]])
        assert all(finds(named[kind], "пахтасаноат") for kind in NAMING)
        assert set(all_true().values()) == {0}

    def test_a_contact_is_found_by_the_new_name_of_a_person(self, named):
        person = named["person"]
        person.last_name = "Каримова"
        person.save()
        assert finds(named["interaction"], "karimova")

    def test_an_appointment_and_a_mission_by_the_new_name_of_a_stop(self, named):
        stop = f.StopFactory(mission=named["mission"], city="Chiwa", country="UZ")
        appointment = f.AppointmentFactory(mission=named["mission"], stop=stop)
        stop.city = "Termez"
        stop.save()
        for record in (appointment, named["mission"]):
            assert finds(record, "Термез") and not finds(record, "Хива")

    def test_many_contacts_are_refreshed_by_the_chunk(self, named):
        links = []
        for _number in range(1200):
            links.append(
                m.Interaction(subject="Anruf", occurred_at=timezone.now() - timedelta(days=2))
            )
        create_all(links)
        create_all(
            [
                m.InteractionOrganisation(interaction=one, organisation=named["partner"])
                for one in links
            ]
        )
        partner = named["partner"]
        partner.name = "Paxtasanoat"
        with CaptureQueriesContext(connection) as found:
            partner.save()
        asked = [query["sql"] for query in found if not query["sql"].startswith("UPDATE")]
        assert len(asked) < 50
        assert m.Interaction.objects.filter(search_text__contains=" pahtasanoat").count() == 1201

    def test_a_change_of_anything_else_looks_nothing_up(self, named):
        partner = named["partner"]
        partner.city = "Chiwa"
        with CaptureQueriesContext(connection) as found:
            partner.save()
        tables = {model._meta.db_table for model in SEARCHED} - {"partners_organisation"}
        assert not [query for query in found for table in tables if f'"{table}"' in query["sql"]]


class TestParts:
    def test_added_changed_and_deleted(self, named):
        name = p.OrganisationName.objects.create(
            organisation=named["partner"], text="Ўзтўқимачиликсаноат"
        )
        assert finds(named["partner"], "O‘zto‘qimachiliksanoat")
        name.text = "Туркуаз"
        name.save()
        assert finds(named["partner"], "turkuaz") and not finds(named["partner"], "oztoqimachilik")
        name.delete()
        assert not finds(named["partner"], "turkuaz")

    def test_deleted_many_at_once(self, named):
        create_all(
            [
                p.OrganisationName(organisation=named["partner"], text=text)
                for text in ("Turkuaz", "Paxta")
            ]
        )
        assert finds(named["partner"], "turkuaz paxta")
        p.OrganisationName.objects.filter(text="Paxta").delete()
        assert finds(named["partner"], "turkuaz") and not finds(named["partner"], "paxta")

    @pytest.mark.parametrize("write", [lambda row: row.save(), lambda row: update_all([row])])
    def test_a_part_that_moves_is_found_where_it_went(self, named, write):
        name = p.OrganisationName.objects.create(organisation=named["partner"], text="Turkuaz")
        name = p.OrganisationName.objects.get(pk=name.pk)
        name.organisation = named["home"]
        write(name)
        assert finds(named["home"], "turkuaz") and not finds(named["partner"], "turkuaz")

    def test_a_mission_is_found_by_its_countries_in_both_languages(self):
        mission = f.MissionFactory()
        m.MissionCountry.objects.create(mission=mission, country="UZ")
        f.StopFactory(mission=mission, city="Almaty", country="KZ")
        for name in ("Usbekistan", "Uzbekistan", "Kasachstan", "Kazakhstan"):
            assert finds(mission, name)

    def test_another_partner_of_a_cooperation(self, named):
        cooperation = named["cooperation"]
        cooperation.partner = f.OrganisationFactory(name="Paxtasanoat", country="UZ")
        cooperation.save()
        assert finds(cooperation, "пахтасаноат") and not finds(cooperation, "uztextilprom")


@pytest.mark.parametrize("model", SEARCHED, ids=lambda model: model.__name__)
def test_each_name_that_is_searched_is_watched(model):
    """A relation that nobody watches would leave the text behind."""
    for path in model.search_children:
        relation, _sep, rest = path.partition("__")
        field = model._meta.get_field(relation)
        if field.one_to_many:
            assert issubclass(field.related_model, SearchedPart), path
            assert field.related_model.found_by == field.field.name, path
        else:
            assert field.many_to_one, f"{path}: go by the rows between, they can be watched"
        named, end = field.related_model, rest
        while "__" in end:
            relation, _sep, end = end.partition("__")
            named = named._meta.get_field(relation).related_model
        if field.many_to_one or "__" in rest:
            lookups = {
                f"{lookup}__{name}"
                for searched, lookup, names in naming(named)
                if searched is model
                for name in names
            }
            assert path in lookups


class TestDrift:
    @pytest.fixture
    def drifted(self, named):
        p.Organisation._base_manager.filter(pk=named["home"].pk).update(
            search_text=" alt ", compare_key="alt"
        )
        m.Cooperation._base_manager.update(search_text="")
        return named

    def test_the_check_reports_it(self, drifted):
        found = run_checks(tags=["database"], databases=["default"])
        assert {(one.id, one.obj) for one in found} == {
            ("legcrm.core.W001", p.Organisation),
            ("legcrm.core.W001", m.Cooperation),
        }
        assert all("rebuild_search" in one.hint for one in found)

    def test_the_check_is_silent_where_all_is_true(self, named):
        assert run_checks(tags=["database"], databases=["default"]) == []

    def test_the_command_counts_it(self, drifted, capsys):
        with pytest.raises(SystemExit) as error:
            call_command("rebuild_search", "--check")
        assert error.value.code == 1
        said = capsys.readouterr().out
        assert "partners.Organisation: 1 of 3 rows differ." in said
        assert "missions.Cooperation: 1 of 1 rows differ." in said
        assert p.Organisation.objects.get(pk=drifted["home"].pk).compare_key == "alt"

    def test_the_command_mends_it(self, drifted, capsys):
        before = p.Organisation.objects.get(pk=drifted["home"].pk)
        entries = p.Organisation.history.count()
        call_command("rebuild_search")
        assert "partners.Organisation: 1 of 3 rows brought in line." in capsys.readouterr().out
        home = p.Organisation.objects.get(pk=drifted["home"].pk)
        assert home.compare_key == "titk" and finds(home, "TITK")
        assert finds(drifted["cooperation"], "titk uztextilprom")
        assert (home.version, home.updated_at) == (before.version, before.updated_at)
        assert p.Organisation.history.count() == entries
        call_command("rebuild_search", "--check")

    def test_one_model_alone(self, drifted):
        call_command("rebuild_search", "missions.cooperation")
        assert all_true()["Cooperation"] == 0 and all_true()["Organisation"] == 1
        with pytest.raises(CommandError, match=r"partners\.Person"):
            call_command("rebuild_search", "partners.Sector")

    def test_an_archived_record_is_mended_too(self, drifted):
        with_reason = {"archived_at": timezone.now(), "archived_reason": "doppelt"}
        p.Organisation._base_manager.filter(pk=drifted["home"].pk).update(**with_reason)
        rebuild(p.Organisation)
        assert finds(drifted["home"], "titk")

    def test_a_row_changed_meanwhile_is_left_alone(self, drifted, monkeypatch):
        terms = p.Organisation.search_terms

        def changed_meanwhile(record):
            rows = p.Organisation._base_manager.filter(pk=record.pk)
            rows.update(search_text=" neu ")
            return terms(record)

        monkeypatch.setattr(p.Organisation, "search_terms", changed_meanwhile)
        rebuild(p.Organisation)
        assert set(p.Organisation.objects.values_list("search_text", flat=True)) == {" neu "}

    def test_the_number_of_queries_does_not_grow_with_the_rows(self, django_assert_num_queries):
        create_all(
            [
                p.Organisation(kind="company", name=f"Firma {number}", country="UZ")
                for number in range(600)
            ]
        )
        # Rows, the names and identifiers of each chunk; and one look that finds no more.
        with django_assert_num_queries(4):
            assert rebuild(p.Organisation, write=False) == (600, 0)


def test_each_field_that_is_searched_is_rebuilt():
    assert {name for model in searched_models() for name in searched_fields(model)} == set(FIELDS)
    assert set(FIELDS) <= set(DERIVED_FIELDS)
