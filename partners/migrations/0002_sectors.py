"""The sectors: reference data, so that every installation sorts partners by the same fields.

The prefixes are divisions (two digits), or groups where a division is too wide, of WZ 2008 and
WZ 2025. WZ 2025 kept the numbers of the divisions used here, except that 45 (trade in and repair
of motor vehicles) went into others.
"""

from django.db import migrations

SOURCE = "Grundbestand; Klassifikation der Wirtschaftszweige (WZ 2008, WZ 2025)"

# key, German, English, WZ 2008, WZ 2025 (None: as WZ 2008)
SECTORS = [
    ("textiles", "Textil & Bekleidung", "Textiles & clothing", "13 14 15", None),
    ("plastics", "Kunststoff & Gummi", "Plastics & rubber", "22", None),
    ("chemicals", "Chemie & Pharma", "Chemicals & pharmaceuticals", "20 21", None),
    ("mechanical-engineering", "Maschinen- & Anlagenbau", "Mechanical engineering", "28 33", None),
    ("automotive", "Fahrzeuge & Zulieferer", "Automotive & suppliers", "29 30 45", "29 30"),
    ("metal", "Metall", "Metal", "24 25", None),
    ("electronics", "Elektrotechnik & Elektronik", "Electrical engineering & electronics", "26 27", None),
    ("optics", "Optik & Photonik", "Optics & photonics", "26.7", None),
    ("glass-ceramics", "Glas & Keramik", "Glass & ceramics", "23", None),
    ("wood-furniture", "Holz & Möbel", "Wood & furniture", "16 31", None),
    ("food-agriculture", "Ernährung & Landwirtschaft", "Food & agriculture", "01 10 11", None),
    ("energy", "Energie", "Energy", "35", None),
    ("environment", "Umwelt & Recycling", "Environment & recycling", "36 37 38 39", None),
    ("mining", "Bergbau & Rohstoffe", "Mining & raw materials", "05 06 07 08 09", None),
    ("construction", "Bau & Infrastruktur", "Construction & infrastructure", "41 42 43", None),
    ("logistics", "Logistik & Verkehr", "Logistics & transport", "49 50 51 52 53", None),
    ("health", "Gesundheit & Medizintechnik", "Health & medical technology", "26.6 32.5 86", None),
    ("digital", "IT & Digitales", "IT & digital", "61 62 63", None),
    ("trade", "Handel", "Trade", "46 47", None),
    ("tourism", "Tourismus & Gastgewerbe", "Tourism & hospitality", "55 56 79", None),
    ("education", "Bildung & Ausbildung", "Education & training", "85", None),
    ("research", "Forschung & Entwicklung", "Research & development", "72", None),
    ("services", "Beratung & Dienstleistung", "Consulting & services", "69 70 71 73 74", None),
    ("public-administration", "Öffentliche Verwaltung", "Public administration", "84", None),
]  # fmt: skip


def add_sectors(apps, schema_editor):
    Sector = apps.get_model("partners", "Sector")
    History = apps.get_model("partners", "HistoricalSector")
    names = [
        field.attname
        for field in Sector._meta.concrete_fields
        if field.attname in {other.attname for other in History._meta.concrete_fields}
    ]
    for key, name_de, name_en, wz_2008, wz_2025 in SECTORS:
        sector, created = Sector.objects.get_or_create(
            key=key,
            defaults={
                "name_de": name_de,
                "name_en": name_en,
                "wz_2008": wz_2008,
                "wz_2025": wz_2008 if wz_2025 is None else wz_2025,
                "source": SOURCE,
            },
        )
        if created:
            # Historical models have no signals: the first entry of the history is written here.
            History.objects.create(
                **{name: getattr(sector, name) for name in names},
                history_type="+",
                history_date=sector.created_at,
                history_change_reason=SOURCE[:100],
            )


def remove_sectors(apps, schema_editor):
    keys = [row[0] for row in SECTORS]
    apps.get_model("partners", "Sector").objects.filter(key__in=keys).delete()
    apps.get_model("partners", "HistoricalSector").objects.filter(key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]

    operations = [migrations.RunPython(add_sectors, remove_sectors)]
