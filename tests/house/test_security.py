"""SECURITY.md promises nothing that no test holds."""

import ast
import re

from tests.house import source

TEXT = (source.ROOT / "SECURITY.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/.]+)::(\w+)`", TEXT)


def test_every_test_that_the_threat_model_names_exists() -> None:
    missing = [(path, name) for path, name in NAMED if name not in _tests(path)]
    assert missing == []
    assert len(NAMED) > 50


def test_every_line_of_the_threat_model_names_a_test() -> None:
    model = TEXT[TEXT.index("## Who learns what") : TEXT.index("## Honest limits")]
    rows = [line for line in model.splitlines() if line.startswith("| ") and not line.startswith(("| they |", "|---"))]
    assert [row for row in rows if "`tests/" not in row] == []
    assert len(rows) > 30


def test_the_twelve_tests_are_all_there() -> None:
    found = {
        re.match(r"test_(\d\d)_", name)[1]
        for path in sorted((source.TESTS / "locks").glob("test_*.py"))
        for name in _tests(source.name(path))
        if re.match(r"test_\d\d_", name)
    }
    assert found == {f"{number:02d}" for number in range(1, 13)}


def test_it_is_linked_from_the_front_page_and_the_documents() -> None:
    assert "(SECURITY.md)" in (source.ROOT / "README.md").read_text("utf-8")
    assert "(../SECURITY.md)" in (source.ROOT / "docs" / "index.md").read_text("utf-8")


def _tests(path: str) -> set[str]:
    file = source.ROOT / path
    if not file.is_file():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}
