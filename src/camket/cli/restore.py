"""Put a backup back into an empty database, and bring it in order before it serves."""

from pathlib import Path
from typing import Annotated

import typer

from camket.base.clock import utc_now
from camket.cli import errors
from camket.cli.exits import FAILED
from camket.cli.prepare import inspect_database
from camket.cli.progress import counting
from camket.ledger.queries import verify_database
from camket.store import keys as key_room
from camket.vault.backup import finishing, loading, ready
from camket.vault.backup.errors import not_empty
from camket.vault.backup.making import Told
from camket.vault.backup.models import Restore

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    *,
    data: Annotated[Path | None, typer.Option("--data", help="Tệp `.data`. · The `.data` file.")] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help="Tệp `.keys`. · The `.keys` file.")] = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Nhận một bản cũ đã được đặt lại bằng cách khác. · Adopt an older copy.")
    ] = False,
) -> None:
    """Khôi phục vào cơ sở dữ liệu trống; ai đã bị xóa vẫn bị xóa. · Restore; who was erased stays erased."""
    if adopt != (data is None) or adopt != (keys is None):
        raise errors.wrong_use(
            "cần cả `--data` và `--keys`, hoặc chỉ `--adopt`",
            "both `--data` and `--keys` are needed, or `--adopt` alone",
            "camket restore",
        )
    with ready.alone(), counting() as told:
        inspect_database()
        row = _adopted() if data is None or keys is None else _loaded(data, keys, told)
        done = finishing.finish(row, now=utc_now(), told=told)
    if done.lost or done.keys:
        typer.echo(
            f"{done.lost} giá trị không có khóa nên không trở lại; {done.keys} khóa đã hủy lại bị hủy"
            f" · {done.lost} values without a key did not come back; {done.keys} destroyed keys were destroyed again"
        )
    typer.echo(
        f"{done.shops} cửa hàng được khôi phục; {done.shredded} người bị xóa sau bản sao lưu lại bị xóa"
        f" · {done.shops} shops restored; {done.shredded} people erased since were erased again"
    )
    found = verify_database()
    for problem in found:
        typer.echo(f"{problem.table} {problem.key}: {problem.vi} · {problem.en}", err=True)
    if found:
        raise typer.Exit(FAILED)
    typer.echo("sổ cái đúng, có thể chạy `camket start` · the ledger holds; `camket start` may run")


def _loaded(data: Path, keys: Path, told: Told) -> Restore:
    if not key_room.path().exists():
        raise errors.key_file_first()
    files = loading.Files(data, keys)
    begun = finishing.unfinished() if loading.has_tables() else None
    if begun is None:
        return loading.load(files, now=utc_now(), told=told)
    if (begun.data, begun.keys) != (files.data.head.id, files.keys.head.id):
        raise not_empty()
    loading.bring_up_to_date()
    files.open(utc_now())
    return begun


def _adopted() -> Restore:
    return finishing.unfinished() or finishing.adopt(now=utc_now())
