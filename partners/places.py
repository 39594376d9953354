"""Where the cities of our partners lie, without asking any machine outside.

The places are those of GeoNames (partners/data/README.md), found by their folded name, so that
Taschkent, Tashkent and Ташкент are one.
"""

import gzip
import re
from bisect import bisect_left
from functools import cache
from pathlib import Path

from legcrm.core.folding import fold

CITIES = Path(__file__).parent / "data" / "cities.tsv.gz"

# "Erfurt OT Vieselbach", "Ilmenau (Thüringen)", "Rudolstadt, Saale", "Frankfurt/Main"
_ADDITION = re.compile(r"\s*(?:[(,/]|\bOT\b| [-–] ).*", re.DOTALL)
# "г. Алматы", "Almaty city", "Samarkand shahri"
_SORT_OF_PLACE = re.compile(r"^(?:г\.|город|g\.|city of|stadt)\s+|\s+(?:city|stadt|shahri|qalasy)$")


def locate(city: str, country: str) -> tuple[float, float] | None:
    """Return latitude and longitude of ``city`` in degrees; None for a place that is unknown.

    ``country`` is a code of ISO 3166-1. Of several of the same name it is the largest.
    """
    for name in (city, _ADDITION.sub("", city), _SORT_OF_PLACE.sub("", city.strip().lower())):
        if (key := fold(name)) and (place := _look_up(f"{country}\t{key}\t")):
            return place
    return None


def _look_up(start):
    lines = _cities()
    index = bisect_left(lines, start)
    if index == len(lines) or not lines[index].startswith(start):
        return None
    latitude, longitude = lines[index][len(start) :].split("\t")
    return float(latitude), float(longitude)


@cache
def _cities():
    """Return the sorted lines of the file: a dictionary would take three times the memory."""
    return gzip.decompress(CITIES.read_bytes()).decode().splitlines()
