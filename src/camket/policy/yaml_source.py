"""Reads the YAML of a policy so that every value keeps its line and column, and so that a file cannot be a bomb.

Scalars stay as they are written: no date, number or `no` is guessed; only plain `true`, `false` and an empty value are.
Anchors, aliases, tags and several documents in one file are refused, so that what is read is what stands there.
"""

import unicodedata
from typing import Any, Final

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from camket.policy.source import MOST_BYTES, Mark, Path, Tree

MOST_VALUES: Final = 50_000
DEEPEST: Final = 12
MOST_DECOMPOSED: Final = 5

CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "": None, "~": None, "null": None}


class _StopReadingError(Exception):
    """The rest of the file cannot be trusted; the problem is already noted."""


def read(raw: bytes | str, file: str) -> Tree:
    """Give the tree of a policy file; when it cannot be read at all, `data` is None and `problems` say why."""
    tree = Tree(file)
    text = raw if isinstance(raw, str) else _decoded(raw, tree)
    if text is None:
        return tree
    if len(text) > MOST_BYTES:
        tree.report(
            (0, 0),
            "too_large",
            f"tệp lớn hơn {MOST_BYTES:,} ký tự",
            f"the file is larger than {MOST_BYTES:,} characters",
            "một chính sách chỉ vài chục nghìn ký tự: kiểm tra lại tệp",
            "a policy has some ten thousand characters: check the file",
        )
        return tree
    text = _composed(text.removeprefix("\ufeff"), tree)
    try:
        tree.data = _Builder(tree, text).document()
    except _StopReadingError:
        tree.data = None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _syntax(tree, (mark.line + 1, mark.column + 1) if mark else (1, 1), str(error.problem or error.context or ""))
    except ReaderError as error:
        before = text[: error.position]
        _syntax(tree, _mark_after(before), "a control character")
    except YAMLError as error:
        _syntax(tree, (1, 1), str(error))
    return tree


def _decoded(raw: bytes, tree: Tree) -> str | None:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        looks = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in raw[:64] else "Windows-1258/1252"
        before = raw[: error.start].decode("utf-8", "replace")
        tree.report(
            _mark_after(before),
            "wrong_encoding",
            f"tệp không phải UTF-8 (có vẻ là {looks})",
            f"the file is not UTF-8 (it looks like {looks})",
            "mở tệp trong trình soạn thảo và lưu lại với bảng mã UTF-8",
            "open the file in an editor and save it as UTF-8",
        )
        return None


def _composed(text: str, tree: Tree) -> str:
    """Give the text in NFC.

    Decomposed text is an error and not mended in silence: the page and its digest are the very bytes.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    lines = [
        (number, line) for number, line in enumerate(text.split("\n"), 1) if not unicodedata.is_normalized("NFC", line)
    ]
    for number, line in lines[:MOST_DECOMPOSED]:
        column = next(i - 1 for i in range(1, len(line) + 1) if not unicodedata.is_normalized("NFC", line[:i]))
        tree.report(
            (number, column),
            "decomposed_unicode",
            f"chữ có dấu bị tách rời (Unicode tổ hợp NFD), {len(lines)} dòng như vậy",
            f"letters and their accents are decomposed (Unicode NFD), on {len(lines)} line(s)",
            "lưu lại tệp theo Unicode dựng sẵn (NFC); chữ vẫn như cũ",
            "save the file as composed Unicode (NFC); the words stay the same",
        )
    return unicodedata.normalize("NFC", text)


def _mark_after(before: str) -> Mark:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _syntax(tree: Tree, mark: Mark, said: str) -> None:
    tree.data = None
    vi, en = _SYNTAX_ADVICE[next((key for key in _SYNTAX_ADVICE if key and key in said), "")]
    tree.report(mark, "yaml", f"YAML sai cú pháp ({said})", f"the YAML is malformed ({said})", vi, en)


_SYNTAX_ADVICE: Final[dict[str, tuple[str, str]]] = {
    "mapping values are not allowed": (
        "câu có dấu hai chấm phải đặt trong dấu nháy kép, hoặc viết sau `text: |`",
        "put a sentence with a colon in double quotes, or write it after `text: |`",
    ),
    "\\t": ("thay dấu tab bằng dấu cách", "replace the tab by spaces"),
    "end of stream": ("đóng dấu nháy hoặc dấu ngoặc còn mở", "close the quote or bracket that is still open"),
    "control character": ("xóa ký tự điều khiển ở đây", "remove the control character here"),
    "<block end>": ("thụt lề dòng này cho thẳng với các dòng cùng cấp", "indent this line like its neighbours"),
    "": ("xem lại thụt lề, dấu nháy và dấu hai chấm ở dòng này", "look at the indent, quotes and colons of this line"),
}


class _Builder:
    """Builds plain values from the stream of YAML events, noting where each one stands."""

    def __init__(self, tree: Tree, text: str) -> None:
        self._tree = tree
        self._events = YAML(typ="safe", pure=True).parse(text)
        self._left = MOST_VALUES

    def document(self) -> Any:
        """Give the one document of the file."""
        value: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "tệp có nhiều tài liệu (`---`)", "the file holds several documents (`---`)")
            elif isinstance(event, events.NodeEvent):
                value = self._value(event, ())
        return value

    def _value(self, event: Any, path: Path) -> Any:
        self._guard(event, path)
        self._tree.marks[path] = _mark(event)
        if isinstance(event, events.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, events.SequenceStartEvent):
            return self._sequence(path)
        plain = event.style is None or event.style == ""
        return CONSTANTS.get(event.value, event.value) if plain else event.value

    def _mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), events.MappingEndEvent):
            if not isinstance(event, events.ScalarEvent):
                self._refuse(event, "tên trường phải là một từ", "the name of a field must be one word")
            self._guard(event, path)
            key: str = event.value
            inner = (*path, key)
            twice = inner in self._tree.keys
            if twice:
                self._doubled(event, key, inner)
            else:
                self._tree.keys[inner] = _mark(event)
            value = self._value(next(self._events), (*path, key, "\0twice") if twice else inner)
            values.setdefault(key, value)
        return values

    def _sequence(self, path: Path) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), events.SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _doubled(self, event: Any, key: str, path: Path) -> None:
        line = self._tree.keys[path][0]
        self._tree.report(
            _mark(event),
            "doubled_key",
            f"trường `{key}` đã có ở dòng {line}",
            f"the field `{key}` already stands on line {line}",
            "gộp hai trường làm một",
            "merge the two fields into one",
        )

    def _guard(self, event: Any, path: Path) -> None:
        self._left -= 1
        if isinstance(event, events.AliasEvent) or event.anchor is not None:
            self._refuse(
                event, "không dùng neo và bí danh YAML (`&`, `*`)", "YAML anchors and aliases (`&`, `*`) are not taken"
            )
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            self._refuse(event, "không dùng thẻ YAML (`!`)", "YAML tags (`!`) are not taken")
        if len(path) > DEEPEST:
            self._refuse(event, "lồng quá sâu", "nested too deeply")
        if self._left < 0:
            self._refuse(event, f"quá {MOST_VALUES:,} giá trị", f"more than {MOST_VALUES:,} values")

    def _refuse(self, event: Any, vi: str, en: str) -> None:
        advice = (
            "viết nội dung ra tại chỗ, một chính sách trong một tệp",
            "write the content in place, one policy in one file",
        )
        self._tree.report(_mark(event), "yaml_refused", vi, en, *advice)
        raise _StopReadingError


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1
