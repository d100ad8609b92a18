"""`camket import` of CSV and XLSX: rows a second and peak memory."""

import csv
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from bench import people
from bench.cpu import Spent, children, of_tree, resident
from bench.ground import ENGINES, ROOT, Ground, Home
from bench.result import Figure, Result, Table, number

_HEADERS: Final = ("Họ tên", "Số ĐT", "Email", "Địa chỉ", "Mã số thuế", "Công ty", "Giới tính", "Ngày sinh")
_CONSENT: Final = "Nhận tin"
_MAP: Final = """\
[columns]
"Họ tên" = "name"
"Số ĐT" = "phone"
"Email" = "email"
"Địa chỉ" = "postal_address"
"Mã số thuế" = "tax_code"
"Công ty" = "company"
"Giới tính" = "gender"
"Ngày sinh" = "birth_date"
"Nhận tin" = "consent.marketing"

[consent.marketing]
how = "paper"
text = "Tôi đồng ý nhận tin khuyến mãi qua thư điện tử"
channel = "email"
given = ["có"]
refused = ["không"]
"""
_LIMITS: Final = {"postgresql": (5000, 15_000), "sqlite": (3000, 6000)}
_NOTE: Final = """The command as a shop runs it, from start to end: eight fields, two of them identifiers (phone,
email), and one consent a row with its evidence. Memory is the greatest resident size of all its processes together.
Afterwards people and answers are counted."""
_COLUMNS: Final = ("name", "phone", "email", "postal_address", "tax_code", "company", "gender", "birth_date")
_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def _tax_code(place: int) -> str:
    """Write a tax code whose check digit is right."""
    for tail in range(10):
        digits = f"01{place % 1_000_000:06d}{tail}"
        check = 10 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
        if check < 10 and place % 1_000_000:
            return f"{digits}{check}"
    return "0100109106"


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Write people as a spreadsheet has them."""
    for place in range(count):
        told = people.profile(50_000_000 + place) | {"tax_code": _tax_code(place)}
        said = "có" if place % 3 else "không"
        yield (*(told[name] for name in _COLUMNS), said)


def run(ground: Ground) -> Result:
    """Import into both databases."""
    count = 200 if ground.quick else 50_000
    found = Result(notes=[_NOTE.replace("\n", " ")])
    table = []
    for engine in ENGINES:
        for ending in ("csv", "xlsx"):
            taken = [_once(ground, engine, ending, count) for _ in range(1 if ending == "xlsx" else ground.repeats)]
            found.wrong += sum(missing for _, _, missing in taken)
            rates = tuple(count / spent.wall for spent, _, _ in taken)
            reach, aim = _LIMITS[engine]
            found.figures.append(
                Figure(f"{engine}: {count:,} rows of {ending}", "rows/s", reach, aim, "more", wall=rates)
            )
            table += [_row(engine, ending, count, spent, peak) for spent, peak, _ in taken]
    large = 400 if ground.quick else 1_000_000
    spent, peak, missing = _once(ground, "postgresql", "csv", large)
    found.wrong += missing
    found.figures.append(Figure(f"postgresql: memory at {large:,} rows", "MB", 300, None, wall=(peak / 1e6,)))
    found.figures.append(
        Figure(f"postgresql: {large:,} rows of csv", "rows/s", 5000, 15_000, "more", wall=(large / spent.wall,))
    )
    columns = ("database", "file", "rows", "import CPU µs/row", "database CPU µs/row", "wall µs/row", "peak MB")
    found.tables.append(Table("Turn by turn", columns, tuple(table)))
    return found


def _row(engine: str, ending: str, count: int, spent: Spent, peak: int) -> tuple[str, ...]:
    each = (number(1e6 * one / count) for one in (spent.server, spent.database, spent.wall))
    return (engine, ending, f"{count:,}", *each, number(peak / 1e6))


def _once(ground: Ground, engine: str, ending: str, count: int) -> tuple[Spent, int, int]:
    """Import a file into an empty installation; give what it took, its peak memory, and how many rows are missing."""
    home = ground.home("postgresql" if engine == "postgresql" else "sqlite", f"importing_{engine}")
    path = home.folder / f"people.{ending}"
    (_write_csv if ending == "csv" else _write_xlsx)(path, count)
    (home.folder / "map.toml").write_text(_MAP)
    database = ground.database_pid(home.engine)
    before = of_tree(database) if database else 0.0
    begun = time.perf_counter()
    cpu, peak = _watched(
        home, ["import", str(path), "--shop", "bench", "--yes", "--map", str(home.folder / "map.toml")]
    )
    wall = time.perf_counter() - begun
    used = of_tree(database) - before if database else 0.0
    there = home.job("volume:people_there")
    ground.remove(home)
    missing = abs(count - there["people"]) + abs(count - there["answers"])
    return Spent(wall, server=cpu, database=used), peak, missing


def _watched(home: Home, words: list[str]) -> tuple[float, int]:
    """Run a command of Camket; give its CPU and the greatest resident memory of its processes together."""
    command = [sys.executable, "-m", "camket.cli", *words]
    process = subprocess.Popen(
        command, env=home.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    seen = {"cpu": 0.0, "peak": 0.0}

    def watch() -> None:
        while process.poll() is None:
            seen["peak"] = max(seen["peak"], resident([process.pid, *children(process.pid)]))
            seen["cpu"] = max(seen["cpu"], of_tree(process.pid))
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    told, _ = process.communicate()
    watcher.join()
    if process.returncode:
        raise RuntimeError(told.decode("utf-8", "replace")[-2000:])
    return seen["cpu"], int(seen["peak"])


def _write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*_HEADERS, _CONSENT))
        writer.writerows(rows(count))


def _write_xlsx(path: Path, count: int) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, (*_HEADERS, _CONSENT))
        for place, row in enumerate(rows(count), 1):
            sheet.write_row(place, 0, row)
