from django.db import migrations, models

import camket.store.fields


class Migration(migrations.Migration):
    dependencies = [
        ("camket", "0004_restores"),
    ]

    operations = [
        migrations.AddField("ShopSecret", "state", models.CharField(max_length=12, null=True)),
        migrations.AddField("ShopSecret", "reached", camket.store.fields.IdField(null=True)),
        migrations.AddField("ShopSecret", "retired_at", models.BigIntegerField(null=True)),
        migrations.AddField("ShopSecret", "needed_until", models.BigIntegerField(null=True)),
    ]
