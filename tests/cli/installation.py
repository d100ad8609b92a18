"""A small installation for tests that start our processes: a home of its own, and a database nobody else uses."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

CAMKET = str(Path(sys.executable).parent / "camket")
PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "120"}


@dataclass(frozen=True, slots=True)
class Installation:
    """Where it lives; `env` are its variables."""

    home: Path
    env: dict[str, str]

    @property
    def key_file(self) -> Path:
        return self.home / "keys" / "wrapping.key"

    def camket(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        env = {**self.env, **more}
        return subprocess.run([CAMKET, *words], env=env, capture_output=True, text=True, check=False, timeout=120)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start a command that runs until it is stopped."""
        return subprocess.Popen(
            [CAMKET, *words],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


@contextmanager
def installed(home: Path) -> Iterator[Installation]:
    """Make the variables, and on PostgreSQL a database that is dropped afterwards."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CAMKET_", "DJANGO_"))}
    env = {**kept, **PLAIN, "CAMKET_HOME": str(home), "CAMKET_LOCAL_MESSAGES": "1"}
    address = os.environ.get("CAMKET_DATABASE", "")
    if not address.startswith("postgres"):
        yield Installation(home, env)
        return
    name = f"camket_{secrets.token_hex(6)}"
    server, _, _ = address.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Installation(home, {**env, "CAMKET_DATABASE": f"{server}/{name}"})
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_until(process: subprocess.Popen[str], words: str, seconds: float = 60.0) -> str:
    """Collect what the process prints until these words come; all of it when it ends before."""
    assert process.stdout is not None
    deadline, text = time.monotonic() + seconds, ""
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        text += line
        if words in line or not line:
            return text
    raise TimeoutError(text)


def stop(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """Send the signal, wait for the end, and give exit code and the rest of the output."""
    process.send_signal(number)
    rest, _ = process.communicate(timeout=30)
    return process.returncode, rest
