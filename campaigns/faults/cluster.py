"""A PostgreSQL cluster of its own that may be killed, cut off and lost: on a free port, gone at the end.

PostgreSQL refuses to run as root; then its own user runs it. The server is our child, so that it can be killed with
signal 9 like a machine that stops.
"""

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from campaigns.faults import processes

_FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql")
_STARTS_WITHIN = 60.0


class NoPostgresError(Exception):
    """The server's programs are not installed."""


def programs() -> Path:
    """Find the newest installed server's programs."""
    found = [path.parent for folder in _FOLDERS for path in Path(folder).glob("**/bin/initdb")]
    numbered = sorted(found, key=lambda path: [int(part) for part in re.findall(r"\d+", str(path))])
    if numbered:
        return numbered[-1]
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    raise NoPostgresError("PostgreSQL is not installed: apt-get install postgresql")


def _user() -> dict[str, Any]:
    """Give what `Popen` needs to run a program as the user who may run the server."""
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam("postgres")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


class Cluster:
    """One server. `options` are lines of its configuration; `env` is set for the server's own process."""

    def __init__(self, folder: Path, *, options: Sequence[str] = (), env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = processes.free_port()
        self.options = list(options)
        self.env = dict(env or {})
        self._password = secrets.token_hex(16)
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the database of the tests."""
        return f"postgresql://camket:{self._password}@127.0.0.1:{self.port}/camket"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def make(self) -> None:
        """Make the cluster's files, with small log segments so that many come and go."""
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        word = self.folder / "password"
        word.write_text(self._password)
        if os.geteuid() == 0:
            who = pwd.getpwnam("postgres")
            for path in (self.folder, word):
                os.chown(path, who.pw_uid, who.pw_gid)
        command = [programs() / "initdb", "-D", self.data, "-U", "camket", "-A", "scram-sha-256", f"--pwfile={word}"]
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--wal-segsize=1"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **_user())
        word.unlink()

    def start(self) -> None:
        """Start the server and wait until it lets somebody in; what crashed before is recovered meanwhile."""
        options = [f"port={self.port}", f"unix_socket_directories={self.folder}", "listen_addresses=127.0.0.1"]
        options += ["shared_buffers=64MB", "max_connections=60", "wal_level=minimal", "max_wal_senders=0"]
        words = [word for option in (*options, *self.options) for word in ("-c", option)]
        deadline = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < deadline:
            self._server = self._launch(words)
            if self._answers(deadline):
                return
            time.sleep(0.1)  # backends of a killed server still let go of its memory
        raise TimeoutError(self.log.read_text("utf-8", "replace")[-2000:])

    def _launch(self, words: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [programs() / "postgres", "-D", self.data, *words],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
                env={**os.environ, **self.env},
                **_user(),
            )

    def _answers(self, deadline: float) -> bool:
        while time.monotonic() < deadline and self.runs():
            try:
                psycopg.connect(self.url.removesuffix("camket") + "postgres", connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def make_database(self) -> None:
        with psycopg.connect(self.url.removesuffix("camket") + "postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE camket")

    def runs(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def pids(self) -> list[int]:
        """Every process of the server, the first one first."""
        return [self._server.pid, *processes.descendants(self._server.pid)] if self._server and self.runs() else []

    def kill(self, pids: Sequence[int] | None = None) -> int:
        """Kill these processes of the server, or all of it; how many."""
        found = self.pids() if pids is None else list(pids)
        number = processes.kill(found)
        if self._server is not None and (pids is None or self._server.pid in found):
            self._server.wait()
        return number

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop the server in good order (SIGINT ends sessions and writes everything down)."""
        if self._server is not None and self.runs():
            self._server.send_signal(number)
            try:
                self._server.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
