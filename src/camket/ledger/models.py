"""Tables of the log. Rows are inserted and never changed or removed; only the last tile of a level grows.

On PostgreSQL `camket_entry` and `camket_entry_subject` have no unique index, only one over the subject: their ids
carry 74 random bits, and a doubled row is found by the verification (docs/decisions/compact-ledger.md).
"""

from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField
from camket.store.indexes import TimeIndex


class Log(Record):
    """One log per shop: its name (also of its checkpoint file) and the public key that signs it."""

    shop_id = models.SmallIntegerField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)
    public_key = BytesField(max_length=32)
    opened_at = models.BigIntegerField()

    ledgered = True
    table_code = 2
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "name": Column.NOT_PERSONAL,
        "public_key": Column.NOT_PERSONAL,
        "opened_at": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_log"


class Entry(Record):
    """One deed or refusal. Moment and order of writing are in `id` (UUIDv7); see entry.py for the body."""

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    body = BytesField()
    mac = BytesField(max_length=16)

    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "id": Column.NOT_PERSONAL,
        "shop_id": Column.NOT_PERSONAL,
        "body": Column.PSEUDONYMOUS,
        "mac": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_entry"
        indexes = [TimeIndex(fields=["id"], name="camket_entry_time")]


class EntrySubject(Record):
    """A member of a bulk deed, with the rows written for it, if any; the entry commits to all of them by a root."""

    pk = models.CompositePrimaryKey("subject_id", "entry_id")
    subject_id = IdField()
    entry_id = IdField()
    shop_id = models.SmallIntegerField()
    rows = BytesField(null=True)

    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "entry_id": Column.NOT_PERSONAL,
        "shop_id": Column.NOT_PERSONAL,
        "rows": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_entry_subject"


class EntryGroup(Record):
    """Members of a bulk deed for whom it wrote no row, 16 bytes each, those of one cell together (groups.py)."""

    pk = models.CompositePrimaryKey("shop_id", "cell", "entry_id")
    entry_id = IdField()
    cell = models.IntegerField()
    shop_id = models.SmallIntegerField()
    subjects = BytesField()

    columns = {
        "entry_id": Column.NOT_PERSONAL,
        "cell": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "subjects": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_entry_group"


class Position(Record):
    """Places of up to 64 entries in a row: `ids` holds 16 bytes each, the first stands at `seq`.

    All ids of a row were made in the same sixteen seconds, `span` (places.py). Written by the sequencer alone.
    """

    pk = models.CompositePrimaryKey("shop_id", "seq")
    seq = models.BigIntegerField()
    span = models.IntegerField()
    shop_id = models.SmallIntegerField()
    ids = BytesField()

    columns = {
        "seq": Column.NOT_PERSONAL,
        "span": Column.NOT_PERSONAL,
        "shop_id": Column.NOT_PERSONAL,
        "ids": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_position"
        indexes = [models.Index(fields=["shop_id", "span"], name="camket_position_span")]


class Tile(Record):
    """Up to 256 neighbouring hashes of the tree at height 8 * level; the last of a level is still growing.

    Of level 0 only the last two are kept: the entries themselves give the others again.
    """

    pk = models.CompositePrimaryKey("shop_id", "level", "number")
    shop_id = models.SmallIntegerField()
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = BytesField()

    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "level": Column.NOT_PERSONAL,
        "number": Column.NOT_PERSONAL,
        "hashes": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_tile"


class Checkpoint(Record):
    """A signed statement of size and root, as a C2SP signed note; the same note stands in a file outside."""

    pk = models.CompositePrimaryKey("shop_id", "size")
    shop_id = models.SmallIntegerField()
    size = models.BigIntegerField()
    note = models.TextField()
    signed_at = models.BigIntegerField()

    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "size": Column.NOT_PERSONAL,
        "note": Column.NOT_PERSONAL,
        "signed_at": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_checkpoint"
