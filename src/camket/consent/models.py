"""Consent and restraint: append-only. Triggers refuse UPDATE, and DELETE but for a subject that was erased."""

from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField


class ConsentText(Record):
    """The exact words shown when somebody was asked, under the digest that each answer names."""

    pk = models.CompositePrimaryKey("shop_id", "digest")
    shop_id = models.SmallIntegerField()
    digest = BytesField(max_length=32)
    text = models.TextField()

    ledgered = True
    table_code = 30
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "digest": Column.NOT_PERSONAL,
        "text": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_consent_text"


class ConsentEvent(Record):
    """One answer (given or refused) for one purpose and one channel; `number` orders a subject's answers.

    Never asked is the absence of a row. `category` is set where a sensitive category has a consent of its own.
    """

    pk = models.CompositePrimaryKey("subject_id", "number")
    subject_id = IdField()
    number = models.IntegerField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    purpose = models.CharField(max_length=40)
    channel = models.CharField(max_length=40, default="")
    category = models.CharField(max_length=40, default="")
    value = models.CharField(max_length=10)
    how = models.CharField(max_length=40)
    who = models.CharField(max_length=80)
    text_digest = BytesField(max_length=32, null=True)
    language = models.CharField(max_length=5)
    policy_version = models.IntegerField()
    at = models.BigIntegerField()
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 31
    vouched = ("subject_id", "number", "value", "channel", "category", "purpose", "how")
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "number": Column.PSEUDONYMOUS,
        "id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "purpose": Column.PSEUDONYMOUS,
        "channel": Column.PSEUDONYMOUS,
        "category": Column.PSEUDONYMOUS,
        "value": Column.PSEUDONYMOUS,
        "how": Column.PSEUDONYMOUS,
        "who": Column.PSEUDONYMOUS,
        "text_digest": Column.NOT_PERSONAL,
        "language": Column.NOT_PERSONAL,
        "policy_version": Column.NOT_PERSONAL,
        "at": Column.PSEUDONYMOUS,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_consent_event"


class Restraint(Record):
    """A restriction or objection set or lifted; `purpose` is empty when it covers every purpose."""

    pk = models.CompositePrimaryKey("subject_id", "number")
    subject_id = IdField()
    number = models.IntegerField()
    shop_id = models.SmallIntegerField()
    kind = models.CharField(max_length=10)
    purpose = models.CharField(max_length=40, default="")
    lifted = models.BooleanField(default=False)
    how = models.CharField(max_length=40)
    who = models.CharField(max_length=80)
    at = models.BigIntegerField()
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 32
    vouched = ("subject_id", "number", "kind", "purpose", "lifted")
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "number": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "kind": Column.PSEUDONYMOUS,
        "purpose": Column.PSEUDONYMOUS,
        "lifted": Column.PSEUDONYMOUS,
        "how": Column.PSEUDONYMOUS,
        "who": Column.PSEUDONYMOUS,
        "at": Column.PSEUDONYMOUS,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_restraint"
