"""Bookkeeping of restores. No deed writes it, and it stands in no backup; what happened stands in the ledger."""

from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField


class Restore(Record):
    """A restore of this database, written in the transaction that loaded it. Nothing is served until `done_at`.

    `data` and `keys` are the snapshot ids of the two files; empty where an older copy was put back by other means.
    """

    id = IdField(primary_key=True)
    data = BytesField(max_length=16)
    keys = BytesField(max_length=16)
    data_at = models.BigIntegerField()
    keys_at = models.BigIntegerField()
    begun_at = models.BigIntegerField()
    done_at = models.BigIntegerField(null=True)

    backed_up = "no"
    columns = {
        "id": Column.NOT_PERSONAL,
        "data": Column.NOT_PERSONAL,
        "keys": Column.NOT_PERSONAL,
        "data_at": Column.NOT_PERSONAL,
        "keys_at": Column.NOT_PERSONAL,
        "begun_at": Column.NOT_PERSONAL,
        "done_at": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_restore"


class Replayed(Record):
    """How far (bytes) this database is known to agree with a list outside it; an older copy says less, rightly."""

    name = models.CharField(primary_key=True, max_length=40)
    place = models.BigIntegerField()

    columns = {"name": Column.NOT_PERSONAL, "place": Column.NOT_PERSONAL}

    class Meta:
        app_label = "camket"
        db_table = "camket_replayed"
