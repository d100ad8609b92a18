"""Fuzzing: `./campaigns/fuzz`. What each target promises stands in targets.py; docs/fuzzing.md says what was found."""
