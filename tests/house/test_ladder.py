"""The rooms and their order: one machine-readable place, and nothing stands outside it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from camket.cli import lookup
from tests.house import source

CONFIG = tomllib.loads((source.ROOT / "pyproject.toml").read_text("utf-8"))


def _contract(name: str) -> dict[str, Any]:
    (found,) = [contract for contract in CONFIG["tool"]["importlinter"]["contracts"] if contract["name"] == name]
    return found


def _rooms() -> set[str]:
    return {path.parent.name for path in source.PACKAGE.glob("*/__init__.py")}


def test_imports_only_reach_down() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=source.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_ladder_is_exhaustive_and_brackets_only_what_is_not_built() -> None:
    ladder = _contract("the ladder")
    assert (ladder["containers"], ladder["exhaustive"]) == (["camket"], True)
    names = re.findall(r"\(?\w+\)?", " ".join(ladder["layers"]))
    assert {name for name in names if not name.startswith("(")} == _rooms()


def test_pure_rooms_do_without_django() -> None:
    pure = _contract("pure rooms do without Django")
    assert "django" in pure["forbidden_modules"]
    assert {module.removeprefix("camket.") for module in pure["source_modules"]} == (lookup.PURE - {"cli"}) & _rooms()


def test_no_import_hides_in_a_string() -> None:
    """`importlib` is for folders whose files are found by looking, the commands' late set-up, and optional parts."""
    allowed = {
        "src/camket/api/door.py",
        "src/camket/cli/lookup.py",
        "src/camket/cli/main.py",
        "src/camket/crypto/providers/service.py",
        "src/camket/worker/jobs/__init__.py",
    }
    hidden = {
        source.name(path)
        for path in source.python_files("src")
        for call in source.calls(source.tree(path))
        if call.split(".")[-1] in {"import_module", "__import__", "import_string", "get_model"}
    }
    assert hidden <= allowed
