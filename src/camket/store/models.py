from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField


class ShopSecret(Record):
    """A shop's own keys, wrapped by the installation's: MAC and row digests, blind index, checkpoints, tombstones."""

    pk = models.CompositePrimaryKey("shop_id", "name", "version")
    shop_id = models.SmallIntegerField()
    name = models.CharField(max_length=24)
    version = models.SmallIntegerField()
    wrapped = BytesField()

    ledgered = True
    table_code = 1
    backed_up = "keys"
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "name": Column.NOT_PERSONAL,
        "version": Column.NOT_PERSONAL,
        "wrapped": Column.SEALED,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_shop_secret"
