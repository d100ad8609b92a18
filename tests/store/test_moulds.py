"""A row out of a mould is the row that the plain way writes: the same digest, the same columns in the database."""

import random
import sqlite3
from datetime import date, timedelta
from hashlib import sha256
from hmac import digest as plain_hmac

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from camket.base.clock import to_ms
from camket.base.ids import uuid7, uuid7s
from camket.consent.models import ConsentEvent
from camket.crypto import seal, unseal
from camket.crypto.mac import Mac
from camket.crypto.sealer import Sealer, nonces
from camket.intake.models import ImportMark, Order
from camket.ledger.bulk import BulkRows
from camket.ledger.deeds import deed
from camket.store import among, bulk, rows, wall
from camket.store.moulds import Mould, literal
from camket.subjects.models import Identifier, NameToken, Subject
from camket.vault import sealing
from camket.vault.bulk_sealing import Gaps
from camket.vault.models import Item, ItemKey
from tests.locks.conftest import become_plain

KEY = bytes(range(32))
MODELS = (ConsentEvent, Identifier, ImportMark, Item, ItemKey, NameToken, Order, Subject)
TEXTS = ("", "order", 'it\'s "so"', "Nguyễn\nĐức ☂", "x" * 300)


def _value(field, dice):
    kind = field.get_internal_type()
    if field.null and dice.random() < 0.3:
        return None
    if kind == "IdField":
        return uuid7(dice.randrange(1 << 41))
    return {
        "BooleanField": lambda: dice.random() < 0.5,
        "SmallIntegerField": lambda: dice.choice((0, 1, 23, 24, 255, 256, -1, 32767)),
        "IntegerField": lambda: dice.choice((0, 255, 65536, -5, 2**31 - 1)),
        "BigIntegerField": lambda: dice.choice((0, 2**31, 2**32, 2**53, -(2**40))),
        "DateField": lambda: date(2026, 1, 1) - timedelta(days=dice.randrange(20_000)),
        "BinaryField": lambda: dice.randbytes(dice.choice((0, 1, 16, 23, 24, 255, 256, 70_000))),
    }.get(kind, lambda: dice.choice(TEXTS)[: field.max_length])()


def _random_row(model, dice):
    fields = [field for field in model._meta.concrete_fields if field.column]
    return model(**{field.attname: _value(field, dice) for field in fields})


def _mould(row, dice):
    values = rows.values_of(row)
    varying = sorted(name for name, value in values.items() if value is not None and dice.random() < 0.6)
    fixed = {name: value for name, value in values.items() if name not in varying}
    given = [getattr(values[name], "bytes", values[name]) for name in varying]
    return Mould(type(row), varying=varying, fixed=fixed, key=KEY), given


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(8))
def test_the_digest_of_a_moulded_row_is_that_of_the_row(model, seed):
    dice = random.Random(seed)
    row = _random_row(model, dice)
    mould, given = _mould(row, dice)
    assert mould.digest(given) == rows.digest(row, KEY)


@pytest.mark.parametrize("walled", [False, True])
def test_rows_written_in_bulk_read_back_as_they_were(world, walled):
    dice = random.Random(11)
    shop_id = world.shops["comet"]
    if walled:
        become_plain()
    written = []
    with transaction.atomic(), wall.behind(shop_id):
        for model in (Subject, ImportMark, Identifier, NameToken):
            made = []
            for _ in range(20):
                row = _random_row(model, dice)
                row.shop_id = shop_id
                for name in {"digest", "token"} & {*rows.concrete_names(model)}:
                    setattr(row, name, dice.randbytes(3 if name == "token" else 16))
                if model is Identifier:
                    row.verified = False
                made.append((row, *_mould(row, dice)))
            bulk.write(model, made[0][1].names, [(mould, given) for _, mould, given in made])
            written += [row for row, *_ in made]
        for row in written:
            stored = type(row).objects.get(pk=row.pk)
            assert rows.values_of(stored) == rows.values_of(row)


def test_a_row_of_another_shop_does_not_pass_the_wall_in_bulk(world):
    if connection.vendor != "postgresql":
        assert not wall.stands_before("camket_subject")
        return
    become_plain()
    other = Subject(subject_id=uuid7(1), shop_id=world.shops["khatra"], origin="x", made_at=1)
    mould, given = _mould(other, random.Random(1))
    with pytest.raises(Exception, match="row-level security"), transaction.atomic(), wall.behind(world.shops["comet"]):
        bulk.write(Subject, mould.names, [(mould, given)])


def test_a_doubled_row_is_djangos_integrity_error(world):
    row = Subject(subject_id=uuid7(1), shop_id=world.shops["comet"], origin="x", made_at=1)
    mould, given = _mould(row, random.Random(1))
    with pytest.raises(IntegrityError), transaction.atomic(), wall.behind(row.shop_id):
        bulk.write(Subject, mould.names, [(mould, given), (mould, given)])


def test_a_mould_names_every_column_once_in_order(world):
    for varying, fixed in ((("shop_id",), {}), (("token", "item_id"), {"subject_id": uuid7(1), "shop_id": 1})):
        with pytest.raises(ValueError, match="names every column"):
            Mould(NameToken, varying=varying, fixed=fixed, key=KEY)


def test_a_bulk_deed_takes_rows_of_its_own_shop_only(world, now):
    own = deed(shop_id=1, event="import.run", actor=world.hanh("1stwatch"), now=now, bulk=True)
    with own as made, pytest.raises(ValueError, match="own shop"):
        BulkRows(made).shape_like(Subject(shop_id=2), ("subject_id",))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_a_constant_is_quoted_as_sqlite_reads_it(text):
    with sqlite3.connect(":memory:") as database:
        assert database.execute(f"SELECT {literal(text)}, {literal(text.encode())}").fetchone() == (text, text.encode())
    database.close()


def test_a_constant_with_a_zero_byte_is_refused():
    with pytest.raises(ValueError, match="zero byte"):
        literal("a\0b")


@given(st.binary(max_size=200), st.binary(max_size=100), st.binary(max_size=40))
def test_a_mac_is_hmac(key, message, prefix):
    assert Mac(key, prefix)(message) == plain_hmac(key, prefix + message, sha256)


def test_what_a_sealer_seals_the_seal_opens():
    [nonce] = nonces(1)
    sealed = Sealer(KEY).seal(b"text", b"place", nonce)
    assert unseal(KEY, sealed, b"place") == b"text"
    assert len(sealed) == len(seal(KEY, b"text", b"place"))


@pytest.mark.parametrize("seed", range(6))
def test_the_gaps_of_a_place_are_filled_as_sealing_places_it(seed):
    dice = random.Random(seed)
    row = _random_row(Item, dice)
    row.group_id = uuid7(1)
    ids = [uuid7(place).bytes for place in range(4)]
    stand_ins = [row.subject_id.bytes, row.id.bytes, row.key_id.bytes, row.group_id.bytes]
    gaps = Gaps(sealing.place(row), stand_ins)
    other = Item(**rows.values_of(row))
    for name, one in zip(("subject_id", "id", "key_id", "group_id"), ids, strict=True):
        setattr(other, name, type(row.id)(bytes=one))
    assert gaps(ids) == sealing.place(other)
    with pytest.raises(ValueError, match="stand-in"):
        Gaps(b"abab", [b"ab"])


def test_many_ids_are_distinct_ordered_and_of_their_moment(now):
    at = to_ms(now)
    made = [*uuid7s(at, 500), uuid7(at).bytes, *uuid7s(at, 3)]
    assert made == sorted(set(made))
    assert {int.from_bytes(one[:6], "big") for one in made} == {at}
    assert {one[6] >> 4 for one in made} == {7}
    assert {one[8] >> 6 for one in made} == {2}
    assert uuid7s(at, 0) == []


def test_a_list_is_asked_about_in_pieces_each_value_once(world):
    shop_id = world.shops["comet"]
    ids = [uuid7(1) for _ in range(1100)]
    Subject.objects.bulk_create(Subject(subject_id=one, shop_id=shop_id, origin="x", made_at=1) for one in ids)
    text = "SELECT s.subject_id FROM camket_subject s WHERE s.subject_id {among} AND s.shop_id = %(shop)s"
    assert len(list(among.fetch(text, [*ids, *ids], {"shop": shop_id}))) == len(ids)
    assert list(among.fetch(text, [], {"shop": shop_id})) == []
