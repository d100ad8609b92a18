"""Run the scheduled and queued work."""

import os
import sys
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def work(
    *, once: Annotated[bool, typer.Option("--once", help="Làm một lượt rồi thôi. · One round, then end.")] = False
) -> None:
    """Ghi sổ, gửi tin, dọn mã hết hạn… đến khi bị dừng. · Sequence the ledger, send, expire codes … until stopped."""
    # Commands and worker do not know each other (the ladder): this process becomes the worker's own.
    words = [sys.executable, "-m", "camket.worker", *(["--once"] if once else [])]
    os.execv(sys.executable, words)  # noqa: S606 (our own program, with words of our own)
