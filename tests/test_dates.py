"""Dates as known: they show properly in both languages, and sort."""

from datetime import date

import pytest
from django.utils import translation

from legcrm.core.dates import format_span
from missions.models import Mission
from tests.factories import MissionFactory


@pytest.mark.parametrize(
    ("start", "end", "precision", "german"),
    [
        (date(2023, 4, 23), date(2023, 4, 29), "day", "23.–29.04.2023"),
        (date(2023, 4, 23), None, "day", "23.04.2023"),
        (date(2023, 4, 23), date(2023, 4, 23), "day", "23.04.2023"),
        (date(2023, 4, 28), date(2023, 5, 2), "day", "28.04.2023 – 02.05.2023"),
        (date(2024, 3, 1), None, "month", "März 2024"),
        (date(2021, 9, 1), None, "season", "Herbst 2021"),
        (date(2021, 12, 1), None, "season", "Winter 2021"),
        (date(2022, 1, 1), None, "year", "2022"),
        (None, None, "day", ""),
    ],
)
def test_german(start, end, precision, german):
    with translation.override("de"):
        assert format_span(start, end, precision) == german


def test_english():
    with translation.override("en"):
        assert format_span(date(2021, 9, 1), None, "season") == "autumn 2021"
        assert format_span(date(2023, 4, 23), date(2023, 4, 29)) == "23–29 April 2023"
        assert format_span(date(2023, 4, 3), None) == "03 April 2023"
        assert format_span(date(2023, 4, 23), date(2023, 5, 2)) == "23 April 2023 – 02 May 2023"


@pytest.mark.django_db
def test_missions_with_uncertain_dates_sort_among_the_others():
    trip = MissionFactory(starts_on=date(2023, 4, 23))
    online = MissionFactory(starts_on=date(2021, 9, 1), ends_on=None, date_precision="season")
    event = MissionFactory(starts_on=date(2022, 1, 1), ends_on=None, date_precision="year")
    assert list(Mission.objects.all()) == [trip, event, online]
