from django.db import migrations, models

from legcrm.core.folding import fold


def fill(apps, schema_editor):
    Person = apps.get_model("partners", "Person")
    changed = []
    for person in Person.objects.only("first_name", "last_name").iterator(chunk_size=2000):
        person.name_key = fold(f"{person.first_name} {person.last_name}")[:250]
        changed.append(person)
        if len(changed) == 500:
            Person.objects.bulk_update(changed, ["name_key"])
            changed.clear()
    Person.objects.bulk_update(changed, ["name_key"])


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_spreadsheets"),
        ("partners", "0003_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="name_key",
            field=models.CharField(default="", editable=False, max_length=250),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name_key"], name="partners_pe_name_ke_bf81ad_idx"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
