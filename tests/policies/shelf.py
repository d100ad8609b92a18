"""The six policy files of the repository, and the five published texts they are written from."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from camket.law import floor
from camket.policy import Policy, Rulebook, compile_rulebook, load

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
FOLDER: Final = ROOT / "policies"
PUBLISHED: Final = HERE / "published"
# The texts as they were handed to us; the continuous build has this folder beside the checkout.
SEEDS: Final = ROOT.parent / "shared" / "seeds"

TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "comet": "000_01f1c0c3dc2a58bf.txt",
        "shop-001": "001_c26b3a0a1c50864a.txt",
        "khatra": "002_946b3959865b143e.txt",
        "shop-003": "003_2543682563aeb833.txt",
        "1stwatch": "004_f22a8a158c68b81f.txt",
    }
)
SHOPS: Final = tuple(TEXTS)


def published(shop: str) -> str:
    """The text of a shop's page, as published."""
    return (PUBLISHED / TEXTS[shop]).read_text("utf-8")


@cache
def policy(shop: str) -> Policy:
    """A shop's policy, or `template`."""
    return load(FOLDER / f"{shop}.yaml")


@cache
def rulebook(shop: str) -> Rulebook:
    """A shop's policy over the law's floor."""
    return compile_rulebook(policy(shop), floor(policy(shop).law))


def lines(name: str) -> tuple[str, ...]:
    """The lines of a data file beside the tests: `articles.txt`, `promise_ids.txt`."""
    return tuple((HERE / name).read_text("utf-8").split())
