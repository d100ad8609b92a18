"""Comma-separated files as Vietnamese shops have them.

Cells apart by comma, semicolon, tab or bar; with or without a byte order mark; in UTF-8, UTF-16 or the old Windows
code page 1258. Whatever cannot be told for certain is an error that says how to save the file.
"""

import codecs
import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Self

from camket.base.text import nfc
from camket.intake import headers
from camket.intake.errors import TableError

_DELIMITERS = ",;\t|"
_CHUNK = 1 << 20
_LONGEST_FIELD = 1 << 17
_LONGEST_LINE = 1 << 20
_SNIFFED_ROWS = 30
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_VOWELS = "aăâeêioôơuưy"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LETTERS = frozenset(
    "đĐ"
    + "".join(
        form for vowel in _VOWELS for tone in ("", *_TONES) for form in (nfc(vowel + tone), nfc(vowel + tone).upper())
    )
)
# Signs that stand in prices and remarks; other signs between letters betray an older encoding (TCVN3, VNI).
_SIGNS = frozenset("₫€£°²³½¼×–—‘’“”…•·§©®™\u00a0")


class CsvSource:
    """One file; `rows()` opens it anew and streams. `about` names encoding and delimiter for the report."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._read = 0
        self.encoding = detect_encoding(path)
        self.delimiter, self._has_sep_line = self._detect_delimiter()
        sign = {"\t": "tab"}.get(self.delimiter, self.delimiter)
        self.about = f"csv {self.encoding} {sign}"

    def progress(self) -> float:
        """Tell how much of the file has been read, 0 to 1."""
        return min(1.0, self._read / self._size) if self._size else 1.0

    def rows(self) -> Iterator[tuple[int, tuple[str, ...] | None]]:
        """Stream (row number, cells), None for cells that cannot be told apart (a quotation mark left open).

        Rows are counted as a spreadsheet does: a quoted cell may span lines.
        """
        csv.field_size_limit(_LONGEST_FIELD)
        with self._path.open("rb") as raw, TextIOWrapper(raw, encoding=self.encoding, newline="") as file:
            reader = csv.reader(_Lines(file), delimiter=self.delimiter, strict=True)
            number = 0
            while True:
                number += 1
                self._read = raw.tell()
                try:
                    cells = tuple(next(reader))
                except StopIteration:
                    return
                except csv.Error:
                    yield number, None
                    continue
                if not (self._has_sep_line and number == 1):
                    yield number, cells

    def _detect_delimiter(self) -> tuple[str, bool]:
        with self._path.open("r", encoding=self.encoding, newline="") as file:
            lines = [line for _ in range(_SNIFFED_ROWS) if (line := file.readline(_LONGEST_LINE)).strip()]
        first = lines[0].strip().lower() if lines else ""
        if first.startswith("sep=") and len(first) == 5:  # noqa: PLR2004 - `sep=;`, Excel's own hint
            return first[4], True
        return max(_DELIMITERS, key=lambda sign: _fit(lines, sign)), False


class _Lines:
    """The lines of a file; one that is too long is passed over without being held, and is a csv.Error."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._file.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) < _LONGEST_LINE or line.endswith("\n"):
            return line
        while line and not line.endswith("\n"):
            line = self._file.readline(_LONGEST_LINE)
        raise csv.Error


def _fit(lines: list[str], delimiter: str) -> tuple[int, int, int]:
    """Rate a delimiter: how many headers it lays bare, how many rows share the commonest width, and that width."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0, 0, 0
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    shared = max(((count, width) for width, count in widths.items()), default=(0, 0))
    return max(map(headers.score, rows), default=0), *shared


def detect_encoding(path: Path) -> str:
    """Tell the encoding by its mark, else by reading the whole file as UTF-8, else as code page 1258."""
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, name in _MARKS:
        if start.startswith(mark):
            _decodes(path, name, must=True)
            return name
    if b"\0" in start:
        raise _unknown_encoding()
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _decodes(path, "cp1258") and _looks_vietnamese(path):
        return "cp1258"
    raise _unknown_encoding()


def _decodes(path: Path, encoding: str, *, must: bool = False) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if must:
            raise _unknown_encoding() from error
        return False
    return True


def _looks_vietnamese(path: Path) -> bool:
    """Any bytes read as code page 1258; only Vietnamese ones give Vietnamese letters and nothing else."""
    with path.open("r", encoding="cp1258") as file:
        while chunk := file.read(_CHUNK):
            for char in set(nfc(chunk)):
                if char.isascii() or char in _LETTERS or char in _SIGNS:
                    continue
                if unicodedata.category(char) != "Mn" or chunk.startswith(char):
                    return False
    return True


def _unknown_encoding() -> TableError:
    return TableError(
        "không nhận ra bảng mã của tệp",
        "the encoding of the file is not recognised",
        "mở tệp bằng Excel rồi lưu lại dạng `CSV UTF-8`, hoặc lưu dạng .xlsx",
        "open it in a spreadsheet and save it as `CSV UTF-8`, or as .xlsx",
        "table.encoding",
    )
