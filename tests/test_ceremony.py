"""A signing ceremony: several agreements signed together, all or none, however often it is sent."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse

from missions.ceremony import CantSign, NewAgreement, Side, sign_together
from missions.models import Agreement, Cooperation
from tests.factories import (
    AgreementFactory,
    AppointmentFactory,
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    PersonFactory,
    StopFactory,
)
from tests.pdf_files import pdf

pytestmark = pytest.mark.django_db

DAY = date(2023, 4, 27)
# On that day in Astana and Tashkent; in Thuringia it is still the day before.
HOUR = {
    "starts_at": datetime(2023, 4, 26, 20, tzinfo=UTC),
    "ends_at": datetime(2023, 4, 26, 21, tzinfo=UTC),
}
ADDRESS = reverse("admin:missions_agreement_ceremony")
ENGLISH = {"headers": {"accept-language": "en"}}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def mission():
    return MissionFactory()


@pytest.fixture
def titk():
    return OrganisationFactory(name="Institut für Textilforschung", short_name="TITK", home=True)


@pytest.fixture
def uztextilprom():
    return OrganisationFactory(name="UzTextilprom", kind="association")


def waiting(mission, status="agreed", **fields):
    """Return an agreement that waits for its signature, with a party on each side."""
    agreement = AgreementFactory(mission=mission, **fields)
    agreement.parties.create(side="home", organisation=OrganisationFactory(home=True))
    agreement.parties.create(side="foreign", organisation=OrganisationFactory())
    agreement.status = status
    agreement.save()
    return agreement


def new(home, foreign, **values):
    return NewAgreement(Side(home), Side(foreign), **{"field": "research"} | values)


def sign(mission, user, *rows, existing=(), day=DAY, **place):
    known = [(agreement.pk, agreement.version) for agreement in existing]
    return sign_together(mission, user, day=day, existing=known, new=rows, **place)


def test_planned_agreed_and_new_ones_are_signed_together(mission, editor, titk, uztextilprom):
    stop = StopFactory(mission=mission, city="Taschkent")
    ceremony = AppointmentFactory(mission=mission, stop=stop, kind="signing", **HOUR)
    planned = waiting(mission, "planned")
    agreed = waiting(mission, agreed_on=date(2023, 4, 24))
    other = waiting(mission)
    signatory = PersonFactory()
    row = NewAgreement(
        Side(titk, signatory, "Director"), Side(uztextilprom), field="research", subjects="Yarn"
    )
    signed = sign(mission, editor, row, existing=[planned, agreed], appointment=ceremony)
    assert len(signed) == 3
    for agreement in signed:
        agreement.refresh_from_db()
        assert (agreement.status, agreement.signed_on) == ("signed", DAY)
        assert (agreement.signed_appointment, agreement.signed_stop) == (ceremony, stop)
        assert agreement.mission == mission and not agreement.signed_after_mission
    agreed.refresh_from_db()
    assert agreed.agreed_on == date(2023, 4, 24)
    made = signed[-1]
    assert made.title.endswith("TITK – UzTextilprom")
    home, foreign = made.parties.order_by("-side")
    assert (home.organisation, home.signatory, home.role) == (titk, signatory, "Director")
    assert (foreign.organisation, foreign.signatory) == (uztextilprom, None)
    other.refresh_from_db()
    assert other.status == "agreed"


def test_sent_twice_it_is_there_once(mission, editor, titk, uztextilprom):
    agreed = waiting(mission)
    row = new(titk, uztextilprom)
    first = sign(mission, editor, row, existing=[agreed])
    count, version = Agreement.objects.count(), Agreement.objects.get(pk=agreed.pk).version
    again = sign(mission, editor, row, existing=[agreed])
    assert again == first
    assert Agreement.objects.count() == count
    assert Agreement.objects.get(pk=agreed.pk).version == version
    assert Cooperation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_the_same_moment_it_is_there_once(editor, titk, uztextilprom):
    mission, row = MissionFactory(), new(titk, uztextilprom)
    agreed = waiting(mission)
    barrier, signed, problems = threading.Barrier(2), [], []

    def press():
        try:
            barrier.wait(timeout=20)
            signed.append([one.pk for one in sign(mission, editor, row, existing=[agreed])])
        except Exception as error:  # a thread's error must fail the test, not vanish
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _press in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not problems, problems
    assert signed[0] == signed[1]
    assert Agreement.objects.count() == 2 and Cooperation.objects.count() == 1


def test_what_a_colleague_entered_is_not_entered_again(
    mission, editor, project_manager, titk, uztextilprom
):
    sign(mission, editor, new(titk, uztextilprom))
    with pytest.raises(CantSign) as refused:
        sign(mission, project_manager, new(titk, uztextilprom))
    assert set(refused.value.errors) == {("new", 0)}
    assert str(editor) in str(refused.value.errors)


def test_all_or_nothing_and_each_error_at_its_row(mission, editor, titk, uztextilprom, media):
    agreed, late = waiting(mission), waiting(mission)
    later = waiting(mission, agreed_on=date(2023, 4, 28))
    stale = (late.pk, late.version)
    late.title = "Renamed"
    late.save()
    rows = [
        new(titk, uztextilprom, document=ContentFile(pdf(), name="a.pdf")),
        new(titk, titk),
        new(titk, uztextilprom),
        new(titk, OrganisationFactory(), document=ContentFile(b"<html>", name="a.pdf")),
        new(OrganisationFactory(), OrganisationFactory()),
        new(titk, OrganisationFactory(), title="x" * 251),
    ]
    known = [(agreed.pk, agreed.version), stale, (later.pk, later.version), (0, 1)]
    with pytest.raises(CantSign) as refused:
        sign_together(mission, editor, day=DAY, existing=known, new=rows)
    errors = refused.value.errors
    assert {key: set(fields) for key, fields in errors.items()} == {
        ("existing", late.pk): {""},
        ("existing", later.pk): {""},
        ("existing", 0): {""},
        ("new", 1): {"foreign_organisation"},
        ("new", 2): {"title"},
        ("new", 3): {"document"},
        ("new", 4): {"with_cooperation"},
        ("new", 5): {"title"},
    }
    agreed.refresh_from_db()
    assert agreed.status == "agreed"
    assert Agreement.objects.count() == 3 and not Cooperation.objects.exists()
    assert not list(media.rglob("*.pdf"))


def test_what_fails_while_saving_leaves_no_file(
    mission, editor, titk, uztextilprom, media, monkeypatch
):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("missions.models.AgreementParty.save", fail)
    with pytest.raises(RuntimeError):
        row = new(titk, uztextilprom, document=ContentFile(pdf(), name="a.pdf"))
        sign(mission, editor, row)
    assert not Agreement.objects.exists() and not Cooperation.objects.exists()
    assert not list(media.rglob("*.pdf"))


@pytest.mark.parametrize("day", [date(2023, 4, 22), date(2099, 1, 1)])
def test_a_day_before_the_mission_or_still_to_come_is_refused(mission, editor, day):
    with pytest.raises(CantSign) as refused:
        sign(mission, editor, existing=[waiting(mission)], day=day)
    assert set(refused.value.errors) == {None} and set(refused.value.errors[None]) == {"day"}


def test_a_day_on_which_nobody_was_there_is_refused(mission, editor):
    stop = StopFactory(mission=mission, arrives_on=DAY, leaves_on=DAY)
    ceremony = AppointmentFactory(mission=mission, stop=stop, kind="signing", **HOUR)
    for place in ({"stop": stop}, {"appointment": ceremony}):
        with pytest.raises(CantSign) as refused:
            sign(mission, editor, existing=[waiting(mission)], day=date(2023, 4, 28), **place)
        assert set(refused.value.errors[None]) == {"place"}


def test_nothing_chosen_is_refused(mission, editor):
    with pytest.raises(CantSign):
        sign(mission, editor)


def test_signed_after_the_return(mission, editor):
    agreed = waiting(mission)
    sign(mission, editor, existing=[agreed], day=date(2023, 5, 9))
    agreed.refresh_from_db()
    assert agreed.signed_after_mission


# --- The cooperation of the two -------------------------------------------------------------


def test_the_cooperation_is_entered_on_request(mission, editor, titk, uztextilprom):
    made, alone = sign(
        mission,
        editor,
        new(titk, uztextilprom),
        new(titk, OrganisationFactory(), with_cooperation=False),
    )
    pair = made.cooperation
    assert (pair.home, pair.partner, pair.field) == (titk, uztextilprom, "research")
    assert (pair.stage, pair.stage_since, pair.origin_mission) == ("agreed", DAY, mission)
    assert pair.owner == editor
    assert alone.cooperation is None


def test_two_new_agreements_of_a_pair_share_their_cooperation(mission, editor, titk, uztextilprom):
    rows = [new(titk, uztextilprom), new(titk, uztextilprom, title="Exchange", field="university")]
    first, second = sign(mission, editor, *rows)
    assert first.cooperation == second.cooperation


@pytest.mark.parametrize(
    ("stage", "after"),
    [("identified", "agreed"), ("talks", "agreed"), ("active", "active"), ("dormant", "dormant")],
)
def test_a_cooperation_is_brought_on_and_never_back(
    mission, editor, titk, uztextilprom, stage, after
):
    pair = CooperationFactory(home=titk, partner=uztextilprom, stage=stage, stage_since=DAY)
    (made,) = sign(mission, editor, new(titk, uztextilprom))
    pair.refresh_from_db()
    assert made.cooperation == pair
    assert (pair.stage, pair.stage_since) == (after, DAY)
    assert pair.stages.count() == (1 if stage == after else 2)


def test_of_several_the_one_of_the_same_field_is_meant(mission, editor, titk, uztextilprom):
    yarn, school = (
        CooperationFactory(home=titk, partner=uztextilprom, subject=field, field=field)
        for field in ("research", "education")
    )
    rows = [
        new(titk, uztextilprom),
        new(titk, uztextilprom, title="B", field="education"),
        new(titk, uztextilprom, title="C", field="university"),
    ]
    signed = sign(mission, editor, *rows)
    assert [agreement.cooperation for agreement in signed] == [yarn, school, None]
    assert Cooperation.objects.count() == 2


def test_one_that_was_waiting_brings_its_cooperation_on(mission, editor):
    agreed = waiting(mission)
    home, foreign = (agreed.parties.get(side=side).organisation for side in ("home", "foreign"))
    pair = CooperationFactory(home=home, partner=foreign, stage="introduced")
    sign(mission, editor, existing=[agreed])
    agreed.refresh_from_db()
    assert agreed.cooperation == pair
    assert agreed.cooperation.stage == "agreed"


# --- The page -------------------------------------------------------------------------------


def sent(day, *rows, existing=()):
    """Return what a browser sends: ``rows`` are dicts of the fields of new agreements."""
    data = {"place": "", "day": day.isoformat()}
    data |= {"new-TOTAL_FORMS": len(rows), "new-INITIAL_FORMS": 0}
    data["existing"] = [f"{one.pk}:{one.version}" for one in existing]
    for number, row in enumerate(rows):
        row = {"kind": "cooperation_agreement", "with_cooperation": "on"} | row
        data |= {f"new-{number}-{name}": value for name, value in row.items()}
    return data


def test_the_page_signs_and_shows_what_was_signed(client_for, editor, mission, titk, uztextilprom):
    agreed = waiting(mission)
    client = client_for(editor)
    url = f"{ADDRESS}?mission={mission.pk}"
    assert url in client.get(mission.get_absolute_url()).content.decode()
    assert agreed.title in client.get(url).content.decode()
    row = {
        "home_organisation": titk.pk,
        "foreign_organisation": uztextilprom.pk,
        "field": "research",
        "document": SimpleUploadedFile("a.pdf", pdf()),
    }
    data = sent(DAY, row, {}, existing=[agreed])
    response = client.post(url, data, follow=True, **ENGLISH)
    assert response.redirect_chain, response.context["form"].errors
    made = Agreement.objects.exclude(pk=agreed.pk).get()
    assert made.title == "Cooperation TITK – UzTextilprom" and made.document
    assert made.created_by == editor
    page = response.content.decode()
    assert made.get_absolute_url() in page and agreed.get_absolute_url() in page
    # Signed already, they no longer wait.
    assert f'value="{agreed.pk}:' not in client.get(url).content.decode()


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(
    client_for, editor, mission, titk, uztextilprom
):
    agreed, stale = waiting(mission), waiting(mission)
    data = sent(
        DAY,
        {"home_organisation": titk.pk, "foreign_organisation": titk.pk, "field": "research"},
        {"home_organisation": titk.pk, "document": SimpleUploadedFile("a.pdf", b"<html>")},
        {"home_organisation": titk.pk, "DELETE": "on"},
        existing=[agreed, stale],
    )
    stale.title = "Renamed"
    stale.save()
    client = client_for(editor)
    url = f"{ADDRESS}?mission={mission.pk}"
    response = client.post(url, data, **ENGLISH)
    assert response.status_code == 400
    first, second, third, *_extra = response.context["rows"].forms
    assert set(second.errors) == {"foreign_organisation", "field", "document"}
    assert not third.errors
    data |= {"new-1-DELETE": "on"}
    response = client.post(url, data, **ENGLISH)
    first = response.context["rows"].forms[0]
    assert set(first.errors) == {"foreign_organisation"}
    waits = {row["agreement"].pk: row for row in response.context["waiting"]}
    assert waits[agreed.pk]["ticked"] and not waits[agreed.pk]["errors"]
    assert not waits[stale.pk]["ticked"] and waits[stale.pk]["errors"]
    assert not Agreement.objects.filter(status="signed").exists()


def test_the_day_is_that_of_the_only_ceremony(client_for, editor, mission):
    stop = StopFactory(mission=mission, city="Taschkent", timezone="Asia/Tashkent")
    ceremony = AppointmentFactory(
        mission=mission,
        stop=stop,
        kind="signing",
        **HOUR,
    )
    form = client_for(editor).get(f"{ADDRESS}?mission={mission.pk}").context["form"]
    assert form.initial == {"place": f"appointment-{ceremony.pk}", "day": DAY}


def test_a_place_of_another_mission_is_refused(client_for, editor, mission):
    elsewhere = StopFactory()
    data = sent(DAY, existing=[waiting(mission)]) | {"place": f"stop-{elsewhere.pk}"}
    response = client_for(editor).post(f"{ADDRESS}?mission={mission.pk}", data)
    assert "place" in response.context["form"].errors


def test_only_those_sign_who_may_enter_agreements(client_for, reader, outsider, client, mission):
    url = f"{ADDRESS}?mission={mission.pk}"
    for user in (reader, outsider):
        assert client_for(user).get(url).status_code == 403
        assert client_for(user).post(url, {}).status_code == 403
    assert url not in client_for(reader).get(mission.get_absolute_url()).content.decode()
    assert client.get(url).status_code == 302


def test_without_a_mission_there_is_no_ceremony(client_for, editor, mission):
    client = client_for(editor)
    for query in ("", "?mission=0", "?mission=x", "?mission=99999999999999999999"):
        assert client.get(ADDRESS + query).status_code == 404
    mission.archive("double")
    assert client.get(f"{ADDRESS}?mission={mission.pk}").status_code == 404


def test_no_more_queries_for_more_agreements(
    client_for, editor, mission, django_assert_max_num_queries
):
    for number in range(12):
        waiting(mission, title=f"Agreement {number}")
    client = client_for(editor)
    client.get(ADDRESS)
    with django_assert_max_num_queries(14):
        client.get(f"{ADDRESS}?mission={mission.pk}")
