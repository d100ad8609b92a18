from django.db import models

from camket.store.columns import Column, Record


class Job(Record):
    """The due time (UTC ms) a scheduled job was last claimed for, so that of several workers one runs it.

    Bookkeeping: no deed writes it.
    """

    name = models.CharField(primary_key=True, max_length=40)
    claimed_for = models.BigIntegerField()

    columns = {"name": Column.NOT_PERSONAL, "claimed_for": Column.NOT_PERSONAL}

    class Meta:
        app_label = "camket"
        db_table = "camket_job"
