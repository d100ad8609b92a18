"""Small functions, small files, and nothing that hides."""

import ast
import re
from pathlib import Path

import pytest

from tests.house import source

# Why an import may stand inside a function; the comment `late import: REASON` is on its line or the line above, or once
# for a whole file as `late imports: REASON` in a line of its own.
LATE_IMPORTS = {
    "start-up": "a command or page that does not need this must not pay for loading it",
    "set-up": "Django's models exist only after Django is set up",
    "optional": "the part is not installed everywhere",
    "same-room": "two files of one room need each other at run time",
}
# Words that belong to the machine on which something was written, not to the product.
MACHINE = ("/" + "work/", "/" + "root/", "/" + "opt/wheels", "../" + "shared", "fo" + "under")


def test_functions_have_at_most_sixty_lines() -> None:
    long = [
        f"{source.name(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1}"
        for path in source.python_files()
        for node in source.functions(path)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


def test_files_have_at_most_six_hundred_lines() -> None:
    made = ("migrations/0001_initial.py",)  # written by Django from the models
    files = (path for path in source.python_files() if not path.as_posix().endswith(made))
    lengths = {source.name(path): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {path: length for path, length in lengths.items() if length > 600} == {}


def test_every_ignore_gives_its_reason() -> None:
    silent = []
    for path in source.python_files():
        for line, comment in source.comments(path):
            for match in re.finditer(
                r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w\-, ]+\])?)", comment
            ):
                rest = comment[match.end() :].split("# noqa")[0].split("# type:")[0]
                if len(re.findall(r"\w+", rest)) < 2 and "# " not in comment[match.end() :]:
                    silent.append(f"{source.name(path)}:{line} {comment}")
    assert silent == []


def _late_reason(lines: list[str], node: ast.Import | ast.ImportFrom, path: Path) -> str:
    near = "\n".join(lines[max(0, node.lineno - 2) : node.lineno])
    whole = re.search(r"^# late imports: ([\w-]+)", "\n".join(lines), re.MULTILINE)
    found = re.search(r"late import: ([\w-]+)", near) or whole
    reason = found[1] if found else ""
    if reason == "same-room":
        own = f"camket.{path.relative_to(source.PACKAGE).parts[0]}."
        return reason if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(own) else ""
    return reason


def test_imports_inside_functions_give_a_reason_from_the_list() -> None:
    unexplained = [
        f"{source.name(path)}:{node.lineno}"
        for path in source.python_files("src")
        for function in source.functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        if _late_reason(path.read_text("utf-8").splitlines(), node, path) not in LATE_IMPORTS
    ]
    assert unexplained == []


def test_nothing_is_left_to_do() -> None:
    words = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    left = [
        f"{source.name(path)}:{number}"
        for path in source.text_files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if words.search(line) and path.suffix in {".py", ".sql", ".html", ".js", ".css", ".sh", ".toml", ""}
    ]
    assert left == []


@pytest.mark.parametrize("word", MACHINE)
def test_the_machine_it_was_written_on_is_never_named(word: str) -> None:
    named = [source.name(path) for path in source.text_files() if word in path.read_text("utf-8", "replace")]
    assert named == []


def test_public_functions_say_what_they_are_for() -> None:
    silent = [
        f"{source.name(path)}:{node.lineno} {node.name}"
        for path in source.python_files("src")
        if "migrations" not in path.parts
        for node in source.tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
