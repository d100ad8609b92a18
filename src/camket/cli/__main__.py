"""Lets `python -m camket.cli` do what `camket` does."""

from camket.cli.main import main

main()
