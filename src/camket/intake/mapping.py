"""What each column of a table is taken for: the guess, changed by the shop's own mapping file (TOML).

[columns]
"Số ĐT" = "phone"
"Ghi chú" = "-"                       # leave out
[consent.marketing]                   # evidence for a column of answers; without it they count as never asked
how = "paper"
text = "Tôi đồng ý nhận tin khuyến mãi qua email"
given = ["có", "x"]
refused = ["không"]                   # only where `không` really means a refusal
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from camket.base.text import key
from camket.intake import headers
from camket.intake.errors import MapError
from camket.intake.headers import NOTHING, Column

_GIVEN = frozenset({
    "true", "1", "yes", "y", "x", "co", "dongy", "daco", "dadongy", "given", "optin", "subscribed", "granted",
})  # fmt: skip
_REFUSED = frozenset({
    "tuchoi", "khongdongy", "refused", "declined", "unsubscribed", "optout", "optedout", "dahuy", "huydangky", "denied",
})  # fmt: skip
Answer = Literal["given", "refused", "never_asked"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the answers of a column were asked for: words of consent's own, and the exact text that was shown."""

    how: str
    text: str
    channel: str = ""
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The columns of one table and how its answers are read."""

    columns: tuple[Column, ...]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    words: Mapping[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)

    def answer(self, target: str, cell: str) -> tuple[str, Answer]:
        """Read one cell of a column of answers: purpose and what was answered.

        `false`, `0` and `không` mean *not on the list* in every export we know, so they are never asked, not refused,
        unless the mapping file says otherwise. A column named for refusing (`refusal.marketing`) says so itself.
        """
        kind, _, purpose = target.partition(".")
        folded = key(cell)
        if kind == "refusal":
            return purpose, "refused" if folded in _GIVEN | _REFUSED else "never_asked"
        given, refused = self.words.get(purpose, (_GIVEN, _REFUSED))
        if folded in refused:
            return purpose, "refused"
        return purpose, "given" if folded in given else "never_asked"


def guess(
    names: Sequence[str], samples: Sequence[Sequence[str]], written: Mapping[str, Any] | None = None
) -> ColumnMap:
    """Guess every column; what the mapping file names is as it says. MapError for an unknown name or word."""
    columns = headers.guess(names, samples)
    written = written or {}
    given = {key(name): (name, target) for name, target in written.get("columns", {}).items()}
    for folded, (name, target) in given.items():
        if folded not in {key(column.header) for column in columns}:
            raise _wrong("column", name)
        if target not in headers.targets():
            raise _wrong("target", str(target))
    columns = [
        replace(column, target=given[key(column.header)][1], why="map") if key(column.header) in given else column
        for column in columns
    ]
    if not any(column.target == "line.description" for column in columns):
        # Without a name of the goods a quantity or a price means nothing.
        columns = [replace(column, target=NOTHING) if _of_a_line(column) else column for column in columns]
    evidence, spoken = _evidence(written.get("consent", {}))
    return ColumnMap(tuple(columns), evidence, spoken)


def _of_a_line(column: Column) -> bool:
    return column.target.startswith("line.") or column.target == "order.delivery_time"


def read(path: Path) -> Mapping[str, Any]:
    """Read a mapping file; MapError where it is no TOML or has tables that mean nothing."""
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong("file", path.name) from error
    for name in written.keys() - {"columns", "consent"}:
        raise _wrong("table", name)
    for name in ("columns", "consent"):
        if not isinstance(written.get(name, {}), dict):
            raise _wrong("table", name)
    return written


def _evidence(
    written: Mapping[str, Any],
) -> tuple[dict[str, Evidence], dict[str, tuple[frozenset[str], frozenset[str]]]]:
    evidence: dict[str, Evidence] = {}
    spoken: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for purpose, told in written.items():
        if f"consent.{purpose}" not in headers.PARTS or not isinstance(told, dict):
            raise _wrong("target", f"consent.{purpose}")
        if unknown := told.keys() - {"how", "text", "channel", "language", "given", "refused"}:
            raise _wrong("table", f"consent.{purpose}.{min(unknown)}")
        if told.get("how") and told.get("text"):
            evidence[purpose] = Evidence(told["how"], told["text"], told.get("channel", ""), told.get("language", "vi"))
        spoken[purpose] = (
            frozenset(map(key, told.get("given", _GIVEN))),
            frozenset(map(key, told.get("refused", _REFUSED))),
        )
    return evidence, spoken


_WRONG = {
    "column": ("cột này không có trong tệp", "this column is not in the file"),
    "target": ("từ này không có trong danh sách", "this word is not in the list"),
    "table": ("mục này không dùng trong tệp ánh xạ", "this has no meaning in a mapping file"),
    "file": ("tệp ánh xạ không đọc được", "the mapping file cannot be read"),
}


def _wrong(what: str, name: str) -> MapError:
    vi, en = _WRONG[what]
    return MapError(
        f"{vi}: `{name[:60]}`",
        f"{en}: `{name[:60]}`",
        "chạy `camket import FILE --shop S` để xem các cột và từ được hiểu",
        "run `camket import FILE --shop S` to see the columns and what they are taken for",
        f"map.{what}",
    )
