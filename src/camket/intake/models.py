"""Orders under pseudonyms, and what the import of a file remembers so that a second run changes nothing."""

from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField

# Where an order was sold; `marketplace`, `distributor` and `dealer` may have a controller of their own.
SALES_CHANNELS = ("website", "phone", "mailbox", "chat", "counter", "marketplace", "distributor", "dealer", "unknown")
STATUSES = ("placed", "confirmed", "shipped", "completed", "cancelled", "returned", "unknown")


class Order(Record):
    """One order of one subject: dates and numbers. What was bought, by whom and to where stands sealed in the vault.

    `id` is the group of its items. `number` is the blind digest of the shop's own order number; `outlet` names the
    marketplace or dealer by a word of the shop's; `total` is in whole đồng.
    """

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    number = BytesField(max_length=16, null=True)
    source = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    outlet = models.CharField(max_length=40, default="")
    status = models.CharField(max_length=20)
    placed_on = models.DateField()
    lines = models.SmallIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    legacy = models.CharField(max_length=80, default="")
    made_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)

    ledgered = True
    table_code = 50
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "number": Column.DIGEST,
        "source": Column.PSEUDONYMOUS,
        "channel": Column.PSEUDONYMOUS,
        "outlet": Column.PSEUDONYMOUS,
        "status": Column.PSEUDONYMOUS,
        "placed_on": Column.PSEUDONYMOUS,
        "lines": Column.PSEUDONYMOUS,
        "total": Column.PSEUDONYMOUS,
        "legacy": Column.PSEUDONYMOUS,
        "made_at": Column.PSEUDONYMOUS,
        "ended_at": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_order"


class ImportRun(Record):
    """One run of one file: its declared origin and how it went. Counts only, no row."""

    pk = models.CompositePrimaryKey("shop_id", "id")
    shop_id = models.SmallIntegerField()
    id = IdField()
    origin = models.CharField(max_length=80)
    basis = models.CharField(max_length=20)
    begun_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)
    good = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)

    ledgered = True
    table_code = 51
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "id": Column.NOT_PERSONAL,
        "origin": Column.NOT_PERSONAL,
        "basis": Column.NOT_PERSONAL,
        "begun_at": Column.NOT_PERSONAL,
        "ended_at": Column.NOT_PERSONAL,
        "good": Column.NOT_PERSONAL,
        "known": Column.NOT_PERSONAL,
        "bad": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_import_run"


class ImportMark(Record):
    """Keyed digest of a row that an import brought in, or of a person with short digests of the values brought.

    It names no subject: it stays when the person is erased, so that the same file does not bring them back, and goes
    when `ends_at` is over. Older versions kept a mark per value.
    """

    digest = BytesField(max_length=16, primary_key=True)
    shop_id = models.SmallIntegerField()
    run_id = IdField()
    ends_at = models.BigIntegerField()
    held = BytesField(null=True)

    ledgered = True
    table_code = 52
    columns = {
        "digest": Column.DIGEST,
        "shop_id": Column.NOT_PERSONAL,
        "run_id": Column.NOT_PERSONAL,
        "ends_at": Column.NOT_PERSONAL,
        "held": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_import_mark"
