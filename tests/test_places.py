"""Where cities lie: found by any spelling, without a machine outside."""

import pytest

from legcrm.core.folding import fold
from legcrm.example import facts
from legcrm.example.invented import partners
from partners import places
from partners.places import locate


@pytest.mark.parametrize(
    ("country", "spellings", "near"),
    [
        ("UZ", ["Taschkent", "Tashkent", "Toshkent", "Ташкент", "Тошкент"], (41.3, 69.2)),
        ("UZ", ["Samarkand", "Samarqand", "Самарканд"], (39.7, 67.0)),
        ("UZ", ["Buchara", "Bukhara", "Buxoro", "Бухара"], (39.8, 64.4)),
        ("UZ", ["Fergana", "Fargʻona", "Farg'ona", "Фергана"], (40.4, 71.8)),
        ("KZ", ["Almaty", "Alma-Ata", "Алматы", "г. Алматы", "Almaty city"], (43.3, 76.9)),
        ("KZ", ["Astana", "Nur-Sultan", "Астана"], (51.2, 71.4)),
        ("KG", ["Bischkek", "Bishkek", "Бишкек"], (42.9, 74.6)),
        ("PL", ["Breslau", "Wrocław", "Wroclaw"], (51.1, 17.0)),
        ("VN", ["Hanoi", "Hà Nội"], (21.0, 105.8)),
        ("GE", ["Tiflis", "Tbilissi", "Tbilisi"], (41.7, 44.8)),
        ("CN", ["Peking", "Beijing", "Běijīng"], (39.9, 116.4)),
        ("DE", ["Erfurt", "erfurt", "ERFURT ", "Erfurt OT Vieselbach"], (51.0, 11.0)),
        ("DE", ["Frankfurt", "Frankfurt am Main", "Frankfurt/Main"], (50.1, 8.7)),
        ("DE", ["Frankfurt (Oder)"], (52.3, 14.6)),
        ("DE", ["München", "Muenchen", "Munich"], (48.1, 11.6)),
        ("DE", ["Bad Blankenburg"], (50.7, 11.3)),
        ("DE", ["Zella-Mehlis", "Zella - Mehlis"], (50.7, 10.7)),
    ],
)
def test_found_by_every_spelling(country, spellings, near):
    found = {spelling: locate(spelling, country) for spelling in spellings}
    for place in found.values():
        assert place == pytest.approx(near, abs=0.1), found


@pytest.mark.parametrize(
    ("city", "country"),
    [
        ("", "DE"),
        (" ", "DE"),
        ("(", "DE"),
        ("Nirgendwo", "DE"),
        ("Taschkent", "DE"),
        ("北京", "CN"),
    ],
)
def test_unknown_places_are_nowhere(city, country):
    assert locate(city, country) is None


def test_every_city_of_the_example_is_known():
    named = {(row[4], row[3]) for row in facts.ORGANISATIONS.values() if row[4]}
    named |= {(row[3], "DE") for row in partners.COMPANIES}
    named |= {(row[4], "DE") for row in partners.INSTITUTIONS}
    named |= {(row[4], row[3]) for row in partners.FOREIGN}
    assert ("Rudolstadt", "DE") in named
    assert [place for place in named if locate(*place) is None] == []


def test_the_names_are_folded_as_names_are_today():
    """If not: make the file anew with tools/cities.py."""
    names = [line.split("\t")[1] for line in places._cities()[::40]]
    assert len(names) > 2000
    assert [name for name in names if fold(name) != name] == []
