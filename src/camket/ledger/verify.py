"""Checks logs and finds rows that were changed, added or removed behind the deeds' back (`camket ledger verify`).

`verify_logs` checks each log by itself: every place, leaf hash, writer's mark, tile and signed note, on all processors.
`verify_database` also replays the ledger and compares every table with it. Both hold nobody up. They need the shops'
keys (row digests, writer's marks) and the file of checkpoints outside. What they cannot see: deeds of the last moments
that were rolled back together with everything they wrote before their entry was signed outside.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

from camket.crypto.errors import SealError
from camket.ledger import audit, compare, entry, groups, outside, places, stream
from camket.ledger.audit import TreeAudit
from camket.ledger.errors import NoSuchLogError
from camket.ledger.models import EntrySubject, Log, Position
from camket.ledger.pool import Pool
from camket.ledger.problems import Problem
from camket.ledger.ranges import Shop
from camket.ledger.replay import Replay
from camket.ledger.stream import Line
from camket.store import secrets
from camket.store.columns import Record
from camket.store.db import snapshot
from camket.store.errors import SecretMissingError

Progress = Callable[[int, int], None]
Checked = Callable[["Checks", Log, Shop], Iterator[Problem]]


class Checks:
    """What the checks of several logs share: processes, and how far they are, in entries of how many."""

    def __init__(self, pool: Pool, progress: Progress | None, total: int) -> None:
        self.pool = pool
        self._progress = progress
        self._total = total
        self._done = 0

    def went(self, count: int) -> None:
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._total)


def verify_logs(
    shop_id: int | None = None, *, processes: int | None = None, progress: Progress | None = None
) -> list[Problem]:
    """Find everything wrong with a shop's log, or with all logs. Empty is good.

    `processes` is how many work on a long log; by default one for each processor. Errors: as `verify_database`.
    """
    return _verify(shop_id, _log, [Position], processes, progress)


def verify_database(
    shop_id: int | None = None, *, processes: int | None = None, progress: Progress | None = None
) -> list[Problem]:
    """Find everything wrong with a shop, or with all shops and what belongs to none. Empty is good.

    Errors: `NoSuchLogError`; `KeyFileError` when the installation's key file is not usable.
    """
    return _verify(shop_id, _database, compare.watched(), processes, progress)


def _verify(
    shop_id: int | None,
    check: Checked,
    tables: list[type[Record]],
    processes: int | None,
    progress: Progress | None,
) -> list[Problem]:
    with snapshot():
        logs = list(Log.objects.order_by("shop_id"))
        wanted = logs if shop_id is None else [log for log in logs if log.shop_id == shop_id]
        if shop_id is not None and not wanted:
            raise NoSuchLogError
        total = sum(places.size_of(log.shop_id) for log in wanted)
        with Pool(total, processes) as pool:
            checks = Checks(pool, progress, total)
            found = [problem for log in wanted for problem in _with_keys(checks, log, check)]
        return [*found, *_strays(logs, tables)] if shop_id is None else found


def _with_keys(checks: Checks, log: Log, check: Checked) -> Iterator[Problem]:
    heads = entry.record_head(1, log.shop_id), entry.record_head(2, log.shop_id)
    try:
        shop = Shop(log.shop_id, heads, secrets.secret(log.shop_id, "mac"))
        secrets.secret(log.shop_id, "row")
    except (SealError, SecretMissingError):
        vi, en = "khóa của cửa hàng không mở được", "the shop's keys do not open"
        yield Problem("secret", "camket_shop_secret", str(log.shop_id), vi, en)
        return
    yield from check(checks, log, shop)


def _log(checks: Checks, log: Log, shop: Shop) -> Iterator[Problem]:
    """Check the places of a log in ranges, then what waits for a place."""
    tree = TreeAudit(log, shop)
    for asked, found in checks.pool.run(tree.ranges()):
        tree.take(asked, found)
        checks.went(asked.stop - asked.start)
        yield from tree.drain()
    tree.finish()
    yield from tree.drain()
    for line in stream.waiting(log.shop_id):
        if not _ours(line, shop):
            yield audit.told("mac", None, line.entry_id, log.name)


def _ours(line: Line, shop: Shop) -> bool:
    return entry.mac(shop.key, line.record) == line.mac


def _database(checks: Checks, log: Log, shop: Shop) -> Iterator[Problem]:
    """Check the log, replay what it says of every row, and compare the tables with that."""
    yield from _log(checks, log, shop)
    with Replay() as replay:
        replay.keep_members(_members(log.shop_id))
        for line in stream.with_rows(log.shop_id):
            # What was not written by us was told of above, and counts for nothing.
            if line.body is None or not _ours(line, shop):
                continue
            body = entry.read(line.body, subject_id=line.subject_id, entry_id=line.entry_id)
            if not replay.apply(body, subject_id=line.subject_id, entry_id=line.entry_id):
                vi, en = (
                    "danh sách của việc hàng loạt không còn nguyên",
                    "the members of a bulk entry are not as it says",
                )
                name, seq = str(UUID(bytes=line.entry_id)), places.place_of(log.shop_id, line.entry_id)
                yield Problem("changed", "camket_entry_subject", name, vi, en, seq, name)
        for found in replay.stray_members():
            vi, en = "danh sách không thuộc dòng sổ nào", "members of an entry that does not exist"
            yield Problem("added", "camket_entry_subject", str(UUID(bytes=found)), vi, en)
        yield from compare.compare(replay, log.shop_id, secrets.secret(log.shop_id, "row"))


def _members(shop_id: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    query = EntrySubject.objects.filter(shop_id=shop_id).values_list("entry_id", "subject_id", "rows")
    for entry_id, subject_id, rows in query.iterator(chunk_size=stream.PIECE):
        yield entry_id.bytes, subject_id.bytes, bytes(rows or b"")
    for name, subject, found in groups.of_shop(shop_id):
        # Whoever stands where nobody looks for them counts as missing.
        yield (name, subject, b"") if found else (name, b"", b"")


def _strays(logs: list[Log], tables: list[type[Record]]) -> Iterator[Problem]:
    """Rows and files that belong to no log: of a shop that was planted, or whose log was removed."""
    known = {log.shop_id for log in logs}
    for model in tables:
        column = model.shop_column
        others = model._base_manager.exclude(**{f"{column}__in": known})
        for shop_id in others.order_by(column).values_list(column, flat=True).distinct():
            vi = f"có dòng của cửa hàng {shop_id}, là cửa hàng không có sổ cái"
            en = f"there are rows of shop {shop_id}, which has no log"
            yield Problem("added", model._meta.db_table, str(shop_id), vi, en)
    for name in sorted(set(outside.names()) - {log.name for log in logs}):
        vi, en = f"sổ cái `{name}` đã mất khỏi cơ sở dữ liệu", f"the log `{name}` is gone from the database"
        yield Problem("outside", "camket_log", name, vi, en)
