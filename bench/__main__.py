"""`python -m bench [PART …] [--quick] [--repeats N]`: runs parts and writes the page. See bench/run."""

import argparse
import importlib
import pkgutil
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import page, parts
from bench.cluster import cluster
from bench.ground import Ground
from bench.machine import facts
from bench.page import RESULTS
from bench.result import Kept, Result

Part = Callable[[Ground], Result]


def found() -> dict[str, Part]:
    """Find the parts by looking into their folder; what begins with an underscore is no part."""
    names = [one.name for one in pkgutil.iter_modules(parts.__path__) if not one.name.startswith("_")]
    return {name: importlib.import_module(f"bench.parts.{name}").run for name in names}


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line names; 1 when an answer was wrong."""
    known = found()
    signal.signal(signal.SIGTERM, _stop)
    reader = argparse.ArgumentParser(prog="bench/run", description="Measures Camket beside the bare side.")
    reader.add_argument("parts", nargs="*", metavar="PART", help=f"one of: {', '.join(known)} (default: all)")
    reader.add_argument("--quick", action="store_true", help="toy sizes; prints, and leaves the page as it is")
    reader.add_argument("--repeats", type=int, default=0, help="interleaved repetitions (default 3; quick: 1)")
    reader.add_argument("--page", action="store_true", help="only write the page anew from bench/results")
    asked = reader.parse_args(words)
    unknown = sorted(set(asked.parts) - set(known))
    if unknown:
        reader.error(f"no part is called {', '.join(unknown)}; there are {', '.join(known)}")
    if asked.page:
        page.write()
        return 0
    return measure({name: known[name] for name in asked.parts or known}, asked.quick, asked.repeats)


def _stop(*_: object) -> None:
    """Leave by the way of every error, so that servers and clusters are taken away."""
    raise SystemExit(143)


def measure(wanted: dict[str, Part], quick: bool, repeats: int) -> int:
    """Run parts on one throw-away ground; keep their results unless they are toys."""
    scratch = Path(tempfile.mkdtemp(prefix="camket-bench-"))
    scratch.chmod(0o755)
    wrong = 0
    try:
        with cluster(scratch) as database:
            ground = Ground(scratch, database, quick, repeats or (1 if quick else 3))
            for name, run in wanted.items():
                kept = Kept(name, quick, facts(database, scratch), run(ground))
                wrong += kept.result.wrong
                if not quick:
                    kept.write(RESULTS)
                    page.write()
                print(page.render([kept]), flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if wrong:
        print(f"{wrong} wrong answers", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
