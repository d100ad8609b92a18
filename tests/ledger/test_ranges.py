"""A log is checked in ranges, by several processes, and gives the same answer whatever the ranges."""

import sqlite3
from pathlib import Path
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from camket.ledger import audit, entry, places, sql
from camket.ledger.actions import checkpoint, sequence
from camket.ledger.models import Entry, Log, Position
from camket.ledger.pool import Pool
from camket.ledger.queries import verify_database, verify_logs
from camket.ledger.ranges import Shop, Source
from camket.store import secrets, statements
from camket.store.db import is_sqlite
from tests.ledger.setting import LAN, NOW, looks, open_shop
from tests.worlds import attacker


def _log() -> None:
    """Five checkpoints: at the end of a block, in the middle of others, and none at the end of the log."""
    open_shop()
    for count in (255, 1, 300, 212, 100):
        looks(count, start=Position.objects.count())
        sequence(shop_id=1, now=NOW, full=True)
        checkpoint(shop_id=1, now=NOW)
    looks(7, start=100)
    sequence(shop_id=1, now=NOW, full=True)


@pytest.fixture(params=[256, 512, 16_384])
def log(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PIECE", request.param)
    _log()


def test_whatever_the_ranges_the_answer_is_the_same(log: None) -> None:
    assert verify_logs() == []
    assert verify_logs(1) == verify_database(1) == []
    told: list[tuple[int, int]] = []
    verify_logs(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (876, 876)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_one_wrong_byte_is_found_where_it_is(log: None) -> None:
    for seq in (0, 255, 256, 600, 870):
        ((_, name),) = places.between(1, seq, seq + 1)
        row = Entry.objects.get(id=UUID(bytes=name))
        attacker.sql("UPDATE camket_entry SET body = %s WHERE id = %s", row.body[:-1] + b"\x18", row.id)
        problems = verify_logs()
        assert [problem.seq for problem in problems if problem.kind == "mac"] == [seq]
        assert {problem.kind for problem in problems} >= ({"mac", "checkpoint", "outside"} if seq < 868 else {"mac"})
        attacker.sql("UPDATE camket_entry SET body = %s WHERE id = %s", row.body, row.id)
    assert verify_logs() == []


def test_a_place_that_is_missing_doubled_or_ragged_is_found(log: None) -> None:
    first, second, *_ = Position.objects.order_by("seq")
    for statement, values in (
        ("DELETE FROM camket_position WHERE seq = %s", (second.seq,)),
        ("UPDATE camket_position SET seq = seq + 1 WHERE seq = %s", (second.seq,)),
        ("UPDATE camket_position SET ids = %s WHERE seq = %s", (second.ids[:-3], second.seq)),
        ("UPDATE camket_position SET ids = %s WHERE seq = %s", (b"", second.seq)),
        ("UPDATE camket_position SET ids = %s WHERE seq = %s", (second.ids + second.ids[-16:], second.seq)),
        ("UPDATE camket_position SET ids = %s WHERE seq = %s", (first.ids * 9, first.seq)),
    ):
        attacker.sql(statement, *values)
        assert "position" in {problem.kind for problem in verify_logs()}, (statement, values)
        attacker.sql("DELETE FROM camket_position WHERE seq >= %s AND seq <= %s", first.seq, second.seq + 1)
        for row in (first, second):
            Position.objects.create(shop_id=1, seq=row.seq, span=row.span, ids=row.ids)
    assert verify_logs() == []


def test_ids_that_changed_places_are_found(log: None) -> None:
    row = Position.objects.order_by("seq").first()
    assert row is not None
    attacker.sql("UPDATE camket_position SET ids = %s WHERE seq = %s", row.ids[16:] + row.ids[:16], row.seq)
    assert {problem.kind for problem in verify_logs()} >= {"checkpoint", "outside"}


def test_a_span_that_hides_an_entry_from_its_receipt_is_found(log: None) -> None:
    row = Position.objects.order_by("seq").first()
    assert row is not None
    attacker.sql("UPDATE camket_position SET span = span + 9 WHERE seq = %s", row.seq)
    assert {problem.kind for problem in verify_logs()} >= {"position"}


@pytest.mark.django_db
def test_a_doubled_entry_is_found_or_refused() -> None:
    """SQLite keeps the unique index, for its tables are read by it."""
    open_shop()
    (name, *_) = looks(3)
    sequence(shop_id=1, now=NOW, full=True)
    row = Entry.objects.get(id=name)
    again = (sql.INSERT_ENTRY, sql.entry_values(1, LAN, name, row.body, row.mac))
    if is_sqlite():
        with pytest.raises(IntegrityError):
            statements.execute(*again)
        return
    statements.execute(*again)
    assert [(problem.kind, problem.table) for problem in verify_logs()] == [("added", "camket_entry")]


@pytest.mark.django_db(transaction=True)
def test_processes_of_their_own_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PIECE", 256)
    _log()
    source = None
    if is_sqlite():  # the tests' database is in memory, where no other process can read
        with sqlite3.connect(tmp_path / "copy.sqlite3") as copy:
            connection.connection.backup(copy)
        source = Source(f"file:{tmp_path}/copy.sqlite3", {})
    log = Log.objects.get()
    shop = Shop(1, (entry.record_head(1, 1), entry.record_head(2, 1)), secrets.secret(1, "mac"))
    with Pool(0, 1) as here, Pool(0, 2, source) as there:
        one = list(here.run(audit.TreeAudit(log, shop).ranges()))
        two = list(there.run(audit.TreeAudit(log, shop).ranges()))
    assert one == two
    assert [asked.start for asked, _ in two] == [0, 256, 512, 768]
    tree = audit.TreeAudit(log, shop)
    for _ in tree.ranges():
        pass
    for asked, found in two:
        tree.take(asked, found)
    tree.finish()
    assert tree.drain() == []
