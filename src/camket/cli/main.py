"""The `camket` command: `camket GROUP COMMAND …`. Errors go to the error stream in both languages, with advice.

How a command ends (docs/reference/commands.md): 0 done or allowed, 1 refused or failed, 2 wrong use, 3 denied, 4 gap,
5 the installation is not in order (database, keys, port), 130 interrupted.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from camket.base.errors import CamketError
from camket.cli import lookup
from camket.cli.exits import INTERRUPTED, WRONG_USE, exit_code, tell


class Commands(TyperGroup):
    """A group whose members are found by looking. Help shows placeholders; only the command that runs is imported."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  (the group knows its commands without a context)
        return list(lookup.commands())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  (it needs no context either)
        found = lookup.commands().get(cmd_name)
        return found and placeholder(found)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        found = lookup.find(args[0])
        if found is None:
            return super().resolve_command(ctx, args)
        return found.name, lookup.load(found), args[1:]


def placeholder(found: lookup.Found) -> Any:
    """Make a command that only tells its name and what it is for."""
    app = typer.Typer(add_completion=False)
    app.command(found.name, help=found.help)(_nothing)
    return typer.main.get_command(app)


def _nothing() -> None:
    """Stands for a command in the list of commands; it is never run."""


def group() -> Commands:
    """Make the whole command tree."""
    return Commands(
        name="camket",
        no_args_is_help=True,
        help="Chính sách đã công bố là chương trình. · The published policy is the program.",
    )


def main() -> None:
    """Run the command line and end the process with the exit code of the page above."""
    try:
        sys.exit(group().main(prog_name="camket", standalone_mode=False))
    except CamketError as error:
        fail(error)
    except TyperException as fault:
        _called_wrongly(fault)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Exception as error:
        translated = importlib.import_module("camket.cli.edge").translate(error) if "django" in sys.modules else None
        if translated is None and isinstance(error, OSError) and error.filename:
            translated = importlib.import_module("camket.cli.errors").unusable(Path(error.filename))
        if translated is None:
            raise
        fail(translated)


def _called_wrongly(fault: TyperException) -> None:
    context = getattr(fault, "ctx", None)
    if context and type(fault).__name__ == "NoArgsIsHelpError":
        typer.echo(context.get_help(), err=True)
        sys.exit(WRONG_USE)
    fail(importlib.import_module("camket.cli.usage").translate(fault))


def fail(error: CamketError) -> None:
    """Print the error and its advice in both languages and end the process."""
    tell(error)
    sys.exit(exit_code(error.code))
