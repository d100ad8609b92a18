"""Runs each target in a process of its own until its CPU time is used up, and tells what was found."""

import argparse
import subprocess
import sys
from pathlib import Path

NAMES = ("policy", "csv", "xlsx", "phone", "address", "chat", "seal", "verifier")


def main() -> int:
    """Run the command line; 1 when any target found something."""
    parser = argparse.ArgumentParser(prog="./campaigns/fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="target", help=f"one of {', '.join(NAMES)}; none is all")
    parser.add_argument("--minutes", type=float, default=10.0, help="CPU minutes for each target")
    parser.add_argument("--out", type=Path, default=Path("var/fuzz"), help="where corpus and findings are kept")
    parser.add_argument("--list", action="store_true", help="print the targets")
    given = parser.parse_args()
    if given.list:
        sys.stdout.write("\n".join(NAMES) + "\n")
        return 0
    if unknown := set(given.targets) - set(NAMES):
        parser.error(f"no target is called {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    failed = [name for name in given.targets or NAMES if _run(name, given.minutes, given.out)]
    sys.stdout.write(f"found something in: {', '.join(failed)}\n" if failed else "nothing found\n")
    return 1 if failed else 0


def _run(name: str, minutes: float, out: Path) -> bool:
    words = [sys.executable, "-m", "fuzzing.child", name, str(minutes * 60), str(out / name)]
    (out / name).mkdir(parents=True, exist_ok=True)
    with (out / name / "log").open("w") as log:  # libFuzzer's own words; ours go to the screen
        return subprocess.run(words, check=False, stderr=log).returncode != 0  # noqa: S603 (our own program and words)


if __name__ == "__main__":
    sys.exit(main())
