"""Secrets are compared in constant time: no `==` or `in` between digests, marks, codes, tokens and signatures."""

import ast

import pytest

from tests.house import source

SECRET = ("digest", "mac", "mark", "token", "signature", "code_hash", "secret", "sealing_key")
# Where a digest names a public thing and whoever compares knows both: nothing can be learnt from the time it takes.
PUBLIC = {
    "src/camket/ledger": "digests of the log are public: they stand in exported logs and receipts",
    "src/camket/policy": "the digest of a published text",
    "src/camket/shops/queries.py": "the digest of a published policy, compared with its own text",
    "src/camket/shops/actions/policy.py": "the digest of a published policy",
    "src/camket/design/assets.py": "the digest of a published file, which is part of its address",
    "src/camket/vault/backup/archive.py": "plain hashes of a file that whoever runs the command holds",
    "src/camket/cli/remembered.py": "the check sum of a cache file that belongs to whoever runs the command",
    "src/camket/vault/backup/reconciling.py": "digests of rows in the ledger that whoever restores reads",
    "src/camket/crypto/recovery.py": "the check sum of a key that whoever types it in holds",
}


def _named(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lower()
        case ast.Call(func=func):
            return _named(func)
        case ast.Subscript(value=value):
            return _named(value)
    return ""


def _secret(name: str) -> bool:
    return any(name == word or name.endswith((f"_{word}", f"{word}_of")) or name == f"_{word}" for word in SECRET)


def _compared(text: str) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            constant = any(isinstance(side, ast.Constant) for side in sides)
            names = [name for side in sides if _secret(name := _named(side))]
            if names and not constant:
                found.append((node.lineno, names[0]))
    return found


def test_no_secret_is_compared_with_equals() -> None:
    wrong = [
        f"{source.name(path)}:{line} {name}"
        for path in source.python_files("src")
        if not any(source.name(path).startswith(place) for place in PUBLIC)
        for line, name in _compared(path.read_text("utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize("text", ["row.digest == other", "a != token(x)", "if mark[0] == of(row): pass"])
def test_a_comparison_that_leaks_is_found(text) -> None:
    assert _compared(text)


@pytest.mark.parametrize("text", ["hmac.compare_digest(digest, other)", "digest == b''", "name == other"])
def test_what_leaks_nothing_passes(text) -> None:
    assert _compared(text) == []
