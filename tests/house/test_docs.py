"""The reference is made from the code and is current; prose names what exists and nothing else."""

import re
from pathlib import Path

import pytest

from camket.cli import lookup
from camket.law import floor
from camket.ledger.events import EVENTS
from camket.policy.kinds import KINDS
from camket.policy.words import words
from camket.project.options import OPTIONS
from camket.shops.settings import SETTINGS as SHOP_SETTINGS
from scripts import docs
from tests.house import source

PACKED = ("categories", "purposes", "sources", "recipients")
REFERENCE = source.ROOT / "docs" / "reference"
PAGES = [*sorted((source.ROOT / "docs").rglob("*.md")), source.ROOT / "README.md", source.ROOT / "CHANGELOG.md"]


@pytest.mark.parametrize("name", docs.PAGES)
def test_a_made_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == docs.render(name), "run `python scripts/docs.py`"


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("settings.md", [f"`CAMKET_{option.name}`" for option in OPTIONS]),
        ("settings.md", [f"| `{name}` |" for name in SHOP_SETTINGS]),
        ("commands.md", [f"## camket {name}\n" for name in lookup.commands()]),
        ("promises-kinds.md", [f"## {kind}\n" for kind in KINDS]),
        ("words.md", [f"| `{word}` |" for _, family in words().families() for word in family]),
        ("events.md", [f"| `{event}` |" for event in EVENTS]),
        ("packs.md", [f"| `{word}` |" for family in PACKED for word in words().family(family)]),
        ("packs.md", [f"| `{rule.article}` |" for rule in floor(["vn"]).rules]),
    ],
)
def test_the_reference_names_every(page: str, names: list[str]) -> None:
    text = (REFERENCE / page).read_text("utf-8")
    assert [name for name in names if name not in text] == []
    assert names != []


def test_every_error_code_of_the_source_is_in_the_reference() -> None:
    text = (REFERENCE / "errors.md").read_text("utf-8")
    codes = {
        code
        for path in source.python_files("src")
        for code in re.findall(r'\bcode="([a-z][a-z0-9._-]+)"', path.read_text("utf-8"))
    }
    assert {code for code in codes if f"`{code}`" not in text} == set()


@pytest.mark.parametrize("page", PAGES, ids=source.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


def test_every_page_is_reached_from_the_index() -> None:
    index = (source.ROOT / "docs" / "index.md").read_text("utf-8")
    pages = [path.relative_to(source.ROOT / "docs").as_posix() for path in (source.ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page != "index.md" and f"({page})" not in index] == []


def test_settings_that_prose_names_exist() -> None:
    known = {f"CAMKET_{option.name}" for option in (*OPTIONS, *docs.SCRIPT_OPTIONS)}
    named = {name for page in PAGES for name in re.findall(r"\bCAMKET_[A-Z_]+[A-Z]\b", page.read_text("utf-8"))}
    assert named <= known


def test_commands_that_prose_names_exist() -> None:
    """A page that tells people to run what is not there costs them an evening."""
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"[`$] ?camket ([a-z][a-z-]+)", text))
    assert named <= set(lookup.commands())
