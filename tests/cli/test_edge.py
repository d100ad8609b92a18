"""Database errors become sentences at the edge, and none of the database's own words come with them."""

import pytest
from django.db.utils import IntegrityError, OperationalError, ProgrammingError

from camket.cli.edge import translate


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("no such table: camket_shop"), "database-not-ready"),
        (OperationalError("no such column: camket_shop.x"), "database-not-ready"),
        (ProgrammingError('relation "camket_shop" does not exist'), "database-not-ready"),
        (OperationalError("unable to open database file"), "database-unreachable"),
        (OperationalError("connection failed: Connection refused"), "database-unreachable"),
        (OperationalError('FATAL: database "camket" does not exist'), "database-unreachable"),
        (OperationalError("disk I/O error: 0912345678"), "database-unreachable"),
    ],
)
def test_what_the_owner_can_mend_is_said(error: Exception, code: str) -> None:
    found = translate(error)
    assert found is not None
    assert found.code == code
    assert "0912345678" not in f"{found.vi}{found.en}{found.advice_vi}{found.advice_en}"


@pytest.mark.parametrize("error", [ValueError("x"), IntegrityError("x"), ProgrammingError("syntax error")])
def test_a_fault_of_ours_is_not_dressed_up(error: Exception) -> None:
    assert translate(error) is None
