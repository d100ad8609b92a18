"""Loads a policy file.

Every error says where it stands, what is wrong and what to write instead; all are reported together.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from camket.policy.coherence import incoherences
from camket.policy.complaints import complain, unknown_kind
from camket.policy.errors import PolicyError, PolicyFileError
from camket.policy.kinds import KINDS, Promise, StatementPromise
from camket.policy.model import Policy
from camket.policy.source import MOST_BYTES, Tree

# A good promise that stands for a bad one while the rest of the file is still being checked; it is never returned.
_STAND_IN: Final = StatementPromise(why="this promise has a problem that is already reported")


def load(path: str | Path) -> Policy:
    """Give the policy in this file.

    Raises `PolicyFileError` with all problems, or `PolicyError` when there is no such file.
    """
    path = Path(path)
    return load_text(raw_of(path), file=str(path))


def raw_of(path: Path) -> bytes:
    """Give the bytes of a policy file, no more than would be refused anyway; `PolicyError` if it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(4 * MOST_BYTES + 1)
    except OSError as error:
        raise PolicyError(
            vi=f"không mở được tệp chính sách `{path.name}`",
            en=f"the policy file `{path.name}` cannot be opened",
            advice_vi="kiểm tra tên tệp và quyền đọc",
            advice_en="check the file's name and that it may be read",
            code="no_file",
        ) from error


def load_text(raw: bytes | str, *, file: str = "<text>") -> Policy:
    """Give the policy in this text or these bytes; `file` is the name that problems carry."""
    return _loaded(raw, file)


@lru_cache(maxsize=64)
def _loaded(raw: bytes | str, file: str) -> Policy:
    # Reading YAML with line and column takes a tenth of a second; a policy never changes, so one may serve many.
    from camket.policy.yaml_source import read  # late import: start-up

    return of_tree(read(raw, file))


def of_tree(tree: Tree) -> Policy:
    """Give the policy of a file that was read already. Raises `PolicyFileError` with all problems."""
    policy = _policy(tree) if tree.data is not None else None
    if tree.data is None and not tree.problems:
        _nothing(tree)
    if tree.problems or policy is None:
        raise PolicyFileError(sorted(tree.problems))
    return policy


def _nothing(tree: Tree) -> None:
    tree.report(
        (1, 1),
        "empty_file",
        "tệp chính sách rỗng",
        "the policy file is empty",
        "bắt đầu từ policies/template.yaml",
        "start from policies/template.yaml",
    )


def _policy(tree: Tree) -> Policy | None:
    if not isinstance(tree.data, dict):
        tree.report(
            (1, 1),
            "not_a_policy",
            "tệp không phải là một chính sách",
            "the file is not a policy",
            "dòng đầu phải là `camket: 1`; bắt đầu từ policies/template.yaml",
            "the first line must be `camket: 1`; start from policies/template.yaml",
        )
        return None
    data = {**tree.data, **{part: _parts(tree, part) for part in ("clauses", "completions") if part in tree.data}}
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            complain(tree, (), Policy, detail)
        policy = None
    incoherences(tree, data)
    return policy


def _parts(tree: Tree, name: str) -> Any:
    """Give the clauses or completions with their promises read; what has another shape is left to the schema."""
    parts = tree.data[name]
    if not isinstance(parts, list):
        return parts
    return [_part(tree, (name, number), part) if isinstance(part, dict) else part for number, part in enumerate(parts)]


def _part(tree: Tree, path: tuple[str | int, ...], part: Mapping[str, Any]) -> Mapping[str, Any]:
    read_part = dict(part)
    if isinstance(part.get("promises"), list):
        read_part["promises"] = tuple(_promises(tree, (*path, "promises"), part["promises"]))
    if path[0] == "completions" and "promise" in part:
        one = _promise(tree, (*path, "promise"), read_part.pop("promise"))
        read_part["promises"] = (*(read_part.get("promises") or ()), one)
    return read_part


def _promises(tree: Tree, path: tuple[str | int, ...], listed: list[Any]) -> Iterator[Promise]:
    return (_promise(tree, (*path, number), one) for number, one in enumerate(listed))


def _promise(tree: Tree, path: tuple[str | int, ...], one: Any) -> Promise:
    if not isinstance(one, dict) or len(one) != 1:
        tree.report(
            tree.at(path),
            "one_kind",
            "mỗi cam kết là một loại và nội dung của nó",
            "each promise is one kind with its content",
            "viết `- collect: {from: purchase}`, mỗi cam kết một dòng `-`",
            "write `- collect: {from: purchase}`, one promise per `-`",
        )
        return _STAND_IN
    kind, content = next(iter(one.items()))
    model = KINDS.get(kind)
    if model is None:
        unknown_kind(tree, (*path, kind), kind)
        return _STAND_IN
    data = {"why": content} if model is StatementPromise else content
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            complain(tree, (*path, kind), model, detail)
        return _STAND_IN
