"""Which country a name means: ISO 3166 codes, German and English names, names as people write them.

The names on our own forms come from django-countries, official names and three-letter codes from
pycountry (the data of Debian's iso-codes, with its German translation); the short forms and the
names in the languages of our partners, which neither has, are listed here.
"""

import gettext
import re
from functools import cache, lru_cache

from django.utils import translation
from django.utils.translation import gettext as _
from django_countries import countries

from legcrm.core.folding import fold

from .texts import CellError, is_long, quoted, read_text

# Names separated by "|"; apostrophes, accents, hyphens and capitals need no variants.
_COMMON = {
    "AE": "VAE|UAE|Emirate|Emirates|Vereinigte Emirate",
    "AF": "Afghanestan",
    "AM": "Հայաստան|Армения|Hayastan",
    "AT": "A|Австрия",
    "AZ": "Азербайджан|Azərbaycan|Aserbeidschan|Azerbaidschan",
    "BA": "Bosnien|Bosnia|Bosnien-Herzegowina|Bosnia-Herzegovina|Bosnien u. Herzegowina|BiH",
    "BD": "Bangla Desh",
    "BY": "Weißrussland|Belorussland|White Russia|Belorussia|Byelorussia|Беларусь"
    "|Белоруссия|Республика Беларусь",
    "CD": "DR Kongo|DR Congo|Kongo-Kinshasa|Congo-Kinshasa|Zaire",
    "CG": "Kongo-Brazzaville|Congo-Brazzaville",
    "CH": "Suisse|Svizzera|Swiss",
    "CI": "Elfenbeinküste|Ivory Coast",
    "CN": "VR China|V.R. China|PR China|P.R. China|PRC|China VR|China (VR)|China, VR"
    "|Volksrepublik China|中国|中华人民共和国|Китай|КНР|Zhongguo",
    "CV": "Kapverden|Kapverdische Inseln|Cape Verde",
    "CZ": "Tschechei|Tschechische Rep.|Czech Rep.|Česko|Česká republika|ČR",
    "DE": "D|BRD|Allemagne|Германия|Germaniya|Germania",
    "DK": "Danmark",
    "DO": "Dom. Republik|Dom. Rep.",
    "EE": "Eesti",
    "ES": "España",
    "FI": "Suomi",
    "FK": "Falklandinseln|Falkland Islands|Falkland",
    "FM": "Mikronesien|Micronesia",
    "FR": "Франция",
    "GB": "UK|Großbritannien|Great Britain|Britain|England|Schottland|Scotland"
    "|Wales|Nordirland|Northern Ireland"
    "|Великобритания",
    "GE": "Grusinien|Georgien (Land)|Sakartvelo|საქართველო|Грузия",
    "GM": "The Gambia",
    "GR": "EL|Hellas|Ελλάδα",
    "HR": "Hrvatska",
    "HU": "Magyarország",
    "IE": "Irland (Republik)|Republik Irland|Republic of Ireland|Éire",
    "IN": "Bharat|भारत|Индия",
    "IR": "Persien|Islam. Republik Iran|ایران|Иран",
    "IT": "Italia",
    "JP": "日本|Nippon|Япония",
    "KG": "Kirgistan|Kirgisien|Kirgisische Rep.|Kirgizstan|Kyrgystan|Kirgizien|Republik Kirgisistan"
    ""
    "|Кыргызстан|Киргизия|Киргизстан|Кыргызская Республика|Кыргыз Республикасы",
    "KP": "DVRK|DPRK|KDVR|Korea (Nord)|Korea, Nord|Korea DVR",
    "KR": "Korea|Republik Korea|Republic of Korea|Korea (Süd)|Korea, Süd|Korea Rep."
    "|S. Korea|대한민국|한국",
    "KZ": "Kazakstan|Kasakhstan|Kazachstan|Rep. Kasachstan|RK|Қазақстан|Казахстан"
    "|Қазақстан Республикасы|Республика Казахстан|Qazaqstan|Qazaqstan Respublikasy|Qozogʻiston",
    "LT": "Lietuva",
    "LV": "Latvija",
    "MD": "Republik Moldova|Молдова|Молдавия",
    "ME": "Crna Gora|Черногория",
    "MK": "Mazedonien|Makedonien|Macedonia|EJR Mazedonien|FYROM|Republik Mazedonien",
    "MM": "Birma|Burma",
    "MN": "Монгол Улс|Монголия|Äußere Mongolei",
    "NL": "Holland|Nederland|The Netherlands|Niederlande (Holland)",
    "NO": "Norge",
    "PL": "Polska|Rzeczpospolita Polska|Польша",
    "PS": "Palästinensische Gebiete|Palestinian Territories|Palästinensische Autonomiegebiete",
    "RO": "România",
    "RS": "Srbija|Сербия",
    "RU": "RF|Russland (RF)|Russische Federation|Россия|Российская Федерация|РФ|Rossiya",
    "SA": "KSA|Saudiarabien|Königreich Saudi Arabien",
    "SE": "Sverige",
    "SI": "Slovenija",
    "SK": "Slowakische Rep.|Slovensko",
    "SV": "Salvador",
    "SY": "Arabische Republik Syrien",
    "SZ": "Swaziland|Königreich Swasiland",
    "TJ": "Tadzhikistan|Tadjikistan|Tadschikien|Таджикистан|Тоҷикистон|Республика Таджикистан"
    "|Ҷумҳурии Тоҷикистон|Tojikiston",
    "TM": "Turkmenien|Republik Turkmenistan|Türkmenistan|Туркменистан|Туркмения|Turkmenia"
    "|Turkmanistan",
    "TR": "Turkey|Türkiye Cumhuriyeti|Republic of Turkey|Турция|Turkiya",
    "TW": "Formosa|Chinesisch Taipeh",
    "UA": "Украина|Україна|Ukraina",
    "US": "U.S.A.|U.S.|Amerika (USA)|США|The United States|The United States of America",
    "UZ": "Usbekien|Uzbekiston|Oʻzbekiston|Oʻzbekiston Respublikasi|Узбекистан|Ўзбекистон"
    "|Республика Узбекистан|Ўзбекистон Республикаси|Rep. Usbekistan|Özbekistan|Usbekische Republik",
    "VA": "Vatikan|Vatikanstaat|Vatican|Holy See",
    "VN": "Viet-Nam|SR Vietnam",
    "ZA": "RSA|Süd-Afrika",
}

_BLANKS = re.compile(r"[\s\u200b\ufeff]+")


def _plain(name: str) -> str:
    return _BLANKS.sub(" ", name).strip().casefold()


@cache
def _names() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return codes by upper-case code, by plain name and by folded name."""
    # Loaded at the first name read: its data costs start-up time and memory that most never need.
    import pycountry

    known = {code for code, _label in countries}
    codes = {code: code for code in known}
    names = [(code, name) for code, text in _COMMON.items() for name in text.split("|")]
    for language in ("de", "en"):
        with translation.override(language):
            names += [(code, str(name)) for code, name in countries]
    german = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["de"])
    for country in pycountry.countries:
        if country.alpha_2 in known:
            codes[country.alpha_3] = country.alpha_2
        for kind in ("name", "common_name", "official_name"):
            if name := getattr(country, kind, None):
                names += [(country.alpha_2, name), (country.alpha_2, german.gettext(name))]
    plain: dict[str, set[str]] = {}
    folded: dict[str, set[str]] = {}
    for code, name in names:
        if code in known:
            plain.setdefault(_plain(name), set()).add(code)
            if key := fold(name):  # a script that folds to nothing has its plain name only
                folded.setdefault(key, set()).add(code)
    # A name that means two countries means none.
    return codes, *(
        {name: next(iter(found)) for name, found in table.items() if len(found) == 1}
        for table in (plain, folded)
    )


@lru_cache(maxsize=4096)
def country_code(name: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country's name or code; "" for an unknown one."""
    codes, plain, folded = _names()
    return (
        codes.get(name.strip().upper()) or plain.get(_plain(name)) or folded.get(fold(name)) or ""
    )


def read_country(value) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country's code or name in German, English or its own
    language."""
    text = read_text(value)
    code = "" if is_long(text) else country_code(text)
    if not code:
        raise CellError(
            _("“%(value)s” is no country we know. Write its name or code, as Kasachstan or KZ.")
            % {"value": quoted(text)}
        )
    return code
