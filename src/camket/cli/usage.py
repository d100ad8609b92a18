"""Turns what the option parser says of a wrong call into our sentences, in both languages.

It knows the parser's faults by the names of their classes: typer keeps them in a private package.
"""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from camket.base.errors import CamketError
from camket.cli import errors

_NEAR = 0.6
_NO_SUCH_COMMAND = re.compile(r"No such command '(?P<name>.*)'\.")


def translate(fault: Any) -> CamketError:
    """Say what is wrong and what to do. What was typed is repeated only where it is a name, never a value."""
    command = fault.ctx.command_path if getattr(fault, "ctx", None) else "camket"
    if type(fault).__name__ == "FileError":
        return errors.file_unusable(Path(fault.ui_filename).name)
    if type(fault).__name__ == "BadParameter" and "No such file" in fault.message:
        return errors.file_unusable(_name(fault))
    named = _NO_SUCH_COMMAND.match(fault.message)
    if named and fault.ctx:
        return _no_such_command(named["name"], command, fault.ctx.command.list_commands(fault.ctx))
    vi, en, near = _said(fault)
    return errors.wrong_use(vi, en, command, near)


def _said(fault: Any) -> tuple[str, str, list[str]]:
    said = "lệnh này thiếu hoặc thừa từ", "this command has a word too few or too many"
    near: list[str] = []
    name = _name(fault)
    match type(fault).__name__:
        case "NoSuchOption":
            said = f"không có tham số `{name}`", f"there is no option `{name}`"
            near = _near(name, _options(fault.ctx))
        case "MissingParameter":
            said = f"thiếu `{name}`", f"`{name}` is missing"
        case "BadParameter":
            said = f"giá trị của `{name}` không dùng được", f"the value of `{name}` cannot be used"
        case "BadOptionUsage":
            said = f"tham số `{name}` cần đúng một giá trị", f"the option `{name}` takes exactly one value"
    return *said, near


def _no_such_command(name: str, parent: str, known: list[str]) -> CamketError:
    return errors.wrong_use(
        f"không có lệnh `{parent} {name}`", f"there is no command `{parent} {name}`", parent, _near(name, known)
    )


def _name(fault: Any) -> str:
    parameter = getattr(fault, "param", None)
    if parameter is None:
        return str(getattr(fault, "option_name", None) or getattr(fault, "param_hint", None) or "?").strip("'")
    return max(parameter.opts, key=len) if parameter.param_type_name == "option" else str(parameter.name)


def _options(ctx: Any) -> list[str]:
    return [name for parameter in ctx.command.params for name in parameter.opts if name.startswith("-")] if ctx else []


def _near(name: str, known: list[str]) -> list[str]:
    return get_close_matches(name, known, n=3, cutoff=_NEAR)
