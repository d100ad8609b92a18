"""Where parts run: a scratch folder, the cluster, installations of Camket on either database, and their processes."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from bench.cluster import Cluster, free_port

ROOT: Final = Path(__file__).resolve().parents[1]
POLICIES: Final = ROOT / "bench" / "policies"
Engine = Literal["postgresql", "sqlite"]
ENGINES: Final[tuple[Engine, ...]] = ("postgresql", "sqlite")
_SERVED_WITHIN: Final = 60.0


class JobFailedError(RuntimeError):
    """A job's process ended with an error; its words follow."""


@dataclass(frozen=True, slots=True)
class Home:
    """One installation: its folder with keys, and its database."""

    engine: Engine
    folder: Path
    database: str

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CAMKET_", "DJANGO_"))},
            "CAMKET_HOME": str(self.folder),
            "CAMKET_DATABASE": self.database,
            "CAMKET_POLICIES": str(POLICIES),
            "CAMKET_LOCAL_MESSAGES": "1",
        }

    @property
    def file(self) -> Path:
        """The database file (SQLite)."""
        return self.folder / "camket.sqlite3"

    def job(self, name: str, **given: Any) -> Any:
        """Run a job of `bench/jobs` in this installation; give what it gave."""
        command = [sys.executable, "-m", "bench.inside", name, json.dumps(given)]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise JobFailedError(f"{name}: {done.stderr[-4000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def camket(self, *words: str) -> str:
        """Run a command of Camket; give what it printed."""
        command = [sys.executable, "-m", "camket.cli", *words]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise JobFailedError(f"camket {' '.join(words[:2])}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout


@dataclass(frozen=True, slots=True)
class Served:
    """A running installation: its port and the process above server and worker."""

    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What every part stands on. `quick` asks for toy sizes, `repeats` for so many interleaved repetitions."""

    scratch: Path
    cluster: Cluster
    quick: bool
    repeats: int

    def home(self, engine: Engine, name: str) -> Home:
        """Make an empty installation with the benchmark's shop in it."""
        made = self._home(engine, name)
        if engine == "postgresql":
            self.cluster.create(name)
        made.camket("prepare")
        return made

    def copy(self, of: Home, name: str) -> Home:
        """Make a copy of an installation: same keys, a database of its own with the same rows."""
        made = self._home(of.engine, name)
        shutil.copytree(of.folder, made.folder, dirs_exist_ok=True)
        if of.engine == "postgresql":
            self.cluster.create(name, template=of.folder.name)
        return made

    def _home(self, engine: Engine, name: str) -> Home:
        folder = self.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        sqlite = f"sqlite:///{folder}/camket.sqlite3"
        return Home(engine, folder, self.cluster.url(name) if engine == "postgresql" else sqlite)

    def remove(self, home: Home) -> None:
        if home.engine == "postgresql":
            self.cluster.drop(home.folder.name)
        shutil.rmtree(home.folder, ignore_errors=True)

    def database_pid(self, engine: Engine) -> int | None:
        """Name the process whose tree is the database's, where it has processes of its own."""
        return self.cluster.pid if engine == "postgresql" else None

    @contextmanager
    def serve(self, home: Home) -> Iterator[Served]:
        """Run server and worker of an installation, as `./run` does."""
        port = free_port()
        command = [sys.executable, "-m", "camket.cli", "start", "--port", str(port)]
        with (home.folder / "serve.log").open("w") as log:
            process = subprocess.Popen(command, env=home.environment, cwd=ROOT, stdout=log, stderr=log)
            try:
                _wait(process, port)
                yield Served(port, process.pid)
            finally:
                process.terminate()
                process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _SERVED_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise JobFailedError("the server ended before it answered")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise JobFailedError("the server did not answer in time")
