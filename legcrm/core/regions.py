"""Regions of the world by which staff think of markets: groups of ISO 3166-1 codes.

A country may belong to several, because regions are ways of speaking and overlap: Germany is in the
EU and in DACH. The territories of other states that nobody plans a mission to are in none.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _


def _codes(text):
    return frozenset(text.split())


# {key, as it stands in addresses and saved filters: (name, codes)}
REGIONS = {
    "dach": (_("German-speaking countries"), _codes("AT CH DE LI")),
    "eu": (
        _("European Union"),
        _codes("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"),
    ),
    "nordic": (_("Nordic countries"), _codes("DK FI FO GL IS NO SE")),
    "baltic": (_("Baltic states"), _codes("EE LT LV")),
    "eastern_europe": (_("Eastern Europe"), _codes("BY MD RU UA")),
    "western_balkans": (_("Western Balkans"), _codes("AL BA ME MK RS")),
    "caucasus": (_("South Caucasus"), _codes("AM AZ GE")),
    "central_asia": (_("Central Asia"), _codes("KG KZ TJ TM UZ")),
    "south_asia": (_("South Asia"), _codes("AF BD BT IN LK MV NP PK")),
    "east_asia": (_("East Asia"), _codes("CN HK JP KP KR MN MO TW")),
    "asean": (_("ASEAN"), _codes("BN ID KH LA MM MY PH SG TH TL VN")),
    "gulf": (_("Gulf states"), _codes("AE BH KW OM QA SA")),
    "mena": (
        _("Middle East and North Africa"),
        _codes("AE BH DZ EG EH IL IQ IR JO KW LB LY MA OM PS QA SA SY TN TR YE"),
    ),
    "sub_saharan_africa": (
        _("Sub-Saharan Africa"),
        _codes(
            "AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GQ GW KE KM LR LS MG ML MR MU "
            "MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TZ UG YT ZA ZM ZW"
        ),
    ),
    "north_america": (_("North America"), _codes("CA US")),
    "latin_america": (
        _("Latin America and the Caribbean"),
        _codes(
            "AG AR AW BB BO BR BS BZ CL CO CR CU CW DM DO EC GD GF GP GT GY HN HT JM KN LC MQ MX "
            "NI PA PE PR PY SR SV TT UY VC VE"
        ),
    ),
    "oceania": (
        _("Australia and Oceania"),
        _codes("AU CK FJ FM KI MH NC NR NU NZ PF PG PW SB TO TV VU WS"),
    ),
}


def countries_of(regions: Iterable[str]) -> set[str]:
    """Return the codes of the countries in ``regions``; unknown keys are left out."""
    return {code for key in regions if key in REGIONS for code in REGIONS[key][1]}
