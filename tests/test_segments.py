"""Segments: kept from the Partner-Finder as a filter or frozen, opened, refreshed, refused."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from missions import segments as segments_module
from missions.finder import Finder
from missions.models import Segment
from missions.segments import freeze, keep
from tests.factories import OrganisationFactory, SegmentFactory

pytestmark = pytest.mark.django_db

FINDER = "admin:missions_segment_finder"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def address(segment, verb):
    return reverse(f"admin:missions_segment_{verb}", args=[segment.pk])


def names(segment, user):
    return [organisation.name for organisation in Finder.of_segment(segment, user).organisations()]


def test_keep_a_filter_from_the_finder(client_for, project_manager, editor):
    OrganisationFactory(name="A", country="KZ", owner=project_manager)
    client = client_for(project_manager)
    query = "country=KZ&owner=me&page=4"
    answer = client.post(
        f"{reverse(FINDER)}?{query}",
        {"name": "Kazakhstan", "description": "For spring", "keeps": "filter"},
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse(FINDER) + "?country=KZ&owner=me"
    segment = Segment.objects.get()
    # A colleague who opens it finds the same: "mine" has become a name.
    assert segment.query == f"country=KZ&owner={project_manager.pk}"
    assert (segment.owner, segment.is_frozen, segment.last_size) == (project_manager, False, 1)
    assert segment.history.count() == 1
    OrganisationFactory(name="B", country="KZ", owner=project_manager)
    assert names(segment, editor) == ["A", "B"]


def test_keep_the_rows(client_for, editor):
    OrganisationFactory(name="A", country="KZ")
    OrganisationFactory(name="C", country="UZ")
    answer = client_for(editor).post(
        f"{reverse(FINDER)}?country=KZ", {"name": "Frozen", "keeps": "rows"}
    )
    assert answer.status_code == 302
    segment = Segment.objects.get()
    OrganisationFactory(name="B", country="KZ")
    assert segment.is_frozen
    assert names(segment, editor) == ["A"]
    member = segment.members.get()
    assert (member.history.count(), member.created_by) == (1, editor)


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("country=KZ", "", "name"),
        ("country=KZ", "Taken", "name"),
        ("country=Atlantis", "Fine", "__all__"),
        ("dance=yes", "Fine", "__all__"),
    ],
)
def test_what_cannot_be_kept_is_said_on_the_page(query, name, said, client_for, editor):
    SegmentFactory(name="Taken")
    answer = client_for(editor).post(
        f"{reverse(FINDER)}?{query}", {"name": name, "keeps": "filter"}
    )
    assert answer.status_code == 400
    assert said in answer.context["keep_form"].errors
    assert Segment.objects.count() == 1


def test_too_many_to_freeze(editor, monkeypatch):
    monkeypatch.setattr(segments_module, "MOST_FROZEN", 2)
    OrganisationFactory.create_batch(3)
    with pytest.raises(ValidationError, match="At most 2"):
        keep(Segment(name="Many"), Finder("", editor), frozen=True)
    assert not Segment.objects.exists()
    keep(Segment(name="Many"), Finder("", editor), frozen=False)


def test_refresh_on_purpose(client_for, project_manager):
    gone = OrganisationFactory(name="Gone", country="KZ")
    OrganisationFactory(name="Stays", country="KZ")
    segment = Segment(name="Frozen")
    keep(segment, Finder("country=KZ", project_manager), frozen=True)
    stays = segment.members.get(organisation__name="Stays")
    gone.country = "UZ"
    gone.save()
    OrganisationFactory(name="New", country="KZ")
    assert names(segment, project_manager) == ["Gone", "Stays"]
    answer = client_for(project_manager).post(address(segment, "freeze"))
    assert answer.status_code == 302
    assert names(segment, project_manager) == ["New", "Stays"]
    # Who stays is not written again.
    assert segment.members.get(organisation__name="Stays").pk == stays.pk
    assert freeze(Segment.objects.get(), project_manager) == (0, 0)


def test_freeze_and_find_again(client_for, project_manager):
    OrganisationFactory(name="A", country="KZ")
    segment = SegmentFactory(query="country=KZ")
    client = client_for(project_manager)
    client.post(address(segment, "freeze"))
    OrganisationFactory(name="B", country="KZ")
    segment.refresh_from_db()
    assert names(segment, project_manager) == ["A"]
    client.post(address(segment, "thaw"))
    segment.refresh_from_db()
    assert not segment.is_frozen
    assert names(segment, project_manager) == ["A", "B"]
    assert segment.members.count() == 0


def test_a_criterion_that_no_longer_exists_is_said_and_finds_nothing(client_for, project_manager):
    OrganisationFactory(name="A")
    segment = SegmentFactory(query="moon_phase=full&home=no")
    assert names(segment, project_manager) == []
    client = client_for(project_manager)
    page = client.get(address(segment, "change")).content.decode()
    assert "moon_phase" in page
    opened = client.get(address(segment, "open"), follow=True).content.decode()
    assert "moon_phase" in opened
    with pytest.raises(ValidationError):
        freeze(segment, project_manager)
    answer = client.post(address(segment, "freeze"), follow=True)
    assert answer.status_code == 200
    segment.refresh_from_db()
    assert not segment.is_frozen


def test_opening_notes_the_use_and_is_no_change(client_for, reader):
    OrganisationFactory.create_batch(3, country="KZ")
    segment = SegmentFactory(query="country=KZ")
    answer = client_for(reader).get(address(segment, "open"))
    assert answer.headers["Location"] == reverse(FINDER) + "?country=KZ"
    used = Segment.objects.get()
    assert (used.last_size, used.version) == (3, segment.version)
    assert used.last_used_at is not None
    assert used.history.count() == 1


def test_the_page_says_the_criteria_in_words(client_for, project_manager):
    OrganisationFactory(name="Almaty Textil", country="KZ")
    segment = SegmentFactory(query="country=KZ&home=no")
    client = client_for(project_manager)
    page = client.get(address(segment, "change"), headers={"accept-language": "en"})
    assert page.context["panel"]["criteria"] == [
        ("home", "Origin", "elsewhere"),
        ("country", "Country", "Kazakhstan"),
    ]
    text = page.content.decode()
    assert "Almaty Textil" in text
    assert reverse("admin:missions_segment_invite") + "?country=KZ&amp;home=no" in text


def test_a_frozen_segment_opens_with_its_rows(client_for, project_manager):
    OrganisationFactory(name="A", country="KZ")
    segment = Segment(name="Frozen")
    keep(segment, Finder("country=KZ", project_manager), frozen=True)
    answer = client_for(project_manager).get(address(segment, "open"), follow=True)
    assert answer.request["QUERY_STRING"] == f"segment={segment.pk}"
    assert [row.name for row in answer.context["rows"]] == ["A"]


def test_readers_look_and_change_nothing(client_for, reader, outsider):
    segment = SegmentFactory(query="country=KZ")
    for verb in ("freeze", "thaw"):
        assert client_for(reader).post(address(segment, verb)).status_code == 403
        assert client_for(reader).get(address(segment, verb)).status_code == 405
    assert client_for(outsider).get(address(segment, "open")).status_code == 403
    page = client_for(reader).get(address(segment, "change"))
    assert page.status_code == 200
    assert address(segment, "freeze") not in page.content.decode()
    assert client_for(reader).get(address(segment, "open")).status_code == 302


def test_an_archived_segment_is_read_only(client_for, project_manager):
    segment = SegmentFactory(query="country=KZ")
    segment.archive("over")
    assert client_for(project_manager).post(address(segment, "freeze")).status_code == 403


def test_an_unknown_segment_is_not_found(client_for, project_manager):
    answer = client_for(project_manager).get(
        reverse("admin:missions_segment_open", args=["999999"])
    )
    assert answer.status_code == 404


def test_the_list_shows_what_was_found_last(client_for, project_manager):
    SegmentFactory(name="Small", query="country=KZ")
    OrganisationFactory(country="KZ")
    keep(Segment(name="Kept"), Finder("country=KZ", project_manager), frozen=False)
    Segment._base_manager.filter(name="Small").update(last_size=2001)
    page = client_for(project_manager).get(
        reverse("admin:missions_segment_changelist"), headers={"accept-language": "en"}
    )
    text = page.content.decode()
    assert "more than 2,000" in text
    assert "Kept" in text


def test_segments_are_made_in_the_finder_only(client_for, administrator):
    assert client_for(administrator).get(reverse("admin:missions_segment_add")).status_code == 403
