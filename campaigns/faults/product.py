"""A real installation of the product that may be killed at any moment: started by its own commands, asked over HTTP."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigns.faults import calls, processes

ROOT = Path(__file__).resolve().parents[2]
CAMKET = str(Path(sys.executable).parent / "camket")
SHOP = "comet"
PURPOSES = ("order", "marketing", "after_sales")
STAFF = (("Phạm Thị Hạnh", "director"), ("Vũ Thị Lan", "customer_service"))
_STARTS_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Staff:
    """Two people's tokens: the director's, and the clerk's who serves customers."""

    director: str
    clerk: str
    clerk_id: str


class Product:
    """One installation: its folder, its variables, its processes by name."""

    def __init__(self, home: Path, *, database: str = "", env: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = processes.free_port()
        self.patience = _STARTS_WITHIN
        self.env = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("CAMKET_", "DJANGO_"))},
            "NO_COLOR": "1",
            "TERM": "dumb",
            "CAMKET_HOME": str(home),
            "CAMKET_POLICIES": str(home / "policies"),
            "CAMKET_LOCAL_MESSAGES": "1",
            **({"CAMKET_DATABASE": database} if database else {}),
            **(env or {}),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        (home / "policies").mkdir(parents=True, mode=0o700)
        (home / "logs").mkdir()
        shutil.copy(ROOT / "policies" / f"{SHOP}.yaml", home / "policies")

    def camket(self, *words: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [CAMKET, *words], env=self.env, capture_output=True, text=True, check=False, timeout=seconds
        )

    def must(self, *words: str) -> str:
        """Run one command that has to succeed; what it printed."""
        done = self.camket(*words)
        if done.returncode:
            raise RuntimeError(f"camket {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def prepare(self) -> Staff:
        """Set the installation up, with two people on the staff."""
        return Staff(**self._typed("prepare", SHOP, *PURPOSES))

    def run(self, *commands: Sequence[str]) -> list[tuple[int, str]]:
        """Run several commands one after another in one process; how each ended and what it printed."""
        return [(code, out) for code, out in self._typed("run", json.dumps(commands))]

    def _typed(self, *words: str) -> Any:
        script = [sys.executable, "-m", "campaigns.faults.typed", *words]
        done = subprocess.run(script, env=self.env, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def begin(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a command that runs on its own; its words go to a log of that name."""
        with (self.home / "logs" / name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                [CAMKET, *words],
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.running[name]

    def runs(self, name: str) -> bool:
        return name in self.running and self.running[name].poll() is None

    def pids(self, name: str) -> list[int]:
        """Give the process of that name and all that it started."""
        return [self.running[name].pid, *processes.descendants(self.running[name].pid)] if self.runs(name) else []

    def kill(self, name: str) -> int:
        """Kill it with all that it started; how many processes."""
        number = processes.kill(self.pids(name))
        if name in self.running:
            self.running.pop(name).wait()
        return number

    def kill_all(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def serve(self, *, wait: bool = True, needs: Callable[[], None] | None = None) -> None:
        """Start the server where it does not run, and wait until it answers; `needs` brings back what it needs."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            if needs is not None:
                needs()
            if not self.runs("serve"):
                self.begin("serve", "serve", "--port", str(self.port))
            if not wait or calls.healthy(self.port):
                return
            time.sleep(0.03)
        raise TimeoutError(self.said("serve"))

    def said(self, name: str) -> str:
        """Give the last that a process wrote."""
        return (self.home / "logs" / name).read_text("utf-8", "replace")[-3000:]


def commands(product: Product, group: str) -> Sequence[str]:
    """Name the commands of a group as its own help lists them."""
    text = product.camket(group, "--help").stdout
    return [word for line in text.splitlines() for word in line.replace("│", " ").split()[:1]]
