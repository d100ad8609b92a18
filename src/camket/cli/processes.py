"""Runs several of our own commands beside each other and stops them together.

Each child has a session of its own, so that Ctrl-C reaches only us and the children are asked to end in order. When
one ends by itself the others are stopped too: half an installation is worse than none. A child that does not end in
time is killed: what it had not committed is undone by the database.
"""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from types import FrameType

from camket.base import lifeline

PATIENCE = 15.0
LOOK = 0.2


class Processes:
    """Children by name. `stop` may be called from a signal handler; `watch` returns when all have ended."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        self._children = {
            name: subprocess.Popen(  # noqa: S603 (our own commands)
                [sys.executable, "-m", "camket.cli", *words],
                start_new_session=True,
                preexec_fn=_end_with_us,  # noqa: PLW1509 (no thread of ours runs yet)
            )
            for name, words in commands.items()
        }

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._stopping = True

    def watch(self) -> str | None:
        """Wait; give the name of the child that ended by itself, or None when we were asked to stop."""
        ended = None
        while not self._stopping and ended is None:
            time.sleep(LOOK)
            ended = self.ended()
        self._end_all()
        return None if self._stopping else ended

    def ended(self) -> str | None:
        """Name a child that has ended, if any."""
        return next((name for name, child in self._children.items() if child.poll() is not None), None)

    def _end_all(self) -> None:
        running = [child for child in self._children.values() if child.poll() is None]
        for child in running:
            child.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in running:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def wait_until_served(self, address: str, seconds: float) -> bool:
        """Ask for the page until it answers; False when a child ended or the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.ended() is None and not self._stopping:
            try:
                with urllib.request.urlopen(address, timeout=2):  # noqa: S310 (our own address on this machine)
                    return True
            except urllib.error.HTTPError:
                return True
            except OSError:
                time.sleep(LOOK)
        return False


def _end_with_us() -> None:
    """Let a child be asked to end when we are killed: nobody else would stop it."""
    lifeline.end_with_parent(signal.SIGTERM)
