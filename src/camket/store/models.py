from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField


class ShopSecret(Record):
    """A shop's own keys, wrapped by the installation's: MAC and row digests, blind index, checkpoints, tombstones.

    Of the blind index's key there may be several versions (secrets.py says what `state` means). `reached` is how far
    the sweep of a rotation is; a retired version knows since when, and until when tombstones and marks need it.
    """

    pk = models.CompositePrimaryKey("shop_id", "name", "version")
    shop_id = models.SmallIntegerField()
    name = models.CharField(max_length=24)
    version = models.SmallIntegerField()
    wrapped = BytesField()
    state = models.CharField(max_length=12, null=True)  # NULL is left out of row digests, an empty text is not
    reached = IdField(null=True)
    retired_at = models.BigIntegerField(null=True)
    needed_until = models.BigIntegerField(null=True)

    ledgered = True
    table_code = 1
    backed_up = "keys"
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "name": Column.NOT_PERSONAL,
        "version": Column.NOT_PERSONAL,
        "wrapped": Column.SEALED,
        "state": Column.NOT_PERSONAL,
        "reached": Column.PSEUDONYMOUS,
        "retired_at": Column.NOT_PERSONAL,
        "needed_until": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_shop_secret"
