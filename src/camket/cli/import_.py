"""Bring in what the shop held before, from CSV or XLSX: shown first, then run; bad rows are reported without values."""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from camket.base.actor import Actor
from camket.base.clock import VIETNAM, utc_now
from camket.base.errors import BadValueError
from camket.base.format import count
from camket.base.normalise import day
from camket.cli.exits import FAILED
from camket.intake import mapping
from camket.intake.errors import IntakeError
from camket.intake.headers import NOTHING
from camket.intake.importing import Part, mended, run
from camket.intake.mending import MendingCopy
from camket.intake.planning import Plan, categories_of, plan
from camket.intake.report import Report
from camket.intake.table import Book, open_book
from camket.policy import words
from camket.shops import queries as shops

app = typer.Typer(add_completion=False)
_UNDECLARED = "không khai · not declared"
_SHOWN_PROBLEMS = 20


class Basis(StrEnum):
    """On what the shop says it held the data."""

    CONTRACT = "contract"
    CONSENT = "consent"
    LAW = "law"
    REQUEST = "request"


@app.command()
def import_(  # noqa: PLR0917 - typer reads the options from the signature
    file: Annotated[Path, typer.Argument(help="Tệp CSV hoặc XLSX. · CSV or XLSX file.")],
    shop: Annotated[str, typer.Option(help="Cửa hàng. · The shop.")],
    map_file: Annotated[
        Path | None, typer.Option("--map", help="Tệp TOML nói mỗi cột là gì. · TOML file that says what columns mean.")
    ] = None,
    origin: Annotated[
        str, typer.Option(help="Khai dữ liệu này từ đâu ra. · Declare where the data came from.")
    ] = _UNDECLARED,
    basis: Annotated[
        Basis, typer.Option(help="Khai căn cứ đã giữ. · Declare on what basis it was held.")
    ] = Basis.CONTRACT,
    collected: Annotated[
        str, typer.Option(help="Khai ngày thu thập, 22/11/2025. · Declare the day of collection.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Nhập luôn, không hỏi. · Import without asking.")] = False,
    bad_rows: Annotated[
        Path | None, typer.Option(help="Ghi các hàng lỗi ra tệp này để sửa. · Write bad rows to this file, to mend.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON. · Print JSON.")] = False,
) -> None:
    """Nhập dữ liệu cũ của cửa hàng từ tệp. · Import what the shop held before."""
    now = utc_now()
    actor = Actor(kind="owner")
    at = _moment(collected, now)
    shop_id = shops.shop_by_slug(slug=shop).pk
    written = mapping.read(map_file) if map_file else None
    book = open_book(file)
    parts = [Part(table, mapping.guess(table.headers, table.samples, written)) for table in book.tables]
    categories = list(dict.fromkeys(name for part in parts for name in categories_of(part.mapped)))
    asked = plan(shop_id=shop_id, categories=categories, actor=actor, now=now)
    shown = Console(stderr=as_json, markup=False)
    if not as_json:
        _show(shown, book, parts, asked)
    if not yes and not _agreed(as_json=as_json):
        _stopped(shown, book, parts, asked, as_json=as_json)
        return
    declared = {"origin": origin, "basis": basis.value, "collected": at}
    todo = {"shop_id": shop_id, "parts": parts, "plan": asked, "actor": actor, "now": now, **declared}
    report = _run(todo, parts, bad_rows)
    if as_json:
        typer.echo(json.dumps({**_plan_json(book, parts, asked), "report": report.as_dict()}, ensure_ascii=False))
    else:
        _tell(shown, report, asked)
    if report.bad and not report.good and not report.known:
        raise typer.Exit(FAILED)


def _moment(written: str, now: datetime) -> datetime | None:
    if not written:
        return None
    try:
        at = datetime.combine(datetime.fromisoformat(day(written)), time(12), VIETNAM)
    except BadValueError as error:
        raise IntakeError(
            error.vi, error.en, error.advice_vi, error.advice_en, "usage.collected", field="--collected"
        ) from error
    if at.date() > now.astimezone(VIETNAM).date():
        raise IntakeError(
            "ngày thu thập ở tương lai",
            "the day of collection lies ahead",
            "kiểm tra ngày và năm; thời hạn lưu giữ tính từ ngày này",
            "check the day and the year; the period of keeping counts from that day",
            "usage.collected",
            field="--collected",
        )
    return at.astimezone(UTC)


def _agreed(*, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        return False
    return typer.confirm("Nhập như trên? · Import as shown?", default=False)


def _stopped(shown: Console, book: Book, parts: Sequence[Part], asked: Plan, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**_plan_json(book, parts, asked), "report": None}, ensure_ascii=False))
        return
    shown.print("Chưa nhập gì. Thêm `--yes` để nhập. · Nothing was imported; add `--yes` to import.")


def _run(todo: Mapping[str, Any], parts: Sequence[Part], bad_rows: Path | None) -> Report:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with ExitStack() as stack:
        copy = stack.enter_context(MendingCopy(bad_rows)) if bad_rows else None
        bar = stack.enter_context(Progress(*columns, console=Console(stderr=True)))
        tasks = {id(part): bar.add_task(part.table.sheet or "csv", total=1.0) for part in parts}

        def tick(part: Part, report: Report) -> None:
            name = part.table.sheet or "csv"
            told = f"{name} · {count(report.good)} ✓ {count(report.known)} = {count(report.bad)} ✗"
            bar.update(tasks[id(part)], completed=part.table.progress(), description=told)

        report = run(**todo, bad_row=copy.write if copy else None, tick=tick)
        for task in tasks.values():
            bar.update(task, completed=1.0)
    if copy is not None:
        who = {name: todo[name] for name in ("shop_id", "actor", "now")}
        mended(run_id=report.run_id, count=copy.count, **who)
    return report


def _show(shown: Console, book: Book, parts: Sequence[Part], asked: Plan) -> None:
    for part in parts:
        table = part.table
        title = " · ".join(filter(None, [table.sheet, table.about, f"hàng tiêu đề / header row {table.header_row}"]))
        grid = Grid(title=title, title_justify="left")
        for name in ("cột · column", "hiểu là · taken for", "vì · by", "giữ để · kept for"):
            grid.add_column(name, overflow="fold")
        for column in part.mapped.columns:
            if column.header or column.target != NOTHING:
                grid.add_row(column.header or "-", _named(column.target), column.why, _fate(column.target, asked))
        shown.print(grid)
        if table.notes:
            shown.print(f"{table.notes} hàng ghi chú phía trên tiêu đề không đọc · note rows above are not read")
    for sheet in book.sheets_without_table:
        shown.print(f"Trang `{sheet}` không có hàng tiêu đề, bỏ qua · sheet without a header row, left out")
    if book.cell_notes:
        shown.print(f"{book.cell_notes} trang có ghi chú trong ô, không đọc · sheets with cell notes, not read")
    _show_refused(shown, asked)


def _show_refused(shown: Console, asked: Plan) -> None:
    for name in asked.uncovered:
        shown.print(
            f"{_named(name)}: không điều khoản nào nói tới; nhập vào nhưng không ai mở được, chờ chủ cửa hàng "
            "nêu lý do hoặc hủy · no clause covers it; kept closed until the owner justifies or destroys it"
        )
    for name, dropped in asked.refused.items():
        shown.print(f"{_named(name)}: không lưu · not stored: {', '.join(dropped.clauses)}")


def _named(target: str) -> str:
    pack = words().categories.get(target)
    return f"{pack.vi} ({target})" if pack else target


def _fate(target: str, asked: Plan) -> str:
    name = target.partition(".")[0]
    name = {"line": "order"}.get(name, name)
    if name in asked.refused:
        return f"✗ {', '.join(asked.refused[name].clauses)}"
    purposes = asked.purposes.get(name)
    if purposes is None:
        return ""
    return ", ".join(purposes) or "?"


def _plan_json(book: Book, parts: Sequence[Part], asked: Plan) -> dict[str, Any]:
    return {
        "tables": [
            {
                "sheet": part.table.sheet,
                "format": part.table.about,
                "header_row": part.table.header_row,
                "notes": part.table.notes,
                "columns": [
                    {"header": column.header, "target": column.target, "why": column.why}
                    for column in part.mapped.columns
                ],
            }
            for part in parts
        ],
        "sheets_without_table": book.sheets_without_table,
        "cell_notes": book.cell_notes,
        "kept": {name: list(purposes) for name, purposes in asked.purposes.items() if purposes},
        "uncovered": list(asked.uncovered),
        "refused": {
            name: {"clauses": list(one.clauses), "reason": one.en, "ly_do": one.vi}
            for name, one in asked.refused.items()
        },
    }


def _tell(shown: Console, report: Report, asked: Plan) -> None:
    rows = (
        ("hàng đã nhập · rows imported", report.good),
        ("hàng đã có từ trước · rows known already", report.known),
        ("hàng lỗi · bad rows", report.bad),
        ("hàng của người đã xóa, không nhập · rows of erased people, not imported", report.erased),
        ("khách hàng mới · new people", report.people),
        ("đơn hàng · orders", report.orders),
        ("giá trị đã niêm phong · values sealed", report.values),
        ("giá trị hết thời hạn, không nhập · values past their period, left out", report.expired),
        ("đề nghị ghép chờ xét · proposals to decide", report.proposals),
        ("giá trị bị từ chối · values refused", sum(report.refused.values())),
    )
    for name, number in rows:
        if number or name.startswith("hàng"):
            shown.print(f"{count(number):>10}  {name}")
    for purpose, number in report.never_asked.items():
        shown.print(f"{count(number):>10}  đồng ý chưa từng hỏi · consent never asked: {purpose}")
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        where = f"{problem.sheet + ' ' if problem.sheet else ''}{problem.row}"
        shown.print(f"hàng · row {where}, {problem.column}: {problem.vi} · {problem.en}", style="red")
    if report.bad > _SHOWN_PROBLEMS:
        shown.print("… dùng --bad-rows hoặc --json để xem thêm · use --bad-rows or --json for more")
    if asked.uncovered:
        shown.print(f"Chưa có điều khoản nào cho · no clause covers: {', '.join(asked.uncovered)}")
