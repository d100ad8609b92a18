"""Show the key file, print its recovery key, or write it again from that."""

from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from camket.crypto.providers.local import LocalProvider
from camket.store import secrets

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def status() -> None:
    """Cho biết tệp khóa đang dùng và nó có mở được dữ liệu không. · Tell which key file is used, and if it fits."""
    provider = LocalProvider.open(Path(settings.CAMKET_KEYS))
    typer.echo(f"{settings.CAMKET_KEYS}")
    for version, name in provider.versions.items():
        typer.echo(f"{version}: {name}{' (đang dùng · in use)' if version == provider.active else ''}")
    opened = secrets.open_all(provider)
    typer.echo(f"mở được {opened} khóa của các cửa hàng · opens {opened} secrets of the shops")


@app.command()
def recovery() -> None:
    """In khóa khôi phục để cất trên giấy. · Print the recovery key, to be kept on paper: it opens everything."""
    typer.echo(LocalProvider.open(Path(settings.CAMKET_KEYS)).recovery_key())


@app.command()
def restore(
    file: Annotated[
        typer.FileText,
        typer.Argument(
            help="Tệp có khóa khôi phục, `-` là bàn phím. · File with the recovery key, `-`: standard input."
        ),
    ],
) -> None:
    """Ghi lại tệp khóa từ khóa khôi phục đã in. · Write the key file again from the printed recovery key."""
    restored = LocalProvider.restore(Path(settings.CAMKET_KEYS), file.read())
    typer.echo(f"đã ghi lại tệp khóa {restored.key_id} · the key file {restored.key_id} was written again")
