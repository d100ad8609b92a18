"""Progress of long work on the error stream of a terminal; silent everywhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn


@contextmanager
def counting() -> Iterator[Callable[[str, int], None]]:
    """Give a function that shows how many of what were done so far."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, transient=True, disable=not sys.stderr.isatty(), console=Console(stderr=True)) as shown:
        task = shown.add_task("…", total=None)

        def told(what: str, count: int) -> None:
            shown.update(task, description=f"{what}: {count:,}")

        yield told
