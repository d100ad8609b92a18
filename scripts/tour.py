"""Runs the commands of the README and the tour, and compares (or with `--write` renews) what they print.

A tested block is fenced as `console`; each command begins with `$ `, what it prints follows. Ids, digests, dates and
times differ from run to run: they are compared by their shape only.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "tour.md")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SHAPES = (
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
        command, _, output = part.partition("\n")
        yield Step(command, output)


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


def run(command: str, env: Mapping[str, str]) -> str:
    """Run one command as a reader would, and give all it prints."""
    done = subprocess.run(  # noqa: S603 (the pages are ours)
        ["bash", "-c", command],  # noqa: S607 (the reader's own shell)
        cwd=ROOT,
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def renew(page: Path, env: Mapping[str, str]) -> str:
    """Make the page's text with every output as it is now."""

    def block(match: re.Match[str]) -> str:
        parts = (
            f"$ {step.command}\n{run(step.command, env).rstrip()}\n".replace("\n\n", "\n\n") for step in steps(match[1])
        )
        return f"```console\n{''.join(parts)}```"

    return BLOCK.sub(block, page.read_text("utf-8"))


def main() -> None:
    """Compare, or with `--write` renew, every page."""
    different = []
    with tempfile.TemporaryDirectory(prefix="camket-tour-") as folder:
        env = environment(Path(folder))
        run("camket prepare && camket demo", env)
        for page in PAGES:
            text = renew(page, env)
            if shape(text) != shape(page.read_text("utf-8")):
                different.append(page.name)
                if "--write" in sys.argv:
                    page.write_text(text, "utf-8")
    print(*different, sep="\n")
    sys.exit(1 if different and "--write" not in sys.argv else 0)


if __name__ == "__main__":
    main()
