"""Waits until everybody goes by what was just changed: processes that read it anew now and then, and open deeds."""

import time
from collections.abc import Callable
from typing import Final

from django.db import connection

from camket.store.db import is_sqlite
from camket.store.errors import StoreError

# Open transactions that have locked or written rows of ours; SQLite has one writer, and it is this thread's turn next.
_OPEN: Final = """
SELECT DISTINCT l.virtualtransaction FROM pg_locks l
  JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'r' AND c.relname LIKE 'camket\\_%%'
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.mode IN ('RowShareLock', 'RowExclusiveLock') AND l.pid <> pg_backend_pid()
   AND a.backend_type IS DISTINCT FROM 'autovacuum worker'
"""
_LOOKS: Final = 0.1


def settle(seconds: float, *, most: float = 600.0, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait so long, and then for the deeds that are open at that moment. StoreError when one stays open for `most`."""
    sleep(seconds)
    if is_sqlite():
        return
    waited, waiting = 0.0, _open()
    while waiting:
        if waited >= most:
            raise _stuck()
        sleep(_LOOKS)
        waited += _LOOKS
        waiting &= _open()


def _open() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN)
        return {row[0] for row in cursor.fetchall()}


def _stuck() -> StoreError:
    return StoreError(
        vi="một giao dịch khác đang mở quá lâu",
        en="another transaction stays open for too long",
        advice_vi="tìm nó trong `pg_stat_activity`, kết thúc nó, rồi chạy lại lệnh này: nó làm tiếp chỗ đã dừng",
        advice_en="find it in `pg_stat_activity`, end it, and run this command again: it goes on where it stopped",
        code="rotation-waits",
    )
