"""The mending copy: bad rows written to a file, for the shop to correct and import again.

It stands outside the vault, so it is made only when asked for, readable by its owner alone (0600), with card numbers,
codes and passwords covered, and the ledger says that it was made.
"""

import csv
import os
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from camket.base import scan
from camket.intake.errors import TableError
from camket.intake.importing import Part
from camket.intake.rows import Problem
from camket.intake.table import Row
from camket.policy import words

_COVERED = "•••"
# A spreadsheet would run these as formulas, some also after spaces; `+84 912…` and `-5` are numbers all through.
_FORMULA = re.compile(r"\s*[=@\uff1d\uff20\uff0b\uff0d]|[\t\r]|\s*[+-](?![\d\s.,()-]*$)")


class MendingCopy:
    """Writes rows as they come; `count` tells how many. TableError when the file is there already."""

    def __init__(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise TableError(
                "tệp để ghi các hàng lỗi đã có sẵn",
                "the file for the bad rows is there already",
                "chọn tên khác hoặc xóa tệp cũ",
                "choose another name or delete the old file",
                "table.exists",
            ) from error
        except OSError as error:
            raise TableError(
                "không ghi được tệp cho các hàng lỗi",
                "the file for the bad rows cannot be written",
                "kiểm tra thư mục và quyền ghi",
                "check the folder and the right to write there",
                "table.write",
            ) from error
        os.fchmod(handle, 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._headers: tuple[str, ...] | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, part: Part, row: Row, problems: Sequence[Problem]) -> None:
        """Write one row: sheet, number, reasons, then its cells with what may not stand there covered."""
        if self._headers != part.table.headers:
            self._headers = part.table.headers
            self._writer.writerow(["sheet", "row", "reason", *map(covered, part.table.headers)])
        reasons = "; ".join(f"{problem.column}: {problem.vi} · {problem.en}" for problem in problems)
        never = {column.place for column in part.mapped.columns if _forbidden(column.target)}
        cells = [_COVERED if place in never and cell else covered(cell) for place, cell in enumerate(row.cells)]
        self._writer.writerow([covered(part.table.sheet), row.number, covered(reasons), *cells])
        self.count += 1


def covered(cell: str) -> str:
    """Cover what may never be stored, and keep a spreadsheet from running the cell."""
    masked = scan.mask(cell)
    return f"'{masked}" if _FORMULA.match(masked) else masked


def _forbidden(target: str) -> bool:
    pack = words().categories.get(target)
    return pack is not None and pack.sensitivity == "forbidden"
