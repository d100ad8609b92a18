"""A throw-away PostgreSQL: defaults but `shared_buffers`, fsync on, on disk; gone with everything at the end."""

import grp
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

SHARED_BUFFERS = "512MB"


class NoPostgresError(RuntimeError):
    """The programs of PostgreSQL are not installed."""


def programs() -> Path:
    """Locate initdb, pg_ctl and pgbench."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    for folder in (*reversed(found), Path("/usr/local/pgsql/bin")):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    if path := shutil.which("initdb"):
        return Path(path).parent
    raise NoPostgresError("PostgreSQL is not installed: apt-get install postgresql")


def _as_postgres(command: Sequence[str]) -> None:
    """Run one of its programs; PostgreSQL refuses to run as root, so then its own user does."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*user, *command], check=True, cwd="/", capture_output=True)


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server: its postmaster's process id, and where it is reached."""

    pid: int
    port: int
    password: str
    folder: Path

    def url(self, name: str) -> str:
        """Give the address of one database, as psycopg and `CAMKET_DATABASE` take it."""
        return f"postgresql://camket:{self.password}@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database, as a copy of another's files; gives its address."""
        self.drop(name)
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return self.url(name)

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def checkpoint(self) -> None:
        """Write everything out, so that no side pays for what the one before it wrote."""
        self._run("CHECKPOINT")

    def _run(self, text: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(text).format(*(sql.Identifier(name) for name in names)))

    def position(self) -> int:
        """Give how many bytes of write-ahead log there are so far."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone()
        return int(row[0]) if row else 0


@contextmanager
def cluster(scratch: Path) -> Iterator[Cluster]:
    """Set up a cluster below `scratch` and take it away again."""
    bin_folder, folder = programs(), scratch / "postgres"
    folder.mkdir(mode=0o700)
    password, port = secrets.token_hex(16), free_port()
    (folder / "password").write_text(password + "\n")
    if os.geteuid() == 0:
        user, group = pwd.getpwnam("postgres").pw_uid, grp.getgrnam("postgres").gr_gid
        for path in (folder, folder / "password"):
            os.chown(path, user, group)
    data = folder / "data"
    secret = ["-A", "scram-sha-256", f"--pwfile={folder}/password"]
    _as_postgres([f"{bin_folder}/initdb", "-D", f"{data}", "-U", "camket", *secret, "-E", "UTF8", "--locale=C.UTF-8"])
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c shared_buffers={SHARED_BUFFERS}"
    _as_postgres([f"{bin_folder}/pg_ctl", "-D", f"{data}", "-l", f"{folder}/log", "-w", "-o", options, "start"])
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        yield Cluster(pid, port, password, folder)
    finally:
        _as_postgres([f"{bin_folder}/pg_ctl", "-D", f"{data}", "-m", "immediate", "-w", "stop"])
