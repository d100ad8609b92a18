"""The advisory check finds what is affected, passes what is not, and a date alone never fails the build."""

import json
from datetime import date

import pytest

from scripts import audit


@pytest.mark.parametrize(
    ("version", "is_affected"),
    [("4.2.14", True), ("4.2.15", False), ("5.0", True), ("5.0.8", False), ("5.2.19", False), ("3.2", False)],
)
def test_ranges_are_read_as_the_advisories_mean_them(version: str, is_affected: bool) -> None:
    """PYSEC-2024-70, Django: 5.0 before 5.0.8 and 4.2 before 4.2.15."""
    held = json.loads(audit.SNAPSHOT.read_text("utf-8"))
    (one,) = [found for found in held["advisories"] if found["id"] == "PYSEC-2024-70"]
    assert audit.affected(version, one) is is_affected
    assert bool(audit.from_snapshot({"django": version}, {"advisories": [one]})) is is_affected


def test_nothing_that_is_locked_is_known_to_be_affected(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.report(offline=True, today=date(2024, 10, 11)) == 0
    assert "warning: they are" not in capsys.readouterr().out


def test_an_old_snapshot_is_a_warning_and_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.report(offline=True, today=date(2034, 10, 11)) == 0
    assert "warning: they are 3653 days old" in capsys.readouterr().out


def test_an_affected_package_fails_until_somebody_says_why_it_does_not_matter() -> None:
    spans = {"id": "X-1", "package": "django", "ranges": [["0", None, "5.2.19"]], "versions": []}
    assert audit.from_snapshot({"django": "5.2.19"}, {"advisories": [spans]}) == [("django", "5.2.19", "X-1")]
    assert audit.from_snapshot({"django": "5.2.20"}, {"advisories": [spans]}) == []
    assert audit.normal("Python_Stdnum") == "python-stdnum"


def test_every_lock_is_read() -> None:
    locked = audit.pins()
    assert {"django", "cryptography", "pytest", "atheris"} <= set(locked)
