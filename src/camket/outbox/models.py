from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField


class State(models.TextChoices):
    """Where a message stands. `queued` may follow a failed attempt; the other three are ends."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


class Outbox(Record):
    """One message to one subject. The outbox stores `params` and never opens them: the caller sealed them.

    `due` and `expires` are milliseconds since 1970. What is sealed goes when the message is at an end.
    """

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=16)
    state = models.CharField(max_length=8)
    due = models.BigIntegerField()
    expires = models.BigIntegerField()
    attempts = models.SmallIntegerField()
    params = BytesField()

    ledgered = True
    table_code = 3
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "id": Column.NOT_PERSONAL,
        "shop_id": Column.NOT_PERSONAL,
        "kind": Column.NOT_PERSONAL,
        "channel": Column.NOT_PERSONAL,
        "state": Column.NOT_PERSONAL,
        "due": Column.NOT_PERSONAL,
        "expires": Column.NOT_PERSONAL,
        "attempts": Column.NOT_PERSONAL,
        "params": Column.SEALED,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_outbox"
        indexes = [
            models.Index(fields=["due"], condition=models.Q(state="queued"), name="camket_outbox_due"),
        ]
