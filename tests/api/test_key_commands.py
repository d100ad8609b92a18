"""`camket apikey`: what a key may call and until when is said when it is issued, and shown in the list."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from camket.base.clock import from_ms
from camket.cli.apikey import app
from camket.shops.errors import UnknownWordError
from camket.shops.models import ApiKey

ISSUE = ["issue", "--shop", "comet", "--role", "system", "--purpose", "order", "--system", "kho"]


def _run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_key_is_issued_with_its_operations_and_its_last_day(world) -> None:
    key_id, token = _run(*ISSUE, "--scopes", "find,look", "--ends", "2030-01-31").split()
    row = ApiKey.objects.get(id=key_id)
    assert row.scopes == ["find", "look"]
    assert from_ms(row.ends_at) == datetime(2030, 1, 31, 17, tzinfo=UTC)  # midnight in Vietnam, after the last day
    listed = next(line for line in _run("list", "--shop", "comet").splitlines() if key_id in line)
    assert listed.split() == [key_id, "kho", "system", "order", "find,look", "2030-01-31"]
    assert token not in _run("list", "--shop", "comet")


def test_a_key_without_bounds_calls_everything_until_it_is_revoked(world) -> None:
    key_id, _ = _run(*ISSUE).split()
    listed = next(line for line in _run("list", "--shop", "comet").splitlines() if key_id in line)
    assert listed.split()[-2:] == ["*", "-"]
    _run("revoke", key_id, "--shop", "comet")
    assert key_id not in _run("list", "--shop", "comet")


def test_a_misspelt_operation_is_not_taken(world) -> None:
    with pytest.raises(UnknownWordError, match="look"):
        _run(*ISSUE, "--scopes", "lok")
