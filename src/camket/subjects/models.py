"""People under pseudonyms, and the blind look-ups that find them. No value of a person stands here."""

from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField


class Subject(Record):
    """One customer of one shop. `child` needs `representative_at`: when a representative was recorded."""

    subject_id = IdField(primary_key=True)
    shop_id = models.SmallIntegerField()
    origin = models.CharField(max_length=40)
    legacy = models.CharField(max_length=80, default="")
    child = models.BooleanField(default=False)
    representative_at = models.BigIntegerField(null=True)
    made_at = models.BigIntegerField()

    ledgered = True
    table_code = 20
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "origin": Column.PSEUDONYMOUS,
        "legacy": Column.PSEUDONYMOUS,
        "child": Column.PSEUDONYMOUS,
        "representative_at": Column.PSEUDONYMOUS,
        "made_at": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_subject"


class Identifier(Record):
    """Blind exact index: HMAC of a phone, email, user name or order number, keyed by what it is looked up by.

    INVARIANT 13: one verified row per digest (partial unique index); unverified ones may repeat.
    """

    pk = models.CompositePrimaryKey("digest", "subject_id", "item_id")
    digest = BytesField(max_length=16)
    subject_id = IdField()
    item_id = IdField()
    shop_id = models.SmallIntegerField()
    kind = models.CharField(max_length=40)
    verified = models.BooleanField(default=False)

    ledgered = True
    table_code = 21
    columns = {
        "digest": Column.DIGEST,
        "subject_id": Column.PSEUDONYMOUS,
        "item_id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "kind": Column.NOT_PERSONAL,
        "verified": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_identifier"
        indexes = [models.Index(fields=["subject_id", "item_id"], name="camket_identifier_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=models.Q(verified=True), name="camket_identifier_verified"
            ),
        ]


class NameToken(Record):
    """Truncated name digests (INVARIANT 15): several names share one, so a row alone names nobody."""

    pk = models.CompositePrimaryKey("token", "subject_id", "item_id")
    token = BytesField(max_length=3)
    subject_id = IdField()
    item_id = IdField()
    shop_id = models.SmallIntegerField()

    ledgered = True
    table_code = 22
    columns = {
        "token": Column.DIGEST,
        "subject_id": Column.PSEUDONYMOUS,
        "item_id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_name_token"
        indexes = [models.Index(fields=["subject_id", "item_id"], name="camket_name_token_subject")]


class ContactCode(Record):
    """A one-time code asked for a contact. Kept as a digest; a row is made for unknown contacts too.

    The answer and the limits are therefore the same whether the shop knows the contact or not.
    """

    pk = models.CompositePrimaryKey("digest", "id")
    digest = BytesField(max_length=16)
    id = IdField()
    shop_id = models.SmallIntegerField()
    subject_id = IdField(null=True)
    item_id = IdField(null=True)
    code_digest = BytesField(max_length=32)
    attempts = models.SmallIntegerField(default=0)
    made_at = models.BigIntegerField()
    ends_at = models.BigIntegerField()
    used_at = models.BigIntegerField(null=True)

    ledgered = True
    table_code = 23
    columns = {
        "digest": Column.DIGEST,
        "id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "subject_id": Column.PSEUDONYMOUS,
        "item_id": Column.PSEUDONYMOUS,
        "code_digest": Column.DIGEST,
        "attempts": Column.NOT_PERSONAL,
        "made_at": Column.PSEUDONYMOUS,
        "ends_at": Column.PSEUDONYMOUS,
        "used_at": Column.PSEUDONYMOUS,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_contact_code"
        indexes = [models.Index(fields=["subject_id"], name="camket_contact_code_subject")]


class Proposal(Record):
    """That a new subject may be a known one (INVARIANT 13): nothing is joined until `state` says so."""

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    known_subject_id = IdField()
    shop_id = models.SmallIntegerField()
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=20)
    made_at = models.BigIntegerField()
    decided_at = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=80, default="")

    ledgered = True
    table_code = 24
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "id": Column.PSEUDONYMOUS,
        "known_subject_id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "kind": Column.NOT_PERSONAL,
        "state": Column.PSEUDONYMOUS,
        "made_at": Column.PSEUDONYMOUS,
        "decided_at": Column.PSEUDONYMOUS,
        "decided_by": Column.STAFF,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_proposal"
        indexes = [models.Index(fields=["known_subject_id"], name="camket_proposal_known")]
