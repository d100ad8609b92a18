"""Runs the commands of the README and the tour, and compares (or with `--write` renews) what they print.

A tested block is fenced as `console`; each command begins with `$ `, what it prints follows. Ids, digests, dates and
times differ from run to run: they are compared by their shape only.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "tour.md")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# The port that the pages name, as `./run` opens it; while testing another one stands for it.
PORT = ":8000"
# The pages are written with the whole demo, as a reader has it; the test makes do with a few customers.
ALL_CUSTOMERS, FEW_CUSTOMERS = 200, 3
SHAPES = (
    (r"\+\d+, \d+ dòng sổ · \d+ entries", "<entries>"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>"),
    (r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?", "<date>"),
    (r"\b\d\d/\d\d/\d{4}\b", "<date>"),
    (r"\b\d\d:\d\d(?::\d\d)?\b", "<time>"),
    (r"\b[0-9a-f]{16,64}\b", "<digest>"),
    (r"[A-Za-z0-9+/]{43}=", "<digest>"),
    (r"\b\d+(?:[.,]\d+)? ?(?:ms|s|giây)\b", "<duration>"),
    (r"[ \t]+$", ""),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a page and what the page says it prints."""

    command: str
    output: str


def steps(block: str) -> Iterator[Step]:
    """Split a block into its commands."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")
        length = next(number for number, line in enumerate(lines, 1) if not line.endswith("\\"))
        yield Step("\n".join(lines[:length]), "\n".join(lines[length:]))


def shape(text: str) -> str:
    """Replace what differs from run to run."""
    for pattern, name in SHAPES:
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text.strip()


def environment(home: Path) -> dict[str, str]:
    """Give the environment of a small installation of its own, with our commands on the path and plain output."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CAMKET_", "DJANGO_"))}
    plain = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100", "CAMKET_HOME": str(home), "CAMKET_LOCAL_MESSAGES": "1"}
    return {**kept, **plain, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@contextmanager
def installation(folder: Path, customers: int) -> Iterator[tuple[dict[str, str], int]]:
    """Prepare shops and made-up customers as `./run --demo` does, and serve them on a free port."""
    env = environment(folder)
    for command in ("camket prepare", f"camket demo --customers {customers}"):
        subprocess.run(command.split(), cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (our own)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(["camket", "serve", "--port", str(port)], cwd=ROOT, env=env)  # noqa: S603, S607 (our own command)
    try:
        _wait(port)
        yield env, port
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    for _ in range(150):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server does not answer")


def run(commands: Sequence[str], env: Mapping[str, str], port: int) -> list[str]:
    """Run the commands of a page in one shell, as a reader would, and give what each prints."""
    script = "".join(f"printf '\\036'\n{command.replace(PORT, f':{port}')}\n" for command in commands)
    done = subprocess.run(  # noqa: S603 (the pages are ours)
        ["bash", "-c", f"exec 2>&1\n{script}"],  # noqa: S607 (the reader's own shell)
        cwd=ROOT,
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
    )
    return [part.replace(f":{port}", PORT) for part in done.stdout.split("\x1e")[1:]]


def renew(page: Path, env: Mapping[str, str], port: int) -> str:
    """Make the page's text with every output as it is now."""
    text = page.read_text("utf-8")
    blocks = [[step.command for step in steps(found[1])] for found in BLOCK.finditer(text)]
    printed = iter(run([command for block in blocks for command in block], env, port))

    def block(match: re.Match[str]) -> str:
        parts = (f"$ {step.command}\n{next(printed).rstrip()}".rstrip() + "\n" for step in steps(match[1]))
        return f"```console\n{''.join(parts)}```"

    return BLOCK.sub(block, text)


def main() -> None:
    """Compare, or with `--write` renew, every page."""
    different = []
    write = "--write" in sys.argv
    customers = ALL_CUSTOMERS if write else FEW_CUSTOMERS
    with (
        tempfile.TemporaryDirectory(prefix="camket-tour-") as folder,
        installation(Path(folder), customers) as (env, port),
    ):
        for page in PAGES:
            text = renew(page, env, port)
            if shape(text) != shape(page.read_text("utf-8")):
                different.append(page.name)
                if write:
                    page.write_text(text, "utf-8")
    print(*different, sep="\n")
    sys.exit(1 if different and not write else 0)


if __name__ == "__main__":
    main()
