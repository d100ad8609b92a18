"""Serve the web pages and the API."""

import os
import socket
from typing import Annotated

import typer
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from camket.base.clock import utc_now
from camket.cli import errors
from camket.store import keys
from camket.store.db import is_sqlite, let_go
from camket.vault.backup import ready

app = typer.Typer(add_completion=False)
# Python threads wait for the database most of the time; more than this only wait for each other.
THREADS = min(8, 2 * (os.cpu_count() or 1))
# Threads that rest keep their connection to the database, with the statements prepared on it.
_REST_SECONDS = 600
APPLICATION = "camket.project.wsgi:application"


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Địa chỉ lắng nghe. · Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Cổng. · Port.", min=1, max=65535)] = 8000,
    processes: Annotated[
        int | None, typer.Option(help="Số tiến trình (mặc định tùy cơ sở dữ liệu). · Number of processes.", min=1)
    ] = None,
    threads: Annotated[int, typer.Option(help="Số luồng mỗi tiến trình. · Threads per process.", min=1)] = THREADS,
) -> None:
    """Phục vụ trang web và API đến khi bị dừng (Ctrl-C). · Serve pages and API until stopped (Ctrl-C)."""
    require_free_port(host, port)
    ready.make_ready(now=utc_now())
    keys.open_at_start()
    let_go()  # the processes that serve are forked from this one
    Granian(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes or default_processes(),
        blocking_threads=threads,
        blocking_threads_idle_timeout=_REST_SECONDS,
        log_level=LogLevels.warning,
        workers_kill_timeout=10,
    ).serve()


def default_processes() -> int:
    """SQLite has one writer, whose threads share commits (store/group.py); PostgreSQL takes one for each core."""
    return 1 if is_sqlite() else (os.cpu_count() or 1)


def require_free_port(host: str, port: int) -> None:
    """Raise InstallationError when another program listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise errors.port_taken(port) from error
