"""Shop-level tables: small, written rarely, copied to every node when the person tables are spread out.

Moments are UTC milliseconds in integers, the same on both databases and exact in a row's digest.
"""

from django.db import models

from camket.store.columns import Column, Record
from camket.store.fields import BytesField, IdField


class Shop(Record):
    """A controller. `slug` is its name in addresses and files; `id` is small because person tables repeat it."""

    id = models.SmallIntegerField(primary_key=True)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    opened_at = models.BigIntegerField()

    ledgered = True
    table_code = 10
    shop_column = "id"
    columns = {
        "id": Column.NOT_PERSONAL,
        "slug": Column.NOT_PERSONAL,
        "name": Column.NOT_PERSONAL,
        "opened_at": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_shop"


class PolicyVersion(Record):
    """A policy as adopted: the file's own bytes, their digest, and from when it is in force. Never changed."""

    pk = models.CompositePrimaryKey("shop_id", "version")
    shop_id = models.SmallIntegerField()
    version = models.IntegerField()
    digest = BytesField(max_length=32)
    text = models.TextField()
    in_force_from = models.BigIntegerField()
    adopted_at = models.BigIntegerField()
    adopted_by = models.CharField(max_length=80)
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 11
    vouched = ("version", "digest", "in_force_from")
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "version": Column.NOT_PERSONAL,
        "digest": Column.NOT_PERSONAL,
        "text": Column.NOT_PERSONAL,
        "in_force_from": Column.NOT_PERSONAL,
        "adopted_at": Column.NOT_PERSONAL,
        "adopted_by": Column.STAFF,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_policy_version"


class Setting(Record):
    """What a shop sets for itself, from the closed list in `shops.settings`."""

    pk = models.CompositePrimaryKey("shop_id", "name")
    shop_id = models.SmallIntegerField()
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 12
    vouched = ("name", "value")
    columns = {
        "shop_id": Column.NOT_PERSONAL,
        "name": Column.NOT_PERSONAL,
        "value": Column.NOT_PERSONAL,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_setting"


class Staff(Record):
    """A named person who works for the shop. `left_at` ends every power at once."""

    id = IdField(primary_key=True)
    shop_id = models.SmallIntegerField()
    name = models.CharField(max_length=120)
    email = models.CharField(max_length=200, default="")
    joined_at = models.BigIntegerField()
    left_at = models.BigIntegerField(null=True)

    ledgered = True
    table_code = 13
    columns = {
        "id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "name": Column.STAFF,
        "email": Column.STAFF,
        "joined_at": Column.STAFF,
        "left_at": Column.STAFF,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_staff"
        indexes = [models.Index(fields=["shop_id"], name="camket_staff_shop")]


class StaffRole(Record):
    """A role held by a person of the staff; the ledger remembers the ones taken away."""

    pk = models.CompositePrimaryKey("staff_id", "role")
    staff_id = IdField()
    role = models.CharField(max_length=40)
    shop_id = models.SmallIntegerField()
    granted_at = models.BigIntegerField()
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 14
    vouched = ("staff_id", "role")
    columns = {
        "staff_id": Column.PSEUDONYMOUS,
        "role": Column.STAFF,
        "shop_id": Column.NOT_PERSONAL,
        "granted_at": Column.STAFF,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_staff_role"


class Undertaking(Record):
    """A signed secrecy undertaking: which version of the wording, its digest, and when."""

    pk = models.CompositePrimaryKey("staff_id", "version")
    staff_id = IdField()
    version = models.IntegerField()
    shop_id = models.SmallIntegerField()
    text_digest = BytesField(max_length=32)
    signed_at = models.BigIntegerField()
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 15
    vouched = ("staff_id", "version")
    columns = {
        "staff_id": Column.PSEUDONYMOUS,
        "version": Column.NOT_PERSONAL,
        "shop_id": Column.NOT_PERSONAL,
        "text_digest": Column.NOT_PERSONAL,
        "signed_at": Column.STAFF,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_undertaking"


class Assignment(Record):
    """Work on one subject given to one person of the staff: `work` is `kind:id`, as a look names it.

    `cover_for` names the absent colleague; `reason` is `assigned`, `taken`, `cover` or `break_glass`.
    """

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    staff_id = IdField()
    work = models.CharField(max_length=80)
    reason = models.CharField(max_length=20)
    cover_for = IdField(null=True)
    since = models.BigIntegerField()
    until = models.BigIntegerField(null=True)
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 16
    vouched = ("subject_id", "staff_id", "work", "reason", "since", "until")
    columns = {
        "subject_id": Column.PSEUDONYMOUS,
        "id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "staff_id": Column.PSEUDONYMOUS,
        "work": Column.PSEUDONYMOUS,
        "reason": Column.NOT_PERSONAL,
        "cover_for": Column.PSEUDONYMOUS,
        "since": Column.PSEUDONYMOUS,
        "until": Column.PSEUDONYMOUS,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_assignment"


class Agreement(Record):
    """A written agreement with a partner: which service, fields and purposes, from when until when."""

    id = IdField(primary_key=True)
    shop_id = models.SmallIntegerField()
    partner = models.CharField(max_length=200)
    recipient = models.CharField(max_length=40)
    service = models.CharField(max_length=200)
    categories = models.JSONField()
    purposes = models.JSONField()
    since = models.BigIntegerField()
    until = models.BigIntegerField(null=True)
    ended_at = models.BigIntegerField(null=True)
    mark = BytesField(max_length=16)

    ledgered = True
    table_code = 17
    vouched = ("id", "partner", "recipient", "categories", "purposes", "since", "until", "ended_at")
    columns = {
        "id": Column.NOT_PERSONAL,
        "shop_id": Column.NOT_PERSONAL,
        "partner": Column.NOT_PERSONAL,
        "recipient": Column.NOT_PERSONAL,
        "service": Column.NOT_PERSONAL,
        "categories": Column.NOT_PERSONAL,
        "purposes": Column.NOT_PERSONAL,
        "since": Column.NOT_PERSONAL,
        "until": Column.NOT_PERSONAL,
        "ended_at": Column.NOT_PERSONAL,
        "mark": Column.DIGEST,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_agreement"
        indexes = [models.Index(fields=["shop_id"], name="camket_agreement_shop")]


class ApiKey(Record):
    """A key of one named person (`staff_id`) or one named system (`system`); the token itself is not kept.

    `scopes` names the operations that it may call; NULL is all of them.
    INVARIANT 14: exactly one of the two is set (a constraint holds it).
    """

    id = IdField(primary_key=True)
    shop_id = models.SmallIntegerField()
    digest = BytesField(max_length=32, unique=True)
    staff_id = IdField(null=True)
    system = models.CharField(max_length=80, default="")
    role = models.CharField(max_length=40)
    purposes = models.JSONField()
    scopes = models.JSONField(null=True)
    issued_at = models.BigIntegerField()
    ends_at = models.BigIntegerField(null=True)
    revoked_at = models.BigIntegerField(null=True)

    ledgered = True
    table_code = 18
    columns = {
        "id": Column.PSEUDONYMOUS,
        "shop_id": Column.NOT_PERSONAL,
        "digest": Column.DIGEST,
        "staff_id": Column.PSEUDONYMOUS,
        "system": Column.NOT_PERSONAL,
        "role": Column.STAFF,
        "purposes": Column.STAFF,
        "scopes": Column.STAFF,
        "issued_at": Column.STAFF,
        "ends_at": Column.STAFF,
        "revoked_at": Column.STAFF,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_api_key"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(staff_id__isnull=False, system="")
                | (models.Q(staff_id__isnull=True) & ~models.Q(system="")),
                name="camket_api_key_one_holder",
            ),
        ]


class Answered(Record):
    """The answer of a request that came with an idempotency key, kept for a day in the request's own commit.

    `digest` is of the API key and the idempotency key, `request` of what was sent, both under the shop's secret.
    `answer` is sealed with a key made of the idempotency key, which is not kept: only who sends it again opens it.
    Bookkeeping: no deed writes it.
    """

    digest = BytesField(primary_key=True, max_length=16)
    shop_id = models.SmallIntegerField()
    request = BytesField(max_length=16)
    answer = BytesField()
    ends_at = models.BigIntegerField()

    columns = {
        "digest": Column.DIGEST,
        "shop_id": Column.NOT_PERSONAL,
        "request": Column.DIGEST,
        "answer": Column.SEALED,
        "ends_at": Column.NOT_PERSONAL,
    }

    class Meta:
        app_label = "camket"
        db_table = "camket_answered"
        indexes = [models.Index(fields=["ends_at"], name="camket_answered_ends")]
