"""The parts of a workbook (XLSX is a ZIP of XML) that are read before its cells: sheets, words, formats of days.

Everything is streamed by a parser that takes no document type and no entity of the file's own. What the file may make
us hold is bounded: words lie side by side as bytes, and a part that unpacks to far more than it should is refused.
"""

import re
import zipfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final
from xml.parsers import expat

from camket.intake.errors import TableError

CHUNK: Final = 1 << 16
# A workbook of a million rows unpacks to some 300 MB; more is a bomb or not a list of customers.
_LARGEST: Final = 1 << 30
# Rows of customers pack to a tenth or so; what packs to a two-hundredth holds one thing over and over.
_TIGHTEST: Final = 200
_SMALL: Final = 8 << 20
_MOST_WORDS: Final = 192 << 20
_MOST_STYLES: Final = 1 << 16
# Formats that Excel knows by number alone: days and times, and durations.
_DAYS: Final = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
_DURATIONS: Final = frozenset({46})
_NOT_SHOWN: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hHmMsS]+\])[^\]]*\]')
_ELAPSED: Final = re.compile(r"\[[hHmMsS]+\]")


class Parser:
    """Streams a part: `start`, `text` and `end` get names without their namespace."""

    def __init__(
        self,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._names: dict[str, str] = {}
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = lambda name, given: start(self._local(name), given)
        self._parser.EndElementHandler = lambda name: end(self._local(name))
        if text is not None:
            self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse

    def _local(self, name: str) -> str:
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = name.rpartition(" ")[2]
        return found

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Parse a piece; TableError where it is no XML that we take."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise damaged() from error


def _refuse(*_: Any) -> None:
    raise damaged()


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name as the tab shows it, and its part of the file."""

    name: str
    part: str


@dataclass(slots=True)
class Words:
    """The texts that cells name by number, side by side: no Python object for each."""

    held: bytearray = field(default_factory=bytearray)
    ends: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, text: str) -> None:
        """Add the next text; TableError when the file holds more than any list of customers."""
        self.held += text.encode("utf-8", "replace")
        self.ends.append(len(self.held))
        if len(self.held) > _MOST_WORDS:
            raise too_large()

    def text(self, number: int) -> str:
        """Give a text by its number; TableError for one that is not there."""
        if not 0 <= number < len(self.ends):
            raise damaged()
        return self.held[self.ends[number - 1] if number else 0 : self.ends[number]].decode()


class Package:
    """An open file: its parts by name, whatever the case."""

    def __init__(self, packed: zipfile.ZipFile, piece: int = CHUNK) -> None:
        self._packed = packed
        self._piece = piece
        self._parts = {info.filename.lower().replace("\\", "/").lstrip("/"): info for info in packed.infolist()}
        if sum(info.file_size for info in self._parts.values()) > _LARGEST:
            raise too_large()
        for info in self._parts.values():
            if info.file_size > _SMALL and info.file_size > _TIGHTEST * info.compress_size:
                raise too_large()

    def has(self, part: str) -> bool:
        return part.lower() in self._parts

    def names(self) -> list[str]:
        return list(self._parts)

    def size(self, part: str) -> int:
        """Tell how many bytes a part unpacks to."""
        return self._parts[part.lower()].file_size if self.has(part) else 0

    def stream(self, part: str) -> Iterator[bytes]:
        """Unpack a part piece by piece; TableError when it is not there or does not unpack."""
        info = self._parts.get(part.lower())
        if info is None:
            raise damaged()
        try:
            with self._packed.open(info) as opened:
                while chunk := opened.read(self._piece):
                    yield chunk
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
            raise damaged() from error

    def parse(self, part: str, parser: Parser) -> None:
        """Stream a whole part through a parser."""
        for chunk in self.stream(part):
            parser.feed(chunk)
        parser.feed(b"", last=True)


def book_part(package: Package) -> str:
    """Name the part that lists the sheets."""
    found = [target for kind, target in _relations(package, "").values() if kind == "officeDocument"]
    return found[0] if found else "xl/workbook.xml"


def sheets(package: Package, part: str) -> tuple[list[SheetPart], bool]:
    """List the worksheets in order, and whether days count from 1904."""
    relations = _relations(package, part)
    found: list[SheetPart] = []
    since_1904 = False

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal since_1904
        if name == "workbookPr":
            since_1904 = given.get("date1904") in {"1", "true"}
        elif name == "sheet":
            relation = next((value for key, value in given.items() if key.endswith(" id")), "")
            kind, target = relations.get(relation, ("", ""))
            if kind == "worksheet":
                found.append(SheetPart(given.get("name", ""), target))

    package.parse(part, Parser(start, _nothing))
    return found, since_1904


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Read what a part refers to: kind and target by id."""
    place = PurePosixPath(part)
    name = f"{place.parent}/_rels/{place.name}.rels" if part else "_rels/.rels"
    name = name.removeprefix("./")
    found: dict[str, tuple[str, str]] = {}
    if not package.has(name):
        return found

    def start(element: str, given: dict[str, str]) -> None:
        if element == "Relationship" and given.get("TargetMode") != "External":
            target = given.get("Target", "").replace("\\", "/")
            whole = target.lstrip("/") if target.startswith("/") else _joined(place.parent, target)
            found[given.get("Id", "")] = given.get("Type", "").rpartition("/")[2], whole

    package.parse(name, Parser(start, _nothing))
    return found


def _joined(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    for part in (*folder.parts, *PurePosixPath(target).parts):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def words(package: Package, part: str) -> Words:
    """Read the texts that cells name by number; the sounds written beside characters are left out."""
    found = Words()
    name = next((target for kind, target in _relations(package, part).values() if kind == "sharedStrings"), "")
    if not package.has(name):
        return found
    pieces: list[str] = []
    open_text = sounds = False

    def start(element: str, _given: dict[str, str]) -> None:
        nonlocal open_text, sounds
        if element == "t":
            open_text = not sounds
        elif element == "si":
            pieces.clear()
        elif element == "rPh":
            sounds = True

    def end(element: str) -> None:
        nonlocal open_text, sounds
        if element == "t":
            open_text = False
        elif element == "si":
            found.add("".join(pieces))
        elif element == "rPh":
            sounds = False

    package.parse(name, Parser(start, end, lambda text: pieces.append(text) if open_text else None))
    return found


def day_styles(package: Package, part: str) -> dict[int, str]:
    """Tell which styles of cells show days (`day`) or durations (`span`), by the style's number."""
    name = next((target for kind, target in _relations(package, part).values() if kind == "styles"), "")
    if not package.has(name):
        return {}
    codes: dict[int, str] = {}
    formats: list[int] = []
    inside = False

    def start(element: str, given: dict[str, str]) -> None:
        nonlocal inside
        if element == "numFmt":
            codes[_number(given.get("numFmtId"))] = given.get("formatCode", "")
        elif element == "cellXfs":
            inside = True
        elif element == "xf" and inside and len(formats) < _MOST_STYLES:
            formats.append(_number(given.get("numFmtId")))

    def end(element: str) -> None:
        nonlocal inside
        inside = inside and element != "cellXfs"

    package.parse(name, Parser(start, end))
    shown = {style: _shows(number, codes.get(number)) for style, number in enumerate(formats)}
    return {style: what for style, what in shown.items() if what}


def _shows(number: int, code: str | None) -> str:
    if code is None:
        return "span" if number in _DURATIONS else "day" if number in _DAYS else ""
    first = _NOT_SHOWN.sub("", code.partition(";")[0])
    if _ELAPSED.search(first):
        return "span"
    letters = first.lower().replace("general", "").replace("am/pm", "h").replace("a/p", "h")
    return "day" if re.search(r"[dmyhs]", letters) else ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _nothing(_name: str) -> None:
    """Pass over the ends of elements."""


def damaged() -> TableError:
    """Make the error of a file that is no workbook or a broken one."""
    return TableError(
        "tệp Excel này bị hỏng hoặc không mở được",
        "this workbook is damaged or cannot be opened",
        "mở bằng Excel rồi lưu lại dạng .xlsx",
        "open it in a spreadsheet and save it again as .xlsx",
        "table.damaged",
    )


def too_large() -> TableError:
    """Make the error of a file that would unpack to more than a list of customers."""
    return TableError(
        "tệp Excel này quá lớn khi giải nén",
        "this workbook is too large when unpacked",
        "chia thành nhiều tệp hoặc lưu dạng CSV",
        "split it, or save it as CSV",
        "table.size",
    )
