"""Tests 1 to 4 of the twelve that a vault must pass: the dump, the swap, the crowd, the missing entry."""

import hashlib
import hmac
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.conf import settings
from django.db import DatabaseError, connection

from camket.base.actor import Actor
from camket.crypto import KeyFileError, SealError, aad, seal
from camket.ledger.actions import checkpoint, sequence
from camket.ledger.models import Entry
from camket.ledger.queries import read_entry, verify_database
from camket.outbox.models import Outbox
from camket.shops.actions import issue_api_key, set_setting
from camket.shops.errors import NotAllowedError
from camket.store import keys, secrets
from camket.store.db import is_sqlite
from camket.store.errors import ConflictError
from camket.subjects import blind
from camket.subjects.actions import create
from camket.subjects.errors import TakenError
from camket.subjects.models import ContactCode, Identifier
from camket.vault import messages
from camket.vault.actions import Value, change, find, put, request_code, show
from camket.vault.errors import RefusedError
from camket.vault.models import Item
from tests import kept
from tests import world as worlds
from tests.cast import KHOI, MINH, THAO
from tests.world import OWNER
from tests.worlds.attacker import sql

SLUG = "comet"


@pytest.fixture
def minh(world, now):
    subject_id = kept.keep(world, SLUG, MINH, now)
    kept.assign(world, SLUG, subject_id, now)
    return subject_id


# --- 1: a dump without keys


def test_01_a_dump_gives_back_no_key_identity_code_or_token(world, now, minh, all_bytes):
    shop_id = world.shops[SLUG]
    token = issue_api_key(
        shop_id=shop_id, role="system", purposes=["order"], system="kho", actor=OWNER, now=now
    ).token  # fmt: skip
    request_code(shop_id=shop_id, kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    dump = all_bytes()
    spellings = [value.encode() for value in (*MINH.canaries, "+84912345678", token, token.partition("_")[2])]
    assert [value for value in spellings if value in dump] == []
    # Nobody who guesses the phone finds it by hashing: not bare, and not under any 16 to 32 bytes that the dump holds.
    digests = {bytes(row.digest) for row in Identifier.objects.all()}
    assert digests
    assert not {_half(made) for value in spellings for made in _bare(value)} & digests
    cells = {cell for cell in dump.split(b"\n") if 16 <= len(cell) <= 64}
    marked = {hmac.digest(cell, value, "sha256")[:16] for cell in cells for value in spellings}
    assert not marked & digests


def test_01_a_code_is_sealed_until_it_is_sent_and_no_hash_of_it_stands_anywhere(world, now, minh, all_bytes):
    """A code has a million values: only a digest under a key that is not in the dump withstands trying them all."""
    request_code(shop_id=world.shops[SLUG], kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    row, waiting = ContactCode.objects.get(), Outbox.objects.get()
    _, _, text = messages.opened(waiting).reveal()
    code = re.findall(r"\b\d{6}\b", text)[0].encode()
    assert code not in bytes(waiting.params)
    dump = all_bytes()
    salts = {b"", row.id.bytes, bytes(row.digest), *(cell for cell in dump.split(b"\n") if 8 <= len(cell) <= 64)}
    for salt in salts:
        for made in (*_bare(salt + code), *_bare(code + salt), hmac.digest(salt, code, "sha256")):
            assert made[:16] not in dump


def test_01_without_the_key_file_nothing_opens(world, now, minh):
    path = settings.CAMKET_KEYS
    aside = path.with_name("aside.key")
    shutil.move(path, aside)
    try:
        keys.forget()
        secrets.forget()
        with pytest.raises(KeyFileError):
            kept.lan_looks(world, SLUG, minh, now)
    finally:
        shutil.move(aside, path)
        keys.forget()
    assert [show(value) for value in kept.lan_looks(world, SLUG, minh, now).values] == ["+84912345678"]


def test_01_equal_values_are_sealed_and_indexed_apart(world, now, minh):
    again = kept.keep(world, SLUG, MINH, now)
    sealed = {bytes(row.sealed) for row in Item.objects.filter(category="phone", subject_id__in=[minh, again])}
    assert len(sealed) == 2
    assert seal(bytes(32), b"x", aad("y")) != seal(bytes(32), b"x", aad("y"))
    one = world.shops[SLUG]
    fields = {blind.identifier(one, kind, "+84912345678") for kind in ("phone", "user_name", "receiver_phone")}
    assert len(fields) == 3
    assert blind.identifier(world.shops["khatra"], "phone", "+84912345678") not in fields


def _bare(value):
    return [hashlib.new(name, value).digest() for name in ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s")]


def _half(digest):
    return digest[:16]


# --- 2: swapped and planted


@pytest.mark.parametrize("other", ["another person", "another field", "another shop"])
def test_02_a_sealed_value_opens_in_its_own_place_only(world, now, minh, other):
    mine = Item.objects.get(subject_id=minh, category="phone")
    if other == "another person":
        theirs = Item.objects.get(subject_id=kept.keep(world, SLUG, THAO, now), category="phone")
    elif other == "another field":
        theirs = Item.objects.get(subject_id=minh, category="email")
    else:
        theirs = Item.objects.get(subject_id=kept.keep(world, "khatra", THAO, now), category="phone")
    statement = "UPDATE camket_item SET sealed = %s WHERE subject_id = %s AND id = %s"
    assert sql(statement, bytes(theirs.sealed), mine.subject_id, mine.id) == 1
    with pytest.raises(SealError):
        kept.lan_looks(world, SLUG, minh, now)
    # Its key with it: the key is bound to its person and class too.
    sql(
        "UPDATE camket_item_key SET wrapped = (SELECT wrapped FROM camket_item_key WHERE subject_id = %s AND id = %s) "
        "WHERE subject_id = %s AND id = %s",
        theirs.subject_id,
        theirs.key_id,
        mine.subject_id,
        mine.key_id,
    )
    if theirs.key_id != mine.key_id:
        with pytest.raises(SealError):
            kept.lan_looks(world, SLUG, minh, now)


def test_02_a_row_planted_by_sql_opens_nothing_and_finds_nobody(world, now, minh):
    """Khôi, who can write to the database, plants Minh's look-up row under his own record, and Minh's item too."""
    khoi = kept.keep(world, SLUG, KHOI, now)
    kept.assign(world, SLUG, khoi, now)
    mine = Item.objects.get(subject_id=minh, category="phone")
    his = Item.objects.get(subject_id=khoi, category="phone")
    sql("UPDATE camket_identifier SET subject_id = %s, item_id = %s WHERE item_id = %s", khoi, his.id, mine.id)
    found = find(
        shop_id=world.shops[SLUG], kind="phone", text=MINH.phone, purpose="order", work=kept.WORK,
        actor=world.lan(SLUG), now=now,
    )  # fmt: skip
    assert found == []
    sql("UPDATE camket_item SET sealed = %s WHERE id = %s", bytes(mine.sealed), his.id)
    with pytest.raises(SealError):
        kept.lan_looks(world, SLUG, khoi, now)
    sequence(shop_id=world.shops[SLUG], now=now, full=True)
    assert {"camket_identifier", "camket_item"} <= {problem.table for problem in verify_database(world.shops[SLUG])}


# --- 3: at once


def _at_once(count, work):
    start = Barrier(count)

    def run(number):
        try:
            start.wait()
            return work(number)
        except (ConflictError, TakenError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_03_eight_creates_of_one_phone_one_succeeds_and_of_32_changes_each_is_applied_or_conflicts(now):
    world = worlds.world(now)
    shop_id, clerk = world.shops["shop-003"], world.lan("shop-003")

    def register(_):
        subject_id = create(shop_id=shop_id, origin="feedback", actor=clerk, now=now)
        values = [Value("phone", MINH.phone, ("answer_enquiry",), verified=True)]
        (item_id,) = put(
            shop_id=shop_id, subject_id=subject_id, values=values, source="feedback", actor=clerk, now=now
        )  # fmt: skip
        return subject_id, item_id

    outcomes = _at_once(8, register)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["TakenError"] * 7 + ["tuple"]
    assert Identifier.objects.filter(shop_id=shop_id, verified=True).count() == 1  # a unique index, by the digest
    ((subject_id, item_id),) = [outcome for outcome in outcomes if isinstance(outcome, tuple)]

    def correct(number):
        return change(
            shop_id=shop_id, subject_id=subject_id, item_id=item_id, text=f"09123456{number:02d}", version=1,
            actor=Actor(kind="customer", id=str(subject_id)), now=now, purpose="rights_fulfilment",
        )  # fmt: skip

    changes = _at_once(32, correct)
    applied = [number for number, outcome in enumerate(changes) if outcome == 2]
    assert len(applied) == 1
    assert [type(outcome) for outcome in changes].count(ConflictError) == 31
    assert Item.objects.get(id=item_id).version == 2
    sequence(shop_id=shop_id, now=now, full=True)
    assert verify_database(shop_id) == []


# --- 4: no entry, no data


@contextmanager
def _full_disk():
    """No entry can be written, as on a full disk (the real thing: tests/faults)."""
    sqlite = (
        "CREATE TRIGGER full_disk BEFORE INSERT ON camket_entry BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
        "DROP TRIGGER full_disk",
    )
    refusing = "$$ BEGIN RAISE EXCEPTION 'disk is full' USING ERRCODE = 'disk_full'; END $$"
    trigger = "CREATE TRIGGER full_disk BEFORE INSERT ON camket_entry FOR EACH ROW EXECUTE FUNCTION full_disk()"
    postgresql = (
        f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS {refusing}; {trigger}",
        "DROP TRIGGER full_disk ON camket_entry; DROP FUNCTION full_disk",
    )
    begin, end = sqlite if is_sqlite() else postgresql
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(end)


@pytest.mark.django_db(transaction=True)
def test_04_without_its_entry_a_look_gives_nothing_a_refusal_is_no_answer_and_a_change_is_undone(now):
    world = worlds.world(now)
    subject_id = kept.keep(world, SLUG, MINH, now)
    kept.assign(world, SLUG, subject_id, now)
    item = Item.objects.get(subject_id=subject_id, category="phone")
    shop_id, customer = world.shops[SLUG], Actor(kind="customer", id=str(subject_id))
    count = Entry.objects.count()
    attempts = (
        lambda: kept.lan_looks(world, SLUG, subject_id, now),
        lambda: kept.lan_looks(world, SLUG, subject_id, now, purpose="marketing"),
        lambda: set_setting(shop_id=shop_id, name="own_server", value="no", actor=OWNER, now=now),
        lambda: change(
            shop_id=shop_id, subject_id=subject_id, item_id=item.id, text=THAO.phone, version=1, actor=customer,
            now=now, purpose="rights_fulfilment",
        ),
    )  # fmt: skip
    with _full_disk():
        for attempt in attempts:
            with pytest.raises(DatabaseError, match="full"):
                attempt()
    assert Entry.objects.count() == count
    assert bytes(Item.objects.get(pk=item.pk).sealed) == bytes(item.sealed)
    assert [show(value) for value in kept.lan_looks(world, SLUG, subject_id, now).values] == ["+84912345678"]


def test_04_looks_refusals_searches_and_settings_are_on_record_with_who_why_what_and_how_it_ended(world, now, minh):
    shop_id, lan = world.shops[SLUG], world.lan(SLUG)
    looked = kept.lan_looks(world, SLUG, minh, now)
    with pytest.raises(RefusedError) as refused:
        kept.lan_looks(world, SLUG, minh, now, purpose="marketing")
    found = find(
        shop_id=shop_id, kind="name", text=MINH.name, purpose="order", work=kept.WORK, actor=lan, now=now
    )  # fmt: skip
    set_setting(shop_id=shop_id, name="own_server", value="no", actor=OWNER, now=now)
    with pytest.raises(NotAllowedError):
        set_setting(shop_id=shop_id, name="own_server", value="yes", actor=lan, now=now)
    said = {row.event: row for row in map(read_entry, Entry.objects.filter(shop_id=shop_id).order_by("id"))}
    look = said["item.looked"]
    assert (look.id, look.actor, look.purpose, look.work) == (looked.entry_id, lan, "order", kept.WORK)
    assert look.subject_id == minh
    assert refused.value.entry_id is not None
    refusals = [row for row in map(read_entry, Entry.objects.filter(shop_id=shop_id)) if row.event == "gate.refused"]
    by_id = {row.id: row for row in refusals}
    assert by_id[refused.value.entry_id].purpose == "marketing"
    assert by_id[refused.value.entry_id].detail["verdict"] in {"deny", "gap"}
    assert {row.actor for row in refusals} == {lan}
    assert [one.subject_id for one in found] == [minh]
    assert said["item.found"].detail["found"] == 1
    assert said["shop.set"].detail == {"name": "own_server", "value": "no"}
    sequence(shop_id=shop_id, now=now, full=True)
    assert verify_database(shop_id) == []


def test_04_a_cut_tail_is_seen_from_outside(world, now, minh):
    shop_id = world.shops[SLUG]
    kept.lan_looks(world, SLUG, minh, now)
    sequence(shop_id=shop_id, now=now, full=True)
    checkpoint(shop_id=shop_id, now=now)
    assert verify_database(shop_id) == []
    for table, column in (("camket_entry", "shop_id"), ("camket_position", "shop_id"), ("camket_tile", "shop_id")):
        sql(f"DELETE FROM {table} WHERE {column} = %s", shop_id)
    sql("DELETE FROM camket_checkpoint WHERE shop_id = %s", shop_id)
    assert "outside" in {problem.kind for problem in verify_database(shop_id)}
