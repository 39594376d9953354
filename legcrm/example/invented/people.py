"""Invented people. Their last names mean "example", "sample" or "pattern"."""

from datetime import date

from partners.models import Affiliation, Consent, Person

# first name, last name, salutation, title, organisation, role
HOME = [
    ("Sabine", "Muster", "frau", "", "textiltechnik", "Geschäftsführerin"),
    ("Jörg", "Mustermann", "herr", "", "kunststoff", "Vertriebsleiter"),
    ("Karin", "Musterfrau", "frau", "Dr.-Ing.", "maschinenbau", "Vorständin"),
    ("Thomas", "Exempel", "herr", "Dr.", "optik", "Geschäftsführer"),
    ("Ulrike", "Probe", "frau", "", "medizintechnik", "Exportleiterin"),
    ("Bernd", "Musterfeld", "herr", "", "energietechnik", "Geschäftsführer"),
    ("Heike", "Beispielhaus", "frau", "", "recycling", "Prokuristin"),
    ("Stefan", "Musterbauer", "herr", "", "infrastruktur", "Bereichsleiter Ausland"),
    ("Frank", "Exempelmann", "herr", "Dipl.-Ing.", "bergbautechnik", "Geschäftsführer"),
    ("Anja", "Beispieler", "frau", "", "logistik", "Leiterin Spedition Ost"),
    ("Daniel", "Musterweg", "herr", "", "software", "Geschäftsführer"),
    ("Gudrun", "Probefeld", "frau", "", "agrartechnik", "Inhaberin"),
    ("Michael", "Beispielmann", "herr", "", "fahrzeugteile", "Leiter Einkauf"),
    ("Cornelia", "Mustertisch", "frau", "", "moebel", "Geschäftsführerin"),
    ("Ralf", "Exempler", "herr", "", "elektronik", "Vertriebsleiter"),
    ("Kerstin", "Probst-Beispiel", "frau", "", "wassertechnik", "Geschäftsführerin"),
    ("Holger", "Musterglas", "herr", "", "glas", "Exportleiter"),
    ("Birgit", "Beispielfarb", "frau", "Dr.", "chemie", "Leiterin Anwendungstechnik"),
    ("Uwe", "Musterstahl", "herr", "", "metallbau", "Inhaber"),
    ("Petra", "Probekorn", "frau", "", "lebensmittel", "Geschäftsführerin"),
    ("Jens", "Beispielrat", "herr", "", "beratung", "Inhaber"),
    ("Silke", "Musterplan", "frau", "Dipl.-Ing.", "ingenieure", "Partnerin"),
    ("Mario", "Probesonne", "herr", "", "solar", "Projektleiter"),
    ("Ines", "Exempelberg", "frau", "", "tourismus", "Inhaberin"),
    ("Matthias", "Musterfaser", "herr", "Dr. rer. nat.", "titk", "Abteilungsleiter"),
    ("Claudia", "Beispielgarn", "frau", "Dr.", "titk", "Projektleiterin"),
    ("Andreas", "Mustermensa", "herr", "Prof. Dr.", "hsn", "Professor"),
    ("Yvonne", "Beispielaustausch", "frau", "", "hsn", "International Office"),
    ("Dirk", "Musterlehre", "herr", "", "ebz", "Bereichsleiter"),
    ("Katrin", "Beispielkolleg", "frau", "Dr.", "fsu", "Referentin Internationales"),
    ("Wolfram", "Musterkristall", "herr", "Prof. Dr.", "werkstoffe", "Institutsleiter"),
    ("Simone", "Beispielsaal", "frau", "Prof. Dr.", "musterhochschule", "Vizepräsidentin"),
    ("Eberhard", "Musterrunde", "herr", "", "verband", "Hauptgeschäftsführer"),
    ("Franziska", "Musterakte", "frau", "", "ministry", "Referentin"),
    ("Lutz", "Beispielprotokoll", "herr", "", "ministry", "Leiter Protokoll"),
    ("Nadine", "Musterreise", "frau", "", "leg", "Projektmanagerin"),
    ("Oliver", "Beispielziel", "herr", "", "leg", "Abteilungsleiter"),
    ("Jana", "Musterplanung", "frau", "", "leg", "Projektmanagerin"),
    ("Tim", "Beispielzeile", "herr", "", "zeitung", "Redakteur"),
    ("Maren", "Musterbild", "frau", "", "zeitung", "Fotografin"),
    ("Olga", "Beispielwort", "frau", "", "dolmetschen", "Dolmetscherin Russisch"),
    ("Viktor", "Mustersatz", "herr", "", "dolmetschen", "Dolmetscher Russisch"),
    ("Aisulu", "Beispielsprache", "frau", "", "dolmetschen", "Dolmetscherin Kasachisch, Russisch"),
    ("Agnieszka", "Musterübersetzung", "frau", "", "dolmetschen", "Dolmetscherin Polnisch"),
]

# first name, last name, name in the own script, language, salutation, organisation, role
FOREIGN = [
    ("Dilnoza", "Misolova", "Дильноза Мисолова", "uz", "frau", "uztextilprom",
     "Leiterin Internationales"),
    ("Rustam", "Namunayev", "Рустам Намунаев", "uz", "herr", "uztextilprom", "Referent"),
    ("Jasur", "Misolov", "Жасур Мисолов", "uz", "herr", "employment", "Abteilungsleiter"),
    ("Madina", "Namunayeva", "Мадина Намунаева", "uz", "frau", "ttpu", "Prorektorin"),
    ("Sherzod", "Misolbekov", "Шерзод Мисолбеков", "uz", "herr", "tuit", "Dekan"),
    ("Gulnora", "Misolxonova", "Гулнора Мисолхонова", "uz", "frau", "sies", "Rektorat"),
    ("Aigerim", "Mysalova", "Айгерім Мысалова", "kk", "frau", "aplp", "Geschäftsführerin"),
    ("Nurlan", "Mysalov", "Нұрлан Мысалов", "kk", "herr", "aplp", "Projektleiter"),
    ("Zhanar", "Ulgieva", "Жанар Үлгиева", "kk", "frau", "narikbayev", "Internationales"),
    ("Daniyar", "Ulgiev", "Данияр Үлгиев", "kk", "herr", "nazarbayev", "Internationales"),
    ("Saule", "Mysalbekova", "Сәуле Мысалбекова", "kk", "frau", "farabi", "Dekanin"),
    ("Timur", "Primerov", "Тимур Примеров", "ru", "herr", "mysal-textil", "Direktor"),
    ("Yelena", "Primerova", "Елена Примерова", "ru", "frau", "mysal-energy", "Einkauf"),
    ("Sergei", "Obrazcov", "Сергей Образцов", "ru", "herr", "primer-mining", "Technischer Leiter"),
    ("Assel", "Obrazcova", "Әсел Образцова", "kk", "frau", "mysal-verband", "Vorsitzende"),
    ("Bekzod", "Misolzoda", "Бекзод Мисолзода", "uz", "herr", "misol-tekstil", "Direktor"),
    ("Nigora", "Namunaxon", "Нигора Намунахон", "uz", "frau", "misol-qurilish", "Planung"),
    ("Otabek", "Misolxon", "Отабек Мисолхон", "uz", "herr", "misol-konchilik", "Direktor"),
    ("Shahnoza", "Namunabekova", "Шаҳноза Намунабекова", "uz", "frau", "namuna-agro", "Export"),
    ("Piotr", "Przykładowski", "", "pl", "herr", "przyklad-tech", "Geschäftsführer"),
    ("Magdalena", "Wzorowa", "", "pl", "frau", "wzor-logistyka", "Vertrieb"),
    ("Krzysztof", "Przykładny", "", "pl", "herr", "przyklad-politechnika", "Prorektor"),
    ("Linh", "Ví Dụ", "", "vi", "frau", "vi-du-det", "Geschäftsführerin"),
    ("Minh", "Mẫu", "", "vi", "herr", "vi-du-energy", "Projektleiter"),
    ("Nino", "Magalitadze", "ნინო მაგალითაძე", "ka", "frau", "magaliti", "Direktorin"),
]  # fmt: skip


def load(loader, organisations, users):
    """Return the people by their last name; each acts for one organisation."""
    everybody = {}
    for number, (first, last, salutation, title, key, role) in enumerate(HOME):
        address = f"{first}.{last}".lower().translate(str.maketrans({"ö": "oe", "ü": "ue"}))
        person = everybody[last] = loader.put(
            Person,
            {"first_name": first, "last_name": last},
            salutation=salutation,
            academic_title=title,
            language="de",
            email=f"{address}@{key}.example",
            phone=f"+493023125{300 + number}",
            mobile=f"+491713920{number:03}",
            owner=users["redaktion"] if number % 3 else users["projektleitung"],
            legal_basis="legitimate_interest" if number % 4 else "consent",
            data_source="Anmeldung zur Reise (erfunden)",
            informed_on=date(2022, 6, 1),
        )
        loader.put(Affiliation, {"person": person, "organisation": organisations[key]}, role=role)
        if number % 4 == 0:
            for purpose in ("newsletter", "booklet"):
                loader.put(
                    Consent,
                    {"person": person, "purpose": purpose},
                    wording_version="2022-01",
                    given_on=date(2022, 6, 1),
                    evidence="Anmeldeformular (erfunden)",
                )
        if number % 3 == 0:
            loader.put(
                Consent,
                {"person": person, "purpose": Consent.Purpose.PARLIAMENT},
                wording_version="2023-01",
                given_on=date(2023, 1, 16),
                evidence="Anmeldeformular (erfunden)",
                # One of them thought better of it.
                withdrawn_on=date(2024, 2, 1) if number == 6 else None,
            )
    for first, last, native, language, salutation, key, role in FOREIGN:
        person = everybody[last] = loader.put(
            Person,
            {"first_name": first, "last_name": last},
            salutation=salutation,
            native_name=native,
            language=language,
            email=f"kontakt-{language}@{key}.example",
            owner=users["projektleitung"],
            legal_basis="legitimate_interest",
            data_source="Visitenkarte (erfunden)",
        )
        loader.put(Affiliation, {"person": person, "organisation": organisations[key]}, role=role)
    return everybody
