"""Export, check, prove and sequence the record of every deed."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from camket.base.clock import utc_now
from camket.cli.exits import FAILED, WRONG_USE
from camket.ledger import actions, queries, verifier
from camket.ledger.errors import NoSuchLogError
from camket.ledger.models import Log
from camket.shops import queries as shops

app = typer.Typer(add_completion=False, no_args_is_help=True)

Shop = Annotated[str, typer.Option("--shop", help="Tên cửa hàng; để trống là mọi cửa hàng. · Shop; empty: all shops.")]
Json = Annotated[bool, typer.Option("--json", help="In JSON. · Print JSON.")]


@app.command()
def export(
    shop: Annotated[str, typer.Option("--shop", help="Tên cửa hàng. · Shop.")],
    out: Annotated[
        typer.FileTextWrite, typer.Option("--out", encoding="utf-8", help="Tệp đích, `-` là màn hình. · Target file.")
    ] = "-",  # type: ignore[assignment]  # typer opens the file that the default names
) -> None:
    """Xuất sổ cái thành JSON từng dòng. · Export the log as lines of JSON."""
    count = queries.export(shop_id=_log(shop).shop_id, file=out)
    typer.echo(f"{count} dòng sổ · {count} entries", err=True)


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="Sổ đã xuất. · An exported log.")] = None,
    *,
    database: Annotated[bool, typer.Option("--database", help="So với cơ sở dữ liệu. · Check the database.")] = False,
    logs: Annotated[
        bool, typer.Option("--logs", help="Chỉ kiểm tra sổ của bản cài này. · This installation's logs alone.")
    ] = False,
    receipt: Annotated[Path | None, typer.Option("--receipt", help="Một biên nhận. · A receipt.")] = None,
    key: Annotated[str, typer.Option("--key", help="Khóa công khai đã biết. · The public key as known before.")] = "",
    checkpoints: Annotated[
        Path | None, typer.Option("--checkpoints", help="Tệp mốc lưu bên ngoài. · Checkpoints kept outside.")
    ] = None,
    shop: Shop = "",
    json_: Json = False,
) -> None:
    """Kiểm tra sổ đã xuất, biên nhận, sổ hoặc cả cơ sở dữ liệu. · Check an exported log, a receipt, logs or tables."""
    if (file is not None) + database + logs + (receipt is not None) != 1:
        typer.echo(
            "cho một tệp, `--receipt`, `--logs` hoặc `--database` · give a file, `--receipt`, `--logs` or `--database`",
            err=True,
        )
        raise typer.Exit(WRONG_USE)
    if database or logs:
        shop_id = _log(shop).shop_id if shop else None
        check = queries.verify_database if database else queries.verify_logs
        with _bar() as told:
            found = check(shop_id, progress=told)
        _report([_fields(problem) for problem in found], json_=json_)
        return
    with _bar() as told:
        findings = verifier.check(log=file, receipt=receipt, key=key, checkpoints=checkpoints, told=told)
    _report([{"vi": finding.vi, "en": finding.en} for finding in findings], json_=json_)


@app.command()
def receipt(
    entry: Annotated[UUID, typer.Argument(help="Mã dòng sổ. · Entry id.")],
    member: Annotated[
        UUID | None, typer.Option("--member", help="Khách hàng trong việc hàng loạt. · A customer in a bulk deed.")
    ] = None,
) -> None:
    """In biên nhận: bằng chứng một dòng nằm trong sổ đã ký. · Print proof that an entry is in the signed log."""
    typer.echo(json.dumps(queries.receipt(entry, with_entry=True, member=member), ensure_ascii=False, indent=2))


@app.command()
def sequence(shop: Shop = "") -> None:
    """Xếp chỗ và ký mọi dòng sổ đang chờ. · Give every waiting entry its place, and sign."""
    logs = [_log(shop)] if shop else list(Log.objects.order_by("shop_id"))
    now = utc_now()
    for log in logs:
        done = actions.sequence(shop_id=log.shop_id, now=now, full=True)
        actions.checkpoint(shop_id=log.shop_id, now=now)
        typer.echo(f"{log.name}: +{done.placed}, {done.size} dòng sổ · {done.size} entries")


def _log(name: str) -> Log:
    try:
        return queries.log_named(name)
    except NoSuchLogError:
        shops.shop_by_slug(slug=name)  # says which shops there are, where there is no such shop
        raise


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Show how many entries are checked, on a terminal."""
    columns = (TextColumn("kiểm tra sổ · checking the log"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True, disable=not sys.stderr.isatty(), console=Console(stderr=True)) as shown:
        task = shown.add_task("")
        yield lambda done, total: shown.update(task, completed=done, total=total)


def _fields(problem: queries.Problem) -> dict[str, object]:
    return {
        "kind": problem.kind,
        "table": problem.table,
        "key": problem.key,
        "seq": problem.seq,
        "entry": problem.entry,
        "vi": problem.vi,
        "en": problem.en,
    }


def _report(found: list[dict[str, object]], *, json_: bool) -> None:
    if json_:
        typer.echo(json.dumps({"ok": not found, "problems": found}, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(_lines(found)) or "đúng · everything holds", err=bool(found))
    if found:
        sys.exit(FAILED)


def _lines(found: Iterable[dict[str, object]]) -> Iterable[str]:
    for problem in found:
        place = " ".join(str(problem[name]) for name in ("table", "key") if problem.get(name))
        yield f"{place + ': ' if place else ''}{problem['vi']} · {problem['en']}"
