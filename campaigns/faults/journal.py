"""What a client outside was promised, in a file of its own that is on the disk before the client goes on."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """Lines of JSON; each acknowledgement is synced before anybody hears of it. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()

    def note(self, record: dict[str, Any]) -> None:
        """Write what is about to be asked for."""
        line = json.dumps(record, ensure_ascii=False) + "\n"
        with self._lock:
            os.write(self._handle, line.encode())

    def acknowledge(self, record: dict[str, Any]) -> None:
        """Write what was answered, durably."""
        self.note(record)
        os.fsync(self._handle)


class Reader:
    """Reads a journal as it grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def new(self) -> Iterator[dict[str, Any]]:
        """Give the whole lines that came since the last time."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._at += len(line)
                yield json.loads(line)
