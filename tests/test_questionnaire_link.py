"""The secret link: it expires, works once, can't be guessed, and shows nothing of others."""

import re
import threading
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core import signing
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from legcrm.core.models import RateCount
from missions.models import Questionnaire
from missions.questionnaires import SALT, Closed, path_of, receive, token_of
from tests.factories import (
    CooperationFactory,
    MissionFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    QuestionnaireFactory,
)
from tests.html_forms import read_form
from tests.test_questionnaires import answer

pytestmark = pytest.mark.django_db
CANARY = "Kanarienvogel"
ANSWER = {
    "satisfaction": "4",
    "contracts": "",
    "contracts_value_eur": "",
    "jobs": "",
    "remarks": "",
}


@pytest.fixture
def questionnaire():
    """A managing director who was on a trip of which two cooperations came."""
    home = OrganisationFactory(home=True, name="Muster Maschinenbau AG")
    mission = MissionFactory(title_de="Reise nach Posen", title_en="Trip to Posen")
    for partner in ("Przykład Tech", "Wzór Logistyka"):
        CooperationFactory(
            home=home,
            partner=OrganisationFactory(name=partner),
            origin_mission=mission,
            stage="talks",
            notes=CANARY,
        )
    participation = ParticipationFactory(
        mission=mission,
        organisation=home,
        person=PersonFactory(last_name="Direktorin", language="de"),
        status="attended",
    )
    return QuestionnaireFactory(participation=participation)


def cooperations(questionnaire):
    return questionnaire.participation.organisation.home_cooperations.order_by("pk")


def text(response):
    return response.content.decode()


# --- Answering ------------------------------------------------------------------------------


def test_an_answer_is_kept_as_it_was_given(questionnaire, client):
    first, second = cooperations(questionnaire)
    response = client.post(
        path_of(questionnaire),
        {
            "satisfaction": "5",
            "contracts": "2",
            "contracts_value_eur": "1.250.000,50 €",
            "jobs": "3",
            "remarks": "Gern wieder.",
            f"stage-{first.pk}": "agreed",
            f"remark-{first.pk}": "Vertrag liegt vor.",
            f"stage-{second.pk}": "",
            # Nothing of this is asked.
            "status": "confirmed",
            "decided_by": "1",
        },
    )
    assert response.status_code == 200
    questionnaire.refresh_from_db()
    assert questionnaire.status == "answered" and questionnaire.answered_at
    assert questionnaire.decided_by is None
    assert (questionnaire.satisfaction, questionnaire.contracts, questionnaire.jobs) == (5, 2, 3)
    assert questionnaire.contracts_value_eur == Decimal("1250000.50")
    assert questionnaire.remarks == "Gern wieder."
    (row,) = questionnaire.cooperation_answers.all()
    assert (row.cooperation, row.stage, row.remark) == (first, "agreed", "Vertrag liegt vor.")
    first.refresh_from_db()
    assert first.stage == "talks"


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [
        ("de", "1.250", 1250),
        ("en", "1,250", 1250),
        ("de", "12,5", Decimal("12.50")),
        ("en", "12.5", Decimal("12.50")),
        ("de", "1 250 000", 1250000),
    ],
)
def test_an_amount_is_read_as_it_is_written_there(questionnaire, client, language, typed, amount):
    address = f"{path_of(questionnaire)}?lang={language}"
    client.post(address, ANSWER | {"contracts_value_eur": typed})
    questionnaire.refresh_from_db()
    assert questionnaire.contracts_value_eur == amount


@pytest.mark.parametrize(
    "changed",
    [
        {"satisfaction": ""},
        {"satisfaction": "6"},
        {"contracts": "-1"},
        {"contracts": "99999999999"},
        {"jobs": "viele"},
        {"contracts_value_eur": "viel"},
        {"contracts_value_eur": "-5"},
        {"contracts_value_eur": "1" * 20},
        {"remarks": "x" * 4001},
        {"stage": "ended"},
        {"stage": "gibt es nicht"},
        {"remark": "ohne Stand"},
    ],
)
def test_what_can_not_be_is_said_and_kept_on_the_page(questionnaire, client, changed):
    key = cooperations(questionnaire)[0].pk
    changed = {f"{k}-{key}" if k in ("stage", "remark") else k: v for k, v in changed.items()}
    response = client.post(path_of(questionnaire), ANSWER | {"jobs": "7"} | changed)
    assert response.status_code == 200
    form = response.context["form"]
    assert form.errors
    for name in form.errors:
        assert f'id="id_{name}_error"' in text(response)
    questionnaire.refresh_from_db()
    assert questionnaire.status == "sent"


def test_the_page_is_in_the_language_of_its_reader_or_the_one_they_choose(questionnaire, client):
    client.cookies["django_language"] = "en"
    german = client.get(path_of(questionnaire))
    assert '<html lang="de">' in text(german) and "Reise nach Posen" in text(german)
    assert german["Content-Language"] == "de"
    english = client.get(f"{path_of(questionnaire)}?lang=en")
    assert '<html lang="en">' in text(english) and "Trip to Posen" in text(english)
    assert client.get(f"{path_of(questionnaire)}?lang=xx").status_code == 200


# --- Once, and for a time -------------------------------------------------------------------


def test_it_works_once(questionnaire, client):
    client.post(path_of(questionnaire), ANSWER | {"remarks": CANARY})
    for response in (
        client.get(path_of(questionnaire)),
        client.post(path_of(questionnaire), ANSWER | {"satisfaction": "1"}),
    ):
        assert response.status_code == 410
        assert CANARY not in text(response)
    questionnaire.refresh_from_db()
    assert questionnaire.satisfaction == 4


@pytest.mark.parametrize("days", [-1, 0])
def test_it_expires(questionnaire, client, days):
    questionnaire.expires_on = timezone.localdate() + timedelta(days=days)
    questionnaire.save()
    expected = 200 if days == 0 else 410
    assert client.get(path_of(questionnaire)).status_code == expected
    assert client.post(path_of(questionnaire), ANSWER).status_code == expected
    questionnaire.refresh_from_db()
    assert (questionnaire.status == "answered") == (days == 0)


def close(questionnaire, how):
    participation = questionnaire.participation
    match how:
        case "answered":
            receive(questionnaire, answer(remarks=CANARY))
        case "expired":
            questionnaire.expires_on = date(2020, 1, 1)
            questionnaire.save()
        case "archived":
            questionnaire.archive("Doppelt")
        case "participation":
            participation.archive("Doppelt")
        case "mission":
            participation.mission.archive("Doppelt")
        case "anonymised":
            participation.person.anonymised_at = timezone.now()
            participation.person.save()


@pytest.mark.parametrize(
    "how", ["answered", "expired", "archived", "participation", "mission", "anonymised"]
)
def test_a_closed_page_shows_nothing(questionnaire, client, how):
    close(questionnaire, how)
    for response in (
        client.get(path_of(questionnaire)),
        client.post(path_of(questionnaire), ANSWER),
    ):
        assert response.status_code == 410
        for said in ("Posen", "Muster Maschinenbau", "Direktorin", "Przykład", CANARY):
            assert said not in text(response)


@pytest.mark.django_db(transaction=True)
def test_of_several_at_the_same_time_one_answer_counts(questionnaire):
    barrier, outcomes = threading.Barrier(6), []

    def run(number):
        try:
            barrier.wait(timeout=30)
            receive(questionnaire, answer(contracts=number))
            outcomes.append(number)
        except Closed as closed:
            outcomes.append(closed.reason)
        except Exception as error:  # a thread's error must fail the test, not vanish
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert outcomes.count("answered") == 5
    questionnaire.refresh_from_db()
    assert questionnaire.contracts == won
    assert questionnaire.history.filter(status="answered").count() == 1


# --- It can't be guessed --------------------------------------------------------------------


def forged(questionnaire):
    """Yield what somebody might try who has seen a link, or the database."""
    token, nonce = token_of(questionnaire), questionnaire.nonce.hex
    yield nonce
    yield f"{nonce}:"
    yield str(questionnaire.nonce)
    yield str(questionnaire.pk)
    yield token.upper()
    yield token + "x"
    yield f"{uuid4().hex}{token[32:]}"
    yield signing.Signer(salt="another").sign(nonce)
    yield signing.Signer(salt=SALT, key="another").sign(nonce)
    yield signing.Signer(salt=SALT).sign(uuid4().hex)  # well signed, of nothing that there is
    yield from (token[:length] for length in range(1, len(token), 7))
    for place in range(0, len(token), 5):
        yield token[:place] + ("b" if token[place] == "a" else "a") + token[place + 1 :]


def test_no_other_token_opens_it(questionnaire, client):
    pages = set()
    for token in forged(questionnaire):
        RateCount.objects.all().delete()
        address = reverse("questionnaire", args=[token])
        assert client.post(address, ANSWER).status_code == 404, token
        response = client.get(address)
        assert response.status_code == 404, token
        pages.add(text(response))
    # None tells which of them was closer.
    assert len(pages) == 1
    questionnaire.refresh_from_db()
    assert questionnaire.status == "sent"


def test_the_list_of_those_who_were_asked_tells_no_link(questionnaire, client_for, administrator):
    client = client_for(administrator)
    for address in (
        questionnaire.get_absolute_url(),
        reverse("admin:missions_questionnaire_changelist"),
        reverse("admin:missions_questionnaire_history", args=[questionnaire.pk]),
    ):
        assert token_of(questionnaire)[33:] not in text(client.get(address))


def test_who_guesses_is_slowed_down_and_the_office_still_gets_in(questionnaire, client):
    def guess(**extra):
        return client.get(reverse("questionnaire", args=[uuid4().hex]), **extra)

    codes = [guess().status_code for _try in range(22)]
    assert codes == [404] * 20 + [429] * 2
    assert int(guess()["Retry-After"]) == 600
    assert guess(REMOTE_ADDR="198.51.100.8").status_code == 404
    assert client.get(path_of(questionnaire)).status_code == 200
    assert client.post(path_of(questionnaire), ANSWER).status_code == 200
    assert Questionnaire.objects.get().status == "answered"


def test_one_link_takes_ten_tries_an_hour(questionnaire, client):
    wrong = ANSWER | {"satisfaction": ""}
    codes = [client.post(path_of(questionnaire), wrong).status_code for _try in range(11)]
    assert codes == [200] * 10 + [429]
    assert client.get(path_of(questionnaire)).status_code == 200
    other = QuestionnaireFactory()
    assert client.post(path_of(other), ANSWER).status_code == 200


# --- It shows nothing of others -------------------------------------------------------------


def test_it_shows_nothing_of_others(questionnaire, client):
    mission, home = questionnaire.participation.mission, questionnaire.participation.organisation
    stranger = OrganisationFactory(home=True, name=f"{CANARY} GmbH")
    partner = OrganisationFactory(name=f"{CANARY} LLP")
    CooperationFactory(home=stranger, partner=partner, origin_mission=mission)  # of another
    CooperationFactory(home=home, partner=partner, subject="ohne Reise")  # of no mission
    CooperationFactory(home=home, partner=partner, origin_mission=MissionFactory())
    CooperationFactory(home=home, partner=partner, origin_mission=mission, subject="alt").archive(
        "Doppelt"
    )
    ParticipationFactory(
        mission=mission, organisation=stranger, person=PersonFactory(last_name=CANARY)
    )
    QuestionnaireFactory(
        participation=ParticipationFactory(
            mission=mission, organisation=home, person=PersonFactory(last_name=CANARY)
        ),
        remarks=CANARY,
    )
    page = text(client.get(path_of(questionnaire)))
    assert CANARY not in page
    for shown in ("Reise nach Posen", "Muster Maschinenbau AG", "Przykład Tech", "Wzór Logistyka"):
        assert shown in page
    # Neither the stage that the CRM holds nor the person.
    assert re.findall(r'value="([^"]*)" selected', page) == ["", ""]
    assert "Direktorin" not in page


def test_the_cooperation_of_another_posted_by_hand_is_left_alone(questionnaire, client):
    other = CooperationFactory(origin_mission=questionnaire.participation.mission)
    client.post(path_of(questionnaire), ANSWER | {f"stage-{other.pk}": "active"})
    questionnaire.refresh_from_db()
    assert questionnaire.status == "answered"
    assert not questionnaire.cooperation_answers.exists()


def test_a_foreign_participant_is_asked_about_the_home_side(client):
    mission, foreign = MissionFactory(), OrganisationFactory(name="UzTextilprom")
    home = OrganisationFactory(home=True, name="Muster Textil")
    for subject in ("Garne", "Farben"):
        CooperationFactory(home=home, partner=foreign, origin_mission=mission, subject=subject)
    row = QuestionnaireFactory(
        participation=ParticipationFactory(mission=mission, organisation=foreign)
    )
    page = text(client.get(path_of(row)))
    # By the subject only where the name does not say which.
    assert "Muster Textil: Garne" in page and "Muster Textil: Farben" in page


# --- How it is sent -------------------------------------------------------------------------


def test_no_cache_no_search_engine_and_no_other_site_learns_of_it(questionnaire, client):
    responses = [
        client.get(path_of(questionnaire)),
        client.get(reverse("questionnaire", args=["unknown"])),
        client.post(path_of(questionnaire), ANSWER),
        client.get(path_of(questionnaire)),
    ]
    assert [response.status_code for response in responses] == [200, 404, 200, 410]
    for response in responses:
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "same-origin"
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"
        assert "<script" not in text(response)
        assert "sessionid" not in response.cookies


def test_it_takes_no_answer_from_another_site(questionnaire):
    client = Client(enforce_csrf_checks=True)
    assert client.post(path_of(questionnaire), ANSWER).status_code == 403
    form = read_form(client.get(path_of(questionnaire)), "questionnaire")
    assert client.post(path_of(questionnaire), form | ANSWER).status_code == 200
    questionnaire.refresh_from_db()
    assert questionnaire.status == "answered"


def test_other_methods_are_refused(questionnaire, client):
    for method in ("put", "delete", "patch"):
        assert getattr(client, method)(path_of(questionnaire)).status_code == 405


def test_nothing_of_the_device_is_kept(questionnaire, client):
    client.post(path_of(questionnaire), ANSWER, REMOTE_ADDR="198.51.100.7", HTTP_USER_AGENT=CANARY)
    for rows in (
        Questionnaire.objects.values(),
        Questionnaire.history.values(),
        RateCount.objects.values(),
    ):
        assert rows and "198.51" not in str(rows) and CANARY not in str(rows)
