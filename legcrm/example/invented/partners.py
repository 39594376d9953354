"""Invented organisations at home and abroad, with fields, profiles and markets."""

from datetime import date

from partners.models import (
    MarketInterest,
    Organisation,
    OrganisationName,
    OrganisationProfile,
    OrganisationSector,
    Sector,
)

# key, name, legal form, city, postal code, district, size, sectors, offers, seeks
COMPANIES = [
    ("textiltechnik", "Musterwerk Textiltechnik", "GmbH", "Gera", "07545", "Gera", "medium",
     ["textiles", "mechanical-engineering"],
     "Anlagen zum Spinnen und Veredeln technischer Garne.",
     "Webereien und Konfektionäre, die ihren Maschinenpark erneuern."),
    ("kunststoff", "Beispiel Kunststofftechnik", "GmbH", "Saalfeld", "07318",
     "Saalfeld-Rudolstadt", "medium", ["plastics"],
     "Spritzgussteile aus rezykliertem Kunststoff.", "Lieferanten von Granulat."),
    ("maschinenbau", "Muster Maschinenbau", "AG", "Erfurt", "99085", "Erfurt", "large",
     ["mechanical-engineering", "metal"],
     "Pressen und Umformanlagen mit Inbetriebnahme vor Ort.", "Vertriebspartner in Zentralasien."),
    ("optik", "Exempel Optik", "GmbH", "Jena", "07745", "Jena", "small", ["optics", "health"],
     "Messgeräte für Labor und Klinik.", "Händler für Medizintechnik."),
    ("medizintechnik", "Probe Medizintechnik", "GmbH", "Ilmenau", "98693", "Ilm-Kreis", "small",
     ["health"], "Mobile Diagnosegeräte.", "Kliniken für eine Erprobung."),
    ("energietechnik", "Muster Energietechnik", "GmbH", "Nordhausen", "99734", "Nordhausen",
     "medium", ["energy", "electronics"],
     "Blockheizkraftwerke und Netzsteuerung.", "Stadtwerke und Industrieparks."),
    ("recycling", "Beispiel Recycling", "GmbH", "Sondershausen", "99706", "Kyffhäuserkreis",
     "small", ["environment"], "Sortieranlagen für Siedlungsabfälle.", "Kommunale Entsorger."),
    ("infrastruktur", "Musterbau Infrastruktur", "GmbH", "Weimar", "99423", "Weimar", "large",
     ["construction"], "Brücken und Straßen, Planung bis Übergabe.", "Generalunternehmer."),
    ("bergbautechnik", "Exempel Bergbautechnik", "GmbH", "Sondershausen", "99706",
     "Kyffhäuserkreis", "medium", ["mining", "mechanical-engineering"],
     "Fördertechnik und Sicherheit unter Tage.", "Betreiber von Bergwerken."),
    ("logistik", "Beispiel Logistik", "GmbH", "Erfurt", "99095", "Erfurt", "medium",
     ["logistics"], "Sammelverkehre nach Zentralasien.", "Lagerpartner in Almaty und Taschkent."),
    ("software", "Muster Software", "GmbH", "Jena", "07743", "Jena", "small", ["digital"],
     "Software für Produktionsplanung.", "Integrationspartner."),
    ("agrartechnik", "Probe Agrartechnik", "GmbH", "Mühlhausen", "99974",
     "Unstrut-Hainich-Kreis", "small", ["food-agriculture", "mechanical-engineering"],
     "Bewässerung und Erntetechnik.", "Landwirtschaftliche Großbetriebe."),
    ("fahrzeugteile", "Beispiel Fahrzeugteile", "GmbH", "Eisenach", "99817",
     "Wartburgkreis", "large", ["automotive", "metal"],
     "Baugruppen für Nutzfahrzeuge.", "Fahrzeugwerke."),
    ("moebel", "Muster Möbelwerkstätten", "GmbH", "Zeulenroda-Triebes", "07937", "Greiz",
     "small", ["wood-furniture"], "Möbel für Schulen und Büros.", "Einrichter, Holzlieferanten."),
    ("elektronik", "Exempel Elektronik", "GmbH", "Suhl", "98527", "Suhl", "medium",
     ["electronics"], "Leiterplatten und Sensoren.", "Gerätehersteller."),
    ("wassertechnik", "Probe Wassertechnik", "GmbH", "Gotha", "99867", "Gotha", "small",
     ["environment", "construction"], "Kläranlagen in Modulbauweise.", "Wasserversorger."),
    ("glas", "Musterglas Ilmenau", "GmbH", "Ilmenau", "98693", "Ilm-Kreis", "medium",
     ["glass-ceramics"], "Laborglas und Fläschchen.", "Pharmabetriebe, Labore."),
    ("chemie", "Beispiel Chemie", "GmbH", "Rudolstadt", "07407", "Saalfeld-Rudolstadt", "medium",
     ["chemicals", "textiles"], "Farbstoffe und Hilfsmittel für Textilien.", "Veredler."),
    ("metallbau", "Muster Metallbau", "GmbH", "Altenburg", "04600", "Altenburger Land", "small",
     ["metal", "construction"], "Hallen und Fassaden.", "Bauunternehmen."),
    ("lebensmittel", "Probe Lebensmittel", "GmbH", "Apolda", "99510", "Weimarer Land", "medium",
     ["food-agriculture"], "Backmischungen und Teigwaren.", "Handelsketten."),
    ("beratung", "Beispiel Beratung", "GmbH", "Erfurt", "99084", "Erfurt", "micro",
     ["services"], "", ""),
    ("ingenieure", "Muster Ingenieure", "GmbH", "Weimar", "99425", "Weimar", "small",
     ["construction", "services"], "Planung von Wasser- und Verkehrswegen.", "Bauherren."),
    ("solar", "Probe Solar", "GmbH", "Arnstadt", "99310", "Ilm-Kreis", "small", ["energy"],
     "Dach- und Freiflächenanlagen.", "Projektentwickler."),
    ("tourismus", "Exempel Reisen", "GmbH", "Oberhof", "98559", "Schmalkalden-Meiningen",
     "micro", ["tourism"], "", ""),
]  # fmt: skip

# key, kind, name, short name, city, postal code, sectors
INSTITUTIONS = [
    ("werkstoffe", "research_institute", "Beispielinstitut für Werkstoffe e. V.", "BfW", "Jena",
     "07745", ["research"]),
    ("musterhochschule", "university", "Musterhochschule Thüringen", "", "Gera", "07545",
     ["education", "research"]),
    ("verband", "association", "Musterverband der Thüringer Wirtschaft e. V.", "MTW", "Erfurt",
     "99084", ["services"]),
    ("zeitung", "other", "Beispiel-Zeitung", "", "Erfurt", "99084", []),
    ("dolmetschen", "other", "Beispiel-Dolmetscherbüro", "", "Weimar", "99423", []),
]  # fmt: skip

# key, kind, name, country, city, sectors, name in the own script and its language
FOREIGN = [
    ("mysal-textil", "company", "Mysal Textil TOO", "KZ", "Almaty", ["textiles"],
     "ТОО «Мысал Текстиль»", "ru"),
    ("mysal-energy", "company", "Mysal Energy TOO", "KZ", "Astana", ["energy"],
     "ЖШС «Мысал Энерджи»", "kk"),
    ("primer-mining", "company", "Primer Mining TOO", "KZ", "Karaganda", ["mining"],
     "ТОО «Пример Майнинг»", "ru"),
    ("mysal-verband", "association", "Beispielverband der Industrie Kasachstans", "KZ", "Astana",
     ["services"], "Мысал өнеркәсіп қауымдастығы", "kk"),
    ("misol-tekstil", "company", "Misol Tekstil MChJ", "UZ", "Taschkent", ["textiles"],
     "МЧЖ «Мисол Текстил»", "uz-Cyrl"),
    ("misol-qurilish", "company", "Misol Qurilish MChJ", "UZ", "Samarkand", ["construction"],
     "МЧЖ «Мисол Қурилиш»", "uz-Cyrl"),
    ("misol-konchilik", "company", "Misol Konchilik AJ", "UZ", "Nawoiy", ["mining"],
     "АЖ «Мисол Кончилик»", "uz-Cyrl"),
    ("namuna-agro", "company", "Namuna Agro MChJ", "UZ", "Taschkent", ["food-agriculture"],
     "МЧЖ «Намуна Агро»", "uz-Cyrl"),
    ("przyklad-tech", "company", "Przykład Technologie sp. z o.o.", "PL", "Breslau",
     ["mechanical-engineering", "automotive"], "", ""),
    ("wzor-logistyka", "company", "Wzór Logistyka S.A.", "PL", "Posen", ["logistics"], "", ""),
    ("przyklad-politechnika", "university", "Politechnika Przykładowa", "PL", "Warschau",
     ["education", "research"], "", ""),
    ("vi-du-det", "company", "Ví Dụ Dệt May JSC", "VN", "Hanoi", ["textiles"], "", ""),
    ("vi-du-energy", "company", "Ví Dụ Năng Lượng JSC", "VN", "Ho-Chi-Minh-Stadt", ["energy"],
     "", ""),
    ("magaliti", "company", "Magaliti LLC", "GE", "Tiflis", ["food-agriculture", "trade"],
     "შპს მაგალითი", "ka"),
]  # fmt: skip

# country -> companies that export there, and companies that would like to
MARKETS = {
    "KZ": (["maschinenbau", "logistik"], ["textiltechnik", "bergbautechnik", "energietechnik"]),
    "UZ": (
        ["textiltechnik", "logistik"],
        ["chemie", "wassertechnik", "infrastruktur", "agrartechnik", "recycling", "solar"],
    ),
    "PL": (["fahrzeugteile", "kunststoff", "logistik"], ["moebel", "elektronik"]),
    "VN": (["optik"], ["glas", "medizintechnik", "solar"]),
    "GE": ([], ["lebensmittel", "wassertechnik"]),
}
NOT_INTERESTED = [("moebel", "KZ"), ("lebensmittel", "VN")]


def _website(key):
    return f"https://{key}.example"


def load(loader, users):
    """Return the organisations by their key."""
    sectors = Sector.objects.in_bulk(field_name="key")
    owners = [users["projektleitung"], users["redaktion"]]
    organisations = {}
    for number, (
        key,
        name,
        form,
        city,
        postal_code,
        district,
        size,
        fields,
        offers,
        seeks,
    ) in enumerate(COMPANIES):
        organisation = organisations[key] = loader.put(
            Organisation,
            {"name": f"{name} {form}", "country": "DE"},
            kind="company",
            short_name=name,
            legal_form=form,
            city=city,
            postal_code=postal_code,
            street=f"Musterstraße {number + 1}",
            district=district,
            website=_website(key),
            email=f"kontakt@{key}.example",
            phone=f"+493023125{100 + number}",
            size=size,
            is_home=True,
            owner=owners[number % 2],
        )
        _add_sectors(loader, organisation, fields, sectors)
        if offers:  # Two companies lack a profile: the checklist of a mission shows that.
            loader.put(
                OrganisationProfile,
                {"organisation": organisation, "language": "de"},
                summary=f"Erfundenes Unternehmen aus {city}. {offers}",
                offers=offers,
                seeks=seeks,
            )
    for number, (key, kind, name, short_name, city, postal_code, fields) in enumerate(INSTITUTIONS):
        organisation = organisations[key] = loader.put(
            Organisation,
            {"name": name, "country": "DE"},
            kind=kind,
            short_name=short_name,
            city=city,
            postal_code=postal_code,
            website=_website(key),
            email=f"info@{key}.example",
            phone=f"+493023125{200 + number}",
            is_home=True,
            owner=owners[number % 2],
        )
        _add_sectors(loader, organisation, fields, sectors)
    for number, (key, kind, name, country, city, fields, native, language) in enumerate(FOREIGN):
        organisation = organisations[key] = loader.put(
            Organisation,
            {"name": name, "country": country},
            kind=kind,
            city=city,
            website=_website(key),
            email=f"info@{key}.example",
            owner=owners[number % 2],
        )
        _add_sectors(loader, organisation, fields, sectors)
        if native:
            loader.put(
                OrganisationName,
                {"organisation": organisation, "text": native},
                language=language,
                kind="official",
            )
    for country, (exporting, interested) in MARKETS.items():
        for status, keys in (("exporting", exporting), ("interested", interested)):
            for key in keys:
                _add_market(loader, organisations[key], country, status)
    for key, country in NOT_INTERESTED:
        _add_market(loader, organisations[key], country, "not_interested")
    return organisations


def _add_sectors(loader, organisation, keys, sectors):
    for key in keys:
        loader.put(OrganisationSector, {"organisation": organisation, "sector": sectors[key]})


def _add_market(loader, organisation, country, status):
    loader.put(
        MarketInterest,
        {"organisation": organisation, "country": country},
        status=status,
        as_of=date(2025, 6, 30),
    )
