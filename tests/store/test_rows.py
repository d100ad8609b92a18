"""A row has one digest: before and after it was stored, on either database, and another for any other row."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, models

from camket.base.ids import uuid7
from camket.store import canonical, rows
from camket.store.columns import Column, Record, faults, ledgered_models
from camket.store.fields import BytesField, IdField
from camket.store.models import ShopSecret

KEY = bytes(32)
NAMES = ("subject_id", "id", "shop_id", "at", "day", "price", "ratio", "done", "note", "marks", "sealed")
MOMENT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


class Sample(Record):
    """Every kind of column there is."""

    pk = models.CompositePrimaryKey("subject_id", "id")
    subject_id = IdField()
    id = IdField()
    shop_id = models.SmallIntegerField()
    at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    ratio = models.FloatField(null=True)
    done = models.BooleanField(default=False)
    note = models.TextField(default="")
    marks = models.JSONField(null=True)
    sealed = BytesField(null=True)

    ledgered = True
    table_code = 250
    columns = dict.fromkeys(NAMES, Column.NOT_PERSONAL)

    class Meta:
        app_label = "camket_samples"
        db_table = "camket_samples"
        managed = False


def _sample(**more) -> Sample:
    values = {
        "subject_id": UUID(int=5), "id": UUID(int=9), "shop_id": 1, "at": MOMENT, "day": date(2026, 3, 2),
        "price": Decimal("85000.5"), "ratio": 0.1, "done": True, "note": "Gạch · đỏ", "sealed": b"\0\xff",
        "marks": {"b": [1, 2.5, None], "a": "ở"},
    }  # fmt: skip
    return Sample(**{**values, **more})


def _create_table() -> None:
    statement, parameters = connection.schema_editor().table_sql(Sample)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


@pytest.mark.django_db
def test_the_digest_survives_the_database() -> None:
    _create_table()
    for row in (_sample(), _sample(at=None, day=None, price=None, ratio=None, marks=None, sealed=None, note="")):
        row.save(force_insert=True)
        stored = Sample.objects.get(pk=row.pk)
        assert rows.digest(stored, KEY) == rows.digest(row, KEY)
        names = rows.concrete_names(Sample)
        values = dict(zip(names, Sample.objects.values_list(*names).get(), strict=True))
        assert rows.digest_of(Sample, values, KEY) == rows.digest(row, KEY)
        assert rows.values_of(stored) == values
        Sample.objects.all().delete()


def test_the_digest_is_the_same_on_every_machine() -> None:
    assert rows.digest(_sample(), KEY).hex() == "14aa83ae47b01da0c570f55d6a4e138a"
    assert rows.row_key(_sample()).hex() == "82" + "50" + f"{5:032x}" + "50" + f"{9:032x}"


@pytest.mark.parametrize(
    "same",
    [
        {"at": MOMENT.astimezone(timezone(timedelta(hours=7)))},
        {"price": Decimal("85000.50")},
        {"marks": {"a": "ở", "b": (1, 2.5, None)}},
        {"done": 1},
        {"sealed": bytearray(b"\0\xff")},
    ],
)
def test_one_value_has_one_encoding(same: dict) -> None:
    assert rows.digest(_sample(**same), KEY) == rows.digest(_sample(), KEY)


@pytest.mark.parametrize(
    "other",
    [
        {"at": MOMENT + timedelta(microseconds=1)}, {"day": date(2026, 3, 3)}, {"price": Decimal("85000.51")},
        {"ratio": 0.2}, {"done": False}, {"note": "Gạch · đỏ "}, {"sealed": b"\0\xfe"}, {"sealed": None},
        {"marks": {"a": "ở"}}, {"id": UUID(int=8)}, {"shop_id": 2},
    ],
)  # fmt: skip
def test_another_value_has_another_digest(other: dict) -> None:
    assert rows.digest(_sample(**other), KEY) != rows.digest(_sample(), KEY)


def test_a_digest_needs_its_key_and_its_table() -> None:
    assert rows.digest(_sample(), b"x" * 32) != rows.digest(_sample(), KEY)
    assert len(rows.digest(_sample(), KEY)) == rows.DIGEST_BYTES


def test_what_has_no_one_encoding_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        rows.digest(_sample(at=MOMENT.replace(tzinfo=None)), KEY)
    with pytest.raises(TypeError):
        rows.digest(_sample(shop_id=models.F("shop_id") + 1), KEY)


def test_a_wrong_declaration_is_named() -> None:
    class Wrong(Record):
        name = models.CharField(max_length=9)
        place = models.GenericIPAddressField()

        ledgered = True
        columns = {"name": Column.STAFF, "nothing": Column.STAFF}

        class Meta:
            app_label = "camket_samples"

    found = list(faults(Wrong))
    assert found == [
        "column `id` is not declared",
        "column `place` is not declared",
        "declares `nothing`, which is no column",
        "is ledgered and needs a table_code between 0 and 255",
        "is ledgered and needs a shop_column",
        "column `place` has a type without a canonical encoding",
    ]
    assert [message.msg for message in Wrong.check() if message.msg in found] == found
    assert list(faults(ShopSecret)) == []


def test_two_tables_never_share_a_code() -> None:
    assert ledgered_models([ShopSecret, Sample]) == {1: ShopSecret, 250: Sample}

    class Twin(Sample):
        class Meta:
            app_label = "camket_samples"
            proxy = True

    with pytest.raises(ValueError, match="share"):
        ledgered_models([Sample, Twin])


def test_keys_are_encoded_from_rows_and_from_values_alike() -> None:
    row = _sample()
    assert rows.key_from(Sample, row.pk) == rows.key_of(row)
    assert canonical.dumps(rows.key_of(row)) == rows.row_key(row)


@pytest.mark.django_db
def test_an_id_takes_sixteen_bytes() -> None:
    _create_table()
    row = _sample(id=uuid7(1))
    row.save(force_insert=True)
    assert Sample.objects.get(id=row.id).id == row.id
    assert Sample.objects.filter(id__in=[str(row.id)]).count() == 1
    with connection.cursor() as cursor:
        size = "length(id)" if connection.vendor == "sqlite" else "pg_column_size(id)"
        cursor.execute(f"SELECT {size} FROM camket_samples")
        assert cursor.fetchone() == (16,)
