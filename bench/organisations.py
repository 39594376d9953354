"""Invented organisations in any number, the same in every run: ``organisation(4711)``.

They look like the real ones: German companies and institutes with address and district, partners
in Central Asia and Europe with names in other scripts, legal forms, phone numbers, long notes.
"""

import random
from collections.abc import Iterator

from stdnum.iso7064 import mod_11_10

SEED = "legcrm"

SURNAMES = (
    "Albrecht", "Bauer", "Böttcher", "Dietrich", "Ebert", "Engelhardt", "Fiedler", "Fröhlich",
    "Gärtner", "Großmann", "Günther", "Hädrich", "Heßler", "Hoffmann", "Jäger", "Kästner",
    "Köhler", "Krüger", "Langguth", "Lippold", "Möckel", "Nürnberger", "Ortlepp", "Pfützner",
    "Querfurth", "Rößler", "Rüdiger", "Schäffner", "Schröter", "Seyfarth", "Töpfer", "Ulbrich",
    "Voigtländer", "Weißenborn", "Wölfel", "Zöllner",
)  # fmt: skip
TRADES = (
    "Textiltechnik", "Maschinenbau", "Werkzeugbau", "Kunststofftechnik", "Feinmechanik", "Optik",
    "Medizintechnik", "Energietechnik", "Recycling", "Tiefbau", "Logistik", "Software",
    "Agrartechnik", "Fahrzeugteile", "Möbelwerkstätten", "Elektronik", "Wassertechnik",
    "Laborglas", "Farbenchemie", "Metallbau", "Verpackungen", "Lebensmittel", "Keramik",
    "Messgeräte", "Automatisierung", "Oberflächentechnik", "Spielwaren", "Holzbau",
)  # fmt: skip
# city, first digits of the postal code, district, area code
PLACES = (
    ("Erfurt", "990", "Erfurt", "361"), ("Jena", "077", "Jena", "3641"),
    ("Gera", "075", "Gera", "365"), ("Weimar", "994", "Weimar", "3643"),
    ("Gotha", "998", "Gotha", "3621"), ("Eisenach", "998", "Wartburgkreis", "3691"),
    ("Nordhausen", "997", "Nordhausen", "3631"), ("Ilmenau", "986", "Ilm-Kreis", "3677"),
    ("Suhl", "985", "Suhl", "3681"), ("Mühlhausen", "999", "Unstrut-Hainich-Kreis", "3601"),
    ("Altenburg", "046", "Altenburger Land", "3447"),
    ("Saalfeld", "073", "Saalfeld-Rudolstadt", "3671"),
    ("Rudolstadt", "074", "Saalfeld-Rudolstadt", "3672"),
    ("Apolda", "995", "Weimarer Land", "3644"), ("Sonneberg", "965", "Sonneberg", "3675"),
    ("Meiningen", "986", "Schmalkalden-Meiningen", "3693"),
    ("Heiligenstadt", "373", "Eichsfeld", "3606"), ("Zeulenroda-Triebes", "079", "Greiz", "36628"),
)  # fmt: skip
# country, city, the city as it is written there, legal form, first digits of phone numbers
ABROAD = (
    ("UZ", "Taschkent", "Ташкент", "MChJ", "+998712"),
    ("UZ", "Samarkand", "Самарканд", "MChJ", "+998662"),
    ("KZ", "Almaty", "Алматы", "ЖШС", "+77272"),
    ("KZ", "Astana", "Астана", "ТОО", "+77172"),
    ("KG", "Bischkek", "Бишкек", "ОсОО", "+996312"),
    ("PL", "Kraków", "Kraków", "Sp. z o.o.", "+48126"),
    ("CZ", "Plzeň", "Plzeň", "s.r.o.", "+420377"),
    ("VN", "Hà Nội", "Hà Nội", "TNHH", "+842432"),
)
ROOTS = (
    ("Toʻqimachi", "Тўқимачи"), ("Paxta", "Пахта"), ("Oʻzsanoat", "Ўзсаноат"),
    ("Qazenergo", "Қазэнерго"), ("Stroimasch", "Строймаш"), ("Agrokombinat", "Агрокомбинат"),
    ("Mashzavod", "Машзавод"), ("Farmatsiya", "Фармация"), ("Issyk-Kul", "Иссык-Куль"),
    ("Ipak Yoʻli", "Ипак йўли"), ("Metallurg", "Металлург"), ("Transservis", "Транссервис"),
    ("Sunkar", "Сұңқар"), ("Zhibek", "Жібек"), ("Tau-Ken", "Тау-Кен"), ("Wisła", "Wisła"),
)  # fmt: skip
STREETS = (
    "Bahnhofstraße", "Am Mühlgraben", "Carl-Zeiss-Promenade", "Gewerbepark Süd",
    "Weimarische Allee", "Breite Gasse", "An der Schießmauer", "Straße der Einheit",
)  # fmt: skip
SENTENCES = (
    "Erstkontakt auf der Messe am 23.04.2024; sucht Vertriebspartner in Zentralasien.",
    "Geschäftsführung spricht Russisch, Unterlagen bitte zweisprachig.",
    "Nahm 2021 an der Online-Mission teil – Rückmeldung durchweg positiv.",
    'Interesse an „Rohbaumwolle aus biologischem Anbau"; Muster liegen vor.',
    "= Kunde seit 1998 (siehe Akte 4711/98).",
    "Rückruf nur vormittags.\nZentrale: Durchwahl -0, Export: -17.",
    "Exportquote nach eigener Angabe 35 %, Umsatz rund 4,5 Mio. EUR.",
    "Ansprechpartner wechselte zum 1. Januar; neue Adresse folgt.",
)
SIZES = ("micro", "small", "small", "medium", "medium", "large", "")
SECTORS = (
    "textiles", "mechanical-engineering", "plastics", "metal", "optics", "health", "energy",
    "environment", "construction", "logistics", "digital", "food-agriculture", "automotive",
)  # fmt: skip


def organisation(number: int) -> dict:
    """Return organisation ``number`` (from 0) by the machine names of its columns.

    Names are unique per country after folding. Beside plain columns: ``sectors`` and
    ``other_names`` are lists (keys, texts), ``vat`` and ``foreign_identifier`` texts or "".
    """
    chance = random.Random(f"{SEED} {number}")
    row = _abroad(number, chance) if number % 10 < 3 else _at_home(number, chance)
    notes = chance.sample(SENTENCES, chance.choice((0, 1, 1, 2, 3, 6)))
    return {
        **row,
        "size": chance.choice(SIZES),
        "notes": " ".join(notes),
        "source": chance.choice(("IHK-Verzeichnis 2024", "Messekatalog", "Eigene Recherche", "")),
        "sectors": chance.sample(SECTORS, chance.choice((0, 1, 1, 2))),
    }


def organisations(count: int, start: int = 0) -> Iterator[dict]:
    """Yield the organisations ``start`` to ``start + count``."""
    return (organisation(number) for number in range(start, start + count))


def _numbered(number, *lists):
    """Return one item of each list, in a combination that comes once in a cycle, and the cycle."""
    items = []
    for some in lists:
        number, index = divmod(number, len(some))
        items.append(some[index])
    return *items, number


def _at_home(number, chance):
    surname, trade, place, cycle = _numbered(number, SURNAMES, TRADES, PLACES)
    city, digits, district, area = place
    name = f"{surname} {trade} {city}" + (f" Werk {cycle + 1}" if cycle else "")
    kind = "research_institute" if number % 50 == 9 else "company"
    form = (
        "e. V." if kind == "research_institute" else chance.choice(("GmbH", "GmbH & Co. KG", "AG"))
    )
    domain = f"{_ascii(surname)}-{_ascii(trade)}-{number}.example"
    digits_of_vat = f"{10_000_000 + number:08}"
    return {
        "kind": kind,
        "name": f"{name} {form}",
        "short_name": f"{surname[:2]}{trade[:3]}".upper(),
        "legal_form": form,
        "country": "DE",
        "postal_code": f"{digits}{chance.randrange(100):02}",
        "city": city,
        "street": f"{chance.choice(STREETS)} {chance.randrange(1, 180)}",
        "district": district,
        "is_home": True,
        "website": f"https://www.{domain}/",
        "email": f"info@{domain}",
        "phone": f"+49{area}{chance.randrange(200_000, 999_999)}",
        "other_names": [f"{surname} {trade}"] if number % 4 == 1 else [],
        "vat": f"DE{digits_of_vat}{mod_11_10.calc_check_digit(digits_of_vat)}",
        "foreign_identifier": "",
    }


def _abroad(number, chance):
    (name, native), trade, place, cycle = _numbered(number, ROOTS, TRADES, ABROAD)
    country, city, city_there, form, prefix = place
    ending = f" {cycle + 1}" if cycle else ""
    domain = f"{_ascii(name)}-{number}.example"
    return {
        "kind": "university" if number % 40 == 2 else "company",
        "name": f"{name} {trade} {city}{ending}",
        "short_name": "",
        "legal_form": form,
        "country": country,
        "postal_code": f"{chance.randrange(100_000, 999_999)}",
        "city": city,
        "street": f"Amir-Temur-Prospekt {chance.randrange(1, 300)}",
        "district": "",
        "is_home": False,
        "website": f"https://{domain}/",
        "email": f"office@{domain}",
        "phone": f"{prefix}{chance.randrange(200_000, 999_999)}",
        "other_names": [f"{native} {city_there}{ending}"],
        "vat": "",
        "foreign_identifier": f"{300_000_000 + number}",
    }


def _ascii(text):
    folded = text.lower().replace("ß", "ss").replace(" ", "-")
    pairs = {"ä": "ae", "ö": "oe", "ü": "ue", "ł": "l", "ʻ": ""}
    return "".join(pairs.get(letter, letter) for letter in folded)
