"""Set up what is missing and run server and worker together; `./run` calls this."""

from typing import Annotated

import typer

from camket.base.clock import utc_now
from camket.cli import errors
from camket.cli.demo import fill
from camket.cli.prepare import say, set_up
from camket.cli.processes import Processes
from camket.cli.serve import require_free_port

app = typer.Typer(add_completion=False)
STARTS_WITHIN = 60.0


@app.command()
def start(
    *,
    port: Annotated[int, typer.Option(help="Cổng. · Port.", min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Địa chỉ lắng nghe. · Address to listen on.")] = "127.0.0.1",
    demo: Annotated[bool, typer.Option("--demo", help="Nạp khách hàng mẫu. · Load made-up customers too.")] = False,
) -> None:
    """Chuẩn bị rồi chạy máy chủ và việc nền. · Set up, then run server and worker until Ctrl-C."""
    require_free_port(host, port)
    set_up(utc_now())
    if demo:
        fill(utc_now())
    run(host, port)


def run(host: str, port: int) -> None:
    """Run server and worker until asked to stop; raise when one of them ends by itself."""
    processes = Processes({"serve": ["serve", "--host", host, "--port", str(port)], "work": ["work"]})
    address = f"http://{host}:{port}/"
    if processes.wait_until_served(address, STARTS_WITHIN):
        say(f"đang chạy tại {address} (Ctrl-C để dừng)", f"running at {address} (Ctrl-C to stop)")
    ended = processes.watch()
    if ended is not None:
        raise errors.ended_early(ended)
    say("đã dừng", "stopped")
