"""The map: seen, hovered, walked by keyboard, and told of new data."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import in_both_themes
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.browser

PLACES = "svg.crm-map-world a"
FOUND = {
    "countries": {
        "UZ": {"count": 120, "name": "Usbekistan", "url": "#uz"},
        "KZ": {"count": 12, "name": "Kasachstan"},
        "FR": {"count": 3, "name": "Frankreich", "url": "#fr"},
        "RU": {"count": 2, "name": "Russland", "url": "#ru"},
        "SG": {"count": 1, "name": "Singapur", "url": "#sg"},
        "GI": {"count": 1, "name": "Gibraltar", "url": "#gi"},
    },
    "points": [
        {"name": "Taschkent", "country": "UZ", "count": 100, "url": "#t", "lat": 41.3, "lon": 69.2},
        {"name": "Nirgendwo", "country": "UZ", "count": 20, "url": "#n"},
    ],
}
TELL = "map => document.dispatchEvent(new CustomEvent('map:update', {detail: map}))"
LISTEN = """() => {
    window.chosen = [];
    document.addEventListener('map:choose', event => window.chosen.push(event.detail));
}"""


@pytest.fixture
def partners(db):
    for country in ("UZ", "UZ", "KZ", "DE"):
        OrganisationFactory(country=country)


@pytest.fixture
def start_page(login, editor, partners):
    def open_start_page(page):
        login(page, editor)
        page.goto(reverse("admin:index"))
        expect(page.locator(PLACES)).to_have_count(2)
        return page

    return open_start_page


def labels(page):
    return page.locator(PLACES).evaluate_all("all => all.map(a => a.getAttribute('aria-label'))")


def transform(page):
    return page.locator("svg.crm-map-world > g").first.get_attribute("transform")


def test_the_start_page_shows_partners_abroad(start_page, page):
    start_page(page)
    assert labels(page) == ["Usbekistan: 2", "Kasachstan: 1"]
    page.locator(".crm-map-table summary").click()
    in_both_themes(page)
    expect(page.locator(".crm-map-table tbody tr")).to_have_text(["Usbekistan2", "Kasachstan1"])

    page.hover(f"{PLACES} >> nth=1", force=True)
    expect(page.locator(".crm-map-tip")).to_have_text("Kasachstan: 1")
    with page.expect_navigation():
        page.locator(PLACES).nth(1).press("Enter")
    assert page.url.endswith(reverse("admin:partners_organisation_changelist") + "?country=KZ")


def test_new_data_are_drawn(start_page, page):
    start_page(page)
    page.evaluate(TELL, FOUND)
    # Gibraltar has no shape and Nirgendwo no place: the table says them.
    assert labels(page) == [
        "Usbekistan: 120", "Kasachstan: 12", "Frankreich: 3", "Russland: 2", "Singapur: 1",
        "Taschkent, Usbekistan: 100",
    ]  # fmt: skip
    page.locator(".crm-map-table summary").click()
    expect(page.locator(".crm-map-table tbody th")).to_have_text(
        ["Usbekistan", "Taschkent", "Nirgendwo", "Kasachstan", "Frankreich", "Russland",
         "Gibraltar", "Singapur"]
    )  # fmt: skip
    assert page.locator(f"{PLACES}[class='crm-map-shade-5']").count() == 1
    # A state too small to be seen has a dot instead.
    radii = page.locator(f"{PLACES}:not(.crm-map-point) circle").evaluate_all(
        "all => all.map(dot => Number(dot.getAttribute('r')) > 0)"
    )
    assert radii == [False, False, False, False, True]
    in_both_themes(page)

    page.evaluate(TELL, {"countries": {}, "points": []})
    expect(page.locator(PLACES)).to_have_count(0)
    page.locator("[data-view=in]").click()


def test_by_keyboard(start_page, page):
    start_page(page)
    page.evaluate(TELL, FOUND)
    page.evaluate(LISTEN)
    focused = "document.activeElement.getAttribute('aria-label')"
    page.locator(f"{PLACES}[tabindex='0']").focus()
    walk = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "End", "ArrowRight"):
        page.keyboard.press(key)
        walk.append(page.evaluate(focused))
    assert walk == [
        "Kasachstan: 12", "Frankreich: 3", "Kasachstan: 12", "Taschkent, Usbekistan: 100",
        "Usbekistan: 120",
    ]  # fmt: skip
    expect(page.locator(".crm-map-tip")).to_have_text("Usbekistan: 120")
    page.keyboard.press("Escape")
    expect(page.locator(".crm-map-tip")).to_be_hidden()

    views = [transform(page)]
    for key in ("+", "Shift+ArrowLeft", "-"):
        page.keyboard.press(key)
        views.append(transform(page))
    assert len(set(views)) == 4

    # One stop of the Tab key for the whole map; then come its buttons.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.view") == "in"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#uz")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.url.endswith("#uz")  # Kazakhstan leads nowhere, but the page hears of it.
    assert page.evaluate("window.chosen") == [
        {"country": "UZ", "city": None, "count": 120, "url": "#uz"},
        {"country": "KZ", "city": None, "count": 12, "url": None},
    ]


def test_the_page_may_take_the_choice_over(start_page, page):
    start_page(page)
    page.evaluate(TELL, FOUND)
    page.evaluate("() => document.addEventListener('map:choose', event => event.preventDefault())")
    page.locator(f"{PLACES}.crm-map-point").click()
    assert "#" not in page.url


def test_with_the_mouse(start_page, page):
    start_page(page)
    page.evaluate(TELL, FOUND)
    page.evaluate(LISTEN)
    views = [transform(page)]
    for button in ("in", "right", "left", "up", "down", "out", "world", "fit"):
        page.locator(f"[data-view={button}]").click()
        views.append(transform(page))
        assert views[-1] != views[-2], button
    assert views[-1] == views[0]

    # A drag moves the map, and chooses nothing where it ends.
    for _ in range(3):
        page.locator("[data-view=in]").click()
    near = transform(page)
    box = page.locator("svg.crm-map-world").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 20, steps=4)
    page.mouse.up()
    assert transform(page) != near
    assert page.evaluate("window.chosen") == []


def test_on_a_phone(start_page, phone_page):
    start_page(phone_page)
    phone_page.evaluate(TELL, FOUND)
    in_both_themes(phone_page)
    assert phone_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_areas_that_are_not_drawn_as_they_are_held(start_page, page):
    start_page(page)
    found = page.evaluate(
        """async () => {
            const answer = await fetch(document.querySelector('.crm-map').dataset.shapes);
            const world = await answer.json();
            const shapes = topojson.feature(world, world.objects.countries).features;
            const at = place => shapes.filter(shape => d3.geoContains(shape, place))
                .map(shape => shape.id);
            return [[34.1, 45.2], [33.3, 35.3], [44.1, 9.6], [21.0, 42.6]].flatMap(at);
        }"""
    )
    assert found == ["UA", "CY", "SO", "XK"]
