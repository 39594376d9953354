"""Cooperations, agreements and projects in the admin, and their rules both ways."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from legcrm.core.resources import resource_for
from missions import agreements as agreement_rules
from missions.models import Agreement

from .factories import (
    AgreementFactory,
    CooperationFactory,
    FollowUpFactory,
    InteractionFactory,
    MissionFactory,
    OrganisationFactory,
    ProjectFactory,
    SectorFactory,
    StopFactory,
)
from .html_forms import change_form, read_form
from .pdf_files import pdf

pytestmark = pytest.mark.django_db

PDF = pdf()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def listed(client, name, **parameters):
    response = client.get(reverse(f"admin:missions_{name}_changelist"), parameters)
    assert response.status_code == 200, response.headers.get("Location")
    return set(response.context["cl"].queryset)


def errors(response):
    assert response.status_code == 200, response.status_code
    return response.context["adminform"].form.errors


def add_parties(agreement):
    home = agreement.parties.create(side="home", organisation=OrganisationFactory(home=True))
    foreign = agreement.parties.create(side="foreign", organisation=OrganisationFactory())
    return home, foreign


def party_rows(*rows):
    """Return what a browser sends for new parties: ``(side, organisation or None)`` each."""
    data = {"parties-TOTAL_FORMS": len(rows), "parties-INITIAL_FORMS": 0}
    for number, (side, organisation) in enumerate(rows):
        data[f"parties-{number}-side"] = side
        data[f"parties-{number}-organisation"] = organisation.pk if organisation else ""
        if organisation is None:
            data[f"parties-{number}-unnamed"] = "on"
    return data


# --- Cooperations: the list of pairs --------------------------------------------------------


def test_the_pair_list_shows_stage_last_contact_and_next_step(client_for, editor):
    today = timezone.localdate()
    pair = CooperationFactory(
        home__short_name="TITK", partner__name="UzTextilprom", stage="talks", stage_since=today
    )
    InteractionFactory(organisations=[pair.home, pair.partner])
    FollowUpFactory(
        cooperation=pair, organisation=None, what="Send samples", due_on=today - timedelta(days=1)
    )
    FollowUpFactory(
        cooperation=pair, organisation=None, what="Later step", due_on=today + timedelta(days=9)
    )
    page = client_for(editor).get(reverse("admin:missions_cooperation_changelist"))
    text = page.content.decode()
    assert "TITK – UzTextilprom" in text
    assert "Send samples" in text and "Later step" not in text
    assert text.count(today.strftime("%d.%m.%Y")) >= 2  # stage and last contact


def test_the_pair_list_hides_next_steps_from_a_reader(client_for, reader):
    pair = CooperationFactory()
    FollowUpFactory(cooperation=pair, organisation=None, what="canary-step")
    client = client_for(reader)
    for url in (reverse("admin:missions_cooperation_changelist"), pair.get_absolute_url()):
        assert "canary-step" not in client.get(url).content.decode()


def test_pairs_are_found_from_either_side(client_for, editor):
    mission = MissionFactory()
    pair = CooperationFactory(origin_mission=mission, stage="active", owner=editor)
    other = CooperationFactory(partner__country="KZ")
    client = client_for(editor)
    assert listed(client, "cooperation") == {pair, other}
    assert listed(client, "cooperation", organisation=pair.home_id) == {pair}
    assert listed(client, "cooperation", organisation=pair.partner_id) == {pair}
    assert listed(client, "cooperation", country="KZ") == {other}
    assert listed(client, "cooperation", stage="active") == {pair}
    assert listed(client, "cooperation", owner="me") == {pair}
    assert listed(client, "cooperation", origin_mission__id__exact=mission.pk) == {pair}
    assert listed(client, "cooperation", q=pair.partner.name) == {pair}


def test_the_figures_of_the_panel_equal_the_lists_behind_them(client_for, editor):
    pair = CooperationFactory()
    InteractionFactory.create_batch(3, organisations=[pair.home, pair.partner])
    InteractionFactory(organisations=[pair.home, pair.partner]).archive("double")
    AgreementFactory.create_batch(2, cooperation=pair)
    ProjectFactory(cooperation=pair)
    client = client_for(editor)
    panel = client.get(pair.get_absolute_url()).context["panel"]
    for figure, name, expected in (
        ("contacts", "interaction", 3),
        ("agreement_count", "agreement", 2),
        ("project_count", "project", 1),
    ):
        assert panel[figure] == expected
        assert len(listed(client, name, cooperation__id__exact=pair.pk)) == expected


def test_each_change_of_stage_is_shown_with_its_day(client_for, editor):
    pair = CooperationFactory(stage="introduced", stage_since=date(2023, 4, 27))
    client = client_for(editor)
    url, data = change_form(client, pair)
    assert client.post(url, data | {"stage": "talks"}).status_code == 302
    stages = [(s.stage, s.since) for s in client.get(url).context["panel"]["stages"]]
    assert stages == [("talks", timezone.localdate()), ("introduced", date(2023, 4, 27))]


def test_a_pair_of_two_foreigners_is_refused_at_the_field(client_for, editor):
    client = client_for(editor)
    url = reverse("admin:missions_cooperation_add")
    data = read_form(client.get(url), "cooperation_form")
    data |= {"field": "economic", "stage": "talks"}
    data |= {"home": OrganisationFactory().pk, "partner": OrganisationFactory().pk}
    assert "home" in errors(client.post(url, data))


# --- Agreements: two sides ------------------------------------------------------------------


@pytest.mark.parametrize("status", ["agreed", "signed"])
def test_the_shell_refuses_an_agreement_without_sides(status):
    agreement = AgreementFactory()
    agreement.status, agreement.signed_on_unknown = status, True
    with pytest.raises(ValidationError):
        agreement.save()
    agreement.parties.create(side="home", unnamed=True)
    with pytest.raises(ValidationError):
        agreement.save()
    agreement.parties.create(side="foreign", unnamed=True)
    agreement.save()


def test_the_shell_keeps_the_last_party_of_a_side():
    agreement = AgreementFactory()
    _home, foreign = add_parties(agreement)
    agreement.status = "agreed"
    agreement.save()
    with pytest.raises(ValidationError):
        foreign.delete()
    agreement.parties.create(side="foreign", unnamed=True)
    foreign.delete()


def sign(client, rows):
    url = reverse("admin:missions_agreement_add")
    data = read_form(client.get(url), "agreement_form")
    data |= {"title": "Memorandum", "field": "university", "status": "signed"}
    data |= {"signed_on": "27.04.2023", "_save": "1"} | party_rows(*rows)
    return client.post(url, data)


def test_the_form_asks_for_both_sides(client_for, editor):
    client = client_for(editor)
    home, foreign = OrganisationFactory(home=True), OrganisationFactory()
    response = sign(client, [("home", home)])
    formset = response.context["inline_admin_formsets"][0].formset
    assert formset.non_form_errors().as_data()[0].code == "no_foreign_party"
    assert not Agreement.objects.exists()
    assert sign(client, [("home", home), ("foreign", None)]).status_code == 302
    assert sign(client, [("home", home), ("foreign", foreign)]).status_code == 302


def test_parties_and_status_may_come_in_one_go(client_for, editor):
    agreement = AgreementFactory()
    client = client_for(editor)
    url, data = change_form(client, agreement)
    data |= {"status": "agreed", **party_rows(("home", None), ("foreign", None))}
    assert client.post(url, data).status_code == 302
    agreement.refresh_from_db()
    assert agreement.status == "agreed"


def test_a_party_may_be_replaced_in_the_form(client_for, editor):
    agreement = AgreementFactory()
    _home, foreign = add_parties(agreement)
    agreement.status = "agreed"
    agreement.save()
    client = client_for(editor)
    url, data = change_form(client, agreement)
    index = next(i for i in range(2) if data[f"parties-{i}-id"] == [str(foreign.pk)])
    newcomer = OrganisationFactory()
    data |= {
        f"parties-{index}-DELETE": "on",
        "parties-TOTAL_FORMS": 3,
        "parties-2-side": "foreign",
        "parties-2-organisation": newcomer.pk,
    }
    response = client.post(url, data)
    assert response.status_code == 302
    assert newcomer.pk in agreement.parties.values_list("organisation", flat=True)
    assert agreement.parties.count() == 2


def test_signed_needs_a_date_or_says_that_it_is_unknown(client_for, editor):
    agreement = AgreementFactory()
    add_parties(agreement)
    client = client_for(editor)
    url, data = change_form(client, agreement)
    assert errors(client.post(url, data | {"status": "signed"}))
    assert (
        client.post(url, data | {"status": "signed", "signed_on_unknown": "on"}).status_code == 302
    )


def test_the_panel_tells_agreed_on_the_trip_from_signed_later(client_for, editor):
    agreement = AgreementFactory(
        status="signed",
        agreed_on_mission=True,
        signed_on_unknown=True,
        signed_after_mission=True,
    )
    client = client_for(editor)
    client.cookies["django_language"] = "en"
    text = client.get(agreement.get_absolute_url()).content.decode()
    assert "agreed on the trip, signed later" in text
    assert "during the mission, day not known" in text
    assert "date unknown" in text


def test_agreements_are_found_by_party_country_and_mission(client_for, editor):
    mission = MissionFactory()
    agreement = AgreementFactory(mission=mission)
    home, foreign = add_parties(agreement)
    other = AgreementFactory()
    client = client_for(editor)
    assert listed(client, "agreement") == {agreement, other}
    assert listed(client, "agreement", organisation=foreign.organisation_id) == {agreement}
    assert listed(client, "agreement", organisation=home.organisation_id) == {agreement}
    assert listed(client, "agreement", mission__id__exact=mission.pk) == {agreement}
    assert listed(client, "agreement", country="UZ") == {agreement}
    assert listed(client, "agreement", country="DE") == set()  # the home side does not count


def test_only_stops_of_the_mission_are_offered(client_for, editor):
    stop = StopFactory()
    StopFactory(city="Elsewhere")
    agreement = AgreementFactory(mission=stop.mission)
    form = client_for(editor).get(agreement.get_absolute_url()).context["adminform"].form
    assert list(form.fields["signed_stop"].queryset) == [stop]


# --- Agreements: the document ---------------------------------------------------------------


def upload(client, agreement, content, name="Vertrag geheim.pdf"):
    url, data = change_form(client, agreement)
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    return client.post(url, data | {"document": file})


def test_the_document_is_filed_under_a_random_name(client_for, editor, media):
    agreement = AgreementFactory(title="Kooperation mit Taschkent")
    client = client_for(editor)
    assert upload(client, agreement, PDF).status_code == 302
    agreement.refresh_from_db()
    assert "geheim" not in agreement.document.name
    url = reverse("admin:missions_agreement_document", args=[agreement.pk])
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert url in page and agreement.document.name not in page
    response = client.get(url)
    assert b"".join(response.streaming_content) == PDF
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        response.headers["Content-Disposition"]
        == 'attachment; filename="kooperation-mit-taschkent.pdf"'
    )


def test_what_is_no_pdf_is_refused(client_for, editor):
    agreement = AgreementFactory()
    assert "document" in errors(upload(client_for(editor), agreement, b"<html>"))
    agreement.document = ContentFile(b"MZ", name="x.pdf")
    with pytest.raises(ValidationError):
        agreement.save()


def test_a_large_file_is_refused(client_for, editor, monkeypatch):
    monkeypatch.setattr(agreement_rules, "MAX_DOCUMENT_BYTES", 20)
    response = upload(client_for(editor), AgreementFactory(), PDF + b" " * 20)
    assert "document" in errors(response)


def test_the_document_needs_the_right_to_see_the_agreement(client_for, editor, reader, outsider):
    agreement = AgreementFactory()
    upload(client_for(editor), agreement, PDF)
    url = reverse("admin:missions_agreement_document", args=[agreement.pk])
    assert client_for(reader).get(url).status_code == 200
    assert client_for(outsider).get(url).status_code == 403


def test_no_document_is_not_found(client_for, editor, media):
    agreement = AgreementFactory()
    client = client_for(editor)
    url = reverse("admin:missions_agreement_document", args=[agreement.pk])
    assert client.get(url).status_code == 404
    upload(client, agreement, PDF)
    agreement.refresh_from_db()
    (media / agreement.document.name).unlink()
    assert client.get(url).status_code == 404
    # The form still works without the file.
    form_url, data = change_form(client, agreement)
    assert client.post(form_url, data | {"subjects": "x"}).status_code == 302


# --- Projects -------------------------------------------------------------------------------


def test_the_panel_says_what_the_next_stage_needs(client_for, editor):
    client = client_for(editor)
    project = ProjectFactory(stage="idea", country="UZ")
    panel = client.get(project.get_absolute_url()).context["panel"]
    assert panel["next_stage"] == "qualified"
    assert [field.name for field in panel["missing"]] == ["sector"]


def test_the_form_names_the_fields_that_a_stage_lacks(client_for, editor):
    client = client_for(editor)
    project = ProjectFactory(stage="idea")
    url, data = change_form(client, project)
    found = errors(client.post(url, data | {"stage": "negotiation"}))
    assert set(found) == {"country", "sector", "next_step", "value_forecast_eur"}
    project.refresh_from_db()
    assert project.stage == "idea"
    data |= {
        "stage": "negotiation",
        "country": "UZ",
        "sector": SectorFactory().pk,
        "next_step": "Offer",
        "value_forecast_eur": "1000",
    }
    assert client.post(url, data).status_code == 302


def test_confirmed_figures_need_evidence(client_for, editor):
    client = client_for(editor)
    url, data = change_form(client, ProjectFactory())
    assert "confirmed_on" in errors(client.post(url, data | {"jobs_confirmed": "3"}))


def test_projects_are_found_by_party_country_and_mission(client_for, editor):
    mission = MissionFactory()
    project = ProjectFactory(origin_mission=mission, country="UZ")
    party = project.parties.create(organisation=OrganisationFactory())
    other = ProjectFactory(country="KZ")
    agreement = AgreementFactory()
    third = ProjectFactory(agreement=agreement)
    client = client_for(editor)
    assert listed(client, "project") == {project, other, third}
    assert listed(client, "project", organisation=party.organisation_id) == {project}
    assert listed(client, "project", origin_mission__id__exact=mission.pk) == {project}
    assert listed(client, "project", agreement__id__exact=agreement.pk) == {third}
    assert listed(client, "project", country="KZ") == {other}


def test_the_confirmed_value_stands_beside_the_forecast(client_for, editor):
    project = ProjectFactory(
        value_forecast_eur=4_200_000,
        value_confirmed_eur=3_100_000,
        confirmed_on=date(2026, 1, 5),
        confirmed_by="Company",
        confirmed_evidence="Letter",
    )
    client = client_for(editor)
    for url in (reverse("admin:missions_project_changelist"), project.get_absolute_url()):
        text = client.get(url).content.decode()
        assert "4.200.000" in text and "3.100.000" in text
        assert "7.300.000" not in text


# --- Exports --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["interaction", "followup", "cooperation", "agreement", "project"])
def test_the_export_names_things_and_asks_no_more_for_more_rows(
    client_for, project_manager, django_assert_max_num_queries, name
):
    client = client_for(project_manager)
    url = reverse(f"admin:missions_{name}_export")
    pair = CooperationFactory(partner__name="UzTextilprom")
    for number in range(8):
        InteractionFactory(organisations=[pair.home, pair.partner])
        add_parties(AgreementFactory(cooperation=pair))
        ProjectFactory(cooperation=pair).parties.create(organisation=OrganisationFactory())
        FollowUpFactory(cooperation=pair, organisation=None)
        CooperationFactory(subject=str(number))
    columns = list(resource_for(f"missions.{name}", project_manager).columns())
    with django_assert_max_num_queries(16):
        response = client.post(url, {"columns": columns, "file_format": "csv-plain"})
    text = b"".join(response).decode()
    assert "UzTextilprom" in text, text[:300]
    assert len(text.splitlines()) >= 9
