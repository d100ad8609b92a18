"""Stands between the product and PostgreSQL and cuts a connection while a commit is on its way.

`arm("before")` closes the next connection that asks to commit without handing that on; `arm("after")` hands it on,
waits until the server has done it, and closes the connection without telling.
"""

import socket
import threading
from contextlib import suppress
from typing import Literal

from campaigns.faults.processes import free_port

When = Literal["before", "after"]
ASKED, DONE = b"COMMIT", b"COMMIT\0"
_PIECE = 65536


class Proxy:
    """Listens on a port of its own."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.cuts = 0
        self._target = target
        self._armed: When | None = None
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._listen, daemon=True).start()

    def arm(self, when: When) -> None:
        self._armed = when

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                try:
                    theirs = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    ours.close()
                    continue
                for source, sink, word, when in ((ours, theirs, ASKED, "before"), (theirs, ours, DONE, "after")):
                    words = (source, sink, word, when)
                    threading.Thread(target=self._pass, args=words, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, word: bytes, when: When) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if word in piece and self._fires(when):
                    break
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _fires(self, when: When) -> bool:
        with self._lock:
            if self._armed != when:
                return False
            self._armed = None
            self.cuts += 1
            return True
