"""What the sources say of the missions to Central Asia: nothing here is invented.

The agency's own article on the delegation trip of April 2023, and what other public sources add.
What they don't name is entered as unnamed; what they don't date has no date. The texts are ours.
"""

from datetime import date
from types import SimpleNamespace

from missions.models import (
    Agreement,
    AgreementParty,
    Cooperation,
    Mission,
    MissionCountry,
    MissionLink,
    Participation,
    Project,
    ProjectParty,
    Stop,
)
from partners.models import (
    Affiliation,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    Person,
    Sector,
)

from .loading import Loader

ARTICLE = (
    "Artikel „Thüringer Delegationsreise nach Zentralasien – zu Besuch auf Märkten mit Zukunft!“, "
    "LEG Thüringen"
)
OTHER = "Weitere öffentliche Quelle"
BOTH = f"{ARTICLE}; weitere öffentliche Quelle"

TRIP = "2023-zentralasien"

# key: kind, name, short name, country, city, website, source, further fields
ORGANISATIONS = {
    "leg": (
        "public_body", "Landesentwicklungsgesellschaft Thüringen mbH", "LEG Thüringen",
        "DE", "Erfurt", "https://leg-thueringen.de", BOTH, {"legal_form": "mbH"},
    ),
    "titk": (
        "research_institute",
        "Thüringisches Institut für Textil- und Kunststoff-Forschung Rudolstadt e.V.", "TITK",
        "DE", "Rudolstadt", "https://titk.de", BOTH, {"legal_form": "e.V."},
    ),
    "ebz": (
        "education_provider", "ERFURT Bildungszentrum gGmbH", "EBZ",
        "DE", "Erfurt", "https://ebz-verbund.de", BOTH, {"legal_form": "gGmbH"},
    ),
    "hsn": (
        "university", "Hochschule Nordhausen", "", "DE", "Nordhausen", "", BOTH, {},
    ),
    "fsu": (
        "university", "Friedrich-Schiller-Universität Jena", "FSU Jena",
        "DE", "Jena", "", OTHER, {},
    ),
    "ministry": (
        "public_body",
        "Thüringer Ministerium für Wirtschaft, Wissenschaft und Digitale Gesellschaft", "",
        "DE", "Erfurt", "",
        f"{ARTICLE} (Minister und Staatssekretär); amtlicher Name: weitere öffentliche Quelle", {},
    ),
    "narikbayev": (
        "university", "Maqsut Narikbayev University", "", "KZ", "Astana", "", BOTH, {},
    ),
    "nazarbayev": ("university", "Nazarbayev University", "", "KZ", "Astana", "", BOTH, {}),
    "farabi": (
        "university", "al-Farabi Kazakh National University", "", "KZ", "Almaty", "", OTHER, {},
    ),
    "aplp": (
        "association",
        "Association of Light Industry Enterprises of the Republic of Kazakhstan", "APLP",
        "KZ", "", "", BOTH, {},
    ),
    "ttpu": (
        "university", "Turin Polytechnic University in Tashkent", "TTPU",
        "UZ", "Taschkent", "https://polito.uz", BOTH,
        {"notes": "Eine Hochschule in Taschkent, nicht in Turin."},
    ),
    "tuit": (
        "university", "Tashkent University of Information Technologies", "TUIT",
        "UZ", "Taschkent", "", BOTH, {},
    ),
    "sies": (
        "university", "Samarkand Institute of Economics and Service", "SIES",
        "UZ", "Samarkand", "https://sies.uz", BOTH, {},
    ),
    "uztextilprom": (
        "association", "UzTextilprom", "", "UZ", "Taschkent", "", BOTH, {},
    ),
    "employment": (
        "public_body", "Ministry of Employment and Poverty Reduction of Uzbekistan", "",
        "UZ", "Taschkent", "",
        f"{ARTICLE}; Umbenennung in der Reform von 2023: weitere öffentliche Quelle, die nur das "
        "Jahr nennt (eingetragen als 1. Januar)",
        {},
    ),
}  # fmt: skip

# organisation, name, BCP 47 language, kind, valid from
NAMES = [
    ("leg", "State Development Corporation of Thuringia", "en", "alias", None),
    ("titk", "Thuringian Institute for Textile and Plastics Research", "en", "alias", None),
    ("hsn", "Nordhausen University of Applied Sciences", "en", "alias", None),
    ("hsn", "HSN", "de", "short", None),
    ("narikbayev", "Narikbayev-Universität", "de", "alias", None),
    ("narikbayev", "KAZGUU", "en", "former", None),
    (
        "narikbayev", "М.С.Нарықбаев атындағы КАЗГЮУ университеті", "kk", "official", None,
    ),
    ("nazarbayev", "Nasarbajew-Universität", "de", "alias", None),
    ("nazarbayev", "Назарбаев Университеті", "kk", "official", None),
    ("farabi", "Al-Farabi-Universität", "de", "alias", None),
    ("aplp", "Ассоциация предприятий легкой промышленности", "ru", "alias", None),
    ("aplp", "Kasachische Assoziation für Leichtindustrie", "de", "alias", None),
    (
        "ttpu", "Toshkent shahridagi Turin politexnika universiteti", "uz-Latn", "official", None,
    ),
    ("ttpu", "Turin Polytechnical University", "en", "alias", None),
    (
        "tuit", "Ташкентский университет информационных технологий", "ru", "official", None,
    ),
    ("tuit", "University for Information Technology", "en", "alias", None),
    ("sies", "Samarqand iqtisodiyot va servis instituti", "uz-Latn", "official", None),
    ("sies", "Samarkand Institute of Economics", "en", "alias", None),
    ("uztextilprom", "Uzbekistan Textile and Garment Industry Association", "en", "alias", None),
    ("uztextilprom", "Uztekstilprom", "ru-Latn", "alias", None),
    ("uztextilprom", "Узтекстильпром", "ru", "alias", None),
    ("uztextilprom", "Ўзтўқимачиликсаноат", "uz-Cyrl", "official", None),
    (
        "employment", "Ministry of Employment and Poverty Reduction", "en", "official",
        date(2023, 1, 1),
    ),
    (
        "employment", "Ministerium für Beschäftigung und Armutsbekämpfung Usbekistans",
        "de", "alias", None,
    ),
]  # fmt: skip

ROR = {
    "hsn": "04nbz6d36",
    "narikbayev": "03gvsr558",
    "nazarbayev": "052bx8q98",
    "tuit": "05987a729",
    "fsu": "05qpz1x62",
    "farabi": "03q0vrn42",
}

MISSIONS = [
    {
        "code": "2021-info-zentralasien",
        "kind": "information_event",
        "title_de": "Informationsveranstaltung Kasachstan/Usbekistan 2021",
        "title_en": "Information event Kazakhstan/Uzbekistan 2021",
        "starts_on": date(2021, 1, 1),
        "date_precision": "year",
        "objectives": "Die erste von zwei Veranstaltungen, die Thüringer Unternehmen an beide "
        "Märkte heranführten. Das genaue Datum nennt die Quelle nicht.",
        "source": ARTICLE,
    },
    {
        "code": "2021-online-mission",
        "kind": "online_mission",
        "title_de": "Online Business Mission Kasachstan/Usbekistan",
        "title_en": "Online business mission Kazakhstan/Uzbekistan",
        "starts_on": date(2021, 9, 1),
        "date_precision": "season",
        "objectives": "Erste Gespräche mit möglichen Partnern in Kasachstan und Usbekistan, ganz "
        "über das Netz. Bekannt ist nur: Frühherbst 2021.",
        "source": ARTICLE,
    },
    {
        "code": "2022-info-zentralasien",
        "kind": "information_event",
        "title_de": "Informationsveranstaltung Kasachstan/Usbekistan 2022",
        "title_en": "Information event Kazakhstan/Uzbekistan 2022",
        "starts_on": date(2022, 1, 1),
        "date_precision": "year",
        "objectives": "Die zweite von zwei Veranstaltungen zu beiden Märkten. Das genaue Datum "
        "nennt die Quelle nicht.",
        "source": ARTICLE,
    },
    {
        "code": "2022-unternehmensreise",
        "kind": "business_trip",
        "title_de": "Unternehmensreise nach Kasachstan und Usbekistan",
        "title_en": "Business trip to Kazakhstan and Uzbekistan",
        "starts_on": date(2022, 9, 1),
        "date_precision": "season",
        "objectives": "17 Firmen erkundeten, wo sich in der Region investieren und kooperieren "
        "lässt. Genau ein Jahr nach der Online-Mission, also im Frühherbst 2022. Eine weitere "
        "Quelle zählt 25 Teilnehmende, davon 17 aus Unternehmen.",
        "source": BOTH,
    },
    {
        "code": TRIP,
        "kind": "delegation_trip",
        "title_de": "Delegationsreise nach Zentralasien",
        "title_en": "Delegation trip to Central Asia",
        "starts_on": date(2023, 4, 23),
        "ends_on": date(2023, 4, 29),
        "announced_agreements": 10,
        "objectives": "Thüringer Delegation unter Leitung des Wirtschaftsministers: Gespräche mit "
        "Politik und Verbänden, Besuche bei Unternehmen und Hochschulen in Kasachstan und "
        "Usbekistan. Bilanz laut Artikel: mehr als 40 offizielle Termine, elf "
        "Kooperationsvereinbarungen (sechs Hochschule, fünf Wirtschaft) und viele angebahnte "
        "Projekte. Vor der Abreise waren zehn Vereinbarungen angekündigt.",
        "source": BOTH,
    },
    {
        "code": "2024-besuch-titk",
        "kind": "inbound_visit",
        "title_de": "Delegationsbesuch aus Kasachstan am TITK",
        "title_en": "Visit of a delegation from Kazakhstan to TITK",
        "starts_on": date(2024, 3, 1),
        "date_precision": "month",
        "objectives": "Gegenbesuch aus Kasachstan in Rudolstadt. Der Tag ist nicht bekannt.",
        "source": OTHER,
    },
]

# The trip built on all four earlier ones, the visit on the trip; the business trip took place
# "exactly a year later" than the online mission.
BUILT_ON = {
    "2022-unternehmensreise": ["2021-online-mission"],
    TRIP: [
        "2021-info-zentralasien",
        "2021-online-mission",
        "2022-info-zentralasien",
        "2022-unternehmensreise",
    ],
    "2024-besuch-titk": [TRIP],
}
COUNTRIES = {
    "2021-info-zentralasien": ["KZ", "UZ"],
    "2021-online-mission": ["KZ", "UZ"],
    "2022-info-zentralasien": ["KZ", "UZ"],
    "2022-unternehmensreise": ["KZ", "UZ"],
    "2024-besuch-titk": ["KZ"],
}

STOPS = [
    ("Astana", "KZ", "Asia/Almaty"),
    ("Almaty", "KZ", "Asia/Almaty"),
    ("Taschkent", "UZ", "Asia/Tashkent"),
    ("Samarkand", "UZ", "Asia/Samarkand"),
]

HEADS = [
    ("Wolfgang", "Tiefensee", "Wirtschaftsminister"),
    ("Carsten", "Feller", "Wirtschaftsstaatssekretär"),
]

EXCHANGE = "Austausch von Studierenden und Lehrenden"
TEXTILES = "Textilforschung"
CENTRE = "Aufbau eines Bildungszentrums in Taschkent"

# home, partner, subject, field, stage since, source
COOPERATIONS = [
    ("hsn", "narikbayev", EXCHANGE, "university", date(2023, 4, 24), BOTH),
    ("hsn", "nazarbayev", EXCHANGE, "university", None, ARTICLE),
    ("hsn", "ttpu", EXCHANGE, "university", None, BOTH),
    ("hsn", "tuit", EXCHANGE, "university", date(2023, 4, 27), BOTH),
    ("hsn", "sies", EXCHANGE, "university", date(2023, 4, 28), BOTH),
    ("titk", "aplp", TEXTILES, "economic", None, BOTH),
    ("titk", "uztextilprom", TEXTILES, "economic", None, ARTICLE),
    ("ebz", "employment", CENTRE, "economic", None, ARTICLE),
    ("fsu", "farabi", "Sportwissenschaft", "university", None, OTHER),
]

# Planned, agreed and signed are three facts: "signed" only where a source says so.
AGREEMENTS = [
    {
        "title": "Kooperation Hochschule Nordhausen – Narikbayev-Universität",
        "parties": ("hsn", "narikbayev"),
        "field": "university",
        "status": "signed",
        "signed_on": date(2023, 4, 24),
        "stop": "Astana",
        "subjects": f"{EXCHANGE}.",
        "source": f"{ARTICLE}; Tag der Unterzeichnung: weitere öffentliche Quelle",
    },
    {
        "title": "Kooperation Hochschule Nordhausen – Nasarbajew-Universität",
        "parties": ("hsn", "nazarbayev"),
        "field": "university",
        "status": "signed",
        "signed_on_unknown": True,
        "subjects": f"{EXCHANGE}.",
        "source": ARTICLE,
    },
    {
        "title": "Kooperation Hochschule Nordhausen – Turin Polytechnic University in Tashkent",
        "parties": ("hsn", "ttpu"),
        "field": "university",
        "kind": "memorandum",
        "status": "agreed",
        "subjects": f"{EXCHANGE}: ein Memorandum und eine Vereinbarung zur Mobilität der "
        "Studierenden. Besuch der Delegation am 27.04.2023.",
        "source": f"{ARTICLE}; Besuch und Inhalt: weitere öffentliche Quelle",
    },
    {
        "title": "Kooperation Hochschule Nordhausen – Tashkent University of Information "
        "Technologies",
        "parties": ("hsn", "tuit"),
        "field": "university",
        "kind": "memorandum",
        "status": "signed",
        "agreed_on": date(2023, 4, 27),
        "signed_on_unknown": True,
        "signed_after_mission": True,
        "subjects": f"{EXCHANGE}. Gespräche am 27.04.2023; das Memorandum wurde etwa zwei Wochen "
        "später bei einem Gegenbesuch unterzeichnet.",
        "source": f"{ARTICLE}; Gespräche und Unterzeichnung: weitere öffentliche Quelle",
    },
    {
        "title": "Kooperation Hochschule Nordhausen – Samarkand Institute of Economics and Service",
        "parties": ("hsn", "sies"),
        "field": "university",
        "status": "signed",
        "signed_on": date(2023, 4, 28),
        "stop": "Samarkand",
        "subjects": f"{EXCHANGE}.",
        "source": f"{ARTICLE}; Tag der Unterzeichnung: weitere öffentliche Quelle",
    },
    {
        "title": "Sechste Hochschulkooperation (Partner in der Quelle nicht genannt)",
        "parties": (None, None),
        "field": "university",
        "status": "agreed",
        "subjects": "Der Artikel zählt sechs Kooperationen von Hochschulen und nennt fünf. Eine "
        "weitere Quelle nennt die Friedrich-Schiller-Universität Jena und die "
        "Al-Farabi-Universität Almaty (Sportwissenschaft); dass dies die sechste ist, wäre eine "
        "Schlussfolgerung und ist hier nicht eingetragen.",
        "source": ARTICLE,
    },
    {
        "title": "Kooperation TITK – kasachische Assoziation für Leichtindustrie",
        "parties": ("titk", "aplp"),
        "field": "economic",
        "status": "signed",
        "signed_on_unknown": True,
        "stop": "Astana",
        "subjects": f"{TEXTILES}. Unterzeichnet in Astana; den Tag nennt die Quelle nicht.",
        "source": f"{ARTICLE}; Ort der Unterzeichnung: weitere öffentliche Quelle",
    },
    {
        "title": "Kooperation TITK – UzTextilprom",
        "parties": ("titk", "uztextilprom"),
        "field": "economic",
        "status": "agreed",
        "subjects": f"{TEXTILES}. Den Tag nennt die Quelle nicht.",
        "source": ARTICLE,
    },
    {
        "title": "Kooperation ERFURT Bildungszentrum – Ministerium für Beschäftigung und "
        "Armutsbekämpfung Usbekistans",
        "parties": ("ebz", "employment"),
        "field": "economic",
        "status": "agreed",
        "subjects": f"{CENTRE}.",
        "source": ARTICLE,
    },
    *(
        {
            "title": f"{ordinal} Wirtschaftskooperation (Partner in der Quelle nicht genannt)",
            "parties": (None, None),
            "field": "economic",
            "status": "agreed",
            "subjects": "Der Artikel zählt fünf Kooperationen der Wirtschaft und nennt drei. Eine "
            "weitere Quelle erwähnt die Felder Energie und Recycling.",
            "source": ARTICLE,
        }
        for ordinal in ("Vierte", "Fünfte")
    ),
]

# title, sector, city, agreement between, sentence for the next reader
PROJECTS = [
    ("Bildungszentrum in Taschkent", "education", "Taschkent", ("ebz", "employment"),
     "Aus der Vereinbarung mit dem Ministerium; Aufbau in Taschkent."),
    ("Bergbau in Usbekistan", "mining", "", None, "Auf der Reise konkret besprochen."),
    ("Infrastruktur in Usbekistan", "construction", "", None, "Auf der Reise konkret besprochen."),
]  # fmt: skip


def load(loader: Loader) -> SimpleNamespace:
    """Load the facts; return ``organisations``, ``missions``, ``stops`` and so on by their keys."""
    organisations = _load_organisations(loader)
    missions, stops = _load_missions(loader, organisations)
    _load_heads(loader, missions[TRIP], organisations["ministry"])
    cooperations = _load_cooperations(loader, missions[TRIP], organisations)
    agreements = _load_agreements(loader, missions[TRIP], organisations, cooperations, stops)
    _load_projects(loader, missions[TRIP], organisations, cooperations, agreements)
    return SimpleNamespace(
        organisations=organisations,
        missions=missions,
        stops=stops,
        cooperations=cooperations,
        agreements=agreements,
    )


def _load_organisations(loader: Loader) -> dict[str, Organisation]:
    """Return the organisations by their key; those that are missing are made."""
    organisations = {}
    for key, (kind, name, short, country, city, site, source, more) in ORGANISATIONS.items():
        organisations[key] = loader.put(
            Organisation,
            {"name": name, "country": country},
            kind=kind,
            short_name=short,
            city=city,
            website=site,
            is_home=country == "DE",
            source=source,
            **more,
        )
    for key, text, language, kind, valid_from in NAMES:
        loader.put(
            OrganisationName,
            {"organisation": organisations[key], "text": text},
            language=language,
            kind=kind,
            valid_from=valid_from,
        )
    for key, value in ROR.items():
        loader.put(
            OrganisationIdentifier,
            {"organisation": organisations[key], "scheme": "ror"},
            value=value,
        )
    return organisations


def _load_missions(loader, organisations):
    missions = {}
    for row in MISSIONS:
        values = {name: value for name, value in row.items() if name != "code"}
        missions[row["code"]] = loader.put(
            Mission, {"code": row["code"]}, status="completed", owner=loader.author, **values
        )
    for code, earlier_codes in BUILT_ON.items():
        for earlier in earlier_codes:
            loader.put(MissionLink, {"mission": missions[code], "earlier": missions[earlier]})
    for code, countries in COUNTRIES.items():
        for country in countries:
            loader.put(MissionCountry, {"mission": missions[code], "country": country})
    stops = {
        city: loader.put(
            Stop,
            {"mission": missions[TRIP], "city": city},
            position=position,
            country=country,
            timezone=timezone,
        )
        for position, (city, country, timezone) in enumerate(STOPS, start=1)
    }
    loader.put(
        Participation,
        {
            "mission": missions["2024-besuch-titk"],
            "organisation": organisations["titk"],
            "person": None,
        },
        role="research",
        status="attended",
        source=OTHER,
    )
    return missions, stops


def _load_heads(loader, trip, ministry):
    for rank, (first_name, last_name, role) in enumerate(HEADS, start=1):
        person = loader.put(
            Person,
            {"first_name": first_name, "last_name": last_name},
            salutation="herr",
            language="de",
            legal_basis="public_task",
            data_source=ARTICLE,
        )
        loader.put(Affiliation, {"person": person, "organisation": ministry}, role=role)
        loader.put(
            Participation,
            {"mission": trip, "organisation": ministry, "person": person},
            role="head",
            status="attended",
            protocol_rank=rank,
        )


def _load_cooperations(loader, trip, organisations):
    return {
        (home, partner): loader.put(
            Cooperation,
            {
                "home": organisations[home],
                "partner": organisations[partner],
                "subject": subject,
            },
            field=field,
            stage="agreed",
            stage_since=since,
            origin_mission=trip,
            owner=loader.author,
            source=source,
        )
        for home, partner, subject, field, since, source in COOPERATIONS
    }


def _load_agreements(loader, trip, organisations, cooperations, stops):
    agreements = {}
    for row in AGREEMENTS:
        parties = row["parties"]
        values = {k: v for k, v in row.items() if k not in ("title", "parties", "stop")}
        agreement = loader.put(
            Agreement,
            {"title": row["title"]},
            mission=trip,
            cooperation=cooperations.get(parties),
            agreed_on_mission=True,
            signed_stop=stops.get(row.get("stop")),
            **values,
        )
        agreements[parties] = agreement
        for side, key in zip(("home", "foreign"), parties, strict=True):
            loader.put(
                AgreementParty,
                {
                    "agreement": agreement,
                    "side": side,
                    "organisation": organisations[key] if key else None,
                },
                unnamed=key is None,
            )
    return agreements


def _load_projects(loader, trip, organisations, cooperations, agreements):
    sectors = Sector.objects.in_bulk(field_name="key")
    for title, sector, city, parties, notes in PROJECTS:
        project = loader.put(
            Project,
            {"title": title},
            sector=sectors[sector],
            country="UZ",
            city=city,
            origin_mission=trip,
            cooperation=cooperations.get(parties),
            agreement=agreements.get(parties) if parties else None,
            owner=loader.author,
            notes=notes,
        )
        for key in parties or ():
            loader.put(
                ProjectParty,
                {"project": project, "organisation": organisations[key], "role": "partner"},
            )
