"""Which test shows which promise, and what is still to come: writes docs/reference/promises.md.

`python -m tests.promises.table` writes the page; tests/promises/test_table.py compares it.
"""

import ast
import importlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.policies import shelf

HERE: Final = Path(__file__).resolve().parent
PAGE: Final = shelf.ROOT / "docs" / "reference" / "promises.md"
IDS: Final = shelf.lines("promise_ids.txt")

HEAD: Final = """# The promises and their tests

<!-- Made by `python -m tests.promises.table`; what is to come stands in tests/promises/to_come.toml. -->

Every promise that we found in the five published texts, the clauses of the policy file that keep it (with the
completions that were signed for it), and the test that quotes the sentence and drives the real system: the command
line, the API or the page. Each of these tests is also run under the policy *without* the promises of those clauses,
and must fail there. Where something is still to come, the table says what; nothing is shown as kept for its sake.

"""


def promise_of(test: str) -> str:
    """`test_shop_001_4` → `shop-001-4`; `test_1stwatch_3` → `1stwatch-3`."""
    return test.removeprefix("test_").replace("_", "-")


@dataclass(frozen=True, slots=True)
class Found:
    """A promise test, found by looking: its file and its words. It is imported only to be run."""

    path: Path
    name: str
    source: str

    def load(self) -> Callable[..., Any]:
        """Import the function."""
        module = importlib.import_module(f"tests.promises.{self.path.parent.name}.{self.path.stem}")
        function: Callable[..., Any] = getattr(module, self.name)
        return function


@cache
def tests() -> Mapping[str, Found]:
    """Every promise test by its id."""
    found = {}
    for path in sorted(HERE.glob("*/test_*.py")):
        text = path.read_text("utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[promise_of(node.name)] = Found(path, node.name, ast.get_source_segment(text, node) or "")
    return found


@cache
def to_come() -> Mapping[str, str]:
    """What is still to come, by promise."""
    read: dict[str, str] = tomllib.loads((HERE / "to_come.toml").read_text("utf-8"))
    return read


def _kept_by(promise: str) -> str:
    policy = shelf.policy(promise.rpartition("-")[0])
    parts = [*policy.clauses, *policy.completions]
    return ", ".join(part.id for part in parts if promise in part.keeps)


def _lines() -> Iterator[str]:
    yield "| promise | kept by | test | still to come |"
    yield "| --- | --- | --- | --- |"
    for promise in IDS:
        shown = tests().get(promise)
        link = f"[{shown.name}](../../{shown.path.relative_to(shelf.ROOT).as_posix()})" if shown else "none yet"
        yield f"| {promise} | {_kept_by(promise)} | {link} | {to_come().get(promise, '')} |"


def render() -> str:
    """The whole page."""
    return HEAD + "\n".join(_lines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
