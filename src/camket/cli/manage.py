"""Run a Django management command, such as `camket manage migrate`."""

import typer
from django.core.management import execute_from_command_line

app = typer.Typer(add_completion=False)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def manage(context: typer.Context) -> None:
    """Chạy lệnh quản trị của Django. · Run a management command of Django; words and options go to it unchanged."""
    execute_from_command_line(["camket manage", *context.args])
