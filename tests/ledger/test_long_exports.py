"""A long exported log is read in pieces by several processes, with the same findings as line by line."""

import json
from pathlib import Path

import pytest

from camket.ledger import outside, verifier
from camket.ledger.actions import checkpoint, sequence
from camket.ledger.queries import export
from tests.ledger.setting import NOW, looks, open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    open_shop()
    for count in (30, 100, 70):
        looks(count, start=count)
        sequence(shop_id=1, now=NOW, full=True)
        checkpoint(shop_id=1, now=NOW)
    path = tmp_path / "comet.jsonl"
    with path.open("w", encoding="utf-8") as file:
        assert export(shop_id=1, file=file) == 201
    return path


def _changed(lines: list[str], at: int, **changes: object) -> list[str]:
    content = {**json.loads(lines[at]), **changes}
    return [*lines[:at], json.dumps({name: value for name, value in content.items() if value is not None}) + "\n",
            *lines[at + 1 :]]  # fmt: skip


def test_pieces_and_lines_find_the_same(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "_PIECE_BYTES", 4000)
    lines = exported.read_text().splitlines(keepends=True)
    other = json.loads(lines[40])["entry"]
    cases = {
        "whole": (lines, True),
        "a hole": ([*lines[:60], *lines[61:]], False),
        "doubled": ([*lines[:60], lines[60], *lines[60:]], False),
        "swapped": ([*lines[:60], lines[61], lines[60], *lines[62:]], False),
        "another entry": (_changed(lines, 90, entry=other), False),
        "not base64": (_changed(lines, 90, entry="*"), False),
        "not a record": (_changed(lines, 90, entry="AAAA"), False),
        "no number": (_changed(lines, 90, seq="90"), False),
        "after the end": ([*lines, lines[60]], False),
        "two after the end": ([*lines, lines[60], lines[61]], False),
        "no mac": (_changed(lines, 90, mac=None), True),
        "spaces": ([*lines[:60], " " + lines[60], *lines[61:]], True),
        "no end": (lines[:-1], False),
        "not JSON": ([*lines[:60], "{\n", *lines[61:]], False),
        "not a log": (lines[1:], False),
    }
    for name, (content, good) in cases.items():
        exported.write_text("".join(content))
        given = {"log": exported, "checkpoints": outside.path_of("comet")} if name != "not a log" else {"log": exported}
        found = verifier.check(**given, processes=1)
        assert (found == []) == good, (name, found)
        assert sorted(verifier.check_log(content).findings) == sorted(verifier.check(log=exported, processes=1))
    for name in ("after the end",):
        exported.write_text("".join(cases[name][0]))
        assert verifier.check(log=exported, processes=2) == verifier.check(log=exported, processes=1), name
    told: list[tuple[int, ...]] = []
    exported.write_text("".join(lines))
    assert verifier.check(log=exported, processes=2, told=lambda *at: told.append(at)) == []
    assert len(told) > 5
    assert told[-1] == (exported.stat().st_size, exported.stat().st_size)


def test_a_file_that_is_not_text_is_told(exported: Path) -> None:
    exported.write_bytes(exported.read_bytes()[:9000] + b"\xff\n" + exported.read_bytes()[9000:])
    assert [finding.en for finding in verifier.check(log=exported)] == ["the file is not UTF-8 text"]
