"""What the watch remembers: counts per person or key and window, places of keys, and the alerts it raised.

Only an alert is written by a deed. The counts are made again from the ledger when they are lost; they grant nothing.
"""

from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField


class Alert(Record):
    """Something out of the ordinary, with its evidence: counts, window and ledger entries; never a value.

    `who` is `staff:<id>` or `key:<id>`. `level` counts doublings: a case that grows is told again. `ceiling` is what
    the count had to pass, `usual` the habit it was made of. `evidence` holds ids of entries, 16 bytes each, the last.
    """

    pk = models.CompositePrimaryKey("shop_id", "id")
    shop_id = models.SmallIntegerField()
    id = IdField()
    kind = models.CharField(max_length=20)
    who = models.CharField(max_length=50)
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    level = models.SmallIntegerField()
    count = models.IntegerField()
    usual = models.IntegerField()
    ceiling = models.IntegerField()
    evidence = BytesField()
    raised_at = models.BigIntegerField()
    seen_at = models.BigIntegerField(null=True)
    seen_by = models.CharField(max_length=80, default="")

    ledgered = True
    table_code = 60
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "id": Column.NOT_PERSONAL,
        "kind": Column.STAFF,
        "who": Column.STAFF,
        "since": Column.STAFF,
        "until": Column.STAFF,
        "level": Column.STAFF,
        "count": Column.STAFF,
        "usual": Column.STAFF,
        "ceiling": Column.STAFF,
        "evidence": Column.NOT_PERSONAL,
        "raised_at": Column.STAFF,
        "seen_at": Column.STAFF,
        "seen_by": Column.STAFF,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_alert"
        constraints = [
            # Two workers, or one that died in between, raise the same alert once.
            models.UniqueConstraint(fields=["shop_id", "kind", "who", "since", "level"], name="camket_alert_once"),
        ]


class Tally(Record):
    """What one person or key did in one window: a day of looks, or an hour of refusals.

    `seen` holds eight random bytes of each subject's id, sorted, so that a person looked at twice counts once; it is
    emptied when the window is over. `more` counts what is not told apart (bulk), `given` work that others gave them.
    """

    pk = models.CompositePrimaryKey("shop_id", "kind", "who", "since")
    shop_id = models.SmallIntegerField()
    kind = models.CharField(max_length=20)
    who = models.CharField(max_length=50)
    since = models.BigIntegerField()
    count = models.IntegerField(default=0)
    more = models.IntegerField(default=0)
    given = models.IntegerField(default=0)
    seen = BytesField(default=b"")
    evidence = BytesField(default=b"")

    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "kind": Column.STAFF,
        "who": Column.STAFF,
        "since": Column.STAFF,
        "count": Column.STAFF,
        "more": Column.STAFF,
        "given": Column.STAFF,
        "seen": Column.PSEUDONYMOUS,
        "evidence": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_tally"


class Watched(Record):
    """How far a shop's log was read: the place of the next entry to read."""

    shop_id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)

    columns = {"shop_id": Column.NOT_PERSONAL, "seq": Column.NOT_PERSONAL}

    class Meta:
        app_label = "camket"
        db_table = "camket_watched"


class KeyPlace(Record):
    """A network that a key was used from, as a keyed digest: the address itself is never stored.

    `known` is true of the first place of a key, and of any other once an alert has told of it.
    """

    pk = models.CompositePrimaryKey("shop_id", "key_id", "digest")
    shop_id = models.SmallIntegerField()
    key_id = IdField()
    digest = BytesField(max_length=16)
    first_at = models.BigIntegerField()
    known = models.BooleanField()

    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "key_id": Column.PSEUDONYMOUS,
        "digest": Column.DIGEST,
        "first_at": Column.STAFF,
        "known": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_key_place"
