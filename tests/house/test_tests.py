"""What a test may not be: empty, skipped, expected to fail, or about a stand-in for our own code."""

import ast
from pathlib import Path

from tests.house import source

CHECKING = (
    "raises",
    "warns",
    "django_assert_num_queries",
    "call_and_validate",
    "validate_response",
    "run_state_machine_as_test",
)
HIDING = {"skip", "skipif", "skip_if", "xfail", "importorskip", "skipTest", "expectedFailure"}
MOCKS = {"mock", "unittest.mock", "pytest_mock", "responses", "freezegun", "time_machine"}


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")


def _checks_by_itself(node: ast.AST) -> bool:
    asserts = any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
    return asserts or any(call.split(".")[-1] in CHECKING for call in source.calls(node))


def _checking_helpers() -> set[str]:
    """Names of functions of the tests that check something, themselves or through another such function."""
    every = [node for path in source.python_files("tests") for node in source.functions(path)]
    helpers = {node.name for node in every if _checks_by_itself(node)}
    while True:
        more = {n.name for n in every if {call.split(".")[-1] for call in source.calls(n)} & helpers} - helpers
        if not more:
            return {name for name in helpers if not name.startswith("test_")}
        helpers |= more


def test_every_test_checks_something() -> None:
    helpers = _checking_helpers()
    empty = [
        f"{source.name(path)}:{node.lineno} {node.name}"
        for path in source.python_files("tests")
        for node in source.functions(path)
        if _is_test(node) and not _checks_by_itself(node)
        if not {call.split(".")[-1] for call in source.calls(node)} & helpers
    ]
    assert empty == []


def test_no_assertion_is_always_true() -> None:
    hollow = [
        f"{source.name(path)}:{node.lineno}"
        for path in source.python_files("tests")
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant | ast.Tuple)
    ]
    assert hollow == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    hidden = [
        f"{source.name(path)}:{node.lineno} {source.dotted(node)}"
        for path in source.python_files("tests")
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in HIDING
        and source.dotted(node).startswith(("pytest", "unittest", "self"))
    ]
    assert hidden == []


def test_nothing_of_ours_is_mocked() -> None:
    mocked = []
    for path in source.python_files("tests", "src"):
        for node in ast.walk(source.tree(path)):
            modules = [n.name for n in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or "", *(f"{node.module}.{n.name}" for n in node.names)]
            mocked += [f"{source.name(path)}:{node.lineno} {module}" for module in modules if module in MOCKS]
    assert mocked == []


def test_test_files_are_found_by_pytest() -> None:
    """A file with tests in it whose name does not begin with `test_` would never run."""

    def lost(path: Path) -> bool:
        return not path.name.startswith("test_") and any(_is_test(node) for node in source.tree(path).body)

    assert [source.name(path) for path in source.python_files("tests") if lost(path)] == []
