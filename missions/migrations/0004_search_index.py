from django.db import migrations

from legcrm.core.trigrams import trigram_index


class Migration(migrations.Migration):
    dependencies = [("missions", "0003_segments"), ("core", "0005_trigrams")]

    operations = [
        trigram_index(f"missions.{name}")
        for name in (
            "Mission",
            "Cooperation",
            "Agreement",
            "Project",
            "Appointment",
            "Interaction",
            "Segment",
        )
    ]
