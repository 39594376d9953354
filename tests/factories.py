"""Records for tests, made with the fewest values that the rules allow."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone
from factory.django import DjangoModelFactory

from missions import models as missions
from partners import models as partners


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence("staff{}".format)
    first_name = "Ada"
    last_name = factory.Sequence("Muster{}".format)
    is_staff = True


class SectorFactory(DjangoModelFactory):
    class Meta:
        model = partners.Sector

    key = factory.Sequence("sector-{}".format)
    name_de = factory.Sequence("Branche {}".format)
    name_en = factory.Sequence("Sector {}".format)


class OrganisationFactory(DjangoModelFactory):
    """A foreign partner; ``home=True`` for one of the home region."""

    class Meta:
        model = partners.Organisation

    class Params:
        home = factory.Trait(country="DE", city="Erfurt", is_home=True)

    kind = "company"
    name = factory.Sequence("Partner {} LLP".format)
    country = "UZ"
    city = "Taschkent"


class CompanyFactory(OrganisationFactory):
    class Meta:
        model = partners.Company


class UniversityFactory(OrganisationFactory):
    class Meta:
        model = partners.University

    kind = "university"


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = partners.Person

    first_name = "Aigul"
    last_name = factory.Sequence("Beispiel{}".format)


class AffiliationFactory(DjangoModelFactory):
    class Meta:
        model = partners.Affiliation

    person = factory.SubFactory(PersonFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class MissionFactory(DjangoModelFactory):
    class Meta:
        model = missions.Mission

    code = factory.Sequence("2023-mission-{}".format)
    title_de = factory.Sequence("Reise {}".format)
    title_en = factory.Sequence("Trip {}".format)
    kind = "delegation_trip"
    starts_on = date(2023, 4, 23)
    ends_on = date(2023, 4, 29)


class StopFactory(DjangoModelFactory):
    class Meta:
        model = missions.Stop

    mission = factory.SubFactory(MissionFactory)
    city = "Astana"
    country = "KZ"
    timezone = "Asia/Almaty"


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = missions.Participation

    mission = factory.SubFactory(MissionFactory)
    organisation = factory.SubFactory(OrganisationFactory, home=True)
    person = factory.SubFactory(PersonFactory)


class AppointmentFactory(DjangoModelFactory):
    class Meta:
        model = missions.Appointment

    mission = factory.SubFactory(MissionFactory)
    stop = factory.SubFactory(StopFactory, mission=factory.SelfAttribute("..mission"))
    kind = "official"
    title = factory.Sequence("Gespräch {}".format)
    # Hours apart from each other, so that they do not collide by themselves.
    starts_at = factory.Sequence(
        lambda n: datetime(2023, 4, 24, 8, tzinfo=ZoneInfo("Asia/Almaty")) + timedelta(minutes=n)
    )
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(hours=1))


class CooperationFactory(DjangoModelFactory):
    class Meta:
        model = missions.Cooperation

    home = factory.SubFactory(OrganisationFactory, home=True)
    partner = factory.SubFactory(OrganisationFactory)
    field = "economic"


class InteractionFactory(DjangoModelFactory):
    class Meta:
        model = missions.Interaction
        skip_postgeneration_save = True

    subject = factory.Sequence("Gespräch über {}".format)

    @factory.post_generation
    def organisations(self, create, organisations, **kwargs):
        for organisation in organisations or ([OrganisationFactory()] if create else []):
            self.organisation_links.create(organisation=organisation)


class AgreementFactory(DjangoModelFactory):
    class Meta:
        model = missions.Agreement

    title = factory.Sequence("Vereinbarung {}".format)
    field = "economic"


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = missions.Project

    title = factory.Sequence("Projekt {}".format)
    owner = factory.SubFactory(UserFactory)


class FollowUpFactory(DjangoModelFactory):
    class Meta:
        model = missions.FollowUp

    what = factory.Sequence("Unterlagen senden {}".format)
    due_on = date(2099, 12, 1)
    assignee = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class RadarRuleFactory(DjangoModelFactory):
    """A rule beside those of the migration, for a condition that finds nothing."""

    class Meta:
        model = missions.RadarRule

    condition = factory.Sequence("other-{}".format)
    days = 30


class QuestionnaireFactory(DjangoModelFactory):
    class Meta:
        model = missions.Questionnaire

    participation = factory.SubFactory(ParticipationFactory, status="attended")
    wave = "return"
    email = factory.Sequence("teilnehmer{}@beispiel.example".format)
    language = "de"
    sent_at = factory.LazyFunction(timezone.now)
    expires_on = date(2099, 12, 31)


class SegmentFactory(DjangoModelFactory):
    class Meta:
        model = missions.Segment

    name = factory.Sequence("Verteiler {}".format)


# The factory of each model that has a page of its own in the admin.
BY_MODEL = {
    f._meta.model: f
    for f in (
        SectorFactory,
        OrganisationFactory,
        CompanyFactory,
        UniversityFactory,
        PersonFactory,
        MissionFactory,
        ParticipationFactory,
        AppointmentFactory,
        InteractionFactory,
        CooperationFactory,
        AgreementFactory,
        ProjectFactory,
        FollowUpFactory,
        QuestionnaireFactory,
        SegmentFactory,
        RadarRuleFactory,
    )
}
