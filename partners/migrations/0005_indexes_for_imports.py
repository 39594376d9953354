import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0004_person_name_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(fields=["short_name"], name="partners_or_short_n_7b33b9_idx"),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                django.db.models.functions.text.Lower("email"), name="partners_organisation_email"
            ),
        ),
        migrations.AddIndex(
            model_name="organisationidentifier",
            index=models.Index(fields=["value"], name="partners_or_value_815c04_idx"),
        ),
        migrations.AddIndex(
            model_name="organisationname",
            index=models.Index(fields=["text"], name="partners_or_text_6ad805_idx"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.db.models.functions.text.Lower("email"), name="partners_person_email"
            ),
        ),
    ]
