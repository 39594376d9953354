"""The sidebar: groups by work, only what the user may open, the right entry marked."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import translation

from legcrm.site import navigation


@pytest.fixture
def sidebar(rf):
    """``sidebar(editor, path)``: ``{group: [entry, …]}`` in English."""

    def make(user, path="/"):
        request = rf.get(path)
        request.user = user
        with translation.override("en"):
            return {
                str(group["title"]): [
                    {**item, "title": str(item["title"])} for item in group["items"]
                ]
                for group in navigation(request)
            }

    return make


def titles(groups):
    return {group: [item["title"] for item in items] for group, items in groups.items()}


def active(groups):
    return [item["title"] for items in groups.values() for item in items if item["active"]]


def test_groups_follow_the_work(sidebar, administrator):
    assert list(sidebar(administrator)) == [
        "Today",
        "Missions",
        "Contacts",
        "Partners",
        "Results",
        "Reports",
        "Administration",
    ]


def test_every_admin_can_be_reached(sidebar, administrator):
    links = {item["link"] for items in sidebar(administrator).values() for item in items}
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert reverse(name) in links


def test_every_entry_opens(
    sidebar, client_for, administrator, project_manager, editor, reader, outsider
):
    for user in (administrator, project_manager, editor, reader, outsider):
        client = client_for(user)
        for items in sidebar(user).values():
            for item in items:
                assert client.get(item["link"]).status_code == 200, (user, item["link"])


def test_reader_sees_no_follow_ups_and_logs_nothing(sidebar, reader):
    groups = titles(sidebar(reader))
    assert groups["Contacts"] == ["Contact log"]
    assert "Users" not in groups.get("Administration", [])


def test_outsider_has_only_the_start_page(sidebar, outsider):
    assert titles(sidebar(outsider)) == {"Today": ["Start page"]}


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("index", ["Start page"]),
        ("partners_organisation_changelist", ["Organisations"]),
        ("partners_organisation_add", ["Organisations"]),
        ("partners_company_changelist", ["Companies"]),
        ("partners_university_add", ["Universities and institutes"]),
        ("missions_interaction_changelist", ["Contact log"]),
        ("missions_interaction_add", ["Log a contact"]),
        ("password_change", []),
    ],
)
def test_the_entry_of_the_page_is_marked(sidebar, administrator, name, entry):
    assert active(sidebar(administrator, reverse(f"admin:{name}"))) == entry


def test_the_sidebar_is_in_the_language_of_the_user(client_for, editor):
    client = client_for(editor)
    german = client.get(reverse("admin:index"), headers={"accept-language": "de"})
    assert "Wiedervorlagen" in german.text
    english = client.get(reverse("admin:index"), headers={"accept-language": "en"})
    assert "Follow-ups" in english.text


def test_the_language_is_chosen_before_login_and_stays(client, client_for, editor):
    login = reverse("admin:login")
    response = client.post(reverse("set_language"), {"language": "en", "next": login})
    assert response.status_code == 302 and response.url == login
    client.force_login(editor)
    for _visit in range(2):
        page = client.get(reverse("admin:index"), headers={"accept-language": "de"})
        assert '<html lang="en"' in page.text
