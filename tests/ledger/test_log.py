"""Entries get places in order of absence, are signed inside and outside, and are proven to whoever asks."""

import io
import json
from uuid import UUID

import pytest
from django.conf import settings

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger import entry as entries
from camket.ledger import notes, outside, places, sequencer, sql, tree, verifier
from camket.ledger.actions import checkpoint, sequence
from camket.ledger.errors import LogCutError, NoSuchEntryError, NoSuchLogError
from camket.ledger.models import Checkpoint, Entry, Log, Tile
from camket.ledger.queries import entries_of, export, receipt, verify_database
from camket.store import secrets, statements
from tests.ledger.setting import LAN, NOW, STAFF, after, drop_outside, message, messages, open_shop, sign
from tests.worlds import attacker

pytestmark = pytest.mark.django_db


def _late_entry(now) -> UUID:
    """An entry of a slow deed: its id is as old as its beginning, it commits now."""
    body = entries.body(event="outbox.queued", actor=STAFF, purpose=None, work=None, detail={})
    entry_id = uuid7(to_ms(now))
    record = entries.record(1, LAN.bytes, entry_id.bytes, body)
    mac = entries.mac(secrets.secret(1, "mac"), record)
    statements.execute(sql.INSERT_ENTRY, sql.entry_values(1, LAN, entry_id, body, mac))
    return entry_id


def test_entries_get_places_oldest_first_and_once() -> None:
    open_shop()
    messages(5)
    assert sequence(shop_id=1, now=after(5)) == (6, 6)
    assert sequence(shop_id=1, now=after(5)) == (0, 6)
    assert [seq for seq, _ in places.between(1, 0, 9)] == list(range(6))
    assert [UUID(bytes=name) for _, name in places.between(1, 0, 9)] == sorted(
        Entry.objects.values_list("id", flat=True)
    )


@pytest.mark.parametrize(("late_by", "full"), [(5, False), (3600, True)])
def test_a_late_commit_is_found(late_by: float, full: bool) -> None:
    open_shop()
    messages(3, start=10)
    assert sequence(shop_id=1, now=after(13), full=True).size == 4
    _late_entry(after(13 - late_by))
    assert sequence(shop_id=1, now=after(14), full=full) == (1, 5)
    (third, fourth) = (name for _, name in places.between(1, 3, 5))
    assert fourth < third
    assert sign(now=after(15))
    assert verify_database() == []


def test_the_quick_path_leaves_an_old_one_to_the_full_one() -> None:
    open_shop()
    messages(2, start=4000)
    sequence(shop_id=1, now=after(4002), full=True)
    _late_entry(after(100))
    assert sequence(shop_id=1, now=after(4003)).placed == 0
    assert verify_database() == []  # unsequenced entries count too
    assert sequence(shop_id=1, now=after(4003), full=True).placed == 1


def test_more_than_a_batch_goes_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 4)
    open_shop()
    messages(10)
    assert sequence(shop_id=1, now=after(10)) == (11, 11)
    assert sign(now=after(11))
    assert verify_database() == []


def test_shops_have_logs_of_their_own() -> None:
    open_shop(1, "comet")
    open_shop(2, "khatra")
    messages(3, shop_id=2)
    assert (sequence(shop_id=1, now=NOW).size, sequence(shop_id=2, now=NOW, full=True).size) == (1, 4)
    assert sign(1) != sign(2)
    assert verify_database() == []
    with pytest.raises(NoSuchLogError):
        sequence(shop_id=3, now=NOW)


@pytest.mark.parametrize("cuts", [(1, 255, 256, 257, 600), (600,), (300, 300)])
def test_tiles_give_the_root_whatever_the_batches(cuts: tuple[int, ...]) -> None:
    from camket.ledger.tiles import Tiles

    hashes = [tree.leaf(str(number).encode()) for number in range(sum(cuts))]
    size = 0
    for cut in cuts:
        Tiles(1).append(size, hashes[size : size + cut])
        size += cut
        assert tree.root(size, Tiles(1).node) == tree.root_of(hashes[:size])
    before = size - size % 256 or size
    assert tree.root(before, Tiles(1).node) == tree.root_of(hashes[:before])
    assert {row.number for row in Tile.objects.filter(level=0)} == {size // 256 - 1, size // 256}


def test_hashes_that_are_not_kept_come_from_the_entries_again() -> None:
    open_shop()
    written = [_late_entry(after(number // 10)) for number in range(699)]
    sequence(shop_id=1, now=after(700), full=True)
    assert sorted(Tile.objects.values_list("level", "number")) == [(0, 1), (0, 2), (1, 0)]
    assert sign(now=after(701))
    assert verify_database() == []
    for entry_id in (written[0], written[254], written[255], written[600], written[-1]):
        given = receipt(entry_id, with_entry=True)
        assert verifier.check_receipt(json.dumps(given)) == []
    attacker.sql("DELETE FROM camket_entry WHERE id = %s", written[100])
    with pytest.raises(LookupError):
        receipt(written[0])


def test_a_checkpoint_is_a_signed_note_inside_and_outside() -> None:
    log = open_shop()
    assert checkpoint(shop_id=1, now=NOW) is None
    note = sign()
    assert note is not None
    lines = note.split("\n")
    assert lines[0] == "camket/comet"
    assert lines[1] == "1"
    assert lines[3] == ""
    assert lines[4].startswith("— camket/comet ")
    statement = notes.read(note, log.public_key)
    assert statement == ("camket/comet", 1, tree.leaf(_record(0)))
    assert list(outside.notes("comet")) == [note]
    assert Checkpoint.objects.get().note == note
    assert sign() == note
    assert outside.last("comet") == note
    assert oct(outside.path_of("comet").stat().st_mode)[-3:] == "600"


def _name(seq: int) -> UUID:
    ((_, name),) = places.between(1, seq, seq + 1)
    return UUID(bytes=name)


def _record(seq: int) -> bytes:
    row = Entry.objects.get(id=_name(seq))
    return entries.record(row.shop_id, row.subject_id.bytes, row.id.bytes, row.body)


def test_a_note_holds_for_its_key_and_text_only() -> None:
    log, other = open_shop(1, "comet"), open_shop(2, "khatra")
    note = sign()
    assert notes.read(note, other.public_key) is None
    for wrong in (note.replace("\n1\n", "\n2\n"), note[:-3], note.replace("—", "-"), "", note + "more", "\n" + note):
        assert notes.read(wrong, log.public_key) is None
    key = verifier.read_key(notes.verifier_key("comet", log.public_key))
    assert verifier.read_note(note, key) == ("camket/comet", 1, tree.leaf(_record(0)))


def test_a_note_torn_by_a_crash_is_completed() -> None:
    open_shop()
    first = sign()
    messages(2)
    second = sign(now=after(3))
    path = outside.path_of("comet")
    whole = path.read_text()
    for cut in (len(whole) - 1, len(whole) - 20, len(first) + 5, 30):
        path.write_text(whole[:cut])
        assert checkpoint(shop_id=1, now=after(4)) == second
        assert path.read_text() == whole
    assert verify_database() == []


def test_the_last_note_is_found_in_a_long_file() -> None:
    open_shop()
    for number in range(60):
        message(now=after(number))
        last = sign(now=after(number))
    assert outside.path_of("comet").stat().st_size > 8192
    assert outside.last("comet") == last
    assert len(list(outside.notes("comet"))) == 60


def _cut(size: int) -> None:
    """Cut the tail as its owner could: entries, places, notes and tiles, all fitting each other."""
    from camket.ledger.tiles import Tiles

    kept = [tree.leaf(_record(seq)) for seq in range(size)]
    left = [name for _, name in places.between(1, 0, size)]
    for _, name in places.between(1, size, 1 << 30):
        attacker.sql("DELETE FROM camket_entry WHERE id = %s", UUID(bytes=name))
        attacker.sql("DELETE FROM camket_outbox")
    attacker.sql("DELETE FROM camket_position")
    places.insert(1, places.runs(0, left))
    attacker.sql("DELETE FROM camket_checkpoint WHERE size > %s", size)
    attacker.sql("DELETE FROM camket_tile")
    Tiles(1).append(0, kept)


def test_a_cut_tail_is_found_and_not_signed_over() -> None:
    open_shop()
    sign()
    messages(6)
    sign(now=after(6))
    _cut(1)
    found = verify_database()
    assert [(problem.kind, problem.key) for problem in found] == [("outside", "7")]
    assert "7" in found[0].en
    with pytest.raises(LogCutError):
        checkpoint(shop_id=1, now=after(7))
    messages(9, start=20)  # the log grows beyond the cut: still found
    sequence(shop_id=1, now=after(30), full=True)
    assert {problem.kind for problem in verify_database()} == {"outside", "checkpoint"}
    with pytest.raises(LogCutError):
        checkpoint(shop_id=1, now=after(31))


def test_notes_that_vanish_outside_are_missed() -> None:
    open_shop()
    sign()
    drop_outside()
    assert [problem.kind for problem in verify_database()] == ["outside"]


def test_a_whole_log_that_vanishes_is_missed() -> None:
    open_shop()
    sign()
    for table in ("entry", "position", "tile", "checkpoint", "log", "shop_secret"):
        attacker.sql(f"DELETE FROM camket_{table}")
    assert [(problem.kind, problem.key) for problem in verify_database()] == [("outside", "comet")]


def test_a_receipt_is_checked_without_us() -> None:
    open_shop()
    messages(5)
    (first, *_) = entries_of(LAN)
    with pytest.raises(NoSuchEntryError):
        receipt(first.id)
    sign(now=after(5))
    given = json.loads(json.dumps(receipt(first.id)))
    assert verifier.check_receipt(json.dumps(given)) == []
    assert "entry" not in given
    whole = receipt(first.id, with_entry=True)
    assert verifier.check_receipt(json.dumps(whole)) == []
    other = receipt(list(entries_of(LAN))[1].id, with_entry=True)
    for name in ("digest", "seq", "proof", "checkpoint", "key", "entry", "entry_id"):
        forged = {**whole, name: [] if name == "proof" else "x" if name in {"checkpoint", "key"} else other[name]}
        assert verifier.check_receipt(json.dumps(forged)) != [], name
    with pytest.raises(NoSuchEntryError):
        receipt(uuid7(1))


def _exported() -> list[str]:
    file = io.StringIO()
    export(shop_id=1, file=file)
    return file.getvalue().splitlines(keepends=True)


def _outside() -> dict[int, bytes]:
    key = verifier.read_key(json.loads(_exported()[0])["key"])
    with outside.path_of("comet").open() as file:
        return verifier.read_outside(file, key)


def test_an_exported_log_verifies_line_by_line() -> None:
    open_shop()
    messages(3)
    sign(now=after(3))
    messages(4, start=5)
    sequence(shop_id=1, now=after(9))
    lines = _exported()
    report = verifier.check_log(lines, outside=_outside())
    assert (report.entries, report.signed, report.findings) == (8, 4, [])


def test_every_forged_line_of_an_exported_log_is_found() -> None:
    open_shop()
    for number in range(4):
        message(now=after(number))
        sign(now=after(number))
    lines = _exported()
    for at, line in enumerate(lines):
        if "checkpoint" not in line:  # a note less, or one twice, proves no less
            assert verifier.check_log([*lines[:at], *lines[at + 1 :]]).findings != [], line
            assert verifier.check_log([*lines[:at], line, *lines[at:]]).findings != [], line
    for at, line in enumerate(lines):
        if '"entry"' in line:
            content = json.loads(line)
            content["entry"] = (
                content["entry"][:40] + ("A" if content["entry"][40] != "A" else "B") + content["entry"][41:]
            )
            forged = [*lines[:at], json.dumps(content), *lines[at + 1 :]]
            assert verifier.check_log(forged).findings != []
    assert verifier.check_log(["nonsense"]).findings != []
    assert verifier.check_log([]).findings != []


def test_a_cut_export_is_found_by_the_notes_outside() -> None:
    open_shop()
    message()
    sign()
    message(now=after(1))
    sign(now=after(1))
    kept, outside_notes = _exported()[:-3], _outside()
    cut = [*kept, json.dumps({"end": 2})]
    assert verifier.check_log(cut).findings == []  # by itself it is a shorter, honest log
    assert len(verifier.check_log(cut, outside=outside_notes).findings) == 1


def test_another_shops_log_is_not_taken_for_this_one() -> None:
    open_shop(1, "comet")
    other = open_shop(2, "khatra")
    sign()
    key = verifier.read_key(notes.verifier_key("khatra", other.public_key))
    assert verifier.check_log(_exported(), key=key).findings != []
    with pytest.raises(verifier.BrokenError):
        verifier.read_key("camket/comet+00000000+AAAA")


def test_checkpoints_are_where_the_settings_say() -> None:
    open_shop()
    sign()
    assert [path.name for path in settings.CAMKET_CHECKPOINTS.iterdir()] == ["comet.log"]
    assert Log.objects.get().name == "comet"
