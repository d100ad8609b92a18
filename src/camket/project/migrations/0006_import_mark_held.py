from django.db import migrations

import camket.store.fields


class Migration(migrations.Migration):
    dependencies = [
        ("camket", "0005_index_versions"),
    ]

    operations = [
        migrations.AddField("ImportMark", "held", camket.store.fields.BytesField(null=True)),
    ]
