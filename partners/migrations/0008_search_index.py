from django.db import migrations

from legcrm.core.trigrams import address_index, trigram_index


class Migration(migrations.Migration):
    dependencies = [("partners", "0007_comparison_keys"), ("core", "0005_trigrams")]

    operations = [
        trigram_index("partners.Organisation"),
        trigram_index("partners.Person"),
        address_index("partners.Person"),
    ]
