"""Finds rows that were changed, added or removed behind the deeds' back (`camket ledger verify --database`).

Reads one moment of the database and holds nobody up. Needs the shops' keys (row digests, writer's marks) and the file
of checkpoints outside. What it cannot see: deeds of the last moments that were rolled back together with everything
they wrote before their entry was signed outside.
"""

from collections.abc import Iterator
from uuid import UUID

from camket.crypto.errors import SealError
from camket.ledger import compare, entry, groups, outside, stream, tree
from camket.ledger.audit import TreeAudit
from camket.ledger.errors import NoSuchLogError
from camket.ledger.models import EntrySubject, Log
from camket.ledger.problems import Problem
from camket.ledger.replay import Replay
from camket.ledger.stream import Line
from camket.store import secrets
from camket.store.db import snapshot
from camket.store.errors import SecretMissingError


def verify_database(shop_id: int | None = None) -> list[Problem]:
    """Find everything wrong with a shop, or with all shops and what belongs to none. Empty is good.

    Errors: `NoSuchLogError`; `KeyFileError` when the installation's key file is not usable.
    """
    with snapshot():
        logs = list(Log.objects.order_by("shop_id"))
        if shop_id is None:
            found = [problem for log in logs for problem in _shop(log)]
            return [*found, *_strays(logs)]
        wanted = [log for log in logs if log.shop_id == shop_id]
        if not wanted:
            raise NoSuchLogError
        return list(_shop(wanted[0]))


def _shop(log: Log) -> Iterator[Problem]:
    try:
        mac_key = secrets.secret(log.shop_id, "mac")
        row_key = secrets.secret(log.shop_id, "row")
    except (SealError, SecretMissingError):
        vi, en = "khóa của cửa hàng không mở được", "the shop's keys do not open"
        yield Problem("secret", "camket_shop_secret", str(log.shop_id), vi, en)
        return
    audit = TreeAudit(log)
    with Replay() as replay:
        replay.keep_members(_members(log.shop_id))
        for line in stream.in_order(log.shop_id):
            yield from _line(line, replay, mac_key)
            audit.add(line.seq or 0, tree.leaf(line.record))
            yield from audit.drain()
        audit.finish()
        yield from audit.drain()
        for line in stream.waiting(log.shop_id):
            yield from _line(line, replay, mac_key)
        for found in replay.stray_members():
            vi, en = "danh sách không thuộc dòng sổ nào", "members of an entry that does not exist"
            yield Problem("added", "camket_entry_subject", str(UUID(bytes=found)), vi, en)
        yield from compare.compare(replay, log.shop_id, row_key)


def _line(line: Line, replay: Replay, mac_key: bytes) -> Iterator[Problem]:
    name = str(UUID(bytes=line.entry_id))
    if line.body is None:
        vi, en = "dòng sổ đã mất, chỉ còn chỗ của nó", "the entry is gone, only its place is left"
        yield Problem("removed", "camket_entry", name, vi, en, line.seq, name)
        return
    if entry.mac(mac_key, line.record) != line.mac:
        vi, en = "dòng sổ không do chương trình này ghi, hoặc đã bị đổi", "the entry was changed or not written by us"
        yield Problem("mac", "camket_entry", name, vi, en, line.seq, name)
        return
    body = entry.read(line.body, subject_id=line.subject_id, entry_id=line.entry_id)
    if not replay.apply(body, subject_id=line.subject_id, entry_id=line.entry_id, seq=line.seq):
        vi, en = "danh sách của việc hàng loạt không còn nguyên", "the members of a bulk entry are not as it says"
        yield Problem("changed", "camket_entry_subject", name, vi, en, line.seq, name)


def _members(shop_id: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    query = EntrySubject.objects.filter(shop_id=shop_id).values_list("entry_id", "subject_id", "rows")
    for entry_id, subject_id, rows in query.iterator(chunk_size=stream.PIECE):
        yield entry_id.bytes, subject_id.bytes, bytes(rows or b"")
    for name, subject, found in groups.of_shop(shop_id):
        # Whoever stands where nobody looks for them counts as missing.
        yield (name, subject, b"") if found else (name, b"", b"")


def _strays(logs: list[Log]) -> Iterator[Problem]:
    """Rows and files that belong to no log: of a shop that was planted, or whose log was removed."""
    known = {log.shop_id for log in logs}
    for model in compare.watched():
        column = model.shop_column
        others = model._base_manager.exclude(**{f"{column}__in": known})
        for shop_id in others.order_by(column).values_list(column, flat=True).distinct():
            vi = f"có dòng của cửa hàng {shop_id}, là cửa hàng không có sổ cái"
            en = f"there are rows of shop {shop_id}, which has no log"
            yield Problem("added", model._meta.db_table, str(shop_id), vi, en)
    for name in sorted(set(outside.names()) - {log.name for log in logs}):
        vi, en = f"sổ cái `{name}` đã mất khỏi cơ sở dữ liệu", f"the log `{name}` is gone from the database"
        yield Problem("outside", "camket_log", name, vi, en)
