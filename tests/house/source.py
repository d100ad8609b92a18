"""Reads the repository's own source, for the laws of the house."""

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "camket"
TESTS = ROOT / "tests"
SKIPPED = {"__pycache__", ".venv", "var", "build", ".git"}


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Every Python file below the named folders (default: all of ours), in order."""
    found = [
        path for folder in folders or ("src", "tests", "scripts", "bench") for path in (ROOT / folder).rglob("*.py")
    ]
    return tuple(sorted(path for path in found if not SKIPPED & set(path.parts)))


@cache
def text_files() -> tuple[Path, ...]:
    """Every text file that the repository keeps, but for the locks and the licence, which others wrote."""
    endings = {".py", ".md", ".toml", ".yaml", ".yml", ".sql", ".html", ".css", ".js", ".txt", ".sh", ".in", ".csv", ""}
    folders = ("src", "tests", "docs", "scripts", "policies", "requirements", "bench", ".ci")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    found += [path for path in ROOT.iterdir() if path.is_file()]
    kept = (path for path in found if path.suffix in endings and path.name != "LICENSE")
    return tuple(sorted(path for path in kept if not SKIPPED & set(path.parts)))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name(path: Path) -> str:
    """The path as people write it, from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of every comment."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def calls(node: ast.AST) -> Iterator[str]:
    """The dotted names of everything that is called inside `node`."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield dotted(inner.func)


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
