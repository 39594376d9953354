"""What was entered before a rule came is still there after it, and meets it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def migrate():
    """``migrate("missions", "0008_results")``: go there, and return the models as they were."""

    def go(app, name):
        executor = MigrationExecutor(connection)
        executor.migrate([(app, name)])
        return MigrationExecutor(connection).loader.project_state([(app, name)]).apps

    yield go
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_stopped_without_reason_or_day_gets_both(migrate):
    owner = f.UserFactory()
    home, partner = f.OrganisationFactory(home=True), f.OrganisationFactory()
    apps = migrate("missions", "0008_results")
    Cooperation = apps.get_model("missions", "Cooperation")
    Project = apps.get_model("missions", "Project")
    pair = {"home_id": home.pk, "partner_id": partner.pk, "field": "economic"}
    ended = Cooperation.objects.create(**pair, subject="Garne", stage="ended")
    told = Cooperation.objects.create(
        **pair, subject="Stoffe", stage="ended", ended_reason="Insolvenz"
    )
    active = Cooperation.objects.create(**pair, subject="Farben", stage="active")
    on_hold = Project.objects.create(title="Lager", owner_id=owner.pk, stage="on_hold")
    dropped = Project.objects.create(
        title="Werk", owner_id=owner.pk, stage="dropped", drop_reason="Zu teuer"
    )
    idea = Project.objects.create(title="Messe", owner_id=owner.pk, stage="idea")

    apps = migrate("missions", "0010_rules_of_results")
    reasons = dict(
        apps.get_model("missions", "Cooperation").objects.values_list("pk", "ended_reason")
    )
    assert reasons == {ended.pk: "nicht erfasst", told.pk: "Insolvenz", active.pk: ""}
    later = timezone.localdate() + timedelta(days=180)
    stopped = {
        pk: (reason, day)
        for pk, reason, day in apps.get_model("missions", "Project").objects.values_list(
            "pk", "drop_reason", "look_again_on"
        )
    }
    assert stopped == {
        on_hold.pk: ("nicht erfasst", later),
        dropped.pk: ("Zu teuer", later),
        idea.pk: ("", None),
    }


def test_what_was_completed_without_evidence_says_so(migrate):
    owner, sector = f.UserFactory(), f.SectorFactory()
    apps = migrate("missions", "0008_results")
    day = timezone.localdate()
    completed = apps.get_model("missions", "Project").objects.create(
        title="Werk",
        owner_id=owner.pk,
        sector_id=sector.pk,
        country="UZ",
        stage="completed",
        next_step="Abnahme",
        value_forecast_eur=1,
        starts_on=day,
        ends_on=day,
        confirmed_on=day,
        confirmed_by="Geschäftsführung",
    )
    apps = migrate("missions", "0010_rules_of_results")
    saved = apps.get_model("missions", "Project").objects.get(pk=completed.pk)
    assert (saved.confirmed_by, saved.confirmed_evidence) == ("Geschäftsführung", "nicht erfasst")
