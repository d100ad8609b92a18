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


class Webhook(Record):
    """An address of a shop's own system that is told what happens: which events, from when until when.

    Its secrets are shop secrets named `hook-…` (hooks.py), so that keys are rotated and kept apart as all others are.
    """

    pk = models.CompositePrimaryKey("shop_id", "id")
    shop_id = models.SmallIntegerField()
    id = IdField()
    url = models.CharField(max_length=400)
    events = models.JSONField()
    made_at = models.BigIntegerField()
    removed_at = models.BigIntegerField(null=True)
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 70
    vouched = ("id", "url", "events", "made_at", "removed_at")
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "id": Column.NOT_PERSONAL,
        "url": Column.NOT_PERSONAL,
        "events": Column.NOT_PERSONAL,
        "made_at": Column.NOT_PERSONAL,
        "removed_at": Column.NOT_PERSONAL,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_webhook"


class WebhookPlace(Record):
    """How far a shop's log was read for its webhooks. Bookkeeping: no deed writes it."""

    shop_id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()

    columns = {"shop_id": Column.NOT_PERSONAL, "seq": Column.NOT_PERSONAL}

    class Meta:
        app_label = "camket"
        db_table = "camket_webhook_place"


class Delivery(Record):
    """One event on its way to one address: an id of the ledger, never a value. Gone when it has arrived.

    Bookkeeping: no deed writes it. What concerns no living subject stands under the shop's stand-in.
    """

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    webhook_id = IdField()
    entry_id = IdField()
    event = models.CharField(max_length=40)
    due = models.BigIntegerField()
    attempts = models.SmallIntegerField(default=0)
    dead_at = models.BigIntegerField(null=True)
    code = models.CharField(max_length=24, default="")

    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "id": Column.NOT_PERSONAL,
        "shop_id": Column.NOT_PERSONAL,
        "webhook_id": Column.NOT_PERSONAL,
        "entry_id": Column.NOT_PERSONAL,
        "event": Column.NOT_PERSONAL,
        "due": Column.NOT_PERSONAL,
        "attempts": Column.NOT_PERSONAL,
        "dead_at": Column.NOT_PERSONAL,
        "code": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_webhook_delivery"
        indexes = [
            models.Index(fields=["due"], condition=models.Q(dead_at=None), name="camket_delivery_due"),
        ]
