from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_rights_of_timed_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="RateCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("since", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "count of tries",
                "verbose_name_plural": "counts of tries",
                "default_permissions": (),
                "indexes": [models.Index(fields=["since"], name="core_rateco_since_38a4e1_idx")],
            },
        ),
    ]
