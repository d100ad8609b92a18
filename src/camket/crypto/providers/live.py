"""The key file as running processes use it: read again when it changed, so that a rotation needs no restart.

A process looks at the file once a second when it wraps or unwraps, and at once when it meets a key that was wrapped by
a version it does not know. A file that is gone or broken stops wrapping and unwrapping alike: what would be sealed now
could not be opened after the next start, and whoever takes the key away means to close the vault.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from camket.crypto.errors import KeyFileError
from camket.crypto.providers import keyfile
from camket.crypto.providers.custody import PLAIN, Custody
from camket.crypto.providers.local import LocalProvider

# Seconds. A rotation waits longer than this before it relies on everybody knowing the new version.
LOOK_EVERY: Final = 1.0


class LiveProvider:
    """Wraps and unwraps with the file as it is now. Errors: `KeyFileError`, `KeyServiceError`, `SealError`."""

    def __init__(self, path: Path, custody: Custody = PLAIN, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._custody = custody
        self._ticks = ticks
        self._lock = threading.Lock()
        self._stamp = keyfile.stamp(path)
        self._held = LocalProvider.open(path, custody)
        self._looked = ticks()

    @property
    def held(self) -> LocalProvider:
        """The versions as they stand in the file now."""
        return self._look()

    def wrap(self, key: bytes, context: bytes) -> bytes:
        held = self._held if self._ticks() - self._looked < LOOK_EVERY else self._look()
        return held.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        held = self._held if self._ticks() - self._looked < LOOK_EVERY else self._look()
        try:
            return held.unwrap(wrapped, context)
        except KeyFileError:
            return self._look().unwrap(wrapped, context)

    def _look(self) -> LocalProvider:
        with self._lock:
            at = self._ticks()
            found = keyfile.stamp(self._path)
            if found != self._stamp:
                # The stamp is taken first: a file that changes while it is read is read once more.
                self._held = LocalProvider.open(self._path, self._custody, opened=self._held.opened)
                self._stamp = found
            self._looked = at
            return self._held
