"""Print the recovery key, or write the key file again from it."""

from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from camket.crypto.providers.local import LocalProvider

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def recovery() -> None:
    """In khóa khôi phục để cất trên giấy. · Print the recovery key, to be kept on paper: it opens everything."""
    typer.echo(LocalProvider.open(Path(settings.CAMKET_KEYS)).recovery_key())


@app.command()
def restore(
    file: Annotated[
        typer.FileText,
        typer.Argument(
            help="Tệp có khóa khôi phục, `-` là bàn phím. · File with the recovery key, `-` for standard input."
        ),
    ],
) -> None:
    """Ghi lại tệp khóa từ khóa khôi phục đã in. · Write the key file again from the printed recovery key."""
    restored = LocalProvider.restore(Path(settings.CAMKET_KEYS), file.read())
    typer.echo(f"đã ghi lại tệp khóa {restored.key_id} · the key file {restored.key_id} was written again")
