from django.db import migrations

from legcrm.core.folding import compare_key, fold, sound_key
from partners.web_domains import domain_of


def fill(apps, schema_editor):
    """Fill the keys, those by name anew: names fold in another way from here on.

    Search texts say what other tables hold too; ``manage.py rebuild_search`` makes those.
    """

    def keys(name):
        return {"compare_key": compare_key(name)[:250], "sound_key": sound_key(name)[:250]}

    def of_organisation(row):
        return {
            **keys(row.name),
            "name_key": fold(row.name)[:250],
            "domain": domain_of(row.website, row.email),
        }

    def of_name(row):
        return keys(row.text)

    def of_person(row):
        name = f"{row.first_name} {row.last_name}"
        return {"name_key": fold(name)[:250], "sound_key": sound_key(name)[:250]}

    for name, values_of in (
        ("Organisation", of_organisation),
        ("OrganisationName", of_name),
        ("Person", of_person),
    ):
        model = apps.get_model("partners", name)
        changed = []
        for row in model.objects.order_by("pk").iterator(chunk_size=2000):
            values = values_of(row)
            for field, value in values.items():
                setattr(row, field, value)
            changed.append(row)
            if len(changed) == 500:
                model.objects.bulk_update(changed, values)
                changed.clear()
        if changed:
            model.objects.bulk_update(changed, values)


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_finding")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
