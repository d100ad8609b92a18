"""Run the scheduled and queued work."""

import signal
from typing import Annotated

import typer

from camket.base.clock import utc_now
from camket.worker.jobs import jobs
from camket.worker.loop import Loop

app = typer.Typer(add_completion=False)


@app.command()
def work(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Làm việc đến hạn một lượt rồi thôi. · One round, then end.")
    ] = False,
) -> None:
    """Ghi sổ, gửi tin, dọn mã hết hạn… đến khi bị dừng. · Sequence the ledger, send, expire codes … until stopped."""
    loop = Loop(jobs(), clock=utc_now)
    if once:
        for name, count in loop.turn().items():
            typer.echo(f"{name}: {count}")
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    loop.run()
