"""No project skips a gate: not in a form, on the board, in a file, in the shell, nor by SQL."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legcrm.core import bulk
from legcrm.core.validation import errors_of
from missions import boards
from missions.models import Project

from . import imports
from .browser import assert_accessible
from .factories import ProjectFactory, SectorFactory, UserFactory
from .html_forms import change_form, read_form

DAY = date(2026, 5, 1)
# What each stage asks for in addition to those before it.
NEEDED = {
    "idea": set(),
    "qualified": {"country", "sector"},
    "negotiation": {"next_step", "value_forecast_eur"},
    "implementation": {"starts_on"},
    "completed": {"ends_on", "confirmed_on", "confirmed_by", "confirmed_evidence"},
}
STAGES = list(NEEDED)
GATES = [(name, stage) for stage, names in NEEDED.items() for name in sorted(names)]
FILLED = {
    "country": "UZ",
    "next_step": "Angebot",
    "value_forecast_eur": 1000,
    "starts_on": DAY,
    "ends_on": DAY,
    "confirmed_on": DAY,
    "confirmed_by": "Geschäftsführung",
    "confirmed_evidence": "Schreiben",
}
EMPTY = {name: "" if isinstance(value, str) else None for name, value in FILLED.items()}
ENGLISH = {"accept-language": "en"}

pytestmark = pytest.mark.django_db


def needed_for(stage):
    return set().union(*(NEEDED[one] for one in STAGES[: STAGES.index(stage) + 1]))


@pytest.fixture
def lacking():
    """``lacking(name, stage)``: a project just before ``stage`` with all it needs but ``name``."""

    def make(name, stage):
        values = FILLED | {"sector": SectorFactory()} | {name: EMPTY.get(name)}
        return ProjectFactory(stage=STAGES[STAGES.index(stage) - 1], **values)

    return make


def is_still_before(project, stage):
    return Project.objects.get(pk=project.pk).stage == STAGES[STAGES.index(stage) - 1]


# --- The table, and what the database takes -------------------------------------------------


def test_the_gates_stand_in_one_table():
    bare = Project(title="Idee")
    for stage in STAGES:
        assert {field.name for field in bare.missing_for(stage)} == needed_for(stage)
    told = {str(stage): {field.name for field, _filled in gate} for stage, gate in bare.gates()}
    assert told == NEEDED
    stopped = {field.name for field in bare.missing_for("dropped")}
    assert stopped == {"drop_reason", "look_again_on"}


def test_the_database_takes_what_the_table_allows_and_nothing_else():
    sector = SectorFactory()
    project = ProjectFactory()
    rows = Project._base_manager.filter(pk=project.pk)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(STAGES), st.sets(st.sampled_from([*FILLED, "sector"])))
    def holds(stage, filled):
        values = {name: FILLED[name] if name in filled else EMPTY[name] for name in FILLED}
        values |= {"stage": stage, "sector": sector if "sector" in filled else None}
        missing = needed_for(stage) - filled
        refused = pytest.raises(IntegrityError) if missing else nullcontext()
        with refused, transaction.atomic():
            rows.update(**values)
        # The model says the same beforehand.
        told = Project(title="Idee", owner=project.owner, **values)
        assert {field.name for field in told.missing_for(stage)} == missing
        assert bool(errors_of(told)) == bool(missing)

    holds()


# --- Each way in ----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "stage"), GATES)
def test_the_form_refuses_and_says_what_is_needed_from_which_stage_on(
    client_for, editor, lacking, name, stage
):
    project = lacking(name, stage)
    client = client_for(editor)
    url, data = change_form(client, project)
    response = client.post(url, data | {"stage": stage}, headers=ENGLISH)
    (message,) = response.context["adminform"].form.errors[name]
    assert message.startswith(f"From the stage “{stage}” on the project needs ")
    assert is_still_before(project, stage)
    # What is not saved does not stand in the summary.
    assert response.context["panel"]["project"].stage == project.stage


def _save(project, stage):
    project.stage = stage
    project.save()


def _bulk(project, stage):
    project = Project.objects.get(pk=project.pk)
    project.stage = stage
    bulk.update_all([project])


def _new_in_bulk(project, stage):
    project.pk, project._state.adding = None, True
    project.stage = stage
    bulk.create_all([project])


def _queryset(project, stage):
    Project._base_manager.filter(pk=project.pk).update(stage=stage)


def _sql(project, stage):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE missions_project SET stage = %s WHERE id = %s", [stage, project.pk])


@pytest.mark.parametrize("way", [_save, _bulk, _new_in_bulk, _queryset, _sql])
def test_shell_bulk_and_sql_are_refused_by_the_database(lacking, way):
    for name, stage in GATES:
        project = lacking(name, stage)
        key, count = project.pk, Project.objects.count()
        with (
            pytest.raises(IntegrityError, match=f"missions_project_needs_{name}"),
            transaction.atomic(),
        ):
            way(project, stage)
        project.pk = key
        assert is_still_before(project, stage)
        assert Project.objects.count() == count


def test_the_board_names_all_that_a_stage_still_needs(editor):
    project = ProjectFactory(stage="idea", country="UZ")
    for stage in STAGES[1:]:
        with pytest.raises(boards.CantMove) as refused:
            boards.move(project, stage, editor, version=project.version)
        missing = {field.name for field in refused.value.missing}
        assert missing == needed_for(stage) - {"country"}
        assert Project.objects.get(pk=project.pk).stage == "idea"


def test_a_row_of_a_file_is_refused_with_field_and_stage(project_manager):
    owner = UserFactory(username="ada")
    known = ProjectFactory(title="Brücke", stage="idea", owner=owner)
    lines = (
        "Nr.;Titel;Phase;Land;Zuständigkeit\n"
        f"{known.pk};Brücke;qualifiziert;Usbekistan;ada\n"
        ";Kläranlage;qualifiziert;;ada\n"
    )
    with translation.override("en"):
        run = imports.checked(
            project_manager,
            "missions.project",
            lines,
            columns={0: "id", 1: "title", 2: "stage", 3: "country", 4: "owner"},
        )
        needs = "From the stage “qualified” on the project needs "
        assert imports.problems(run, 2) == [f"{needs}a sector."]
        assert set(imports.problems(run, 3)) == {f"{needs}a sector.", f"{needs}a country."}
    assert set(imports.states(run).values()) == {"error"}
    known.refresh_from_db()
    assert known.stage == "idea" and Project.objects.count() == 1


# --- On hold and dropped --------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["on_hold", "dropped"])
def test_whoever_stops_a_project_says_why_and_when_to_look_again(client_for, editor, stage):
    project = ProjectFactory(stage="idea")
    client = client_for(editor)
    url, data = change_form(client, project)
    data |= {"stage": stage}
    response = client.post(url, data)
    assert set(response.context["adminform"].form.errors) == {"drop_reason", "look_again_on"}
    data |= {"drop_reason": "Kein Geld", "look_again_on": "01.03.2027"}
    assert client.post(url, data).status_code == 302
    panel = client.get(url).context["panel"]
    assert panel["is_stopped"]
    assert [place for _step, place in panel["road"]] == ["stopped", *["ahead"] * 4]
    # It goes on: the reason was that of the stop.
    url, data = change_form(client, project)
    assert client.post(url, data | {"stage": "idea"}).status_code == 302
    project.refresh_from_db()
    assert (project.stage, project.drop_reason, project.look_again_on) == ("idea", "", None)


def test_what_is_to_be_looked_at_again_is_found(client_for, editor):
    today = timezone.localdate()
    stop = {"stage": "on_hold", "drop_reason": "Kein Geld"}
    due = ProjectFactory(**stop, look_again_on=today)
    later = ProjectFactory(**stop, look_again_on=today + timedelta(days=1))
    ProjectFactory(look_again_on=today)  # goes on again
    client = client_for(editor)

    def listed(value):
        url = reverse("admin:missions_project_changelist")
        return set(client.get(url, {"look_again": value}).context["cl"].queryset)

    assert listed("due") == {due}
    assert listed("all") == {due, later}


def test_a_reader_is_not_told_why_a_project_stopped(client_for, reader):
    project = ProjectFactory(stage="dropped", drop_reason="canary", look_again_on=DAY)
    response = client_for(reader).get(project.get_absolute_url())
    assert response.status_code == 200
    assert b"canary" not in response.content
    assert reverse("admin:missions_project_confirm", args=[project.pk]).encode() not in (
        response.content
    )


# --- Confirmed figures ----------------------------------------------------------------------


def confirm(client, project, **fields):
    url = reverse("admin:missions_project_confirm", args=[project.pk])
    data = read_form(client.get(url, headers=ENGLISH), "confirmation_form")
    data |= {"confirmed_by": "Geschäftsführung", "confirmed_evidence": "Schreiben", **fields}
    return client.post(url, data, headers=ENGLISH)


def test_confirming_saves_the_confirmed_figures_and_nothing_else(client_for, editor):
    project = ProjectFactory(value_forecast_eur=500, next_step="Angebot")
    client = client_for(editor)
    assert confirm(client, project, value_confirmed_eur="300").status_code == 302
    saved = Project.objects.get(pk=project.pk)
    assert (saved.value_confirmed_eur, saved.value_forecast_eur) == (300, 500)
    assert saved.confirmed_on == timezone.localdate()
    assert saved.next_step == "Angebot"
    entry = project.history.latest()
    assert (entry.history_user, entry.value_confirmed_eur) == (editor, 300)
    assert project.history.count() == 2


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        ("confirmed_on", {"confirmed_on": ""}),
        ("confirmed_by", {"confirmed_by": ""}),
        ("confirmed_evidence", {"confirmed_evidence": ""}),
        ("__all__", {"value_confirmed_eur": "", "jobs_confirmed": ""}),
    ],
)
def test_figures_are_not_confirmed_without_day_person_and_evidence(
    client_for, editor, field, empty
):
    project = ProjectFactory()
    response = confirm(client_for(editor), project, **({"value_confirmed_eur": "3"} | empty))
    assert set(response.context["form"].errors) == {field}
    assert Project.objects.get(pk=project.pk).value_confirmed_eur is None


def test_a_confirmation_does_not_overwrite_what_another_has_saved(client_for, editor):
    project = ProjectFactory()
    client = client_for(editor)
    url = reverse("admin:missions_project_confirm", args=[project.pk])
    data = read_form(client.get(url, headers=ENGLISH), "confirmation_form") | {
        "value_confirmed_eur": "3",
        "confirmed_by": "Ich",
        "confirmed_evidence": "Brief",
    }
    other = Project.objects.get(pk=project.pk)
    other.value_forecast_eur = 700
    other.save()
    refused = client.post(url, data, headers=ENGLISH)
    assert refused.status_code == 200
    assert "meanwhile" in refused.content.decode()
    assert Project.objects.get(pk=project.pk).value_confirmed_eur is None
    # What was typed is kept, beside what is saved now; a second press saves over that.
    again = read_form(refused, "confirmation_form")
    assert again["value_confirmed_eur"] == ["3"]
    assert refused.context["saved"].value_forecast_eur == 700
    assert client.post(url, again, headers=ENGLISH).status_code == 302
    saved = Project.objects.get(pk=project.pk)
    assert (saved.value_forecast_eur, saved.value_confirmed_eur) == (700, 3)


def test_only_whoever_may_change_a_project_confirms_its_figures(client_for, reader, editor):
    project = ProjectFactory()
    url = reverse("admin:missions_project_confirm", args=[project.pk])
    assert client_for(reader).get(url).status_code == 403
    assert client_for(reader).post(url, {"value_confirmed_eur": "3"}).status_code == 403
    project.archive("double")
    assert client_for(editor).get(url).status_code == 403
    missing = reverse("admin:missions_project_confirm", args=[project.pk + 1])
    assert client_for(editor).get(missing).status_code == 404
    assert client_for(editor).post(missing).status_code == 404


# --- The form as it is used -----------------------------------------------------------------


@pytest.mark.browser
def test_from_qualified_to_negotiation_by_the_links_of_the_panel(page, login, editor):
    project = ProjectFactory(stage="qualified", country="UZ", sector=SectorFactory())
    login(page, editor)
    page.goto(project.get_absolute_url())
    assert page.locator("#id_drop_reason").is_hidden()
    assert_accessible(page)
    page.locator("[data-opens-field=value_forecast_eur]").click()
    page.locator("#id_value_forecast_eur:focus").fill("2000000")
    page.locator("[data-opens-field=next_step]").press("Enter")
    page.locator("#id_next_step:focus").fill("Angebot")
    page.locator("#id_stage").select_option("on_hold")
    assert page.locator("#id_drop_reason").is_visible()
    page.locator("#id_stage").select_option("negotiation")
    assert page.locator("#id_drop_reason").is_hidden()
    page.locator("#id_stage").evaluate("field => field.form.requestSubmit()")
    page.wait_for_url(lambda url: "/change/" not in url)
    project.refresh_from_db()
    assert (project.stage, project.value_forecast_eur) == ("negotiation", 2_000_000)
