"""Back the installation up in two files, data and keys."""

from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from camket.base.clock import VIETNAM, from_ms, utc_now
from camket.cli import errors
from camket.cli.progress import counting
from camket.vault.backup import finishing, listing, making
from camket.vault.backup.errors import unfinished

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    *,
    to: Annotated[Path | None, typer.Option("--to", help="Thư mục của tệp dữ liệu. · Folder of the data file.")] = None,
    keys_to: Annotated[
        Path | None, typer.Option("--keys-to", help="Thư mục của tệp khóa, nên ở nơi khác. · Folder of the keys file.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Liệt kê các bản đã có. · List the backups there are.")] = False,
) -> None:
    """Sao lưu một thời điểm: tệp dữ liệu không có khóa nào, và tệp khóa tự chết theo tuổi. · Back up one moment."""
    folder = to or (Path(settings.CAMKET_BACKUPS) if settings.CAMKET_BACKUPS else None)
    if folder is None:
        raise errors.wrong_use(
            "chưa biết sao lưu vào đâu: thiếu `--to` và chưa đặt `CAMKET_BACKUPS`",
            "where to back up to is not known: `--to` is missing and `CAMKET_BACKUPS` is not set",
            "camket backup",
        )
    keys_folder = keys_to or Path(settings.CAMKET_BACKUPS_OF_KEYS or folder)
    if list_:
        tell(listing.listed(folder, keys_folder, utc_now()))
        return
    if finishing.unfinished() is not None:
        raise unfinished()
    with counting() as told:
        made = making.make(to=folder, keys_to=keys_folder, now=utc_now(), told=told)
    typer.echo(f"{made.data}\n{made.keys}")
    typer.echo(
        f"{made.data_rows} dòng dữ liệu, {made.keys_rows} khóa; tệp khóa mở được đến {day(made.keys_end_at)}"
        f" · {made.data_rows} rows, {made.keys_rows} keys; the keys file opens until {day(made.keys_end_at)}"
    )


def tell(found: list[listing.Listed]) -> None:
    """Print one line for each backup, the newest first."""
    for one in found:
        whole = "nguyên · whole" if one.whole else "HỎNG · DAMAGED"
        keys = f"khóa đến · keys until {day(one.keys_end_at)}" if one.opens else "khóa đã chết · keys are dead"
        typer.echo(f"{one.name}  {moment(one.at)}  {one.bytes:>12,} B  {whole}  {keys if one.keys else '—'}")
    if not found:
        typer.echo("chưa có bản sao lưu nào · there is no backup yet")


def day(ms: int) -> str:
    """Write a day as people in Vietnam count it."""
    return f"{from_ms(ms).astimezone(VIETNAM):%d/%m/%Y}"


def moment(ms: int) -> str:
    """Write a moment in Vietnamese time."""
    return f"{from_ms(ms).astimezone(VIETNAM):%d/%m/%Y %H:%M}"
