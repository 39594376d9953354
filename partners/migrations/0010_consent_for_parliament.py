from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0009_roles_of_finding"),
    ]

    operations = [
        migrations.AlterField(
            model_name="consent",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("newsletter", "newsletter"),
                    ("booklet", "delegation booklet"),
                    ("photo", "photos"),
                    ("onward_transfer", "onward transfer to partners abroad"),
                    ("parliament", "being named in answers to parliament"),
                ],
                max_length=20,
                verbose_name="purpose",
            ),
        ),
        migrations.AlterField(
            model_name="historicalconsent",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("newsletter", "newsletter"),
                    ("booklet", "delegation booklet"),
                    ("photo", "photos"),
                    ("onward_transfer", "onward transfer to partners abroad"),
                    ("parliament", "being named in answers to parliament"),
                ],
                max_length=20,
                verbose_name="purpose",
            ),
        ),
    ]
