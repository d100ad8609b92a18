"""Finds the commands: every file of this folder that sets `app` is one; there is no list to register in.

A file is read (not imported) to learn its name and its first sentence, so that one command never pays for another.
"""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer

FOLDER = Path(__file__).resolve().parent
# Rooms that a command may use without Django being set up (the pure rooms, and this one).
PURE = frozenset({"base", "crypto", "law", "policy", "reader", "cli"})


@dataclass(frozen=True, slots=True)
class Found:
    """One command file: what it is called, what it says of itself, and whether it needs Django."""

    name: str
    module: str
    help: str
    django: bool


@cache
def commands() -> dict[str, Found]:
    """List every command by name, in alphabetical order."""
    found = (_read(path) for path in FOLDER.glob("*.py"))
    return {command.name: command for command in sorted(filter(None, found), key=lambda command: command.name)}


def find(name: str) -> Found | None:
    """Find the command of that name; only its own file is read when the file is called the same."""
    path = FOLDER / f"{name.replace('-', '_')}.py"
    found = _read(path) if path.is_file() else None
    return found if found and found.name == name else commands().get(name)


def load(found: Found) -> Any:
    """Import the command's file, after setting up Django where it needs that, and return what typer makes of it."""
    if found.django:
        importlib.import_module("camket.cli.edge").set_up()
    command = typer.main.get_command(importlib.import_module(found.module).app)
    command.name = found.name
    return command


def _read(path: Path) -> Found | None:
    tree = ast.parse(path.read_text("utf-8"))
    constants = dict(_assigned(tree))
    if "app" not in constants or path.stem == "main":
        return None
    name = constants.get("NAME") or path.stem.rstrip("_").replace("_", "-")
    return Found(name, f"camket.cli.{path.stem}", _first_sentence(tree), _needs_django(tree))


def _assigned(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name):
                value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
                yield target.id, value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _first_sentence(tree: ast.Module) -> str:
    text = (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")
    return text.split(". ")[0]


def _needs_django(tree: ast.Module) -> bool:
    return any(not _is_pure(module) for module in imported(tree))


@cache
def _is_pure(module: str) -> bool:
    parts = module.split(".")
    if parts[0] != "camket":
        return parts[0] != "django"
    if len(parts) < 2 or parts[1] not in PURE:  # noqa: PLR2004 (package and room)
        return False
    neighbour = FOLDER / f"{parts[2]}.py" if parts[1] == "cli" and parts[2:] else None
    if neighbour is None or not neighbour.is_file():
        return True
    return not _needs_django(ast.parse(neighbour.read_text("utf-8")))


def imported(tree: ast.AST) -> Iterator[str]:
    """Name every module that the code imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
