"""Turns what the schemas refuse into problems with line and column, in Vietnamese and English, with advice."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from camket.policy.errors import Problem
from camket.policy.kinds import KINDS
from camket.policy.model import Clause, Completion, Controller, Documents, Overruled, Policy, Title
from camket.policy.source import Path, Tree, nearest
from camket.policy.words import FAMILY_NAMES, words

Said = tuple[str, str, str, str]

# A wrong value is repeated in the message when it is shorter than this.
SHOWN: Final = 40

# pydantic's error types that carry no more than their name: Vietnamese, English, advice in both.
SIMPLE: Final[Mapping[str, Said]] = {
    "missing": ("thiếu trường `{name}`", "the field `{name}` is missing", "thêm `{name}`", "add `{name}`"),
    "string_type": (
        "`{name}` phải là chữ",
        "`{name}` must be text",
        "viết một câu hoặc một từ",
        "write a sentence or a word",
    ),
    "string_too_short": (
        "`{name}` rỗng",
        "`{name}` is empty",
        "viết nội dung, hoặc bỏ trường này",
        "fill it in, or leave it out",
    ),
    "bool_parsing": (
        "`{name}` phải là true hoặc false",
        "`{name}` must be true or false",
        "viết `true`",
        "write `true`",
    ),
    "bool_type": ("`{name}` phải là true hoặc false", "`{name}` must be true or false", "viết `true`", "write `true`"),
    "tuple_type": (
        "`{name}` phải là một danh sách",
        "`{name}` must be a list",
        "viết `[a, b]`, hoặc mỗi mục một dòng `-`",
        "write `[a, b]`, or one `-` line per entry",
    ),
    "too_short": (
        "`{name}` cần ít nhất một mục",
        "`{name}` needs at least one entry",
        "thêm một mục",
        "add an entry",
    ),
    "model_type": (
        "`{name}` phải gồm các trường của nó",
        "`{name}` must be a mapping of its fields",
        "viết `{{tên trường: giá trị}}`",
        "write `{{field: value}}`",
    ),
}


def complain(tree: Tree, base: Path, model: type[BaseModel], detail: Mapping[str, Any]) -> None:
    """Report one error of pydantic at its place in the file."""
    path = (*base, *(step for step in detail["loc"] if isinstance(step, str | int)))
    said = _said(model, path, detail)
    code = detail["type"]
    mark = tree.at(path, key=code == "extra_forbidden")
    tree.problems.append(Problem(*mark, _CODES.get(code, code), *said, tree.file))


_CODES: Final = {
    "extra_forbidden": "unknown_field",
    "literal_error": "unknown_choice",
    "string_pattern_mismatch": "bad_form",
}


def _said(model: type[BaseModel], path: Path, detail: Mapping[str, Any]) -> Said:
    code, context = detail["type"], detail.get("ctx", {})
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    if "advice_vi" in context:
        return context["vi"], context["en"], context["advice_vi"], context["advice_en"]
    if code == "unknown_word":
        return _unknown_word(context["family"], context["word"])
    if code == "extra_forbidden":
        return _unknown_field(_model_at(model, path), name)
    if code == "literal_error":
        return _choice(name, context["expected"], detail["input"])
    if code == "string_pattern_mismatch":
        return _bad_form(name)
    simple = SIMPLE.get(code, SIMPLE["model_type"])
    return tuple(text.format(name=name) for text in simple)  # type: ignore[return-value]  # four in, four out


def _unknown_word(family: str, word: str) -> Said:
    vi, en = FAMILY_NAMES[family]
    found = words().suggest(family, word)
    return (
        f"`{word}` không phải là {vi} có trong danh sách",
        f"`{word}` is not a known {en}",
        _instead_vi(found) or f"xem danh sách: camket policy words --family {family}",
        _instead_en(found) or f"see the list: camket policy words --family {family}",
    )


def _unknown_field(model: type[BaseModel], name: str) -> Said:
    known = [field.alias or key for key, field in model.model_fields.items()]
    found = nearest(name, known)
    listed = ", ".join(known)
    return (
        f"không có trường `{name}` ở đây",
        f"there is no field `{name}` here",
        _instead_vi(found) or f"các trường có thể dùng: {listed}",
        _instead_en(found) or f"the fields are: {listed}",
    )


def unknown_kind(tree: Tree, path: Path, kind: str) -> None:
    """Report a kind of promise that does not exist."""
    found = nearest(str(kind), list(KINDS))
    listed = ", ".join(KINDS)
    tree.report(
        tree.at(path, key=True),
        "unknown_kind",
        f"`{kind}` không phải là một loại cam kết",
        f"`{kind}` is not a kind of promise",
        _instead_vi(found) or f"chọn trong: {listed}",
        _instead_en(found) or f"choose among: {listed}",
    )


def _choice(name: str, expected: str, given: object) -> Said:
    listed = expected.replace("'", "`").replace(" or ", ", ")
    shown = f" `{given}`" if isinstance(given, str) and len(given) < SHOWN else ""
    return (
        f"`{name}` không nhận giá trị{shown} này",
        f"`{name}` does not take this value{shown}",
        f"chọn trong: {listed}",
        f"choose among: {listed}",
    )


def _bad_form(name: str) -> Said:
    if name == "shop":
        return (
            "`shop` phải là một tên ngắn không dấu",
            "`shop` must be a short plain name",
            "chữ thường, số và gạch nối: `tiem-hoa`",
            "lower-case letters, digits and hyphens: `flower-shop`",
        )
    return (
        f"`{name}` phải là số hiệu điều luật",
        f"`{name}` must be the id of an article",
        "viết như `PDPL-3.3` (Luật 91/2025, Điều 3 khoản 3)",
        "write it as `PDPL-3.3` (Law 91/2025, article 3.3)",
    )


def _instead_vi(found: list[str]) -> str:
    return "viết " + " hoặc ".join(f"`{word}`" for word in found) if found else ""


def _instead_en(found: list[str]) -> str:
    return "write " + " or ".join(f"`{word}`" for word in found) if found else ""


_INNER: Final[Mapping[str, type[BaseModel]]] = {
    "title": Title,
    "controller": Controller,
    "documents": Documents,
    "clauses": Clause,
    "completions": Completion,
    "overruled": Overruled,
}


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """Give the schema that the last step of the path is a field of."""
    if model is not Policy:
        return model
    steps = [step for step in path[:-1] if isinstance(step, str)]
    return _INNER.get(steps[-1], Policy) if steps else Policy
