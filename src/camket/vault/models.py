"""Sealed values, the wrapped keys that open them, and what is left when a person has been erased."""

from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField


class ItemKey(Record):
    """The key of one retention class of one subject, wrapped by the installation's key, which is elsewhere.

    A table of its own, so that a backup can leave every key row out. INVARIANT 5: one class ends together.
    """

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    retention = models.CharField(max_length=80)
    wrapped = BytesField(max_length=128)
    made_at = models.BigIntegerField()

    ledgered = True
    table_code = 40
    backed_up = "keys"
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "retention": Column.NOT_PERSONAL,
        "wrapped": Column.SEALED,
        "made_at": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_item_key"
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "retention"], name="camket_item_key_class"),
        ]


class Item(Record):
    """One sealed value with the metadata its seal binds: changing any of it by SQL makes the seal refuse.

    `group_id` ties values of one order, review or message; `circulates_until` closes use while storage goes on;
    `expires_at` is empty while the anchoring event named in `retention` has not happened.
    """

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    category = models.CharField(max_length=40)
    key_id = IdField()
    sealed = BytesField()
    purposes = models.CharField(max_length=300)
    source = models.CharField(max_length=40)
    basis = models.CharField(max_length=60)
    retention = models.CharField(max_length=80)
    collected_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(null=True)
    circulates_until = models.BigIntegerField(null=True)
    verified = models.BooleanField(default=False)
    third_party = models.BooleanField(default=False)
    legacy = models.CharField(max_length=80, default="")
    group_id = IdField(null=True)
    version = models.IntegerField(default=1)

    ledgered = True
    table_code = 41
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "category": Column.PSEUDONYMOUS,
        "key_id": Column.PSEUDONYMOUS,
        "sealed": Column.SEALED,
        "purposes": Column.PSEUDONYMOUS,
        "source": Column.PSEUDONYMOUS,
        "basis": Column.PSEUDONYMOUS,
        "retention": Column.PSEUDONYMOUS,
        "collected_at": Column.PSEUDONYMOUS,
        "expires_at": Column.PSEUDONYMOUS,
        "circulates_until": Column.PSEUDONYMOUS,
        "verified": Column.PSEUDONYMOUS,
        "third_party": Column.PSEUDONYMOUS,
        "legacy": Column.PSEUDONYMOUS,
        "group_id": Column.PSEUDONYMOUS,
        "version": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_item"


class Erasure(Record):
    """That a subject was erased: when, in which entry, how much. Lets the append-only rows of the person go."""

    subject_id = IdField(primary_key=True)
    shop_id = models.SmallIntegerField()
    entry_id = IdField()
    reason = models.CharField(max_length=40)
    at = models.BigIntegerField()

    ledgered = True
    table_code = 42
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "entry_id": Column.PSEUDONYMOUS,
        "reason": Column.NOT_PERSONAL,
        "at": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_erasure"


class Tombstone(Record):
    """A contact of an erased person under a key of its own, so that a later import cannot bring them back.

    It names no subject, and it ends: after `ends_at` it is swept away too.
    """

    pk = models.CompositePrimaryKey("digest", "shop_id")
    digest = BytesField(max_length=16)
    shop_id = models.SmallIntegerField()
    kind = models.CharField(max_length=40)
    ends_at = models.BigIntegerField()

    ledgered = True
    table_code = 43
    columns = {
        "digest": Column.DIGEST,
        "shop_id": Column.NOT_PERSONAL,
        "kind": Column.NOT_PERSONAL,
        "ends_at": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_tombstone"


class SignUp(Record):
    """A stranger's sign-up that its own contact has not confirmed yet: what was sent and answered, sealed.

    Nothing of it can be looked at or found, and no consent is recorded; after `ends_at` the person is shredded.
    `digest` is the blind digest of the contact that the code went to.
    """

    subject_id = IdField(primary_key=True)
    shop_id = models.SmallIntegerField()
    digest = BytesField(max_length=16)
    sealed = BytesField()
    ends_at = models.BigIntegerField()

    ledgered = True
    table_code = 44
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "digest": Column.DIGEST,
        "sealed": Column.SEALED,
        "ends_at": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_sign_up"
